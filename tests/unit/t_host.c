/* t_host.c - the host tables: on this machine, and over a made-up /proc in
 * tests/providers/host, where every value is known. */
#include "t.h"

#include <arpa/inet.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

#include "base/json_write.h"
#include "base/ticks.h"
#include "providers/host/host.h"
#include "providers/providers.h"

struct rig {
    struct arena *a;
    struct diags ds;
    struct source *source;
    enum status status;
    LIST(str) rows;  /* JSON objects without nulls and empty texts */
};

static enum status take_batch(void *ctx, unsigned part, const struct frame *f)
{
    struct rig *x = ctx;
    struct buf b;
    CHECK(part == 0 && f->nrows <= SOURCE_BATCH_ROWS);
    buf_init(&b, 64 << 20);
    for (size_t r = 0; r < f->nrows; r++) {
        buf_addc(&b, '{');
        for (size_t c = 0; c < f->ncols; c++) {
            struct value v = cell_value(&f->cols[c], r);
            if (v.null || (v.type == TYPE_STRING && v.s.n == 0))
                continue;
            buf_adds(&b, b.n > 1 ? "," : "");
            json_str(&b, f->cols[c].name);
            buf_addc(&b, ':');
            value_json(&b, &v);
        }
        buf_addc(&b, '}');
        PUSH(x->a, x->rows, buf_take(&b, x->a));
    }
    buf_release(&b);
    return ST_OK;
}

static void read_rows(struct rig *x)
{
    struct row_sink sink = { .ctx = x, .batch = take_batch };
    if (x->status == ST_OK)
        x->status = x->source->read(x->source, 0, &sink, NULL, &x->ds);
}

static void rig_init(struct rig *x)
{
    memset(x, 0, sizeof *x);
    x->a = arena_new();
    diags_init(&x->ds, x->a);
}

static void rig_release(struct rig *x)
{
    if (x->source)
        x->source->close(x->source);
    arena_free(x->a);
}

static void read_live(struct rig *x, const char *table)
{
    struct source_request rq = { .table = str_of(table) };
    rig_init(x);
    x->status = provider_host.open(&x->source, &rq, 4, NULL, &x->ds);
    read_rows(x);
}

static void read_made(struct rig *x, const char *table, const char *wtmp)
{
    struct source_request rq = { .table = str_of(table) };
    struct host_roots roots = {
        .proc = "tests/providers/host/proc",
        .wtmp = wtmp,
        .passwd = "tests/providers/host/passwd",
    };
    rig_init(x);
    x->status = host_open_at(&x->source, &rq, &roots, &x->ds);
    read_rows(x);
}

static bool has_row(const struct rig *x, const char *part)
{
    for (size_t i = 0; i < x->rows.n; i++)
        if (str_find(x->rows.v[i], str_of(part)) >= 0)
            return true;
    return false;
}

/* ---- processes ----------------------------------------------------------- */

TEST(processes_of_a_known_tree)
{
    struct rig x;
    read_made(&x, "processes", "none");
    CHECK(x.status == ST_OK && x.ds.list.n == 0 && x.rows.n == 3);
    CHECK_STR(x.rows.v[0],
              "{\"Pid\":2,\"Ppid\":0,\"Name\":\"[kthreadd]\",\"User\":\"root\","
              "\"Uid\":0,\"Start\":\"2024-03-01T00:00:00.0000000Z\","
              "\"State\":\"sleeping\",\"Session\":0,\"Threads\":1,"
              "\"RssBytes\":0,\"CpuTime\":\"00:00:00\",\"Host\":\"made-up\"}");
    /* A name with brackets and blanks, a user without a name, an ended
     * process that left nothing but its stat. */
    CHECK(has_row(&x, "\"Name\":\"a) (b\",\"CommandLine\":\"./a) (b "
                      "--flag two words\",\"Uid\":4242"));
    CHECK(has_row(&x, "\"State\":\"stopped\",\"Session\":77,"
                      "\"Tty\":\"pts/3\",\"Threads\":5"));
    CHECK(has_row(&x, "\"Pid\":300,\"Ppid\":1,\"Name\":\"gone\""));
    CHECK(has_row(&x, "\"Container\":\"0123456789abcdef0123456789abcdef"
                      "0123456789abcdef0123456789abcdef\""));
    rig_release(&x);
}

