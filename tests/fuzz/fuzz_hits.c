/* fuzz_hits.c - any bytes as a page of a search of Elasticsearch.
 *
 * Holds that a page that is refused says why, and that the rows before a break
 * are those of the same page without it. */
#include "providers/elastic/elastic.h"
#include "rows_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct source_col cols[] = {
    { { "a", 1 }, TYPE_LONG },      { { "b.c", 3 }, TYPE_STRING },
    { { "d", 1 }, TYPE_DYNAMIC },   { { "t", 1 }, TYPE_DATETIME },
    { { "odd", 3 }, TYPE_DATETIME }, { { "_id", 3 }, TYPE_STRING },
};
enum { NCOLS = sizeof cols / sizeof *cols };

static void read_page(str text, struct rows_seen *seen)
{
    static const enum es_kind kinds[NCOLS] = { ES_WHOLE, ES_KEYWORD, ES_OTHER,
                                               ES_DATE, ES_DATE, ES_META };
    struct arena *a = arena_new();
    struct es_field fields[NCOLS];
    const struct es_field *refs[NCOLS];
    struct es_page page = { .arena = a };
    struct body body;
    const char *why = NULL;
    for (size_t i = 0; i < NCOLS; i++) {
        fields[i] = (struct es_field){ .path = cols[i].name, .kind = kinds[i],
                                       .type = cols[i].type,
                                       .odd_date = i == 4 };
        refs[i] = &fields[i];
    }
    struct es_wanted w = { NCOLS, cols, refs, true };
    rows_seen_init(seen);
    struct es_hits *h = es_hits_new(&w, &seen->sink, 0, NULL);
    body_init(&body, ES_MAX_ANSWER);
    buf_add(&body.bytes, text);
    enum status st = es_hits_page(h, &body, &page, &why);
    assert(st == ST_OK ? !why : why != NULL);
    assert(seen->nrows <= page.nhits);
    es_hits_end(h, S("cluster"), a);
    es_hits_free(h);
    body_release(&body);
    arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rows_seen whole, half;
    str text = { (const char *)data, size };
    read_page(text, &whole);
    read_page(str_sub(text, 0, size / 2), &half);
    assert(half.nrows <= whole.nrows);
    return 0;
}
