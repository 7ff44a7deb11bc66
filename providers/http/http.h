/* http.h - one HTTP client for every provider: ask, get the answer or a
 * sentence that says why not.
 *
 * Called by: providers that speak HTTP. One struct http serves a session; its
 * functions may be called from several threads. The client verifies TLS, keeps
 * to ceilings and times, retries what is worth it, renews credentials once
 * after a 401, never carries credentials to another host, stops within 100 ms
 * when the cell is cancelled, and keeps secrets out of all it says.
 *
 *     struct http_request rq = {
 *         .url = url, .auth = auth, .what = "workspace Contoso",
 *     };
 *     struct http_reply reply;
 *     enum status st = http_send(h, &rq, &call, &reply);
 *     if (st != ST_OK)
 *         return st;              // call.ds has the diagnostic already
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include <stdatomic.h>

#include "base/diag.h"
#include "base/status.h"
#include "retry.h"

struct http;    /* the client */
struct secrets; /* redact.h: what must never be shown */

struct http_header {
    str name, value;
};

/* Whoever a request belongs to: the same for all requests of a task. */
struct http_call {
    struct arena *arena;       /* replies live here */
    const atomic_bool *cancel; /* MAY be NULL */
    struct diags *ds;
    struct span span; /* for diagnostics */
    /* A line for the user: "workspace Contoso: waits 8 s (429)…". On the
     * calling thread; without secrets. MAY be NULL. */
    void (*status)(void *ctx, str line);
    void *ctx;
    bool attended;  /* somebody sees the lines: a code may be typed */
    unsigned width; /* of http_send_all: requests at a time; 0: 4 */
};

struct http_reply {
    long status; /* 200, … */
    str url;     /* that answered, after redirects */
    size_t nheaders;
    const struct http_header *headers; /* names in lower case */
    str body;                          /* "" when it was streamed */
    enum status outcome;               /* of this one, in http_send_all */
};

/* Takes the body of a 2xx reply piece by piece, as it comes. */
struct http_sink {
    void *ctx;
    /* MUST: not ST_OK stops the transfer; http_send returns that status. */
    enum status (*piece)(void *ctx, const struct http_reply *head, str bytes);
    /* MAY: forget everything, the body comes again from its beginning. When
     * NULL, a transfer that breaks after the first piece is an error. */
    void (*restart)(void *ctx);
};

/* Headers that carry credentials, made anew for every try (auth.h). */
struct http_signing {
    struct http *http;
    const struct http_call *call;
    bool refused; /* the server said 401: get new credentials */
    str last;     /* the first value of the try that was refused */
    LIST(struct http_header) headers; /* PUSH(call->arena, …) */
};
struct http_auth {
    /* MUST: adds headers, or reports to call->ds and says why it cannot. */
    enum status (*sign)(const struct http_auth *a, struct http_signing *s);
    void *ctx;
};

struct http_request {
    const char *method; /* NULL: GET, or POST when there is a body */
    str url;            /* absolute; https, or http where `plain` allows it */
    size_t nheaders;
    const struct http_header *headers; /* not secret */
    const struct http_auth *auth;      /* MAY be NULL: no credentials */
    str body;
    const char *content_type;     /* of the body; NULL: application/json */
    const struct http_sink *sink; /* MAY be NULL: the body is buffered */
    const char *what; /* for messages: "workspace Contoso"; NULL: the host */
    str ca_file; /* "" or certificates (PEM) to trust besides the system's */
    uint64_t max_body; /* bytes after decompression; 0: HTTP_MAX_BODY */
    uint32_t total_ms; /* for one try, up to the client's when that was
                        * configured; 0: that of the client */
    uint32_t idle_ms;  /* a body that trickles; 0: that of the client */
    uint32_t quiet_ms; /* a body that has begun and then says nothing, while
                        * the service computes; 0: as idle_ms */
    /* MAY: the body of a 5xx is the service's last word on this request, and
     * not trouble that passes. */
    bool (*is_verdict)(str body);
    bool plain;        /* the user configured http:// for a remote host */
    bool any_status;   /* 4xx and 5xx are answers too, not errors */
    bool no_more_504;  /* a timeout there is final, not worth another try */
    bool once;         /* changes something: never send it twice */
    bool follow;       /* GET: redirects to other hosts, without credentials */
    bool direct;       /* no proxy (metadata services of a cloud) */
    bool link_local;   /* may go to 169.254.0.0/16 and fe80::/10 */
    bool secret_reply; /* tokens, secrets: recorded without values */
};

