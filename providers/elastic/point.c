/* point.c - points in time: an index that stands still while it is read.
 *
 * Called by: read.c, groups.c, elastic.c. */
#include "elastic.h"

#include "base/json_write.h"

bool es_has_points(const struct elastic *e)
{
    return e->opensearch ? e->major > 2 || (e->major == 2 && e->minor >= 4)
                         : e->major > 7 || (e->major == 7 && e->minor >= 12);
}

void es_point_keep(str *id, str newer)
{
    if (!newer.n || str_eq(*id, newer))
        return;
    free((char *)id->p);
    char *p = xmalloc(newer.n);
    memcpy(p, newer.p, newer.n);
    *id = (str){ p, newer.n };
}

enum status es_point_open(struct elastic *e, str index, str *id,
                          const struct remote_call *call)
{
    struct arena *a = arena_new();
    struct es_request rq = {
        .path = es_path(a, index,
                        e->opensearch ? "/_search/point_in_time?keep_alive="
                                        ES_KEEP_ALIVE
                                      : "/_pit?keep_alive=" ES_KEEP_ALIVE),
    };
    struct body body;
    struct pull j;
    struct field_names none;
    str key, found = S("");
    body_init(&body, 1 << 20);
    enum status st = es_send(e, &rq, &body, call);
    if (st == ST_OK) {
        field_names_init(&none, a);
        pull_init(&j, body_text(&body), &none);
        for (pull_object(&j); pull_key(&j, &key);)
            if (str_eqz(key, "id") || str_eqz(key, "pit_id"))
                pull_text(&j, a, &found);
            else
                pull_skip(&j);
        if (!found.n)
            st = es_garbled(e, call, "a point in time is missing");
        pull_release(&j);
    }
    if (st == ST_OK)
        es_point_keep(id, found);
    body_release(&body);
    arena_free(a);
    return st == ST_USER ? es_garbled(e, call, "404") : st;
}

/* It would end by itself: nobody waits for the answer to be a good one. */
void es_point_close(struct elastic *e, str id, bool scroll)
{
    struct arena *a = arena_new();
    struct diags ds;
    struct buf b;
    struct es_request rq = { .method = "DELETE", .unknown = true };
    diags_init(&ds, a);
    struct remote_call call = { .ds = &ds };
    str json;
    buf_init(&b, 1 << 20);
    rq.path = scroll          ? S("/_search/scroll")
              : e->opensearch ? S("/_search/point_in_time")
                              : S("/_pit");
    buf_adds(&b, scroll          ? "{\"scroll_id\":["
                 : e->opensearch ? "{\"pit_id\":["
                                 : "{\"id\":");
    json_str(&b, id);
    buf_adds(&b, scroll || e->opensearch ? "]}" : "}");
    rq.body = buf_str(&b);
    (void)es_ask(e, &rq, a, &json, &call);
    buf_release(&b);
    arena_free(a);
}
