/* t_http.c - the HTTP client against a server that behaves and misbehaves. */
#include "t.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "http_rig.h"

static str member(str json, const char *name)
{
    str v = S("");
    return json_get_key(json, str_of(name), &v) ? v : S("");
}

/* The reply in the spelling that json_get_key wants. */
static str compact(struct rig *r)
{
    struct buf b;
    buf_init(&b, JSON_MAX_BYTES);
    CHECK(json_compact(&b, r->reply.body, JSON_MAX_DEPTH, NULL));
    str s = buf_take(&b, r->arena);
    buf_release(&b);
    return s;
}

TEST(asks_and_gets_an_answer)
{
    struct rig r;
    begin(&r);
    CHECK(get(&r, "http", "/ok") == ST_OK);
    CHECK(r.reply.status == 200);
    CHECK_STR(r.reply.body, "{\"ok\": true}");
    CHECK(http_reply_is_json(&r.reply));
    rig_release(&r);
}

TEST(sends_method_headers_and_body)
{
    struct rig r;
    begin(&r);
    const struct http_header h[] = { { S("Prefer"), S("wait=600") },
                                     { S("X-Empty"), S("") } };
    struct http_request rq = { .url = rig_url(&r, "http", "/echo?a=1"),
                               .headers = h, .nheaders = 2,
                               .body = S("{\"q\":\"\\u0000\"}") };
    CHECK(http_send(r.http, &rq, &r.call, &r.reply) == ST_OK);
    str j = compact(&r), got = member(j, "headers");
    CHECK_STR(member(j, "method"), "\"POST\"");
    CHECK_STR(member(j, "path"), "\"/echo?a=1\"");
    CHECK_STR(member(j, "body"), "\"{\\\"q\\\":\\\"\\\\u0000\\\"}\"");
    CHECK_STR(member(got, "prefer"), "\"wait=600\"");
    CHECK_STR(member(got, "x-empty"), "\"\"");
    CHECK_STR(member(got, "content-type"), "\"application/json\"");
    CHECK_STR(member(got, "accept-encoding"), "\"identity\""); /* loopback */
    CHECK(!member(got, "authorization").n && !member(got, "expect").n);
    rig_release(&r);
}

TEST(other_methods_carry_bodies_too)
{
    struct rig r;
    begin(&r);
    struct http_request rq = { .url = rig_url(&r, "http", "/echo"),
                               .method = "DELETE" };
    CHECK(http_send(r.http, &rq, &r.call, &r.reply) == ST_OK);
    CHECK_STR(member(compact(&r), "method"), "\"DELETE\"");
    rq.method = "PUT";
    rq.body = S("a=1");
    rq.content_type = "application/x-www-form-urlencoded";
    CHECK(http_send(r.http, &rq, &r.call, &r.reply) == ST_OK);
    CHECK_STR(member(compact(&r), "body"), "\"a=1\"");
    rq = (struct http_request){ .url = rq.url, .method = "HEAD" };
    CHECK(http_send(r.http, &rq, &r.call, &r.reply) == ST_OK);
    CHECK(r.reply.status == 200 && r.reply.body.n == 0);
    rig_release(&r);
}

TEST(a_value_cannot_add_a_header)
{
    struct rig r;
    begin(&r);
    const struct http_header h[] = { { S("X-A"), S("1\r\nX-Evil: 2") } };
    struct http_request rq = { .url = rig_url(&r, "http", "/echo"),
                               .headers = h, .nheaders = 1 };
    CHECK(http_send(r.http, &rq, &r.call, &r.reply) == ST_ENV);
    CHECK(rig_said(&r, DIAG_CONFIG, "line break"));
    rig_release(&r);
}

/* ---- TLS ---- */

TEST(trusts_a_named_authority_only)
{
    struct rig r;
    begin(&r);
    CHECK(get(&r, "https", "/ok") == ST_ENV);
    CHECK(rig_said(&r, DIAG_NETWORK, "certificate is not trusted"));
    struct http_request rq = { .url = rig_url(&r, "https", "/ok"),
                               .ca_file = rig_fact("ca") };
    CHECK(http_send(r.http, &rq, &r.call, &r.reply) == ST_OK);
    rq.url = rig_url(&r, "wrong", "/ok"); /* valid, but for another name */
    CHECK(http_send(r.http, &rq, &r.call, &r.reply) == ST_ENV);
    CHECK(rig_said(&r, DIAG_NETWORK, "certificate is not trusted"));
    rig_release(&r);
}

