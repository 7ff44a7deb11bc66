/* embedded.h - the packs that the program carries. */
#ifndef QUERIES_EMBEDDED_H
#define QUERIES_EMBEDDED_H

#include "base/str.h"

struct embedded_pack {
    const char *name;
    str text;
};

size_t embedded_packs(void); /* how many */
void embedded_pack(size_t i, struct embedded_pack *out);

#endif
