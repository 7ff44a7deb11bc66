/* fn_core.c - conditions, nulls, binning, packing: functions bound by type.
 *
 * Rows with a bind hook: what SQL they become depends on argument types or on
 * literals. */
#include "base/json_walk.h"
#include "base/regex_rewrite.h"
#include "bind/bind.h"
#include "funcs.h"

/* ---- conditions ---- */

/* case(c1, v1, c2, v2, …, else) */
static struct expr *bind_case(struct binder *b, const struct ast *call,
                              struct expr **args, size_t n)
{
    enum type t = TYPE_ERROR;
    if (n < 3 || n % 2 == 0) {
        struct diag *d = bind_error(b, DIAG_ARGUMENTS, call->span,
                                    "case needs pairs and a last value");
        diag_hint(b->ds, d, "case(condition, value, …, otherwise)");
        return ex_error(b, call->span);
    }
    for (size_t i = 1; i < n; i += 2)
        t = unify(b, t, args[i]);
    t = unify(b, t, args[n - 1]);
    struct buf sql;
    buf_init(&sql, 1 << 20);
    buf_adds(&sql, "$case");
    for (size_t i = 0; i < n; i++)
        args[i] = i % 2 == 0 && i + 1 < n ? coerce(b, args[i], TYPE_BOOL)
                                          : coerce(b, args[i], t);
    buf_release(&sql);
    return ex_calln(b, t, "$case", args, n);
}

/* The first argument that is not null (string: not empty). */
static struct expr *bind_coalesce(struct binder *b, const struct ast *call,
                                  struct expr **args, size_t n)
{
    enum type t = TYPE_ERROR;
    (void)call;
    for (size_t i = 0; i < n; i++)
        t = unify(b, t, args[i]);
    for (size_t i = 0; i < n; i++) {
        args[i] = coerce(b, args[i], t);
        if (t == TYPE_STRING)
            args[i] = ex_call(b, t, "nullif($1, '')", args[i], NULL);
    }
    struct expr *e = ex_calln(
        b, t, t == TYPE_STRING ? "coalesce($*, '')" : "coalesce($*)", args, n);
    e->has_null = t != TYPE_STRING;
    return e;
}

static struct expr *truth(struct binder *b, bool v)
{
    return ex_literal(b, (struct value){ .type = TYPE_BOOL, .i = v }, NO_SPAN);
}

static struct expr *null_test(struct binder *b, struct expr *e, bool is)
{
    if (e->type == TYPE_STRING || !e->has_null)
        return truth(b, !is);
    struct expr *r = ex_call(b, TYPE_BOOL,
                             is ? "($1 IS NULL)" : "($1 IS NOT NULL)", e, NULL);
    r->has_null = false;
    return r;
}

static struct expr *bind_isnull(struct binder *b, const struct ast *call,
                                struct expr **args, size_t n)
{
    (void)call, (void)n;
    return null_test(b, args[0], true);
}

static struct expr *bind_isnotnull(struct binder *b, const struct ast *call,
                                   struct expr **args, size_t n)
{
    (void)call, (void)n;
    return null_test(b, args[0], false);
}

static struct expr *empty_test(struct binder *b, struct expr *e, bool is)
{
    struct expr *r;
    if (e->type == TYPE_STRING)
        r = ex_call(b, TYPE_BOOL, is ? "($1 = '')" : "($1 <> '')", e, NULL);
    else if (e->type == TYPE_DYNAMIC)
        r = ex_call(b, TYPE_BOOL,
                    is ? "(coalesce($1, '\"\"') = '\"\"')"
                       : "(coalesce($1, '\"\"') <> '\"\"')",
                    e, NULL);
    else
        return null_test(b, e, is);
    r->has_null = false;
    return r;
}

static struct expr *bind_isempty(struct binder *b, const struct ast *call,
                                 struct expr **args, size_t n)
{
    (void)call, (void)n;
    return empty_test(b, args[0], true);
}

static struct expr *bind_isnotempty(struct binder *b, const struct ast *call,
                                    struct expr **args, size_t n)
{
    (void)call, (void)n;
    return empty_test(b, args[0], false);
}

