/* listing.c - finds the files below the folders and gives each a name.
 *
 * Called by: local_data.c when it connects, tables.c when a name is not known.
 * Hidden names are left out, and so are links that lead out of the folder or to
 * a folder, which may have been planted. Only names that the file reader knows
 * how to read count. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/ticks.h"
#include "base/utf8.h"
#include "ld.h"
#include "providers/file/format.h"

/* ---- names --------------------------------------------------------------- */

/* Bytes that are not UTF-8 stand as \xHH, so that two names stay two. */
static str shown(struct arena *a, str raw)
{
    struct buf b;
    if (utf8_valid(raw))
        return arena_str(a, raw);
    buf_init(&b, 4 * LD_MAX_PATH);
    for (size_t i = 0; i < raw.n;) {
        size_t at = i;
        uint32_t c = utf8_next(raw, &i);
        if (c == 0xFFFD && i - at < 3)
            for (; at < i; at++)
                buf_addf(&b, "\\x%02X", (unsigned char)raw.p[at]);
        else
            buf_add(&b, str_sub(raw, at, i));
    }
    str s = buf_take(&b, a);
    buf_release(&b);
    return s;
}

static str last_name(str path)
{
    size_t n = path.n;
    while (n && path.p[n - 1] != '/')
        n--;
    return str_sub(path, n, path.n);
}

static str dir_of(str path)
{
    return str_sub(path, 0, path.n - last_name(path).n);
}

static int by_place(const void *pa, const void *pb)
{
    const struct ld_file *a = pa, *b = pb;
    if (a->folder != b->folder)
        return a->folder < b->folder ? -1 : 1;
    int d = str_cmp(dir_of(a->below), dir_of(b->below));
    return d ? d : str_cmp(a->below, b->below);
}

static int by_name(const void *pa, const void *pb)
{
    const struct ld_file *const *a = pa, *const *b = pb;
    return str_cmp((*a)->name, (*b)->name);
}

/* Files that share a name get the next longer one: below the folder, with the
 * folder's name, all of the path. */
static void lengthen(struct ld_listing *l, struct ld_file **v, bool whole)
{
    size_t n = l->files.n, end;
    qsort(v, n, sizeof *v, by_name);
    for (size_t i = 0; i < n; i = end) {
        str name = v[i]->name;
        for (end = i + 1; end < n && str_eq(v[end]->name, name);)
            end++;
        for (size_t k = i; end - i > 1 && k < end; k++)
            v[k]->name = whole ? shown(l->arena, v[k]->path) : v[k]->from;
    }
}

static void give_names(struct ld_listing *l)
{
    size_t n = l->files.n;
    struct ld_file **v = arena_array(l->arena, n + 1, sizeof *v);
    if (n)
        qsort(l->files.v, n, sizeof *l->files.v, by_place);
    for (size_t i = 0; i < n; i++)
        v[i] = &l->files.v[i];
    lengthen(l, v, false);
    lengthen(l, v, true);
}

bool ld_is_below(str path, str folder)
{
    return str_starts(path, folder) &&
           (path.n == folder.n || folder.n == 1 || path.p[folder.n] == '/');
}

/* ---- walking ------------------------------------------------------------- */

struct walk {
    struct ld_listing *list;
    const struct ld_folder *folder;
    size_t at; /* number of the folder */
    size_t seen;
    bool full;
    const atomic_bool *cancel;
};

/* A link counts when it leads to a file below the folder. */
static bool leads_inside(const struct walk *w, const char *path,
                         struct stat *st)
{
    char *real = realpath(path, NULL);
    bool inside = real && ld_is_below(str_of(real), w->folder->real) &&
                  stat(real, st) == 0 && S_ISREG(st->st_mode);
    free(real);
    return inside;
}

static void add_file(struct walk *w, str path, const struct stat *st)
{
    struct ld_listing *l = w->list;
    size_t skip = w->folder->real.n + (w->folder->real.n > 1);
    struct ld_file f = {
        .folder = w->at,
        .path = path,
        .below = shown(l->arena, str_sub(path, skip, path.n)),
        .size = st->st_size,
        .changed = TICKS_UNIX_EPOCH + st->st_mtim.tv_sec * TICKS_PER_SEC +
                   st->st_mtim.tv_nsec / 100,
    };
    str last = shown(l->arena, last_name(w->folder->real));
    f.from = last.n ? arena_fmt(l->arena, "%.*s/%.*s", STRF(last),
                                STRF(f.below))
                    : f.below;
    f.name = f.below;
    if (l->files.n == LD_MAX_FILES)
        w->full = true;
    else
        PUSH(l->arena, l->files, f);
}

static void walk_folder(struct walk *w, str dir, unsigned depth);

static void visit(struct walk *w, str dir, const char *name, unsigned depth)
{
    struct stat st;
    const char *slash = dir.n > 1 ? "/" : "";
    if (dir.n + strlen(name) + 1 >= LD_MAX_PATH) {
        w->list->ntoo_far++;
        return;
    }
    str path = arena_fmt(w->list->arena, "%.*s%s%s", STRF(dir), slash, name);
    if (lstat(path.p, &st) != 0)
        return;
    if (S_ISDIR(st.st_mode))
        walk_folder(w, path, depth + 1);
    else if (S_ISLNK(st.st_mode) && !leads_inside(w, path.p, &st))
        w->list->nlinks++;
    else if (S_ISREG(st.st_mode) && format_is_data_name(str_of(name)))
        add_file(w, path, &st);
}

