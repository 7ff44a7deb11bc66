/* sockets.c - opens, reads and writes the ZeroMQ sockets.
 *
 * Called by: cmd_kernel.c, loop.c. Only the I/O thread touches them. */
#include "kernel/sockets.h"

#include <errno.h>
#include <zmq.h>

#include "base/status.h"

enum { LINGER_MS = 1000 };

static void set(void *socket, int option, int value)
{
    zmq_setsockopt(socket, option, &value, sizeof value);
}

/* No high-water marks: a lost `idle` leaves a client waiting for ever.
 * Handover: a browser that reconnects keeps its identity, and the old pipe
 * must yield. */
static void *new_socket(struct sockets *s, const struct connection *c,
                        int type)
{
    void *socket = zmq_socket(s->zmq, type);
    int64_t most = MAX_MESSAGE_BYTES;
    if (!socket)
        BUG("cannot create a socket: %s", zmq_strerror(zmq_errno()));
    set(socket, ZMQ_SNDHWM, 0);
    set(socket, ZMQ_RCVHWM, 0);
    set(socket, ZMQ_LINGER, LINGER_MS);
    zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &most, sizeof most);
    if (type == ZMQ_ROUTER)
        set(socket, ZMQ_ROUTER_HANDOVER, 1);
    if (type == ZMQ_XPUB)
        set(socket, ZMQ_XPUB_MANUAL, 1);
    if (connection_is_ipv6(c))
        set(socket, ZMQ_IPV6, 1);
    if (c->curve_secret.n) {
        char key[CURVE_KEY + 1] = "";
        memcpy(key, c->curve_secret.p, CURVE_KEY);
        set(socket, ZMQ_CURVE_SERVER, 1);
        zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, key, sizeof key);
    }
    return socket;
}

/* tcp://127.0.0.1:54321 -> 54321 */
static int bound_port(void *socket)
{
    char text[256];
    size_t n = sizeof text;
    if (zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, text, &n) != 0)
        return 0;
    const char *colon = strrchr(text, ':');
    return colon ? (int)strtol(colon + 1, NULL, 10) : 0;
}

static bool bind_port(struct sockets *s, const struct connection *c,
                      enum port port, void *socket, struct buf *why)
{
    struct arena *a = arena_new();
    const char *end = connection_endpoint(c, a, c->ports[port]);
    bool ok = zmq_bind(socket, end) == 0;
    if (!ok)
        buf_addf(why, "cannot listen at %s: %s", end,
                 zmq_strerror(zmq_errno()));
    s->ports[port] = c->ports[port] ? c->ports[port] : bound_port(socket);
    arena_free(a);
    return ok;
}

static void *echo(void *ctx)
{
    struct sockets *s = ctx;
    zmq_proxy(s->heartbeat, s->heartbeat, NULL); /* until the context ends */
    zmq_close(s->heartbeat);
    return NULL;
}

static const struct {
    enum port port;
    enum channel channel;
    int type;
} wanted[] = {
    { PORT_SHELL, CH_SHELL, ZMQ_ROUTER },
    { PORT_CONTROL, CH_CONTROL, ZMQ_ROUTER },
    { PORT_STDIN, CH_STDIN, ZMQ_ROUTER },
    { PORT_IOPUB, CH_IOPUB, ZMQ_XPUB },
};

static bool bind_all(struct sockets *s, const struct connection *c,
                     struct buf *why)
{
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        void *socket = new_socket(s, c, wanted[i].type);
        s->of[wanted[i].channel] = socket;
        if (!bind_port(s, c, wanted[i].port, socket, why))
            return false;
    }
    s->heartbeat = new_socket(s, c, ZMQ_ROUTER);
    return bind_port(s, c, PORT_HB, s->heartbeat, why);
}

bool sockets_open(struct sockets *s, const struct connection *c,
                  struct buf *why)
{
    *s = (struct sockets){ .zmq = zmq_ctx_new() };
    if (!bind_all(s, c, why)) {
        sockets_close(s);
        return false;
    }
    if (pthread_create(&s->heartbeat_thread, NULL, echo, s) != 0)
        BUG("cannot start the heartbeat");
    s->beating = true;
    return true;
}