TEST(plain_http_needs_to_be_configured)
{
    struct rig r;
    begin(&r);
    struct http_request rq = { .url = S("http://example.invalid/") };
    CHECK(http_send(r.http, &rq, &r.call, &r.reply) == ST_ENV);
    CHECK(rig_said(&r, DIAG_CONFIG, "use https"));
    rq.url = S("https://u:p@example.invalid/");
    CHECK(http_send(r.http, &rq, &r.call, &r.reply) == ST_ENV);
    CHECK(rig_said(&r, DIAG_CONFIG, "do not belong"));
    rq.url = S("file:///etc/passwd");
    CHECK(http_send(r.http, &rq, &r.call, &r.reply) == ST_ENV);
    CHECK(rig_said(&r, DIAG_CONFIG, "not an http"));
    rig_release(&r);
}

TEST(metadata_addresses_are_out_of_reach)
{
    struct rig r;
    begin(&r);
    struct http_request rq = { .url = S("https://169.254.169.254/metadata") };
    CHECK(http_send(r.http, &rq, &r.call, &r.reply) == ST_ENV);
    CHECK(rig_said(&r, DIAG_POLICY, "may not go"));
    rq.url = S("https://[::ffff:169.254.169.254]/");
    CHECK(http_send(r.http, &rq, &r.call, &r.reply) == ST_ENV);
    rig_release(&r);
}

/* ---- proxies ---- */

static enum status through(struct rig *r, const char *password,
                           const char *fact)
{
    struct http_options o = rig_quick;
    o.proxy = rig_url(r, "proxy", "");
    o.proxy_user = S("proxy-user");
    o.proxy_password = str_of(password);
    CHECK(http_configure(r->http, &o, &r->ds));
    struct http_request rq = { .url = rig_url(r, fact, "/ok"),
                               .ca_file = rig_fact("ca") };
    return http_send(r->http, &rq, &r->call, &r->reply);
}

static void proxied(struct rig *r, const char *what, const char *want)
{
    str path = arena_fmt(r->arena, "/count?of=%s", what);
    struct http_request rq = { .url = rig_url(r, "http", path.p),
                               .direct = true };
    CHECK(http_send(r->http, &rq, &r->call, &r->reply) == ST_OK);
    CHECK_STR(r->reply.body, want);
}

TEST(proxies_are_used_with_their_credentials)
{
    struct rig r;
    begin(&r);
    CHECK(through(&r, "proxy-password", "http") == ST_OK);
    CHECK(through(&r, "proxy-password", "https") == ST_OK);
    CHECK(through(&r, "wrong-password", "http") == ST_ENV);
    CHECK(rig_said(&r, DIAG_HTTP, "answers 407"));
    CHECK(through(&r, "wrong-password", "https") == ST_ENV);
    CHECK(rig_said(&r, DIAG_NETWORK, "the proxy answers 407"));
    CHECK(secrets_in(r.secrets, S("wrong-password")));
    proxied(&r, "proxied", "{\"n\": 1}");
    proxied(&r, "tunnels", "{\"n\": 1}");
    rig_release(&r);
}

TEST(the_environment_names_a_proxy_unless_told_otherwise)
{
    struct rig r;
    begin(&r);
    str nowhere = rig_url(&r, "closed", "");
    setenv("http_proxy", nowhere.p, 1);
    CHECK(get(&r, "http", "/ok") == ST_OK); /* "none" */
    struct http_options o = rig_quick;
    o.proxy = S("");
    CHECK(http_configure(r.http, &o, &r.ds));
    CHECK(get(&r, "http", "/ok") == ST_ENV);
    setenv("no_proxy", "127.0.0.1", 1);
    CHECK(get(&r, "http", "/ok") == ST_OK);
    unsetenv("http_proxy");
    unsetenv("no_proxy");
    rig_release(&r);
}

