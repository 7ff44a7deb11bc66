/* connections.h - the services that a session is connected to. */
#ifndef LANG_CONNECTIONS_H
#define LANG_CONNECTIONS_H

#include "session.h"

/* Connects and keeps it under `alias`, in place of an older one. */
enum status connection_open(struct lang *l, const struct remote_provider *p,
                            const struct remote_setup *setup,
                            struct span at, struct diags *ds);
bool connection_close(struct lang *l, str alias); /* false: no such alias */
void connections_close_all(struct lang *l);
struct remote *connection_at(struct lang *l, size_t i); /* NULL: end */
struct remote *connection_find(struct lang *l, str alias); /* or NULL */

/* The columns of a table, asked once; valid while it is connected. ST_USER:
 * no such table, not reported. ST_ENV when it is quiet: not known. */
enum status connection_columns(struct lang *l, const struct remote_ask *ask,
                               struct remote_schema *out);
/* The names of its tables, asked once. */
enum status connection_tables(struct lang *l, const struct remote_ask *ask,
                              struct remote_tables *out);

/* What a call to a provider needs of the running cell. */
struct remote_call connection_call(struct lang *l, struct span at,
                                   struct diags *ds);

#endif
