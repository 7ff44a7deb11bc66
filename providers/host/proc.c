/* proc.c - small files of /proc, read whole.
 *
 * Called by: processes.c, connections.c, host.c. Opens relative to one folder,
 * so that tests can put a made-up tree in its place. */
#include "proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/ticks.h"

enum { MAX_PIDS = 4 << 20, MAX_PASSWD = 16 << 20 };

bool proc_open(struct proc *p, const char *root, struct arena *a)
{
    int64_t boot = 0;
    *p = (struct proc){ .hz = sysconf(_SC_CLK_TCK),
                        .page = sysconf(_SC_PAGESIZE), .arena = a };
    p->fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (p->fd < 0)
        return false;
    proc_field(proc_file(p, a, "stat", 1 << 20), "btime", 0, &boot);
    p->boot = TICKS_UNIX_EPOCH + boot * TICKS_PER_SEC;
    p->hostname = str_trim(proc_file(p, a, "sys/kernel/hostname", 256));
    return true;
}

void proc_close(struct proc *p)
{
    if (p->fd >= 0)
        close(p->fd);
    p->fd = -1;
}

/* ---- processes ----------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

static int pid_of(const char *name)
{
    int64_t v;
    if (!proc_number(str_of(name), &v) || v < 1 || v > INT32_MAX)
        return 0;
    return (int)v;
}

void proc_each(const struct proc *p, bool (*fn)(void *ctx, int pid), void *ctx)
{
    int fd = openat(p->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *e;
    int *pids = NULL;
    size_t n = 0, cap = 0;
    if (!d) {
        if (fd >= 0)
            close(fd);
        return;
    }
    while ((e = readdir(d)) && n < MAX_PIDS) {
        int pid = pid_of(e->d_name);
        if (!pid)
            continue;
        if (n == cap) {
            cap = cap ? 2 * cap : 256;
            pids = xrealloc(pids, cap * sizeof *pids);
        }
        pids[n++] = pid;
    }
    closedir(d);
    if (n)
        qsort(pids, n, sizeof *pids, by_number);
    for (size_t i = 0; i < n; i++)
        if (!fn(ctx, pids[i]))
            break;
    free(pids);
}

/* ---- files --------------------------------------------------------------- */

str proc_file(const struct proc *p, struct arena *a, const char *name,
              size_t max)
{
    struct buf b;
    int fd = openat(p->fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t k = 0;
    if (fd < 0)
        return STR_NONE;
    buf_init(&b, max + 4096);
    while (b.n < max && buf_reserve(&b, 4096)) {
        k = read(fd, b.p + b.n, 4096);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            break;
        b.n += (size_t)k;
    }
    close(fd);
    str text = b.n || k == 0 ? buf_take(&b, a) : STR_NONE;
    buf_release(&b);
    return text;
}

enum { NAME_MAX_BYTES = 300 };

str proc_filef(const struct proc *p, struct arena *a, size_t max,
               const char *fmt, ...)
{
    char name[NAME_MAX_BYTES];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(name, sizeof name, fmt, ap);
    va_end(ap);
    return proc_file(p, a, name, max);
}

str proc_linkf(const struct proc *p, struct arena *a, const char *fmt, ...)
{
    char name[NAME_MAX_BYTES], to[4097];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(name, sizeof name, fmt, ap);
    va_end(ap);
    ssize_t n = readlinkat(p->fd, name, to, sizeof to);
    return n < 0 ? STR_NONE : arena_str(a, (str){ to, (size_t)n });
}

/* ---- text ---------------------------------------------------------------- */

bool proc_number(str s, int64_t *v)
{
    bool neg = s.n && s.p[0] == '-';
    int64_t n = 0;
    if (s.n - neg == 0 || s.n - neg > 18)
        return false;
    for (size_t i = neg; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        n = n * 10 + (s.p[i] - '0');
    }
    *v = neg ? -n : n;
    return true;
}

bool proc_line(str *text, str *line)
{
    if (text->n == 0)
        return false;
    ptrdiff_t end = str_find_char(*text, '\n');
    size_t n = end < 0 ? text->n : (size_t)end;
    *line = str_sub(*text, 0, n);
    *text = str_sub(*text, n + (end >= 0), text->n);
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

str proc_word(str line, size_t nth)
{
    size_t i = 0;
    for (;;) {
        while (i < line.n && is_blank(line.p[i]))
            i++;
        size_t from = i;
        while (i < line.n && !is_blank(line.p[i]))
            i++;
        if (nth-- == 0 || from == i)
            return str_sub(line, from, i);
    }
}

bool proc_field(str text, const char *key, unsigned nth, int64_t *v)
{
    str line;
    while (proc_line(&text, &line)) {
        str word = proc_word(line, 0);
        if (word.n && word.p[word.n - 1] == ':')
            word.n--;
        if (str_eqz(word, key))
            return proc_number(proc_word(line, 1 + nth), v);
    }
    return false;
}

/* ---- users --------------------------------------------------------------- */

/* name:password:uid:… */
static str name_in_file(struct users *u, int64_t uid)
{
    struct proc cwd = { .fd = AT_FDCWD };
    str text = proc_file(&cwd, u->arena, u->passwd, MAX_PASSWD), line;
    while (proc_line(&text, &line)) {
        ptrdiff_t a = str_find_char(line, ':');
        if (a < 0)
            continue;
        str rest = str_sub(line, (size_t)a + 1, line.n);
        ptrdiff_t b = str_find_char(rest, ':');
        if (b < 0)
            continue;
        rest = str_sub(rest, (size_t)b + 1, rest.n);
        ptrdiff_t c = str_find_char(rest, ':');
        int64_t v;
        if (c >= 0 && proc_number(str_sub(rest, 0, (size_t)c), &v) && v == uid)
            return str_sub(line, 0, (size_t)a);
    }
    return S("");
}

static str name_by_system(struct users *u, int64_t uid)
{
    char text[16 << 10];
    struct passwd pw, *found = NULL;
    if (getpwuid_r((uid_t)uid, &pw, text, sizeof text, &found) != 0 || !found)
        return S("");
    return arena_str(u->arena, str_of(pw.pw_name));
}

str users_name(struct users *u, int64_t uid)
{
    for (size_t i = 0; i < u->list.n; i++)
        if (u->list.v[i].uid == uid)
            return u->list.v[i].name;
    str name = u->passwd ? name_in_file(u, uid) : name_by_system(u, uid);
    struct user user = { uid, name };
    PUSH(u->arena, u->list, user);
    return name;
}
