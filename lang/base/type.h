/* type.h - the scalar types of KQL, and one value of any of them.
 *
 * Physical form, the same in frames, in the engine and in C functions:
 *   bool, int, long           int64_t
 *   datetime, timespan        int64_t ticks of 100 ns (datetime since year 1)
 *   real                      double
 *   string, guid, decimal     text; guid lower case, decimal plain digits
 *   dynamic                   compact JSON text
 * A string is never null; every other type may be. */
#ifndef BASE_TYPE_H
#define BASE_TYPE_H

#include "buf.h"

enum type {
    TYPE_ERROR, /* after a mistake that was reported: silences followers */
    TYPE_BOOL,
    TYPE_INT,
    TYPE_LONG,
    TYPE_REAL,
    TYPE_DECIMAL,
    TYPE_STRING,
    TYPE_DATETIME,
    TYPE_TIMESPAN,
    TYPE_GUID,
    TYPE_DYNAMIC,
    NTYPES
};

struct value {
    enum type type;
    bool null;
    union {
        int64_t i;  /* bool, int, long, datetime, timespan */
        double d;   /* real */
        str s;      /* string, guid, decimal, dynamic */
    };
};

const char *type_name(enum type t);        /* KQL's word: "long" */
bool type_from_name(str name, enum type *t); /* aliases too: double, date, … */
bool type_is_int(enum type t);             /* int or long */
bool type_is_num(enum type t);             /* int, long, real, decimal */
bool type_is_text(enum type t);            /* stored as str */

/* Text as KQL's tostring() spells it: True, 1.0, 2020-01-01T00:00:00.0000000Z,
 * 1.00:00:00, compact JSON; null and "" are both empty. A dynamic that is a
 * JSON string gives the bare text. */
void value_text(struct buf *b, const struct value *v);
/* JSON as the batch command prints values: datetime and timespan as strings,
 * NaN and infinities as strings, dynamic as is, null as null. */
void value_json(struct buf *b, const struct value *v);

#endif
