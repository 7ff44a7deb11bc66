/* sentinel.c - Microsoft Sentinel: a workspace of Log Analytics.
 *
 * Called by: the language, through struct remote_provider.
 * Protocol: Azure Monitor Log Analytics API v1 (query, search, metadata). */
#include "base/json_write.h"
#include "providers/answer/pull.h"
#include "service.h"

enum { MOST_ROWS = 500000, MOST_WORKSPACES = 100 };

/* ---- connecting ---- */

static const struct yaml_node *configured(struct service *s,
                                          const struct remote_setup *setup)
{
    const struct yaml_node *all =
        config_at(s->services->config, "AzureSentinel.Workspaces");
    return yaml_get_str(all, setup->instance.n ? setup->instance
                                               : S("Default"));
}

static enum status no_workspace(const struct remote_setup *setup,
                                const struct remote_call *call)
{
    struct diag *d =
        setup->instance.n
            ? diag_error(call->ds, DIAG_NO_PROVIDER, call->span,
                         "the configuration has no workspace '%.*s'",
                         STRF(setup->instance))
            : diag_error(call->ds, DIAG_NO_PROVIDER, call->span,
                         "which workspace? There is no default one in the "
                         "configuration");
    diag_hint(call->ds, d,
              "AzureSentinel: Workspaces: NAME: WorkspaceId: …, or "
              ".connect sentinel with (workspace_id = \"…\"); .config shows "
              "what was read");
    return ST_USER;
}

/* workspaces = "id, id": asked together with this one. */
static str other_workspaces(struct service *s, str list)
{
    struct buf b;
    size_t n = 0;
    buf_init(&b, 64 << 10);
    while (list.n && n < MOST_WORKSPACES) {
        ptrdiff_t comma = str_find_char(list, ',');
        size_t end = comma < 0 ? list.n : (size_t)comma;
        str one = str_trim(str_sub(list, 0, end));
        list = str_sub(list, comma < 0 ? end : end + 1, list.n);
        if (one.n) {
            buf_addc(&b, n++ ? ',' : '[');
            json_str(&b, one);
        }
    }
    buf_adds(&b, n ? "]" : "");
    str text = buf_take(&b, s->remote.arena);
    buf_release(&b);
    return text;
}

static str base_of(struct service *s, const struct remote_setup *setup,
                   const struct yaml_node *ws)
{
    str given = setup_text(setup, "endpoint");
    if (!given.n)
        given = yaml_text(yaml_at(ws, "Args.Endpoint"));
    if (!given.n)
        given = arena_fmt(s->remote.arena, "%s/v1",
                          config_cloud(s->services->config)->logs);
    while (given.n && given.p[given.n - 1] == '/')
        given.n--;
    return arena_str(s->remote.arena, given);
}

static enum status sentinel_connect(struct remote_services *services,
                                    const struct remote_setup *setup,
                                    struct remote **out,
                                    const struct remote_call *call)
{
    enum status st = config_open(services->config, call->ds);
    if (st != ST_OK)
        return st;
    struct service *s = service_new(services, setup, S("workspace"));
    const struct yaml_node *ws = configured(s, setup);
    str id = setup_text(setup, "workspace_id");
    if (!id.n)
        id = yaml_text(yaml_get(ws, "WorkspaceId"));
    s->workspace = arena_str(s->remote.arena, id);
    s->workspaces = other_workspaces(s, setup_text(setup, "workspaces"));
    s->base = base_of(s, setup, ws);
    s->what = arena_fmt(s->remote.arena, "workspace %.*s",
                        STRF(setup->instance.n ? setup->instance : id));
    s->remote.where = s->what;
    if (!id.n)
        st = no_workspace(setup, call);
    if (st == ST_OK)
        st = service_sign_in(
            s, yaml_get(ws, "Args"), setup,
            arena_fmt(s->remote.arena, "%s/.default",
                      config_cloud(services->config)->logs),
            call);
    if (st != ST_OK)
        service_close(&s->remote);
    else
        *out = &s->remote;
    return st;
}

