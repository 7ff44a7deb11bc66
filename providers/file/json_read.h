/* json_read.h - one JSON value after the other, as a row of cells.
 *
 * The reader of bulk data. Strict RFC 8259 with three ceilings (depth, record
 * size, columns); no tree, no allocation per value: cells are views into the
 * input. What a record is and where it may stand is records_json.c's affair.
 *
 * Decisions where the RFC leaves room:
 *   duplicate keys       the last one wins (the caller stores in order)
 *   numbers              a 64-bit integer is exact; any other is a double, out
 *                        of range an infinity; -0 is 0
 *   invalid UTF-8        accepted here, repaired when stored
 *   lone surrogates      accepted here, U+FFFD when stored
 *   not an object        one cell in the column JSON_VALUE_COLUMN
 *   empty key            the column "_" */
#ifndef FILE_JSON_READ_H
#define FILE_JSON_READ_H

#include "base/buf.h"
#include "cell.h"
#include "names.h"

/* Zero bytes that must follow the input. */
enum { JSON_PAD = 64 };
#define JSON_VALUE_COLUMN "Value"

/* A key that names has not seen, by the cell it belongs to. */
struct json_new_key {
    uint32_t cell;
    str text;       /* raw; decode when `escaped` */
    uint8_t flags;  /* of struct cell */
};

struct json_reader {
    const struct field_names *names; /* borrowed */
    bool lines;                /* a newline ends the record */
    struct cell *cells;        /* of the last record */
    size_t ncells;
    struct json_new_key *fresh;
    size_t nfresh;
    const char *next;          /* after the last record */
    const char *error, *at;    /* why and where it stopped */

    /* Private. */
    size_t cap, fresh_cap;
    uint32_t *follow;          /* by column + 1: guesses of the next column */
    int32_t value_col;
    bool loose;
    unsigned max_nest;
    struct buf key;
};

void json_reader_init(struct json_reader *r, const struct field_names *names);
void json_reader_release(struct json_reader *r);

enum json_end {
    JSON_DONE,  /* cells are filled, `next` is set */
    JSON_SHORT, /* the bytes end inside the value: come back with more */
    JSON_BAD,   /* `error` and `at` say why and where */
};

/* Reads the value at p, which is not white space. The bytes [p, end) are
 * followed by JSON_PAD zero bytes. Top-level numbers and literals that touch
 * `end` are DONE: whether more could follow is for the caller to know. */
enum json_end json_record(struct json_reader *r, const char *p,
                          const char *end);

/* Reads the array at p: its elements are cells, numbered as columns. */
enum json_end json_row(struct json_reader *r, const char *p, const char *end);
/* Any value at p as one cell, whose column means nothing. */
enum json_end json_cell(struct json_reader *r, const char *p, const char *end,
                        struct cell *out);

#endif
