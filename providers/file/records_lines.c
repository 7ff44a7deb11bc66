/* records_lines.c - formats in which a newline ends a record: JSONL and text.
 *
 * Called by: records_next. A line that is not one JSON value is rejected as a
 * whole, and nothing after its newline is touched. */
#include "records.h"

/* Moves r->p to the first byte of a line that holds something; false: the
 * bytes at hand hold no more. r->p stays at the start of the line. */
static bool find_line(struct records *r, const char **first)
{
    const char *p = r->p, *end = r->w.end;
    for (;;) {
        while (*p == ' ' || *p == '\t' || *p == '\r')
            p++;
        if (p >= end)
            return false;
        if (*p != '\n')
            break;
        r->p = ++p;
    }
    *first = p;
    return true;
}

static const char *skip_spaces(const char *p)
{
    while (*p == ' ' || *p == '\t' || *p == '\r')
        p++;
    return p;
}

/* The bytes end inside the line at r->p. */
static enum record_kind short_line(struct records *r, const char *first)
{
    if (r->w.eof)
        return records_reject_line(r, first, "the value is cut off");
    if ((size_t)(r->w.end - first) > MAX_RECORD)
        return records_reject_line(r, first, "a record of more than 16 MB");
    return records_want(r, r->p);
}

enum record_kind json_lines_next(struct records *r)
{
    const char *first;
    if (r->skipping)
        return records_skip_line(r);
    if (!find_line(r, &first)) {
        r->start = window_offset(&r->w, r->p);
        return r->w.eof || r->start >= r->limit ? RECORD_END
                                                : records_want(r, r->p);
    }
    r->start = window_offset(&r->w, r->p);
    if (r->start >= r->limit)
        return RECORD_END;
    switch (json_record(&r->json, first, r->w.end)) {
    case JSON_SHORT:
        return short_line(r, first);
    case JSON_BAD:
        return records_reject_line(r, first, r->json.error);
    case JSON_DONE:
        break;
    }
    const char *next = skip_spaces(r->json.next);
    if (next >= r->w.end && !r->w.eof)
        return short_line(r, first);
    if (*next != '\n' && next < r->w.end)
        return records_reject_line(r, first, "text after the value");
    if ((size_t)(next - first) > MAX_RECORD)
        return records_reject_line(r, first, "a record of more than 16 MB");
    r->p = next < r->w.end ? next + 1 : r->w.end;
    r->cells = r->json.cells;
    r->ncells = r->json.ncells;
    return RECORD_ROW;
}

enum record_kind txt_next(struct records *r)
{
    size_t left = (size_t)(r->w.end - r->p);
    if (r->skipping)
        return records_skip_line(r);
    r->start = window_offset(&r->w, r->p);
    if (r->start >= r->limit || (left == 0 && r->w.eof))
        return RECORD_END;
    const char *newline = left ? memchr(r->p, '\n', left) : NULL;
    if (!newline && !r->w.eof && left <= MAX_RECORD)
        return records_want(r, r->p);
    const char *stop = newline ? newline : r->w.end;
    if ((size_t)(stop - r->p) > MAX_RECORD)
        return records_reject_line(r, r->p, "a record of more than 16 MB");
    size_t n = (size_t)(stop - r->p);
    n -= n && r->p[n - 1] == '\r';
    r->line = (struct cell){ .p = r->p, .n = (uint32_t)n, .col = r->m->map[0],
                             .kind = CELL_TEXT, .flags = CELL_HIGH };
    r->cells = &r->line;
    r->ncells = 1;
    r->p = newline ? newline + 1 : r->w.end;
    return RECORD_ROW;
}
