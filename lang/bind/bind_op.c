/* bind_op.c - comparison, arithmetic and string operators by type.
 *
 * Called by: bind_expr.c; functions that compare.
 * The null, NaN and overflow rules are KQL's (semantics of the Kusto engine):
 *   == and != are total unless both sides are null; < and arithmetic are
 *   three-valued; NaN equals nothing; long wraps; integers divide truncating
 *   and by zero to null; % is Euclidean. */
#include "bind.h"

#include <math.h>

#include "base/ticks.h"
#include "bind_int.h"

static struct expr *type_mismatch(struct binder *b, str op, struct span at,
                                  struct expr *x, struct expr *y)
{
    struct diag *d = bind_error(b, DIAG_TYPE, at,
                                "'%.*s' cannot work with %s "
                                "and %s",
                                STRF(op), type_name(x->type),
                                type_name(y->type));
    hint_types(b, d, op, x, y);
    return ex_error(b, at);
}

/* A dynamic compared with a scalar takes the scalar's type. */
static void align_dynamic(struct binder *b, struct expr **x, struct expr **y)
{
    if ((*x)->type == TYPE_DYNAMIC && (*y)->type != TYPE_DYNAMIC)
        *x = coerce(b, *x, type_is_int((*y)->type) ? TYPE_REAL : (*y)->type);
    else if ((*y)->type == TYPE_DYNAMIC && (*x)->type != TYPE_DYNAMIC)
        *y = coerce(b, *y, type_is_int((*x)->type) ? TYPE_REAL : (*x)->type);
}

static bool align(struct binder *b, struct expr **x, struct expr **y)
{
    align_dynamic(b, x, y);
    if ((*x)->type == TYPE_BOOL && type_is_int((*y)->type))
        *x = coerce(b, *x, TYPE_LONG);
    if ((*y)->type == TYPE_BOOL && type_is_int((*x)->type))
        *y = coerce(b, *y, TYPE_LONG);
    enum type t = common_type((*x)->type, (*y)->type);
    if (t == TYPE_ERROR)
        return false;
    *x = coerce(b, *x, t);
    *y = coerce(b, *y, t);
    return true;
}

static bool is_nan_free(const struct expr *e)
{
    return e->type != TYPE_REAL ||
           (e->kind == EX_LITERAL && !isnan(e->value.d));
}

static bool is_null_literal(const struct expr *e)
{
    return e->kind == EX_LITERAL && e->value.null;
}

static struct expr *equality(struct binder *b, bool equal, struct expr *x,
                             struct expr *y)
{
    bool nan = !is_nan_free(x) && !is_nan_free(y);
    bool x_null = x->has_null, y_null = y->has_null;
    struct expr *e;
    if (is_null_literal(x) && is_null_literal(y))
        return ex_null(b, TYPE_BOOL);
    if (!x_null && !y_null) {
        e = ex_call(b, TYPE_BOOL, equal ? "($1 = $2)" : "($1 <> $2)", x, y,
                    NULL);
    } else if (!x_null || !y_null) { /* never both: total */
        e = ex_call(b, TYPE_BOOL, equal ? "$eq" : "($1 IS DISTINCT FROM $2)", x,
                    y, NULL);
        e->has_null = false;
    } else {
        e = ex_call(
            b, TYPE_BOOL,
            equal
                ? "(CASE WHEN $1 IS NOT NULL OR $2 IS NOT NULL THEN $1 IS NOT "
                  "DISTINCT FROM $2 END)"
                : "(CASE WHEN $1 IS NOT NULL OR $2 IS NOT NULL THEN $1 IS "
                  "DISTINCT FROM $2 END)",
            x, y, NULL);
    }
    if (nan && e->kind != EX_ERROR)
        e = ex_call(b, TYPE_BOOL,
                    equal ? "($1 AND NOT coalesce(isnan($2), FALSE))"
                          : "($1 OR coalesce(isnan($2), FALSE))",
                    e, x, NULL);
    return e;
}

/* `Success - Failed < 10m`, when both are columns or a constant: as
 * `Success < Failed + 10m` it can be a condition of a join, or of a scan. No
 * datetime and such a timespan leave 64 bits together. */
static struct expr *shift_interval(struct binder *b, const char *sql,
                                   struct expr *x, struct expr *y)
{
    static const int64_t most = 1000000000000000000;
    if (x->kind != EX_CALL || strcmp(x->sql, "($1 - $2)") != 0 ||
        x->args[0]->type != TYPE_DATETIME || x->args[1]->type != TYPE_DATETIME)
        return NULL;
    if (y->kind != EX_LITERAL || y->type != TYPE_TIMESPAN || y->value.null ||
        y->value.i < -most || y->value.i > most)
        return NULL;
    struct expr *to =
        ex_call(b, TYPE_DATETIME, "($1 + $2)", x->args[1], y, NULL);
    return ex_call(b, TYPE_BOOL, sql, x->args[0], to, NULL);
}

