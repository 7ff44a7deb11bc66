/* defender.c - Microsoft Defender XDR: advanced hunting.
 *
 * Called by: the language, through struct remote_provider.
 * Protocol: Microsoft Graph's security/runHuntingQuery, or the older APIs of
 * Defender XDR and Defender for Endpoint. */
#include "base/json_write.h"
#include "service.h"

enum { MOST_ROWS = 100000 };

/* What the three generations differ in. */
static const struct api {
    const char *name, *host, *path, *query, *section;
} apis[] = {
    { "graph", "", "/v1.0/security/runHuntingQuery", "Query",
      "DataProviders.MicrosoftGraph.Args" },
    { "m365d", "https://api.security.microsoft.com",
      "/api/advancedhunting/run", "Query", "DataProviders.M365D.Args" },
    { "mde", "https://api.securitycenter.microsoft.com",
      "/api/advancedqueries/run", "Query",
      "DataProviders.MicrosoftDefender.Args" },
};

struct defender {
    struct service *service;
    const struct api *api;
};

/* ---- connecting ---- */

static const struct api *find_api(str name)
{
    for (size_t i = 0; i < sizeof apis / sizeof *apis; i++)
        if (str_ieqz(name.n ? name : S("graph"), apis[i].name))
            return &apis[i];
    return NULL;
}

static enum status no_api(str name, const struct remote_call *call)
{
    struct diag *d = diag_error(call->ds, DIAG_OPTION, call->span,
                                "there is no api '%.*s'", STRF(name));
    diag_hint(call->ds, d,
              "graph (the default), m365d and mde are the three");
    return ST_USER;
}

/* Args of the section of this API, else of whichever has some. */
static const struct yaml_node *configured(struct remote_services *services,
                                          const struct api *api,
                                          const struct remote_setup *setup)
{
    struct arena *a = arena_new();
    const struct yaml_node *n = NULL;
    if (setup->instance.n)
        n = config_at(services->config,
                      arena_fmt(a,
                                "DataProviders.MicrosoftDefender-%.*s.Args%c",
                                STRF(setup->instance), 0)
                          .p);
    if (!n)
        n = config_at(services->config, api->section);
    for (size_t i = sizeof apis / sizeof *apis; i-- > 0 && !n;)
        n = config_at(services->config, apis[i].section);
    arena_free(a);
    return n;
}

static void find_base(struct service *s, const struct api *api,
                      const struct remote_setup *setup,
                      const struct yaml_node *args)
{
    str base = setup_text(setup, "endpoint");
    if (!base.n)
        base = yaml_text(yaml_get(args, "Endpoint"));
    if (!base.n)
        base = api->host[0]
                 ? str_of(api->host)
                 : str_of(config_cloud(s->services->config)->graph);
    while (base.n && base.p[base.n - 1] == '/')
        base.n--;
    s->base = arena_str(s->remote.arena, base);
    s->what = arena_fmt(s->remote.arena, "Defender (%s)", api->name);
    s->remote.where = arena_fmt(s->remote.arena, "%.*s, api %s", STRF(base),
                                api->name);
}

static str scope_of(const struct service *s, const struct api *api)
{
    str host = api->host[0] ? str_of(api->host)
                            : str_of(config_cloud(s->services->config)->graph);
    return arena_fmt(s->remote.arena, "%.*s/.default", STRF(host));
}

static enum status defender_connect(struct remote_services *services,
                                    const struct remote_setup *setup,
                                    struct remote **out,
                                    const struct remote_call *call)
{
    const struct api *api = find_api(setup_text(setup, "api"));
    enum status st = config_open(services->config, call->ds);
    if (st != ST_OK)
        return st;
    if (!api)
        return no_api(setup_text(setup, "api"), call);
    struct service *s = service_new(services, setup, S("Defender"));
    struct defender *d = NEW(s->remote.arena, struct defender);
    const struct yaml_node *args = configured(services, api, setup);
    *d = (struct defender){ s, api };
    s->remote.impl = d;
    find_base(s, api, setup, args);
    st = service_sign_in(s, args, setup, scope_of(s, api), call);
    if (st != ST_OK)
        service_close(&s->remote);
    else
        *out = &s->remote;
    return st;
}

