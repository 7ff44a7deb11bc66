/* fuzz_decode.c - any bytes as a text with something encoded in it.
 *
 * The bytes are tried as they are and as base64 of an archive, so that the
 * readers of gzip, zip, tar and the others see them. Holds that depths, sizes
 * and kinds are what they may be, and that limits hold. */
#include <assert.h>

#include "analytics/decode.h"
#include "base/base64.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_BYTES = 1 << 20, DEPTH = 4 };

static void check(struct arena *a, str text)
{
    struct decode_opts o = { .depth = DEPTH, .max_bytes = MAX_BYTES,
                             .max_members = 20 };
    struct decoder *d = decoder_new(&o, NULL);
    const struct decoded *v;
    size_t n = decode_text(d, a, text, &v), bytes = 0;
    for (size_t i = 0; i < n; i++) {
        assert(v[i].depth >= 1 && v[i].depth <= DEPTH && v[i].type);
        assert(i == 0 || v[i].depth <= v[i - 1].depth + 1);
        assert(!v[i].is_text || utf8_valid(v[i].text));
        assert(v[i].path.n > 0);
        bytes += v[i].bytes.n;
    }
    assert(bytes <= MAX_BYTES);
    decoder_free(d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct buf b;
    str text = { (const char *)data, size };
    check(a, text);
    buf_init(&b, 64 << 20);
    base64_encode(&b, text);
    check(a, buf_str(&b));
    buf_release(&b);
    arena_free(a);
    return 0;
}
