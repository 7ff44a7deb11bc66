/* clone.c - the listing of a clone of the repository on this machine.
 *
 * Called by: listing.c. Nothing is fetched and nothing is kept: the folder is
 * walked each time it is connected. Links are not followed. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ticks.h"
#include "sd.h"

enum { MAX_LEVELS = 16 };

struct walk {
    const struct sd *sd;
    struct sd_listing *out;
    const struct remote_call *call;
    size_t seen;
    bool full;
};

static void read_doc(struct walk *w, str path)
{
    struct arena *a = w->out->arena;
    struct sd_doc d = { .path = arena_str(a, path), .sha = S(""),
                        .json = S(""), .error = S("") };
    struct buf b;
    buf_init(&b, YAML_MAX_BYTES);
    errno = 0;
    if (store_read(arena_fmt(a, "%.*s/%.*s", STRF(w->sd->folder), STRF(path)),
                   &b, YAML_MAX_BYTES - 1))
        sd_doc_read(a, buf_str(&b), &d);
    else
        d.error = errno ? arena_str(a, str_of(strerror(errno)))
                        : S("it is too large");
    buf_release(&b);
    if (w->out->docs.n < SD_MAX_DOCS)
        PUSH(a, w->out->docs, d);
    else
        w->full = true;
}

static void visit(struct walk *w, str path, unsigned level);

static void visit_entry(struct walk *w, str path, unsigned level)
{
    struct arena *a = arena_new();
    struct stat st;
    str full = arena_fmt(a, "%.*s/%.*s", STRF(w->sd->folder), STRF(path));
    if (++w->seen > SD_MAX_TREE)
        w->full = true;
    else if (lstat(arena_cstr(a, full), &st) != 0)
        ; /* it went away meanwhile */
    else if (S_ISDIR(st.st_mode) && level < MAX_LEVELS)
        visit(w, path, level + 1);
    else if (S_ISREG(st.st_mode) && sd_is_description(path))
        read_doc(w, path);
    else if (S_ISREG(st.st_mode) && !sd_add_blob(w->out, path, st.st_size))
        w->full = true;
    arena_free(a);
}

static void visit(struct walk *w, str path, unsigned level)
{
    struct arena *a = arena_new();
    str full = arena_fmt(a, "%.*s/%.*s", STRF(w->sd->folder), STRF(path));
    DIR *d = opendir(arena_cstr(a, full));
    struct dirent *e;
    while (d && !w->full && (e = readdir(d)) != NULL)
        if (e->d_name[0] != '.')
            visit_entry(w, arena_fmt(a, "%.*s/%s", STRF(path), e->d_name),
                        level);
    if (d)
        closedir(d);
    arena_free(a);
}

static int docs_by_path(const void *a, const void *b)
{
    return str_cmp(((const struct sd_doc *)a)->path,
                   ((const struct sd_doc *)b)->path);
}

static enum status no_clone(const struct sd *sd,
                            const struct remote_call *call)
{
    struct diag *d = diag_error(call->ds, DIAG_FILE, call->span,
                                "%.*s is no clone of Security-Datasets: it "
                                "has no folder datasets with archives",
                                STRF(sd->folder));
    diag_hint(call->ds, d, "folder = \"…\" is where the repository was cloned "
                           "to, or its copy");
    return ST_ENV;
}

enum status sd_clone_read(struct sd *sd, struct sd_listing *out,
                          const struct remote_call *call)
{
    struct walk w = { sd, out, call, 0, false };
    visit(&w, S("datasets"), 0);
    if (w.full)
        diag_warn(call->ds, DIAG_LIMIT, call->span,
                  "%.*s has more files than are listed here: %zu "
                  "descriptions, %zu archives",
                  STRF(sd->folder), out->docs.n, out->blobs.n);
    if (out->docs.n + out->blobs.n == 0)
        return no_clone(sd, call);
    if (out->docs.n)
        qsort(out->docs.v, out->docs.n, sizeof *out->docs.v, docs_by_path);
    out->made = ticks_now();
    return ST_OK;
}
