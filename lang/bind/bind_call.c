/* bind_call.c - which function row a call means; default column names.
 *
 * Called by: bind_expr.c, operators.
 * Overloads: the first row of the name that takes the arguments as they are,
 * else the first that takes them widened (int to long to real), else the first
 * that takes the value out of a dynamic. */
#include "bind.h"

#include "base/regex_rewrite.h"
#include "bind_int.h"

/* One parameter of a spec such as "string, long?, any*". */
struct param {
    str word;
    enum type type; /* TYPE_ERROR: a class of types, see word */
    bool optional, repeats;
};

static bool next_param(str *spec, struct param *p)
{
    *spec = str_trim(*spec);
    if (spec->n == 0)
        return false;
    ptrdiff_t comma = str_find_char(*spec, ',');
    size_t n = comma < 0 ? spec->n : (size_t)comma;
    str w = str_trim(str_sub(*spec, 0, n));
    *spec = str_sub(*spec, comma < 0 ? n : n + 1, spec->n);
    p->repeats = p->optional = false;
    while (w.n && (w.p[w.n - 1] == '*' || w.p[w.n - 1] == '?')) {
        p->repeats |= w.p[w.n - 1] == '*';
        p->optional |= w.p[w.n - 1] == '?';
        w.n--;
    }
    p->word = w;
    if (!type_from_name(w, &p->type))
        p->type = TYPE_ERROR;
    return true;
}

static bool class_takes(str word, enum type t)
{
    if (t == TYPE_ERROR || str_eqz(word, "any") || str_eqz(word, "same"))
        return true;
    if (str_eqz(word, "num"))
        return type_is_num(t);
    if (str_eqz(word, "scalar"))
        return t != TYPE_DYNAMIC;
    if (str_eqz(word, "time"))
        return t == TYPE_DATETIME || t == TYPE_TIMESPAN;
    return false;
}

static bool is_null_literal(const struct expr *e)
{
    return e->kind == EX_LITERAL && e->value.null && e->type == TYPE_DYNAMIC;
}

static bool takes(const struct param *p, const struct expr *e, enum fit fit)
{
    if (e->kind == EX_ERROR || e->type == TYPE_ERROR)
        return true;
    if (p->type == TYPE_ERROR)
        return class_takes(p->word, e->type) ||
               (fit == FIT_DYNAMIC && e->type == TYPE_DYNAMIC);
    if (e->type == p->type)
        return true;
    if (fit >= FIT_WIDEN && can_widen(e->type, p->type))
        return true;
    return fit == FIT_DYNAMIC &&
           (e->type == TYPE_DYNAMIC || is_null_literal(e));
}

bool row_takes(const struct lang_func *f, struct expr **args, size_t n,
               enum fit fit)
{
    str spec = str_of(f->params);
    struct param p = { 0 };
    size_t i = 0;
    while (next_param(&spec, &p)) {
        if (p.repeats) {
            for (; i < n; i++)
                if (!takes(&p, args[i], fit))
                    return false;
            return true;
        }
        if (i == n)
            return p.optional;
        if (!takes(&p, args[i++], fit))
            return false;
    }
    return i == n;
}

/* Converts the arguments to what the row declares; gives the common type of
 * those marked `same`. */
/* The common type of what was seen and one more argument; reported when
 * there is none. */
enum type unify(struct binder *b, enum type seen, const struct expr *e)
{
    if (seen == TYPE_ERROR || e->type == TYPE_ERROR || is_null_literal(e))
        return seen == TYPE_ERROR && !is_null_literal(e) ? e->type : seen;
    if (seen != e->type && (seen == TYPE_DYNAMIC || e->type == TYPE_DYNAMIC))
        return TYPE_DYNAMIC;
    enum type t = common_type(seen, e->type);
    if (t == TYPE_ERROR) {
        struct diag *d = bind_error(b, DIAG_TYPE, e->span,
                                    "this is a %s where "
                                    "a %s is needed, as before it",
                                    type_name(e->type), type_name(seen));
        diag_hint(b->ds, d, "convert it with to%s(…)", type_name(seen));
    }
    return t == TYPE_ERROR ? seen : t;
}

