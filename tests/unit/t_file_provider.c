/* t_file_provider.c - which files are read: patterns, several at once, packed
 * ones, and those that are refused. */
#include "file_rig.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <sys/resource.h>

#include "providers/limits.h"

/* ---- several files ------------------------------------------------------- */

TEST(files_are_united_by_name)
{
    struct rig x;
    rig_init(&x);
    rig_add(&x, "b.jsonl", S("{\"a\":2.5,\"c\":{\"k\":1},\"pid\":1}\n"));
    rig_add(&x, "a.csv", S("a,b\n1,x\n"));
    rig_add(&x, "c.json", S("[{\"PID\":3,\"b\":4,\"c\":5}]"));
    rig_add(&x, "d.tsv", S("b\ta\ny\t7\n"));
    rig_open(&x, "*");
    CHECK(x.status == ST_OK);
    CHECK_STR(rig_schema(&x), "a:real b:string c:dynamic pid:long PID:long");
    CHECK_STR(rig_rows(&x), "[1.0,\"x\",null,null,null]\n"
                            "[2.5,\"\",{\"k\":1},1,null]\n"
                            "[null,\"4\",5,null,3]\n"
                            "[7.0,\"y\",null,null,null]\n");
    rig_release(&x);
}

TEST(types_widen_over_files)
{
    struct rig x;
    rig_init(&x);
    rig_add(&x, "1.csv", S("i,l,d,s\n1,2,2025-03-01T01:08:34Z,3\n"));
    rig_add(&x, "2.csv", S("i,l,d,s\n4,5.5,not yet,2025-03-01T01:08:34Z\n"));
    rig_open(&x, "?.csv");
    CHECK_STR(rig_schema(&x), "i:long l:real d:string s:string");
    CHECK_STR(rig_rows(&x), "[1,2.0,\"2025-03-01T01:08:34Z\",\"3\"]\n"
                            "[4,5.5,\"not yet\",\"2025-03-01T01:08:34Z\"]\n");
    rig_release(&x);
}

/* `count` records {"n": first…} in one of three formats. */
static void add_numbers(struct rig *x, const char *name, unsigned first,
                        unsigned count)
{
    struct buf b;
    bool csv = str_ends(str_of(name), S(".csv"));
    bool doc = str_ends(str_of(name), S(".json"));
    buf_init(&b, 1 << 24);
    buf_adds(&b, csv ? "n\n" : doc ? "[" : "");
    for (unsigned i = first; i < first + count; i++) {
        if (csv)
            buf_addf(&b, "%u\n", i);
        else
            buf_addf(&b, "%s{\"n\":%u}%s", doc && i > first ? "," : "", i,
                     doc ? "" : "\n");
    }
    buf_adds(&b, doc ? "]" : "");
    rig_add(x, name, buf_str(&b));
    buf_release(&b);
}

/* Parts are cut across files as if they were one. */
TEST(parts_span_files)
{
    static const char *const kinds[] = { "jsonl", "json", "csv" };
    struct rig x;
    char name[32];
    unsigned n = 0;
    rig_init(&x);
    x.nthreads = 4;
    for (unsigned f = 0; f < 40; f++) {
        snprintf(name, sizeof name, "%03u.%s", f, kinds[f % 3]);
        add_numbers(&x, name, n, 1000 + 97 * f);
        n += 1000 + 97 * f;
    }
    rig_open(&x, "*");
    CHECK(x.status == ST_OK && x.source->nparts == 4);
    CHECK(x.nrows == n && x.rejects.n == 0);
    CHECK(rig_in_order(&x));
    rig_release(&x);
}

/* ---- patterns ------------------------------------------------------------ */

static void make_tree(struct rig *x)
{
    mkdir(rig_path(x, "day1").p, 0700);
    mkdir(rig_path(x, "day1/host").p, 0700);
    mkdir(rig_path(x, ".hidden").p, 0700);
    rig_add(x, "c.jsonl", S("{\"n\":\"c\"}\n"));
    rig_add(x, "day1/b.jsonl", S("{\"n\":\"d1b\"}\n"));
    rig_add(x, "day1/host/a.jsonl", S("{\"n\":\"d1ha\"}\n"));
    rig_add(x, "day1/host/x.csv", S("n\nno\n"));
    rig_add(x, ".hidden/h.jsonl", S("{\"n\":\"hidden\"}\n"));
    rig_add(x, ".dot.jsonl", S("{\"n\":\"dot\"}\n"));
}