/* The engine sorts NaN above all numbers; KQL calls every comparison false. */
static struct expr *ordering(struct binder *b, str op, struct expr *x,
                             struct expr *y)
{
    bool greater = op.p[0] == '>';
    struct expr *big = greater ? x : y;
    const char *sql = str_eqz(op, "<")  ? "($1 < $2)"
                    : str_eqz(op, "<=") ? "($1 <= $2)"
                    : str_eqz(op, ">")  ? "($1 > $2)"
                                        : "($1 >= $2)";
    struct expr *e = shift_interval(b, sql, x, y);
    if (!e)
        e = ex_call(b, TYPE_BOOL, sql, x, y, NULL);
    if (e->kind == EX_ERROR)
        return e;
    if (!is_nan_free(big))
        e = ex_call(b, TYPE_BOOL, "($1 AND NOT isnan($2))", e, big, NULL);
    bool equal = op.n == 2;
    struct expr *small = greater ? y : x;
    if (equal && !is_nan_free(small) && !is_nan_free(big))
        e = ex_call(b, TYPE_BOOL, "($1 AND NOT isnan($2))", e, small, NULL);
    return e;
}

static struct expr *compare(struct binder *b, str op, struct span at,
                            struct expr *x, struct expr *y)
{
    struct expr *x0 = x, *y0 = y;
    if (!align(b, &x, &y))
        return type_mismatch(b, op, at, x0, y0);
    if (x->kind == EX_ERROR || y->kind == EX_ERROR)
        return ex_error(b, at);
    bool order = op.p[0] == '<' ? !str_eqz(op, "<>") : op.p[0] == '>';
    if (order)
        return ordering(b, op, x, y);
    return equality(b, str_eqz(op, "=="), x, y);
}

/* ---- arithmetic ---- */

static int64_t wrap(char op, int64_t a, int64_t c)
{
    uint64_t x = (uint64_t)a, y = (uint64_t)c;
    return (int64_t)(op == '+' ? x + y : op == '-' ? x - y : x * y);
}

static bool both_literal(const struct expr *x, const struct expr *y)
{
    return x->kind == EX_LITERAL && y->kind == EX_LITERAL && !x->value.null &&
           !y->value.null && !type_is_text(x->type) && !type_is_text(y->type);
}

static struct expr *fold_ticks(struct binder *b, char op, enum type t,
                               struct expr *x, struct expr *y)
{
    struct value v = { .type = t, .i = wrap(op, x->value.i, y->value.i) };
    v.null = t == TYPE_DATETIME && (v.i < 0 || v.i > TICKS_MAX);
    return ex_literal(b, v, x->span);
}

/* Timespans wrap as longs do; a datetime that leaves its years is null. */
static struct expr *time_add(struct binder *b, char op, struct expr *x,
                             struct expr *y)
{
    enum type tx = x->type, ty = y->type;
    enum type t = TYPE_TIMESPAN;
    if (tx == TYPE_DATETIME && ty == TYPE_DATETIME)
        t = op == '-' ? TYPE_TIMESPAN : TYPE_ERROR;
    else if (tx == TYPE_DATETIME || ty == TYPE_DATETIME)
        t = tx == TYPE_TIMESPAN && op == '-' ? TYPE_ERROR : TYPE_DATETIME;
    if (t == TYPE_ERROR)
        return NULL;
    if (both_literal(x, y))
        return fold_ticks(b, op, t, x, y);
    bool times = tx == TYPE_DATETIME && ty == TYPE_DATETIME; /* both small */
    const char *plus = t == TYPE_DATETIME ? "k_time_add($1, $2)"
                                          : "k_add($1, $2)";
    const char *minus = times              ? "($1 - $2)"
                      : t == TYPE_DATETIME ? "k_time_add($1, k_sub(0, $2))"
                                           : "k_sub($1, $2)";
    struct expr *e = ex_call(b, t, op == '+' ? plus : minus, x, y, NULL);
    e->has_null |= t == TYPE_DATETIME;
    return e;
}

/* A timespan and a number with a fraction; null when 64 bits are too few. */
static struct expr *scaled(struct binder *b, const char *sql, struct expr *x,
                           struct expr *y)
{
    struct expr *e = ex_call(b, TYPE_TIMESPAN, sql, x, coerce(b, y, TYPE_REAL),
                             NULL);
    e->has_null = true;
    return e;
}

