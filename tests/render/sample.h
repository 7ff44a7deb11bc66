/* sample.h - small frames and hints for the tests of render/, from text.
 *
 * Called by: tests/unit/t_render_*.c and render_pages.c. Everything is static
 * so that a test program needs no further source. */
#ifndef TESTS_RENDER_SAMPLE_H
#define TESTS_RENDER_SAMPLE_H

#include "base/frame.h"
#include "base/ticks.h"
#include "render/render.h"

#define SAMPLE __attribute__((unused)) static

/* Cuts the text before `stop` off *z; false at the end. */
SAMPLE bool sample_token(str *s, char stop, str *token)
{
    if (s->n == 0)
        return false;
    ptrdiff_t at = str_find_char(*s, stop);
    size_t end = at < 0 ? s->n : (size_t)at;
    *token = str_sub(*s, 0, end);
    *s = str_sub(*s, at < 0 ? s->n : end + 1, s->n);
    return true;
}

SAMPLE size_t sample_count(str s, char c)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == c;
    return n;
}

SAMPLE void sample_cell(struct frame *f, size_t c, size_t r, str s)
{
    struct value v = { .type = f->cols[c].type };
    char z[64] = { 0 };
    memcpy(z, s.p, s.n < 63 ? s.n : 63);
    v.null = str_eqz(s, "null");
    if (type_is_text(v.type)) {
        v.s = s;
    } else if (v.type == TYPE_REAL) {
        v.d = strtod(z, NULL);
    } else if (v.type == TYPE_DATETIME && !v.null) {
        if (!ticks_parse(s, &v.i))
            printf("sample.h: not a datetime: %s\n", z);
    } else if (v.type == TYPE_BOOL) {
        v.i = str_eqz(s, "true");
    } else {
        v.i = strtoll(z, NULL, 10);
    }
    cell_set(f, c, r, &v);
}

/* cols "Time:datetime N:long", rows "2024-…|5\n…|null\n"; the text null is a
 * null, timespans are ticks. */
SAMPLE struct frame *sample_frame(const char *cols, const char *rows)
{
    str cs = str_of(cols), rs = str_of(rows), word, line, name;
    struct frame *f = frame_new(sample_count(cs, ' ') + 1);
    for (size_t c = 0; sample_token(&cs, ' ', &word); c++) {
        enum type type = TYPE_STRING;
        sample_token(&word, ':', &name);
        type_from_name(word, &type);
        frame_set_col(f, c, name, type);
    }
    frame_set_rows(f, sample_count(rs, '\n'));
    for (size_t r = 0; sample_token(&rs, '\n', &line); r++)
        for (size_t c = 0; c < f->ncols; c++) {
            str cell = { "", 0 };
            sample_token(&line, '|', &cell);
            sample_cell(f, c, r, cell);
        }
    return f;
}

/* A frame of one type of row, filled by the caller. */
SAMPLE struct frame *sample_empty(const char *cols, size_t nrows)
{
    struct frame *f = sample_frame(cols, "");
    frame_set_rows(f, nrows);
    return f;
}

struct sample_hint {
    struct hint h;
    struct hint_prop room[16];
};

/* kind, then "name=value;name=value"; a value of digits is a long. */
SAMPLE struct hint *sample_hint(struct sample_hint *sh, const char *kind,
                                const char *props)
{
    str ps = str_of(props), word, name;
    *sh = (struct sample_hint){ .h = { .kind = str_of(kind) } };
    sh->h.props.v = sh->room;
    while (sample_token(&ps, ';', &word)) {
        struct hint_prop *p = &sh->room[sh->h.props.n++];
        char *end;
        sample_token(&word, '=', &name);
        p->name = name;
        p->value = (struct value){ .type = TYPE_STRING, .s = word };
        char z[32] = { 0 };
        memcpy(z, word.p, word.n < 31 ? word.n : 31);
        long long i = strtoll(z, &end, 10);
        if (word.n && word.n < 20 && *end == 0)
            p->value = (struct value){ .type = TYPE_LONG, .i = i };
    }
    return &sh->h;
}

/* Draws; the bundle lives in `a`. */
SAMPLE enum status sample_draw(struct arena *a, const struct frame *f,
                               const char *kind, const char *props,
                               struct bundle *out)
{
    struct sample_hint sh;
    struct diags ds;
    diags_init(&ds, a);
    bundle_init(out, a);
    return render(f, sample_hint(&sh, kind, props), out, &ds);
}

#endif
