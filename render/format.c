/* format.c - how a cell, a count, a time and a footer read, in any output.
 *
 * Called by: the text and HTML tables, charts, timeline, tree. */
#include "render/format.h"

#include <math.h>

#include "base/ticks.h"

static int digits_needed(int64_t ticks)
{
    if (ticks % TICKS_PER_SEC == 0)
        return 0;
    if (ticks % TICKS_PER_MS == 0)
        return 3;
    return ticks % TICKS_PER_US == 0 ? 6 : 7;
}

void format_plan(struct colfmt *cf, const struct column *c, size_t nrows)
{
    cf->digits = 0;
    if (c->type != TYPE_DATETIME && c->type != TYPE_TIMESPAN)
        return;
    for (size_t r = 0; r < nrows && cf->digits < 7; r++) {
        int d = cell_is_null(c, r) ? 0 : digits_needed(c->i[r]);
        if (d > cf->digits)
            cf->digits = d;
    }
}

static void add_fraction(struct buf *b, int ticks, int digits)
{
    static const int unit[] = { 10000000, 1000000, 100000, 10000,
                                1000,     100,     10,     1 };
    if (digits > 0)
        buf_addf(b, ".%0*d", digits, ticks / unit[digits]);
}

void format_time(struct buf *b, int64_t ticks, int digits)
{
    struct civil c;
    if (ticks < 0 || ticks > TICKS_MAX) {
        buf_add_i64(b, ticks);
        buf_adds(b, " ticks");
        return;
    }
    ticks_to_civil(ticks, &c);
    buf_addf(b, "%04d-%02d-%02d %02d:%02d:%02d", c.year, c.month, c.day,
             c.hour, c.minute, c.second);
    add_fraction(b, c.fraction, digits);
    buf_addc(b, 'Z');
}

static void add_timespan(struct buf *b, int64_t ticks, int digits)
{
    uint64_t u = ticks < 0 ? 0 - (uint64_t)ticks : (uint64_t)ticks;
    uint64_t s = u / TICKS_PER_SEC;
    if (ticks < 0)
        buf_addc(b, '-');
    if (s >= 86400)
        buf_addf(b, "%llu.", (unsigned long long)(s / 86400));
    buf_addf(b, "%02d:%02d:%02d", (int)(s / 3600 % 24), (int)(s / 60 % 60),
             (int)(s % 60));
    add_fraction(b, (int)(u % TICKS_PER_SEC), digits);
}

void format_cell(struct buf *b, const struct column *c, size_t row,
                 const struct colfmt *cf)
{
    if (cell_is_null(c, row))
        return;
    struct value v = cell_value(c, row);
    switch (c->type) {
    case TYPE_DATETIME: format_time(b, v.i, cf->digits); break;
    case TYPE_TIMESPAN: add_timespan(b, v.i, cf->digits); break;
    case TYPE_BOOL: buf_adds(b, v.i ? "true" : "false"); break;
    case TYPE_DYNAMIC: buf_add(b, v.s); break;
    default: value_text(b, &v); break;
    }
}

bool format_is_right(enum type t)
{
    return type_is_num(t) || t == TYPE_TIMESPAN;
}

void format_count(struct buf *b, uint64_t n)
{
    char text[32];
    size_t i = sizeof text, digits = 0;
    do {
        if (digits && digits % 3 == 0)
            text[--i] = ',';
        text[--i] = (char)('0' + n % 10);
        digits++;
    } while (n /= 10);
    buf_add(b, (str){ text + i, sizeof text - i });
}

void format_num(struct buf *b, double v, bool shorten)
{
    static const struct { double from; const char *unit; } units[] = {
        { 1e12, "T" }, { 1e9, "G" }, { 1e6, "M" }, { 1e3, "k" },
    };
    double a = fabs(v);
    const char *unit = "";
    if (shorten && a >= 1e4 && a < 1e15) {
        size_t i = 0;
        while (a < units[i].from)
            i++;
        v /= units[i].from;
        unit = units[i].unit;
    }
    if (v == 0)
        v = 0; /* no minus */
    if (!shorten && a < 1e15 && v == floor(v))
        buf_addf(b, "%.0f", v);
    else
        buf_addf(b, "%.6g%s", v, unit);
}

void format_span(struct buf *b, int64_t ticks)
{
    static const struct { int64_t len; const char *unit; } units[] = {
        { TICKS_PER_DAY, "d" }, { TICKS_PER_HOUR, "h" }, { TICKS_PER_MIN, "m" },
        { TICKS_PER_SEC, "s" }, { TICKS_PER_MS, "ms" }, { TICKS_PER_US, "us" },
    };
    size_t n = sizeof units / sizeof *units, i = 0;
    while (i < n && ticks < units[i].len)
        i++;
    if (i == n) {
        buf_addf(b, "%lld ticks", (long long)ticks);
        return;
    }
    buf_addf(b, "%lld %s", (long long)(ticks / units[i].len), units[i].unit);
    int64_t rest = ticks % units[i].len;
    if (i + 1 < n && i < 3 && rest >= units[i + 1].len)
        buf_addf(b, " %lld %s", (long long)(rest / units[i + 1].len),
                 units[i + 1].unit);
}

static void add_part(struct buf *b, uint64_t shown, uint64_t all,
                     const char *unit)
{
    if (shown < all) {
        format_count(b, shown);
        buf_adds(b, " of ");
    }
    format_count(b, all);
    buf_addc(b, ' ');
    buf_adds(b, unit);
    if (all != 1)
        buf_addc(b, 's');
}

void format_shown(struct buf *b, const struct frame *f, size_t rows,
                  size_t cols)
{
    add_part(b, rows, f->total > f->nrows ? f->total : f->nrows, "row");
    buf_adds(b, ", ");
    add_part(b, cols, f->ncols, "column");
}

const char *format_status(const struct frame *f)
{
    if (f->completeness == PARTIAL)
        return "partial result";
    if (f->completeness != TRUNCATED)
        return "";
    return f->total > f->nrows ? "truncated"
                               : "truncated: there are more rows than these";
}

/* The end of the JSON string that starts at s.p[i]. */
static size_t string_end(str s, size_t i)
{
    for (i++; i < s.n && s.p[i] != '"'; i++)
        if (s.p[i] == '\\')
            i++;
    return i < s.n ? i + 1 : s.n;
}

static bool is_json_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static void new_line(struct buf *b, size_t depth)
{
    buf_addc(b, '\n');
    buf_fill(b, ' ', 2 * (depth < 20 ? depth : 20));
}

static bool closes_at_once(str s, size_t i)
{
    for (i++; i < s.n && is_json_blank(s.p[i]); i++)
        ;
    return i < s.n && (s.p[i] == '}' || s.p[i] == ']');
}

void format_json(struct buf *b, str s)
{
    size_t depth = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '"') {
            size_t end = string_end(s, i);
            buf_add(b, str_sub(s, i, end));
            i = end - 1;
        } else if (c == '{' || c == '[') {
            buf_addc(b, c);
            depth++;
            if (!closes_at_once(s, i))
                new_line(b, depth);
        } else if (c == '}' || c == ']') {
            depth -= depth > 0;
            if (b->n && b->p[b->n - 1] != '{' && b->p[b->n - 1] != '[')
                new_line(b, depth);
            buf_addc(b, c);
        } else if (c == ',' || c == ':') {
            buf_addc(b, c);
            if (c == ',')
                new_line(b, depth);
            else
                buf_addc(b, ' ');
        } else if (!is_json_blank(c)) {
            buf_addc(b, c);
        }
    }
}
