/* mask_frame.c - pseudonyms for columns of a table.
 *
 * Called by: the operator `mask`. */
#include "mask_frame.h"

#include "mask.h"

enum { MAX_CELL = 256 << 20 };

/* The text of a cell as tostring() gives it, masked. */
static str mask_cell(struct masker *m, struct arena *a, const struct column *c,
                     size_t row)
{
    struct buf text, b;
    struct value v = cell_value(c, row);
    buf_init(&text, MAX_CELL);
    buf_init(&b, MAX_CELL);
    value_text(&text, &v);
    mask_text(m, &b, buf_str(&text));
    str s = buf_take(&b, a);
    buf_release(&text);
    buf_release(&b);
    return s;
}

/* The cells of one masked column; NULL when cancelled. */
static str *mask_column(struct masker *m, struct frame *f,
                        const struct column *c, const atomic_bool *cancel)
{
    str *s = arena_array(f->arena, f->nrows, sizeof *s);
    for (size_t i = 0; i < f->nrows; i++) {
        if (i % 1024 == 0 && cancel && *cancel)
            return NULL;
        s[i] = mask_cell(m, f->arena, c, i);
    }
    return s;
}

enum status mask_frame_run(const struct frame *in,
                           const struct mask_frame_opts *o,
                           struct frame **out, const atomic_bool *cancel)
{
    struct frame *f = frame_extend(in, o->replace ? 0 : o->n);
    struct masker *m = masker_new(f->arena, o->key);
    for (size_t k = 0; k < o->n; k++) {
        size_t to = o->replace ? o->cols[k] : in->ncols + k;
        str *s = mask_column(m, f, &in->cols[o->cols[k]], cancel);
        if (!s) {
            frame_unref(f);
            return ST_CANCELLED;
        }
        f->cols[to].type = TYPE_STRING;
        f->cols[to].null = NULL;
        f->cols[to].s = s;
    }
    *out = f;
    return ST_OK;
}
