/* op_top_nested.c - `T | top-nested N of key by aggregate, top-nested …`.
 *
 * Level i aggregates the rows by the first i keys and keeps the N best within
 * each path of the first i - 1; the levels are joined by their paths. `with
 * others` adds a row for what a level left out: the rows of a kept path whose
 * key was not kept, aggregated together. */
#include "summarize.h"
#include "syntax/canon.h"
#include "syntax/parse.h"

/* [N] of [name =] key [with others = value] by [name =] aggregate [asc|desc] */
static void parse_level(struct parser *p, struct ast *op)
{
    struct ast *level = clause(p, op, "level");
    struct ast *n = clause(p, level, "n"), *others;
    if (!at_word(p, "of"))
        ast_add(n, parse_expr(p));
    if (!expect_word(p, "of"))
        return;
    ast_add(clause(p, level, "key"), parse_named(p));
    others = clause(p, level, "others");
    if (accept_word(p, "with") && expect_word(p, "others") &&
        expect_punct(p, "="))
        ast_add(others, parse_expr(p));
    if (!expect_word(p, "by"))
        return;
    struct ast *by = clause(p, level, "by");
    ast_add(by, parse_named(p));
    if (accept_word(p, "asc"))
        clause(p, level, "asc");
    else
        accept_word(p, "desc");
}

static void top_nested_parse(struct parser *p, struct ast *op)
{
    parse_level(p, op);
    while (accept_punct(p, ","))
        if (expect_word(p, "top") && expect_punct(p, "-") &&
            expect_word(p, "nested"))
            parse_level(p, op);
}

enum { MAX_LEVELS = 16 };

struct level {
    const struct ast *ast;
    str key_name, agg_name;
    struct expr *n, *others; /* or NULL */
    bool asc;
    struct node *top; /* keys of the path, aggregate, place */
};

struct nest {
    struct binder *b;
    const struct ast *op;
    struct node *rows; /* the input behind the keys: column i is key i */
    size_t n;
    struct level v[MAX_LEVELS];
    struct node *kept; /* key, aggregate, place of each level so far */
};

static struct expr *column(struct nest *t, const struct node *n, size_t i)
{
    return ex_column(t->b, &n->cols.v[i], t->op->span);
}

static const struct ast *part(const struct level *l, const char *name)
{
    const struct ast *c = ast_clause(l->ast, name);
    return c ? c->kid : NULL;
}

/* ---- binding the levels ---- */

static bool bind_key(struct nest *t, struct node *p, struct level *l)
{
    struct binder *b = t->b;
    const struct ast *k = part(l, "key");
    const struct ast *v = k && k->kind == AST_NAMED ? k->kid : k;
    struct expr *e = bind_expr(b, v);
    if (e->kind == EX_ERROR)
        return false;
    if (e->type == TYPE_DYNAMIC) {
        struct diag *d = bind_error(b, DIAG_KEY_TYPE, v->span,
                                    "a dynamic cannot be a key of top-nested");
        diag_hint(b->ds, d, "wrap it in tostring(…)");
        return false;
    }
    str name = k->kind == AST_NAMED ? k->text : auto_name(b, v);
    l->key_name = name.n ? name : S("Column1");
    struct assign a = { col_new(b, S("\001key"), e->type, e->has_null), e };
    PUSH(b->arena, p->cols, a.col);
    PUSH(b->arena, p->assigns, a);
    return true;
}

/* A constant of the type `type`, NULL when there is none; false: reported. */
static bool bind_constant(struct nest *t, const struct ast *ast, enum type type,
                          struct expr **out)
{
    *out = NULL;
    if (!ast)
        return true;
    struct expr *e = bind_const(t->b, ast);
    if (e->kind == EX_ERROR)
        return false;
    bool fits = e->type == type || can_widen(e->type, type);
    *out = fits ? coerce(t->b, e, type) : NULL;
    if (!fits)
        bind_error(t->b, DIAG_TYPE, ast->span,
                   "a %s is needed here, this is a %s", type_name(type),
                   type_name(e->type));
    return fits;
}

static bool bind_level(struct nest *t, struct node *p, struct level *l)
{
    if (!part(l, "by") || !bind_key(t, p, l))
        return false;
    l->asc = ast_clause(l->ast, "asc") != NULL;
    enum type key = p->cols.v[p->cols.n - 1].type;
    return bind_constant(t, part(l, "n"), TYPE_LONG, &l->n) &&
           bind_constant(t, part(l, "others"), key, &l->others);
}

