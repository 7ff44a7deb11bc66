/* diag.h - what is wrong with a cell: code, place, sentence, suggestion.
 *
 * The one channel for problems. Parser and binder keep going after an error
 * and report all mistakes of a cell together. Codes never change meaning:
 * 01 syntax, 02 names and types, 03 providers, 04 limits, 05 data, 06 policy,
 * 07 rules, 09 ours. docs/reference/errors.md lists them. */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include "buf.h"

enum diag_code {
#define DIAG(id, code, summary) DIAG_##id = code,
#include "diag.def"
#undef DIAG
};

enum severity { SEV_ERROR, SEV_WARNING, SEV_NOTE };

struct diag {
    enum severity severity;
    int code;           /* prints as E0201 */
    struct span span;   /* in the cell; beg == end: no place */
    str message;        /* one sentence without the code */
    str hint;           /* "" or what to try: "did you mean 'take'?" */
};

struct diags {
    struct arena *arena; /* borrowed */
    LIST(struct diag) list;
    size_t nerrors;
};

/* The text of a message, not longer than MAX_MESSAGE bytes. */
enum { MAX_MESSAGE = 400 };
__attribute__((format(printf, 2, 0)))
str diag_text(struct arena *a, const char *fmt, va_list ap);

void diags_init(struct diags *ds, struct arena *a);

/* Message and hint are formatted here; hint may be NULL. Returned so that the
 * caller can fill the hint in. Above MAX_DIAGS more are only counted. */
__attribute__((format(printf, 4, 5)))
struct diag *diag_error(struct diags *ds, enum diag_code code,
                        struct span at, const char *fmt, ...);
__attribute__((format(printf, 4, 5)))
struct diag *diag_warn(struct diags *ds, enum diag_code code,
                       struct span at, const char *fmt, ...);
__attribute__((format(printf, 3, 4)))
void diag_hint(struct diags *ds, struct diag *d, const char *fmt, ...);

/* Adds what `from` says, texts copied. */
void diags_merge(struct diags *to, const struct diags *from);
/* The message of the first error, for a sentence about what comes of it. */
str diags_first_error(const struct diags *ds);

/* 1-based line and column (in code points) of a byte offset in `src`. */
void diag_place(str src, uint32_t offset, int *line, int *column);

/* The whole text for people:
 *   E0201 unknown column 'x' in 'where' at line 2, column 9 (did you mean …?)
 *       | where x > 1
 *               ~
 * Source bytes that are not printable are shown escaped. */
void diag_print(struct buf *b, const struct diag *d, str src);

/* The nearest of `names` to `word`, or STR_NONE when nothing is near. */
str diag_nearest(str word, const str *names, size_t n);

#endif
