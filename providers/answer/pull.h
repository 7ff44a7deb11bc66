/* pull.h - walks a JSON answer value by value, without a tree.
 *
 * Used by: providers, for the shape around the rows; the rows themselves are
 * read whole (pull_row, pull_record) by the reader of bulk data.
 *
 *     pull_object(&j);
 *     while (pull_key(&j, &key))
 *         if (str_eqz(key, "rows"))
 *             for (pull_array(&j); pull_item(&j);)
 *                 pull_row(&j);
 *         else
 *             pull_value(&j, &cell);
 *     if (j.error) …
 *
 * After an error every function says no, so loops end by themselves. */
#ifndef ANSWER_PULL_H
#define ANSWER_PULL_H

#include "providers/file/json_read.h"

struct pull {
    struct json_reader reader; /* cells of the last row or record */
    const char *p, *end;
    bool first;        /* no comma before the next member or element */
    const char *error; /* NULL, or why it stopped at `p` */
    bool cut;          /* … because the bytes end there */
    struct buf key;    /* the last key, when it had escapes */
};

/* `text` is followed by JSON_PAD zero bytes. `names` are those of records. */
void pull_init(struct pull *j, str text, const struct field_names *names);
void pull_release(struct pull *j);

/* What the next value begins with: '{', '[', '"', 't', 'f', 'n', '0' for a
 * number; 0 after an error. */
char pull_peek(struct pull *j);
bool pull_object(struct pull *j); /* enters; an error when it is none */
bool pull_array(struct pull *j);
/* The next member or element of what was entered; false at its end, which is
 * left behind. The value MUST be read before the next call. */
bool pull_key(struct pull *j, str *key);
bool pull_item(struct pull *j);

bool pull_value(struct pull *j, struct cell *out); /* whatever it is */
bool pull_skip(struct pull *j);
bool pull_row(struct pull *j);    /* an array: j->reader.cells by position */
bool pull_record(struct pull *j); /* an object: cells by name */
/* A string's text, in `a`; "" for null and anything else. */
bool pull_text(struct pull *j, struct arena *a, str *out);

#endif
