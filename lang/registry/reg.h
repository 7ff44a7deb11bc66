/* reg.h - the rows of a session, looked up by name.
 *
 * Handed to parser and binder, so that neither reaches for a concrete table. */
#ifndef REGISTRY_REG_H
#define REGISTRY_REG_H

#include "base/str.h"
#include "agg.h"
#include "command.h"
#include "func.h"
#include "op.h"
#include "plugin.h"
#include "remote.h"
#include "source.h"
#include "stored_query.h"

struct config_face;
struct lang_word;

struct registry {
    const struct lang_op *const *ops;
    size_t nops;
    const struct lang_func *const
        *funcs; /* sorted by name; overloads kept in order */
    size_t nfuncs;
    const struct lang_agg *const *aggs;
    size_t naggs;
    const struct lang_plugin *const *plugins;
    size_t nplugins;
    const struct lang_command *const *commands;
    size_t ncommands;
    const struct provider *const *providers;
    size_t nproviders;
    const struct remote_provider *const *remotes;
    size_t nremotes;
    const struct stored_face *stored; /* built-in queries; MAY be NULL */
    const struct lang_word *renderers;
    size_t nrenderers;
    const struct config_face *config; /* of `.config`; MAY be NULL */
};

const struct lang_op *reg_op(const struct registry *r, str name);
/* First row of that name and the number of rows; rows of a name are adjacent.
 */
const struct lang_func *const *reg_funcs(const struct registry *r, str name,
                                         size_t *n);
const struct lang_agg *reg_agg(const struct registry *r, str name);
const struct lang_command *reg_command(const struct registry *r, str name);
const struct provider *reg_provider(const struct registry *r, str name);
const struct remote_provider *reg_remote(const struct registry *r, str name);

#endif
