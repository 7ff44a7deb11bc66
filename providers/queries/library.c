/* library.c - all packs of queries: the built-in ones and the user's.
 *
 * Called by: services.c; the language through struct stored_face. Packs are
 * read when the first query is asked for. A query of the user's hides a
 * built-in one of the same name. */
#include "library.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "embedded.h"
#include "pack.h"
#include "render.h"

enum { MAX_FILE = 1 << 20, MAX_FILES = 1000 };

struct library {
    struct arena *arena;
    struct config *config;
    struct stored_face face;
    bool loaded;
    size_t nfiles;
    LIST(const struct stored_query *) queries; /* the user's come first */
};

static void add_pack(struct library *l, str name, str text, struct diags *ds)
{
    struct pack p;
    if (!pack_read(l->arena, name, text, &p, ds))
        return;
    struct stored_query *v =
        arena_array(l->arena, p.queries.n, sizeof *v);
    for (size_t i = 0; i < p.queries.n; i++) {
        v[i] = p.queries.v[i];
        PUSH(l->arena, l->queries, &v[i]);
    }
}

/* ---- files ---- */

static void read_file(struct library *l, str path, struct diags *ds)
{
    struct buf b;
    struct stat st;
    char block[16384];
    ssize_t n = 0;
    int fd = open(arena_cstr(l->arena, path),
                  O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode) ||
        st.st_size > MAX_FILE) {
        diag_warn(ds, DIAG_CONFIG, NO_SPAN, "%.*s: no pack of queries: %s",
                  STRF(path),
                  fd < 0 ? strerror(errno) : "no file, or larger than 1 MB");
        if (fd >= 0)
            close(fd);
        return;
    }
    buf_init(&b, MAX_FILE);
    while ((n = read(fd, block, sizeof block)) > 0)
        buf_add(&b, (str){ block, (size_t)n });
    close(fd);
    if (n == 0 && buf_ok(&b))
        add_pack(l, path, buf_take(&b, l->arena), ds);
    buf_release(&b);
}

static bool is_yaml(str name)
{
    return str_ends(name, S(".yaml")) || str_ends(name, S(".yml"));
}

static int by_name(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

/* The packs of a folder in the order of their names, not of those below. */
static void read_folder(struct library *l, str path, struct diags *ds)
{
    LIST(str) names = { 0 };
    path = config_path(l->arena, path);
    DIR *d = opendir(arena_cstr(l->arena, path));
    if (!d) {
        diag_warn(ds, DIAG_CONFIG, NO_SPAN,
                  "%.*s: the folder of queries cannot be read: %s",
                  STRF(path), strerror(errno));
        return;
    }
    for (struct dirent *e; (e = readdir(d)) != NULL && names.n < MAX_FILES;)
        if (is_yaml(str_of(e->d_name)))
            PUSH(l->arena, names,
                 arena_fmt(l->arena, "%.*s/%s", STRF(path), e->d_name));
    closedir(d);
    if (names.n)
        qsort(names.v, names.n, sizeof *names.v, by_name);
    for (size_t i = 0; i < names.n; i++)
        read_file(l, names.v[i], ds);
}

static void read_custom(struct library *l, struct diags *ds)
{
    const struct yaml_node *n =
        config_at(l->config, "QueryDefinitions.Custom");
    if (n && n->kind == YAML_TEXT && !yaml_is_null(n))
        read_folder(l, n->text, ds);
    for (size_t i = 0; n && n->kind == YAML_LIST && i < n->n; i++)
        read_folder(l, yaml_text(n->kids[i]), ds);
}

/* ---- the face ---- */

static enum status load(void *ctx, struct diags *ds)
{
    struct library *l = ctx;
    if (l->loaded)
        return ST_OK;
    enum status st = config_open(l->config, ds);
    if (st != ST_OK)
        return st;
    l->loaded = true;
    read_custom(l, ds);
    for (size_t i = 0; i < embedded_packs(); i++) {
        struct embedded_pack p;
        embedded_pack(i, &p);
        add_pack(l, str_of(p.name), p.text, ds);
    }
    return ST_OK;
}

static size_t count(void *ctx)
{
    return ((struct library *)ctx)->queries.n;
}

static const struct stored_query *at(void *ctx, size_t i)
{
    return ((struct library *)ctx)->queries.v[i];
}

static enum status text(void *ctx, const struct stored_call *call,
                        struct buf *out)
{
    (void)ctx;
    return query_render(call, out);
}

struct library *library_new(struct config *config)
{
    struct library *l = xcalloc(1, sizeof *l);
    l->arena = arena_new();
    l->config = config;
    l->face = (struct stored_face){ l, load, count, at, text };
    return l;
}

void library_free(struct library *l)
{
    if (!l)
        return;
    arena_free(l->arena);
    free(l);
}

const struct stored_face *library_face(struct library *l)
{
    return &l->face;
}
