/* chart_bar.c - column charts (upright) and bar charts (lying).
 *
 * Called by: render.c through the rows below.
 * Gives:     one bar per category and series; side by side, kind=stacked or
 *            kind=stacked100. Bars are the sums of the rows of a category. */
#include <math.h>

#include "render/chart.h"
#include "render/format.h"
#include "render/hint.h"
#include "render/html/html.h"
#include "render/svg/svg.h"

struct bars {
    struct chart c;
    double *m;          /* ncats x nseries */
    bool lying;
    double slot;        /* pixels of a category */
    double up, down;    /* running ends of the stack of a category */
};

static double value(const struct bars *b, size_t cat, size_t s)
{
    double v = b->m[cat * b->c.nseries + s];
    return isnan(v) ? 0 : v;
}

static void to_shares(struct bars *b)
{
    for (size_t i = 0; i < b->c.ncats; i++) {
        double sum = 0;
        for (size_t s = 0; s < b->c.nseries; s++)
            sum += fabs(value(b, i, s));
        for (size_t s = 0; sum > 0 && s < b->c.nseries; s++)
            b->m[i * b->c.nseries + s] = value(b, i, s) / sum * 100;
    }
}

static void y_range(struct bars *b)
{
    double lo = 0, hi = 0, least = INFINITY;
    for (size_t i = 0; i < b->c.ncats; i++) {
        double up = 0, down = 0;
        for (size_t s = 0; s < b->c.nseries; s++) {
            double v = value(b, i, s);
            if (b->c.kind == KIND_PLAIN)
                up = down = 0;
            *(v < 0 ? &down : &up) += v;
            least = v > 0 && v < least ? v : least;
            lo = down < lo ? down : lo;
            hi = up > hi ? up : hi;
        }
    }
    /* A bar of the least value must be seen on a logarithmic axis. */
    chart_y_range(&b->c, b->c.ylog ? least * 0.9 : lo, hi);
}

static void add_tip(struct bars *b, size_t cat, size_t s)
{
    struct buf tip;
    buf_init(&tip, 4096);
    buf_add(&tip, html_head(b->c.cats[cat], 300));
    buf_addc(&tip, '\n');
    buf_add(&tip, html_head(b->c.series[s].name, 300));
    buf_adds(&tip, ": ");
    format_num(&tip, value(b, cat, s), false);
    if (b->c.kind == KIND_STACKED100)
        buf_adds(&tip, " %");
    svg_title(&b->c.svg, buf_str(&tip));
    buf_release(&tip);
}

/* One rectangle from value v0 to v1, `at` pixels along the categories. */
static void add_bar(struct bars *b, double at, double thick, double v0,
                    double v1)
{
    double p0 = scale_px(&b->c.sy, v0), p1 = scale_px(&b->c.sy, v1);
    double lo = p0 < p1 ? p0 : p1, len = fabs(p1 - p0);
    if (v0 != v1 && len < 1)
        len = 1;
    if (b->lying)
        svg_rect(&b->c.svg, lo, at, len, thick);
    else
        svg_rect(&b->c.svg, at, lo, thick, len);
}

static void add_category(struct bars *b, size_t cat)
{
    struct box *p = &b->c.plot;
    double at = (b->lying ? p->y : p->x) + b->slot * (double)cat;
    double pad = b->slot * (b->slot > 6 ? 0.12 : 0.05);
    double room = b->slot - 2 * pad;
    size_t n = b->c.nseries;
    double thick = b->c.kind == KIND_PLAIN ? room / (double)n : room;
    double zero = b->c.ylog ? b->c.sy.lo : 0;
    b->up = b->down = zero;
    for (size_t s = 0; s < n; s++) {
        double v = value(b, cat, s), from = zero;
        if (v == 0)
            continue;
        if (b->c.kind != KIND_PLAIN) {
            double *end = v < 0 ? &b->down : &b->up;
            from = *end;
            v = *end = *end + v;
        }
        add_bar(b, at + pad + (b->c.kind == KIND_PLAIN ? thick * (double)s : 0),
                thick, from, v);
        buf_adds(&b->c.svg, " class=\"shk-b\" fill-opacity=\"0.88\" fill=\"");
        buf_adds(&b->c.svg, palette(s));
        buf_adds(&b->c.svg, "\">");
        add_tip(b, cat, s);
        buf_adds(&b->c.svg, "</rect>\n");
    }
}

