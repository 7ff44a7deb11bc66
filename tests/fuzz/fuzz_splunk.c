/* fuzz_splunk.c - any bytes as the stream of a search of Splunk.
 *
 * Holds that where a stream is cut into pieces makes no difference. The reader
 * is a part of its file only, so the file is taken in. */
#include "providers/splunk/export.c"
#include "rows_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct source_col cols[] = {
    { { "_time", 5 }, TYPE_DATETIME }, { { "s", 1 }, TYPE_STRING },
    { { "d", 1 }, TYPE_DYNAMIC },
};
enum { NCOLS = sizeof cols / sizeof *cols };

/* What a stream came to, in one line. */
static void take_stream(struct rows_seen *seen, str text, size_t step,
                        struct buf *end)
{
    struct stream t = { .arena = arena_new() };
    struct http_reply head = { .status = 200 };
    rows_seen_init(seen);
    t.rows = sp_rows_new(NCOLS, cols, &seen->sink, NULL);
    t.messages.arena = t.arena;
    field_names_init(&t.none, t.arena);
    buf_init(&t.bytes, 2 * MAX_RECORD + (4 << 20));
    for (size_t i = 0; i < text.n && t.st == ST_OK; i += step)
        (void)piece(&t, &head, str_sub(text, i, i + step));
    if (t.st == ST_OK)
        take_lines(&t, true);
    assert(t.st == ST_OK || (t.st == ST_ENV && t.error));
    buf_addf(end, "%d %s %d %zu %zu", t.st, t.error ? t.error : "", t.last,
             t.messages.errors.n, t.messages.warnings.n);
    assert(sp_rows_count(t.rows) == seen->nrows);
    sp_rows_tell(t.rows, S("Splunk"), t.arena);
    sp_rows_free(t.rows);
    buf_release(&t.bytes);
    arena_free(t.arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rows_seen one, many;
    struct buf a, b;
    str text = { (const char *)data, size };
    buf_init(&a, 1 << 20);
    buf_init(&b, 1 << 20);
    take_stream(&one, text, size ? size : 1, &a);
    take_stream(&many, text, 3, &b);
    assert(one.nrows == many.nrows && one.sum == many.sum);
    assert(str_eq(buf_str(&a), buf_str(&b)));
    buf_release(&a);
    buf_release(&b);
    return 0;
}
