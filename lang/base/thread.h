/* thread.h - threads that work for a cell, and waiting that looks up.
 *
 * Called by: the engine, what loads and what asks services. */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/* Starts a thread with all signals blocked, which belong to the thread of the
 * cell, and with a stack for parsers of nested data. False when the system
 * refuses; else the caller joins it. */
bool thread_start(pthread_t *t, void *(*run)(void *), void *ctx);

/* Waits for `changed` under `lock`, but no longer than `ms`: a cancelled cell
 * wakes nobody. False: the time is over. */
bool thread_wait(pthread_cond_t *changed, pthread_mutex_t *lock, unsigned ms);

#endif
