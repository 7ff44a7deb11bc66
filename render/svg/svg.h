/* svg.h - the pieces of a picture: numbers, labels, colours, text widths.
 *
 * Called by: charts, timeline, trees.
 * Gives:     SVG that stands alone and that the style sheet of theme.c
 *            recolours when it is inline: colours are attributes, which CSS
 *            overrides. Coordinates have one decimal, so bytes do not depend on
 *            the last bits of a computation.
 * Must not:  take markup from a caller's data: texts go through html_text(). */
#ifndef RENDER_SVG_SVG_H
#define RENDER_SVG_SVG_H

#include "base/buf.h"

enum { SVG_MARKS = 4000, SVG_MAX = 1500000 };

void svg_open(struct buf *b, double w, double h, str label);
void svg_close(struct buf *b);

void svg_num(struct buf *b, double v);
void svg_attr(struct buf *b, const char *name, double v); /* ` name="1.5"` */
void svg_title(struct buf *b, str s);  /* tooltip of the element around */
void svg_rect(struct buf *b, double x, double y, double w, double h);
                                       /* leaves the tag open: `<rect … h=""` */
void svg_line(struct buf *b, double x0, double y0, double x1, double y1);
                                       /* a grid line, complete */

enum svg_anchor { AT_START, AT_MIDDLE, AT_END };

struct svg_label {
    double x, y;
    enum svg_anchor anchor;
    bool strong;     /* foreground instead of muted */
    bool bold;
    double px;       /* font size; 0 = 11 */
    double max;      /* cut to this width with …; 0 = never */
};
void svg_label(struct buf *b, const struct svg_label *l, str s);

/* Estimated width of a text in a sans-serif face; what html_text() spells out
 * is measured as spelled. */
double text_width(str s, double px);

/* Ten colours that keep apart, and stand out on white and on black. */
const char *palette(size_t i);

#endif
