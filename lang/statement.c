/* statement.c - queries and assignments: what shows rows or keeps them.
 *
 * Called by: cell.c, one statement after the other. */
#include "statement.h"

#include "base/json_text.h"
#include "base/ticks.h"
#include "ops/render.h"

enum { TABLE_ROWS = 10000, PICTURE_ROWS = 2000000 };

void show(struct run *r, const struct ast *t, struct result res)
{
    if (r->dry)
        return;
    res.last = t == r->last;
    r->sink->result(r->sink->ctx, &res);
}

void show_text(struct run *r, const struct ast *t, str text,
               enum completeness of_rows)
{
    str clean = session_scrub(r->l, r->l->cell, text);
    show(r, t, (struct result){ .kind = RESULT_TEXT, .text = clean,
                                .completeness = of_rows });
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

static enum walk stop_at_last_shown(void *ctx, struct ast *t)
{
    (void)ctx;
    bool is = t->kind == AST_NAME && str_eqz(t->text, "_");
    return is ? WALK_STOP : WALK_CONTINUE;
}

bool mentions_last_shown(const struct ast *t)
{
    return !ast_walk((struct ast *)t, stop_at_last_shown, NULL);
}

/* `_` means the query last shown, except those made of `_` itself. */
static void remember(struct run *r, const struct ast *pipe)
{
    if (r->o->no_keep || pipe->kind == AST_COMMAND ||
        (mentions_last_shown(pipe) && scope_find(r->l->scope, S("_"))))
        return;
    struct let l = { .name = S("_"), .ast = pipe, .home = r->l->scope };
    pthread_mutex_lock(&r->l->lock);
    scope_add(r->l->arena, r->l->scope, &l);
    pthread_mutex_unlock(&r->l->lock);
    r->l->keep_shown = true;
}

enum status show_node(struct run *r, const struct ast *t,
                      const struct ast *pipe, struct node *n, struct binder *b)
{
    struct hint hint;
    struct frame *f = NULL;
    render_hint(b, pipe, &hint);
    if (r->dry)
        remember(r, pipe); /* in the scope of the rehearsal */
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

static bool bare_scalar(struct binder *b, const struct ast *pipe)
{
    return pipe->kind != AST_PIPE && pipe->kind != AST_OP &&
           pipe->kind != AST_NAME && !is_tabular(b, pipe);
}

/* `1 + 2` or `strlen("x")` alone is shown as print would. */
struct node *print_scalar(struct binder *b, const struct ast *t)
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

/* A graph has no rows to show or keep. */
static bool is_graph(struct binder *b, const struct node *n)
{
    if (!n->graph)
        return false;
    struct diag *d =
        bind_error(b, DIAG_TYPE, n->span, "this is a graph, not a table");
    diag_hint(b->ds, d, "go on with graph-match or graph-to-table; "
              "let keeps a graph under a name");
    return true;
}

enum status run_query(struct run *r, const struct ast *t)
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
    if (!n || r->ds->nerrors || is_graph(&b, n))
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

void add_count(struct buf *b, uint64_t n)
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
        if (t->completeness != COMPLETE)
            buf_addf(&b, "; %s", completeness_word(t->completeness));
        for (size_t i = 0; i < t->nnotes; i++)
            buf_addf(&b, "\n  %.*s", STRF(t->notes[i]));
    }
    str s = buf_take(&b, l->cell);
    buf_release(&b);
    return s;
}

enum completeness table_completeness(const struct lang *l, str name)
{
    const struct table_info *t = catalog_find(l->catalog, name);
    return t ? t->completeness : COMPLETE;
}

void add_pending(struct lang *l, str name, const struct node *n)
{
    struct table_info *t = NEW(l->cell, struct table_info);
    struct source_col *cols = arena_array(l->cell, n->cols.n, sizeof *cols);
    for (size_t i = 0; i < n->cols.n; i++)
        cols[i] = (struct source_col){ n->cols.v[i].name, n->cols.v[i].type };
    *t = (struct table_info){ .name = name,
                              .physical = S("pending"),
                              .ncols = n->cols.n,
                              .cols = cols,
                              .unmade = true,
                              .open = n->open };
    PUSH(l->cell, l->pending, t);
}

/* A value of Python's that is meant for the declared type: None, a list for a
 * dynamic, a date in quotes. False: it does not fit. */
static bool fit_declared(struct binder *b, const struct ast *t,
                         enum type type, struct value *v)
{
    if (v->type == TYPE_DYNAMIC && v->null) {
        *v = (struct value){ .type = type,
                             .null = type != TYPE_STRING,
                             .s = S("") };
        return true;
    }
    if (type == TYPE_DYNAMIC && v->type != TYPE_DYNAMIC) {
        struct buf text;
        buf_init(&text, MAX_CELL_BYTES);
        json_text_value(&text, v);
        *v = (struct value){ .type = type, .s = buf_take(&text, b->arena) };
        buf_release(&text);
        return true;
    }
    bool quoted = type == TYPE_DATETIME || type == TYPE_TIMESPAN ||
                  type == TYPE_GUID || type == TYPE_DECIMAL;
    if (quoted && v->type == TYPE_STRING)
        return param_from_text(b, t, v->s, type, v);
    return can_widen(v->type, type);
}

/* `n = 5`: a scalar, which papermill writes for parameters. */
static enum status assign_scalar(struct run *r, const struct ast *t,
                                 struct binder *b)
{
    struct value v;
    size_t nerrors = r->ds->nerrors;
    const struct setting *d =
        find_setting(r->l->declared.v, r->l->declared.n, t->text);
    struct expr *e = bind_const(b, t->kid);
    if (e->kind == EX_ERROR || !bind_value(b, t->kid, &v))
        return ST_USER;
    enum type given = v.type;
    if (d && !fit_declared(b, t, d->value.type, &v)) {
        if (r->ds->nerrors == nerrors)
            bind_error(b, DIAG_TYPE, t->span,
                       "the parameter '%.*s' is a %s, this is a %s",
                       STRF(t->text), type_name(d->value.type),
                       type_name(given));
        return ST_USER;
    }
    let_value(r->l, t->text, v);
    warn_incomplete(r, t->span, "this value");
    return ST_OK;
}

/* `hosts = ["WS01"]` is a list unless a table or a let is called WS01: KQL
 * quotes names in the same way. */
static bool is_list_of_one(const struct binder *b, const struct ast *pipe)
{
    return pipe->kind == AST_NAME && pipe->value.s.n &&
           !is_tabular(b, pipe) && !scope_find(b->scope, pipe->text);
}

enum status run_assign(struct run *r, const struct ast *t)
{
    struct binder b = session_binder(r->l, r->ds, r->o);
    const struct ast *pipe = t->kid;
    if (is_list_of_one(&b, pipe)) {
        struct ast list = *pipe, set = *t;
        list.kind = AST_LITERAL;
        set.kid = set.last = &list;
        return assign_scalar(r, &set, &b);
    }
    if (pipe->kind != AST_PIPE && !is_tabular(&b, pipe) &&
        (pipe->kind != AST_NAME || scope_find(b.scope, pipe->text)))
        return assign_scalar(r, t, &b);
    struct node *n = bind_table(&b, pipe);
    if (!n || r->ds->nerrors || is_graph(&b, n))
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
        show_text(r, t, describe_table(r->l, t->text, r->ds),
                  table_completeness(r->l, t->text));
    return st;
}
