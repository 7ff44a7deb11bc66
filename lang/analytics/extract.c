/* extract.c - the frame of a step that finds things in texts.
 *
 * Called by: ioc_frame.c, decode_frame.c, sweep_frame.c. */
#include "extract.h"

#include "base/utf8.h"

struct frame *extract_frame(const struct frame *in, size_t ntexts,
                            const struct extract_col *cols, size_t ncols)
{
    size_t carried = in->ncols - ntexts;
    struct frame *f = frame_new(ncols + carried);
    for (size_t i = 0; i < ncols; i++)
        frame_set_col(f, i, str_of(cols[i].name), cols[i].type);
    for (size_t i = 0; i < carried; i++) {
        const struct column *c = &in->cols[ntexts + i];
        frame_set_col(f, ncols + i, c->name, c->type);
    }
    f->completeness = in->completeness;
    for (size_t i = 0; i < in->notes.n; i++)
        PUSH(f->arena, f->notes, arena_str(f->arena, in->notes.v[i]));
    return f;
}

static void carry(struct frame *out, size_t to, const struct column *from,
                  const struct extract_place *at)
{
    struct column *c = &out->cols[to];
    bool *null = from->null ? frame_nulls(out, to) : NULL;
    for (size_t i = 0; i < out->nrows; i++) {
        size_t row = at[i].row;
        if (null)
            null[i] = from->null[row];
        if (type_is_text(c->type))
            c->s[i] = from->s[row];
        else
            c->i[i] = from->i[row];
    }
}

void extract_rows(struct frame *out, const struct frame *in, size_t ntexts,
                  const struct extract_place *at, size_t n)
{
    size_t carried = in->ncols - ntexts, own = out->ncols - carried;
    frame_set_rows(out, n);
    for (size_t i = 0; i < carried; i++)
        carry(out, own + i, &in->cols[ntexts + i], at);
    /* Counting is not a change of the frame. */
    out->base = frame_ref((struct frame *)in);
}

enum status extract_check(size_t n, const char *what, struct span at,
                          struct diags *ds)
{
    if (n <= EXTRACT_MAX_ROWS)
        return ST_OK;
    struct diag *d = diag_error(ds, DIAG_LIMIT, at,
                                "%s finds more than %d things in these rows",
                                what, EXTRACT_MAX_ROWS);
    diag_hint(ds, d, "filter the rows before it");
    return ST_USER;
}

int64_t extract_chars(struct extract_offset *o, str text, size_t byte)
{
    if (byte > o->byte) {
        o->chars += (int64_t)utf8_count(str_sub(text, o->byte, byte));
        o->byte = byte;
    }
    return o->chars;
}
