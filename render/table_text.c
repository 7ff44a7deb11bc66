/* table_text.c - rows as aligned columns for terminals and text/plain.
 *
 * Called by: table.c and every renderer whose text form is its rows.
 * Gives:     columns aligned by display width, ∅ for null (an empty string
 *            stays empty), a last line that says what is shown of how much. */
#include "base/utf8.h"
#include "render/format.h"
#include "render/html/html.h"
#include "render/table.h"

enum {
    LINE_WIDTH = 170,  /* columns are narrowed, then left out, to reach it */
    CELL_WIDTH = 60,
    CELL_LEAST = 12,   /* no column is narrowed below */
    TEXT_COLS = 60,
    TEXT_ROWS_MAX = 10000,
    TEXT_BYTES = 1000000, /* no further rows beyond */
};

#define ELLIPSIS "\xE2\x80\xA6"
#define NULL_SIGN "\xE2\x88\x85"

static bool is_scheme_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
}

/* Where the dots of a host name end. */
static size_t host_end(str s, size_t i)
{
    while (i < s.n && !strchr("/?#: \t\"'<>|\\,;()[]{}", s.p[i]))
        i++;
    return i;
}

static void add_host(struct buf *b, str host)
{
    for (size_t i = 0; i < host.n; i++)
        if (host.p[i] == '.')
            buf_adds(b, "[.]");
        else
            buf_addc(b, host.p[i]);
}

/* scheme://host becomes hxxp[:]//host[.]tld: nothing that a front end or a
 * terminal would turn into a link. `at` is the colon. */
static size_t defang_scheme(struct buf *b, str s, size_t at, size_t out_beg)
{
    size_t k = b->n;
    while (k > out_beg && is_scheme_char(b->p[k - 1]))
        k--;
    if (b->n - k >= 4 && str_ieq((str){ b->p + k, 4 }, S("http")))
        memcpy(b->p + k + 1, "xx", 2);
    buf_adds(b, "[:]//");
    size_t end = host_end(s, at + 3);
    add_host(b, str_sub(s, at + 3, end));
    return end;
}

static bool at_www(str s, size_t i)
{
    return i + 4 < s.n && str_ieq(str_sub(s, i, i + 4), S("www.")) &&
           (i == 0 || !is_scheme_char(s.p[i - 1]));
}

static void defang(struct buf *b, str s)
{
    size_t out_beg = b->n;
    for (size_t i = 0; i < s.n;) {
        size_t run = i;
        while (i < s.n && s.p[i] != ':' && s.p[i] != 'w' && s.p[i] != 'W')
            i++;
        buf_add(b, str_sub(s, run, i));
        if (i == s.n)
            break;
        if (s.p[i] == ':' && i + 2 < s.n && s.p[i + 1] == '/' &&
            s.p[i + 2] == '/' && i && is_scheme_char(s.p[i - 1])) {
            i = defang_scheme(b, s, i, out_beg);
        } else if (at_www(s, i)) {
            size_t end = host_end(s, i);
            add_host(b, str_sub(s, i, end));
            i = end;
        } else {
            buf_addc(b, s.p[i++]);
        }
    }
}

void table_text_value(struct buf *b, str s)
{
    struct buf seen;
    if (s.n == 0)
        return;
    buf_init(&seen, 16 * s.n + 64);
    utf8_printable(&seen, s);
    defang(b, buf_str(&seen));
    buf_release(&seen);
}

/* The prefix of `s` that is at most `width` columns wide. */
static str fit(str s, size_t width, size_t *used)
{
    size_t i = 0;
    *used = 0;
    while (i < s.n) {
        size_t beg = i;
        utf8_next(s, &i);
        size_t w = utf8_width(str_sub(s, beg, i));
        if (*used + w > width)
            return str_sub(s, 0, beg);
        *used += w;
    }
    return s;
}

void table_text_cell(struct buf *b, str s, size_t width, bool right)
{
    size_t w = utf8_width(s);
    bool cut = w > width;
    if (cut) {
        s = fit(s, width - 1, &w);
        w++;
    }
    if (right)
        buf_fill(b, ' ', width - w);
    buf_add(b, s);
    if (cut)
        buf_adds(b, ELLIPSIS);
    if (!right)
        buf_fill(b, ' ', width - w);
}

struct text_table {
    const struct frame *f;
    struct arena *a;
    size_t ncols, nrows;
    size_t width[TEXT_COLS];
    str *cells;               /* nrows x ncols */
    str names[TEXT_COLS];
};

static str cell_text(struct text_table *t, struct buf *b, size_t r, size_t c,
                     const struct colfmt *cf)
{
    const struct column *col = &t->f->cols[c];
    if (cell_is_null(col, r))
        return S(NULL_SIGN);
    buf_reset(b);
    if (type_is_text(col->type))
        table_text_value(b, html_head(col->s[r], 4 * CELL_WIDTH));
    else
        format_cell(b, col, r, cf);
    return arena_str(t->a, buf_str(b));
}

