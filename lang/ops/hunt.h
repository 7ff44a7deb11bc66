/* hunt.h - what hunting operators share: `| op Columns [by Columns] [with …]`.
 *
 * Parsing, finding the columns, reading the options, and making the native
 * step. An expression may stand where a column does: it is computed as a
 * hidden column, which the operator's result no longer has. */
#ifndef OPS_HUNT_H
#define OPS_HUNT_H

#include "analytics/groups.h"
#include "bind/bind.h"
#include "syntax/parse.h"

/* -- parsing -- */
/* expr [, expr …], each may have a name; none when `stop` words or the end of
 * the operator come first. */
void hunt_parse_columns(struct parser *p, struct ast *parent);
/* by expr, …   as a clause; when present, or reported when `must`. */
void hunt_parse_by(struct parser *p, struct ast *op, bool must);
/* WORD expr    as a clause; when present. */
void hunt_parse_word(struct parser *p, struct ast *op, const char *word);

/* with (name = expr, …)   as AST_OPTIONs of a clause; when present. */
void hunt_parse_with(struct parser *p, struct ast *op);

/* -- columns of the input, as numbers of columns of the frame -- */
/* Binds the expressions in `list` (an operator or a clause; its clauses are
 * skipped; MAY be NULL). False: reported, or the table is open. */
bool hunt_columns(struct binder *b, const struct ast *list,
                  struct group_key *out);
/* Reports when column number `c` has none of these types (0-ended). */
bool hunt_type(struct binder *b, uint32_t c, const struct ast *at,
               const enum type *types);

enum { HUNT_NO_COLUMN = -1 };

/* The column of a time: given as option `time`, else the first of the usual
 * names, else the only datetime there is. False: reported. */
bool hunt_time(struct binder *b, const struct ast *op, int64_t *col);
/* The column of a time, of a host by the usual names, or HUNT_NO_COLUMN. */
int64_t hunt_usual_time(const struct binder *b);
int64_t hunt_usual_host(const struct binder *b);
/* The first of `names` (NULL-ended; case is ignored) that is a column of that
 * type, TYPE_ERROR: of any; else HUNT_NO_COLUMN. */
int64_t hunt_usual(const struct binder *b, const char *const *names,
                   enum type type);

/* -- options: with (name = value, …) -- */
enum hunt_kind {
    HUNT_LONG,   /* int64_t, within min … max */
    HUNT_REAL,   /* double, within min … max */
    HUNT_BOOL,   /* bool */
    HUNT_SPAN,   /* int64_t ticks, above 0; a number means seconds */
    HUNT_TEXT,   /* str */
    HUNT_COLUMN, /* int64_t: number of the column */
    HUNT_TEXTS,  /* struct value: a string, or a dynamic */
};

struct hunt_option {
    const char *name;
    enum hunt_kind kind;
    void *to; /* keeps its preset when the option is not given */
    double min, max;
};

/* False: reported. */
bool hunt_options(struct binder *b, const struct ast *op,
                  const struct hunt_option *o, size_t n);
/* The value of a timespan, above 0. */
bool hunt_span(struct binder *b, const struct ast *t, int64_t *ticks);

/* -- the node -- */
/* A HOST node over b->row with args; the caller adds what it computes. */
struct node *hunt_node(struct binder *b, const struct ast *op,
                       const void *args);
void hunt_add(struct binder *b, struct node *n, const char *name,
              enum type type);
/* For an operator that keeps its rows: adds the columns of the input first. */
struct node *hunt_annotate(struct binder *b, const struct ast *op,
                           const void *args);
/* For an operator that makes rows of its own: a HOST node over the columns
 * `keys` and after them number `time` alone, so that nothing else is fetched;
 * `keys` then count from 0. Its columns are the keys, called as in `list`. */
struct node *hunt_extract(struct binder *b, const struct ast *op,
                          const struct ast *list, struct group_key *keys,
                          int64_t time);
/* What bind gives when binding failed: the input, if its columns are not
 * known, so that what follows is still bound. */
struct node *hunt_fail(struct binder *b, const struct ast *op, struct node *in);

/* -- the step -- */
/* Reports more than `most` rows. */
NODISCARD enum status hunt_rows(const struct frame *in, size_t most,
                                const char *what, struct span at,
                                struct diags *ds);
/* Names and types of the columns after the first `from`; then cells. */
struct hunt_out {
    const char *name;
    enum type type;
};
struct frame *hunt_frame(const struct frame *in, const struct hunt_out *cols,
                         size_t n);

#endif
