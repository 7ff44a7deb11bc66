/* t_oidc.c - signing in to an OpenID provider that others wrote.
 *
 * Holds that what we send is what a strict implementation of the standards
 * takes, and not only our own stand-in. Says that it is skipped where the
 * package is not installed (.ci/deps.sh oidc). */
#include "t.h"

#include "http_rig.h"
#include "providers/http/answer.h"
#include "providers/http/auth.h"

struct desk {
    struct rig rig;
    struct auths *auths;
    str authority;
};

/* False: skipped. */
static bool open_desk(struct desk *d)
{
    str missing;
    rig_start("tests/providers/oidc.py");
    if (json_get_key((str){ rig_server.line, rig_server.n }, S("missing"),
                     &missing)) {
        printf("skipped: %.*s is not installed\n", STRF(missing));
        return false;
    }
    rig_init(&d->rig);
    d->auths = auths_new(d->rig.http);
    d->authority = rig_url(&d->rig, "http", "");
    return true;
}

static void close_desk(struct desk *d)
{
    auths_free(d->auths);
    rig_release(&d->rig);
}

/* The provider says that it issued this token and that it is good. */
static void is_good(struct desk *d, const struct http_auth *auth)
{
    struct http_signing s = { .http = d->rig.http, .call = &d->rig.call };
    str json;
    CHECK(auth->sign(auth, &s) == ST_OK && s.headers.n == 1);
    for (size_t i = 0; i < d->rig.ds.list.n; i++)
        printf("  said %.*s\n", STRF(d->rig.ds.list.v[i].message));
    if (!s.headers.n)
        return;
    str value = s.headers.v[0].value;
    CHECK(str_starts(value, S("Bearer ")));
    struct http_request rq = {
        .url = rig_url(&d->rig, "http", "/introspect"),
        .body = arena_fmt(d->rig.arena, "token=%.*s",
                          STRF(str_sub(value, 7, value.n))),
        .content_type = "application/x-www-form-urlencoded",
        .auth = auth_basic(d->auths, S("checker"), S("checker-secret")),
    };
    CHECK(http_send(d->rig.http, &rq, &d->rig.call, &d->rig.reply) == ST_OK);
    CHECK(reply_json(d->rig.arena, d->rig.reply.body, &json));
    CHECK_STR(answer_at(json, "active"), "true");
    CHECK(str_find(answer_text(d->rig.arena, json, "scope"),
                   S("https://vault.test/.default")) >= 0);
}

static struct entra identity(struct desk *d, const char *client)
{
    return (struct entra){ .authority = d->authority, .tenant = S("t"),
                           .client_id = str_of(client) };
}

TEST(a_secret_of_odd_characters_is_understood)
{
    struct desk d;
    if (!open_desk(&d))
        return;
    struct entra id = identity(&d, "by-secret");
    id.client_secret = S("s3cret~with.odd+chars/=&%");
    is_good(&d, auth_entra(d.auths, &id, S("https://vault.test/.default")));
    id.client_secret = S("another-secret");
    const struct http_auth *a = auth_entra(d.auths, &id, S("x"));
    CHECK(auth_check(a, d.rig.http, &d.rig.call) == ST_ENV);
    CHECK(rig_said(&d.rig, DIAG_AUTH, "401 invalid_client"));
    close_desk(&d);
}

TEST(an_assertion_of_a_certificate_is_verified)
{
    struct desk d;
    if (!open_desk(&d))
        return;
    struct entra id = identity(&d, "by-certificate");
    id.certificate = arena_fmt(d.rig.arena, "%.*s/both.pem",
                               STRF(rig_fact("dir")));
    is_good(&d, auth_entra(d.auths, &id, S("https://vault.test/.default")));
    close_desk(&d);
}

TEST(a_code_is_polled_for_and_its_refresh_token_rotates)
{
    struct desk d;
    if (!open_desk(&d))
        return;
    struct entra id = identity(&d, "by-person");
    id.methods[0] = ENTRA_DEVICE;
    id.nmethods = 1;
    auths_set_cache(d.auths, arena_fmt(d.rig.arena, "%.*s/tokens.json",
                                       STRF(rig_fact("dir"))));
    const struct http_auth *a =
        auth_entra(d.auths, &id, S("https://vault.test/.default"));
    is_good(&d, a);
    CHECK(str_find(buf_str(&d.rig.lines), S("and enter the code ")) > 0);
    d.rig.call.status = NULL; /* nobody is there any more */
    for (int i = 0; i < 2; i++) {
        auths_forget(d.auths);
        is_good(&d, a);
    }
    CHECK(d.rig.ds.nerrors == 0);
    close_desk(&d);
}
