/* ptree.h - the parts of the process tree renderer.
 *
 * Called by: processtree.c (renderer), ptree_read.c (rows -> tree),
 * ptree_color.c, ptree_html.c and ptree_js.c (page), ptree_text.c,
 * ptree_svg.c (static picture).
 *
 * The rows are those of the `proctree` operator, or any with an id and a
 * parent column. A parent that is not among the rows becomes a node of its
 * own, without a row, so that its children stand together. */
#ifndef RENDER_PTREE_H
#define RENDER_PTREE_H

#include "base/diag.h"
#include "base/frame.h"
#include "render/format.h"

enum {
    PT_SENT = 20000,   /* nodes in the page; more are left out and said */
    PT_STATIC = 300,   /* of them shown without a script */
    PT_TEXT = 200,     /* lines of text/plain */
    PT_SVG = 120,      /* rows of the picture */
    PT_DEPTH = 40,     /* levels that are indented */
    PT_COLORS = 9,
    PT_TIPS = 8,
};

#define PT_NO_ROW UINT32_MAX

struct pt_node {
    uint32_t row;        /* PT_NO_ROW: a parent that is not among the rows */
    int32_t parent;      /* in preorder; -1 for a root */
    uint32_t depth;
    uint32_t nkids, ndesc;
    bool last;           /* of its siblings */
    bool cycle;          /* its parent link was cut: it closed a circle */
    uint8_t color;
    str name;            /* of the program, without its folder */
};

struct ptree {
    const struct frame *f;
    const struct hint *h;
    struct arena *a;
    struct colfmt *fmt;
    int id, parent;                            /* columns */
    int name, command, account, time, pid, host, color;  /* -1: none */
    int pname;                                 /* name of the parent */
    int flags;                                 /* TreeFlags */
    size_t ntips;
    int tips[PT_TIPS];

    size_t n, nskipped, ncycles, nmissing, ndup;
    struct pt_node *nodes;                     /* preorder */

    size_t ncolors;
    struct { str name; const char *css; size_t count; } colors[PT_COLORS];
};

/* False when the frame does not fit (diagnosed). */
bool ptree_read(struct ptree *t, const struct frame *f, const struct hint *h,
                struct diags *ds);
void ptree_release(struct ptree *t);
void ptree_colors(struct ptree *t);   /* for ptree_read() */

/* The text of a column for a node; nothing when there is none. */
void ptree_cell(struct buf *b, const struct ptree *t, const struct pt_node *n,
                int col);

void ptree_html(struct buf *b, const struct ptree *t, const char *more);
void ptree_svg(struct buf *b, const struct ptree *t);
void ptree_text(struct buf *b, const struct ptree *t, const char *more);

extern const char *const ptree_js[];

#endif
