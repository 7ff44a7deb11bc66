/* check.c - what is looked at before anything is sent: hosts, options.
 *
 * Called by: kusto.c, sentinel.c, defender.c. */
#include "providers/http/url.h"
#include "service.h"

/* ---- hosts ---- */

static bool host_ends(str host, const char *suffix)
{
    str s = str_of(suffix);
    if (s.n && s.p[0] == '.')
        return host.n > s.n &&
               str_ieq(str_sub(host, host.n - s.n, host.n), s);
    return str_ieq(host, s);
}

enum status service_check_host(const struct service *s,
                               const char *const *hosts,
                               const struct remote_setup *setup,
                               const struct remote_call *call)
{
    struct url u;
    struct diag *d;
    if (!url_parse(s->base, &u) || u.userinfo.n) {
        diag_error(call->ds, DIAG_OPTION, call->span,
                   "'%.*s' is no https address", STRF(s->base));
        return ST_USER;
    }
    if (url_is_loopback(&u) || setup_bool(setup, "trust_host", false))
        return ST_OK;
    for (; *hosts && url_is_https(&u); hosts++)
        if (host_ends(u.host, *hosts))
            return ST_OK;
    d = diag_error(call->ds, DIAG_POLICY, call->span,
                   "%.*s is no host of this service: no token is sent there",
                   STRF(s->base));
    diag_hint(call->ds, d, "with (trust_host = true) says that it is");
    return ST_USER;
}

/* ---- options of a query ---- */

const struct value *service_option(const struct remote_query *q,
                                   const char *name)
{
    for (size_t i = 0; i < q->noptions; i++)
        if (str_eqz(q->options[i].name, name))
            return &q->options[i].value;
    return NULL;
}

bool service_option_bool(const struct remote_query *q, const char *name)
{
    const struct value *v = service_option(q, name);
    return v && v->type == TYPE_BOOL && !v->null && v->i;
}

static const struct remote_setting *option_named(
    const struct remote_setting *known, str name)
{
    for (; known->name; known++)
        if (str_eqz(name, known->name))
            return known;
    return NULL;
}

enum status service_check_options(const struct remote_query *q,
                                  const struct remote_setting *known,
                                  const struct remote_call *call)
{
    for (size_t i = 0; i < q->noptions; i++) {
        const struct source_option *o = &q->options[i];
        const struct remote_setting *k = option_named(known, o->name);
        if (k && k->type == o->value.type)
            continue;
        struct diag *d =
            k ? diag_error(call->ds, DIAG_OPTION, q->span, "%s is a %s",
                           k->name, type_name(k->type))
              : diag_error(call->ds, DIAG_OPTION, q->span,
                           "query has no option '%.*s' here", STRF(o->name));
        struct buf b;
        buf_init(&b, 1000);
        for (const struct remote_setting *s = known; s->name; s++)
            buf_addf(&b, ", %s", s->name);
        diag_hint(call->ds, d, "there are start, end%.*s", STRF(buf_str(&b)));
        buf_release(&b);
        return ST_USER;
    }
    return ST_OK;
}
