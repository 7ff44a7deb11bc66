/* summarize.h - building an AGGREGATE node: summarize, make-series, top-nested.
 */
#ifndef OPS_SUMMARIZE_H
#define OPS_SUMMARIZE_H

#include "bind/bind.h"

struct summary {
    struct node *agg; /* AGGREGATE */
    struct node *out; /* PROJECT over it: the columns in order */
};

void summary_init(struct binder *b, struct summary *s, const struct ast *op);
void summary_key(struct binder *b, struct summary *s, str name, struct expr *e);
/* One item after `by`: an expression, named or not. False: reported. */
bool summary_by(struct binder *b, struct summary *s, const struct ast *key,
                unsigned *counter);
/* One item of the list: name = aggregate(…), an expression of aggregates, or
 * an aggregate that fills several columns. False: reported. */
bool summary_add(struct binder *b, struct summary *s, const struct ast *item,
                 unsigned *counter);
/* Computes an aggregate; what is made of it, and its place in the output, is
 * the caller's. */
struct expr *summary_aggregate(struct binder *b, struct summary *s,
                               struct expr *e);
void summary_out(struct binder *b, struct summary *s, str name,
                 struct expr *e);
/* percentiles(x, p, …) and its relatives; *known is cleared when the call is
 * none of them (percentiles.c). `given` is the name of the column, or "". */
bool summary_percentiles(struct binder *b, struct summary *s, str given,
                         const struct ast *call, bool *known);
struct node *summary_end(struct binder *b, struct summary *s, struct node *in);

#endif
