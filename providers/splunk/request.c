/* request.c - one request to Splunk's REST interface.
 *
 * Called by: every file of this folder. */
#include "splunk.h"

#include "providers/http/url.h"

str sp_jobs(const struct splunk *s, struct arena *a, str sid, const char *rest)
{
    struct buf b;
    buf_init(&b, 64 << 10);
    buf_adds(&b, s->v2 ? "/search/v2/jobs" : "/search/jobs");
    if (sid.n) {
        buf_addc(&b, '/');
        url_param(&b, sid);
    }
    buf_adds(&b, rest);
    str path = buf_take(&b, a);
    buf_release(&b);
    return path;
}

enum status sp_send(struct splunk *s, const struct sp_request *rq,
                    struct arena *a, str *json, const struct remote_call *call)
{
    struct http_call hc = services_call(call, a);
    struct http_request request = {
        .method = rq->method,
        .url = arena_fmt(a, "%.*s%.*s%.*s", STRF(s->base), STRF(s->path),
                         STRF(rq->path)),
        .auth = s->auth,
        .body = rq->form,
        .content_type = "application/x-www-form-urlencoded",
        .sink = rq->sink,
        .what = arena_cstr(a, s->what),
        .ca_file = s->ca_file,
        .max_body = rq->rare ? SP_ENDLESS : SP_MAX_ANSWER,
        .total_ms = (s->seconds + 30) * 1000,
        /* Rows of a rare event come one at a time. */
        .idle_ms = rq->rare ? (s->seconds + 30) * 1000 : 0,
        .plain = s->plain,
        .once = rq->once,
        .any_status = rq->unknown,
    };
    struct http_reply reply;
    enum status st = http_send(s->services->http, &request, &hc, &reply);
    if (st == ST_OK && reply.status == 404)
        return ST_USER;
    if (st == ST_OK && reply.status >= 300)
        return http_fail_reply(s->services->http, &request, &hc, &reply);
    if (st == ST_OK && json && reply.body.n)
        st = http_reply_json(s->services->http, &request, &hc, &reply, json);
    return st;
}

enum status sp_garbled(struct splunk *s, const struct remote_call *call,
                       const char *why)
{
    diag_error(call->ds, DIAG_HTTP, call->span,
               "%.*s: the answer is not one of this service (%s)",
               STRF(s->what), why ? why : "something is missing");
    return ST_ENV;
}
