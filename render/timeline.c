/* timeline.c - events on a time axis: lanes, colours, reference moments.
 *
 * Called by: render.c.
 * Gives:     text/html (picture, zoom and pan by a script), image/svg+xml (the
 *            same picture alone), text/plain (a sketch per lane). A million
 *            events cost a pass each; what is sent is bounded. */
#include "render/timeline.h"

#include "base/ticks.h"
#include "render/format.h"
#include "render/html/theme.h"
#include "render/render.h"
#include "render/svg/svg.h"
#include "render/html/html.h"
#include "render/table.h"

enum { SPARK = 80, NAME = 30 };

static void spark_lane(struct buf *b, const struct timeline *t, size_t lane)
{
    static const char *const eighths[] = {
        "\xE2\x96\x81", "\xE2\x96\x82", "\xE2\x96\x83", "\xE2\x96\x84",
        "\xE2\x96\x85", "\xE2\x96\x86", "\xE2\x96\x87", "\xE2\x96\x88",
    };
    size_t count[SPARK] = { 0 }, most = 1;
    double range = (double)(t->t1 - t->t0) + 1;
    for (size_t i = 0; i < t->n; i++) {
        if (t->ev[i].lane != lane)
            continue;
        double part = (double)(t->ev[i].t - t->t0) / range;
        size_t k = (size_t)(part * SPARK);
        if (k < SPARK && ++count[k] > most)
            most = count[k];
    }
    for (size_t i = 0; i < SPARK; i++)
        buf_adds(b, count[i] == 0 ? "\xC2\xB7"
                                  : eighths[(count[i] * 7 + most - 1) / most]);
}

static void text_lane(struct buf *b, const struct timeline *t, size_t lane)
{
    struct buf name;
    buf_init(&name, 1 << 16);
    table_text_value(&name, html_head(t->lanes[lane].name, 200));
    table_text_cell(b, buf_str(&name), NAME, false);
    buf_adds(b, "  ");
    spark_lane(b, t, lane);
    buf_adds(b, "  ");
    format_count(b, t->lanes[lane].count);
    buf_addc(b, '\n');
    buf_release(&name);
}

static void text_form(struct buf *b, const struct timeline *t, const char *more)
{
    table_text_value(b, html_head(hint_text(t->h, "title", S("")), 300));
    if (b->n)
        buf_addc(b, '\n');
    for (size_t i = 0; i < t->nlanes && t->n; i++)
        text_lane(b, t, i);
    buf_fill(b, ' ', NAME + 2);
    format_time(b, t->t0, 0);
    buf_adds(b, " \xE2\x80\xA6 ");
    format_time(b, t->t1, 0);
    buf_addc(b, '\n');
    for (size_t i = 0; i < t->nrefs; i++) {
        table_text_value(b, html_head(t->refs[i].label, 200));
        buf_adds(b, ": ");
        format_time(b, t->refs[i].t, 3);
        buf_addc(b, '\n');
    }
    table_text_status(b, t->f, t->f->nrows, t->f->ncols, more);
}

static void say_more(struct buf *b, const struct timeline *t, bool single,
                     int64_t bin)
{
    if (!single) {
        buf_adds(b, "each bar counts the events of ");
        format_span(b, bin);
    }
    if (t->nnull) {
        buf_adds(b, b->n ? "; " : "");
        format_count(b, t->nnull);
        buf_adds(b, " rows without a time are not drawn");
    }
    if (t->n > TL_EVENTS) {
        buf_adds(b, b->n ? "; " : "");
        buf_adds(b, "too many events to send each: zoom shows counts");
    }
    buf_addc(b, 0);
}

static enum status timeline_draw(const struct frame *f, const struct hint *h,
                                 struct bundle *out, struct diags *ds)
{
    struct timeline t;
    struct buf svg, b, more;
    int64_t bin = 0;
    if (!timeline_read(&t, f, h, ds))
        return ST_USER;
    buf_init(&svg, SVG_MAX);
    buf_init(&b, HTML_MAX + SVG_MAX);
    buf_init(&more, 1000);
    bool single = timeline_svg(&svg, &t, &bin);
    say_more(&more, &t, single, bin);
    timeline_html(&b, &t, buf_str(&svg), more.p);
    if (!buf_ok(&svg) || !buf_ok(&b))
        BUG("a timeline of %zu bytes", b.n);
    bundle_add(out, "text/html", buf_str(&b));
    bundle_add(out, "image/svg+xml", buf_str(&svg));
    buf_reset(&b);
    text_form(&b, &t, more.p);
    bundle_add(out, "text/plain", buf_str(&b));
    buf_release(&svg);
    buf_release(&b);
    buf_release(&more);
    timeline_release(&t);
    return ST_OK;
}

const struct renderer renderer_timeline = {
    .name = "timeline",
    .usage = "T | render timeline [with (time = C, group = C, color = C, "
             "columns = C, ref = \"2024-01-01 10:00:00\", "
             "ref_label = \"…\", title = \"…\")]",
    .summary = "Events on a time axis, in lanes and colours, with zoom.",
    .example = "datatable(At:datetime, Host:string)"
               "[datetime(2024-01-01), 'ws1', datetime(2024-01-02), 'ws2']"
               " | render timeline with (group = Host)",
    .draw = timeline_draw,
};