static void check_pattern(const char *pattern, const char *rows)
{
    struct rig x;
    rig_init(&x);
    make_tree(&x);
    rig_open(&x, pattern);
    CHECK(x.status == ST_OK);
    CHECK_STR(rig_rows(&x), rows);
    rig_release(&x);
}

TEST(patterns)
{
    check_pattern("*.jsonl", "[\"c\"]\n");
    check_pattern("**/*.jsonl", "[\"c\"]\n[\"d1b\"]\n[\"d1ha\"]\n");
    check_pattern("day1/**/a.jsonl", "[\"d1ha\"]\n");
    check_pattern("*/*.jsonl", "[\"d1b\"]\n");
    check_pattern("d[a-c]y?//host/*.jsonl", "[\"d1ha\"]\n");
    check_pattern(".dot.jsonl", "[\"dot\"]\n");
}

TEST(a_file_whose_name_is_a_pattern)
{
    struct rig x;
    rig_init(&x);
    rig_add(&x, "log[1].csv", S("a\n1\n"));
    rig_add(&x, "log1.csv", S("a\n2\n"));
    rig_open(&x, "log[1].csv");
    CHECK_STR(rig_rows(&x), "[1]\n");
    rig_release(&x);
}

/* ---- what is refused ----------------------------------------------------- */

static void check_refused(const char *name, const char *message,
                          const char *hint)
{
    struct rig x;
    rig_init(&x);
    rig_add(&x, "real.json", S("{\"a\":1}\n"));
    mkfifo(rig_path(&x, "fifo.json").p, 0600);
    mkdir(rig_path(&x, "folder.json").p, 0700);
    CHECK(symlink("/dev/zero", rig_path(&x, "zero.json").p) == 0);
    CHECK(symlink("real.json", rig_path(&x, "link.json").p) == 0);
    CHECK(symlink("gone", rig_path(&x, "broken.json").p) == 0);
    rig_open(&x, name);
    CHECK(x.status == ST_ENV && x.source == NULL);
    CHECK(str_find(rig_message(&x), str_of(message)) >= 0);
    CHECK(str_find(rig_hint(&x), str_of(hint)) >= 0);
    rig_release(&x);
}

TEST(only_regular_files)
{
    check_refused("fifo.json", "is a pipe", "only regular files are read");
    check_refused("zero.json", "is a device", "only regular files are read");
    check_refused("folder.json", "is a folder", "/*\" names the files in it");
    check_refused("reel.json", "there is no such file",
                  "did you mean 'real.json'?");
    check_refused("broken.json", "there is no such file", "");
    check_refused("none/x.json", "there is no such file", "there is no folder");
    check_refused("l*.json", "no file matches", "are not followed");
    check_refused("quite-different-*", "no file matches", "there: ");
    check_refused("f*.json", "no file matches", "");
}

TEST(links_are_for_those_who_name_them)
{
    struct rig x;
    rig_init(&x);
    rig_add(&x, "real.json", S("{\"a\":1}\n"));
    CHECK(symlink("real.json", rig_path(&x, "link.json").p) == 0);
    rig_open(&x, "link.json");
    CHECK_STR(rig_rows(&x), "[1]\n");
    rig_release(&x);
    rig_init(&x);
    rig_add(&x, "real.json", S("{\"a\":1}\n"));
    CHECK(symlink("real.json", rig_path(&x, "link.json").p) == 0);
    rig_open(&x, "*.json");
    CHECK_STR(rig_rows(&x), "[1]\n");
    CHECK(str_find(rig_message(&x), S("are not followed")) > 0);
    rig_release(&x);
}

static enum status open_text(struct rig *x, str path)
{
    struct value arg = { .type = TYPE_STRING, .s = path };
    struct source_request rq = { .nargs = 1, .args = &arg };
    return provider_file.open(&x->source, &rq, 1, NULL, &x->ds);
}

