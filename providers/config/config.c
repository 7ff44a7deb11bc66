/* config.c - finds the files, reads and merges them, looks settings up.
 *
 * Called by: providers, services.c.
 *
 * Two files may be there, and both are read: our own shikra.yaml and
 * msticpyconfig.yaml. They are merged member by member; where both set the same
 * one, ours wins. */
#include "config_int.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"

/* Where each file is looked for; the first that exists counts. */
static const struct place {
    const char *variable, *here, *home;
} PLACES[CONFIG_FILES] = {
    { "SHIKRA_CONFIG", "shikra.yaml", ".config/shikra/shikra.yaml" },
    { "MSTICPYCONFIG", "msticpyconfig.yaml", ".msticpy/msticpyconfig.yaml" },
};

str config_env(const char *name)
{
    const char *v = getenv(name);
    return v ? str_of(v) : S("");
}

/* ---- files ---- */

str config_path(struct arena *a, str path)
{
    str home = config_env("HOME");
    if (!home.n || !(str_eqz(path, "~") || str_starts(path, S("~/"))))
        return path;
    return arena_fmt(a, "%.*s%.*s", STRF(home),
                     STRF(str_sub(path, 1, path.n)));
}

/* "" when there is none. A file that a variable names must exist: later it
 * fails to open, which is reported. */
static str find_file(struct arena *a, const struct place *p)
{
    str named = config_env(p->variable), home = config_env("HOME");
    if (named.n)
        return config_path(a, named);
    if (access(p->here, F_OK) == 0)
        return str_of(p->here);
    if (home.n) {
        str path = arena_fmt(a, "%.*s/%s", STRF(home), p->home);
        if (access(path.p, F_OK) == 0)
            return path;
    }
    return S("");
}

