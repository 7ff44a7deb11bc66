/* bind_int.h - shared by the files of lang/bind only. */
#ifndef BIND_BIND_INT_H
#define BIND_BIND_INT_H

#include "bind.h"

struct node *bind_user_table(struct binder *b, struct let *f,
                             const struct ast *call, struct span at);
struct node *bind_user_body(struct binder *b, struct let *f, struct scope *s,
                            struct span at);
struct scope *call_scope(struct binder *b, struct let *f,
                         const struct ast *call, struct node *first,
                         struct span at);
const struct ast *body_result(struct binder *b, const struct ast *function,
                              struct scope *s);
struct expr *ex_new(struct binder *b, enum expr_kind k, enum type t,
                    struct span at);
struct expr *bind_in(struct binder *b, const struct ast *t);
struct expr *bind_special(struct binder *b, const struct ast *call,
                          bool *known);
struct expr *bind_path_expr(struct binder *b, const struct ast *t);

/* -- what may be meant (hints.c) -- */
void unknown_function(struct binder *b, str name, struct span at);
/* For an unknown column: a time column, a side of a join, a function without
 * its brackets. False: no idea, no hint was added. */
bool hint_name(struct binder *b, struct diag *d, str name);
void hint_types(struct binder *b, struct diag *d, str op,
                const struct expr *x, const struct expr *y);

/* -- what a service has (environ.c) -- */
/* Reports the function or parser of that name and what to do without it;
 * false: none is known, nothing was reported. */
bool report_service_name(struct binder *b, str name, struct span at);
const char *service_of_table(str name); /* or NULL */
const char *service_of_scope(str word); /* workspace, cluster …; or NULL */

/* -- connections (bind_remote.c) -- */
/* Whose table a path or a name is, whose query a call is; or NULL. */
struct remote *remote_of_path(const struct binder *b, const struct ast *t);
struct remote *remote_of_call(const struct binder *b, const struct ast *t);
struct remote *remote_of_source(struct binder *b, const struct ast *t);
/* A table of a connection with the operators that follow it (MAY be NULL). */
struct node *bind_remote_table(struct binder *b, struct remote *r,
                               const struct ast *t, const struct ast *ops);
struct node *bind_remote_query(struct binder *b, struct remote *r,
                               const struct ast *call, const struct ast *ops);

struct remote_query *remote_query_new(struct binder *b, struct span at);
struct node *remote_fetch_node(struct binder *b, struct remote *r,
                               const struct remote_query *q, str name);
/* What `name` in name.query(…) means besides an alias: a provider, or `local`;
 * or nothing that is known. */
bool is_stored_call(const struct binder *b, const struct ast *call);
bool calls_unknown_alias(const struct binder *b, const struct ast *call);

/* -- tables (bind_table.c) -- */
bool param_is_table(const struct ast *param);

/* -- what connections are asked, and what follows (bind_asked.c) -- */
/* Columns of one value each. */
struct const_cols {
    size_t n;
    struct source_option *v;
};
/* One question to one connection. */
struct ask_part {
    struct remote *remote;
    const struct ast *table;    /* a table of KQL as the cell names it, or … */
    struct remote_query *query; /* … a text; its columns are known */
    struct source *source;      /* opened, when no one else tells its columns */
    struct const_cols added;    /* to its columns; names may be taken there */
};
struct asked {
    const struct ast *call;
    const struct ast *ops; /* the operators that follow; MAY be NULL */
    str name;              /* of the table or query */
    LIST(struct ask_part) parts; /* their rows come one after the other */
    bool provenance;       /* more columns say where each row came from */
    LIST(str) lost;        /* parts that cannot be had, one sentence each */
};
/* The rows of all parts after the operators. As many of those as mean the same
 * there are put into the text that is sent. NULL: reported. */
struct node *bind_asked(struct binder *b, struct asked *a);
/* The columns of a part that say where its rows came from. */
void provenance_add(struct binder *b, const struct asked *a,
                    struct ask_part *part);
/* The option `provenance = true` of a call. False: reported. */
bool provenance_option(struct binder *b, const struct ast *named, bool *on);
/* Some operator can go along, as far as the texts tell. */
bool asked_goes_on(struct binder *b, const struct asked *a);

/* -- built-in queries (bind_stored.c); `ops` follow them, MAY be NULL -- */
struct node *bind_stored_remote(struct binder *b, struct remote *r,
                                const struct ast *call, const struct ast *ops);
struct node *bind_stored_call(struct binder *b, const struct ast *call,
                              const struct ast *ops);

/* -- groups (group_host.c) -- */
/* Makes the native step of `n` run for each run of rows whose last column is
 * the same; its answer gets that column as well. */
void host_by_group(struct binder *b, struct node *n);

/* -- overloads (bind_call.c) -- */
enum fit { FIT_EXACT, FIT_WIDEN, FIT_DYNAMIC, NFITS };
bool row_takes(const struct lang_func *f, struct expr **args, size_t n,
               enum fit fit);
struct expr *call_row(struct binder *b, const struct lang_func *f,
                      struct span at, const struct ast *call,
                      struct expr **args, size_t n);
void wrong_arguments(struct binder *b, const struct lang_func *f,
                     struct span at, struct expr **args, size_t n);

#endif
