/* clickhouse.c - connections to ClickHouse: .connect clickhouse.
 *
 * Called by: the language, through struct remote_provider. Filters,
 * projections, aggregates, orders and limits run there where SQL means exactly
 * what KQL does (providers/sql/). Statements are read-only where the server
 * lets the setting be made. */
#include "ch.h"

#include "base/ticks.h"
#include "providers/http/url.h"
#include "providers/setup.h"

#define DEFAULT_TIMEOUT (60 * TICKS_PER_MIN)

/* ---- settings ---- */

static enum status check_url(struct ch *ch, const struct remote_setup *setup,
                             const struct remote_call *call)
{
    struct url u;
    if (!url_parse(ch->url, &u) || str_find_char(ch->url, '?') >= 0) {
        struct diag *d = diag_error(call->ds, DIAG_CONFIG, call->span,
                                    "clickhouse needs an address: %s",
                                    ch->url.n ? "this is none" : "url is "
                                                                 "missing");
        diag_hint(call->ds, d, "with (url = \"https://host:8443\")");
        return ST_USER;
    }
    ch->is_near = url_is_loopback(&u);
    ch->plain = ch->is_near || setup_bool(setup, "plain", false);
    ch->remote.where = arena_fmt(ch->remote.arena, "ClickHouse at %.*s:%u",
                                 STRF(u.host), u.port);
    return ST_OK;
}

static void read_setup(struct ch *ch, const struct remote_setup *setup)
{
    struct arena *a = ch->remote.arena;
    str user = setup_text(setup, "user"),
        password = setup_text(setup, "password"),
        url = setup_text(setup, "url");
    int64_t ms = setup_long(setup, "timeout", DEFAULT_TIMEOUT) / TICKS_PER_MS;
    ch->timeout_ms = ms < 1 ? 1 : ms > INT32_MAX ? INT32_MAX : (uint32_t)ms;
    ch->url = url.n && url.p[url.n - 1] != '/'
                ? arena_fmt(a, "%.*s/", STRF(url))
                : arena_str(a, url);
    ch->ca_file = arena_str(a, setup_text(setup, "ca_file"));
    secrets_add(ch->services->secrets, password);
    if (setup_text(setup, "database").n) {
        struct buf b;
        buf_init(&b, 4096);
        url_query(&b, "database", setup_text(setup, "database"));
        ch->settings = buf_take(&b, a);
        buf_release(&b);
    }
    if (user.n || password.n)
        ch->auth = auth_basic(ch->services->auths,
                              user.n ? user : S("default"), password);
}

/* ---- what the server can do ---- */

static bool knows(const str *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eqz(names[2 * i], name))
            return true;
    return false;
}

/* Settings that change no result but how it travels; the server's timeout
 * comes before ours, so that it is the one to say it. */
static void make_settings(struct ch *ch, const struct remote_setup *setup,
                          const str *names, size_t n)
{
    static const char *const wanted[][2] = {
        { "cancel_http_readonly_queries_on_client_close", "1" },
        { "output_format_json_quote_64bit_integers", "0" },
        { "output_format_json_quote_denormals", "1" },
        { "enable_http_compression", "1" },
        { "http_zlib_compression_level", "1" },
    };
    struct buf b;
    int64_t s = setup_long(setup, "timeout", 0) / TICKS_PER_SEC;
    buf_init(&b, 8 << 10);
    buf_add(&b, ch->settings);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (knows(names, n, wanted[i][0]) &&
            !(ch->is_near && strstr(wanted[i][0], "compression")))
            url_query(&b, wanted[i][0], str_of(wanted[i][1]));
    if (s > 0) {
        url_query(&b, "max_execution_time",
                  arena_fmt(ch->remote.arena, "%lld", (long long)s));
        ch->timeout_ms += 10000;
    }
    url_query(&b, "readonly", S("2"));
    ch->settings = buf_take(&b, ch->remote.arena);
    buf_release(&b);
}

