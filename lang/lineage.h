/* lineage.h - where rows come from, and what is missing of them. */
#ifndef LANG_LINEAGE_H
#define LANG_LINEAGE_H

#include "session.h"

enum {
    MAX_ORIGINS = 2000,      /* of a result; as many questions, at most */
    MAX_ORIGIN_TEXT = 16384, /* bytes of a question that are kept */
};

/* Of all sources under `n`: each origin and each note once. */
void lineage_add(struct lineage *x, struct node *n);
/* … of a frame; that fewer rows are in it than there are does not count. */
void lineage_add_frame(struct lineage *x, const struct frame *f);
/* Hands on what was found. A node or a table borrows it. */
void lineage_to_frame(const struct lineage *x, struct frame *f);
void lineage_to_node(const struct lineage *x, struct node *n);
void lineage_to_table(const struct lineage *x, struct table_info *t);

/* What was asked to fill a FETCH node. Before the question is sent; the number
 * of rows and whether they are all come later. */
struct origin lineage_origin(struct lang *l, const struct node *n);
/* "sentinel soc (workspace x): SecurityEvent, asked 2024-…", for people. */
void lineage_say(struct buf *b, const struct origin *o);
#endif
