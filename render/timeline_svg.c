/* timeline_svg.c - the static picture of a timeline.
 *
 * Called by: timeline.c.
 * Gives:     lanes with a mark per event while there are few, else bars of
 *            counts per lane, bin and colour (height by the logarithm of the
 *            count, so that a single event beside thousands is still seen);
 *            the bars of a lane and colour are one path. */
#include <math.h>

#include "base/ticks.h"
#include "render/format.h"
#include "render/hint.h"
#include "render/html/html.h"
#include "render/svg/svg.h"
#include "render/timeline.h"

enum { LABEL_MAX = 190, BINS = 400 };

static double clamp(double v, double lo, double hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

static double label_room(const struct timeline *t)
{
    double best = 0;
    if (t->group < 0)
        return 10;
    for (size_t i = 0; i < t->nlanes; i++) {
        double w = text_width(t->lanes[i].name, 11);
        best = w > best ? w : best;
    }
    return clamp(best, 30, LABEL_MAX) + 62;
}

static void layout(struct timeline *t, double top)
{
    double room = label_room(t);
    t->w = clamp(hint_real(t->h, "width", 960), 400, 2000);
    t->lane_h = t->nlanes == 1 ? 90 : t->nlanes < 6 ? 40 :
                t->nlanes < 16 ? 30 : 24;
    t->plot = (struct box){ room, top, t->w - room - 14,
                            t->lane_h * (double)t->nlanes };
    t->h_px = top + t->plot.h + 42;
    t->sx = (struct scale){ .kind = SCALE_TIME, .hi = (double)(t->t1 - t->t0),
                            .from = t->plot.x, .to = t->plot.x + t->plot.w,
                            .t0 = t->t0 };
}

static double lane_y(const struct timeline *t, size_t lane)
{
    return t->plot.y + t->lane_h * (double)lane;
}

static void add_lanes(struct buf *b, const struct timeline *t)
{
    for (size_t i = 0; i < t->nlanes; i++) {
        double y = lane_y(t, i), mid = y + t->lane_h / 2 + 4;
        svg_line(b, t->plot.x, y, t->plot.x + t->plot.w, y);
        if (t->group < 0)
            continue;
        struct buf n;
        buf_init(&n, 40);
        format_count(&n, t->lanes[i].count);
        buf_adds(b, "<g>");
        svg_title(b, t->lanes[i].name);
        svg_label(b, &(struct svg_label){ .x = t->plot.x - 56, .y = mid,
                  .anchor = AT_END, .strong = true, .max = LABEL_MAX },
                  t->lanes[i].name);
        svg_label(b, &(struct svg_label){ .x = t->plot.x - 6, .y = mid,
                  .anchor = AT_END, .px = 10 }, buf_str(&n));
        buf_adds(b, "</g>\n");
        buf_release(&n);
    }
}

/* Swatches; the script makes them switches. Returns their height. */
static double add_legend(struct buf *b, const struct timeline *t, double y)
{
    double x = 10, row = 18, w_all = clamp(hint_real(t->h, "width", 960), 400,
                                           2000);
    if (t->color < 0)
        return y;
    for (size_t i = 0; i < t->ncolors; i++) {
        double w = text_width(t->colors[i].name, 11);
        w = (w > 160 ? 160 : w) + 34;
        if (x > 10 && x + w > w_all) {
            x = 10;
            y += row;
        }
        buf_addf(b, "<g class=\"shk-key\" data-c=\"%zu\">", i);
        svg_title(b, t->colors[i].name);
        svg_rect(b, x, y + 2, 10, 10);
        buf_adds(b, " rx=\"2\" fill=\"");
        buf_adds(b, timeline_color(t, i));
        buf_adds(b, "\"/>\n");
        svg_label(b, &(struct svg_label){ .x = x + 15, .y = y + 11,
                  .strong = true, .max = 160 }, t->colors[i].name);
        buf_adds(b, "</g>\n");
        x += w;
    }
    return y + row + 6;
}

static void open_mark(struct buf *b, const char *color)
{
    buf_adds(b, " class=\"shk-b\" fill-opacity=\"0.8\" fill=\"");
    buf_adds(b, color);
    buf_adds(b, "\">");
}

static void add_singles(struct buf *b, const struct timeline *t)
{
    struct buf tip;
    double h = t->lane_h > 40 ? 40 : t->lane_h - 10;
    buf_init(&tip, 1 << 16);
    for (size_t i = 0; i < t->n; i++) {
        const struct tl_event *e = &t->ev[i];
        double x = scale_px(&t->sx, (double)(e->t - t->t0));
        svg_rect(b, x - 2, lane_y(t, e->lane) + (t->lane_h - h) / 2, 4, h);
        buf_adds(b, " rx=\"1.5\"");
        open_mark(b, timeline_color(t, e->color));
        buf_reset(&tip);
        timeline_tip(&tip, t, e);
        svg_title(b, buf_str(&tip));
        buf_adds(b, "</rect>\n");
    }
    buf_release(&tip);
}

/* Counts per bin, lane and colour. */
struct bins {
    size_t n;
    uint32_t *count;    /* n x nlanes x ncolors */
    uint32_t most;      /* in one bin of one lane */
    size_t marks;
};

static uint32_t *bin_at(const struct timeline *t, const struct bins *g,
                        size_t bin, size_t lane)
{
    return g->count + (bin * t->nlanes + lane) * t->ncolors;
}

static void fill_bins(const struct timeline *t, struct bins *g)
{
    double range = (double)(t->t1 - t->t0) + 1;
    memset(g->count, 0, g->n * t->nlanes * t->ncolors * sizeof *g->count);
    for (size_t i = 0; i < t->n; i++) {
        const struct tl_event *e = &t->ev[i];
        double part = (double)(e->t - t->t0) / range;
        size_t bin = (size_t)(part * (double)g->n);
        bin_at(t, g, bin < g->n ? bin : g->n - 1, e->lane)[e->color]++;
    }
    g->marks = 0;
    g->most = 1;
    for (size_t i = 0; i < g->n; i++)
        for (size_t l = 0; l < t->nlanes; l++) {
            uint32_t sum = 0;
            for (size_t c = 0; c < t->ncolors; c++) {
                sum += bin_at(t, g, i, l)[c];
                g->marks += bin_at(t, g, i, l)[c] > 0;
            }
            g->most = sum > g->most ? sum : g->most;
        }
}

/* Bars grow with the logarithm of the count. */
static double bar_height(const struct timeline *t, const struct bins *g,
                         uint32_t sum)
{
    double room = t->lane_h - 4;
    return clamp(room * log1p(sum) / log1p(g->most), 2.5, room);
}

/* The part of a bar that one colour takes, as a closed path. */
static void add_bar(struct buf *b, const struct timeline *t,
                    const struct bins *g, size_t bin, size_t lane,
                    size_t color)
{
    const uint32_t *count = bin_at(t, g, bin, lane);
    double w = t->plot.w / (double)g->n, below = 0, sum = 0;
    for (size_t c = 0; c < t->ncolors; c++) {
        below += c < color ? count[c] : 0;
        sum += count[c];
    }
    if (count[color] == 0)
        return;
    double h = bar_height(t, g, (uint32_t)sum), bar = w > 2 ? w - 0.5 : w;
    double bottom = lane_y(t, lane) + t->lane_h - h * below / sum;
    double part = h * count[color] / sum;
    buf_addc(b, 'M');
    svg_num(b, t->plot.x + w * (double)bin);
    buf_addc(b, ' ');
    svg_num(b, bottom);
    buf_addc(b, 'h');
    svg_num(b, bar);
    buf_addc(b, 'v');
    svg_num(b, -(part < 0.5 ? 0.5 : part));
    buf_addc(b, 'h');
    svg_num(b, -bar);
    buf_addc(b, 'z');
}

static void add_lane_color(struct buf *b, const struct timeline *t,
                           const struct bins *g, size_t lane, size_t color)
{
    uint64_t sum = 0;
    struct buf tip;
    for (size_t i = 0; i < g->n; i++)
        sum += bin_at(t, g, i, lane)[color];
    if (sum == 0)
        return;
    buf_adds(b, "<path fill-opacity=\"0.85\" fill=\"");
    buf_adds(b, timeline_color(t, color));
    buf_adds(b, "\" d=\"");
    for (size_t i = 0; i < g->n; i++)
        add_bar(b, t, g, i, lane, color);
    buf_adds(b, "\">");
    buf_init(&tip, 4096);
    buf_add(&tip, html_head(t->lanes[lane].name, 300));
    buf_addc(&tip, '\n');
    buf_add(&tip, html_head(t->colors[color].name, 300));
    buf_adds(&tip, ": ");
    format_count(&tip, sum);
    svg_title(b, buf_str(&tip));
    buf_adds(b, "</path>\n");
    buf_release(&tip);
}

static int64_t add_bins(struct buf *b, const struct timeline *t)
{
    struct bins g = { .n = BINS };
    g.count = arena_array(t->a, g.n * t->nlanes * t->ncolors,
                          sizeof *g.count);
    fill_bins(t, &g);
    while (g.marks > TL_MARKS && g.n > 20) {
        g.n = g.n * 3 / 4;
        fill_bins(t, &g);
    }
    for (size_t l = 0; l < t->nlanes; l++)
        for (size_t c = 0; c < t->ncolors; c++)
            add_lane_color(b, t, &g, l, c);
    return (t->t1 - t->t0) / (int64_t)g.n;
}

static void add_refs(struct buf *b, const struct timeline *t)
{
    for (size_t i = 0; i < t->nrefs; i++) {
        double x = scale_px(&t->sx, (double)(t->refs[i].t - t->t0));
        struct buf tip;
        buf_init(&tip, 4096);
        buf_add(&tip, html_head(t->refs[i].label, 300));
        buf_addc(&tip, '\n');
        format_time(&tip, t->refs[i].t, 3);
        buf_adds(b, "<g>");
        svg_title(b, buf_str(&tip));
        buf_adds(b, "<line stroke=\"#d2564f\" stroke-width=\"1.5\" "
                    "stroke-dasharray=\"4 3\"");
        svg_attr(b, "x1", x);
        svg_attr(b, "x2", x);
        svg_attr(b, "y1", t->plot.y - 12);
        svg_attr(b, "y2", t->plot.y + t->plot.h);
        buf_adds(b, "/>\n");
        bool right = x > t->plot.x + t->plot.w - 90;
        svg_label(b, &(struct svg_label){ .x = right ? x - 4 : x + 4,
                  .y = t->plot.y - 4, .px = 10, .strong = true,
                  .anchor = right ? AT_END : AT_START, .max = 120 },
                  t->refs[i].label);
        buf_adds(b, "</g>\n");
        buf_release(&tip);
    }
}

static void add_body(struct buf *b, struct timeline *t, bool single,
                     int64_t *bin)
{
    add_lanes(b, t);
    buf_adds(b, "<g class=\"shk-axis\">");
    axis_bottom(b, &t->plot, &t->sx);
    buf_adds(b, "</g>\n<g class=\"shk-marks\">\n");
    if (single)
        add_singles(b, t);
    else
        *bin = add_bins(b, t);
    buf_adds(b, "</g>\n<g class=\"shk-refs\">\n");
    add_refs(b, t);
    buf_adds(b, "</g>\n");
}

bool timeline_svg(struct buf *b, struct timeline *t, int64_t *bin)
{
    str title = hint_text(t->h, "title", S(""));
    bool single = t->n <= TL_SINGLE;
    struct buf inner;
    double y = 8;
    buf_init(&inner, b->max);
    if (title.n) {
        svg_label(&inner, &(struct svg_label){ .x = 10, .y = 20, .px = 14,
                  .strong = true, .bold = true, .max = 800 }, title);
        y = 32;
    }
    y = add_legend(&inner, t, y);
    layout(t, y + (t->nrefs ? 16 : 4));
    add_body(&inner, t, single, bin);
    svg_open(b, t->w, t->h_px, title.n ? title : S("timeline"));
    buf_add(b, buf_str(&inner));
    svg_close(b);
    buf_release(&inner);
    return single;
}
