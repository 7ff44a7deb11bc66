/* splunk.c - Splunk: connecting, tables, and the row.
 *
 * Called by: the language, through struct remote_provider.
 * Protocol: the REST interface of the management port (8089). */
#include "splunk.h"

#include "base/ticks.h"
#include "providers/http/answer.h"
#include "providers/http/url.h"
#include "providers/setup.h"

enum { DEFAULT_SECONDS = 600, MAX_SECONDS = 86400, FIRST_ROWS = 1000 };

/* ---- settings ---- */

struct given {
    const struct remote_setup *setup;
    const struct yaml_node *args;
    struct remote_services *services;
    const struct remote_call *call;
    struct arena *arena;
};

static str setting(const struct given *g, const char *name, const char *key)
{
    str s = setup_text(g->setup, name);
    return s.n ? s : yaml_text(yaml_get(g->args, key));
}

static enum status secret(const struct given *g, const char *name,
                          const struct yaml_node *n, str *out)
{
    struct http_call hc = services_call(g->call, g->arena);
    *out = setup_text(g->setup, name);
    if (!out->n)
        return config_secret(g->services->config, n, &hc, out);
    secrets_add(g->services->secrets, *out);
    return ST_OK;
}

static str base_url(const struct given *g)
{
    str url = setup_text(g->setup, "url");
    str host = setting(g, "host", "host");
    str scheme = yaml_text(yaml_get(g->args, "http_scheme"));
    str port = yaml_text(yaml_get(g->args, "port"));
    int64_t given = setup_long(g->setup, "port", 0);
    if (!scheme.n)
        scheme = yaml_text(yaml_get(g->args, "scheme"));
    if (given > 0)
        port = arena_fmt(g->arena, "%lld", (long long)given);
    if (!url.n && host.n)
        url = arena_fmt(g->arena, "%.*s://%.*s:%.*s",
                        STRF(scheme.n ? scheme : S("https")), STRF(host),
                        STRF(port.n ? port : S("8089")));
    while (url.n && url.p[url.n - 1] == '/')
        url.n--;
    return arena_str(g->arena, url);
}

/* "/services", or the name space of an owner and an app. */
static str name_space(const struct given *g)
{
    str owner = setting(g, "owner", "owner"), app = setting(g, "app", "app");
    struct buf b;
    if (!owner.n && !app.n)
        return S("/services");
    buf_init(&b, 4096);
    buf_adds(&b, "/servicesNS/");
    url_param(&b, owner.n ? owner : S("-"));
    buf_addc(&b, '/');
    url_param(&b, app.n ? app : S("-"));
    str path = buf_take(&b, g->arena);
    buf_release(&b);
    return path;
}

static enum status no_credentials(const struct given *g)
{
    struct diag *d = diag_error(g->call->ds, DIAG_OPTION, g->call->span,
                                "Splunk wants a host and who signs in");
    diag_hint(g->call->ds, d,
              "with (host = \"…\", token = \"…\") or (…, user = \"…\", "
              "password = \"…\"), or DataProviders.Splunk.Args in the "
              "configuration");
    return ST_USER;
}

static const struct yaml_node *token_of(const struct yaml_node *args)
{
    static const char *const names[] = { "bearer_token", "splunkToken",
                                         "token" };
    const struct yaml_node *n = NULL;
    for (size_t i = 0; i < 3 && !n; i++)
        n = yaml_get(args, names[i]);
    return n;
}

static enum status sign_in(struct splunk *s, const struct given *g)
{
    struct auths *auths = g->services->auths;
    str token, password, user = setting(g, "user", "username");
    enum status st = secret(g, "token", token_of(g->args), &token);
    if (st == ST_OK)
        st = secret(g, "password", yaml_get(g->args, "password"), &password);
    if (st != ST_OK)
        return st;
    struct splunk_login login = { s->base, user, password, s->ca_file,
                                  s->plain };
    if (token.n)
        s->auth = auth_token(auths, S("Bearer"), token);
    else if (user.n)
        s->auth = auth_splunk(auths, &login);
    else
        return no_credentials(g);
    return ST_OK;
}

