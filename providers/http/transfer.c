/* transfer.c - one try of one request: options in, headers and body out.
 *
 * Called by: client.c. Callbacks of curl run on the caller's thread, inside
 * curl_multi_perform. */
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client_int.h"
#include "redact.h"
#include "url.h"

const char *transfer_method(const struct transfer *t)
{
    if (t->as_get)
        return "GET";
    if (t->rq->method)
        return t->rq->method;
    return t->rq->body.n ? "POST" : "GET";
}

uint64_t transfer_max_body(const struct transfer *t)
{
    return t->rq->max_body ? t->rq->max_body : HTTP_MAX_BODY;
}

static bool is_good(const struct transfer *t)
{
    return t->reply->status >= 200 && t->reply->status < 300;
}

/* ---- what comes ---- */

static void begin_reply(struct transfer *t, str line)
{
    ptrdiff_t blank = str_find_char(line, ' ');
    long status = 0;
    for (size_t i = (size_t)(blank + 1); blank > 0 && i < line.n; i++) {
        if (line.p[i] < '0' || line.p[i] > '9' || status > 999)
            break;
        status = status * 10 + (line.p[i] - '0');
    }
    t->reply->status = status;
    t->got.n = 0;
}

static str lower_copy(struct arena *a, str s)
{
    char *p = arena_cstr(a, s);
    for (size_t i = 0; i < s.n; i++)
        if (p[i] >= 'A' && p[i] <= 'Z')
            p[i] = (char)(p[i] | 32);
    return (str){ p, s.n };
}

bool transfer_take_header(struct transfer *t, str line)
{
    t->header_bytes += line.n;
    if (t->header_bytes > HTTP_MAX_HEADER_BYTES ||
        t->got.n >= HTTP_MAX_HEADERS) {
        t->stop = STOP_HEADERS;
        return false;
    }
    if (str_starts(line, S("HTTP/"))) {
        begin_reply(t, line);
        return true;
    }
    ptrdiff_t colon = str_find_char(line, ':');
    if (colon <= 0)
        return true;
    struct arena *a = t->call->arena;
    struct http_header h = {
        lower_copy(a, str_trim(str_sub(line, 0, (size_t)colon))),
        arena_str(a, str_trim(str_sub(line, (size_t)colon + 1, line.n))),
    };
    PUSH(a, t->got, h);
    t->reply->headers = t->got.v;
    t->reply->nheaders = t->got.n;
    return true;
}

static bool to_sink(struct transfer *t, str bytes)
{
    if (t->settings->recorder)
        buf_add(&t->taped, bytes);
    t->delivered = true;
    t->outcome = t->rq->sink->piece(t->rq->sink->ctx, t->reply, bytes);
    if (t->outcome != ST_OK)
        t->stop = STOP_SINK;
    return t->outcome == ST_OK;
}

/* A packed body whose ceiling is far away would fill the memory first. A
 * stream of rows has no such end: it is not kept. */
static bool is_bomb(struct transfer *t)
{
    curl_off_t came = 0;
    if (t->nbody < HTTP_FREE_RATIO || !t->easy ||
        transfer_max_body(t) > HTTP_MAX_KEPT)
        return false;
    t->http->curl.easy_getinfo(t->easy, CURLINFO_SIZE_DOWNLOAD_T, &came);
    return t->nbody / HTTP_MAX_RATIO > (uint64_t)came;
}

bool transfer_take_body(struct transfer *t, str bytes)
{
    t->nbody += bytes.n;
    t->window_bytes += bytes.n;
    if (!is_good(t) && t->nbody > HTTP_MAX_ERROR_BODY && !t->rq->any_status) {
        buf_add(&t->body, str_sub(bytes, 0, HTTP_MAX_ERROR_BODY - t->body.n));
        t->stop = STOP_ENOUGH;
        return false;
    }
    if (t->nbody > transfer_max_body(t)) {
        t->stop = STOP_BODY;
        return false;
    }
    if (is_bomb(t)) {
        t->stop = STOP_BOMB;
        return false;
    }
    if (http_cancelled(t->call)) {
        t->stop = STOP_CANCEL;
        return false;
    }
    if (t->rq->sink && is_good(t))
        return to_sink(t, bytes);
    buf_add(&t->body, bytes);
    return true;
}