/* ---- binning ---- */

/* bin(x, r) = floor(x / r) * r; datetimes count from 0001-01-01. */
static struct expr *bin(struct binder *b, struct span at, struct expr *x,
                        struct expr *r)
{
    if (x->type == TYPE_DYNAMIC)
        x = coerce(b, x, r->type == TYPE_TIMESPAN ? TYPE_DATETIME : r->type);
    bool time = x->type == TYPE_DATETIME || x->type == TYPE_TIMESPAN;
    if (time && r->type != TYPE_TIMESPAN) {
        struct diag *d = bind_error(b, DIAG_TYPE, r->span,
                                    "a %s is binned by a "
                                    "timespan, this is a %s",
                                    type_name(x->type), type_name(r->type));
        diag_hint(b->ds, d, "for example 1h, 1d");
        return ex_error(b, at);
    }
    if (!time && (!type_is_num(x->type) || !type_is_num(r->type))) {
        bind_error(b, DIAG_TYPE, at,
                   "bin takes numbers, datetimes and "
                   "timespans, not %s",
                   type_name(x->type));
        return ex_error(b, at);
    }
    if (x->type == TYPE_DATETIME && r->kind == EX_LITERAL && r->value.i > 0)
        return ex_call(b, x->type, "($1 - $1 % $2)", x, r, NULL);
    if (time)
        return ex_call(b, x->type, "k_bin($1, $2)", x, r, NULL);
    enum type t = common_type(x->type, r->type);
    if (t == TYPE_INT)
        t = TYPE_LONG;
    x = coerce(b, x, t == TYPE_DECIMAL ? TYPE_REAL : t);
    r = coerce(b, r, t == TYPE_DECIMAL ? TYPE_REAL : t);
    struct expr *e = t == TYPE_LONG
                       ? ex_call(b, t, "k_bin($1, $2)", x, r, NULL)
                       : ex_call(b, TYPE_REAL,
                                 "(floor($1 / nullif($2, 0)) * $2)", x, r,
                                 NULL);
    e->has_null = true;
    return t == TYPE_DECIMAL ? coerce(b, e, t) : e;
}

static struct expr *bind_bin(struct binder *b, const struct ast *call,
                             struct expr **args, size_t n)
{
    struct span at = call ? call->span : args[0]->span;
    return bin(b, at, args[0], n > 1 ? args[1] : ex_long(b, 1));
}

/* bin_at(x, r, anchor) = anchor + bin(x - anchor, r) */
static struct expr *bind_bin_at(struct binder *b, const struct ast *call,
                                struct expr **args, size_t n)
{
    struct span at = call ? call->span : args[0]->span;
    (void)n;
    struct expr *d = bind_binary(b, S("-"), at, args[0], args[2]);
    return bind_binary(b, S("+"), at, args[2], bin(b, at, d, args[1]));
}

/* ---- time ---- */

static struct expr *bind_now(struct binder *b, const struct ast *call,
                             struct expr **args, size_t n)
{
    struct value v = { .type = TYPE_DATETIME, .i = b->now };
    struct expr *now = ex_literal(b, v, call->span);
    return n ? bind_binary(b, S("+"), call->span, now, args[0]) : now;
}

static struct expr *bind_ago(struct binder *b, const struct ast *call,
                             struct expr **args, size_t n)
{
    (void)n;
    struct value v = { .type = TYPE_DATETIME, .i = b->now };
    return bind_binary(b, S("-"), call->span, ex_literal(b, v, call->span),
                       args[0]);
}

/* ---- text and packing ---- */

static struct expr *bind_strcat(struct binder *b, const struct ast *call,
                                struct expr **args, size_t n)
{
    (void)call;
    for (size_t i = 0; i < n; i++)
        args[i] = coerce(b, args[i], TYPE_STRING);
    return ex_calln(b, TYPE_STRING, "concat($*)", args, n);
}

