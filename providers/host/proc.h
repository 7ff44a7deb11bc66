/* proc.h - reading /proc: processes that come and go, fields that may not be
 * read, text that others control.
 *
 * Used by: processes.c, connections.c. Everything here may fail without it
 * being an error: a process can end at any time. */
#ifndef HOST_PROC_H
#define HOST_PROC_H

#include "base/arena.h"

struct proc {
    int fd;             /* of the folder, -1: not open */
    int64_t boot;       /* ticks of the machine's start */
    int64_t hz, page;   /* clock ticks per second, bytes per page */
    str hostname;       /* in arena */
    struct arena *arena;
};

bool proc_open(struct proc *p, const char *root, struct arena *a);
void proc_close(struct proc *p);

/* Calls fn for each process number, lowest first; stops when it says false. */
void proc_each(const struct proc *p, bool (*fn)(void *ctx, int pid),
               void *ctx);

/* The bytes of `name`, at most `max`, new in `a`; STR_NONE when unreadable. */
str proc_file(const struct proc *p, struct arena *a, const char *name,
              size_t max);
__attribute__((format(printf, 4, 5)))
str proc_filef(const struct proc *p, struct arena *a, size_t max,
               const char *fmt, ...);
/* Where a link points; STR_NONE when it may not be read. */
__attribute__((format(printf, 3, 4)))
str proc_linkf(const struct proc *p, struct arena *a, const char *fmt, ...);

/* The number after `key` in lines like "Uid:\t0\t0\t0\t0": the nth one. */
bool proc_field(str text, const char *key, unsigned nth, int64_t *v);
/* The nth blank-separated word, from 0; empty when there are fewer. */
str proc_word(str line, size_t nth);
bool proc_number(str s, int64_t *v);
/* Cuts the first line off `text`. */
bool proc_line(str *text, str *line);

/* Names of user numbers, remembered. */
struct users {
    const char *passwd;  /* file, or NULL: the system's service */
    struct arena *arena;
    LIST(struct user { int64_t uid; str name; }) list;
};
str users_name(struct users *u, int64_t uid);

#endif
