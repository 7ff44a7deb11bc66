/* on_history.c - earlier cells: the last ones, a range, or those that match.
 *
 * Called by: dispatch.c on the fast lane. */
#include "kernel/handlers.h"
#include "kernel/json_in.h"

static enum history_access access_of(str word)
{
    return str_eqz(word, "range") ? HISTORY_RANGE
           : str_eqz(word, "search") ? HISTORY_SEARCH : HISTORY_TAIL;
}

void on_history(struct kernel *k, struct msg *m)
{
    struct buf b;
    const json_t *body = m->body;
    struct history_query q = {
        .access = access_of(json_member_text(body, "hist_access_type")),
        .output = json_member_bool(body, "output", false),
        .unique = json_member_bool(body, "unique", false),
        .n = json_member_int(body, "n", -1),
        .session = json_member_int(body, "session", 0),
        .start = json_member_int(body, "start", 0),
        .stop = json_member_int(body, "stop", -1),
        .pattern = json_member_text(body, "pattern"),
    };
    if (q.pattern.n == 0)
        q.pattern = S("*");
    buf_init(&b, MAX_CONTENT_BYTES * 2);
    buf_adds(&b, "{\"status\":\"ok\",\"history\":");
    session_query(k->session, &q, &b);
    buf_addc(&b, '}');
    reply(k, m, buf_ok(&b) ? buf_str(&b)
                           : S("{\"status\":\"ok\",\"history\":[]}"));
    buf_release(&b);
}
