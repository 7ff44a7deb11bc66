/* cmd_install.c - `shikra install`: writes the kernelspec.
 *
 * Called by: main.c. Everything comes out of the program itself; what is
 * written is two directories below a Jupyter data directory: kernels/NAME, and
 * labextensions/shikra-kql, which colours cells in JupyterLab. */
#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json_write.h"
#include "kernel/assets.h"
#include "kernel/cmd.h"

struct install {
    const char *name;
    char data_dir[PATH_MAX];
    bool user;               /* into the user's own data directory */
};

static bool join(char out[PATH_MAX], const char *dir, const char *name)
{
    int n = snprintf(out, PATH_MAX, "%s/%s", dir, name);
    return n > 0 && n < PATH_MAX;
}

static const char *env(const char *name)
{
    const char *v = getenv(name);
    return v && *v ? v : NULL;
}

/* The rules of jupyter_core for "the user's data". */
static bool find_user_dir(char out[PATH_MAX])
{
    const char *dir = env("JUPYTER_DATA_DIR");
    if (dir)
        return snprintf(out, PATH_MAX, "%s", dir) < PATH_MAX;
#ifdef __APPLE__
    return env("HOME") && join(out, env("HOME"), "Library/Jupyter");
#else
    if (env("XDG_DATA_HOME"))
        return join(out, env("XDG_DATA_HOME"), "jupyter");
    return env("HOME") && join(out, env("HOME"), ".local/share/jupyter");
#endif
}

/* The environment that is active, as far as a native program can know one. */
static bool find_sys_prefix(char out[PATH_MAX])
{
    const char *prefix = env("VIRTUAL_ENV");
    if (!prefix)
        prefix = env("CONDA_PREFIX");
    return prefix && join(out, prefix, "share/jupyter");
}

static bool make_dirs(const char *path)
{
    char part[PATH_MAX];
    size_t n = strlen(path);
    if (n >= sizeof part)
        return false;
    memcpy(part, path, n + 1);
    for (char *p = part + 1; *p; p++) {
        if (*p != '/')
            continue;
        *p = 0;
        if (mkdir(part, 0755) != 0 && errno != EEXIST)
            return false;
        *p = '/';
    }
    return mkdir(part, 0755) == 0 || errno == EEXIST;
}

static bool write_bytes(FILE *f, str s)
{
    return s.n == 0 || fwrite(s.p, 1, s.n, f) == s.n;
}

/* Whole or not at all: a running Jupyter may be reading the old one. */
static bool write_file(const char *dir, const char *name, str head, str body)
{
    char path[PATH_MAX], part[PATH_MAX];
    if (!join(path, dir, name) ||
        snprintf(part, sizeof part, "%s.part", path) >= (int)sizeof part)
        return false;
    FILE *f = fopen(part, "we");
    if (!f)
        return false;
    bool ok = write_bytes(f, head) && write_bytes(f, body);
    ok = fclose(f) == 0 && ok;
    return ok && rename(part, path) == 0;
}

static bool own_path(char out[PATH_MAX])
{
    ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - 1);
    if (n <= 0)
        return false;
    out[n] = 0;
    return access(out, X_OK) == 0;
}

/* {connection_file} stands alone: clients replace whole elements only. */
static void write_spec(struct buf *b, const char *program)
{
    buf_adds(b, "{\n \"argv\": [");
    json_str(b, str_of(program));
    buf_adds(b, ", \"kernel\", \"-f\", \"{connection_file}\"],\n"
                " \"display_name\": \"Shikra (KQL)\",\n"
                " \"language\": \"sql\",\n"
                " \"interrupt_mode\": \"message\",\n"
                " \"env\": {},\n"
                " \"metadata\": {\"debugger\": false, "
                "\"supported_encryption\": [\"curve\"]}\n}\n");
}

static bool write_assets(const char *spec, const char *lab)
{
    struct asset a[NASSETS];
    char below[PATH_MAX];
    if (!make_dirs(spec) || !join(below, lab, "static") || !make_dirs(below))
        return false;
    assets_all(a);
    for (int i = 0; i < NASSETS; i++)
        if (!write_file(a[i].place == ASSET_LAB ? lab : spec, a[i].name,
                        a[i].head, a[i].body))
            return false;
    return true;
}

/* kernel.json comes last: with it the kernel exists. */
static bool write_all(const char *spec_dir, const char *lab_dir)
{
    char program[PATH_MAX];
    struct buf spec;
    if (!own_path(program) || !write_assets(spec_dir, lab_dir))
        return false;
    buf_init(&spec, 4 * PATH_MAX);
    write_spec(&spec, program);
    bool ok = write_file(spec_dir, "kernel.json", S(""), buf_str(&spec));
    buf_release(&spec);
    return ok;
}

/* Connection files are put here, and not every client makes them private; the
 * kernel refuses a key that others could have read (exposure.h). */
static void close_runtime_dir(const struct install *in)
{
    char dir[PATH_MAX];
    struct stat st;
    const char *told = env("JUPYTER_RUNTIME_DIR");
    if (told ? snprintf(dir, sizeof dir, "%s", told) >= (int)sizeof dir
             : !join(dir, in->data_dir, "runtime"))
        return;
    if (mkdir(dir, 0700) == 0 || stat(dir, &st) != 0)
        return;
    if (st.st_uid == geteuid() && (st.st_mode & 077) &&
        chmod(dir, 0700) == 0)
        printf("made private: %s\n", dir);
}

static bool is_spec_name(const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    return *name && name[0] != '.' && name[strspn(name, allowed)] == 0;
}

/* 0: go on; anything else is the exit code. */
static int read_options(struct install *in, int argc, char **argv)
{
    bool found = find_user_dir(in->data_dir);
    for (int i = 1; i < argc; i++) {
        const char *v;
        if (strcmp(argv[i], "--user") == 0) {
            in->user = found = find_user_dir(in->data_dir);
        } else if (strcmp(argv[i], "--sys-prefix") == 0) {
            in->user = false;
            found = find_sys_prefix(in->data_dir);
        } else if ((v = option_value("--prefix", argc, argv, &i))) {
            in->user = false;
            found = join(in->data_dir, v, "share/jupyter");
        } else if ((v = option_value("--name", argc, argv, &i)) &&
                   is_spec_name(v)) {
            in->name = v;
        } else {
            return usage_error("install", "cannot use '%s'", argv[i]);
        }
    }
    return found ? 0 : usage_error("install", "no such directory is known: "
                                   "is HOME, VIRTUAL_ENV or CONDA_PREFIX set?");
}

int cmd_install(int argc, char **argv)
{
    char kernels[PATH_MAX], dir[PATH_MAX], lab[PATH_MAX];
    struct install in = { .name = "shikra", .user = true };
    int code = read_options(&in, argc, argv);
    if (code)
        return code;
    if (!join(kernels, in.data_dir, "kernels") ||
        !join(dir, kernels, in.name) ||
        !join(lab, in.data_dir, "labextensions/shikra-kql") ||
        !write_all(dir, lab)) {
        fprintf(stderr, "shikra install: %s/kernels/%s: %s\n", in.data_dir,
                in.name, strerror(errno));
        return EXIT_ERROR;
    }
    if (in.user)
        close_runtime_dir(&in);
    printf("installed: %s\n", dir);
    return EXIT_CLEAN;
}
