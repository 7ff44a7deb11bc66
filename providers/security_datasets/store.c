/* store.c - files of our own: downloads and the listing.
 *
 * Called by: download.c, cache.c. A file is written under another name and then
 * takes its place at once, so that nobody ever reads half of one. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sd.h"

/* The folders above a file. */
static void make_folders(char *path)
{
    for (char *p = path + 1; *p; p++) {
        if (*p != '/')
            continue;
        *p = 0;
        mkdir(path, 0777);
        *p = '/';
    }
}

bool store_open(struct store *s, struct arena *a, str path)
{
    *s = (struct store){ .arena = a, .path = arena_cstr(a, path), .fd = -1 };
    s->temporary = arena_cstr(a, arena_fmt(a, "%s.XXXXXX", s->path));
    make_folders(s->path);
    s->fd = mkstemp(s->temporary);
    return s->fd >= 0;
}

bool store_write(struct store *s, str bytes)
{
    while (bytes.n) {
        ssize_t n = write(s->fd, bytes.p, bytes.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        bytes = str_sub(bytes, (size_t)n, bytes.n);
    }
    return true;
}

bool store_rewind(struct store *s)
{
    return ftruncate(s->fd, 0) == 0 && lseek(s->fd, 0, SEEK_SET) == 0;
}

bool store_keep(struct store *s)
{
    bool ok = fchmod(s->fd, 0644) == 0 && fsync(s->fd) == 0;
    ok = close(s->fd) == 0 && ok && rename(s->temporary, s->path) == 0;
    s->fd = -1;
    if (!ok)
        unlink(s->temporary);
    return ok;
}

void store_drop(struct store *s)
{
    if (s->fd < 0)
        return;
    close(s->fd);
    unlink(s->temporary);
    s->fd = -1;
}

static bool read_all(int fd, struct buf *out, size_t most)
{
    char part[16 << 10];
    ssize_t n;
    while ((n = read(fd, part, sizeof part)) > 0 && out->n <= most)
        buf_add(out, (str){ part, (size_t)n });
    return n == 0 && buf_ok(out) && out->n <= most;
}

bool store_read(str path, struct buf *out, size_t most)
{
    struct arena *a = arena_new();
    struct stat st;
    int fd = open(arena_cstr(a, path), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    arena_free(a);
    if (fd < 0)
        return false;
    bool ok = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
              (uint64_t)st.st_size <= most && read_all(fd, out, most);
    close(fd);
    return ok;
}

str store_cache_folder(struct arena *a, const char *name)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cache && cache[0] == '/')
        return arena_fmt(a, "%s/shikra/%s", cache, name);
    return home && home[0] == '/'
               ? arena_fmt(a, "%s/.cache/shikra/%s", home, name)
               : S("");
}

str store_at_home(struct arena *a, str path)
{
    const char *home = getenv("HOME");
    if (!home || !home[0] || !str_starts(path, S("~/")))
        return arena_str(a, path);
    return arena_fmt(a, "%s%.*s", home, STRF(str_sub(path, 1, path.n)));
}