TEST(texts_that_are_no_paths)
{
    struct rig x;
    rig_init(&x);
    CHECK(open_text(&x, S("")) == ST_USER);
    CHECK(open_text(&x, S("/tmp/x\0.csv")) == ST_USER);
    CHECK(open_text(&x, S("https://evil.example/a.csv")) == ST_ENV);
    CHECK(x.ds.nerrors == 3);
    rig_release(&x);
}

TEST(options_are_checked)
{
    struct rig x;
    rig_init(&x);
    rig_add(&x, "a.csv", S("a\n1\n"));
    rig_option(&x, "formt", "csv");
    rig_option(&x, "format", "word");
    rig_option(&x, "delimiter", "ab");
    rig_open(&x, "a.csv");
    CHECK(x.status == ST_USER && x.ds.nerrors == 3);
    CHECK_STR(rig_hint(&x), "did you mean 'format'?");
    rig_release(&x);
}

TEST(unknown_formats_are_asked_for)
{
    struct rig x;
    rig_init(&x);
    rig_add(&x, "a.bin", S("\x7f" "ELF\0\1\2"));
    rig_open(&x, "a.bin");
    CHECK(x.status == ST_USER && x.ds.list.v[0].code == DIAG_FORMAT);
    rig_release(&x);
}

TEST(parquet_is_the_engines)
{
    struct rig x;
    rig_init(&x);
    rig_add(&x, "a.parquet", S("PAR1 and so on"));
    rig_open(&x, "a.parquet");
    CHECK(x.status == ST_OK && x.source->ncols == 0);
    CHECK(str_ends(x.source->parquet, S("/a.parquet")));
    rig_release(&x);
    rig_init(&x);
    rig_add(&x, "a.parquet", S("PAR1 and so on"));
    rig_add(&x, "b.parquet", S("PAR1 and so on"));
    rig_open(&x, "*.parquet");
    CHECK(x.status == ST_USER);
    rig_release(&x);
}

TEST(a_file_that_shrinks_is_an_error)
{
    struct rig x;
    struct row_sink sink = { &x, rig_batch, rig_reject, NULL };
    struct buf b;
    rig_init(&x);
    buf_init(&b, 16 << 20);
    for (unsigned i = 0; i < 200000; i++)
        buf_adds(&b, "{\"a\":1,\"b\":\"some text\"}\n");
    rig_add(&x, "a.jsonl", buf_str(&b));
    buf_release(&b);
    x.count_only = true;
    CHECK(open_text(&x, rig_path(&x, "a.jsonl")) == ST_OK);
    CHECK(truncate(rig_path(&x, "a.jsonl").p, 100000) == 0);
    x.parts[0].a = arena_new();
    CHECK(x.source->read(x.source, 0, &sink, NULL, &x.ds) == ST_ENV);
    CHECK(str_find(rig_message(&x), S("became shorter")) > 0);
    rig_release(&x);
}

TEST(a_file_that_is_replaced_is_an_error)
{
    struct rig x;
    struct row_sink sink = { &x, rig_batch, rig_reject, NULL };
    rig_init(&x);
    rig_add(&x, "a.jsonl", S("{\"a\":1}\n"));
    rig_add(&x, "b.jsonl", S("{\"a\":2}\n"));
    CHECK(open_text(&x, rig_path(&x, "a.jsonl")) == ST_OK);
    CHECK(rename(rig_path(&x, "b.jsonl").p, rig_path(&x, "a.jsonl").p) == 0);
    x.parts[0].a = arena_new();
    CHECK(x.source->read(x.source, 0, &sink, NULL, &x.ds) == ST_ENV);
    CHECK(str_find(rig_message(&x), S("another file took its place")) > 0);
    CHECK(x.parts[0].nrows == 0);
    rig_release(&x);
}