static struct expr *bind_strcat_delim(struct binder *b, const struct ast *call,
                                      struct expr **args, size_t n)
{
    (void)call;
    for (size_t i = 0; i < n; i++)
        args[i] = coerce(b, args[i], TYPE_STRING);
    return ex_calln(b, TYPE_STRING, "concat_ws($*)", args, n);
}

static struct expr *as_dynamic(struct binder *b, struct expr *e)
{
    return coerce(b, e, TYPE_DYNAMIC);
}

static struct expr *bind_pack_array(struct binder *b, const struct ast *call,
                                    struct expr **args, size_t n)
{
    if (call && n == 1 && call->kid && call->kid->kind == AST_STAR)
        n = 0;
    for (size_t i = 0; i < n; i++)
        args[i] = as_dynamic(b, args[i]);
    struct expr *e = bind_call_args(b, S("k_pack_array"),
                                    call ? call->span : NO_SPAN, NULL, args, n);
    e->has_null = false;
    return e;
}

static struct expr *pack_bag(struct binder *b, const char *func, struct span at,
                             struct expr **args, size_t n)
{
    if (n % 2) {
        bind_error(b, DIAG_ARGUMENTS, at, "keys and values come in pairs");
        return ex_error(b, at);
    }
    for (size_t i = 0; i < n; i++)
        args[i] =
            as_dynamic(b, i % 2 ? args[i] : coerce(b, args[i], TYPE_STRING));
    struct expr *e = bind_call_args(b, str_of(func), at, NULL, args, n);
    e->has_null = false;
    return e;
}

static struct expr *bind_bag_pack(struct binder *b, const struct ast *call,
                                  struct expr **args, size_t n)
{
    return pack_bag(b, "k_bag", call ? call->span : NO_SPAN, args, n);
}

static struct expr *bind_bag_pack_nonempty(struct binder *b,
                                           const struct ast *call,
                                           struct expr **args, size_t n)
{
    return pack_bag(b, "k_bag_nonempty", call ? call->span : NO_SPAN, args, n);
}

static struct expr *bind_bag_pack_columns(struct binder *b,
                                          const struct ast *call,
                                          struct expr **args, size_t n)
{
    struct expr **pairs = arena_array(b->arena, 2 * n, sizeof *pairs);
    const struct ast *k = call->kid;
    for (size_t i = 0; i < n; i++, k = k->next) {
        pairs[2 * i] = ex_string(b, auto_name(b, k));
        pairs[2 * i + 1] = args[i];
    }
    return pack_bag(b, "k_bag", call->span, pairs, 2 * n);
}

static struct expr *bind_gettype(struct binder *b, const struct ast *call,
                                 struct expr **args, size_t n)
{
    (void)n;
    if (args[0]->type == TYPE_DYNAMIC)
        return ex_func(b, "k_gettype", call->span, args[0], NULL);
    return ex_string(b, str_of(type_name(args[0]->type)));
}

static struct expr *bind_extreme(struct binder *b, const char *sql,
                                 struct expr **args, size_t n)
{
    enum type t = TYPE_ERROR;
    for (size_t i = 0; i < n; i++)
        t = unify(b, t, args[i]);
    for (size_t i = 0; i < n; i++)
        args[i] = coerce(b, args[i], t);
    return ex_calln(b, t, sql, args, n);
}

static struct expr *bind_max_of(struct binder *b, const struct ast *call,
                                struct expr **args, size_t n)
{
    (void)call;
    return bind_extreme(b, "greatest($*)", args, n);
}

static struct expr *bind_min_of(struct binder *b, const struct ast *call,
                                struct expr **args, size_t n)
{
    (void)call;
    return bind_extreme(b, "least($*)", args, n);
}

/* extract(regex, group, text [, typeof(T)]) */
static struct expr *bind_extract_typed(struct binder *b, const struct ast *call,
                                       struct expr **args, size_t n)
{
    enum type t = TYPE_STRING;
    if (args[3]->kind != EX_LITERAL || !type_from_name(args[3]->value.s, &t)) {
        bind_error(b, DIAG_ARGUMENTS, args[3]->span, "expected typeof(type)");
        return ex_error(b, call->span);
    }
    (void)n;
    struct expr *e =
        ex_func(b, "extract", call->span, args[0], args[1], args[2], NULL);
    return t == TYPE_DYNAMIC ? ex_func(b, "parse_json", call->span, e, NULL)
                             : coerce(b, e, t);
}

