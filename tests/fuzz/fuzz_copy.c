/* fuzz_copy.c - any bytes as the messages of a binary COPY of PostgreSQL.
 *
 * The first two bytes of each message say how long it is. Holds that what is
 * not as described is refused with a sentence. The reader is a part of its
 * file only, so the file is taken in. */
#include "providers/postgresql/read.c"
#include "rows_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NKINDS = NPG_KINDS - 1 };

/* One column of each kind there is. */
static void make_columns(struct sql_col *cols, struct source_col *out)
{
    for (size_t i = 0; i < NKINDS; i++) {
        enum pg_kind k = (enum pg_kind)(i + 1);
        cols[i] = (struct sql_col){ .name = S("x"), .type = pg_kind_type(k),
                                    .kind = k };
        out[i] = (struct source_col){ S("x"), pg_kind_type(k) };
    }
}

static enum status take_messages(struct reading *r, str text)
{
    enum status st = ST_OK;
    while (st == ST_OK && text.n >= 2) {
        size_t n = (size_t)be(text.p, 2);
        text = str_sub(text, 2, text.n);
        str m = str_sub(text, 0, n);
        /* Of exactly its size, so that reading past its end is seen. */
        char *own = xmalloc(m.n + 1);
        if (m.n)
            memcpy(own, m.p, m.n);
        st = take_message(r, (str){ own, m.n });
        free(own);
        text = str_sub(text, n, text.n);
    }
    return st;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct diags ds;
    struct pg pg = { .remote.alias = S("p") };
    struct sql_col cols[NKINDS];
    struct source_col out[NKINDS];
    struct rows_seen seen;
    uint8_t widths[NKINDS];
    diags_init(&ds, a);
    rows_seen_init(&seen);
    make_columns(cols, out);
    struct pg_source s = { .pg = &pg, .cols = cols, .source.ncols = NKINDS,
                           .source.cols = out };
    struct reading r = { .s = &s, .ds = &ds, .widths = widths };
    for (size_t i = 0; i < NKINDS; i++)
        widths[i] = width_of(&cols[i]);
    row_writer_init(&r.rows, &seen.sink, 0, NKINDS, out);
    enum status st = take_messages(&r, (str){ (const char *)data, size });
    assert(row_writer_flush(&r.rows) == ST_OK);
    assert(st == ST_OK || (r.garbled && ds.nerrors == 1));
    row_writer_release(&r.rows);
    arena_free(a);
    return 0;
}
