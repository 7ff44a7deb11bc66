/* cells.c - reads and writes the cells of DuckDB's vectors.
 *
 * Called by: query.c (results), udf_call.c (arguments, results), load.c. */
#include "cells.h"

#include "base/utf8.h"
#include "decimal.h"

enum { MAX_TEXT_CELL = 1 << 30 };

struct duck_type *cell_type(const struct duck *d, enum type t)
{
    static const int ids[NTYPES] = {
        [TYPE_ERROR] = DUCK_ANY,       [TYPE_BOOL] = DUCK_BOOLEAN,
        [TYPE_INT] = DUCK_INTEGER,     [TYPE_LONG] = DUCK_BIGINT,
        [TYPE_REAL] = DUCK_DOUBLE,     [TYPE_STRING] = DUCK_VARCHAR,
        [TYPE_DATETIME] = DUCK_BIGINT, [TYPE_TIMESPAN] = DUCK_BIGINT,
        [TYPE_GUID] = DUCK_VARCHAR,    [TYPE_DYNAMIC] = DUCK_VARCHAR,
    };
    if (t == TYPE_DECIMAL)
        return d->create_decimal_type(PACKED_WIDTH, PACKED_SCALE);
    return d->create_logical_type(ids[t]);
}

void vec_open(const struct duck *d, struct vec *v, struct duck_vector *from)
{
    struct duck_type *t = d->vector_get_column_type(from);
    *v = (struct vec){
        .id = d->get_type_id(t),
        .data = d->vector_get_data(from),
        .valid = d->vector_get_validity(from),
    };
    if (v->id == DUCK_DECIMAL) {
        v->width = d->decimal_width(t);
        v->scale = d->decimal_scale(t);
    }
    d->destroy_logical_type(&t);
}

static bool is_int_id(int id)
{
    return (id >= DUCK_BOOLEAN && id <= DUCK_UBIGINT) || id == DUCK_HUGEINT ||
           id == DUCK_UHUGEINT;
}

bool vec_fits(const struct vec *v, enum type t)
{
    if (v->id == DUCK_SQLNULL)
        return true;
    switch (t) {
    case TYPE_REAL:
        return is_int_id(v->id) || v->id == DUCK_DOUBLE ||
               v->id == DUCK_FLOAT || v->id == DUCK_DECIMAL;
    case TYPE_DECIMAL:
        return v->id == DUCK_DECIMAL || v->id == DUCK_VARCHAR ||
               is_int_id(v->id);
    case TYPE_STRING:
    case TYPE_GUID:
    case TYPE_DYNAMIC:
    case TYPE_ERROR:
        return v->id == DUCK_VARCHAR || v->id == DUCK_UUID;
    default:
        return is_int_id(v->id);
    }
}

enum type vec_type(const struct vec *v)
{
    switch (v->id) {
    case DUCK_BOOLEAN:
        return TYPE_BOOL;
    case DUCK_TINYINT:
    case DUCK_SMALLINT:
    case DUCK_INTEGER:
    case DUCK_UTINYINT:
    case DUCK_USMALLINT:
        return TYPE_INT;
    case DUCK_FLOAT:
    case DUCK_DOUBLE:
        return TYPE_REAL;
    case DUCK_DECIMAL:
        return TYPE_DECIMAL;
    case DUCK_UUID:
        return TYPE_GUID;
    default:
        return is_int_id(v->id) ? TYPE_LONG : TYPE_STRING;
    }
}

static void clear_nulls(const struct vec *v, size_t from, size_t n,
                        int64_t *out)
{
    for (size_t i = 0; v->valid && i < n; i++)
        if (vec_null(v, from + i))
            out[i] = 0;
}

#define COPY(T, expr)                                                        \
    do {                                                                     \
        const T *p = (const T *)v->data + from;                              \
        for (size_t i = 0; i < n; i++)                                       \
            out[i] = expr;                                                   \
    } while (0)

