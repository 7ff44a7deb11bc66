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

void spill_init(struct spill *s)
{
    *s = (struct spill){ .fd = -1 };
}

void spill_release(struct spill *s)
{
    free(s->mem);
    if (s->fd >= 0)
        close(s->fd);
    spill_init(s);
}

static bool write_fully(struct spill *s, const char *p, size_t n)
{
    while (n) {
        ssize_t k = write(s->fd, p, n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0) {
            s->error = k < 0 ? errno : ENOSPC;
            return false;
        }
        p += k;
        n -= (size_t)k;
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
    s->fd = nameless_file();
    if (s->fd < 0) {
        s->error = errno;
        return false;
    }
    bool ok = write_fully(s, s->mem, (size_t)s->size);
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

bool spill_add(struct spill *s, const char *p, size_t n)
{
    if (s->error)
        return false;
    if (n == 0)
        return true;
    if (s->fd < 0 && s->size + n > UNPACK_MEMORY && !to_file(s))
        return false;
    if (s->fd >= 0) {
        if (!write_fully(s, p, n))
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
    if (s->fd < 0) {
        grow(s, 0);
        memset(s->mem + s->size, 0, JSON_PAD);
    }
    m->fd = s->fd;
    m->mem = s->mem;
    m->size = s->size;
    spill_init(s);
}
