/* show.h - a result of the language as a JSON object of mime types.
 *
 * Called by: on_execute.c, cmd_run.c, cmd_batch.c. */
#ifndef KERNEL_SHOW_H
#define KERNEL_SHOW_H

#include "kernel/interp.h"

/* A result larger than this reaches the notebook as text only. */
#define MAX_BUNDLE_BYTES (10u << 20)
#define MAX_SHOWN_TEXT (1u << 20)

/* Fills the bundle with every form of the result, text/plain among them.
 * Problems of the renderer go to ds as warnings; then the table is shown
 * instead. */
void show_result(const struct interp *in, const struct result *r,
                 struct bundle *out, struct diags *ds);

/* {"text/plain":"…",…}; types that end in json are embedded as documents. */
void show_json(struct buf *b, const struct bundle *bundle);

/* Appends "rows":…,"total":…,"status":"complete" and, where there are some,
 * "lacks_rows":true (not only the display is cut) and "notes":[…]. */
void show_status(struct buf *b, const struct frame *f);
/* … ,"sources":[{"provider":…,"sha256":…,…},…] when they are known. */
void show_sources(struct buf *b, const struct frame *f);
/* The metadata of a display: {"shikra":{…}} with the status; {} for a text
 * that is not about rows, or about rows that are all there. */
void show_metadata(struct buf *b, const struct result *r);

/* Appends the columns as [{"name":…,"type":…},…]. */
void show_columns(struct buf *b, const struct frame *f);

#endif
