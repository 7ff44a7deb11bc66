/* fake_lang.h - a language of ten words, to test the kernel without an engine.
 *
 * Used by: tests/unit/t_kernel.c, tests/protocol/fake_modules.c. Header only:
 * everything is static, so it can stand beside the real language. A cell is
 * one command per line:
 *   echo TEXT      a table of one cell, the cell's result when it is last
 *   echo chart     the same with a renderer that cannot draw it
 *   text TEXT      a line of text          markdown TEXT
 *   error          E0201 at the second word
 *   warn           a warning               assert     a failed assertion
 *   partial        a table that says it is partial
 *   sleep MS       until then, or until it is cancelled
 *   deaf MS        a sleep that cannot be cancelled
 *   many N         N tables                big N      one text of N MB
 *   ask PROMPT     asks, then shows the answer
 *   print TEXT     to descriptor 1, as a library would
 *   progress MS    reports progress until then
 * Anything else is an unknown operator. */
#ifndef PROTOCOL_FAKE_LANG_H
#define PROTOCOL_FAKE_LANG_H

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "kernel/interp.h"

struct lang {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool cancelled;
    atomic_int ncancels;
};

struct fake_run {
    struct lang *l;
    const struct lang_sink *sink;
    struct diags *ds;
    str code;           /* whole cell, for spans */
    bool last;          /* this is the last line */
};

static void fake_table(struct fake_run *r, str text, enum completeness c)
{
    struct frame *f = frame_new(1);
    bool chart = str_eqz(text, "chart");
    struct hint hint = { .kind = chart ? S("chart") : S("") };
    frame_set_col(f, 0, S("print_0"), TYPE_STRING);
    frame_set_rows(f, 1);
    struct value v = { .type = TYPE_STRING, .s = text };
    cell_set(f, 0, 0, &v);
    f->completeness = c;
    struct result res = { .kind = RESULT_TABLE, .frame = f, .hint = &hint,
                          .last = r->last };
    r->sink->result(r->sink->ctx, &res);
    frame_unref(f);
}

static void fake_text(struct fake_run *r, enum result_kind kind, str text)
{
    struct result res = { .kind = kind, .text = text, .last = r->last };
    r->sink->result(r->sink->ctx, &res);
}

static struct span fake_span(const struct fake_run *r, str word)
{
    uint32_t beg = (uint32_t)(word.p - r->code.p);
    return (struct span){ beg, beg + (uint32_t)word.n };
}

/* False: cancelled. */
static bool fake_sleep(struct lang *l, long ms, bool deaf)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_nsec += ms % 1000 * 1000000;
    t.tv_sec += ms / 1000 + t.tv_nsec / 1000000000;
    t.tv_nsec %= 1000000000;
    pthread_mutex_lock(&l->lock);
    int rc = 0;
    while (rc != ETIMEDOUT && (deaf || !l->cancelled))
        rc = pthread_cond_timedwait(&l->wake, &l->lock, &t);
    bool whole = deaf || !l->cancelled;
    pthread_mutex_unlock(&l->lock);
    return whole;
}

static enum status fake_progress(struct fake_run *r, long ms)
{
    for (long at = 0; at < ms; at += 20) {
        if (!fake_sleep(r->l, 20, false))
            return ST_CANCELLED;
        r->sink->progress(r->sink->ctx, S("reading <b>"),
                          (double)at / (double)ms);
    }
    return ST_OK;
}

static enum status fake_ask(struct fake_run *r, str prompt)
{
    struct buf answer;
    buf_init(&answer, 1 << 20);
    bool got = r->sink->ask &&
               r->sink->ask(r->sink->ctx, prompt, false, &answer);
    bool cancelled = !fake_sleep(r->l, 0, false);
    if (!cancelled)
        fake_table(r, got ? buf_str(&answer) : S("(default)"), COMPLETE);
    buf_release(&answer);
    return cancelled ? ST_CANCELLED : ST_OK;
}

static enum status fake_many(struct fake_run *r, long n)
{
    bool last = r->last;
    for (long i = 0; i < n; i++) {
        r->last = last && i + 1 == n;
        fake_table(r, S("x"), COMPLETE);
    }
    return ST_OK;
}

static enum status fake_big(struct fake_run *r, long megabytes)
{
    struct buf b;
    buf_init(&b, 1 << 30);
    buf_fill(&b, 'x', (size_t)megabytes << 20);
    fake_text(r, RESULT_TEXT, buf_str(&b));
    buf_release(&b);
    return ST_OK;
}

