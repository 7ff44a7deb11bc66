/* scan_lower.c - bound expressions to the trees that a scan evaluates.
 *
 * Called by: op_scan.c.
 * An expression that looks at no step is a column that the engine computes
 * (hoist). In the others, calls are read from their templates (scan_sql.c);
 * what those cannot say is refused, with its place. */
#include "scan.h"

static const struct col *find_id(const struct node *n, uint32_t id, size_t *at)
{
    for (size_t i = 0; i < n->cols.n; i++)
        if (n->cols.v[i].id == id) {
            *at = i;
            return &n->cols.v[i];
        }
    return NULL;
}

bool scan_depends(const struct scan_lower *l, const struct expr *e)
{
    size_t at;
    if (e->kind == EX_COLUMN && find_id(l->pseudo, e->id, &at))
        return at >= l->ninput;
    for (size_t i = 0; i < e->nargs; i++)
        if (scan_depends(l, e->args[i]))
            return true;
    return false;
}

static struct scan_expr *make(struct scan_lower *l, enum scan_op op,
                              const struct expr *e)
{
    struct scan_expr *x = NEW(l->b->arena, struct scan_expr);
    x->op = op;
    x->type = e->type;
    return x;
}

static struct scan_expr *input(struct scan_lower *l, const struct expr *e)
{
    struct scan_expr *x = make(l, SCAN_INPUT, e);
    for (; x->a < l->inputs.n; x->a++)
        if (l->inputs.v[x->a].id == e->id)
            return x;
    struct col c = { .name = S("\001scan"),
                         .type = e->type,
                         .id = e->id,
                         .has_null = e->has_null };
    PUSH(l->b->arena, l->inputs, c);
    return x;
}

/* Columns of the pseudo row: the table's, the declared ones, those of each
 * step: the table's and the declared ones again. */
static struct scan_expr *column(struct scan_lower *l, const struct expr *e)
{
    const struct scan *s = l->scan;
    size_t at = 0, width = s->nvisible + s->ndeclared;
    if (!l->pseudo || !find_id(l->pseudo, e->id, &at) || at < l->ninput)
        return input(l, e);
    at -= l->ninput;
    struct scan_expr *x =
        make(l, at < s->ndeclared ? SCAN_CONST : SCAN_STATE, e);
    if (at < s->ndeclared) {
        x->value = s->defaults[at];
        return x;
    }
    at -= s->ndeclared;
    x->a = at / width;
    x->b = at % width;
    return x;
}

static struct scan_expr *refuse(struct scan_lower *l, const struct expr *e)
{
    struct diag *d = bind_error(l->b, DIAG_UNSUPPORTED, e->span,
                                "scan cannot compute this from the columns of "
                                "a step");
    diag_hint(l->b->ds, d, "compute what does not need the step in an extend "
              "before the scan");
    return NULL;
}

static struct scan_expr *call(struct scan_lower *l, struct expr *e)
{
    struct scan_expr **args =
        arena_array(l->b->arena, e->nargs, sizeof *args);
    bool ours = !e->aggregate && e->type != TYPE_DECIMAL;
    for (size_t i = 0; i < e->nargs; i++) {
        if (!(args[i] = scan_lower(l, e->args[i])))
            return NULL;
        ours &= args[i]->type != TYPE_DECIMAL; /* text here, not a number */
    }
    if (!ours)
        return refuse(l, e);
    struct scan_expr *x = scan_template(l, e->sql, args, e->nargs);
    if (!x)
        return refuse(l, e);
    if (x->op == SCAN_CONST || x->op == SCAN_INPUT || x->op == SCAN_STATE) {
        struct scan_expr *copy = make(l, x->op, e);
        *copy = *x; /* a template may be its argument: $1 */
        x = copy;
    }
    x->type = e->type;
    return x;
}

struct scan_expr *scan_lower(struct scan_lower *l, struct expr *e)
{
    if (e->kind == EX_ERROR)
        return NULL;
    if (e->kind == EX_LITERAL) {
        struct scan_expr *x = make(l, SCAN_CONST, e);
        x->value = e->value;
        return x;
    }
    if (e->kind == EX_COLUMN)
        return column(l, e);
    if (!l->constant && !scan_depends(l, e))
        return input(l, hoist(l->b, e, "scan"));
    return e->kind == EX_CALL ? call(l, e) : refuse(l, e);
}
