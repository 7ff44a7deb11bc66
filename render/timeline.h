/* timeline.h - the parts of the timeline renderer.
 *
 * Called by: timeline.c (renderer), timeline_read.c (rows -> events),
 * timeline_svg.c (static picture), timeline_html.c (data for the script),
 * timeline_js.c (zoom and pan). */
#ifndef RENDER_TIMELINE_H
#define RENDER_TIMELINE_H

#include "base/diag.h"
#include "base/frame.h"
#include "base/status.h"
#include "render/svg/axis.h"

enum {
    TL_LANES = 40,     /* the largest groups; the rest share one lane */
    TL_COLORS = 9,     /* likewise */
    TL_SINGLE = 1000,  /* up to here the picture has a mark per event */
    TL_MARKS = 6000,   /* else that many bars, by fewer and wider bins */
    TL_TIPS = 5000,    /* up to here the script gets a tooltip per event */
    TL_EVENTS = 60000, /* up to here the script gets every event */
    TL_BINS = 90000,   /* else that many bins */
    TL_REFS = 50,
};

struct tl_event {
    int64_t t;
    uint32_t row;
    uint16_t lane, color;
};

struct tl_key {
    str name;
    size_t count;
};

struct timeline {
    const struct frame *f;
    const struct hint *h;
    struct arena *a;
    int time, group, color;    /* columns; group and color may be -1 */
    size_t ntips;
    int *tips;                 /* columns of a tooltip */
    struct colfmt *fmt;        /* of all columns */

    size_t n, nnull;
    struct tl_event *ev;       /* by time, then row */
    int64_t t0, t1;            /* of the axis */
    size_t nlanes, ncolors;
    struct tl_key lanes[TL_LANES], colors[TL_COLORS + 1];
    size_t nrefs;
    struct { int64_t t; str label; } refs[TL_REFS];

    /* layout */
    double w, h_px, lane_h;
    struct box plot;
    struct scale sx;
};

/* timeline_read.c; false when the frame does not fit (diagnosed). */
bool timeline_read(struct timeline *t, const struct frame *f,
                   const struct hint *h, struct diags *ds);
void timeline_release(struct timeline *t);
void timeline_tip(struct buf *b, const struct timeline *t,
                  const struct tl_event *e);
const char *timeline_color(const struct timeline *t, size_t color);

/* timeline_svg.c: the whole picture. Returns false when events are drawn as
 * bars of counts instead of one by one; *bin is then their width in ticks. */
bool timeline_svg(struct buf *b, struct timeline *t, int64_t *bin);

/* timeline_html.c; svg is what timeline_svg() gave, `more` for the footer. */
void timeline_html(struct buf *b, const struct timeline *t, str svg,
                   const char *more);

extern const char *const timeline_js[];

#endif
