/* fuzz_config.c - any bytes as a file of settings.
 *
 * Holds that a document is a tree within its ceilings in which every node knows
 * its parent, that what is refused is refused with a sentence, and that showing
 * and checking any settings ends. */
#include <assert.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/frame.h"
#include "providers/config/config.h"
#include "providers/services.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t check_tree(const struct yaml_node *n, unsigned depth)
{
    size_t weight = 1;
    struct secret_ref ref;
    assert(depth <= YAML_MAX_DEPTH + 1);
    struct arena *a = arena_new();
    secret_ref(a, n, &ref);
    arena_free(a);
    for (size_t i = 0; i < n->n; i++) {
        if (n->kind == YAML_MAP)
            assert(yaml_get_str(n, n->kids[i]->key) == n->kids[i]);
        weight += check_tree(n->kids[i], depth + 1);
    }
    return weight;
}

static void check_document(str text)
{
    struct arena *a = arena_new();
    struct yaml_doc d;
    if (yaml_read(a, text, 0, &d)) {
        if (d.root)
            assert(check_tree(d.root, 0) <= 2 * YAML_MAX_NODES);
    } else {
        assert(d.error.n > 0);
    }
    arena_free(a);
}

/* The file that MSTICPYCONFIG names is a pipe in memory. */
static void check_settings(const uint8_t *data, size_t size)
{
    char path[64];
    int fd = memfd_create("settings", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    setenv("MSTICPYCONFIG", path, 1);
    setenv("HOME", "/nonexistent", 1);
    struct arena *a = arena_new();
    struct diags ds;
    diags_init(&ds, a);
    struct remote_services *s = services_new();
    if (config_open(s->config, &ds) == ST_OK) {
        frame_unref(config_show(s->config));
        frame_unref(config_check(s->config));
    } else {
        assert(ds.nerrors > 0);
    }
    services_free(s);
    arena_free(a);
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_document((str){ (const char *)data, size });
    check_settings(data, size);
    return 0;
}
