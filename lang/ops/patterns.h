/* patterns.h - lists of column patterns: project-away, -keep, distinct *. */
#ifndef OPS_PATTERNS_H
#define OPS_PATTERNS_H

#include "bind/bind.h"
#include "syntax/parse.h"

void parse_patterns(struct parser *p, struct ast *op);
/* PROJECT of the columns that match any pattern (keep) or none. */
struct node *bind_patterns(struct binder *b, const struct ast *op,
                           struct node *in, bool keep);

#endif
