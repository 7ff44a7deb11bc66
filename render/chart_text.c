/* chart_text.c - charts in block characters, for text/plain.
 *
 * Called by: the chart renderers. */
#include <math.h>

#include "base/utf8.h"
#include "render/chart.h"
#include "render/format.h"
#include "render/html/html.h"
#include "render/table.h"

enum { SPARK = 60, BAR = 40, NAME = 40, ROWS = 40 };

static const char *const eighths[] = {
    "\xE2\x96\x81", "\xE2\x96\x82", "\xE2\x96\x83", "\xE2\x96\x84",
    "\xE2\x96\x85", "\xE2\x96\x86", "\xE2\x96\x87", "\xE2\x96\x88",
};

static void add_title(struct buf *b, const struct chart *c)
{
    if (c->title.n == 0)
        return;
    table_text_value(b, html_head(c->title, 300));
    buf_addc(b, '\n');
}

static void add_status(struct buf *b, const struct chart *c)
{
    struct buf more;
    buf_init(&more, c->notes.max + 1);
    buf_add(&more, buf_str(&c->notes));
    buf_addc(&more, 0);
    table_text_status(b, c->f, c->f->nrows, c->f->ncols, more.p);
    buf_release(&more);
}

/* A name in exactly `width` columns. */
static void add_name(struct buf *b, str name, size_t width)
{
    struct buf t;
    buf_init(&t, 1 << 16);
    table_text_value(&t, html_head(name, 200));
    table_text_cell(b, buf_str(&t), width, false);
    buf_release(&t);
}

/* The largest value in each of SPARK columns; NAN where there is none. */
static void spark(double v[SPARK], const struct chart *c,
                  const struct series *s, double lo, double hi)
{
    for (size_t i = 0; i < SPARK; i++)
        v[i] = NAN;
    for (size_t k = 0; k < s->n; k++) {
        double part = hi > lo ? (s->p[k].x - lo) / (hi - lo) : 0;
        size_t i = (size_t)(fmin(fmax(part, 0), 0.9999) * SPARK);
        if (!isnan(s->p[k].y) && !(v[i] >= s->p[k].y))
            v[i] = s->p[k].y;
    }
    (void)c;
}

static void add_spark(struct buf *b, const struct chart *c,
                      const struct series *s, double lo, double hi)
{
    double v[SPARK], least = INFINITY, most = -INFINITY;
    spark(v, c, s, lo, hi);
    for (size_t i = 0; i < SPARK; i++) {
        least = v[i] < least ? v[i] : least;
        most = v[i] > most ? v[i] : most;
    }
    if (least > 0 && least < most * 0.8)
        least = 0;
    for (size_t i = 0; i < SPARK; i++) {
        double part = most > least ? (v[i] / 2 - least / 2) /
                                         (most / 2 - least / 2) : 0.5;
        part = fmin(fmax(part, 0), 1);
        buf_adds(b, isnan(v[i]) ? " " : eighths[(size_t)(part * 7 + 0.5)]);
    }
    if (!(least <= most))
        return;
    buf_adds(b, "  ");
    format_num(b, least, true);
    buf_adds(b, " \xE2\x80\xA6 ");
    format_num(b, most, true);
}

static void x_ends(const struct chart *c, double *lo, double *hi)
{
    *lo = INFINITY;
    *hi = -INFINITY;
    for (size_t i = 0; i < c->nseries; i++)
        if (c->series[i].n) {
            *lo = fmin(*lo, c->series[i].p[0].x);
            *hi = fmax(*hi, c->series[i].p[c->series[i].n - 1].x);
        }
}

static size_t widest_name(const struct chart *c, bool cats)
{
    size_t best = 4, n = cats ? c->ncats : c->nseries;
    for (size_t i = 0; i < n && i < 100; i++) {
        struct buf t;
        buf_init(&t, 1 << 16);
        str name = cats ? c->cats[i] : c->series[i].name;
        table_text_value(&t, html_head(name, 200));
        size_t w = utf8_width(buf_str(&t));
        best = w > best ? w : best;
        buf_release(&t);
    }
    return best > NAME ? NAME : best;
}

void chart_text_lines(struct buf *b, const struct chart *c)
{
    double lo, hi;
    size_t width = widest_name(c, false);
    x_ends(c, &lo, &hi);
    add_title(b, c);
    for (size_t i = 0; i < c->nseries; i++) {
        add_name(b, c->series[i].name, width);
        buf_adds(b, "  ");
        add_spark(b, c, &c->series[i], lo, hi);
        buf_addc(b, '\n');
    }
    if (lo <= hi) {
        struct buf t;
        buf_init(&t, 4096);
        chart_x_text(&t, c, lo);
        buf_adds(&t, " \xE2\x80\xA6 ");
        chart_x_text(&t, c, hi);
        buf_fill(b, ' ', width + 2);
        table_text_value(b, buf_str(&t));
        buf_addc(b, '\n');
        buf_release(&t);
    }
    add_status(b, c);
}

static void add_bar(struct buf *b, double part)
{
    static const char *const ends[] = {
        "", "\xE2\x96\x8F", "\xE2\x96\x8E", "\xE2\x96\x8D", "\xE2\x96\x8C",
        "\xE2\x96\x8B", "\xE2\x96\x8A", "\xE2\x96\x89",
    };
    size_t n = (size_t)(fmin(fmax(part, 0), 1) * BAR * 8 + 0.5);
    for (size_t i = 0; i < n / 8; i++)
        buf_adds(b, "\xE2\x96\x88");
    buf_adds(b, ends[n % 8]);
}

static void bar_line(struct buf *b, const struct chart *c, const double *row,
                     size_t s, double most)
{
    if (isnan(row[s]))
        return;
    add_bar(b, most > 0 ? row[s] / most : 0);
    buf_addc(b, ' ');
    format_num(b, row[s], false);
    if (c->nseries > 1) {
        buf_adds(b, "  ");
        table_text_value(b, html_head(c->series[s].name, 60));
    }
}

void chart_text_bars(struct buf *b, const struct chart *c)
{
    double *m = chart_matrix(c), most = 0;
    size_t width = widest_name(c, true), shown = 0;
    for (size_t i = 0; i < c->ncats * c->nseries; i++)
        most = m[i] > most ? m[i] : most;
    add_title(b, c);
    for (size_t i = 0; i < c->ncats && shown < ROWS; i++) {
        bool first = true;
        for (size_t s = 0; s < c->nseries; s++) {
            if (isnan(m[i * c->nseries + s]))
                continue;
            add_name(b, first ? c->cats[i] : S(""), width);
            buf_adds(b, "  ");
            bar_line(b, c, m + i * c->nseries, s, most);
            buf_addc(b, '\n');
            first = false;
            shown++;
        }
        if (shown >= ROWS && i + 1 < c->ncats)
            buf_addf(b, "and %zu more categories\n", c->ncats - i - 1);
    }
    add_status(b, c);
}
