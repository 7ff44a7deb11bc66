/* frame.h - the table that leaves the engine: columns in memory, immutable.
 *
 * The one shape in which rows travel between engine, providers, native steps
 * and renderers. A frame is counted; columns and bytes live in its arena. Big
 * results stay in the engine: a frame holds what is shown or what a native
 * step needs, and `total` says how many rows there were. */
#ifndef BASE_FRAME_H
#define BASE_FRAME_H

#include "type.h"

struct column {
    str name;
    enum type type;
    bool *null;  /* one per row; NULL: none is null. Always NULL for string */
    union {
        int64_t *i;  /* bool, int, long, datetime, timespan */
        double *d;   /* real */
        str *s;      /* string, guid, decimal, dynamic */
    };
};

enum completeness {
    COMPLETE,
    TRUNCATED, /* cut at a limit: rows exist that are not here */
    PARTIAL,   /* some of the source could not be read: `notes` says what */
};

/* A question to a source that rows came from. */
struct origin {
    str provider;   /* "sentinel", "file" */
    str connection; /* its alias; "" for what is not connected */
    str place;      /* what that is connected to, without secrets */
    str name;       /* the table, the query, the files */
    str text;       /* what was sent, at most its first 16 KB; "" for files */
    str sha256;     /* of the whole text, hexadecimal */
    int64_t start, end; /* ticks of the range asked about; INT64_MIN and
                           INT64_MAX: no bound is known */
    int64_t asked;  /* ticks: when */
    uint64_t nrows; /* that came */
    enum completeness completeness;
};

struct frame {
    size_t ncols, nrows;
    struct column *cols;
    uint64_t total;            /* rows of the whole result, >= nrows */
    enum completeness completeness;
    bool lacks_rows;           /* of its sources: not only is less shown */
    LIST(str) notes;           /* what is missing and why, one sentence each */
    LIST(struct origin) origins; /* where its rows came from, when known */
    struct arena *arena;
    struct frame *base;        /* whose cells some columns share; or NULL */
    unsigned refs;
};

/* A frame with `ncols` columns of `nrows` rows, all zero / "" and not null;
 * the caller sets names, types (before use) and fills the cells. */
struct frame *frame_new(size_t ncols);
void frame_set_col(struct frame *f, size_t c, str name, enum type type);
/* Allocates cells for `nrows` rows in every column (types must be set). */
void frame_set_rows(struct frame *f, size_t nrows);
/* A frame of all columns of `in` and `extra` more, whose types and cells are
 * the caller's to set (frame_set_rows leaves shared cells alone). Cells are
 * shared, not copied: the new frame holds a reference to `in`. Names, notes,
 * origins and completeness go with it. */
struct frame *frame_extend(const struct frame *in, size_t extra);
struct frame *frame_ref(struct frame *f);
void frame_unref(struct frame *f);  /* NULL is fine */

bool *frame_nulls(struct frame *f, size_t c); /* writable null flags of c */
bool cell_is_null(const struct column *c, size_t row);
struct value cell_value(const struct column *c, size_t row);  /* borrowed */
void cell_set(struct frame *f, size_t col, size_t row, const struct value *v);
int frame_find(const struct frame *f, str name);    /* exact; -1 when absent */
__attribute__((format(printf, 2, 3)))
void frame_note(struct frame *f, const char *fmt, ...);

const char *completeness_word(enum completeness c); /* "partial" */
struct origin origin_copy(struct arena *a, const struct origin *o);

/* How to draw it: `render KIND with (name = value, …)`. */
struct hint {
    str kind;                            /* "" = table */
    LIST(struct hint_prop { str name; struct value value; }) props;
};
/* The value of a property as text, or `or_else`. Names ignore case. */
str hint_text(const struct hint *h, const char *name, str or_else);
int64_t hint_long(const struct hint *h, const char *name, int64_t or_else);

#endif