/* {"entry":[{"content":{"version":"9.3.0"}}]} */
static enum status greet(struct splunk *s, const struct remote_call *call)
{
    struct arena *a = arena_new();
    struct sp_request rq = { .path = S("/server/info?output_mode=json") };
    str json = S(""), entry = S("");
    enum status st = sp_send(s, &rq, a, &json, call);
    if (st == ST_OK)
        (void)json_get_index(answer_at(json, "entry"), 0, &entry);
    str version = answer_text(a, entry, "content.version");
    if (st == ST_USER || (st == ST_OK && !version.n))
        st = sp_garbled(s, call, "it tells no version");
    /* v2 since 9.0.1; two digits before the dot are later than 9. */
    s->v2 = (version.n > 1 && version.p[0] >= '1' && version.p[1] != '.') ||
            (str_starts(version, S("9.")) && !str_eqz(version, "9.0.0"));
    s->remote.where = arena_fmt(s->remote.arena, "Splunk %.*s, %.*s",
                                STRF(version), STRF(s->base));
    arena_free(a);
    return st;
}

static enum status splunk_connect(struct remote_services *services,
                                  const struct remote_setup *setup,
                                  struct remote **out,
                                  const struct remote_call *call)
{
    enum status st = config_open(services->config, call->ds);
    if (st != ST_OK)
        return st;
    const struct yaml_node *args = NULL;
    st = setup_args(services, "Splunk", setup, &args, call);
    if (st != ST_OK)
        return st;
    struct arena *a = arena_new();
    struct splunk *s = NEW(a, struct splunk);
    struct given g = { setup, args, services, call, a };
    int64_t seconds = setup_long(setup, "timeout",
                                 (int64_t)DEFAULT_SECONDS * TICKS_PER_SEC) /
                      TICKS_PER_SEC;
    s->services = services;
    s->remote.arena = a;
    s->remote.impl = s;
    s->base = base_url(&g);
    s->path = name_space(&g);
    s->plain = setup_bool(setup, "plain", false);
    s->what = arena_fmt(a, "Splunk %.*s", STRF(setup->alias));
    s->ca_file = arena_str(a, setting(&g, "ca_file", "ca_file"));
    s->seconds = (uint32_t)(seconds < 1             ? 1
                            : seconds > MAX_SECONDS ? MAX_SECONDS
                                                    : seconds);
    st = s->base.n ? sign_in(s, &g) : no_credentials(&g);
    if (st == ST_OK)
        st = greet(s, call);
    if (st != ST_OK)
        arena_free(a);
    else
        *out = &s->remote;
    return st;
}

static void splunk_close(struct remote *r)
{
    arena_free(r->arena);
}

/* ---- tables ---- */

struct listing {
    struct arena *arena;
    LIST(struct remote_table) tables;
};

static enum status list(struct splunk *s, struct listing *l, const char *path,
                        const char *prefix, const struct remote_call *call)
{
    struct sp_request rq = { .path = str_of(path), .unknown = true };
    struct json_iter it;
    str json = S(""), entry;
    enum status st = sp_send(s, &rq, l->arena, &json, call);
    if (st == ST_OK && json_iter_init(&it, answer_at(json, "entry")))
        while (json_next(&it, NULL, &entry)) {
            str name = answer_text(l->arena, entry, "name");
            PUSH(l->arena, l->tables,
                 ((struct remote_table){
                     arena_fmt(l->arena, "%s%.*s", prefix, STRF(name)),
                     prefix[0] ? S("saved search") : S("index") }));
        }
    return st == ST_USER ? ST_OK : st;
}

static enum status splunk_tables(struct remote *r, struct arena *a,
                                 struct remote_tables *out,
                                 const struct remote_call *call)
{
    struct listing l = { .arena = a };
    enum status st = list(r->impl, &l,
                          "/data/indexes?output_mode=json&count=0", "", call);
    if (st == ST_OK)
        st = list(r->impl, &l, "/saved/searches?output_mode=json&count=0",
                  "saved.", call);
    *out = (struct remote_tables){ l.tables.n, l.tables.v };
    return st;
}

/* Is there such an index or saved search? */
static enum status exists(struct splunk *s, str table,
                          const struct remote_call *call)
{
    struct arena *a = arena_new();
    struct buf b;
    bool saved = str_starts(table, S("saved."));
    ptrdiff_t dot = str_find_char(table, '.');
    buf_init(&b, 64 << 10);
    buf_adds(&b, saved ? "/saved/searches/" : "/data/indexes/");
    url_param(&b, saved ? str_sub(table, 6, table.n)
                        : str_sub(table, 0, dot < 0 ? table.n : (size_t)dot));
    buf_adds(&b, "?output_mode=json");
    struct sp_request rq = { .path = buf_str(&b), .unknown = true };
    enum status st = sp_send(s, &rq, a, NULL, call);
    buf_release(&b);
    arena_free(a);
    return st;
}

