/* tuple.h - calls of functions that have several results.
 *
 * Such a function gives one dynamic array; its row (registry/func.h, members)
 * says which columns the elements become when the call stands alone. */
#ifndef OPS_TUPLE_H
#define OPS_TUPLE_H

#include "bind/bind.h"

struct member {
    str name;         /* of the column when none is given; may be "" */
    struct expr *e;
};

struct members {
    struct member *v;
    size_t n;
};

/* The results of `call`, bound as `e`; none when the function has one result.
 * May put a projection under b->row, so that the function runs once however
 * many results are used. */
struct members tuple_members(struct binder *b, const struct ast *call,
                             struct expr *e);

#endif
