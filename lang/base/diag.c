/* diag.c - collecting problems and printing them with the marked source line.
 *
 * Called by: every stage; printed by kernel/ and the test runner. */
#include "diag.h"

#include <stdarg.h>
#include <stdio.h>

#include "utf8.h"

enum { MAX_DIAGS = 200, MAX_LINE_SHOWN = 200 };

void diags_init(struct diags *ds, struct arena *a)
{
    *ds = (struct diags){ .arena = a };
}

str diag_text(struct arena *a, const char *fmt, va_list ap)
{
    struct buf b;
    buf_init(&b, 16 << 20);
    buf_addv(&b, fmt, ap);
    if (b.n > MAX_MESSAGE)
        for (b.n = MAX_MESSAGE; (b.p[b.n] & 0xC0) == 0x80; b.n--)
            ;
    str s = buf_take(&b, a);
    buf_release(&b);
    return s;
}

__attribute__((format(printf, 2, 0)))
static str vformat(struct arena *a, const char *fmt, va_list ap)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_addv(&b, fmt, ap);
    str s = buf_take(&b, a);
    buf_release(&b);
    return s;
}

__attribute__((format(printf, 5, 0)))
static struct diag *add(struct diags *ds, enum severity sev, int code,
                        struct span at, const char *fmt, va_list ap)
{
    struct diag d = { sev, code, at, vformat(ds->arena, fmt, ap), S("") };
    if (sev == SEV_ERROR)
        ds->nerrors++;
    if (ds->list.n == MAX_DIAGS)
        ds->list.n--; /* keep the newest in the last slot: all are counted */
    PUSH(ds->arena, ds->list, d);
    return &ds->list.v[ds->list.n - 1];
}

struct diag *diag_error(struct diags *ds, enum diag_code code, struct span at,
                        const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct diag *d = add(ds, SEV_ERROR, code, at, fmt, ap);
    va_end(ap);
    return d;
}

struct diag *diag_warn(struct diags *ds, enum diag_code code, struct span at,
                       const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct diag *d = add(ds, SEV_WARNING, code, at, fmt, ap);
    va_end(ap);
    return d;
}

void diag_hint(struct diags *ds, struct diag *d, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    d->hint = vformat(ds->arena, fmt, ap);
    va_end(ap);
}

static uint32_t line_start(str src, uint32_t offset)
{
    uint32_t i = offset > src.n ? (uint32_t)src.n : offset;
    while (i > 0 && src.p[i - 1] != '\n')
        i--;
    return i;
}

void diag_place(str src, uint32_t offset, int *line, int *column)
{
    if (offset > src.n)
        offset = (uint32_t)src.n;
    *line = 1;
    for (uint32_t i = 0; i < offset; i++)
        *line += src.p[i] == '\n';
    uint32_t beg = line_start(src, offset);
    *column = 1 + (int)utf8_count(str_sub(src, beg, offset));
}

static void mark(struct buf *b, str src, struct span at)
{
    uint32_t beg = line_start(src, at.beg), end = beg;
    while (end < src.n && src.p[end] != '\n' && src.p[end] != '\r')
        end++;
    if (end - beg > MAX_LINE_SHOWN) { /* a window around the place */
        if (at.beg - beg > MAX_LINE_SHOWN / 2)
            beg = at.beg - MAX_LINE_SHOWN / 2;
        while (beg < at.beg && ((uint8_t)src.p[beg] & 0xC0) == 0x80)
            beg++;
        if (end - beg > MAX_LINE_SHOWN)
            end = beg + MAX_LINE_SHOWN;
        while (end > beg && end < src.n && ((uint8_t)src.p[end] & 0xC0) == 0x80)
            end--;
    }
    uint32_t stop = at.end < end ? at.end : end;
    buf_adds(b, "\n    ");
    size_t from = b->n;
    utf8_printable(b, str_sub(src, beg, at.beg));
    size_t before = utf8_width((str){ b->p + from, b->n - from });
    size_t mid = b->n;
    utf8_printable(b, str_sub(src, at.beg, stop));
    size_t marked = utf8_width((str){ b->p + mid, b->n - mid });
    utf8_printable(b, str_sub(src, stop > at.beg ? stop : at.beg, end));
    buf_adds(b, "\n    ");
    buf_fill(b, ' ', before);
    buf_fill(b, '~', marked ? marked : 1);
}

void diag_print(struct buf *b, const struct diag *d, str src)
{
    static const char letter[] = { 'E', 'W', 'N' };
    buf_addf(b, "%c%04d ", letter[d->severity], d->code);
    utf8_printable(b, d->message);
    bool placed = d->span.end > 0 && d->span.beg <= src.n;
    if (placed) {
        int line, column;
        diag_place(src, d->span.beg, &line, &column);
        buf_addf(b, " at line %d, column %d", line, column);
    }
    if (d->hint.n) {
        buf_adds(b, " (");
        utf8_printable(b, d->hint);
        buf_addc(b, ')');
    }
    if (placed)
        mark(b, src, d->span);
    buf_addc(b, '\n');
}

void diags_merge(struct diags *to, const struct diags *from)
{
    for (size_t i = 0; i < from->list.n; i++) {
        const struct diag *d = &from->list.v[i];
        enum diag_code code = (enum diag_code)d->code;
        struct diag *copy =
            d->severity == SEV_ERROR
                ? diag_error(to, code, d->span, "%.*s", STRF(d->message))
                : diag_warn(to, code, d->span, "%.*s", STRF(d->message));
        copy->severity = d->severity;
        copy->hint = arena_str(to->arena, d->hint);
    }
}

str diags_first_error(const struct diags *ds)
{
    for (size_t i = 0; i < ds->list.n; i++)
        if (ds->list.v[i].severity == SEV_ERROR)
            return ds->list.v[i].message;
    return S("no reason is told");
}

str diag_nearest(str word, const str *names, size_t n)
{
    int limit = word.n <= 3 ? 1 : word.n <= 7 ? 2 : 3;
    int best = limit + 1;
    str found = STR_NONE;
    for (size_t i = 0; i < n; i++) {
        int d = str_distance(word, names[i], limit);
        if (d < best || (d == best && best <= limit && found.n != word.n &&
                         names[i].n == word.n))
            best = d, found = names[i];
    }
    return best <= limit ? found : STR_NONE;
}
