/* html.h - the one place that escapes for HTML, SVG, XHTML and <script> JSON.
 *
 * Called by: every renderer. Whatever bytes go in, what comes out is valid
 * UTF-8, made of characters that XML allows, and holds no markup. Characters
 * that would not be seen (controls, bidirectional and zero-width marks) are
 * spelled out, \x1b or <U+202E>, as utf8_printable() spells them.
 * Must not: be bypassed. */
#ifndef RENDER_HTML_HTML_H
#define RENDER_HTML_HTML_H

#include "base/buf.h"

/* Content of an element. Tab and newline stay as they are. */
void html_text(struct buf *b, str s);
/* The same for a table cell: what is spelled out stands in
 * <i class="shk-u">, so that it cannot be confused with the same text in the
 * data; a newline is preceded by an empty <i class="shk-nl"> that the style
 * sheet draws as a sign. */
void html_value(struct buf *b, str s);
/* Value of an attribute between double quotes. */
void html_attr(struct buf *b, str s);
/* A JSON string literal, quotes included, safe inside <script> of HTML and of
 * XHTML; hidden characters spelled out, newline as \n. */
void html_json(struct buf *b, str s);

/* The longest prefix of at most `max` code points; `*left` = how many more
 * there are, stray continuation bytes not counted. */
str html_cut(str s, size_t max, size_t *left);

/* The longest prefix of at most `max` bytes that splits no code point. */
str html_head(str s, size_t max);

#endif
