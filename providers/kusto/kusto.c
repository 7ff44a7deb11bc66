/* kusto.c - Azure Data Explorer (Kusto) and what speaks its protocol.
 *
 * Called by: the language, through struct remote_provider.
 * Protocol: Kusto REST, v2/rest/query for queries, v1/rest/mgmt for commands.
 * A token is for this cluster alone: it is never sent to a host that is no
 * cluster's. */
#include "base/json_write.h"
#include "base/ticks.h"
#include "service.h"

enum { MOST_ROWS = 500000 };

/* ---- connecting ---- */

/* Hosts that Microsoft gives to clusters. */
static bool is_cluster_host(str base)
{
    static const char *const suffixes[] = {
        ".kusto.windows.net",          ".kusto.azuresynapse.net",
        ".kusto.fabric.microsoft.com", ".kustodev.windows.net",
        ".kusto.usgovcloudapi.net",    ".kusto.chinacloudapi.cn",
        ".kusto.azuresynapse.azure.cn", "ade.loganalytics.io",
        "adx.monitor.azure.com",       "ade.applicationinsights.io",
    };
    if (!str_starts(base, S("https://")))
        return false;
    str host = str_sub(base, 8, base.n);
    ptrdiff_t slash = str_find_char(host, '/');
    if (slash >= 0)
        host = str_sub(host, 0, (size_t)slash);
    ptrdiff_t colon = str_find_char(host, ':');
    if (colon >= 0)
        host = str_sub(host, 0, (size_t)colon);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        if (str_ends(host, str_of(suffixes[i])))
            return true;
    return false;
}

/* A test on this machine. */
static bool is_stand_in(str url)
{
    static const char *const hosts[] = { "http://127.0.0.1", "http://[::1]",
                                         "http://localhost" };
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        str host = str_of(hosts[i]);
        if (str_starts(url, host) &&
            (url.n == host.n || url.p[host.n] == ':' || url.p[host.n] == '/'))
            return true;
    }
    return false;
}

static const struct yaml_node *configured(struct service *s,
                                          const struct remote_setup *setup)
{
    const struct yaml_node *all =
        config_at(s->services->config, "KustoClusters");
    return setup->instance.n ? yaml_get_str(all, setup->instance) : NULL;
}

static str first_text(const struct yaml_node *n, const char *const *paths)
{
    for (; *paths; paths++) {
        str text = yaml_text(yaml_at(n, *paths));
        if (text.n)
            return text;
    }
    return S("");
}

static void find_cluster(struct service *s, const struct remote_setup *setup,
                         const struct yaml_node *n)
{
    static const char *const clusters[] = { "Args.Cluster", "Cluster", NULL };
    static const char *const databases[] = { "Args.Database",
                                             "Args.DefaultDatabase", NULL };
    struct arena *a = s->remote.arena;
    str cluster = setup_text(setup, "cluster"),
        database = setup_text(setup, "database");
    if (!cluster.n)
        cluster = first_text(n, clusters);
    if (!database.n)
        database = first_text(n, databases);
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
    if (!s->base.n || !s->database.n) {
        d = diag_error(call->ds, DIAG_NO_PROVIDER, call->span,
                       "the %s to connect to is not said",
                       s->base.n ? "database" : "cluster");
        diag_hint(call->ds, d,
                  "KustoClusters: NAME: Args: Cluster: …, Database: …, or "
                  ".connect kusto with (cluster = \"…\", database = \"…\")");
        return ST_USER;
    }
    if (is_stand_in(s->base) || is_cluster_host(s->base) ||
        setup_bool(setup, "trust_host", false))
        return ST_OK;
    d = diag_error(call->ds, DIAG_POLICY, call->span,
                   "%.*s is no host of a Kusto cluster: no token is sent there",
                   STRF(s->base));
    diag_hint(call->ds, d, "with (trust_host = true) says that it is");
    return ST_USER;
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
        st = service_sign_in(
            s, yaml_get(n, "Args"), setup,
            arena_fmt(s->remote.arena, "%.*s/.default", STRF(s->base)), call);
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

static str request_body(struct arena *a, const struct service *s, str query)
{
    struct buf b;
    buf_init(&b, 16 << 20);
    buf_adds(&b, "{\"db\":");
    json_str(&b, s->database);
    buf_adds(&b, ",\"csl\":");
    json_str(&b, query);
    buf_addf(&b,
             ",\"properties\":{\"Options\":{\"servertimeout\":"
             "\"%02u:%02u:%02u\",\"request_readonly\":true}}}",
             s->seconds / 3600, s->seconds / 60 % 60, s->seconds % 60);
    str text = buf_take(&b, a);
    buf_release(&b);
    return text;
}

static enum status send(struct service *s, str query, bool unknown,
                        struct answer *to, const struct remote_call *call)
{
    struct arena *a = arena_new();
    struct http_header headers[] = {
        { S("accept"), S("application/json") },
        { S("x-ms-app"), S("shikra") },
        { S("x-ms-client-request-id"),
          arena_fmt(a, "Shikra.query;%llx", (unsigned long long)ticks_now()) },
    };
    struct service_request rq = {
        .url = arena_fmt(a, "%.*s/%s", STRF(s->base),
                         to->shape == ANSWER_FRAMES ? "v2/rest/query"
                                                    : "v1/rest/mgmt"),
        .body = request_body(a, s, query),
        .headers = headers,
        .nheaders = sizeof headers / sizeof *headers,
        .unknown = unknown,
    };
    enum status st = service_send(s, &rq, to, call);
    arena_free(a);
    return st;
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

static enum status kusto_open(struct remote *r, const struct remote_query *q,
                              struct source **out,
                              const struct remote_call *call)
{
    struct service *s = r->impl;
    bool command = is_command(q->text);
    struct arena *a = arena_new();
    struct answer *answer =
        answer_new(command ? ANSWER_TABLES : ANSWER_FRAMES, MAX_ANSWER);
    answer->row_limit = command ? 0 : MOST_ROWS;
    enum status st = send(s, command ? q->text : scoped(a, q), false, answer,
                          call);
    arena_free(a);
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
    struct arena *a = arena_new();
    struct buf name;
    buf_init(&name, 4096);
    json_str(&name, s->database);
    struct answer *answer = answer_new(ANSWER_TABLES, MAX_ANSWER);
    enum status st = send(s,
                          arena_fmt(a, ".show database [%.*s] schema",
                                    STRF(buf_str(&name))),
                          false, answer, call);
    if (st == ST_OK)
        st = answer_each(answer, schema_row, s, call);
    s->has_schema = st == ST_OK;
    answer_free(answer);
    buf_release(&name);
    arena_free(a);
    return st;
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
    struct answer *answer = answer_new(ANSWER_FRAMES, MAX_ANSWER);
    st = send(s, arena_fmt(a, "%.*s\n| getschema", STRF(table)), true, answer,
              call);
    if (st == ST_OK)
        st = service_getschema(answer, a, out, call);
    answer_free(answer);
    return st;
}

static const struct remote_setting settings[] = {
    { "cluster", TYPE_STRING, "The cluster's name or address." },
    { "database", TYPE_STRING, "The database that queries mean." },
    { "trust_host", TYPE_BOOL,
      "Send a token though the host is none of Microsoft's." },
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
    .settings = settings,
    .connect = kusto_connect,
    .close = service_close,
    .tables = kusto_tables,
    .columns = kusto_columns,
    .text = kusto_text,
    .open = kusto_open,
};