void sockets_close(struct sockets *s)
{
    for (int i = 0; i < NCHANNELS; i++)
        if (s->of[i])
            zmq_close(s->of[i]);
    if (s->heartbeat && !s->beating)
        zmq_close(s->heartbeat);
    if (s->beating) {
        zmq_ctx_shutdown(s->zmq);
        pthread_join(s->heartbeat_thread, NULL);
    }
    zmq_ctx_term(s->zmq);
    *s = (struct sockets){ .zmq = NULL };
}

/* Reads all frames of a message whose first one is in `part`. What is too much
 * is read and thrown away: false. */
static bool recv_frames(void *socket, zmq_msg_t *part, struct frames *f)
{
    size_t bytes = 0;
    bool fits = true;
    for (;;) {
        bytes += zmq_msg_size(part);
        fits = fits && f->list.n < MAX_FRAMES && bytes <= MAX_MESSAGE_BYTES;
        if (fits)
            frames_add(f, (str){ zmq_msg_data(part), zmq_msg_size(part) });
        if (!zmq_msg_more(part))
            return fits;
        if (zmq_msg_recv(part, socket, 0) < 0)
            return false;
    }
}

static bool recv_message(void *socket, struct frames *f)
{
    zmq_msg_t part;
    zmq_msg_init(&part);
    bool got = zmq_msg_recv(&part, socket, ZMQ_DONTWAIT) >= 0;
    if (got) {
        frames_init(f);
        if (!recv_frames(socket, &part, f)) {
            frames_release(f); /* an empty message: dropped and counted */
            frames_init(f);
        }
    }
    zmq_msg_close(&part);
    return got;
}

static bool recv_any(void *ctx, enum channel *ch, struct frames *f)
{
    static const enum channel order[] = { CH_CONTROL, CH_SHELL, CH_STDIN };
    struct sockets *s = ctx;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (recv_message(s->of[order[i]], f)) {
            *ch = order[i];
            return true;
        }
    return false;
}

static void send_frames(void *ctx, enum channel ch, const struct frames *f)
{
    struct sockets *s = ctx;
    for (size_t i = 0; i < f->list.n; i++) {
        int more = i + 1 < f->list.n ? ZMQ_SNDMORE : 0;
        str part = f->list.v[i];
        while (zmq_send(s->of[ch], part.p, part.n, more) < 0)
            if (zmq_errno() != EINTR)
                return; /* the peer is gone */
    }
}

struct transport sockets_transport(struct sockets *s)
{
    return (struct transport){ .ctx = s, .recv = recv_any,
                               .send = send_frames };
}

/* One frame: 1 or 0 (joins, leaves), then the topic. False: none waits. */
static bool next_subscription(void *socket, struct arena *a, str *frame)
{
    zmq_msg_t part;
    zmq_msg_init(&part);
    bool got = zmq_msg_recv(&part, socket, ZMQ_DONTWAIT) >= 0;
    if (got)
        *frame = arena_str(a, (str){ zmq_msg_data(&part),
                                     zmq_msg_size(&part) });
    zmq_msg_close(&part);
    return got;
}

bool sockets_subscription(struct sockets *s, struct arena *a, str *topic)
{
    void *socket = s->of[CH_IOPUB];
    str frame;
    while (next_subscription(socket, a, &frame)) {
        *topic = str_sub(frame, 1, frame.n);
        if (frame.n && frame.p[0] == 1)
            return true;
        if (frame.n && frame.p[0] == 0)
            zmq_setsockopt(socket, ZMQ_UNSUBSCRIBE, topic->p, topic->n);
    }
    return false;
}

/* For the client whose wish was read last (ZMQ_XPUB_MANUAL). */
void sockets_admit(struct sockets *s, str topic)
{
    zmq_setsockopt(s->of[CH_IOPUB], ZMQ_SUBSCRIBE, topic.p, topic.n);
}
