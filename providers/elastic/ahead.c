/* ahead.c - the next page of a scroll, asked for while one is being read.
 *
 * Called by: read.c. A scroll is one stream: without it the cluster waits
 * while rows are made of a page, and this program while the next is put
 * together. Must not: be used where the next page depends on the rows of this
 * one (search_after) or may not be wanted (a limit). */
#include "elastic.h"

#include "base/json_write.h"
#include "providers/answer/flow.h"

/* Smaller pages are the last one, or cost less than a thread. */
enum { WORTH_IT = 64 << 10 };

struct es_ahead {
    struct elastic *e;
    struct buf text; /* of the request */
    struct flow *flow;
};

void es_scroll_text(struct buf *b, str id)
{
    buf_adds(b, "{\"scroll\":\"" ES_KEEP_ALIVE "\",\"scroll_id\":");
    json_str(b, id);
    buf_addc(b, '}');
}

/* The id is the first member of an answer; "": it is not. */
static str id_at_front(str page)
{
    str head = S("{\"_scroll_id\":\"");
    if (page.n < WORTH_IT || !str_starts(page, head))
        return S("");
    str rest = str_sub(page, head.n, page.n);
    ptrdiff_t end = str_find_char(str_sub(rest, 0, WORTH_IT / 2), '"');
    str id = end < 0 ? S("") : str_sub(rest, 0, (size_t)end);
    return str_find_char(id, '\\') < 0 ? id : S("");
}

static enum status send(void *ctx, const struct http_sink *to,
                        const struct remote_call *call)
{
    struct es_ahead *a = ctx;
    struct es_request rq = { .path = S("/_search/scroll"),
                             .body = buf_str(&a->text) };
    return es_send_to(a->e, &rq, to, call);
}

enum status es_ahead_start(struct es_ahead **out, struct elastic *e, str page,
                           const struct remote_call *call)
{
    str id = id_at_front(page);
    *out = NULL;
    if (!id.n)
        return ST_OK;
    struct es_ahead *a = xcalloc(1, sizeof *a);
    struct flow_job job = { .ctx = a, .send = send };
    a->e = e;
    buf_init(&a->text, WORTH_IT);
    es_scroll_text(&a->text, id);
    enum status st = flow_start(&a->flow, &job, call);
    if (st == ST_OK)
        *out = a;
    else
        es_ahead_free(a);
    return st;
}

enum status es_ahead_take(struct es_ahead *a, struct body *to,
                          const struct remote_call *call)
{
    enum status st = ST_OK;
    str window = S("");
    bool last = false;
    while (st == ST_OK && !last)
        st = flow_more(a->flow, 0, &window, &last, call->cancel);
    buf_reset(&to->bytes);
    buf_add(&to->bytes, window);
    if (st == ST_OK)
        st = flow_end(a->flow, call->ds);
    es_ahead_free(a);
    return st;
}

void es_ahead_free(struct es_ahead *a)
{
    if (!a)
        return;
    flow_free(a->flow);
    buf_release(&a->text);
    free(a);
}
