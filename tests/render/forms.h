/* forms.h - what must hold for every form of every picture.
 *
 * Called by: tests/unit/t_render_*.c, after t.h. */
#ifndef TESTS_RENDER_FORMS_H
#define TESTS_RENDER_FORMS_H

#include "sample.h"
#include "xml_check.h"

#define FORMS __attribute__((unused)) static

FORMS void check_xml(const char *what, str s, size_t max_marks)
{
    struct xml x;
    xml_read(&x, s);
    if (x.error)
        printf("%s: %s near '%.*s'\n", what, x.error,
               (int)(s.n - x.i > 60 ? 60 : s.n - x.i), s.p + x.i);
    CHECK(x.error == NULL);
    CHECK(x.nmarks <= max_marks);
    buf_release(&x.text);
}

/* Printable characters, blanks and line breaks only; nothing linkable. */
FORMS void check_text(str s)
{
    CHECK(s.n > 0 && utf8_valid(s));
    for (size_t i = 0; i < s.n;) {
        size_t beg = i;
        uint32_t c = utf8_next(s, &i);
        struct buf seen;
        buf_init(&seen, 64);
        utf8_printable(&seen, str_sub(s, beg, i));
        CHECK(c == '\n' || str_eq(buf_str(&seen), str_sub(s, beg, i)));
        buf_release(&seen);
    }
    CHECK(str_find(s, S("http://")) < 0 && str_find(s, S("https://")) < 0);
}

FORMS void check_forms(const struct bundle *b)
{
    size_t bytes = 0;
    for (size_t i = 0; i < b->n; i++)
        bytes += b->v[i].data.n;
    CHECK(bytes <= 10000000);
    CHECK(bundle_find(b, "text/html").n <= 2000000);
    check_xml("html", bundle_find(b, "text/html"), 4000);
    check_xml("svg", bundle_find(b, "image/svg+xml"), 4000);
    check_text(bundle_find(b, "text/plain"));
}

/* Draws twice, checks all forms and that the bytes are the same. */
FORMS void draw_checked(struct arena *a, struct frame *f, const char *kind,
                        const char *props, struct bundle *out)
{
    struct bundle again;
    CHECK(sample_draw(a, f, kind, props, out) == ST_OK);
    CHECK(sample_draw(a, f, kind, props, &again) == ST_OK);
    CHECK(out->n == again.n);
    for (size_t i = 0; i < out->n && i < again.n; i++)
        CHECK(str_eq(out->v[i].data, again.v[i].data));
    check_forms(out);
}

FORMS bool has(str s, const char *part)
{
    return str_find(s, str_of(part)) >= 0;
}

FORMS size_t count_of(str s, const char *part)
{
    size_t n = 0;
    str p = str_of(part);
    ptrdiff_t at;
    while ((at = str_find(s, p)) >= 0) {
        n++;
        s = str_sub(s, (size_t)at + p.n, s.n);
    }
    return n;
}

/* A frame with the hostile texts as values, names and (odd columns) text. */
FORMS struct frame *hostile_table(const str *v, size_t n)
{
    struct frame *f = frame_new(n + 2);
    frame_set_col(f, 0, S("At"), TYPE_DATETIME);
    frame_set_col(f, 1, S("N"), TYPE_LONG);
    for (size_t c = 0; c < n; c++)
        frame_set_col(f, c + 2, v[c], c % 4 == 3 ? TYPE_DYNAMIC : TYPE_STRING);
    frame_set_rows(f, n);
    for (size_t r = 0; r < n; r++) {
        f->cols[0].i[r] = 638400096000000000LL + (int64_t)r * TICKS_PER_MIN;
        f->cols[1].i[r] = (int64_t)r * 3 % 17;
        for (size_t c = 0; c < n; c++)
            f->cols[c + 2].s[r] = v[(r + c) % n];
    }
    frame_note(f, "%s", "</div><script>alert(1)</script>");
    return f;
}

#endif
