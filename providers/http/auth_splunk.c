/* auth_splunk.c - Splunk's session key: user and password, once an hour.
 *
 * Called by: auths.c. Splunk's REST interface, POST services/auth/login. */
#include "answer.h"
#include "auth_int.h"
#include "redact.h"
#include "url.h"

/* A key lives for an hour after its last use; a 401 renews it before that. */
enum { MAX_BODY = 256 << 10, KEY_SECONDS = 3600 };

static enum status fetch(struct credential *c, const struct http_call *call,
                         struct token *out)
{
    const struct splunk_login *l = c->how;
    struct http_reply reply;
    struct buf body;
    str json;
    buf_init(&body, MAX_BODY);
    form_field(&body, "username", l->user);
    form_field(&body, "password", l->password);
    form_field(&body, "output_mode", S("json"));
    struct http_request rq = {
        .url = arena_fmt(call->arena, "%.*s/services/auth/login",
                         STRF(l->base)),
        .body = buf_str(&body),
        .content_type = "application/x-www-form-urlencoded",
        .what = "Splunk",
        .max_body = MAX_BODY,
        .ca_file = l->ca_file,
        .plain = l->plain,
        .secret_reply = true,
    };
    enum status st = http_send(c->auths->http, &rq, call, &reply);
    if (st == ST_OK) {
        if (reply_json(call->arena, reply.body, &json))
            out->access = answer_text(call->arena, json, "sessionKey");
        out->renew_at = auth_now() + KEY_SECONDS - TOKEN_SKEW;
        out->expires_at = auth_now() + KEY_SECONDS;
    }
    if (st == ST_OK && !out->access.n)
        st = http_fail(c->auths->http, call, DIAG_AUTH,
                       "Splunk's answer to the sign-in holds no session key");
    explicit_bzero(body.p, body.n);
    buf_release(&body);
    return st;
}

static void fill(struct credential *c, const void *from)
{
    struct arena *a = c->auths->arena;
    struct splunk_login *l = NEW(a, struct splunk_login);
    *l = *(const struct splunk_login *)from;
    l->base = arena_str(a, l->base);
    l->user = arena_str(a, l->user);
    l->password = arena_str(a, l->password);
    l->ca_file = arena_str(a, l->ca_file);
    while (str_ends(l->base, S("/")))
        l->base.n--;
    c->scheme = S("Splunk");
    c->fetch = fetch;
    c->how = l;
}

const struct http_auth *auth_splunk(struct auths *s,
                                    const struct splunk_login *l)
{
    struct buf key;
    buf_init(&key, MAX_BODY);
    buf_addf(&key, "splunk %zu:", l->base.n);
    buf_add(&key, l->base);
    buf_addf(&key, " %zu:", l->user.n);
    buf_add(&key, l->user);
    buf_add(&key, l->password);
    secrets_add(http_secrets(s->http), l->password);
    struct credential *c = auths_credential(s, buf_str(&key), fill, l);
    explicit_bzero(key.p, key.n);
    buf_release(&key);
    return &c->auth;
}