/* The input with the keys of all levels in front. */
static bool bind_levels(struct nest *t, const struct ast *op, struct node *in)
{
    struct node *p = project_new(t->b, op, in);
    for (const struct ast *k = op->kid; k; k = k->next) {
        struct level *l = &t->v[t->n];
        if (t->n == MAX_LEVELS) {
            bind_error(t->b, DIAG_LIMIT, k->span, "at most %d levels",
                       MAX_LEVELS);
            return false;
        }
        l->ast = k;
        if (!bind_level(t, p, l))
            return false;
        t->n++;
    }
    p->in[0] = t->b->row; /* windows put projections under it */
    for (size_t i = 0; i < t->b->row->cols.n; i++)
        project_keep(t->b, p, &t->b->row->cols.v[i]);
    p->open = in->open;
    t->rows = p;
    return true;
}

/* ---- one level ---- */

static bool add_aggregate(struct nest *t, struct summary *s, struct level *l)
{
    const struct ast *by = part(l, "by");
    size_t before = s->out->cols.n;
    unsigned counter = 0;
    if (!summary_add(t->b, s, by, &counter))
        return false;
    if (s->out->cols.n != before + 1) {
        bind_error(t->b, DIAG_ARGUMENTS, by->span,
                   "top-nested needs one value to order by");
        return false;
    }
    l->agg_name =
        by->kind == AST_NAMED
            ? by->text
            : arena_fmt(t->b->arena, "aggregated_%.*s", STRF(l->key_name));
    return true;
}

/* `rows` aggregated by their first `nkeys` columns, for levels i with
 * `with[i]`: keys, then the aggregates. */
static struct node *aggregate(struct nest *t, struct node *rows, size_t nkeys,
                              const bool *with)
{
    struct summary s;
    bool ok = true;
    summary_init(t->b, &s, t->op);
    t->b->row = rows;
    for (size_t i = 0; i < nkeys; i++)
        summary_key(t->b, &s, S("\001key"), column(t, rows, i));
    for (size_t i = 0; i < t->n; i++)
        if (with[i])
            ok &= add_aggregate(t, &s, &t->v[i]);
    return ok ? summary_end(t->b, &s, t->b->row) : NULL;
}

static struct expr *place(struct nest *t, const struct level *l,
                          const struct node *n, size_t depth)
{
    struct expr *args[MAX_LEVELS + 1];
    struct buf sql;
    size_t nargs = 0;
    buf_init(&sql, 4096);
    buf_adds(&sql, "row_number() OVER (");
    for (size_t i = 0; i < depth; i++) {
        args[nargs++] = column(t, n, i);
        buf_addf(&sql, "%s$%zu", i ? ", " : "PARTITION BY ", nargs);
    }
    args[nargs++] = column(t, n, depth + 1);
    buf_addf(&sql, "%sORDER BY $%zu %s)", depth ? " " : "", nargs,
             l->asc ? "ASC NULLS FIRST" : "DESC NULLS LAST");
    struct expr *e = ex_calln(
        t->b, TYPE_LONG, arena_cstr(t->b->arena, buf_str(&sql)), args, nargs);
    buf_release(&sql);
    if (e->kind != EX_ERROR)
        e->window = true;
    return e;
}

/* The best keys of level `i` in each path. */
static bool bind_top(struct nest *t, size_t i)
{
    bool with[MAX_LEVELS] = { false };
    with[i] = true;
    struct node *rows = node_again(t->b, t->rows, t->op->span);
    struct node *n = aggregate(t, rows, i + 1, with);
    if (!n)
        return false;
    struct node *p = project_new(t->b, t->op, n);
    for (size_t c = 0; c < n->cols.n; c++)
        project_keep(t->b, p, &n->cols.v[c]);
    project_add(t->b, p, S("\001place"), place(t, &t->v[i], n, i));
    t->v[i].top = p;
    if (!t->v[i].n)
        return true;
    struct node *f = node_over(t->b, NODE_FILTER, t->op, p);
    f->cond = ex_call(t->b, TYPE_BOOL, "($1 <= $2)", column(t, p, i + 2),
                      t->v[i].n, NULL);
    t->v[i].top = f;
    return true;
}

/* ---- joining them ---- */

