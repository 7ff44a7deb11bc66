/* sentinel.c - Microsoft Sentinel: a workspace of Log Analytics.
 *
 * Called by: the language, through struct remote_provider.
 * Protocol: Azure Monitor Log Analytics API v1 (query, search, metadata). */
#include "base/json_write.h"
#include "providers/answer/body.h"
#include "providers/answer/pull.h"
#include "providers/http/url.h"
#include "service.h"

enum { MOST_ROWS = 500000, MOST_WORKSPACES = 100, MOST_SECONDS = 600 };

/* ---- connecting ---- */

static const struct yaml_node *configured(struct service *s,
                                          const struct remote_setup *setup)
{
    const struct yaml_node *all =
        config_at(s->services->config, "AzureSentinel.Workspaces");
    return yaml_get_str(all, setup->instance.n ? setup->instance
                                               : S("Default"));
}

static enum status no_workspace(struct service *s,
                                const struct remote_setup *setup,
                                const struct remote_call *call)
{
    if (setup->instance.n)
        return setup_unknown(s->services, "workspace", "Sentinel", setup,
                             call);
    struct diag *d = diag_error(call->ds, DIAG_NO_PROVIDER, call->span,
                                "which workspace? There is no default one in "
                                "the configuration");
    diag_hint(call->ds, d,
              "AzureSentinel: Workspaces: NAME: WorkspaceId: …, or "
              ".connect sentinel with (workspace_id = \"…\"); .config shows "
              "what was read");
    return ST_USER;
}

static void add_workspace(struct buf *b, size_t *n, str one)
{
    if (!one.n)
        return;
    buf_addc(b, *n ? ',' : '[');
    json_str(b, one);
    ++*n;
}

/* An entry of the configuration goes by its id, anything else (a guid, a name,
 * a resource) as it is; "*" is all of the configuration but this one. */
static void add_named(struct service *s, struct buf *b, size_t *n, str name)
{
    const struct yaml_node *all =
        config_at(s->services->config, "AzureSentinel.Workspaces");
    if (!str_eqz(name, "*")) {
        str id = yaml_text(yaml_get(yaml_get_str(all, name), "WorkspaceId"));
        add_workspace(b, n, id.n ? id : name);
        return;
    }
    for (size_t i = 0; all && i < all->n; i++) {
        str id = yaml_text(yaml_get(all->kids[i], "WorkspaceId"));
        if (!str_ieq(id, s->workspace))
            add_workspace(b, n, id);
    }
}

/* workspaces = "id, name": asked together with this one. */
static enum status other_workspaces(struct service *s, str list,
                                    const struct remote_call *call)
{
    struct buf b;
    size_t n = 0;
    buf_init(&b, 1 << 20);
    while (list.n) {
        ptrdiff_t comma = str_find_char(list, ',');
        size_t end = comma < 0 ? list.n : (size_t)comma;
        add_named(s, &b, &n, str_trim(str_sub(list, 0, end)));
        list = str_sub(list, comma < 0 ? end : end + 1, list.n);
    }
    buf_adds(&b, n ? "]" : "");
    s->workspaces = buf_take(&b, s->remote.arena);
    buf_release(&b);
    if (n < MOST_WORKSPACES)
        return ST_OK;
    struct diag *d =
        diag_error(call->ds, DIAG_LIMIT, call->span,
                   "%zu workspaces at once: Log Analytics asks %d together",
                   n + 1, MOST_WORKSPACES);
    diag_hint(call->ds, d, "make several connections, and call a built-in "
                           "query of all of them: sentinel.NAME(…)");
    return ST_USER;
}

/* ---- addresses ---- */

static const char *const hosts[] = {
    ".loganalytics.io", ".loganalytics.azure.com", ".loganalytics.us",
    ".loganalytics.azure.cn", ".monitor.azure.com", NULL,
};

/* "/subscriptions/…", each of its parts escaped. */
static bool resource_path(struct buf *b, str resource)
{
    bool whole = resource.n > 1 && resource.p[0] == '/';
    while (resource.n) {
        str rest = str_sub(resource, 1, resource.n);
        ptrdiff_t slash = str_find_char(rest, '/');
        str part = str_sub(rest, 0, slash < 0 ? rest.n : (size_t)slash);
        whole &= part.n > 0 && !str_eqz(part, "..") && !str_eqz(part, ".");
        buf_addc(b, '/');
        url_param(b, part);
        resource = str_sub(rest, part.n, rest.n);
    }
    return whole;
}

