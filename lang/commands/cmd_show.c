/* cmd_show.c - `.show LIST`: what the session and the program have.
 *
 * Every list is an ordinary table: `.show functions | where Name has "ip"`. */
#include "base/ticks.h"
#include "commands.h"
#include "connections.h"
#include "lists.h"
#include "session.h"

static void show_parse(struct parser *p, struct ast *cmd)
{
    ast_add(cmd, parse_name(p));
    if (accept_word(p, "of"))
        ast_add(clause(p, cmd, "of"), parse_name(p));
}

static void show_tables(struct lang *l, struct list *out)
{
    for (size_t i = 0; i < catalog_count(l->catalog); i++) {
        const struct table_info *t = catalog_at(l->catalog, i);
        list_str(out, t->name);
        list_long(out, (int64_t)t->nrows);
        list_long(out, (int64_t)t->ncols);
        list_text(out, completeness_word(t->completeness));
    }
}

static void list_time(struct list *out, int64_t ticks)
{
    struct value v = { .type = TYPE_DATETIME, .i = ticks };
    if (ticks == REMOTE_NO_START || ticks == REMOTE_NO_END)
        list_null(out);
    else
        PUSH(out->arena, out->cells, v);
}

static void show_sources(struct lang *l, struct list *out)
{
    const struct table_info *t;
    for (size_t i = 0; (t = catalog_at(l->catalog, i)) != NULL; i++)
        for (size_t k = 0; k < t->norigins; k++) {
            const struct origin *o = &t->origins[k];
            list_str(out, t->name);
            list_str(out, o->provider);
            list_str(out, o->connection);
            list_str(out, o->place);
            list_str(out, o->name);
            list_time(out, o->start);
            list_time(out, o->end);
            list_time(out, o->asked);
            list_long(out, (int64_t)o->nrows);
            list_text(out, completeness_word(o->completeness));
            list_str(out, o->text);
            list_str(out, o->sha256);
        }
}

/* What a let is, as far as its text tells. */
static const char *let_kind(const struct let *let)
{
    const struct ast *t = let->ast;
    if (let->expr || !t)
        return "scalar";
    if (t->kind == AST_FUNCTION)
        return "function";
    if (t->kind == AST_NAME)
        return "alias";
    return t->kind == AST_PIPE || str_eqz(t->text, "materialize") ? "table"
                                                                  : "scalar";
}

static void add_view(void *ctx, const struct let *let)
{
    struct list *out = ctx;
    list_str(out, let->name);
    list_text(out, let_kind(let));
}

static void show_views(struct lang *l, struct list *out)
{
    scope_each(l->scope, add_view, out);
}

static void show_operators(struct lang *l, struct list *out)
{
    for (size_t i = 0; i < l->reg.nops; i++) {
        const struct lang_op *o = l->reg.ops[i];
        list_text(out, o->name);
        list_text(out, o->alias);
        list_text(out, o->usage);
        list_text(out, o->summary);
        list_text(out, o->example);
    }
}

static void add_function(struct list *out, const struct lang_func *f,
                         const char *kind)
{
    if ((f->flags & FN_HIDDEN) || !f->usage)
        return;
    list_text(out, f->name);
    list_text(out, kind);
    list_text(out, f->family);
    list_text(out, f->usage);
    list_text(out, f->summary);
    list_text(out, f->example);
}

static void show_functions(struct lang *l, struct list *out)
{
    for (size_t i = 0; i < l->reg.nfuncs; i++)
        add_function(out, l->reg.funcs[i], "scalar");
    for (size_t i = 0; i < l->reg.naggs; i++)
        add_function(out, &l->reg.aggs[i]->func, "aggregate");
}

static void show_plugins(struct lang *l, struct list *out)
{
    for (size_t i = 0; i < l->reg.nplugins; i++) {
        const struct lang_plugin *p = l->reg.plugins[i];
        list_text(out, p->name);
        list_text(out, p->usage);
        list_text(out, p->summary);
        list_text(out, p->example);
    }
}

