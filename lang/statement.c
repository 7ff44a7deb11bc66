/* statement.c - runs the statements of a cell, one after the other.
 *
 * Called by: lang.c.
 * All statements are parsed first; when there are several they are also bound
 * in a dry run, with the tables that earlier ones will make, so that a mistake
 * in the last line does not cost the minutes of the first. */
#include "session.h"

#include <stdlib.h>

#include "base/json_write.h"
#include "base/ticks.h"
#include "base/utf8.h"
#include "ops/render.h"

enum { TABLE_ROWS = 10000, PICTURE_ROWS = 2000000 };

struct run {
    struct lang *l;
    const struct lang_opts *o;
    const struct lang_sink *sink;
    struct diags *ds;
    const struct ast *last; /* statement whose result is the cell's */
    bool dry;
};

static enum status run_statement(struct run *r, const struct ast *t);

/* ---- what a cell needs of the session ---- */

static const struct table_info *env_table(void *ctx, str name)
{
    struct lang *l = ctx;
    for (size_t i = l->pending.n; i-- > 0;)
        if (str_eq(l->pending.v[i]->name, name))
            return l->pending.v[i];
    return catalog_find(l->catalog, name);
}

static const struct table_info *env_table_at(void *ctx, size_t i)
{
    struct lang *l = ctx;
    size_t n = catalog_count(l->catalog);
    if (i < n)
        return catalog_at(l->catalog, i);
    return i - n < l->pending.n ? l->pending.v[i - n] : NULL;
}

static void add_value(struct buf *b, const struct value *v)
{
    value_json(b, v);
    buf_addc(b, ' ');
}

/* A request as text, to recognise it when it comes again. */
static str request_key(struct lang *l, const struct provider *p,
                       const struct source_request *rq)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_addf(&b, "%s %.*s ", p->name, STRF(rq->table));
    for (size_t i = 0; i < rq->nargs; i++)
        add_value(&b, &rq->args[i]);
    for (size_t i = 0; i < rq->noptions; i++) {
        json_str(&b, rq->options[i].name);
        add_value(&b, &rq->options[i].value);
    }
    for (size_t i = 0; i < rq->ncols; i++) {
        json_str(&b, rq->cols[i].name);
        buf_addf(&b, "%d ", rq->cols[i].type);
    }
    str key = buf_take(&b, l->cell);
    buf_release(&b);
    return key;
}

static struct source *env_open(void *ctx, const struct provider *p,
                               const struct source_request *rq,
                               struct diags *ds)
{
    struct lang *l = ctx;
    struct opened o = { NULL, p, request_key(l, p, rq), false };
    for (size_t i = 0; i < l->opened.n; i++)
        if (!l->opened.v[i].used && str_eq(l->opened.v[i].key, o.key))
            return l->opened.v[i].source;
    if (p->open(&o.source, rq, SOURCE_MAX_PARTS < 4 ? SOURCE_MAX_PARTS : 4,
                engine_cancel_flag(l->engine), ds) != ST_OK)
        return NULL;
    PUSH(l->cell, l->opened, o);
    if (o.source->parquet.n && o.source->ncols == 0) {
        struct source_col *cols;
        if (engine_open(l->engine, ds) != ST_OK ||
            engine_parquet_cols(l->engine, l->cell, o.source->parquet, &cols,
                                &o.source->ncols, ds) != ST_OK)
            return NULL;
        o.source->cols = cols;
    }
    return o.source;
}

static enum status env_run(void *ctx, struct node *n, struct frame **out,
                           struct diags *ds)
{
    return step_query(ctx, n, 2, out, ds);
}

static const struct bind_env *session_env(struct lang *l)
{
    struct bind_env *e = NEW(l->cell, struct bind_env);
    *e = (struct bind_env){ l, env_table, env_table_at, env_open, env_run };
    return e;
}

struct binder session_binder(struct lang *l, struct diags *ds,
                             const struct lang_opts *o)
{
    return (struct binder){
        .arena = l->cell,
        .ds = ds,
        .reg = &l->reg,
        .env = session_env(l),
        .scope = l->scope,
        .now = l->now,
        .open_tables = o && o->open_tables,
        .check = o && o->check,
    };
}

