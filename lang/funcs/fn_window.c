/* fn_window.c - functions that look at other rows: row_number, prev, next …
 *
 * They work on serialized rows (after sort, top, serialize, range, print).
 * Each becomes a window over the number of the row, computed one step below
 * (bind/bind_window.c). */
#include "bind/bind.h"
#include "funcs.h"

static struct expr *as_window(struct expr *e)
{
    if (e->kind != EX_ERROR)
        e->window = true;
    return e;
}

static bool need_order(struct binder *b, const struct ast *call)
{
    if (!b->row) {
        bind_error(b, DIAG_ARGUMENTS, call->span,
                   "'%.*s' needs the rows of a "
                   "table",
                   STRF(call->text));
        return false;
    }
    if (b->row->ordered || b->row->open)
        return true;
    struct diag *d = bind_error(b, DIAG_ORDER, call->span,
                                "'%.*s' needs ordered "
                                "rows",
                                STRF(call->text));
    diag_hint(b->ds, d, "put | sort by … or | serialize before it");
    return false;
}

/* The number of the row, as a column of b->row. */
static struct expr *row_index(struct binder *b)
{
    if (!b->row_index) {
        struct expr *n =
            as_window(ex_calln(b, TYPE_LONG, "row_number() OVER ()", NULL, 0));
        b->row_index = hoist(b, n, "row");
    }
    return b->row_index;
}

/* A window cannot contain another: compute the inner one below. */
static struct expr *flat(struct binder *b, struct expr *e)
{
    return e->window ? hoist(b, e, "inner") : e;
}

/* The number of restarts up to the row: the partition of its run. */
static struct expr *run_of(struct binder *b, struct expr *restart)
{
    struct expr *i = row_index(b);
    restart = flat(b, coerce(b, restart, TYPE_BOOL));
    struct expr *run = ex_call(
        b, TYPE_LONG,
        "sum(CASE WHEN $1 THEN 1 ELSE 0 END) OVER (ORDER BY $2 ROWS UNBOUNDED "
        "PRECEDING)",
        restart, i, NULL);
    return hoist(b, as_window(run), "run");
}

/* row_number([start [, restart]]) */
static struct expr *bind_row_number(struct binder *b, const struct ast *call,
                                    struct expr **args, size_t n)
{
    if (!need_order(b, call))
        return ex_error(b, call->span);
    struct expr *start = n ? coerce(b, args[0], TYPE_LONG) : ex_long(b, 1);
    if (n < 2)
        return as_window(ex_call(b, TYPE_LONG,
                                 "k_add(row_number() OVER (ORDER BY $2) - 1, "
                                 "$1)",
                                 start, row_index(b), NULL));
    struct expr *run = run_of(b, args[1]);
    b->reordered = true;
    return as_window(
        ex_call(b, TYPE_LONG,
                "k_add(row_number() OVER (PARTITION BY $2 ORDER BY $3) - 1, "
                "$1)",
                start, run, row_index(b), NULL));
}

/* The engine adds the offset to the number of the row, in 64 bits. */
#define NEAR "least(greatest($1, -1000000000000), 1000000000000)"

static struct expr *neighbour(struct binder *b, const struct ast *call,
                              const char *sql, struct expr **args, size_t n)
{
    if (!need_order(b, call))
        return ex_error(b, call->span);
    struct expr *x = flat(b, args[0]);
    struct expr *by = n > 1 ? ex_call(b, TYPE_LONG, NEAR, coerce(b, args[1],
                                                                 TYPE_LONG),
                                      NULL)
                            : ex_long(b, 1);
    if (n > 2 && args[2]->kind != EX_LITERAL && args[2]->kind != EX_SCALAR) {
        bind_error(b, DIAG_NOT_CONSTANT, args[2]->span,
                   "the default of '%.*s' "
                   "must be a constant",
                   STRF(call->text));
        return ex_error(b, call->span);
    }
    struct expr *other = n > 2 ? coerce(b, args[2], x->type)
                               : ex_null(b, x->type);
    struct expr *i = row_index(b);
    struct expr *e = ex_call(b, x->type, sql, x, by, other, i, NULL);
    e->has_null = x->type != TYPE_STRING;
    return as_window(e);
}

/* prev(x [, offset [, default]]) */
static struct expr *bind_prev(struct binder *b, const struct ast *call,
                              struct expr **args, size_t n)
{
    return neighbour(b, call, "lag($1, $2, $3) OVER (ORDER BY $4)", args, n);
}

static struct expr *bind_next(struct binder *b, const struct ast *call,
                              struct expr **args, size_t n)
{
    return neighbour(b, call, "lead($1, $2, $3) OVER (ORDER BY $4)", args, n);
}

/* The sum of $1 up to here by the order $2, in each part $3. Whole numbers
 * wrap, and the decimals of a sum that is too large are null. */
static const char *cumsum_sql(struct arena *a, enum type t, bool parts)
{
    const char *part = parts ? "PARTITION BY $3 " : "";
    if (t == TYPE_DECIMAL)
        return arena_fmt(a,
                         "k_agg_dec_sum($1) OVER (%sORDER BY $2 ROWS UNBOUNDED "
                         "PRECEDING)%c",
                         part, 0)
            .p;
    return arena_fmt(a,
                     t == TYPE_REAL
                         ? "coalesce(sum($1) OVER (%sORDER BY $2 ROWS "
                           "UNBOUNDED PRECEDING), 0::DOUBLE)%c"
                         : "k_wrap(CAST(coalesce(sum($1) OVER (%sORDER BY $2 "
                           "ROWS UNBOUNDED PRECEDING), 0) AS VARCHAR))%c",
                     part, 0)
        .p;
}