/* What http_configure takes. Zero or "" stands for the default. */
struct http_options {
    str proxy;      /* URL; "none"; "": HTTPS_PROXY, NO_PROXY and their kin */
    str proxy_user, proxy_password;
    str ca_file;    /* certificates (PEM) to trust besides the system's */
    str record;     /* file that gets every exchange (record.h) */
    str replay;     /* file that answers in the network's place */
    uint32_t connect_ms; /* 10000 */
    uint32_t idle_ms;    /* a body that trickles for so long: 30000 */
    uint32_t total_ms;   /* one try: 600000; given, it caps requests' own */
    struct retry_policy retry;
};

#define HTTP_MAX_BODY ((uint64_t)256 << 20)
/* A body with a higher ceiling is a stream of rows, which nobody keeps. */
#define HTTP_MAX_KEPT ((uint64_t)4 << 30)
enum {
    HTTP_MAX_ERROR_BODY = 1 << 20, /* kept of the body of a 4xx or 5xx */
    HTTP_MAX_HEADERS = 256,
    HTTP_MAX_HEADER_BYTES = 256 << 10,
    HTTP_MAX_REDIRECTS = 3,
    /* Of a body that is kept: real answers unpack to 20 times their size, rows
     * that are all alike to 150 times, bombs to 1000 times. */
    HTTP_MAX_RATIO = 200,
    HTTP_FREE_RATIO = 64 << 20, /* any ratio up to so many bytes */
    HTTP_MAX_PARALLEL = 16,
};

/* Opens nothing yet: the library is loaded by the first request. `secrets` is
 * borrowed and lives longer. */
struct http *http_new(struct secrets *secrets);
void http_free(struct http *h); /* NULL is fine */
/* Copies the options; requests that are under way keep theirs. False: a file
 * to record or replay cannot be used, and ds says why. */
NODISCARD bool http_configure(struct http *h, const struct http_options *o,
                              struct diags *ds);
struct secrets *http_secrets(struct http *h);

/* Sends and waits. ST_OK: out is filled, 2xx (or anything with any_status).
 * ST_ENV: reported; out->status is 0 when there was no answer, and out has the
 * last answer otherwise. ST_CANCELLED: nothing reported. */
NODISCARD enum status http_send(struct http *h, const struct http_request *rq,
                                const struct http_call *call,
                                struct http_reply *out);

/* n requests, call->width at a time (up to HTTP_MAX_PARALLEL), on the calling
 * thread. Each ends on its own: outs[i].outcome. Gives ST_OK when all are
 * ST_OK, else the first other outcome. Sinks are called one at a time. A sink
 * that says no, or a cancel, stops all. */
NODISCARD enum status http_send_all(struct http *h, size_t n,
                                    const struct http_request *rqs,
                                    const struct http_call *call,
                                    struct http_reply *outs);

/* Waits, but not longer than it takes to notice a cancel; false: cancelled. */
bool http_pause(const struct http_call *call, int64_t ms);

/* The value of a header, "" when there is none. `name` in lower case. */
str http_reply_header(const struct http_reply *r, const char *name);
/* The reply claims to be JSON. */
bool http_reply_is_json(const struct http_reply *r);

/* The whole body in the stored spelling of json_text.h, in call->arena. What is
 * no JSON (a sign-in page of a proxy) is reported with its first words. */
NODISCARD enum status http_reply_json(struct http *h,
                                      const struct http_request *rq,
                                      const struct http_call *call,
                                      const struct http_reply *reply,
                                      str *json);

/* Reports what a provider finds wrong with an answer; the text is scrubbed of
 * secrets. Gives ST_ENV. */
__attribute__((format(printf, 4, 5)))
enum status http_fail(struct http *h, const struct http_call *call,
                      enum diag_code code, const char *fmt, ...);
/* Reports an answer that is an error, in the words of its vendor. */
enum status http_fail_reply(struct http *h, const struct http_request *rq,
                            const struct http_call *call,
                            const struct http_reply *reply);

#endif
