/* paths.c - finds and opens the files that a cell names.
 *
 * Called by: file.c. A message about a file always says what to try. */
#include "paths.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "glob.h"
#include "providers/limits.h"

/* ---- what to try --------------------------------------------------------- */

enum { MAX_SUGGESTIONS = 5, MAX_NAMES = 2000 };

static str folder_of(struct arena *a, str path)
{
    size_t n = path.n;
    while (n && path.p[n - 1] != '/')
        n--;
    return n ? arena_str(a, str_sub(path, 0, n)) : S(".");
}

static str base_of(str path)
{
    size_t n = path.n;
    while (n && path.p[n - 1] != '/')
        n--;
    return str_sub(path, n, path.n);
}

static int by_bytes(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

/* Names in a folder, sorted; 0 when it cannot be read. */
static size_t names_in(struct arena *a, str folder, str *names)
{
    DIR *d = opendir(arena_cstr(a, folder));
    struct dirent *e;
    size_t n = 0;
    if (!d)
        return 0;
    while (n < MAX_NAMES && (e = readdir(d)))
        if (e->d_name[0] != '.')
            names[n++] = arena_str(a, str_of(e->d_name));
    closedir(d);
    qsort(names, n, sizeof *names, by_bytes);
    return n;
}

static str first_names(struct arena *a, const str *names, size_t n)
{
    str out = S("");
    size_t shown = n < MAX_SUGGESTIONS ? n : MAX_SUGGESTIONS;
    for (size_t i = 0; i < shown; i++)
        out = arena_fmt(a, "%.*s%s%.*s", STRF(out), i ? ", " : "",
                        STRF(names[i]));
    return n > shown ? arena_fmt(a, "%.*s, …", STRF(out)) : out;
}

static void suggest(struct diags *ds, struct diag *d, str path)
{
    struct arena *a = ds->arena;
    str *names = arena_array(a, MAX_NAMES, sizeof *names);
    str folder = folder_of(a, path);
    size_t n = names_in(a, folder, names);
    str near = diag_nearest(base_of(path), names, n);
    if (near.n)
        diag_hint(ds, d, "did you mean '%.*s'?", STRF(near));
    else if (n)
        diag_hint(ds, d, "there: %.*s", STRF(first_names(a, names, n)));
    else if (access(arena_cstr(a, folder), F_OK) != 0)
        diag_hint(ds, d, "there is no folder '%.*s'", STRF(folder));
}

/* ---- patterns ------------------------------------------------------------ */

static enum status check_text(str path, struct span at, struct diags *ds)
{
    if (path.n == 0 || path.n >= 4096 || str_find_char(path, 0) >= 0) {
        diag_error(ds, DIAG_FILE, at, "not a path: it is empty, too long or "
                                      "holds a NUL");
        return ST_USER;
    }
    if (str_find(path, S("://")) >= 0) {
        struct diag *d = diag_error(ds, DIAG_FILE, at,
                                    "'%.*s' is not on this machine",
                                    STRF(path));
        diag_hint(ds, d, "download it first and name the file");
        return ST_ENV;
    }
    return ST_OK;
}

/* `~/` is the home folder, as in a shell. */
static str at_home(struct arena *a, str path)
{
    const char *home = getenv("HOME");
    if (!home || path.n < 2 || path.p[0] != '~' || path.p[1] != '/')
        return path;
    return arena_fmt(a, "%s%.*s", home, (int)path.n - 1, path.p + 1);
}

static bool exists(struct arena *a, str path)
{
    struct stat st;
    return lstat(arena_cstr(a, path), &st) == 0;
}

static void report_none(const struct path_list *l, str pattern,
                        struct span at, struct diags *ds)
{
    struct diag *d = diag_error(ds, DIAG_FILE, at, "no file matches '%.*s'",
                                STRF(pattern));
    if (l->nlinks)
        diag_hint(ds, d, "%zu matching symbolic links are not followed: name "
                         "them without a pattern", l->nlinks);
    else
        suggest(ds, d, pattern);
}

static enum status find_all(struct path_list *out, str pattern,
                            struct span at, struct diags *ds)
{
    size_t before = out->list.n;
    out->nlinks = 0;
    glob_find(out, pattern);
    if (out->full) {
        diag_error(ds, DIAG_LIMIT, at, "'%.*s' matches too many files: more "
                   "than %u, or more than %u names to look at",
                   STRF(pattern), MAX_GLOB_FILES, MAX_GLOB_SEEN);
        return ST_ENV;
    }
    if (out->list.n == before) {
        report_none(out, pattern, at, ds);
        return ST_ENV;
    }
    qsort(out->list.v + before, out->list.n - before, sizeof(str), by_bytes);
    if (out->nlinks)
        diag_warn(ds, DIAG_FILE, at, "%zu symbolic links that match '%.*s' "
                  "are not followed", out->nlinks, STRF(pattern));
    return ST_OK;
}

enum status paths_expand(struct path_list *out, str pattern, struct span at,
                         struct diags *ds)
{
    enum status st = check_text(pattern, at, ds);
    if (st != ST_OK)
        return st;
    pattern = at_home(out->arena, pattern);
    if (glob_is_pattern(pattern) && !exists(out->arena, pattern))
        return find_all(out, pattern, at, ds);
    str path = arena_str(out->arena, pattern);
    PUSH(out->arena, out->list, path);
    return ST_OK;
}

/* ---- opening ------------------------------------------------------------- */

static const char *kind_of(const struct stat *st)
{
    switch (st->st_mode & S_IFMT) {
    case S_IFIFO:  return "a pipe";
    case S_IFSOCK: return "a socket";
    case S_IFCHR:
    case S_IFBLK:  return "a device";
    default:       return "not a regular file";
    }
}

static enum status refuse(str path, const struct stat *st, struct span at,
                          struct diags *ds)
{
    struct diag *d;
    if (S_ISDIR(st->st_mode)) {
        d = diag_error(ds, DIAG_FILE, at, "'%.*s' is a folder", STRF(path));
        diag_hint(ds, d, "\"%.*s/*\" names the files in it", STRF(path));
        return ST_ENV;
    }
    d = diag_error(ds, DIAG_FILE, at, "'%.*s' is %s", STRF(path), kind_of(st));
    diag_hint(ds, d, "only regular files are read: save it to one first");
    return ST_ENV;
}

static enum status report_open(str path, int why, struct span at,
                               struct diags *ds)
{
    struct diag *d = diag_error(ds, DIAG_FILE, at, "cannot open '%.*s': %s",
                                STRF(path),
                                why == ENOENT ? "there is no such file"
                                : why == EACCES
                                    ? "this user may not read it"
                                    : strerrordesc_np(why));
    if (why == ENOENT)
        suggest(ds, d, path);
    return ST_ENV;
}

/* Remembers which file it is. Whoever reads it opens it and checks that it is
 * still the same, so that the kind cannot change in between. */
enum status path_find(struct member *out, str path, struct span at,
                      struct diags *ds)
{
    struct stat st;
    const char *z = arena_cstr(ds->arena, path);
    if (stat(z, &st) != 0)
        return report_open(path, errno, at, ds);
    if (!S_ISREG(st.st_mode))
        return refuse(path, &st, at, ds);
    if (access(z, R_OK) != 0)
        return report_open(path, errno, at, ds);
    *out = (struct member){
        .name = path, .path = path, .fd = -1, .device = st.st_dev,
        .inode = st.st_ino, .size = (uint64_t)st.st_size,
    };
    return ST_OK;
}
