/* fuzz_pack.c - any bytes as a file of queries.
 *
 * Holds that what is read stays within its ceilings, that every query has a
 * name and a text, and that what is left out is told. */
#include <assert.h>
#include <stdint.h>

#include "providers/queries/pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct diags ds;
    struct pack p = { .name = S("p") };
    diags_init(&ds, a);
    bool ok = pack_read(a, S("p.yaml"), (str){ (const char *)data, size }, &p,
                        &ds);
    assert(ok || ds.list.n);
    assert(p.queries.n <= PACK_MAX_QUERIES);
    for (size_t i = 0; i < p.queries.n; i++)
        assert(p.queries.v[i].name.n);
    arena_free(a);
    return 0;
}
