/* answer.c - gathers what a cell gives and writes it down.
 *
 * Called by: cmd_batch.c, cmd_run.c, cmd_dev.c. */
#include "kernel/answer.h"

#include <inttypes.h>
#include <unistd.h>

#include "base/json_write.h"
#include "base/utf8.h"
#include "kernel/cmd.h"
#include "kernel/show.h"

void answer_init(struct answer *a, const struct interp *in)
{
    *a = (struct answer){ .in = in, .arena = arena_new() };
    diags_init(&a->ds, a->arena);
    buf_init(&a->outputs, MAX_ANSWER_BYTES);
}

void answer_release(struct answer *a)
{
    buf_release(&a->outputs);
    arena_free(a->arena);
}

/* --- outputs ------------------------------------------------------------ */

static void add_rows(struct buf *b, const struct frame *f)
{
    for (size_t r = 0; r < f->nrows && buf_ok(b); r++) {
        buf_adds(b, r ? ",[" : "[");
        for (size_t c = 0; c < f->ncols; c++) {
            struct value v = cell_value(&f->cols[c], r);
            if (c)
                buf_addc(b, ',');
            value_json(b, &v);
        }
        buf_addc(b, ']');
    }
}

static void add_notes(struct buf *b, const struct frame *f)
{
    buf_adds(b, ",\"notes\":[");
    for (size_t i = 0; i < f->notes.n; i++) {
        if (i)
            buf_addc(b, ',');
        json_str(b, f->notes.v[i]);
    }
    buf_addc(b, ']');
}

static void add_table(struct buf *b, const struct result *r)
{
    const struct frame *f = r->frame;
    buf_adds(b, "{\"kind\":\"table\",");
    if (r->name.n) {
        buf_adds(b, "\"name\":");
        json_str(b, r->name);
        buf_addc(b, ',');
    }
    buf_adds(b, "\"columns\":");
    show_columns(b, f);
    buf_adds(b, ",\"rows\":[");
    add_rows(b, f);
    buf_addf(b, "],\"status\":\"%s\",\"total\":%" PRIu64,
             completeness_word(f->completeness), f->total);
    if (f->lacks_rows)
        buf_adds(b, ",\"lacks_rows\":true");
    if (f->notes.n)
        add_notes(b, f);
    show_sources(b, f);
    buf_addc(b, '}');
}

static void add_figure(struct buf *b, str kind, const struct bundle *forms)
{
    buf_adds(b, ",{\"kind\":\"figure\",\"renderer\":");
    json_str(b, kind);
    buf_adds(b, ",\"mime\":");
    show_json(b, forms);
    buf_addc(b, '}');
}

static void add_text(struct buf *b, const struct result *r)
{
    buf_adds(b, "{\"kind\":\"text\",\"text\":");
    json_str(b, r->text);
    if (r->kind == RESULT_MARKDOWN)
        buf_adds(b, ",\"mime\":\"text/markdown\"");
    if (r->completeness != COMPLETE)
        buf_addf(b, ",\"status\":\"%s\"", completeness_word(r->completeness));
    buf_addc(b, '}');
}

static bool is_figure(const struct result *r)
{
    return r->kind == RESULT_TABLE && r->hint && r->hint->kind.n &&
           !str_ieqz(r->hint->kind, "table");
}

/* A rendered statement gives its rows and its picture. */
static void add_json(struct answer *a, const struct result *r,
                     const struct bundle *forms)
{
    struct buf *b = &a->outputs;
    if (b->n)
        buf_addc(b, ',');
    if (r->kind == RESULT_TABLE)
        add_table(b, r);
    else
        add_text(b, r);
    if (is_figure(r))
        add_figure(b, r->hint->kind, forms);
}

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

enum { FLOW_FIRST_MS = 500, FLOW_AGAIN_MS = 200, FLOW_BYTES = 120 };

static void end_flow(struct answer *a)
{
    if (a->flowing)
        fputs("\r\x1b[K", stderr);
    a->flowing = false;
}

/* How far rows have come, in the last line of a terminal. */
static void on_flow(void *ctx, str what, double fraction)
{
    struct answer *a = ctx;
    struct buf b;
    double now = now_ms();
    if (!a->terminal || now - a->began_ms < FLOW_FIRST_MS ||
        now - a->flow_ms < FLOW_AGAIN_MS)
        return;
    a->flow_ms = now;
    buf_init(&b, 16 << 10);
    utf8_printable(&b, str_sub(what, 0, FLOW_BYTES));
    fprintf(stderr, "\r%.*s", STRF(buf_str(&b)));
    if (fraction >= 0)
        fprintf(stderr, " %.0f %%", 100 * fraction);
    fputs("\x1b[K", stderr);
    a->flowing = true;
    buf_release(&b);
}

