/* spill.c - memory first, then a file without a name.
 *
 * Called by: unpack.c, encode.c. What was unpacked is evidence: the file is
 * readable by this user only, and gone when the process is. */
#include "spill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "json_read.h"
#include "providers/limits.h"

void spill_init(struct spill *s, struct member_list *to)
{
    *s = (struct spill){ .to = to };
}

/* What was written to the file is written over by the next spill. */
void spill_release(struct spill *s)
{
    free(s->mem);
    spill_init(s, s->to);
}

static bool write_fully(struct spill *s, const char *p, size_t n, uint64_t at)
{
    while (n) {
        ssize_t k = pwrite(s->to->spill_fd, p, n,
                           (off_t)(s->to->spill_end + at));
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0) {
            s->error = k < 0 ? errno : ENOSPC;
            return false;
        }
        p += k;
        n -= (size_t)k;
        at += (uint64_t)k;
    }
    return true;
}

static int nameless_file(void)
{
    const char *folders[] = { getenv("TMPDIR"), "/var/tmp", "/tmp" };
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        if (!folders[i])
            continue;
        int fd = open(folders[i], O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        if (fd >= 0)
            return fd;
        char path[4096];
        int n = snprintf(path, sizeof path, "%s/unpack-XXXXXX", folders[i]);
        if (n < 0 || (size_t)n >= sizeof path)
            continue;
        fd = mkostemp(path, O_CLOEXEC);
        if (fd < 0)
            continue;
        unlink(path);
        return fd;
    }
    return -1;
}

static bool to_file(struct spill *s)
{
    if (s->to->spill_fd < 0)
        s->to->spill_fd = nameless_file();
    if (s->to->spill_fd < 0) {
        s->error = errno;
        return false;
    }
    s->in_file = true;
    bool ok = write_fully(s, s->mem, (size_t)s->size, 0);
    free(s->mem);
    s->mem = NULL;
    s->cap = 0;
    return ok;
}

static void grow(struct spill *s, size_t n)
{
    size_t needed = (size_t)s->size + n + JSON_PAD;
    if (needed <= s->cap)
        return;
    s->cap = s->cap * 2 > needed ? s->cap * 2 : needed;
    s->mem = xrealloc(s->mem, s->cap);
}

static bool is_too_large(const struct spill *s, size_t n)
{
    return s->size + n > UNPACK_MEMORY ||
           s->to->in_memory + s->size + n > UNPACK_MEMORY_ALL;
}

bool spill_add(struct spill *s, const char *p, size_t n)
{
    if (s->error)
        return false;
    if (n == 0)
        return true;
    if (!s->in_file && is_too_large(s, n) && !to_file(s))
        return false;
    if (s->in_file) {
        if (!write_fully(s, p, n, s->size))
            return false;
    } else {
        grow(s, n);
        memcpy(s->mem + s->size, p, n);
    }
    s->size += n;
    return true;
}

void spill_give(struct spill *s, struct member *m)
{
    m->size = s->size;
    m->base = 0;
    if (s->in_file) {
        m->mem = NULL;
        m->fd = s->to->spill_fd;
        m->base = s->to->spill_end;
        s->to->spill_end += s->size;
    } else {
        grow(s, 0);
        memset(s->mem + s->size, 0, JSON_PAD);
        m->mem = s->mem;
        m->fd = -1;
        s->to->in_memory += s->size;
    }
    spill_init(s, s->to);
}
