/* records.c - what the record formats have in common.
 *
 * Called by: scan.c, load.c; and by the records_*.c files for rejects. */
#include "records.h"

#include "base/status.h"

void records_init(struct records *r, const struct field_names *names,
                  size_t piece)
{
    memset(r, 0, sizeof *r);
    json_reader_init(&r->json, names);
    csv_reader_init(&r->csv, ',');
    window_init(&r->w, piece);
}

void records_release(struct records *r)
{
    json_reader_release(&r->json);
    csv_reader_release(&r->csv);
    window_release(&r->w);
}

static void set_format(struct records *r, const struct member *m)
{
    r->json.lines = m->format == FORMAT_JSON_LINES;
    r->csv.delimiter = m->delimiter;
    switch (m->format) {
    case FORMAT_JSON_LINES: r->next = json_lines_next; break;
    case FORMAT_JSON_DOC:   r->next = json_doc_next; break;
    case FORMAT_CSV:        r->next = csv_next; break;
    case FORMAT_TXT:        r->next = txt_next; break;
    default: BUG("no reader for format %d", (int)m->format);
    }
}

void records_open(struct records *r, const struct member *m, uint64_t offset,
                  uint64_t limit)
{
    set_format(r, m);
    r->m = m;
    r->limit = limit;
    r->state = DOC_TOP;
    r->skipping = r->array_done = false;
    r->json.nfresh = 0;
    r->indent = 0;
    window_open(&r->w, m, offset > m->start ? offset : m->start, limit);
    r->p = r->keep = r->w.beg;
}

void records_more(struct records *r)
{
    size_t done = (size_t)(r->p - r->keep);
    window_more(&r->w, r->keep);
    r->p = r->w.beg + done;
    r->keep = r->w.beg;
}

enum record_kind records_want(struct records *r, const char *keep)
{
    r->keep = keep;
    return RECORD_MORE;
}

enum record_kind records_reject(struct records *r, const char *from,
                                const char *why)
{
    size_t n = (size_t)(r->w.end - from);
    r->reason = why;
    r->nsample = n < REJECT_SAMPLE ? n : REJECT_SAMPLE;
    memcpy(r->sample, from, r->nsample);
    return RECORD_REJECT;
}

enum record_kind records_skip_line(struct records *r)
{
    size_t left = (size_t)(r->w.end - r->p);
    const char *newline = left ? memchr(r->p, '\n', left) : NULL;
    if (!newline && !r->w.eof) {
        r->p = r->w.end;
        return records_want(r, r->p);
    }
    r->p = newline ? newline + 1 : r->w.end;
    r->skipping = false;
    return RECORD_REJECT;
}

enum record_kind records_reject_line(struct records *r, const char *from,
                                     const char *why)
{
    if (records_lacks_sample(r, from))
        return records_want(r, r->p);
    records_reject(r, from, why);
    ptrdiff_t line = str_find_char((str){ r->sample, r->nsample }, '\n');
    if (line >= 0)
        r->nsample = (size_t)line;
    r->skipping = true;
    return records_skip_line(r);
}

uint64_t records_guess(struct records *r, const struct member *m,
                       uint64_t offset)
{
    if (offset <= m->start)
        return m->start;
    if (m->format == FORMAT_JSON_DOC)
        return m->size;
    window_open(&r->w, m, offset - 1, offset - 1);
    const char *p = r->w.beg;
    for (;;) {
        size_t left = (size_t)(r->w.end - p);
        const char *newline = left ? memchr(p, '\n', left) : NULL;
        if (newline)
            return window_offset(&r->w, newline + 1);
        if (r->w.eof)
            return m->size;
        window_more(&r->w, r->w.end);
        p = r->w.beg;
    }
}