/* ---- showing ---- */

static void show(struct run *r, const struct ast *t, struct result res)
{
    if (r->dry)
        return;
    res.last = t == r->last;
    r->sink->result(r->sink->ctx, &res);
}

static void show_text(struct run *r, const struct ast *t, str text)
{
    show(r, t, (struct result){ .kind = RESULT_TEXT, .text = text });
}

static size_t rows_to_show(const struct run *r, const struct hint *h)
{
    if (r->o->max_rows)
        return r->o->max_rows;
    bool table = h->kind.n == 0 || str_eqz(h->kind, "table");
    int64_t rows = hint_long(h, "rows", 0);
    size_t n = table ? TABLE_ROWS : PICTURE_ROWS;
    return rows > (int64_t)n && rows < PICTURE_ROWS ? (size_t)rows : n;
}

/* `_` means the query last shown. */
static void remember(struct run *r, const struct ast *pipe)
{
    if (r->o->no_keep || r->dry || pipe->kind == AST_COMMAND)
        return;
    struct let l = { .name = S("_"), .ast = pipe, .home = r->l->scope };
    struct let *old = scope_find(r->l->scope, S("_"));
    bool uses_itself = false;
    if (pipe->kind == AST_PIPE && pipe->kid->kind == AST_NAME)
        uses_itself = str_eqz(pipe->kid->text, "_");
    if (uses_itself && old)
        return;
    pthread_mutex_lock(&r->l->lock);
    scope_add(r->l->arena, r->l->scope, &l);
    pthread_mutex_unlock(&r->l->lock);
    r->l->keep_cell = true;
}

static enum status show_node(struct run *r, const struct ast *t,
                             const struct ast *pipe, struct node *n,
                             struct binder *b)
{
    struct hint hint;
    struct frame *f = NULL;
    render_hint(b, pipe, &hint);
    if (r->dry || r->o->check)
        return ST_OK;
    enum status st = step_query(r->l, n, rows_to_show(r, &hint), &f, r->ds);
    if (st == ST_OK) {
        show(r, t,
             (struct result){ .kind = RESULT_TABLE,
                              .frame = f,
                              .hint = &hint,
                              .name = n->name });
        remember(r, pipe);
    }
    frame_unref(f);
    return st;
}

/* ---- queries ---- */

static const struct ast *command_of(const struct ast *pipe)
{
    if (pipe->kind == AST_COMMAND)
        return pipe;
    return pipe->kind == AST_PIPE && pipe->kid->kind == AST_COMMAND ? pipe->kid
                                                                    : NULL;
}

static bool bare_scalar(struct binder *b, const struct ast *pipe)
{
    return pipe->kind != AST_PIPE && pipe->kind != AST_OP &&
           pipe->kind != AST_NAME && !is_tabular(b, pipe);
}

/* `1 + 2` or `strlen("x")` alone is shown as print would. */
static struct node *print_scalar(struct binder *b, const struct ast *t)
{
    struct node *one = node_new(b->arena, NODE_VALUES, t->span, NULL);
    PUSH(b->arena, one->cols, col_new(b, S("\001one"), TYPE_LONG, false));
    PUSH(b->arena, one->cells, ex_long(b, 1)->value);
    struct expr *e = bind_const(b, t);
    if (e->kind == EX_ERROR)
        return NULL;
    struct node *p = project_new(b, t, one);
    project_add(b, p, S("print_0"), e);
    return p;
}

static enum status run_query(struct run *r, const struct ast *t)
{
    struct binder b = session_binder(r->l, r->ds, r->o);
    const struct ast *pipe = t->kid;
    struct node *n = NULL;
    if (pipe->kind == AST_NAME && !is_tabular(&b, pipe) &&
        scope_find(b.scope, pipe->text))
        n = print_scalar(&b, pipe);
    else
        n = bare_scalar(&b, pipe) ? print_scalar(&b, pipe)
                                  : bind_table(&b, pipe);
    if (!n || r->ds->nerrors)
        return ST_USER;
    return show_node(r, t, pipe, n, &b);
}

/* ---- assignment ---- */

