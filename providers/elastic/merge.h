/* merge.h - groups that are one here and several there. */
#ifndef ELASTIC_MERGE_H
#define ELASTIC_MERGE_H

#include "elastic.h"
#include "providers/file/cell.h"

/* What one metric of a group comes to. */
struct es_tally {
    double v;  /* sum, smallest, largest */
    int64_t n; /* rows, or values */
};

enum es_merged { ES_ALONE, ES_MERGED, ES_MERGE_FULL };

struct es_merge;
struct es_merge *es_merge_new(const struct es_plan *p);
void es_merge_free(struct es_merge *m);
/* ES_MERGED: it is kept, copied. ES_ALONE: no other group can be the same. */
enum es_merged es_merge_add(struct es_merge *m, const struct cell *keys,
                            const struct es_tally *tallies);
/* The kept groups by number; false: there are no more. */
bool es_merge_get(const struct es_merge *m, size_t i, const struct cell **keys,
                  const struct es_tally **tallies);

#endif