/* What is asked: a workspace, or the logs of one resource of Azure. */
static enum status find_path(struct service *s,
                             const struct remote_setup *setup,
                             const struct remote_call *call)
{
    str resource = setup_text(setup, "resource");
    enum status st = ST_OK;
    struct buf b;
    buf_init(&b, 64 << 10);
    if (!resource.n) {
        buf_adds(&b, "/workspaces/");
        url_param(&b, s->workspace);
    } else if (!resource_path(&b, resource)) {
        struct diag *d = diag_error(call->ds, DIAG_OPTION, call->span,
                                    "'%.*s' is no id of a resource",
                                    STRF(resource));
        diag_hint(call->ds, d, "one begins with /subscriptions/…");
        st = ST_USER;
    }
    s->path = buf_take(&b, s->remote.arena);
    buf_release(&b);
    return st;
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

/* The public example workspace has a key that everybody may use. */
static str key_of(const struct service *s, const struct remote_setup *setup)
{
    str key = setup_text(setup, "api_key");
    return key.n || !str_eqz(s->workspace, "DEMO_WORKSPACE") ? key
                                                             : S("DEMO_KEY");
}

static enum status sign_in(struct service *s, const struct yaml_node *ws,
                           const struct remote_setup *setup,
                           const struct remote_call *call)
{
    str key = key_of(s, setup);
    if (key.n) {
        if (!str_eqz(key, "DEMO_KEY"))
            secrets_add(s->services->secrets, key);
        s->auth = auth_header(s->services->auths, S("X-Api-Key"), key);
        return ST_OK;
    }
    return service_sign_in(s, ws, setup,
                           arena_fmt(s->remote.arena, "%s/.default",
                                     config_cloud(s->services->config)->logs),
                           call);
}

static void name_it(struct service *s, const struct remote_setup *setup)
{
    str resource = setup_text(setup, "resource");
    str name = setup->instance.n ? setup->instance : s->workspace;
    s->what = resource.n
                ? arena_fmt(s->remote.arena, "resource %.*s", STRF(resource))
                : arena_fmt(s->remote.arena, "workspace %.*s", STRF(name));
    s->remote.where = s->what;
}

static enum status find_place(struct service *s, const struct yaml_node *ws,
                              const struct remote_setup *setup,
                              const struct remote_call *call)
{
    str id = setup_text(setup, "workspace_id");
    if (!id.n)
        id = yaml_text(yaml_get(ws, "WorkspaceId"));
    s->workspace = arena_str(s->remote.arena, id);
    name_it(s, setup);
    if (!id.n && !setup_text(setup, "resource").n)
        return no_workspace(s, setup, call);
    s->base = base_of(s, setup, ws);
    enum status st = service_check_host(s, hosts, setup, call);
    if (st == ST_OK)
        st = find_path(s, setup, call);
    return st == ST_OK
               ? other_workspaces(s, setup_text(setup, "workspaces"), call)
               : st;
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
    st = find_place(s, ws, setup, call);
    if (st == ST_OK)
        st = sign_in(s, ws, setup, call);
    if (st != ST_OK)
        service_close(&s->remote);
    else
        *out = &s->remote;
    return st;
}

/* ---- queries ---- */

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

/* Tables of the plans Basic and Auxiliary answer to `search` alone: one table,
 * over a time that stands beside the query. */
static enum status check_search(const struct service *s,
                                const struct remote_query *q,
                                const struct remote_call *call)
{
    struct diag *d;
    bool bounded = q->start != REMOTE_NO_START && q->end != REMOTE_NO_END;
    if (!service_option_bool(q, "search") ||
        (bounded && !s->workspaces.n && s->workspace.n))
        return ST_OK;
    d = diag_error(call->ds, DIAG_OPTION, q->span,
                   bounded ? "search asks one workspace, not several or a "
                             "resource"
                           : "search wants a start and an end");
    diag_hint(call->ds, d,
              "query(\"Table | where …\", search = true, start = ago(1d), "
              "end = now()): one table, without join, union, find, search "
              "and externaldata; times in the text do not narrow it");
    return ST_USER;
}

static enum status send(struct service *s, const struct remote_query *q,
                        bool unknown, struct answer *to,
                        const struct remote_call *call)
{
    struct arena *a = to->arena;
    bool search = service_option_bool(q, "search");
    str timespan = service_timespan(a, q);
    struct http_header *prefer = NEW(a, struct http_header);
    struct buf url;
    *prefer = (struct http_header){
        S("prefer"), arena_fmt(a, "wait=%u", s->seconds > MOST_SECONDS
                                                 ? MOST_SECONDS
                                                 : s->seconds)
    };
    buf_init(&url, 64 << 10);
    buf_add(&url, s->base);
    buf_add(&url, s->path);
    buf_adds(&url, search ? "/search" : "/query");
    if (search)
        url_query(&url, "timespan", timespan);
    struct service_request rq = {
        .url = buf_take(&url, a),
        .body = request_body(a, s, q->text, search ? S("") : timespan),
        .headers = prefer,
        .nheaders = 1,
        .unknown = unknown,
    };
    buf_release(&url);
    return service_send(s, &rq, to, call);
}

static const struct remote_setting options[] = {
    { "search", TYPE_BOOL, "" },
    { NULL, TYPE_STRING, NULL },
};

static enum status sentinel_open(struct remote *r, const struct remote_query *q,
                                 struct source **out,
                                 const struct remote_call *call)
{
    struct service *s = r->impl;
    enum status st = service_check_options(q, options, call);
    if (st == ST_OK)
        st = check_search(s, q, call);
    if (st != ST_OK)
        return st;
    struct answer *a = answer_new(ANSWER_LOGS, s->what);
    a->row_limit = MOST_ROWS;
    st = send(s, q, false, a, call);
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
    pull_release(&j);
}

/* The schema of all tables, once. Who may query may not be allowed to read it:
 * then each table is asked by itself. */
static enum status load_metadata(struct service *s,
                                 const struct remote_call *call)
{
    if (s->has_schema)
        return ST_OK;
    struct arena *a = arena_new();
    struct http_call hc = services_call(call, a);
    struct body body;
    struct http_reply reply;
    body_init(&body, HTTP_MAX_BODY);
    struct http_request rq = {
        .url = arena_fmt(a, "%.*s%.*s/metadata", STRF(s->base),
                         STRF(s->path)),
        .auth = s->auth,
        .sink = &body.sink,
        .what = arena_cstr(a, s->what),
        .any_status = true,
    };
    enum status st = http_send(s->services->http, &rq, &hc, &reply);
    s->has_schema = st == ST_OK;
    if (st == ST_OK && body.bytes.n)
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

static enum status ask_unknown(void *ctx, const struct remote_query *q,
                               struct answer *to,
                               const struct remote_call *call)
{
    return send(ctx, q, true, to, call);
}

/* What the metadata does not list may be a saved function, or a table of
 * another workspace. */
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
    struct service_asking how = { ask_unknown, s, ANSWER_LOGS, s->what,
                                  table };
    return service_getschema(&how, a, out, call);
}

static const struct remote_setting settings[] = {
    { "workspace_id", TYPE_STRING, "The workspace's id, a guid." },
    { "workspaces", TYPE_STRING,
      "Workspaces to ask as well, by commas: ids, names of the configuration "
      "or of Azure, * for all of the configuration; up to 100 in all." },
    { "resource", TYPE_STRING,
      "In place of a workspace: the id of a resource of Azure, "
      "\"/subscriptions/…\", whose logs are asked." },
    { "api_key", TYPE_STRING, "A key in place of signing in." },
    { "endpoint", TYPE_STRING, "The address of the query service." },
    HOST_SETTINGS,
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
    .opens_ahead = true,
    .settings = settings,
    .connect = sentinel_connect,
    .close = service_close,
    .tables = sentinel_tables,
    .columns = sentinel_columns,
    .text = sentinel_text,
    .open = sentinel_open,
};
