/* scan.h - the first of two looks at the data: columns, types, and where to
 * cut it into parts.
 *
 * Used by: file.c. Every byte is read and validated once, by all threads. */
#ifndef FILE_SCAN_H
#define FILE_SCAN_H

#include <stdatomic.h>

#include "base/diag.h"
#include "base/status.h"
#include "member.h"
#include "records.h"
#include "registry/source.h"
#include "schema.h"

/* The first record of a part. */
struct cut {
    size_t member;          /* the number of members: behind everything */
    uint64_t offset;
    enum doc_state state;   /* of a JSON document before the record */
    uint32_t indent;
};

struct scan {
    const struct member_list *members;
    unsigned nparts;
    bool infer;             /* columns are wanted, not only cuts */
    const atomic_bool *cancel;
    struct span span;       /* for messages */
};

/* Fills cuts[0 … nparts]; part k is everything from cuts[k] to cuts[k + 1].
 * With `infer` adds to `schema`, which may hold columns already. */
NODISCARD enum status scan_run(const struct scan *s, struct schema *schema,
                               struct cut *cuts, struct diags *ds);

/* Takes up `m` at a cut. */
void records_open_cut(struct records *r, const struct member *m,
                      const struct cut *c, uint64_t limit);
/* Says that reading failed or that the file shrank; NULL text: neither. */
const char *records_trouble(const struct records *r);

#endif