TEST(more_files_than_may_be_open)
{
    struct rlimit before, few = { 32, 32 };
    struct rig x;
    char name[32];
    rig_init(&x);
    x.nthreads = 2;
    for (unsigned i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "%03u.jsonl", i);
        add_numbers(&x, name, i, 1);
    }
    CHECK(getrlimit(RLIMIT_NOFILE, &before) == 0);
    few.rlim_max = before.rlim_max;
    CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0);
    rig_open(&x, "*.jsonl");
    CHECK(setrlimit(RLIMIT_NOFILE, &before) == 0);
    CHECK(x.status == ST_OK && x.rows.n == 100 && rig_in_order(&x));
    rig_release(&x);
}

TEST(cancelling_ends_both_looks)
{
    struct rig x;
    struct row_sink sink = { &x, rig_batch, rig_reject, NULL };
    atomic_bool cancel = true;
    struct source_request rq = { .nargs = 1 };
    struct value arg = { .type = TYPE_STRING };
    struct buf b;
    rig_init(&x);
    buf_init(&b, 16 << 20);
    for (unsigned i = 0; i < 200000; i++)
        buf_adds(&b, "{\"a\":1,\"b\":\"some text\"}\n");
    rig_add(&x, "a.jsonl", buf_str(&b));
    buf_release(&b);
    arg.s = rig_path(&x, "a.jsonl");
    rq.args = &arg;
    x.count_only = true;
    CHECK(provider_file.open(&x.source, &rq, 2, &cancel, &x.ds) ==
          ST_CANCELLED);
    atomic_store(&cancel, false);
    CHECK(provider_file.open(&x.source, &rq, 2, &cancel, &x.ds) == ST_OK);
    atomic_store(&cancel, true);
    CHECK(x.source->read(x.source, 0, &sink, &cancel, &x.ds) == ST_CANCELLED);
    CHECK(x.ds.list.n == 0);
    rig_release(&x);
}

/* ---- packed files -------------------------------------------------------- */

struct packed {
    const char *name;
    str content;
};

static struct archive *new_archive(const char *kind)
{
    struct archive *a = archive_write_new();
    if (strcmp(kind, "zip") == 0) {
        archive_write_set_format_zip(a);
    } else if (strncmp(kind, "tar", 3) == 0) {
        archive_write_set_format_pax_restricted(a);
        if (kind[3])
            archive_write_add_filter_by_name(a, kind + 4);
    } else {
        archive_write_set_format_raw(a);
        archive_write_add_filter_by_name(a, kind);
    }
    return a;
}

/* `kind`: gzip, zstd, bzip2, xz, zip, tar, tar.gzip */
static void pack(struct rig *x, const char *name, const char *kind,
                 const struct packed *v, size_t n)
{
    struct archive *a = new_archive(kind);
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    locale_t before = uselocale(utf8);
    CHECK(archive_write_open_filename(a, rig_path(x, name).p) == ARCHIVE_OK);
    for (size_t i = 0; i < n; i++) {
        struct archive_entry *e = archive_entry_new();
        bool link = v[i].content.p == NULL;
        archive_entry_set_pathname(e, v[i].name);
        archive_entry_set_filetype(e, link ? AE_IFLNK : AE_IFREG);
        archive_entry_set_perm(e, 0600);
        if (link)
            archive_entry_set_symlink(e, "/etc/passwd");
        archive_entry_set_size(e, (la_int64_t)v[i].content.n);
        CHECK(archive_write_header(a, e) == ARCHIVE_OK);
        if (!link)
            archive_write_data(a, v[i].content.p, v[i].content.n);
        archive_entry_free(e);
    }
    archive_write_close(a);
    archive_write_free(a);
    uselocale(before);
    freelocale(utf8);
}

TEST(compressed_files)
{
    static const char *const kinds[] = { "gzip", "zstd", "bzip2", "xz" };
    static const char *const names[] = { "a.jsonl.gz", "a.json.zst",
                                         "a.jsonl.bz2", "a.json.xz" };
    struct packed one = { "data", S("{\"a\":1}\n{\"a\":2}\n") };
    for (size_t i = 0; i < 4; i++) {
        struct rig x;
        rig_init(&x);
        pack(&x, names[i], kinds[i], &one, 1);
        rig_open(&x, names[i]);
        CHECK(x.status == ST_OK);
        CHECK_STR(rig_rows(&x), "[1]\n[2]\n");
        rig_release(&x);
    }
}

