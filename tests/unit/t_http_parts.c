/* t_http_parts.c - the parts of the HTTP client that need no network. */
#include "t.h"

#include "base/ticks.h"
#include "providers/http/error_text.h"
#include "providers/http/redact.h"
#include "providers/http/retry.h"
#include "providers/http/url.h"

TEST(addresses_are_split)
{
    struct url u;
    CHECK(url_parse(S("https://h.example:8443/a/b?c=d#frag"), &u));
    CHECK_STR(u.host, "h.example");
    CHECK_STR(u.path, "/a/b?c=d");
    CHECK(u.port == 8443 && url_is_https(&u));
    CHECK(url_parse(S("HTTP://u:p@[::1]?q"), &u));
    CHECK_STR(u.userinfo, "u:p");
    CHECK_STR(u.host, "::1");
    CHECK_STR(u.path, "?q");
    CHECK(u.port == 80 && url_is_loopback(&u));
}

TEST(what_is_no_address_is_refused)
{
    static const char *const bad[] = {
        "", "https", "https:/h", "https://", "https://:1/", "ftp://h/",
        "https://h:0/", "https://h:70000/", "https://h:1x/", "https://h /",
        "https://h\r\n/", "https://h\\@evil/", "https://[::1/",
        "https://[::1]x/", "//h/", "javascript:1",
    };
    struct url u;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (url_parse(str_of(bad[i]), &u))
            printf("  accepted: %s\n", bad[i]);
        CHECK(!url_parse(str_of(bad[i]), &u));
    }
    CHECK(!url_parse((str){ "https://a\0b/", 12 }, &u));
}

TEST(origins_are_compared)
{
    CHECK(url_same_origin(S("https://A.example/x"),
                          S("https://a.example:443/y")));
    CHECK(!url_same_origin(S("https://a.example"), S("http://a.example")));
    CHECK(!url_same_origin(S("https://a.example"), S("https://b.example")));
    CHECK(!url_same_origin(S("https://a.example"),
                           S("https://a.example:444")));
    CHECK(!url_same_origin(S("https://a.example"),
                           S("https://a.example@b.example")));
    CHECK(!url_same_origin(S("nonsense"), S("nonsense")));
}

TEST(queries_and_forms_are_escaped)
{
    struct buf b;
    buf_init(&b, 1000);
    buf_adds(&b, "https://h/p");
    url_query(&b, "a b", S("1&2=3/\xc3\xa4"));
    url_query(&b, "c", (str){ "\0~", 2 });
    CHECK_STR(buf_str(&b), "https://h/p?a%20b=1%262%3D3%2F%C3%A4&c=%00~");
    buf_reset(&b);
    form_field(&b, "scope", S("x y"));
    form_field(&b, "z", S(""));
    CHECK_STR(buf_str(&b), "scope=x%20y&z=");
    buf_reset(&b);
    url_shown(&b, S("https://h.example:9/p?key=secret"));
    CHECK_STR(buf_str(&b), "https://h.example:9/p");
    buf_release(&b);
}

TEST(waits_double_and_end)
{
    struct retry_policy p = { 5, 3, 500, 60000 };
    CHECK(retry_wait_ms(&p, 1, -1, 0, 0) == 250);
    CHECK(retry_wait_ms(&p, 1, -1, 0, 250) == 500);
    CHECK(retry_wait_ms(&p, 3, -1, 0, 0) == 1000);
    CHECK(retry_wait_ms(&p, 5, -1, 0, 0) == -1);
    CHECK(retry_wait_ms(&p, 1, 7000, 0, 0) == 7000);
    CHECK(retry_wait_ms(&p, 1, 7000, 55000, 0) == -1);
    CHECK(retry_wait_ms(&p, 1, 0, 0, 0) == 250);
    p.max_tries = 1000;
    CHECK(retry_wait_ms(&p, 999, -1, 0, 0) <= 60000);
}

TEST(retry_after_is_read_in_both_forms)
{
    int64_t now, t;
    CHECK(ticks_parse(S("2026-08-06T10:00:00Z"), &now));
    t = retry_after_ms(S("120"), now);
    CHECK(t == 120000);
    CHECK(retry_after_ms(S(" 0 "), now) == 0);
    CHECK(retry_after_ms(S("-5"), now) == -1);
    CHECK(retry_after_ms(S(""), now) == -1);
    CHECK(retry_after_ms(S("soon"), now) == -1);
    CHECK(retry_after_ms(S("99999999999999999999"), now) == -1);
    CHECK(retry_after_ms(S("999999999999"), now) == 366 * 86400000LL);
    CHECK(retry_after_ms(S("Thu, 06 Aug 2026 10:00:30 GMT"), now) == 30000);
    CHECK(retry_after_ms(S("Thu, 06 Aug 2026 09:00:00 GMT"), now) == 0);
}

/* ---- what vendors say ---- */

