/* member.h - one run of bytes that holds records: a file, or a file out of an
 * archive.
 *
 * Made by: unpack.c and paths.c through member_list. Read by: window.c. After
 * open() members never change, so that several threads may read one. */
#ifndef FILE_MEMBER_H
#define FILE_MEMBER_H

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
    int fd;            /* open file, or -1: the bytes are in memory */
    char *mem;         /* JSON_PAD zero bytes follow */
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
    struct arena *arena;  /* borrowed: the source's */
};

void member_list_release(struct member_list *l);

#endif
