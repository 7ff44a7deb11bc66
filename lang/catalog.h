/* catalog.h - the tables of a session: KQL name to physical table. */
#ifndef LANG_CATALOG_H
#define LANG_CATALOG_H

#include "bind/bind.h"

struct catalog;

struct catalog *catalog_new(void);
void catalog_free(struct catalog *c);
/* Copies `t`; replaces a table of that name, which the caller has dropped. */
void catalog_put(struct catalog *c, const struct table_info *t);
bool catalog_remove(struct catalog *c, str name);
const struct table_info *catalog_find(const struct catalog *c, str name);
const struct table_info *catalog_at(const struct catalog *c, size_t i);
size_t catalog_count(const struct catalog *c);

#endif
