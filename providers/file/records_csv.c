/* records_csv.c - the records of a delimited file, with a way back from rows
 * that are not.
 *
 * Called by: records_next. A record with a quote that goes wrong is given up
 * at its first newline: an unclosed quote costs one line, not the file. */
#include "records.h"

static bool is_blank_line(const struct records *r)
{
    const struct cell *c = r->csv.cells;
    return r->csv.ncells == 1 && c->n == 0 && c->p == r->p;
}

static enum record_kind ragged(struct records *r)
{
    if (records_lacks_sample(r, r->p))
        return records_want(r, r->p);
    records_reject(r, r->p, r->csv.ncells < r->m->nmap
                                ? "fewer fields than the header"
                                : "more fields than the header");
    size_t n = (size_t)(r->csv.next - r->p);
    if (r->nsample > n)
        r->nsample = n;
    while (r->nsample && (r->sample[r->nsample - 1] == '\n' ||
                          r->sample[r->nsample - 1] == '\r'))
        r->nsample--;
    r->p = r->csv.next;
    return RECORD_REJECT;
}

static enum record_kind row(struct records *r)
{
    size_t n = r->csv.ncells;
    if (n != r->m->nmap && !r->m->ragged)
        return ragged(r);
    if (n > r->m->nmap)
        n = r->m->nmap;
    for (size_t i = 0; i < n; i++)
        r->csv.cells[i].col = r->m->map[i];
    r->cells = r->csv.cells;
    r->ncells = n;
    r->p = r->csv.next;
    return RECORD_ROW;
}

enum record_kind csv_next(struct records *r)
{
    if (r->skipping)
        return records_skip_line(r);
    for (;;) {
        r->start = window_offset(&r->w, r->p);
        if (r->start >= r->limit)
            return RECORD_END;
        if (r->p >= r->w.end)
            return r->w.eof ? RECORD_END : records_want(r, r->p);
        enum csv_end e = csv_record(&r->csv, r->p, r->w.end, r->w.eof);
        size_t n = (size_t)((e == CSV_DONE ? r->csv.next : r->w.end) - r->p);
        if (e == CSV_BAD)
            return records_reject_line(r, r->p, r->csv.error);
        if (n > MAX_RECORD)
            return records_reject_line(r, r->p, "a record of more than 16 MB");
        if (e == CSV_SHORT)
            return records_want(r, r->p);
        if (!is_blank_line(r))
            return row(r);
        r->p = r->csv.next;
    }
}