static long fake_number(str s)
{
    long n = 0;
    for (size_t i = 0; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
        n = n * 10 + (s.p[i] - '0');
    return n;
}

static enum status fake_trouble(struct fake_run *r, str word, str rest)
{
    if (str_eqz(word, "warn")) {
        diag_warn(r->ds, DIAG_REPAIRED, NO_SPAN, "3 values were repaired");
        return ST_OK;
    }
    if (str_eqz(word, "error"))
        diag_error(r->ds, DIAG_UNKNOWN_COLUMN, fake_span(r, rest),
                   "unknown column '%.*s'", STRF(rest));
    else if (str_eqz(word, "assert"))
        diag_error(r->ds, DIAG_ASSERT, fake_span(r, word),
                   "the assertion does not hold");
    else
        diag_error(r->ds, DIAG_UNKNOWN_OPERATOR, fake_span(r, word),
                   "unknown operator '%.*s'", STRF(word));
    return ST_USER;
}

static enum status fake_print(str text)
{
    ssize_t n = write(STDOUT_FILENO, text.p, text.n);
    n = write(STDOUT_FILENO, "\n", 1);
    return n < 0 ? ST_ENV : ST_OK;
}

static enum status fake_line(struct fake_run *r, str line)
{
    ptrdiff_t blank = str_find_char(line, ' ');
    str word = blank < 0 ? line : str_sub(line, 0, (size_t)blank);
    str rest = blank < 0 ? S("") : str_sub(line, (size_t)blank + 1, line.n);
    if (str_eqz(word, "echo"))
        fake_table(r, rest, COMPLETE);
    else if (str_eqz(word, "partial"))
        fake_table(r, rest, PARTIAL);
    else if (str_eqz(word, "text"))
        fake_text(r, RESULT_TEXT, rest);
    else if (str_eqz(word, "markdown"))
        fake_text(r, RESULT_MARKDOWN, rest);
    else if (str_eqz(word, "sleep"))
        return fake_sleep(r->l, fake_number(rest), false) ? ST_OK
                                                          : ST_CANCELLED;
    else if (str_eqz(word, "deaf"))
        return fake_sleep(r->l, fake_number(rest), true) ? ST_OK : ST_USER;
    else if (str_eqz(word, "many"))
        return fake_many(r, fake_number(rest));
    else if (str_eqz(word, "big"))
        return fake_big(r, fake_number(rest));
    else if (str_eqz(word, "ask"))
        return fake_ask(r, rest);
    else if (str_eqz(word, "print"))
        return fake_print(rest);
    else if (str_eqz(word, "progress"))
        return fake_progress(r, fake_number(rest));
    else
        return fake_trouble(r, word, rest);
    return ST_OK;
}

static enum status fake_run(struct lang *l, str code,
                            const struct lang_opts *o,
                            const struct lang_sink *sink, struct diags *ds)
{
    struct fake_run r = { l, sink, ds, code, false };
    (void)o;
    pthread_mutex_lock(&l->lock);
    l->cancelled = false;
    pthread_mutex_unlock(&l->lock);
    for (str rest = str_trim(code); rest.n; rest = str_trim(rest)) {
        ptrdiff_t nl = str_find_char(rest, '\n');
        str line = nl < 0 ? rest : str_sub(rest, 0, (size_t)nl);
        rest = str_sub(rest, line.n, rest.n);
        r.last = str_trim(rest).n == 0;
        enum status st = fake_line(&r, line);
        if (st != ST_OK)
            return st;
    }
    return ST_OK;
}

static void fake_cancel(struct lang *l)
{
    pthread_mutex_lock(&l->lock);
    l->cancelled = true;
    l->ncancels++;
    pthread_cond_broadcast(&l->wake);
    pthread_mutex_unlock(&l->lock);
}

/* Offers "echo" and "error" for the word before the cursor. */
static void fake_complete(struct lang *l, struct arena *a, str code,
                          uint32_t cursor, struct completions *out)
{
    (void)l;
    out->end = out->beg = cursor;
    while (out->beg > 0 && code.p[out->beg - 1] != ' ')
        out->beg--;
    struct completion both[] = {
        { S("echo"), "keyword", S("echo TEXT") },
        { S("error"), "function", S("") },
    };
    for (int i = 0; i < 2; i++)
        if (str_starts(both[i].text, str_sub(code, out->beg, cursor)))
            PUSH(a, out->list, both[i]);
}

static bool fake_inspect(struct lang *l, struct arena *a, str code,
                         uint32_t cursor, str *markdown, str *plain)
{
    (void)l;
    (void)a;
    (void)cursor;
    *markdown = S("**echo** TEXT");
    *plain = S("echo TEXT");
    return str_starts(code, S("echo"));
}

static enum completeness_of_code fake_is_complete(struct lang *l, str code,
                                                  struct buf *indent)
{
    (void)l;
    if (str_ends(str_trim(code), S("|"))) {
        buf_adds(indent, "    ");
        return CODE_INCOMPLETE;
    }
    return str_starts(code, S("?")) ? CODE_INVALID : CODE_COMPLETE;
}

/* Not a real renderer: the first cell as text, and as escaped-free HTML. */
static enum status fake_draw(const struct frame *f, const struct hint *h,
                             struct bundle *out, struct diags *ds)
{
    if (str_eqz(h->kind, "chart")) {
        diag_error(ds, DIAG_OPTION, NO_SPAN, "no numbers to draw");
        return ST_USER;
    }
    bundle_add(out, "text/plain", f->nrows ? f->cols[0].s[0] : S(""));
    bundle_add(out, "text/html", S("<p>fake</p>"));
    return ST_OK;
}

static void fake_html_text(struct buf *b, str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '<')
            buf_adds(b, "&lt;");
        else
            buf_addc(b, s.p[i]);
}

static void fake_reset(struct lang *l)
{
    (void)l;
}

static void fake_set_param(struct lang *l, str name, str value, bool must)
{
    (void)l;
    (void)name;
    (void)value;
    (void)must;
}

static enum status fake_check_params(struct lang *l, const str *cells,
                                     size_t n, struct diags *ds)
{
    (void)l;
    (void)cells;
    (void)n;
    (void)ds;
    return ST_OK;
}

static void fake_open(struct interp *in)
{
    struct lang *l = xcalloc(1, sizeof *l);
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->wake, NULL);
    *in = (struct interp){
        .lang = l, .run = fake_run, .cancel = fake_cancel,
        .complete = fake_complete, .inspect = fake_inspect,
        .is_complete = fake_is_complete, .draw = fake_draw,
        .html_text = fake_html_text,
        .reset = fake_reset, .set_param = fake_set_param,
        .check_params = fake_check_params,
    };
}

static void fake_close(struct interp *in)
{
    pthread_cond_destroy(&in->lang->wake);
    pthread_mutex_destroy(&in->lang->lock);
    free(in->lang);
}

#endif
