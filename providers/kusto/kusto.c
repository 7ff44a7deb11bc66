/* kusto.c - Azure Data Explorer (Kusto) and what speaks its protocol.
 *
 * Called by: the language, through struct remote_provider.
 * Protocol: Kusto REST, v2/rest/query for queries, v1/rest/mgmt for commands.
 * A token is for this cluster alone: it is never sent to a host that is no
 * cluster's. */
#include "base/json_write.h"
#include "base/ticks.h"
#include "providers/http/answer.h"
#include "service.h"

enum { MOST_ROWS = 500000 };

/* ---- connecting ---- */

/* Hosts that Microsoft gives to clusters. */
static const char *const hosts[] = {
    ".kusto.windows.net",           ".kusto.azuresynapse.net",
    ".kusto.fabric.microsoft.com",  ".kustodev.windows.net",
    ".kusto.usgovcloudapi.net",     ".kusto.chinacloudapi.cn",
    ".kusto.azuresynapse.azure.cn", "ade.loganalytics.io",
    "adx.monitor.azure.com",        "ade.applicationinsights.io",
    "adx.monitor.azure.us",         "adx.monitor.azure.cn",
    NULL,
};

/* A name that is not in the settings may still come with all that is needed. */
static const struct yaml_node *configured(struct service *s,
                                          const struct remote_setup *setup)
{
    return config_cluster(s->services->config, setup->instance);
}

static void find_cluster(struct service *s, const struct remote_setup *setup,
                         const struct yaml_node *n)
{
    const struct config *c = s->services->config;
    struct arena *a = s->remote.arena;
    str cluster = setup_text(setup, "cluster"),
        database = setup_text(setup, "database");
    if (!cluster.n)
        cluster = yaml_text(config_arg(c, n, "Cluster"));
    if (!database.n)
        database = yaml_text(config_arg(c, n, "Database"));
    if (!database.n)
        database = yaml_text(config_arg(c, n, "DefaultDatabase"));
    while (cluster.n && cluster.p[cluster.n - 1] == '/')
        cluster.n--;
    if (cluster.n && str_find(cluster, S("://")) < 0)
        cluster = arena_fmt(a, str_find_char(cluster, '.') < 0
                                   ? "https://%.*s.kusto.windows.net"
                                   : "https://%.*s",
                            STRF(cluster));
    s->base = arena_str(a, cluster);
    s->database = arena_str(a, database);
    s->what = arena_fmt(a, "cluster %.*s", STRF(s->base));
    s->remote.where = arena_fmt(a, "%.*s, database %.*s", STRF(s->base),
                                STRF(database));
}

static enum status check_cluster(struct service *s,
                                 const struct remote_setup *setup,
                                 const struct remote_call *call)
{
    struct diag *d;
    if (!s->base.n && setup->instance.n)
        return setup_unknown(s->services, "cluster", "Kusto", setup, call);
    if (!s->base.n || !s->database.n) {
        d = diag_error(call->ds, DIAG_NO_PROVIDER, call->span,
                       "the %s to connect to is not said",
                       s->base.n ? "database" : "cluster");
        diag_hint(call->ds, d,
                  "KustoClusters: NAME: Args: Cluster: …, Database: …, or "
                  ".connect kusto with (cluster = \"…\", database = \"…\")");
        return ST_USER;
    }
    return service_check_host(s, hosts, setup, call);
}

/* "https://host:port" of an address. */
static str origin_of(str address)
{
    ptrdiff_t scheme = str_find(address, S("://"));
    size_t from = scheme < 0 ? 0 : (size_t)scheme + 3;
    ptrdiff_t slash = str_find_char(str_sub(address, from, address.n), '/');
    return slash < 0 ? address : str_sub(address, 0, from + (size_t)slash);
}

/* What a token must be for: a cluster tells (v1/rest/auth/metadata), else it is
 * for the cluster itself. It may name only a place of Kusto, so that no host
 * gets a token for something else. */
static str scope_of(struct service *s, const struct remote_call *call)
{
    struct arena *a = s->remote.arena;
    struct diags unheard;
    diags_init(&unheard, a);
    struct http_call hc = services_call(call, a);
    struct http_reply reply;
    struct http_request rq = {
        .url = arena_fmt(a, "%.*s/v1/rest/auth/metadata",
                         STRF(origin_of(s->base))),
        .what = "cluster", .any_status = true, .once = true,
        .max_body = 1 << 20, .total_ms = 10000,
    };
    struct service other = { .base = S("") };
    str json;
    hc.ds = &unheard;
    if (http_send(s->services->http, &rq, &hc, &reply) == ST_OK &&
        reply.status == 200 && reply_json(a, reply.body, &json))
        other.base = answer_text(a, json, "AzureAD.KustoServiceResourceId");
    struct remote_setup none = { .noptions = 0 };
    struct remote_call quiet = { .ds = &unheard };
    bool fit = other.base.n &&
               service_check_host(&other, hosts, &none, &quiet) == ST_OK;
    return arena_fmt(a, "%.*s/.default",
                     STRF(fit ? other.base : origin_of(s->base)));
}