/* Rows whose column step * i is key i. */
struct path {
    struct node *n;
    size_t step;
};

/* The rows of the input and of a level start with their keys; in the result
 * each key has two more columns. */
static struct path keys_of(struct node *n)
{
    return (struct path){ n, 1 };
}

static struct path path_of(struct node *n)
{
    return (struct path){ n, 3 };
}

/* Joins on the first `n` keys. */
static struct node *join_paths(struct nest *t, struct path l, struct path r,
                               enum join_kind kind, size_t n)
{
    bool semi = kind == JOIN_LEFTSEMI || kind == JOIN_LEFTANTI;
    struct node *j = node_new(t->b->arena, NODE_JOIN, t->op->span, l.n);
    j->nin = 2;
    j->in = arena_array(t->b->arena, 2, sizeof *j->in);
    j->in[0] = l.n;
    j->in[1] = r.n;
    j->join = kind;
    for (size_t k = 0; k < (semi ? 1u : 2u); k++)
        for (size_t i = 0; i < j->in[k]->cols.n; i++)
            PUSH(t->b->arena, j->cols, j->in[k]->cols.v[i]);
    for (size_t i = 0; i < n; i++) {
        struct join_key k = { column(t, l.n, l.step * i),
                              column(t, r.n, r.step * i) };
        PUSH(t->b->arena, j->on, k);
    }
    return j;
}

static struct node *again(struct nest *t, struct node *n)
{
    return node_again(t->b, n, t->op->span);
}

/* `kept` with the key, aggregate and place of level `i`. */
static void join_level(struct nest *t, size_t i)
{
    struct node *top = node_again(t->b, t->v[i].top, t->op->span);
    struct node *rows = top, *p;
    if (i)
        rows = join_paths(t, path_of(again(t, t->kept)), keys_of(top),
                          JOIN_INNER, i);
    p = project_new(t->b, t->op, rows);
    for (size_t c = 0; c < 3 * i; c++)
        project_keep(t->b, p, &rows->cols.v[c]);
    for (size_t c = 0; c < 3; c++)
        project_keep(t->b, p, &top->cols.v[i + c]);
    t->kept = p;
}

/* ---- what is left out ---- */

/* The rows of kept paths whose key of level `i` is not kept. */
static struct node *rest_rows(struct nest *t, size_t i, struct node *kept)
{
    struct node *n = again(t, t->rows);
    struct node *top = again(t, t->v[i].top);
    if (i)
        n = join_paths(t, keys_of(n), path_of(again(t, kept)), JOIN_LEFTSEMI,
                       i);
    return join_paths(t, keys_of(n), keys_of(top), JOIN_LEFTANTI, i + 1);
}

static void add_expr(struct nest *t, struct node *p, struct expr *e)
{
    struct assign a = { col_new(t->b, S(""), e->type, e->has_null), e };
    PUSH(t->b->arena, p->cols, a.col);
    PUSH(t->b->arena, p->assigns, a);
}

/* Key, aggregate and place of a level at or below the one left out. */
static void add_rest_level(struct nest *t, struct node *p, size_t level,
                           struct expr *agg)
{
    const struct level *l = &t->v[level];
    enum type key = t->rows->cols.v[level].type;
    add_expr(t, p, l->others ? l->others : ex_null(t->b, key));
    if (!agg)
        agg = ex_null(t->b, l->top->cols.v[level + 1].type);
    add_expr(t, p, agg);
    add_expr(t, p, ex_null(t->b, TYPE_LONG));
}

/* Rows in the shape of the full result for what level `i` left out of the
 * paths in `kept`. An aggregate without keys counts no rows: dropped. */
