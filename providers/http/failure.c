/* failure.c - what went wrong on the way, in the analyst's words.
 *
 * Called by: client.c. Every text goes through secrets_scrub: servers echo
 * what they were sent. */
#include <errno.h>

#include "answer.h"
#include "base/ticks.h"
#include "base/utf8.h"
#include "client_int.h"
#include "error_text.h"
#include "redact.h"
#include "url.h"

enum { MAX_TEXT = 16 << 10 };

__attribute__((format(printf, 4, 0)))
static struct diag *report(struct http *h, const struct http_call *call,
                           enum diag_code code, const char *fmt, va_list ap)
{
    struct buf plain, clean, shown;
    buf_init(&plain, MAX_TEXT);
    buf_init(&clean, 2 * MAX_TEXT);
    buf_init(&shown, 16 * MAX_TEXT);
    buf_addv(&plain, fmt, ap);
    secrets_scrub(h->secrets, &clean, buf_str(&plain));
    utf8_printable(&shown, buf_str(&clean));
    struct diag *d = diag_error(call->ds, code, call->span, "%.*s",
                                STRF(buf_str(&shown)));
    buf_release(&plain);
    buf_release(&clean);
    buf_release(&shown);
    return d;
}

enum status http_fail(struct http *h, const struct http_call *call,
                      enum diag_code code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    report(h, call, code, fmt, ap);
    va_end(ap);
    return ST_ENV;
}

__attribute__((format(printf, 4, 5)))
static struct diag *fail(struct http *h, const struct http_call *call,
                         enum diag_code code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct diag *d = report(h, call, code, fmt, ap);
    va_end(ap);
    return d;
}

static void name_request(struct buf *b, const struct http_request *rq,
                         str url)
{
    struct url u;
    if (rq->what)
        buf_addf(b, "%s (", rq->what);
    if (rq->what && url_parse(url, &u))
        buf_add(b, u.host);
    else
        url_shown(b, url);
    if (rq->what)
        buf_addc(b, ')');
}

void name_transfer(struct buf *b, const struct transfer *t)
{
    name_request(b, t->rq, t->url);
}

static str transfer_name(const struct transfer *t)
{
    struct buf b;
    buf_init(&b, MAX_TEXT);
    name_transfer(&b, t);
    str s = buf_take(&b, t->call->arena);
    buf_release(&b);
    return s;
}

enum status report_transfer(struct transfer *t, enum diag_code code,
                            const char *fmt, ...)
{
    struct buf b;
    va_list ap;
    buf_init(&b, MAX_TEXT);
    va_start(ap, fmt);
    buf_addv(&b, fmt, ap);
    va_end(ap);
    fail(t->http, t->call, code, "%.*s: %.*s", STRF(transfer_name(t)),
         STRF(buf_str(&b)));
    buf_release(&b);
    return ST_ENV;
}

enum status report_redirect(struct transfer *t, str to, const char *why)
{
    struct buf b;
    buf_init(&b, MAX_TEXT);
    url_shown(&b, to);
    struct diag *d = fail(t->http, t->call, DIAG_HTTP,
                          "%.*s: the redirect to %.*s is not followed: %s",
                          STRF(transfer_name(t)), STRF(buf_str(&b)), why);
    diag_hint(t->call->ds, d, "if that is where the service lives, put its "
                              "address into the configuration");
    buf_release(&b);
    return ST_ENV;
}

enum status http_reply_json(struct http *h, const struct http_request *rq,
                            const struct http_call *call,
                            const struct http_reply *reply, str *json)
{
    struct http_error e;
    struct buf name;
    if (reply_json(call->arena, reply->body, json))
        return ST_OK;
    str type = http_reply_header(reply, "content-type");
    http_error_parse(call->arena, str_sub(reply->body, 0, 4096), &e);
    buf_init(&name, MAX_TEXT);
    name_request(&name, rq, reply->url.n ? reply->url : rq->url);
    struct diag *d = fail(h, call, DIAG_HTTP,
                          "%.*s answers %ld with something else than JSON "
                          "(%.*s): %.*s",
                          STRF(buf_str(&name)), reply->status,
                          STRF(type.n ? type : S("no type")),
                          STRF(str_sub(e.message, 0, 200)));
    diag_hint(call->ds, d, "check the address; a proxy or a sign-in page may "
                           "have answered");
    buf_release(&name);
    return ST_ENV;
}

