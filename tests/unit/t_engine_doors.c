/* t_engine_doors.c - what DuckDB must not do for anybody, and its folder.
 *
 * Replays the inputs that crash or open up a bare DuckDB: each must end in an
 * error or be harmless, and the engine must work afterwards. */
#include "engine_fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

TEST(no_file_network_or_setting)
{
    static const char *const refused[] = {
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_blob('/etc/hostname')",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM read_json_auto('/etc/passwd')",
        "SELECT * FROM read_parquet('/etc/passwd')",
        "SELECT * FROM read_csv('http://127.0.0.1:1/x.csv')",
        "COPY (SELECT 1) TO '/tmp/shikra-test-copy.csv'",
        "COPY (SELECT 1) TO '/tmp/shikra-test-copy.parquet' (FORMAT parquet)",
        "EXPORT DATABASE '/tmp/shikra-test-export'",
        "IMPORT DATABASE '/tmp/shikra-test-export'",
        "ATTACH '/tmp/shikra-test.db' AS d",
        "ATTACH '/etc/passwd' AS d",
        "INSTALL httpfs",
        "LOAD httpfs",
        "LOAD '/tmp/x.duckdb_extension'",
        "INSTALL inet FROM community",
        "SELECT '127.0.0.1'::INET",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "SET allowed_directories = ['/']",
        "SET threads = 1",
        "SET memory_limit = '100GB'",
        "SET temp_directory = '/tmp/elsewhere'",
        "SET GLOBAL TimeZone = 'Asia/Tokyo'",
        "RESET enable_external_access",
        "PRAGMA enable_external_access = true",
        "CREATE PERSISTENT SECRET s (TYPE http, BEARER_TOKEN 'x')",
    };
    struct fixture x;
    fixture_init(&x);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        bool ok = engine_exec(x.e, str_of(refused[i]), &x.ds) == ST_OK;
        CHECK(!ok);
        if (ok)
            printf("  accepted: %s\n", refused[i]);
    }
    CHECK(access("/tmp/shikra-test-copy.csv", F_OK) != 0);
    CHECK(access("/tmp/shikra-test-export", F_OK) != 0);
    CHECK(access("/tmp/shikra-test.db", F_OK) != 0);
    CHECK(ask_long(&x, "SELECT 1") == 1);
    fixture_release(&x);
}

TEST(settings_as_wanted)
{
    static const struct { const char *name, *value; } want[] = {
        { "enable_external_access", "false" },
        { "autoinstall_known_extensions", "false" },
        { "autoload_known_extensions", "false" },
        { "allow_community_extensions", "false" },
        { "allow_unsigned_extensions", "false" },
        { "allow_persistent_secrets", "false" },
        { "lock_configuration", "true" },
        { "preserve_insertion_order", "true" },
        { "TimeZone", "UTC" },
        { "max_temp_directory_size", "9.3 GiB" },
    };
    struct fixture x;
    fixture_init(&x);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        str sql = arena_fmt(x.a, "SELECT current_setting('%s')::VARCHAR",
                            want[i].name);
        CHECK_STR(ask_text(&x, arena_cstr(x.a, sql)), want[i].value);
    }
    fixture_release(&x);
}

/* The way out of the spool folder by name is closed (but for the folder of
 * spilled data, which DuckDB adds to what is allowed); a link in it is followed
 * on purpose (that is how files are lent), but only this process makes them. */
TEST(no_way_out_of_the_folder)
{
    struct fixture x;
    fixture_init(&x);
    str dir = ask_text(&x, "SELECT allowed_directories[1] FROM (SELECT "
                           "current_setting('allowed_directories') AS "
                           "allowed_directories)");
    CHECK(str_starts(dir, S("/tmp/shikra-")) || getenv("TMPDIR"));
    static const char *const tails[] = {
        "../lock", "../../../etc/passwd", "..", "./../lock",
    };
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        str sql = arena_fmt(x.a, "SELECT * FROM read_text('%.*s/%s')",
                            STRF(dir), tails[i]);
        CHECK(engine_exec(x.e, sql, &x.ds) != ST_OK);
        CHECK(last_code(&x) == DIAG_POLICY);
    }
    fixture_release(&x);
}

static size_t count_folders(const char *base)
{
    size_t n = 0;
    DIR *d = opendir(base);
    for (struct dirent *e; d && (e = readdir(d));)
        n += strncmp(e->d_name, "shikra-", 7) == 0;
    if (d)
        closedir(d);
    return n;
}

TEST(private_folder_comes_and_goes)
{
    char base[] = "/tmp/t_engine_XXXXXX", path[128];
    struct fixture x;
    struct stat st;
    CHECK(mkdtemp(base) != NULL);
    setenv("TMPDIR", base, 1);
    /* What a killed process left: a lock file that nobody holds. */
    snprintf(path, sizeof path, "%s/shikra-dead00", base);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/shikra-dead00/lock", base);
    close(open(path, O_CREAT | O_RDWR, 0600));
    snprintf(path, sizeof path, "%s/shikra-live00", base);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/shikra-live00/lock", base);
    int held = open(path, O_CREAT | O_RDWR, 0600);
    flock(held, LOCK_EX);

    fixture_init(&x);
    EXEC(&x, "SELECT 1");
    CHECK(count_folders(base) == 2); /* ours and the live one */
    snprintf(path, sizeof path, "%s/shikra-dead00", base);
    CHECK(access(path, F_OK) != 0);
    str spill = ask_text(&x, "SELECT current_setting('temp_directory')");
    CHECK(str_starts(spill, str_of(base)));
    spill.n -= strlen("/spill");
    CHECK(stat(arena_cstr(x.a, spill), &st) == 0);
    CHECK((st.st_mode & 0777) == 0700);
    fixture_release(&x);
    CHECK(count_folders(base) == 1);

    close(held);
    snprintf(path, sizeof path, "%s/shikra-live00/lock", base);
    unlink(path);
    snprintf(path, sizeof path, "%s/shikra-live00", base);
    rmdir(path);
    CHECK(rmdir(base) == 0);
    unsetenv("TMPDIR");
}

