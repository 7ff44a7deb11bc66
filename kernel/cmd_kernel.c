/* cmd_kernel.c - `shikra kernel`: from a connection file to a running kernel.
 *
 * Called by: main.c. Sockets are bound before anything slow: a client that
 * connects to a port nobody listens at tries again 100 ms later. */
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include "kernel/cmd.h"
#include "kernel/crash.h"
#include "kernel/handshake.h"
#include "kernel/loop.h"
#include "kernel/modules.h"

struct options {
    const char *file, *log_file;
    enum log_level level;
    bool insecure;
};

/* The rest of the line is ignored: launchers add arguments of their own. */
static void read_options(struct options *o, int argc, char **argv)
{
    *o = (struct options){ .log_file = getenv("SHIKRA_LOG"),
                           .level = LOG_INFO };
    for (int i = 1; i < argc; i++) {
        const char *v;
        if ((v = option_value("-f", argc, argv, &i)) ||
            (v = option_value("--connection-file", argc, argv, &i)))
            o->file = v;
        else if ((v = option_value("--log", argc, argv, &i)))
            o->log_file = v;
        else if ((v = option_value("--log-level", argc, argv, &i)))
            log_level_from_name(str_of(v), &o->level);
        else if (strcmp(argv[i], "--insecure") == 0)
            o->insecure = true;
        else if (argv[i][0] != '-' && !o->file)
            o->file = argv[i];
    }
}

struct program {
    struct options options;
    struct arena *arena;
    struct connection connection;
    struct sockets sockets;
    struct interp interp;
    struct log *log;
    struct kernel *kernel;
    int signal_fd;
};

static bool complain(const char *what, const struct buf *why)
{
    fprintf(stderr, "shikra kernel: %s%.*s\n", what, STRF(buf_str(why)));
    return false;
}

/* Many clients may connect and say nothing; each costs a descriptor. */
static void raise_descriptor_limit(void)
{
    struct rlimit r;
    if (getrlimit(RLIMIT_NOFILE, &r) == 0) {
        r.rlim_cur = r.rlim_max;
        setrlimit(RLIMIT_NOFILE, &r);
    }
}

static bool open_sockets(struct program *p, struct buf *why)
{
    const struct connection *c = &p->connection;
    if (!connection_read(&p->connection, p->arena, p->options.file,
                         p->options.insecure, why)) {
        fprintf(stderr, "shikra kernel: %s: %.*s\n", p->options.file,
                STRF(buf_str(why)));
        return false;
    }
    if (!connection_is_loopback(c))
        fprintf(stderr, "shikra kernel: listens at %.*s, which other machines "
                        "may reach\n", STRF(c->ip));
    p->signal_fd = loop_block_signals();
    return sockets_open(&p->sockets, c, why) || complain("", why);
}

static bool shake_hands(struct program *p, struct buf *why)
{
    const struct connection *c = &p->connection;
    return c->registration_ip.n == 0 ||
           handshake(p->sockets.zmq, c, p->kernel->wire, p->sockets.ports,
                     why) ||
           complain("", why);
}

static void *warm_up(void *ctx)
{
    const struct interp *in = ctx;
    in->warm_up(in->lang);
    return NULL;
}

static void start_capture(struct program *p)
{
    struct capture *c = capture_start();
    p->kernel->capture = c;
    crash_install(capture_original(c, CAPTURED_ERR),
                  capture_fd(c, CAPTURED_ERR));
}

/* A cell that does not end must not keep the process: its thread cannot be
 * joined, so what is queued is sent and the process ends as it stands. */
static void close_program(struct program *p, pthread_t *warm)
{
    bool quiet = kernel_is_quiet(p->kernel);
    sockets_close(&p->sockets);
    if (!quiet)
        _exit(EXIT_CLEAN);
    if (warm)
        pthread_join(*warm, NULL);
    capture_stop(p->kernel->capture);
    p->kernel->capture = NULL;
    kernel_free(p->kernel);
    modules_close(&p->interp);
    log_close(p->log);
}

static int serve(struct program *p, struct buf *why)
{
    pthread_t warm;
    p->kernel = kernel_new(&p->interp, p->connection.key, p->log);
    memcpy(p->kernel->ports, p->sockets.ports, sizeof p->kernel->ports);
    bool known = shake_hands(p, why);
    modules_open(&p->interp);
    start_capture(p);
    bool warming = p->interp.warm_up &&
                   pthread_create(&warm, NULL, warm_up, &p->interp) == 0;
    if (known)
        loop_run(p->kernel, &p->sockets, p->signal_fd);
    close_program(p, warming ? &warm : NULL);
    return known ? EXIT_CLEAN : EXIT_ERROR;
}

int cmd_kernel(int argc, char **argv)
{
    struct program p = { .arena = arena_new() };
    struct buf why;
    int code = EXIT_ERROR;
    buf_init(&why, 4096);
    read_options(&p.options, argc, argv);
    if (!p.options.file) {
        code = usage_error("kernel", "needs a connection file: -f FILE");
        goto out;
    }
    p.log = log_open(p.options.log_file, p.options.level);
    if (!p.log) {
        perror("shikra kernel: --log");
        goto out;
    }
    raise_descriptor_limit();
    if (open_sockets(&p, &why))
        code = serve(&p, &why);
out:
    buf_release(&why);
    arena_free(p.arena);
    return code;
}
