/* t_file_json.c - JSON files through the file provider: types, rejects,
 * repairs, documents, sizes. */
#include "file_rig.h"

#include "providers/limits.h"

TEST(types_come_from_all_rows)
{
    rig_check("a.jsonl",
              S("{\"i\":1,\"r\":1,\"b\":true,\"s\":\"x\",\"d\":{\"k\": 1},"
                "\"n\":null,\"t\":\"2025-03-01T01:08:34.4451736Z\",\"m\":1}\n"
                "{\"i\":-2,\"r\":2.5,\"b\":false,\"s\":\"\",\"d\":[],\"n\":null"
                ",\"t\":\"\",\"m\":\"one\"}\n"),
              "i:long r:real b:bool s:string d:dynamic n:string t:datetime "
              "m:string",
              "[1,1.0,true,\"x\",{\"k\":1},\"\","
              "\"2025-03-01T01:08:34.4451736Z\",\"1\"]\n"
              "[-2,2.5,false,\"\",[],\"\",null,\"one\"]\n");
}

TEST(mixtures)
{
    rig_check("a.jsonl",
              S("{\"a\":1,\"b\":true,\"c\":\"2025-03-01T01:08:34Z\",\"d\":1.50,"
                "\"e\":\"text\",\"f\":1}\n"
                "{\"a\":\"\",\"b\":2,\"c\":\"yesterday\",\"d\":\"x\","
                "\"e\":[\"y\"],\"f\":null}\n"
                "{\"e\":2.50}\n{\"e\":true}\n{\"e\":null}\n{\"e\":-0}\n"),
              "a:string b:string c:string d:string e:dynamic f:long",
              "[\"1\",\"true\",\"2025-03-01T01:08:34Z\",\"1.50\",\"text\",1]\n"
              "[\"\",\"2\",\"yesterday\",\"x\",[\"y\"],null]\n"
              "[\"\",\"\",\"\",\"\",2.5,null]\n"
              "[\"\",\"\",\"\",\"\",true,null]\n"
              "[\"\",\"\",\"\",\"\",null,null]\n"
              "[\"\",\"\",\"\",\"\",0,null]\n");
}

TEST(numbers_keep_their_value)
{
    rig_check("a.jsonl",
              S("{\"a\":9007199254740993,\"b\":18446744073709551616,"
                "\"c\":1.0,\"d\":1e400,\"e\":-0}\n"),
              "a:long b:real c:real d:real e:long",
              "[9007199254740993,1.8446744073709552e+19,1.0,\"Infinity\",0]\n");
}

TEST(names_keep_their_case)
{
    rig_check("a.jsonl", S("{\"pid\":1,\"PID\":2,\"\":3,\"a\\u0062\":4}\n"
                           "{\"ab\":5,\"pid\":6,\"pid\":7}\n"),
              "pid:long PID:long _:long ab:long",
              "[1,2,3,4]\n[7,null,null,5]\n");
}

TEST(containers_are_stored_in_one_spelling)
{
    rig_check("a.jsonl",
              S("{\"a\":{ \"x\" : [ 1 , 2.50 ], \"y\":\"\\u0041\\/\"}}\n"
                "{\"a\":{\"k\":1,\"k\":2,\"l\":3}}\n"
                "{\"a\":[{\"k\":1},{\"k\":1e2},\"\xc3\xa9\",\"\xff\"]}\n"
                "{\"a\":\"say \\\"hi\\\"\"}\n"),
              "a:dynamic",
              "[{\"x\":[1,2.5],\"y\":\"A/\"}]\n"
              "[{\"k\":2,\"l\":3}]\n"
              "[[{\"k\":1},{\"k\":100.0},\"\xc3\xa9\",\"\xef\xbf\xbd\"]]\n"
              "[\"say \\\"hi\\\"\"]\n");
}

TEST(bad_bytes_are_repaired_and_counted)
{
    struct rig x;
    rig_init(&x);
    rig_add(&x, "a.jsonl",
            S("{\"a\":\"ok \xc3\xa9\"}\n{\"a\":\"bad \xff\"}\n"
              "{\"a\":\"\\ud800\"}\n{\"a\":\"n\\u0000n\"}\n"
              "{\"a\":\"\xed\xa0\x80\"}\n{\"\xff\":1}\n"));
    rig_open(&x, "a.jsonl");
    CHECK(x.status == ST_OK && x.rejects.n == 0);
    CHECK(x.repaired == 3);
    CHECK_STR(rig_schema(&x), "a:string \xef\xbf\xbd:long");
    CHECK_STR(x.rows.v[0], "[\"ok \xc3\xa9\",null]");
    CHECK_STR(x.rows.v[1], "[\"bad \xef\xbf\xbd\",null]");
    CHECK_STR(x.rows.v[2], "[\"\xef\xbf\xbd\",null]");
    CHECK_STR(x.rows.v[3], "[\"n\\u0000n\",null]");
    CHECK_STR(x.rows.v[5], "[\"\",1]");
    rig_release(&x);
}

