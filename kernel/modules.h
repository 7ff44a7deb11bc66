/* modules.h - the whole program behind one struct interp.
 *
 * Called by: kernel/cmd_*.c. Tests link their own modules_open(). */
#ifndef KERNEL_MODULES_H
#define KERNEL_MODULES_H

#include "kernel/interp.h"

/* A new session with every provider and renderer of the program; parameters
 * from the environment (SHIKRA_PARAM_name) are set. */
void modules_open(struct interp *in);
void modules_close(struct interp *in);

#endif