/* Whether the group that opens at re.p[i] captures; its name, if it has one. */
static bool captures(str re, size_t i, str *name)
{
    str rest = str_sub(re, i + 1, re.n);
    *name = S("");
    if (!str_starts(rest, S("?")))
        return true;
    size_t skip = str_starts(rest, S("?P<"))                         ? 3
                  : str_starts(rest, S("?<")) || str_starts(rest, S("?'")) ? 2
                                                                     : 0;
    if (skip == 0 || (rest.n > 2 && (rest.p[2] == '=' || rest.p[2] == '!')))
        return false;
    str word = str_sub(rest, skip, rest.n);
    ptrdiff_t end = str_find_char(word, rest.p[skip - 1] == '<' ? '>' : '\'');
    *name = str_sub(word, 0, end < 0 ? 0 : (size_t)end);
    return true;
}

/* The number of a pattern's group of that name; 0 when there is none. */
static size_t find_group(str re, str wanted)
{
    size_t n = 0;
    bool in_class = false;
    str name;
    for (size_t i = 0; i < re.n; i++) {
        char c = re.p[i];
        if (c == '\\')
            i++;
        else if (in_class)
            in_class = c != ']';
        else if (c == '[')
            in_class = true;
        else if (c == '(' && captures(re, i, &name) && ++n &&
                 str_eq(name, wanted))
            return n;
    }
    return 0;
}

enum { MAX_GROUPS = 16 };

/* The groups that a list of numbers and names asks for. Their count; 0 after
 * an error was reported. */
static size_t wanted_groups(struct binder *b, const struct expr *list, str re,
                            size_t *groups)
{
    size_t n = 0, most = (size_t)regex_group_count(re);
    struct json_iter it;
    str item;
    if (list->kind != EX_LITERAL || !json_iter_init(&it, list->value.s) ||
        it.object) {
        bind_error(b, DIAG_NOT_CONSTANT, list->span,
                   "the groups of extract_all are a literal list: "
                   "dynamic([1, \"name\"])");
        return 0;
    }
    while (n < MAX_GROUPS && json_next(&it, NULL, &item)) {
        bool named = json_kind(item) == JSON_STRING;
        size_t g = named ? find_group(re, str_sub(item, 1, item.n - 1)) : 0;
        for (size_t i = 0; !named && i < item.n && g <= most; i++)
            g = item.p[i] >= '0' && item.p[i] <= '9'
                  ? g * 10 + (size_t)(item.p[i] - '0')
                  : most + 1;
        if (g == 0 || g > most) {
            bind_error(b, DIAG_ARGUMENTS, list->span,
                       "the pattern has no group %.*s", STRF(item));
            return 0;
        }
        groups[n++] = g;
    }
    if (n == 0)
        bind_error(b, DIAG_ARGUMENTS, list->span, "no group is wanted");
    return n;
}

/* All groups of a pattern. Their count; 0 after an error was reported. */
static size_t all_groups(struct binder *b, const struct expr *re,
                         size_t *groups)
{
    size_t n = (size_t)regex_group_count(re->value.s);
    if (n == 0 || n > MAX_GROUPS) {
        bind_error(b, DIAG_REGEX, re->span,
                   "extract_all needs a pattern with "
                   "one to %d groups in parentheses, this has %zu",
                   MAX_GROUPS, n);
        return 0;
    }
    for (size_t g = 0; g < n; g++)
        groups[g] = g + 1;
    return n;
}

