/* export.c - the stream of a search: one JSON object a line.
 *
 * Called by: splunk.c. POST search/jobs/export sends rows as they are found,
 * with no ceiling on their number; closing the connection ends the search.
 * Previews, messages and rows come mixed. */
#include "splunk.h"

#include "providers/http/url.h"
#include "providers/limits.h"

struct export {
    struct source source;
    struct splunk *s;
    str form;
    const struct source_col *theirs;
    bool all;
    struct span span;
};

/* What a stream has come to. */
struct stream {
    struct splunk *s;
    struct arena *arena;
    struct sp_rows *rows;
    struct sp_messages messages;
    struct field_names none;
    struct buf bytes; /* not yet taken */
    const char *error;
    bool last; /* the row, or the line without one, that ends all streams */
    enum status st;
};

/* {"preview":false,"offset":0,"lastrow":true,"result":{…}} */
static void take_line(struct stream *t, str line)
{
    struct pull j;
    struct cell c;
    str key;
    bool preview = false, row = false, last = false;
    pull_init(&j, line, &t->none);
    for (pull_object(&j); t->st == ST_OK && pull_key(&j, &key);) {
        if (str_eqz(key, "result") && !preview) {
            row = true;
            t->st = sp_rows_add(t->rows, &j);
        } else if (str_eqz(key, "messages")) {
            sp_messages_read(&t->messages, &j);
        } else if (str_eqz(key, "preview")) {
            preview = pull_value(&j, &c) && c.kind == CELL_TRUE;
        } else if (str_eqz(key, "lastrow")) {
            last = pull_value(&j, &c) && c.kind == CELL_TRUE;
        } else {
            pull_skip(&j);
        }
    }
    t->last |= last && !preview && !j.error;
    if (j.error)
        t->error = j.error;
    else if (row && !preview && t->st == ST_OK)
        t->st = sp_rows_end(t->rows);
    else
        sp_rows_drop(t->rows);
    pull_release(&j);
    if (t->error && t->st == ST_OK)
        t->st = ST_ENV;
}

/* The reader wants zeros behind its text, not the next line: a line that ends
 * too early would go on there. */
static void take_alone(struct stream *t, str line)
{
    char behind[JSON_PAD], *end = t->bytes.p + (line.p - t->bytes.p) + line.n;
    memcpy(behind, end, JSON_PAD);
    memset(end, 0, JSON_PAD);
    take_line(t, line);
    memcpy(end, behind, JSON_PAD);
}

/* All whole lines; what is left goes to the front. */
static void take_lines(struct stream *t, bool last)
{
    static const char pad[JSON_PAD];
    size_t n = t->bytes.n, from = 0;
    buf_add(&t->bytes, (str){ pad, JSON_PAD });
    str all = { t->bytes.p, n };
    while (t->st == ST_OK && from < n) {
        ptrdiff_t end = str_find_char(str_sub(all, from, n), '\n');
        if (end < 0 && !last)
            break;
        str line = str_sub(all, from, end < 0 ? n : from + (size_t)end);
        from += line.n + (end >= 0);
        if (str_starts(line, S("\xef\xbb\xbf")))
            line = str_sub(line, 3, line.n);
        line = str_trim(line);
        if (line.n)
            take_alone(t, line);
    }
    /* Its texts are views of the line; rows before a break are whole. */
    enum status flushed = t->st == ST_CANCELLED ? ST_OK
                                                : sp_rows_flush(t->rows);
    if (flushed != ST_OK)
        t->st = flushed;
    if (from > n)
        from = n;
    memmove(t->bytes.p, t->bytes.p + from, n - from);
    t->bytes.n = n - from;
}

static enum status piece(void *ctx, const struct http_reply *head, str bytes)
{
    struct stream *t = ctx;
    (void)head;
    if (t->bytes.n + bytes.n > MAX_RECORD + (1 << 20)) {
        t->error = "a line is longer than 16 MB";
        return t->st = ST_ENV;
    }
    bool whole = str_find_char(bytes, '\n') >= 0;
    buf_add(&t->bytes, bytes);
    if (whole)
        take_lines(t, false);
    return t->st;
}

/* Reports what the service found wrong. Rows that came are some of them. */
static enum status judge(struct stream *t, struct row_sink *sink,
                         const struct remote_call *call)
{
    str what = t->s->what;
    for (size_t i = 0; i < t->messages.warnings.n; i++)
        diag_warn(call->ds, DIAG_HTTP, call->span, "%.*s: %.*s", STRF(what),
                  STRF(t->messages.warnings.v[i]));
    for (size_t i = 0; i < t->messages.errors.n; i++) {
        str text = t->messages.errors.v[i];
        if (!sink || sp_rows_count(t->rows) == 0) {
            diag_error(call->ds, DIAG_HTTP, call->span, "%.*s: %.*s",
                       STRF(what), STRF(text));
            return ST_ENV;
        }
        sink->incomplete(sink->ctx, PARTIAL,
                         arena_fmt(t->arena, "%.*s: %.*s", STRF(what),
                                   STRF(text)));
    }
    return ST_OK;
}

