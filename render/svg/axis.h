/* axis.h - grid lines, tick labels and titles around a plot.
 *
 * Called by: charts, timeline. */
#ifndef RENDER_SVG_AXIS_H
#define RENDER_SVG_AXIS_H

#include "render/svg/scale.h"

struct box {
    double x, y, w, h;   /* of the plot, without labels */
};

/* Values up the left side: a grid line and a label for each tick. Returns the
 * room that the labels need when drawn with b = NULL. */
double axis_left(struct buf *b, const struct box *at, const struct scale *s);
/* Values or times along the bottom; for times also the day of the left end
 * and the word UTC. */
void axis_bottom(struct buf *b, const struct box *at, const struct scale *s);
void axis_title_left(struct buf *b, const struct box *at, str title);
void axis_title_bottom(struct buf *b, const struct box *at, str title);

#endif