static size_t on_header(char *p, size_t size, size_t n, void *ctx)
{
    return transfer_take_header(ctx, (str){ p, size * n }) ? size * n : 0;
}

static size_t on_body(char *p, size_t size, size_t n, void *ctx)
{
    return transfer_take_body(ctx, (str){ p, size * n }) ? size * n : 0;
}

/* Bytes a second below which a body trickles. */
enum { TRICKLE = 10 };

bool transfer_is_slow(struct transfer *t, int64_t now_ms)
{
    int64_t idle = t->rq->idle_ms ? t->rq->idle_ms : t->settings->o.idle_ms;
    if (!t->nbody) {
        /* Until the first byte the server may think as long as it likes. */
        t->window_ms = now_ms;
        return false;
    }
    if (now_ms - t->window_ms < idle ||
        (!t->window_bytes && now_ms - t->window_ms < t->rq->quiet_ms))
        return false;
    bool slow = t->window_bytes < (uint64_t)(idle * TRICKLE / 1000 + 1);
    t->window_ms = now_ms;
    t->window_bytes = 0;
    if (slow)
        t->stop = STOP_SLOW;
    return slow;
}

/* ---- where it may go ---- */

enum reach { REACH_PUBLIC, REACH_PRIVATE, REACH_LINK };

static enum reach reach_of_ip4(const unsigned char *b)
{
    if (b[0] == 169 && b[1] == 254)
        return REACH_LINK;
    if (b[0] == 127 || b[0] == 10 || b[0] == 0 ||
        (b[0] == 172 && (b[1] & 0xF0) == 16) || (b[0] == 192 && b[1] == 168))
        return REACH_PRIVATE;
    return REACH_PUBLIC;
}

static enum reach reach_of(const struct sockaddr *sa)
{
    static const unsigned char mapped[12] = { [10] = 0xFF, [11] = 0xFF };
    static const unsigned char loopback[16] = { [15] = 1 };
    if (sa->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, sa, sizeof in);
        return reach_of_ip4((const unsigned char *)&in.sin_addr);
    }
    if (sa->sa_family != AF_INET6)
        return REACH_PRIVATE;
    struct sockaddr_in6 in6;
    memcpy(&in6, sa, sizeof in6);
    const unsigned char *b = in6.sin6_addr.s6_addr;
    if (memcmp(b, mapped, sizeof mapped) == 0)
        return reach_of_ip4(b + 12);
    if (b[0] == 0xFE && (b[1] & 0xC0) == 0x80)
        return REACH_LINK;
    return (b[0] & 0xFE) == 0xFC || memcmp(b, loopback, 16) == 0
               ? REACH_PRIVATE
               : REACH_PUBLIC;
}

/* With a proxy the address is the proxy's, which is private as a rule. */
static bool goes_through_proxy(const struct transfer *t)
{
    static const char *const names[] = { "https_proxy", "HTTPS_PROXY",
                                         "http_proxy", "all_proxy",
                                         "ALL_PROXY" };
    if (t->rq->direct)
        return false;
    if (t->settings->o.proxy.n)
        return !str_eqz(t->settings->o.proxy, "none");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *v = getenv(names[i]);
        if (v && *v)
            return true;
    }
    return false;
}

/* After the name is resolved, so that no name can hide an address: only who
 * asks for it reaches a metadata service, and no redirect leads inside. */
static curl_socket_t on_socket(void *ctx, curlsocktype purpose,
                               struct curl_sockaddr *at)
{
    struct transfer *t = ctx;
    (void)purpose;
    enum reach r = reach_of(&at->addr);
    bool allowed = r == REACH_PUBLIC || goes_through_proxy(t);
    if (r == REACH_LINK)
        allowed |= t->rq->link_local;
    else
        allowed |= !t->foreign;
    if (!allowed) {
        t->stop = STOP_ADDRESS;
        return CURL_SOCKET_BAD;
    }
    return socket(at->family, at->socktype | SOCK_CLOEXEC, at->protocol);
}

/* ---- what is asked ---- */

