/* timeline_html.c - the timeline's page: buttons, picture, data, script.
 *
 * Called by: timeline.c.
 * Gives:     the picture as it is, and beside it what the script needs to draw
 *            a part of it larger: every event when that fits, else counts in
 *            the finest bins that fit. The data say how fine they are, so that
 *            the script never shows more precision than it has. */
#include "base/ticks.h"
#include "render/format.h"
#include "render/hint.h"
#include "render/html/html.h"
#include "render/html/theme.h"
#include "render/timeline.h"

enum { DATA_MAX = 900000, TIPS_MAX = 500000 };

/* Ticks per unit of the numbers in the data: small numbers, no more precise
 * than a screen can show at any zoom. */
static int64_t unit_of(const struct timeline *t)
{
    int64_t range = t->t1 - t->t0;
    if (range < 100 * TICKS_PER_SEC)
        return 1;
    return range < 30 * TICKS_PER_HOUR ? TICKS_PER_US : TICKS_PER_MS;
}

static void add_names(struct buf *b, const struct timeline *t)
{
    buf_adds(b, "\"lanes\":[");
    for (size_t i = 0; i < t->nlanes; i++) {
        buf_adds(b, i ? "," : "");
        html_json(b, html_head(t->lanes[i].name, 200));
    }
    buf_adds(b, "],\"colors\":[");
    for (size_t i = 0; i < t->ncolors; i++) {
        buf_adds(b, i ? ",[" : "[");
        html_json(b, html_head(t->colors[i].name, 200));
        buf_adds(b, ",\"");
        buf_adds(b, timeline_color(t, i));
        buf_adds(b, "\"]");
    }
    buf_adds(b, "]");
}

static void add_num(struct buf *b, const char *name, double v)
{
    buf_addf(b, ",\"%s\":%.10g", name, v);
}

/* Milliseconds since 1970, for the script's Date. */
static void add_ms(struct buf *b, int64_t ticks)
{
    buf_addf(b, ",\"t0\":%.3f", (double)(ticks - TICKS_UNIX_EPOCH) / 10000.0);
}

static void add_layout(struct buf *b, const struct timeline *t)
{
    add_num(b, "x", t->plot.x);
    add_num(b, "y", t->plot.y);
    add_num(b, "w", t->plot.w);
    add_num(b, "h", t->plot.h);
    add_num(b, "lane", t->lane_h);
    buf_adds(b, ",\"refs\":[");
    for (size_t i = 0; i < t->nrefs; i++) {
        buf_addf(b, "%s[%.3f,", i ? "," : "",
                 (double)(t->refs[i].t - TICKS_UNIX_EPOCH) / 10000.0);
        html_json(b, html_head(t->refs[i].label, 200));
        buf_addc(b, ']');
    }
    buf_addc(b, ']');
}

/* [lane, colour, offset] per event, offsets as differences. */
static bool add_events(struct buf *b, const struct timeline *t)
{
    int64_t unit = unit_of(t), last = 0;
    add_num(b, "u", (double)unit / 10000.0);
    buf_adds(b, ",\"ev\":[");
    for (size_t i = 0; i < t->n && b->n < DATA_MAX; i++) {
        int64_t at = (t->ev[i].t - t->t0) / unit;
        buf_adds(b, i ? "," : "");
        buf_add_i64(b, t->ev[i].lane * 16 + t->ev[i].color);
        buf_addc(b, ',');
        buf_add_i64(b, at - last);
        last = at;
    }
    buf_addc(b, ']');
    return b->n < DATA_MAX;
}

/* How many different (bin, lane, colour) there are with bins of `width`. */
static size_t count_bins(const struct timeline *t, double width, int64_t *last)
{
    size_t n = 0;
    for (size_t i = 0; i < t->nlanes * 16; i++)
        last[i] = -1;
    for (size_t i = 0; i < t->n; i++) {
        int64_t bin = (int64_t)((double)(t->ev[i].t - t->t0) / width);
        size_t key = (size_t)t->ev[i].lane * 16 + t->ev[i].color;
        n += last[key] != bin;
        last[key] = bin;
    }
    return n;
}

