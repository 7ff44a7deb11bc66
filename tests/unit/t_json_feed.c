/* t_json_feed.c - parts of JSON that comes in pieces of any size. */
#include "t.h"

#include "http_rig.h"
#include "providers/http/json_feed.h"

struct heard {
    struct buf text; /* "0=[1] 1={} " */
    size_t n, stop_at;
    enum status answer;
};

static enum status hear(void *ctx, size_t path, str json)
{
    struct heard *h = ctx;
    buf_addf(&h->text, "%zu=", path);
    buf_add(&h->text, json);
    buf_addc(&h->text, ' ');
    return ++h->n == h->stop_at ? h->answer : ST_OK;
}

/* All of `json` in pieces of `step` bytes; what came out, or the error. */
static void cut(struct heard *h, const char *const *paths, str json,
                size_t step)
{
    struct json_feed_out out = { h, hear };
    struct json_feed *f = json_feed_new(paths, &out);
    enum status st = ST_OK;
    buf_init(&h->text, 64 << 20);
    for (size_t i = 0; i < json.n && st == ST_OK; i += step) {
        /* A copy of its own, so that reading outside is seen. */
        str piece = str_sub(json, i, i + step);
        char *own = xmalloc(piece.n);
        memcpy(own, piece.p, piece.n);
        st = json_feed_add(f, (str){ own, piece.n });
        free(own);
    }
    if (st == ST_OK)
        st = json_feed_end(f);
    if (st != ST_OK) {
        CHECK(st == ST_USER && json_feed_error(f).n > 0);
        buf_reset(&h->text);
        buf_adds(&h->text, "! ");
        buf_add(&h->text, json_feed_error(f));
    }
    json_feed_free(f);
}

#define PATHS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void gives(const char *const *paths, const char *json, const char *want)
{
    for (size_t step = 1; step <= strlen(json); step++) {
        struct heard h = { .n = 0 };
        cut(&h, paths, str_of(json), step);
        CHECK_STR(buf_str(&h.text), want);
        buf_release(&h.text);
    }
}

TEST(rows_come_out_one_by_one)
{
    gives(PATHS("tables.*.rows.*", "tables.*.columns", "error"),
          "{\"tables\":[{\"name\":\"P\",\"columns\":[{\"name\":\"a\"}],"
          "\"rows\":[[1,\"]}\\\"\"], [2,null]]}],\"error\":{\"code\":5}}",
          "1=[{\"name\":\"a\"}] 0=[1,\"]}\\\"\"] 0=[2,null] 2={\"code\":5} ");
    gives(PATHS("hits.hits.*", "hits.total.value"),
          "{\"hits\":{\"total\":{\"value\":12},\"hits\":[{\"a\":1},{}]}}",
          "1=12 0={\"a\":1} 0={} ");
}

TEST(streams_have_many_values)
{
    gives(PATHS(""), "{\"a\":1}\n{\"a\":2}\r\n3 \"x\" true",
          "0={\"a\":1} 0={\"a\":2} 0=3 0=\"x\" 0=true ");
    gives(PATHS("result"), "{\"result\":{\"x\":1}}\n{\"result\":2}\n",
          "0={\"x\":1} 0=2 ");
}

TEST(names_are_compared_as_they_read)
{
    gives(PATHS("a.b"), "{\"\\u0061\":{\"b\":1,\"c\":{\"b\":2}},\"a.b\":3}",
          "0=1 ");
    gives(PATHS("*"), "{\"x\":1,\"y\":[2]}", "0=1 0=[2] ");
    gives(PATHS("*.*"), "[[1,2],{\"k\":3}]", "0=1 0=2 0=3 ");
    gives(PATHS("a", "a.b"), "{\"a\":{\"b\":1}}", "0={\"b\":1} ");
}

TEST(what_is_broken_is_told)
{
    gives(PATHS("a"), "", "");
    struct heard h = { .n = 0 };
    cut(&h, PATHS("a"), S(""), 1);
    CHECK_STR(buf_str(&h.text), "! the answer is empty");
    buf_release(&h.text);
    gives(PATHS("a"), "<html>", "! the answer is not JSON");
    gives(PATHS("a"), "{\"a\":[1,2", "! the JSON of the answer ends before it "
                                      "is complete");
    gives(PATHS("a"), "{\"b\":\"x",
          "! the JSON of the answer ends before it is complete");
    gives(PATHS("a"), "{\"b\":[}", "! the brackets of the answer do not match");
    gives(PATHS("a"), "]", "! the brackets of the answer do not match");
}

