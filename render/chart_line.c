/* chart_line.c - line, time, area, anomaly and scatter charts.
 *
 * Called by: render.c through the rows below.
 * Gives:     lines thinned to the least and the largest value per pixel column
 *            when there are more points than can be seen, so that a spike is
 *            never lost; tooltips by <title>. */
#include <math.h>

#include "base/ticks.h"
#include "render/chart.h"
#include "render/format.h"
#include "render/html/html.h"
#include "render/svg/svg.h"

enum { DOTS_MAX = 150, HITS_MAX = 240, HIT_SERIES = 12 };

enum shape { LINE, AREA, SCATTER };

static void x_range(struct chart *c)
{
    double lo = INFINITY, hi = -INFINITY;
    for (size_t i = 0; i < c->nseries; i++)
        for (size_t k = 0; k < c->series[i].n; k++) {
            double x = c->series[i].p[k].x;
            if (c->xlog && !(x > 0))
                continue;
            lo = x < lo ? x : lo;
            hi = x > hi ? x : hi;
        }
    if (!(lo <= hi))
        lo = hi = c->xlog ? 1 : 0;
    c->sx = (struct scale){ .lo = lo, .hi = hi, .t0 = c->t0 };
    c->sx.kind = c->x == X_TIME ? SCALE_TIME
                 : c->xlog && c->x == X_NUMBER ? SCALE_LOG : SCALE_LINEAR;
    if (c->x != X_CATEGORY)
        scale_nice(&c->sx, 8);
}

static void y_range(struct chart *c)
{
    double lo = INFINITY, hi = -INFINITY;
    for (size_t i = 0; i < c->nseries; i++)
        for (size_t k = 0; k < c->series[i].n; k++) {
            double y = c->series[i].p[k].y;
            if (isnan(y) || (c->ylog && !(y > 0)))
                continue;
            lo = y < lo ? y : lo;
            hi = y > hi ? y : hi;
        }
    chart_y_range(c, lo, hi);
}

/* Categories along a line chart: labels for as many as have room. */
static void category_axis(struct chart *c)
{
    struct box *p = &c->plot;
    size_t every = c->ncats / (size_t)(p->w / 70 + 1) + 1;
    c->sx.from = p->x + 20;
    c->sx.to = p->x + p->w - 20;
    for (size_t i = 0; i < c->ncats; i += every)
        svg_label(&c->svg, &(struct svg_label){
                  .x = scale_px(&c->sx, (double)i), .y = p->y + p->h + 16,
                  .anchor = AT_MIDDLE, .max = 66 },
                  c->cats[i]);
}

static void add_point(struct buf *b, bool *open, double x, double y)
{
    buf_addc(b, *open ? 'L' : 'M');
    svg_num(b, x);
    buf_addc(b, ' ');
    svg_num(b, y);
    *open = true;
}

static double px_y(const struct chart *c, double y)
{
    return scale_px(&c->sy, y);
}

/* Points [beg, end) share a pixel column: first, least, largest, last. */
static void add_column(struct chart *c, const struct series *s, size_t beg,
                       size_t end, bool *open)
{
    size_t pick[4] = { beg, beg, beg, end - 1 }, last = SIZE_MAX;
    for (size_t k = beg; k < end; k++) {
        if (s->p[k].y < s->p[pick[1]].y)
            pick[1] = k;
        if (s->p[k].y > s->p[pick[2]].y)
            pick[2] = k;
    }
    if (pick[1] > pick[2]) {
        size_t swap = pick[1];
        pick[1] = pick[2];
        pick[2] = swap;
    }
    for (size_t i = 0; i < 4; i++) {
        const struct point *p = &s->p[pick[i]];
        if (pick[i] != last)
            add_point(&c->svg, open, scale_px(&c->sx, p->x), px_y(c, p->y));
        last = pick[i];
    }
}