static const char *time_names[] = { "TimeGenerated", "Timestamp", "@timestamp",
                                    "EventTime",     "UtcTime",   "Time" };

static const struct source_col *time_column(const struct table_info *t,
                                            size_t *at)
{
    for (size_t k = 0; k < sizeof time_names / sizeof *time_names; k++)
        for (size_t i = 0; i < t->ncols; i++)
            if (t->cols[i].type == TYPE_DATETIME &&
                str_eqz(t->cols[i].name, time_names[k])) {
                *at = i;
                return &t->cols[i];
            }
    for (size_t i = 0; i < t->ncols; i++)
        if (t->cols[i].type == TYPE_DATETIME) {
            *at = i;
            return &t->cols[i];
        }
    return NULL;
}

static void add_count(struct buf *b, uint64_t n)
{
    char digits[32];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            buf_addc(b, ',');
        buf_addc(b, digits[i]);
    }
}

static void add_time_span(struct run *r, struct buf *b,
                          const struct table_info *t)
{
    size_t at = 0;
    const struct source_col *c = time_column(t, &at);
    struct engine_col cols[2] = { { S("a"), TYPE_DATETIME },
                                  { S("b"), TYPE_DATETIME } };
    struct frame *f = NULL;
    struct buf sql;
    if (!c || t->nrows == 0)
        return;
    buf_init(&sql, 4096);
    buf_adds(&sql, "SELECT min(a), max(b) FROM (");
    for (unsigned i = 0; i < (t->nparts ? t->nparts : 1); i++) {
        buf_addf(&sql, "%sSELECT min(c%zu) AS a, max(c%zu) AS b FROM %.*s",
                 i ? " UNION ALL " : "", at, at, STRF(t->physical));
        if (t->nparts)
            buf_addf(&sql, "_%u", i);
    }
    buf_addc(&sql, ')');
    if (engine_query(r->l->engine, buf_str(&sql), 2, cols, 1, &f, r->ds) ==
            ST_OK &&
        f->nrows && !cell_is_null(&f->cols[0], 0)) {
        buf_addf(b, ", %.*s ", STRF(c->name));
        ticks_format(b, f->cols[0].i[0]);
        buf_adds(b, " … ");
        ticks_format(b, f->cols[1].i[0]);
    }
    frame_unref(f);
    buf_release(&sql);
}

/* "procs: 4,210 rows × 12 columns, TimeGenerated 2024-… … 2024-…" */
str describe_table(struct lang *l, str name, struct diags *ds)
{
    struct run r = { .l = l, .ds = ds };
    const struct table_info *t = catalog_find(l->catalog, name);
    struct buf b;
    buf_init(&b, 4096);
    if (t) {
        buf_add(&b, t->name);
        buf_adds(&b, ": ");
        add_count(&b, t->nrows);
        buf_addf(&b, " row%s × %zu column%s", t->nrows == 1 ? "" : "s",
                 t->ncols, t->ncols == 1 ? "" : "s");
        add_time_span(&r, &b, t);
    }
    str s = buf_take(&b, l->cell);
    buf_release(&b);
    return s;
}

static void add_pending(struct lang *l, str name, const struct node *n)
{
    struct table_info *t = NEW(l->cell, struct table_info);
    struct source_col *cols = arena_array(l->cell, n->cols.n, sizeof *cols);
    for (size_t i = 0; i < n->cols.n; i++)
        cols[i] = (struct source_col){ n->cols.v[i].name, n->cols.v[i].type };
    *t = (struct table_info){
        .name = name, .physical = S("pending"), .ncols = n->cols.n, .cols = cols
    };
    PUSH(l->cell, l->pending, t);
}

static const struct setting *find_setting(const struct setting *v, size_t n,
                                          str name)
{
    for (size_t i = n; i-- > 0;)
        if (str_eq(v[i].name, name))
            return &v[i];
    return NULL;
}

