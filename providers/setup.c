/* setup.c - the settings that `.connect … with (…)` gave, by name. */
#include "setup.h"

#include "base/ticks.h"
#include "services.h"

static const struct value *find(const struct remote_setup *s, const char *name)
{
    for (size_t i = s->noptions; i-- > 0;)
        if (str_eqz(s->options[i].name, name))
            return &s->options[i].value;
    return NULL;
}

str setup_text(const struct remote_setup *s, const char *name)
{
    const struct value *v = find(s, name);
    return v ? v->s : S("");
}

int64_t setup_long(const struct remote_setup *s, const char *name,
                   int64_t otherwise)
{
    const struct value *v = find(s, name);
    return v ? v->i : otherwise;
}

bool setup_bool(const struct remote_setup *s, const char *name, bool otherwise)
{
    const struct value *v = find(s, name);
    return v ? v->i != 0 : otherwise;
}

/* ---- from the configuration ---- */

enum status setup_unknown(struct remote_services *services, const char *what,
                          const char *service,
                          const struct remote_setup *setup,
                          const struct remote_call *call)
{
    struct buf names;
    struct diag *d = diag_error(call->ds, DIAG_NO_PROVIDER, call->span,
                                "the configuration has no %s '%.*s'", what,
                                STRF(setup->instance));
    buf_init(&names, 4000);
    config_instances(services->config, service, &names);
    if (names.n)
        diag_hint(call->ds, d, "there are: %.*s", STRF(buf_str(&names)));
    else
        diag_hint(call->ds, d, "there are none; .config shows what was read");
    buf_release(&names);
    return ST_USER;
}

enum status setup_args(struct remote_services *services, const char *service,
                       const struct remote_setup *setup,
                       const struct yaml_node **args,
                       const struct remote_call *call)
{
    const struct yaml_node *n =
        config_section(services->config, service, setup->instance);
    *args = yaml_get(n, "Args");
    if (n || !setup->instance.n || setup->noptions)
        return ST_OK;
    return setup_unknown(services, service, service, setup, call);
}

static const struct yaml_node *entry_of(const struct yaml_node *args,
                                        const char *name)
{
    const struct yaml_node *n = yaml_get(args, name);
    return n || strcmp(name, "user") != 0 ? n : yaml_get(args, "username");
}

static bool read_span(const struct yaml_node *n, int64_t *out,
                      const struct remote_call *call)
{
    str text = yaml_text(n);
    if (span_parse_literal(text, out) || span_parse(text, out))
        return true;
    diag_error(call->ds, DIAG_CONFIG, call->span,
               "'%.*s' is not a length of time: 10s, 5m", STRF(text));
    return false;
}

static enum status read_entry(const struct setup_source *from,
                              const struct remote_setting *s,
                              const struct yaml_node *n, struct value *v,
                              const struct remote_call *call)
{
    const struct config *c = from->services->config;
    struct http_call hc = services_call(call, from->arena);
    bool b = false, ok = true;
    *v = (struct value){ .type = s->type };
    if (strcmp(s->name, "password") == 0)
        return config_secret(from->services->config, n, &hc, &v->s);
    if (s->type == TYPE_STRING)
        ok = config_text(c, n, &v->s, call->ds);
    else if (s->type == TYPE_LONG)
        ok = config_long(c, n, &v->i, call->ds);
    else if (s->type == TYPE_TIMESPAN)
        ok = read_span(n, &v->i, call);
    else if ((ok = config_bool(c, n, &b, call->ds)))
        v->i = b;
    return ok ? ST_OK : ST_ENV;
}

enum status setup_complete(const struct setup_source *from,
                           const struct remote_setup *given,
                           struct remote_setup *out,
                           const struct remote_call *call)
{
    size_t n = given->noptions, room = n;
    enum status st = config_open(from->services->config, call->ds);
    if (st != ST_OK)
        return st;
    const struct yaml_node *args = NULL;
    st = setup_args(from->services, from->section, given, &args, call);
    if (st != ST_OK)
        return st;
    for (const struct remote_setting *s = from->settings; s->name; s++)
        room++;
    struct source_option *v = arena_array(from->arena, room, sizeof *v);
    for (size_t i = 0; i < n; i++)
        v[i] = given->options[i];
    for (const struct remote_setting *s = from->settings;
         s->name && st == ST_OK; s++) {
        const struct yaml_node *e = entry_of(args, s->name);
        if (!e || find(given, s->name))
            continue;
        v[n].name = str_of(s->name);
        st = read_entry(from, s, e, &v[n++].value, call);
    }
    *out = *given;
    out->options = v;
    out->noptions = n;
    return st;
}
