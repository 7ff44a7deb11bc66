/* curl_lib.c - opens libcurl and fills the function table.
 *
 * Called by: client.c before the first request, under its lock. */
#include "curl_api.h"

#include <dlfcn.h>

/* CURLOPT_PROTOCOLS_STR and thread-safe initialisation need 7.85. */
enum { MIN_VERSION = 0x075500 };

static const struct {
    const char *name;
    size_t offset;
} symbols[] = {
#define CURL_SYMBOL(name) { "curl_" #name, offsetof(struct curl_api, name) },
    CURL_FUNCTIONS(CURL_SYMBOL)
#undef CURL_SYMBOL
};

static bool new_enough(void *lib, struct buf *why)
{
    curl_version_info_data *(*info)(CURLversion) = NULL;
    void *p = dlsym(lib, "curl_version_info");
    memcpy(&info, &p, sizeof p);
    const curl_version_info_data *v = p ? info(CURLVERSION_NOW) : NULL;
    if (v && v->version_num >= MIN_VERSION)
        return true;
    buf_addf(why, "libcurl is version %s, needed is 7.85 or newer",
             v ? v->version : "?");
    return false;
}

static bool fill_table(struct curl_api *c, void *lib, struct buf *why)
{
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        void *p = dlsym(lib, symbols[i].name);
        if (!p) {
            buf_addf(why, "libcurl has no %s", symbols[i].name);
            return false;
        }
        /* C has no cast from object to function pointer; POSIX says that the
         * representation is the same. */
        memcpy((char *)c + symbols[i].offset, &p, sizeof p);
    }
    return true;
}

bool curl_api_load(struct curl_api *c, struct buf *why)
{
    if (c->lib)
        return true;
    /* NODELETE: its threads and TLS library outlive any request of ours. */
    void *lib = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!lib) {
        const char *text = dlerror();
        buf_adds(why, text ? text : "libcurl.so.4 cannot be opened");
        return false;
    }
    if (!new_enough(lib, why) || !fill_table(c, lib, why))
        return false;
    if (c->global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        buf_adds(why, "libcurl cannot be initialised");
        return false;
    }
    c->lib = lib;
    return true;
}
