/* fuzz_answer.c - any bytes as the answer of a service of KQL.
 *
 * The first byte chooses the shape. Holds that where an answer is cut into
 * pieces makes no difference. */
#include <assert.h>
#include <stdint.h>

#include "providers/kusto/shape.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hear(void *ctx, const struct answer_row *row)
{
    for (size_t i = 0; i < row->n; i++) {
        buf_add(ctx, row->cells[i]);
        buf_addc(ctx, i + 1 < row->n ? ' ' : '\n');
    }
}

static enum walked feed(struct walk *w, str text, size_t step)
{
    size_t from = 0, to = 0, taken;
    enum walked how = WALK_MORE;
    for (bool last = false; how == WALK_MORE && !last;) {
        to = to + step < text.n ? to + step : text.n;
        last = to == text.n;
        char *own = xcalloc(1, to - from + JSON_PAD);
        if (to > from)
            memcpy(own, text.p + from, to - from);
        how = walk_on(w, (str){ own, to - from }, last, &taken);
        from += taken;
        free(own);
    }
    return how;
}

static enum walked walk_text(enum answer_shape shape, str text, size_t step,
                             struct buf *out)
{
    struct arena *a = arena_new();
    struct got got = { .row = hear, .ctx = out };
    struct walk w;
    walk_init(&w, shape, a);
    w.rows = &got;
    enum walked how = feed(&w, text, step);
    assert(how == WALK_END || w.error);
    buf_addf(out, "%u %llu ", w.others, (unsigned long long)w.nrows);
    for (size_t i = 0; i < w.errors.n; i++)
        buf_add(out, w.errors.v[i]);
    walk_release(&w);
    arena_free(a);
    return how;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf one, many;
    if (size == 0)
        return 0;
    enum answer_shape shape = (enum answer_shape)(data[0] % 4);
    str text = { (const char *)data + 1, size - 1 };
    buf_init(&one, 256 << 20);
    buf_init(&many, 256 << 20);
    enum walked how = walk_text(shape, text, size, &one);
    size_t step = size > 4096 ? 97 : 1;
    assert(walk_text(shape, text, step, &many) == how);
    assert(str_eq(buf_str(&one), buf_str(&many)));
    buf_release(&one);
    buf_release(&many);
    return 0;
}