static void walk_folder(struct walk *w, str dir, unsigned depth)
{
    struct dirent *e;
    DIR *d = depth < LD_MAX_DEPTH ? opendir(dir.p) : NULL;
    if (depth >= LD_MAX_DEPTH)
        w->list->ntoo_far++;
    else if (!d)
        w->list->nclosed++;
    while (d && !w->full && (e = readdir(d))) {
        if (e->d_name[0] == '.')
            continue;
        w->full = ++w->seen > LD_MAX_SEEN ||
                  (w->cancel && atomic_load(w->cancel));
        if (!w->full)
            visit(w, dir, e->d_name, depth);
    }
    if (d)
        closedir(d);
}

/* ---- folders ------------------------------------------------------------- */

/* Why it cannot be listed, or NULL; sets *real, in `a`. */
static const char *look_at(struct arena *a, const char *path, str *real)
{
    struct stat st;
    char *z = realpath(path, NULL);
    const char *why = NULL;
    *real = S("");
    if (!z)
        return errno == ENOENT ? "there is no such folder"
                               : strerrordesc_np(errno);
    DIR *d = opendir(z);
    if (d)
        *real = str_of(arena_cstr(a, str_of(z)));
    else if (stat(z, &st) == 0 && !S_ISDIR(st.st_mode))
        why = "it is no folder";
    else
        why = errno == EACCES ? "this user may not read it"
                              : strerrordesc_np(errno);
    if (d)
        closedir(d);
    free(z);
    return why;
}

/* A folder inside of another one is in there already. */
static bool is_covered(struct ld *ld, str real)
{
    for (size_t i = 0; i < ld->folders.n; i++)
        if (ld_is_below(real, ld->folders.v[i].real))
            return true;
    size_t n = 0;
    for (size_t i = 0; i < ld->folders.n; i++)
        if (!ld_is_below(ld->folders.v[i].real, real))
            ld->folders.v[n++] = ld->folders.v[i];
    ld->folders.n = n;
    return false;
}

enum status ld_folder_add(struct ld *ld, str path, bool alone,
                          const struct remote_call *call)
{
    struct arena *a = ld->remote.arena;
    struct ld_folder f = { .path = arena_str(a, config_path(a, path)) };
    const char *why = str_find_char(path, 0) >= 0 || !path.n
                          ? "it is no path"
                          : look_at(a, arena_cstr(a, f.path), &f.real);
    if (!why && !is_covered(ld, f.real))
        PUSH(a, ld->folders, f);
    if (!why)
        return ST_OK;
    struct diag *d =
        alone ? diag_error(call->ds, DIAG_FILE, call->span,
                           "cannot read the folder '%.*s': %s", STRF(f.path),
                           why)
              : diag_warn(call->ds, DIAG_FILE, call->span,
                          "cannot read the folder '%.*s': %s; the others are "
                          "there", STRF(f.path), why);
    diag_hint(call->ds, d, "with (folder = \"…\") names another one, "
                           "data_paths in the configuration several");
    return alone ? ST_ENV : ST_OK;
}

/* ---- the listing --------------------------------------------------------- */

static enum status report_full(const struct walk *w,
                               const struct remote_call *call)
{
    if (w->cancel && atomic_load(w->cancel))
        return ST_CANCELLED;
    struct diag *d = diag_error(call->ds, DIAG_LIMIT, call->span,
                                "more than %d files of data, or %d names, are "
                                "below '%.*s'",
                                (int)LD_MAX_FILES, (int)LD_MAX_SEEN,
                                STRF(w->folder->path));
    diag_hint(call->ds, d, "connect the folders in it; file(\"…/*.jsonl\") "
                           "reads any number of files");
    return ST_ENV;
}

static enum status list_folder(struct ld *ld, struct walk *w, size_t i,
                               const struct remote_call *call)
{
    str real;
    w->at = i;
    w->folder = &ld->folders.v[i];
    const char *why = look_at(call->ds->arena, w->folder->real.p,
                              &real);
    if (!why) {
        walk_folder(w, w->folder->real, 0);
        return w->full ? report_full(w, call) : ST_OK;
    }
    diag_error(call->ds, DIAG_FILE, call->span,
               "cannot read the folder '%.*s' any more: %s",
               STRF(w->folder->path), why);
    return ST_ENV;
}

enum status ld_listing_make(struct ld *ld, const struct remote_call *call)
{
    struct ld_listing l = { .arena = arena_new() };
    struct walk w = { .list = &l, .cancel = call->cancel };
    enum status st = ST_OK;
    for (size_t i = 0; i < ld->folders.n && st == ST_OK; i++)
        st = list_folder(ld, &w, i, call);
    if (st != ST_OK) {
        arena_free(l.arena);
        return st;
    }
    give_names(&l);
    ld_listing_release(&ld->list);
    ld->list = l;
    return ST_OK;
}

void ld_listing_release(struct ld_listing *l)
{
    if (l->arena)
        arena_free(l->arena);
    *l = (struct ld_listing){ .arena = NULL };
}

void ld_listing_tell(const struct ld *ld, const struct remote_call *call)
{
    const struct ld_listing *l = &ld->list;
    if (l->nlinks)
        diag_warn(call->ds, DIAG_FILE, call->span,
                  "%zu symbolic links to folders, to nothing or out of the "
                  "folder are left out", l->nlinks);
    if (l->nclosed)
        diag_warn(call->ds, DIAG_FILE, call->span,
                  "%zu folders that this user may not read are left out",
                  l->nclosed);
    if (l->ntoo_far)
        diag_warn(call->ds, DIAG_LIMIT, call->span,
                  "%zu names are left out: folders more than %d deep, or paths "
                  "longer than %d bytes", l->ntoo_far, (int)LD_MAX_DEPTH,
                  (int)LD_MAX_PATH - 1);
}
