/* tables.c - from a name to the files it means, and all names there are.
 *
 * Called by: local_data.c. A name is a path below a folder, its last parts, or
 * those without the ending that tells the format; a pattern means all files it
 * fits. What a name leads to is looked at each time: files come and go. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/ticks.h"
#include "base/xxh64.h"
#include "ld.h"
#include "providers/file/format.h"

enum { MAX_SHOWN = 5 };

/* ---- which files a name fits --------------------------------------------- */

static bool are_last_parts(str want, str of)
{
    return want.n && str_ends(of, want) &&
           (of.n == want.n || of.p[of.n - want.n - 1] == '/');
}

/* How well a name fits: 0 not, more is better. */
static int fit(const struct ld_file *f, str want)
{
    str stem = str_sub(f->from, 0, f->from.n - format_suffix(f->from).n);
    if (str_eq(f->name, want))
        return 4;
    if (str_eq(f->below, want) || str_eq(f->path, want))
        return 3;
    if (are_last_parts(want, f->from))
        return 2;
    return are_last_parts(want, stem);
}

struct found {
    struct arena *arena;
    LIST(const struct ld_file *) list;
};

static void find_best(const struct ld *ld, str want, struct found *out)
{
    int best = 1;
    for (size_t i = 0; i < ld->list.files.n; i++) {
        const struct ld_file *f = &ld->list.files.v[i];
        int n = fit(f, want);
        if (n > best)
            out->list.n = 0;
        if (n < best)
            continue;
        best = n;
        PUSH(out->arena, out->list, f);
    }
}

/* ---- patterns ------------------------------------------------------------ */

static bool is_pattern(str s)
{
    return str_find_char(s, '*') >= 0 || str_find_char(s, '?') >= 0;
}

/* Up to the next slash; *rest is what follows it. */
static str first_part(str s, str *rest)
{
    ptrdiff_t slash = str_find_char(s, '/');
    size_t n = slash < 0 ? s.n : (size_t)slash;
    *rest = str_sub(s, slash < 0 ? n : n + 1, s.n);
    return str_sub(s, 0, n);
}

/* Part by part, a part `**` stands for any number of them. Going back to the
 * last `**` is enough, as with the stars of a single text. */
static bool fits(str pattern, str path)
{
    str after = pattern, tried = path, rest, left;
    bool any = false;
    while (path.n) {
        str p = first_part(pattern, &rest);
        if (str_eqz(p, "**")) {
            any = true;
            after = pattern = rest;
            tried = path;
        } else if (str_glob(p, first_part(path, &left), true)) {
            pattern = rest;
            path = left;
        } else if (any) {
            (void)first_part(tried, &left);
            path = tried = left;
            pattern = after;
        } else {
            return false;
        }
    }
    return pattern.n == 0;
}

static void find_pattern(const struct ld *ld, str pattern, struct found *out)
{
    for (size_t i = 0; i < ld->list.files.n; i++) {
        const struct ld_file *f = &ld->list.files.v[i];
        if (fits(pattern, f->below) || fits(pattern, f->from))
            PUSH(out->arena, out->list, f);
    }
}

/* ---- what lies there ----------------------------------------------------- */

static enum status report_several(const struct found *f, str name,
                                  const struct remote_call *call)
{
    struct arena *a = call->ds->arena;
    struct diag *d = diag_error(call->ds, DIAG_UNKNOWN_TABLE, call->span,
                                "%zu files are called '%.*s'", f->list.n,
                                STRF(name));
    str s = S("");
    for (size_t i = 0; i < f->list.n && i < MAX_SHOWN; i++)
        s = arena_fmt(a, "%.*s%s%.*s", STRF(s), i ? ", " : "",
                      STRF(f->list.v[i]->name));
    diag_hint(call->ds, d, "they are %.*s%s", STRF(s),
              f->list.n > MAX_SHOWN ? ", …" : "");
    return ST_ENV;
}

static enum status report_file(const struct ld *ld,
                               const struct ld_file *f, const char *why,
                               const struct remote_call *call)
{
    struct diag *d = diag_error(call->ds, DIAG_FILE, call->span,
                                "cannot open '%.*s': %s", STRF(f->below), why);
    diag_hint(call->ds, d, ".show tables of %.*s looks again what there is",
              STRF(ld->remote.alias));
    return ST_ENV;
}

