/* service.c - what the services of KQL have in common. */
#include "service.h"

#include "base/ticks.h"

enum {
    COMING_SECONDS = 330,  /* what its computing takes, and the way of it */
    CANCEL_MS = 3000,
};

struct service *service_new(struct remote_services *services,
                            const struct remote_setup *setup, str what)
{
    struct arena *a = arena_new();
    struct service *s = NEW(a, struct service);
    int64_t ticks = setup_long(setup, "timeout",
                               (int64_t)DEFAULT_SECONDS * TICKS_PER_SEC);
    int64_t seconds = ticks / TICKS_PER_SEC;
    s->services = services;
    s->what = arena_str(a, what);
    s->seconds = (uint32_t)(seconds < 1             ? 1
                            : seconds > MAX_SECONDS ? MAX_SECONDS
                                                    : seconds);
    s->remote.arena = a;
    s->remote.impl = s;
    return s;
}

void service_close(struct remote *r)
{
    arena_free(r->arena);
}

/* ---- signing in ---- */

static bool read_methods(struct entra *id, str list,
                         const struct remote_call *call)
{
    id->nmethods = 0;
    while (list.n) {
        ptrdiff_t comma = str_find_char(list, ',');
        size_t n = comma < 0 ? list.n : (size_t)comma;
        str name = str_trim(str_sub(list, 0, n));
        enum entra_method m = entra_method_find(name);
        list = str_sub(list, comma < 0 ? n : n + 1, list.n);
        if (m == ENTRA_NONE) {
            struct diag *d =
                diag_error(call->ds, DIAG_OPTION, call->span,
                           "no way to sign in is called '%.*s'", STRF(name));
            diag_hint(call->ds, d,
                      "there are clientsecret, certificate, env, workload, "
                      "msi, cli and devicecode");
            return false;
        }
        if (id->nmethods < ENTRA_METHODS)
            id->methods[id->nmethods++] = m;
    }
    return true;
}

static bool own_identity(struct entra *id, const struct remote_setup *setup,
                         const struct remote_call *call)
{
    static const char *const names[] = { "tenant_id", "client_id",
                                         "client_secret", "authority" };
    str *to[] = { &id->tenant, &id->client_id, &id->client_secret,
                  &id->authority };
    for (size_t i = 0; i < 4; i++) {
        str given = setup_text(setup, names[i]);
        if (given.n)
            *to[i] = given;
    }
    str methods = setup_text(setup, "auth");
    if (setup_text(setup, "client_secret").n)
        id->nmethods = 0; /* a secret that is given is meant */
    return !methods.n || read_methods(id, methods, call);
}

enum status service_sign_in(struct service *s, const struct yaml_node *args,
                            const struct remote_setup *setup, str scope,
                            const struct remote_call *call)
{
    struct entra id;
    struct http_call hc = services_call(call, s->remote.arena);
    enum status st = config_identity(s->services->config, args, &hc, &id);
    if (st != ST_OK)
        return st;
    if (!own_identity(&id, setup, call))
        return ST_USER;
    if (s->cloud.n)
        id.cloud = s->cloud;
    secrets_add(s->services->secrets, id.client_secret);
    s->auth = auth_entra(s->services->auths, &id, scope);
    return auth_check(s->auth, s->services->http, &hc);
}

/* ---- requests ---- */

/* What the thread of a request needs. Nothing of it is the connection's, which
 * may be closed meanwhile. */
struct sending {
    struct http *http;
    const struct http_auth *auth;
    struct answer *answer;
    struct service_request rq;
    uint32_t seconds;
};

static struct http_request http_of(const struct sending *s, struct arena *a)
{
    return (struct http_request){
        .auth = s->auth,
        .content_type = "application/json; charset=utf-8",
        .what = arena_cstr(a, s->answer->what),
    };
}

static enum status send_request(void *ctx, const struct http_sink *to,
                                const struct remote_call *call)
{
    struct sending *s = ctx;
    struct arena *a = arena_new();
    struct http_call hc = services_call(call, a);
    struct http_request rq = http_of(s, a);
    struct http_reply reply;
    rq.url = s->rq.url;
    rq.headers = s->rq.headers;
    rq.nheaders = s->rq.nheaders;
    rq.body = s->rq.body;
    rq.sink = to;
    rq.max_body = MAX_ANSWER;
    rq.quiet_ms = (s->seconds + 30) * 1000; /* a frame, then it computes */
    rq.total_ms = (s->seconds + COMING_SECONDS) * 1000;
    rq.any_status = s->rq.unknown;
    rq.no_more_504 = true; /* it would compute as long in vain again */
    enum status st = http_send(s->http, &rq, &hc, &reply);
    s->answer->status = reply.status;
    if (reply.status == 504 && call->ds->list.n)
        diag_hint(call->ds, &call->ds->list.v[call->ds->list.n - 1],
                  "narrow the time range, filter earlier, or connect with a "
                  "longer timeout (timeout = 10m)");
    if (st == ST_OK && (reply.status == 400 || reply.status == 404))
        st = ST_USER;
    else if (st == ST_OK && reply.status >= 300)
        st = http_fail_reply(s->http, &rq, &hc, &reply);
    arena_free(a);
    return st;
}

