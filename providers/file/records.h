/* records.h - the records of a member, one after the other, in any format.
 *
 * Used by: scan.c (types) and load.c (rows): both see exactly the same records
 * and rejects, because both come through here. A malformed record costs only
 * itself: each format knows how to find the next one. */
#ifndef FILE_RECORDS_H
#define FILE_RECORDS_H

#include "csv_read.h"
#include "json_read.h"
#include "member.h"
#include "providers/limits.h"
#include "window.h"

enum record_kind {
    RECORD_ROW,    /* cells are filled */
    RECORD_REJECT, /* reason and sample are filled */
    RECORD_MORE,   /* call records_more(): it moves the bytes under all cells */
    RECORD_END,    /* `start` is where the next record would begin */
};

/* Where in the grammar of a JSON document the next record stands. */
enum doc_state {
    DOC_TOP,     /* outside any array */
    DOC_FIRST,   /* after '[' */
    DOC_AFTER,   /* after an element */
    DOC_ELEMENT, /* after ',' */
};

struct records {
    /* Of the last record. */
    struct cell *cells;
    size_t ncells;
    uint64_t start;          /* offset in the member */
    const char *reason;
    char sample[REJECT_SAMPLE];
    size_t nsample;

    const struct member *m;
    struct window w;
    struct json_reader json;
    struct csv_reader csv;
    enum doc_state state;    /* of a document, after the last record */
    enum doc_state before;   /* and before it: where to take up again */

    /* Private. */
    enum record_kind (*next)(struct records *);
    const char *p;           /* next byte to read */
    const char *keep;        /* what records_more() must not drop */
    uint64_t limit;          /* records that begin here are someone else's */
    struct cell line;        /* of FORMAT_TXT */
    bool skipping;           /* inside what a reject takes with it */
    struct doc_skip {
        uint64_t object[MAX_JSON_DEPTH / 64];
        uint32_t depth;
        bool in_string, escaped, hunting, line_start;
        uint32_t indent;     /* of the line that is being skipped */
        uint64_t from;       /* lines from here on may begin a record */
    } skip;
    uint32_t indent;         /* of the line the last record began on */
    bool array_done;         /* the end of the member has been judged */
};

/* `piece`: bytes to read at a time. */
void records_init(struct records *r, const struct field_names *names,
                  size_t piece);
void records_release(struct records *r);

/* From `offset`, which is the start of a record (see records_guess), up to the
 * last record that begins before `limit`. */
void records_open(struct records *r, const struct member *m, uint64_t offset,
                  uint64_t limit);
static inline enum record_kind records_next(struct records *r)
{
    return r->next(r);
}
void records_more(struct records *r);

/* The first offset >= `offset` at which a record probably begins: after a
 * newline; the member's size for documents, which only reading can cut. */
uint64_t records_guess(struct records *r, const struct member *m,
                       uint64_t offset);

/* For the format files. */
enum record_kind records_reject(struct records *r, const char *from,
                                const char *why);
enum record_kind records_want(struct records *r, const char *keep);
/* Too few bytes at hand for the sample of a reject: get more, parse again. The
 * text that the analyst sees must not depend on how a file was read. */
static inline bool records_lacks_sample(const struct records *r,
                                        const char *from)
{
    return !r->w.eof && (size_t)(r->w.end - from) < REJECT_SAMPLE;
}
/* Gives up the line of `from`, which r->p is in. */
enum record_kind records_reject_line(struct records *r, const char *from,
                                     const char *why);
enum record_kind json_lines_next(struct records *r);
enum record_kind json_doc_next(struct records *r);
enum record_kind csv_next(struct records *r);
enum record_kind txt_next(struct records *r);
/* Rest of the line at r->p; rejects that are noted in r->skipping. */
enum record_kind records_skip_line(struct records *r);

#endif