/* The file behind a name may have become something else since it was listed. */
static enum status look_at(const struct ld *ld, const struct ld_file *f,
                           str *real, struct ld_table *t,
                           const struct remote_call *call)
{
    struct stat st;
    char *z = realpath(f->path.p, NULL);
    if (!z || stat(z, &st) != 0) {
        int why = errno;
        free(z);
        return report_file(ld, f, why == ENOENT ? "the file is gone"
                           : why == EACCES  ? "this user may not read it"
                                            : strerrordesc_np(why),
                           call);
    }
    *real = arena_str(call->ds->arena, str_of(z));
    free(z);
    if (!ld_is_below(*real, ld->folders.v[f->folder].real))
        return report_file(ld, f, "it is a symbolic link out of its folder now",
                           call);
    uint64_t about[] = { st.st_dev, st.st_ino, (uint64_t)st.st_size,
                         (uint64_t)st.st_mtim.tv_sec,
                         (uint64_t)st.st_mtim.tv_nsec };
    t->stamp = xxh64(*real, t->stamp);
    t->stamp = xxh64((str){ (const char *)about, sizeof about }, t->stamp);
    t->which = xxh64((str){ (const char *)about, 2 * sizeof *about },
                     t->which);
    return ST_OK;
}

static enum status look_at_all(const struct ld *ld, const struct found *f,
                               struct ld_table *out,
                               const struct remote_call *call)
{
    str *paths = arena_array(f->arena, f->list.n, sizeof *paths);
    enum status st = ST_OK;
    *out = (struct ld_table){ .n = f->list.n, .paths = paths };
    for (size_t i = 0; i < f->list.n && st == ST_OK; i++) {
        st = look_at(ld, f->list.v[i], &paths[i], out, call);
        paths[i] = arena_str(f->arena, paths[i]);
    }
    return st;
}

enum status ld_table_find(struct ld *ld, str name, struct arena *a,
                          struct ld_table *out,
                          const struct remote_call *call)
{
    struct found f = { .arena = a };
    for (int attempt = 0; attempt < 2 && !f.list.n; attempt++) {
        enum status st = attempt ? ld_listing_make(ld, call) : ST_OK;
        if (st != ST_OK)
            return st;
        find_best(ld, name, &f);
        if (f.list.n > 1)
            return report_several(&f, name, call);
        if (!f.list.n && is_pattern(name))
            find_pattern(ld, name, &f);
    }
    return f.list.n ? look_at_all(ld, &f, out, call) : ST_USER;
}

/* ---- all of them --------------------------------------------------------- */

static str dir_of(str path)
{
    size_t n = path.n;
    while (n && path.p[n - 1] != '/')
        n--;
    return str_sub(path, 0, n);
}

static str changed_text(struct arena *a, int64_t t)
{
    struct civil c;
    ticks_to_civil(t, &c);
    return arena_fmt(a, "%04d-%02d-%02d %02d:%02d:%02dZ", c.year, c.month,
                     c.day, c.hour, c.minute, c.second);
}

/* Files v[0 … n) are those right in one folder. Of one kind, they can be read
 * as one; Parquet is read a file at a time. */
static bool are_alike(const struct ld_file *v, size_t n)
{
    str suffix = format_suffix(v[0].below);
    bool alike = n > 1 && !str_ieqz(suffix, ".parquet");
    for (size_t i = 1; alike && i < n; i++)
        alike = str_eq(format_suffix(v[i].below), suffix);
    return alike;
}

static struct remote_table as_pattern(const struct ld *ld,
                                      const struct ld_file *v, size_t n,
                                      struct arena *a)
{
    int64_t size = 0, changed = v[0].changed;
    str dir = dir_of(ld->folders.n > 1 ? v[0].from : v[0].below);
    for (size_t i = 0; i < n; i++) {
        size += v[i].size;
        changed = v[i].changed > changed ? v[i].changed : changed;
    }
    return (struct remote_table){
        arena_fmt(a, "%.*s*%.*s", STRF(dir), STRF(format_suffix(v[0].below))),
        arena_fmt(a, "%zu files, %lld bytes, changed %.*s", n,
                  (long long)size, STRF(changed_text(a, changed))),
    };
}

static struct remote_table as_file(const struct ld_file *f, struct arena *a)
{
    return (struct remote_table){
        arena_str(a, f->name),
        arena_fmt(a, "%lld bytes, changed %.*s", (long long)f->size,
                  STRF(changed_text(a, f->changed))),
    };
}

void ld_tables_list(const struct ld *ld, struct arena *a,
                    struct remote_tables *out)
{
    const struct ld_file *v = ld->list.files.v;
    size_t n = ld->list.files.n, end;
    struct remote_table *t = arena_array(a, 2 * n + 1, sizeof *t);
    *out = (struct remote_tables){ 0, t };
    for (size_t i = 0; i < n; i = end) {
        for (end = i + 1; end < n && v[end].folder == v[i].folder &&
                          str_eq(dir_of(v[end].below), dir_of(v[i].below));)
            end++;
        if (are_alike(&v[i], end - i))
            t[out->n++] = as_pattern(ld, &v[i], end - i, a);
        for (size_t k = i; k < end; k++)
            t[out->n++] = as_file(&v[k], a);
    }
}
