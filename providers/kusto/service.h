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
    bool has_schema;              /* `tables` was asked for */
    LIST(struct table_schema) tables;
    /* Per service. */
    str cloud;     /* to sign in at, another than the configured one; "" */
    str path;      /* of queries, below the base */
    str workspace, database;
    str workspaces; /* JSON array of others to ask as well; "" */
    atomic_uint nrequests;
};

#define MAX_ANSWER ((uint64_t)16 << 30) /* it is never held as a whole */
enum { DEFAULT_SECONDS = 240, MAX_SECONDS = 3600 };

/* A service in an arena of its own; `what` is "workspace %s" or so. */
struct service *service_new(struct remote_services *s,
                            const struct remote_setup *setup, str what);
void service_close(struct remote *r);

/* Who signs in: the section of the configuration, then the settings
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

/* Posts JSON; the answer comes while it is read. Texts and headers live in the
 * arena of the answer. With `unknown` an answer 400 is ST_USER and not
 * reported: the query names what is not there. */
struct service_request {
    str url, body;
    const struct http_header *headers;
    size_t nheaders;
    bool unknown;
    /* MAY: another that ends there what nobody waits for any more. */
    str cancel_url, cancel_body;
};
NODISCARD enum status service_send(struct service *s,
                                   const struct service_request *rq,
                                   struct answer *to,
                                   const struct remote_call *call);

/* A new x-ms-client-request-id, by which a query can be cancelled. */
str service_request_id(struct service *s, struct arena *a);

/* s->base is an address of the service, or on this machine, or trusted
 * (trust_host = true): tokens may go there. `hosts` is NULL-ended; one that
 * begins with a dot stands for all below it. ST_USER: reported. */
NODISCARD enum status service_check_host(const struct service *s,
                                         const char *const *hosts,
                                         const struct remote_setup *setup,
                                         const struct remote_call *call);
#define HOST_SETTINGS                                                       \
    { "trust_host", TYPE_BOOL,                                              \
      "Send a token though the host is none of Microsoft's." }

/* Options of ALIAS.query("…", name = value). ST_USER: there is one that is not
 * in `known`, or of another type; reported. */
NODISCARD enum status service_check_options(const struct remote_query *q,
                                            const struct remote_setting *known,
                                            const struct remote_call *call);
const struct value *service_option(const struct remote_query *q,
                                   const char *name);
bool service_option_bool(const struct remote_query *q, const char *name);

/* A table of the schema that was read, NULL when there is none. */
const struct table_schema *service_table(const struct service *s, str name);
/* Its columns; false when the schema does not have it. */
bool service_columns(const struct service *s, str table,
                     struct remote_schema *out);
struct table_schema *service_add_table(struct service *s, str name);
enum status service_tables(struct service *s, struct arena *a,
                           struct remote_tables *out);
/* The columns of any source, as the service tells them: the answer to
 * `source | getschema`. `ask` sends a query with `unknown`. */
struct service_asking {
    enum status (*ask)(void *ctx, const struct remote_query *q,
                       struct answer *to, const struct remote_call *call);
    void *ctx;
    enum answer_shape shape;
    str what; /* for messages */
    str source;
};
NODISCARD enum status service_getschema(const struct service_asking *how,
                                        struct arena *to,
                                        struct remote_schema *out,
                                        const struct remote_call *call);
bool is_plain_name(str name); /* letters, digits, _ */
/* "2024-01-01T00:00:00Z/2024-01-02T00:00:00Z" of a query; "" without bounds. */
str service_timespan(struct arena *a, const struct remote_query *q);

#endif
