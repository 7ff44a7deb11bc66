/* capture.c - two pipes over descriptors 1 and 2.
 *
 * Called by: cmd_kernel.c, iopub.c. */
#include "kernel/capture.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "base/status.h"
#include "base/utf8.h"

enum { CHUNK = 64 << 10, MAX_PART = 4 };

struct capture {
    pthread_mutex_t lock;
    struct end {
        int read, original;
        char part[MAX_PART]; /* of a character cut at the end of a read */
        size_t npart;
    } end[NCAPTURED];
};

static void replace(struct end *e, int fd)
{
    int ends[2];
    e->original = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (pipe2(ends, O_CLOEXEC) != 0 || dup2(ends[1], fd) < 0)
        BUG("cannot capture descriptor %d", fd);
    close(ends[1]);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    e->read = ends[0];
}

struct capture *capture_start(void)
{
    struct capture *c = xcalloc(1, sizeof *c);
    pthread_mutex_init(&c->lock, NULL);
    for (int i = 0; i < NCAPTURED; i++)
        replace(&c->end[i], STDOUT_FILENO + i);
    return c;
}

void capture_stop(struct capture *c)
{
    if (!c)
        return;
    fflush(NULL);
    for (int i = 0; i < NCAPTURED; i++) {
        if (c->end[i].original >= 0) {
            dup2(c->end[i].original, STDOUT_FILENO + i);
            close(c->end[i].original);
        }
        close(c->end[i].read);
    }
    pthread_mutex_destroy(&c->lock);
    free(c);
}

int capture_fd(const struct capture *c, int which)
{
    return c->end[which].read;
}

int capture_original(const struct capture *c, int which)
{
    return c->end[which].original;
}

/* Bytes at the end of s that begin a character and do not finish it. */
static size_t unfinished(str s)
{
    for (size_t back = 1; back < MAX_PART && back <= s.n; back++) {
        uint8_t c = (uint8_t)s.p[s.n - back];
        if ((c & 0xC0) == 0x80)
            continue;
        size_t want = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
        return want > back ? back : 0;
    }
    return 0;
}

static void read_end(struct end *e, struct buf *out)
{
    char *text = xmalloc(MAX_PART + CHUNK);
    ssize_t n;
    memcpy(text, e->part, e->npart);
    n = read(e->read, text + e->npart, CHUNK);
    if (n > 0) {
        str s = { text, e->npart + (size_t)n };
        e->npart = unfinished(s);
        s.n -= e->npart;
        utf8_printable_keep(out, s, "\n\t");
        memcpy(e->part, s.p + s.n, e->npart);
    }
    free(text);
}

void capture_read(struct capture *c, int which, struct buf *out)
{
    pthread_mutex_lock(&c->lock);
    read_end(&c->end[which], out);
    pthread_mutex_unlock(&c->lock);
}
