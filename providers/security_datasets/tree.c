/* tree.c - the listing of the repository, over the network.
 *
 * Called by: listing.c. Two steps: the tree of all files (one answer of
 * GitHub's interface for git trees, recursive), then the descriptions, side by
 * side; those whose content is known by its hash are not fetched again. */
#include <stdlib.h>

#include "base/ticks.h"
#include "providers/http/answer.h"
#include "providers/http/url.h"
#include "sd.h"

enum { WIDTH = 8, TREE_BYTES = 16 << 20 };

struct fetching {
    struct sd *sd;
    const struct sd_listing *old;
    struct sd_listing *out;
    const struct remote_call *call;
    struct arena *tmp;
};

/* ---- the tree ---- */

static str text_at(struct arena *a, str json, const char *name)
{
    return arena_str(a, answer_text(a, json, name));
}

static bool take_entry(struct fetching *f, str entry)
{
    struct sd_listing *l = f->out;
    str path = text_at(l->arena, entry, "path");
    int64_t size = -1;
    if (!str_eqz(answer_text(f->tmp, entry, "type"), "blob"))
        return true;
    if (sd_is_description(path)) {
        struct sd_doc d = { .path = path, .json = S(""), .error = S(""),
                            .sha = text_at(l->arena, entry, "sha") };
        if (l->docs.n == SD_MAX_DOCS)
            return false;
        PUSH(l->arena, l->docs, d);
        return true;
    }
    (void)answer_long(f->tmp, entry, "size", &size);
    return sd_add_blob(l, path, size);
}

static enum status take_tree(struct fetching *f, str json)
{
    struct sd_listing *l = f->out;
    struct json_iter it;
    str entry;
    size_t seen = 0;
    l->truncated = str_eqz(answer_at(json, "truncated"), "true");
    if (!json_iter_init(&it, answer_at(json, "tree")) || it.object)
        return ST_USER;
    while (json_next(&it, NULL, &entry)) {
        if (++seen > SD_MAX_TREE || !take_entry(f, entry)) {
            diag_warn(f->call->ds, DIAG_LIMIT, f->call->span,
                      "the repository has more files than are listed here: "
                      "%zu descriptions, %zu archives",
                      l->docs.n, l->blobs.n);
            break;
        }
    }
    return l->docs.n + l->blobs.n ? ST_OK : ST_USER;
}

/* ---- what the server says instead ---- */

/* "; again at 10:42 (UTC)" when the server tells. */
static str when_again(struct arena *a, const struct http_reply *reply)
{
    str text = http_reply_header(reply, "x-ratelimit-reset");
    char digits[24] = { 0 };
    struct civil c;
    if (text.n == 0 || text.n > 11)
        return S("");
    memcpy(digits, text.p, text.n);
    int64_t seconds = strtoll(digits, NULL, 10);
    if (seconds <= 0)
        return S("");
    ticks_to_civil(TICKS_UNIX_EPOCH + seconds * TICKS_PER_SEC, &c);
    return arena_fmt(a, ", again from %02d:%02d (UTC)", c.hour, c.minute);
}

static void explain_refusal(struct fetching *f, const struct http_reply *reply)
{
    struct diags *ds = f->call->ds;
    if (reply->status != 403 && reply->status != 429)
        return;
    str again = when_again(f->tmp, reply);
    diag_hint(ds, &ds->list.v[ds->list.n - 1],
              "GitHub lists repositories 60 times an hour for an address "
              "that does not sign in%.*s; a clone needs none: with (folder = "
              "\"…\")",
              STRF(again));
}

static enum status no_tree(struct fetching *f)
{
    struct diag *d = diag_error(f->call->ds, DIAG_HTTP, f->call->span,
                                "%.*s lists no datasets",
                                STRF(f->sd->tree_url));
    diag_hint(f->call->ds, d, "tree_url is the address of a git tree, "
                              "recursive=1, as GitHub gives it");
    return ST_ENV;
}

