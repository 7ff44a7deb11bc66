/* client_int.h - the insides of the client, for the files of this folder.
 *
 * client.c keeps options and connections; batch.c runs transfers over one curl
 * multi handle; transfer.c is one try of one request; failure.c puts what went
 * wrong into words; record.c stands in for the network. */
#ifndef HTTP_CLIENT_INT_H
#define HTTP_CLIENT_INT_H

#include <pthread.h>

#include "curl_api.h"
#include "http.h"
#include "record.h"

/* Options as of one moment; a batch keeps the ones it began with. */
struct http_settings {
    struct arena *arena;
    struct http_options o;
    uint32_t most_ms; /* that the user gives any try; 0: not said */
    struct recorder *recorder; /* or NULL */
    unsigned refs;
};

enum { MAX_IDLE_MULTIS = 8 };

struct http {
    pthread_mutex_t lock;
    struct curl_api curl;
    struct secrets *secrets; /* borrowed */
    struct http_settings *settings;
    /* Handles with their open connections, waiting for the next batch. */
    CURLM *idle[MAX_IDLE_MULTIS];
    size_t nidle;
    uint64_t random;
};

/* Why our own callbacks ended a transfer. */
enum stop {
    STOP_NONE,
    STOP_SINK,    /* the sink said no: `outcome` */
    STOP_CANCEL,
    STOP_BODY,    /* more than max_body */
    STOP_HEADERS, /* too many or too long */
    STOP_SLOW,    /* trickles */
    STOP_BOMB,    /* unpacks to far more than it is */
    STOP_ADDRESS, /* an address where requests must not go */
    STOP_ENOUGH,  /* of the body of an error */
};

enum phase { PHASE_WAITING, PHASE_RUNNING, PHASE_DONE };

/* A request on its way, through all tries. */
struct transfer {
    struct http *http;
    const struct http_settings *settings;
    const struct http_call *call;
    const struct http_request *rq;
    struct http_reply *reply;

    enum phase phase;
    int64_t wake_ms;   /* when to start, while waiting */
    unsigned tries;
    unsigned redirects;
    int64_t waited_ms;
    bool refused;      /* a 401 was answered with new credentials */
    bool foreign;      /* redirected to another host: no credentials */
    bool as_get;       /* a 303 made a GET of it */
    str url;           /* now */

    /* of this try */
    CURL *easy;
    struct curl_slist *headers;
    struct http_signing signing;
    LIST(struct http_header) got; /* headers of the reply */
    size_t header_bytes;
    struct buf body;
    struct buf taped;  /* the body, when it is recorded and streamed */
    uint64_t nbody;
    bool delivered;    /* the sink has seen bytes of this try */
    enum stop stop;
    enum status outcome;
    int64_t window_ms; /* since when window_bytes are counted */
    uint64_t window_bytes;
    char error[CURL_ERROR_SIZE];
};

/* How long a cancel may go unnoticed. */
enum { HTTP_TICK_MS = 40 };

/* -- client.c -- */
int64_t http_now_ms(void); /* monotonic */
bool http_cancelled(const struct http_call *call);
struct http_settings *http_settings_ref(struct http *h);
void http_settings_unref(struct http *h, struct http_settings *s);
/* NULL: the library cannot be used, and that is reported. */
CURLM *http_borrow_multi(struct http *h, const struct http_call *call);
void http_return_multi(struct http *h, CURLM *m);
uint64_t http_random(struct http *h);

/* -- transfer.c -- */
const char *transfer_method(const struct transfer *t);
/* Empties what belongs to one try, gets credentials. */
enum status transfer_prepare(struct transfer *t);
/* A configured easy handle in t->easy; false: reported. */
bool transfer_open(struct transfer *t);
void transfer_close(struct transfer *t);   /* the try */
void transfer_release(struct transfer *t); /* the whole */
bool transfer_take_header(struct transfer *t, str line);
bool transfer_take_body(struct transfer *t, str bytes);
/* Ends tries that trickle. */
bool transfer_is_slow(struct transfer *t, int64_t now_ms);
uint64_t transfer_max_body(const struct transfer *t);

/* -- failure.c -- */
/* "workspace Contoso (https://host/path)". */
void name_transfer(struct buf *b, const struct transfer *t);
enum status report_transport(struct transfer *t, CURLcode code);
enum status report_redirect(struct transfer *t, str to, const char *why);
__attribute__((format(printf, 3, 4)))
enum status report_transfer(struct transfer *t, enum diag_code code,
                            const char *fmt, ...);
bool transport_may_pass(CURLcode code); /* worth another try */
bool never_resolved(CURLcode code);
long tunnel_answer(struct transfer *t); /* of a proxy that refused; 0 */

#endif
