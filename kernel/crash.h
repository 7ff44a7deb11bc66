/* crash.h - one line about a crash, then the crash itself.
 *
 * Called by: cmd_kernel.c once, every thread that may overflow its stack. */
#ifndef KERNEL_CRASH_H
#define KERNEL_CRASH_H

/* Installs the handler; the line goes to descriptor `fd`. `pipe_fd` (or -1) is
 * the read end of a captured stderr, whose rest is copied to fd first. */
void crash_install(int fd, int pipe_fd);

/* An alternate signal stack for the calling thread, without which a stack
 * overflow dies silently. Returned pointer goes to crash_unguard_thread. */
void *crash_guard_thread(void);
void crash_unguard_thread(void *stack);

#endif
