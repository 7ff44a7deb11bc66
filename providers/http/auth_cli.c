/* auth_cli.c - the token of whoever is signed in with the Azure CLI.
 *
 * Called by: auth_entra.c. Runs `az account get-access-token`, without a shell,
 * with arguments of harmless characters only. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "auth_int.h"
#include "base/utf8.h"

enum { MAX_OUTPUT = 256 << 10, AZ_MS = 30000, SHOWN = 250 };

static bool is_harmless(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                    (c >= 'A' && c <= 'Z');
        if (!word && (!c || !strchr(".:/_-", c)))
            return false;
    }
    return s.n > 0 && s.p[0] != '-';
}

/* Starts az with its output going to a pipe; -1: it cannot be started. */
static pid_t start_az(char *const *argv, int *out)
{
    int fds[2];
    pid_t pid = -1;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    if (pipe2(fds, O_CLOEXEC))
        return -1;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, fds[1], 1);
    posix_spawn_file_actions_adddup2(&actions, fds[1], 2);
    /* A group of its own: az starts others, and all must end on a cancel. */
    posix_spawnattr_init(&attr);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP);
    if (posix_spawnp(&pid, argv[0], &actions, &attr, argv, environ) != 0)
        pid = -1;
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    close(fds[1]);
    if (pid < 0)
        close(fds[0]);
    *out = fds[0];
    return pid;
}

/* Reads to the end; false: too long, or cancelled. */
static bool read_output(int fd, const struct http_call *call, struct buf *b)
{
    int64_t left = AZ_MS;
    while (left > 0 && !(call->cancel && atomic_load(call->cancel))) {
        char part[4096];
        struct pollfd p = { .fd = fd, .events = POLLIN };
        if (poll(&p, 1, 40) <= 0) {
            left -= 40;
            continue;
        }
        ssize_t n = read(fd, part, sizeof part);
        if (n == 0)
            return true;
        if (n > 0)
            buf_add(b, (str){ part, (size_t)n });
        explicit_bzero(part, sizeof part);
    }
    return false;
}

static enum status fail_output(const struct entra_want *w,
                               const struct http_call *call, str output)
{
    struct buf b;
    buf_init(&b, 32 * SHOWN);
    utf8_printable(&b, str_sub(str_trim(output), 0, SHOWN));
    http_fail(w->auths->http, call, DIAG_AUTH, "az gives no token: %.*s",
              STRF(buf_str(&b)));
    buf_release(&b);
    return ST_ENV;
}

static enum status run_az(const struct entra_want *w,
                          const struct http_call *call, char *const *argv,
                          struct token *out)
{
    int fd, code = 0;
    struct buf b;
    pid_t pid = start_az(argv, &fd);
    if (pid < 0)
        return http_fail(w->auths->http, call, DIAG_AUTH,
                         "the Azure CLI (az) cannot be started; is it "
                         "installed?");
    buf_init(&b, MAX_OUTPUT);
    bool whole = read_output(fd, call, &b);
    close(fd);
    if (!whole)
        kill(-pid, SIGTERM);
    while (waitpid(pid, &code, 0) < 0 && errno == EINTR)
        continue;
    enum status st = ST_OK;
    if (!whole && call->cancel && atomic_load(call->cancel))
        st = ST_CANCELLED;
    else if (!whole)
        st = http_fail(w->auths->http, call, DIAG_AUTH,
                       "az does not answer within %d s", AZ_MS / 1000);
    else if (!WIFEXITED(code) || WEXITSTATUS(code) != 0 ||
             !oauth_cli_parse(call->arena, buf_str(&b), auth_now(), out))
        st = fail_output(w, call, buf_str(&b));
    if (b.p)
        explicit_bzero(b.p, b.n);
    buf_release(&b);
    return st;
}

enum status entra_cli(const struct entra_want *w, const struct http_call *call,
                      struct token *out)
{
    char *argv[10] = { (char *)"az",       (char *)"account",
                       (char *)"get-access-token", (char *)"--output",
                       (char *)"json",     (char *)"--scope" };
    size_t n = 6;
    bool tenant = !str_eqz(w->tenant, "organizations");
    if (!is_harmless(w->scope) || (tenant && !is_harmless(w->tenant)))
        return http_fail(w->auths->http, call, DIAG_AUTH,
                         "tenant or scope has characters that are not handed "
                         "to az");
    argv[n++] = arena_cstr(call->arena, w->scope);
    if (tenant) {
        argv[n++] = (char *)"--tenant";
        argv[n++] = arena_cstr(call->arena, w->tenant);
    }
    return run_az(w, call, argv, out);
}
