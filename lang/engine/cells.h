/* cells.h - values between DuckDB's vectors and KQL's physical form.
 *
 * The one place that knows how a vector looks: flat, up to 2048 rows, a
 * validity bit per row (set: there is a value), strings of 16 bytes. */
#ifndef ENGINE_CELLS_H
#define ENGINE_CELLS_H

#include "base/type.h"
#include "duckdb_api.h"

/* DuckDB's type for `t`; TYPE_ERROR: any. The caller destroys it. */
struct duck_type *cell_type(const struct duck *d, enum type t);

/* A vector that is read. Valid as long as its chunk. */
struct vec {
    int id;                 /* enum duck_id */
    unsigned width, scale;  /* of a DECIMAL */
    const void *data;
    const uint64_t *valid;  /* NULL: all rows have a value */
};

void vec_open(const struct duck *d, struct vec *v, struct duck_vector *from);
/* Whether cells of the vector can be read as `t`. */
bool vec_fits(const struct vec *v, enum type t);
/* The KQL type that a vector of this physical type most likely is. */
enum type vec_type(const struct vec *v);

static inline bool vec_null(const struct vec *v, size_t row)
{
    return v->valid && !(v->valid[row / 64] >> (row % 64) & 1);
}

/* Read rows [from, from + n); what is null reads as 0 or "". Integers of 128
 * bits keep their low 64, as KQL's sum() of longs wraps. Text points into the
 * vector, or for what has to be spelt (decimal, uuid) into `a`. */
void vec_ints(const struct vec *v, size_t from, size_t n, int64_t *out);
void vec_reals(const struct vec *v, size_t from, size_t n, double *out);
void vec_texts(const struct vec *v, size_t from, size_t n, str *out,
               struct arena *a);

/* Writing into a vector of `t`'s physical type. */
struct cell_writer {
    const struct duck *duck;
    struct duck_vector *vector;
    void *data;
    uint64_t *valid;        /* NULL until a null is written */
    struct arena *scratch;  /* repaired text; reset by the caller */
};
void writer_open(struct cell_writer *w, const struct duck *d,
                 struct duck_vector *v, struct arena *scratch);
void write_null(struct cell_writer *w, size_t row);
void write_nulls(struct cell_writer *w, const bool *null, size_t n);
void write_int(struct cell_writer *w, enum type t, size_t row, int64_t v);
/* A decimal that is no number becomes null. */
void write_decimal(struct cell_writer *w, size_t row, str s);
/* The text itself when it is valid UTF-8, which DuckDB relies on, else a
 * repaired copy in w->scratch. */
str writer_utf8(struct cell_writer *w, str s);
/* As a pointer to s: it must outlive the use of the chunk. */
void write_borrowed(struct cell_writer *w, size_t row, str s);

#endif
