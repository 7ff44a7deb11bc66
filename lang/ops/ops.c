/* ops.c - the table of operators, made from ops.def.
 *
 * Called by: lang.c, which hands it to parser and binder. */
#include "ops.h"

#define OP(name) extern const struct lang_op op_##name;
#include "ops.def"
#undef OP

const struct lang_op *const lang_ops[] = {
#define OP(name) &op_##name,
#include "ops.def"
#undef OP
};
const size_t nlang_ops = sizeof lang_ops / sizeof *lang_ops;
