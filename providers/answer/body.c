/* body.c - the body of a big answer, kept to be read in place.
 *
 * Called by: kusto/. The client's own buffer would do, but the JSON reader
 * wants zero bytes behind its input, and an answer of 100 MB is not to be
 * copied for them. */
#include "body.h"

#include "providers/file/json_read.h"

static enum status take_piece(void *ctx, const struct http_reply *head,
                              str bytes)
{
    struct body *b = ctx;
    (void)head;
    buf_add(&b->bytes, bytes);
    return buf_ok(&b->bytes) ? ST_OK : ST_ENV;
}

static void start_again(void *ctx)
{
    struct body *b = ctx;
    buf_reset(&b->bytes);
}

void body_init(struct body *b, uint64_t most)
{
    buf_init(&b->bytes, (size_t)most + JSON_PAD);
    b->sink = (struct http_sink){ b, take_piece, start_again };
}

void body_release(struct body *b)
{
    buf_release(&b->bytes);
}

str body_text(struct body *b)
{
    static const char pad[JSON_PAD];
    size_t n = b->bytes.n;
    buf_add(&b->bytes, (str){ pad, JSON_PAD });
    return (str){ b->bytes.p, n };
}
