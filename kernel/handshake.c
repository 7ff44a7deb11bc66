/* handshake.c - one signed message out, one back.
 *
 * Called by: cmd_kernel.c. The frames are delimiter, signature over the one
 * content frame, content; ports are spelled as text. */
#include "kernel/handshake.h"

#include <sodium.h>
#include <zmq.h>

#include "base/json_write.h"

enum { WAIT_MS = 5000, MAX_FRAME = 8 << 10, NPARTS = 3 };

static void write_content(struct buf *b, const struct connection *c,
                          const int ports[NPORTS])
{
    static const char *const names[NPORTS] = {
        [PORT_SHELL] = "shell_port",   [PORT_IOPUB] = "iopub_port",
        [PORT_STDIN] = "stdin_port",   [PORT_CONTROL] = "control_port",
        [PORT_HB] = "hb_port",
    };
    buf_adds(b, "{\"kernel_id\":");
    json_str(b, c->kernel_id);
    for (int i = 0; i < NPORTS; i++)
        buf_addf(b, ",\"%s\":\"%d\"", names[i], ports[i]);
    buf_addc(b, '}');
}

static bool send_ports(void *socket, const struct wire *w, str content)
{
    char hex[SIGNATURE_HEX + 1];
    wire_sign(w, &content, 1, hex);
    return zmq_send(socket, "<IDS|MSG>", 9, ZMQ_SNDMORE) >= 0 &&
           zmq_send(socket, hex, strlen(hex), ZMQ_SNDMORE) >= 0 &&
           zmq_send(socket, content.p, content.n, 0) >= 0;
}

/* The last two frames are signature and content, whatever comes before. */
static bool read_ack(void *socket, const struct wire *w)
{
    char frame[2][MAX_FRAME];
    int size[2] = { -1, -1 }, more = 1;
    size_t len = sizeof more;
    for (int i = 0; more && i < 2 * NPARTS; i++) {
        if (size[1] > 0)
            memcpy(frame[0], frame[1], (size_t)size[1]);
        size[0] = size[1];
        size[1] = zmq_recv(socket, frame[1], MAX_FRAME, 0);
        if (size[1] < 0 || size[1] > MAX_FRAME)
            return false;
        zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &len);
    }
    char hex[SIGNATURE_HEX + 1];
    str content = { frame[1], (size_t)size[1] };
    wire_sign(w, &content, 1, hex);
    return !more && size[0] == (int)strlen(hex) &&
           sodium_memcmp(hex, frame[0], strlen(hex)) == 0;
}

static bool exchange(void *socket, const struct connection *c,
                     const struct wire *w, const int ports[NPORTS],
                     struct buf *why)
{
    struct buf content;
    buf_init(&content, MAX_FRAME);
    write_content(&content, c, ports);
    bool ok = send_ports(socket, w, buf_str(&content));
    buf_release(&content);
    zmq_pollitem_t item = { .socket = socket, .events = ZMQ_POLLIN };
    if (!ok || zmq_poll(&item, 1, WAIT_MS) <= 0)
        buf_adds(why, "no answer from the registration address");
    else if (!read_ack(socket, w))
        buf_adds(why, "the registration was answered with a bad signature");
    else
        return true;
    return false;
}

bool handshake(void *zmq, const struct connection *c, const struct wire *w,
               const int ports[NPORTS], struct buf *why)
{
    struct arena *a = arena_new();
    int linger = 0;
    bool ok = false;
    void *socket = zmq_socket(zmq, ZMQ_DEALER);
    zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger);
    if (zmq_connect(socket,
                    connection_endpoint(c, a, c->registration_port)) == 0)
        ok = exchange(socket, c, w, ports, why);
    else
        buf_addf(why, "cannot reach the registration address: %s",
                 zmq_strerror(zmq_errno()));
    zmq_close(socket);
    arena_free(a);
    return ok;
}
