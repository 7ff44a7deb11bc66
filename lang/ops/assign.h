/* assign.h - what extend, project, print and serialize have in common. */
#ifndef OPS_ASSIGN_H
#define OPS_ASSIGN_H

#include "bind/bind.h"

enum assign_how {
    ASSIGN_EXTEND,  /* keep all columns, replace those of the same name */
    ASSIGN_PROJECT, /* only these */
    ASSIGN_PRINT,   /* only these, unnamed ones are print_N */
};

/* Binds the children of `op` (named or bare expressions) over b->row. */
struct node *bind_assignments(struct binder *b, const struct ast *op,
                              struct node *in, enum assign_how how);

#endif