void vec_ints(const struct vec *v, size_t from, size_t n, int64_t *out)
{
    switch (v->id) {
    case DUCK_BOOLEAN: COPY(uint8_t, p[i] != 0); break;
    case DUCK_TINYINT: COPY(int8_t, p[i]); break;
    case DUCK_SMALLINT: COPY(int16_t, p[i]); break;
    case DUCK_INTEGER: COPY(int32_t, p[i]); break;
    case DUCK_BIGINT:
        memcpy(out, (const int64_t *)v->data + from, n * 8);
        break;
    case DUCK_UTINYINT: COPY(uint8_t, p[i]); break;
    case DUCK_USMALLINT: COPY(uint16_t, p[i]); break;
    case DUCK_UINTEGER: COPY(uint32_t, p[i]); break;
    case DUCK_UBIGINT: COPY(uint64_t, (int64_t)p[i]); break;
    case DUCK_HUGEINT:
    case DUCK_UHUGEINT: COPY(struct duck_hugeint, (int64_t)p[i].lower); break;
    default: memset(out, 0, n * sizeof *out); break;
    }
    clear_nulls(v, from, n, out);
}

static int128 join128(struct duck_hugeint h)
{
    return (int128)((uint128)(uint64_t)h.upper << 64 | h.lower);
}

static int128 int_at(const struct vec *v, size_t row)
{
    int64_t small;
    if (v->id == DUCK_HUGEINT)
        return join128(((const struct duck_hugeint *)v->data)[row]);
    if (v->id == DUCK_UBIGINT)
        return ((const uint64_t *)v->data)[row];
    vec_ints(v, row, 1, &small);
    return small;
}

/* A DECIMAL is held in the smallest integer that its width needs. */
static int128 decimal_at(const struct vec *v, size_t row)
{
    if (v->width <= 4)
        return ((const int16_t *)v->data)[row];
    if (v->width <= 9)
        return ((const int32_t *)v->data)[row];
    if (v->width <= 18)
        return ((const int64_t *)v->data)[row];
    return join128(((const struct duck_hugeint *)v->data)[row]);
}

/* KQL's decimals are packed; those of DuckDB have a point or fewer digits. */
static size_t text_at(const struct vec *v, size_t row, char out[DECIMAL_TEXT])
{
    if (v->id != DUCK_DECIMAL)
        return scaled_text(int_at(v, row), 0, out);
    int128 n = decimal_at(v, row);
    if (v->width != PACKED_WIDTH || v->scale != PACKED_SCALE)
        return scaled_text(n, v->scale, out);
    struct decimal d = decimal_unpack(n);
    return decimal_format(&d, out);
}

static double real_at(const struct vec *v, size_t row)
{
    if (v->id != DUCK_DECIMAL)
        return (double)int_at(v, row);
    char text[DECIMAL_TEXT + 1];
    text[text_at(v, row, text)] = 0;
    return strtod(text, NULL);
}

void vec_reals(const struct vec *v, size_t from, size_t n, double *out)
{
    if (v->id == DUCK_DOUBLE)
        memcpy(out, (const double *)v->data + from, n * sizeof *out);
    else if (v->id == DUCK_FLOAT)
        COPY(float, (double)p[i]);
    else
        for (size_t i = 0; i < n; i++)
            out[i] = vec_null(v, from + i) || v->id == DUCK_SQLNULL
                         ? 0 : real_at(v, from + i);
    for (size_t i = 0; v->valid && i < n; i++)
        if (vec_null(v, from + i))
            out[i] = 0;
}

/* DuckDB keeps a UUID as a 128-bit integer whose top bit is flipped, so that
 * signed order is text order. */
static str uuid_text(struct duck_hugeint h, struct arena *a)
{
    static const char hex[] = "0123456789abcdef";
    uint64_t half[2] = { (uint64_t)h.upper ^ 1ull << 63, h.lower };
    char *z = arena_alloc(a, 36), *p = z;
    for (int i = 0; i < 32; i++) {
        if (i == 8 || i == 12 || i == 16 || i == 20)
            *p++ = '-';
        *p++ = hex[half[i / 16] >> (60 - 4 * (i % 16)) & 15];
    }
    return (str){ z, 36 };
}

static str spelt_at(const struct vec *v, size_t row, struct arena *a)
{
    char text[DECIMAL_TEXT];
    if (v->id == DUCK_UUID)
        return uuid_text(((const struct duck_hugeint *)v->data)[row], a);
    size_t n = text_at(v, row, text);
    return arena_str(a, (str){ text, n });
}