/* ---- the network ---- */

enum again { NEVER, AGAIN };

#define ON_THE_WAY \
    "the service, or a proxy or firewall on the way, closed it: try again, " \
    "or ask for less at a time"
#define WHICH_PORT "check the address: is it the port of the service?"

static const struct {
    CURLcode code;
    enum again again;
    const char *what, *hint;
} TROUBLE[] = {
    { CURLE_COULDNT_RESOLVE_PROXY, NEVER,
      "the name of the proxy cannot be resolved",
      "check HTTPS_PROXY or the proxy of the configuration" },
    { CURLE_COULDNT_RESOLVE_HOST, AGAIN, "its name cannot be resolved",
      "check the spelling, DNS, and whether a proxy is needed" },
    { CURLE_COULDNT_CONNECT, AGAIN, "no connection",
      "is it running, and does a firewall or proxy stand between?" },
    { CURLE_OPERATION_TIMEDOUT, AGAIN, "it took too long",
      "ask for less, or give it more time: timeout of .connect, Http: "
      "TotalSeconds and ConnectSeconds of the configuration" },
    { CURLE_PEER_FAILED_VERIFICATION, NEVER,
      "its certificate is not trusted",
      "for a private authority name its certificate (PEM) in the "
      "configuration: Http: CaFile; checking cannot be turned off" },
    { CURLE_SSL_CONNECT_ERROR, AGAIN, "TLS could not be agreed on",
      "TLS 1.2 is the oldest that is used; is this an https port?" },
    { CURLE_SSL_CACERT_BADFILE, NEVER,
      "the file of trusted certificates cannot be read",
      "it must hold certificates in PEM" },
    { CURLE_PARTIAL_FILE, AGAIN, "the answer ends before it is complete",
      ON_THE_WAY },
    { CURLE_GOT_NOTHING, AGAIN, "the connection was closed without an answer",
      ON_THE_WAY },
    { CURLE_SEND_ERROR, AGAIN, "the connection broke while sending",
      ON_THE_WAY },
    { CURLE_RECV_ERROR, AGAIN, "the connection broke while receiving",
      ON_THE_WAY },
    { CURLE_HTTP2, AGAIN, "the HTTP/2 connection broke", ON_THE_WAY },
    { CURLE_HTTP2_STREAM, AGAIN, "the HTTP/2 stream broke", ON_THE_WAY },
    { CURLE_BAD_CONTENT_ENCODING, NEVER, "the answer cannot be unpacked",
      "a proxy may have damaged it" },
    { CURLE_WEIRD_SERVER_REPLY, NEVER, "the answer is not HTTP", WHICH_PORT },
    { CURLE_UNSUPPORTED_PROTOCOL, NEVER, "the answer is not HTTP",
      WHICH_PORT },
    { CURLE_PROXY, NEVER, "the proxy does not connect",
      "check HTTPS_PROXY or the proxy of the configuration" },
};

enum { NTROUBLE = sizeof TROUBLE / sizeof *TROUBLE };

static int trouble_of(CURLcode code)
{
    for (int i = 0; i < NTROUBLE; i++)
        if (TROUBLE[i].code == code)
            return i;
    return -1;
}

bool transport_may_pass(CURLcode code)
{
    int i = trouble_of(code);
    return i >= 0 && TROUBLE[i].again == AGAIN;
}

bool never_resolved(CURLcode code)
{
    return code == CURLE_COULDNT_RESOLVE_HOST;
}

