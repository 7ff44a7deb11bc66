/* rows_check.h - a sink that checks every row that a reader hands on.
 *
 * Included by: fuzz_hits.c, fuzz_splunk.c, fuzz_clickhouse.c, fuzz_copy.c.
 * Stored texts must be valid UTF-8, every dynamic in the one stored spelling,
 * and a row's contents are summed up so that two readings can be compared. */
#ifndef FUZZ_ROWS_CHECK_H
#define FUZZ_ROWS_CHECK_H

#include <assert.h>
#include <stdint.h>

#include "base/json_text.h"
#include "base/json_write.h"
#include "base/utf8.h"
#include "registry/source.h"

struct rows_seen {
    struct row_sink sink;
    uint64_t nrows, sum, nrejects;
};

static inline void see_cell(struct rows_seen *seen, const struct column *c,
                            size_t row)
{
    struct buf b;
    uint64_t v = 7;
    if (c->null && c->null[row]) {
        v = 3;
    } else if (type_is_text(c->type)) {
        str s = c->s[row];
        assert(utf8_valid(s));
        v = str_hash(s);
        if (c->type == TYPE_DYNAMIC) {
            buf_init(&b, 64u << 20);
            assert(json_compact(&b, s, JSON_MAX_DEPTH, NULL));
            assert(str_eq(buf_str(&b), s));
            buf_release(&b);
        }
    } else {
        memcpy(&v, &c->i[row], sizeof v);
    }
    seen->sum = (seen->sum ^ v) * 1099511628211u;
}

static inline enum status see_rows(void *ctx, unsigned part,
                                   const struct frame *rows)
{
    struct rows_seen *seen = ctx;
    (void)part;
    for (size_t r = 0; r < rows->nrows; r++)
        for (size_t c = 0; c < rows->ncols; c++)
            see_cell(seen, &rows->cols[c], r);
    seen->nrows += rows->nrows;
    return ST_OK;
}

static inline void see_reject(void *ctx, unsigned part, const struct reject *r)
{
    struct rows_seen *seen = ctx;
    (void)part;
    assert(r->reason.n);
    seen->nrejects++;
}

static inline void see_incomplete(void *ctx, enum completeness how, str why)
{
    (void)ctx;
    assert(how != COMPLETE && why.n);
}

static inline void rows_seen_init(struct rows_seen *seen)
{
    *seen = (struct rows_seen){
        .sink = { seen, see_rows, see_reject, see_incomplete },
    };
}

#endif