TEST(a_malformed_record_costs_only_itself)
{
    struct rig x;
    rig_init(&x);
    rig_add(&x, "a.jsonl", S("{\"a\":1}\n{\"a\":tru}\n\xEF\xBB\xBF{\"a\":2}\n"
                             "{\"a\":\"\xff\n{\"only\":\"here\",}\n{\"a\":3}"));
    rig_open(&x, "a.jsonl");
    CHECK_STR(rig_schema(&x), "a:long");
    CHECK_STR(rig_rows(&x), "[1]\n[3]\n");
    CHECK(x.rejects.n == 4);
    CHECK(x.rejects.v[0].line == 2 && x.rejects.v[3].line == 5);
    CHECK_STR(x.rejects.v[0].reason, "a value is expected");
    CHECK_STR(x.rejects.v[0].text, "{\"a\":tru}");
    CHECK_STR(x.rejects.v[2].text, "{\"a\":\"\xef\xbf\xbd");
    CHECK(str_ends(x.rejects.v[0].file, S("/a.jsonl")));
    rig_release(&x);
}

TEST(byte_order_marks_and_line_ends)
{
    rig_check("a.json", S("\xEF\xBB\xBF{\"a\":1}\r\n\r\n{\"a\":2}\r\n"),
              "a:long", "[1]\n[2]\n");
    rig_check("b.jsonl", S("\xff\xfe{\0\"\0a\0\"\0:\0\"\0\xe9\0\"\0}\0\n\0"),
              "a:string", "[\"\xc3\xa9\"]\n");
    rig_check("c.json", S("\0[\0{\0\"\0a\0\"\0:\0\"\xd8\x34\xdd\x1e\0\"\0}\0]"),
              "a:string", "[\"\xf0\x9d\x84\x9e\"]\n");
}

TEST(documents)
{
    rig_check("a.json", S("[{\"a\":1,\"b\":\"x\"},\n {\"b\":\"y\"}]"),
              "a:long b:string", "[1,\"x\"]\n[null,\"y\"]\n");
    rig_check("b.json", S("{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}\n"), "a:long",
              "[1]\n[2]\n");
    rig_check("c.json", S("{\"a\":1}{\"a\":2} [{\"a\":3}]"), "a:long",
              "[1]\n[2]\n[3]\n");
    rig_check("d.json", S("{\"a\":{\"b\":[1,\n2]}}"), "a:dynamic",
              "[{\"b\":[1,2]}]\n");
    rig_check("e.json", S("[1,\"x\",[2],null]"), "Value:dynamic",
              "[1]\n[\"x\"]\n[[2]]\n[null]\n");
    rig_check("f.json", S("{\"a\":1}\n{\"a\":2}\n"), "a:long", "[1]\n[2]\n");
    /* The first line is damaged, the file is still one of lines. */
    rig_check("g.json", S("{\"a\":\"cut\n{\"a\":2}\n{\"a\":3}\n"), "a:long",
              "[2]\n[3]\n");
    rig_check("h.log", S("{\"a\":1}\n"), "a:long", "[1]\n");
}

TEST(empty_files)
{
    struct rig x;
    rig_init(&x);
    rig_add(&x, "a.json", S(""));
    rig_open(&x, "a.json");
    CHECK(x.status == ST_OK && x.nrows == 0 && x.rejects.n == 0);
    CHECK_STR(rig_schema(&x), "Value:string");
    CHECK(str_starts(rig_message(&x), S("no records in ")));
    rig_release(&x);
    rig_check("b.json", S("[]"), "Value:string", "");
    rig_check("c.jsonl", S("\n\n"), "Value:string", "");
}

static str deep(struct rig *x, const char *open, const char *close, size_t n)
{
    struct buf b;
    buf_init(&b, 64 << 20);
    buf_adds(&b, "{\"a\":1}\n{\"b\":");
    for (size_t i = 0; i < n; i++)
        buf_adds(&b, open);
    buf_addc(&b, '2');
    for (size_t i = 0; i < n; i++)
        buf_adds(&b, close);
    buf_adds(&b, "}\n{\"a\":3}\n");
    str s = buf_take(&b, x->a);
    buf_release(&b);
    return s;
}