static void let_value(struct lang *l, str name, struct value v)
{
    struct expr *e = NEW(l->arena, struct expr);
    if (type_is_text(v.type))
        v.s = arena_str(l->arena, v.s);
    *e = (struct expr){ .kind = EX_LITERAL,
                        .type = v.type,
                        .value = v,
                        .has_null = v.null && v.type != TYPE_STRING };
    struct let let = { .name = arena_str(l->arena, name),
                       .home = l->scope,
                       .expr = e };
    pthread_mutex_lock(&l->lock);
    scope_add(l->arena, l->scope, &let);
    pthread_mutex_unlock(&l->lock);
}

/* `n = 5`: a scalar, which papermill writes for parameters. */
static enum status assign_scalar(struct run *r, const struct ast *t,
                                 struct binder *b)
{
    struct value v;
    const struct setting *d =
        find_setting(r->l->declared.v, r->l->declared.n, t->text);
    struct expr *e = bind_const(b, t->kid);
    if (e->kind == EX_ERROR || !bind_value(b, t->kid, &v))
        return ST_USER;
    if (d && d->value.type != v.type && !can_widen(v.type, d->value.type)) {
        bind_error(b, DIAG_TYPE, t->span,
                   "the parameter '%.*s' is a %s, this is a %s", STRF(t->text),
                   type_name(d->value.type), type_name(v.type));
        return ST_USER;
    }
    let_value(r->l, t->text, v);
    return ST_OK;
}

static enum status run_assign(struct run *r, const struct ast *t)
{
    struct binder b = session_binder(r->l, r->ds, r->o);
    const struct ast *pipe = t->kid;
    if (pipe->kind != AST_PIPE && !is_tabular(&b, pipe) &&
        (pipe->kind != AST_NAME || scope_find(b.scope, pipe->text)))
        return assign_scalar(r, t, &b);
    struct node *n = bind_table(&b, pipe);
    if (!n || r->ds->nerrors)
        return ST_USER;
    pthread_mutex_lock(&r->l->lock);
    scope_remove(r->l->scope, t->text); /* the newer meaning of a name counts */
    pthread_mutex_unlock(&r->l->lock);
    if (r->dry || r->o->check) {
        add_pending(r->l, t->text, n);
        return ST_OK;
    }
    enum status st = step_store(r->l, n, t->text, r->ds);
    if (st == ST_OK)
        show_text(r, t, describe_table(r->l, t->text, r->ds));
    return st;
}

/* ---- let, set, declare ---- */

static enum status run_let(struct run *r, const struct ast *t)
{
    struct lang *l = r->l;
    struct binder b = session_binder(l, r->ds, r->o);
    size_t nerrors = r->ds->nerrors;
    if (!t->kid)
        return ST_USER;
    pthread_mutex_lock(&l->lock);
    b.arena = l->arena; /* the let outlives the cell */
    bind_let(&b, t);
    pthread_mutex_unlock(&l->lock);
    l->keep_cell = true;
    return r->ds->nerrors == nerrors ? ST_OK : ST_USER;
}

static enum status run_set(struct run *r, const struct ast *t)
{
    struct binder b = session_binder(r->l, r->ds, r->o);
    struct setting s = { arena_str(r->l->arena, t->text),
                         { .type = TYPE_BOOL, .i = 1 } };
    if (t->kid && t->kid->kind == AST_NAME)
        s.value = (struct value){ .type = TYPE_STRING,
                                  .s = arena_str(r->l->arena, t->kid->text) };
    else if (t->kid && !bind_value(&b, t->kid, &s.value))
        return ST_USER;
    if (t->kid && type_is_text(s.value.type))
        s.value.s = arena_str(r->l->arena, s.value.s);
    PUSH(r->l->arena, r->l->settings, s);
    return ST_OK;
}

/* Text from outside to the declared type. */
static bool convert_param(struct binder *b, const struct ast *p, str text,
                          enum type type, struct value *v)
{
    struct expr *e = coerce(b, ex_string(b, text), type);
    struct node *one = print_scalar(
        b, &(struct ast){ .kind = AST_LITERAL,
                          .span = p->span,
                          .value = { .type = TYPE_LONG, .i = 1 } });
    struct frame *f = NULL;
    one->assigns.v[0].e = e;
    one->assigns.v[0].col.type = one->cols.v[0].type = type;
    if (b->env->run(b->env->ctx, one, &f, b->ds) != ST_OK)
        return false;
    *v = cell_value(&f->cols[0], 0);
    if (type_is_text(type))
        v->s = arena_str(b->arena, v->s);
    frame_unref(f);
    if (v->null && text.n) {
        bind_error(b, DIAG_TYPE, p->span,
                   "the value given for parameter '%.*s' "
                   "is not a %s",
                   STRF(p->text), type_name(type));
        return false;
    }
    return true;
}