static double widest_label(const struct chart *c)
{
    double best = 0;
    for (size_t i = 0; i < c->ncats; i++) {
        double w = text_width(c->cats[i], 11);
        best = w > best ? w : best;
    }
    return best;
}

/* Labels below columns: level when they fit, aslant when not, and only every
 * n-th when the columns are narrower than a line of text. */
static void column_labels(struct bars *b, bool slanted)
{
    struct chart *c = &b->c;
    double base = c->plot.y + c->plot.h;
    size_t every = (size_t)((slanted ? 16 : 0) / b->slot) + 1;
    for (size_t i = 0; i < c->ncats; i += every) {
        double x = c->plot.x + b->slot * ((double)i + 0.5);
        struct svg_label l = { .anchor = slanted ? AT_END : AT_MIDDLE,
                               .max = slanted ? 100 : b->slot - 4 };
        buf_adds(&c->svg, "<g transform=\"translate(");
        svg_num(&c->svg, slanted ? x + 4 : x);
        buf_addc(&c->svg, ' ');
        svg_num(&c->svg, base + (slanted ? 12 : 16));
        buf_adds(&c->svg, slanted ? ") rotate(-40)\">" : ")\">");
        svg_label(&c->svg, &l, c->cats[i]);
        buf_adds(&c->svg, "</g>\n");
    }
}

static void value_label(struct bars *b, size_t cat)
{
    struct chart *c = &b->c;
    char room[32];
    struct buf t = { .p = room, .cap = sizeof room, .max = sizeof room };
    double v = value(b, cat, 0), px = scale_px(&c->sy, v);
    double mid = b->slot * ((double)cat + 0.5);
    struct svg_label l = { .px = 10 };
    format_num(&t, v, true);
    if (b->lying) {
        l.x = px + 4;
        l.y = c->plot.y + mid + 3.5;
    } else {
        l.x = c->plot.x + mid;
        l.y = px - 3;
        l.anchor = AT_MIDDLE;
    }
    if (b->lying || b->slot >= 30)
        svg_label(&c->svg, &l, buf_str(&t));
}

static void add_bars(struct bars *b)
{
    for (size_t i = 0; i < b->c.ncats; i++) {
        add_category(b, i);
        if (b->c.nseries == 1 && b->c.kind != KIND_STACKED100 &&
            value(b, i, 0) > 0)
            value_label(b, i);
    }
}

static void draw_columns(struct bars *b)
{
    struct chart *c = &b->c;
    chart_begin(c);
    double slot = (c->plot.w - 60) / (double)(c->ncats ? c->ncats : 1);
    double w = widest_label(c);
    bool slanted = w + 6 > slot;
    double extra = slanted ? (w > 100 ? 100 : w) * 0.64 : 0;
    c->plot.h -= extra;
    if (slanted) {
        c->xname = c->xtitle = S("");
        c->plot.x += 24;
        c->plot.w -= 24;
    }
    chart_axes(c);
    b->slot = c->plot.w / (double)(c->ncats ? c->ncats : 1);
    add_bars(b);
    column_labels(b, slanted);
}

static void bar_axis(struct chart *c)
{
    struct tick ticks[TICKS_CAP];
    size_t n = scale_ticks(&c->sy, (size_t)(c->plot.w / 90) + 1, ticks);
    double base = c->plot.y + c->plot.h;
    for (size_t i = 0; i < n; i++) {
        double x = scale_px(&c->sy, ticks[i].at);
        svg_line(&c->svg, x, c->plot.y, x, base);
        svg_label(&c->svg, &(struct svg_label){ .x = x, .y = base + 15,
                  .anchor = AT_MIDDLE }, str_of(ticks[i].label));
    }
}