static void widen(size_t *width, str s)
{
    size_t w = utf8_width(s);
    if (w > CELL_WIDTH)
        w = CELL_WIDTH;
    if (w > *width)
        *width = w;
}

static void fill_cells(struct text_table *t)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    t->cells = arena_array(t->a, t->nrows * t->ncols + 1, sizeof(str));
    for (size_t c = 0; c < t->ncols; c++) {
        struct colfmt cf;
        format_plan(&cf, &t->f->cols[c], t->nrows);
        buf_reset(&b);
        table_text_value(&b, html_head(t->f->cols[c].name, 4 * CELL_WIDTH));
        t->names[c] = arena_str(t->a, buf_str(&b));
        t->width[c] = 1;
        widen(&t->width[c], t->names[c]);
        for (size_t r = 0; r < t->nrows; r++) {
            str s = cell_text(t, &b, r, c, &cf);
            t->cells[r * t->ncols + c] = s;
            widen(&t->width[c], s);
        }
    }
    buf_release(&b);
}

static size_t line_width(const struct text_table *t, size_t ncols)
{
    size_t w = 0;
    for (size_t c = 0; c < ncols; c++)
        w += t->width[c] + 2;
    return w;
}

static size_t widest(const struct text_table *t)
{
    size_t best = 0;
    for (size_t c = 1; c < t->ncols; c++)
        if (t->width[c] > t->width[best])
            best = c;
    return best;
}

/* Narrows the widest columns first; numbers and times stay whole since they
 * are never wider than 30. Returns how many columns are shown. */
static size_t narrow(struct text_table *t)
{
    size_t shown = t->ncols;
    while (line_width(t, t->ncols) > LINE_WIDTH) {
        size_t c = widest(t);
        if (t->width[c] <= 30)
            break;
        t->width[c]--;
    }
    while (shown > 1 && line_width(t, shown) > LINE_WIDTH)
        shown--;
    return shown;
}

static void end_line(struct buf *b)
{
    while (b->n && b->p[b->n - 1] == ' ')
        b->n--;
    buf_addc(b, '\n');
}

/* Returns how many rows there was room for. */
static size_t add_lines(struct buf *b, const struct text_table *t,
                        size_t shown)
{
    size_t r;
    for (size_t c = 0; c < shown; c++) {
        table_text_cell(b, t->names[c], t->width[c],
                        format_is_right(t->f->cols[c].type));
        buf_adds(b, "  ");
    }
    end_line(b);
    for (size_t c = 0; c < shown; c++) {
        for (size_t i = 0; i < t->width[c]; i++)
            buf_adds(b, "\xE2\x94\x80");
        buf_adds(b, "  ");
    }
    end_line(b);
    for (r = 0; r < t->nrows && b->n < TEXT_BYTES; r++) {
        for (size_t c = 0; c < shown; c++) {
            table_text_cell(b, t->cells[r * t->ncols + c], t->width[c],
                            format_is_right(t->f->cols[c].type));
            buf_adds(b, "  ");
        }
        end_line(b);
    }
    return r;
}

static void add_hidden(struct buf *b, const struct frame *f, size_t shown)
{
    if (shown == f->ncols)
        return;
    buf_adds(b, "not shown here: ");
    for (size_t c = shown; c < f->ncols && c < shown + 30; c++) {
        buf_adds(b, c > shown ? ", " : "");
        table_text_value(b, html_head(f->cols[c].name, 100));
    }
    if (f->ncols > shown + 30)
        buf_addf(b, " and %zu more", f->ncols - shown - 30);
    buf_addc(b, '\n');
}

void table_text_status(struct buf *b, const struct frame *f, size_t rows,
                       size_t cols, const char *more)
{
    buf_addc(b, '(');
    format_shown(b, f, rows, cols);
    if (*format_status(f)) {
        buf_adds(b, "; ");
        buf_adds(b, format_status(f));
    }
    if (*more) {
        buf_adds(b, "; ");
        buf_adds(b, more);
    }
    buf_adds(b, ")\n");
    for (size_t i = 0; i < f->notes.n && i < 20; i++) {
        buf_adds(b, "  ");
        table_text_value(b, f->notes.v[i]);
        buf_addc(b, '\n');
    }
    if (f->notes.n > 20)
        buf_addf(b, "  and %zu more notes\n", f->notes.n - 20);
}

void table_text(struct buf *b, const struct frame *f, size_t rows)
{
    struct text_table t = { .f = f, .a = arena_new() };
    if (rows == 0)
        rows = TABLE_TEXT_ROWS;
    if (rows > TEXT_ROWS_MAX)
        rows = TEXT_ROWS_MAX;
    t.nrows = f->nrows < rows ? f->nrows : rows;
    t.ncols = f->ncols < TEXT_COLS ? f->ncols : TEXT_COLS;
    fill_cells(&t);
    size_t shown = narrow(&t);
    size_t nrows = add_lines(b, &t, shown);
    add_hidden(b, f, shown);
    table_text_status(b, f, nrows, shown, "");
    arena_free(t.a);
}
