/* table.c - the default renderer: rows as a table, in HTML and in text.
 *
 * Called by: render.c; other renderers use table_text() for text/plain.
 * Gives:     text/html (static table; a script adds sorting, filter, pages and
 *            copying) and text/plain. */
#include "render/table.h"

#include "render/html/theme.h"
#include "render/render.h"

static enum status table_draw(const struct frame *f, const struct hint *h,
                              struct bundle *out, struct diags *ds)
{
    struct buf b;
    buf_init(&b, HTML_MAX);
    table_html(&b, f, h);
    bundle_add(out, "text/html", buf_str(&b));
    buf_reset(&b);
    table_text(&b, f, (size_t)hint_long(h, "rows", 0));
    bundle_add(out, "text/plain", buf_str(&b));
    buf_release(&b);
    (void)ds;
    return ST_OK;
}

const struct renderer renderer_table = {
    .name = "table",
    .usage = "T | render table [with (rows = N, page = N, title = \"…\")]",
    .summary = "Rows as a table that can be sorted, filtered, paged and "
               "copied.",
    .example = "range x from 1 to 9 step 1 | render table",
    .draw = table_draw,
};
