/* plugins_patterns.c - autocluster, basket and diffpatterns: what rows share.
 *
 * Values become codes, codes go to analytics/patterns.c, patterns become rows.
 * A column that a pattern leaves open holds the wild card of its type: "" or
 * null, or what the last arguments say. */
#include "plugin.h"

#include <stdlib.h>

#include "analytics/patterns.h"

enum { MAX_PATTERNS = 100000 };

enum kind { AUTOCLUSTER, BASKET, DIFFPATTERNS };

struct patterns_args {
    enum kind kind;
    struct span span;
    double threshold, size_weight;
    int64_t seeds, most;
    bool weighted;              /* the last column of the input */
    size_t ncols;               /* of it described; then side, then weight */
    struct value wild[NTYPES];
};

static const char *const no_options[] = { NULL };

/* ---- binding ---- */

struct binding {
    struct binder *b;
    const struct ast *op;
    struct node *in;
    struct patterns_args *args;
    const struct col *split;
    struct expr *side, *weight;
};

static bool is_usual(const struct ast *t)
{
    return !t || (t->kind == AST_LITERAL && t->value.type == TYPE_STRING &&
                  str_eqz(t->value.s, "~"));
}

static bool read_weight(struct binding *x, const struct ast *t)
{
    if (is_usual(t))
        return true;
    struct expr *e = bind_expr(x->b, t);
    if (e->kind != EX_ERROR && !type_is_num(e->type)) {
        bind_error(x->b, DIAG_TYPE, t->span, "a weight is a number, this is a "
                   "%s", type_name(e->type));
        return false;
    }
    x->weight = coerce(x->b, e, TYPE_REAL);
    x->args->weighted = true;
    return e->kind != EX_ERROR;
}

/* Wild cards by type, in any order, from argument `from` on. */
static bool read_wild(struct binding *x, size_t from)
{
    const struct ast *t;
    struct value v = { 0 };
    for (; (t = plugin_arg(x->op, from, NULL)) != NULL; from++) {
        if (is_usual(t))
            continue;
        if (!bind_value(x->b, t, &v))
            return false;
        x->args->wild[v.type] = v;
    }
    return true;
}

static bool in_range(struct binding *x, double v, const char *what)
{
    if (v >= 0 && v <= 1)
        return true;
    bind_error(x->b, DIAG_OPTION, x->op->span, "%s is between 0 and 1", what);
    return false;
}

static bool read_most(struct binding *x, const struct ast *t)
{
    if (!plugin_long(x->b, t, &x->args->most))
        return false;
    if (x->args->most >= 1)
        return true;
    bind_error(x->b, DIAG_OPTION, t->span, "at least one dimension is needed");
    return false;
}

/* autocluster([size weight [, weight [, seeds [, wild cards]]]]) */
static bool read_autocluster(struct binding *x)
{
    struct patterns_args *a = x->args;
    return plugin_real(x->b, plugin_arg(x->op, 0, NULL), &a->size_weight) &&
           in_range(x, a->size_weight, "the size weight") &&
           read_weight(x, plugin_arg(x->op, 1, NULL)) &&
           plugin_long(x->b, plugin_arg(x->op, 2, NULL), &a->seeds) &&
           read_wild(x, 3);
}

/* basket([threshold [, weight [, dimensions [, wild cards]]]]) */
static bool read_basket(struct binding *x)
{
    return plugin_real(x->b, plugin_arg(x->op, 0, NULL),
                       &x->args->threshold) &&
           in_range(x, x->args->threshold, "the threshold") &&
           read_weight(x, plugin_arg(x->op, 1, NULL)) &&
           read_most(x, plugin_arg(x->op, 2, NULL)) && read_wild(x, 3);
}

/* 1 where the split column has the first value, 2 for the second. */
static bool read_sides(struct binding *x)
{
    struct binder *b = x->b;
    const struct ast *column = plugin_arg(x->op, 0, NULL);
    struct expr *side[2];
    x->split = plugin_column(b, column, x->in);
    if (!x->split)
        return false;
    for (size_t i = 0; i < 2; i++) {
        const struct ast *t = plugin_arg(x->op, i + 1, NULL);
        side[i] = bind_binary(b, S("=="), t->span,
                              ex_column(b, x->split, column->span),
                              bind_const(b, t));
        if (side[i]->kind == EX_ERROR)
            return false;
    }
    x->side = ex_call(b, TYPE_LONG,
                      "(CASE WHEN $1 THEN 1 WHEN $2 THEN 2 ELSE 0 END)",
                      side[0], side[1], NULL);
    return true;
}

