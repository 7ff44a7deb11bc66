/* cache.c - the listing of the repository, kept as JSON between sessions.
 *
 * Called by: listing.c. The file is ours, but anybody may have written it:
 * whatever does not fit is left out, and what is missing is fetched again.
 *
 *     {"version":1,"repository":"https://…/","made":"2024-05-01T…Z",
 *      "truncated":"false","archives":[{"path":"datasets/…","size":"123"}],
 *      "descriptions":[{"path":"…","sha":"…","document":{…}},
 *                      {"path":"…","sha":"…","error":"line 3: …"}]} */
#include <errno.h>
#include <string.h>

#include "base/json_text.h"
#include "base/json_write.h"
#include "base/ticks.h"
#include "providers/http/answer.h"
#include "sd.h"

static str cache_path(const struct sd *sd, struct arena *a)
{
    return arena_fmt(a, "%.*s/security_datasets.json", STRF(sd->save_folder));
}

/* ---- writing ---- */

static void member(struct buf *b, const char *name, str value)
{
    if (b->n && b->p[b->n - 1] != '{')
        buf_addc(b, ',');
    json_str(b, str_of(name));
    buf_addc(b, ':');
    json_str(b, value);
}

static void write_blobs(struct buf *b, const struct sd_listing *l)
{
    buf_adds(b, ",\"archives\":[");
    for (size_t i = 0; i < l->blobs.n; i++) {
        buf_adds(b, i ? ",{" : "{");
        member(b, "path", l->blobs.v[i].path);
        buf_adds(b, ",\"size\":");
        buf_add_i64(b, l->blobs.v[i].size);
        buf_addc(b, '}');
    }
    buf_addc(b, ']');
}

static void write_docs(struct buf *b, const struct sd_listing *l)
{
    buf_adds(b, ",\"descriptions\":[");
    for (size_t i = 0; i < l->docs.n; i++) {
        const struct sd_doc *d = &l->docs.v[i];
        buf_adds(b, i ? ",\n{" : "\n{");
        member(b, "path", d->path);
        member(b, "sha", d->sha);
        if (d->error.n) {
            member(b, "error", d->error);
        } else {
            buf_adds(b, ",\"document\":");
            buf_add(b, d->json);
        }
        buf_addc(b, '}');
    }
    buf_addc(b, ']');
}

static void write_listing(struct buf *b, const struct sd *sd,
                          const struct sd_listing *l)
{
    struct buf made;
    buf_init(&made, 64);
    ticks_format(&made, l->made);
    buf_adds(b, "{\"version\":1");
    member(b, "repository", sd->raw_base);
    member(b, "tree", sd->tree_url);
    member(b, "made", l->made ? buf_str(&made) : S(""));
    member(b, "truncated", l->truncated ? S("true") : S("false"));
    write_blobs(b, l);
    write_docs(b, l);
    buf_adds(b, "}\n");
    buf_release(&made);
}

void sd_cache_write(const struct sd *sd, const struct sd_listing *l,
                    const struct remote_call *call)
{
    struct arena *a = arena_new();
    struct store s;
    struct buf b;
    buf_init(&b, SD_MAX_CACHE);
    write_listing(&b, sd, l);
    errno = buf_ok(&b) ? 0 : EFBIG;
    bool ok = buf_ok(&b) && store_open(&s, a, cache_path(sd, a));
    if (ok) {
        ok = store_write(&s, buf_str(&b));
        ok = ok && store_keep(&s);
        store_drop(&s);
    }
    if (!ok) {
        struct diag *d = diag_warn(call->ds, DIAG_FILE, call->span,
                                   "the listing cannot be kept in %.*s: %s",
                                   STRF(sd->save_folder), strerror(errno));
        diag_hint(call->ds, d, "with (save_folder = \"…\") names another "
                               "folder");
    }
    buf_release(&b);
    arena_free(a);
}

/* ---- reading ---- */

static str text_at(struct sd_listing *l, str json, const char *name)
{
    return arena_str(l->arena, answer_text(l->arena, json, name));
}

static void read_blobs(struct sd_listing *l, str list)
{
    struct json_iter it;
    str one;
    if (!json_iter_init(&it, list) || it.object)
        return;
    while (json_next(&it, NULL, &one)) {
        int64_t size = -1;
        (void)answer_long(l->arena, one, "size", &size);
        sd_add_blob(l, text_at(l, one, "path"), size);
    }
}

static void read_docs(struct sd_listing *l, str list)
{
    struct json_iter it;
    str one;
    if (!json_iter_init(&it, list) || it.object)
        return;
    while (json_next(&it, NULL, &one) && l->docs.n < SD_MAX_DOCS) {
        struct sd_doc d = {
            .path = text_at(l, one, "path"),
            .sha = text_at(l, one, "sha"),
            .json = arena_str(l->arena, answer_at(one, "document")),
            .error = text_at(l, one, "error"),
        };
        bool fits = json_kind(d.json) == JSON_OBJECT || d.error.n;
        if (fits && sd_is_description(d.path))
            PUSH(l->arena, l->docs, d);
    }
}

static bool read_listing(const struct sd *sd, struct sd_listing *l, str text)
{
    struct arena *a = arena_new();
    str json = S("");
    bool ok = reply_json(a, text, &json) &&
              str_eqz(answer_text(a, json, "version"), "1") &&
              str_eq(answer_text(a, json, "repository"), sd->raw_base) &&
              str_eq(answer_text(a, json, "tree"), sd->tree_url);
    if (ok) {
        if (!ticks_parse_iso(answer_text(a, json, "made"), &l->made))
            l->made = 0;
        l->truncated = str_eqz(answer_text(a, json, "truncated"), "true");
        read_blobs(l, answer_at(json, "archives"));
        read_docs(l, answer_at(json, "descriptions"));
    }
    arena_free(a);
    return ok && l->docs.n + l->blobs.n > 0;
}

bool sd_cache_read(const struct sd *sd, struct sd_listing *out)
{
    struct buf b;
    buf_init(&b, SD_MAX_CACHE);
    bool ok = store_read(cache_path(sd, out->arena), &b, SD_MAX_CACHE - 1) &&
              read_listing(sd, out, buf_str(&b));
    buf_release(&b);
    return ok;
}
