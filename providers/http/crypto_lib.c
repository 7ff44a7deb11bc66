/* crypto_lib.c - opens libcrypto and fills the function table.
 *
 * Called by: jwt.c. */
#include "crypto_api.h"

#include <dlfcn.h>

static const struct {
    const char *name;
    size_t offset;
} symbols[] = {
#define CRYPTO_SYMBOL(name) { #name, offsetof(struct crypto_api, name) },
    CRYPTO_FUNCTIONS(CRYPTO_SYMBOL)
#undef CRYPTO_SYMBOL
};

bool crypto_api_load(struct crypto_api *c, struct buf *why)
{
    /* The name carries the version whose header this was compiled with. */
    c->lib = dlopen("libcrypto.so.3", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!c->lib) {
        const char *text = dlerror();
        buf_adds(why, text ? text : "libcrypto.so.3 cannot be opened");
        return false;
    }
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        void *p = dlsym(c->lib, symbols[i].name);
        if (!p) {
            buf_addf(why, "libcrypto has no %s", symbols[i].name);
            return false;
        }
        /* C has no cast from object to function pointer; POSIX says that the
         * representation is the same. */
        memcpy((char *)c + symbols[i].offset, &p, sizeof p);
    }
    return true;
}
