/* proctree_frame.h - the process tree of a table, as columns of the table.
 *
 * Called by: the operators `proctree`, `ancestors`, `descendants`.
 * Gives:     for every row of the input, in its order, eight more columns:
 *
 *   ProcessKey  string  "host|number|start in ticks", or the GUID as logged
 *   ParentKey   string  the parent's ProcessKey; "" for a root
 *   RootKey     string  ProcessKey at the top of the tree
 *   Depth       long    0 for a root
 *   Path        string  names from the root down, joined by " > "
 *   ChildCount  long    direct children among the rows
 *   ProcName    string  name of the program without its folder
 *   TreeFlags   string  words joined by ',': root, inferred, ambiguous, cycle,
 *                       self, duplicate, notime (enum proctree_flag)
 *
 * A row that starts no process keeps its place; its texts are empty, its
 * numbers null. A parent that is not among the rows still is the root of its
 * tree: its key ends in the start time where the log knows that, else in '?'
 * and the name; its children have depth 1 and the flag `inferred`.
 * A Path longer than 512 bytes loses its beginning and starts with "… > ". */
#ifndef ANALYTICS_PROCTREE_FRAME_H
#define ANALYTICS_PROCTREE_FRAME_H

#include "base/frame.h"
#include "proctree.h"
#include "proctree_schema.h"

enum { PROCTREE_NCOLS = 8 };

struct proctree_col {
    str name;
    enum type type;
};

/* The columns of proctree_run's result: those of the table, then the eight; a
 * name that is taken gets the suffix 1 (or the next free number). `out` has
 * room for t->ncols + PROCTREE_NCOLS; new names live in `a`. Fails as
 * proctree_choose does. */
NODISCARD enum status proctree_cols(struct arena *a,
                                    const struct proctree_table *t,
                                    const struct proctree_opts *o,
                                    struct proctree_col *out,
                                    struct diags *ds);

/* A new frame of all columns of `in` (copied) and the eight. */
NODISCARD enum status proctree_run(const struct frame *in,
                                   const struct proctree_opts *o,
                                   struct frame **out, struct diags *ds,
                                   const atomic_bool *cancel);

/* The same without the columns of `in`: for a caller that can join by row. */
NODISCARD enum status proctree_annotate(const struct frame *in,
                                        const struct proctree_opts *o,
                                        struct frame **out, struct diags *ds,
                                        const atomic_bool *cancel);

/* Which rows of an annotated frame are related to some of them. */
struct proctree_relation {
    str key_column, parent_column;   /* "": ProcessKey, ParentKey */
    const bool *seed;                /* rows to start from; MAY be NULL */
    str key;                         /* or a ProcessKey; "" */
    enum proctree_direction direction;
    uint32_t levels;                 /* 0: no limit */
    struct span span;                /* for messages */
};

/* out[row] for each row of `in`: true for the seeds and what is related to
 * them. Rows of one key go together; unseen parents connect nothing upwards,
 * but their key is a good start. ST_USER: a key column is missing. */
NODISCARD enum status proctree_related(const struct frame *in,
                                       const struct proctree_relation *rel,
                                       bool *out, struct diags *ds);

#endif
