/* chart.h - what all charts share: options, series of points, frame, output.
 *
 * Called by: the chart renderers (chart_*.c, card.c).
 * Gives:     chart_read() turns rows and hint into series; chart_begin() lays
 *            out title, legend and axes; chart_end() makes the bundle.
 *
 * Which column is what, as KQL has it: x is `xcolumn`, or the first datetime
 * (line charts), or the first column; y are `ycolumns` or all other numeric
 * columns; `series` or all other columns split the rows into series. Columns
 * of arrays, as make-series yields, are taken apart. */
#ifndef RENDER_CHART_H
#define RENDER_CHART_H

#include "base/diag.h"
#include "base/frame.h"
#include "base/status.h"
#include "render/render.h"
#include "render/svg/axis.h"

enum {
    CHART_SERIES = 20,      /* drawn; the largest ones */
    CHART_BARS = 60,        /* categories of a bar chart; the first ones */
    CHART_COLUMNS = 300,    /* and of a column chart */
    CHART_VALUES = 4000000, /* points read from a frame */
};

enum chart_x { X_TIME, X_NUMBER, X_CATEGORY };
enum chart_kind { KIND_PLAIN, KIND_STACKED, KIND_STACKED100 };

struct point {
    double x, y;   /* y NAN: a gap */
};

struct series {
    str name;
    size_t n;
    struct point *p;
    double sum;        /* of |y| */
    bool flags;        /* an anomaly column: y != 0 marks a point */
};

struct chart {
    const struct frame *f;
    const struct hint *h;
    struct arena *a;

    /* options */
    str title, xtitle, ytitle;
    enum chart_kind kind;
    bool legend, xlog, ylog, accumulate;
    double ymin, ymax;          /* NAN: from the data */

    /* data */
    enum chart_x x;
    int64_t t0;                 /* X_TIME: x counts ticks from here */
    str xname;
    size_t ncats, ncats_all;
    str *cats;                  /* X_CATEGORY: x is an index */
    size_t nseries, nseries_all;
    struct series *series;
    size_t nflagged;            /* flag series, after the drawn ones */
    size_t nbad;                /* points left out: no x, or out of range */

    /* layout */
    double w, h_px;
    struct box plot;
    struct scale sx, sy;
    struct buf svg;
    struct buf notes;           /* what the footer has to say */
};

/* What a renderer wants from chart_read(). */
struct chart_want {
    bool time_first;   /* prefers a datetime column as x */
    bool number_x;     /* a numeric x is a scale, not a list of categories */
    bool categories;   /* x is always a list of categories (bars, pie) */
    bool split;        /* other columns split into series */
};

/* False when the frame does not fit; ds says what is missing. */
bool chart_read(struct chart *c, const struct frame *f, const struct hint *h,
                const struct chart_want *want, struct diags *ds);
void chart_release(struct chart *c);

/* chart_points.c: rows -> series, for chart_read(). */
struct chart_cols {
    int x;
    size_t ny, nsplit;
    int *y, *split;
    bool *flags;       /* per y: an anomaly column */
    bool arrays;       /* x and y hold JSON arrays */
};
void chart_points(struct chart *c, const struct chart_cols *cols,
                  const struct chart_want *want);

/* Opens the SVG; title and legend. c->plot is what is left, without axes. */
void chart_begin(struct chart *c);
/* Value axes; c->sx and c->sy must have kind, lo and hi. */
void chart_axes(struct chart *c);
void chart_y_range(struct chart *c, double lo, double hi);

/* Closes the SVG and adds all forms; `text` is text/plain (borrowed). */
void chart_end(struct chart *c, struct bundle *out, str text);

/* The text of an x value: time, number or category. */
void chart_x_text(struct buf *b, const struct chart *c, double x);
void chart_note(struct chart *c, const char *sentence);
void chart_note_count(struct chart *c, size_t n, const char *what);

/* chart_stack.c: areas on top of each other, for areachart. */
enum status chart_draw_stacked(const struct frame *f, const struct hint *h,
                               struct bundle *out, struct diags *ds);

/* Sums per category and series: ncats x nseries, in c->a. Missing is NAN. */
double *chart_matrix(const struct chart *c);

/* chart_text.c: sketches in block characters. */
void chart_text_lines(struct buf *b, const struct chart *c);
void chart_text_bars(struct buf *b, const struct chart *c);

#endif
