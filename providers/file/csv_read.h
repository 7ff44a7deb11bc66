/* csv_read.h - one delimited record after the other, as a row of cells.
 *
 * RFC 4180 with any one-byte delimiter: a field that begins with a quote ends
 * at the matching one, holds delimiters and newlines, and doubles its quotes;
 * a quote inside any other field is text. Records end with LF or CRLF. */
#ifndef FILE_CSV_READ_H
#define FILE_CSV_READ_H

#include "cell.h"

struct csv_reader {
    char delimiter;
    struct cell *cells;       /* of the last record; col is not set */
    size_t ncells;
    const char *next;         /* after the record and its newline */
    const char *error, *at;

    /* Private. */
    size_t cap;
};

void csv_reader_init(struct csv_reader *r, char delimiter);
void csv_reader_release(struct csv_reader *r);

enum csv_end {
    CSV_DONE,
    CSV_SHORT, /* the bytes end inside the record */
    CSV_BAD,   /* `error` and `at` say why and where */
};

/* Reads the record at p < end. At least 64 bytes after `end` may be read. With
 * eof, `end` ends the last record; without, a record that touches it is SHORT
 * unless its newline is there. */
enum csv_end csv_record(struct csv_reader *r, const char *p, const char *end,
                        bool eof);

/* The text of a quoted field's raw bytes, into `out` (at least raw.n bytes):
 * its length. */
size_t csv_unquote(char *out, str raw);

/* Which of `, ; TAB |` separates the fields of the first records in `head`:
 * the one that cuts them into the same number of fields, most fields first. */
char csv_guess_delimiter(str head, bool whole);

#endif
