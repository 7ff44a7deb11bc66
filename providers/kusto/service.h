/* service.h - what the services of KQL have in common.
 *
 * Used by: kusto.c, sentinel.c, defender.c. Each adds its addresses, the shape
 * of its requests and where its schema comes from. */
#ifndef KUSTO_SERVICE_H
#define KUSTO_SERVICE_H

#include "answer.h"
#include "providers/services.h"
#include "providers/setup.h"

struct table_schema {
    str name, summary;
    LIST(struct source_col) cols;
};

struct service {
    struct remote remote;
    struct remote_services *services;
    const struct http_auth *auth; /* NULL: none */
    str base;                     /* without a slash at its end */
    str what;                     /* for messages */
    uint32_t seconds;             /* a query may take there */
    bool has_schema;              /* `tables` is all that there is */
    LIST(struct table_schema) tables;
    /* Per service. */
    str workspace, database;
    str workspaces; /* JSON array of others to ask as well; "" */
    enum answer_shape shape;
};

#define MAX_ANSWER ((uint64_t)1 << 30)
enum { DEFAULT_SECONDS = 240, MAX_SECONDS = 3600 };

/* A service in an arena of its own; `what` is "workspace %s" or so. */
struct service *service_new(struct remote_services *s,
                            const struct remote_setup *setup, str what);
void service_close(struct remote *r);

/* Who signs in: the members of `args` in the configuration, then the settings
 * tenant_id, client_id, client_secret and auth of `.connect`. Signs in at
 * once. `scope` as Entra ID wants it. */
enum status service_sign_in(struct service *s, const struct yaml_node *args,
                            const struct remote_setup *setup, str scope,
                            const struct remote_call *call);
#define IDENTITY_SETTINGS                                                   \
    { "tenant_id", TYPE_STRING, "The tenant that signs in." },              \
    { "client_id", TYPE_STRING, "The application that signs in." },         \
    { "client_secret", TYPE_STRING,                                         \
      "Its secret; better kept in the configuration file." },               \
    { "auth", TYPE_STRING,                                                  \
      "How to sign in: clientsecret, certificate, env, workload, msi, "     \
      "cli, devicecode; several by commas." },                              \
    { "authority", TYPE_STRING,                                             \
      "Where to sign in, for clouds of one's own." },                       \
    { "timeout", TYPE_TIMESPAN, "How long one query may take." }

/* Posts JSON and keeps the answer, whose body may be large. With `unknown` an
 * answer 400 is ST_USER and not reported: the query names what is not there. */
struct service_request {
    str url, body;
    const struct http_header *headers;
    size_t nheaders;
    bool unknown;
};
enum status service_send(struct service *s, const struct service_request *rq,
                         struct answer *to, const struct remote_call *call);

/* A table of the schema that was read, NULL when there is none. */
const struct table_schema *service_table(const struct service *s, str name);
/* Its columns; false when the schema does not have it. */
bool service_columns(const struct service *s, str table,
                     struct remote_schema *out);
struct table_schema *service_add_table(struct service *s, str name);
enum status service_tables(struct service *s, struct arena *a,
                           struct remote_tables *out);
/* The columns of any source, from the answer to `source | getschema`. */
enum status service_getschema(struct answer *a, struct arena *to,
                              struct remote_schema *out,
                              const struct remote_call *call);
bool is_plain_name(str name); /* letters, digits, _ */
/* "2024-01-01T00:00:00Z/2024-01-02T00:00:00Z" of a query; "" without bounds. */
str service_timespan(struct arena *a, const struct remote_query *q);

#endif