static bool read_whole(struct arena *a, str path, struct buf *b, bool *wide)
{
    struct stat st;
    char part[16384];
    ssize_t n = -1;
    int fd = open(arena_cstr(a, path), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return false;
    bool regular = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    errno = regular ? 0 : EINVAL;
    while (regular && buf_ok(b) && (n = read(fd, part, sizeof part)) > 0)
        buf_add(b, (str){ part, (size_t)n });
    *wide = (st.st_mode & 077) != 0;
    close(fd);
    return n >= 0;
}

static enum status read_file(struct settings *s, struct config_file *f,
                             struct diags *ds)
{
    struct buf b;
    unsigned number = (unsigned)(f - s->files);
    buf_init(&b, YAML_MAX_BYTES + 1);
    bool read = read_whole(s->arena, f->path, &b, &f->wide);
    if (!read)
        diag_error(ds, DIAG_CONFIG, NO_SPAN, "cannot read the settings %.*s: "
                   "%s", STRF(f->path), strerror(errno));
    else if (!buf_ok(&b))
        diag_error(ds, DIAG_LIMIT, NO_SPAN,
                   "the settings %.*s are larger than %d MB", STRF(f->path),
                   YAML_MAX_BYTES >> 20);
    else if (!yaml_read(s->arena, buf_str(&b), number, &f->doc))
        diag_error(ds, DIAG_CONFIG, NO_SPAN, "%.*s, line %u: %.*s",
                   STRF(f->path), f->doc.error_line, STRF(f->doc.error));
    else if (f->doc.root && !yaml_is_null(f->doc.root) &&
             f->doc.root->kind != YAML_MAP)
        diag_error(ds, DIAG_CONFIG, NO_SPAN,
                   "%.*s, line %u: settings are a map of sections",
                   STRF(f->path), f->doc.root->line);
    bool ok = read && buf_ok(&b) && !f->doc.error.n &&
              (!f->doc.root || yaml_is_null(f->doc.root) ||
               f->doc.root->kind == YAML_MAP);
    if (b.p)
        explicit_bzero(b.p, b.n);
    buf_release(&b);
    return ok ? ST_OK : ST_ENV;
}

/* ---- merging ---- */

static struct yaml_node *merge(struct arena *a, struct yaml_node *ours,
                               struct yaml_node *theirs);

static void adopt(struct yaml_node *n)
{
    for (size_t i = 0; i < n->n; i++)
        n->kids[i]->parent = n;
}

/* Members of `ours`, merged with those of `theirs`, then the rest of them. */
static struct yaml_node *merge_maps(struct arena *a, struct yaml_node *ours,
                                    struct yaml_node *theirs)
{
    struct yaml_node *m = NEW(a, struct yaml_node);
    *m = *ours;
    m->kids = arena_array(a, ours->n + theirs->n + 1, sizeof *m->kids);
    m->n = 0;
    for (size_t i = 0; i < ours->n; i++) {
        struct yaml_node *other =
            (struct yaml_node *)yaml_get_str(theirs, ours->kids[i]->key);
        m->kids[m->n++] = other ? merge(a, ours->kids[i], other)
                                : ours->kids[i];
    }
    for (size_t i = 0; i < theirs->n; i++)
        if (!yaml_get_str(ours, theirs->kids[i]->key))
            m->kids[m->n++] = theirs->kids[i];
    adopt(m);
    return m;
}

/* EnvironmentVar, KeyVault …: a secret is one value, not a map to merge. */
static bool is_one_value(const struct yaml_node *n)
{
    struct secret_ref ref;
    struct arena *a = arena_new();
    secret_ref(a, n, &ref);
    bool one = n->kind == YAML_MAP && ref.kind != SECRET_BAD;
    arena_free(a);
    return one;
}

static struct yaml_node *merge(struct arena *a, struct yaml_node *ours,
                               struct yaml_node *theirs)
{
    if (ours->kind != YAML_MAP || theirs->kind != YAML_MAP ||
        is_one_value(ours) || is_one_value(theirs))
        return ours;
    return merge_maps(a, ours, theirs);
}

/* Microsoft renamed the product: one name for both spellings. */
static void rename_sentinel(struct yaml_node *root)
{
    for (size_t i = 0; root && i < root->n; i++)
        if (str_eqz(root->kids[i]->key, "MSSentinel") &&
            !yaml_get(root, "AzureSentinel"))
            root->kids[i]->key = S("AzureSentinel");
}

static struct yaml_node *root_of(struct config_file *f)
{
    struct yaml_node *root = f->doc.root;
    if (!root || root->kind != YAML_MAP)
        return NULL;
    rename_sentinel(root);
    return root;
}

/* ---- reading ---- */

static void settings_free(struct settings *s)
{
    while (s) {
        struct settings *older = s->older;
        arena_free(s->arena);
        s = older;
    }
}

static struct settings *settings_read(struct diags *ds)
{
    struct arena *a = arena_new();
    struct settings *s = NEW(a, struct settings);
    s->arena = a;
    for (size_t i = 0; i < CONFIG_FILES; i++) {
        struct config_file *f = &s->files[s->nfiles];
        f->path = find_file(a, &PLACES[i]);
        if (!f->path.n)
            continue;
        s->nfiles++;
        if (read_file(s, f, ds) != ST_OK) {
            arena_free(a);
            return NULL;
        }
        struct yaml_node *root = root_of(f);
        if (root)
            s->root = s->root ? merge(a, s->root, root) : root;
    }
    return s;
}

struct config *config_new(struct http *h, struct auths *a)
{
    struct config *c = xcalloc(1, sizeof *c);
    c->http = h;
    c->auths = a;
    return c;
}

void config_free(struct config *c)
{
    if (!c)
        return;
    settings_free(c->now);
    free(c);
}

enum status config_reload(struct config *c, struct diags *ds)
{
    struct settings *s = settings_read(ds);
    if (!s)
        return ST_ENV;
    struct settings *old = c->now;
    s->older = old;
    c->now = s;
    enum status st = config_apply(c, ds);
    if (st == ST_OK) {
        auths_forget(c->auths);
        return ST_OK;
    }
    c->now = old;
    s->older = NULL;
    settings_free(s);
    return st;
}

enum status config_open(struct config *c, struct diags *ds)
{
    return c->now ? ST_OK : config_reload(c, ds);
}

size_t config_files(const struct config *c, str paths[CONFIG_FILES])
{
    size_t n = c->now ? c->now->nfiles : 0;
    for (size_t i = 0; i < n; i++)
        paths[i] = c->now->files[i].path;
    return n;
}

/* ---- looking ---- */

const struct yaml_node *config_at(const struct config *c, const char *path)
{
    const struct yaml_node *root = c->now ? c->now->root : NULL;
    str p = str_of(path), old = S("MSSentinel");
    if (str_starts(p, old) && (p.n == old.n || p.p[old.n] == '.')) {
        const struct yaml_node *s = yaml_get(root, "AzureSentinel");
        return p.n == old.n ? s : yaml_at(s, path + old.n + 1);
    }
    return yaml_at(root, path);
}

str config_file_name(const struct config *c, const struct yaml_node *n)
{
    return c->now && n->file < c->now->nfiles ? c->now->files[n->file].path
                                              : S("");
}

str config_place(const struct config *c, struct arena *a,
                 const struct yaml_node *n)
{
    struct buf path, b;
    buf_init(&path, YAML_MAX_BYTES);
    buf_init(&b, 8 * YAML_MAX_BYTES);
    yaml_path(&path, n);
    buf_add(&b, config_file_name(c, n));
    buf_addf(&b, ", line %u (", n->line);
    utf8_printable(&b, buf_str(&path));
    buf_addc(&b, ')');
    str s = buf_take(&b, a);
    buf_release(&path);
    buf_release(&b);
    return s;
}

/* ---- values ---- */

static bool wrong_type(const struct config *c, const struct yaml_node *n,
                       const char *want, struct diags *ds)
{
    diag_error(ds, DIAG_CONFIG, NO_SPAN, "%.*s must be %s",
               STRF(config_place(c, ds->arena, n)), want);
    return false;
}

bool config_text(const struct config *c, const struct yaml_node *n, str *out,
                 struct diags *ds)
{
    if (yaml_is_null(n))
        return true;
    if (n->kind != YAML_TEXT)
        return wrong_type(c, n, "a text", ds);
    *out = n->text;
    return true;
}

bool config_bool(const struct config *c, const struct yaml_node *n, bool *out,
                 struct diags *ds)
{
    return yaml_is_null(n) || yaml_bool(n, out) ||
           wrong_type(c, n, "true or false", ds);
}

bool config_long(const struct config *c, const struct yaml_node *n,
                 int64_t *out, struct diags *ds)
{
    return yaml_is_null(n) || yaml_long(n, out) ||
           wrong_type(c, n, "a whole number", ds);
}
