/* intern.h - equal texts become equal small numbers.
 *
 * Called by: analytics that compare one text many times (hosts, names, GUIDs).
 * ASCII case is ignored, because Windows ignores it. The texts are borrowed:
 * they must outlive the table. Bytes are compared as they are, any will do. */
#ifndef ANALYTICS_INTERN_H
#define ANALYTICS_INTERN_H

#include "base/arena.h"

struct intern {
    str *text;           /* by number; [0] is unused */
    uint32_t *slots;     /* 0: free */
    uint32_t *hash;      /* by number, so that growing reads no text */
    size_t n, cap, nslots;
};

void intern_init(struct intern *x);
void intern_release(struct intern *x);
/* The number of a text, from 1 upwards in order of first sight. At most 2^31
 * different texts. */
uint32_t intern_add(struct intern *x, str s);
uint32_t intern_find(const struct intern *x, str s);  /* 0: not there */

#endif
