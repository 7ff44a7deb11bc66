/* hint.h - options of a hint in the spellings that queries use.
 *
 * Called by: charts, timeline, trees. Extends hint_text() and hint_long(). */
#ifndef RENDER_HINT_H
#define RENDER_HINT_H

#include "base/diag.h"
#include "base/frame.h"

/* Options that may come as number or as text. */
double hint_real(const struct hint *h, const char *name, double or_else);
bool hint_flag(const struct hint *h, const char *name);
/* "A, B" or dynamic(["A", "B"]); what *out holds lives in `a` or the hint. */
size_t hint_list(const struct hint *h, const char *name, struct arena *a,
                 str **out);

enum { HINT_ABSENT = -1, HINT_UNKNOWN = -2 };

/* The column of that name; else -1 and a diagnostic with the nearest name. */
int hint_column(const struct frame *f, str name, struct diags *ds);
/* A list of columns; false (diagnosed) when one is unknown. */
bool hint_columns(const struct frame *f, const struct hint *h,
                  const char *prop, struct arena *a, int **out, size_t *n,
                  struct diags *ds);
/* The column that the first given one of `props` (NULL-ended) names,
 * HINT_ABSENT when none is given, HINT_UNKNOWN when it is no column. */
int hint_column_of(const struct frame *f, const struct hint *h,
                   const char *const *props, struct diags *ds);

#endif
