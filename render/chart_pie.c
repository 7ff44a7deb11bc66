/* chart_pie.c - shares of a whole as slices of a ring.
 *
 * Called by: render.c. The ten largest categories, the rest as one slice. */
#include <math.h>

#include "render/chart.h"
#include "render/format.h"
#include "render/hint.h"
#include "render/html/html.h"
#include "render/svg/svg.h"

enum { SLICES = 10 };

struct slice {
    str name;
    double v;
    size_t order;
};

static int by_share(const void *a, const void *b)
{
    const struct slice *p = a, *q = b;
    if (p->v != q->v)
        return p->v > q->v ? -1 : 1;
    return p->order < q->order ? -1 : 1;
}

static struct slice *read_slices(struct chart *c, size_t *n, double *sum)
{
    double *m = chart_matrix(c);
    struct slice *v = arena_array(c->a, c->ncats + 2, sizeof *v);
    *n = 0;
    *sum = 0;
    for (size_t i = 0; i < c->ncats; i++) {
        double all = 0;
        for (size_t s = 0; s < c->nseries; s++) {
            double y = m[i * c->nseries + s];
            all += isnan(y) || y < 0 ? 0 : y;
        }
        if (all > 0)
            v[(*n)++] = (struct slice){ c->cats[i], all, i };
        *sum += all;
    }
    qsort(v, *n, sizeof *v, by_share);
    if (*n < c->ncats)
        chart_note_count(c, c->ncats - *n,
                         "categories without a positive value are left out");
    return v;
}

static void join_small(struct chart *c, struct slice *v, size_t *n)
{
    double rest = 0;
    if (*n <= SLICES)
        return;
    for (size_t i = SLICES - 1; i < *n; i++)
        rest += v[i].v;
    v[SLICES - 1].name = arena_fmt(c->a, "(%zu others)", *n - SLICES + 1);
    v[SLICES - 1].v = rest;
    *n = SLICES;
}

static void add_xy(struct buf *b, double cx, double cy, double r, double turn)
{
    double a = (turn - 0.25) * 2 * acos(-1);
    svg_num(b, cx + r * cos(a));
    buf_addc(b, ' ');
    svg_num(b, cy + r * sin(a));
}

static void arc(struct buf *b, double r, bool large, bool back)
{
    buf_addc(b, 'A');
    svg_num(b, r);
    buf_addc(b, ' ');
    svg_num(b, r);
    buf_adds(b, large ? " 0 1 " : " 0 0 ");
    buf_adds(b, back ? "0 " : "1 ");
}

/* The sector from turn t0 to t1 of the ring around (cx, cy). */
static void add_sector(struct buf *b, double cx, double cy, double r,
                       double t0, double t1)
{
    double inner = r * 0.55;
    bool large = t1 - t0 > 0.5;
    if (t1 - t0 > 0.9999)
        t1 = t0 + 0.9999;
    buf_addc(b, 'M');
    add_xy(b, cx, cy, r, t0);
    arc(b, r, large, false);
    add_xy(b, cx, cy, r, t1);
    buf_addc(b, 'L');
    add_xy(b, cx, cy, inner, t1);
    arc(b, inner, large, true);
    add_xy(b, cx, cy, inner, t0);
    buf_addc(b, 'Z');
}

static void slice_text(struct buf *b, const struct slice *s, double sum)
{
    buf_add(b, html_head(s->name, 300));
    buf_adds(b, ": ");
    format_num(b, s->v, false);
    buf_addf(b, " (%.1f %%)", s->v / sum * 100);
}

static void add_slice(struct chart *c, const struct slice *s, size_t i,
                      double sum, double *turn)
{
    double r = c->plot.h / 2 - 4, cx = 16 + r, cy = c->plot.y + c->plot.h / 2;
    double y = cy - r + 12 + 22 * (double)i;
    struct buf text;
    buf_init(&text, 4096);
    slice_text(&text, s, sum);
    buf_adds(&c->svg, "<path class=\"shk-b shk-halo\" fill-opacity=\"0.9\" "
                      "stroke-width=\"1\" fill=\"");
    buf_adds(&c->svg, palette(i));
    buf_adds(&c->svg, "\" d=\"");
    add_sector(&c->svg, cx, cy, r, *turn, *turn + s->v / sum);
    buf_adds(&c->svg, "\">");
    svg_title(&c->svg, buf_str(&text));
    buf_adds(&c->svg, "</path>\n");
    *turn += s->v / sum;
    svg_rect(&c->svg, cx + r + 30, y - 9, 11, 11);
    buf_adds(&c->svg, " rx=\"2\" fill=\"");
    buf_adds(&c->svg, palette(i));
    buf_adds(&c->svg, "\"/>\n");
    svg_label(&c->svg, &(struct svg_label){ .x = cx + r + 48, .y = y,
              .strong = true, .px = 12, .max = c->w - cx - r - 60 },
              buf_str(&text));
    buf_release(&text);
}

static void add_total(struct chart *c, double sum)
{
    char room[32];
    struct buf t = { .p = room, .cap = sizeof room, .max = sizeof room };
    double r = c->plot.h / 2 - 4;
    if (sum < 1e15 && sum == floor(sum))
        format_count(&t, (uint64_t)sum);
    else
        format_num(&t, sum, true);
    svg_label(&c->svg, &(struct svg_label){ .x = 16 + r, .px = 16,
              .y = c->plot.y + c->plot.h / 2 + 6, .anchor = AT_MIDDLE,
              .strong = true, .bold = true }, buf_str(&t));
}

static enum status draw_pie(const struct frame *f, const struct hint *h,
                            struct bundle *out, struct diags *ds)
{
    struct chart_want want = { .categories = true };
    struct chart c;
    struct buf text;
    size_t n;
    double sum, turn = 0;
    if (!chart_read(&c, f, h, &want, ds))
        return ST_USER;
    struct slice *v = read_slices(&c, &n, &sum);
    join_small(&c, v, &n);
    c.legend = false;
    c.w = hint_real(h, "width", 640) < 400 ? 400 : c.w > 640 ? 640 : c.w;
    c.h_px = c.h_px > 280 ? 280 : c.h_px;
    chart_begin(&c);
    for (size_t i = 0; i < n; i++)
        add_slice(&c, &v[i], i, sum, &turn);
    add_total(&c, sum);
    buf_init(&text, 1 << 20);
    chart_text_bars(&text, &c);
    chart_end(&c, out, buf_str(&text));
    buf_release(&text);
    chart_release(&c);
    return ST_OK;
}

const struct renderer renderer_piechart = {
    .name = "piechart",
    .usage = "T | render piechart [with (title = \"…\", xcolumn = C)]",
    .summary = "Shares of a whole; the ten largest.",
    .example = "range x from 1 to 9 step 1 | summarize count() by x % 3 "
               "| render piechart",
    .draw = draw_pie,
};