static enum status kusto_connect(struct remote_services *services,
                                 const struct remote_setup *setup,
                                 struct remote **out,
                                 const struct remote_call *call)
{
    enum status st = config_open(services->config, call->ds);
    if (st != ST_OK)
        return st;
    struct service *s = service_new(services, setup, S("cluster"));
    const struct yaml_node *n = configured(s, setup);
    find_cluster(s, setup, n);
    st = check_cluster(s, setup, call);
    if (st == ST_OK)
        st = service_sign_in(s, n, setup, scope_of(s, call), call);
    if (st != ST_OK)
        service_close(&s->remote);
    else
        *out = &s->remote;
    return st;
}

/* ---- queries ---- */

static bool is_command(str text)
{
    text = str_trim(text);
    return text.n && text.p[0] == '.';
}

static str request_body(struct arena *a, const struct service *s, str query,
                        bool all)
{
    struct buf b;
    buf_init(&b, 16 << 20);
    buf_adds(&b, "{\"db\":");
    json_str(&b, s->database);
    buf_adds(&b, ",\"csl\":");
    json_str(&b, query);
    buf_addf(&b,
             ",\"properties\":{\"Options\":{\"servertimeout\":"
             "\"%02u:%02u:%02u\",\"request_readonly\":true,"
             "\"results_progressive_enabled\":false%s}}}",
             s->seconds / 3600, s->seconds / 60 % 60, s->seconds % 60,
             all ? ",\"notruncation\":true" : "");
    str text = buf_take(&b, a);
    buf_release(&b);
    return text;
}

static str cancel_body(struct arena *a, const struct service *s, str id)
{
    struct buf b;
    buf_init(&b, 64 << 10);
    buf_adds(&b, "{\"db\":");
    json_str(&b, s->database);
    buf_adds(&b, ",\"csl\":");
    json_str(&b, arena_fmt(a, ".cancel query \"%.*s\"", STRF(id)));
    buf_addc(&b, '}');
    str text = buf_take(&b, a);
    buf_release(&b);
    return text;
}

static enum status send(struct service *s, const struct remote_query *q,
                        bool unknown, struct answer *to,
                        const struct remote_call *call)
{
    struct arena *a = to->arena;
    bool query = to->shape == ANSWER_FRAMES;
    struct http_header *headers = arena_array(a, 3, sizeof *headers);
    str id = service_request_id(s, a);
    headers[0] = (struct http_header){ S("accept"), S("application/json") };
    headers[1] = (struct http_header){ S("x-ms-app"), S("shikra") };
    headers[2] = (struct http_header){ S("x-ms-client-request-id"), id };
    struct service_request rq = {
        .url = arena_fmt(a, "%.*s/%s", STRF(s->base),
                         query ? "v2/rest/query" : "v1/rest/mgmt"),
        .body = request_body(a, s, q->text,
                             service_option_bool(q, "notruncation")),
        .headers = headers,
        .nheaders = 3,
        .unknown = unknown,
    };
    if (query) {
        rq.cancel_url = arena_fmt(a, "%.*s/v1/rest/mgmt", STRF(s->base));
        rq.cancel_body = cancel_body(a, s, id);
    }
    return service_send(s, &rq, to, call);
}

static str scoped(struct arena *a, const struct remote_query *q)
{
    struct buf b;
    if (q->start == REMOTE_NO_START && q->end == REMOTE_NO_END)
        return q->text;
    buf_init(&b, 16 << 20);
    if (q->start != REMOTE_NO_START) {
        buf_adds(&b, "set query_datetimescope_from = datetime(");
        ticks_format(&b, q->start);
        buf_adds(&b, ");\n");
    }
    if (q->end != REMOTE_NO_END) {
        buf_adds(&b, "set query_datetimescope_to = datetime(");
        ticks_format(&b, q->end);
        buf_adds(&b, ");\n");
    }
    buf_add(&b, q->text);
    str text = buf_take(&b, a);
    buf_release(&b);
    return text;
}

static const struct remote_setting options[] = {
    { "notruncation", TYPE_BOOL, "" },
    { NULL, TYPE_STRING, NULL },
};

