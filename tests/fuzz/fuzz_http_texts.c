/* fuzz_http_texts.c - any bytes as what servers say beside rows.
 *
 * Errors of vendors, tokens, device codes, Retry-After and addresses. Holds
 * that an error is short, printable and on one line, that a token that is read
 * has a life, and that a wait is never nonsense. */
#include <assert.h>
#include <stdint.h>

#include "base/utf8.h"
#include "providers/clickhouse/ch.h"
#include "providers/http/answer.h"
#include "providers/http/error_text.h"
#include "providers/http/oauth.h"
#include "providers/http/retry.h"
#include "providers/http/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_line(str s)
{
    assert(utf8_valid(s));
    for (size_t i = 0; i < s.n; i++)
        assert(s.p[i] != '\n' && s.p[i] != '\r' && s.p[i] != 0x1b);
}

static void check_tokens(struct arena *a, str text)
{
    enum { NOW = 1700000000 };
    struct token t;
    struct device_code d;
    if (oauth_token_parse(a, text, NOW, &t))
        assert(t.access.n && t.renew_at <= t.expires_at);
    if (oauth_cli_parse(a, text, NOW, &t))
        assert(t.access.n && t.renew_at <= t.expires_at);
    if (oauth_device_parse(a, text, &d))
        assert(d.device_code.n && d.interval_s >= 0 && d.expires_s >= 0);
    (void)oauth_poll_parse(a, text);
}

static void check_address(str text)
{
    struct url u;
    struct buf b;
    if (!url_parse(text, &u))
        return;
    buf_init(&b, 64 * text.n + 100);
    url_shown(&b, text);
    assert(u.host.n && buf_ok(&b));
    assert(url_same_origin(text, text));
    buf_release(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const int64_t most = 366 * 86400 * 1000LL;
    struct arena *a = arena_new();
    struct http_error e;
    str text = { (const char *)data, size }, json;
    http_error_parse(a, text, &e);
    check_line(e.code);
    check_line(e.message);
    check_tokens(a, text);
    check_address(text);
    int64_t ms = retry_after_ms(text, 638000000000000000);
    assert(ms >= -1 && ms <= most);
    assert(ch_error_of(text).text.n <= size);
    if (reply_json(a, text, &json))
        (void)answer_text(a, json, "a.b.c");
    arena_free(a);
    return 0;
}
