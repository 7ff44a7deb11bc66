/* request.c - one request to a cluster.
 *
 * Called by: every file of this folder. */
#include "elastic.h"

#include "providers/http/answer.h"
#include "providers/http/error_text.h"
#include "providers/http/url.h"

str es_path(struct arena *a, str index, const char *rest)
{
    struct buf b;
    buf_init(&b, 64 << 10);
    if (index.n) {
        buf_addc(&b, '/');
        url_param(&b, index);
    }
    buf_adds(&b, rest);
    str path = buf_take(&b, a);
    buf_release(&b);
    return path;
}

static struct http_request request(const struct elastic *e,
                                   const struct es_request *rq,
                                   struct arena *a)
{
    return (struct http_request){
        .method = rq->method ? rq->method : "POST",
        .url = arena_fmt(a, "%.*s%.*s", STRF(e->base), STRF(rq->path)),
        .auth = e->auth,
        .body = rq->body,
        .what = arena_cstr(a, e->what),
        .ca_file = e->ca_file,
        .max_body = ES_MAX_ANSWER,
        .total_ms = (e->seconds + 30) * 1000,
        .plain = e->plain,
        .any_status = rq->unknown,
    };
}

enum status es_send_to(struct elastic *e, const struct es_request *rq,
                       const struct http_sink *to,
                       const struct remote_call *call)
{
    struct arena *a = arena_new();
    struct http_call hc = services_call(call, a);
    struct http_request request_ = request(e, rq, a);
    struct http_reply reply;
    request_.sink = to;
    enum status st = http_send(e->services->http, &request_, &hc, &reply);
    if (st == ST_OK && reply.status == 404)
        st = ST_USER;
    else if (st == ST_OK && reply.status >= 300)
        st = http_fail_reply(e->services->http, &request_, &hc, &reply);
    arena_free(a);
    return st;
}

enum status es_send(struct elastic *e, const struct es_request *rq,
                    struct body *to, const struct remote_call *call)
{
    buf_reset(&to->bytes);
    return es_send_to(e, rq, &to->sink, call);
}

enum status es_ask(struct elastic *e, const struct es_request *rq,
                   struct arena *a, str *json, const struct remote_call *call)
{
    struct http_call hc = services_call(call, a);
    struct http_request request_ = request(e, rq, a);
    struct http_reply reply;
    enum status st = http_send(e->services->http, &request_, &hc, &reply);
    if (st == ST_OK && reply.status == 404)
        return ST_USER;
    if (st == ST_OK && reply.status >= 300)
        return http_fail_reply(e->services->http, &request_, &hc, &reply);
    if (st == ST_OK)
        st = http_reply_json(e->services->http, &request_, &hc, &reply, json);
    return st;
}

enum status es_no_answer(struct elastic *e, str body, const char *why,
                         const struct remote_call *call)
{
    struct arena *a = arena_new();
    struct http_call hc = services_call(call, a);
    struct http_error said = { S(""), S("") };
    body = str_trim(body);
    if (body.n && body.p[0] == '{')
        http_error_parse(a, body, &said);
    str code = said.code.n ? said.code : S("an error");
    if (said.message.n && str_find(body, S("\"error\"")) >= 0)
        (void)http_fail(e->services->http, &hc, DIAG_HTTP,
                        "%.*s answers 200, but with %.*s: %.*s", STRF(e->what),
                        STRF(code), STRF(said.message));
    else
        (void)es_garbled(e, call, why);
    arena_free(a);
    return ST_ENV;
}

enum status es_garbled(struct elastic *e, const struct remote_call *call,
                       const char *why)
{
    diag_error(call->ds, DIAG_HTTP, call->span,
               "%.*s: the answer is not one of this service (%s)",
               STRF(e->what), why ? why : "something is missing");
    return ST_ENV;
}