static struct node *rest(struct nest *t, size_t i, struct node *kept)
{
    bool with[MAX_LEVELS] = { false };
    for (size_t k = i; k < t->n; k++)
        with[k] = t->v[k].others != NULL;
    struct node *rows = rest_rows(t, i, kept), *path = NULL;
    struct expr *any = ex_calln(t->b, TYPE_LONG, "count(*)", NULL, 0);
    struct node *n = aggregate(t, rows, i, with);
    if (!n)
        return NULL;
    struct assign count = { col_new(t->b, S("\001n"), TYPE_LONG, false), any };
    PUSH(t->b->arena, n->in[0]->assigns, count);
    PUSH(t->b->arena, n->in[0]->cols, count.col);
    project_keep(t->b, n, &count.col);
    struct node *f = node_over(t->b, NODE_FILTER, t->op, n);
    f->cond =
        ex_call(t->b, TYPE_BOOL, "($1 > 0)", column(t, n, n->cols.n - 1), NULL);
    struct node *all = f;
    if (i) {
        path = again(t, kept);
        all = join_paths(t, path_of(path), keys_of(f), JOIN_INNER, i);
    }
    struct node *p = project_new(t->b, t->op, all);
    for (size_t c = 0; c < 3 * i; c++)
        project_keep(t->b, p, &path->cols.v[c]);
    for (size_t k = i, at = i; k < t->n; k++)
        add_rest_level(t, p, k, with[k] ? column(t, f, at++) : NULL);
    return p;
}

/* ---- the result ---- */

static struct node *unite(struct nest *t, struct node **parts, size_t n)
{
    struct node *u = node_new(t->b->arena, NODE_UNION, t->op->span, NULL);
    u->nin = n;
    u->in = parts;
    for (size_t c = 0; c < parts[0]->cols.n; c++) {
        const struct col *from = &parts[0]->cols.v[c];
        PUSH(t->b->arena, u->cols, col_new(t->b, from->name, from->type, true));
    }
    return u;
}

/* Sorted by the places, what is left out behind. */
static struct node *output(struct nest *t, struct node *n)
{
    struct node *s = node_over(t->b, NODE_SORT, t->op, n);
    struct node *p = project_new(t->b, t->op, s);
    for (size_t i = 0; i < t->n; i++) {
        struct order o = { column(t, n, 3 * i + 2), false, false };
        PUSH(t->b->arena, s->order, o);
    }
    for (size_t i = 0; i < t->n; i++) {
        const struct level *l = &t->v[i];
        project_add(t->b, p, free_name(t->b, p, l->key_name),
                    column(t, n, 3 * i));
        project_add(t->b, p, free_name(t->b, p, l->agg_name),
                    column(t, n, 3 * i + 1));
    }
    return p;
}

static struct node *top_nested_bind(struct binder *b, const struct ast *op,
                                    struct node *in)
{
    struct nest t = { .b = b, .op = op };
    struct node **parts = arena_array(b->arena, MAX_LEVELS + 1, sizeof *parts);
    struct node *before[MAX_LEVELS];
    size_t n = 1;
    bool ok = bind_levels(&t, op, in);
    for (size_t i = 0; ok && i < t.n; i++) {
        ok = bind_top(&t, i);
        before[i] = t.kept;
        if (ok)
            join_level(&t, i);
    }
    for (size_t i = 0; ok && i < t.n; i++)
        if (t.v[i].others)
            ok = (parts[n++] = rest(&t, i, before[i])) != NULL;
    if (!ok)
        return in->open ? in : NULL;
    parts[0] = t.kept;
    return output(&t, n > 1 ? unite(&t, parts, n) : t.kept);
}

/* [n] of key [with others = …] by aggregate asc|desc */
static void print_level(struct canon *c, const struct ast *level)
{
    static const char *const words[] = { "n", "key", "others", "by" };
    static const char *const before[] = { " ", " of ", " with others = ",
                                          " by " };
    for (size_t i = 0; i < 4; i++) {
        const struct ast *k = ast_clause(level, words[i]);
        if (k && (k->kid || i == 1)) {
            buf_adds(c->b, before[i]);
            canon_items(c, k->kid);
        }
    }
    buf_adds(c->b, ast_clause(level, "asc") ? " asc" : " desc");
}

static void top_nested_print(struct canon *c, const struct ast *op)
{
    for (const struct ast *k = op->kid; k; k = k->next) {
        print_level(c, k);
        if (k->next)
            buf_adds(c->b, ", top-nested");
    }
}

const struct lang_op op_top_nested = {
    .name = "top-nested",
    .usage = "T | top-nested [N] of key [with others=value] by aggregate "
             "[asc|desc], top-nested …",
    .summary = "The N best keys by an aggregate, within each of them the best "
               "of the next level, and so on; others sums up the rest.",
    .example = "datatable(k:string, v:long)[\"a\", 1, \"b\", 5, \"c\", 2] | "
               "top-nested 1 of k with others=\"rest\" by sum(v)",
    .parse = top_nested_parse,
    .print = top_nested_print,
    .bind = top_nested_bind,
};