/* ---- queries ---- */

static const struct value *option(const struct remote_query *q,
                                  const char *name)
{
    for (size_t i = 0; i < q->noptions; i++)
        if (str_eqz(q->options[i].name, name))
            return &q->options[i].value;
    return NULL;
}

static bool wants_search(const struct remote_query *q)
{
    const struct value *v = option(q, "search");
    return v && v->type == TYPE_BOOL && v->i;
}

static str request_body(struct arena *a, const struct service *s, str query,
                        str timespan)
{
    struct buf b;
    buf_init(&b, 16 << 20);
    buf_adds(&b, "{\"query\":");
    json_str(&b, query);
    if (timespan.n) {
        buf_adds(&b, ",\"timespan\":");
        json_str(&b, timespan);
    }
    if (s->workspaces.n)
        buf_addf(&b, ",\"workspaces\":%.*s", STRF(s->workspaces));
    buf_addc(&b, '}');
    str text = buf_take(&b, a);
    buf_release(&b);
    return text;
}

static enum status send(struct service *s, const struct remote_query *q,
                        bool unknown, struct answer *to,
                        const struct remote_call *call)
{
    struct arena *a = arena_new();
    str timespan = service_timespan(a, q);
    struct http_header prefer = {
        S("prefer"), arena_fmt(a, "wait=%u", s->seconds > 600 ? 600
                                                              : s->seconds)
    };
    struct service_request rq = {
        .url = arena_fmt(a, "%.*s/workspaces/%.*s/%s", STRF(s->base),
                         STRF(s->workspace),
                         wants_search(q) ? "search" : "query"),
        .body = request_body(a, s, q->text, timespan),
        .headers = &prefer,
        .nheaders = 1,
        .unknown = unknown,
    };
    enum status st = service_send(s, &rq, to, call);
    arena_free(a);
    return st;
}

static enum status sentinel_open(struct remote *r, const struct remote_query *q,
                                 struct source **out,
                                 const struct remote_call *call)
{
    struct service *s = r->impl;
    struct answer *a = answer_new(ANSWER_LOGS, MAX_ANSWER);
    a->row_limit = MOST_ROWS;
    enum status st = send(s, q, false, a, call);
    if (st == ST_OK)
        return answer_open(a, q, out, call);
    answer_free(a);
    return st;
}

static enum status sentinel_text(struct remote *r, const struct remote_query *q,
                                 struct buf *out,
                                 const struct remote_call *call)
{
    (void)r, (void)call;
    buf_add(out, q->text);
    return ST_OK;
}

/* ---- schema ---- */

static void read_metadata_column(struct pull *j, struct table_schema *t,
                                 struct arena *a)
{
    struct source_col c = { S(""), TYPE_DYNAMIC };
    str key, type = S("");
    pull_object(j);
    while (pull_key(j, &key)) {
        if (str_eqz(key, "name"))
            pull_text(j, a, &c.name);
        else if (str_eqz(key, "type"))
            pull_text(j, a, &type);
        else
            pull_skip(j);
    }
    c.type = answer_type(type);
    if (c.name.n)
        PUSH(a, t->cols, c);
}

static void read_metadata_table(struct service *s, struct pull *j)
{
    struct arena *a = s->remote.arena;
    struct table_schema t = { .name = S(""), .summary = S("") };
    str key;
    pull_object(j);
    while (pull_key(j, &key)) {
        if (str_eqz(key, "name"))
            pull_text(j, a, &t.name);
        else if (str_eqz(key, "description"))
            pull_text(j, a, &t.summary);
        else if (str_eqz(key, "columns"))
            for (pull_array(j); pull_item(j);)
                read_metadata_column(j, &t, a);
        else
            pull_skip(j);
    }
    if (t.name.n)
        PUSH(a, s->tables, t);
}

