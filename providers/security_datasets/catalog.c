/* catalog.c - from the listing to files that have a name.
 *
 * Called by: security_datasets.c, once per connection. A link of a description
 * is a path in the repository when it begins as the repository's links do; its
 * spelling is corrected where only the case differs from what lies there.
 * Archives that no description mentions are files, too: some of the most used
 * recordings are among them. Names, and names of saved files, are unique. */
#include <stdlib.h>

#include "base/xxh64.h"
#include "providers/http/answer.h"
#include "sd.h"

/* ---- paths ---- */

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c + 32 : (unsigned char)c;
}

static int by_fold(str a, str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    for (size_t i = 0; i < n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return lower(a.p[i]) - lower(b.p[i]);
    return a.n < b.n ? -1 : a.n > b.n;
}

static int blobs_by_fold(const void *x, const void *y)
{
    const struct sd_blob *a = x, *b = y;
    int c = by_fold(a->path, b->path);
    return c ? c : str_cmp(a->path, b->path);
}

/* No way out of a folder, and nothing that a shell or terminal minds. */
static bool is_safe(str path)
{
    size_t start = 0;
    for (size_t i = 0; i <= path.n; i++) {
        unsigned char c = i < path.n ? (unsigned char)path.p[i] : '/';
        if (c < 0x20 || c == 0x7f || c == '\\')
            return false;
        if (c != '/')
            continue;
        if (i == start || path.p[start] == '.')
            return false;
        start = i + 1;
    }
    return path.n > 0;
}

/* "" when a link leads elsewhere. */
static str path_of_link(const struct sd *sd, str link)
{
    str path = S("");
    if (str_starts(link, S(SD_PUBLIC_BASE)))
        path = str_sub(link, S(SD_PUBLIC_BASE).n, link.n);
    else if (str_starts(link, sd->raw_base))
        path = str_sub(link, sd->raw_base.n, link.n);
    return sd_is_archive(path) && is_safe(path) ? path : S("");
}

/* The archive that a path means; NULL: there is none. */
static struct sd_blob *blob_of(const struct sd *sd, str path)
{
    size_t lo = 0, hi = sd->list.blobs.n;
    struct sd_blob *v = sd->list.blobs.v, *near = NULL;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (by_fold(v[mid].path, path) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (; lo < sd->list.blobs.n && by_fold(v[lo].path, path) == 0; lo++) {
        near = near ? near : &v[lo];
        if (str_eq(v[lo].path, path))
            return &v[lo];
    }
    return near;
}

/* ---- names ---- */

static str without_suffix(str path)
{
    size_t n = path.n;
    while (n && path.p[n - 1] != '.' && path.p[n - 1] != '/')
        n--;
    if (n && path.p[n - 1] == '.')
        path.n = n - 1;
    if (path.n > 4 && str_ieqz(str_sub(path, path.n - 4, path.n), ".tar"))
        path.n -= 4;
    return path;
}

/* The path below datasets/ with another sign between its parts. */
static str joined(struct arena *a, str path, char sign)
{
    char *p = arena_cstr(a, str_sub(path, S("datasets/").n, path.n));
    for (char *q = p; *q; q++)
        if (*q == '/')
            *q = sign;
    return str_of(p);
}

static int data_by_name(const void *a, const void *b)
{
    const struct sd_data *x = *(struct sd_data *const *)a,
                         *y = *(struct sd_data *const *)b;
    int c = str_cmp(x->name, y->name);
    return c ? c : str_cmp(x->path, y->path);
}

static int data_by_local(const void *a, const void *b)
{
    const struct sd_data *x = *(struct sd_data *const *)a,
                         *y = *(struct sd_data *const *)b;
    int c = by_fold(x->local, y->local);
    return c ? c : str_cmp(x->path, y->path);
}

static unsigned mark(str path)
{
    return (unsigned)(xxh64(path, 0) & 0xffffffff);
}

/* Two paths that differ may join to one name: all but the first get a mark. */
static void make_unique(struct sd *sd)
{
    struct arena *a = sd->remote.arena;
    size_t n = sd->data.n;
    struct sd_data **v = sd->data.v;
    if (!n)
        return;
    qsort(v, n, sizeof *v, data_by_local);
    for (size_t i = n; i-- > 1;)
        if (by_fold(v[i]->local, v[i - 1]->local) == 0)
            v[i]->local = arena_fmt(a, "%08x-%.*s", mark(v[i]->path),
                                    STRF(v[i]->local));
    qsort(v, n, sizeof *v, data_by_name);
    for (size_t i = n; i-- > 1;)
        if (str_eq(v[i]->name, v[i - 1]->name))
            v[i]->name = arena_fmt(a, "%.*s_%08x", STRF(v[i]->name),
                                   mark(v[i]->path));
    qsort(v, n, sizeof *v, data_by_name);
}

/* ---- rows ---- */

static void add_file(struct sd *sd, const struct sd_doc *doc, str file)
{
    struct arena *a = sd->remote.arena;
    struct sd_row r = { .doc = doc };
    r.kind = arena_str(a, answer_text(a, file, "type"));
    r.link = arena_str(a, answer_text(a, file, "link"));
    r.path = path_of_link(sd, r.link);
    struct sd_blob *blob = r.path.n ? blob_of(sd, r.path) : NULL;
    if (blob) {
        blob->described = true;
        r.path = blob->path;
    }
    for (size_t i = sd->rows.n; i-- > 0 && sd->rows.v[i].doc == doc;)
        if (str_eq(sd->rows.v[i].link, r.link))
            return; /* it stands there twice */
    sd->nelsewhere += r.path.n == 0;
    PUSH(a, sd->rows, r);
}

static void add_files(struct sd *sd, const struct sd_doc *doc)
{
    struct json_iter it;
    str file;
    size_t n = 0;
    if (json_iter_init(&it, answer_at(doc->json, "files")) && !it.object)
        for (; json_next(&it, NULL, &file); n++) {
            if (n < SD_MAX_FILES)
                add_file(sd, doc, file);
            else
                sd->nleft_out++;
        }
    if (!n) /* a description alone still tells */
        PUSH(sd->remote.arena, sd->rows,
             ((struct sd_row){ .doc = doc, .kind = S(""), .link = S(""),
                               .path = S("") }));
}

static void add_undescribed(struct sd *sd)
{
    for (size_t i = 0; i < sd->list.blobs.n; i++) {
        const struct sd_blob *b = &sd->list.blobs.v[i];
        if (b->described || !is_safe(b->path))
            continue;
        struct sd_row r = { .kind = S(""), .path = b->path };
        struct sd_data at = { .path = b->path };
        r.link = sd_data_url(sd, &at, sd->remote.arena);
        PUSH(sd->remote.arena, sd->rows, r);
    }
}

static int rows_by_path(const void *a, const void *b)
{
    const struct sd_row *x = *(struct sd_row *const *)a,
                        *y = *(struct sd_row *const *)b;
    int c = str_cmp(x->path, y->path);
    return c ? c : (x > y) - (x < y);
}

static str summary_of(const struct sd *sd, const struct sd_row *r,
                      const struct sd_data *d)
{
    struct arena *a = sd->remote.arena;
    str title = r->doc ? answer_text(a, r->doc->json, "title") : S("");
    str size = d->size < 0 ? S("size unknown")
               : d->size < 1 << 20
                   ? arena_fmt(a, "%lld kB", (long long)(d->size + 1023) >> 10)
                   : arena_fmt(a, "%.1f MB", (double)d->size / (1 << 20));
    return arena_fmt(a, "%.*s (%.*s%s%.*s%s)",
                     STRF(title.n ? title : S("Not described")),
                     STRF(r->kind), r->kind.n ? ", " : "", STRF(size),
                     d->there ? "" : ", not in the repository");
}

static struct sd_data *new_data(struct sd *sd, const struct sd_row *r)
{
    struct arena *a = sd->remote.arena;
    const struct sd_blob *blob = blob_of(sd, r->path);
    struct sd_data *d = NEW(a, struct sd_data);
    d->path = r->path;
    d->name = joined(a, without_suffix(r->path), '.');
    d->local = joined(a, r->path, '-');
    d->size = blob ? blob->size : -1;
    d->there = blob || sd->list.truncated;
    d->summary = summary_of(sd, r, d);
    PUSH(a, sd->data, d);
    return d;
}

/* One struct sd_data for all rows of a path. */
static void make_data(struct sd *sd)
{
    struct arena *tmp = arena_new();
    struct sd_row **v = arena_array(tmp, sd->rows.n, sizeof *v);
    struct sd_data *last = NULL;
    size_t n = 0;
    for (size_t i = 0; i < sd->rows.n; i++)
        if (sd->rows.v[i].path.n)
            v[n++] = &sd->rows.v[i];
    if (n)
        qsort(v, n, sizeof *v, rows_by_path);
    for (size_t i = 0; i < n; i++) {
        if (!last || !str_eq(last->path, v[i]->path))
            last = new_data(sd, v[i]);
        v[i]->data = last;
    }
    arena_free(tmp);
}

void sd_catalog_make(struct sd *sd)
{
    struct sd_listing *l = &sd->list;
    if (l->blobs.n)
        qsort(l->blobs.v, l->blobs.n, sizeof *l->blobs.v, blobs_by_fold);
    for (size_t i = 0; i < l->docs.n; i++)
        if (l->docs.v[i].json.n)
            add_files(sd, &l->docs.v[i]);
    add_undescribed(sd);
    make_data(sd);
    make_unique(sd);
}

/* ---- looking ---- */

static bool is_last_part(str name, str part)
{
    return name.n > part.n && name.p[name.n - part.n - 1] == '.' &&
           str_ends(name, part);
}

struct sd_data *sd_data_find(const struct sd *sd, str name, bool *several)
{
    struct sd_data *found = NULL;
    *several = false;
    for (size_t i = 0; i < sd->data.n; i++) {
        struct sd_data *d = sd->data.v[i];
        if (str_eq(d->name, name))
            return d;
        if (!name.n || !is_last_part(d->name, name))
            continue;
        *several |= found != NULL;
        found = d;
    }
    return *several ? NULL : found;
}

str sd_data_names(const struct sd *sd, str part, struct arena *a)
{
    enum { MAX_SHOWN = 3 };
    str s = S("");
    size_t n = 0;
    for (size_t i = 0; i < sd->data.n; i++)
        if (is_last_part(sd->data.v[i]->name, part) && n++ < MAX_SHOWN)
            s = arena_fmt(a, "%.*s%s%.*s", STRF(s), n > 1 ? ", " : "",
                          STRF(sd->data.v[i]->name));
    return n > MAX_SHOWN ? arena_fmt(a, "%.*s, …", STRF(s)) : s;
}
