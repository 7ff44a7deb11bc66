/* on_complete.c - what may stand at the cursor.
 *
 * Called by: dispatch.c on the fast lane, also while a cell runs. Matches are
 * full replacements of the range; the experimental array beside them carries
 * the type and signature that JupyterLab and VS Code show. */
#include "base/json_write.h"
#include "kernel/cursor.h"
#include "kernel/handlers.h"
#include "kernel/json_in.h"

enum { MAX_MATCHES = 1000, MAX_COMPLETED_BYTES = 16 << 20 };

struct range {
    long long beg, end;
};

static void add_matches(struct buf *b, const struct completions *all, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_addc(b, ',');
        json_str(b, all->list.v[i].text);
    }
}

static void add_types(struct buf *b, const struct completions *all, size_t n,
                      struct range r)
{
    for (size_t i = 0; i < n; i++) {
        const struct completion *c = &all->list.v[i];
        buf_addf(b, "%s{\"start\":%lld,\"end\":%lld,\"text\":", i ? "," : "",
                 r.beg, r.end);
        json_str(b, c->text);
        buf_adds(b, ",\"type\":");
        json_str(b, str_of(c->type ? c->type : "text"));
        buf_adds(b, ",\"signature\":");
        json_str(b, c->detail);
        buf_addc(b, '}');
    }
}

static void send_matches(struct kernel *k, const struct msg *m,
                         const struct completions *all, struct range r)
{
    struct buf b;
    size_t n = all->list.n < MAX_MATCHES ? all->list.n : MAX_MATCHES;
    buf_init(&b, MAX_CONTENT_BYTES);
    buf_adds(&b, "{\"status\":\"ok\",\"matches\":[");
    add_matches(&b, all, n);
    buf_addf(&b, "],\"cursor_start\":%lld,\"cursor_end\":%lld,"
                 "\"metadata\":{\"_jupyter_types_experimental\":[",
             r.beg, r.end);
    add_types(&b, all, n, r);
    buf_adds(&b, "]}}");
    reply(k, m, buf_str(&b));
    buf_release(&b);
}

void on_complete(struct kernel *k, struct msg *m)
{
    struct cursor_units units;
    struct arena *a = arena_new();
    str code = str_sub(json_member_text(m->body, "code"), 0,
                       MAX_COMPLETED_BYTES);
    int64_t pos = json_member_int(m->body, "cursor_pos", (int64_t)code.n);
    uint32_t at = cursor_to_bytes(code, pos, &units);
    struct completions all = { .beg = at, .end = at };
    k->in->complete(k->in->lang, a, code, at, &all);
    struct range r = { cursor_from_bytes(code, all.beg, &units),
                       cursor_from_bytes(code, all.end, &units) };
    send_matches(k, m, &all, r);
    arena_free(a);
}
