/* chart_frame.c - what stands around the marks of a chart, and the bundle.
 *
 * Called by: the chart renderers.
 * Gives:     title, legend, axes; text/html with the picture inline, the same
 *            picture as image/svg+xml, and text/plain. */
#include <math.h>

#include "base/ticks.h"
#include "render/chart.h"
#include "render/format.h"
#include "render/html/html.h"
#include "render/html/theme.h"
#include "render/svg/svg.h"

void chart_note(struct chart *c, const char *sentence)
{
    buf_adds(&c->notes, c->notes.n ? "; " : "");
    buf_adds(&c->notes, sentence);
}

void chart_note_count(struct chart *c, size_t n, const char *what)
{
    if (n == 0)
        return;
    buf_adds(&c->notes, c->notes.n ? "; " : "");
    format_count(&c->notes, n);
    buf_addc(&c->notes, ' ');
    buf_adds(&c->notes, what);
}

void chart_x_text(struct buf *b, const struct chart *c, double x)
{
    if (c->x == X_TIME) {
        int64_t t = c->t0 + (int64_t)x;
        format_time(b, t, t % TICKS_PER_SEC ? 3 : 0);
    } else if (c->x == X_CATEGORY) {
        size_t i = (size_t)x;
        buf_add(b, i < c->ncats ? html_head(c->cats[i], 300) : S(""));
    } else {
        format_num(b, x, false);
    }
}

enum { SWATCH = 10, LEGEND_ROW = 18 };

static double legend_width(const struct series *s)
{
    double w = text_width(s->name, 11);
    return SWATCH + 6 + (w > 180 ? 180 : w) + 16;
}

static void legend_entry(struct chart *c, size_t i, double x, double y)
{
    struct buf *b = &c->svg;
    buf_adds(b, "<g class=\"shk-key\">");
    svg_title(b, c->series[i].name);
    svg_rect(b, x, y - SWATCH + 1, SWATCH, SWATCH);
    buf_adds(b, " rx=\"2\" fill=\"");
    buf_adds(b, palette(i));
    buf_adds(b, "\"/>\n");
    svg_label(b, &(struct svg_label){ .x = x + SWATCH + 5, .y = y,
                                      .strong = true, .max = 180 },
              c->series[i].name);
    buf_adds(b, "</g>\n");
}

/* Rows of swatches from the top; returns where the next thing may stand. */
static double add_legend(struct chart *c, double y)
{
    double x = 8;
    if (!c->legend || (c->nseries < 2 && c->nseries_all < 2))
        return y;
    for (size_t i = 0; i < c->nseries; i++) {
        double w = legend_width(&c->series[i]);
        if (x > 8 && x + w > c->w) {
            x = 8;
            y += LEGEND_ROW;
        }
        legend_entry(c, i, x, y + 11);
        x += w;
    }
    return y + LEGEND_ROW + 4;
}

void chart_begin(struct chart *c)
{
    double y = 8;
    svg_open(&c->svg, c->w, c->h_px, c->title.n ? c->title : c->h->kind);
    if (c->title.n) {
        svg_label(&c->svg, &(struct svg_label){ .x = 8, .y = 18, .px = 14,
                  .strong = true, .bold = true, .max = c->w - 16 }, c->title);
        y = 30;
    }
    y = add_legend(c, y);
    c->plot = (struct box){ 8, y + 4, c->w - 20, c->h_px - y - 12 };
}

void chart_y_range(struct chart *c, double lo, double hi)
{
    struct scale *s = &c->sy;
    s->kind = c->ylog ? SCALE_LOG : SCALE_LINEAR;
    if (!(lo <= hi))
        lo = hi = 0;
    if (!c->ylog && lo > 0 && lo < hi * 0.8)
        lo = 0;
    if (c->ylog) {
        hi = hi > 0 ? hi : 1;
        lo = lo > 0 ? lo : hi < 1 ? hi / 1000 : 1;
        lo = lo > hi ? hi : lo;
    }
    s->lo = lo;
    s->hi = hi;
    if (!c->ylog && lo >= 0 && hi <= lo)
        s->lo = 0;
    scale_nice(s, 5);
    if (!isnan(c->ymin) && c->ymin < s->hi && (!c->ylog || c->ymin > 0))
        s->lo = c->ymin;
    if (!isnan(c->ymax) && c->ymax > s->lo)
        s->hi = c->ymax;
}

static str y_title(const struct chart *c)
{
    if (c->ytitle.n || c->nseries != 1)
        return c->ytitle;
    return c->series[0].name;
}

void chart_axes(struct chart *c)
{
    struct box *p = &c->plot;
    double title = y_title(c).n ? 18 : 0;
    p->h -= 40;
    c->sy.from = p->y + p->h;
    c->sy.to = p->y;
    double left = axis_left(NULL, p, &c->sy) + title;
    p->x += left;
    p->w -= left + 6;
    axis_left(&c->svg, p, &c->sy);
    axis_title_left(&c->svg, p, y_title(c));
    if (c->x != X_CATEGORY) {
        c->sx.from = p->x;
        c->sx.to = p->x + p->w;
        c->sx.t0 = c->t0;
        axis_bottom(&c->svg, p, &c->sx);
    }
    axis_title_bottom(&c->svg, p, c->xtitle.n ? c->xtitle : c->xname);
}

static void add_html(struct chart *c, struct bundle *out)
{
    struct buf b;
    uint64_t id = theme_id(c->f, c->h);
    buf_init(&b, HTML_MAX);
    theme_open(&b, "chart", id);
    theme_svg(&b, buf_str(&c->svg), c->title);
    buf_addc(&c->notes, 0);
    theme_footer(&b, c->f, c->f->nrows, c->f->ncols, c->notes.p);
    theme_close(&b);
    if (!buf_ok(&b))
        BUG("a chart of %zu bytes", c->svg.n);
    bundle_add(out, "text/html", buf_str(&b));
    buf_release(&b);
}

void chart_end(struct chart *c, struct bundle *out, str text)
{
    svg_close(&c->svg);
    if (!buf_ok(&c->svg))
        BUG("an SVG of more than %zu bytes", c->svg.max);
    add_html(c, out);
    bundle_add(out, "image/svg+xml", buf_str(&c->svg));
    bundle_add(out, "text/plain", text);
}