static str mega(struct arena *a, uint64_t bytes)
{
    return bytes < 1 << 20
               ? arena_fmt(a, "%llu bytes", (unsigned long long)bytes)
               : arena_fmt(a, "%llu MB", (unsigned long long)(bytes >> 20));
}

static enum status report_stop(struct transfer *t)
{
    struct arena *a = t->call->arena;
    int64_t idle = t->rq->idle_ms ? t->rq->idle_ms : t->settings->o.idle_ms;
    switch (t->stop) {
    case STOP_BODY:
        return report_transfer(t, DIAG_LIMIT,
                               "the answer is larger than %.*s; ask for less "
                               "(a shorter time range, fewer columns)",
                               STRF(mega(a, transfer_max_body(t))));
    case STOP_HEADERS:
        return report_transfer(t, DIAG_LIMIT,
                               "the answer has more than %d headers or %d kB "
                               "of them",
                               HTTP_MAX_HEADERS, HTTP_MAX_HEADER_BYTES >> 10);
    case STOP_SLOW:
        return report_transfer(t, DIAG_NETWORK,
                               "the answer trickles: less than %lld bytes in "
                               "%.3g s; try again, or ask for less (Http: "
                               "IdleSeconds is the patience with it)",
                               (long long)(idle * 10 / 1000 + 1),
                               (double)idle / 1000);
    case STOP_BOMB:
        return report_transfer(t, DIAG_LIMIT,
                               "the answer unpacks to more than %d times its "
                               "size, as no log does",
                               HTTP_MAX_RATIO);
    case STOP_ADDRESS:
        return report_transfer(t, DIAG_POLICY,
                               "its name leads to an address inside this "
                               "network or machine, where it may not go");
    default: BUG("stop %d", t->stop);
    }
}

/* The proxy refused the tunnel to an https server. */
static enum status report_tunnel(struct transfer *t, long answer)
{
    struct diag *d = fail(t->http, t->call, DIAG_NETWORK,
                          "%.*s: the proxy answers %ld and does not connect",
                          STRF(transfer_name(t)), answer);
    diag_hint(t->call->ds, d,
              answer == 407 ? "it wants credentials: Http: ProxyUser, "
                              "ProxyPassword"
                            : "does it allow this host and port?");
    return ST_ENV;
}

long tunnel_answer(struct transfer *t)
{
    long answer = 0;
    if (t->easy)
        t->http->curl.easy_getinfo(t->easy, CURLINFO_HTTP_CONNECTCODE,
                                   &answer);
    return answer >= 400 ? answer : 0;
}

/* What openssl found wrong (X509_V_ERR_…, of openssl-verify(1)); a name that
 * does not fit is found by the HTTP library, which gives no number then. */
static const char *certificate_trouble(long found)
{
    switch (found) {
    case 9: return "it is not valid yet; is the clock here right?";
    case 10: return "it has expired";
    case 18: return "it is signed by nobody but itself";
    case 19:
    case 20:
    case 21: return "its authority is not known here";
    case 23: return "it has been revoked";
    case 0: /* or none, as 1 says */
    case 1:
    case 62:
    case 64: return "it is made out to another name than the address has";
    default: return "it does not pass the checks";
    }
}

/* Why there is no connection, as the system says. */
static const char *connect_trouble(long error)
{
    switch (error) {
    case ECONNREFUSED: return "nothing listens at that port";
    case ENETUNREACH:
    case EHOSTUNREACH: return "the network knows no way there";
    case ECONNRESET: return "it is closed at once";
    default: return "";
    }
}