static enum type adapt(struct binder *b, const struct lang_func *f,
                       struct expr **args, size_t n)
{
    enum type same = TYPE_ERROR;
    for (int pass = 0; pass < 2; pass++) {
        str spec = str_of(f->params);
        struct param p = { 0 };
        bool more = next_param(&spec, &p);
        for (size_t i = 0; i < n && more; i++) {
            bool is_same = str_eqz(p.word, "same");
            if (pass == 0 && is_same && !is_null_literal(args[i]))
                same = unify(b, same, args[i]);
            if (pass == 1)
                args[i] = p.type != TYPE_ERROR ? coerce(b, args[i], p.type)
                        : is_same              ? coerce(b, args[i], same)
                        : str_eqz(p.word, "num") &&
                                  args[i]->type == TYPE_DYNAMIC
                            ? coerce(b, args[i], TYPE_REAL)
                            : args[i];
            if (!p.repeats)
                more = next_param(&spec, &p);
        }
    }
    return same;
}

static enum type result_type(const struct lang_func *f, struct expr **args,
                             size_t n, enum type same)
{
    if (f->ret == RET_ARG1)
        return n ? args[0]->type : TYPE_ERROR;
    if (f->ret == RET_SAME)
        return same;
    return (enum type)f->ret;
}

/* A literal pattern is read now, so that a mistake in it has a place. */
void check_regex(struct binder *b, const struct expr *e)
{
    struct buf out, error;
    if (e->kind != EX_LITERAL || e->type != TYPE_STRING)
        return;
    buf_init(&out, 1 << 20);
    buf_init(&error, 400);
    if (!regex_rewrite(&out, e->value.s, &error))
        bind_error(b, DIAG_REGEX, e->span, "%.*s", STRF(buf_str(&error)));
    buf_release(&out);
    buf_release(&error);
}

/* Every argument that the template hands to kre() is a pattern. */
static void check_patterns(struct binder *b, const struct lang_func *f,
                           struct expr **args, size_t n)
{
    char mark[] = "kre($1)";
    for (size_t i = 0; f->sql && i < n && i < 9; i++) {
        mark[5] = (char)('1' + i);
        if (strstr(f->sql, mark))
            check_regex(b, args[i]);
    }
}

/* Calls the C function for one made-up row with the literals of the call, so
 * that a wrong unit or format is reported at its place. False: reported. */
static bool words_fit(struct binder *b, const struct lang_func *f,
                      struct expr **args, size_t n)
{
    struct fn_ctx cx = { .tmp = b->arena, .keep = b->arena };
    struct value in[8], out = { .type = (enum type)f->ret, .s = S("") };
    struct span at = NO_SPAN;
    if (!(f->flags & FN_WORDS) || n > 8)
        return true;
    for (size_t i = 0; i < n; i++) {
        bool literal = args[i]->kind == EX_LITERAL && !args[i]->value.null;
        if (args[i]->type == TYPE_STRING && !literal)
            return true;
        if (args[i]->type == TYPE_STRING)
            at = args[i]->span;
        in[i] = literal ? args[i]->value
                        : (struct value){ .type = args[i]->type };
    }
    f->row(&cx, in, n, &out);
    if (cx.error.n)
        bind_error(b, DIAG_ARGUMENTS, at, "%.*s", STRF(cx.error));
    return !cx.error.n;
}

struct expr *call_row(struct binder *b, const struct lang_func *f,
                      struct span at, const struct ast *call,
                      struct expr **args, size_t n)
{
    if (f->bind)
        return f->bind(b, call, args, n);
    enum type same = adapt(b, f, args, n);
    check_patterns(b, f, args, n);
    if (!words_fit(b, f, args, n))
        return ex_error(b, at);
    enum type t = result_type(f, args, n, same);
    const char *sql = f->sql;
    if (!sql)
        sql = arena_fmt(b->arena, "%s($*)%c", f->sql_name, 0).p;
    if (t == TYPE_STRING && (f->flags & FN_SQLNULL))
        sql = arena_fmt(b->arena, "coalesce(%s, '')%c", sql, 0).p;
    struct expr *e = ex_calln(b, t, sql, args, n);
    if (e->kind == EX_ERROR)
        return e;
    e->span = at;
    e->is_volatile |= (f->flags & FN_VOLATILE) != 0;
    if (f->flags & (FN_MAYNULL | FN_SQLNULL))
        e->has_null = t != TYPE_STRING;
    return e;
}

