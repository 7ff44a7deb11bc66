/* download.c - one archive over the network, into the folder of downloads.
 *
 * Called by: archive.c. It is written under another name and takes its place
 * when it is complete and an archive; a page that came instead does not. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/ticks.h"
#include "base/utf8.h"
#include "providers/file/json_read.h"
#include "providers/file/unpack.h"
#include "sd.h"

enum { HEAD = 300, TELL_EVERY = 500 /* ms */ };

struct download {
    const struct sd_data *data;
    const struct remote_call *call;
    struct arena *tmp;
    struct store store;
    char head[HEAD]; /* the first bytes */
    size_t nhead;
    uint64_t got;
    int64_t told;
};

static void tell(struct download *d)
{
    int64_t now = ticks_now();
    if (!d->call->status || now - d->told < TELL_EVERY * TICKS_PER_MS)
        return;
    d->told = now;
    str line = arena_fmt(d->tmp, "%.*s: %.1f MB", STRF(d->data->name),
                         (double)d->got / (1 << 20));
    if (d->data->size > 0)
        line = arena_fmt(d->tmp, "%.*s of %.1f MB", STRF(line),
                         (double)d->data->size / (1 << 20));
    d->call->status(d->call->ctx, line);
}

static enum status cannot_write(struct download *d)
{
    struct diag *g = diag_error(d->call->ds, DIAG_FILE, d->call->span,
                                "%.*s cannot be kept as %s: %s",
                                STRF(d->data->name), d->store.path,
                                strerror(errno));
    diag_hint(d->call->ds, g, "with (save_folder = \"…\") names another "
                              "folder");
    return ST_ENV;
}

static enum status take_piece(void *ctx, const struct http_reply *head,
                              str bytes)
{
    struct download *d = ctx;
    size_t room = HEAD - d->nhead, n = bytes.n < room ? bytes.n : room;
    (void)head;
    if (n)
        memcpy(d->head + d->nhead, bytes.p, n);
    d->nhead += n;
    d->got += bytes.n;
    tell(d);
    return store_write(&d->store, bytes) ? ST_OK : cannot_write(d);
}

static void begin_anew(void *ctx)
{
    struct download *d = ctx;
    d->got = d->nhead = 0;
    (void)store_rewind(&d->store);
}

/* ---- what came ---- */

static bool is_packed(const struct download *d)
{
    struct member m = { .fd = -1, .size = d->nhead };
    char padded[HEAD + JSON_PAD] = { 0 };
    memcpy(padded, d->head, d->nhead);
    m.mem = padded;
    return unpack_wanted(&m);
}

static enum status no_archive(const struct download *d)
{
    struct buf shown;
    buf_init(&shown, 4096);
    utf8_printable(&shown, str_sub((str){ d->head, d->nhead }, 0, 60));
    struct diag *g = diag_error(
        d->call->ds, DIAG_HTTP, d->call->span,
        "what came for %.*s is no archive: %.*s", STRF(d->data->name),
        STRF(d->nhead ? buf_str(&shown) : S("nothing at all")));
    diag_hint(d->call->ds, g, "a proxy or a sign-in page may have answered; "
                              "nothing is kept");
    buf_release(&shown);
    return ST_ENV;
}

static void explain_absent(const struct download *d,
                           const struct http_reply *reply)
{
    struct diags *ds = d->call->ds;
    if (reply->status == 404)
        diag_hint(ds, &ds->list.v[ds->list.n - 1],
                  "a description names the file, but the repository does not "
                  "have it; sd.datasets | where Available lists those it has");
}

static enum status transfer(struct sd *sd, struct download *d)
{
    struct http_sink sink = { d, take_piece, begin_anew };
    struct http_call hc = services_call(d->call, d->tmp);
    struct http_request rq = {
        .url = sd_data_url(sd, d->data, d->tmp),
        .what = arena_cstr(d->tmp, d->data->name), .sink = &sink,
        .ca_file = sd->ca_file, .plain = sd->plain,
        .max_body = SD_MAX_ARCHIVE, .follow = true,
    };
    struct http_reply reply = { 0 };
    enum status st = http_send(sd->services->http, &rq, &hc, &reply);
    if (st == ST_ENV)
        explain_absent(d, &reply);
    if (st == ST_OK && !is_packed(d))
        st = no_archive(d);
    if (st == ST_OK && !store_keep(&d->store))
        st = cannot_write(d);
    return st;
}

enum status sd_download(struct sd *sd, const struct sd_data *data, str path,
                        const struct remote_call *call)
{
    struct download *d = xcalloc(1, sizeof *d);
    *d = (struct download){ .data = data, .call = call, .tmp = arena_new(),
                            .told = ticks_now() };
    enum status st = store_open(&d->store, d->tmp, path) ? transfer(sd, d)
                                                         : cannot_write(d);
    store_drop(&d->store);
    arena_free(d->tmp);
    free(d);
    return st;
}
