/* kql_prefix.h - how much of a pipeline a service of KQL can run as text. */
#ifndef BIND_KQL_PREFIX_H
#define BIND_KQL_PREFIX_H

#include "bind_int.h"
#include "kql_text.h"

/* What operators follow. */
struct kql_source {
    struct remote *remote;
    const struct ast *table;     /* a table of the connection, or … */
    const struct kql_text *text; /* … a query's text */
    const struct const_cols *added; /* columns that it gets first; MAY be
                                       NULL */
    bool spread; /* one of several whose rows come together here: only steps
                    that work row by row go along, and what takes or tells
                    apart rows of all once more */
    size_t most; /* operators */
};

struct kql_prefix {
    str text;              /* the query to send, its lets before it */
    size_t n;              /* how many operators it has; 0: no text */
    const struct ast *ops; /* those, a list of its own */
    const struct ast *rest; /* those that run here */
};

/* The longest prefix of `ops` that can run where the source is. */
void kql_prefix(struct binder *b, const struct kql_source *from,
                const struct ast *ops, struct kql_prefix *out);
/* The source of a pipeline as the service calls it: without the alias. */
str kql_source(struct binder *b, const struct ast *t);
/* workspace("…"), cluster("…"), …: where a table is, in KQL's own words. */
bool kql_is_place(const struct ast *call);

#endif
