/* complete.c - what may stand at the cursor.
 *
 * Called by: the kernel's fast lane, at any time, also while a cell runs.
 * Gives:     operators after a pipe, columns and functions inside an operator,
 *            tables and lets where a query starts.
 * Must not:  run anything or open a file: only the catalogue is read, under the
 *            session's lock. */
#include "connections.h"

#include "registry/command.h"

struct completer {
    struct lang *l;
    struct arena *arena;
    struct completions *out;
    str prefix;
};

/* ---- an environment that never leaves the session ---- */

static const struct table_info *quiet_table(void *ctx, str name)
{
    return catalog_find(((struct lang *)ctx)->catalog, name);
}

static const struct table_info *quiet_table_at(void *ctx, size_t i)
{
    return catalog_at(((struct lang *)ctx)->catalog, i);
}

static struct source *quiet_open(void *ctx, const struct provider *p,
                                 const struct source_request *rq,
                                 struct diags *ds)
{
    (void)ctx, (void)p, (void)rq, (void)ds;
    return NULL;
}

static enum status quiet_run(void *ctx, struct node *n, struct frame **out,
                             struct diags *ds)
{
    (void)ctx, (void)n, (void)out, (void)ds;
    return ST_ENV;
}

static struct remote *quiet_remote(void *ctx, str alias)
{
    return connection_find(ctx, alias);
}

static struct remote *quiet_remote_at(void *ctx, size_t i)
{
    return connection_at(ctx, i);
}

static enum status quiet_columns(void *ctx, const struct remote_ask *ask,
                                 struct remote_schema *out)
{
    struct remote_ask quiet = *ask;
    quiet.quiet = true;
    return connection_columns(ctx, &quiet, out);
}

static struct source *quiet_remote_open(void *ctx, struct remote *r,
                                        const struct remote_query *q,
                                        struct diags *ds)
{
    (void)ctx, (void)r, (void)q, (void)ds;
    return NULL;
}

static enum status quiet_tables(void *ctx, const struct remote_ask *ask,
                                struct remote_tables *out)
{
    struct remote_ask quiet = *ask;
    quiet.quiet = true;
    return connection_tables(ctx, &quiet, out);
}

/* The node before the cursor, or NULL: `code` ends in front of a pipe. */
static struct node *bind_before(struct completer *c, str code)
{
    struct diags ds;
    struct bind_env env = {
        .ctx = c->l,
        .table = quiet_table,
        .table_at = quiet_table_at,
        .open = quiet_open,
        .remote = quiet_remote,
        .remote_at = quiet_remote_at,
        .remote_columns = quiet_columns,
        .remote_tables = quiet_tables,
        .remote_open = quiet_remote_open,
        .run = quiet_run,
    };
    diags_init(&ds, c->arena);
    struct ast *cell = parse_cell(c->arena, &c->l->reg, code, &ds);
    struct binder b = { .arena = c->arena,
                        .ds = &ds,
                        .reg = &c->l->reg,
                        .env = &env,
                        .check = true,
                        .scope = scope_new(c->arena, c->l->scope) };
    struct node *n = NULL;
    for (const struct ast *t = cell->kid; t; t = t->next) {
        n = NULL;
        if (t->kind == AST_LET)
            bind_let(&b, t);
        else if ((t->kind == AST_QUERY || t->kind == AST_ASSIGN) && t->kid &&
                 t->kid->kind != AST_COMMAND)
            n = bind_table(&b, t->kid);
    }
    return n;
}

/* ---- adding matches ---- */

static bool starts_ignoring_case(str s, str prefix)
{
    return s.n >= prefix.n && str_ieq(str_sub(s, 0, prefix.n), prefix);
}

static void add(struct completer *c, str text, const char *type,
                const char *detail)
{
    struct completion m = { text, type, str_of(detail ? detail : "") };
    if (!starts_ignoring_case(text, c->prefix))
        return;
    for (size_t i = 0; i < c->out->list.n; i++)
        if (str_eq(c->out->list.v[i].text, text))
            return;
    m.text = arena_str(c->arena, text);
    m.detail = arena_str(c->arena, m.detail);
    PUSH(c->arena, c->out->list, m);
}

static bool is_plain_name(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char ch = s.p[i];
        bool ok = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
                  ch == '_' || (i && ch >= '0' && ch <= '9');
        if (!ok)
            return false;
    }
    return s.n > 0;
}

/* "a.b.c" of plain names. */
static bool is_plain_path(str s)
{
    for (ptrdiff_t dot; (dot = str_find_char(s, '.')) >= 0;
         s = str_sub(s, (size_t)dot + 1, s.n))
        if (!is_plain_name(str_sub(s, 0, (size_t)dot)))
            return false;
    return is_plain_name(s);
}

/* A table of a connection, behind ALIAS. and the `path` that is written: the
 * rest of its name, in brackets when it needs them. */
