/* batch.c - runs requests side by side on one thread: the loop, the retries.
 *
 * Called by: providers and auth_*.c, through http.h. Several batches may run on
 * several threads; each borrows a multi handle with its open connections. */
#include "base/ticks.h"
#include "client_int.h"
#include "url.h"

/* ---- one transfer's way ---- */

struct batch {
    struct http *http;
    const struct http_call *call;
    CURLM *multi;
    struct transfer *all;
    size_t n, ndone, nrunning;
    unsigned width;
    bool stopped; /* by a sink: no more requests */
};

static void done(struct batch *b, struct transfer *t, enum status outcome)
{
    t->phase = PHASE_DONE;
    t->reply->outcome = outcome;
    b->ndone++;
}

static bool url_is_fit(struct transfer *t)
{
    struct url u;
    if (!url_parse(t->url, &u)) {
        report_transfer(t, DIAG_CONFIG, "not an http or https address");
        return false;
    }
    if (u.userinfo.n) {
        report_transfer(t, DIAG_CONFIG,
                        "user and password do not belong into an address");
        return false;
    }
    bool plain_fits = !t->foreign && (t->rq->plain || t->rq->link_local);
    if (url_is_https(&u) || url_is_loopback(&u) || plain_fits)
        return true;
    report_transfer(t, DIAG_CONFIG,
                    "plain http goes over the network unprotected; "
                    "use https");
    return false;
}

static struct exchange exchange_of(const struct transfer *t)
{
    return (struct exchange){
        .method = str_of(transfer_method(t)),
        .url = t->url,
        .nasked = t->rq->nheaders,
        .asked = t->rq->headers,
        .body = t->as_get ? S("") : t->rq->body,
        .status = t->reply->status,
        .nheaders = t->reply->nheaders,
        .headers = t->reply->headers,
        .reply = t->taped.n ? buf_str(&t->taped) : buf_str(&t->body),
        .secret_reply = t->rq->secret_reply,
    };
}

static void settle(struct batch *b, struct transfer *t, CURLcode code);

/* The recording answers; false: it has nothing like this request. */
static void play(struct batch *b, struct transfer *t)
{
    struct buf why;
    struct exchange x = exchange_of(t);
    buf_init(&why, 8 << 10);
    if (recorder_play(t->settings->recorder, &x, &why)) {
        t->reply->status = x.status;
        for (size_t i = 0; i < x.nheaders; i++)
            PUSH(t->call->arena, t->got, x.headers[i]);
        t->reply->headers = t->got.v;
        t->reply->nheaders = t->got.n;
        bool taken = !x.reply.n || transfer_take_body(t, x.reply);
        settle(b, t, taken ? CURLE_OK : CURLE_WRITE_ERROR);
    } else {
        report_transfer(t, DIAG_NETWORK, "not in the recording: %.*s",
                        STRF(buf_str(&why)));
        done(b, t, ST_ENV);
    }
    buf_release(&why);
}

static void start(struct batch *b, struct transfer *t)
{
    t->tries++;
    if (!url_is_fit(t)) {
        done(b, t, ST_ENV);
        return;
    }
    enum status st = transfer_prepare(t);
    if (st != ST_OK) {
        done(b, t, st);
        return;
    }
    if (recorder_plays(t->settings->recorder)) {
        play(b, t);
        return;
    }
    if (!transfer_open(t)) {
        done(b, t, ST_ENV);
        return;
    }
    t->phase = PHASE_RUNNING;
    b->nrunning++;
    b->http->curl.multi_add_handle(b->multi, t->easy);
}

static void tell_wait(struct transfer *t, int64_t ms)
{
    struct buf line;
    if (!t->call->status || ms < 1000)
        return;
    buf_init(&line, 4096);
    name_transfer(&line, t);
    if (t->reply->status)
        buf_addf(&line, ": answered %ld, waiting %.0f s", t->reply->status,
                 (double)ms / 1000);
    else
        buf_addf(&line, ": no connection, waiting %.0f s", (double)ms / 1000);
    t->call->status(t->call->ctx, buf_str(&line));
    buf_release(&line);
}

/* A connection that does not come may come later; a server that computes for
 * too long would do so again. */
static bool was_sent(struct transfer *t)
{
    curl_off_t us = 0;
    if (t->easy)
        t->http->curl.easy_getinfo(t->easy, CURLINFO_PRETRANSFER_TIME_T, &us);
    return us > 0;
}

