/* kql_prefix.h - how much of a pipeline a service of KQL can run as text. */
#ifndef BIND_KQL_PREFIX_H
#define BIND_KQL_PREFIX_H

#include "bind.h"

struct kql_prefix {
    str text;              /* the query to send, its lets before it */
    const struct ast *ops; /* the operators that it has, a list of its own;
                              NULL: none */
    const struct ast *rest; /* those that run here */
};

/* The longest prefix of `pipe`, whose source is a table of `r`. */
void kql_prefix(struct binder *b, struct remote *r, const struct ast *pipe,
                struct kql_prefix *out);
/* The source of a pipeline as the service calls it: without the alias. */
str kql_source(struct binder *b, const struct ast *t);
/* workspace("…"), cluster("…"), …: where a table is, in KQL's own words. */
bool kql_is_place(const struct ast *call);

#endif
