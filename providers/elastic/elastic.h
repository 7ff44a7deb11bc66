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
    ES_DOUBLE,
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
    bool numbers;         /* a date that is only ever a number */
    bool odd_date;        /* the service has to say it in ISO 8601 */
    bool lists;           /* some document holds several values */
    bool dropped;         /* part of a nested object */
    bool columnar; /* its doc values are what the documents say, as long as
                      each has one value and nothing was left out */
    uint32_t nindices; /* whose mapping has it */
};

struct es_table {
    str name;
    struct field_names names; /* of `fields`, by number */
    LIST(struct es_field) fields;
    size_t doc_bytes; /* of one hit, in the mean of a sample; 0 unknown */
    uint32_t nindices;
    bool unmapped; /* some index keeps fields that its mapping lacks */
    bool cut;      /* some index does not keep whole documents */
    struct es_table *next;
};

struct elastic {
    struct remote remote;
    struct remote_services *services;
    const struct http_auth *auth; /* NULL: none */
    str base;                     /* without a slash at its end */
    str what, ca_file, index;
    bool plain, opensearch;
    bool nothing_ignored; /* the analyst knows that no text was too long */
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
enum status es_send_to(struct elastic *e, const struct es_request *rq,
                       const struct http_sink *to,
                       const struct remote_call *call);
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

/* ---- mapping.c ---- */

/* Adds the fields of an answer of GET /{index}/_mapping. NULL, or what is wrong
 * with it. */
const char *es_mapping_read(struct es_table *t, struct arena *a, str text);

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

/* ---- value.c ---- */

struct cell;
struct pool;
/* Changes a value of a document to what the index has; texts in `pool`. */
void es_value(struct pool *pool, const struct es_field *f, struct cell *c);
bool es_is_address(str s); /* in the one spelling of the service */

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

/* Parts of it that exact.c says too. */
bool es_is_plain(str s); /* a text that a field can hold as it is */
void es_text_query(struct buf *b, const char *kind, str field, str text);
bool es_is_comparison(str op);
str es_turned(str op); /* its operands change places */
/* Elasticsearch 8 tells which fields of a document were too long. */
bool es_tells_ignored(const struct elastic *e);

/* ---- proof.c ---- */

/* Moments of a field between `from` and `to` (ticks, `to` excluded) that lie in
 * the millisecond at `ms`: dates are indexed without what is below that, so
 * these documents have to be looked at. */
struct es_edge {
    const struct es_field *field;
    int64_t ms, from, to;
};

/* What must hold of the rows of a search for its answer to be exact: each has
 * at most one value in each field, nothing was left out of the index, and no
 * row is in doubt. */
struct es_proof {
    struct arena *arena;
    LIST(const struct es_field *) fields;
    LIST(const struct es_field *) numbers; /* of which sums, … are wanted */
    LIST(const struct es_field *) sums;
    LIST(str) doubts; /* queries that no row may match */
    LIST(struct es_edge) edges;
    const str *known; /* what was found of each edge; NULL: not asked yet */
};
/* May be said of its field at all. */
bool es_provable(const struct elastic *e, const struct es_field *f);
void es_proof_field(struct es_proof *p, const struct es_field *f);
/* The query of an edge's documents that are between; "" as long as they are not
 * known. */
str es_proof_edge(struct es_proof *p, const struct es_edge *e);
/* Its smallest and largest value come back as doubles. */
void es_proof_number(struct es_proof *p, const struct es_field *f, bool sum);
void es_proof_doubt(struct es_proof *p, str query);
/* The body of the request without its braces' first: ,"aggs":{…} */
void es_proof_text(const struct es_proof *p, struct buf *b);
/* Whether an answer (in the stored spelling) proves it. */
bool es_proof_holds(const struct es_proof *p, struct arena *a, str json);

/* ---- exact.c ---- */

/* Appends a query of the DSL that keeps exactly the rows for which `e` is true,
 * given what it adds to `proof`. False: it cannot be said; what was appended
 * is to be thrown away. */
bool es_exact(const struct es_scope *s, struct buf *b, struct es_proof *proof,
              const struct remote_expr *e);

/* ---- plan.c ---- */

enum es_metric_kind { ES_COUNT, ES_COUNTIF, ES_SUM, ES_AVG, ES_MIN, ES_MAX };

struct es_key {
    const struct es_field *field;
    int64_t bin; /* ticks; 0: as it is */
};
struct es_metric {
    enum es_metric_kind kind;
    const struct es_field *field;
    str query; /* ES_COUNTIF */
};

/* What the stages of a query come to. */
struct es_plan {
    const struct es_table *table;
    size_t ncols;
    struct source_col *cols;
    const struct es_field **fields; /* NULL: what only a group may need */
    int64_t *bins;                  /* of a column; 0: as it is */
    bool all;      /* no column was left out */
    bool filtered;
    str query;     /* DSL; "" everything */
    bool counts;   /* only how many rows there are, named cols[0] */
    bool limited;
    uint64_t limit;
    bool computed; /* some column is only of use to a group */
    bool inexact;  /* `exact` lacks a condition */
    str exact;     /* as `query`, of exactly the rows, given `proof` */
    struct es_proof proof;
    bool grouped; /* cols are the keys, then the metrics */
    size_t nkeys, nmetrics;
    struct es_key *keys;
    struct es_metric *metrics;
    enum remote_push last; /* the answer for the last stage */
};
void es_plan(struct elastic *e, const struct remote_query *q, struct arena *a,
             struct es_plan *p);
/* The same once documents at the edges were looked at (es_find_edges). */
void es_plan_known(struct elastic *e, const struct remote_query *q,
                   struct arena *a, const str *known, struct es_plan *p);
/* Its answer is right only if the proof holds. */
bool es_plan_needs_proof(const struct es_plan *p);
enum remote_push es_push(struct remote *r, const struct remote_query *q,
                         const struct remote_stage *next);

/* ---- group_plan.c ---- */

/* Adds a REMOTE_SUMMARIZE or REMOTE_DISTINCT. False: it cannot be said. */
bool es_plan_groups(struct elastic *e, struct arena *a, struct es_plan *p,
                    const struct remote_stage *st);
/* A column that is more than a field as it is: bin(…). False: it is not. */
bool es_plan_bin(const struct es_plan *p, const struct remote_expr *e,
                 struct es_key *out);
int es_plan_find(const struct es_plan *p, const struct remote_expr *e);

/* ---- point.c ---- */

/* Points in time can be had. */
#define ES_KEEP_ALIVE "5m"
bool es_has_points(const struct elastic *e);
/* A point in time over an index; its id, malloc'd. */
enum status es_point_open(struct elastic *e, str index, str *id,
                          const struct remote_call *call);
/* Takes the newer id of an answer, if it is another. */
void es_point_keep(str *id, str newer);
void es_point_close(struct elastic *e, str id, bool scroll);

/* ---- group_text.c ---- */

#define ES_GROUPS_PAGE 5000 /* search.max_buckets is 65,536 */
/* Whether the data are as the plan's proof wants them. */
enum status es_prove(struct elastic *e, const struct es_plan *p, str point,
                     bool *holds, const struct remote_call *call);
/* The body that asks for groups. `after`: the keys of the last one; "". */
void es_groups_add(struct buf *b, const struct es_plan *p, uint64_t size,
                   str point, str after);
/* For .explain, without a point in time. */
void es_prove_text(const struct es_plan *p, struct buf *b);
void es_groups_text(const struct es_plan *p, struct buf *b);

/* ---- edges.c ---- */

#define ES_MAX_EDGES 16
/* Looks at the documents of the plan's edges: a query for each, or NULL when
 * there are too many to look at. */
struct es_edges {
    struct arena *arena;
    const str *known;
};
enum status es_find_edges(struct elastic *e, const struct es_plan *p,
                          str point, struct es_edges *out,
                          const struct remote_call *call);
/* A range over dates; a bound below 0 is none. */
void es_add_times(struct buf *b, const struct es_field *f, int64_t from,
                  int64_t to);

/* ---- groups.c ---- */

/* The groups as rows; owns `point` from now on. */
struct source *es_read_groups(struct elastic *e, const struct remote_query *q,
                              const struct es_plan *p, str point);

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

/* ---- ahead.c ---- */

/* Asks for the page of a scroll that follows `page`, on a thread of its own;
 * *out is NULL when that is not worth it. The caller takes or frees it. */
struct es_ahead;
enum status es_ahead_start(struct es_ahead **out, struct elastic *e, str page,
                           const struct remote_call *call);
/* Waits for it, as es_send does, and frees it. */
enum status es_ahead_take(struct es_ahead *a, struct body *to,
                          const struct remote_call *call);
void es_ahead_free(struct es_ahead *a); /* NULL is fine */
/* The request for the next page of a scroll. */
void es_scroll_text(struct buf *b, str id);

/* ---- read.c ---- */

enum status es_read_table(struct elastic *e, const struct remote_query *q,
                          const struct es_plan *p, struct source **out,
                          const struct remote_call *call);
/* The first rows of a plan with a proof; owns `point` from now on. */
struct source *es_read_some(struct elastic *e, const struct remote_query *q,
                            const struct es_plan *p, str point);
#define ES_MAX_PAGE 10000 /* index.max_result_window */
/* The members of a search that say which columns are wanted. */
void es_add_columns(struct buf *b, const struct es_wanted *w);
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
