/* render.h - frame + hint -> mime bundle. Pure: no I/O, no clock, no globals.
 *
 * A renderer is one file and one row of renderers.def. Values reach HTML and
 * SVG only through html_text() and html_attr(). Every bundle has text/plain. */
#ifndef RENDER_RENDER_H
#define RENDER_RENDER_H

#include "base/diag.h"
#include "base/frame.h"
#include "base/status.h"

enum { BUNDLE_MAX = 8 };

struct mime {
    const char *type;   /* "text/html" */
    str data;           /* text; for *+json types a JSON document */
};

struct bundle {
    struct arena *arena; /* borrowed */
    size_t n;
    struct mime v[BUNDLE_MAX];
};

void bundle_init(struct bundle *b, struct arena *a);
void bundle_add(struct bundle *b, const char *type, str data); /* copies */
str bundle_find(const struct bundle *b, const char *type); /* "" if absent */

struct renderer {
    const char *name;          /* the word after `render` */
    const char *alias;         /* or NULL */
    const char *usage, *summary, *example;
    /* MUST: fills the bundle, text/plain included. The frame fits in memory;
     * what is cut for display must be said in the output. */
    enum status (*draw)(const struct frame *f, const struct hint *h,
                        struct bundle *out, struct diags *ds);
};

const struct renderer *renderer_find(str name);  /* "" finds table */
const struct renderer *const *renderer_all(size_t *n);

/* Draws with the renderer of the hint. Unknown kinds and frames that do not
 * fit are diagnosed with what is missing. */
enum status render(const struct frame *f, const struct hint *h,
                   struct bundle *out, struct diags *ds);

#endif
