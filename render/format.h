/* format.h - how a cell, a count, a time and a footer read, in any output.
 *
 * Called by: the text and HTML tables, charts, timeline, tree.
 * Gives:     plain text, not escaped: html_text() and friends do that. */
#ifndef RENDER_FORMAT_H
#define RENDER_FORMAT_H

#include "base/frame.h"

/* One column's way of writing: all its times show the same precision, so that
 * they align and sort as text. */
struct colfmt {
    int digits;   /* of a second: 0, 3, 6 or 7 */
};

/* Looks at the first `nrows` rows. */
void format_plan(struct colfmt *cf, const struct column *c, size_t nrows);
/* The text of a cell; nothing for a null. */
void format_cell(struct buf *b, const struct column *c, size_t row,
                 const struct colfmt *cf);
bool format_is_right(enum type t);   /* numbers and timespans */

/* 2024-01-02 03:04:05.123Z; ticks outside of the calendar as a number. */
void format_time(struct buf *b, int64_t ticks, int digits);
void format_count(struct buf *b, uint64_t n);        /* 1,234,567 */
/* For axes and tooltips: at most 6 significant digits, k M G T above 10,000
 * when `shorten`. */
void format_num(struct buf *b, double v, bool shorten);
/* A length of time in two units: "2h 5m", "350 ms". */
void format_span(struct buf *b, int64_t ticks);

/* "1,000 of 52,310 rows, 60 of 84 columns". */
void format_shown(struct buf *b, const struct frame *f, size_t rows,
                  size_t cols);
/* What is wrong with the rows: "truncated: …", "partial result", or nothing;
 * without the notes, which are sentences of their own. */
const char *format_status(const struct frame *f);

/* Text of a JSON document with line breaks and two blanks per level. The text
 * outside of strings is regrouped only; what is not JSON stays as it is. */
void format_json(struct buf *b, str json);

#endif
