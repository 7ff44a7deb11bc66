/* log.c - writes log records, whole lines, from any thread.
 *
 * Called by: kernel/. */
#include "kernel/log.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <unistd.h>

#include "base/utf8.h"

enum { MAX_RECORD = 2048 };

struct log {
    int fd; /* -1: nothing is written */
    enum log_level level;
    pthread_mutex_t lock;
};

static const char *const names[] = { "error", "warn", "info", "debug" };

struct log *log_open(const char *path, enum log_level level)
{
    int fd = -1;
    if (path) {
        fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0)
            return NULL;
    }
    struct log *l = xcalloc(1, sizeof *l);
    l->fd = fd;
    l->level = level;
    pthread_mutex_init(&l->lock, NULL);
    return l;
}

void log_close(struct log *l)
{
    if (!l)
        return;
    if (l->fd >= 0)
        close(l->fd);
    pthread_mutex_destroy(&l->lock);
    free(l);
}

static void add_stamp(struct buf *b, enum log_level level)
{
    struct timespec now;
    struct tm tm;
    char text[32];
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &tm);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
    buf_addf(b, "%s.%03ldZ %s ", text, now.tv_nsec / 1000000, names[level]);
}

void log_write(struct log *l, enum log_level level, const char *fmt, ...)
{
    if (!l || l->fd < 0 || level > l->level)
        return;
    char text[MAX_RECORD];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (n < 0)
        return;
    struct buf b;
    buf_init(&b, 16 * MAX_RECORD);
    add_stamp(&b, level);
    utf8_printable(&b, str_of(text));
    buf_addc(&b, '\n');
    pthread_mutex_lock(&l->lock);
    ssize_t written = write(l->fd, b.p, b.n);
    (void)written; /* a full disk must not stop a hunt */
    pthread_mutex_unlock(&l->lock);
    buf_release(&b);
}

bool log_level_from_name(str name, enum log_level *level)
{
    for (int i = LOG_ERROR; i <= LOG_DEBUG; i++)
        if (str_ieqz(name, names[i])) {
            *level = (enum log_level)i;
            return true;
        }
    return false;
}
