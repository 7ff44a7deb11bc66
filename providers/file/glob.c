/* glob.c - walks folders along a pattern.
 *
 * Called by: paths.c. Not glob(3): that one follows links, has no `**` and no
 * ceiling. */
#include "glob.h"

#include <dirent.h>
#include <fnmatch.h>
#include <sys/stat.h>

#include "providers/limits.h"

bool glob_is_pattern(str path)
{
    for (size_t i = 0; i < path.n; i++)
        if (path.p[i] == '*' || path.p[i] == '?' || path.p[i] == '[')
            return true;
    return false;
}

static void walk(struct path_list *out, str dir, const char *rest,
                 unsigned depth);

static str join(struct arena *a, str dir, const char *name)
{
    if (dir.n == 0)
        return arena_fmt(a, "%s", name);
    const char *slash = dir.p[dir.n - 1] == '/' ? "" : "/";
    return arena_fmt(a, "%.*s%s%s", STRF(dir), slash, name);
}

/* A name fits the last component. */
static void take_file(struct path_list *out, str path)
{
    struct stat st;
    if (lstat(path.p, &st) != 0)
        return;
    if (S_ISLNK(st.st_mode)) {
        out->nlinks++;
    } else if (S_ISREG(st.st_mode)) {
        if (out->list.n == MAX_GLOB_FILES)
            out->full = true;
        else
            PUSH(out->arena, out->list, path);
    }
}

static bool is_folder(str path)
{
    struct stat st;
    return lstat(path.p, &st) == 0 && S_ISDIR(st.st_mode);
}

struct step {
    const char *part;   /* this component, zero-ended */
    const char *rest;   /* what follows, "" for the last one */
    bool any_depth;     /* the component is `**` */
};

static void visit(struct path_list *out, str dir, const char *name,
                  const struct step *s, unsigned depth)
{
    if (s->any_depth ? name[0] == '.' : fnmatch(s->part, name, FNM_PERIOD) != 0)
        return;
    str path = join(out->arena, dir, name);
    if (!s->any_depth && *s->rest == 0)
        take_file(out, path);
    else if (is_folder(path) && s->any_depth)
        walk(out, path, arena_fmt(out->arena, "**/%s", s->rest).p, depth);
    else if (is_folder(path))
        walk(out, path, s->rest, depth);
}

static void list(struct path_list *out, str dir, const struct step *s,
                 unsigned depth)
{
    DIR *d = opendir(dir.n ? dir.p : ".");
    struct dirent *e;
    if (!d)
        return;
    while ((e = readdir(d))) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        if (out->seen++ >= MAX_GLOB_SEEN)
            out->full = true;
        if (out->full)
            break;
        visit(out, dir, e->d_name, s, depth);
    }
    closedir(d);
}

/* `rest` is the pattern below `dir`, which is zero-ended or empty. */
static void walk(struct path_list *out, str dir, const char *rest,
                 unsigned depth)
{
    const char *slash = strchr(rest, '/');
    if (depth >= MAX_GLOB_DEPTH || out->full)
        return;
    size_t n = slash ? (size_t)(slash - rest) : strlen(rest);
    struct step s = {
        .part = arena_cstr(out->arena, (str){ rest, n }),
        .rest = slash ? slash + 1 + strspn(slash + 1, "/") : "",
    };
    s.any_depth = strcmp(s.part, "**") == 0 && *s.rest;
    if (!glob_is_pattern(str_of(s.part))) {
        str path = join(out->arena, dir, s.part);
        if (*s.rest == 0)
            take_file(out, path);
        else
            walk(out, path, s.rest, depth + 1);
        return;
    }
    if (s.any_depth)
        walk(out, dir, s.rest, depth + 1);
    list(out, dir, &s, depth + 1);
}

void glob_find(struct path_list *out, str pattern)
{
    const char *z = arena_cstr(out->arena, pattern);
    size_t slashes = strspn(z, "/");
    walk(out, slashes ? S("/") : S(""), z + slashes, 0);
}
