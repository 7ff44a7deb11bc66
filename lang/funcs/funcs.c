/* funcs.c - the families of scalar functions, made from families.def.
 *
 * Called by: lang.c, which sorts all rows by name. */
#include "funcs.h"

const struct func_family *func_families(size_t *n)
{
    static const struct func_family all[] = {
#define FAMILY(name) { #name, funcs_##name, &nfuncs_##name },
#include "families.def"
#undef FAMILY
    };
    *n = sizeof all / sizeof *all;
    return all;
}
