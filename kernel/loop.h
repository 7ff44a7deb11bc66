/* loop.h - the I/O thread: waits for sockets, signals and finished messages.
 *
 * Called by: cmd_kernel.c on the main thread. */
#ifndef KERNEL_LOOP_H
#define KERNEL_LOOP_H

#include "kernel/sockets.h"

/* Blocks the signals that the loop reads itself; before any thread starts, so
 * that all inherit the mask. Returns the descriptor for loop_run. */
int loop_block_signals(void);

/* Runs until shutdown. SIGINT interrupts the cell, SIGTERM shuts down, and so
 * does the death of the process that started us (JPY_PARENT_PID). */
void loop_run(struct kernel *k, struct sockets *s, int signal_fd);

#endif