static struct expr *bind_aggregate(struct binder *b, const struct lang_agg *g,
                                   struct span at, const struct ast *call,
                                   struct expr **args, size_t n)
{
    if (b->aggregates)
        return agg_expr(b, g, call, args, n);
    struct diag *d = bind_error(b, DIAG_AGGREGATE_PLACE, at,
                                "'%s' is an "
                                "aggregate: it works in summarize only",
                                g->func.name);
    diag_hint(b->ds, d, "… | summarize %s(…) by …", g->func.name);
    return ex_error(b, at);
}

/* The call before overloads are resolved. */
struct wanted {
    str name;
    struct span at;
    const struct ast *call;
    struct expr **args;
    size_t n;
};

static struct expr *choose_row(struct binder *b, const struct wanted *w)
{
    size_t nrows = 0;
    const struct lang_func *const *rows = reg_funcs(b->reg, w->name, &nrows);
    const struct lang_agg *g = reg_agg(b->reg, w->name);
    if (g && (nrows == 0 || b->aggregates))
        return bind_aggregate(b, g, w->at, w->call, w->args, w->n);
    if (nrows == 0) {
        if (!b->open_tables)
            unknown_function(b, w->name, w->at);
        return ex_error(b, w->at);
    }
    for (int fit = 0; fit < NFITS; fit++)
        for (size_t i = 0; i < nrows; i++)
            if (row_takes(rows[i], w->args, w->n, (enum fit)fit))
                return call_row(b, rows[i], w->at, w->call, w->args, w->n);
    wrong_arguments(b, rows[0], w->at, w->args, w->n);
    return ex_error(b, w->at);
}

struct expr *bind_call_args(struct binder *b, str name, struct span at,
                            const struct ast *call, struct expr **args,
                            size_t n)
{
    struct wanted w = { name, at, call, args, n };
    if (!call) /* not of the cell: of another call */
        return choose_row(b, &w);
    struct expr **own = arena_array(b->arena, n, sizeof *own);
    for (size_t i = 0; i < n; i++)
        own[i] = args[i];
    struct expr *e = choose_row(b, &w);
    return e ? ex_written(b, e, name, own, n) : e;
}

/* ---- default names ---- */

/* Functions whose result is named after their first argument, as Kusto's own
 * binder does it. */
static const char *const named_by_argument[] = {
    "tostring", "tohex", "todynamic", "toobject", "tolong", "toint", "toreal",
    "todouble", "todatetime", "totimespan", "totime", "tobool", "toboolean",
    "todecimal", "toguid", "parse_csv", "parse_json", "parsejson", "parse_xml",
    "split", "format_datetime", "format_timespan", "format_bytes",
    "startofday", "bin", "floor", "bin_at", "bin_auto", "binary_and",
    "binary_or", "binary_xor", "binary_not", "binary_shift_left",
    "binary_shift_right", "bitset_count_ones", "series_fir", "series_iir",
    "series_outliers", "series_fill_backward", "series_fill_const",
    "series_fill_forward", "series_fill_linear", "round", "ceiling", "pow",
    "sqrt", "log", "log2", "log10", "exp", "exp2", "exp10", "sin", "cos",
    "tan", "asin", "acos", "atan", "atan2", "abs", "rand", "gamma", "loggamma",
    "erf", "erfc",
};