/* Counts of one bin, lane by lane; then they are zero again. */
static void flush_bin(struct buf *b, const struct timeline *t, uint32_t *count,
                      int64_t bin, int64_t *last)
{
    for (size_t k = 0; k < t->nlanes * 16; k++) {
        if (count[k] == 0)
            continue;
        buf_adds(b, *last < 0 ? "" : ",");
        buf_add_i64(b, (int64_t)k);
        buf_addc(b, ',');
        buf_add_i64(b, bin - (*last < 0 ? 0 : *last));
        buf_addc(b, ',');
        buf_add_i64(b, count[k]);
        count[k] = 0;
        *last = bin;
    }
}

static void add_bins(struct buf *b, const struct timeline *t)
{
    int64_t *seen = arena_array(t->a, t->nlanes * 16, sizeof *seen);
    uint32_t *count = arena_array(t->a, t->nlanes * 16, sizeof *count);
    int64_t open = 0, last = -1;
    double width = (double)(t->t1 - t->t0) / 262144;
    width = width < 1 ? 1 : width;
    while (count_bins(t, width, seen) > TL_BINS)
        width *= 2;
    add_num(b, "u", width / 10000.0);
    buf_adds(b, ",\"bin\":[");
    for (size_t i = 0; i < t->n; i++) {
        int64_t bin = (int64_t)((double)(t->ev[i].t - t->t0) / width);
        if (bin != open)
            flush_bin(b, t, count, open, &last);
        open = bin;
        count[t->ev[i].lane * 16 + t->ev[i].color]++;
    }
    flush_bin(b, t, count, open, &last);
    buf_addc(b, ']');
}

static void add_tips(struct buf *b, const struct timeline *t)
{
    struct buf tip;
    size_t beg = b->n;
    if (t->n > TL_TIPS)
        return;
    buf_init(&tip, 1 << 16);
    buf_adds(b, ",\"tips\":[");
    for (size_t i = 0; i < t->n && b->n - beg < TIPS_MAX; i++) {
        buf_reset(&tip);
        timeline_tip(&tip, t, &t->ev[i]);
        buf_adds(b, i ? "," : "");
        html_json(b, buf_str(&tip));
    }
    buf_addc(b, ']');
    buf_release(&tip);
}

static void add_data(struct buf *b, const struct timeline *t)
{
    struct buf d;
    buf_init(&d, HTML_MAX);
    buf_addc(&d, '{');
    add_names(&d, t);
    add_ms(&d, t->t0);
    add_num(&d, "range", (double)(t->t1 - t->t0) / 10000.0);
    add_num(&d, "n", (double)t->n);
    add_layout(&d, t);
    size_t mark = d.n;
    if (t->n > TL_EVENTS || !add_events(&d, t)) {
        d.n = mark;
        add_bins(&d, t);
    }
    add_tips(&d, t);
    buf_addc(&d, '}');
    buf_adds(b, "<script type=\"application/json\" class=\"shk-data\">");
    buf_add(b, buf_str(&d));
    buf_adds(b, "</script>\n");
    buf_release(&d);
}

void timeline_html(struct buf *b, const struct timeline *t, str svg,
                   const char *more)
{
    uint64_t id = theme_id(t->f, t->h);
    theme_open(b, "timeline", id);
    buf_adds(b, "<div class=\"shk-bar\"></div>\n<div class=\"shk-fig\">");
    theme_svg(b, svg, hint_text(t->h, "title", S("timeline")));
    buf_adds(b, "</div>\n");
    theme_footer(b, t->f, t->f->nrows, t->f->ncols, more);
    add_data(b, t);
    theme_script(b, id, timeline_js);
    theme_close(b);
}
