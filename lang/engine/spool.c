/* spool.c - makes, lends from and removes the engine's private folder.
 *
 * Called by: db.c (life), parquet.c (loans), parquet_save.c (names). */
#include "spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"

static const char prefix[] = "shikra-";
enum { MAX_SWEEP = 64, NAME_BYTES = sizeof prefix - 1 + 6 };

static char *join(const char *dir, const char *name)
{
    size_t n = strlen(dir) + strlen(name) + 2;
    char *z = xmalloc(n);
    snprintf(z, n, "%s/%s", dir, name);
    return z;
}

static int remove_entry(const char *path, const struct stat *st, int flag,
                        struct FTW *where)
{
    (void)st, (void)flag, (void)where;
    remove(path); /* what cannot go stays; the next start tries again */
    return 0;
}

static void remove_tree(const char *root)
{
    nftw(root, remove_entry, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/* $TMPDIR when it can be used in a glob-free path, else /tmp. */
static const char *base_dir(void)
{
    const char *dir = getenv("TMPDIR");
    if (!dir || dir[0] != '/' || strlen(dir) > PATH_MAX / 2 ||
        strpbrk(dir, "*?[]{}'\"\\") || access(dir, W_OK | X_OK) != 0)
        return "/tmp";
    return dir;
}

/* Removes `path` when it is one of our folders and no process holds its
 * lock. A folder without a lock file is one that is just being made. */
static void sweep_one(const char *path)
{
    struct stat st;
    if (lstat(path, &st) != 0 || !S_ISDIR(st.st_mode) ||
        st.st_uid != geteuid())
        return;
    char *lock = join(path, "lock");
    int fd = open(lock, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    free(lock);
    if (fd < 0)
        return;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        remove_tree(path);
    close(fd);
}

static void sweep(const char *base)
{
    DIR *d = opendir(base);
    if (!d)
        return;
    struct dirent *entry;
    int left = MAX_SWEEP;
    while (left > 0 && (entry = readdir(d))) {
        if (strncmp(entry->d_name, prefix, sizeof prefix - 1) != 0 ||
            strlen(entry->d_name) != NAME_BYTES)
            continue;
        char *path = join(base, entry->d_name);
        sweep_one(path);
        free(path);
        left--;
    }
    closedir(d);
}

/* The file gets its final name only once it is locked, so that a sweep by
 * another process never sees it unlocked. */
static int make_lock(const char *root)
{
    char *early = join(root, "lock.new"), *final = join(root, "lock");
    int fd = open(early, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0 && (flock(fd, LOCK_EX | LOCK_NB) != 0 ||
                    rename(early, final) != 0)) {
        close(fd);
        fd = -1;
    }
    free(early);
    free(final);
    return fd;
}

static bool make_dirs(struct spool *s, const char *base)
{
    char *root = join(base, "shikra-XXXXXX");
    if (!mkdtemp(root)) { /* 0700 */
        free(root);
        return false;
    }
    s->root = root;
    s->files = join(root, "files");
    s->spill = join(root, "spill");
    s->lock_fd = make_lock(root);
    return s->lock_fd >= 0 && mkdir(s->files, 0700) == 0 &&
           mkdir(s->spill, 0700) == 0;
}

enum status spool_init(struct spool *s, struct diags *ds)
{
    const char *base = base_dir();
    *s = (struct spool){ .lock_fd = -1 };
    sweep(base);
    if (make_dirs(s, base))
        return ST_OK;
    struct diag *d = diag_error(ds, DIAG_FILE, NO_SPAN,
                                "cannot make a private folder in %s: %s",
                                base, strerror(errno));
    diag_hint(ds, d, "TMPDIR names another place for temporary files");
    spool_release(s);
    return ST_ENV;
}

void spool_release(struct spool *s)
{
    if (s->root)
        remove_tree(s->root);
    if (s->lock_fd >= 0)
        close(s->lock_fd);
    free(s->root);
    free(s->files);
    free(s->spill);
    *s = (struct spool){ .lock_fd = -1 };
}

char *spool_name(struct spool *s)
{
    char name[32];
    snprintf(name, sizeof name, "%lu.parquet", s->count++);
    return join(s->files, name);
}

bool loan_init(struct loan *l, struct spool *s, int fd)
{
    char target[48];
    snprintf(target, sizeof target, "/proc/self/fd/%d", fd);
    l->path = spool_name(s);
    if (symlink(target, l->path) == 0)
        return true;
    free(l->path);
    l->path = NULL;
    return false;
}

void loan_release(struct loan *l)
{
    if (!l->path)
        return;
    unlink(l->path);
    free(l->path);
    l->path = NULL;
}
