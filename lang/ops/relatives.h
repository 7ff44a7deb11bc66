/* relatives.h - what `ancestors` and `descendants` share: rows of a process
 * tree that are related to some of them. */
#ifndef OPS_RELATIVES_H
#define OPS_RELATIVES_H

#include "analytics/proctree_frame.h"
#include "hunt.h"

/* [LEVELS] of CONDITION */
void relatives_parse(struct parser *p, struct ast *op);
struct node *relatives_bind(struct binder *b, const struct ast *op,
                            struct node *in, enum proctree_direction direction);
enum status relatives_step(const struct frame *in, const void *args,
                           struct frame **out, const atomic_bool *cancel,
                           struct diags *ds);
void relatives_print(struct canon *c, const struct ast *op);

#endif
