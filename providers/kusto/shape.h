/* shape.h - walks through an answer in whatever pieces it comes.
 *
 * Used by: answer.c; tests and the fuzz target. Pure: no network. A walk is
 * fed windows of bytes; it takes what is complete in them and comes back for
 * the rest. What is not rows (columns, errors, how the query ended) it keeps;
 * rows go to struct got. */
#ifndef KUSTO_SHAPE_H
#define KUSTO_SHAPE_H

#include "answer.h"
#include "got.h"


enum { WALK_DEPTH = 8, WALK_ERRORS = 100, WALK_TABLES = 1000 };

/* What a frame of Kusto's v2 said of itself so far. */
struct frame_head {
    uint8_t type, kind; /* shape.c */
    bool replaces, has_count, has_errors;
    int64_t id, count;
};

struct walk {
    enum answer_shape shape;
    struct arena *arena; /* columns, errors */
    struct pull j;
    struct got *rows;   /* NULL: rows are passed over */
    uint8_t stack[WALK_DEPTH];
    size_t depth, ntables;
    bool begun, last;
    bool has_cols, wait_cols; /* wait_cols: stop once they are here */
    LIST(struct source_col) cols;
    LIST(str) errors; /* why the rows are not all */
    bool truncated;   /* … because the service gives no more of them */
    uint64_t nrows;   /* of the table that was asked for */
    unsigned others;  /* tables of the answer that are left out */
    double progress;  /* percent, as told by the service; -1 */
    const char *error;  /* no answer of this shape */
    bool spoiled;       /* … and rows that were handed on are wrong */
    enum status status; /* not ST_OK: `rows` said so */
    /* Kusto's frames. */
    struct frame_head head;
    bool has_primary;
    int64_t primary;
    LIST(struct frame_head) kinds; /* of fragments, by id */
    struct field_names names;      /* of records: where a name goes */
};

enum walked { WALK_MORE, WALK_COLS, WALK_END, WALK_FAIL };

void walk_init(struct walk *w, enum answer_shape shape, struct arena *arena);
void walk_release(struct walk *w);
/* Goes on in a window, JSON_PAD zero bytes behind it, as far as it reaches;
 * *taken bytes of it are done with. WALK_COLS only with wait_cols. WALK_FAIL:
 * `error` or `status` says why. */
enum walked walk_on(struct walk *w, str window, bool last, size_t *taken);

#endif