/* The path of one series; gaps at NAN. Returns true when it was thinned. */
static bool add_path(struct chart *c, const struct series *s, double step)
{
    bool open = false, thinned = false;
    for (size_t k = 0; k < s->n;) {
        size_t end = k;
        if (isnan(s->p[k].y)) {
            open = false;
            k++;
            continue;
        }
        double edge = floor(scale_px(&c->sx, s->p[k].x) / step) * step + step;
        while (end < s->n && !isnan(s->p[end].y) &&
               (end == k || scale_px(&c->sx, s->p[end].x) < edge))
            end++;
        thinned |= end - k > 4;
        add_column(c, s, k, end, &open);
        k = end;
    }
    return thinned;
}

static void add_area(struct chart *c, const struct series *s, size_t i,
                     double step)
{
    struct buf *b = &c->svg;
    double zero = px_y(c, c->sy.lo > 0 ? c->sy.lo : c->sy.hi < 0 ? c->sy.hi
                                                                 : 0);
    for (size_t k = 0; k < s->n;) {
        struct series part = { .p = s->p + k };
        while (k < s->n && isnan(s->p[k].y))
            k++;
        part.p = s->p + k;
        for (; k < s->n && !isnan(s->p[k].y); k++)
            part.n++;
        if (part.n == 0)
            break;
        buf_adds(b, "<path fill-opacity=\"0.25\" fill=\"");
        buf_adds(b, palette(i));
        buf_adds(b, "\" d=\"");
        add_path(c, &part, step);
        bool open = true;
        add_point(b, &open, scale_px(&c->sx, part.p[part.n - 1].x), zero);
        add_point(b, &open, scale_px(&c->sx, part.p[0].x), zero);
        buf_adds(b, "Z\"/>\n");
    }
}

static void add_dot(struct chart *c, const struct series *s, size_t i,
                    const struct point *p, double r)
{
    struct buf *b = &c->svg, tip;
    buf_init(&tip, 4096);
    buf_adds(b, "<circle class=\"shk-b\"");
    svg_attr(b, "cx", scale_px(&c->sx, p->x));
    svg_attr(b, "cy", px_y(c, p->y));
    svg_attr(b, "r", r);
    buf_adds(b, " fill=\"");
    buf_adds(b, palette(i));
    buf_adds(b, r > 2.5 ? "\" fill-opacity=\"0.7\">" : "\">");
    chart_x_text(&tip, c, p->x);
    buf_addc(&tip, '\n');
    buf_add(&tip, html_head(s->name, 300));
    buf_adds(&tip, ": ");
    format_num(&tip, p->y, false);
    svg_title(b, buf_str(&tip));
    buf_adds(b, "</circle>\n");
    buf_release(&tip);
}

static size_t count_points(const struct chart *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->nseries; i++)
        n += c->series[i].n;
    return n;
}

static void add_lines(struct chart *c, enum shape shape)
{
    size_t n = count_points(c);
    double step = (double)c->nseries * c->plot.w * 4 / SVG_MARKS;
    bool thinned = false;
    if (step < 0.5)
        step = 0.5;
    for (size_t i = 0; i < c->nseries; i++) {
        if (shape == AREA)
            add_area(c, &c->series[i], i, step);
        buf_adds(&c->svg, "<path fill=\"none\" stroke-width=\"1.6\" "
                          "stroke-linejoin=\"round\" stroke=\"");
        buf_adds(&c->svg, palette(i));
        buf_adds(&c->svg, "\" d=\"");
        thinned |= add_path(c, &c->series[i], step);
        buf_adds(&c->svg, "\"/>\n");
    }
    for (size_t i = 0; n <= DOTS_MAX && i < c->nseries; i++)
        for (size_t k = 0; k < c->series[i].n; k++)
            if (!isnan(c->series[i].p[k].y))
                add_dot(c, &c->series[i], i, &c->series[i].p[k], 2.5);
    if (thinned)
        chart_note(c, "lines are drawn by their least and largest values "
                      "per pixel");
}

