/* sigint.h - Ctrl-C cancels the running cell instead of killing the process.
 *
 * Called by: cmd_run.c. A second Ctrl-C within two seconds ends the process:
 * a cell may be deaf. */
#ifndef KERNEL_SIGINT_H
#define KERNEL_SIGINT_H

#include <pthread.h>

#include "kernel/interp.h"

/* Before any other thread is started. */
pthread_t sigint_watch(const struct interp *in);
void sigint_end(pthread_t watcher);

#endif
