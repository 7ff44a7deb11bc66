/* axis.c - grid lines, tick labels and titles around a plot.
 *
 * Called by: charts, timeline. */
#include "render/svg/axis.h"

#include "base/ticks.h"
#include "render/html/html.h"
#include "render/svg/svg.h"

static size_t wanted(double length, double each)
{
    size_t n = (size_t)(length / each);
    return n < 2 ? 2 : n;
}

double axis_left(struct buf *b, const struct box *at, const struct scale *s)
{
    struct tick ticks[TICKS_CAP];
    size_t n = scale_ticks(s, wanted(at->h, 45), ticks);
    double room = 0;
    for (size_t i = 0; i < n; i++) {
        str label = str_of(ticks[i].label);
        double w = text_width(label, 11), y = scale_px(s, ticks[i].at);
        if (w > room)
            room = w;
        if (!b)
            continue;
        svg_line(b, at->x, y, at->x + at->w, y);
        svg_label(b, &(struct svg_label){ .x = at->x - 6, .y = y + 3.5,
                                          .anchor = AT_END }, label);
    }
    return room + 10;
}

/* The day on which a time axis begins, when its ticks show hours only. */
static void add_day(struct buf *b, const struct box *at, const struct scale *s)
{
    struct civil c;
    char text[32];
    double y = at->y + at->h + 31;
    ticks_to_civil(scale_moment(s, s->lo), &c);
    snprintf(text, sizeof text, "%04d-%02d-%02d", c.year, c.month, c.day);
    svg_label(b, &(struct svg_label){ .x = at->x, .y = y, .px = 10 },
              str_of(text));
    svg_label(b, &(struct svg_label){ .x = at->x + at->w, .y = y, .px = 10,
                                      .anchor = AT_END }, S("UTC"));
}

void axis_bottom(struct buf *b, const struct box *at, const struct scale *s)
{
    struct tick ticks[TICKS_CAP];
    size_t n = scale_ticks(s, wanted(at->w, 85), ticks);
    double base = at->y + at->h;
    svg_line(b, at->x, base, at->x + at->w, base);
    for (size_t i = 0; i < n; i++) {
        double x = scale_px(s, ticks[i].at);
        svg_line(b, x, base, x, base + 4);
        svg_label(b, &(struct svg_label){ .x = x, .y = base + 16,
                                          .anchor = AT_MIDDLE },
                  str_of(ticks[i].label));
    }
    if (s->kind == SCALE_TIME)
        add_day(b, at, s);
}

void axis_title_left(struct buf *b, const struct box *at, str title)
{
    if (title.n == 0)
        return;
    buf_adds(b, "<g transform=\"translate(12 ");
    svg_num(b, at->y + at->h / 2);
    buf_adds(b, ") rotate(-90)\">");
    svg_label(b, &(struct svg_label){ .anchor = AT_MIDDLE, .max = at->h },
              title);
    buf_adds(b, "</g>\n");
}

void axis_title_bottom(struct buf *b, const struct box *at, str title)
{
    svg_label(b, &(struct svg_label){ .x = at->x + at->w / 2,
                                      .y = at->y + at->h + 31,
                                      .anchor = AT_MIDDLE,
                                      .max = at->w - 180 }, title);
}
