/* connection.c - parses and checks a connection file.
 *
 * Called by: cmd_kernel.c. */
#include "kernel/connection.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/exposure.h"
#include "kernel/json_in.h"

enum { MAX_FILE_BYTES = 64 << 10, MAX_PORT = 65535, MAX_TEXT = 1024 };

static const char *const port_names[NPORTS] = {
    [PORT_SHELL] = "shell_port",     [PORT_IOPUB] = "iopub_port",
    [PORT_STDIN] = "stdin_port",     [PORT_CONTROL] = "control_port",
    [PORT_HB] = "hb_port",
};

static bool fail(struct buf *why, const char *what, str value)
{
    buf_adds(why, what);
    if (value.n) {
        buf_adds(why, ": ");
        buf_add(why, str_sub(value, 0, 200));
    }
    return false;
}

/* Registration files may spell ports as text. */
static bool read_port(const json_t *j, const char *name, int *port,
                      struct buf *why)
{
    int64_t v = json_member_int(j, name, 0);
    if (v < 1 || v > MAX_PORT)
        return fail(why, "missing or unfit port", str_of(name));
    *port = (int)v;
    return true;
}

static bool read_ports(struct connection *c, const json_t *j, struct buf *why)
{
    for (int i = 0; i < NPORTS; i++)
        if (!read_port(j, port_names[i], &c->ports[i], why))
            return false;
    return true;
}

static bool read_curve(struct connection *c, struct arena *a, const json_t *j,
                       struct buf *why)
{
    c->curve_public = arena_str(a, json_member_text(j, "curve_publickey"));
    c->curve_secret = arena_str(a, json_member_text(j, "curve_secretkey"));
    bool none = c->curve_public.n == 0 && c->curve_secret.n == 0;
    bool both = c->curve_public.n == CURVE_KEY &&
                c->curve_secret.n == CURVE_KEY;
    return none || both || fail(why, "unfit curve keys", STR_NONE);
}

static bool read_address(struct connection *c, struct arena *a,
                         const json_t *j, struct buf *why)
{
    c->registration_ip = arena_str(a, json_member_text(j, "registration_ip"));
    if (c->registration_ip.n == 0) {
        c->ip = arena_str(a, json_member_text(j, "ip"));
        if (c->ip.n == 0 || memchr(c->ip.p, 0, c->ip.n))
            return fail(why, "missing or unfit ip", STR_NONE);
        return read_ports(c, j, why);
    }
    c->ip = c->registration_ip;
    c->kernel_id = arena_str(a, json_member_text(j, "kernel_id"));
    return read_port(j, "registration_port", &c->registration_port, why);
}

static bool read_scheme(const json_t *j, bool insecure, str key,
                        struct buf *why)
{
    str scheme = json_member_text(j, "signature_scheme");
    if (scheme.n && !str_eqz(scheme, "hmac-sha256"))
        return fail(why, "unknown signature scheme (hmac-sha256 is known)",
                    scheme);
    if (key.n == 0 && !insecure)
        return fail(why, "the key is empty: anybody on this machine could "
                         "run code here (--insecure allows it)", STR_NONE);
    return true;
}

static bool read_members(struct connection *c, struct arena *a,
                         const json_t *j, bool insecure, struct buf *why)
{
    str transport = json_member_text(j, "transport");
    *c = (struct connection){ .ipc = str_eqz(transport, "ipc") };
    if (transport.n && !c->ipc && !str_eqz(transport, "tcp"))
        return fail(why, "unknown transport (tcp and ipc are known)",
                    transport);
    c->key = arena_str(a, json_member_text(j, "key"));
    return read_scheme(j, insecure, c->key, why) &&
           read_address(c, a, j, why) && read_curve(c, a, j, why);
}

bool connection_parse(struct connection *c, struct arena *a, str text,
                      bool insecure, struct buf *why)
{
    json_t *j = json_object_in(text, false);
    if (!j)
        return fail(why, "not a JSON object", STR_NONE);
    bool ok = read_members(c, a, j, insecure, why);
    json_decref(j);
    return ok;
}

static bool read_text(int fd, struct buf *text, struct buf *why)
{
    ssize_t n;
    char chunk[4096];
    while ((n = read(fd, chunk, sizeof chunk)) > 0)
        buf_add(text, (str){ chunk, (size_t)n });
    if (n < 0)
        return fail(why, strerror(errno), STR_NONE);
    return buf_ok(text) || fail(why, "larger than 64 kB", STR_NONE);
}

static bool check_file(int fd, const char *path, bool insecure,
                       struct buf *why)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return fail(why, "not a regular file", STR_NONE);
    if (insecure)
        return true;
    if (st.st_uid != geteuid())
        return fail(why, "belongs to another user, who knows the key "
                         "(--insecure allows it)", STR_NONE);
    if (!exposure_of_file(&st, path))
        return true;
    return fail(why, "other users can read it, and with it the key; "
                     "`chmod 700` the directory that it is in "
                     "(--insecure allows it)", STR_NONE);
}

bool connection_read(struct connection *c, struct arena *a, const char *path,
                     bool insecure, struct buf *why)
{
    struct buf text;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return fail(why, strerror(errno), STR_NONE);
    buf_init(&text, MAX_FILE_BYTES);
    bool ok = check_file(fd, path, insecure, why) &&
              read_text(fd, &text, why) &&
              connection_parse(c, a, buf_str(&text), insecure, why);
    close(fd);
    buf_release(&text);
    return ok;
}

bool connection_is_ipv6(const struct connection *c)
{
    return !c->ipc && str_find_char(c->ip, ':') >= 0;
}

bool connection_is_loopback(const struct connection *c)
{
    return c->ipc || str_starts(c->ip, S("127.")) ||
           str_eqz(c->ip, "localhost") || str_eqz(c->ip, "::1");
}

const char *connection_endpoint(const struct connection *c, struct arena *a,
                                int port)
{
    char end[16];
    bool v6 = connection_is_ipv6(c);
    if (port)
        snprintf(end, sizeof end, "%d", port);
    else
        snprintf(end, sizeof end, "*");
    if (c->ipc)
        return arena_fmt(a, "ipc://%.*s-%s", STRF(c->ip), end).p;
    return arena_fmt(a, v6 ? "tcp://[%.*s]:%s" : "tcp://%.*s:%s", STRF(c->ip),
                     end).p;
}
