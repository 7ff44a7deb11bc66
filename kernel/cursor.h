/* cursor.h - positions in a cell: code points on the wire, bytes in here.
 *
 * Called by: on_complete.c, on_inspect.c. The protocol counts code points
 * (since 5.2); one client counts UTF-16 units. A position beyond the last code
 * point can only be of the second kind, and then answers are given in it too.
 * The two differ only when characters outside the basic plane come first. */
#ifndef KERNEL_CURSOR_H
#define KERNEL_CURSOR_H

#include "base/str.h"

struct cursor_units {
    bool utf16;
};

/* The byte offset of position `pos`, which is clamped to the code. */
uint32_t cursor_to_bytes(str code, int64_t pos, struct cursor_units *units);
int64_t cursor_from_bytes(str code, uint32_t offset,
                          const struct cursor_units *units);

#endif
