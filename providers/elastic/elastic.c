/* elastic.c - Elasticsearch and OpenSearch: connecting, and the row.
 *
 * Called by: the language, through struct remote_provider.
 * Protocol: the REST interfaces of Elasticsearch 7.12 and later and of
 * OpenSearch; GET / tells which of them answers. */
#include "elastic.h"

#include "base/base64.h"
#include "base/ticks.h"
#include "providers/http/answer.h"
#include "providers/setup.h"

enum { DEFAULT_SECONDS = 120, MAX_SECONDS = 3600, DEFAULT_SLICES = 4 };

/* ---- settings ---- */

struct given {
    const struct remote_setup *setup;
    const struct yaml_node *args;
    struct remote_services *services;
    const struct remote_call *call;
    struct arena *arena;
};

/* Of .connect, else of the configuration. */
static str setting(const struct given *g, const char *name, const char *key)
{
    str s = setup_text(g->setup, name);
    return s.n ? s : yaml_text(yaml_get(g->args, key));
}

static enum status secret(const struct given *g, const char *name,
                          const char *key, str *out)
{
    struct http_call hc = services_call(g->call, g->arena);
    *out = setup_text(g->setup, name);
    if (out->n) {
        secrets_add(g->services->secrets, *out);
        return ST_OK;
    }
    return config_secret(g->services->config, yaml_get(g->args, key), &hc, out);
}

/* A cloud id is NAME:BASE64 of "host$uuid of elasticsearch$…". */
static str url_of_cloud(struct arena *a, str id)
{
    struct buf b;
    ptrdiff_t colon = str_find_char(id, ':');
    str url = S("");
    buf_init(&b, 4096);
    if (base64_decode(&b, str_sub(id, (size_t)(colon + 1), id.n))) {
        str text = buf_str(&b);
        ptrdiff_t dollar = str_find_char(text, '$');
        if (dollar > 0) {
            str host = str_sub(text, 0, (size_t)dollar);
            str rest = str_sub(text, (size_t)dollar + 1, text.n);
            ptrdiff_t next = str_find_char(rest, '$');
            str uuid = str_sub(rest, 0, next < 0 ? rest.n : (size_t)next);
            url = arena_fmt(a, "https://%.*s.%.*s", STRF(uuid), STRF(host));
        }
    }
    buf_release(&b);
    return url;
}

static str base_url(const struct given *g)
{
    struct arena *a = g->arena;
    str url = setting(g, "url", "url");
    str cloud = setting(g, "cloud_id", "cloud_id");
    str host = yaml_text(yaml_get(g->args, "host"));
    str port = yaml_text(yaml_get(g->args, "port"));
    str scheme = yaml_text(yaml_get(g->args, "http_scheme"));
    if (!url.n && cloud.n)
        url = url_of_cloud(a, cloud);
    if (!url.n && host.n)
        url = arena_fmt(a, "%.*s://%.*s:%.*s",
                        STRF(scheme.n ? scheme : S("https")), STRF(host),
                        STRF(port.n ? port : S("9200")));
    while (url.n && url.p[url.n - 1] == '/')
        url.n--;
    return arena_str(a, url);
}

static enum status no_url(const struct given *g)
{
    struct diag *d = diag_error(g->call->ds, DIAG_OPTION, g->call->span,
                                "the cluster's address is missing");
    diag_hint(g->call->ds, d,
              "with (url = \"https://host:9200\"), a cloud_id, or "
              "DataProviders.Elastic.Args.url in the configuration");
    return ST_USER;
}

static enum status sign_in(struct elastic *e, const struct given *g)
{
    struct auths *auths = g->services->auths;
    str key, bearer, password;
    str user = setting(g, "user", "username");
    enum status st = secret(g, "api_key", "api_key", &key);
    if (st == ST_OK)
        st = secret(g, "bearer", "bearer_token", &bearer);
    if (st == ST_OK)
        st = secret(g, "password", "password", &password);
    if (st != ST_OK)
        return st;
    if (key.n)
        e->auth = auth_token(auths, S("ApiKey"), key);
    else if (bearer.n)
        e->auth = auth_token(auths, S("Bearer"), bearer);
    else if (user.n)
        e->auth = auth_basic(auths, user, password);
    return ST_OK;
}

