/* fn_decimal.c - arithmetic on decimals, and their sum.
 *
 * Called by: the engine, for the operators of the binder. A decimal comes and
 * goes as text; what is too large, and a division by zero, is null. */
#include "base/decimal.h"

#include "aggfns.h"
#include "dyn_int.h"
#include "funcs.h"

typedef bool operation(const struct decimal *a, const struct decimal *b,
                       struct decimal *out);

static void set_decimal(struct fn_ctx *cx, const struct decimal *d,
                        struct value *out)
{
    char text[DECIMAL_TEXT];
    size_t n = decimal_format(d, text);
    out->null = false;
    out->s = arena_str(cx->tmp, (str){ text, n });
}

static void calculate(struct fn_ctx *cx, operation *op,
                      const struct value *in, struct value *out)
{
    struct decimal a, b, r;
    if (decimal_parse(in[0].s, &a) && decimal_parse(in[1].s, &b) &&
        op(&a, &b, &r))
        set_decimal(cx, &r, out);
}

#define OPERATION(name)                                                      \
    static void row_##name(struct fn_ctx *cx, const struct value *in,        \
                           size_t n, struct value *out)                      \
    {                                                                        \
        (void)n;                                                             \
        calculate(cx, decimal_##name, in, out);                              \
    }
OPERATION(add)
OPERATION(mul)
OPERATION(div)
OPERATION(mod)

#define ROW(op)                                                              \
    { .name = "k_dec_" #op, .params = "decimal, decimal",                  \
      .ret = TYPE_DECIMAL, .row = row_##op,                                  \
      .flags = FN_HIDDEN | FN_MAYNULL }

const struct lang_func funcs_decimal[] = {
    ROW(add), ROW(mul), ROW(div), ROW(mod),
};
const size_t nfuncs_decimal = ROWS(funcs_decimal);

/* ---- the sum ---- */

struct sum {
    struct agg_state head;
    struct decimal d; /* all zero is 0 */
    bool too_large;   /* and stays so */
};

static void add_to(struct sum *s, const struct decimal *d)
{
    struct decimal r;
    s->too_large |= !decimal_add(&s->d, d, &r);
    if (!s->too_large)
        s->d = r;
}

static void sum_step(struct fn_ctx *cx, void *state, const struct value *in,
                     size_t nin)
{
    struct decimal d;
    (void)cx, (void)nin;
    if (decimal_parse(in[0].s, &d))
        add_to(state, &d);
}

static void sum_combine(struct fn_ctx *cx, void *into, void *from)
{
    struct sum *s = into, *f = from;
    (void)cx;
    s->too_large |= f->too_large;
    add_to(s, &f->d);
}

static void sum_finish(struct fn_ctx *cx, void *state, struct value *out)
{
    struct sum *s = state;
    if (!s->too_large)
        set_decimal(cx, &s->d, out);
}

static void sum_release(void *state)
{
    (void)state;
}

const struct lang_aggfn aggfns_decimal[] = {
    { .name = "k_agg_dec_sum", .params = "decimal", .ret = TYPE_DECIMAL,
      .state_size = sizeof(struct sum), .step = sum_step,
      .combine = sum_combine, .finish = sum_finish, .release = sum_release },
};
const size_t naggfns_decimal = ROWS(aggfns_decimal);