static void read_metadata(struct service *s, str body)
{
    struct field_names names;
    struct pull j;
    str key;
    field_names_init(&names, s->remote.arena);
    pull_init(&j, body, &names);
    pull_object(&j);
    while (pull_key(&j, &key)) {
        if (str_eqz(key, "tables"))
            for (pull_array(&j); pull_item(&j);)
                read_metadata_table(s, &j);
        else
            pull_skip(&j);
    }
    s->has_schema = !j.error && s->tables.n > 0;
    pull_release(&j);
}

/* The schema of all tables, once. Who may query may not be allowed to read it:
 * then each table is asked by itself. */
static enum status load_metadata(struct service *s,
                                 const struct remote_call *call)
{
    struct arena *a = arena_new();
    struct http_call hc = services_call(call, a);
    struct body body;
    struct http_reply reply;
    body_init(&body, MAX_ANSWER);
    struct http_request rq = {
        .url = arena_fmt(a, "%.*s/workspaces/%.*s/metadata", STRF(s->base),
                         STRF(s->workspace)),
        .auth = s->auth,
        .sink = &body.sink,
        .what = arena_cstr(a, s->what),
        .any_status = true,
    };
    enum status st = s->has_schema || s->tables.n
                       ? ST_OK
                       : http_send(s->services->http, &rq, &hc, &reply);
    if (st == ST_OK && !s->has_schema && body.bytes.n)
        read_metadata(s, body_text(&body));
    body_release(&body);
    arena_free(a);
    return st;
}

static enum status sentinel_tables(struct remote *r, struct arena *a,
                                   struct remote_tables *out,
                                   const struct remote_call *call)
{
    enum status st = load_metadata(r->impl, call);
    return st == ST_OK ? service_tables(r->impl, a, out) : st;
}

static enum status sentinel_columns(struct remote *r, str table,
                                    struct arena *a,
                                    struct remote_schema *out,
                                    const struct remote_call *call)
{
    struct service *s = r->impl;
    bool plain = is_plain_name(table);
    enum status st = plain ? load_metadata(s, call) : ST_OK;
    if (st != ST_OK)
        return st;
    if (service_columns(s, table, out))
        return ST_OK;
    if (plain && s->has_schema)
        return ST_USER;
    struct remote_query q = {
        .text = arena_fmt(a, "%.*s\n| getschema", STRF(table)),
        .start = REMOTE_NO_START, .end = REMOTE_NO_END, .span = call->span,
    };
    struct answer *answer = answer_new(ANSWER_LOGS, MAX_ANSWER);
    st = send(s, &q, true, answer, call);
    if (st == ST_OK)
        st = service_getschema(answer, a, out, call);
    answer_free(answer);
    return st;
}

static const struct remote_setting settings[] = {
    { "workspace_id", TYPE_STRING, "The workspace's id, a guid." },
    { "workspaces", TYPE_STRING,
      "Ids or names of workspaces to ask as well, by commas." },
    { "endpoint", TYPE_STRING, "The address of the query service." },
    IDENTITY_SETTINGS,
    { NULL, TYPE_STRING, NULL },
};

const struct remote_provider remote_sentinel = {
    .name = "sentinel",
    .usage = ".connect sentinel[.WORKSPACE] [as ALIAS] [with (workspace_id = "
             "\"…\", tenant_id = \"…\", auth = \"cli\", …)]",
    .summary = "Microsoft Sentinel: a workspace of Log Analytics, or several "
               "at once. WORKSPACE is one of the configuration file.",
    .example = ".connect sentinel.Prod as s with (auth = \"devicecode\")",
    .language = REMOTE_KQL,
    .native = "KQL",
    .settings = settings,
    .connect = sentinel_connect,
    .close = service_close,
    .tables = sentinel_tables,
    .columns = sentinel_columns,
    .text = sentinel_text,
    .open = sentinel_open,
};