/* ---- answers that are errors ---- */

TEST(an_error_speaks_the_words_of_its_vendor)
{
    fails("/nothing", DIAG_HTTP, "404 NotFound: no path /nothing");
}

TEST(an_error_page_is_read_without_its_marks)
{
    fails("/huge-error", DIAG_HTTP, "500: Oops");
}

TEST(a_permission_is_an_error_of_signing_in)
{
    fails("/status?code=403&body=%7B%22error%22%3A%22no%22%7D", DIAG_AUTH,
          "403 no");
}

TEST(any_status_can_be_an_answer)
{
    struct rig r;
    begin(&r);
    struct http_request rq = {
        .url = rig_url(&r, "http", "/status?code=400&body=abc"),
        .any_status = true,
    };
    CHECK(http_send(r.http, &rq, &r.call, &r.reply) == ST_OK);
    CHECK(r.reply.status == 400 && r.ds.nerrors == 0);
    CHECK_STR(r.reply.body, "abc");
    rig_release(&r);
}

TEST(the_content_type_can_be_asked)
{
    struct rig r;
    begin(&r);
    CHECK(get(&r, "http", "/html") == ST_OK);
    CHECK(!http_reply_is_json(&r.reply));
    CHECK_STR(http_reply_header(&r.reply, "content-type"), "text/html");
    rig_release(&r);
}

/* ---- retries ---- */

TEST(busy_servers_are_asked_again)
{
    struct rig r;
    begin(&r);
    CHECK(get(&r, "http", "/fail?id=a&n=2&status=503") == ST_OK);
    CHECK_STR(r.reply.body, "{\"tries\": 3}");
    CHECK(r.ds.nerrors == 0);
    CHECK(get(&r, "http", "/fail?id=b&n=9&status=503") == ST_ENV);
    CHECK(rig_said(&r, DIAG_HTTP, "503 Busy: try later"));
    rig_release(&r);
}

TEST(retry_after_is_waited_for)
{
    struct rig r;
    begin(&r);
    int64_t began = rig_ms();
    CHECK(get(&r, "http", "/fail?id=c&n=1&status=429&after=1") == ST_OK);
    CHECK(rig_ms() - began >= 1000);
    CHECK(str_find(buf_str(&r.lines), S("answered 429, waiting 1 s")) > 0);
    began = rig_ms();
    CHECK(get(&r, "http", "/fail?id=d&n=1&status=429&date=2") == ST_OK);
    CHECK(rig_ms() - began >= 900); /* dates are whole seconds */
    began = rig_ms();
    CHECK(get(&r, "http", "/fail?id=e&n=1&status=429&after=3600") == ST_ENV);
    CHECK(rig_ms() - began < 4000);
    CHECK(rig_said(&r, DIAG_HTTP, "429"));
    rig_release(&r);
}

TEST(changes_are_never_sent_twice)
{
    struct rig r;
    begin(&r);
    struct http_request rq = {
        .url = rig_url(&r, "http", "/fail?id=f&n=1&status=503"),
        .body = S("{}"), .once = true,
    };
    CHECK(http_send(r.http, &rq, &r.call, &r.reply) == ST_ENV);
    rig_release(&r);
}

/* ---- credentials ---- */

struct signer {
    int asked, renewed;
    const char *const *tokens;
};

static enum status sign(const struct http_auth *a, struct http_signing *s)
{
    struct signer *me = a->ctx;
    me->asked++;
    me->renewed += s->refused;
    str value = arena_fmt(s->call->arena, "Bearer %s", me->tokens[me->renewed]);
    struct http_header h = { S("Authorization"), value };
    PUSH(s->call->arena, s->headers, h);
    return ST_OK;
}