/* In vain when the service is gone; what it says interests nobody. */
static void cancel_request(void *ctx)
{
    struct sending *s = ctx;
    struct arena *a = arena_new();
    struct diags unheard;
    diags_init(&unheard, a);
    struct http_call hc = { .arena = a, .ds = &unheard };
    struct http_request rq = http_of(s, a);
    struct http_reply reply;
    rq.url = s->rq.cancel_url;
    rq.body = s->rq.cancel_body;
    rq.total_ms = CANCEL_MS;
    rq.once = true;
    enum status st = http_send(s->http, &rq, &hc, &reply);
    (void)st;
    arena_free(a);
}

str service_request_id(struct service *s, struct arena *a)
{
    return arena_fmt(a, "Shikra.query;%llx-%x",
                     (unsigned long long)ticks_now(),
                     atomic_fetch_add(&s->nrequests, 1));
}

enum status service_send(struct service *s, const struct service_request *rq,
                         struct answer *to, const struct remote_call *call)
{
    struct sending *sending = NEW(to->arena, struct sending);
    *sending = (struct sending){ s->services->http, s->auth, to, *rq,
                                 s->seconds };
    struct flow_job job = { sending, send_request,
                            rq->cancel_url.n ? cancel_request : NULL };
    return answer_start(to, &job, call);
}

/* ---- schema ---- */

bool is_plain_name(str name)
{
    bool ok = name.n > 0;
    for (size_t i = 0; i < name.n && ok; i++) {
        char c = name.p[i];
        ok = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
             (c >= 'A' && c <= 'Z') || c == '_';
    }
    return ok;
}

const struct table_schema *service_table(const struct service *s, str name)
{
    for (size_t i = 0; i < s->tables.n; i++)
        if (str_eq(s->tables.v[i].name, name))
            return &s->tables.v[i];
    return NULL;
}

bool service_columns(const struct service *s, str table,
                     struct remote_schema *out)
{
    const struct table_schema *t = service_table(s, table);
    if (t)
        *out = (struct remote_schema){ t->cols.n, t->cols.v };
    return t != NULL;
}

struct table_schema *service_add_table(struct service *s, str name)
{
    struct table_schema t = { .name = arena_str(s->remote.arena, name),
                              .summary = S("") };
    PUSH(s->remote.arena, s->tables, t);
    return &s->tables.v[s->tables.n - 1];
}

enum status service_tables(struct service *s, struct arena *a,
                           struct remote_tables *out)
{
    struct remote_table *v = arena_array(a, s->tables.n, sizeof *v);
    for (size_t i = 0; i < s->tables.n; i++)
        v[i] = (struct remote_table){ arena_str(a, s->tables.v[i].name),
                                      arena_str(a, s->tables.v[i].summary) };
    *out = (struct remote_tables){ s->tables.n, v };
    return ST_OK;
}

struct schema_rows {
    struct arena *arena;
    LIST(struct source_col) cols;
};

/* ColumnName, ColumnOrdinal, DataType, ColumnType. */
static void schema_row(void *ctx, const struct answer_row *row)
{
    struct schema_rows *s = ctx;
    str name = S(""), type = S("");
    for (size_t i = 0; i < row->n; i++) {
        if (str_eqz(row->names[i], "ColumnName"))
            name = row->cells[i];
        else if (str_eqz(row->names[i], "ColumnType"))
            type = row->cells[i];
    }
    if (name.n)
        PUSH(s->arena, s->cols,
             ((struct source_col){ arena_str(s->arena, name),
                                   answer_type(type) }));
}

enum status service_getschema(const struct service_asking *how,
                              struct arena *to, struct remote_schema *out,
                              const struct remote_call *call)
{
    struct schema_rows rows = { .arena = to };
    struct answer *a = answer_new(how->shape, how->what);
    struct remote_query q = {
        .text = arena_fmt(a->arena, "%.*s\n| getschema", STRF(how->source)),
        .start = REMOTE_NO_START, .end = REMOTE_NO_END, .span = call->span,
    };
    enum status st = how->ask(how->ctx, &q, a, call);
    if (st == ST_OK)
        st = answer_each(a, schema_row, &rows, call);
    *out = (struct remote_schema){ rows.cols.n, rows.cols.v };
    answer_free(a);
    return st;
}

/* ---- time ---- */

str service_timespan(struct arena *a, const struct remote_query *q)
{
    struct buf b;
    if (q->start == REMOTE_NO_START && q->end == REMOTE_NO_END)
        return S("");
    buf_init(&b, 200);
    ticks_format(&b, q->start == REMOTE_NO_START ? 0 : q->start);
    buf_addc(&b, '/');
    ticks_format(&b, q->end == REMOTE_NO_END ? ticks_now() : q->end);
    str s = buf_take(&b, a);
    buf_release(&b);
    return s;
}
