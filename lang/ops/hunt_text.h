/* hunt_text.h - what operators over texts share: `| op Columns [by Columns]`.
 *
 * Called by: op_iocs.c, op_decode.c, op_sweep.c.
 * The texts are the first columns of the step's input, the columns of `by`
 * follow and are carried along: nothing else is computed. */
#ifndef OPS_HUNT_TEXT_H
#define OPS_HUNT_TEXT_H

#include "analytics/extract.h"
#include "hunt.h"

/* column, … or * or nothing (all texts); then `by column, …`. */
void hunt_parse_texts(struct parser *p, struct ast *op);

/* A PROJECT over b->row: the texts, then what is carried. NULL: reported, or
 * the table is open. */
struct node *hunt_texts(struct binder *b, const struct ast *op,
                        size_t *ntexts);
/* The native step over such a PROJECT; without columns yet. */
struct node *hunt_step(struct binder *b, const struct ast *op,
                       struct node *texts, const void *args);
/* Adds the step's own columns and then the carried ones. */
void hunt_own(struct binder *b, struct node *n, size_t ntexts,
              const struct extract_col *cols, size_t ncols);

/* For an operator that is a function of one text: appends FUNCTION_Column for
 * each column, or with (replace = true) puts the result in its place. */
struct node *hunt_map(struct binder *b, const struct ast *op, struct node *in,
                      const char *function);

#endif
