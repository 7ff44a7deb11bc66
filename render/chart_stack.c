/* chart_stack.c - areas on top of each other: areachart kind=stacked.
 *
 * Called by: chart_line.c.
 * Gives:     one band per series over a common grid of x; more distinct x than
 *            pixels are drawn by the mean of each pixel column. */
#include <math.h>

#include "render/chart.h"
#include "render/format.h"
#include "render/svg/svg.h"

enum { COLUMNS_MAX = 400 };

struct grid {
    size_t n;          /* columns */
    double *x;         /* their middle, ascending */
    double *y;         /* n x nseries */
};

static int by_value(const void *a, const void *b)
{
    double p = *(const double *)a, q = *(const double *)b;
    return p < q ? -1 : p > q;
}

static double *distinct_x(const struct chart *c, size_t *n)
{
    size_t all = 0, kept = 0;
    for (size_t i = 0; i < c->nseries; i++)
        all += c->series[i].n;
    double *x = arena_array(c->a, all + 1, sizeof *x);
    all = 0;
    for (size_t i = 0; i < c->nseries; i++)
        for (size_t k = 0; k < c->series[i].n; k++)
            x[all++] = c->series[i].p[k].x;
    qsort(x, all, sizeof *x, by_value);
    for (size_t i = 0; i < all; i++)
        if (i == 0 || x[i] != x[kept - 1])
            x[kept++] = x[i];
    *n = kept;
    return x;
}

/* Adds the points of a series to the columns, as means when several of the
 * original x fall into one. `per` is how many do. */
static void fill_series(const struct chart *c, struct grid *g, size_t s,
                        const double *x, size_t nx)
{
    size_t at = 0, per = (nx + g->n - 1) / g->n;
    for (size_t k = 0; k < c->series[s].n; k++) {
        const struct point *p = &c->series[s].p[k];
        while (at + 1 < nx && x[at] < p->x)
            at++;
        if (!isnan(p->y) && p->y > 0)
            g->y[at / per * c->nseries + s] += p->y / (double)per;
    }
}

static void make_grid(struct chart *c, struct grid *g)
{
    size_t nx;
    double *x = distinct_x(c, &nx);
    size_t per = nx / COLUMNS_MAX + 1;
    g->n = nx ? (nx + per - 1) / per : 1;
    g->x = arena_array(c->a, g->n, sizeof *g->x);
    g->y = arena_array(c->a, g->n * c->nseries + 1, sizeof *g->y);
    per = (nx + g->n - 1) / g->n;
    for (size_t i = 0; i < g->n && nx; i++)
        g->x[i] = x[i * per < nx ? i * per : nx - 1];
    for (size_t s = 0; nx && s < c->nseries; s++)
        fill_series(c, g, s, x, nx);
    if (per > 1)
        chart_note_count(c, per, "moments are averaged per column");
}

/* Turns the rows of the grid into shares of 100. */
static void to_shares(const struct chart *c, struct grid *g)
{
    for (size_t i = 0; i < g->n; i++) {
        double *y = g->y + i * c->nseries, sum = 0;
        for (size_t s = 0; s < c->nseries; s++)
            sum += y[s];
        for (size_t s = 0; sum > 0 && s < c->nseries; s++)
            y[s] = y[s] / sum * 100;
    }
}

static double highest(const struct chart *c, const struct grid *g)
{
    double best = 0;
    for (size_t i = 0; i < g->n; i++) {
        double sum = 0;
        for (size_t s = 0; s < c->nseries; s++)
            sum += g->y[i * c->nseries + s];
        best = sum > best ? sum : best;
    }
    return best;
}

static void add_vertex(struct chart *c, const struct grid *g, size_t i,
                       double y, bool first)
{
    buf_addc(&c->svg, first ? 'M' : 'L');
    svg_num(&c->svg, scale_px(&c->sx, g->x[i]));
    buf_addc(&c->svg, ' ');
    svg_num(&c->svg, scale_px(&c->sy, y));
}

static void add_band(struct chart *c, const struct grid *g, size_t s,
                     double *base)
{
    buf_adds(&c->svg, "<path class=\"shk-b\" fill-opacity=\"0.75\" fill=\"");
    buf_adds(&c->svg, palette(s));
    buf_adds(&c->svg, "\" d=\"");
    for (size_t i = 0; i < g->n; i++)
        add_vertex(c, g, i, base[i] + g->y[i * c->nseries + s], i == 0);
    for (size_t i = g->n; i-- > 0;)
        add_vertex(c, g, i, base[i], false);
    buf_adds(&c->svg, "Z\">");
    svg_title(&c->svg, c->series[s].name);
    buf_adds(&c->svg, "</path>\n");
    for (size_t i = 0; i < g->n; i++)
        base[i] += g->y[i * c->nseries + s];
}

enum status chart_draw_stacked(const struct frame *f, const struct hint *h,
                               struct bundle *out, struct diags *ds)
{
    struct chart_want want = { .time_first = true, .number_x = true,
                               .split = true };
    struct chart c;
    struct grid g;
    struct buf text;
    if (!chart_read(&c, f, h, &want, ds))
        return ST_USER;
    make_grid(&c, &g);
    if (c.kind == KIND_STACKED100)
        to_shares(&c, &g);
    c.ylog = false; /* sums on a logarithmic axis would mislead */
    c.sx = (struct scale){ .kind = c.x == X_TIME ? SCALE_TIME : SCALE_LINEAR,
                           .lo = g.x[0], .hi = g.x[g.n - 1], .t0 = c.t0 };
    scale_nice(&c.sx, 8);
    chart_y_range(&c, 0, c.kind == KIND_STACKED100 ? 100 : highest(&c, &g));
    chart_begin(&c);
    chart_axes(&c);
    double *base = arena_array(c.a, g.n, sizeof *base);
    for (size_t s = 0; s < c.nseries; s++)
        add_band(&c, &g, s, base);
    buf_init(&text, 1 << 20);
    chart_text_lines(&text, &c);
    chart_end(&c, out, buf_str(&text));
    buf_release(&text);
    chart_release(&c);
    return ST_OK;
}
