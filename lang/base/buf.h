/* buf.h - text under construction, with a ceiling and sticky failure.
 *
 * Append as often as needed, check buf_ok() once: after the ceiling is hit
 * further appends do nothing. Values from outside reach an output language
 * only through its writer (sql_lit, html_text, json_str, ...), never through
 * buf_addf("...%s..."). */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>

#include "arena.h"

struct buf {
    char *p;
    size_t n, cap, max;
    bool failed;
};

void buf_init(struct buf *b, size_t max);
void buf_release(struct buf *b);
void buf_reset(struct buf *b);
static inline bool buf_ok(const struct buf *b) { return !b->failed; }
static inline str buf_str(const struct buf *b) { return (str){ b->p, b->n }; }

bool buf_reserve(struct buf *b, size_t more);  /* room for `more` bytes */
void buf_add(struct buf *b, str s);
void buf_adds(struct buf *b, const char *z);
void buf_addc(struct buf *b, char c);
void buf_fill(struct buf *b, char c, size_t n);
/* As printf, but "%.*s" takes all bytes, NUL too (format.c). */
__attribute__((format(printf, 2, 3)))
void buf_addf(struct buf *b, const char *fmt, ...);
__attribute__((format(printf, 2, 0)))
void buf_addv(struct buf *b, const char *fmt, va_list ap);
void buf_add_i64(struct buf *b, int64_t v);
/* Shortest decimal text that reads back as the same double: 1.0, 0.1, 1e+300,
 * NaN, Infinity, -Infinity. Independent of the locale. */
void buf_add_f64(struct buf *b, double v);
void buf_add_utf8(struct buf *b, uint32_t code_point);
/* Moves the text into the arena and empties the buffer. */
str buf_take(struct buf *b, struct arena *a);

#endif
