/* cell.h - one value of one record, as the readers hand it on.
 *
 * Written by: json_read.c, csv_read.c. Read by: infer.c (what type is this
 * column) and fill.c (store it). A cell is a view into the bytes of the file:
 * it lives until the window moves on. */
#ifndef FILE_CELL_H
#define FILE_CELL_H

#include "base/str.h"

enum cell_kind {
    CELL_NULL,
    CELL_FALSE,
    CELL_TRUE,
    CELL_INT,    /* a JSON number that is exactly `i` */
    CELL_REAL,   /* any other JSON number */
    CELL_STRING, /* a JSON string, without its quotes */
    CELL_JSON,   /* an array or object, as written */
    CELL_TEXT,   /* a CSV field or line: no type of its own */
};

enum cell_flags {
    CELL_ESCAPED = 1, /* holds backslash escapes, or doubled quotes in CSV */
    CELL_HIGH = 2,    /* holds bytes above 0x7f: check that it is UTF-8 */
    CELL_LOOSE = 4,   /* a container that is not in the stored spelling:
                         blanks between tokens, a real, -0 */
};

struct cell {
    const char *p;  /* raw bytes */
    int64_t i;      /* value of CELL_INT */
    uint32_t n;     /* length at p; at most MAX_RECORD */
    int32_t col;    /* column, or -1: the name is new */
    uint8_t kind, flags;
};

#endif