static void add_usual(struct arena *a, struct remote_schema *out)
{
    static const struct source_col usual[] = {
        { { "_time", 5 }, TYPE_DATETIME }, { { "_raw", 4 }, TYPE_STRING },
        { { "host", 4 }, TYPE_STRING },    { { "source", 6 }, TYPE_STRING },
        { { "sourcetype", 10 }, TYPE_STRING },
    };
    (void)a;
    *out = (struct remote_schema){ sizeof usual / sizeof *usual, usual };
}

static enum status splunk_columns(struct remote *r, str table, struct arena *a,
                                  struct remote_schema *out,
                                  const struct remote_call *call)
{
    struct splunk *s = r->impl;
    struct arena *own = r->arena;
    struct sp_table *t;
    struct buf b;
    (void)a;
    for (t = s->tables; t; t = t->next)
        if (str_eq(t->name, table)) {
            *out = (struct remote_schema){ t->ncols, t->cols };
            return ST_OK;
        }
    buf_init(&b, 64 << 10);
    enum status st = sp_base_search(&b, table) ? exists(s, table, call)
                                               : ST_USER;
    buf_addf(&b, " | head %d", FIRST_ROWS);
    if (st == ST_OK)
        st = sp_first_rows(s, buf_str(&b), own, out, call);
    buf_release(&b);
    if (st != ST_OK)
        return st;
    if (out->ncols == 0)
        add_usual(own, out);
    t = NEW(own, struct sp_table);
    *t = (struct sp_table){ arena_str(own, table), out->ncols, out->cols,
                            s->tables };
    s->tables = t;
    return ST_OK;
}

/* ---- queries ---- */

static enum status splunk_text(struct remote *r, const struct remote_query *q,
                               struct buf *out, const struct remote_call *call)
{
    struct arena *a = arena_new();
    struct sp_plan p;
    struct buf form;
    (void)call;
    if (q->text.n) {
        buf_add(out, q->text);
    } else {
        sp_plan(r->impl, q, a, &p);
        buf_add(out, p.search);
        buf_init(&form, 4096);
        sp_add_times(&form, p.start, p.end);
        if (form.n)
            buf_addf(out, "\n%.*s", STRF(buf_str(&form)));
        buf_release(&form);
    }
    arena_free(a);
    return ST_OK;
}

static enum status splunk_open(struct remote *r, const struct remote_query *q,
                               struct source **out,
                               const struct remote_call *call)
{
    struct splunk *s = r->impl;
    struct remote_schema known;
    struct sp_plan p;
    if (q->text.n)
        return sp_open_text(s, q, out, call);
    enum status st = splunk_columns(r, q->table, NULL, &known, call);
    if (st != ST_OK)
        return st == ST_USER ? sp_garbled(s, call, "the table has gone") : st;
    struct arena *a = arena_new();
    sp_plan(s, q, a, &p);
    st = p.grouped ? sp_open_groups(s, q, &p, out, call)
                   : sp_open_table(s, q, &p, out, call);
    arena_free(a);
    return st;
}

static const struct remote_setting settings[] = {
    { "host", TYPE_STRING, "The search head." },
    { "port", TYPE_LONG, "Its management port; 8089." },
    { "url", TYPE_STRING, "In their place: https://host:8089." },
    { "token", TYPE_STRING,
      "A token of Settings > Tokens; better kept in the configuration file." },
    { "user", TYPE_STRING, "Who signs in, with a password." },
    { "password", TYPE_STRING, "Better kept in the configuration file." },
    { "owner", TYPE_STRING, "Whose name space; with app." },
    { "app", TYPE_STRING, "The app whose knowledge objects count." },
    { "ca_file", TYPE_STRING, "Certificates (PEM) to trust as well." },
    { "plain", TYPE_BOOL,
      "http:// to another machine, unprotected, is meant." },
    { "timeout", TYPE_TIMESPAN, "How long one search may take." },
    { NULL, TYPE_STRING, NULL },
};

const struct remote_provider remote_splunk = {
    .name = "splunk",
    .usage = ".connect splunk[.INSTANCE] [as ALIAS] [with (host = \"…\", "
             "token = \"…\", …)]",
    .summary = "Splunk: INDEX, INDEX.SOURCETYPE and saved.NAME as tables, "
               "searches of one's own by .query(\"index=… | …\").",
    .example = ".connect splunk as sp with (host = \"splunk.example\", user = "
               "\"hunter\", password = \"…\")",
    .language = REMOTE_STAGES,
    .native = "SPL",
    .settings = settings,
    .connect = splunk_connect,
    .close = splunk_close,
    .tables = splunk_tables,
    .columns = splunk_columns,
    .push = sp_push,
    .text = splunk_text,
    .open = splunk_open,
};
