/* secret_file.c - a secret in a file that only its owner may read.
 *
 * Called by: secret.c. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config_int.h"

enum { MAX_SECRET = 64 << 10 };

static bool is_private(int fd, str path, struct buf *why)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        buf_addf(why, "%.*s is not a file", STRF(path));
        return false;
    }
    if (st.st_uid != geteuid() && st.st_uid != 0) {
        buf_addf(why, "%.*s belongs to another user", STRF(path));
        return false;
    }
    if ((st.st_mode & 077) != 0) {
        unsigned mode = st.st_mode & 0777;
        buf_addf(why, "%.*s has mode 0%u%u%u, so others may read it; "
                      "chmod 600 it",
                 STRF(path), mode >> 6, mode >> 3 & 7, mode & 7);
        return false;
    }
    return true;
}

bool secret_file_read(struct arena *a, str path, str *out, struct buf *why)
{
    char text[MAX_SECRET + 1];
    str full = config_path(a, path);
    int fd = open(arena_cstr(a, full), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        buf_addf(why, "cannot read %.*s: %s", STRF(path), strerror(errno));
        return false;
    }
    bool ok = is_private(fd, path, why);
    ssize_t n = ok ? read(fd, text, sizeof text) : 0;
    close(fd);
    if (ok && (n <= 0 || n > MAX_SECRET)) {
        buf_addf(why, "%.*s is %s", STRF(path),
                 n > 0 ? "too long for a secret" : "empty");
        ok = false;
    }
    str s = { text, ok ? (size_t)n : 0 };
    while (s.n && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == '\r'))
        s.n--;
    *out = arena_str(a, s);
    explicit_bzero(text, sizeof text);
    return ok;
}
