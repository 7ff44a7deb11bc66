/* oauth.c - bodies and answers of OAuth 2, as Entra ID speaks it.
 *
 * Called by: auth_*.c, tests. */
#include "oauth.h"

#include "answer.h"
#include "base/ticks.h"
#include "url.h"

static void add_client(struct buf *b, const struct oauth_client *c)
{
    form_field(b, "client_id", c->client_id);
    if (c->secret.n)
        form_field(b, "client_secret", c->secret);
    if (!c->assertion.n)
        return;
    form_field(b, "client_assertion_type",
               S("urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));
    form_field(b, "client_assertion", c->assertion);
}

void oauth_client_body(struct buf *b, const struct oauth_client *c, str scope)
{
    form_field(b, "grant_type", S("client_credentials"));
    add_client(b, c);
    form_field(b, "scope", scope);
}

void oauth_device_body(struct buf *b, str client_id, str scope)
{
    struct buf all;
    buf_init(&all, scope.n + 32);
    buf_add(&all, scope);
    buf_adds(&all, " offline_access"); /* or there is no refresh token */
    form_field(b, "client_id", client_id);
    form_field(b, "scope", buf_str(&all));
    buf_release(&all);
}

void oauth_poll_body(struct buf *b, str client_id, str device_code)
{
    form_field(b, "grant_type",
               S("urn:ietf:params:oauth:grant-type:device_code"));
    form_field(b, "client_id", client_id);
    form_field(b, "device_code", device_code);
}

void oauth_refresh_body(struct buf *b, const struct oauth_client *c,
                        str refresh, str scope)
{
    form_field(b, "grant_type", S("refresh_token"));
    add_client(b, c);
    form_field(b, "refresh_token", refresh);
    form_field(b, "scope", scope);
}

/* A day: nobody issues longer ones, and a clock may be wrong. */
enum { MAX_LIFE = 86400, USUAL_LIFE = 3600 };

static void set_times(struct token *t, int64_t now, int64_t life,
                      int64_t refresh_in)
{
    life = life < 0 ? 0 : life > MAX_LIFE ? MAX_LIFE : life;
    int64_t use = life - TOKEN_SKEW > life / 2 ? life - TOKEN_SKEW : life / 2;
    if (refresh_in > 0 && refresh_in < use)
        use = refresh_in;
    t->expires_at = now + life;
    t->renew_at = now + use;
}

static int64_t life_of(struct arena *a, str json, int64_t now)
{
    int64_t v;
    if (answer_long(a, json, "expires_in", &v))
        return v;
    if (answer_long(a, json, "expires_on", &v))
        return v - now;
    if (ticks_parse(answer_text(a, json, "expires_on"), &v))
        return (v - TICKS_UNIX_EPOCH) / TICKS_PER_SEC - now;
    return USUAL_LIFE;
}

bool oauth_token_parse(struct arena *a, str body, int64_t now,
                       struct token *out)
{
    str json;
    int64_t refresh_in = 0;
    *out = (struct token){ .renew_at = 0 };
    if (!reply_json(a, body, &json))
        return false;
    out->access = answer_text(a, json, "access_token");
    out->refresh = answer_text(a, json, "refresh_token");
    (void)answer_long(a, json, "refresh_in", &refresh_in);
    set_times(out, now, life_of(a, json, now), refresh_in);
    return out->access.n > 0;
}

bool oauth_cli_parse(struct arena *a, str text, int64_t now,
                     struct token *out)
{
    str json;
    int64_t at;
    *out = (struct token){ .renew_at = 0 };
    if (!reply_json(a, text, &json))
        return false;
    out->access = answer_text(a, json, "accessToken");
    /* "expiresOn" is local time without a zone: of no use. */
    bool known = answer_long(a, json, "expires_on", &at);
    set_times(out, now, known ? at - now : TOKEN_SKEW, 0);
    return out->access.n > 0;
}

bool oauth_device_parse(struct arena *a, str body, struct device_code *out)
{
    str json;
    *out = (struct device_code){ .interval_s = 5, .expires_s = 900 };
    if (!reply_json(a, body, &json))
        return false;
    out->device_code = answer_text(a, json, "device_code");
    out->user_code = answer_text(a, json, "user_code");
    out->uri = answer_text(a, json, "verification_uri");
    if (!out->uri.n)
        out->uri = answer_text(a, json, "verification_url");
    out->message = answer_text(a, json, "message");
    (void)answer_long(a, json, "interval", &out->interval_s);
    (void)answer_long(a, json, "expires_in", &out->expires_s);
    if (out->interval_s < 0 || out->interval_s > 60)
        out->interval_s = 5;
    if (out->expires_s < 0 || out->expires_s > 3600)
        out->expires_s = 900;
    return out->device_code.n && out->user_code.n && out->uri.n;
}

enum poll_answer oauth_poll_parse(struct arena *a, str body)
{
    static const struct {
        const char *error;
        enum poll_answer means;
    } known[] = {
        { "authorization_pending", POLL_AGAIN },
        { "temporarily_unavailable", POLL_AGAIN },
        { "slow_down", POLL_SLOWER },
        { "authorization_declined", POLL_DECLINED },
        { "access_denied", POLL_DECLINED },
        { "expired_token", POLL_EXPIRED },
        { "code_expired", POLL_EXPIRED },
    };
    str json;
    if (!reply_json(a, body, &json))
        return POLL_FAILED;
    str error = answer_text(a, json, "error");
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_eqz(error, known[i].error))
            return known[i].means;
    return POLL_FAILED;
}
