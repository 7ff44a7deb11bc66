/* capture.h - what libraries print to descriptors 1 and 2 becomes a stream.
 *
 * Called by: cmd_kernel.c (start), loop.c and exec.c (flush). Nothing of ours
 * prints there; a library may, and the text then belongs to the running cell,
 * or to the log when none runs. */
#ifndef KERNEL_CAPTURE_H
#define KERNEL_CAPTURE_H

#include "base/buf.h"

enum { CAPTURED_OUT, CAPTURED_ERR, NCAPTURED };

struct capture;

/* Puts pipes in the place of descriptors 1 and 2. */
struct capture *capture_start(void);
/* Puts the descriptors back. NULL is fine. */
void capture_stop(struct capture *c);

int capture_fd(const struct capture *c, int which);     /* to poll and read */
int capture_original(const struct capture *c, int which); /* as at start */

/* Appends what waits, as printable UTF-8 with tabs and line breaks kept; a
 * character that is not complete yet waits for its rest. Never blocks. Any
 * thread. */
void capture_read(struct capture *c, int which, struct buf *out);

#endif
