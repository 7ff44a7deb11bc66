/* splunk.h - a search head of Splunk, and its tables.
 *
 * Included by: files of this folder. Tables: INDEX, INDEX.SOURCETYPE, and
 * saved.NAME for a saved search. Splunk's values are texts: every column is a
 * string but _time, and those that hold several values. */
#ifndef SPLUNK_SPLUNK_H
#define SPLUNK_SPLUNK_H

#include "providers/answer/body.h"
#include "providers/answer/pull.h"
#include "providers/services.h"
#include "registry/remote.h"

struct sp_table {
    str name;
    size_t ncols;
    const struct source_col *cols;
    struct sp_table *next;
};

struct splunk {
    struct remote remote;
    struct remote_services *services;
    const struct http_auth *auth;
    str base;   /* without a slash at its end */
    str path;   /* "/services" or "/servicesNS/owner/app" */
    str what, ca_file;
    bool plain, v2; /* v2: 9.0.1 and later */
    uint32_t seconds;
    struct sp_table *tables;
    enum { SP_UNASKED, SP_AS_TAKEN, SP_OTHERWISE } language; /* exact.c */
};

enum { SP_MAX_SEARCH = 64 << 10 };
#define SP_MAX_ANSWER ((uint64_t)1 << 30)
#define SP_ENDLESS ((uint64_t)1 << 50) /* a stream is not kept */

/* ---- request.c ---- */

struct sp_request {
    const char *method; /* NULL: GET, or POST with a form */
    str path;           /* below `services`: "/search/jobs" */
    str form;           /* "" none */
    bool once, unknown; /* unknown: a 404 is ST_USER */
    bool rare; /* a stream: nobody knows when its next row comes */
    const struct http_sink *sink;
};
enum status sp_send(struct splunk *s, const struct sp_request *rq,
                    struct arena *a, str *json, const struct remote_call *call);
/* "/search/jobs" or "/search/v2/jobs" and the rest. */
str sp_jobs(const struct splunk *s, struct arena *a, str sid, const char *rest);
enum status sp_garbled(struct splunk *s, const struct remote_call *call,
                       const char *why);

/* ---- rows.c ---- */

/* Objects of results into a batch. */
struct sp_rows;
struct sp_rows *sp_rows_new(size_t ncols, const struct source_col *cols,
                            struct row_sink *sink, const atomic_bool *cancel);
void sp_rows_free(struct sp_rows *r);
/* The object that comes next in `j`; with `drop` it is passed over. Texts are
 * views until sp_rows_flush. */
enum status sp_rows_add(struct sp_rows *r, struct pull *j);
void sp_rows_drop(struct sp_rows *r); /* the one that was read last */
enum status sp_rows_end(struct sp_rows *r); /* … it counts */
enum status sp_rows_flush(struct sp_rows *r);
uint64_t sp_rows_repaired(const struct sp_rows *r);
/* Tells which fields came that no column has. */
void sp_rows_tell(struct sp_rows *r, str what, struct arena *a);
uint64_t sp_rows_count(const struct sp_rows *r);
/* Without a sink it learns names; those that held several values are lists. */
void sp_rows_names(const struct sp_rows *r, struct arena *a,
                   struct remote_schema *out);

/* {"messages":[{"type":"WARN","text":"…"}]} */
struct sp_messages {
    struct arena *arena;
    LIST(str) errors, warnings;
};
void sp_messages_read(struct sp_messages *m, struct pull *j);

/* ---- spl.c ---- */

struct sp_plan {
    size_t ncols;
    const struct source_col *cols;  /* as the stages name them */
    const struct source_col *theirs; /* as Splunk does */
    bool all, filtered, counts, limited, saved;
    bool inexact; /* a filter cannot be said as it is */
    bool grouped; /* … there, if that is proved: */
    size_t nkeys, ncounts; /* its columns are keys, then numbers of rows */
    str *keys;     /* fields */
    bool *counted; /* countif, not count */
    int64_t start, end;
    str search;
    enum remote_push last;
};
void sp_plan(struct splunk *s, const struct remote_query *q, struct arena *a,
             struct sp_plan *p);
enum remote_push sp_push(struct remote *r, const struct remote_query *q,
                         const struct remote_stage *next);
/* The search of all rows of a table. False: no such name can be. */
bool sp_base_search(struct buf *b, str table);
void sp_add_times(struct buf *form, int64_t start, int64_t end);
bool sp_is_field(str s); /* needs no escape in quotes */
/* The field that is the column `e` of this type; "" none. */
str sp_field_of(const struct sp_plan *p, const struct remote_expr *e,
                enum type t);

/* ---- exact.c ---- */

/* Adds `e` as a condition of `where` that is right for every event but those
 * for which `doubt`, conditions with OR between, is true. False: it cannot be
 * said, and what was added to `b` is of no use. */
bool sp_exact(const struct sp_plan *p, struct buf *b, struct buf *doubt,
              const struct remote_expr *e);
bool sp_provable(str field);
void sp_doubt_several(struct buf *doubt, str field);
void sp_add_present(struct buf *b, str field); /* it is not "" */
/* A search without events whose row says if the language is as it is taken. */
bool sp_check_search(struct buf *b);

/* ---- group_plan.c ---- */

#define SP_NONE "shikra none" /* a key without a value */

struct sp_texts {
    struct buf *search, *exact, *doubt;
};
/* False: the plan is of no more use. */
bool sp_plan_groups(struct sp_plan *p, struct arena *a,
                    const struct remote_stage *st, struct sp_texts *t);

/* ---- export.c, job.c ---- */

enum status sp_open_table(struct splunk *s, const struct remote_query *q,
                          const struct sp_plan *p, struct source **out,
                          const struct remote_call *call);
/* Columns of the first rows of a search. */
enum status sp_first_rows(struct splunk *s, str search, struct arena *a,
                          struct remote_schema *out,
                          const struct remote_call *call);
/* All rows of a search over [start, end) into `sink`, as texts. *clean: nothing
 * was said against them. */
struct sp_collect {
    str search;
    int64_t start, end;
    size_t ncols;
    const struct source_col *cols;
    struct row_sink *sink;
};
enum status sp_collect(struct splunk *s, const struct sp_collect *c,
                       bool *clean, const struct remote_call *call);
enum status sp_open_text(struct splunk *s, const struct remote_query *q,
                         struct source **out, const struct remote_call *call);

/* ---- groups.c ---- */

/* *out NULL: the groups are not proved to be those of KQL. */
enum status sp_open_groups(struct splunk *s, const struct remote_query *q,
                           const struct sp_plan *p, struct source **out,
                           const struct remote_call *call);

#endif
