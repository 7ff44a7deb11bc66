/* func.h - the contract of a scalar function, and of an aggregate.
 *
 * A function is one row: words, signature and either an SQL template or a C
 * row function. The binder picks the first row of the name whose parameters
 * take the arguments; reference pages, Tab and Shift-Tab read the words. */
#ifndef REGISTRY_FUNC_H
#define REGISTRY_FUNC_H

#include "base/arena.h"
#include "base/type.h"

struct binder;
struct expr;
struct ast;

/* What a C function sees of its surroundings. One per thread and call site. */
struct fn_ctx {
    struct arena *tmp;  /* results may point here; reset after each chunk */
    struct arena *keep; /* lives as long as the call site: compiled patterns */
    void *cache;        /* the function's own, NULL at first, e.g. in keep */
    str error;          /* set by fn_fail: the query stops with it */
};

__attribute__((format(printf, 2, 3))) void fn_fail(struct fn_ctx *cx,
                                                   const char *fmt, ...);

/* One row. `out` comes preset: type = the declared result, null = true (for a
 * string: "" and not null). Arguments have the declared parameter types.
 * Without FN_NULLS the engine answers null (string: "") itself when a
 * non-string argument is null, and the function never sees one. Must be pure.
 */
typedef void fn_row(struct fn_ctx *cx, const struct value *in, size_t nin,
                    struct value *out);

enum fn_flags {
    FN_NULLS = 1,    /* sees null arguments */
    FN_VOLATILE = 2, /* another answer each time: rand, new_guid */
    FN_HIDDEN = 4,   /* no page, no completion: deprecated spelling, internal */
    FN_SQLNULL = 8,  /* template may give NULL for a string: wrap in coalesce */
    FN_MAYNULL = 16, /* may be null though no argument is */
    FN_HUNTING = 64, /* Shikra's own, not KQL's: no service knows it */
    FN_PERCENT = 32, /* the last argument is a literal from 0 to 100 */
    FN_WORDS = 128,  /* fails for some texts: the binder tries the literals */
};

/* Result types beyond the fixed ones. */
enum fn_ret {
    RET_ARG1 = NTYPES + 1, /* type of the first argument */
    RET_SAME,              /* common type of the arguments marked `same` */
};

struct lang_func {
    const char *name;
    const char *params; /* "string, long?, any*": '?' optional, '*' repeats.
                           words: KQL types, any, num (int..decimal), scalar
                           (any but dynamic), time (datetime or timespan),
                           same (all such arguments take their common type) */
    int ret;            /* enum type or enum fn_ret */
    const char *sql;    /* template: $1 … $9, $* all with commas; or NULL */
    fn_row *row;        /* C function; or NULL */
    unsigned flags;
    const char *usage, *summary, *example;
    const char *members; /* a function with several results, which it gives as
                            one array: "min:real, at:long", the columns that a
                            call of its own becomes (lang/ops/assign.c);
                            "*_sorted:dynamic" is one for each argument */
    const char *sql_name; /* of a C row in SQL; filled in by the registry */
    const char *family;   /* the file's fn_NAME; filled in by the registry */
    /* Binds a call by itself (special forms); MAY be NULL. Answers NULL after
     * it reported an error. */
    struct expr *(*bind)(struct binder *b, const struct ast *call,
                         struct expr **args, size_t nargs);
};

#endif