static void on_result(void *ctx, const struct result *r)
{
    struct answer *a = ctx;
    struct bundle forms;
    struct arena *arena = arena_new();
    bundle_init(&forms, arena);
    a->partial |= r->kind == RESULT_TABLE ? r->frame->lacks_rows
                                          : r->completeness != COMPLETE;
    if (a->show || is_figure(r))
        show_result(a->in, r, &forms, &a->ds);
    end_flow(a);
    if (a->as_json)
        add_json(a, r, &forms);
    if (a->show)
        a->show(a->ctx, r, &forms);
    arena_free(arena);
}

static void on_progress(void *ctx, str what, double fraction)
{
    struct answer *a = ctx;
    struct buf b;
    uint64_t line = str_hash(what);
    /* Whoever reads the results sees what is waited for, a code to sign in
     * with; a bar belongs into a notebook. */
    if (!a->show || fraction >= 0 || line == a->told)
        return;
    a->told = line;
    end_flow(a);
    buf_init(&b, 16 << 10);
    utf8_printable(&b, str_sub(what, 0, 1000));
    fprintf(stderr, "%.*s\n", STRF(buf_str(&b)));
    buf_release(&b);
}

/* --- running ------------------------------------------------------------ */

void answer_run(struct answer *a, str code, const struct lang_opts *o)
{
    a->terminal = a->show && isatty(STDERR_FILENO);
    struct lang_sink sink = { .ctx = a, .result = on_result,
                              .progress = on_progress, .flow = on_flow,
                              .attended = a->terminal };
    a->began_ms = now_ms();
    a->code = code;
    a->status = a->in->run(a->in->lang, code, o, &sink, &a->ds);
    end_flow(a);
    a->ms = now_ms() - a->began_ms;
    if (!buf_ok(&a->outputs)) {
        diag_error(&a->ds, DIAG_LIMIT, NO_SPAN,
                   "the outputs have more than %u MB",
                   MAX_ANSWER_BYTES >> 20);
        buf_reset(&a->outputs);
    }
}

bool answer_ok(const struct answer *a)
{
    return a->status == ST_OK && a->ds.nerrors == 0;
}

static bool has_code(const struct diags *ds, enum diag_code code)
{
    for (size_t i = 0; i < ds->list.n; i++)
        if (ds->list.v[i].code == (int)code)
            return true;
    return false;
}

int answer_exit_code(const struct answer *a)
{
    if (has_code(&a->ds, DIAG_ASSERT))
        return EXIT_ASSERT;
    if (!answer_ok(a))
        return EXIT_ERROR;
    bool lacks_rows = a->partial || has_code(&a->ds, DIAG_INCOMPLETE);
    return lacks_rows ? EXIT_PARTIAL : EXIT_CLEAN;
}

/* --- the whole answer --------------------------------------------------- */

static void add_diag(struct buf *b, const struct diag *d, str code)
{
    int line = 0, column = 0;
    bool placed = d->span.end > 0;
    if (placed)
        diag_place(code, d->span.beg, &line, &column);
    buf_addf(b, "{\"code\":\"%c%04d\",\"message\":",
             d->severity == SEV_ERROR ? 'E' : 'W', d->code);
    json_str(b, d->message);
    if (placed)
        buf_addf(b, ",\"line\":%d,\"column\":%d", line, column);
    else
        buf_adds(b, ",\"line\":null,\"column\":null");
    buf_adds(b, ",\"hint\":");
    json_str(b, d->hint);
    buf_addc(b, '}');
}

static void add_diags(struct buf *b, const struct answer *a, bool errors)
{
    bool first = true;
    buf_addc(b, '[');
    for (size_t i = 0; i < a->ds.list.n; i++) {
        const struct diag *d = &a->ds.list.v[i];
        if ((d->severity == SEV_ERROR) != errors)
            continue;
        if (!first)
            buf_addc(b, ',');
        add_diag(b, d, a->code);
        first = false;
    }
    if (errors && first && a->status == ST_CANCELLED)
        buf_adds(b, "{\"code\":\"Interrupted\",\"message\":\"the cell was "
                    "interrupted\",\"line\":null,\"column\":null,"
                    "\"hint\":\"\"}");
    buf_addc(b, ']');
}

void answer_write(struct buf *b, const struct answer *a, str id)
{
    buf_adds(b, "{\"id\":");
    buf_add(b, id);
    buf_addf(b, ",\"ok\":%s,\"outputs\":[", answer_ok(a) ? "true" : "false");
    buf_add(b, buf_str(&a->outputs));
    buf_adds(b, "],\"errors\":");
    add_diags(b, a, true);
    if (a->ds.list.n > a->ds.nerrors) {
        buf_adds(b, ",\"warnings\":");
        add_diags(b, a, false);
    }
    buf_addf(b, ",\"ms\":%.3f}", a->ms);
}