/* Points of one series within [lo, hi), from *k on. */
static void hit_series(struct buf *tip, const struct series *s, size_t *k,
                       double hi)
{
    double least = INFINITY, most = -INFINITY;
    for (; *k < s->n && s->p[*k].x < hi; (*k)++) {
        double y = s->p[*k].y;
        least = y < least ? y : least;
        most = y > most ? y : most;
    }
    if (!(least <= most))
        return;
    buf_addc(tip, '\n');
    buf_add(tip, html_head(s->name, 80));
    buf_adds(tip, ": ");
    format_num(tip, least, false);
    if (most > least) {
        buf_adds(tip, " \xE2\x80\xA6 ");
        format_num(tip, most, false);
    }
}

static void add_hit(struct chart *c, double lo, double hi, size_t *at)
{
    struct buf tip;
    buf_init(&tip, 8192);
    chart_x_text(&tip, c, lo);
    size_t empty = tip.n;
    for (size_t i = 0; i < c->nseries; i++) {
        struct buf none = { .max = 0 };
        hit_series(i < HIT_SERIES ? &tip : &none, &c->series[i], &at[i], hi);
    }
    if (tip.n > empty) {
        double x0 = scale_px(&c->sx, lo), x1 = scale_px(&c->sx, hi);
        svg_rect(&c->svg, x0, c->plot.y, x1 - x0, c->plot.h);
        buf_adds(&c->svg, " class=\"shk-hit\" fill=\"#808080\" "
                          "fill-opacity=\"0\">");
        svg_title(&c->svg, buf_str(&tip));
        buf_adds(&c->svg, "</rect>\n");
    }
    buf_release(&tip);
}

/* Invisible columns over the plot, each with the values under it. */
static void add_hits(struct chart *c)
{
    size_t *at = arena_array(c->a, c->nseries + 1, sizeof *at);
    double range = c->sx.hi - c->sx.lo;
    if (c->sx.kind == SCALE_LOG || !(range > 0))
        return;
    for (size_t i = 0; i < HITS_MAX; i++)
        add_hit(c, c->sx.lo + range * (double)i / HITS_MAX,
                c->sx.lo + range * (double)(i + 1) / HITS_MAX, at);
}

/* At which x an anomaly column is not zero: a ring on the first series. */
static void add_flags(struct chart *c)
{
    size_t n = 0;
    for (size_t i = 0; c->nseries && i < c->nflagged; i++) {
        const struct series *fl = &c->series[c->nseries + i];
        const struct series *s = &c->series[0];
        for (size_t k = 0, j = 0; k < fl->n && n < 500; k++) {
            while (j < s->n && s->p[j].x < fl->p[k].x)
                j++;
            if (j == s->n || s->p[j].x != fl->p[k].x || isnan(s->p[j].y) ||
                !(fabs(fl->p[k].y) > 0))
                continue;
            buf_adds(&c->svg, "<circle class=\"shk-mark\" fill=\"none\" "
                              "stroke=\"#d2564f\" stroke-width=\"2\" r=\"5\"");
            svg_attr(&c->svg, "cx", scale_px(&c->sx, s->p[j].x));
            svg_attr(&c->svg, "cy", px_y(c, s->p[j].y));
            buf_adds(&c->svg, "/>\n");
            n++;
        }
    }
    chart_note_count(c, n, "points are ringed as anomalies");
}

/* Every point, or one per cell of a grid when there are too many. */
static void add_scatter(struct chart *c)
{
    size_t n = count_points(c), nx = 90, ny = 40, drawn = 0;
    uint32_t *cell = arena_array(c->a, nx * ny, sizeof *cell);
    for (size_t i = 0; i < c->nseries; i++) {
        if (n > SVG_MARKS)
            memset(cell, 0, nx * ny * sizeof *cell);
        for (size_t k = 0; k < c->series[i].n && drawn < SVG_MARKS; k++) {
            const struct point *p = &c->series[i].p[k];
            if (isnan(p->y))
                continue;
            double fx = (scale_px(&c->sx, p->x) - c->plot.x) / c->plot.w;
            double fy = (px_y(c, p->y) - c->plot.y) / c->plot.h;
            size_t gx = (size_t)(fmin(fmax(fx, 0), 0.999) * (double)nx);
            size_t gy = (size_t)(fmin(fmax(fy, 0), 0.999) * (double)ny);
            if (n > SVG_MARKS && cell[gy * nx + gx]++)
                continue;
            add_dot(c, &c->series[i], i, p, 3.5);
            drawn++;
        }
    }
    if (n > SVG_MARKS)
        chart_note_count(c, drawn, "points are drawn, one for each place and "
                                   "series");
}

