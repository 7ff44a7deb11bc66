/* ops.h - the table of operators. */
#ifndef OPS_OPS_H
#define OPS_OPS_H

#include "registry/op.h"

extern const struct lang_op *const lang_ops[];
extern const size_t nlang_ops;

#endif
