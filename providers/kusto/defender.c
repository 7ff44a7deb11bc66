/* defender.c - Microsoft Defender XDR: advanced hunting.
 *
 * Called by: the language, through struct remote_provider.
 * Protocol: Microsoft Graph's security/runHuntingQuery, or the older APIs of
 * Defender XDR and Defender for Endpoint. */
#include "base/json_write.h"
#include "service.h"

enum { MOST_ROWS = 100000 };

/* What the three generations differ in. Only Graph knows a time range beside
 * the query. */
static const struct api {
    const char *name, *host, *path, *section;
    bool timespan;
} apis[] = {
    { "graph", "", "/v1.0/security/runHuntingQuery",
      "MicrosoftGraph", true },
    { "m365d", "security.microsoft", "/api/advancedhunting/run",
      "M365D", false },
    { "mde", "securitycenter.microsoft", "/api/advancedqueries/run",
      "MicrosoftDefender", false },
};

/* Where Defender runs: hosts of the older APIs begin with api and `prefix`,
 * Microsoft's clouds and regions. `login` is cloud_find's name. */
static const struct place {
    const char *name, *prefix, *top, *graph, *login;
} places[] = {
    { "global", "", "com", "https://graph.microsoft.com", "global" },
    { "us", "-us", "com", "https://graph.microsoft.com", "global" },
    { "eu", "-eu", "com", "https://graph.microsoft.com", "global" },
    { "uk", "-uk", "com", "https://graph.microsoft.com", "global" },
    { "gcc", "-gcc", "us", "https://graph.microsoft.com", "global" },
    { "gcc-high", "-gov", "us", "https://graph.microsoft.us", "usgov" },
    { "dod", "-gov", "us", "https://dod-graph.microsoft.us", "usgov" },
    { "cn", NULL, NULL, "https://microsoftgraph.chinacloudapi.cn", "cn" },
};

