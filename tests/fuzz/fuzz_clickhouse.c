/* fuzz_clickhouse.c - any bytes as the rows of ClickHouse.
 *
 * Holds that where an answer is cut into pieces makes no difference, and that
 * the text of an exception stays within its bounds. The reader is a part of
 * its file only, so the file is taken in. */
#include "providers/clickhouse/read.c"
#include "rows_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct source_col cols[] = {
    { { "i", 1 }, TYPE_LONG },   { { "s", 1 }, TYPE_STRING },
    { { "d", 1 }, TYPE_DYNAMIC }, { { "r", 1 }, TYPE_REAL },
    { { "t", 1 }, TYPE_DATETIME },
};
enum { NCOLS = sizeof cols / sizeof *cols };

static void take_all(struct rows_seen *seen, str text, size_t step,
                     struct buf *end)
{
    struct arena *a = arena_new();
    struct diags ds;
    struct ch ch = { .remote.alias = S("c"), .remote.where = S("c") };
    struct ch_source s = { .ch = &ch, .source.ncols = NCOLS,
                           .source.cols = cols };
    struct reading r = { .s = &s, .ds = &ds };
    struct http_reply head = { .status = 200 };
    enum status st = ST_OK;
    diags_init(&ds, a);
    rows_seen_init(seen);
    buf_init(&r.pending, MAX_PENDING);
    row_writer_init(&r.rows, &seen->sink, 0, NCOLS, cols);
    for (size_t i = 0; i < text.n && st == ST_OK; i += step)
        st = take_piece(&r, &head, str_sub(text, i, i + step));
    assert(st == ST_OK && row_writer_flush(&r.rows) == ST_OK);
    struct ch_error e = ch_error_of(buf_str(&r.pending));
    assert(e.text.n <= r.pending.n);
    buf_addf(end, "%d %.*s", e.code, STRF(r.failed ? S("") : e.text));
    row_writer_release(&r.rows);
    buf_release(&r.pending);
    arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rows_seen one, many;
    struct buf a, b;
    str text = { (const char *)data, size };
    buf_init(&a, 1 << 20);
    buf_init(&b, 1 << 20);
    take_all(&one, text, size ? size : 1, &a);
    take_all(&many, text, 3, &b);
    assert(one.nrows == many.nrows && one.sum == many.sum);
    assert(one.nrejects == many.nrejects);
    assert(str_eq(buf_str(&a), buf_str(&b)));
    buf_release(&a);
    buf_release(&b);
    return 0;
}