static enum status run(struct stream *t, str form, struct row_sink *sink,
                       const struct remote_call *call)
{
    struct http_sink to = { t, piece, NULL };
    struct sp_request rq = {
        .path = sp_jobs(t->s, t->arena, S(""), "/export"),
        .form = form, .sink = &to, .rare = true,
    };
    field_names_init(&t->none, t->arena);
    buf_init(&t->bytes, 2 * MAX_RECORD + (4 << 20));
    t->messages.arena = t->arena;
    enum status st = sp_send(t->s, &rq, t->arena, NULL, call);
    if (st == ST_USER)
        st = sp_garbled(t->s, call, "404");
    if (st == ST_OK) {
        take_lines(t, true);
        st = t->st;
    }
    if (t->error && st != ST_CANCELLED)
        st = sp_garbled(t->s, call, t->error);
    if (st == ST_OK)
        st = judge(t, sink, call);
    if (st == ST_OK && !t->last)
        st = sp_garbled(t->s, call, "it ends without its last row");
    buf_release(&t->bytes);
    return st;
}

static str export_form(struct arena *a, str search, int64_t start, int64_t end)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    form_field(&b, "search", search);
    form_field(&b, "output_mode", S("json"));
    form_field(&b, "preview", S("false"));
    sp_add_times(&b, start, end);
    str form = buf_take(&b, a);
    buf_release(&b);
    return form;
}

static enum status export_read(struct source *src, unsigned part,
                               struct row_sink *sink,
                               const atomic_bool *cancel, struct diags *ds)
{
    struct export *e = src->impl;
    struct remote_call call = { .cancel = cancel, .ds = ds, .span = e->span };
    struct stream t = { .s = e->s, .arena = arena_new() };
    (void)part;
    t.rows = sp_rows_new(src->ncols, e->theirs, sink, cancel);
    enum status st = run(&t, e->form, sink, &call);
    if (st == ST_OK && e->all)
        sp_rows_tell(t.rows, e->s->what, t.arena);
    src->repaired += sp_rows_repaired(t.rows);
    sp_rows_free(t.rows);
    arena_free(t.arena);
    return st;
}

enum status sp_collect(struct splunk *s, const struct sp_collect *c,
                       bool *clean, const struct remote_call *call)
{
    struct arena *a = arena_new();
    struct stream t = { .s = s, .arena = arena_new() };
    t.rows = sp_rows_new(c->ncols, c->cols, c->sink, call->cancel);
    enum status st = run(&t, export_form(a, c->search, c->start, c->end),
                         c->sink, call);
    *clean = st == ST_OK && !t.messages.errors.n && !t.messages.warnings.n &&
             !sp_rows_repaired(t.rows);
    sp_rows_free(t.rows);
    arena_free(t.arena);
    arena_free(a);
    return st;
}

static void export_close(struct source *src)
{
    arena_free(src->arena);
}

enum status sp_open_table(struct splunk *s, const struct remote_query *q,
                          const struct sp_plan *p, struct source **out,
                          const struct remote_call *call)
{
    struct arena *a = arena_new();
    struct export *e = NEW(a, struct export);
    struct source_col *cols = arena_array(a, p->ncols, sizeof *cols);
    struct source_col *theirs = arena_array(a, p->ncols, sizeof *theirs);
    (void)call;
    for (size_t i = 0; i < p->ncols; i++) {
        cols[i] = (struct source_col){ arena_str(a, p->cols[i].name),
                                       p->cols[i].type };
        theirs[i] = (struct source_col){ arena_str(a, p->theirs[i].name),
                                         p->cols[i].type };
    }
    *e = (struct export){ .s = s, .theirs = theirs, .all = p->all,
                          .span = q->span };
    e->form = export_form(a, p->search, p->start, p->end);
    e->source = (struct source){
        .arena = a, .ncols = p->ncols, .cols = cols, .nparts = 1, .impl = e,
        .read = export_read, .close = export_close, .keeps_part = true,
    };
    *out = &e->source;
    return ST_OK;
}

enum status sp_first_rows(struct splunk *s, str search, struct arena *a,
                          struct remote_schema *out,
                          const struct remote_call *call)
{
    struct stream t = { .s = s, .arena = arena_new() };
    t.rows = sp_rows_new(0, NULL, NULL, call->cancel);
    enum status st = run(&t, export_form(t.arena, search, REMOTE_NO_START,
                                         REMOTE_NO_END),
                         NULL, call);
    if (st == ST_OK)
        sp_rows_names(t.rows, a, out);
    sp_rows_free(t.rows);
    arena_free(t.arena);
    return st;
}