/* True: the transfer waits for its next try. */
static bool try_again(struct batch *b, struct transfer *t, CURLcode code)
{
    struct retry_policy p = t->settings->o.retry;
    int64_t asked = -1;
    if (t->rq->once || (t->delivered && !t->rq->sink->restart) ||
        (code == CURLE_OPERATION_TIMEDOUT && was_sent(t)))
        return false;
    if (code == CURLE_OK) {
        asked = retry_after_ms(http_reply_header(t->reply, "retry-after"),
                               ticks_now());
    } else {
        p.max_tries = p.max_connect < p.max_tries ? p.max_connect
                                                  : p.max_tries;
        if (never_resolved(code) && p.max_tries > 2)
            p.max_tries = 2;
    }
    int64_t wait = retry_wait_ms(&p, t->tries, asked, t->waited_ms,
                                 http_random(b->http));
    if (wait < 0)
        return false;
    t->waited_ms += wait;
    t->wake_ms = http_now_ms() + wait;
    t->phase = PHASE_WAITING;
    tell_wait(t, wait);
    return true;
}

static void at_once(struct transfer *t)
{
    t->wake_ms = 0;
    t->phase = PHASE_WAITING;
    t->tries--; /* not a failure of the network */
}

/* A redirect that may be followed; otherwise reported. */
static bool follow(struct transfer *t, str to)
{
    bool get = strcmp(transfer_method(t), "GET") == 0 ||
               strcmp(transfer_method(t), "HEAD") == 0;
    bool same = url_same_origin(t->url, to);
    struct url u;
    const char *why = NULL;
    if (t->redirects >= HTTP_MAX_REDIRECTS)
        why = "there were three already";
    else if (!url_parse(to, &u))
        why = "it is not an http address";
    else if (!same && !(t->rq->follow && get))
        why = "it leads to another host";
    else if (!same && !url_is_https(&u))
        why = "it leaves https";
    else if (!get && (t->reply->status == 301 || t->reply->status == 302))
        why = "it would lose what was sent";
    if (why) {
        report_redirect(t, to, why);
        return false;
    }
    t->as_get |= !get && t->reply->status == 303;
    t->foreign |= !same;
    t->redirects++;
    t->url = arena_str(t->call->arena, to);
    return true;
}

static bool is_redirect(long status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 ||
           status == 308;
}

/* Where the answer redirects to, absolute; "" when it does not. */
static str redirect_of(struct transfer *t)
{
    char *to = NULL;
    if (!is_redirect(t->reply->status))
        return S("");
    if (t->easy)
        t->http->curl.easy_getinfo(t->easy, CURLINFO_REDIRECT_URL, &to);
    str s = to ? str_of(to) : http_reply_header(t->reply, "location");
    return arena_str(t->call->arena, s);
}

static void finish_answer(struct batch *b, struct transfer *t)
{
    bool good = t->reply->status >= 200 && t->reply->status < 300;
    t->reply->url = t->url;
    t->reply->body = buf_take(&t->body, t->call->arena);
    if (good || t->rq->any_status)
        done(b, t, ST_OK);
    else
        done(b, t, http_fail_reply(b->http, t->rq, t->call, t->reply));
}

static bool is_verdict(const struct transfer *t)
{
    return t->rq->is_verdict && t->rq->is_verdict(buf_str(&t->body));
}

/* What is left of the answer before on a connection is no answer to this. */
static bool was_stale(struct transfer *t, CURLcode code)
{
    long opened = 1;
    if (code != CURLE_WEIRD_SERVER_REPLY && code != CURLE_UNSUPPORTED_PROTOCOL)
        return false;
    t->http->curl.easy_getinfo(t->easy, CURLINFO_NUM_CONNECTS, &opened);
    return opened == 0;
}

/* An answer is here, whole: what now? */
static void settle_answer(struct batch *b, struct transfer *t)
{
    long status = t->reply->status;
    str to = redirect_of(t);
    if (t->settings->recorder && !recorder_plays(t->settings->recorder)) {
        struct exchange x = exchange_of(t);
        recorder_add(t->settings->recorder, &x);
    }
    if (to.n) {
        if (follow(t, to))
            at_once(t);
        else
            done(b, t, ST_ENV);
    } else if (status == 401 && t->rq->auth && !t->refused && !t->foreign) {
        t->refused = true;
        at_once(t);
    } else if (!retry_status(status) || is_verdict(t) ||
               (status == 504 && t->rq->no_more_504) ||
               !try_again(b, t, CURLE_OK)) {
        finish_answer(b, t);
    }
}

static void settle(struct batch *b, struct transfer *t, CURLcode code)
{
    if (t->stop == STOP_ENOUGH)
        code = CURLE_OK;
    if (t->stop == STOP_CANCEL) {
        done(b, t, ST_CANCELLED);
    } else if (t->stop == STOP_SINK) {
        b->stopped = true;
        done(b, t, t->outcome);
    } else if (code == CURLE_OK && t->stop != STOP_NONE &&
               t->stop != STOP_ENOUGH) {
        done(b, t, report_transport(t, code));
    } else if (code == CURLE_OK) {
        settle_answer(b, t);
    } else if (t->stop != STOP_NONE ||
               !(transport_may_pass(code) || was_stale(t, code)) ||
               tunnel_answer(t) || !try_again(b, t, code)) {
        t->reply->status = 0;
        done(b, t, report_transport(t, code));
    }
}

