/* listing.c - what lies in the repository: from a clone, from the cache, from
 * the network, in this order.
 *
 * Called by: security_datasets.c, when it connects. Without a network the
 * listing of another day does, and the analyst is told of which. */
#include "base/ticks.h"
#include "sd.h"

/* ---- which files count ---- */

static bool ends_ignoring_case(str s, const char *suffix)
{
    size_t n = strlen(suffix);
    return s.n >= n && str_ieqz(str_sub(s, s.n - n, s.n), suffix);
}

static bool is_in_datasets(str path)
{
    return path.n <= SD_MAX_PATH && str_starts(path, S("datasets/"));
}

bool sd_is_description(str path)
{
    return is_in_datasets(path) && str_find(path, S("metadata")) >= 0 &&
           (ends_ignoring_case(path, ".yaml") ||
            ends_ignoring_case(path, ".yml"));
}

bool sd_is_archive(str path)
{
    static const char *const suffixes[] = {
        ".zip", ".tar.gz", ".tgz", ".gz",   ".7z",
        ".tar", ".bz2",    ".xz",  ".zst",
    };
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        if (is_in_datasets(path) && ends_ignoring_case(path, suffixes[i]))
            return true;
    return false;
}

bool sd_add_blob(struct sd_listing *l, str path, int64_t size)
{
    if (!sd_is_archive(path))
        return true;
    if (l->blobs.n == SD_MAX_ARCHIVES)
        return false;
    PUSH(l->arena, l->blobs,
         ((struct sd_blob){ arena_str(l->arena, path), size, false }));
    return true;
}

/* ---- messages ---- */

void sd_pass_on(struct diags *to, const struct diags *from)
{
    for (size_t i = 0; i < from->list.n; i++)
        PUSH(to->arena, to->list, from->list.v[i]);
    to->nerrors += from->nerrors;
}

static str day_of(struct arena *a, int64_t t)
{
    struct civil c;
    ticks_to_civil(t, &c);
    return t ? arena_fmt(a, "%04d-%02d-%02d", c.year, c.month, c.day)
             : S("an unknown day");
}

static void tell_offline(const struct sd *sd, const struct diags *why,
                         const struct remote_call *call)
{
    str reason = S("it did not come");
    for (size_t i = 0; i < why->list.n; i++)
        if (why->list.v[i].severity == SEV_ERROR)
            reason = why->list.v[i].message;
    struct diag *d = diag_warn(call->ds, DIAG_NETWORK, call->span,
                               "the listing in %.*s, of %.*s, is used: %.*s",
                               STRF(sd->save_folder),
                               STRF(day_of(call->ds->arena, sd->list.made)),
                               STRF(reason));
    diag_hint(call->ds, d, "recordings that are downloaded can be loaded; "
                           "sd.datasets | where Saved lists them");
}

static void tell_broken(const struct sd *sd, const struct remote_call *call)
{
    const struct sd_doc *first = NULL;
    size_t n = 0;
    for (size_t i = 0; i < sd->list.docs.n; i++) {
        const struct sd_doc *d = &sd->list.docs.v[i];
        first = d->error.n && !first ? d : first;
        n += d->error.n > 0;
    }
    if (n)
        diag_warn(call->ds, DIAG_FORMAT, call->span,
                  "%zu of %zu descriptions cannot be read, like %.*s: %.*s", n,
                  sd->list.docs.n, STRF(first->path), STRF(first->error));
    if (sd->list.truncated) {
        struct diag *d =
            diag_warn(call->ds, DIAG_LIMIT, call->span,
                      "the server cut the list of files short: there are more "
                      "datasets than are listed");
        diag_hint(call->ds, d, "a clone of the repository has all: with "
                               "(folder = \"…\")");
    }
}

/* ---- where it comes from ---- */

static bool is_young(const struct sd *sd, const struct sd_listing *l)
{
    int64_t age = ticks_now() - l->made;
    return l->made && age >= 0 && age < sd->max_age;
}

/* The reasons go to call->ds when there is no old listing either. */
static enum status refresh(struct sd *sd, const struct sd_listing *old,
                           const struct remote_call *call)
{
    struct remote_call quiet = *call;
    struct sd_listing new = { .arena = sd->remote.arena };
    struct diags own;
    diags_init(&own, call->ds->arena);
    quiet.ds = &own;
    enum status st = sd_tree_fetch(sd, old, &new, &quiet);
    if (st == ST_OK) {
        sd->list = new;
        sd_pass_on(call->ds, &own);
        sd_cache_write(sd, &new, call);
    } else if (st != ST_CANCELLED && old) {
        sd->list = *old;
        tell_offline(sd, &own, call);
        st = ST_OK;
    } else {
        sd_pass_on(call->ds, &own);
    }
    return st;
}

enum status sd_listing_load(struct sd *sd, const struct remote_call *call)
{
    struct sd_listing old = { .arena = sd->remote.arena };
    enum status st = ST_OK;
    sd->list.arena = sd->remote.arena;
    if (sd->folder.n) {
        st = sd_clone_read(sd, &sd->list, call);
    } else {
        bool have = sd_cache_read(sd, &old);
        if (have && sd->use_cached && is_young(sd, &old))
            sd->list = old;
        else
            st = refresh(sd, have ? &old : NULL, call);
    }
    if (st == ST_OK)
        tell_broken(sd, call);
    return st;
}