/* … and those whose name, or another word, stands before it: strlen_s. */
static const struct {
    const char *function, *prefix;
} prefixed_by_argument[] = {
    { "strlen", "strlen_" },
    { "string_size", "string_size_" },
    { "gettype", "type_" },
    { "treepath", "tree_" },
    { "repeat", "repeat_" },
    { "dcount_hll", "dcount_hll_" },
    { "percentile_tdigest", "percentile_tdigest_" },
    { "percentiles_array_tdigest", "percentile_tdigest_" },
};

static str join_name(struct binder *b, str base, str member)
{
    struct buf t;
    buf_init(&t, 1024);
    buf_add(&t, base);
    buf_addc(&t, '_');
    for (size_t i = 0; i < member.n; i++) {
        char c = member.p[i];
        bool ok = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                  (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80);
        buf_addc(&t, ok ? c : '_');
    }
    str s = buf_take(&t, b->arena);
    buf_release(&t);
    return s;
}

/* count_, sum_x, set_d_x, percentile_x_50; take_any(x) keeps x. */
static str agg_name(struct binder *b, const struct lang_agg *g,
                    const struct ast *t)
{
    str arg = t->kid ? auto_name(b, t->kid) : S("");
    const struct ast *second = t->kid ? t->kid->next : NULL;
    if (second && str_eqz(t->text, "percentilew")) /* behind the weight */
        second = second->next;
    if (str_eqz(str_of(g->prefix), "percentile_") && second &&
        second->kind == AST_LITERAL) {
        struct buf p;
        buf_init(&p, 100);
        value_text(&p, &second->value);
        str s = join_name(b, arena_fmt(b->arena, "percentile_%.*s", STRF(arg)),
                          buf_str(&p));
        buf_release(&p);
        return s;
    }
    if (str_starts(t->text, S("covariance")) && second) { /* both */
        str other = auto_name(b, second);
        return arena_fmt(b->arena, "%s%.*s_%.*s", g->prefix, STRF(arg),
                         STRF(other));
    }
    return arena_fmt(b->arena, "%s%.*s", g->prefix, STRF(arg));
}

str auto_name(struct binder *b, const struct ast *t)
{
    if (t->kind == AST_NAME)
        return t->text;
    if (t->kind == AST_PATH) {
        if (ast_is(t->kid, AST_NAME, "$left") ||
            ast_is(t->kid, AST_NAME, "$right"))
            return t->text;
        str base = auto_name(b, t->kid);
        return base.n ? join_name(b, base, t->text) : S("");
    }
    if (t->kind == AST_INDEX && t->kid->next) {
        str base = auto_name(b, t->kid);
        const struct ast *i = t->kid->next;
        if (!base.n || i->kind != AST_LITERAL)
            return S("");
        struct buf text;
        buf_init(&text, 64);
        value_text(&text, &i->value);
        str s = join_name(b, base, buf_str(&text));
        buf_release(&text);
        return s;
    }
    const struct lang_agg *g =
        t->kind == AST_CALL && b->aggregates ? reg_agg(b->reg, t->text) : NULL;
    if (g)
        return agg_name(b, g, t);
    if (t->kind == AST_CALL && str_eqz(t->text, "ingestion_time"))
        return S("$IngestionTime");
    if (t->kind != AST_CALL || !t->kid)
        return S("");
    for (size_t i = 0; i < sizeof named_by_argument / sizeof *named_by_argument;
         i++)
        if (str_eqz(t->text, named_by_argument[i]))
            return auto_name(b, t->kid);
    for (size_t i = 0;
         i < sizeof prefixed_by_argument / sizeof *prefixed_by_argument; i++)
        if (str_eqz(t->text, prefixed_by_argument[i].function))
            return arena_fmt(b->arena, "%s%.*s", prefixed_by_argument[i].prefix,
                             STRF(auto_name(b, t->kid)));
    return S("");
}

str auto_column(struct binder *b, const struct node *p, const struct ast *t,
                unsigned *counter)
{
    str name = auto_name(b, t);
    if (name.n)
        return free_name(b, p, name);
    do
        name = arena_fmt(b->arena, "Column%u", ++*counter);
    while (node_find(p, name));
    return name;
}