static void show_commands(struct lang *l, struct list *out)
{
    for (size_t i = 0; i < l->reg.ncommands; i++) {
        const struct lang_command *c = l->reg.commands[i];
        list_str(out, arena_fmt(out->arena, ".%s", c->name));
        list_text(out, c->usage);
        list_text(out, c->summary);
        list_text(out, c->example);
    }
}

static void add_remote_provider(struct list *out,
                                const struct remote_provider *p)
{
    list_text(out, p->name);
    list_text(out, "by .connect");
    list_text(out, p->usage);
    list_text(out, p->summary);
    list_text(out, p->example);
}

static void show_providers(struct lang *l, struct list *out)
{
    for (size_t i = 0; i < l->reg.nproviders; i++) {
        const struct provider *p = l->reg.providers[i];
        struct buf tables;
        buf_init(&tables, 10000);
        for (const struct provider_table *t = p->tables; t && t->name; t++)
            buf_addf(&tables, "%s%s", t == p->tables ? "" : ", ", t->name);
        list_text(out, p->name);
        list_str(out, buf_take(&tables, out->arena));
        list_text(out, p->usage);
        list_text(out, p->summary);
        list_text(out, p->example);
        buf_release(&tables);
    }
    for (size_t i = 0; i < l->reg.nremotes; i++)
        add_remote_provider(out, l->reg.remotes[i]);
}

static void show_connections(struct lang *l, struct list *out)
{
    const struct remote *r;
    for (size_t i = 0; (r = connection_at(l, i)) != NULL; i++) {
        list_str(out, r->alias);
        list_text(out, r->provider->name);
        list_text(out, r->provider->native);
        list_str(out, r->where);
    }
}

static str joined_texts(struct arena *a, const str *v, size_t n)
{
    struct buf b;
    buf_init(&b, 64 << 10);
    for (size_t i = 0; i < n; i++) {
        buf_adds(&b, i ? ", " : "");
        buf_add(&b, v[i]);
    }
    str s = buf_take(&b, a);
    buf_release(&b);
    return s;
}

static str parameters_of(struct arena *a, const struct stored_query *q)
{
    str *v = arena_array(a, q->nparams, sizeof *v);
    for (size_t i = 0; i < q->nparams; i++)
        v[i] = arena_fmt(a, "%.*s:%s%s", STRF(q->params[i].name),
                         stored_type_name(q->params[i].type),
                         q->params[i].needed ? "" : "?");
    return joined_texts(a, v, q->nparams);
}

static void show_queries(struct lang *l, struct list *out)
{
    const struct stored_face *f = l->reg.stored;
    struct diags ds;
    diags_init(&ds, out->arena);
    if (!f || f->load(f->ctx, &ds) != ST_OK)
        return;
    for (size_t i = 0; i < f->count(f->ctx); i++) {
        const struct stored_query *q = f->at(f->ctx, i);
        list_str(out, q->name);
        list_str(out, joined_texts(out->arena, q->providers, q->nproviders));
        list_str(out, q->family);
        list_str(out, q->table);
        list_str(out, parameters_of(out->arena, q));
        list_str(out, q->summary);
        list_str(out, joined_texts(out->arena, q->tags, q->ntags));
    }
}

static void show_renderers(struct lang *l, struct list *out)
{
    for (size_t i = 0; i < l->reg.nrenderers; i++) {
        const struct lang_word *w = &l->reg.renderers[i];
        list_text(out, w->name);
        list_text(out, w->alias);
        list_text(out, w->usage);
        list_text(out, w->summary);
        list_text(out, w->example);
    }
}

static void show_settings(struct lang *l, struct list *out)
{
    for (size_t i = 0; i < l->settings.n; i++) {
        struct buf text;
        buf_init(&text, 1 << 20);
        value_text(&text, &l->settings.v[i].value);
        list_str(out, l->settings.v[i].name);
        list_str(out, buf_take(&text, out->arena));
        buf_release(&text);
    }
}