static str outside_value(struct lang *l, str name)
{
    const struct setting *s = find_setting(l->params.v, l->params.n, name);
    if (s)
        return s->value.s;
    char *env = getenv(arena_cstr(
        l->cell, arena_fmt(l->cell, "SHIKRA_PARAM_%.*s", STRF(name))));
    return env ? str_of(env) : STR_NONE;
}

static enum status declare_one(struct run *r, struct binder *b,
                               const struct ast *p)
{
    struct setting d = { arena_str(r->l->arena, p->text),
                         { .type = TYPE_STRING } };
    struct value v = { .type = TYPE_STRING, .s = S("") };
    if (p->kid && p->kid->kind == AST_TYPE)
        type_from_name(p->kid->text, &d.value.type);
    const struct ast *fallback = p->kid ? p->kid->next : NULL;
    str text = outside_value(r->l, p->text);
    const struct let *assigned = scope_find(b->scope, p->text);
    if (text.p) {
        if (!convert_param(b, p, text, d.value.type, &v))
            return ST_USER;
    } else if (assigned && assigned->expr && !fallback) {
        return ST_OK;
    } else if (fallback) {
        if (!bind_value(b, fallback, &v))
            return ST_USER;
        v.type = d.value.type;
    } else {
        struct diag *e = bind_error(b, DIAG_ARGUMENTS, p->span,
                                    "the parameter "
                                    "'%.*s' has no value",
                                    STRF(p->text));
        diag_hint(b->ds, e, "give it a default, or --param %.*s=…",
                  STRF(p->text));
        return ST_USER;
    }
    PUSH(r->l->arena, r->l->declared, d);
    let_value(r->l, p->text, v);
    return ST_OK;
}

static enum status run_declare(struct run *r, const struct ast *t)
{
    struct binder b = session_binder(r->l, r->ds, r->o);
    enum status st = ST_OK;
    for (const struct ast *p = t->kid; p && st == ST_OK; p = p->next)
        st = declare_one(r, &b, p);
    return st;
}

/* ---- assert, markdown ---- */

static enum status run_assert(struct run *r, const struct ast *t)
{
    struct binder b = session_binder(r->l, r->ds, r->o);
    struct value v = { 0 }, message = { .type = TYPE_STRING, .s = S("") };
    struct expr *e = coerce(&b, bind_const(&b, t->kid), TYPE_BOOL);
    if (e->kind == EX_ERROR)
        return ST_USER;
    if (r->dry || r->o->check)
        return ST_OK;
    if (!bind_value(&b, t->kid, &v) ||
        (t->kid->next && !bind_value(&b, t->kid->next, &message)))
        return ST_USER;
    if (!v.null && v.i)
        return ST_OK;
    str s = message.s.n
              ? message.s
              : str_sub(r->l->code, t->kid->span.beg, t->kid->span.end);
    diag_error(r->ds, DIAG_ASSERT, t->kid->span, "assertion failed: %.*s",
               STRF(s));
    return ST_USER;
}

/* Markdown takes almost any punctuation as markup, so all of it is escaped. */
static void markdown_escape(struct buf *b, str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '<')
            buf_adds(b, "&lt;");
        else if (s.p[i] == '&')
            buf_adds(b, "&amp;");
        else {
            if (s.p[i] && strchr("\\`*_{}[]()#+-.!|~>$:", s.p[i]))
                buf_addc(b, '\\');
            buf_addc(b, s.p[i] == '\n' || s.p[i] == '\r' ? ' ' : s.p[i]);
        }
    }
}

