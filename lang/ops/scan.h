/* scan.h - the program of a scan: what op_scan.c binds and scan_run.c runs.
 *
 * Parts of conditions and assignments that do not look at steps are computed
 * by the engine, as columns of the input. What is left is a small tree over
 * those columns and the state of the steps (docs/adr/0006). */
#ifndef OPS_SCAN_H
#define OPS_SCAN_H

#include "bind/bind.h"

enum scan_op {
    SCAN_CONST,  /* value */
    SCAN_INPUT,  /* column `a` of the input row */
    SCAN_STATE,  /* column `b` of step `a`: input columns, then declared */
    SCAN_ROW,    /* func over kids */
    SCAN_CAST,   /* to `type` */
    SCAN_TRY,    /* the same, null when it does not fit */
#define SCAN(id, sql) SCAN_##id,
#include "scan_ops.def"
#undef SCAN
};

struct scan_expr {
    enum scan_op op;
    enum type type;
    size_t a, b;
    struct value value;
    const struct lang_func *func;
    struct scan_expr **kids;
    size_t nkids;
    size_t site; /* SCAN_ROW: which call */
};

enum scan_output { SCAN_ALL, SCAN_LAST, SCAN_NONE };

struct scan_assign {
    size_t column; /* declared */
    struct scan_expr *e;
};

struct scan_step {
    str name;
    enum scan_output output;
    struct scan_expr *cond;
    LIST(struct scan_assign) assigns;
};

struct scan {
    struct span span;
    size_t nvisible; /* columns of the table; computed ones follow */
    size_t ndeclared;
    str *names; /* of the declared columns */
    struct value *defaults;
    size_t nsteps;
    struct scan_step *steps;
    str match_id; /* "" when not asked for */
    LIST(size_t) keys; /* input columns of `partition by` */
    size_t nsites;     /* calls of C functions */
};

/* -- scan_lower.c -- */
/* What the ids of bound columns stand for while expressions are lowered. */
struct scan_lower {
    struct binder *b;
    struct scan *scan;
    const struct node *pseudo; /* input columns, then those of each step */
    size_t ninput;             /* of them input columns */
    bool constant;             /* nothing is left to the engine */
    LIST(struct col) inputs;   /* what the step gets */
};
/* Whether it looks at a step, or at a column that the scan declares. */
bool scan_depends(const struct scan_lower *l, const struct expr *e);
/* NULL after reporting what cannot run. */
struct scan_expr *scan_lower(struct scan_lower *l, struct expr *e);

/* -- scan_sql.c: templates as trees -- */
/* NULL when the template has something that is not known here. */
struct scan_expr *scan_template(struct scan_lower *l, const char *sql,
                                struct scan_expr **args, size_t nargs);

/* -- scan_eval.c -- */
struct scan_record { /* a row that matched a step */
    int64_t row;           /* -1: none */
    struct value *declared;
};

struct scan_eval {
    const struct scan *scan;
    const struct frame *in; /* NULL for constants */
    size_t row;
    const struct scan_record *state; /* one a step */
    struct fn_ctx *sites;
    struct arena *tmp;
    str error; /* the first; "" when there is none */
};
struct value scan_value(struct scan_eval *e, const struct scan_expr *x);

/* -- scan_run.c -- */
enum status scan_rows(const struct frame *in, const void *args,
                      struct frame **out, const atomic_bool *cancel,
                      struct diags *ds);

#endif
