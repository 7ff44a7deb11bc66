/* keyring.c - the keyring of the desktop, through libsecret when it is there.
 *
 * Called by: secret.c, key_vault.c. The library is opened at run time: it comes
 * with GLib, which a server need not have. Items are those that Python's
 * keyring writes, so that a vault's secrets that msticpy kept are found. */
#include <dlfcn.h>

#include "config_int.h"

/* struct _SecretSchema of libsecret 0.18 and newer. */
struct schema {
    const char *name;
    int flags; /* 2: SECRET_SCHEMA_DONT_MATCH_NAME */
    struct {
        const char *name;
        int type; /* 0: text */
    } attributes[32];
    int reserved;
    void *reserved_pointers[7];
};

static const struct schema SCHEMA = {
    "org.freedesktop.Secret.Generic",
    2,
    { { "service", 0 }, { "username", 0 }, { "application", 0 } },
    0,
    { NULL },
};

/* The group of msticpy's items. */
#define DEFAULT_SERVICE "Providers"
/* What Python's keyring calls itself in its items. Ours must bear the same
 * attributes: it replaces only what does, and of two items of one name nobody
 * knows which is found. */
#define WRITER "Python keyring library"

struct gerror {
    uint32_t domain;
    int code;
    char *message;
};

struct libsecret {
    char *(*lookup)(const struct schema *, void *, struct gerror **, ...);
    int (*store)(const struct schema *, const char *, const char *,
                 const char *, void *, struct gerror **, ...);
    void (*release)(char *);
    int (*clear)(const struct schema *, void *, struct gerror **, ...);
};

static bool load(struct libsecret *s, struct buf *why)
{
    static const char *const names[] = { "secret_password_lookup_sync",
                                         "secret_password_store_sync",
                                         "secret_password_free",
                                         "secret_password_clear_sync" };
    void **const slots[] = { (void **)&s->lookup, (void **)&s->store,
                             (void **)&s->release, (void **)&s->clear };
    const size_t n = sizeof slots / sizeof *slots;
    void *lib = dlopen("libsecret-1.so.0",
                       RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    for (size_t i = 0; lib && i < n; i++) {
        void *p = dlsym(lib, names[i]);
        if (!p)
            lib = NULL;
        memcpy(slots[i], &p, sizeof p);
    }
    if (!lib)
        buf_adds(why, "the keyring needs libsecret: apt install "
                      "libsecret-1-0");
    return lib != NULL;
}

static const char *service_of(struct arena *a, str service)
{
    return service.n ? arena_cstr(a, service) : DEFAULT_SERVICE;
}

bool keyring_get(struct arena *a, str service, str name, str *out,
                 struct buf *why)
{
    struct libsecret s;
    struct gerror *e = NULL;
    if (!load(&s, why))
        return false;
    char *v = s.lookup(&SCHEMA, NULL, &e, "service", service_of(a, service),
                       "username", arena_cstr(a, name), (char *)NULL);
    if (v)
        *out = arena_str(a, str_of(v));
    else if (e)
        buf_addf(why, "the keyring cannot be read: %s", e->message);
    else
        buf_addf(why, "the keyring has no '%.*s' of service '%s'", STRF(name),
                 service_of(a, service));
    s.release(v);
    return v != NULL;
}

bool keyring_put(str service, str name, str value, struct buf *why)
{
    struct libsecret s;
    struct gerror *e = NULL;
    struct arena *a = arena_new();
    const char *group = service_of(a, service), *item = arena_cstr(a, name);
    bool ok = load(&s, why);
    if (ok) {
        s.clear(&SCHEMA, NULL, NULL, "service", group, "username", item,
                (char *)NULL);
        ok = s.store(&SCHEMA, "default", item, arena_cstr(a, value), NULL, &e,
                     "service", group, "username", item, "application",
                     WRITER, (char *)NULL) != 0;
        if (!ok)
            buf_addf(why, "the keyring cannot be written: %s",
                     e ? e->message : "refused");
    }
    arena_free(a);
    return ok;
}
