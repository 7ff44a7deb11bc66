/* libpq_lib.c - opens libpq and fills the function table.
 *
 * Called by: postgresql.c for each .connect. */
#include "libpq_api.h"

#include <dlfcn.h>

static const struct {
    const char *name;
    size_t offset;
} symbols[] = {
#define LIBPQ_SYMBOL(name) { "PQ" #name, offsetof(struct libpq, name) },
    LIBPQ_FUNCTIONS(LIBPQ_SYMBOL)
#undef LIBPQ_SYMBOL
};

bool libpq_load(struct libpq *q, struct buf *why)
{
    /* NODELETE: its TLS library outlives any connection of ours. */
    q->lib = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!q->lib) {
        const char *text = dlerror();
        buf_adds(why, text ? text : "libpq.so.5 cannot be opened");
        return false;
    }
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        void *p = dlsym(q->lib, symbols[i].name);
        if (!p) {
            buf_addf(why, "libpq has no %s", symbols[i].name);
            return false;
        }
        /* C has no cast from object to function pointer; POSIX says that the
         * representation is the same. */
        memcpy((char *)q + symbols[i].offset, &p, sizeof p);
    }
    return true;
}