/* What ran out: time to connect, to begin, to end. */
static str time_trouble(struct transfer *t)
{
    struct arena *a = t->call->arena;
    curl_off_t ready = 0, us = 0;
    t->http->curl.easy_getinfo(t->easy, CURLINFO_PRETRANSFER_TIME_T, &ready);
    t->http->curl.easy_getinfo(t->easy, CURLINFO_TOTAL_TIME_T, &us);
    double seconds = (double)us / 1e6;
    if (ready == 0)
        return arena_fmt(a, "no connection after %.3g s", seconds);
    if (t->nbody == 0)
        return arena_fmt(a, "no answer after %.3g s", seconds);
    return arena_fmt(a, "the answer had not ended after %.3g s, %.*s had come",
                     seconds, STRF(mega(a, t->nbody)));
}

/* Ours, in place of the library's own words, which are not for analysts. */
static str detail_of(struct transfer *t, CURLcode code)
{
    long n = 0;
    switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
        t->http->curl.easy_getinfo(t->easy, CURLINFO_SSL_VERIFYRESULT, &n);
        return str_of(certificate_trouble(n));
    case CURLE_COULDNT_CONNECT:
        t->http->curl.easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &n);
        return str_of(connect_trouble(n));
    case CURLE_OPERATION_TIMEDOUT: return time_trouble(t);
    default: return trouble_of(code) < 0 ? str_trim(str_of(t->error)) : S("");
    }
}

enum status report_transport(struct transfer *t, CURLcode code)
{
    if (t->stop != STOP_NONE)
        return report_stop(t);
    if (tunnel_answer(t))
        return report_tunnel(t, tunnel_answer(t));
    int i = trouble_of(code);
    str what = i >= 0 ? str_of(TROUBLE[i].what)
                      : arena_fmt(t->call->arena,
                                  "it cannot be talked to (libcurl %d)", code);
    str detail = detail_of(t, code);
    struct diag *d =
        fail(t->http, t->call, DIAG_NETWORK, "%.*s: %.*s%s%.*s",
             STRF(transfer_name(t)), STRF(what), detail.n ? ": " : "",
             STRF(detail));
    if (i >= 0 && TROUBLE[i].hint)
        diag_hint(t->call->ds, d, "%s", TROUBLE[i].hint);
    return ST_ENV;
}

/* ---- answers ---- */

static const char *hint_of(long status, const struct http_request *rq)
{
    if (status == 401)
        return rq->auth ? "the credentials were renewed once and are still "
                          "refused: check them and whom they are for"
                        : "it wants credentials, and none are configured";
    if (status == 403)
        return "the account is known, but lacks a permission";
    if (status == 404)
        return "check the address, and names and ids in it";
    if (status == 407)
        return "the proxy wants credentials: Http: ProxyUser, ProxyPassword";
    if (status == 413)
        return "the request is too large for the server";
    if (status == 429)
        return "too many requests: wait, or ask for less at a time";
    return status >= 500 ? "trouble on the server's side; try again later"
                         : NULL;
}

enum status http_fail_reply(struct http *h, const struct http_request *rq,
                            const struct http_call *call,
                            const struct http_reply *reply)
{
    struct http_error e;
    struct buf name;
    http_error_parse(call->arena, reply->body, &e);
    buf_init(&name, MAX_TEXT);
    name_request(&name, rq, reply->url.n ? reply->url : rq->url);
    enum diag_code code =
        reply->status == 401 || reply->status == 403 ? DIAG_AUTH : DIAG_HTTP;
    struct diag *d = fail(h, call, code, "%.*s answers %ld%s%.*s%s%.*s",
                          STRF(buf_str(&name)), reply->status,
                          e.code.n ? " " : "", STRF(e.code),
                          e.message.n ? ": " : "", STRF(e.message));
    const char *hint = hint_of(reply->status, rq);
    int64_t after = retry_after_ms(http_reply_header(reply, "retry-after"),
                                   ticks_now());
    if (after > 0)
        diag_hint(call->ds, d, "it asks to be left alone for %lld s",
                  (long long)(after + 999) / 1000);
    else if (hint)
        diag_hint(call->ds, d, "%s", hint);
    buf_release(&name);
    return ST_ENV;
}
