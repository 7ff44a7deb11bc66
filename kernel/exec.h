/* exec.h - the execution lane: cells one after the other, and how to stop one.
 *
 * Called by: dispatch.c (submit), kernel.c (interrupt, stop), on_execute.c
 * (what a running cell needs). One thread runs cells; every function here may
 * be called from any thread unless it says otherwise. */
#ifndef KERNEL_EXEC_H
#define KERNEL_EXEC_H

#include "kernel/wire.h"

struct kernel;
struct exec;

struct exec *exec_new(struct kernel *k);
void exec_free(struct exec *e); /* joins: after exec_stop and exec_is_idle */

/* Takes an execute request unless too many wait (false). */
bool exec_submit(struct exec *e, struct msg *m);
/* The running cell, if any, is to end, and what is queued behind it too. */
void exec_interrupt(struct exec *e);
/* Repeats an interrupt that has not worked yet: an engine that was about to
 * start may have missed the first one. True: call again in 50 ms. */
bool exec_repeat_interrupt(struct exec *e);
/* Interrupts, and everything queued or still to come is aborted. */
void exec_stop(struct exec *e);
bool exec_is_idle(struct exec *e);

int64_t exec_count(struct exec *e); /* of the latest counted cell */
/* Appends the raw header of the running request; false: none runs. */
bool exec_parent(struct exec *e, struct buf *header);
/* An input_reply has come. Takes m. */
void exec_answer(struct exec *e, struct msg *m);

/* The rest is for the execution thread. */

int64_t exec_count_up(struct exec *e);
/* Brackets a call of the language; enter is false once interrupted. */
bool exec_enter_lang(struct exec *e);
void exec_leave_lang(struct exec *e);
bool exec_is_interrupted(struct exec *e);
/* Waits for an input_reply; NULL when interrupted. Stale ones are dropped by
 * exec_forget_answers. The caller frees the message. */
struct msg *exec_wait_answer(struct exec *e);
void exec_forget_answers(struct exec *e);
/* After a failed cell whose client wants the rest stopped: waits a moment,
 * then everything that has arrived so far is aborted. What arrives later may
 * be a reaction to the reply, which leaves after this returns. */
void exec_abort_queue(struct exec *e);

#endif
