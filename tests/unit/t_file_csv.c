/* t_file_csv.c - delimited and text files through the file provider. */
#include "file_rig.h"

#include "providers/limits.h"

TEST(types_come_from_all_rows)
{
    rig_check("a.csv",
              S("i,r,b,t,s,n\n"
                "1,1,true,2025-03-01T01:08:34.4451736Z,x,\n"
                "-2,2.5,False,2025-03-01 01:08:34,\"y, z\",\n"
                ",,,,,\n"),
              "i:long r:real b:bool t:datetime s:string n:string",
              "[1,1.0,true,\"2025-03-01T01:08:34.4451736Z\",\"x\",\"\"]\n"
              "[-2,2.5,false,\"2025-03-01T01:08:34.0000000Z\",\"y, z\",\"\"]\n"
              "[null,null,null,null,\"\",\"\"]\n");
}

/* What would come out changed if it were a number stays text. */
TEST(ids_stay_text)
{
    rig_check("a.csv",
              S("zero,plus,long,hex,exp,date,max,half,neg\n"
                "007,+1,12345678901234567890,0x1f,12e5,2025-03-01,"
                "9223372036854775807,.5,-0\n"),
              "zero:string plus:string long:string hex:string exp:string "
              "date:string max:long half:string neg:string",
              "[\"007\",\"+1\",\"12345678901234567890\",\"0x1f\",\"12e5\","
              "\"2025-03-01\",9223372036854775807,\".5\",\"-0\"]\n");
    rig_check("b.csv", S("a,b,c\n1.5e3,1e-05,0.30000000000000004\n"),
              "a:real b:real c:real",
              "[1500.0,1e-05,0.30000000000000004]\n");
    rig_check("c.csv", S("a\n1\n2\n03\n"), "a:string",
              "[\"1\"]\n[\"2\"]\n[\"03\"]\n");
}

TEST(headers_are_made_usable)
{
    rig_check("a.csv", S("a,,a, b ,\"q\"\"q\",a,a_1\n1,2,3,4,5,6,7\n"),
              "a:long Column2:long a_1:long b:long q\"q:long a_2:long "
              "a_1_1:long",
              "[1,2,3,4,5,6,7]\n");
    rig_check("b.csv", S("=x,\xff\n1,2\n"), "=x:long \xef\xbf\xbd:long",
              "[1,2]\n");
    rig_check("c.csv", S("only,header\n"), "only:string header:string", "");
    rig_check("d.csv", S("\xEF\xBB\xBFpid,PID\r\n1,2\r\n"),
              "pid:long PID:long", "[1,2]\n");
}

TEST(damage_costs_only_its_rows)
{
    struct rig x;
    rig_init(&x);
    rig_add(&x, "a.csv",
            S("a,b\n1,2\nragged\n3,4\n\"unclosed,5\n6,7\nx,y,z\n\"q\"r,1\n8,"
              "\"\xff\"\n9,\"1\"\"0\"\n"));
    rig_open(&x, "a.csv");
    CHECK(x.status == ST_OK);
    CHECK_STR(rig_schema(&x), "a:long b:string");
    CHECK_STR(rig_rows(&x), "[1,\"2\"]\n[3,\"4\"]\n[6,\"7\"]\n"
                            "[8,\"\xef\xbf\xbd\"]\n[9,\"1\\\"0\"]\n");
    CHECK(x.rejects.n == 4 && x.repaired == 1);
    CHECK(x.rejects.v[0].line == 3 && x.rejects.v[1].line == 5);
    CHECK(x.rejects.v[2].line == 7 && x.rejects.v[3].line == 8);
    CHECK_STR(x.rejects.v[0].text, "ragged");
    CHECK_STR(x.rejects.v[2].reason, "more fields than the header");
    rig_release(&x);
}

TEST(delimiters)
{
    struct rig x;
    rig_check("a.tsv", S("a\tb\n1,5\tx\n"), "a:string b:string",
              "[\"1,5\",\"x\"]\n");
    rig_check("a.psv", S("a|b\n1|2\n"), "a:long b:long", "[1,2]\n");
    rig_init(&x);
    rig_add(&x, "a.csv", S("a;b\n1;2\n"));
    rig_open(&x, "a.csv");
    CHECK_STR(rig_schema(&x), "a:long b:long");
    CHECK(str_ends(rig_message(&x), S("is read with ';' between fields")));
    rig_release(&x);
    rig_init(&x);
    rig_add(&x, "a.csv", S("a;b\n1;2\n"));
    rig_option(&x, "delimiter", ",");
    rig_open(&x, "a.csv");
    CHECK_STR(rig_schema(&x), "a;b:string");
    CHECK(x.ds.list.n == 0);
    rig_release(&x);
}

