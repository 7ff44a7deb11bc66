/* plugin.h - what plugins share: arguments, output schemas, templates in KQL.
 *
 * A plugin that is a longer query is written as one: a function body in which
 * placeholders stand for arguments. */
#ifndef OPS_PLUGIN_H
#define OPS_PLUGIN_H

#include "bind/bind.h"
#include "registry/plugin.h"

/* -- arguments -- */
const struct ast *plugin_call(const struct ast *op);
/* The i-th argument without a name, or the one called `name` (MAY be NULL);
 * NULL when it is not given. */
const struct ast *plugin_arg(const struct ast *op, size_t i, const char *name);
size_t plugin_nargs(const struct ast *op); /* those without a name */
/* False and a report when fewer than `least` are given. */
bool plugin_need(struct binder *b, const struct ast *op, size_t least);
/* The column that a bare name means; NULL after reporting, and without a
 * report when `in` is open. */
const struct col *plugin_column(struct binder *b, const struct ast *t,
                                struct node *in);
/* Constants; `*v` keeps its preset when `t` is NULL. False: reported. */
bool plugin_bool(struct binder *b, const struct ast *t, bool *v);
bool plugin_real(struct binder *b, const struct ast *t, double *v);
bool plugin_long(struct binder *b, const struct ast *t, int64_t *v);
bool plugin_text(struct binder *b, const struct ast *t, str *v);
/* Reports named arguments that are not in the list (NULL-ended). */
bool plugin_options(struct binder *b, const struct ast *op,
                    const char *const *names);

/* -- output schema: `: (*, Name:type, …)` -- */
const struct ast *plugin_schema(const struct ast *op); /* clause, or NULL */
bool schema_keeps(const struct ast *schema);           /* begins with * */
/* A node that has the columns of `in` but `drop` (MAY be NULL), and others
 * that only the rows would tell. */
struct node *plugin_open(struct binder *b, const struct ast *op,
                         struct node *in, const struct col *drop);

/* -- native steps: as op.h's run -- */
struct plugin_step {
    enum status (*run)(const struct frame *in, const void *args,
                       struct frame **out, const atomic_bool *cancel,
                       struct diags *ds);
    const void *args;
};
/* A HOST node over `rows`; the caller adds its columns. */
struct node *plugin_host(struct binder *b, const struct ast *op,
                         struct node *rows,
                         enum status (*run)(const struct frame *in,
                                            const void *args,
                                            struct frame **out,
                                            const atomic_bool *cancel,
                                            struct diags *ds),
                         const void *args);

/* -- templates -- */
struct kql {
    struct binder *b;
    struct buf text;
    LIST(struct macro {
        str name;
        const struct ast *ast;
    })
    macros;
};

void kql_init(struct kql *k, struct binder *b);
/* Placeholders to write into the text: for an argument, and for a name. */
str kql_ast(struct kql *k, const struct ast *t);
str kql_name(struct kql *k, str name);
/* `text` once for each argument from number `from` on, with its placeholder in
 * place of '@' and its count, from 0, in place of '#'. */
str kql_each(struct kql *k, const struct ast *op, size_t from,
             const char *text);
/* Appends `text`, in which @a, @b … stand for v[0], v[1] … */
void kql_text(struct kql *k, const char *text, const str *v);
/* Binds the text, the body of a function over a table `T__`, and releases k. */
struct node *kql_bind(struct kql *k, const struct ast *op, struct node *in);

#endif