/* gzip files that were joined are one file. */
TEST(joined_gzip_files)
{
    struct rig x;
    struct packed one = { "data", S("{\"a\":1}\n") };
    char bytes[4096];
    rig_init(&x);
    pack(&x, "a.jsonl.gz", "gzip", &one, 1);
    int fd = open(rig_path(&x, "a.jsonl.gz").p, O_RDWR | O_APPEND);
    ssize_t n = read(fd, bytes, sizeof bytes);
    CHECK(n > 0 && write(fd, bytes, (size_t)n) == n);
    close(fd);
    rig_open(&x, "a.jsonl.gz");
    CHECK_STR(rig_rows(&x), "[1]\n[1]\n");
    rig_release(&x);
}

static void check_archive(const char *name, const char *kind)
{
    static const struct packed files[] = {
        { "day1/../../../a.json", { "{\"a\":1}\n", 8 } },
        { "README.md", { "# not data\n", 11 } },
        { "day2/b.csv", { "a,b\n2,x\n", 8 } },
        { "__MACOSX/day2/._b.csv", { "\0\1\2", 3 } },
        { "link.json", { NULL, 0 } },
        { "empty.json", { "", 0 } },
        { "\xd1\x82/c.jsonl", { "{\"a\":3}\nbad\n", 12 } },
    };
    struct rig x;
    rig_init(&x);
    pack(&x, name, kind, files, sizeof files / sizeof files[0]);
    rig_open(&x, name);
    CHECK(x.status == ST_OK);
    CHECK_STR(rig_schema(&x), "a:long b:string");
    CHECK_STR(rig_rows(&x), "[1,\"\"]\n[2,\"x\"]\n[3,\"\"]\n");
    CHECK(x.rejects.n == 1 && x.rejects.v[0].line == 2);
    CHECK(str_find(x.rejects.v[0].file, S(": \xd1\x82/c.jsonl")) > 0);
    rig_release(&x);
}

TEST(archives)
{
    check_archive("a.zip", "zip");
    check_archive("a.tar", "tar");
    check_archive("a.tar.gz", "tar.gzip");
    check_archive("kind is told by content", "tar.zstd");
}

static str content_of(struct rig *x, const char *name)
{
    struct stat st;
    int fd = open(rig_path(x, name).p, O_RDONLY);
    CHECK(fstat(fd, &st) == 0);
    char *p = arena_alloc(x->a, (size_t)st.st_size);
    CHECK(read(fd, p, (size_t)st.st_size) == st.st_size);
    close(fd);
    return (str){ p, (size_t)st.st_size };
}

TEST(archives_inside_archives)
{
    struct rig x;
    struct packed f = { "a.json", S("{\"a\":1}\n") };
    rig_init(&x);
    pack(&x, "1.gz", "gzip", &f, 1);
    f = (struct packed){ "a.json.gz", content_of(&x, "1.gz") };
    pack(&x, "2.zip", "zip", &f, 1);
    f = (struct packed){ "in.zip", content_of(&x, "2.zip") };
    pack(&x, "3.zip", "zip", &f, 1);
    rig_open(&x, "3.zip");
    CHECK_STR(rig_rows(&x), "[1]\n");
    rig_release(&x);

    rig_init(&x);
    f = (struct packed){ "a.json", S("{\"a\":1}\n") };
    pack(&x, "1.zip", "zip", &f, 1);
    for (char n = '2'; n <= '5'; n++) {
        char name[] = "x.zip", before[] = "x.zip";
        name[0] = n;
        before[0] = (char)(n - 1);
        f = (struct packed){ "in.zip", content_of(&x, before) };
        pack(&x, name, "zip", &f, 1);
    }
    rig_open(&x, "5.zip");
    CHECK(x.status == ST_ENV && x.ds.list.v[0].code == DIAG_LIMIT);
    rig_release(&x);
}

TEST(archives_without_data)
{
    struct rig x;
    struct packed f = { "notes.docx", S("x") };
    rig_init(&x);
    pack(&x, "a.zip", "zip", &f, 1);
    rig_open(&x, "a.zip");
    CHECK(x.status == ST_USER && x.ds.list.v[0].code == DIAG_FORMAT);
    CHECK(str_find(rig_hint(&x), S("notes.docx")) > 0);
    rig_release(&x);
}

