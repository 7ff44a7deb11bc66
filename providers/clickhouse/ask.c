/* ask.c - statements over ClickHouse's HTTP interface, and its errors.
 *
 * Called by: the other files of this folder. A statement is the body of a POST;
 * settings are parameters of the address, credentials a header. */
#include "ch.h"

#include "providers/http/url.h"

enum { MAX_BODY = 64 << 20 };

/* ---- errors ---- */

static int number_at(str s)
{
    int n = 0;
    for (size_t i = 0; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
        n = n < 100000 ? n * 10 + (s.p[i] - '0') : n;
    return n;
}

static str before(str s, str end)
{
    ptrdiff_t i = str_find(s, end);
    return i < 0 ? s : str_sub(s, 0, (size_t)i);
}

struct ch_error ch_error_of(str body)
{
    struct ch_error e = { 0, str_sub(str_trim(body), 0, 500) };
    ptrdiff_t code = str_find(body, S("Code: ")),
              text = str_find(body, S("DB::Exception: "));
    if (code < 0)
        return e;
    e.code = number_at(str_sub(body, (size_t)code + 6, body.n));
    if (text >= 0)
        e.text = str_sub(body, (size_t)text + 15, body.n);
    e.text = before(e.text, S(", e.what()"));
    e.text = before(e.text, S(" (version "));
    e.text = before(e.text, S("Stack trace:"));
    e.text = str_trim(before(e.text, S("\n")));
    return e;
}

/* ErrorCodes.cpp: 159 time, 241 memory, 160 too slow, 209 and 210 network, 394
 * cancelled, 307 and 396 too much. */
bool ch_is_outage(int code)
{
    static const int codes[] = { 159, 160, 209, 210, 236, 241, 279, 394 };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i] == code)
            return true;
    return false;
}

static enum diag_code diag_of(int code)
{
    switch (code) {
    case 192: /* unknown user, wrong and missing password */
    case 193:
    case 194:
    case 516:
    case 497: return DIAG_AUTH;
    case 158: /* rows, time, memory, size of the result */
    case 159:
    case 160:
    case 241:
    case 307:
    case 396: return DIAG_LIMIT;
    default: return DIAG_HTTP;
    }
}

enum status ch_fail(struct ch *ch, const struct ch_error *e,
                    const struct remote_call *call)
{
    struct buf b;
    buf_init(&b, 64 << 10);
    secrets_scrub(ch->services->secrets, &b, e->text);
    enum diag_code code = diag_of(e->code);
    if (e->code)
        buf_addf(&b, " (code %d)", e->code);
    struct diag *d = diag_error(
        call->ds, code, call->span, "%.*s: %.*s",
        STRF(ch->remote.alias.n ? ch->remote.alias : S("clickhouse")),
        STRF(buf_str(&b)));
    buf_release(&b);
    if (code == DIAG_AUTH)
        diag_hint(call->ds, d, "check user and password");
    if (e->code == 159)
        diag_hint(call->ds, d, "give it more time: .connect clickhouse with "
                               "(timeout = 10m), or ask for less");
    return ST_ENV;
}

/* ---- requests ---- */

static str address(struct ch *ch, const struct ch_request *rq, struct arena *a)
{
    struct buf b;
    buf_init(&b, 16 << 10);
    buf_add(&b, ch->url);
    if (!rq->changes)
        buf_add(&b, ch->settings);
    if (rq->id.n) {
        url_query(&b, "query_id", rq->id);
        /* It is asked again after a failure on the way: once is enough. */
        if (ch->settings.n)
            url_query(&b, "replace_running_query", S("1"));
    }
    str s = buf_take(&b, a);
    buf_release(&b);
    return s;
}

/* The server read the statement: the same one ends the same way. */
static bool is_verdict(str body)
{
    return str_find(body, S("DB::Exception")) >= 0;
}

enum status ch_send(struct ch *ch, const struct ch_request *rq,
                    const struct ch_call *call, str *body)
{
    struct http_call hc = services_call(call->call, call->arena);
    struct http_request request = {
        .url = address(ch, rq, call->arena),
        .auth = ch->auth,
        .body = rq->sql,
        .content_type = "text/plain; charset=utf-8",
        .sink = rq->sink,
        .what = arena_cstr(call->arena, ch->remote.where),
        .ca_file = ch->ca_file,
        .max_body = rq->sink ? UINT64_MAX / 2 : MAX_BODY,
        .total_ms = ch->timeout_ms,
        .idle_ms = ch->timeout_ms, /* a query says nothing until it has rows */
        .plain = ch->plain,
        .any_status = true,
        .once = rq->id.n && !ch->settings.n, /* its number is taken */
        .is_verdict = is_verdict,
    };
    struct http_reply reply;
    enum status st =
        http_send(ch->services->http, &request, &hc, &reply);
    if (st != ST_OK)
        return st;
    if (body)
        *body = reply.body;
    for (size_t i = 0; rq->head && i < reply.nheaders; i++)
        rq->head->ours |= str_starts(reply.headers[i].name, S("x-clickhouse"));
    if (reply.status >= 200 && reply.status < 300)
        return ST_OK;
    struct ch_error e = ch_error_of(reply.body);
    return e.code ? ch_fail(ch, &e, call->call)
                  : http_fail_reply(ch->services->http, &request, &hc, &reply);
}

void ch_kill(struct ch *ch, str id)
{
    struct arena *a = arena_new();
    struct diags ds;
    struct remote_call call = { .ds = &ds };
    struct ch_call c = { &call, a };
    struct buf b;
    struct value v = { .type = TYPE_STRING, .s = id };
    uint32_t timeout = ch->timeout_ms;
    diags_init(&ds, a);
    buf_init(&b, 4096);
    buf_adds(&b, "KILL QUERY WHERE query_id = ");
    (void)ch_literal(&b, &v);
    buf_adds(&b, " ASYNC");
    struct ch_request rq = { .sql = buf_str(&b), .changes = true };
    ch->timeout_ms = 2000;
    (void)ch_send(ch, &rq, &c, NULL);
    ch->timeout_ms = timeout;
    buf_release(&b);
    arena_free(a);
}

/* ---- small answers ---- */

/* RowBinary: a text is its length in seven bits a byte, then its bytes. */
static bool take_text(str *s, str *out)
{
    uint64_t n = 0;
    size_t i = 0;
    for (; i < s->n && i < 9; i++) {
        n |= (uint64_t)((unsigned char)s->p[i] & 127) << (7 * i);
        if ((unsigned char)s->p[i] < 128)
            break;
    }
    if (i == s->n || i == 9 || n > s->n - i - 1)
        return false;
    *out = str_sub(*s, i + 1, i + 1 + (size_t)n);
    *s = str_sub(*s, i + 1 + (size_t)n, s->n);
    return true;
}

enum status ch_strings(struct ch *ch, str sql, const struct ch_call *call,
                       struct ch_cells *out)
{
    struct ch_request rq = { .sql = sql };
    LIST(str) found = { 0 };
    str rest, cell;
    enum status st = ch_send(ch, &rq, call, &rest);
    if (st != ST_OK)
        return st;
    while (rest.n && take_text(&rest, &cell))
        PUSH(call->arena, found, cell);
    out->v = found.v;
    out->nrows = found.n / out->ncols;
    if (rest.n == 0 && found.n % out->ncols == 0)
        return ST_OK;
    struct ch_error e = ch_error_of(rest);
    return ch_fail(ch, &e, call->call);
}
