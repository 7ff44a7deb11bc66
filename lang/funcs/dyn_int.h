/* dyn_int.h - what the functions on dynamic values share; for this folder.
 *
 * Every argument of type dynamic is text in the stored spelling (json_text.h)
 * or null. Whoever gets another kind of JSON than wanted answers null, never an
 * error: log data is mixed. Results are built in a buf with DYN_MAX_BYTES as
 * its ceiling and moved to the call's arena; work memory is on the heap and
 * freed within the row. */
#ifndef FUNCS_DYN_INT_H
#define FUNCS_DYN_INT_H

#include "base/json_text.h"
#include "registry/func.h"

enum {
    DYN_MAX_BYTES = 64 << 20,
    DYN_MAX_ELEMS = 1 << 20, /* as in KQL: 1,048,576 */
};

#define ROWS(array) (sizeof(array) / sizeof *(array))

/* --- results -------------------------------------------------------- */

void dyn_set(struct value *out, str json);    /* `null` and "" give null */
void dyn_set_long(struct value *out, int64_t v);
void dyn_set_bool(struct value *out, bool v);
void dyn_set_real(struct value *out, double v);

/* A result under construction. dyn_end gives it to *out (of any text type) or
 * fails the call when it grew too long; either way the buffer is released. */
void dyn_begin(struct buf *b);
void dyn_end(struct fn_ctx *cx, struct buf *b, struct value *out);
/* Adds a value to an array, or key literal and value to a bag, with its comma;
 * the opening bracket is the caller's. An empty value is written as null. */
void dyn_item(struct buf *b, str json);
void dyn_member(struct buf *b, str key, str json);
void dyn_key(struct buf *b, str key);   /* comma, key literal, colon */
/* "key":"text" with a plain key that needs no escapes. */
void dyn_text_member(struct buf *b, const char *key, str text);

/* --- arguments ------------------------------------------------------ */

/* The text of a JSON string without quotes and escapes, in the call's arena or
 * a view; other JSON as it is; null gives "". */
str dyn_text(struct fn_ctx *cx, str json);
bool dyn_is_array(const struct value *v);
bool dyn_is_bag(const struct value *v);
/* Numbers only; false for all else. */
bool dyn_number(str json, double *d);

/* The elements of an array as views. Release in any case. False when v is no
 * array, or, after fn_fail, when it has too many. */
struct elems {
    str *v;
    size_t n, cap;
};
bool elems_init(struct elems *e, struct fn_ctx *cx, const struct value *v);
void elems_release(struct elems *e);

/* --- equality ------------------------------------------------------- */

/* Text that is equal for equal values: 1.0 is 1. Up to `room` bytes may be
 * written to `room`; else it is a view of json. */
enum { DYN_NORM_ROOM = 24 };
str dyn_norm(str json, char room[DYN_NORM_ROOM]);
bool dyn_equal(str a, str b);

/* A set of values that remembers the order of arrival. Holds views: the texts
 * must outlive it. */
struct dyn_set {
    str *v;
    size_t n, cap;
    uint32_t *slots;   /* index + 1; twice cap or more, a power of two */
    size_t nslots;
};
void set_init(struct dyn_set *s);
void set_release(struct dyn_set *s);
/* Index of the value, or -1. */
ptrdiff_t set_find(const struct dyn_set *s, str json);
/* True when it was new. */
bool set_add(struct dyn_set *s, str json);

/* --- bags ----------------------------------------------------------- */

/* A bag under construction: key literals and values in order of arrival, all
 * of them views. */
struct bag {
    struct member { str key, value; } *v;
    size_t n, cap;
    uint32_t *slots;   /* as in dyn_set; none while the bag is small */
    size_t nslots;
};
void bag_init(struct bag *b);
void bag_release(struct bag *b);
/* A key that is there keeps its place, and its value unless `replace`. */
void bag_put(struct bag *b, str key, str value, bool replace);
/* All members of a stored bag; other JSON adds nothing. */
void bag_put_all(struct bag *b, str json, bool replace);
void bag_write(struct buf *out, const struct bag *b);

/* Appends the value with the members of every bag sorted by key. */
void dyn_sort_keys(struct buf *out, str json);

#endif
