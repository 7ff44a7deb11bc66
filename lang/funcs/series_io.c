/* series_io.c - arrays of numbers in and out; see series_int.h. */
#include "series_int.h"

#include <math.h>

bool series_number(str json, double *d)
{
    if (dyn_number(json, d))
        return !isnan(*d);
    if (str_eqz(json, "\"Infinity\""))
        *d = INFINITY;
    else if (str_eqz(json, "\"-Infinity\""))
        *d = -INFINITY;
    else
        return false;
    return true;
}

bool series_read(struct series *s, struct fn_ctx *cx, struct arena *a,
                 const struct value *v)
{
    struct json_iter it;
    str item;
    *s = (struct series){ .whole = true };
    if (!dyn_is_array(v))
        return false;
    int64_t n = json_count(v->s);
    if (n > DYN_MAX_ELEMS) {
        fn_fail(cx, "a series has more than %d values", DYN_MAX_ELEMS);
        return false;
    }
    s->v = arena_array(a, (size_t)n + 1, sizeof *s->v);
    json_iter_init(&it, v->s);
    while (s->n < (size_t)n && json_next(&it, NULL, &item)) {
        double *d = &s->v[s->n++];
        if (!series_number(item, d)) {
            *d = NAN;
            s->missing++;
        } else {
            s->whole &= json_kind(item) == JSON_LONG;
        }
    }
    return true;
}

bool series_read_full(struct series *s, struct fn_ctx *cx, struct arena *a,
                      const struct value *v)
{
    return series_read(s, cx, a, v) && s->n && !s->missing;
}

static void comma(struct buf *b)
{
    char last = b->n ? b->p[b->n - 1] : '[';
    if (last != '[' && last != '{' && last != ':')
        buf_addc(b, ',');
}

void series_put(struct buf *b, double v)
{
    comma(b);
    if (isnan(v)) {
        buf_add(b, S("null"));
    } else if (fabs(v) < 1e15 && v == (double)(int64_t)v && !signbit(v)) {
        buf_add_i64(b, (int64_t)v); /* most scores are 0: ten times faster */
        buf_add(b, S(".0"));
    } else {
        json_text_f64(b, v);
    }
}

void series_put_long(struct buf *b, int64_t v)
{
    comma(b);
    buf_add_i64(b, v);
}

void series_put_array(struct buf *b, size_t n, const double *v)
{
    comma(b);
    buf_addc(b, '[');
    for (size_t i = 0; i < n && buf_ok(b); i++)
        series_put(b, v[i]);
    buf_addc(b, ']');
}

void series_key(struct buf *b, const char *key)
{
    comma(b);
    buf_addc(b, '"');
    buf_adds(b, key);
    buf_add(b, S("\":"));
}

double series_opt_real(const struct value *in, size_t nin, size_t i,
                       double or_else)
{
    return i < nin && !in[i].null ? in[i].d : or_else;
}

int64_t series_opt_long(const struct value *in, size_t nin, size_t i,
                        int64_t or_else)
{
    return i < nin && !in[i].null ? in[i].i : or_else;
}

str series_opt_text(const struct value *in, size_t nin, size_t i,
                    const char *or_else)
{
    return i < nin && in[i].s.n ? in[i].s : str_of(or_else);
}
