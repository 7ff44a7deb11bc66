/* library.h - all packs of queries: the built-in ones and the user's. */
#ifndef QUERIES_LIBRARY_H
#define QUERIES_LIBRARY_H

#include "providers/config/config.h"
#include "registry/stored_query.h"

struct library;

/* `config` is borrowed: QueryDefinitions.Custom names folders of packs. */
struct library *library_new(struct config *config);
void library_free(struct library *l); /* NULL is fine */
const struct stored_face *library_face(struct library *l);

#endif
