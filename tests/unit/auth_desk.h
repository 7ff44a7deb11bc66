/* auth_desk.h - credentials of one session and a strict server for them.
 *
 * Included by: t_auth.c, t_refresh.c. */
#ifndef UNIT_AUTH_DESK_H
#define UNIT_AUTH_DESK_H

#include "http_rig.h"
#include "providers/http/auth.h"

struct desk {
    struct rig rig;
    struct auths *auths;
    str authority;
};

static void open_desk(struct desk *d)
{
    rig_start("tests/providers/oauthd.py");
    rig_init(&d->rig);
    d->auths = auths_new(d->rig.http);
    d->authority = rig_url(&d->rig, "http", "");
}

static void close_desk(struct desk *d)
{
    auths_free(d->auths);
    rig_release(&d->rig);
}

static struct entra identity(struct desk *d, const char *tenant)
{
    return (struct entra){ .authority = d->authority,
                           .tenant = str_of(tenant),
                           .client_id = S("app-1") };
}

static enum status use(struct desk *d, const struct http_auth *auth)
{
    struct http_request rq = { .url = rig_url(&d->rig, "http", "/api"),
                               .auth = auth };
    return http_send(d->rig.http, &rq, &d->rig.call, &d->rig.reply);
}

static int counted(struct desk *d, const char *what)
{
    struct http_request rq = {
        .url = arena_fmt(d->rig.arena, "%.*s/count?of=%s",
                         STRF(d->authority), what),
    };
    struct http_reply reply;
    if (http_send(d->rig.http, &rq, &d->rig.call, &reply) != ST_OK)
        return -1;
    return (int)strtol(reply.body.p + strlen("{\"n\": "), NULL, 10);
}

static const struct http_auth *by_way(struct desk *d, enum entra_method m,
                                      const char *tenant, const char *scope)
{
    struct entra id = identity(d, tenant);
    id.methods[0] = m;
    id.nmethods = 1;
    return auth_entra(d->auths, &id, str_of(scope));
}

#endif