/* diffpatterns(column, a, b [, weight [, threshold [, dimensions [, wild
 * cards]]]]) */
static bool read_diffpatterns(struct binding *x)
{
    return plugin_need(x->b, x->op, 3) && read_sides(x) &&
           read_weight(x, plugin_arg(x->op, 3, NULL)) &&
           plugin_real(x->b, plugin_arg(x->op, 4, NULL),
                       &x->args->threshold) &&
           in_range(x, x->args->threshold, "the threshold") &&
           read_most(x, plugin_arg(x->op, 5, NULL)) && read_wild(x, 6);
}

static bool is_weight(const struct binding *x, const struct col *c)
{
    return x->weight && x->weight->kind == EX_COLUMN && x->weight->id == c->id;
}

/* The described columns, then side and weight. */
static struct node *input(struct binding *x)
{
    struct node *p = project_new(x->b, x->op, x->b->row);
    for (size_t i = 0; i < x->in->cols.n; i++) {
        const struct col *c = &x->in->cols.v[i];
        bool used = (x->split && x->split->id == c->id) || is_weight(x, c);
        if (!used)
            project_keep(x->b, p, c);
    }
    x->args->ncols = p->cols.n;
    if (x->side)
        project_add(x->b, p, S("\001side"), x->side);
    if (x->weight)
        project_add(x->b, p, S("\001weight"), x->weight);
    return p;
}

struct out_col {
    const char *name;
    enum type type;
};

static const struct out_col plain[] = {
    { "SegmentId", TYPE_LONG },
    { "Count", TYPE_LONG },
    { "Percent", TYPE_REAL },
};
static const struct out_col sided[] = {
    { "SegmentId", TYPE_LONG },     { "CountA", TYPE_LONG },
    { "CountB", TYPE_LONG },        { "PercentA", TYPE_REAL },
    { "PercentB", TYPE_REAL },      { "PercentDiffAB", TYPE_REAL },
};

static const struct out_col *first_columns(enum kind k, size_t *n)
{
    *n = k == DIFFPATTERNS ? sizeof sided / sizeof *sided
                           : sizeof plain / sizeof *plain;
    return k == DIFFPATTERNS ? sided : plain;
}

static enum status run(const struct frame *in, const void *args,
                       struct frame **out, const atomic_bool *cancel,
                       struct diags *ds);

static struct node *host(struct binding *x)
{
    struct binder *b = x->b;
    size_t nfirst;
    const struct out_col *first = first_columns(x->args->kind, &nfirst);
    struct node *rows = input(x);
    struct node *n = plugin_host(b, x->op, rows, run, x->args);
    for (size_t i = 0; i < nfirst; i++)
        PUSH(b->arena, n->cols,
             col_new(b, str_of(first[i].name), first[i].type, false));
    for (size_t i = 0; i < x->args->ncols; i++)
        PUSH(b->arena, n->cols,
             col_new(b, free_name(b, n, rows->cols.v[i].name),
                     rows->cols.v[i].type, true));
    n->ordered = true;
    return n;
}

static struct node *patterns(struct binder *b, const struct ast *op,
                             struct node *in, enum kind kind)
{
    struct patterns_args *a = NEW(b->arena, struct patterns_args);
    struct binding x = { .b = b, .op = op, .in = in, .args = a };
    *a = (struct patterns_args){ .kind = kind,
                                 .span = op->span,
                                 .threshold = 0.05,
                                 .size_weight = 0.5,
                                 .seeds = 25,
                                 .most = kind == BASKET ? 5 : INT64_MAX };
    for (int t = 0; t < NTYPES; t++)
        a->wild[t] = ex_null(b, (enum type)t)->value;
    if (!plugin_options(b, op, no_options))
        return NULL;
    bool ok = kind == AUTOCLUSTER ? read_autocluster(&x)
            : kind == BASKET      ? read_basket(&x)
                                  : read_diffpatterns(&x);
    return ok ? host(&x) : NULL;
}

/* ---- running ---- */

struct cell {
    str text;
    int64_t number;
    bool null;
    uint32_t row;
};

static int by_value(const void *x, const void *y)
{
    const struct cell *a = x, *b = y;
    if (a->null != b->null)
        return a->null - b->null;
    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    int c = str_cmp(a->text, b->text);
    return c ? c : (a->row > b->row) - (a->row < b->row);
}