static str string_at(const struct duck_string *s)
{
    uint32_t n = s->near.n;
    return (str){ n <= DUCK_INLINE_BYTES ? s->near.p : s->far.p, n };
}

void vec_texts(const struct vec *v, size_t from, size_t n, str *out,
               struct arena *a)
{
    const struct duck_string *s = v->data;
    if (v->id == DUCK_VARCHAR && !v->valid) {
        for (size_t i = 0; i < n; i++)
            out[i] = string_at(&s[from + i]);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if (v->id == DUCK_SQLNULL || vec_null(v, from + i))
            out[i] = (str){ "", 0 };
        else if (v->id == DUCK_VARCHAR)
            out[i] = string_at(&s[from + i]);
        else
            out[i] = spelt_at(v, from + i, a);
    }
}

void writer_open(struct cell_writer *w, const struct duck *d,
                 struct duck_vector *v, struct arena *scratch)
{
    *w = (struct cell_writer){
        .duck = d, .vector = v, .data = d->vector_get_data(v),
        .scratch = scratch,
    };
}

static void need_validity(struct cell_writer *w)
{
    if (w->valid)
        return;
    w->duck->vector_ensure_validity_writable(w->vector);
    w->valid = w->duck->vector_get_validity(w->vector);
}

void write_nulls(struct cell_writer *w, const bool *null, size_t n)
{
    need_validity(w);
    for (size_t from = 0; from < n; from += 64) {
        size_t m = n - from < 64 ? n - from : 64;
        uint64_t word = 0;
        for (size_t i = 0; i < m; i++)
            word |= (uint64_t)null[from + i] << i;
        w->valid[from / 64] &= ~word;
    }
}

void write_null(struct cell_writer *w, size_t row)
{
    need_validity(w);
    w->valid[row / 64] &= ~(1ull << (row % 64));
}

void write_int(struct cell_writer *w, enum type t, size_t row, int64_t v)
{
    if (t == TYPE_BOOL)
        ((uint8_t *)w->data)[row] = v != 0;
    else if (t != TYPE_INT)
        ((int64_t *)w->data)[row] = v;
    else if (v >= INT32_MIN && v <= INT32_MAX)
        ((int32_t *)w->data)[row] = (int32_t)v;
    else
        write_null(w, row);
}

void write_decimal(struct cell_writer *w, size_t row, str s)
{
    struct decimal d;
    if (!decimal_parse(s, &d)) {
        write_null(w, row);
        return;
    }
    int128 v = decimal_pack(&d);
    ((struct duck_hugeint *)w->data)[row] = (struct duck_hugeint){
        .lower = (uint64_t)v, .upper = (int64_t)(v >> 64),
    };
}

static bool is_ascii(str s)
{
    uint64_t high = 0, word;
    size_t i = 0;
    for (; i + 8 <= s.n; i += 8) {
        memcpy(&word, s.p + i, 8);
        high |= word;
    }
    for (; i < s.n; i++)
        high |= (unsigned char)s.p[i];
    return (high & 0x8080808080808080ull) == 0;
}

str writer_utf8(struct cell_writer *w, str s)
{
    if (is_ascii(s) || utf8_valid(s))
        return s;
    struct buf b;
    buf_init(&b, 3 * s.n + 16);
    utf8_repair(&b, s);
    str copy = buf_take(&b, w->scratch);
    buf_release(&b);
    return copy;
}

void write_borrowed(struct cell_writer *w, size_t row, str s)
{
    struct duck_string *to = (struct duck_string *)w->data + row;
    if (s.n > MAX_TEXT_CELL)
        BUG("a cell of %zu bytes", s.n);
    memset(to, 0, sizeof *to);
    to->near.n = (uint32_t)s.n;
    if (s.n <= DUCK_INLINE_BYTES) {
        if (s.n)
            memcpy(to->near.p, s.p, s.n);
        return;
    }
    memcpy(to->far.prefix, s.p, sizeof to->far.prefix);
    to->far.p = s.p;
}
