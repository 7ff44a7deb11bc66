/* service.c - what the services of KQL have in common. */
#include "service.h"

#include "base/ticks.h"

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
    secrets_add(s->services->secrets, id.client_secret);
    s->auth = auth_entra(s->services->auths, &id, scope);
    return auth_check(s->auth, s->services->http, &hc);
}

/* ---- requests ---- */

enum status service_send(struct service *s, const struct service_request *rq,
                         struct answer *to, const struct remote_call *call)
{
    struct arena *a = arena_new();
    struct http_call hc = services_call(call, a);
    struct http_request request = {
        .url = rq->url,
        .headers = rq->headers,
        .nheaders = rq->nheaders,
        .auth = s->auth,
        .body = rq->body,
        .content_type = "application/json; charset=utf-8",
        .sink = &to->body.sink,
        .what = arena_cstr(a, s->what),
        .max_body = MAX_ANSWER,
        .total_ms = (s->seconds + 30) * 1000,
        .idle_ms = (s->seconds + 30) * 1000, /* nothing comes before the end */
        .any_status = rq->unknown,
    };
    struct http_reply reply;
    enum status st = http_send(s->services->http, &request, &hc, &reply);
    to->what = s->what;
    if (st == ST_OK && (reply.status == 400 || reply.status == 404))
        st = ST_USER;
    else if (st == ST_OK && reply.status >= 300)
        st = http_fail_reply(s->services->http, &request, &hc, &reply);
    arena_free(a);
    return st;
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

enum status service_getschema(struct answer *a, struct arena *to,
                              struct remote_schema *out,
                              const struct remote_call *call)
{
    struct schema_rows rows = { .arena = to };
    enum status st = answer_each(a, schema_row, &rows, call);
    *out = (struct remote_schema){ rows.cols.n, rows.cols.v };
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