TEST(deep_nesting_is_one_reject)
{
    static const size_t levels[] = { 512, 17000, 1000000 };
    static const char *const names[] = { "a.jsonl", "b.json" };
    for (size_t i = 0; i < 6; i++) {
        struct rig x;
        rig_init(&x);
        rig_add(&x, names[i % 2], i < 3 ? deep(&x, "[", "]", levels[i % 3])
                                        : deep(&x, "{\"b\":", "}",
                                               levels[i % 3]));
        if (i % 2)
            rig_option(&x, "format", "json");
        rig_open(&x, names[i % 2]);
        CHECK_STR(rig_rows(&x), "[1]\n[3]\n");
        CHECK(x.rejects.n == 1 && x.rejects.v[0].line == 2);
        rig_release(&x);
    }
    struct rig x;
    rig_init(&x);
    rig_add(&x, "c.jsonl", deep(&x, "[", "]", 511));
    rig_open(&x, "c.jsonl");
    CHECK(x.nrows == 3 && x.rejects.n == 0);
    CHECK_STR(rig_schema(&x), "a:long b:dynamic");
    rig_release(&x);
}

/* A line of 40 MB and a value of 40 MB in a document; what is around them
 * stays. */
static void check_huge(const char *name, const char *before, const char *after)
{
    struct rig x;
    struct buf b;
    rig_init(&x);
    buf_init(&b, 64 << 20);
    buf_adds(&b, before);
    buf_fill(&b, 'x', 40 << 20);
    buf_adds(&b, after);
    rig_add(&x, name, buf_str(&b));
    buf_release(&b);
    rig_open(&x, name);
    CHECK(x.status == ST_OK);
    CHECK_STR(rig_rows(&x), "[1]\n[3]\n");
    CHECK(x.rejects.n == 1);
    CHECK_STR(x.rejects.v[0].reason, "a record of more than 16 MB");
    CHECK(x.rejects.v[0].text.n == REJECT_SAMPLE);
    rig_release(&x);
}

TEST(a_record_of_40_megabytes)
{
    check_huge("a.jsonl", "{\"a\":1}\n{\"b\":\"", "\"}\n{\"a\":3}\n");
    check_huge("b.json", "[{\"a\":1},\n{\"b\":\"", "\"},\n{\"a\":3}]\n");
    check_huge("c.csv", "a\n1\n", "\n3\n");
    check_huge("d.csv", "a\n1\n\"", "\"\n3\n");
}

TEST(too_many_columns_are_rejects)
{
    struct rig x;
    struct buf b;
    rig_init(&x);
    x.count_only = true;
    buf_init(&b, 64 << 20);
    buf_adds(&b, "{\"a\":1}\n{\"a\":2");
    for (unsigned i = 0; i < 200000; i++)
        buf_addf(&b, ",\"k%u\":1", i);
    buf_adds(&b, "}\n{\"a\":3}\n");
    rig_add(&x, "a.jsonl", buf_str(&b));
    buf_release(&b);
    rig_open(&x, "a.jsonl");
    CHECK(x.status == ST_OK && x.source->ncols == MAX_COLUMNS);
    CHECK(x.nrows == 2 && x.rejects.n == 1);
    rig_release(&x);
}

