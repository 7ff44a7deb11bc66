/* duckdb_lib.c - finds libduckdb.so, opens it and fills the function table.
 *
 * Called by: db.c when the engine opens.
 * Gives:     a struct duck, or a diagnostic that says how to get the library.
 * Must not:  make its symbols visible to the program (RTLD_LOCAL: it exports
 *            thousands, ICU's among them) or resolve them all (RTLD_LAZY). */
#include "duckdb_api.h"

#include <dlfcn.h>
#include <limits.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/utf8.h"

static const struct {
    const char *name;
    size_t offset;
} symbols[] = {
#define DUCK_SYMBOL(result, name, params) \
    { "duckdb_" #name, offsetof(struct duck, name) },
    DUCK_FUNCTIONS(DUCK_SYMBOL)
#undef DUCK_SYMBOL
};

/* Only minor version 5 was tested; the C interface keeps to what it promised
 * within a minor version, and struct layouts are relied on. */
static bool version_fits(const char *v)
{
    return v && strncmp(v, "v1.5.", 5) == 0;
}

static bool fill(struct duck *d, struct buf *why, const char *path)
{
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        void *p = dlsym(d->lib, symbols[i].name);
        if (!p) {
            buf_addf(why, "%s has no %s", path, symbols[i].name);
            return false;
        }
        /* C has no cast from object to function pointer; POSIX says that the
         * representation is the same. */
        memcpy((char *)d + symbols[i].offset, &p, sizeof p);
    }
    const char *v = d->library_version();
    if (version_fits(v))
        return true;
    buf_addf(why, "%s is version %.40s, needed is 1.5", path, v ? v : "?");
    return false;
}

/* Tries one file. `why` gets the reason unless the file is merely absent. */
static bool try_path(struct duck *d, const char *path, struct buf *why)
{
    if (strchr(path, '/') && access(path, F_OK) != 0)
        return false;
    if (why->n)
        buf_adds(why, "; ");
    /* NODELETE: a thread that ran in it may still owe it a destructor. */
    d->lib = dlopen(path, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
    if (!d->lib) {
        const char *text = dlerror();
        buf_adds(why, text ? text : path);
        return false;
    }
    if (fill(d, why, path))
        return true;
    duck_unload(d);
    return false;
}

/* The folder of the running program; false when /proc does not tell. */
static bool program_dir(char out[PATH_MAX])
{
    ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - 1);
    if (n <= 0)
        return false;
    out[n] = 0;
    char *slash = strrchr(out, '/');
    if (!slash)
        return false;
    *slash = 0;
    return true;
}

static bool try_beside_program(struct duck *d, struct buf *why)
{
    static const char *const places[] = {
        "lib", "../lib", "../lib/shikra",
        "../../lib", /* programs of the build tree: build/FLAVOUR/unit/ */
    };
    char dir[PATH_MAX], path[PATH_MAX + 64];
    if (!program_dir(dir))
        return false;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        snprintf(path, sizeof path, "%s/%s/libduckdb.so", dir, places[i]);
        if (try_path(d, path, why))
            return true;
    }
    return false;
}

enum status duck_load(struct duck *d, struct diags *ds)
{
    struct buf why;
    buf_init(&why, 4000);
    const char *named = getenv("SHIKRA_DUCKDB");
    bool found;
    if (named && *named)
        found = try_path(d, named, &why);
    else
        found = try_beside_program(d, &why) ||
                try_path(d, "libduckdb.so", &why);
    if (!found) {
        if (!why.n)
            buf_addf(&why, "%s does not exist", named ? named : "it");
        struct buf shown;
        buf_init(&shown, 16000);
        utf8_printable(&shown, buf_str(&why));
        struct diag *e =
            diag_error(ds, DIAG_FILE, NO_SPAN,
                       "cannot open the table engine libduckdb.so: %.*s",
                       STRF(buf_str(&shown)));
        diag_hint(ds, e, "`make deps` gets it; SHIKRA_DUCKDB names a file "
                         "elsewhere");
        buf_release(&shown);
    }
    buf_release(&why);
    return found ? ST_OK : ST_ENV;
}

void duck_unload(struct duck *d)
{
    if (d->lib)
        dlclose(d->lib);
    *d = (struct duck){ .lib = NULL };
}
