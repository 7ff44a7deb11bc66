/* plugin.h - the contract of a plugin: `T | evaluate NAME(arguments)`.
 *
 * One file (lang/ops/plugin_NAME.c, or plugins_FAMILY.c where several share
 * their ways) and one row (lang/ops/plugins.def). */
#ifndef REGISTRY_PLUGIN_H
#define REGISTRY_PLUGIN_H

#include "registry/op.h"

struct lang_plugin {
    const char *name;
    const char *usage, *summary, *example;
    /* MUST: gives the node that computes it over `in`, or NULL after reporting
     * an error. `op` holds the call as its AST_CALL child and, when an output
     * schema was written, CLAUSE "schema". Where the columns depend on rows
     * that cannot be read now (can_read), the node is open. */
    struct node *(*bind)(struct binder *b, const struct ast *op,
                         struct node *in);
};

#endif
