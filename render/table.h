/* table.h - the parts of the table renderer, shared with other renderers. */
#ifndef RENDER_TABLE_H
#define RENDER_TABLE_H

#include "base/frame.h"

enum {
    TABLE_ROWS = 1000,        /* in HTML unless the hint says `rows` */
    TABLE_ROWS_MAX = 100000,  /* what `rows` may ask for; bytes end it sooner */
    TABLE_COLS = 60,
    TABLE_CELL = 2000,        /* code points of a cell */
    TABLE_TEXT_ROWS = 50,
};

/* The HTML form, at most HTML_MAX bytes; its footer says what is left out. */
void table_html(struct buf *b, const struct frame *f, const struct hint *h);

/* Aligned columns for a terminal; rows 0 = TABLE_TEXT_ROWS. Controls are
 * spelled out and web addresses defanged, because front ends turn addresses in
 * plain text into links. */
void table_text(struct buf *b, const struct frame *f, size_t rows);

/* One line of text as table_text() shows a cell. */
void table_text_value(struct buf *b, str s);

/* A text in exactly `width` columns, cut with … or padded. */
void table_text_cell(struct buf *b, str s, size_t width, bool right);
/* The line "(… rows, … columns; status; more)" and the notes below it. */
void table_text_status(struct buf *b, const struct frame *f, size_t rows,
                       size_t cols, const char *more);

/* The script of the HTML form; see theme_script(). */
extern const char *const table_js[];

#endif