static bool version_part(str *s, int64_t *out)
{
    size_t i = 0;
    *out = 0;
    for (; i < s->n && i < 6 && s->p[i] >= '0' && s->p[i] <= '9'; i++)
        *out = *out * 10 + (s->p[i] - '0');
    *s = str_sub(*s, i < s->n && s->p[i] == '.' ? i + 1 : i, s->n);
    return i > 0;
}

/* Which product, which version. */
static enum status greet(struct elastic *e, const struct remote_call *call)
{
    struct arena *a = arena_new();
    struct es_request rq = { .method = "GET", .path = S("/") };
    str json = S("");
    enum status st = es_ask(e, &rq, a, &json, call);
    str version = answer_text(a, json, "version.number");
    e->opensearch =
        str_eqz(answer_text(a, json, "version.distribution"), "opensearch");
    if (st == ST_OK && (!version_part(&version, &e->major) ||
                        !version_part(&version, &e->minor)))
        st = es_garbled(e, call, "it tells no version");
    e->remote.where = arena_fmt(
        e->remote.arena, "%s %lld.%lld, %.*s",
        e->opensearch ? "OpenSearch" : "Elasticsearch", (long long)e->major,
        (long long)e->minor, STRF(e->base));
    arena_free(a);
    return st == ST_USER ? es_garbled(e, call, "404") : st;
}

static int64_t within(int64_t v, int64_t min, int64_t max)
{
    return v < min ? min : v > max ? max : v;
}

static enum status elastic_connect(struct remote_services *services,
                                   const struct remote_setup *setup,
                                   struct remote **out,
                                   const struct remote_call *call)
{
    enum status st = config_open(services->config, call->ds);
    if (st != ST_OK)
        return st;
    const struct yaml_node *args = NULL;
    st = setup_args(services, "Elastic", setup, &args, call);
    if (st != ST_OK)
        return st;
    struct arena *a = arena_new();
    struct elastic *e = NEW(a, struct elastic);
    struct given g = { setup, args, services, call, a };
    int64_t ticks = setup_long(setup, "timeout",
                               (int64_t)DEFAULT_SECONDS * TICKS_PER_SEC);
    e->services = services;
    e->remote.arena = a;
    e->remote.impl = e;
    e->base = base_url(&g);
    e->plain = setup_bool(setup, "plain", false);
    e->nothing_ignored = setup_bool(setup, "nothing_ignored", false);
    e->what = arena_fmt(a, "cluster %.*s", STRF(setup->alias));
    e->ca_file = arena_str(a, setting(&g, "ca_file", "ca_file"));
    e->index = arena_str(a, setting(&g, "index", "index"));
    e->seconds = (uint32_t)within(ticks / TICKS_PER_SEC, 1, MAX_SECONDS);
    e->slices = (unsigned)within(setup_long(setup, "slices", DEFAULT_SLICES), 1,
                                 SOURCE_MAX_PARTS);
    st = e->base.n ? sign_in(e, &g) : no_url(&g);
    if (st == ST_OK)
        st = greet(e, call);
    if (st != ST_OK)
        arena_free(a);
    else
        *out = &e->remote;
    return st;
}

static void elastic_close(struct remote *r)
{
    arena_free(r->arena);
}

/* ---- queries ---- */

static enum status elastic_text(struct remote *r, const struct remote_query *q,
                                struct buf *out,
                                const struct remote_call *call)
{
    struct elastic *e = r->impl;
    struct arena *a = arena_new();
    struct es_plan p;
    (void)call;
    if (q->text.n) {
        buf_add(out, q->text);
    } else {
        es_plan(e, q, a, &p);
        if (es_plan_needs_proof(&p)) {
            buf_addf(out, "POST /%.*s/_search\n", STRF(q->table));
            es_prove_text(&p, out);
            buf_adds(out, "\nand if no document is an exception");
            if (p.proof.edges.n)
                buf_adds(out, " (and after a look at those of the very "
                              "millisecond of a bound)");
            buf_addc(out, '\n');
        }
        buf_addf(out, "POST /%.*s/%s\n", STRF(q->table),
                 p.counts ? "_count" : "_search");
        es_search_text(e, &p, out);
    }
    arena_free(a);
    return ST_OK;
}