TEST(this_process_is_there)
{
    struct rig x;
    char mine[64], path[4096];
    read_live(&x, "processes");
    CHECK(x.status == ST_OK && x.rows.n > 1);
    snprintf(mine, sizeof mine, "{\"Pid\":%d,\"Ppid\":%d,\"Name\":\"t_host\"",
             (int)getpid(), (int)getppid());
    CHECK(has_row(&x, mine));
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    CHECK(n > 0);
    path[n] = 0;
    CHECK(has_row(&x, path));
    rig_release(&x);
}

/* A zombie has no memory, files or path any more; its row stays. */
TEST(a_zombie_is_a_row)
{
    struct rig x;
    char part[64];
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    siginfo_t info;
    CHECK(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) == 0);
    read_live(&x, "processes");
    snprintf(part, sizeof part, "{\"Pid\":%d,", (int)pid);
    CHECK(has_row(&x, part));
    CHECK(has_row(&x, "\"State\":\"zombie\""));
    waitpid(pid, NULL, 0);
    rig_release(&x);
}

/* ---- connections --------------------------------------------------------- */

TEST(connections_of_a_known_tree)
{
    struct rig x;
    read_made(&x, "connections", "none");
    CHECK(x.status == ST_OK && x.rows.n == 6);
    CHECK(has_row(&x, "{\"Protocol\":\"tcp\",\"LocalAddress\":\"127.0.0.1\","
                      "\"LocalPort\":631,\"RemoteAddress\":\"0.0.0.0\","
                      "\"RemotePort\":0,\"State\":\"LISTEN\",\"Pid\":77,"
                      "\"ProcessName\":\"a) (b\",\"User\":\"root\","
                      "\"Inode\":1111}"));
    CHECK(has_row(&x, "\"RemoteAddress\":\"93.184.216.34\","
                      "\"RemotePort\":443,\"State\":\"ESTABLISHED\","
                      "\"User\":\"ana\",\"Inode\":2222}"));
    CHECK(has_row(&x, "{\"Protocol\":\"tcp6\",\"LocalAddress\":\"::1\","
                      "\"LocalPort\":8080"));
    CHECK(has_row(&x, "{\"Protocol\":\"tcp6\",\"LocalAddress\":\"10.0.0.5\","
                      "\"LocalPort\":22,\"RemoteAddress\":\"10.0.0.9\""));
    CHECK(has_row(&x, "{\"Protocol\":\"udp\",\"LocalAddress\":\"0.0.0.0\","
                      "\"LocalPort\":68,\"RemoteAddress\":\"0.0.0.0\","
                      "\"RemotePort\":0,\"User\":\"root\""));
    CHECK(has_row(&x, "\"State\":\"TIME_WAIT\",\"User\":\"root\","
                      "\"Inode\":0}"));
    CHECK(x.ds.nerrors == 0 && x.ds.list.n == 1); /* there is no udp6 */
    rig_release(&x);
}

TEST(a_socket_of_this_process)
{
    struct rig x;
    char part[256];
    struct sockaddr_in at = { .sin_family = AF_INET };
    socklen_t size = sizeof at;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(bind(fd, (struct sockaddr *)&at, sizeof at) == 0);
    CHECK(listen(fd, 1) == 0);
    CHECK(getsockname(fd, (struct sockaddr *)&at, &size) == 0);
    read_live(&x, "connections");
    snprintf(part, sizeof part,
             "\"LocalAddress\":\"127.0.0.1\",\"LocalPort\":%u,"
             "\"RemoteAddress\":\"0.0.0.0\",\"RemotePort\":0,"
             "\"State\":\"LISTEN\",\"Pid\":%d,\"ProcessName\":\"t_host\"",
             ntohs(at.sin_port), (int)getpid());
    CHECK(x.status == ST_OK && has_row(&x, part));
    close(fd);
    rig_release(&x);
}

/* ---- logons -------------------------------------------------------------- */

