/* lists.c - small tables about the session.
 *
 * Called by: cmd_show.c, cmd_help.c, cmd_describe.c. */
#include "lists.h"

void list_init(struct list *l, struct arena *a, const struct list_col *cols,
               size_t ncols)
{
    *l = (struct list){ .arena = a, .cols = cols, .ncols = ncols };
}

static void add(struct list *l, struct value v)
{
    PUSH(l->arena, l->cells, v);
}

void list_str(struct list *l, str s)
{
    add(l, (struct value){ .type = TYPE_STRING, .s = s });
}

void list_text(struct list *l, const char *z)
{
    list_str(l, str_of(z ? z : ""));
}

void list_long(struct list *l, int64_t v)
{
    add(l, (struct value){ .type = TYPE_LONG, .i = v });
}

void list_real(struct list *l, double v)
{
    add(l, (struct value){ .type = TYPE_REAL, .d = v });
}

void list_null(struct list *l)
{
    add(l, (struct value){ .type = TYPE_LONG, .null = true });
}

struct frame *list_frame(const struct list *l)
{
    struct frame *f = frame_new(l->ncols);
    for (size_t c = 0; c < l->ncols; c++)
        frame_set_col(f, c, str_of(l->cols[c].name), l->cols[c].type);
    frame_set_rows(f, l->cells.n / l->ncols);
    for (size_t i = 0; i < l->cells.n; i++)
        cell_set(f, i % l->ncols, i / l->ncols, &l->cells.v[i]);
    return f;
}
