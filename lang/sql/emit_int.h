/* emit_int.h - what writing nodes and writing expressions share. */
#ifndef SQL_EMIT_INT_H
#define SQL_EMIT_INT_H

#include "plan/node_map.h"
#include "plan/used.h"

/* Where a WITH clause is being written. */
struct with {
    struct buf *out;
    size_t n;             /* tables in it */
    struct node_map done; /* to the numbers of the tables in it */
};

struct emitter {
    struct arena *arena;
    struct with *with, *top; /* of a branch of a union, of the statement */
    unsigned ctes;
    struct node_map few;     /* nodes with few rows, all of them literal */
    bool in_filter; /* null and false are the same here */
    struct used used;
};

/* Writes the table of a node unless it is there already; its number. */
unsigned emit_node(struct emitter *e, const struct node *n);
void emit_expr(struct emitter *e, struct buf *b, const struct expr *x);
void emit_list(struct emitter *e, struct buf *b, struct expr **v, size_t n,
               const char *between);
/* A value after one that shows its type. */
void emit_next_value(struct buf *b, const struct value *v);

#endif