static enum status fetch_tree(struct fetching *f)
{
    const struct http_header accept = {
        S("Accept"), S("application/vnd.github+json"),
    };
    struct http_call hc = services_call(f->call, f->tmp);
    struct http_request rq = {
        .url = f->sd->tree_url, .what = "list of datasets", .headers = &accept,
        .nheaders = 1, .ca_file = f->sd->ca_file, .plain = f->sd->plain,
        .max_body = TREE_BYTES, .any_status = true, .follow = true,
    };
    struct http *h = f->sd->services->http;
    struct http_reply reply;
    str json;
    enum status st = http_send(h, &rq, &hc, &reply);
    if (st != ST_OK)
        return st;
    if (reply.status < 200 || reply.status > 299) {
        st = http_fail_reply(h, &rq, &hc, &reply);
        explain_refusal(f, &reply);
        return st;
    }
    st = http_reply_json(h, &rq, &hc, &reply, &json);
    if (st == ST_OK && take_tree(f, json) != ST_OK)
        st = no_tree(f);
    return st;
}

/* ---- the descriptions ---- */

static int by_path(const void *a, const void *b)
{
    return str_cmp(((const struct sd_doc *)a)->path,
                   ((const struct sd_doc *)b)->path);
}

/* The old listing's docs are sorted. */
static const struct sd_doc *known(const struct fetching *f, str path)
{
    struct sd_doc key = { .path = path };
    if (!f->old || !f->old->docs.n)
        return NULL;
    return bsearch(&key, f->old->docs.v, f->old->docs.n, sizeof key, by_path);
}

static void take_known(struct fetching *f, struct sd_doc *d,
                       const struct sd_doc *from)
{
    d->json = arena_str(f->out->arena, from->json);
    d->error = arena_str(f->out->arena, from->error);
    d->sha = arena_str(f->out->arena, from->sha);
}

/* What came does not do: the copy of another day is better than none. */
static void lose_doc(struct fetching *f, struct sd_doc *d,
                     const struct diags *why)
{
    const struct sd_doc *old = known(f, d->path);
    d->sha = S("");
    if (old && old->json.n)
        take_known(f, d, old);
    else
        d->error = arena_str(f->out->arena, why->list.n
                                                ? why->list.v[0].message
                                                : S("it did not come"));
}

struct wanted {
    LIST(struct sd_doc *) docs;
    LIST(struct http_request) requests;
};

static void want_docs(struct fetching *f, struct wanted *w)
{
    for (size_t i = 0; i < f->out->docs.n; i++) {
        struct sd_doc *d = &f->out->docs.v[i];
        const struct sd_doc *old = known(f, d->path);
        if (old && d->sha.n && str_eq(old->sha, d->sha)) {
            take_known(f, d, old);
            continue;
        }
        struct sd_data at = { .path = d->path };
        struct http_request rq = {
            .url = sd_data_url(f->sd, &at, f->tmp),
            .what = "description of datasets", .ca_file = f->sd->ca_file,
            .plain = f->sd->plain, .max_body = YAML_MAX_BYTES, .follow = true,
        };
        PUSH(f->tmp, w->docs, d);
        PUSH(f->tmp, w->requests, rq);
    }
}

/* ST_OK although some failed: those have an error. */
static enum status fetch_docs(struct fetching *f)
{
    struct wanted w = { 0 };
    struct diags own;
    want_docs(f, &w);
    if (!w.docs.n)
        return ST_OK;
    diags_init(&own, f->tmp);
    struct http_reply *replies =
        arena_array(f->tmp, w.docs.n, sizeof *replies);
    struct http_call hc = services_call(f->call, f->tmp);
    hc.ds = &own;
    hc.width = WIDTH;
    if (f->call->status)
        f->call->status(f->call->ctx,
                        arena_fmt(f->tmp, "fetching %zu descriptions",
                                  w.docs.n));
    if (http_send_all(f->sd->services->http, w.docs.n, w.requests.v, &hc,
                      replies) == ST_CANCELLED)
        return ST_CANCELLED;
    for (size_t i = 0; i < w.docs.n; i++) {
        if (replies[i].outcome == ST_OK) {
            sd_doc_read(f->out->arena, replies[i].body, w.docs.v[i]);
        } else {
            lose_doc(f, w.docs.v[i], &own);
            f->out->made = 0;
        }
    }
    return ST_OK;
}

enum status sd_tree_fetch(struct sd *sd, const struct sd_listing *old,
                          struct sd_listing *out,
                          const struct remote_call *call)
{
    struct fetching f = { sd, old, out, call, arena_new() };
    out->made = ticks_now();
    enum status st = fetch_tree(&f);
    if (st == ST_OK && out->docs.n)
        qsort(out->docs.v, out->docs.n, sizeof *out->docs.v, by_path);
    if (st == ST_OK)
        st = fetch_docs(&f);
    arena_free(f.tmp);
    return st;
}
