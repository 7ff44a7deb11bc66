/* theme.h - the frame around every HTML picture: container, style, script.
 *
 * Called by: every renderer that writes HTML.
 * Gives:     one look in JupyterLab, VS Code, the classic notebook and exported
 *            pages, dark and light. All classes start with `shk-`, nothing
 *            outside of the container is touched.
 * Must not:  see a value of the data. */
#ifndef RENDER_HTML_THEME_H
#define RENDER_HTML_THEME_H

#include "base/frame.h"

enum { HTML_MAX = 2000000 }; /* bytes of a text/html form */

/* Identifies a picture by what it shows: the same bytes for the same rows and
 * hint, so that output is reproducible. FNV-1a, no secrecy meant. */
uint64_t theme_id(const struct frame *f, const struct hint *h);

/* <div class="shk …"> and <style>. `kind` is a word of ours. */
void theme_open(struct buf *b, const char *kind, uint64_t id);
/* One inline <script>: the parts, which define start(root), are joined and
 * start is called once for each container of this id that is on the page. */
void theme_script(struct buf *b, uint64_t id, const char *const *parts);
void theme_close(struct buf *b);

/* The line below a picture: what is shown of how much, status, notes and
 * `more`, an own sentence or "". */
void theme_footer(struct buf *b, const struct frame *f, size_t rows,
                  size_t cols, const char *more);
void theme_title(struct buf *b, str title);   /* nothing for "" */

/* A picture of ours inline, and for readers that strip <svg> from notebooks
 * they do not trust the same picture as an image, which the style sheet hides
 * where there is one. */
void theme_svg(struct buf *b, str svg, str alt);

#endif
