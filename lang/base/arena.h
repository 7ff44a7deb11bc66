/* arena.h - memory that is freed in one call.
 *
 * A cell arena holds the tree, the plan and the diagnostics of one cell; a
 * frame has its own. Allocation never fails: out of memory aborts (Jupyter
 * restarts the kernel), sizes from outside are checked before they get here. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "str.h"

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a);             /* NULL is fine */
void arena_reset(struct arena *a);            /* empty, keeps one block */
size_t arena_bytes(const struct arena *a);    /* taken from the system */

void *arena_alloc(struct arena *a, size_t n);         /* 16-aligned */
void *arena_zalloc(struct arena *a, size_t n);        /* zeroed */
void *arena_array(struct arena *a, size_t n, size_t size); /* checked n*size */
str arena_str(struct arena *a, str s);                /* copy */
char *arena_cstr(struct arena *a, str s);             /* copy, NUL-ended */
__attribute__((format(printf, 2, 3)))
str arena_fmt(struct arena *a, const char *fmt, ...);

#define NEW(a, T) ((T *)arena_zalloc((a), sizeof(T)))

/* A growing array in an arena: struct { T *v; size_t n, cap; }.
 * PUSH moves it to twice the size when full; the old copy stays behind. */
#define LIST(T) struct { T *v; size_t n, cap; }
#define PUSH(a, list, item)                                                  \
    do {                                                                     \
        if ((list).n == (list).cap)                                          \
            (list).v = arena_grow((a), (list).v, (list).n, &(list).cap,      \
                                  sizeof *(list).v);                         \
        (list).v[(list).n++] = (item);                                       \
    } while (0)
void *arena_grow(struct arena *a, const void *old, size_t n, size_t *cap,
                 size_t size);

/* The same for the heap; these abort when memory runs out. */
void *xmalloc(size_t n);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t n);
char *xstrdup(const char *z);

#endif
