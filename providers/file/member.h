/* member.h - one run of bytes that holds records: a file, or a file out of an
 * archive.
 *
 * Made by: paths.c, unpack.c, encode.c. Read by: window.c. After open() members
 * never change, so that several threads may read one. Files are opened when
 * they are read, not before: a pattern may match more than can be open. */
#ifndef FILE_MEMBER_H
#define FILE_MEMBER_H

#include <sys/types.h>

#include "base/arena.h"

enum file_format {
    FORMAT_UNKNOWN,
    FORMAT_CSV,        /* any delimiter */
    FORMAT_TXT,        /* a line is a record of one column */
    FORMAT_JSON,       /* not yet known which of the next two */
    FORMAT_JSON_LINES, /* a line is a record */
    FORMAT_JSON_DOC,   /* arrays and values over any number of lines */
    FORMAT_PARQUET,
};

struct member {
    str name;          /* "logs.zip: day1/a.json", for people */
    str path;          /* of the file, or of the archive it came from */
    char *mem;         /* own bytes, JSON_PAD zero bytes after them; or NULL */
    int fd;            /* borrowed file that holds the bytes at `base`; or -1 */
    uint64_t base;
    dev_t device;      /* of a plain file: what must be found at `path` */
    ino_t inode;
    uint64_t size;
    uint64_t start;    /* of the first record: after a BOM and a header */
    enum file_format format;
    char delimiter;    /* CSV */
    int32_t *map;      /* CSV: column of each field; in the source's arena */
    size_t nmap;
    bool ragged;       /* CSV: fields may be missing or too many */
    str damage;        /* why bytes after the end are missing, or "" */
};

struct member_list {
    LIST(struct member) list;
    struct arena *arena;   /* borrowed: the source's */
    uint64_t in_memory;    /* bytes that members hold */
    int spill_fd;          /* temporary file of all that is too large, or -1 */
    uint64_t spill_end;
};

void member_list_init(struct member_list *l, struct arena *a);
void member_list_release(struct member_list *l);

/* Bytes of a member that is not in memory, while someone reads them. */
struct member_file {
    int fd;
    bool own;
    int error;  /* 0, an errno, or one of these: */
};
enum { MEMBER_REPLACED = -2, MEMBER_SHRUNK = -1 };

/* False: f->error says why. */
bool member_open(const struct member *m, struct member_file *f);
void member_close(struct member_file *f);
/* Reads n bytes at `offset`; fewer only when f->error says why. */
size_t member_read(const struct member *m, struct member_file *f, char *to,
                   size_t n, uint64_t offset);
const char *member_error_text(int error);

/* The first bytes, JSON_PAD zero bytes after them: how many. */
size_t member_head(const struct member *m, char *to, size_t n);

#endif
