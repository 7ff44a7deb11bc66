/* t_http_trouble.c - answers that break, trickle or never end; streams. */
#include "t.h"

#include "http_rig.h"

/* ---- broken answers ---- */

TEST(truncated_answers_are_told)
{
    fails("/truncated", DIAG_NETWORK, "ends before it is complete");
    fails("/truncated-chunks", DIAG_NETWORK, "");
}

TEST(broken_connections_are_told)
{
    fails("/reset", DIAG_NETWORK, "receiving");
    fails("/close", DIAG_NETWORK, "closed without an answer");
    fails("/not-http", DIAG_NETWORK, "not HTTP");
    fails("/bad-gzip", DIAG_NETWORK, "cannot be unpacked");
}

TEST(a_break_is_mended_by_asking_again)
{
    struct rig r;
    begin(&r);
    CHECK(get(&r, "http", "/broken-once?id=a") == ST_OK);
    CHECK_STR(r.reply.body, "{\"rows\": [1, 2, 3]}");
    rig_release(&r);
}

TEST(ports_that_do_not_answer_are_told)
{
    struct rig r;
    begin(&r);
    CHECK(get(&r, "closed", "/") == ST_ENV);
    CHECK(rig_said(&r, DIAG_NETWORK, "no connection"));
    struct http_request rq = { .url = rig_url(&r, "silent", "/"),
                               .total_ms = 300 };
    int64_t began = rig_ms();
    CHECK(http_send(r.http, &rq, &r.call, &r.reply) == ST_ENV);
    CHECK(rig_ms() - began < 4000); /* not tried again */
    CHECK(rig_said(&r, DIAG_NETWORK, "took too long"));
    rig_release(&r);
}

TEST(a_trickle_ends)
{
    struct rig r;
    begin(&r);
    int64_t began = rig_ms();
    CHECK(get(&r, "http", "/trickle") == ST_ENV);
    CHECK(rig_ms() - began < 4000);
    CHECK(rig_said(&r, DIAG_NETWORK, "trickles"));
    rig_release(&r);
}

TEST(bodies_have_a_ceiling_after_unpacking)
{
    struct rig r;
    begin(&r);
    struct http_request rq = { .url = rig_url(&r, "http", "/endless"),
                               .max_body = 4 << 20 };
    CHECK(http_send(r.http, &rq, &r.call, &r.reply) == ST_ENV);
    CHECK(rig_said(&r, DIAG_LIMIT, "larger than 4 MB"));
    rq.url = rig_url(&r, "http", "/bomb");
    CHECK(http_send(r.http, &rq, &r.call, &r.reply) == ST_ENV);
    CHECK(r.ds.list.n == 2 && r.ds.list.v[1].code == DIAG_LIMIT);
    rq.url = rig_url(&r, "http", "/big?n=4194304");
    CHECK(http_send(r.http, &rq, &r.call, &r.reply) == ST_OK);
    CHECK(r.reply.body.n == 4 << 20);
    rq.url = rig_url(&r, "http", "/big?n=4194305");
    CHECK(http_send(r.http, &rq, &r.call, &r.reply) == ST_ENV);
    rig_release(&r);
}

TEST(headers_have_a_ceiling)
{
    fails("/many-headers", DIAG_LIMIT, "more than 256 headers");
    fails("/long-headers", DIAG_LIMIT, "headers or 256 kB");
}

/* ---- streams ---- */

struct taker {
    uint64_t n;
    int restarts;
    uint64_t stop_at;
    enum status answer;
    atomic_bool *cancel;
};

static enum status take_piece(void *ctx, const struct http_reply *head,
                              str bytes)
{
    struct taker *t = ctx;
    CHECK(head->status == 200);
    t->n += bytes.n;
    if (t->stop_at && t->n >= t->stop_at) {
        if (t->cancel)
            atomic_store(t->cancel, true);
        return t->answer;
    }
    return ST_OK;
}

static void take_restart(void *ctx)
{
    struct taker *t = ctx;
    t->restarts++;
    t->n = 0;
}

static enum status stream(struct rig *r, struct taker *t, const char *path,
                          bool restartable)
{
    struct http_sink sink = { t, take_piece,
                              restartable ? take_restart : NULL };
    struct http_request rq = { .url = rig_url(r, "http", path),
                               .sink = &sink };
    return http_send(r->http, &rq, &r->call, &r->reply);
}

TEST(big_answers_are_streamed)
{
    struct rig r;
    begin(&r);
    struct taker t = { .n = 0 };
    CHECK(stream(&r, &t, "/big?n=50000000", false) == ST_OK);
    CHECK(t.n == 50000000 && r.reply.body.n == 0);
    t.n = 0; /* an error's body does not go to the sink */
    CHECK(stream(&r, &t, "/nothing", false) == ST_ENV);
    CHECK(t.n == 0 && rig_said(&r, DIAG_HTTP, "NotFound"));
    rig_release(&r);
}

TEST(a_broken_stream_starts_again_only_where_it_may)
{
    struct rig r;
    begin(&r);
    struct taker t = { .n = 0 };
    CHECK(stream(&r, &t, "/broken-once?id=s1", true) == ST_OK);
    CHECK(t.restarts == 1 && t.n == 19);
    t = (struct taker){ .n = 0 };
    CHECK(stream(&r, &t, "/broken-once?id=s2", false) == ST_ENV);
    CHECK(rig_said(&r, DIAG_NETWORK, "ends before it is complete"));
    rig_release(&r);
}

TEST(a_sink_may_stop)
{
    struct rig r;
    begin(&r);
    struct taker t = { .stop_at = 1 << 20, .answer = ST_USER };
    CHECK(stream(&r, &t, "/endless", false) == ST_USER);
    CHECK(r.ds.nerrors == 0);
    rig_release(&r);
}

/* ---- cancelling ---- */

static void *cancel_soon(void *ctx)
{
    struct timespec nap = { 0, 200 * 1000000L };
    nanosleep(&nap, NULL);
    atomic_store((atomic_bool *)ctx, true);
    return NULL;
}

static void cancels(const char *fact, const char *path)
{
    struct rig r;
    pthread_t thread;
    begin(&r);
    pthread_create(&thread, NULL, cancel_soon, &r.cancel);
    int64_t began = rig_ms();
    CHECK(get(&r, fact, path) == ST_CANCELLED);
    CHECK(rig_ms() - began < 3000); /* without load: 300 */
    CHECK(r.ds.nerrors == 0);
    pthread_join(thread, NULL);
    rig_release(&r);
}

TEST(a_cancel_is_answered_at_once)
{
    cancels("http", "/sleep?ms=5000");
    cancels("http", "/trickle");
    cancels("silent", "/");
    cancels("http", "/fail?id=z&n=9&status=429&after=2"); /* while waiting */
}

