/* connections.c - host.connections: TCP and UDP sockets and whose they are.
 *
 * Called by: host.c. The kernel lists sockets by inode; the descriptors of the
 * processes that this user may look into say which process has which inode. */
#include "host.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { MAX_NET = 256 << 20, MAX_SOCKETS = 4 << 20 };

enum col {
    PROTOCOL, LOCAL_ADDRESS, LOCAL_PORT, REMOTE_ADDRESS, REMOTE_PORT, STATE,
    PID, PROCESS_NAME, USER, INODE, NCOLS
};

static const struct source_col COLS[NCOLS] = {
    [PROTOCOL] = { { "Protocol", 8 }, TYPE_STRING },
    [LOCAL_ADDRESS] = { { "LocalAddress", 12 }, TYPE_STRING },
    [LOCAL_PORT] = { { "LocalPort", 9 }, TYPE_INT },
    [REMOTE_ADDRESS] = { { "RemoteAddress", 13 }, TYPE_STRING },
    [REMOTE_PORT] = { { "RemotePort", 10 }, TYPE_INT },
    [STATE] = { { "State", 5 }, TYPE_STRING },
    [PID] = { { "Pid", 3 }, TYPE_INT },
    [PROCESS_NAME] = { { "ProcessName", 11 }, TYPE_STRING },
    [USER] = { { "User", 4 }, TYPE_STRING },
    [INODE] = { { "Inode", 5 }, TYPE_LONG },
};

/* ---- who has which socket ------------------------------------------------ */

struct holder {
    int64_t inode;
    int pid;
};

struct holders {
    struct host *h;
    struct holder *v;
    size_t n, cap;
};

static void add_holder(struct holders *hs, int64_t inode, int pid)
{
    if (hs->n == MAX_SOCKETS)
        return;
    if (hs->n == hs->cap) {
        hs->cap = hs->cap ? 2 * hs->cap : 256;
        hs->v = xrealloc(hs->v, hs->cap * sizeof *hs->v);
    }
    hs->v[hs->n++] = (struct holder){ inode, pid };
}

/* "socket:[12345]" */
static bool socket_inode(str link, int64_t *inode)
{
    if (!str_starts(link, S("socket:[")) || !str_ends(link, S("]")))
        return false;
    return proc_number(str_sub(link, 8, link.n - 1), inode);
}

static bool add_process(void *ctx, int pid)
{
    struct holders *hs = ctx;
    struct host *h = hs->h;
    char name[64];
    struct dirent *e;
    int64_t inode;
    snprintf(name, sizeof name, "%d/fd", pid);
    int fd = openat(h->proc.fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    if (!d)
        return !host_cancelled(h);
    while ((e = readdir(d))) {
        arena_reset(h->tmp);
        str link = proc_linkf(&h->proc, h->tmp, "%d/fd/%s", pid, e->d_name);
        if (socket_inode(link, &inode))
            add_holder(hs, inode, pid);
    }
    closedir(d);
    return !host_cancelled(h);
}

/* By inode, then by process: a socket that several have is the oldest's. */
static int by_inode(const void *a, const void *b)
{
    const struct holder *x = a, *y = b;
    if (x->inode != y->inode)
        return x->inode < y->inode ? -1 : 1;
    return (x->pid > y->pid) - (x->pid < y->pid);
}

static int holder_of(const struct holders *hs, int64_t inode)
{
    size_t lo = 0, hi = hs->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (hs->v[mid].inode < inode)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < hs->n && hs->v[lo].inode == inode ? hs->v[lo].pid : 0;
}

/* ---- /proc/net ----------------------------------------------------------- */

static bool hex(str s, uint64_t *v)
{
    *v = 0;
    if (s.n == 0 || s.n > 16)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        int d = c >= '0' && c <= '9' ? c - '0'
                : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                     : -1;
        if (d < 0)
            return false;
        *v = *v * 16 + (uint64_t)d;
    }
    return true;
}

/* "0100007F:0016": 32-bit words in the machine's byte order, then the port.
 * An IPv4 address inside an IPv6 socket is shown as what it is. */
