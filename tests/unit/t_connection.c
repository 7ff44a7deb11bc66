/* t_connection.c - connection files: what is accepted and what is refused. */
#include "t.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/connection.h"

#define PORTS                                                                \
    "\"shell_port\":1,\"iopub_port\":2,\"stdin_port\":3,"                    \
    "\"control_port\":4,\"hb_port\":5"
#define GOOD                                                                 \
    "{\"transport\":\"tcp\",\"ip\":\"127.0.0.1\",\"key\":\"k\","             \
    "\"signature_scheme\":\"hmac-sha256\"," PORTS "}"

static bool parse(const char *json, bool insecure, const char *want_in_why)
{
    struct connection c;
    struct buf why;
    struct arena *a = arena_new();
    buf_init(&why, 4096);
    bool ok = connection_parse(&c, a, str_of(json), insecure, &why);
    if (!ok)
        CHECK(str_find(buf_str(&why), str_of(want_in_why)) >= 0);
    buf_release(&why);
    arena_free(a);
    return ok;
}

TEST(tcp)
{
    struct connection c;
    struct buf why;
    struct arena *a = arena_new();
    buf_init(&why, 4096);
    CHECK(connection_parse(&c, a, S(GOOD), false, &why));
    CHECK(!c.ipc && c.ports[PORT_SHELL] == 1 && c.ports[PORT_HB] == 5);
    CHECK_STR(c.key, "k");
    CHECK_STR(str_of(connection_endpoint(&c, a, 4)), "tcp://127.0.0.1:4");
    CHECK_STR(str_of(connection_endpoint(&c, a, 0)), "tcp://127.0.0.1:*");
    CHECK(connection_is_loopback(&c) && !connection_is_ipv6(&c));
    c.ip = S("::1");
    CHECK_STR(str_of(connection_endpoint(&c, a, 4)), "tcp://[::1]:4");
    CHECK(connection_is_ipv6(&c));
    c.ip = S("0.0.0.0");
    CHECK(!connection_is_loopback(&c));
    c.ipc = true;
    c.ip = S("/run/k");
    CHECK_STR(str_of(connection_endpoint(&c, a, 4)), "ipc:///run/k-4");
    buf_release(&why);
    arena_free(a);
}

TEST(registration)
{
    struct connection c;
    struct buf why;
    struct arena *a = arena_new();
    buf_init(&why, 4096);
    CHECK(connection_parse(&c, a, S("{\"registration_ip\":\"127.0.0.1\","
                                    "\"registration_port\":9,\"key\":\"k\","
                                    "\"kernel_id\":\"abc\"}"), false, &why));
    CHECK(c.registration_port == 9 && c.ports[PORT_SHELL] == 0);
    CHECK_STR(c.kernel_id, "abc");
    buf_release(&why);
    arena_free(a);
}

TEST(refused)
{
    CHECK(!parse("", false, "not a JSON object"));
    CHECK(!parse("[]", false, "not a JSON object"));
    CHECK(!parse("{\"ip\":\"1\",\"key\":\"\"," PORTS "}", false, "empty"));
    CHECK(parse("{\"ip\":\"1\",\"key\":\"\"," PORTS "}", true, ""));
    CHECK(!parse("{\"ip\":\"1\"," PORTS "}", false, "empty"));
    CHECK(!parse("{\"key\":\"k\"," PORTS "}", false, "ip"));
    CHECK(!parse("{\"key\":\"k\",\"ip\":\"1\\u0000\"," PORTS "}", false,
                 "ip"));
    CHECK(!parse("{\"key\":\"k\",\"ip\":\"1\"}", false, "shell_port"));
    CHECK(!parse("{\"key\":\"k\",\"ip\":\"1\",\"shell_port\":0}", false,
                 "shell_port"));
    CHECK(!parse("{\"key\":\"k\",\"ip\":\"1\",\"shell_port\":65536}", false,
                 "shell_port"));
    CHECK(!parse("{\"transport\":\"udp\"}", false, "udp"));
    CHECK(!parse("{\"key\":\"k\",\"signature_scheme\":\"hmac-md5\"}", false,
                 "hmac-md5"));
    CHECK(!parse("{\"key\":\"k\",\"ip\":\"1\"," PORTS
                 ",\"curve_publickey\":\"short\"}", false, "curve"));
}

/* Writes GOOD below a new directory with these modes and reads it back. */
static bool read_with_modes(mode_t dir_mode, mode_t file_mode, bool insecure)
{
    char dir[] = "/tmp/shikra-connection-XXXXXX", path[100];
    struct connection c;
    struct buf why;
    struct arena *a = arena_new();
    buf_init(&why, 4096);
    CHECK(mkdtemp(dir) != NULL);
    snprintf(path, sizeof path, "%s/c.json", dir);
    FILE *f = fopen(path, "w");
    fputs(GOOD, f);
    fclose(f);
    CHECK(chmod(path, file_mode) == 0 && chmod(dir, dir_mode) == 0);
    bool ok = connection_read(&c, a, path, insecure, &why);
    if (!ok)
        CHECK(str_find(buf_str(&why), S("other users can read")) >= 0);
    unlink(path);
    rmdir(dir);
    buf_release(&why);
    arena_free(a);
    return ok;
}

TEST(a_file_that_others_can_read_is_refused)
{
    CHECK(read_with_modes(0700, 0600, false));
    CHECK(read_with_modes(0755, 0600, false));
    CHECK(!read_with_modes(0755, 0644, false));
    CHECK(!read_with_modes(0711, 0644, false));
    CHECK(!read_with_modes(0755, 0604, false));
    CHECK(read_with_modes(0755, 0644, true));
    CHECK(read_with_modes(0700, 0644, false)); /* nobody else gets there */
}

TEST(what_is_no_file)
{
    struct connection c;
    struct buf why;
    struct arena *a = arena_new();
    buf_init(&why, 4096);
    CHECK(!connection_read(&c, a, "/no/such/file", false, &why));
    CHECK(!connection_read(&c, a, "/tmp", false, &why));
    CHECK(!connection_read(&c, a, "/dev/zero", true, &why));
    buf_release(&why);
    arena_free(a);
}