/* What came out before the break is kept; the rest is told. */
TEST(a_damaged_archive_keeps_its_beginning)
{
    struct rig x;
    struct buf b;
    struct packed f = { .name = "data" };
    struct stat st;
    rig_init(&x);
    buf_init(&b, 16 << 20);
    for (unsigned i = 0; i < 100000; i++)
        buf_addf(&b, "{\"a\":%u,\"b\":%u}\n", i, i * 2654435761u);
    f.content = buf_str(&b);
    pack(&x, "a.jsonl.gz", "gzip", &f, 1);
    buf_release(&b);
    CHECK(stat(rig_path(&x, "a.jsonl.gz").p, &st) == 0);
    CHECK(truncate(rig_path(&x, "a.jsonl.gz").p, st.st_size / 2) == 0);
    rig_open(&x, "a.jsonl.gz");
    CHECK(x.status == ST_OK);
    CHECK(x.nrows > 10000 && x.nrows < 90000);
    CHECK_STR(x.rows.v[0], "[0,0]");
    CHECK(x.rejects.n >= 1);
    CHECK(str_starts(x.rejects.v[x.rejects.n - 1].reason,
                     S("the archive is damaged")));
    CHECK(x.ds.nerrors == 0 && x.ds.list.n == 1);
    rig_release(&x);
}

TEST(not_an_archive_after_all)
{
    struct rig x;
    rig_init(&x);
    rig_add(&x, "a.zip", S("PK\3\4 but nothing behind it"));
    rig_open(&x, "a.zip");
    CHECK(x.status == ST_ENV && x.ds.nerrors == 1);
    rig_release(&x);
}

/* Blanks compress a thousandfold: the ratio ends it after the free amount, and
 * no declared size is asked. */
TEST(a_bomb_is_an_error)
{
    enum { PIECE = 8 << 20 };
    struct rig x;
    struct archive *a = new_archive("zstd");
    struct archive_entry *e = archive_entry_new();
    char *blanks = memset(xmalloc(PIECE), ' ', PIECE);
    rig_init(&x);
    archive_write_open_filename(a, rig_path(&x, "bomb.json.zst").p);
    archive_entry_set_filetype(e, AE_IFREG);
    archive_entry_set_pathname(e, "data");
    archive_write_header(a, e);
    for (uint64_t n = 0; n <= UNPACK_FREE; n += PIECE)
        archive_write_data(a, blanks, PIECE);
    archive_write_close(a);
    archive_write_free(a);
    archive_entry_free(e);
    free(blanks);
    rig_open(&x, "bomb.json.zst");
    CHECK(x.status == ST_ENV && x.source == NULL);
    CHECK(x.ds.list.v[0].code == DIAG_LIMIT);
    CHECK(str_ends(rig_message(&x), S("more than 200 times its size")));
    rig_release(&x);
}

/* More than what stays in memory: the same rows from a temporary file, which
 * several members share. */
TEST(large_members_go_to_a_file)
{
    enum { N = 1000000 };
    struct rig x;
    struct buf b;
    struct packed f[2] = { { .name = "a.jsonl" }, { .name = "b.jsonl" } };
    rig_init(&x);
    x.nthreads = 2;
    x.count_only = true;
    buf_init(&b, 256 << 20);
    for (unsigned i = 0; i < N; i++)
        buf_addf(&b, "{\"n\":%u,\"text\":\"some text that fills the line, "
                     "and a bit of \\\"it\\\"\"}\n", i);
    CHECK(b.n > UNPACK_MEMORY);
    f[0].content = f[1].content = buf_str(&b);
    pack(&x, "a.tar.zst", "tar.zstd", f, 2);
    buf_release(&b);
    rig_open(&x, "a.tar.zst");
    CHECK(x.status == ST_OK && x.nrows == 2 * N && x.rejects.n == 0);
    CHECK(x.source->nparts == 2 && x.parts[0].nrows == N);
    CHECK_STR(rig_schema(&x), "n:long text:string");
    rig_release(&x);
}
