/* auth_device.c - a code that a person types into a browser elsewhere.
 *
 * Called by: auth_entra.c. Device authorization grant, RFC 8628; the refresh
 * token goes into the token file, so that the next session need not ask. */
#include "auth_int.h"
#include "error_text.h"
#include "redact.h"

/* The public client that the Azure CLI uses, for tenants in which nobody has
 * registered an application for this. */
#define PUBLIC_CLIENT "04b07795-8ddb-461a-bbee-02f9e1bf7b46"

enum { MAX_BODY = 256 << 10, SLOWER_S = 5 };

static str client_of(const struct entra_want *w)
{
    return w->id->client_id.n ? w->id->client_id : S(PUBLIC_CLIENT);
}

static str file_key(const struct entra_want *w, struct arena *a)
{
    return arena_fmt(a, "%.*s|%.*s|%.*s", STRF(w->authority), STRF(w->tenant),
                     STRF(client_of(w)));
}

static enum status post(const struct entra_want *w,
                        const struct http_call *call, const char *endpoint,
                        struct buf *body, struct http_reply *reply)
{
    struct http_request rq = {
        .url = entra_endpoint(w, call->arena, endpoint),
        .body = buf_str(body),
        .content_type = "application/x-www-form-urlencoded",
        .what = "sign-in",
        .max_body = MAX_BODY,
        .any_status = true,
        .secret_reply = true,
    };
    return http_send(w->auths->http, &rq, call, reply);
}

static enum status fail_answer(const struct entra_want *w,
                               const struct http_call *call,
                               const struct http_reply *reply)
{
    struct http_error e;
    http_error_parse(call->arena, reply->body, &e);
    return http_fail(w->auths->http, call, DIAG_AUTH,
                     "sign-in with a code to tenant %.*s answers %ld %.*s: "
                     "%.*s",
                     STRF(w->tenant), reply->status, STRF(e.code),
                     STRF(e.message));
}

/* ---- with a refresh token of an earlier sign-in ---- */

/* The server says that this token is worth nothing any more; all else (it is
 * busy, the network is away) says nothing of the token. */
static bool is_refused(str code)
{
    static const char *const words[] = { "invalid_grant",
                                         "interaction_required",
                                         "login_required",
                                         "consent_required" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eqz(code, words[i]))
            return true;
    return false;
}

/* ST_USER: refused, and `why` has the server's words; nothing is reported. */
static enum status by_refresh(const struct entra_want *w,
                              const struct http_call *call, str refresh,
                              struct token *out, struct http_error *why)
{
    struct buf body;
    struct http_reply reply;
    struct oauth_client c = { .client_id = client_of(w) };
    secrets_add(http_secrets(w->auths->http), refresh);
    buf_init(&body, MAX_BODY);
    oauth_refresh_body(&body, &c, refresh, w->scope);
    enum status st = post(w, call, "token", &body, &reply);
    explicit_bzero(body.p, body.n);
    buf_release(&body);
    if (st != ST_OK)
        return st;
    if (reply.status == 200 &&
        oauth_token_parse(call->arena, reply.body, auth_now(), out))
        return ST_OK;
    http_error_parse(call->arena, reply.body, why);
    return is_refused(why->code) ? ST_USER : fail_answer(w, call, &reply);
}

/* Tries the token that is kept, and keeps its successor or forgets it. */
static enum status by_kept(const struct entra_want *w,
                           const struct http_call *call, struct token *out,
                           struct http_error *why)
{
    struct refresh_turn turn;
    enum status st = ST_USER;
    str key = file_key(w, call->arena);
    if (!refresh_begin(&turn, w->auths, call))
        return ST_CANCELLED;
    str refresh = refresh_get(&turn, call, key);
    if (refresh.n)
        st = by_refresh(w, call, refresh, out, why);
    if (st == ST_OK && out->refresh.n && !str_eq(out->refresh, refresh))
        refresh_put(&turn, call, key, out->refresh);
    else if (st == ST_USER && refresh.n)
        refresh_put(&turn, call, key, S(""));
    refresh_end(&turn);
    return st;
}

static void keep_first(const struct entra_want *w,
                       const struct http_call *call, const struct token *t)
{
    struct refresh_turn turn;
    if (!t->refresh.n || !refresh_begin(&turn, w->auths, call))
        return;
    refresh_put(&turn, call, file_key(w, call->arena), t->refresh);
    refresh_end(&turn);
}

/* ---- with a person ---- */