static bool is_time(const struct expr *e)
{
    return e->type == TYPE_DATETIME || e->type == TYPE_TIMESPAN;
}

static struct expr *time_scale(struct binder *b, char op, struct expr *x,
                               struct expr *y)
{
    enum type tx = x->type, ty = y->type;
    if (op == '/' && tx == TYPE_TIMESPAN && ty == TYPE_TIMESPAN)
        return ex_call(b, TYPE_REAL,
                       "(CAST($1 AS DOUBLE) / CAST($2 AS DOUBLE))", x, y, NULL);
    if (op == '%' && ty == TYPE_TIMESPAN && is_time(x))
        return ex_call(b, tx == TYPE_DATETIME ? TYPE_TIMESPAN : tx,
                       "k_mod($1, $2)", x, y, NULL);
    if (op == '*' && ty == TYPE_TIMESPAN) {
        struct expr *swap = x;
        x = y, y = swap;
        tx = x->type, ty = y->type;
    }
    if (tx != TYPE_TIMESPAN || !type_is_num(ty))
        return NULL;
    if (op == '*' && type_is_int(ty))
        return ex_call(b, tx, "k_mul($1, CAST($2 AS BIGINT))", x, y, NULL);
    if (op == '*')
        return scaled(b, "TRY_CAST(trunc($1 * $2) AS BIGINT)", x, y);
    if (op == '/' && type_is_int(ty))
        return ex_call(b, tx, "k_div($1, CAST($2 AS BIGINT))", x, y, NULL);
    if (op == '/')
        return scaled(b, "TRY_CAST(trunc($1 / nullif($2, 0)) AS BIGINT)", x, y);
    return NULL;
}

static const char *number_sql(char op, enum type t)
{
    static const char ops[] = "+-*/%";
    static const char *const longs[] = { "k_add($1, $2)", "k_sub($1, $2)",
                                         "k_mul($1, $2)", "k_div($1, $2)",
                                         "k_mod($1, $2)" };
    static const char *const reals[] = { "($1 + $2)", "($1 - $2)", "($1 * $2)",
                                         "($1 / $2)", "k_fmod($1, $2)" };
    /* A result that is too large is null: one row must not end the query. */
    static const char *const decimals[] = {
        "k_dec_add($1, $2)", "k_dec_add($1, -$2)", "k_dec_mul($1, $2)",
        "k_dec_div($1, $2)", "k_dec_mod($1, $2)",
    };
    size_t i = (size_t)(strchr(ops, op) - ops);
    return t == TYPE_LONG ? longs[i] : t == TYPE_REAL ? reals[i] : decimals[i];
}

/* Small factors on an int column cannot leave 64 bits: the engine's own
 * operator is faster than a checked one. */
static bool cannot_overflow(const struct expr *x, const struct expr *y)
{
    return x->type == TYPE_INT && y->type == TYPE_INT;
}

static struct expr *number_op(struct binder *b, char op, struct expr *x,
                              struct expr *y)
{
    bool plain = cannot_overflow(x, y) && (op == '+' || op == '-' || op == '*');
    enum type t = common_type(x->type, y->type);
    if (t == TYPE_INT)
        t = TYPE_LONG;
    x = coerce(b, x, t);
    y = coerce(b, y, t);
    if (t == TYPE_LONG && both_literal(x, y) &&
        (op == '+' || op == '-' || op == '*'))
        return ex_literal(
            b,
            (struct value){ .type = t, .i = wrap(op, x->value.i, y->value.i) },
            x->span);
    const char *sql = number_sql(op, t);
    if (plain)
        sql = op == '+' ? "($1 + $2)" : op == '-' ? "($1 - $2)" : "($1 * $2)";
    struct expr *e = ex_call(b, t, sql, x, y, NULL);
    if (op == '/' || op == '%' || t == TYPE_DECIMAL)
        e->has_null = true;
    return e;
}

static struct expr *from_dynamic(struct binder *b, struct expr *e,
                                 const struct expr *other)
{
    if (e->type != TYPE_DYNAMIC)
        return e;
    enum type t = is_time(other) || type_is_num(other->type) ? other->type
                                                             : TYPE_REAL;
    return coerce(b, e, type_is_int(t) ? TYPE_LONG : t);
}

