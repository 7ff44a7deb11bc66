/* agg_sketch.c - hll and tdigest: sketches that are stored and merged later.
 *
 * Called by: the engine, through the templates of aggs.def.
 * A sketch is a dynamic array (analytics/hll.h, tdigest.h). What is no sketch
 * is passed over when sketches are merged. */
#include "aggfns.h"

#include "analytics/hll.h"
#include "analytics/tdigest.h"
#include "base/xxh64.h"
#include "dyn_int.h"

/* ---- hll ---- */

struct hll_state {
    struct agg_state head;
    struct hll hll; /* bits 0: nothing seen */
};

static uint64_t hash_of(const struct value *v)
{
    char room[8];
    if (type_is_text(v->type))
        return xxh64(v->s, 0);
    if (v->type == TYPE_REAL)
        memcpy(room, &v->d, 8);
    else
        memcpy(room, &v->i, 8);
    return xxh64((str){ room, 8 }, 0);
}

static void hll_step(struct fn_ctx *cx, void *state, const struct value *in,
                     size_t nin)
{
    struct hll_state *s = state;
    (void)nin;
    if (!s->hll.bits)
        s->hll.bits = hll_bits(in[1].i);
    if (!s->hll.bits) {
        s->hll.bits = HLL_MIN_BITS;
        fn_fail(cx, "the accuracy of an hll is 0, 1, 2, 3 or 4");
        return;
    }
    hll_add(&s->hll, hash_of(&in[0]));
    s->head.held = hll_bytes(&s->hll);
}

static void hll_merge_step(struct fn_ctx *cx, void *state,
                           const struct value *in, size_t nin)
{
    struct hll_state *s = state;
    struct hll one;
    (void)cx, (void)nin;
    if (!hll_read(&one, in[0].s))
        return;
    if (!s->hll.bits)
        s->hll.bits = one.bits;
    hll_merge(&s->hll, &one);
    hll_release(&one);
    s->head.held = hll_bytes(&s->hll);
}

static void hll_combine(struct fn_ctx *cx, void *into, void *from)
{
    struct hll_state *s = into, *f = from;
    (void)cx;
    if (!f->hll.bits)
        return;
    if (!s->hll.bits)
        s->hll.bits = f->hll.bits;
    hll_merge(&s->hll, &f->hll);
    s->head.held = hll_bytes(&s->hll);
}

static void hll_finish(struct fn_ctx *cx, void *state, struct value *out)
{
    struct hll_state *s = state;
    struct buf b;
    if (!s->hll.bits)
        return;
    dyn_begin(&b);
    hll_write(&b, &s->hll);
    dyn_end(cx, &b, out);
}

static void hll_free(void *state)
{
    struct hll_state *s = state;
    hll_release(&s->hll);
}

/* ---- tdigest ---- */

struct tdigest_state {
    struct agg_state head;
    struct tdigest t;
};

static void tdigest_step(struct fn_ctx *cx, void *state,
                         const struct value *in, size_t nin)
{
    struct tdigest_state *s = state;
    (void)cx, (void)nin;
    if (in[1].i > 0)
        tdigest_add(&s->t, &in[0], (double)in[1].i);
    s->head.held = tdigest_bytes(&s->t);
}

static void tdigest_merge_step(struct fn_ctx *cx, void *state,
                               const struct value *in, size_t nin)
{
    struct tdigest_state *s = state;
    struct tdigest one;
    (void)cx, (void)nin;
    if (!tdigest_read(&one, in[0].s))
        return;
    tdigest_merge(&s->t, &one);
    tdigest_release(&one);
    s->head.held = tdigest_bytes(&s->t);
}

static void tdigest_combine(struct fn_ctx *cx, void *into, void *from)
{
    struct tdigest_state *s = into, *f = from;
    (void)cx;
    tdigest_merge(&s->t, &f->t);
    s->head.held = tdigest_bytes(&s->t);
}

static void tdigest_finish(struct fn_ctx *cx, void *state, struct value *out)
{
    struct tdigest_state *s = state;
    struct buf b;
    if (s->t.n == 0)
        return;
    dyn_begin(&b);
    tdigest_write(&b, &s->t);
    dyn_end(cx, &b, out);
}

static void tdigest_free(void *state)
{
    struct tdigest_state *s = state;
    tdigest_release(&s->t);
}

#define SKETCH(nm, par, kind, takes)                                 \
    { .name = nm, .params = par, .ret = TYPE_DYNAMIC,                \
      .state_size = sizeof(struct kind##_state), .step = takes,      \
      .combine = kind##_combine, .finish = kind##_finish,            \
      .release = kind##_free }

const struct lang_aggfn aggfns_sketch[] = {
    SKETCH("k_agg_hll", "any, long", hll, hll_step),
    SKETCH("k_agg_hll_merge", "dynamic", hll, hll_merge_step),
    SKETCH("k_agg_tdigest_long", "long, long", tdigest, tdigest_step),
    SKETCH("k_agg_tdigest_real", "real, long", tdigest, tdigest_step),
    SKETCH("k_agg_tdigest_datetime", "datetime, long", tdigest, tdigest_step),
    SKETCH("k_agg_tdigest_timespan", "timespan, long", tdigest, tdigest_step),
    SKETCH("k_agg_tdigest_merge", "dynamic", tdigest, tdigest_merge_step),
};
const size_t naggfns_sketch = ROWS(aggfns_sketch);
