/* fuzz_json_feed.c - any bytes as a JSON answer, in one piece and in many.
 *
 * Holds that where an answer is cut into pieces makes no difference, and that
 * every value of good JSON comes out whole. */
#include <assert.h>

#include "base/json_text.h"
#include "providers/http/json_feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum status keep(void *ctx, size_t path, str json)
{
    struct buf *b = ctx;
    buf_addf(b, "%zu ", path);
    buf_add(b, json);
    buf_addc(b, '\n');
    return ST_OK;
}

static enum status feed(struct buf *b, const char *const *paths, str text,
                        size_t step)
{
    struct json_feed_out out = { b, keep };
    struct json_feed *f = json_feed_new(paths, &out);
    enum status st = ST_OK;
    for (size_t i = 0; i < text.n && st == ST_OK; i += step)
        st = json_feed_add(f, str_sub(text, i, i + step));
    if (st == ST_OK)
        st = json_feed_end(f);
    assert((st == ST_OK) == (json_feed_error(f).n == 0));
    json_feed_free(f);
    return st;
}

/* A whole document comes out as it is; so do its elements. */
static void check_good(str text)
{
    static const char *const all[] = { "", NULL };
    struct buf json, b;
    buf_init(&json, JSON_MAX_BYTES);
    buf_init(&b, 64 << 20);
    if (json_compact(&json, text, JSON_MAX_DEPTH, NULL)) {
        assert(feed(&b, all, buf_str(&json), 7) == ST_OK);
        assert(str_eq(str_sub(buf_str(&b), 2, b.n - 1), buf_str(&json)));
    }
    buf_release(&json);
    buf_release(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = { "a.*", "*.b", "*.*.*", NULL };
    str text = { (const char *)data, size };
    struct buf one, many;
    buf_init(&one, 64 << 20);
    buf_init(&many, 64 << 20);
    enum status st = feed(&one, paths, text, size ? size : 1);
    assert(feed(&many, paths, text, 1) == st);
    assert(str_eq(buf_str(&one), buf_str(&many)));
    buf_release(&one);
    buf_release(&many);
    check_good(text);
    return 0;
}