static void draw_lying(struct bars *b)
{
    struct chart *c = &b->c;
    double each = c->kind == KIND_PLAIN ? 12.0 * (double)c->nseries + 10 : 22;
    double w = widest_label(c);
    if (isnan(hint_real(c->h, "height", NAN)))
        c->h_px = 0;
    double want = each * (double)c->ncats + 90;
    c->h_px = c->h_px > 0 ? c->h_px : want > 1600 ? 1600 : want;
    chart_begin(c);
    double left = w > 220 ? 220 : w;
    c->plot.x += left + 8;
    c->plot.w -= left + 50;
    c->plot.h -= 34;
    c->sy.from = c->plot.x;
    c->sy.to = c->plot.x + c->plot.w;
    b->slot = c->plot.h / (double)(c->ncats ? c->ncats : 1);
    bar_axis(c);
    add_bars(b);
    for (size_t i = 0; i < c->ncats; i++)
        svg_label(&c->svg, &(struct svg_label){ .x = c->plot.x - 6,
                  .y = c->plot.y + b->slot * ((double)i + 0.5) + 3.5,
                  .anchor = AT_END, .strong = true, .max = 220 }, c->cats[i]);
    axis_title_bottom(&c->svg, &c->plot,
                      c->ytitle.n ? c->ytitle
                      : c->nseries == 1 ? c->series[0].name : S(""));
}

static void cut_categories(struct bars *b, size_t cap)
{
    struct chart *c = &b->c;
    if (c->nseries && cap * c->nseries > SVG_MARKS)
        cap = SVG_MARKS / c->nseries;
    if (c->ncats <= cap)
        return;
    chart_note_count(c, c->ncats - cap, "further categories are not drawn");
    c->ncats = cap;
}

static enum status draw(const struct frame *f, const struct hint *h,
                        struct bundle *out, struct diags *ds, bool lying)
{
    struct chart_want want = { .categories = true, .split = true };
    struct bars b = { .lying = lying };
    struct buf text;
    if (!chart_read(&b.c, f, h, &want, ds))
        return ST_USER;
    cut_categories(&b, lying ? CHART_BARS : CHART_COLUMNS);
    b.m = chart_matrix(&b.c);
    if (b.c.kind == KIND_STACKED100)
        to_shares(&b);
    y_range(&b);
    if (lying)
        draw_lying(&b);
    else
        draw_columns(&b);
    buf_init(&text, 1 << 20);
    chart_text_bars(&text, &b.c);
    chart_end(&b.c, out, buf_str(&text));
    buf_release(&text);
    chart_release(&b.c);
    return ST_OK;
}

static enum status draw_column(const struct frame *f, const struct hint *h,
                               struct bundle *out, struct diags *ds)
{
    return draw(f, h, out, ds, false);
}

static enum status draw_bar(const struct frame *f, const struct hint *h,
                            struct bundle *out, struct diags *ds)
{
    return draw(f, h, out, ds, true);
}

const struct renderer renderer_columnchart = {
    .name = "columnchart",
    .usage = "T | render columnchart [with (kind = stacked | stacked100, …)]",
    .summary = "Upright bars, one per category and series.",
    .example = "range x from 1 to 9 step 1 | summarize count() by x % 3 "
               "| render columnchart",
    .draw = draw_column,
};

const struct renderer renderer_barchart = {
    .name = "barchart",
    .usage = "T | render barchart [with (kind = stacked | stacked100, …)]",
    .summary = "Lying bars, for categories with long names.",
    .example = "range x from 1 to 9 step 1 | summarize count() by x % 3 "
               "| render barchart",
    .draw = draw_bar,
};