TEST(refused_credentials_are_renewed_once)
{
    struct rig r;
    begin(&r);
    struct signer good = { .tokens = (const char *[]){ "stale-token-1",
                                                       "good-token-2" } };
    struct http_auth auth = { sign, &good };
    struct http_request rq = { .url = rig_url(&r, "http", "/token"),
                               .auth = &auth };
    CHECK(http_send(r.http, &rq, &r.call, &r.reply) == ST_OK);
    CHECK(good.asked == 2 && good.renewed == 1);

    struct signer bad = { .tokens = (const char *[]){ "stale-token-1",
                                                      "stale-token-3" } };
    auth.ctx = &bad;
    CHECK(http_send(r.http, &rq, &r.call, &r.reply) == ST_ENV);
    CHECK(bad.asked == 2);
    /* The server echoes the token; the message must not. */
    CHECK(rig_said(&r, DIAG_AUTH, "401 InvalidToken: refused: ***"));
    rig_release(&r);
}

TEST(credentials_do_not_follow_to_another_host)
{
    struct rig r;
    begin(&r);
    struct signer good = { .tokens = (const char *[]){ "good-token-2", "" } };
    struct http_auth auth = { sign, &good };
    str to = rig_url(&r, "other", "/token");
    struct http_request rq = { .auth = &auth };
    rq.url = arena_fmt(r.arena, "%.*s?to=%.*s",
                       STRF(rig_url(&r, "http", "/redirect")), STRF(to));
    CHECK(http_send(r.http, &rq, &r.call, &r.reply) == ST_ENV);
    CHECK(rig_said(&r, DIAG_HTTP, "it leads to another host"));
    rq.follow = true; /* then without, and never to a private address */
    CHECK(http_send(r.http, &rq, &r.call, &r.reply) == ST_ENV);
    CHECK(rig_said(&r, DIAG_HTTP, "it leaves https"));
    rq.url = rig_url(&r, "http", "/redirect?to=/token");
    CHECK(http_send(r.http, &rq, &r.call, &r.reply) == ST_OK);
    rig_release(&r);
}

/* https to https at another port, which is another origin. */
static struct http_request download(struct rig *r, const struct http_auth *a)
{
    str to = rig_url(r, "https2", "/echo");
    return (struct http_request){
        .url = arena_fmt(r->arena, "%.*s?to=%.*s",
                         STRF(rig_url(r, "https", "/redirect")), STRF(to)),
        .auth = a, .follow = true, .ca_file = rig_fact("ca"),
    };
}

TEST(a_download_is_followed_without_credentials)
{
    struct rig r;
    begin(&r);
    struct signer good = { .tokens = (const char *[]){ "good-token-2", "" } };
    struct http_auth auth = { sign, &good };
    struct http_request rq = download(&r, &auth);
    /* The name of a stranger may not lead into this network … */
    CHECK(http_send(r.http, &rq, &r.call, &r.reply) == ST_ENV);
    CHECK(rig_said(&r, DIAG_POLICY, "may not go"));
    /* … unless a proxy decides where it goes. */
    CHECK(through(&r, "proxy-password", "https") == ST_OK);
    CHECK(http_send(r.http, &rq, &r.call, &r.reply) == ST_OK);
    CHECK(!member(member(compact(&r), "headers"), "authorization").n);
    CHECK(str_eq(r.reply.url, rig_url(&r, "https2", "/echo")));
    rig_release(&r);
}

TEST(redirects_end)
{
    fails("/loop", DIAG_HTTP, "there were three already");
    fails("/redirect?to=file:///etc/passwd", DIAG_HTTP, "not an http address");
}

TEST(a_body_is_not_lost_in_a_redirect)
{
    struct rig r;
    begin(&r);
    struct http_request rq = { .body = S("{\"a\":1}") };
    rq.url = rig_url(&r, "http", "/redirect?code=302&to=/echo");
    CHECK(http_send(r.http, &rq, &r.call, &r.reply) == ST_ENV);
    CHECK(rig_said(&r, DIAG_HTTP, "would lose what was sent"));
    rq.url = rig_url(&r, "http", "/redirect?code=307&to=/echo");
    CHECK(http_send(r.http, &rq, &r.call, &r.reply) == ST_OK);
    CHECK_STR(member(compact(&r), "body"), "\"{\\\"a\\\":1}\"");
    rq.url = rig_url(&r, "http", "/redirect?code=303&to=/echo");
    CHECK(http_send(r.http, &rq, &r.call, &r.reply) == ST_OK);
    CHECK_STR(member(compact(&r), "method"), "\"GET\"");
    rig_release(&r);
}