/* ---- the loop ---- */

static void take_off(struct batch *b, struct transfer *t)
{
    b->http->curl.multi_remove_handle(b->multi, t->easy);
    b->nrunning--;
}

static void collect(struct batch *b)
{
    struct curl_api *c = &b->http->curl;
    CURLMsg *m;
    int left;
    while ((m = c->multi_info_read(b->multi, &left)) != NULL) {
        struct transfer *t = NULL;
        CURLcode code = m->data.result;
        if (m->msg != CURLMSG_DONE)
            continue;
        c->easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&t);
        take_off(b, t);
        settle(b, t, code);
    }
}

/* Starts what is due; gives the milliseconds until the next one is. */
static int64_t start_due(struct batch *b, int64_t now)
{
    int64_t next = HTTP_TICK_MS;
    for (size_t i = 0; i < b->n && b->nrunning < b->width; i++) {
        struct transfer *t = &b->all[i];
        if (t->phase != PHASE_WAITING)
            continue;
        if (t->wake_ms <= now)
            start(b, t);
        else if (t->wake_ms - now < next)
            next = t->wake_ms - now;
        if (t->phase == PHASE_WAITING && t->wake_ms <= now)
            next = 0;
    }
    return next;
}

static void end_slow(struct batch *b, int64_t now)
{
    for (size_t i = 0; i < b->n; i++) {
        struct transfer *t = &b->all[i];
        if (t->phase != PHASE_RUNNING || !transfer_is_slow(t, now))
            continue;
        take_off(b, t);
        settle(b, t, CURLE_OPERATION_TIMEDOUT);
    }
}

/* What has not ended by itself: cancelled, or stopped by another's sink. */
static void end_all(struct batch *b)
{
    for (size_t i = 0; i < b->n; i++) {
        struct transfer *t = &b->all[i];
        if (t->phase == PHASE_RUNNING)
            take_off(b, t);
        if (t->phase != PHASE_DONE)
            done(b, t, ST_CANCELLED);
    }
}

static void run_batch(struct batch *b)
{
    struct curl_api *c = &b->http->curl;
    int running;
    while (b->ndone < b->n && !b->stopped && !http_cancelled(b->call)) {
        int64_t now = http_now_ms();
        int64_t wait = start_due(b, now);
        c->multi_perform(b->multi, &running);
        collect(b);
        end_slow(b, now);
        if (b->ndone < b->n && wait > 0)
            c->multi_poll(b->multi, NULL, 0, (int)wait, NULL);
    }
    end_all(b);
}

static void transfer_init(struct transfer *t, struct batch *b,
                          const struct http_request *rq,
                          struct http_reply *reply)
{
    *t = (struct transfer){
        .http = b->http, .call = b->call, .rq = rq, .reply = reply,
        .settings = http_settings_ref(b->http), .url = rq->url,
    };
    uint64_t max = transfer_max_body(t);
    buf_init(&t->body, max > HTTP_MAX_ERROR_BODY ? max : HTTP_MAX_ERROR_BODY);
    buf_init(&t->taped, HTTP_MAX_BODY);
}

static enum status sum_up(const struct batch *b)
{
    enum status st = ST_OK;
    for (size_t i = 0; i < b->n; i++) {
        enum status one = b->all[i].reply->outcome;
        if (st == ST_OK || (st == ST_CANCELLED && one != ST_OK))
            st = one;
    }
    return st;
}

enum status http_send_all(struct http *h, size_t n,
                          const struct http_request *rqs,
                          const struct http_call *call,
                          struct http_reply *outs)
{
    struct batch b = { .http = h, .call = call, .n = n };
    b.width = call->width ? call->width : 4;
    if (b.width > HTTP_MAX_PARALLEL)
        b.width = HTTP_MAX_PARALLEL;
    if (n == 0)
        return ST_OK;
    if (!(b.multi = http_borrow_multi(h, call)))
        return ST_ENV;
    b.all = xcalloc(n, sizeof *b.all);
    for (size_t i = 0; i < n; i++)
        transfer_init(&b.all[i], &b, &rqs[i], &outs[i]);
    run_batch(&b);
    enum status st = sum_up(&b);
    for (size_t i = 0; i < n; i++) {
        transfer_release(&b.all[i]);
        http_settings_unref(h, (struct http_settings *)b.all[i].settings);
    }
    free(b.all);
    http_return_multi(h, b.multi);
    return st;
}

enum status http_send(struct http *h, const struct http_request *rq,
                      const struct http_call *call, struct http_reply *out)
{
    return http_send_all(h, 1, rq, call, out);
}