static bool markdown_value(struct run *r, struct buf *b, str code,
                           struct span at)
{
    struct binder bi = session_binder(r->l, r->ds, r->o);
    struct parser p = {
        .arena = r->l->cell, .ds = r->ds, .reg = &r->l->reg, .src = code
    };
    struct value v;
    struct buf text, shown;
    size_t nerrors = r->ds->nerrors;
    lex(r->l->cell, code, &p.ts, r->ds);
    struct ast *t = parse_pipe(&p);
    if (r->ds->nerrors != nerrors || !bind_value(&bi, t, &v)) {
        if (r->ds->list.n)
            r->ds->list.v[r->ds->list.n - 1].span = at;
        return false;
    }
    buf_init(&text, 1 << 20);
    buf_init(&shown, 1 << 21);
    value_text(&text, &v);
    utf8_printable(&shown, buf_str(&text));
    markdown_escape(b, buf_str(&shown));
    buf_release(&text);
    buf_release(&shown);
    return true;
}

static enum status run_markdown(struct run *r, const struct ast *t)
{
    struct binder bi = session_binder(r->l, r->ds, r->o);
    struct value v;
    struct buf b;
    if (!bind_value(&bi, t->kid, &v))
        return ST_USER;
    buf_init(&b, 1 << 20);
    bool ok = true;
    for (size_t i = 0; ok && i < v.s.n;) {
        ptrdiff_t open = str_find_char(str_sub(v.s, i, v.s.n), '{');
        size_t at = open < 0 ? v.s.n : i + (size_t)open;
        buf_add(&b, str_sub(v.s, i, at));
        ptrdiff_t close =
            at < v.s.n ? str_find_char(str_sub(v.s, at, v.s.n), '}') : -1;
        if (at == v.s.n)
            break;
        if (close < 0) {
            buf_add(&b, str_sub(v.s, at, v.s.n));
            break;
        }
        ok = r->dry ||
             markdown_value(r, &b, str_sub(v.s, at + 1, at + (size_t)close),
                            t->kid->span);
        i = at + (size_t)close + 1;
    }
    if (ok)
        show(r, t,
             (struct result){ .kind = RESULT_MARKDOWN, .text = buf_str(&b) });
    buf_release(&b);
    return ok ? ST_OK : ST_USER;
}

/* ---- commands ---- */

static enum status dry_command(struct run *r, const struct ast *cmd,
                               const struct lang_command *c)
{
    str makes = c->makes ? c->makes(cmd) : S("");
    if (makes.n) {
        struct node *any = node_new(r->l->cell, NODE_VALUES, cmd->span, NULL);
        add_pending(r->l, makes, any);
        ((struct table_info *)(uintptr_t)r->l->pending.v[r->l->pending.n - 1])
            ->ncols = SIZE_MAX;
    }
    return ST_OK;
}

static enum status run_command(struct run *r, const struct ast *t,
                               const struct ast *pipe, const struct ast *cmd)
{
    const struct lang_command *c = reg_command(&r->l->reg, cmd->text);
    struct command_out out = { .arena = r->l->cell, .text = S("") };
    struct binder b = session_binder(r->l, r->ds, r->o);
    if (!c)
        return ST_USER;
    if (r->dry || r->o->check)
        return dry_command(r, cmd, c);
    enum status st = c->run(r->l, cmd, &out, r->ds);
    if (st == ST_OK && out.text.n)
        show_text(r, t, out.text);
    if (st == ST_OK && out.frame && !cmd->next) {
        struct hint plain = { .kind = S("") };
        show(r, t,
             (struct result){
                 .kind = RESULT_TABLE, .frame = out.frame, .hint = &plain });
    } else if (st == ST_OK && out.frame) {
        struct node *n = step_frame_node(r->l, &b, out.frame, r->ds);
        n = n ? bind_pipe_ops(&b, n, cmd->next) : NULL;
        st = n && !r->ds->nerrors ? show_node(r, t, pipe, n, &b) : ST_USER;
    }
    frame_unref(out.frame);
    return st;
}

/* ---- a statement, a cell ---- */