static void add_remote_table(struct completer *c, const struct remote_table *t,
                             str path)
{
    str rest = str_sub(t->name, path.n, t->name.n);
    if (!str_starts(t->name, path) || !starts_ignoring_case(rest, c->prefix))
        return;
    bool plain = is_plain_path(rest);
    struct completion m = {
        plain ? arena_str(c->arena, rest)
              : arena_fmt(c->arena, "['%.*s']", STRF(rest)),
        "class", arena_str(c->arena, t->summary)
    };
    if (plain || !path.n)
        PUSH(c->arena, c->out->list, m);
}

static void add_columns(struct completer *c, const struct node *n)
{
    for (size_t i = 0; n && i < n->cols.n; i++) {
        str name = n->cols.v[i].name;
        if (name.n && name.p[0] == '\001')
            continue;
        if (!is_plain_name(name))
            name = arena_fmt(c->arena, "['%.*s']", STRF(name));
        add(c, name, "field", type_name(n->cols.v[i].type));
    }
}

static void add_let(void *ctx, const struct let *l)
{
    struct completer *c = ctx;
    bool f = l->ast && l->ast->kind == AST_FUNCTION;
    add(c, l->name, f ? "function" : "variable", "let");
}

static void add_tables(struct completer *c)
{
    const struct table_info *t;
    for (size_t i = 0; (t = catalog_at(c->l->catalog, i)) != NULL; i++)
        add(c, t->name, "class", "table");
    scope_each(c->l->scope, add_let, c);
    for (size_t i = 0; i < c->l->reg.nproviders; i++)
        add(c, str_of(c->l->reg.providers[i]->name), "module",
            c->l->reg.providers[i]->summary);
}

static void add_functions(struct completer *c, bool aggregates)
{
    for (size_t i = 0; aggregates && i < c->l->reg.naggs; i++) {
        const struct lang_func *f = &c->l->reg.aggs[i]->func;
        if (f->usage)
            add(c, str_of(f->name), "function", f->usage);
    }
    for (size_t i = 0; i < c->l->reg.nfuncs; i++) {
        const struct lang_func *f = c->l->reg.funcs[i];
        if (!(f->flags & FN_HIDDEN) && f->usage)
            add(c, str_of(f->name), "function", f->usage);
    }
}

/* What hunting queries use most comes first; front ends keep the order. */
static const char *const usual_operators[] = {
    "where", "extend", "summarize", "project", "join", "sort",
    "distinct", "mv-expand", "union", "top", "take", "render", NULL,
};

static void add_operators(struct completer *c, bool sources)
{
    for (const char *const *w = usual_operators; !sources && *w; w++) {
        const struct lang_op *o = reg_op(&c->l->reg, str_of(*w));
        add(c, str_of(o->name), "keyword", o->usage);
    }
    for (size_t i = 0; i < c->l->reg.nops; i++) {
        const struct lang_op *o = c->l->reg.ops[i];
        if (sources ? o->flags & OP_SOURCE : !(o->flags & OP_NO_PIPE))
            add(c, str_of(o->name), "keyword", o->usage);
    }
}

static void add_words(struct completer *c, const char *const *words)
{
    for (; *words; words++)
        add(c, str_of(*words), "keyword", NULL);
}

static const char *const condition_words[] = {
    "and",        "or",       "has",           "has_any", "has_all", "contains",
    "startswith", "endswith", "matches regex", "in",      "in~",     "between",
    "by",         NULL,
};

/* ---- where is the cursor ---- */

static bool is_word_char(char ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
           (ch >= '0' && ch <= '9') || ch == '_' || ch == '-' || (ch & 0x80);
}

struct place {
    size_t word; /* start of the word under the cursor */
    size_t pipe; /* the pipe of this operator; SIZE_MAX: none */
    str op;      /* operator's word, "" when it is being typed */
    bool command, provider;
    str before; /* the word before a dot, or before the cursor's */
    str path;   /* sd.atomic.aws.: "atomic.aws.", and `before` is sd */
};

static size_t statement_start(const struct tokens *ts, size_t cursor)
{
    size_t at = 0;
    for (size_t i = 0; i < ts->n && ts->v[i].span.beg < cursor; i++)
        if (ts->v[i].kind == TOK_PUNCT && str_eqz(ts->v[i].text, ";"))
            at = i + 1;
    return at;
}

/* The names before the dot `last`, up to the first of them. */
static void find_path(const struct tokens *ts, size_t first, size_t last,
                      str code, struct place *p)
{
    const struct token *v = ts->v;
    size_t i = last;
    while (i >= first + 3 && v[i - 1].kind == TOK_NAME &&
           v[i - 2].kind == TOK_PUNCT && str_eqz(v[i - 2].text, ".") &&
           !v[i - 2].line_start && v[i - 2].span.end == v[i - 1].span.beg)
        i -= 2;
    p->before = v[i - 1].text;
    p->path = str_sub(code, v[i].span.end, p->word);
}

