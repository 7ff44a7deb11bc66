/* json_feed.h - parts of a JSON answer, one by one, while it still comes.
 *
 * Called by: providers whose answers are too big to be held: rows of a table,
 * hits of a search, lines of an export. Bytes go in as they arrive; every value
 * at a wanted place comes out whole, as it was sent. Places are paths of names,
 * in which `*` is any name or index:
 *
 *     "tables.*.rows.*"    each row of {"tables":[{"rows":[[…],[…]]}]}
 *     "hits.hits.*"        each hit
 *     "error"              the member, whatever it is
 *     ""                   each value of a stream (lines of JSON, one or more)
 *
 * Memory: one value. Linear. What lies outside the places is only followed, not
 * checked for its grammar; values that come out are to be parsed by a strict
 * reader (json_compact). */
#ifndef HTTP_JSON_FEED_H
#define HTTP_JSON_FEED_H

#include "http.h"

enum {
    JSON_FEED_PATHS = 16,
    JSON_FEED_DEPTH = 512,
    JSON_FEED_VALUE = 16 << 20, /* bytes of one value that comes out */
    JSON_FEED_KEY = 4 << 10,    /* a longer name fits no path */
};

struct json_feed;

struct json_feed_out {
    void *ctx;
    /* MUST: the value at paths[path]; borrowed for the call. Not ST_OK: the
     * feed ends with it. */
    enum status (*value)(void *ctx, size_t path, str json);
};

/* `paths` is NULL-ended and lives as long as the feed. A value inside a value
 * that comes out does not come out once more. */
struct json_feed *json_feed_new(const char *const *paths,
                                const struct json_feed_out *out);
void json_feed_free(struct json_feed *f); /* NULL is fine */
/* Empty again, to begin anew. */
void json_feed_reset(struct json_feed *f);

/* Takes the next bytes. ST_USER: no JSON, or beyond a ceiling; json_feed_error
 * says what. Else ST_OK or what `value` gave. */
enum status json_feed_add(struct json_feed *f, str bytes);
/* Nothing more comes. ST_USER: the JSON is not complete. */
enum status json_feed_end(struct json_feed *f);
str json_feed_error(const struct json_feed *f); /* a sentence, or "" */

/* Sends, feeds a 2xx body, and reports to call->ds what is wrong with it; a
 * transfer that breaks is not repeated, since rows are out already. */
NODISCARD enum status http_send_feed(struct http *h,
                                     const struct http_request *rq,
                                     const struct http_call *call,
                                     struct json_feed *f,
                                     struct http_reply *out);

#endif