TEST(ceilings_hold)
{
    struct buf b;
    struct heard h = { .n = 0 };
    buf_init(&b, 64 << 20);
    buf_fill(&b, '[', 600);
    cut(&h, PATHS("x"), buf_str(&b), 100);
    CHECK_STR(buf_str(&h.text), "! the answer is nested deeper than 512");
    buf_release(&h.text);
    buf_reset(&b);
    buf_adds(&b, "[\"");
    buf_fill(&b, 'x', JSON_FEED_VALUE);
    buf_adds(&b, "\"]");
    cut(&h, PATHS("*"), buf_str(&b), 65536);
    CHECK_STR(buf_str(&h.text),
              "! one value of the answer is larger than 16 MB");
    buf_release(&h.text);
    buf_release(&b);
}

TEST(whoever_takes_values_may_stop)
{
    struct heard h = { .stop_at = 2, .answer = ST_CANCELLED };
    struct json_feed_out out = { &h, hear };
    struct json_feed *f = json_feed_new(PATHS("*"), &out);
    buf_init(&h.text, 1000);
    CHECK(json_feed_add(f, S("[1,2,3,4]")) == ST_CANCELLED);
    CHECK(h.n == 2);
    json_feed_reset(f);
    CHECK(json_feed_add(f, S("[1]")) == ST_OK && json_feed_end(f) == ST_OK);
    CHECK(h.n == 3);
    json_feed_free(f);
    buf_release(&h.text);
}

/* ---- with a server ---- */

static enum status fetch(struct rig *r, struct heard *h, const char *path)
{
    struct json_feed_out out = { h, hear };
    struct json_feed *f = json_feed_new(PATHS("rows.*"), &out);
    struct http_request rq = { .url = rig_url(r, "http", path),
                               .what = "the test" };
    buf_init(&h->text, 1000);
    enum status st = http_send_feed(r->http, &rq, &r->call, f, &r->reply);
    json_feed_free(f);
    return st;
}

TEST(answers_are_fed_as_they_come)
{
    struct rig r;
    struct heard h = { .n = 0 };
    begin(&r);
    struct http_request skip = { .url = rig_url(&r, "http",
                                                "/broken-once?id=feed") };
    CHECK(http_send(r.http, &skip, &r.call, &r.reply) == ST_OK);
    CHECK(fetch(&r, &h, "/broken-once?id=feed") == ST_OK);
    CHECK_STR(buf_str(&h.text), "0=1 0=2 0=3 ");
    buf_release(&h.text);
    CHECK(fetch(&r, &h, "/truncated") == ST_ENV);
    CHECK(rig_said(&r, DIAG_NETWORK, "ends before it is complete"));
    buf_release(&h.text);
    CHECK(fetch(&r, &h, "/html") == ST_ENV);
    CHECK(rig_said(&r, DIAG_HTTP, "the test: the answer is not JSON (it"));
    buf_release(&h.text);
    CHECK(fetch(&r, &h, "/nothing") == ST_ENV);
    CHECK(rig_said(&r, DIAG_HTTP, "404 NotFound"));
    buf_release(&h.text);
    rig_release(&r);
}

TEST(what_is_no_json_is_told_with_its_first_words)
{
    struct rig r;
    str json;
    begin(&r);
    struct http_request rq = { .url = rig_url(&r, "http", "/html") };
    CHECK(http_send(r.http, &rq, &r.call, &r.reply) == ST_OK);
    CHECK(http_reply_json(r.http, &rq, &r.call, &r.reply, &json) == ST_ENV);
    CHECK(rig_said(&r, DIAG_HTTP,
                   "answers 200 with something else than JSON (text/html): "
                   "Sign in"));
    rq.url = rig_url(&r, "http", "/ok");
    CHECK(http_send(r.http, &rq, &r.call, &r.reply) == ST_OK);
    CHECK(http_reply_json(r.http, &rq, &r.call, &r.reply, &json) == ST_OK);
    CHECK_STR(json, "{\"ok\":true}");
    rig_release(&r);
}