static void find_place(struct completer *c, str code, size_t cursor,
                       struct place *p)
{
    struct tokens ts;
    struct diags ds;
    diags_init(&ds, c->arena);
    lex(c->arena, str_sub(code, 0, cursor), &ts, &ds);
    *p = (struct place){ .word = cursor, .pipe = SIZE_MAX };
    while (p->word > 0 && is_word_char(code.p[p->word - 1]))
        p->word--;
    size_t first = statement_start(&ts, cursor), last = SIZE_MAX;
    for (size_t i = first; i < ts.n && ts.v[i].span.end <= p->word; i++) {
        const struct token *t = &ts.v[i];
        last = i;
        if (t->kind == TOK_PUNCT && str_eqz(t->text, "|")) {
            p->pipe = t->span.beg;
            p->op = S("");
        } else if (p->pipe != SIZE_MAX && p->op.n == 0 && t->kind == TOK_NAME) {
            p->op = t->text;
        }
        if (t->kind == TOK_PUNCT && str_eqz(t->text, ".") && t->line_start)
            p->command = true;
    }
    if (last == SIZE_MAX)
        return;
    const struct token *t = &ts.v[last];
    bool dot = t->kind == TOK_PUNCT && str_eqz(t->text, ".") &&
               t->span.end == p->word;
    if (dot && last > first && !t->line_start)
        find_path(&ts, first, last, code, p);
    else if (!dot)
        p->before = t->text;
    p->provider = dot && !t->line_start;
}

static void complete_command(struct completer *c, const struct place *p)
{
    static const char *const shows[] = {
        "tables",    "views",       "operators", "functions", "commands",
        "providers", "connections", "queries",   "renderers", "settings",
        "params",    "rejects",     "version",   NULL,
    };
    if (str_eqz(p->before, "show")) {
        add_words(c, shows);
        return;
    }
    if (p->before.n == 0)
        for (size_t i = 0; i < c->l->reg.ncommands; i++)
            add(c, str_of(c->l->reg.commands[i]->name), "keyword",
                c->l->reg.commands[i]->usage);
    else
        add_tables(c);
}

/* Packs that were read: completion opens no file. */
static void add_stored(struct completer *c, str provider)
{
    const struct stored_face *f = c->l->reg.stored;
    for (size_t i = 0; f && i < f->count(f->ctx); i++) {
        const struct stored_query *q = f->at(f->ctx, i);
        if (stored_is_for(q, provider))
            add(c, q->name, "function",
                arena_cstr(c->arena, q->summary));
    }
}

static void complete_provider(struct completer *c, const struct place *p)
{
    const struct provider *pr = reg_provider(&c->l->reg, p->before);
    bool first = !p->path.n;
    for (const struct provider_table *t = pr && first ? pr->tables : NULL;
         t && t->name; t++)
        add(c, str_of(t->name), "class", t->summary);
    struct remote *r = connection_find(c->l, p->before);
    struct remote_tables all = { 0 };
    struct remote_ask ask = { .remote = r, .quiet = true };
    if (!r)
        return;
    (void)connection_tables(c->l, &ask, &all);
    for (size_t i = 0; i < all.n; i++)
        add_remote_table(c, &all.v[i], p->path);
    if (!first)
        return;
    add(c, S("query"), "function", r->provider->native);
    add_stored(c, str_of(r->provider->name));
}

static void complete_operator(struct completer *c, str code,
                              const struct place *p)
{
    if (str_eqz(p->op, "render")) {
        for (size_t i = 0; i < c->l->reg.nrenderers; i++)
            add(c, str_of(c->l->reg.renderers[i].name), "value",
                c->l->reg.renderers[i].summary);
        return;
    }
    struct node *n = bind_before(c, str_sub(code, 0, p->pipe));
    add_columns(c, n);
    bool tables = str_eqz(p->op, "join") || str_eqz(p->op, "union") ||
                  str_eqz(p->op, "lookup");
    if (tables)
        add_tables(c);
    add_functions(c, str_eqz(p->op, "summarize"));
    add_words(c, condition_words);
    scope_each(c->l->scope, add_let, c);
}

void lang_complete(struct lang *l, struct arena *a, str code, uint32_t cursor,
                   struct completions *out)
{
    struct completer c = { .l = l, .arena = a, .out = out };
    struct place p;
    if (cursor > code.n)
        cursor = (uint32_t)code.n;
    *out = (struct completions){ .end = cursor };
    pthread_mutex_lock(&l->lock);
    find_place(&c, code, cursor, &p);
    out->beg = (uint32_t)p.word;
    c.prefix = str_sub(code, p.word, cursor);
    if (p.command && p.pipe == SIZE_MAX) {
        complete_command(&c, &p);
    } else if (p.provider) {
        complete_provider(&c, &p);
    } else if (p.pipe != SIZE_MAX && p.op.n == 0) {
        add_operators(&c, false);
    } else if (p.pipe != SIZE_MAX) {
        complete_operator(&c, code, &p);
    } else {
        add_tables(&c);
        add_operators(&c, true);
        add_functions(&c, false);
    }
    pthread_mutex_unlock(&l->lock);
}