TEST(files_without_a_header)
{
    struct rig x;
    rig_init(&x);
    rig_add(&x, "a.csv", S("1,x\n2,y\n"));
    rig_option(&x, "header", "false");
    rig_open(&x, "a.csv");
    CHECK_STR(rig_schema(&x), "Column1:long Column2:string");
    CHECK_STR(rig_rows(&x), "[1,\"x\"]\n[2,\"y\"]\n");
    rig_release(&x);
}

/* externaldata: columns by position, the first record is data unless told. */
TEST(declared_columns)
{
    struct rig x;
    rig_init(&x);
    rig_add(&x, "a.csv", S("h1,h2,h3,h4\n007,2.9,5,6\n8\n"));
    rig_declare(&x, "a", TYPE_LONG);
    rig_declare(&x, "b", TYPE_INT);
    rig_declare(&x, "c", TYPE_DYNAMIC);
    rig_option(&x, "ignoreFirstRecord", "true");
    rig_open(&x, "a.csv");
    CHECK_STR(rig_rows(&x), "[7,2,5]\n[8,null,null]\n");
    CHECK(x.rejects.n == 0);
    rig_release(&x);
    rig_init(&x);
    rig_add(&x, "a.csv", S("1,{\"\"k\"\":2}\n"
                        "\"{\"\"k\"\": 3}\",\"not json\"\n"));
    rig_declare(&x, "a", TYPE_STRING);
    rig_declare(&x, "b", TYPE_DYNAMIC);
    rig_open(&x, "a.csv");
    CHECK_STR(rig_rows(&x), "[\"1\",\"{\\\"\\\"k\\\"\\\":2}\"]\n"
                            "[\"{\\\"k\\\": 3}\",\"not json\"]\n");
    rig_release(&x);
}

TEST(text_files)
{
    struct rig x;
    rig_check("a.txt", S("1\r\n\n\xff\n"), "Line:string",
              "[\"1\"]\n[\"\"]\n[\"\xef\xbf\xbd\"]\n");
    rig_check("b.log", S("type=SYSCALL a=1\n"), "Line:string",
              "[\"type=SYSCALL a=1\"]\n");
    rig_init(&x);
    rig_add(&x, "c.txt", S("# heading\n10.0.0.1\n"));
    rig_declare(&x, "ip", TYPE_STRING);
    rig_option(&x, "format", "txt");
    rig_option(&x, "ignoreFirstRecord", "true");
    rig_open(&x, "c.txt");
    CHECK_STR(rig_rows(&x), "[\"10.0.0.1\"]\n");
    rig_release(&x);
}

TEST(too_many_columns_are_an_error)
{
    struct rig x;
    struct buf b;
    rig_init(&x);
    buf_init(&b, 1 << 20);
    buf_fill(&b, ',', 99999);
    buf_addc(&b, '\n');
    rig_add(&x, "a.csv", buf_str(&b));
    buf_release(&b);
    rig_open(&x, "a.csv");
    CHECK(x.status == ST_ENV && x.ds.list.v[0].code == DIAG_LIMIT);
    rig_release(&x);
}

/* Ten thousand equal names get different ones without taking forever. */
TEST(ten_thousand_equal_headers)
{
    struct rig x;
    struct buf b;
    rig_init(&x);
    buf_init(&b, 1 << 20);
    for (unsigned i = 0; i < MAX_COLUMNS; i++)
        buf_adds(&b, i ? ",same" : "same");
    buf_addc(&b, '\n');
    rig_add(&x, "a.csv", buf_str(&b));
    buf_release(&b);
    rig_open(&x, "a.csv");
    CHECK(x.status == ST_OK && x.source->ncols == MAX_COLUMNS);
    CHECK_STR(x.source->cols[MAX_COLUMNS - 1].name, "same_9999");
    rig_release(&x);
}

/* Newlines inside quotes where parts are cut: all rows, once, in order. */
static void check_parts(unsigned lines_per_field, unsigned nthreads)
{
    enum { N = 3000 };
    struct rig x;
    struct buf b;
    rig_init(&x);
    x.nthreads = nthreads;
    buf_init(&b, 64 << 20);
    buf_adds(&b, "n,text\n");
    for (unsigned i = 0; i < N; i++) {
        buf_addf(&b, "%u,\"", i);
        for (unsigned k = 0; k < lines_per_field; k++)
            buf_addf(&b, "%u,\"\"q\"\",looks like a row\n", k);
        buf_adds(&b, "\"\n");
    }
    rig_add(&x, "a.csv", buf_str(&b));
    buf_release(&b);
    rig_open(&x, "a.csv");
    CHECK(x.status == ST_OK && x.source->nparts == nthreads);
    CHECK_STR(rig_schema(&x), "n:long text:string");
    CHECK(x.nrows == N && x.rejects.n == 0);
    CHECK(rig_in_order(&x));
    rig_release(&x);
}

TEST(parts_are_cut_between_records)
{
    check_parts(20, 4);
    check_parts(100, 8);
    check_parts(21, 2);
}