static const char *const hosts[] = {
    "graph.microsoft.com", "graph.microsoft.us", "dod-graph.microsoft.us",
    "microsoftgraph.chinacloudapi.cn", ".security.microsoft.com",
    ".security.microsoft.us", ".securitycenter.microsoft.com",
    ".securitycenter.microsoft.us", ".securitycenter.windows.com", NULL,
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

/* The section of this API, else whichever there is. */
static enum status configured(struct remote_services *services,
                              const struct api *api,
                              const struct remote_setup *setup,
                              const struct yaml_node **out,
                              const struct remote_call *call)
{
    const struct config *c = services->config;
    const char *const names[] = { api->section, "MicrosoftDefender", "M365D",
                                  "MDE", "MicrosoftGraph" };
    for (size_t i = 0; i < 5; i++) {
        *out = config_section(c, names[i], setup->instance);
        if (*out)
            return ST_OK;
    }
    if (!setup->instance.n || setup->noptions)
        return ST_OK;
    return setup_unknown(services, "section MicrosoftDefender",
                         "MicrosoftDefender", setup, call);
}

/* The setting, else Cloud of the configuration, else what fits its cloud. */
static const struct place *find_place(struct service *s, const struct api *api,
                                      const struct remote_setup *setup,
                                      const struct yaml_node *args,
                                      const struct remote_call *call)
{
    str name = setup_text(setup, "cloud");
    if (!name.n)
        name = yaml_text(config_arg(s->services->config, args, "Cloud"));
    if (!name.n)
        name = str_of(config_cloud(s->services->config)->name);
    if (str_eqz(name, "usgov"))
        name = S("gcc-high");
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (str_ieqz(name, places[i].name) &&
            (places[i].prefix || !api->host[0]))
            return &places[i];
    struct diag *d = diag_error(call->ds, DIAG_OPTION, call->span,
                                "the api %s is not there in the cloud '%.*s'",
                                api->name, STRF(name));
    diag_hint(call->ds, d, "clouds are global, us, eu, uk, gcc, gcc-high and "
                           "dod; cn has graph alone");
    return NULL;
}

/* The address, and what a token is for: never that of a place but its own. */
static str find_base(struct service *s, const struct api *api,
                     const struct place *place,
                     const struct remote_setup *setup,
                     const struct yaml_node *args)
{
    struct arena *a = s->remote.arena;
    str usual = api->host[0] ? arena_fmt(a, "https://api%s.%s.%s",
                                         place->prefix, api->host, place->top)
                             : str_of(place->graph);
    str base = setup_text(setup, "endpoint");
    if (!base.n)
        base = yaml_text(config_arg(s->services->config, args, "Endpoint"));
    if (!base.n)
        base = usual;
    while (base.n && base.p[base.n - 1] == '/')
        base.n--;
    s->base = arena_str(a, base);
    s->what = arena_fmt(a, "Defender (%s)", api->name);
    s->remote.where = arena_fmt(a, "%.*s, api %s", STRF(base), api->name);
    if (!str_eqz(str_of(config_cloud(s->services->config)->name), place->login))
        s->cloud = str_of(place->login);
    return arena_fmt(a, "%.*s/.default", STRF(usual));
}

static enum status find_and_sign_in(struct defender *d,
                                    const struct remote_setup *setup,
                                    const struct yaml_node *args,
                                    const struct remote_call *call)
{
    struct service *s = d->service;
    const struct place *place = find_place(s, d->api, setup, args, call);
    if (!place)
        return ST_USER;
    str scope = find_base(s, d->api, place, setup, args);
    enum status st = service_check_host(s, hosts, setup, call);
    return st == ST_OK ? service_sign_in(s, args, setup, scope, call) : st;
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
    *d = (struct defender){ s, api };
    s->remote.impl = d;
    const struct yaml_node *section = NULL;
    st = configured(services, api, setup, &section, call);
    if (st == ST_OK)
        st = find_and_sign_in(d, setup, section, call);
    if (st != ST_OK)
        service_close(&s->remote);
    else
        *out = &s->remote;
    return st;
}

/* ---- queries ---- */

static str request_body(struct arena *a, str query, str timespan)
{
    struct buf b;
    buf_init(&b, 16 << 20);
    buf_adds(&b, "{\"Query\":");
    json_str(&b, query);
    if (timespan.n) {
        buf_adds(&b, ",\"Timespan\":");
        json_str(&b, timespan);
    }
    buf_addc(&b, '}');
    str text = buf_take(&b, a);
    buf_release(&b);
    return text;
}

static enum status send(struct defender *d, const struct remote_query *q,
                        bool unknown, struct answer *to,
                        const struct remote_call *call)
{
    struct arena *a = to->arena;
    struct service_request rq = {
        .url = arena_fmt(a, "%.*s%s", STRF(d->service->base), d->api->path),
        .body = request_body(a, q->text, service_timespan(a, q)),
        .unknown = unknown,
    };
    return service_send(d->service, &rq, to, call);
}

static enum status check_times(const struct defender *d,
                               const struct remote_query *q,
                               const struct remote_call *call)
{
    if (d->api->timespan ||
        (q->start == REMOTE_NO_START && q->end == REMOTE_NO_END))
        return ST_OK;
    struct diag *e = diag_error(call->ds, DIAG_OPTION, q->span,
                                "the api %s takes no start and end",
                                d->api->name);
    diag_hint(call->ds, e, "say them in the query (| where Timestamp between "
                           "(…)), or connect with (api = \"graph\")");
    return ST_USER;
}

static const struct remote_setting no_options[] = {
    { NULL, TYPE_STRING, NULL },
};

static enum status defender_open(struct remote *r, const struct remote_query *q,
                                 struct source **out,
                                 const struct remote_call *call)
{
    struct defender *d = r->impl;
    enum status st = service_check_options(q, no_options, call);
    if (st == ST_OK)
        st = check_times(d, q, call);
    if (st != ST_OK)
        return st;
    struct answer *a = answer_new(ANSWER_DEFENDER, d->service->what);
    a->row_limit = MOST_ROWS;
    st = send(d, q, false, a, call);
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

static enum status ask_unknown(void *ctx, const struct remote_query *q,
                               struct answer *to,
                               const struct remote_call *call)
{
    return send(ctx, q, true, to, call);
}

static enum status defender_columns(struct remote *r, str table,
                                    struct arena *a,
                                    struct remote_schema *out,
                                    const struct remote_call *call)
{
    struct defender *d = r->impl;
    struct service_asking how = { ask_unknown, d, ANSWER_DEFENDER,
                                  d->service->what, table };
    return service_getschema(&how, a, out, call);
}

static const struct remote_setting settings[] = {
    { "api", TYPE_STRING, "graph, m365d or mde." },
    { "cloud", TYPE_STRING,
      "Where Defender runs: global, us, eu, uk, gcc, gcc-high, dod, cn." },
    { "endpoint", TYPE_STRING, "The address of the service." },
    HOST_SETTINGS,
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
    .opens_ahead = true,
    .settings = settings,
    .connect = defender_connect,
    .close = service_close,
    .tables = defender_tables,
    .columns = defender_columns,
    .text = defender_text,
    .open = defender_open,
};
