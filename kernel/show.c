/* show.c - draws a result and puts its forms together.
 *
 * Called by: on_execute.c, cmd_run.c, cmd_batch.c. */
#include "kernel/show.h"

#include <ctype.h>
#include <inttypes.h>

#include "base/json_write.h"
#include "base/utf8.h"

static const char summary_type[] = "application/vnd.shikra.result+json";

void show_columns(struct buf *b, const struct frame *f)
{
    buf_addc(b, '[');
    for (size_t c = 0; c < f->ncols; c++) {
        if (c)
            buf_addc(b, ',');
        buf_adds(b, "{\"name\":");
        json_str(b, f->cols[c].name);
        buf_addf(b, ",\"type\":\"%s\"}", type_name(f->cols[c].type));
    }
    buf_addc(b, ']');
}

void show_status(struct buf *b, const struct frame *f)
{
    buf_addf(b, "\"rows\":%zu,\"total\":%" PRIu64 ",\"status\":\"%s\"",
             f->nrows, f->total, completeness_word(f->completeness));
    if (f->lacks_rows)
        buf_adds(b, ",\"lacks_rows\":true");
    if (f->notes.n)
        buf_adds(b, ",\"notes\":[");
    for (size_t i = 0; i < f->notes.n; i++) {
        buf_adds(b, i ? "," : "");
        json_str(b, f->notes.v[i]);
    }
    buf_adds(b, f->notes.n ? "]" : "");
}

static void add_member(struct buf *b, const char *name, str text)
{
    buf_addf(b, "\"%s\":", name);
    json_str(b, text);
    buf_addc(b, ',');
}

static void add_time(struct buf *b, const char *name, int64_t ticks)
{
    struct value v = { .type = TYPE_DATETIME, .i = ticks };
    if (ticks == INT64_MIN || ticks == INT64_MAX)
        return;
    buf_addf(b, "\"%s\":", name);
    value_json(b, &v);
    buf_addc(b, ',');
}

static void add_source(struct buf *b, const struct origin *o)
{
    buf_addc(b, '{');
    add_member(b, "provider", o->provider);
    if (o->connection.n)
        add_member(b, "connection", o->connection);
    if (o->place.n)
        add_member(b, "place", o->place);
    add_member(b, "name", o->name);
    if (o->sha256.n) {
        add_member(b, "query", o->text);
        add_member(b, "sha256", o->sha256);
    }
    add_time(b, "start", o->start);
    add_time(b, "end", o->end);
    add_time(b, "asked", o->asked);
    buf_addf(b, "\"rows\":%" PRIu64 ",\"status\":\"%s\"}", o->nrows,
             completeness_word(o->completeness));
}

void show_sources(struct buf *b, const struct frame *f)
{
    if (f->origins.n)
        buf_adds(b, ",\"sources\":[");
    for (size_t i = 0; i < f->origins.n; i++) {
        buf_adds(b, i ? "," : "");
        add_source(b, &f->origins.v[i]);
    }
    buf_adds(b, f->origins.n ? "]" : "");
}

void show_metadata(struct buf *b, const struct result *r)
{
    if (r->kind != RESULT_TABLE && r->completeness == COMPLETE) {
        buf_adds(b, "{}");
        return;
    }
    buf_adds(b, "{\"shikra\":{");
    if (r->kind == RESULT_TABLE)
        show_status(b, r->frame);
    else
        buf_addf(b, "\"status\":\"%s\",\"lacks_rows\":true",
                 completeness_word(r->completeness));
    buf_adds(b, "}}");
}

/* What a program may want to know of a shown table without parsing HTML. */
static void add_summary(struct bundle *out, const struct result *r)
{
    struct buf b;
    const struct frame *f = r->frame;
    if (out->n == BUNDLE_MAX || bundle_find(out, summary_type).n)
        return;
    buf_init(&b, 64 << 10);
    buf_adds(&b, "{\"name\":");
    json_str(&b, r->name);
    buf_adds(&b, ",\"columns\":");
    show_columns(&b, f);
    buf_addc(&b, ',');
    show_status(&b, f);
    show_sources(&b, f);
    buf_addc(&b, '}');
    if (buf_ok(&b))
        bundle_add(out, summary_type, buf_str(&b));
    buf_release(&b);
}

