/* table.c - rows to a frame.
 *
 * Called by: show.c, check.c. */
#include "table.h"

#include "base/utf8.h"

static str repaired(struct arena *a, str s)
{
    struct buf b;
    buf_init(&b, 8 << 20);
    utf8_repair(&b, s);
    str out = buf_take(&b, a);
    buf_release(&b);
    return out;
}

struct frame *table_frame(const struct table *t, const char *const *names,
                          const char *types)
{
    size_t n = strlen(types);
    struct frame *f = frame_new(n);
    for (size_t c = 0; c < n; c++)
        frame_set_col(f, c, str_of(names[c]),
                      types[c] == 'n' ? TYPE_LONG : TYPE_STRING);
    frame_set_rows(f, t->rows.n);
    for (size_t c = 0; c < n; c++) {
        for (size_t r = 0; r < t->rows.n; r++) {
            const struct table_row *row = &t->rows.v[r];
            if (types[c] == 's')
                f->cols[c].s[r] = repaired(f->arena, row->text[c]);
            else
                f->cols[c].i[r] = row->number[c];
            if (types[c] == 'n' && !row->number[c])
                frame_nulls(f, c)[r] = true;
        }
    }
    f->total = f->nrows = t->rows.n;
    return f;
}