static enum status run_statement(struct run *r, const struct ast *t)
{
    switch (t->kind) {
    case AST_QUERY: {
        const struct ast *cmd = command_of(t->kid);
        return cmd ? run_command(r, t, t->kid, cmd) : run_query(r, t);
    }
    case AST_ASSIGN: return run_assign(r, t);
    case AST_LET: return run_let(r, t);
    case AST_SET: return run_set(r, t);
    case AST_DECLARE: return run_declare(r, t);
    case AST_ASSERT: return run_assert(r, t);
    case AST_MARKDOWN: return run_markdown(r, t);
    case AST_COMMAND: return run_command(r, t, t, t);
    default: return ST_USER;
    }
}

static bool shows_something(const struct ast *t)
{
    return t->kind == AST_QUERY || t->kind == AST_COMMAND ||
           t->kind == AST_MARKDOWN || t->kind == AST_ASSIGN;
}

/* A table that a .load of this cell will make is not known yet: what uses it
 * is left for the real run. */
static bool has_unknown_tables(const struct lang *l)
{
    for (size_t i = 0; i < l->pending.n; i++)
        if (l->pending.v[i]->ncols == SIZE_MAX)
            return true;
    return false;
}

static bool dry_run(struct run *r, const struct ast *cell)
{
    struct run dry = *r;
    struct diags ds;
    struct lang_opts o = *r->o;
    struct scope *scope = r->l->scope;
    diags_init(&ds, r->l->cell);
    dry.ds = &ds;
    dry.dry = true;
    dry.o = &o;
    r->l->scope = scope_copy(r->l->cell, scope);
    for (const struct ast *t = cell->kid; t && !has_unknown_tables(r->l);
         t = t->next)
        (void)run_statement(&dry, t);
    r->l->scope = scope;
    r->l->pending.n = 0;
    for (size_t i = 0; i < ds.list.n; i++)
        if (ds.list.v[i].severity == SEV_ERROR) {
            PUSH(r->ds->arena, r->ds->list, ds.list.v[i]);
            r->ds->nerrors++;
        }
    return ds.nerrors == 0;
}

static enum status run_all(struct run *r, const struct ast *cell)
{
    enum status st = ST_OK;
    for (const struct ast *t = cell->kid; t; t = t->next)
        if (shows_something(t))
            r->last = t;
    if (cell->kid && cell->kid->next && !r->o->check && !dry_run(r, cell))
        return ST_USER;
    for (const struct ast *t = cell->kid; t && st == ST_OK; t = t->next) {
        st = run_statement(r, t);
        if (r->o->check && st == ST_USER)
            st = ST_OK; /* check tells all mistakes */
    }
    r->l->pending.n = 0;
    return r->ds->nerrors && st == ST_OK ? ST_USER : st;
}

static void forget_bound(void *ctx, const struct let *l)
{
    (void)ctx;
    if (l->ast)
        ((struct let *)(uintptr_t)l)->node = NULL; /* bound to the last cell */
}

static void end_cell(struct lang *l)
{
    struct diags quiet;
    diags_init(&quiet, l->cell);
    for (size_t i = 0; i < l->opened.n; i++)
        l->opened.v[i].source->close(l->opened.v[i].source);
    for (size_t i = 0; i < l->temporary.n; i++)
        (void)engine_exec(l->engine,
                          arena_fmt(l->cell, "DROP TABLE IF EXISTS %.*s",
                                    STRF(l->temporary.v[i])),
                          &quiet);
    l->opened.n = l->opened.cap = 0;
    l->temporary.n = l->temporary.cap = 0;
    l->pending.n = l->pending.cap = 0;
    scope_each(l->scope, forget_bound, NULL);
    l->sink = NULL;
}

enum status run_cell(struct lang *l, str code, const struct lang_opts *o,
                     const struct lang_sink *sink, struct diags *ds)
{
    l->code = arena_str(l->cell, code);
    l->now = ticks_now();
    l->sink = sink;
    struct run r = { .l = l, .o = o, .sink = sink, .ds = ds };
    struct ast *cell = parse_cell(l->cell, &l->reg, l->code, ds);
    enum status st = ds->nerrors ? ST_USER : run_all(&r, cell);
    if (ds->nerrors &&
        o->check) /* names are checked even when syntax is wrong */
        st = ST_USER;
    end_cell(l);
    return st;
}
