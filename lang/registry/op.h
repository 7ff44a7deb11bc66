/* op.h - the contract of a tabular operator.
 *
 * One file (lang/ops/op_NAME.c) and one row (lang/ops/ops.def). The parser
 * knows no operator: it asks the row of the word after a pipe to parse the
 * rest. Binding turns the tree into relational nodes (plan/node.h), of which
 * there are about a dozen, so no operator writes SQL. */
#ifndef REGISTRY_OP_H
#define REGISTRY_OP_H

#include <stdatomic.h>

#include "base/diag.h"
#include "base/frame.h"
#include "base/status.h"

struct ast;
struct binder;
struct canon;
struct node;
struct parser;

enum op_flags {
    OP_SOURCE = 1,  /* may start a query: print, range, union … */
    OP_NO_PIPE = 2, /* may not stand after a pipe: print, datatable … */
    OP_HUNTING = 4, /* Shikra's own, not KQL's */
    OP_GRAPH = 8,   /* takes what make-graph gives, and nothing else */
};

struct lang_op {
    const char *name;
    const char *alias; /* another spelling; or NULL */
    unsigned flags;
    const char *usage, *summary, *example;
    /* MUST: reads what follows the name and adds children to `op`. Errors are
     * reported; whatever could be read stays in the tree. */
    void (*parse)(struct parser *p, struct ast *op);
    /* MUST: gives the node that computes it over `in` (NULL for a source), or
     * NULL after reporting an error. */
    struct node *(*bind)(struct binder *b, const struct ast *op,
                         struct node *in);
    /* MAY: a native step over the whole input; bind made a HOST node for it.
     * `args` is what bind left in the node. Polls `cancel`. */
    enum status (*run)(const struct frame *in, const void *args,
                       struct frame **out, const atomic_bool *cancel,
                       struct diags *ds);
    /* MAY: writes what follows the name in canonical KQL, a blank first;
     * parsing that gives the same tree. Without it the common layout is
     * written: options, items, clauses by their word (syntax/canon.h). */
    void (*print)(struct canon *c, const struct ast *op);
};

#endif
