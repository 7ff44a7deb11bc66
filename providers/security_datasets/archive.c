/* archive.c - one recording: where it lies, its rows.
 *
 * Called by: security_datasets.c. An archive is fetched once. One on this
 * machine that turns out to be damaged is fetched again, once; if that fails
 * what can be read of it counts. JSON and CSV members are the recording; what
 * else lies beside them (packet captures, checksums, logs of other tools) is
 * left out, and so is what is encrypted, with a note that says which. An
 * archive of nothing but logs is read as lines. */
#include <sys/stat.h>
#include <unistd.h>

#include "providers/file/file.h"
#include "providers/file/paths.h"
#include "providers/file/unpack.h"
#include "providers/http/url.h"
#include "sd.h"

enum { MAX_SHOWN = 5 };

/* ---- places ---- */

str sd_data_path(const struct sd *sd, const struct sd_data *d, struct arena *a)
{
    return sd->folder.n
               ? arena_fmt(a, "%.*s/%.*s", STRF(sd->folder), STRF(d->path))
               : arena_fmt(a, "%.*s/%.*s", STRF(sd->save_folder),
                           STRF(d->local));
}

str sd_data_url(const struct sd *sd, const struct sd_data *d, struct arena *a)
{
    struct buf b;
    str rest = d->path;
    buf_init(&b, 8 * SD_MAX_PATH);
    buf_add(&b, sd->raw_base);
    while (rest.n) {
        ptrdiff_t slash = str_find_char(rest, '/');
        size_t end = slash < 0 ? rest.n : (size_t)slash;
        url_param(&b, str_sub(rest, 0, end));
        if (slash >= 0)
            buf_addc(&b, '/');
        rest = str_sub(rest, end + (slash >= 0), rest.n);
    }
    str url = buf_take(&b, a);
    buf_release(&b);
    return url;
}

static bool is_file(str path)
{
    struct arena *a = arena_new();
    struct stat st;
    bool yes = stat(arena_cstr(a, path), &st) == 0 && S_ISREG(st.st_mode);
    arena_free(a);
    return yes;
}

bool sd_is_saved(const struct sd *sd, const struct sd_data *d)
{
    struct arena *a = arena_new();
    bool yes = is_file(sd_data_path(sd, d, a));
    arena_free(a);
    return yes;
}

/* ---- which members ---- */

struct choosing {
    struct arena *arena;
    bool logs; /* take those too */
    size_t ntaken, nlogs, nleft;
    LIST(str) left; /* the first of them */
};

static bool has_suffix(str name, const char *const *suffixes)
{
    for (; *suffixes; suffixes++) {
        size_t n = strlen(*suffixes);
        if (name.n > n &&
            str_ieqz(str_sub(name, name.n - n, name.n), *suffixes))
            return true;
    }
    return false;
}

static str last_name(str path)
{
    size_t n = path.n;
    while (n && path.p[n - 1] != '/')
        n--;
    return str_sub(path, n, path.n);
}

static bool is_litter(str name)
{
    return str_starts(last_name(name), S(".")) ||
           str_find(name, S("__MACOSX/")) >= 0;
}

static bool wants_member(void *ctx, str name, bool encrypted)
{
    static const char *const events[] = { ".json", ".jsonl", ".ndjson", ".csv",
                                          ".tsv", ".tar", ".zip", ".gz",
                                          ".tgz", ".7z", ".bz2", ".xz", ".zst",
                                          NULL };
    static const char *const texts[] = { ".log", NULL };
    struct choosing *c = ctx;
    if (is_litter(name))
        return false;
    bool log = has_suffix(name, texts),
         wanted = has_suffix(name, events) || (log && c->logs);
    c->nlogs += log && !encrypted;
    if (wanted && !encrypted) {
        c->ntaken++;
        return true;
    }
    if (c->nleft++ < MAX_SHOWN)
        PUSH(c->arena, c->left,
             arena_fmt(c->arena, "%.*s%s", STRF(last_name(name)),
                       encrypted ? " (encrypted)" : ""));
    return false;
}

static str left_out(const struct choosing *c)
{
    str s = S("");
    for (size_t i = 0; i < c->left.n; i++)
        s = arena_fmt(c->arena, "%.*s%s%.*s", STRF(s), i ? ", " : "",
                      STRF(c->left.v[i]));
    return c->nleft > c->left.n
               ? arena_fmt(c->arena, "%.*s and %zu more", STRF(s),
                           c->nleft - c->left.n)
               : s;
}

/* ---- reading what lies there ---- */

struct loading {
    struct sd *sd;
    struct sd_data *data;
    const struct remote_schema *want;
    const struct remote_call *call;
    struct arena *tmp;
    str path;
    struct diags own; /* of the last try */
    bool damaged;
};

static void forget_tries(struct loading *l)
{
    diags_init(&l->own, l->call->ds->arena);
}