static void show_params(struct lang *l, struct list *out)
{
    for (size_t i = 0; i < l->declared.n; i++) {
        const struct let *v = scope_find(l->scope, l->declared.v[i].name);
        struct buf text;
        buf_init(&text, 1 << 20);
        if (v && v->expr)
            value_text(&text, &v->expr->value);
        list_str(out, l->declared.v[i].name);
        list_text(out, type_name(l->declared.v[i].value.type));
        list_str(out, buf_take(&text, out->arena));
        buf_release(&text);
    }
}

static void show_rejects(struct lang *l, struct list *out)
{
    for (size_t i = 0; i < l->rejects.n; i++) {
        list_str(out, l->rejects.v[i].file);
        list_long(out, (int64_t)l->rejects.v[i].line);
        list_str(out, l->rejects.v[i].reason);
        list_str(out, l->rejects.v[i].text);
    }
}

static void show_version(struct lang *l, struct list *out)
{
    list_text(out, "Shikra");
    list_text(out, lang_version);
    list_text(out, "DuckDB");
    list_text(out, engine_version(l->engine));
}

#define COLS(...) .cols = { __VA_ARGS__ }
#define TEXT(name)        \
    {                     \
        name, TYPE_STRING \
    }
#define TIME(name)          \
    {                       \
        name, TYPE_DATETIME \
    }
#define LONG(name)      \
    {                   \
        name, TYPE_LONG \
    }

static const struct show_list {
    const char *name;
    size_t ncols;
    void (*fill)(struct lang *l, struct list *out);
    struct list_col cols[12];
} lists[] = {
    { "tables", 4, show_tables,
      COLS(TEXT("Name"), LONG("Rows"), LONG("Columns"), TEXT("Status")) },
    { "sources", 12, show_sources,
      COLS(TEXT("Table"), TEXT("Provider"), TEXT("Connection"), TEXT("Place"),
           TEXT("Name"), TIME("Start"), TIME("End"), TIME("Asked"),
           LONG("Rows"), TEXT("Status"), TEXT("Query"), TEXT("Sha256")) },
    { "views", 2, show_views, COLS(TEXT("Name"), TEXT("Kind")) },
    { "operators", 5, show_operators,
      COLS(TEXT("Name"), TEXT("Alias"), TEXT("Usage"), TEXT("Summary"),
           TEXT("Example")) },
    { "functions", 6, show_functions,
      COLS(TEXT("Name"), TEXT("Kind"), TEXT("Family"), TEXT("Usage"),
           TEXT("Summary"), TEXT("Example")) },
    { "plugins", 4, show_plugins,
      COLS(TEXT("Name"), TEXT("Usage"), TEXT("Summary"), TEXT("Example")) },
    { "commands", 4, show_commands,
      COLS(TEXT("Name"), TEXT("Usage"), TEXT("Summary"), TEXT("Example")) },
    { "providers", 5, show_providers,
      COLS(TEXT("Name"), TEXT("Tables"), TEXT("Usage"), TEXT("Summary"),
           TEXT("Example")) },
    { "connections", 4, show_connections,
      COLS(TEXT("Alias"), TEXT("Provider"), TEXT("Language"),
           TEXT("Where")) },
    { "queries", 7, show_queries,
      COLS(TEXT("Name"), TEXT("Providers"), TEXT("Family"), TEXT("Table"),
           TEXT("Parameters"), TEXT("Summary"), TEXT("Tags")) },
    { "renderers", 5, show_renderers,
      COLS(TEXT("Name"), TEXT("Alias"), TEXT("Usage"), TEXT("Summary"),
           TEXT("Example")) },
    { "settings", 2, show_settings, COLS(TEXT("Name"), TEXT("Value")) },
    { "params", 3, show_params,
      COLS(TEXT("Name"), TEXT("Type"), TEXT("Value")) },
    { "rejects", 4, show_rejects,
      COLS(TEXT("File"), LONG("Line"), TEXT("Reason"), TEXT("Text")) },
    { "version", 2, show_version, COLS(TEXT("Part"), TEXT("Version")) },
};

enum { NLISTS = sizeof lists / sizeof *lists };