/* A plan that is right for some data only, and what finds out about them. */
struct proving {
    struct elastic *e;
    const struct remote_query *q;
    struct arena *arena;
    const struct remote_call *call;
    struct es_plan plan;
    str point;
    bool holds;
};

static enum status prove(struct proving *p)
{
    struct es_edges edges = { .arena = p->arena };
    enum status st = es_prove(p->e, &p->plan, p->point, &p->holds, p->call);
    if (st != ST_OK || !p->holds || p->plan.proof.edges.n == 0)
        return st;
    st = es_find_edges(p->e, &p->plan, p->point, &edges, p->call);
    p->holds = edges.known != NULL;
    if (p->holds)
        es_plan_known(p->e, p->q, p->arena, edges.known, &p->plan);
    return st;
}

/* *out stays NULL if the data are not such that the plan is right. */
static enum status open_proved(struct proving *p, struct source **out)
{
    p->point = STR_NONE;
    enum status st =
        es_point_open(p->e, p->plan.table->name, &p->point, p->call);
    if (st != ST_OK)
        return st;
    st = prove(p);
    if (st == ST_OK && p->holds) {
        *out = p->plan.grouped
                   ? es_read_groups(p->e, p->q, &p->plan, p->point)
                   : es_read_some(p->e, p->q, &p->plan, p->point);
        return ST_OK;
    }
    es_point_close(p->e, p->point, false);
    free((char *)p->point.p);
    *out = NULL;
    return st;
}

static enum status elastic_open(struct remote *r, const struct remote_query *q,
                                struct source **out,
                                const struct remote_call *call)
{
    struct elastic *e = r->impl;
    struct es_table *t;
    struct proving p = { .e = e, .q = q, .call = call };
    if (q->text.n)
        return es_open_text(e, q, out, call);
    enum status st = es_table_get(e, q->table, &t, call);
    if (st != ST_OK)
        return st == ST_USER ? es_garbled(e, call, "the table has gone") : st;
    p.arena = arena_new();
    es_plan(e, q, p.arena, &p.plan);
    st = es_plan_needs_proof(&p.plan)
             ? open_proved(&p, out)
             : es_read_table(e, q, &p.plan, out, call);
    arena_free(p.arena);
    return st;
}

static const struct remote_setting settings[] = {
    { "url", TYPE_STRING, "The cluster's address: https://host:9200." },
    { "cloud_id", TYPE_STRING, "In its place: the id of an Elastic Cloud." },
    { "api_key", TYPE_STRING,
      "An API key as it was shown; better kept in the configuration file." },
    { "user", TYPE_STRING, "Who signs in, with a password." },
    { "password", TYPE_STRING, "Better kept in the configuration file." },
    { "bearer", TYPE_STRING, "A token of a service account or of OAuth." },
    { "ca_file", TYPE_STRING, "Certificates (PEM) to trust as well." },
    { "index", TYPE_STRING, "Where .query() looks when it names none." },
    { "slices", TYPE_LONG, "Streams side by side of one table, 1 to 8." },
    { "plain", TYPE_BOOL,
      "http:// to another machine, unprotected, is meant." },
    { "nothing_ignored", TYPE_BOOL,
      "No text is longer than its field's ignore_above: group by it there." },
    { "timeout", TYPE_TIMESPAN, "How long one request may take." },
    { NULL, TYPE_STRING, NULL },
};

const struct remote_provider remote_elastic = {
    .name = "elastic",
    .usage = ".connect elastic[.INSTANCE] [as ALIAS] [with (url = \"…\", "
             "api_key = \"…\", …)]",
    .summary = "Elasticsearch or OpenSearch: indices, data streams and aliases "
               "as tables; .query(…, language = \"esql\", \"eql\", \"sql\", "
               "\"ppl\", \"lucene\" or \"dsl\").",
    .example = ".connect elastic as e with (url = \"https://localhost:9200\", "
               "user = \"hunter\", password = \"…\")",
    .language = REMOTE_STAGES,
    .native = "query DSL",
    .settings = settings,
    .connect = elastic_connect,
    .close = elastic_close,
    .tables = es_tables,
    .columns = es_columns,
    .push = es_push,
    .text = elastic_text,
    .open = elastic_open,
};