/* RFC 9110, 5.6.2 for names; values may not hold control characters, so that
 * no value can add a header of its own. */
static bool is_header_name(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= ' ' || (unsigned char)s.p[i] >= 0x7f ||
            strchr("()<>@,;:\\\"/[]?={}", s.p[i]))
            return false;
    return s.n > 0;
}

static bool is_header_value(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (((unsigned char)s.p[i] < ' ' && s.p[i] != '\t') || s.p[i] == 0x7f)
            return false;
    return true;
}

static struct curl_slist *append_line(struct transfer *t, const char *line)
{
    struct curl_slist *more = t->http->curl.slist_append(t->headers, line);
    if (!more)
        abort(); /* out of memory */
    return more;
}

static bool add_header(struct transfer *t, str name, str value)
{
    if (!is_header_name(name) || !is_header_value(value)) {
        report_transfer(t, DIAG_CONFIG,
                        "the header '%.*s' has a line break or "
                        "another control character in it",
                        STRF(name));
        return false;
    }
    /* "Name;" is how curl is asked for a header without a value. */
    str line = value.n ? arena_fmt(t->call->arena, "%.*s: %.*s", STRF(name),
                                   STRF(value))
                       : arena_fmt(t->call->arena, "%.*s;", STRF(name));
    t->headers = append_line(t, line.p);
    return true;
}

static bool add_headers(struct transfer *t)
{
    const struct http_request *rq = t->rq;
    const char *type = rq->content_type ? rq->content_type
                                        : "application/json";
    for (size_t i = 0; i < rq->nheaders; i++)
        if (!add_header(t, rq->headers[i].name, rq->headers[i].value))
            return false;
    for (size_t i = 0; i < t->signing.headers.n; i++)
        if (!add_header(t, t->signing.headers.v[i].name,
                        t->signing.headers.v[i].value))
            return false;
    if (rq->body.n && !t->as_get &&
        !add_header(t, S("Content-Type"), str_of(type)))
        return false;
    /* Bodies go at once: waiting for "100 Continue" costs a round trip. */
    t->headers = append_line(t, "Expect:");
    return true;
}

enum status transfer_prepare(struct transfer *t)
{
    transfer_close(t);
    buf_reset(&t->body);
    buf_reset(&t->taped);
    t->got.n = 0;
    *t->reply = (struct http_reply){ .url = t->url };
    t->header_bytes = 0;
    t->nbody = 0;
    t->stop = STOP_NONE;
    t->outcome = ST_OK;
    t->error[0] = 0;
    t->window_ms = http_now_ms();
    t->window_bytes = 0;
    if (t->delivered && t->rq->sink->restart)
        t->rq->sink->restart(t->rq->sink->ctx);
    t->delivered = false;
    str last = t->signing.headers.n ? t->signing.headers.v[0].value : S("");
    t->signing = (struct http_signing){
        .http = t->http, .call = t->call, .refused = t->refused, .last = last,
    };
    if (!t->rq->auth || t->foreign)
        return ST_OK;
    enum status st = t->rq->auth->sign(t->rq->auth, &t->signing);
    for (size_t i = 0; st == ST_OK && i < t->signing.headers.n; i++)
        secrets_add(t->http->secrets, t->signing.headers.v[i].value);
    return st;
}

static void set_method(struct transfer *t)
{
    struct curl_api *c = &t->http->curl;
    const char *method = transfer_method(t);
    if (strcmp(method, "GET") == 0) {
        c->easy_setopt(t->easy, CURLOPT_HTTPGET, 1L);
        return;
    }
    if (strcmp(method, "HEAD") == 0) {
        c->easy_setopt(t->easy, CURLOPT_NOBODY, 1L);
        return;
    }
    c->easy_setopt(t->easy, CURLOPT_POST, 1L);
    c->easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, method);
    c->easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                   (curl_off_t)t->rq->body.n);
    c->easy_setopt(t->easy, CURLOPT_POSTFIELDS,
                   t->rq->body.p ? t->rq->body.p : "");
}

static void set_option_text(struct transfer *t, CURLoption option, str value)
{
    if (value.n)
        t->http->curl.easy_setopt(t->easy, option,
                                  arena_cstr(t->call->arena, value));
}