static size_t bundle_bytes(const struct bundle *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++)
        n += b->v[i].data.n;
    return n;
}

static str cut_text(str s, size_t max)
{
    if (s.n <= max)
        return s;
    while (max && ((uint8_t)s.p[max] & 0xC0) == 0x80)
        max--;
    return str_sub(s, 0, max);
}

/* A browser that is sent 100 MB hangs, and the notebook with it. */
static void keep_small(struct bundle *b)
{
    struct arena *a = b->arena;
    size_t n = bundle_bytes(b);
    if (n <= MAX_BUNDLE_BYTES)
        return;
    str text = cut_text(bundle_find(b, "text/plain"), MAX_SHOWN_TEXT);
    str note = arena_fmt(a, "\n[shown as text: the result has %zu MB, and a "
                            "notebook is given at most %u MB of one; "
                            "fewer rows or columns fit]\n",
                         n >> 20, MAX_BUNDLE_BYTES >> 20);
    char *p = arena_alloc(a, text.n + note.n);
    if (text.n)
        memcpy(p, text.p, text.n);
    memcpy(p + text.n, note.p, note.n);
    bundle_init(b, a);
    bundle_add(b, "text/plain", (str){ p, text.n + note.n });
}

/* The gate for text: no control sequence of a log line reaches a terminal. */
static void add_text(struct bundle *out, str text)
{
    struct buf b;
    buf_init(&b, MAX_BUNDLE_BYTES * 8);
    utf8_printable_keep(&b, text, "\n\t");
    bundle_add(out, "text/plain", buf_str(&b));
    buf_release(&b);
}

/* Where Markdown is not drawn, what keeps values from being markup is noise:
 * backslashes before signs, and the entities of < and &. */
static str without_escapes(struct arena *a, str s)
{
    char *p = arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        str rest = str_sub(s, i, s.n);
        bool escape = s.p[i] == '\\' && i + 1 < s.n &&
                      ispunct((unsigned char)s.p[i + 1]);
        bool lt = str_starts(rest, S("&lt;"));
        bool amp = str_starts(rest, S("&amp;"));
        p[n++] = lt ? '<' : s.p[escape ? ++i : i];
        i += lt ? 3 : amp ? 4 : 0;
    }
    return (str){ p, n };
}

/* The rows are right and are shown; that no picture of them could be drawn must
 * not fail a cell, and with it a whole run. */
static void as_warnings(struct diags *ds, size_t nlist, size_t nerrors)
{
    for (size_t i = nlist; i < ds->list.n; i++)
        if (ds->list.v[i].severity == SEV_ERROR)
            ds->list.v[i].severity = SEV_WARNING;
    ds->nerrors = nerrors;
}

static void show_table(const struct interp *in, const struct result *r,
                       struct bundle *out, struct diags *ds)
{
    static const struct hint as_table;
    size_t nlist = ds->list.n, nerrors = ds->nerrors;
    if (in->draw(r->frame, r->hint ? r->hint : &as_table, out, ds) != ST_OK) {
        as_warnings(ds, nlist, nerrors);
        bundle_init(out, out->arena);
        if (in->draw(r->frame, &as_table, out, ds) != ST_OK)
            bundle_add(out, "text/plain", S("(no text form)"));
    }
    add_summary(out, r);
}

void show_result(const struct interp *in, const struct result *r,
                 struct bundle *out, struct diags *ds)
{
    if (r->kind == RESULT_TABLE)
        show_table(in, r, out, ds);
    else if (r->kind == RESULT_MARKDOWN)
        add_text(out, without_escapes(out->arena, r->text));
    else
        add_text(out, r->text);
    if (r->kind == RESULT_MARKDOWN)
        bundle_add(out, "text/markdown", r->text);
    keep_small(out);
}

void show_json(struct buf *b, const struct bundle *bundle)
{
    buf_addc(b, '{');
    for (size_t i = 0; i < bundle->n; i++) {
        const struct mime *m = &bundle->v[i];
        if (i)
            buf_addc(b, ',');
        json_str(b, str_of(m->type));
        buf_addc(b, ':');
        if (str_ends(str_of(m->type), S("json")))
            buf_add(b, m->data);
        else
            json_str(b, m->data);
    }
    buf_addc(b, '}');
}