static enum status unknown_list(const struct ast *word, struct diags *ds)
{
    str names[NLISTS];
    struct buf all;
    buf_init(&all, 1000);
    for (size_t i = 0; i < NLISTS; i++) {
        names[i] = str_of(lists[i].name);
        buf_addf(&all, "%s%s", i ? ", " : "", lists[i].name);
    }
    str near = diag_nearest(word->text, names, NLISTS);
    struct diag *d = diag_error(ds, DIAG_OPTION, word->span,
                                "nothing to show "
                                "under '%.*s'",
                                STRF(word->text));
    if (near.n)
        diag_hint(ds, d, "did you mean '%.*s'?", STRF(near));
    else
        diag_hint(ds, d, "there are: %.*s", STRF(buf_str(&all)));
    buf_release(&all);
    return ST_USER;
}

/* `.show tables of ALIAS` */
static enum status show_remote_tables(struct lang *l, const struct ast *alias,
                                      struct command_out *out,
                                      struct diags *ds)
{
    static const struct list_col cols[] = { TEXT("Name"), TEXT("Summary") };
    struct remote *r = connection_find(l, alias->text);
    struct remote_tables all = { 0 };
    struct remote_ask ask = { .remote = r, .at = alias->span, .ds = ds };
    struct list list;
    if (!r) {
        struct diag *d = diag_error(ds, DIAG_NO_PROVIDER, alias->span,
                                    "nothing is connected as '%.*s'",
                                    STRF(alias->text));
        diag_hint(ds, d, ".show connections lists what is");
        return ST_USER;
    }
    enum status st = connection_tables(l, &ask, &all);
    if (st != ST_OK)
        return st;
    list_init(&list, out->arena, cols, sizeof cols / sizeof *cols);
    for (size_t i = 0; i < all.n; i++) {
        list_str(&list, all.v[i].name);
        list_str(&list, all.v[i].summary);
    }
    out->frame = list_frame(&list);
    return ST_OK;
}

/* `.show settings of PROVIDER` */
static enum status show_settings_of(struct lang *l, const struct ast *name,
                                    struct command_out *out, struct diags *ds)
{
    static const struct list_col cols[] = { TEXT("Name"), TEXT("Type"),
                                            TEXT("Summary") };
    const struct remote_provider *p = connect_provider(l, name, ds);
    struct list list;
    if (!p)
        return ST_USER;
    list_init(&list, out->arena, cols, sizeof cols / sizeof *cols);
    for (const struct remote_setting *s = p->settings; s && s->name; s++) {
        list_text(&list, s->name);
        list_text(&list, type_name(s->type));
        list_text(&list, s->summary);
    }
    out->frame = list_frame(&list);
    return ST_OK;
}

static enum status show_run(struct lang *l, const struct ast *cmd,
                            struct command_out *out, struct diags *ds)
{
    const struct ast *word = cmd->kid;
    if (!word || word->kind != AST_NAME)
        return ST_USER;
    const struct ast *of = ast_clause(cmd, "of");
    if (of && of->kid && str_eqz(word->text, "tables"))
        return show_remote_tables(l, of->kid, out, ds);
    if (of && of->kid && str_eqz(word->text, "settings"))
        return show_settings_of(l, of->kid, out, ds);
    for (size_t i = 0; i < NLISTS; i++) {
        if (!str_eqz(word->text, lists[i].name))
            continue;
        struct list list;
        list_init(&list, out->arena, lists[i].cols, lists[i].ncols);
        if (lists[i].fill == show_version &&
            engine_open(l->engine, ds) != ST_OK)
            return ST_ENV;
        lists[i].fill(l, &list);
        out->frame = list_frame(&list);
        return ST_OK;
    }
    return unknown_list(word, ds);
}

const struct lang_command cmd_show = {
    .name = "show",
    .usage = ".show tables [of ALIAS] | sources | views | operators | "
             "functions | plugins | commands | providers | connections | "
             "queries | renderers | settings [of PROVIDER] | params | "
             "rejects | version",
    .summary = "Lists what there is, as a table that can be piped on.",
    .example =
        ".show functions | where Name startswith \"ipv4\" | project Name, "
        "Summary",
    .parse = show_parse,
    .run = show_run,
};
