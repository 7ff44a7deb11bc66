/* handlers.h - the functions of handlers.def, one on_*.c each.
 *
 * Called by: dispatch.c with a message whose content is an object. A handler
 * sends its reply; busy and idle are not its business. */
#ifndef KERNEL_HANDLERS_H
#define KERNEL_HANDLERS_H

#include "kernel/iopub.h"

#define HANDLER(type, lane, function)                                        \
    void function(struct kernel *k, struct msg *m);
#include "kernel/handlers.def"
#undef HANDLER

/* Replies `aborted` to an execute request. */
void on_execute_aborted(struct kernel *k, struct msg *m);
/* Replies to an execute request whose content is not readable. */
void on_execute_unreadable(struct kernel *k, struct msg *m);

#endif
