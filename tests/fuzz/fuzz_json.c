/* fuzz_json.c - any bytes through json_compact and the walkers.
 *
 * Holds that accepted text is a fixed point of compaction, that walking it
 * finds every value whole, and that junk neither crashes nor hangs. */
#include <assert.h>

#include "base/json_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every value inside is itself stored text. */
static void check_values(str json, unsigned depth)
{
    struct json_iter it;
    struct buf b;
    str key, value, found;
    if (depth > 3 || !json_iter_init(&it, json))
        return;
    buf_init(&b, 64u << 20);
    for (int64_t i = 0; json_next(&it, &key, &value) && i < 64; i++) {
        buf_reset(&b);
        assert(json_compact(&b, value, JSON_MAX_DEPTH, NULL));
        assert(str_eq(buf_str(&b), value));
        if (!it.object)
            assert(json_get_index(json, i, &found) && found.p == value.p);
        check_values(value, depth + 1);
    }
    buf_release(&b);
}

static void walk_junk(str s)
{
    struct json_iter it;
    struct value v;
    str key, value;
    size_t n = 0;
    json_iter_init(&it, s);
    while (json_next(&it, &key, &value))
        assert(++n <= s.n);
    if (s.n <= 24)
        (void)json_scalar(s, &v);
    (void)json_get_key(s, S("a"), &value);
    (void)json_get_index(s, -2, &value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str text = { (const char *)data, size }, error = STR_NONE;
    struct buf once, twice;
    buf_init(&once, 64u << 20);
    buf_init(&twice, 64u << 20);
    walk_junk(text);
    if (json_compact(&once, text, JSON_MAX_DEPTH, &error)) {
        assert(json_compact(&twice, buf_str(&once), JSON_MAX_DEPTH, NULL));
        assert(str_eq(buf_str(&once), buf_str(&twice)));
        check_values(buf_str(&once), 0);
    } else {
        assert(once.n == 0 && error.n > 0);
    }
    buf_reset(&twice);
    json_text_str(&twice, text);
    buf_reset(&once);
    assert(json_compact(&once, buf_str(&twice), 1, NULL));
    assert(str_eq(buf_str(&once), buf_str(&twice)));
    buf_release(&once);
    buf_release(&twice);
    return 0;
}
