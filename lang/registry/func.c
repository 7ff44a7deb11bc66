/* func.c - how a row function reports that it cannot answer.
 *
 * Called by: C row functions (lang/funcs), from any thread. */
#include "func.h"

#include <stdarg.h>
#include <stdio.h>

/* The first failure of a call site stands: it names the cause. */
void fn_fail(struct fn_ctx *cx, const char *fmt, ...)
{
    char text[1024];
    if (cx->error.n)
        return;
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (n < 0)
        n = 0;
    if ((size_t)n >= sizeof text)
        n = sizeof text - 1;
    cx->error = n ? arena_str(cx->keep, (str){ text, (size_t)n })
                  : S("a function failed");
}
