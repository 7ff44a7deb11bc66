/* fn_near.c - around(), and bin_auto(), whose size is a setting.
 *
 * Called by: the binder; both are written with operators of the language. */
#include "bind/bind.h"
#include "funcs.h"

/* around(value, center, delta): center - delta <= value <= center + delta */
static struct expr *bind_around(struct binder *b, const struct ast *call,
                                struct expr **args, size_t n)
{
    struct span at = call->span;
    struct expr *low = bind_binary(b, S("-"), at, args[1], args[2]);
    struct expr *high = bind_binary(b, S("+"), at, args[1], args[2]);
    struct expr *above = bind_binary(b, S(">="), at, args[0], low);
    struct expr *below = bind_binary(b, S("<="), at, args[0], high);
    (void)n;
    if (above->kind == EX_ERROR || below->kind == EX_ERROR)
        return ex_error(b, at);
    return ex_call(b, TYPE_BOOL, "($1 AND $2)", above, below, NULL);
}

/* `set query_bin_auto_size = 1h` keeps its value under its name. */
static struct expr *setting(struct binder *b, const char *name)
{
    const struct let *l = scope_find(b->scope, str_of(name));
    return l && l->expr && l->expr->kind == EX_LITERAL ? l->expr : NULL;
}

static struct expr *bind_bin_auto(struct binder *b, const struct ast *call,
                                  struct expr **args, size_t n)
{
    struct expr *size = setting(b, "query_bin_auto_size");
    struct expr *from = setting(b, "query_bin_auto_at");
    (void)n;
    if (!size) {
        struct diag *d = bind_error(b, DIAG_ARGUMENTS, call->span,
                                    "bin_auto does not know the size");
        diag_hint(b->ds, d, "put set query_bin_auto_size = 1h; before the "
                            "query, or use bin(value, size)");
        return ex_error(b, call->span);
    }
    return from ? ex_func(b, "bin_at", call->span, args[0], size, from, NULL)
                : ex_func(b, "bin", call->span, args[0], size, NULL);
}

const struct lang_func funcs_near[] = {
    { .name = "around", .params = "any, any, any", .bind = bind_around,
      .usage = "around(value, center, delta)",
      .summary = "Whether a value is at most delta away from the center.",
      .example = "range x from 1 to 9 step 1 | where around(x, 5, 1)" },
    { .name = "bin_auto", .params = "any", .bind = bind_bin_auto,
      .usage = "bin_auto(value)",
      .summary = "bin_at with the size of set query_bin_auto_size and the "
                 "point of set query_bin_auto_at.",
      .example = "set query_bin_auto_size = 10;\nprint bin_auto(37)" },
};
const size_t nfuncs_near = sizeof funcs_near / sizeof *funcs_near;