static enum status kusto_open(struct remote *r, const struct remote_query *q,
                              struct source **out,
                              const struct remote_call *call)
{
    struct service *s = r->impl;
    struct remote_query own = *q;
    bool command = is_command(q->text);
    enum status st = service_check_options(q, options, call);
    if (st != ST_OK)
        return st;
    struct answer *answer =
        answer_new(command ? ANSWER_TABLES : ANSWER_FRAMES, s->what);
    if (!command && !service_option_bool(q, "notruncation"))
        answer->row_limit = MOST_ROWS;
    if (!command)
        own.text = scoped(answer->arena, q);
    st = send(s, &own, false, answer, call);
    if (st == ST_OK)
        return answer_open(answer, q, out, call);
    answer_free(answer);
    return st;
}

static enum status kusto_text(struct remote *r, const struct remote_query *q,
                              struct buf *out, const struct remote_call *call)
{
    struct arena *a = arena_new();
    (void)r, (void)call;
    buf_add(out, scoped(a, q));
    arena_free(a);
    return ST_OK;
}

/* ---- schema ---- */

/* Rows without a column describe the table, rows without a table the
 * database. */
static void schema_row(void *ctx, const struct answer_row *row)
{
    struct service *s = ctx;
    str table = S(""), column = S(""), type = S("");
    for (size_t i = 0; i < row->n; i++) {
        if (str_eqz(row->names[i], "TableName"))
            table = row->cells[i];
        else if (str_eqz(row->names[i], "ColumnName"))
            column = row->cells[i];
        else if (str_eqz(row->names[i], "ColumnType"))
            type = row->cells[i];
    }
    if (!table.n)
        return;
    struct table_schema *t = (struct table_schema *)service_table(s, table);
    if (!t)
        t = service_add_table(s, table);
    if (column.n)
        PUSH(s->remote.arena, t->cols,
             ((struct source_col){ arena_str(s->remote.arena, column),
                                   answer_type(type) }));
}

static enum status load_schema(struct service *s,
                               const struct remote_call *call)
{
    if (s->has_schema)
        return ST_OK;
    struct answer *answer = answer_new(ANSWER_TABLES, s->what);
    struct buf name;
    buf_init(&name, 4096);
    json_str(&name, s->database);
    struct remote_query q = {
        .text = arena_fmt(answer->arena, ".show database [%.*s] schema",
                          STRF(buf_str(&name))),
    };
    enum status st = send(s, &q, false, answer, call);
    if (st == ST_OK)
        st = answer_each(answer, schema_row, s, call);
    s->has_schema = st == ST_OK;
    answer_free(answer);
    buf_release(&name);
    return st;
}

static enum status ask_unknown(void *ctx, const struct remote_query *q,
                               struct answer *to,
                               const struct remote_call *call)
{
    return send(ctx, q, true, to, call);
}

static enum status kusto_tables(struct remote *r, struct arena *a,
                                struct remote_tables *out,
                                const struct remote_call *call)
{
    enum status st = load_schema(r->impl, call);
    return st == ST_OK ? service_tables(r->impl, a, out) : st;
}

static enum status kusto_columns(struct remote *r, str table, struct arena *a,
                                 struct remote_schema *out,
                                 const struct remote_call *call)
{
    struct service *s = r->impl;
    bool plain = is_plain_name(table);
    enum status st = plain ? load_schema(s, call) : ST_OK;
    if (st != ST_OK)
        return st;
    if (service_columns(s, table, out))
        return ST_OK;
    struct service_asking how = { ask_unknown, s, ANSWER_FRAMES, s->what,
                                  table };
    return service_getschema(&how, a, out, call);
}

static const struct remote_setting settings[] = {
    { "cluster", TYPE_STRING, "The cluster's name or address." },
    { "database", TYPE_STRING, "The database that queries mean." },
    HOST_SETTINGS,
    IDENTITY_SETTINGS,
    { NULL, TYPE_STRING, NULL },
};

const struct remote_provider remote_kusto = {
    .name = "kusto",
    .usage = ".connect kusto[.CLUSTER] [as ALIAS] with (cluster = \"…\", "
             "database = \"…\", …)",
    .summary = "Azure Data Explorer (Kusto), Fabric Eventhouse and other "
               "services of the same protocol. CLUSTER is one of "
               "KustoClusters in the configuration file.",
    .example = ".connect kusto as adx with (cluster = \"help\", database = "
               "\"Samples\")",
    .language = REMOTE_KQL,
    .native = "KQL",
    .opens_ahead = true,
    .settings = settings,
    .connect = kusto_connect,
    .close = service_close,
    .tables = kusto_tables,
    .columns = kusto_columns,
    .text = kusto_text,
    .open = kusto_open,
};
