/* aggfn.h - the contract of an aggregation function in C.
 *
 * Aggregates that the engine lacks: sets, bags, sketches. Rows of aggs.def
 * call them by `name` in their templates. Every group of every thread has a
 * state of its own, so a function needs no locks; states of one group are
 * combined when the threads are done. */
#ifndef REGISTRY_AGGFN_H
#define REGISTRY_AGGFN_H

#include "func.h"

/* The first member of every state. */
struct agg_state {
    size_t held; /* bytes on the heap, kept up to date by the function: all
                    states of a statement together have a ceiling */
};

/* The context is as in a fn_row, but `keep` ends with the call and `cache` is
 * not kept. After fn_fail the statement stops and the states are released. */
struct lang_aggfn {
    const char *name;   /* in SQL: "k_agg_set" */
    const char *params; /* as in func.h, without `same` */
    int ret;            /* an enum type */
    size_t state_size;  /* bytes; a state begins zeroed, and does not move */
    /* Takes one row; values live as long as the call. Rows come in order
     * within a thread. Without FN_NULLS rows with a null argument are passed
     * over (a string is never null). */
    void (*step)(struct fn_ctx *cx, void *state, const struct value *in,
                 size_t nin);
    /* Adds what `from` has behind what is there; both have seen rows. `from`
     * is released next, so it may be robbed. */
    void (*combine)(struct fn_ctx *cx, void *into, void *from);
    /* `out` comes preset as in func.h and may point into the state, which is
     * all zero when there was no row. May be called again. */
    void (*finish)(struct fn_ctx *cx, void *state, struct value *out);
    void (*release)(void *state); /* frees what the state holds */
    unsigned flags;               /* FN_NULLS */
};

#endif