/* row_cumsum(x [, restart]) */
static struct expr *bind_row_cumsum(struct binder *b, const struct ast *call,
                                    struct expr **args, size_t n)
{
    if (!need_order(b, call))
        return ex_error(b, call->span);
    struct expr *x = flat(b, args[0]);
    if (x->type == TYPE_DYNAMIC)
        x = coerce(b, x, TYPE_REAL);
    enum type t = x->type == TYPE_INT ? TYPE_LONG : x->type;
    if (t != TYPE_ERROR && t != TYPE_TIMESPAN && !type_is_num(t)) {
        bind_error(b, DIAG_ARGUMENTS, call->span,
                   "row_cumsum sums numbers and timespans, not %s",
                   type_name(t));
        return ex_error(b, call->span);
    }
    struct expr *run = n > 1 ? run_of(b, args[1]) : NULL;
    struct expr *i = row_index(b);
    b->reordered |= run != NULL;
    return as_window(ex_call(b, t, cumsum_sql(b->arena, t, run != NULL),
                             coerce(b, x, t), i, run, NULL));
}

/* Ranks count changes of the value from row to row. */
static struct expr *rank(struct binder *b, const struct ast *call,
                         struct expr **args, size_t n, bool dense)
{
    if (!need_order(b, call))
        return ex_error(b, call->span);
    struct expr *x = flat(b, args[0]), *i = row_index(b);
    struct expr *run = n > 1 ? run_of(b, args[1]) : NULL;
    i = row_index(b);
    const char *lag =
        run ? "(lag($1) OVER (PARTITION BY $3 ORDER BY $2) IS DISTINCT FROM "
              "$1 OR lag(1) OVER (PARTITION BY $3 ORDER BY $2) IS NULL)"
            : "(lag($1) OVER (ORDER BY $2) IS DISTINCT FROM $1 OR lag(1) OVER "
              "(ORDER BY $2) IS NULL)";
    struct expr *changed = run ? ex_call(b, TYPE_BOOL, lag, x, i, run, NULL)
                               : ex_call(b, TYPE_BOOL, lag, x, i, NULL);
    changed = hoist(b, as_window(changed), "changed");
    struct expr *none = ex_long(b, 0);
    b->reordered = run != NULL;
    struct expr *part = run ? run : none;
    if (dense)
        return as_window(ex_call(
            b, TYPE_LONG,
            "CAST(sum(CASE WHEN $1 THEN 1 ELSE 0 END) OVER (PARTITION BY $3 "
            "ORDER BY $2 ROWS UNBOUNDED PRECEDING) AS BIGINT)",
            changed, i, part, NULL));
    struct expr *pos = as_window(
        ex_call(b, TYPE_LONG, "row_number() OVER (PARTITION BY $2 ORDER BY $1)",
                i, part, NULL));
    pos = hoist(b, pos, "pos");
    return as_window(ex_call(
        b, TYPE_LONG,
        "max(CASE WHEN $1 THEN $4 END) OVER (PARTITION BY $3 ORDER BY $2 ROWS "
        "UNBOUNDED PRECEDING)",
        changed, i, part, pos, NULL));
}

static struct expr *bind_rank_dense(struct binder *b, const struct ast *call,
                                    struct expr **args, size_t n)
{
    return rank(b, call, args, n, true);
}

static struct expr *bind_rank_min(struct binder *b, const struct ast *call,
                                  struct expr **args, size_t n)
{
    return rank(b, call, args, n, false);
}

#define HOOK(nm, par, hook, use, sum, ex)                                      \
    {                                                                          \
        .name = nm, .params = par, .bind = hook, .usage = use, .summary = sum, \
        .example = ex                                                          \
    }

const struct lang_func funcs_window[] = {
    HOOK("row_number", "long?, bool?", bind_row_number,
         "row_number([start [, restart]])",
         "The position of the row, from start (1); a true restart begins anew.",
         "range x from 7 to 9 step 1 | extend n = row_number()"),
    HOOK("prev", "any, long?, any?", bind_prev,
         "prev(x [, offset [, default]])",
         "The value of x some rows before (1).",
         "range x from 1 to 3 step 1 | extend p = prev(x)"),
    HOOK("next", "any, long?, any?", bind_next,
         "next(x [, offset [, default]])",
         "The value of x some rows after (1).",
         "range x from 1 to 3 step 1 | extend p = next(x)"),
    HOOK("row_cumsum", "any, bool?", bind_row_cumsum,
         "row_cumsum(x [, restart])",
         "The sum of x over the rows so far; a true restart begins anew.",
         "range x from 1 to 3 step 1 | extend s = row_cumsum(x)"),
    HOOK("row_rank_dense", "any, bool?", bind_rank_dense,
         "row_rank_dense(x [, restart])",
         "The number of different values of x so far.",
         "datatable(x:long)[1, 1, 2] | serialize r = row_rank_dense(x)"),
    HOOK("row_rank_min", "any, bool?", bind_rank_min,
         "row_rank_min(x [, restart])",
         "The position of the first row with this value of x.",
         "datatable(x:long)[1, 1, 2] | serialize r = row_rank_min(x)"),
};
const size_t nfuncs_window = sizeof funcs_window / sizeof *funcs_window;