/* One group gives texts, several give arrays; no match gives null. */
static const char *extract_all_sql(struct arena *a, const size_t *groups,
                                   size_t n)
{
    struct buf sql;
    buf_init(&sql, 8192);
    if (n == 1) {
        buf_addf(&sql,
                 "nullif(CAST(to_json(regexp_extract_all($1, kre($2), %zu)) "
                 "AS VARCHAR), '[]')",
                 groups[0]);
    } else {
        buf_adds(&sql, "nullif(CAST(to_json(list_transform(generate_series(1, "
                       "len(regexp_extract_all($1, kre($2), 1))), lambda i: [");
        for (size_t g = 0; g < n; g++)
            buf_addf(&sql, "%sregexp_extract_all($1, kre($2), %zu)[i]",
                     g ? ", " : "", groups[g]);
        buf_adds(&sql, "])) AS VARCHAR), '[]')");
    }
    buf_addc(&sql, 0);
    const char *z = buf_take(&sql, a).p;
    buf_release(&sql);
    return z;
}

/* extract_all(regex [, groups], text) */
static struct expr *bind_extract_all(struct binder *b, const struct ast *call,
                                     struct expr **args, size_t n)
{
    struct expr *re = args[0], *text = coerce(b, args[n - 1], TYPE_STRING);
    size_t groups[MAX_GROUPS];
    if (re->kind != EX_LITERAL || re->type != TYPE_STRING) {
        bind_error(b, DIAG_NOT_CONSTANT, re->span,
                   "the pattern of extract_all "
                   "must be a literal");
        return ex_error(b, call->span);
    }
    size_t ngroups = n > 2 ? wanted_groups(b, args[1], re->value.s, groups)
                           : all_groups(b, re, groups);
    if (ngroups == 0)
        return ex_error(b, call->span);
    check_regex(b, re);
    struct expr *e =
        ex_call(b, TYPE_DYNAMIC, extract_all_sql(b->arena, groups, ngroups),
                text, re, NULL);
    e->has_null = true;
    return e;
}

#define HOOK(nm, par, hook, use, sum, ex)                                      \
    {                                                                          \
        .name = nm, .params = par, .bind = hook, .usage = use, .summary = sum, \
        .example = ex                                                          \
    }