static bool same_value(const struct cell *a, const struct cell *b)
{
    return a->null == b->null && a->number == b->number &&
           str_eq(a->text, b->text);
}

static struct cell cell_of(const struct column *c, size_t row)
{
    struct cell x = { S(""), 0, cell_is_null(c, row), (uint32_t)row };
    if (x.null)
        return x;
    if (type_is_text(c->type))
        x.text = c->s[row];
    else if (c->type == TYPE_REAL)
        memcpy(&x.number, &c->d[row], sizeof x.number);
    else
        x.number = c->i[row];
    return x;
}

struct work {
    struct arena *a;
    const struct frame *in;
    const struct patterns_args *args;
    struct pattern_table t;
    uint32_t **reps; /* per column: a row for each code */
    struct patterns found;
};

/* Codes of one column in order of value; says how many there are. */
static uint32_t encode(struct work *w, size_t col, uint32_t *codes)
{
    size_t n = w->in->nrows, k = w->args->ncols;
    struct cell *v = xmalloc((n + 1) * sizeof *v);
    uint32_t m = 0, *rep = arena_array(w->a, n + 1, sizeof *rep);
    for (size_t i = 0; i < n; i++)
        v[i] = cell_of(&w->in->cols[col], i);
    qsort(v, n, sizeof *v, by_value);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || !same_value(&v[i - 1], &v[i]))
            rep[m++] = v[i].row;
        codes[v[i].row * k + col] = m - 1;
    }
    free(v);
    w->reps[col] = rep;
    return m;
}

static void encode_all(struct work *w)
{
    size_t k = w->args->ncols, n = w->in->nrows;
    uint32_t *codes = arena_array(w->a, n * k + 1, sizeof *codes);
    uint32_t *sizes = arena_array(w->a, k + 1, sizeof *sizes);
    w->reps = arena_array(w->a, k + 1, sizeof *w->reps);
    for (size_t c = 0; c < k; c++)
        sizes[c] = encode(w, c, codes);
    w->t.n = n;
    w->t.k = k;
    w->t.codes = codes;
    w->t.sizes = sizes;
}

static void read_extras(struct work *w)
{
    size_t at = w->args->ncols, n = w->in->nrows;
    if (w->args->kind == DIFFPATTERNS) {
        uint8_t *side = arena_array(w->a, n + 1, sizeof *side);
        for (size_t i = 0; i < n; i++)
            side[i] = (uint8_t)w->in->cols[at].i[i];
        w->t.side = side;
        at++;
    }
    if (w->args->weighted) {
        double *weight = arena_array(w->a, n + 1, sizeof *weight);
        for (size_t i = 0; i < n; i++)
            weight[i] = cell_is_null(&w->in->cols[at], i) ||
                                !(w->in->cols[at].d[i] > 0)
                          ? 0
                          : w->in->cols[at].d[i];
        w->t.weight = weight;
    }
}

static struct pattern_opts options_of(const struct work *w)
{
    const struct patterns_args *a = w->args;
    bool all = (uint64_t)a->most > w->t.k;
    return (struct pattern_opts){
        .threshold = a->threshold,
        .size_weight = a->size_weight,
        .most = all ? w->t.k : (size_t)a->most,
        .seeds = a->seeds > 0 ? (size_t)a->seeds : 1,
        .limit = MAX_PATTERNS,
    };
}

static enum status find(struct work *w, struct diags *ds)
{
    struct pattern_opts o = options_of(w);
    if (w->args->kind == AUTOCLUSTER)
        return patterns_cluster(w->a, &w->t, &o, &w->found);
    if (w->args->kind == DIFFPATTERNS)
        return patterns_diff(w->a, &w->t, &o, &w->found);
    enum status st = patterns_basket(w->a, &w->t, &o, &w->found);
    if (st == ST_USER) {
        struct diag *d = diag_error(ds, DIAG_LIMIT, w->args->span,
                                    "more than %d patterns are that frequent",
                                    MAX_PATTERNS);
        diag_hint(ds, d, "a higher threshold, fewer columns, or fewer "
                  "dimensions");
    }
    return st;
}

static void set_long(struct frame *f, size_t col, size_t row, double v)
{
    f->cols[col].i[row] = (int64_t)(v + 0.5);
}

static double percent(double part, double whole)
{
    return whole > 0 ? 100 * part / whole : 0;
}

