/* arena.c - block-wise allocation, freed in one call.
 *
 * Called by: everything that builds a tree, a plan or a frame. */
#include "arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "buf.h"
#include "status.h"

#ifdef STRESS
enum { BLOCK_BYTES = 64, BLOCK_MAX = 64 };
#else
enum { BLOCK_BYTES = 8 << 10, BLOCK_MAX = 1 << 20 };
#endif

struct block {
    struct block *next;
    size_t cap, used;
    _Alignas(16) char data[];
};

struct arena {
    struct block *top;
    size_t bytes, grow;
};

void *xmalloc(size_t n)
{
    void *p = malloc(n ? n : 1);
    if (!p)
        BUG("out of memory (%zu bytes)", n);
    return p;
}

void *xcalloc(size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size ? size : 1);
    if (!p)
        BUG("out of memory (%zu x %zu bytes)", n, size);
    return p;
}

void *xrealloc(void *p, size_t n)
{
    p = realloc(p, n ? n : 1);
    if (!p)
        BUG("out of memory (%zu bytes)", n);
    return p;
}

char *xstrdup(const char *z)
{
    size_t n = strlen(z) + 1;
    return memcpy(xmalloc(n), z, n);
}

struct arena *arena_new(void)
{
    struct arena *a = xcalloc(1, sizeof *a);
    a->grow = BLOCK_BYTES;
    return a;
}

static void free_blocks(struct block *b)
{
    while (b) {
        struct block *next = b->next;
        free(b);
        b = next;
    }
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    free_blocks(a->top);
    free(a);
}

void arena_reset(struct arena *a)
{
    if (!a->top)
        return;
    free_blocks(a->top->next);
    a->top->next = NULL;
    a->top->used = 0;
    a->bytes = a->top->cap;
}

size_t arena_bytes(const struct arena *a)
{
    return a->bytes;
}

static void add_block(struct arena *a, size_t n)
{
    size_t cap = n > a->grow ? n : a->grow;
    struct block *b = xmalloc(sizeof *b + cap);
    b->next = a->top;
    b->cap = cap;
    b->used = 0;
    a->top = b;
    a->bytes += cap;
    if (a->grow < BLOCK_MAX)
        a->grow *= 2;
}

void *arena_alloc(struct arena *a, size_t n)
{
    if (n > SIZE_MAX / 2)
        BUG("allocation of %zu bytes", n);
    n = (n + 15) & ~(size_t)15;
    if (!a->top || a->top->cap - a->top->used < n)
        add_block(a, n);
    void *p = a->top->data + a->top->used;
    a->top->used += n;
    return p;
}

void *arena_zalloc(struct arena *a, size_t n)
{
    return memset(arena_alloc(a, n), 0, n);
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(n, size, &total))
        BUG("array of %zu x %zu bytes", n, size);
    return arena_zalloc(a, total);
}

str arena_str(struct arena *a, str s)
{
    if (s.n == 0)
        return (str){ "", 0 };
    return (str){ memcpy(arena_alloc(a, s.n), s.p, s.n), s.n };
}

char *arena_cstr(struct arena *a, str s)
{
    char *z = arena_alloc(a, s.n + 1);
    if (s.n)
        memcpy(z, s.p, s.n);
    z[s.n] = 0;
    return z;
}

str arena_fmt(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    struct buf b;
    buf_init(&b, SIZE_MAX / 4);
    va_start(ap, fmt);
    buf_addv(&b, fmt, ap);
    va_end(ap);
    str s = { arena_cstr(a, buf_str(&b)), b.n };
    buf_release(&b);
    return s;
}

void *arena_grow(struct arena *a, const void *old, size_t n, size_t *cap,
                 size_t size)
{
    *cap = *cap ? *cap * 2 : 8;
    void *v = arena_array(a, *cap, size);
    if (n)
        memcpy(v, old, n * size);
    return v;
}