static void says(const char *body, const char *code, const char *message)
{
    struct arena *a = arena_new();
    struct http_error e;
    http_error_parse(a, str_of(body), &e);
    CHECK_STR(e.code, code);
    CHECK_STR(e.message, message);
    arena_free(a);
}

TEST(azure_errors_are_read_to_their_depth)
{
    says("{\"error\":{\"code\":\"BadArgumentError\",\"message\":\"The request "
         "is bad\",\"innererror\":{\"code\":\"SyntaxError\",\"message\":\"no "
         "parse\",\"innererror\":{\"code\":\"SYN0002\",\"message\":\"line 1 "
         "near tkae\"}}}}",
         "BadArgumentError", "The request is bad: line 1 near tkae");
    says("{\"error\":{\"code\":\"X\",\"message\":\"a\",\"details\":[{\"code\":"
         "\"Y\",\"message\":\"b\"}]}}",
         "X", "a: b");
}

TEST(other_vendors_are_read)
{
    says("{\"messages\":[{\"type\":\"FATAL\",\"text\":\"Unknown search "
         "command 'x'.\"}]}",
         "FATAL", "Unknown search command 'x'.");
    says("{\"error\":{\"root_cause\":[{\"type\":\"index_not_found_exception\","
         "\"reason\":\"no such index [x]\"}],\"type\":\"search_phase\","
         "\"reason\":\"all shards failed\"},\"status\":404}",
         "search_phase", "all shards failed: no such index [x]");
    says("{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000215: "
         "Bad.\\r\\nTrace ID: 1\",\"error_codes\":[7000215]}",
         "invalid_client", "AADSTS7000215: Bad. Trace ID: 1");
    says("{\"errors\":[{\"message\":\"Field x is unknown\"}]}", "",
         "Field x is unknown");
    says("{\"errors\":[\"plain\"]}", "", "plain");
    says("Code: 62. DB::Exception: Syntax error\n", "",
         "Code: 62. DB::Exception: Syntax error");
    says("<html><head><style>p{}</style></head><b>502</b> Bad &amp; ugly"
         "</html>",
         "", "502 Bad &amp; ugly");
    says("", "", "");
    says("[1]", "", "[1]");
    says("{\"error\":{\"code\":400}}", "400", "");
}

TEST(error_texts_are_short_and_printable)
{
    struct arena *a = arena_new();
    struct http_error e;
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_adds(&b, "{\"error\":{\"message\":\"\\u001b]0;x");
    for (int i = 0; i < 2000; i++)
        buf_adds(&b, "\xc3\xa4");
    buf_adds(&b, "\"}}");
    http_error_parse(a, buf_str(&b), &e);
    CHECK(e.message.n < HTTP_ERROR_SHOWN + 20);
    CHECK(str_ends(e.message, S("\xc3\xa4…")));
    CHECK(str_find_char(e.message, '\x1b') < 0);
    buf_release(&b);
    arena_free(a);
}

/* ---- secrets ---- */

static void scrubs(struct secrets *s, const char *text, const char *want)
{
    struct buf b;
    buf_init(&b, 10000);
    secrets_scrub(s, &b, str_of(text));
    CHECK_STR(buf_str(&b), want);
    CHECK(secrets_in(s, str_of(text)) == (strcmp(text, want) != 0));
    buf_release(&b);
}

TEST(secrets_are_crossed_out_in_every_spelling)
{
    struct secrets *s = secrets_new();
    secrets_add(s, S("p\"a&s/s word"));
    scrubs(s, "x p\"a&s/s word y", "x *** y");
    scrubs(s, "p%22a%26s%2Fs%20word", "***");
    scrubs(s, "p%22a%26s%2fs%20word", "***");
    scrubs(s, "{\"k\":\"p\\\"a&s/s word\"}", "{\"k\":\"***\"}");
    scrubs(s, "<p&quot;a&amp;s/s word>", "<***>");
    secrets_add(s, S("hunter2hunter2"));
    scrubs(s, "aHVudGVyMmh1bnRlcjI=", "***I=");          /* alone */
    scrubs(s, "dTpodW50ZXIyaHVudGVyMg==", "dTp***g=="); /* behind "u:" */
    scrubs(s, "hunter2hunter2hunter2hunter2", "******");
    scrubs(s, "hunter2hunter", "hunter2hunter");
    secrets_free(s);
}

TEST(the_longest_secret_wins)
{
    struct secrets *s = secrets_new();
    secrets_add(s, S("abcdef"));
    secrets_add(s, S("abcdefgh"));
    scrubs(s, "abcdefgh abcdefg", "*** ***g");
    secrets_add(s, S("short"));
    scrubs(s, "short", "short");
    secrets_free(s);
}

TEST(secrets_may_be_many)
{
    struct secrets *s = secrets_new();
    char text[32];
    for (int i = 0; i < 10000; i++) {
        snprintf(text, sizeof text, "secret-number-%d-x", i);
        secrets_add(s, str_of(text));
    }
    scrubs(s, "secret-number-9999-x", "***");
    secrets_free(s);
}
