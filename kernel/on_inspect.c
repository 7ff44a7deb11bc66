/* on_inspect.c - help on the word at the cursor.
 *
 * Called by: dispatch.c on the fast lane. */
#include "base/json_write.h"
#include "kernel/cursor.h"
#include "kernel/handlers.h"
#include "kernel/json_in.h"

enum { MAX_INSPECTED_BYTES = 16 << 20 };

static void send_found(struct kernel *k, const struct msg *m, str markdown,
                       str plain)
{
    struct buf b;
    buf_init(&b, MAX_CONTENT_BYTES);
    buf_adds(&b, "{\"status\":\"ok\",\"found\":true,\"metadata\":{},"
                 "\"data\":{\"text/plain\":");
    json_str(&b, plain);
    buf_adds(&b, ",\"text/markdown\":");
    json_str(&b, markdown.n ? markdown : plain);
    buf_adds(&b, "}}");
    reply(k, m, buf_str(&b));
    buf_release(&b);
}

void on_inspect(struct kernel *k, struct msg *m)
{
    struct cursor_units units;
    struct arena *a = arena_new();
    str markdown = S(""), plain = S("");
    str code = str_sub(json_member_text(m->body, "code"), 0,
                       MAX_INSPECTED_BYTES);
    int64_t pos = json_member_int(m->body, "cursor_pos", (int64_t)code.n);
    uint32_t at = cursor_to_bytes(code, pos, &units);
    if (k->in->inspect(k->in->lang, a, code, at, &markdown, &plain))
        send_found(k, m, markdown, plain);
    else
        reply(k, m, S("{\"status\":\"ok\",\"found\":false,\"data\":{},"
                      "\"metadata\":{}}"));
    arena_free(a);
}
