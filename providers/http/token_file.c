/* token_file.c - refresh tokens between sessions, in a file of mode 0600.
 *
 * Called by: auth_refresh.c. One JSON object, whose keys say where a token is
 * valid. Replaced as a whole: whoever reads sees the old one or the new one.
 * Who changes it holds the lock of the file beside it, or another kernel's
 * token would be lost. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "answer.h"
#include "auth_int.h"
#include "base/json_write.h"

enum { MAX_FILE = 1 << 20 };

/* "" when it is absent or unfit; an unfit one is warned of. */
static str read_file(const struct http_call *call, const char *path)
{
    struct buf b;
    struct stat st;
    char part[4096];
    ssize_t n = -1;
    str json = S("");
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return json;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
        (st.st_mode & 077) != 0 || st.st_uid != geteuid()) {
        struct diag *d = diag_warn(call->ds, DIAG_POLICY, call->span,
                                   "the token file %s is not used: others "
                                   "may read it",
                                   path);
        diag_hint(call->ds, d, "chmod 600, or delete it");
        close(fd);
        return json;
    }
    buf_init(&b, MAX_FILE);
    while ((n = read(fd, part, sizeof part)) > 0)
        buf_add(&b, (str){ part, (size_t)n });
    close(fd);
    if (n == 0 && buf_ok(&b) && reply_json(call->arena, buf_str(&b), &json) &&
        json_kind(json) != JSON_OBJECT)
        json = S("");
    buf_release(&b);
    return json;
}

str token_file_get(const struct http_call *call, str path, str key)
{
    struct buf b;
    str v, json = read_file(call, arena_cstr(call->arena, path));
    if (!json_get_key(json, key, &v) || json_kind(v) != JSON_STRING)
        return S("");
    buf_init(&b, MAX_FILE);
    json_unquote(&b, v);
    str token = buf_take(&b, call->arena);
    buf_release(&b);
    return token;
}

static void add_member(struct buf *b, bool first, str key, str value)
{
    buf_adds(b, first ? "" : ",");
    buf_add(b, key);
    buf_addc(b, ':');
    buf_add(b, value);
}

/* The object with one member replaced, or without it. */
static void add_members(struct buf *b, str json, str key, str refresh)
{
    struct json_iter it;
    struct buf name;
    str k, v;
    bool first = !refresh.n;
    buf_init(&name, MAX_FILE);
    buf_addc(b, '{');
    if (refresh.n) {
        json_str(b, key);
        buf_addc(b, ':');
        json_str(b, refresh);
    }
    if (json.n && json_iter_init(&it, json)) {
        while (json_next(&it, &k, &v)) {
            buf_reset(&name);
            json_unquote(&name, k);
            if (str_eq(buf_str(&name), key))
                continue;
            add_member(b, first, k, v);
            first = false;
        }
    }
    buf_adds(b, "}\n");
    buf_release(&name);
}

/* The folders above the file, private ones. */
static void make_folders(char *path)
{
    for (char *p = path + 1; *p; p++) {
        if (*p != '/')
            continue;
        *p = 0;
        mkdir(path, 0700);
        *p = '/';
    }
}

static bool replace(const char *path, const char *temporary, str text)
{
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC |
                                 O_NOFOLLOW, 0600);
    if (fd < 0)
        return false;
    bool ok = fchmod(fd, 0600) == 0 &&
              write(fd, text.p, text.n) == (ssize_t)text.n && fsync(fd) == 0;
    ok = close(fd) == 0 && ok && rename(temporary, path) == 0;
    if (!ok)
        unlink(temporary);
    return ok;
}

int token_file_lock(const struct http_call *call, str path)
{
    char *name = arena_cstr(call->arena, path);
    str lock = arena_fmt(call->arena, "%s.lock", name);
    make_folders(name);
    return open(lock.p, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

void token_file_put(const struct http_call *call, str path, str key,
                    str refresh)
{
    struct buf b;
    char *name = arena_cstr(call->arena, path);
    str temporary = arena_fmt(call->arena, "%s.%ld", name, (long)getpid());
    make_folders(name);
    buf_init(&b, MAX_FILE);
    add_members(&b, read_file(call, name), key, refresh);
    if (!buf_ok(&b) || !replace(name, temporary.p, buf_str(&b))) {
        struct diag *d = diag_warn(call->ds, DIAG_FILE, call->span,
                                   "the sign-in cannot be kept in %s: %s",
                                   name, strerror(errno));
        diag_hint(call->ds, d, "the next session will ask again");
    }
    if (b.p)
        explicit_bzero(b.p, b.n);
    buf_release(&b);
}