static void fill_counts(struct work *w, struct frame *f, size_t row,
                        const double sides[2])
{
    const struct pattern *p = &w->found.list.v[row];
    f->cols[0].i[row] = (int64_t)row;
    set_long(f, 1, row, p->count);
    if (w->args->kind != DIFFPATTERNS) {
        f->cols[2].d[row] = percent(p->count, sides[0]);
        return;
    }
    double a = percent(p->count, sides[0]), b = percent(p->other, sides[1]);
    set_long(f, 2, row, p->other);
    f->cols[3].d[row] = a;
    f->cols[4].d[row] = b;
    f->cols[5].d[row] = a > b ? a - b : b - a;
}

static void fill_values(struct work *w, struct frame *f, size_t row,
                        size_t first)
{
    const struct pattern *p = &w->found.list.v[row];
    for (size_t c = 0; c < w->t.k; c++) {
        const struct column *col = &w->in->cols[c];
        struct value v = w->args->wild[col->type];
        if (p->codes[c] != PATTERN_ANY)
            v = cell_value(col, w->reps[c][p->codes[c]]);
        cell_set(f, first + c, row, &v);
    }
}

static void sum_sides(const struct work *w, double sides[2])
{
    for (size_t i = 0; i < w->t.n; i++) {
        size_t s = w->t.side ? w->t.side[i] : 1;
        if (s)
            sides[s - 1] += w->t.weight ? w->t.weight[i] : 1;
    }
}

static struct frame *result(struct work *w)
{
    size_t nfirst;
    const struct out_col *first = first_columns(w->args->kind, &nfirst);
    struct frame *f = frame_new(nfirst + w->t.k);
    double sides[2] = { 0, 0 };
    sum_sides(w, sides);
    for (size_t c = 0; c < nfirst; c++)
        frame_set_col(f, c, str_of(first[c].name), first[c].type);
    for (size_t c = 0; c < w->t.k; c++)
        frame_set_col(f, nfirst + c, w->in->cols[c].name, w->in->cols[c].type);
    frame_set_rows(f, w->found.list.n);
    for (size_t row = 0; row < w->found.list.n; row++) {
        fill_counts(w, f, row, sides);
        fill_values(w, f, row, nfirst);
    }
    return f;
}

static enum status run(const struct frame *in, const void *args,
                       struct frame **out, const atomic_bool *cancel,
                       struct diags *ds)
{
    struct work w = { .a = arena_new(), .in = in, .args = args };
    w.t.cancel = cancel;
    encode_all(&w);
    read_extras(&w);
    enum status st = find(&w, ds);
    if (st == ST_OK)
        *out = result(&w);
    arena_free(w.a);
    return st;
}

/* ---- rows ---- */

static struct node *autocluster(struct binder *b, const struct ast *op,
                                struct node *in)
{
    return patterns(b, op, in, AUTOCLUSTER);
}

static struct node *basket(struct binder *b, const struct ast *op,
                           struct node *in)
{
    return patterns(b, op, in, BASKET);
}

static struct node *diffpatterns(struct binder *b, const struct ast *op,
                                 struct node *in)
{
    return patterns(b, op, in, DIFFPATTERNS);
}

#define ROWS_ "datatable(a:string, b:string)[\"x\", \"p\", \"x\", \"p\", "     \
              "\"y\", \"q\"] | evaluate "

const struct lang_plugin plugin_autocluster = {
    .name = "autocluster",
    .usage = "T | evaluate autocluster([size weight [, Weight [, seeds "
             "[, wild cards, …]]]])",
    .summary = "A few combinations of values that cover much of the rows; "
               "open columns are empty.",
    .example = ROWS_ "autocluster()",
    .bind = autocluster,
};

const struct lang_plugin plugin_basket = {
    .name = "basket",
    .usage = "T | evaluate basket([threshold [, Weight [, dimensions "
             "[, wild cards, …]]]])",
    .summary = "All combinations of values that at least that share of the "
               "rows has; open columns are empty.",
    .example = ROWS_ "basket(0.5)",
    .bind = basket,
};

const struct lang_plugin plugin_diffpatterns = {
    .name = "diffpatterns",
    .usage = "T | evaluate diffpatterns(Column, value, value [, Weight "
             "[, threshold [, dimensions [, wild cards, …]]]])",
    .summary = "Combinations of values that are more frequent with one value "
               "of a column than with another.",
    .example = ROWS_ "diffpatterns(a, \"x\", \"y\")",
    .bind = diffpatterns,
};