static struct expr *arithmetic(struct binder *b, str op, struct span at,
                               struct expr *x, struct expr *y)
{
    struct expr *x0 = x, *y0 = y, *e = NULL;
    x = from_dynamic(b, x, y);
    y = from_dynamic(b, y, x);
    if (x->type == TYPE_BOOL)
        x = coerce(b, x, TYPE_LONG);
    if (y->type == TYPE_BOOL)
        y = coerce(b, y, TYPE_LONG);
    char c = op.p[0];
    if (x->kind == EX_ERROR || y->kind == EX_ERROR)
        return ex_error(b, at);
    if (is_time(x) && is_time(y) && (c == '+' || c == '-'))
        e = time_add(b, c, x, y);
    else if (is_time(x) || is_time(y))
        e = time_scale(b, c, x, y);
    else if (type_is_num(x->type) && type_is_num(y->type))
        e = number_op(b, c, x, y);
    return e ? e : type_mismatch(b, op, at, x0, y0);
}

/* ---- string operators ---- */

static const struct string_op {
    const char *word, *func;
} string_ops[] = {
    { "=~", "k_eq_ci" },
    { "has", "k_has" },
    { "has_cs", "k_has_cs" },
    { "hasprefix", "k_hasprefix" },
    { "hasprefix_cs", "k_hasprefix_cs" },
    { "hassuffix", "k_hassuffix" },
    { "hassuffix_cs", "k_hassuffix_cs" },
    { "contains", "k_contains" },
    { "contains_cs", NULL },
    { "containscs", NULL },
    { "startswith", "k_startswith" },
    { "startswith_cs", NULL },
    { "endswith", "k_endswith" },
    { "endswith_cs", NULL },
    { "matches", NULL },
};

static const char *builtin_string_op(str word)
{
    if (str_eqz(word, "startswith_cs"))
        return "starts_with($1, $2)";
    if (str_eqz(word, "endswith_cs"))
        return "ends_with($1, $2)";
    if (str_eqz(word, "matches"))
        return "regexp_matches($1, kre($2))";
    return "contains($1, $2)";
}

static struct expr *text_of(struct binder *b, str op, struct expr *e)
{
    if (e->type == TYPE_STRING || e->kind == EX_ERROR)
        return e;
    if (e->type == TYPE_DYNAMIC || e->type == TYPE_GUID)
        return coerce(b, e, TYPE_STRING);
    struct diag *d = bind_error(b, DIAG_TYPE, e->span,
                                "'%.*s' needs a string, "
                                "this is a %s",
                                STRF(op), type_name(e->type));
    diag_hint(b->ds, d, "tostring(…) makes one");
    return ex_error(b, e->span);
}

static struct expr *string_op(struct binder *b, str op, struct span at,
                              struct expr *x, struct expr *y)
{
    bool no = op.p[0] == '!' || str_starts(op, S("not"));
    str word = op.p[0] == '!' ? str_sub(op, 1, op.n) : op;
    if (str_eqz(word, "~"))
        word = S("=~");
    if (str_eqz(word, "notcontains"))
        word = S("contains");
    x = text_of(b, op, x);
    y = text_of(b, op, y);
    if (x->kind == EX_ERROR || y->kind == EX_ERROR)
        return ex_error(b, at);
    struct expr *e = NULL;
    if (str_eqz(word, "matches"))
        check_regex(b, y);
    for (size_t i = 0; i < sizeof string_ops / sizeof *string_ops; i++)
        if (str_eqz(word, string_ops[i].word)) {
            const char *f = string_ops[i].func;
            e = f ? ex_func(b, f, at, x, y, NULL)
                  : ex_call(b, TYPE_BOOL, builtin_string_op(word), x, y, NULL);
        }
    if (!e)
        return type_mismatch(b, op, at, x, y);
    if (e->kind != EX_ERROR)
        e->has_null = false;
    return no && e->kind != EX_ERROR
             ? ex_call(b, TYPE_BOOL, "(NOT $1)", e, NULL)
             : e;
}

struct expr *bind_binary(struct binder *b, str op, struct span at,
                         struct expr *x, struct expr *y)
{
    struct expr *e;
    if (x->kind == EX_ERROR || y->kind == EX_ERROR)
        return ex_error(b, at);
    if (str_eqz(op, ":")) {
        bind_error(b, DIAG_SYNTAX, at,
                   "':' compares a column with a term "
                   "between and, or and not only");
        return ex_error(b, at);
    }
    bool word = op.n && ((op.p[0] >= 'a' && op.p[0] <= 'z') ||
                         (op.p[0] == '!' && op.n > 2) || str_eqz(op, "!~") ||
                         str_eqz(op, "=~"));
    if (word)
        e = string_op(b, op, at, x, y);
    else if (op.n == 1 && strchr("+-*/%", op.p[0]))
        e = arithmetic(b, op, at, x, y);
    else
        e = compare(b, op, at, x, y);
    e->span = at;
    return ex_written(b, e, op, (struct expr *[]){ x, y }, 2);
}