/* ---- queries ---- */

static enum status send(struct defender *d, const struct remote_query *q,
                        bool unknown, struct answer *to,
                        const struct remote_call *call)
{
    struct arena *a = arena_new();
    struct buf b;
    str timespan = service_timespan(a, q);
    buf_init(&b, 16 << 20);
    buf_addf(&b, "{\"%s\":", d->api->query);
    json_str(&b, q->text);
    if (timespan.n) {
        buf_adds(&b, ",\"Timespan\":");
        json_str(&b, timespan);
    }
    buf_addc(&b, '}');
    struct service_request rq = {
        .url = arena_fmt(a, "%.*s%s", STRF(d->service->base), d->api->path),
        .body = buf_str(&b),
        .unknown = unknown,
    };
    enum status st = service_send(d->service, &rq, to, call);
    buf_release(&b);
    arena_free(a);
    return st;
}

static enum status defender_open(struct remote *r, const struct remote_query *q,
                                 struct source **out,
                                 const struct remote_call *call)
{
    struct answer *a = answer_new(ANSWER_DEFENDER, MAX_ANSWER);
    a->row_limit = MOST_ROWS;
    enum status st = send(r->impl, q, false, a, call);
    if (st == ST_OK)
        return answer_open(a, q, out, call);
    answer_free(a);
    return st;
}

static enum status defender_text(struct remote *r, const struct remote_query *q,
                                 struct buf *out,
                                 const struct remote_call *call)
{
    (void)r, (void)call;
    buf_add(out, q->text);
    return ST_OK;
}

/* ---- schema: no call lists it ---- */

static const struct remote_table tables[] = {
#define T(name, summary) { { name, sizeof name - 1 }, \
                           { summary, sizeof summary - 1 } },
#include "defender_tables.def"
#undef T
};

static enum status defender_tables(struct remote *r, struct arena *a,
                                   struct remote_tables *out,
                                   const struct remote_call *call)
{
    (void)r, (void)a, (void)call;
    *out = (struct remote_tables){ sizeof tables / sizeof *tables, tables };
    return ST_OK;
}

static enum status defender_columns(struct remote *r, str table,
                                    struct arena *a,
                                    struct remote_schema *out,
                                    const struct remote_call *call)
{
    struct remote_query q = {
        .text = arena_fmt(a, "%.*s\n| getschema", STRF(table)),
        .start = REMOTE_NO_START, .end = REMOTE_NO_END, .span = call->span,
    };
    struct answer *answer = answer_new(ANSWER_DEFENDER, MAX_ANSWER);
    enum status st = send(r->impl, &q, true, answer, call);
    if (st == ST_OK)
        st = service_getschema(answer, a, out, call);
    answer_free(answer);
    return st;
}

static const struct remote_setting settings[] = {
    { "api", TYPE_STRING, "graph, m365d or mde." },
    { "endpoint", TYPE_STRING, "The address of the service." },
    IDENTITY_SETTINGS,
    { NULL, TYPE_STRING, NULL },
};

const struct remote_provider remote_defender = {
    .name = "defender",
    .usage = ".connect defender [as ALIAS] [with (api = \"graph\", tenant_id "
             "= \"…\", …)]",
    .summary = "Microsoft Defender XDR: advanced hunting, through Microsoft "
               "Graph or the older APIs.",
    .example = ".connect defender as mde with (auth = \"cli\")",
    .language = REMOTE_KQL,
    .native = "KQL",
    .settings = settings,
    .connect = defender_connect,
    .close = service_close,
    .tables = defender_tables,
    .columns = defender_columns,
    .text = defender_text,
    .open = defender_open,
};
