/* svg.c - numbers, labels, colours and text widths of pictures.
 *
 * Called by: charts, timeline, trees. */
#include "render/svg/svg.h"

#include <math.h>

#include "base/utf8.h"
#include "render/html/html.h"

#define MUTED "#80868f"

enum { LABEL_BYTES = 2000 }; /* of a label or tooltip that are looked at */

void svg_num(struct buf *b, double v)
{
    if (!(fabs(v) < 1e7))
        v = 0;
    int64_t tenths = (int64_t)floor(v * 10 + 0.5);
    if (tenths < 0)
        buf_addc(b, '-');
    uint64_t u = (uint64_t)(tenths < 0 ? -tenths : tenths);
    buf_add_i64(b, (int64_t)(u / 10));
    if (u % 10) {
        buf_addc(b, '.');
        buf_addc(b, (char)('0' + u % 10));
    }
}

void svg_attr(struct buf *b, const char *name, double v)
{
    buf_addc(b, ' ');
    buf_adds(b, name);
    buf_adds(b, "=\"");
    svg_num(b, v);
    buf_addc(b, '"');
}

void svg_open(struct buf *b, double w, double h, str label)
{
    buf_adds(b, "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"shk-svg\"");
    svg_attr(b, "width", w);
    svg_attr(b, "height", h);
    buf_adds(b, " viewBox=\"0 0 ");
    svg_num(b, w);
    buf_addc(b, ' ');
    svg_num(b, h);
    buf_adds(b, "\" font-family=\"system-ui, 'DejaVu Sans', sans-serif\" "
                "role=\"img\" aria-label=\"");
    html_attr(b, html_head(label, 300));
    buf_adds(b, "\">\n");
}

void svg_close(struct buf *b)
{
    buf_adds(b, "</svg>\n");
}

void svg_title(struct buf *b, str s)
{
    buf_adds(b, "<title>");
    html_text(b, html_head(s, LABEL_BYTES));
    buf_adds(b, "</title>");
}

void svg_rect(struct buf *b, double x, double y, double w, double h)
{
    buf_adds(b, "<rect");
    svg_attr(b, "x", x);
    svg_attr(b, "y", y);
    svg_attr(b, "width", w < 0 ? 0 : w);
    svg_attr(b, "height", h < 0 ? 0 : h);
}

void svg_line(struct buf *b, double x0, double y0, double x1, double y1)
{
    buf_adds(b, "<line class=\"shk-grid\" stroke=\"#808080\" "
                "stroke-opacity=\"0.28\"");
    svg_attr(b, "x1", x0);
    svg_attr(b, "y1", y0);
    svg_attr(b, "x2", x1);
    svg_attr(b, "y2", y1);
    buf_adds(b, "/>\n");
}

/* Widths of ASCII in thousandths of the font size, for Helvetica-like faces;
 * a little generous, since the face of the reader is unknown. */
static int char_width(uint32_t c)
{
    if (c >= 0x80)
        return 1000;
    if (strchr("ijlI.,:;'|!()[]/ ft\"`-", (int)c))
        return c == ' ' || c == '-' || c == '"' ? 360 : 320;
    if (strchr("mwMW@%", (int)c))
        return 930;
    if (strchr("<>=+~#^", (int)c))
        return 840;
    if ((c >= 'A' && c <= 'Z') || c == '&')
        return 700;
    return 620;
}

/* Of a character that utf8_printable() left as it is. */
static int seen_width(str one, uint32_t c)
{
    if (c < 0x80)
        return char_width(c);
    size_t w = utf8_width(one);
    return w == 0 ? 0 : w == 2 ? 1050 : 640;
}

double text_width(str s, double px)
{
    double w = 0;
    struct buf seen;
    buf_init(&seen, 1 << 16);
    utf8_printable(&seen, html_head(s, LABEL_BYTES));
    for (size_t i = 0; i < seen.n;) {
        size_t beg = i;
        uint32_t c = utf8_next(buf_str(&seen), &i);
        w += seen_width(str_sub(buf_str(&seen), beg, i), c);
    }
    buf_release(&seen);
    return w * px / 1000;
}

/* The prefix that is at most `max` wide, … included. */
static str fit(str s, double px, double max)
{
    double w = 0, dots = px * 0.9;
    size_t end = 0;
    for (size_t i = 0; i < s.n;) {
        size_t beg = i;
        uint32_t c = utf8_next(s, &i);
        w += seen_width(str_sub(s, beg, i), c) * px / 1000;
        if (w > max)
            return str_sub(s, 0, end);
        if (w + dots <= max)
            end = i;
    }
    return s;
}

void svg_label(struct buf *b, const struct svg_label *l, str s)
{
    static const char *const anchors[] = {
        "", " text-anchor=\"middle\"", " text-anchor=\"end\""
    };
    double px = l->px > 0 ? l->px : 11;
    struct buf seen;
    buf_init(&seen, 1 << 16);
    utf8_printable(&seen, html_head(s, LABEL_BYTES));
    str shown = buf_str(&seen);
    if (l->max > 0)
        shown = fit(shown, px, l->max);
    buf_adds(b, l->strong ? "<text class=\"shk-xs\" fill=\"" MUTED "\""
                          : "<text class=\"shk-x\" fill=\"" MUTED "\"");
    svg_attr(b, "x", l->x);
    svg_attr(b, "y", l->y);
    svg_attr(b, "font-size", px);
    buf_adds(b, anchors[l->anchor]);
    buf_adds(b, l->bold ? " font-weight=\"600\">" : ">");
    html_text(b, shown);
    if (shown.n < seen.n)
        buf_adds(b, "\xE2\x80\xA6");
    buf_adds(b, "</text>\n");
    buf_release(&seen);
}

const char *palette(size_t i)
{
    static const char *const colors[] = {
        "#4e8fd8", "#dd7b2f", "#36a376", "#d2564f", "#8e72d6",
        "#b38a1b", "#22a0b4", "#d0619f", "#7f8b9a", "#6c9d35",
    };
    return colors[i % (sizeof colors / sizeof *colors)];
}