/* A user who may not change settings (readonly = 1) cannot be told any. */
static enum status find_out(struct ch *ch, const struct remote_setup *setup,
                            const struct remote_call *call)
{
    static const char sql[] =
        "SELECT name, toString(value) FROM system.settings WHERE name IN "
        "('readonly', 'cancel_http_readonly_queries_on_client_close', "
        "'output_format_json_quote_64bit_integers', "
        "'output_format_json_quote_denormals', 'enable_http_compression', "
        "'http_zlib_compression_level') "
        "UNION ALL SELECT name, 'function' FROM system.functions WHERE name = "
        "'toJSONString' FORMAT RowBinary";
    struct ch_call c = { call, arena_new() };
    struct ch_cells cells = { .ncols = 2 };
    bool fixed = false;
    enum status st = ch_strings(ch, str_of(sql), &c, &cells);
    for (size_t i = 0; i < cells.nrows; i++)
        fixed |= str_eqz(cells.v[2 * i], "readonly") &&
                 str_eqz(cells.v[2 * i + 1], "1");
    ch->has_json = knows(cells.v, cells.nrows, "toJSONString");
    if (st == ST_OK && !fixed)
        make_settings(ch, setup, cells.v, cells.nrows);
    arena_free(c.arena);
    return st;
}

/* ---- the face ---- */

static void ch_close(struct remote *r)
{
    arena_free(r->arena);
}

static const struct remote_setting settings[] = {
    { "url", TYPE_STRING, "Of the HTTP interface: https://host:8443." },
    { "user", TYPE_STRING, "Who signs in; default when not given." },
    { "password", TYPE_STRING, "Better kept in the configuration file." },
    { "database", TYPE_STRING, "Whose tables go by their bare names." },
    { "ca_file", TYPE_STRING, "Certificates (PEM) to trust as well." },
    { "timeout", TYPE_TIMESPAN, "Of one statement; an hour when not given." },
    { "plain", TYPE_BOOL,
      "http:// to another machine, unprotected, is meant." },
    { NULL, TYPE_ERROR, NULL },
};

static enum status ch_connect(struct remote_services *services,
                              const struct remote_setup *given,
                              struct remote **out,
                              const struct remote_call *call)
{
    struct arena *a = arena_new();
    struct ch *ch = NEW(a, struct ch);
    struct remote_setup setup;
    struct setup_source from = { services, "ClickHouse", settings, a };
    ch->services = services;
    ch->remote = (struct remote){ .arena = a, .impl = ch,
                                  .alias = arena_str(a, given->alias) };
    enum status st = setup_complete(&from, given, &setup, call);
    if (st == ST_OK) {
        read_setup(ch, &setup);
        st = check_url(ch, &setup, call);
    }
    if (st == ST_OK)
        st = find_out(ch, &setup, call);
    if (st == ST_OK)
        *out = &ch->remote;
    else
        arena_free(a);
    return st;
}

static enum remote_push ch_push(struct remote *r, const struct remote_query *q,
                                const struct remote_stage *next)
{
    struct ch *ch = r->impl;
    const struct sql_table *t = sql_known_find(ch->tables, q->table);
    struct sql_pipeline p = { &ch_dialect, t, q };
    return t ? sql_push(&p, next) : PUSH_NO;
}

const struct remote_provider remote_clickhouse = {
    .name = "clickhouse",
    .usage = ".connect clickhouse as ALIAS with (url = \"https://host:8443\", "
             "user = \"…\", password = \"…\")",
    .summary = "A ClickHouse server, over its HTTP interface, read only. "
               "Filters, columns, aggregates, orders and limits run there "
               "where SQL means exactly what KQL does.",
    .example = ".connect clickhouse as ch with (url = "
               "\"https://ch.example:8443\", user = \"hunter\")",
    .language = REMOTE_STAGES,
    .native = "SQL",
    .settings = settings,
    .connect = ch_connect,
    .close = ch_close,
    .tables = ch_tables,
    .columns = ch_columns,
    .push = ch_push,
    .text = ch_text,
    .open = ch_open,
};
