/* services.c - what connections share: HTTP, credentials, settings, secrets.
 *
 * Called by: kernel/modules.c, providers. Opens nothing: files are read and
 * libraries loaded when they are needed, so a session without connections pays
 * nothing for them. */
#include "services.h"

/* An empty table alone would not tell where files are looked for. */
static void warn_of_none(struct remote_services *s, struct diags *ds)
{
    str paths[CONFIG_FILES];
    if (config_files(s->config, paths))
        return;
    struct diag *d = diag_warn(ds, DIAG_CONFIG, NO_SPAN,
                               "there are no files of settings");
    diag_hint(ds, d, "msticpyconfig.yaml: where MSTICPYCONFIG says, else the "
                     "working folder, else ~/.msticpy; shikra.yaml: "
                     "SHIKRA_CONFIG, the working folder, ~/.config/shikra");
}

static enum status face_show(void *ctx, struct frame **out, struct diags *ds)
{
    struct remote_services *s = ctx;
    enum status st = config_open(s->config, ds);
    if (st == ST_OK)
        warn_of_none(s, ds);
    if (st == ST_OK)
        *out = config_show(s->config);
    return st;
}

static enum status face_check(void *ctx, struct frame **out, struct diags *ds)
{
    struct remote_services *s = ctx;
    enum status st = config_open(s->config, ds);
    if (st == ST_OK)
        warn_of_none(s, ds);
    if (st == ST_OK)
        *out = config_check(s->config);
    return st;
}

static enum status face_reload(void *ctx, struct arena *a, str *told,
                               struct diags *ds)
{
    struct remote_services *s = ctx;
    str paths[CONFIG_FILES];
    struct buf b;
    enum status st = config_reload(s->config, ds);
    if (st != ST_OK)
        return st;
    size_t n = config_files(s->config, paths);
    buf_init(&b, 64 << 10);
    buf_adds(&b, n ? "read " : "there are no files of settings");
    for (size_t i = 0; i < n; i++)
        buf_addf(&b, "%s%.*s", i ? " and " : "", STRF(paths[i]));
    *told = buf_take(&b, a);
    buf_release(&b);
    return ST_OK;
}

static void face_scrub(void *ctx, struct buf *out, str text)
{
    struct remote_services *s = ctx;
    secrets_scrub(s->secrets, out, text);
}

struct remote_services *services_new(void)
{
    struct remote_services *s = xcalloc(1, sizeof *s);
    s->secrets = secrets_new();
    s->http = http_new(s->secrets);
    s->auths = auths_new(s->http);
    s->config = config_new(s->http, s->auths);
    s->queries = library_new(s->config);
    s->face = (struct config_face){ s, face_show, face_check, face_reload,
                                    face_scrub };
    return s;
}

void services_free(struct remote_services *s)
{
    if (!s)
        return;
    library_free(s->queries);
    config_free(s->config);
    auths_free(s->auths);
    http_free(s->http);
    secrets_free(s->secrets);
    free(s);
}

const struct config_face *services_config(const struct remote_services *s)
{
    return &s->face;
}

const struct stored_face *services_queries(const struct remote_services *s)
{
    return library_face(s->queries);
}

void services_hand_on(struct diags *to, const struct diags *from)
{
    for (size_t i = 0; i < from->list.n; i++) {
        struct diag d = from->list.v[i];
        d.message = arena_str(to->arena, d.message);
        d.hint = arena_str(to->arena, d.hint);
        PUSH(to->arena, to->list, d);
    }
    to->nerrors += from->nerrors;
}

struct http_call services_call(const struct remote_call *call, struct arena *a)
{
    return (struct http_call){ .arena = a,           .cancel = call->cancel,
                               .ds = call->ds,       .span = call->span,
                               .status = call->status, .ctx = call->ctx,
                               .attended = call->attended };
}
