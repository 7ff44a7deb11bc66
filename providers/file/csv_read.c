/* csv_read.c - cuts delimited text into fields, 16 bytes at a time.
 *
 * Called by: records_csv.c for every record, format.c to guess a delimiter.
 * Must not: allocate per field, or read more than 64 bytes past the end. */
#include "csv_read.h"

#include <stdlib.h>

#include "base/arena.h"
#include "providers/limits.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

void csv_reader_init(struct csv_reader *r, char delimiter)
{
    *r = (struct csv_reader){ .delimiter = delimiter, .cap = 64 };
    r->cells = xcalloc(r->cap, sizeof *r->cells);
}

void csv_reader_release(struct csv_reader *r)
{
    free(r->cells);
    *r = (struct csv_reader){ .delimiter = r->delimiter };
}

/* First of a or b in [p, end), or end; *high: a byte above 0x7f before it, or
 * in the same block. */
static inline const char *find2(const char *p, const char *end,
                                const char ab[2], bool *high)
{
#ifdef __SSE2__
    __m128i a = _mm_set1_epi8(ab[0]), b = _mm_set1_epi8(ab[1]);
    for (; p < end; p += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, a), _mm_cmpeq_epi8(v, b));
        unsigned bits = (unsigned)_mm_movemask_epi8(hit);
        *high |= _mm_movemask_epi8(v) != 0;
        if (bits) {
            p += __builtin_ctz(bits);
            return p < end ? p : end;
        }
    }
    return end;
#else
    for (; p < end && *p != ab[0] && *p != ab[1]; p++)
        *high |= (unsigned char)*p >= 0x80;
    return p;
#endif
}

static struct cell *next_cell(struct csv_reader *r)
{
    if (r->ncells == r->cap) {
        r->cap *= 2;
        r->cells = xrealloc(r->cells, r->cap * sizeof *r->cells);
    }
    struct cell *c = &r->cells[r->ncells++];
    *c = (struct cell){ .kind = CELL_TEXT };
    return c;
}

static void set_text(struct cell *c, const char *p, const char *end)
{
    c->p = p;
    c->n = (uint32_t)(end - p);
}

static const char *plain_field(struct csv_reader *r, const char *p,
                               const char *end)
{
    const char ab[2] = { r->delimiter, '\n' };
    struct cell *c = next_cell(r);
    bool high = false;
    const char *q = find2(p, end, ab, &high);
    const char *stop = q;
    if (q < end && *q == '\n' && q > p && q[-1] == '\r')
        stop--;
    set_text(c, p, stop);
    c->flags = high ? CELL_HIGH : 0;
    return q;
}

/* The closing quote of the field whose opening quote is at p - 1, or end. */
static const char *closing_quote(const char *p, const char *end,
                                 struct cell *c)
{
    const char ab[2] = { '"', '"' };
    bool high = false;
    for (;;) {
        p = find2(p, end, ab, &high);
        if (high)
            c->flags |= CELL_HIGH;
        if (p == end || p + 1 == end || p[1] != '"')
            return p;
        c->flags |= CELL_ESCAPED;
        p += 2;
    }
}

/* Where the field after its closing quote goes on: delimiter, newline or end;
 * NULL: neither. */
static const char *after_quote(const struct csv_reader *r, const char *q,
                               const char *end)
{
    if (q < end && *q == '\r' && (q + 1 == end || q[1] == '\n'))
        q++;
    return q >= end || *q == '\n' || *q == r->delimiter ? q : NULL;
}

static enum csv_end trouble(struct csv_reader *r, const char *at,
                            const char *why)
{
    r->error = why;
    r->at = at;
    return CSV_BAD;
}

static enum csv_end quoted_field(struct csv_reader *r, const char **p,
                                 const char *end, bool eof)
{
    struct cell *c = next_cell(r);
    const char *q = closing_quote(*p + 1, end, c);
    if (!eof && q + 2 >= end)
        return CSV_SHORT;
    if (q == end)
        return trouble(r, q, "a quote that is never closed");
    set_text(c, *p + 1, q);
    *p = after_quote(r, q + 1, end);
    if (!*p)
        return trouble(r, q + 1, "text after a closing quote");
    return CSV_DONE;
}

enum csv_end csv_record(struct csv_reader *r, const char *p, const char *end,
                        bool eof)
{
    r->ncells = 0;
    for (;;) {
        if (p < end && *p == '"') {
            enum csv_end e = quoted_field(r, &p, end, eof);
            if (e != CSV_DONE)
                return e;
        } else {
            p = plain_field(r, p, end);
        }
        if (p >= end) {
            r->next = end;
            return eof ? CSV_DONE : CSV_SHORT;
        }
        if (*p++ == '\n') {
            r->next = p;
            return CSV_DONE;
        }
    }
}

size_t csv_unquote(char *out, str raw)
{
    size_t n = 0;
    for (size_t i = 0; i < raw.n; i++) {
        out[n++] = raw.p[i];
        if (raw.p[i] == '"')
            i++;
    }
    return n;
}

/* ---- which delimiter ----------------------------------------------------- */

enum { GUESS_RECORDS = 20 };

/* Fields per record when all of the first records agree, else 0. */
static size_t same_width(char delimiter, str head, bool whole)
{
    struct csv_reader r;
    const char *p = head.p, *end = head.p + head.n;
    size_t width = 0;
    csv_reader_init(&r, delimiter);
    for (int i = 0; i < GUESS_RECORDS && p < end; i++) {
        if (csv_record(&r, p, end, whole) != CSV_DONE)
            break;
        if (width && r.ncells != width) {
            width = 0;
            break;
        }
        width = r.ncells;
        p = r.next;
    }
    csv_reader_release(&r);
    return width;
}

/* Fields of the first record alone. */
static size_t first_width(char delimiter, str head)
{
    ptrdiff_t line = str_find_char(head, '\n');
    if (line >= 0)
        head = str_sub(head, 0, (size_t)line + 1);
    return same_width(delimiter, head, true);
}

static char widest(str head, bool whole, bool first_only)
{
    static const char candidates[] = ",;\t|";
    char best = 0;
    size_t most = 1;
    for (const char *c = candidates; *c; c++) {
        size_t width = first_only ? first_width(*c, head)
                                  : same_width(*c, head, whole);
        if (width > most) {
            most = width;
            best = *c;
        }
    }
    return best;
}

char csv_guess_delimiter(str head, bool whole)
{
    char c = widest(head, whole, false);
    if (!c)
        c = widest(head, whole, true);
    return c ? c : ',';
}