static enum status no_events(struct loading *l, const struct choosing *c)
{
    forget_tries(l);
    struct diag *d = diag_error(&l->own, DIAG_FORMAT, l->call->span,
                                "%.*s holds no events as JSON or CSV: %.*s",
                                STRF(l->data->name),
                                STRF(c->nleft ? left_out(c)
                                              : S("it is empty")));
    diag_hint(&l->own, d, "the archive is %.*s", STRF(l->path));
    l->damaged = false;
    return ST_USER;
}

static enum status not_packed(struct loading *l)
{
    struct member m;
    enum status st = path_find(&m, l->path, l->call->span, &l->own);
    l->damaged = st != ST_OK || !unpack_wanted(&m);
    if (st == ST_OK && l->damaged) {
        struct diag *d = diag_error(&l->own, DIAG_FILE, l->call->span,
                                    "%.*s is no archive", STRF(l->path));
        diag_hint(&l->own, d, "delete it, then it is fetched again");
    }
    return l->damaged ? ST_ENV : ST_OK;
}

/* A ceiling or a wish to stop is no reason to fetch it again. */
static bool is_file_trouble(const struct diags *ds)
{
    for (size_t i = 0; i < ds->list.n; i++)
        if (ds->list.v[i].severity == SEV_ERROR)
            return ds->list.v[i].code == DIAG_FILE;
    return true;
}

/* Said once where a statement asks for columns first and for rows then. */
static void tell_left_out(struct loading *l, const struct choosing *c)
{
    struct sd_data *d = l->data;
    bool said = d->told;
    d->told = l->want->ncols == 0;
    if (said)
        return;
    if (d->logs)
        diag_warn(&l->own, DIAG_FORMAT, l->call->span,
                  "%.*s holds no JSON or CSV: its logs are read as they are",
                  STRF(d->name));
    if (c->nleft)
        diag_warn(&l->own, DIAG_FORMAT, l->call->span,
                  "%.*s: left out, since they are no events as JSON or CSV: "
                  "%.*s",
                  STRF(d->name), STRF(left_out(c)));
}

static enum status read_once(struct loading *l, bool logs, struct source **out)
{
    struct choosing c = { .arena = l->call->ds->arena, .logs = logs };
    struct file_choice choice = { &c, wants_member };
    struct file_one f = { .path = l->path, .choice = &choice,
                          .ncols = l->want->ncols, .cols = l->want->cols,
                          .cancel = l->call->cancel, .span = l->call->span,
                          .by_name = true };
    forget_tries(l);
    enum status st = not_packed(l);
    if (st != ST_OK)
        return st;
    st = file_open_one(out, &f, &l->damaged, &l->own);
    l->damaged = l->damaged && is_file_trouble(&l->own);
    if (st == ST_USER && !c.ntaken)
        return c.nlogs && !logs ? read_once(l, true, out) : no_events(l, &c);
    if (st == ST_OK) {
        l->data->logs = logs;
        tell_left_out(l, &c);
    }
    return st;
}

/* ---- fetching ---- */

static enum status fetch(struct loading *l, struct diags *ds)
{
    struct remote_call call = *l->call;
    call.ds = ds;
    enum status st = sd_download(l->sd, l->data, l->path, &call);
    l->data->fresh |= st == ST_OK;
    return st;
}

/* What lay there is damaged: `*out` is what could be read of it, or NULL. */
static enum status fetch_again(struct loading *l, struct source **out)
{
    struct diags why;
    struct source *first = *out;
    diags_init(&why, l->call->ds->arena);
    enum status st = fetch(l, &why);
    if (st == ST_OK) {
        if (first)
            first->close(first);
        *out = NULL;
        return read_once(l, false, out);
    }
    if (st == ST_CANCELLED && first) {
        first->close(first);
        *out = NULL;
    }
    if (st == ST_CANCELLED || first)
        return st == ST_CANCELLED ? st : ST_OK;
    diag_error(&l->own, DIAG_FILE, l->call->span,
               "%.*s is damaged and cannot be fetched again: %.*s",
               STRF(l->path),
               STRF(why.list.n ? why.list.v[0].message : S("")));
    return ST_ENV;
}

static enum status load(struct loading *l, struct source **out)
{
    struct sd *sd = l->sd;
    bool remote = !sd->folder.n;
    enum status st = ST_OK;
    *out = NULL;
    if (remote && (!is_file(l->path) || (!sd->use_cached && !l->data->fresh)))
        st = fetch(l, &l->own);
    if (st != ST_OK)
        return st;
    st = read_once(l, l->data->logs, out);
    if (l->damaged && remote && !l->data->fresh && st != ST_CANCELLED)
        st = fetch_again(l, out);
    return st;
}

enum status sd_data_open(struct sd *sd, struct sd_data *d,
                         const struct remote_schema *want, struct source **out,
                         const struct remote_call *call)
{
    struct loading l = { .sd = sd, .data = d, .want = want, .call = call,
                         .tmp = arena_new() };
    l.path = sd_data_path(sd, d, l.tmp);
    forget_tries(&l);
    enum status st = load(&l, out);
    sd_pass_on(call->ds, &l.own);
    arena_free(l.tmp);
    return st;
}
