/* fn_arith.c - integer arithmetic that wraps, divides and bins as KQL does.
 *
 * Internal rows: the binder's operators call them by name. */
#include <math.h>

#include "base/ticks.h"
#include "funcs.h"

static void row_add(struct fn_ctx *cx, const struct value *in, size_t n,
                    struct value *out)
{
    (void)cx, (void)n;
    out->i = (int64_t)((uint64_t)in[0].i + (uint64_t)in[1].i);
    out->null = false;
}

static void row_sub(struct fn_ctx *cx, const struct value *in, size_t n,
                    struct value *out)
{
    (void)cx, (void)n;
    out->i = (int64_t)((uint64_t)in[0].i - (uint64_t)in[1].i);
    out->null = false;
}

static void row_mul(struct fn_ctx *cx, const struct value *in, size_t n,
                    struct value *out)
{
    (void)cx, (void)n;
    out->i = (int64_t)((uint64_t)in[0].i * (uint64_t)in[1].i);
    out->null = false;
}

static void row_div(struct fn_ctx *cx, const struct value *in, size_t n,
                    struct value *out)
{
    (void)cx, (void)n;
    out->null = in[1].i == 0;
    if (in[1].i == -1)
        out->i = (int64_t)(0 - (uint64_t)in[0].i);
    else if (in[1].i)
        out->i = in[0].i / in[1].i;
}

/* Euclidean: the result is never negative. */
static void row_mod(struct fn_ctx *cx, const struct value *in, size_t n,
                    struct value *out)
{
    (void)cx, (void)n;
    out->null = in[1].i == 0;
    if (in[1].i == -1 || in[1].i == 0)
        return;
    int64_t r = in[0].i % in[1].i;
    out->i = r < 0 ? r + (in[1].i < 0 ? -in[1].i : in[1].i) : r;
}

static void row_modr(struct fn_ctx *cx, const struct value *in, size_t n,
                     struct value *out)
{
    (void)cx, (void)n;
    double r = fmod(in[0].d, in[1].d);
    out->d = r < 0 ? r + fabs(in[1].d) : r;
    out->null = false;
}

static void row_bin(struct fn_ctx *cx, const struct value *in, size_t n,
                    struct value *out)
{
    (void)cx, (void)n;
    int64_t x = in[0].i, r = in[1].i;
    out->null = r <= 0;
    if (r <= 0)
        return;
    int64_t m = x % r;
    if (m < 0)
        m += r;
    out->i = (int64_t)((uint64_t)x - (uint64_t)m);
}

/* The decimal text of a sum that left 64 bits, modulo 2^64. */
static void row_wrap(struct fn_ctx *cx, const struct value *in, size_t n,
                     struct value *out)
{
    uint64_t v = 0;
    (void)cx, (void)n;
    for (size_t i = 0; i < in[0].s.n; i++)
        if (in[0].s.p[i] >= '0' && in[0].s.p[i] <= '9')
            v = v * 10 + (uint64_t)(in[0].s.p[i] - '0');
    bool minus = in[0].s.n && in[0].s.p[0] == '-';
    out->i = (int64_t)(minus ? 0 - v : v);
    out->null = in[0].s.n == 0;
}

/* datetime plus ticks; null outside the years 1 to 9999. */
static void row_time_add(struct fn_ctx *cx, const struct value *in, size_t n,
                         struct value *out)
{
    (void)cx, (void)n;
    out->null = __builtin_add_overflow(in[0].i, in[1].i, &out->i) ||
                out->i < 0 || out->i > TICKS_MAX;
}

#define INTERNAL(nm, par, r, fn)                                           \
    {                                                                      \
        .name = nm, .params = par, .ret = r, .row = fn, .flags = FN_HIDDEN \
    }

const struct lang_func funcs_arith[] = {
    INTERNAL("k_add", "long, long", TYPE_LONG, row_add),
    INTERNAL("k_sub", "long, long", TYPE_LONG, row_sub),
    INTERNAL("k_mul", "long, long", TYPE_LONG, row_mul),
    INTERNAL("k_div", "long, long", TYPE_LONG, row_div),
    INTERNAL("k_mod", "long, long", TYPE_LONG, row_mod),
    INTERNAL("k_fmod", "real, real", TYPE_REAL, row_modr),
    INTERNAL("k_bin", "long, long", TYPE_LONG, row_bin),
    INTERNAL("k_wrap", "string", TYPE_LONG, row_wrap),
    INTERNAL("k_time_add", "long, long", TYPE_LONG, row_time_add),
};
const size_t nfuncs_arith = sizeof funcs_arith / sizeof *funcs_arith;