/* ---- side by side ---- */

TEST(requests_run_side_by_side)
{
    struct rig r;
    begin(&r);
    struct http_request rq[9];
    struct http_reply reply[9];
    for (int i = 0; i < 9; i++)
        rq[i] = (struct http_request){
            .url = rig_url(&r, "http", i == 4 ? "/nothing" : "/sleep?ms=300"),
        };
    int64_t began = rig_ms();
    r.call.width = 8;
    CHECK(http_send_all(r.http, 9, rq, &r.call, reply) == ST_ENV);
    CHECK(rig_ms() - began < 2300); /* one after the other: 2400 */
    for (int i = 0; i < 9; i++)
        CHECK(reply[i].outcome == (i == 4 ? ST_ENV : ST_OK));
    CHECK_STR(reply[8].body, "{\"slept\": \"300\"}");
    CHECK(r.ds.nerrors == 1);
    rig_release(&r);
}

static void *one_of_many(void *ctx)
{
    struct rig *shared = ctx;
    struct arena *a = arena_new();
    struct diags ds;
    diags_init(&ds, a);
    struct http_call call = { .arena = a, .ds = &ds };
    for (int i = 0; i < 10; i++) {
        struct http_request rq = { .url = rig_url(shared, "http", "/ok") };
        struct http_reply reply;
        CHECK(http_send(shared->http, &rq, &call, &reply) == ST_OK);
    }
    arena_free(a);
    return NULL;
}

TEST(threads_share_a_client)
{
    struct rig r[4];
    pthread_t thread[4];
    begin(&r[0]);
    for (int i = 1; i < 4; i++) {
        rig_init(&r[i]);
        http_free(r[i].http);
        r[i].http = r[0].http;
    }
    for (int i = 0; i < 4; i++)
        pthread_create(&thread[i], NULL, one_of_many, &r[i]);
    for (int i = 0; i < 4; i++)
        pthread_join(thread[i], NULL);
    for (int i = 3; i >= 0; i--) {
        if (i)
            r[i].http = NULL;
        rig_release(&r[i]);
    }
}

/* ---- recordings ---- */

static enum status ask_recorded(struct rig *r, const char *file, bool play,
                                str body)
{
    struct http_options o = rig_quick;
    *(play ? &o.replay : &o.record) = str_of(file);
    CHECK(http_configure(r->http, &o, &r->ds));
    struct http_request rq = { .url = rig_url(r, "http", "/echo?k=s3cr3t-key"),
                               .body = body };
    return http_send(r->http, &rq, &r->call, &r->reply);
}

static str file_text(struct rig *r, const char *name)
{
    char text[8192];
    int fd = open(name, O_RDONLY);
    ssize_t n = read(fd, text, sizeof text);
    close(fd);
    return arena_str(r->arena, (str){ text, n > 0 ? (size_t)n : 0 });
}

TEST(exchanges_are_recorded_and_played_without_secrets)
{
    struct rig r;
    begin(&r);
    str name = arena_fmt(r.arena, "%.*s/tape.http", STRF(rig_fact("dir")));
    secrets_add(r.secrets, S("s3cr3t-key"));
    CHECK(ask_recorded(&r, name.p, false, S("line 1\nba\\ck\x01")) == ST_OK);
    str asked = compact(&r), tape = file_text(&r, name.p);
    CHECK(str_find(tape, S("s3cr3t")) < 0);
    CHECK(str_find(tape, S("> line 1\n> ba\\x5Cck\\x01\n")) > 0);
    struct stat st;
    CHECK(stat(name.p, &st) == 0 && (st.st_mode & 0777) == 0600);

    CHECK(ask_recorded(&r, name.p, true, S("line 1\nba\\ck\x01")) == ST_OK);
    CHECK_STR(member(compact(&r), "method"), "\"POST\"");
    CHECK(str_eq(member(compact(&r), "body"), member(asked, "body")));
    CHECK(http_reply_is_json(&r.reply));
    CHECK(ask_recorded(&r, name.p, true, S("another")) == ST_ENV);
    CHECK(rig_said(&r, DIAG_NETWORK, "the nearest has another body"));
    rig_release(&r);
}
