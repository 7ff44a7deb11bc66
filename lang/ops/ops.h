/* ops.h - the tables of operators and of plugins. */
#ifndef OPS_OPS_H
#define OPS_OPS_H

#include "registry/op.h"
#include "registry/plugin.h"

extern const struct lang_op *const lang_ops[];
extern const size_t nlang_ops;

extern const struct lang_plugin *const lang_plugins[];
extern const size_t nlang_plugins;

#endif