const struct lang_func funcs_core[] = {
    { .name = "iff",
      .params = "bool, same, same",
      .ret = RET_SAME,
      .sql = "(CASE WHEN $1 THEN $2 ELSE $3 END)",
      .usage = "iff(condition, then, else)",
      .summary = "One of two values; a null condition takes the second.",
      .example = "print iff(1 < 2, \"yes\", \"no\")" },
    { .name = "iif",
      .params = "bool, same, same",
      .ret = RET_SAME,
      .sql = "(CASE WHEN $1 THEN $2 ELSE $3 END)",
      .usage = "iif(condition, then, else)",
      .summary = "The same as iff.",
      .example = "print iif(1 > 2, 10, 20)" },
    HOOK("case", "any*", bind_case, "case(condition, value, …, otherwise)",
         "The value of the first condition that holds.",
         "print case(5 > 7, \"big\", 5 > 3, \"middle\", \"small\")"),
    HOOK("coalesce", "any, any*", bind_coalesce, "coalesce(a, b, …)",
         "The first value that is not null (for strings: not empty).",
         "print coalesce(\"\", \"second\")"),
    { .name = "not",
      .params = "bool",
      .ret = TYPE_BOOL,
      .sql = "(NOT $1)",
      .usage = "not(condition)",
      .summary = "The opposite; null stays null.",
      .example = "print not(1 > 2)" },
    HOOK("isnull", "any", bind_isnull, "isnull(x)",
         "Whether a value is null. A string never is.",
         "print isnull(long(null))"),
    HOOK("isnotnull", "any", bind_isnotnull, "isnotnull(x)",
         "Whether a value is not null.", "print isnotnull(5)"),
    HOOK("notnull", "any", bind_isnotnull, "notnull(x)",
         "The same as isnotnull.", "print notnull(5)"),
    HOOK("isempty", "any", bind_isempty, "isempty(x)",
         "Whether a value is null or the empty string.", "print isempty(\"\")"),
    HOOK("isnotempty", "any", bind_isnotempty, "isnotempty(x)",
         "Whether a value is neither null nor the empty string.",
         "print isnotempty(\"a\")"),
    HOOK("notempty", "any", bind_isnotempty, "notempty(x)",
         "The same as isnotempty.", "print notempty(\"a\")"),
    HOOK("bin", "any, any", bind_bin, "bin(value, size)",
         "Rounds down to a multiple of size; datetimes by a timespan.",
         "print bin(datetime(2024-05-01 10:42), 1h)"),
    HOOK("floor", "any, any?", bind_bin, "floor(value, size)",
         "The same as bin.", "print floor(7.9, 2)"),
    HOOK("bin_at", "any, any, any", bind_bin_at,
         "bin_at(value, size, fixed_point)",
         "Rounds down to bins of which one starts at fixed_point.",
         "print bin_at(6.5, 2.5, 7)"),
    HOOK("now", "timespan?", bind_now, "now([offset])",
         "The time at which the cell started, the same in all its rows.",
         "print now() - now(-1d)"),
    HOOK("ago", "timespan", bind_ago, "ago(timespan)",
         "The time of the cell's start less a timespan.",
         "print ago(1h) < now()"),
    HOOK("strcat", "any, any*", bind_strcat, "strcat(a, b, …)",
         "Joins values as text.", "print strcat(\"pid \", 4711)"),
    HOOK("strcat_delim", "any, any, any*", bind_strcat_delim,
         "strcat_delim(delimiter, a, b, …)",
         "Joins values as text with a delimiter between them.",
         "print strcat_delim(\"-\", 1, \"a\", true)"),
    HOOK("pack_array", "any*", bind_pack_array, "pack_array(a, b, …)",
         "A dynamic array of the arguments.",
         "print pack_array(1, \"a\", null)"),
    HOOK("bag_pack", "any*", bind_bag_pack, "bag_pack(key, value, …)",
         "A property bag of alternating keys and values.",
         "print bag_pack(\"pid\", 4, \"name\", \"System\")"),
    HOOK("pack", "any*", bind_bag_pack, "pack(key, value, …)",
         "The same as bag_pack.", "print pack(\"a\", 1)"),
    HOOK("pack_dictionary", "any*", bind_bag_pack,
         "pack_dictionary(key, value, …)", "The same as bag_pack.",
         "print pack_dictionary(\"a\", 1)"),
    { .name = "bag_pack_nonempty",
      .params = "any*",
      .flags = FN_HIDDEN,
      .bind = bind_bag_pack_nonempty },
    HOOK("bag_pack_columns", "any*", bind_bag_pack_columns,
         "bag_pack_columns(column, …)",
         "A property bag of columns under their own names.",
         "print a = 1, b = \"x\" | extend bag = bag_pack_columns(a, b)"),
    HOOK("gettype", "any", bind_gettype, "gettype(x)",
         "The name of a value's type at run time.",
         "print gettype(dynamic([1]))"),
    HOOK("max_of", "any, any*", bind_max_of, "max_of(a, b, …)",
         "The largest argument.", "print max_of(1, 5, 3)"),
    HOOK("min_of", "any, any*", bind_min_of, "min_of(a, b, …)",
         "The smallest argument.", "print min_of(4, 2, 9)"),
    { .name = "extract",
      .params = "string, long, string, string",
      .bind = bind_extract_typed,
      .flags = FN_HIDDEN },
    HOOK("extract_all", "string, string", bind_extract_all,
         "extract_all(regex [, groups], text)",
         "All matches of a pattern: the text of its group, or an array of its "
         "groups, for each; null when nothing matches.",
         "print extract_all(@\"(\\d+)\", \"a1 b22\")"),
    { .name = "extract_all",
      .params = "string, dynamic, string",
      .bind = bind_extract_all,
      .flags = FN_HIDDEN },
    HOOK("extractall", "string, string", bind_extract_all,
         "extractall(regex, text)", "The same as extract_all.",
         "print extractall(@\"(\\d+)\", \"a1 b22\")"),
};
const size_t nfuncs_core = sizeof funcs_core / sizeof *funcs_core;
