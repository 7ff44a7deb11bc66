/* series_int.h - arrays of numbers in and out; for the series_* families.
 *
 * Called by: fn_series_*.c.
 * A series is a stored JSON array. Its numbers become doubles; what is no
 * number is missing (NaN), but the strings "NaN", "Infinity" and "-Infinity",
 * as which JSON keeps such reals, are what they say. Work memory is an arena
 * of the row, freed before it answers. */
#ifndef FUNCS_SERIES_INT_H
#define FUNCS_SERIES_INT_H

#include "dyn_int.h"

struct series {
    double *v;
    size_t n, missing;
    bool whole;      /* all that is there are integers */
};

/* One element; false when it is missing. */
bool series_number(str json, double *d);
/* False when v is no array, or, after fn_fail, when it is too long. */
bool series_read(struct series *s, struct fn_ctx *cx, struct arena *a,
                 const struct value *v);
/* The same; also false when a value is missing or there is none. */
bool series_read_full(struct series *s, struct fn_ctx *cx, struct arena *a,
                      const struct value *v);

/* An element of an array under construction, with its comma: NaN is null. */
void series_put(struct buf *b, double v);
void series_put_long(struct buf *b, int64_t v);
void series_put_array(struct buf *b, size_t n, const double *v);
/* "key": of a bag under construction. */
void series_key(struct buf *b, const char *key);

/* An optional argument, `or_else` when it is not there or null. */
double series_opt_real(const struct value *in, size_t nin, size_t i,
                       double or_else);
int64_t series_opt_long(const struct value *in, size_t nin, size_t i,
                        int64_t or_else);
str series_opt_text(const struct value *in, size_t nin, size_t i,
                    const char *or_else);

#endif
