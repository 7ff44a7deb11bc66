/* http_rig.h - a client and a loopback server for tests of HTTP.
 *
 * Included by: t_http.c, t_auth.c, t_config*.c. Starts a Python script that
 * prints one line of JSON with its ports, and ends it by closing its input. */
#ifndef UNIT_HTTP_RIG_H
#define UNIT_HTTP_RIG_H

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json_text.h"
#include "base/json_write.h"
#include "providers/http/http.h"
#include "providers/http/redact.h"

/* One server for all tests of a program. */
static struct {
    pid_t pid;
    int in;
    char line[4096]; /* compact JSON */
    size_t n;
} rig_server;

static void rig_stop(void)
{
    close(rig_server.in);
    waitpid(rig_server.pid, NULL, 0);
}

static void rig_exec(const char *script, const int in[2], const int out[2])
{
    dup2(in[0], 0);
    dup2(out[1], 1);
    execl("/usr/bin/python3", "python3", script, (char *)NULL);
    _exit(127);
}

static void rig_start(const char *script)
{
    int in[2], out[2];
    if (rig_server.pid)
        return;
    if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
        BUG("no pipes");
    rig_server.pid = fork();
    if (rig_server.pid == 0)
        rig_exec(script, in, out);
    close(in[0]);
    close(out[1]);
    rig_server.in = in[1];
    ssize_t n;
    while (rig_server.n < sizeof rig_server.line &&
           (n = read(out[0], rig_server.line + rig_server.n,
                     sizeof rig_server.line - rig_server.n)) > 0) {
        rig_server.n += (size_t)n;
        if (rig_server.line[rig_server.n - 1] == '\n')
            break;
    }
    close(out[0]);
    if (!rig_server.n)
        BUG("%s does not start", script);
    rig_server.n--;
    atexit(rig_stop);
}

/* A member of what the server printed, as text without quotes. */
static str rig_fact(const char *name)
{
    str v;
    if (!json_get_key((str){ rig_server.line, rig_server.n }, str_of(name),
                      &v))
        BUG("the server says nothing of %s", name);
    return v.n && v.p[0] == '"' ? str_sub(v, 1, v.n - 1) : v;
}

struct rig {
    struct arena *arena;
    struct secrets *secrets;
    struct http *http;
    struct diags ds;
    atomic_bool cancel;
    struct http_call call;
    struct http_reply reply;
    struct buf lines; /* of the status line */
};

static void rig_line(void *ctx, str line)
{
    struct rig *r = ctx;
    buf_add(&r->lines, line);
    buf_addc(&r->lines, '\n');
}

/* Waits are short, so that tests are. */
static const struct http_options rig_quick = {
    .proxy = { "none", 4 },
    .connect_ms = 2000,
    .idle_ms = 1500,
    .total_ms = 8000,
    .retry = { 3, 2, 20, 3000 },
};

static void rig_init(struct rig *r)
{
    *r = (struct rig){ .arena = arena_new(), .secrets = secrets_new() };
    diags_init(&r->ds, r->arena);
    r->http = http_new(r->secrets);
    buf_init(&r->lines, 1 << 20);
    if (!http_configure(r->http, &rig_quick, &r->ds))
        BUG("no options");
    r->call = (struct http_call){
        .arena = r->arena, .cancel = &r->cancel, .ds = &r->ds,
        .status = rig_line, .ctx = r, .attended = true,
    };
}

static void rig_release(struct rig *r)
{
    http_free(r->http);
    secrets_free(r->secrets);
    buf_release(&r->lines);
    arena_free(r->arena);
}

/* "http://127.0.0.1:PORT" + path, of the server that `fact` names. */
__attribute__((unused)) static str rig_url(struct rig *r, const char *fact,
                                           const char *path)
{
    str port = rig_fact(fact);
    bool tls = !strncmp(fact, "https", 5) || !strcmp(fact, "wrong");
    return arena_fmt(r->arena, "%s://%s:%.*s%s", tls ? "https" : "http",
                     tls ? "localhost" : "127.0.0.1", STRF(port), path);
}

__attribute__((unused)) static bool rig_said(const struct rig *r, int code,
                                             const char *words)
{
    for (size_t i = 0; i < r->ds.list.n; i++) {
        const struct diag *d = &r->ds.list.v[i];
        if (d->code == code && str_find(d->message, str_of(words)) >= 0)
            return true;
    }
    for (size_t i = 0; i < r->ds.list.n; i++)
        printf("  said E%04d %.*s\n", r->ds.list.v[i].code,
               STRF(r->ds.list.v[i].message));
    return false;
}

__attribute__((unused)) static int64_t rig_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

__attribute__((unused)) static void begin(struct rig *r)
{
    rig_start("tests/providers/httpd.py");
    rig_init(r);
}

__attribute__((unused)) static enum status get(struct rig *r,
                                                const char *fact,
                                                const char *path)
{
    struct http_request rq = { .url = rig_url(r, fact, path) };
    return http_send(r->http, &rq, &r->call, &r->reply);
}

/* An answer that must be an error with these words. */
__attribute__((unused)) static void fails(const char *path, int code,
                                          const char *words)
{
    struct rig r;
    begin(&r);
    CHECK(get(&r, "http", path) == ST_ENV);
    CHECK(r.ds.nerrors == 1);
    CHECK(rig_said(&r, code, words));
    rig_release(&r);
}

#endif