static enum status ask_code(const struct entra_want *w,
                            const struct http_call *call,
                            struct device_code *code)
{
    struct buf body;
    struct http_reply reply;
    buf_init(&body, MAX_BODY);
    oauth_device_body(&body, client_of(w), w->scope);
    enum status st = post(w, call, "devicecode", &body, &reply);
    buf_release(&body);
    if (st != ST_OK)
        return st;
    if (reply.status != 200 ||
        !oauth_device_parse(call->arena, reply.body, code))
        return fail_answer(w, call, &reply);
    secrets_add(http_secrets(w->auths->http), code->device_code);
    return ST_OK;
}

static enum status end_poll(const struct entra_want *w,
                            const struct http_call *call,
                            enum poll_answer means,
                            const struct http_reply *reply)
{
    if (means == POLL_DECLINED)
        return http_fail(w->auths->http, call, DIAG_AUTH,
                         "the sign-in with the code was declined");
    if (means == POLL_EXPIRED)
        return http_fail(w->auths->http, call, DIAG_AUTH,
                         "nobody signed in with the code in time; run the "
                         "cell again for a new one");
    return fail_answer(w, call, reply);
}

/* The line again and again: a front end shows it late, or only once. */
static bool wait_showing(const struct http_call *call, int64_t ms, str line)
{
    do {
        int64_t step = ms < 1000 ? ms : 1000;
        call->status(call->ctx, line);
        if (!http_pause(call, step))
            return false;
        ms -= step;
    } while (ms > 0);
    return true;
}

static enum status wait_for_person(const struct entra_want *w,
                                   const struct http_call *call,
                                   const struct device_code *code,
                                   struct token *out)
{
    str line = arena_fmt(call->arena,
                         "To sign in to tenant %.*s, open %.*s in a browser "
                         "and enter the code %.*s",
                         STRF(w->tenant), STRF(code->uri),
                         STRF(code->user_code));
    int64_t interval = code->interval_s, until = auth_now() + code->expires_s;
    struct http_reply reply = { .status = 0 };
    while (auth_now() < until) {
        struct buf body;
        if (!wait_showing(call, interval * 1000, line))
            return ST_CANCELLED;
        buf_init(&body, MAX_BODY);
        oauth_poll_body(&body, client_of(w), code->device_code);
        enum status st = post(w, call, "token", &body, &reply);
        buf_release(&body);
        if (st != ST_OK)
            return st;
        if (reply.status == 200 &&
            oauth_token_parse(call->arena, reply.body, auth_now(), out))
            return ST_OK;
        enum poll_answer means = oauth_poll_parse(call->arena, reply.body);
        if (means == POLL_SLOWER)
            interval += SLOWER_S;
        else if (means != POLL_AGAIN)
            return end_poll(w, call, means, &reply);
    }
    return end_poll(w, call, POLL_EXPIRED, &reply);
}

static enum status nobody(const struct entra_want *w,
                          const struct http_call *call,
                          const struct http_error *refused)
{
    if (refused->code.n)
        http_fail(w->auths->http, call, DIAG_AUTH,
                  "the sign-in that was kept for tenant %.*s is no longer "
                  "good (%.*s: %.*s), and nobody is here to type a code",
                  STRF(w->tenant), STRF(refused->code),
                  STRF(refused->message));
    else
        http_fail(w->auths->http, call, DIAG_AUTH,
                  "a code can only be shown to a person, and nobody is here "
                  "to type one");
    struct diag *d = &call->ds->list.v[call->ds->list.n - 1];
    diag_hint(call->ds, d,
              w->auths->cache.n
                  ? "sign in once in a notebook; runs without anybody use "
                    "what it keeps"
                  : "Azure: token_cache is none, so no sign-in is kept");
    return ST_ENV;
}

static enum status by_person(const struct entra_want *w,
                             const struct http_call *call, struct token *out,
                             const struct http_error *refused)
{
    struct device_code code;
    if (!call->status || !call->attended)
        return nobody(w, call, refused);
    enum status st = ask_code(w, call, &code);
    if (st != ST_OK)
        return st;
    return wait_for_person(w, call, &code, out);
}

enum status entra_device(const struct entra_want *w,
                         const struct http_call *call, struct token *out)
{
    struct http_error refused = { .code = S("") };
    enum status st = by_kept(w, call, out, &refused);
    if (st != ST_USER)
        return st;
    st = by_person(w, call, out, &refused);
    if (st == ST_OK)
        keep_first(w, call, out);
    return st;
}
