/* funcs.h - the table of scalar functions: one family a file.
 *
 * A family is `const struct lang_func funcs_NAME[]` with `nfuncs_NAME` rows
 * and one line in families.def. Rows of one name are overloads, tried in the
 * order in which they stand. */
#ifndef FUNCS_FUNCS_H
#define FUNCS_FUNCS_H

#include "registry/func.h"

struct func_family {
    const char *name;
    const struct lang_func *rows;
    const size_t *n;
};

const struct func_family *func_families(size_t *n);

#define FAMILY(name)                                                         \
    extern const struct lang_func funcs_##name[];                            \
    extern const size_t nfuncs_##name;
#include "families.def"
#undef FAMILY

#endif
