/* json_walk.h - reading stored JSON text in place, without a tree.
 *
 * For text that json_compact wrote (json_text.h): no blanks, one spelling for
 * every string and number, no key twice. All views point into that text. On
 * other text the answers may be wrong but nothing outside of it is read and
 * every loop ends. All walks are linear. */
#ifndef BASE_JSON_WALK_H
#define BASE_JSON_WALK_H

#include "str.h"

enum json_kind {
    JSON_NONE, /* empty text: KQL's null */
    JSON_NULL,
    JSON_BOOL,
    JSON_LONG,
    JSON_REAL,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT,
};

enum json_kind json_kind(str json);

/* Elements of an array or members of an object, in order:
 *     struct json_iter it;
 *     if (json_iter_init(&it, text))
 *         while (json_next(&it, &key, &value)) … */
struct json_iter {
    str text;
    size_t i;
    bool object;
};

/* False, and nothing to visit, when `json` is no array and no object. */
bool json_iter_init(struct json_iter *it, str json);
/* `key` (MAY be NULL) is the literal with its quotes, empty in an array. */
bool json_next(struct json_iter *it, str *key, str *value);

/* Offset behind the value that begins at text.p[i]. */
size_t json_skip(str text, size_t i);

/* The member of a bag by its plain name; false when there is none or `json`
 * is no bag. The value may be `null`. */
bool json_get_key(str json, str key, str *value);
/* The element of an array, from the end when negative; false outside. */
bool json_get_index(str json, int64_t index, str *value);
/* Elements or members; -1 when `json` is neither array nor bag. */
int64_t json_count(str json);

#endif
