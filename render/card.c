/* card.c - one row as a card: the first number large, names and values below.
 *
 * Called by: render.c. A frame of one row gives a tile per column; of several
 * rows the first is shown, as KQL's card does, and the footer says so. */
#include "base/utf8.h"
#include "render/format.h"
#include "render/html/html.h"
#include "render/html/theme.h"
#include "render/render.h"
#include "render/svg/svg.h"
#include "render/table.h"

enum { TILES = 24, TILE_W = 200, TILE_H = 74, TILE_TEXT = 200 };

static str tile_text(struct buf *b, const struct frame *f, size_t c)
{
    const struct column *col = &f->cols[c];
    struct colfmt cf;
    buf_reset(b);
    format_plan(&cf, col, 1);
    if (cell_is_null(col, 0))
        buf_adds(b, "\xE2\x88\x85");
    else if (type_is_int(col->type) && col->i[0] >= 0)
        format_count(b, (uint64_t)col->i[0]);
    else
        format_cell(b, col, 0, &cf);
    size_t left;
    str s = html_cut(buf_str(b), TILE_TEXT, &left);
    return s;
}

static void add_tile(struct buf *b, const struct frame *f, size_t c,
                     struct buf *text)
{
    bool number = format_is_right(f->cols[c].type);
    buf_adds(b, "<div style=\"border:1px solid rgba(128,128,128,.3);"
                "border-radius:6px;padding:8px 14px;min-width:120px;"
                "max-width:420px\"><div style=\"font-size:11px;opacity:.7\">");
    html_text(b, html_head(f->cols[c].name, 200));
    buf_adds(b, number ? "</div><div style=\"font-size:26px;"
                         "font-weight:600\">"
                       : "</div><div style=\"font-size:16px;"
                         "overflow-wrap:anywhere\">");
    html_value(b, tile_text(text, f, c));
    buf_adds(b, "</div></div>\n");
}

static void card_html(struct buf *b, const struct frame *f,
                      const struct hint *h, size_t n)
{
    struct buf text;
    buf_init(&text, 4 << 20);
    theme_open(b, "card", theme_id(f, h));
    theme_title(b, hint_text(h, "title", S("")));
    buf_adds(b, "<div style=\"display:flex;flex-wrap:wrap;gap:10px\">\n");
    for (size_t c = 0; f->nrows && c < n; c++)
        add_tile(b, f, c, &text);
    buf_adds(b, "</div>\n");
    theme_footer(b, f, f->nrows ? 1 : 0, n, "");
    theme_close(b);
    buf_release(&text);
}

static void svg_tile(struct buf *b, const struct frame *f, size_t c,
                     struct buf *text)
{
    double x = (double)(c % 4) * (TILE_W + 10) + 4;
    double y = (double)(c / 4) * (TILE_H + 10) + 4;
    svg_rect(b, x, y, TILE_W, TILE_H);
    buf_adds(b, " rx=\"6\" fill=\"none\" stroke=\"#808080\" "
                "stroke-opacity=\"0.4\"/>\n");
    svg_label(b, &(struct svg_label){ .x = x + 12, .y = y + 22,
              .max = TILE_W - 24 }, f->cols[c].name);
    svg_label(b, &(struct svg_label){ .x = x + 12, .y = y + 54, .strong = true,
              .px = format_is_right(f->cols[c].type) ? 24 : 14, .bold = true,
              .max = TILE_W - 24 }, tile_text(text, f, c));
}

static void card_svg(struct buf *b, const struct frame *f,
                     const struct hint *h, size_t n)
{
    struct buf text;
    size_t rows = (n + 3) / 4, cols = n < 4 ? n : 4;
    buf_init(&text, 4 << 20);
    svg_open(b, (double)cols * (TILE_W + 10) + 8,
             (double)rows * (TILE_H + 10) + 8, hint_text(h, "title",
                                                         S("card")));
    for (size_t c = 0; f->nrows && c < n; c++)
        svg_tile(b, f, c, &text);
    svg_close(b);
    buf_release(&text);
}

static void card_text(struct buf *b, const struct frame *f, size_t n)
{
    struct buf text;
    buf_init(&text, 4 << 20);
    for (size_t c = 0; f->nrows && c < n; c++) {
        table_text_value(b, html_head(f->cols[c].name, 200));
        buf_adds(b, ": ");
        table_text_value(b, tile_text(&text, f, c));
        buf_addc(b, '\n');
    }
    table_text_status(b, f, f->nrows ? 1 : 0, n, "");
    buf_release(&text);
}

static enum status card_draw(const struct frame *f, const struct hint *h,
                             struct bundle *out, struct diags *ds)
{
    size_t n = f->ncols < TILES ? f->ncols : TILES;
    struct buf b;
    buf_init(&b, HTML_MAX);
    card_html(&b, f, h, n);
    bundle_add(out, "text/html", buf_str(&b));
    buf_reset(&b);
    card_svg(&b, f, h, n);
    bundle_add(out, "image/svg+xml", buf_str(&b));
    buf_reset(&b);
    card_text(&b, f, n);
    bundle_add(out, "text/plain", buf_str(&b));
    buf_release(&b);
    (void)ds;
    return ST_OK;
}

const struct renderer renderer_card = {
    .name = "card",
    .usage = "T | render card [with (title = \"…\")]",
    .summary = "The first row as large figures.",
    .example = "range x from 1 to 9 step 1 | summarize Rows = count() "
               "| render card",
    .draw = card_draw,
};