static void set_proxy(struct transfer *t)
{
    struct curl_api *c = &t->http->curl;
    const struct http_options *o = &t->settings->o;
    if (t->rq->direct || str_eqz(o->proxy, "none")) {
        c->easy_setopt(t->easy, CURLOPT_PROXY, "");
        return;
    }
    set_option_text(t, CURLOPT_PROXY, o->proxy);
    set_option_text(t, CURLOPT_PROXYUSERNAME, o->proxy_user);
    set_option_text(t, CURLOPT_PROXYPASSWORD, o->proxy_password);
    c->easy_setopt(t->easy, CURLOPT_PROXYAUTH, (long)CURLAUTH_ANY);
    c->easy_setopt(t->easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

static void set_security(struct transfer *t)
{
    struct curl_api *c = &t->http->curl;
    c->easy_setopt(t->easy, CURLOPT_SSL_VERIFYPEER, 1L);
    c->easy_setopt(t->easy, CURLOPT_SSL_VERIFYHOST, 2L);
    c->easy_setopt(t->easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    /* The system's folder of certificates stays trusted besides. */
    set_option_text(t, CURLOPT_CAINFO, t->rq->ca_file.n
                                           ? t->rq->ca_file
                                           : t->settings->o.ca_file);
    c->easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, "http,https");
    c->easy_setopt(t->easy, CURLOPT_FOLLOWLOCATION, 0L);
    c->easy_setopt(t->easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    c->easy_setopt(t->easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
    c->easy_setopt(t->easy, CURLOPT_OPENSOCKETDATA, t);
}

static void set_times(struct transfer *t)
{
    struct curl_api *c = &t->http->curl;
    const struct http_options *o = &t->settings->o;
    c->easy_setopt(t->easy, CURLOPT_NOSIGNAL, 1L);
    uint32_t total = t->rq->total_ms ? t->rq->total_ms : o->total_ms;
    if (t->settings->most_ms && total > t->settings->most_ms)
        total = t->settings->most_ms;
    c->easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)o->connect_ms);
    c->easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, (long)total);
    c->easy_setopt(t->easy, CURLOPT_TCP_KEEPALIVE, 1L);
    /* A cancel does not wait for a name server. */
    c->easy_setopt(t->easy, CURLOPT_QUICK_EXIT, 1L);
}

/* "": all that this libcurl can unpack. A server on this machine is asked not
 * to pack: that takes it longer than the loopback does. */
static const char *encodings(const struct transfer *t)
{
    struct url u;
    return url_parse(t->url, &u) && url_is_loopback(&u) ? "identity" : "";
}

static void set_callbacks(struct transfer *t)
{
    struct curl_api *c = &t->http->curl;
    c->easy_setopt(t->easy, CURLOPT_PRIVATE, t);
    c->easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->error);
    c->easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, on_header);
    c->easy_setopt(t->easy, CURLOPT_HEADERDATA, t);
    c->easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, on_body);
    c->easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
    c->easy_setopt(t->easy, CURLOPT_ACCEPT_ENCODING, encodings(t));
    c->easy_setopt(t->easy, CURLOPT_USERAGENT, "shikra/" SHIKRA_VERSION);
    c->easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
}

bool transfer_open(struct transfer *t)
{
    struct curl_api *c = &t->http->curl;
    if (!add_headers(t))
        return false;
    t->easy = c->easy_init();
    if (!t->easy)
        abort();
    set_option_text(t, CURLOPT_URL, t->url);
    set_method(t);
    set_security(t);
    set_proxy(t);
    set_times(t);
    set_callbacks(t);
    return true;
}

void transfer_close(struct transfer *t)
{
    struct curl_api *c = &t->http->curl;
    if (t->easy)
        c->easy_cleanup(t->easy);
    if (t->headers)
        c->slist_free_all(t->headers);
    t->easy = NULL;
    t->headers = NULL;
}

void transfer_release(struct transfer *t)
{
    transfer_close(t);
    buf_release(&t->body);
    buf_release(&t->taped);
}