static void add_record(FILE *f, int type, const char *user, const char *tty,
                       int seconds)
{
    struct utmp u = { .ut_type = (short)type, .ut_pid = 1000 + seconds };
    memcpy(u.ut_user, user, strlen(user));
    memcpy(u.ut_line, tty, strlen(tty));
    u.ut_tv.tv_sec = 1709251200 + seconds;
    if (type == USER_PROCESS) {
        memset(u.ut_host, '<', sizeof u.ut_host); /* no NUL in it */
        u.ut_addr_v6[0] = (int32_t)htonl(0x0a000007);
    }
    CHECK(fwrite(&u, sizeof u, 1, f) == 1);
}

TEST(logons_of_a_made_wtmp)
{
    char path[] = "/tmp/t_host-XXXXXX";
    struct rig x;
    FILE *f = fdopen(mkstemp(path), "w");
    add_record(f, BOOT_TIME, "reboot", "~", 0);
    add_record(f, USER_PROCESS, "ana", "pts/0", 10);
    add_record(f, LOGIN_PROCESS, "LOGIN", "tty1", 11);
    add_record(f, USER_PROCESS, "bo", "pts/1", 20);
    add_record(f, DEAD_PROCESS, "", "pts/0", 70);
    add_record(f, DEAD_PROCESS, "", "pts/9", 75);
    add_record(f, USER_PROCESS, "ana", "pts/0", 80);
    add_record(f, RUN_LVL, "shutdown", "~", 100);
    add_record(f, BOOT_TIME, "reboot", "~", 120);
    add_record(f, USER_PROCESS, "cy\xff", "pts/0", 130);
    fwrite("rest", 4, 1, f);
    fclose(f);
    read_made(&x, "logons", path);
    unlink(path);
    CHECK(x.status == ST_OK && x.rows.n == 7);
    CHECK(has_row(&x, "\"User\":\"ana\",\"Tty\":\"pts/0\""));
    CHECK(has_row(&x, "\"RemoteAddress\":\"10.0.0.7\","
                      "\"LogonTime\":\"2024-03-01T00:00:10.0000000Z\","
                      "\"LogoffTime\":\"2024-03-01T00:01:10.0000000Z\","
                      "\"Duration\":\"00:01:00\",\"Pid\":1010,"
                      "\"Type\":\"logon\"}"));
    CHECK(has_row(&x, "\"LogoffTime\":\"2024-03-01T00:01:40.0000000Z\","
                      "\"Duration\":\"00:01:20\",\"Pid\":1020"));
    CHECK(has_row(&x, "\"Duration\":\"00:00:20\",\"Pid\":1080"));
    CHECK(has_row(&x, "\"LogonTime\":\"2024-03-01T00:02:10.0000000Z\","
                      "\"Pid\":1130,\"Type\":\"logon\"}"));
    CHECK(has_row(&x, "\"Type\":\"shutdown\"}"));
    CHECK(has_row(&x, "cy\xef\xbf\xbd") && x.source->repaired == 1);
    CHECK_STR(x.ds.list.v[0].message,
              arena_fmt(x.a, "%s ends inside a record", path).p);
    rig_release(&x);
}

TEST(no_wtmp_is_an_empty_table)
{
    struct rig x;
    read_made(&x, "logons", "/nowhere/wtmp");
    CHECK(x.status == ST_OK && x.rows.n == 0);
    CHECK(x.ds.nerrors == 0 && x.ds.list.n == 1);
    CHECK_STR(x.ds.list.v[0].message,
              "no logons: /nowhere/wtmp cannot be read");
    rig_release(&x);
    read_live(&x, "logons");
    CHECK(x.status == ST_OK);
    rig_release(&x);
}

/* ---- the provider -------------------------------------------------------- */

TEST(unknown_tables_and_options)
{
    struct rig x;
    struct source_option o = { S("x"), { .type = TYPE_BOOL } };
    struct source_request rq = { .table = S("proceses") };
    rig_init(&x);
    CHECK(provider_host.open(&x.source, &rq, 1, NULL, &x.ds) == ST_USER);
    CHECK_STR(x.ds.list.v[0].hint, "did you mean 'processes'?");
    rq = (struct source_request){ .table = S("processes"), .noptions = 1,
                                  .options = &o };
    CHECK(provider_host.open(&x.source, &rq, 1, NULL, &x.ds) == ST_USER);
    rig_release(&x);
}

TEST(words_for_each_table)
{
    size_t n = 0;
    for (; provider_host.tables[n].name; n++)
        CHECK(provider_host.tables[n].summary[0] != 0);
    CHECK(n == 3);
}
