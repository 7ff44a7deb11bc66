/* run_work.c - a worker process of the runner: blocks in, reports out.
 *
 * Called by: run.c after fork(). Tells the parent where it is before each
 * block, so that a crash or a hang can be charged to that block. */
#include "tests/run_int.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "kernel/modules.h"

enum { MAX_FILE = 64 << 20, MAX_REPORT = 64 << 20 };

/* The checked build is several times slower. */
#ifdef __SANITIZE_ADDRESS__
enum { SLOWNESS = 8 };
#else
enum { SLOWNESS = 1 };
#endif
enum { DEFAULT_SECONDS = 20 };

static bool read_file(struct arena *a, str path, str *text)
{
    struct buf b;
    char part[65536];
    size_t n;
    FILE *in = fopen(arena_cstr(a, path), "rb");
    if (!in)
        return false;
    buf_init(&b, MAX_FILE);
    while ((n = fread(part, 1, sizeof part, in)) > 0)
        buf_add(&b, (str){ part, n });
    fclose(in);
    bool ok = buf_ok(&b);
    *text = buf_take(&b, a);
    buf_release(&b);
    return ok;
}

struct work {
    const struct options *o;
    const str *paths;
    struct lang *lang;
    struct test_file file;
    struct report counts;
    struct buf out;          /* what to say about the present block */
    struct buf updated;      /* the file with new expectations */
    size_t copied;           /* bytes of the old text already in it */
    int to_parent;
};

static void tell(struct work *w, int block, int line)
{
    w->counts.block = block;
    w->counts.line = line;
    w->counts.worker = getpid();
    if (write(w->to_parent, &w->counts, sizeof w->counts) < 0)
        exit(1); /* the parent is gone */
}

static bool wanted(const struct work *w, const struct block *b)
{
    char place[32];
    if (!w->o->filter.n)
        return w->o->slow || str_find(b->tags, S("slow")) < 0;
    snprintf(place, sizeof place, ":%d", b->line);
    struct arena *a = arena_new();
    str where = arena_fmt(a, "%.*s%s %.*s", STRF(w->file.path), place,
                          STRF(b->title));
    bool yes = str_find(where, w->o->filter) >= 0;
    arena_free(a);
    return yes;
}

static void show_failure(struct work *w, const struct block *b, str actual,
                         bool compared)
{
    static const char *const kinds[] = { "table", "setup",  "query",
                                         "error", "text",   "mime",
                                         "stage", "runs",   "checks",
                                         "format" };
    buf_addf(&w->out, "FAIL %.*s:%d: %.*s (%s)\n", STRF(w->file.path), b->line,
             STRF(b->title), kinds[b->kind]);
    if (compared && b->unordered) {
        struct arena *a = arena_new();
        diff_print(&w->out, rows_sorted(a, b->expected),
                   rows_sorted(a, actual), false);
        arena_free(a);
    } else if (compared) {
        diff_print(&w->out, b->expected, actual, b->kind != BLOCK_QUERY);
    } else {
        if (b->kind != BLOCK_FAULT)
            buf_addf(&w->out, "%.*s\n", STRF(str_sub(b->input, 0, 2000)));
        buf_add(&w->out, actual);
    }
}

static void update(struct work *w, const struct block *b, str actual)
{
    str text = w->file.text;
    size_t beg = (size_t)(b->expected.p - text.p);
    if (!b->expected.p)
        return;
    buf_add(&w->updated, str_sub(text, w->copied, beg));
    if (w->updated.n && w->updated.p[w->updated.n - 1] != '\n')
        buf_addc(&w->updated, '\n');
    buf_add(&w->updated, actual);
    w->copied = beg + b->expected.n;
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool in_time(struct work *w, const struct block *b, int64_t ms)
{
    if (!b->limit_ms || ms <= (int64_t)b->limit_ms * SLOWNESS)
        return true;
    buf_addf(&w->out, "FAIL %.*s:%d: took %lld ms, limit %d\n",
             STRF(w->file.path), b->line, (long long)ms,
             b->limit_ms * SLOWNESS);
    return false;
}

static void one_block(struct work *w, size_t at)
{
    const struct block *b = &w->file.blocks.v[at];
    struct buf actual;
    buf_init(&actual, MAX_REPORT);
    int64_t start = now_ms();
    bool ran = block_run(w->lang, &w->file, at, &actual);
    bool good = in_time(w, b, now_ms() - start);
    if (good && (!ran || !block_holds(b, buf_str(&actual)))) {
        good = ran && w->o->update;
        if (good)
            update(w, b, buf_str(&actual));
        else
            show_failure(w, b, buf_str(&actual), ran);
    }
    w->counts.passed += good;
    w->counts.failed += !good;
    buf_release(&actual);
}

static void write_update(struct work *w)
{
    if (!w->copied)
        return;
    str text = w->file.text;
    buf_add(&w->updated, str_sub(text, w->copied, text.n));
    FILE *out = fopen(arena_cstr(w->file.arena, w->file.path), "wb");
    if (!out || fwrite(w->updated.p, 1, w->updated.n, out) != w->updated.n)
        buf_addf(&w->out, "cannot write %.*s: %s\n", STRF(w->file.path),
                 strerror(errno));
    if (out)
        fclose(out);
}

static void say(struct work *w)
{
    if (w->out.n)
        fwrite(w->out.p, 1, w->out.n, stdout);
    fflush(stdout);
    buf_reset(&w->out);
}

static void read_blocks(struct work *w)
{
    struct test_file *f = &w->file;
    if (str_starts(f->path, S("rows:"))) {
        rows_parse(f, w->lang);
        return;
    }
    if (!read_file(f->arena, f->path, &f->text)) {
        struct block b = { .kind = BLOCK_FAULT, .line = 1,
                           .input = S("cannot be read") };
        PUSH(f->arena, f->blocks, b);
    } else if (str_ends(f->path, S(".md"))) {
        markdown_parse(f);
    } else {
        test_file_parse(f);
    }
}

static void one_file(struct work *w, struct job job)
{
    w->file = (struct test_file){ .arena = arena_new() };
    w->file.path = w->paths[job.file];
    w->counts = (struct report){ .file = job.file };
    w->copied = 0;
    buf_reset(&w->updated);
    tell(w, 0, 0);
    alarm(DEFAULT_SECONDS * SLOWNESS);
    read_blocks(w);
    for (size_t i = (size_t)job.block; i < w->file.blocks.n; i++) {
        const struct block *b = &w->file.blocks.v[i];
        if (b->kind == BLOCK_TABLE || b->kind == BLOCK_SETUP)
            continue;
        if (!wanted(w, b)) {
            w->counts.skipped++;
            continue;
        }
        tell(w, (int)i, b->line);
        alarm((unsigned)(DEFAULT_SECONDS + b->limit_ms / 1000) * SLOWNESS);
        one_block(w, i);
        say(w); /* at once: the next block may crash */
    }
    alarm(0);
    write_update(w);
    say(w);
    tell(w, -1, 0);
    arena_free(w->file.arena);
}

void work(const struct options *o, const str *paths, int jobs, int to_parent)
{
    struct interp in;
    struct job job;
    modules_open(&in);
    struct work w = { .o = o, .paths = paths, .lang = in.lang,
                      .to_parent = to_parent };
    buf_init(&w.out, MAX_REPORT);
    buf_init(&w.updated, MAX_REPORT);
    while (read(jobs, &job, sizeof job) == sizeof job)
        one_file(&w, job);
    buf_release(&w.out);
    buf_release(&w.updated);
    modules_close(&in);
}
