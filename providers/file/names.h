/* names.h - column names of one source: text to number, exact case.
 *
 * Used by: json_read.c for every key it cannot predict, file.c to unite the
 * columns of several files. Numbers are given in order of first sight. */
#ifndef FILE_NAMES_H
#define FILE_NAMES_H

#include "base/arena.h"

/* The text is followed by a closing quote and 16 zero bytes, so that a reader
 * can compare `text"` with its input in whole blocks. */
struct name {
    str text;
    uint64_t hash;
    bool plain;  /* looks the same inside a JSON string literal */
};

struct field_names {
    struct arena *arena;  /* borrowed */
    LIST(struct name) list;
    int32_t *slots;       /* hash table of number + 1, in the arena */
    size_t nslots;
    uint64_t seed;        /* random: keys come from whoever writes logs */
};

void field_names_init(struct field_names *n, struct arena *a);
int32_t field_names_find(const struct field_names *n, str text); /* or -1 */
/* The number of `text`, new or old; -1 when MAX_COLUMNS are in use. */
int32_t field_names_add(struct field_names *n, str text);

#endif
