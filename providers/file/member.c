/* member.c - opens, reads and gives back what members hold.
 *
 * Called by: window.c and unpack.c to read, file.c when a source closes. */
#include "member.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "json_read.h"

void member_list_init(struct member_list *l, struct arena *a)
{
    *l = (struct member_list){ .arena = a, .spill_fd = -1 };
}

void member_list_release(struct member_list *l)
{
    for (size_t i = 0; i < l->list.n; i++)
        free(l->list.v[i].mem);
    if (l->spill_fd >= 0)
        close(l->spill_fd);
    member_list_init(l, l->arena);
}

/* The file must still be the one that was looked at first. */
bool member_open(const struct member *m, struct member_file *f)
{
    struct stat st;
    char path[4096];
    *f = (struct member_file){ .fd = m->fd };
    if (m->fd >= 0 || m->mem)
        return true;
    if (m->path.n >= sizeof path) {
        f->error = ENAMETOOLONG;
        return false;
    }
    memcpy(path, m->path.p, m->path.n);
    path[m->path.n] = 0;
    f->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    f->own = true;
    if (f->fd < 0)
        f->error = errno;
    else if (fstat(f->fd, &st) != 0 || !S_ISREG(st.st_mode) ||
             st.st_dev != m->device || st.st_ino != m->inode)
        f->error = MEMBER_REPLACED;
    return f->error == 0;
}

void member_close(struct member_file *f)
{
    if (f->own && f->fd >= 0)
        close(f->fd);
    *f = (struct member_file){ .fd = -1 };
}

size_t member_read(const struct member *m, struct member_file *f, char *to,
                   size_t n, uint64_t offset)
{
    size_t got = 0;
    if (m->mem) {
        memcpy(to, m->mem + offset, n);
        return n;
    }
    while (got < n) {
        ssize_t k = pread(f->fd, to + got, n - got,
                          (off_t)(m->base + offset + got));
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0) {
            f->error = k < 0 ? errno : MEMBER_SHRUNK;
            break;
        }
        got += (size_t)k;
    }
    return got;
}

const char *member_error_text(int error)
{
    if (error == MEMBER_SHRUNK)
        return "it became shorter while it was read";
    if (error == MEMBER_REPLACED)
        return "another file took its place";
    const char *text = strerrordesc_np(error);
    return text ? text : "reading failed";
}

size_t member_head(const struct member *m, char *to, size_t n)
{
    struct member_file f;
    bool ok = member_open(m, &f);
    size_t got = 0;
    if (n > m->size)
        n = (size_t)m->size;
    if (n && ok)
        got = member_read(m, &f, to, n, 0);
    member_close(&f);
    memset(to + got, 0, JSON_PAD);
    return got;
}
