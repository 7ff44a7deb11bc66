/* run.c - runs test data: .test files, examples of rows, ```kql in the docs.
 *
 * Usage: build/asan/run [PATH…]     (default: tests README.md docs rows)
 * Environment: T=text      only blocks whose path:line or title has it
 *              UPDATE=1    rewrites the expectations of blocks that fail
 *              SLOW=1      blocks tagged slow too
 *              JOBS=n      worker processes (default 2)
 * Workers are processes, so that a crash or a hang costs one block: the parent
 * counts it as failed and goes on behind it. The last line of the output is
 * "run: N passed, N failed". */
#include "tests/run_int.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_JOBS = 64 };

/* ---- the list of files; nftw has no context argument ---- */

static struct {
    struct arena *arena;
    LIST(str) list;
} found;

static int on_entry(const char *path, const struct stat *st, int kind,
                    struct FTW *w)
{
    (void)st;
    (void)w;
    str p = str_of(path);
    if (kind == FTW_F && (str_ends(p, S(".test")) || str_ends(p, S(".md"))))
        PUSH(found.arena, found.list, arena_str(found.arena, p));
    return 0;
}

static void find_files(const char *path)
{
    struct stat st;
    if (strncmp(path, "rows", 4) == 0) {
        static const char *const lists[] = { "rows:operators",
                                             "rows:functions",
                                             "rows:plugins",
                                             "rows:renderers" };
        for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
            if (path[4] == '\0' || strcmp(path, lists[i]) == 0)
                PUSH(found.arena, found.list, str_of(lists[i]));
    } else if (stat(path, &st) != 0) {
        printf("run: no %s\n", path);
    } else if (S_ISDIR(st.st_mode)) {
        nftw(path, on_entry, 16, FTW_PHYS);
    } else {
        PUSH(found.arena, found.list, str_of(path));
    }
}

static int by_path(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

/* ---- the parent ---- */

struct pool {
    const struct options *o;
    int jobs[2], reports[2];
    struct report last[MAX_JOBS]; /* what each worker said last */
    pid_t pids[MAX_JOBS];
    int open, passed, failed, skipped;
};

static void start_worker(struct pool *p, int slot)
{
    fflush(stdout);
    p->last[slot] = (struct report){ .block = -1 };
    pid_t pid = fork();
    if (pid < 0)
        BUG("fork: %s", strerror(errno));
    if (pid == 0) {
        close(p->jobs[1]);
        close(p->reports[0]);
        work(p->o, found.list.v, p->jobs[0], p->reports[1]);
        exit(0);
    }
    p->pids[slot] = pid;
}

static void give(struct pool *p, int file, int block)
{
    struct job job = { file, block };
    if (write(p->jobs[1], &job, sizeof job) != sizeof job)
        BUG("write: %s", strerror(errno));
}

static void count(struct pool *p, const struct report *r)
{
    p->passed += r->passed;
    p->failed += r->failed;
    p->skipped += r->skipped;
}

/* A worker ended before its file did: the block it was at has failed. */
static void crashed(struct pool *p, int slot, int status)
{
    struct report *r = &p->last[slot];
    int sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    printf("FAIL %.*s:%d: %s (signal %d, status %d)\n",
           STRF(found.list.v[r->file]), r->line,
           sig == SIGALRM ? "took too long" : "the process ended", sig,
           WIFEXITED(status) ? WEXITSTATUS(status) : 0);
    count(p, r);
    p->failed++;
    if (r->line == 0) /* before any block: no use in trying again */
        p->open--;
    else
        give(p, r->file, r->block + 1);
}

static bool report_waits(const struct pool *p, int ms)
{
    struct pollfd fd = { .fd = p->reports[0], .events = POLLIN };
    return poll(&fd, 1, ms) == 1;
}

static void take_report(struct pool *p)
{
    struct report r;
    if (read(p->reports[0], &r, sizeof r) != sizeof r)
        BUG("read: %s", strerror(errno));
    for (int i = 0; i < p->o->jobs; i++)
        if (p->pids[i] == r.worker)
            p->last[i] = r;
    if (r.block < 0) {
        count(p, &r);
        p->open--;
    }
}

static void ended(struct pool *p, pid_t pid, int status)
{
    int slot = 0;
    while (p->pids[slot] != pid)
        slot++;
    while (report_waits(p, 0)) /* its last words */
        take_report(p);
    if (p->last[slot].block >= 0) {
        crashed(p, slot, status);
    } else if (status) {
        printf("FAIL a worker ended with status %d\n", status);
        p->failed++;
    }
    if (p->open > 0)
        start_worker(p, slot);
}

static void open_pool(struct pool *p)
{
    if (pipe(p->jobs) || pipe(p->reports))
        BUG("pipe: %s", strerror(errno));
    fcntl(p->jobs[1], F_SETPIPE_SZ, 1 << 20);
    p->open = (int)found.list.n;
    for (int i = 0; i < p->open; i++)
        give(p, i, 0);
    for (int i = 0; i < p->o->jobs; i++)
        start_worker(p, i);
}

static void run_pool(struct pool *p)
{
    int status;
    pid_t pid;
    while (p->open > 0) {
        if (report_waits(p, 20))
            take_report(p);
        else if ((pid = waitpid(-1, &status, WNOHANG)) > 0)
            ended(p, pid, status);
    }
    close(p->jobs[1]); /* workers end; leaks show in their status */
    while ((pid = waitpid(-1, &status, 0)) > 0)
        if (status) {
            printf("FAIL a worker ended with status %d\n", status);
            p->failed++;
        }
}

static struct options options_from_environment(void)
{
    const char *t = getenv("T"), *jobs = getenv("JOBS");
    struct options o = { .filter = str_of(t), .jobs = 2 };
    o.update = getenv("UPDATE") != NULL;
    o.slow = getenv("SLOW") != NULL;
    if (jobs)
        o.jobs = (int)strtol(jobs, NULL, 10);
    o.jobs = o.jobs < 1 ? 1 : o.jobs > MAX_JOBS ? MAX_JOBS : o.jobs;
    return o;
}

/* Answers must not depend on the settings of whoever runs the tests. */
static void forget_settings(void)
{
    setenv("HOME", "/nonexistent", 1);
    unsetenv("MSTICPYCONFIG");
    unsetenv("SHIKRA_CONFIG");
}

int main(int argc, char **argv)
{
    static const char *const everything[] = { "tests", "README.md", "docs",
                                              "rows" };
    struct options o = options_from_environment();
    forget_settings();
    found.arena = arena_new();
    for (int i = 1; i < argc; i++)
        find_files(argv[i]);
    for (size_t i = 0; argc < 2 && i < 4; i++)
        find_files(everything[i]);
    qsort(found.list.v, found.list.n, sizeof *found.list.v, by_path);
    struct pool p = { .o = &o };
    open_pool(&p);
    run_pool(&p);
    if (o.filter.n && p.passed + p.failed == 0)
        printf("run: nothing matches T=%.*s\n", STRF(o.filter));
    else if (p.skipped && !o.filter.n)
        printf("run: %d tagged slow were skipped (SLOW=1)\n", p.skipped);
    printf("run: %d passed, %d failed\n", p.passed, p.failed);
    arena_free(found.arena);
    return p.failed != 0;
}
