/* pack.h - a file of queries, read.
 *
 * Used by: library.c. The layout is the one hunters have: metadata, defaults,
 * sources with args.query and typed parameters, query_macros. */
#ifndef QUERIES_PACK_H
#define QUERIES_PACK_H

#include "providers/config/yaml_doc.h"
#include "registry/stored_query.h"

struct pack {
    str name; /* of the file, for messages */
    LIST(struct stored_query) queries;
};

enum {
    PACK_MAX_QUERIES = 2000,
    PACK_MAX_PARAMS = 100,
    PACK_MAX_TEXT = 256 << 10,
};

/* Reads the text of a file into `out`, in `a`. A query that is wrong is left
 * out with a warning that names file and line; false: the file is no pack. */
bool pack_read(struct arena *a, str name, str text, struct pack *out,
               struct diags *ds);

#endif