/* ---- inputs that crash or poison a bare DuckDB ---- */

/* Each is asked over a deep value made at run time. */
TEST(deep_json_ends_no_process)
{
    static const char *const shut[] = {
        "json_structure(v)", "json_contains(v, '1')", "json_pretty(v)",
        "json_merge_patch(v, v)", "json_serialize_sql(v)",
        "json_deserialize_sql(v)", "json_group_structure(v)",
    };
    static const char *const harmless[] = {
        "json_valid(v)", "json_type(v)", "json_extract(v, '$[0]')",
        "json_extract_string(v, '$.a.a')", "json_array_length(v)",
        "json_keys(v)", "v::JSON", "to_json(v)", "json_exists(v, '$.a')",
        "json_group_array(v)",
    };
    static const char *const deep[] = {
        "repeat('[', 200000) || '1' || repeat(']', 200000)",
        "repeat('{\"a\":', 60000) || '1' || repeat('}', 60000)",
    };
    struct fixture x;
    fixture_init(&x);
    for (size_t d = 0; d < 2; d++) {
        for (size_t i = 0; i < sizeof shut / sizeof *shut; i++) {
            str sql = arena_fmt(x.a, "SELECT %s FROM (SELECT %s || repeat(' ', "
                                "range) v FROM range(1))", shut[i], deep[d]);
            CHECK(engine_exec(x.e, sql, &x.ds) == ST_USER);
            CHECK(str_find(last_message(&x), S("not available")) >= 0);
        }
        for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++) {
            str sql = arena_fmt(x.a,
                                "SELECT %s FROM (SELECT %s || repeat(' ', "
                                "range) v FROM range(1))",
                                harmless[i], deep[d]);
            CHECK(engine_exec(x.e, sql, &x.ds) == ST_OK);
        }
    }
    CHECK(engine_exec(x.e, S("SELECT * FROM json_tree('[[1]]')"), &x.ds) !=
          ST_OK);
    CHECK(ask_long(&x, "SELECT 1") == 1);
    fixture_release(&x);
}

static str nested(struct arena *a, const char *open, const char *close,
                  size_t n)
{
    struct buf b;
    buf_init(&b, 32 << 20);
    buf_adds(&b, "SELECT ");
    for (size_t i = 0; i < n; i++)
        buf_adds(&b, open);
    buf_addc(&b, '1');
    for (size_t i = 0; i < n; i++)
        buf_adds(&b, close);
    str s = buf_take(&b, a);
    buf_release(&b);
    return s;
}

TEST(deep_sql_is_an_error)
{
    struct fixture x;
    fixture_init(&x);
    static const struct { const char *open, *close; size_t n; } cases[] = {
        { "(", ")", 20000 }, { "NOT ", "", 5000 },   { "abs(", ")", 5000 },
        { "[", "]", 20000 }, { "- ", "", 20000 },
        { "CASE WHEN true THEN ", " END", 5000 },
        { "(SELECT ", ")", 5000 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        str sql = nested(x.a, cases[i].open, cases[i].close, cases[i].n);
        CHECK(engine_exec(x.e, sql, &x.ds) != ST_OK);
    }
    EXEC(&x, "SELECT 1");
    /* A flat chain has no depth. Its time grows with the square, though: a
     * generator does better with IN. */
    struct buf b;
    buf_init(&b, 32 << 20);
    buf_adds(&b, "SELECT count(*) FROM range(3) t(x) WHERE x = -1");
    for (int i = 0; i < 3000; i++)
        buf_addf(&b, " OR x = %d", i);
    CHECK(engine_exec(x.e, buf_str(&b), &x.ds) == ST_OK);
    buf_release(&b);
    fixture_release(&x);
}

TEST(strange_text_stays_as_it_is)
{
    struct fixture x;
    fixture_init(&x);
    CHECK(ask_long(&x, "SELECT length('a' || chr(0) || 'b')") == 3);
    EXEC(&x, "CREATE TABLE \"a\"\"b; drop table x--\" (c0 VARCHAR)");
    EXEC(&x, "INSERT INTO \"a\"\"b; drop table x--\" VALUES ('a''b\\')");
    CHECK_STR(ask_text(&x, "SELECT c0 FROM \"a\"\"b; drop table x--\""),
              "a'b\\");
    /* RE2: linear, and without look-around or back references. */
    double from = seconds();
    CHECK(ask_long(&x, "SELECT regexp_matches(repeat('a', 100000) || '!', "
                       "'(a+)+$')::INT FROM range(1)") == 0);
    CHECK(seconds() - from < 5);
    CHECK(engine_exec(x.e, S("SELECT regexp_matches('a', '(?=a)')"), &x.ds) ==
          ST_USER);
    CHECK(engine_exec(x.e, S("SELECT regexp_matches('a', '(a)\\1')"), &x.ds) ==
          ST_USER);
    CHECK(ask_long(&x, "SELECT 1") == 1);
    fixture_release(&x);
}