static bool parse_endpoint(str s, char *address, size_t size, int64_t *port)
{
    uint32_t words[4];
    uint64_t v;
    ptrdiff_t colon = str_find_char(s, ':');
    if (colon != 8 && colon != 32)
        return false;
    if (!hex(str_sub(s, (size_t)colon + 1, s.n), &v))
        return false;
    *port = (int64_t)(v & 0xffff);
    for (ptrdiff_t i = 0; i < colon; i += 8) {
        if (!hex(str_sub(s, (size_t)i, (size_t)i + 8), &v))
            return false;
        words[i / 8] = (uint32_t)v;
    }
    bool mapped = colon == 32 && words[0] == 0 && words[1] == 0 &&
                  words[2] == htonl(0xffff);
    if (colon == 8 || mapped)
        return inet_ntop(AF_INET, &words[mapped ? 3 : 0], address,
                         (socklen_t)size);
    return inet_ntop(AF_INET6, words, address, (socklen_t)size);
}

static const char *tcp_state(uint64_t n)
{
    static const char *const names[] = {
        "", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",
        "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING",
        "NEW_SYN_RECV",
    };
    return n < sizeof names / sizeof names[0] ? names[n] : "";
}

/* A UDP socket is connected or it is not. */
static const char *state_name(str protocol, uint64_t n)
{
    if (str_starts(protocol, S("udp")))
        return n == 1 ? "ESTABLISHED" : "";
    return tcp_state(n);
}

static void put_holder(struct host *h, const struct holders *hs, int64_t inode)
{
    int pid = inode ? holder_of(hs, inode) : 0;
    if (!pid)
        return;
    row_writer_int(&h->rows, PID, pid);
    row_writer_text(&h->rows, PROCESS_NAME,
              str_trim(proc_filef(&h->proc, h->tmp, 4096, "%d/comm", pid)));
}

/* sl local rem st tx:rx tr:when retrnsmt uid timeout inode … */
static enum status read_line(struct host *h, const struct holders *hs,
                             str protocol, str line)
{
    char local[64], remote[64];
    int64_t lport, rport, uid, inode;
    uint64_t state;
    if (!parse_endpoint(proc_word(line, 1), local, sizeof local, &lport) ||
        !parse_endpoint(proc_word(line, 2), remote, sizeof remote, &rport) ||
        !hex(proc_word(line, 3), &state) ||
        !proc_number(proc_word(line, 7), &uid) ||
        !proc_number(proc_word(line, 9), &inode))
        return ST_OK;
    row_writer_text(&h->rows, PROTOCOL, protocol);
    row_writer_text(&h->rows, LOCAL_ADDRESS, str_of(local));
    row_writer_int(&h->rows, LOCAL_PORT, lport);
    row_writer_text(&h->rows, REMOTE_ADDRESS, str_of(remote));
    row_writer_int(&h->rows, REMOTE_PORT, rport);
    row_writer_text(&h->rows, STATE, str_of(state_name(protocol, state)));
    row_writer_text(&h->rows, USER, users_name(&h->users, uid));
    row_writer_int(&h->rows, INODE, inode);
    put_holder(h, hs, inode);
    return row_writer_next(&h->rows);
}

static enum status read_protocol(struct host *h, const struct holders *hs,
                                 const char *protocol)
{
    struct arena *a = arena_new();
    enum status st = ST_OK;
    str text = proc_filef(&h->proc, a, MAX_NET, "net/%s", protocol), line;
    if (!text.p)
        diag_warn(h->ds, DIAG_FILE, NO_SPAN, "no %s sockets: net/%s in %s "
                  "cannot be read", protocol, protocol, h->roots.proc);
    proc_line(&text, &line); /* the heading */
    while (st == ST_OK && proc_line(&text, &line)) {
        arena_reset(h->tmp);
        st = read_line(h, hs, str_of(protocol), line);
        if (host_cancelled(h))
            st = ST_CANCELLED;
    }
    arena_free(a);
    return st;
}

static enum status read_connections(struct host *h)
{
    static const char *const protocols[] = { "tcp", "tcp6", "udp", "udp6" };
    struct holders hs = { .h = h };
    enum status st = ST_OK;
    proc_each(&h->proc, add_process, &hs);
    if (hs.n)
        qsort(hs.v, hs.n, sizeof *hs.v, by_inode);
    for (size_t i = 0; i < 4 && st == ST_OK; i++)
        st = read_protocol(h, &hs, protocols[i]);
    free(hs.v);
    return st;
}

const struct host_table host_connections = {
    .name = "connections",
    .summary = "TCP and UDP sockets with addresses, state and process.",
    .ncols = NCOLS, .cols = COLS, .read = read_connections,
};