static enum status draw(const struct frame *f, const struct hint *h,
                        struct bundle *out, struct diags *ds,
                        enum shape shape)
{
    struct chart_want want = { .time_first = true, .number_x = true,
                               .split = true };
    struct chart c;
    struct buf text;
    if (!chart_read(&c, f, h, &want, ds))
        return ST_USER;
    x_range(&c);
    y_range(&c);
    chart_begin(&c);
    chart_axes(&c);
    if (c.x == X_CATEGORY)
        category_axis(&c);
    if (shape == SCATTER)
        add_scatter(&c);
    else
        add_lines(&c, shape);
    if (shape != SCATTER)
        add_hits(&c);
    add_flags(&c);
    buf_init(&text, 1 << 20);
    chart_text_lines(&text, &c);
    chart_end(&c, out, buf_str(&text));
    buf_release(&text);
    chart_release(&c);
    return ST_OK;
}

static enum status draw_line(const struct frame *f, const struct hint *h,
                             struct bundle *out, struct diags *ds)
{
    return draw(f, h, out, ds, LINE);
}

static enum status draw_area(const struct frame *f, const struct hint *h,
                             struct bundle *out, struct diags *ds)
{
    str kind = hint_text(h, "kind", S(""));
    if (str_ieqz(kind, "stacked") || str_ieqz(kind, "stacked100") ||
        str_ieqz(h->kind, "stackedareachart"))
        return chart_draw_stacked(f, h, out, ds);
    return draw(f, h, out, ds, AREA);
}

static enum status draw_scatter(const struct frame *f, const struct hint *h,
                                struct bundle *out, struct diags *ds)
{
    return draw(f, h, out, ds, SCATTER);
}

#define WITH "[with (title = \"…\", xcolumn = C, ycolumns = C, series = C, …)]"

const struct renderer renderer_timechart = {
    .name = "timechart", .alias = "timeseries",
    .usage = "T | render timechart " WITH,
    .summary = "Numbers over time: one line per numeric column and series.",
    .example = "datatable(At:datetime, N:long)"
               "[datetime(2024-01-01), 3, datetime(2024-01-02), 5]"
               " | render timechart",
    .draw = draw_line,
};

const struct renderer renderer_linechart = {
    .name = "linechart",
    .usage = "T | render linechart " WITH,
    .summary = "Lines over a time, a number or categories.",
    .example = "range x from 1 to 9 step 1 | extend y = x * x "
               "| render linechart",
    .draw = draw_line,
};

const struct renderer renderer_anomalychart = {
    .name = "anomalychart",
    .usage = "T | render anomalychart with (anomalycolumns = C)",
    .summary = "A time chart that rings the points whose anomaly column is "
               "not zero.",
    .example = "datatable(At:datetime, N:long, Flag:long)"
               "[datetime(2024-01-01), 3, 0, datetime(2024-01-02), 50, 1]"
               " | render anomalychart with (anomalycolumns = Flag)",
    .draw = draw_line,
};

const struct renderer renderer_areachart = {
    .name = "areachart", .alias = "stackedareachart",
    .usage = "T | render areachart [with (kind = stacked | stacked100, …)]",
    .summary = "Lines with the area below them filled.",
    .example = "range x from 1 to 9 step 1 | extend y = x * x "
               "| render areachart",
    .draw = draw_area,
};

const struct renderer renderer_scatterchart = {
    .name = "scatterchart",
    .usage = "T | render scatterchart " WITH,
    .summary = "A point per row.",
    .example = "range x from 1 to 9 step 1 | extend y = x * x "
               "| render scatterchart",
    .draw = draw_scatter,
};