/* Declared columns: names and types are given, the data only fits in. */
TEST(declared_columns)
{
    struct rig x;
    rig_init(&x);
    rig_add(&x, "a.json",
            S("{\"n\":\"7\",\"i\":4294967296,\"t\":\"1/2/2020\","
              "\"s\":{\"k\": 1},\"x\":1,"
              "\"g\":\"{0F9619FF-8B86-D011-B42D-00C04FC964FF}\","
              "\"d\":\"text\",\"w\":\"1.02:03:04\",\"b\":1,\"c\":1.50}\n"
              "{\"n\":1.9,\"i\":5,\"N\":3,\"d\":5,\"b\":\"False\","
              "\"c\":\"x\"}\n"));
    rig_declare(&x, "n", TYPE_LONG);
    rig_declare(&x, "i", TYPE_INT);
    rig_declare(&x, "t", TYPE_DATETIME);
    rig_declare(&x, "s", TYPE_STRING);
    rig_declare(&x, "missing", TYPE_REAL);
    rig_declare(&x, "g", TYPE_GUID);
    rig_declare(&x, "d", TYPE_DYNAMIC);
    rig_declare(&x, "w", TYPE_TIMESPAN);
    rig_declare(&x, "b", TYPE_BOOL);
    rig_declare(&x, "c", TYPE_DECIMAL);
    rig_option(&x, "format", "multijson");
    rig_open(&x, "a.json");
    CHECK(x.status == ST_OK && x.rejects.n == 0);
    CHECK(x.source->ncols == 10);
    CHECK_STR(x.rows.v[0],
              "[7,null,\"2020-01-02T00:00:00.0000000Z\",\"{\\\"k\\\":1}\",null,"
              "\"0f9619ff-8b86-d011-b42d-00c04fc964ff\",\"text\","
              "\"1.02:03:04\",true,\"1.50\"]");
    CHECK_STR(x.rows.v[1], "[1,5,null,\"\",null,null,5,null,false,null]");
    rig_release(&x);
}

TEST(the_time_option)
{
    struct rig x;
    rig_init(&x);
    rig_add(&x, "a.jsonl", S("{\"ts\":1709251200}\n{\"ts\":1709251200123}\n"
                             "{\"ts\":\"02/17/2016 08:40:01\"}\n{\"ts\":[]}\n"
                             "{\"ts\":1709251200.5}\n"));
    rig_option(&x, "time", "ts");
    rig_open(&x, "a.jsonl");
    CHECK_STR(rig_schema(&x), "ts:datetime");
    CHECK_STR(rig_rows(&x), "[\"2024-03-01T00:00:00.0000000Z\"]\n"
                            "[\"2024-03-01T00:00:00.1230000Z\"]\n"
                            "[\"2016-02-17T08:40:01.0000000Z\"]\n[null]\n"
                            "[\"2024-03-01T00:00:00.5000000Z\"]\n");
    rig_release(&x);
    rig_init(&x);
    rig_add(&x, "a.jsonl", S("{\"ts\":1}\n"));
    rig_option(&x, "time", "tz");
    rig_open(&x, "a.jsonl");
    CHECK(x.status == ST_USER);
    CHECK_STR(rig_hint(&x), "did you mean 'ts'?");
    rig_release(&x);
}

/* Many rows over several parts: all there, once, in order. */
static void check_order(const char *name, bool doc, unsigned nthreads)
{
    enum { N = 60000 };
    struct rig x;
    struct buf b;
    rig_init(&x);
    x.nthreads = nthreads;
    buf_init(&b, 64 << 20);
    buf_adds(&b, doc ? "[" : "");
    for (unsigned i = 0; i < N; i++)
        buf_addf(&b, "%s{\"n\":%u,\"pad\":\"0123456789 %u\"}",
                 i == 0 ? "" : doc ? ",\n" : "\n", i, i % 7);
    buf_adds(&b, doc ? "]" : "\n");
    rig_add(&x, name, buf_str(&b));
    buf_release(&b);
    rig_open(&x, name);
    CHECK(x.source->nparts > 1 || nthreads == 1);
    CHECK(x.nrows == N && x.rejects.n == 0);
    for (unsigned k = 0; k < x.source->nparts; k++)
        CHECK(x.parts[k].nrows > N / x.source->nparts / 2);
    CHECK(rig_in_order(&x));
    rig_release(&x);
}

TEST(parts_keep_the_order)
{
    for (unsigned n = 1; n <= 8; n += 3) {
        check_order("a.jsonl", false, n);
        check_order("a.json", true, n);
    }
}

/* Line numbers of rejects count from the file's start in every part. */
TEST(rejects_know_their_line)
{
    enum { N = 100000 };
    struct rig x;
    struct buf b;
    rig_init(&x);
    x.nthreads = 4;
    buf_init(&b, 64 << 20);
    for (unsigned i = 1; i <= N; i++)
        buf_addf(&b, i % 1000 ? "{\"n\":%u}\n" : "{\"n\":%u\n", i);
    rig_add(&x, "a.jsonl", buf_str(&b));
    buf_release(&b);
    rig_open(&x, "a.jsonl");
    CHECK(x.source->nparts > 1 && x.rejects.n == N / 1000);
    for (unsigned i = 0; i < x.rejects.n; i++)
        CHECK(x.rejects.v[i].line == 1000 * (i + 1));
    CHECK(x.nrows == N - N / 1000);
    rig_release(&x);
}
