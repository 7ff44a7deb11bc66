/* elastic.h - a cluster of Elasticsearch or OpenSearch, and its tables.
 *
 * Included by: files of this folder. A table is an index, a data stream, an
 * alias or a pattern of them; a column is a leaf of its mapping, by its dotted
 * path, and _id and _index before them. */
#ifndef ELASTIC_ELASTIC_H
#define ELASTIC_ELASTIC_H

#include "providers/answer/body.h"
#include "providers/answer/pull.h"
#include "providers/services.h"
#include "registry/remote.h"

enum es_kind {
    ES_OTHER,   /* no condition on it is said there */
    ES_KEYWORD, /* and text with a keyword beside it */
    ES_IP,
    ES_WHOLE,
    ES_SMALL,   /* whole, of 32 bits */
    ES_FLOAT,
    ES_BOOL,
    ES_DATE,
    ES_DATE_NANOS,
    ES_META,    /* _id, _index: beside the document */
};

struct es_field {
    str path;
    enum type type;
    enum es_kind kind;
    str exact;            /* the field that conditions name; "" none */
    int64_t ignore_above; /* longer values are not indexed there */
    str alias_of;         /* "" or the path it stands for */
    bool seconds;         /* numbers are seconds since 1970 */
    bool odd_date;        /* the service has to say it in ISO 8601 */
    bool lists;           /* some document holds several values */
    bool dropped;         /* part of a nested object */
};

struct es_table {
    str name;
    struct field_names names; /* of `fields`, by number */
    LIST(struct es_field) fields;
    size_t doc_bytes; /* of one hit, in the mean of a sample; 0 unknown */
    struct es_table *next;
};

struct elastic {
    struct remote remote;
    struct remote_services *services;
    const struct http_auth *auth; /* NULL: none */
    str base;                     /* without a slash at its end */
    str what, ca_file, index;
    bool plain, opensearch;
    int64_t major, minor;
    uint32_t seconds; /* a request may take */
    unsigned slices;
    struct es_table *tables;
};

#define ES_MAX_ANSWER ((uint64_t)256 << 20) /* one page */

/* ---- request.c ---- */

/* "/{index}{rest}" with the index escaped. */
str es_path(struct arena *a, str index, const char *rest);
/* Sends and keeps the answer in `to`. `path` begins with '/'. With `unknown`
 * a 404 is ST_USER and not reported. */
struct es_request {
    const char *method; /* NULL: POST */
    str path, body;
    bool unknown;
};
enum status es_send(struct elastic *e, const struct es_request *rq,
                    struct body *to, const struct remote_call *call);
/* The same for a small answer, in the stored spelling of JSON. */
enum status es_ask(struct elastic *e, const struct es_request *rq,
                   struct arena *a, str *json, const struct remote_call *call);
/* Reports an answer that is none of this service. */
/* Reports an answer without what was asked for: in the service's words when
 * it is an error under a good status, else as garbled. */
enum status es_no_answer(struct elastic *e, str body, const char *why,
                         const struct remote_call *call);
enum status es_garbled(struct elastic *e, const struct remote_call *call,
                       const char *why);

/* ---- schema.c ---- */

enum status es_tables(struct remote *r, struct arena *a,
                      struct remote_tables *out,
                      const struct remote_call *call);
enum status es_columns(struct remote *r, str table, struct arena *a,
                       struct remote_schema *out,
                       const struct remote_call *call);
/* A table that was asked for before; NULL: never. */
struct es_table *es_table_find(struct elastic *e, str name);
/* The table, asked for when it is new. ST_USER: there is none. */
enum status es_table_get(struct elastic *e, str name, struct es_table **out,
                         const struct remote_call *call);

/* ---- filter.c ---- */

/* Appends a query of the DSL that keeps every row for which `e` is true.
 * False: it cannot be said; what was appended is to be thrown away. */
struct es_scope {
    const struct elastic *e;
    const struct es_table *table;
    size_t ncols;
    const struct source_col *cols; /* names as the stage sees them */
    const struct es_field *const *fields; /* what each of them is */
};
bool es_filter(const struct es_scope *s, struct buf *b,
               const struct remote_expr *e);

/* ---- plan.c ---- */

/* What the stages of a query come to. */
struct es_plan {
    const struct es_table *table;
    size_t ncols;
    struct source_col *cols;
    const struct es_field **fields;
    bool all;      /* no column was left out */
    bool filtered;
    str query;     /* DSL; "" everything */
    bool counts;   /* only how many rows there are, named cols[0] */
    bool limited;
    uint64_t limit;
    enum remote_push last; /* the answer for the last stage */
};
void es_plan(struct elastic *e, const struct remote_query *q, struct arena *a,
             struct es_plan *p);
enum remote_push es_push(struct remote *r, const struct remote_query *q,
                         const struct remote_stage *next);

/* ---- hits.c ---- */

/* Reads pages of hits into batches of a sink. */
struct es_hits;
struct es_wanted {
    size_t ncols;
    const struct source_col *cols;
    const struct es_field *const *fields;
    bool all;
};
struct es_hits *es_hits_new(const struct es_wanted *w, struct row_sink *sink,
                            unsigned part, const atomic_bool *cancel);
void es_hits_free(struct es_hits *h);
struct es_page {
    uint64_t nhits;
    str last_sort;   /* JSON of the last hit's; a view into `arena` */
    str pit, scroll; /* newest ids */
    str cursor;
    int64_t total;   /* -1: not told */
    bool timed_out;
    int64_t failed;  /* shards */
    str why;
    struct arena *arena;
};
/* One answer, whose rows are handed on: the body may be used again. ST_ENV:
 * `*why` says what is wrong with it. */
enum status es_hits_page(struct es_hits *h, struct body *body,
                         struct es_page *page, const char **why);
/* Tells what the rows do not show. */
void es_hits_end(struct es_hits *h, str what, struct arena *a);
uint64_t es_hits_repaired(const struct es_hits *h);
/* Marks fields of which a document of a sample holds several values, and says
 * how long they are. */
bool es_hits_sample(struct es_table *t, struct body *body);

/* ---- read.c ---- */

enum status es_read_table(struct elastic *e, const struct remote_query *q,
                          const struct es_plan *p, struct source **out,
                          const struct remote_call *call);
/* The body of the first request, for .explain. */
void es_search_text(struct elastic *e, const struct es_plan *p, struct buf *b);
/* DSL of a text query's time range; "" without bounds. */
str es_time_range(struct arena *a, const struct remote_query *q);
/* A text in Lucene's syntax as a filter, within the times of q. */
str es_lucene_query(struct arena *a, const struct remote_query *q);

/* ---- text.c ---- */

enum status es_open_text(struct elastic *e, const struct remote_query *q,
                         struct source **out, const struct remote_call *call);

#endif
