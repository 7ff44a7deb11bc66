/* op_join.c - `T | join kind=… (U) on key`: rows that match, side by side. */
#include "join.h"
#include "syntax/canon.h"

static const struct {
    const char *name;
    enum join_kind kind;
} kinds[] = {
    { "innerunique", JOIN_INNERUNIQUE }, { "inner", JOIN_INNER },
    { "leftouter", JOIN_LEFTOUTER },     { "rightouter", JOIN_RIGHTOUTER },
    { "fullouter", JOIN_FULLOUTER },     { "outer", JOIN_FULLOUTER },
    { "leftsemi", JOIN_LEFTSEMI },       { "rightsemi", JOIN_RIGHTSEMI },
    { "leftanti", JOIN_LEFTANTI },       { "rightanti", JOIN_RIGHTANTI },
    { "anti", JOIN_LEFTANTI },           { "leftantisemi", JOIN_LEFTANTI },
    { "rightantisemi", JOIN_RIGHTANTI },
};

static struct node *join_bind(struct binder *b, const struct ast *op,
                              struct node *in)
{
    str name = option_text(op, "kind");
    str names[sizeof kinds / sizeof *kinds];
    if (name.n == 0)
        return bind_join(b, op, in, JOIN_INNERUNIQUE, false);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        names[i] = str_of(kinds[i].name);
        if (str_eq(name, names[i]))
            return bind_join(b, op, in, kinds[i].kind, false);
    }
    struct diag *d = bind_error(b, DIAG_OPTION, op->span,
                                "unknown join kind '%.*s'", STRF(name));
    str near = diag_nearest(name, names, sizeof kinds / sizeof *kinds);
    diag_hint(b->ds, d,
              near.n ? "did you mean '%.*s'?"
                     : "inner, leftouter, "
                       "leftanti, leftsemi, innerunique, …",
              STRF(near));
    return NULL;
}



const struct lang_op op_join = {
    .name = "join",
    .usage = "T | join kind=inner (U | …) on Key, $left.A == $right.B",
    .summary = "Puts matching rows of two tables side by side. The default "
               "kind, innerunique, keeps one left row per key.",
    .example = "datatable(k:long, a:string)[1, \"x\"] | join kind=inner "
               "(datatable(k:long, b:string)[1, \"y\"]) on k",
    .parse = join_parse,
    .print = join_print,
    .bind = join_bind,
};
