/* t_records.c - records and rejects do not depend on how the bytes arrive.
 *
 * Each input holds records between all kinds of damage. It is read from a file
 * in pieces of 1 byte up to all at once, from memory, and from every record on
 * with the state that the one before left: the answers must be the same. */
#include "t.h"

#include <unistd.h>

#include "providers/file/records.h"

struct rig {
    struct arena *a;
    struct field_names names;
    struct member file, memory;
    int32_t map[3];
};

static void rig_init(struct rig *x, enum file_format format, str content)
{
    char path[] = "/tmp/t_records-XXXXXX";
    memset(x, 0, sizeof *x);
    x->a = arena_new();
    field_names_init(&x->names, x->a);
    x->file.format = format;
    x->file.delimiter = ',';
    x->file.size = content.n;
    x->file.map = x->map;
    x->file.nmap = format == FORMAT_TXT ? 1 : 3;
    for (int32_t i = 0; i < 3; i++)
        x->map[i] = i;
    x->memory = x->file;
    x->memory.fd = -1;
    x->memory.mem = xcalloc(content.n + JSON_PAD, 1);
    memcpy(x->memory.mem, content.p, content.n);
    x->file.fd = mkstemp(path);
    unlink(path);
    CHECK(write(x->file.fd, content.p, content.n) == (ssize_t)content.n);
}

static void rig_release(struct rig *x)
{
    close(x->file.fd);
    free(x->memory.mem);
    arena_free(x->a);
}

static char printable(char c)
{
    return c >= ' ' && c < 127 ? c : '.';
}

/* One line per record or reject. */
static void print_record(struct buf *b, const struct records *r,
                         enum record_kind kind)
{
    buf_addf(b, "%u ", (unsigned)r->start);
    if (kind == RECORD_REJECT) {
        buf_addf(b, "reject %s [", r->reason);
        for (size_t i = 0; i < r->nsample && i < 12; i++)
            buf_addc(b, printable(r->sample[i]));
        buf_adds(b, "]\n");
        return;
    }
    for (size_t i = 0; i < r->ncells; i++) {
        for (uint32_t k = 0; k < r->cells[i].n; k++)
            buf_addc(b, printable(r->cells[i].p[k]));
        buf_addc(b, '|');
    }
    buf_addc(b, '\n');
}

/* Reads on to the end, or to the record `stop` (-1: none); the state before
 * it stays in r. */
static void read_all(struct buf *b, struct records *r, int stop)
{
    for (int n = 0; n != stop;) {
        enum record_kind kind = records_next(r);
        if (kind == RECORD_END)
            break;
        if (kind == RECORD_MORE) {
            records_more(r);
            continue;
        }
        n++;
        print_record(b, r, kind);
    }
}

static void check_pieces(struct rig *x, str want)
{
    static const size_t pieces[] = { 1, 2, 3, 7, 16, 33, 64, 100, 4096 };
    struct records r;
    struct buf got;
    buf_init(&got, 1 << 20);
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        records_init(&r, &x->names, pieces[i]);
        records_open(&r, &x->file, 0, UINT64_MAX);
        buf_reset(&got);
        read_all(&got, &r, -1);
        records_release(&r);
        if (!str_eq(buf_str(&got), want))
            printf("pieces of %zu:\n%.*s\nwhole:\n%.*s\n", pieces[i],
                   STRF(buf_str(&got)), STRF(want));
        CHECK(str_eq(buf_str(&got), want));
    }
    buf_release(&got);
}

static str after_lines(str text, int n)
{
    for (; n > 0; n--)
        text = str_sub(text, (size_t)str_find_char(text, '\n') + 1, text.n);
    return text;
}

/* A missing comma and the value after it stand at one place; parts are only
 * cut before the first of them. */
static bool same_start(str want, int n, uint64_t start)
{
    return strtoull(after_lines(want, n - 2).p, NULL, 10) == start;
}

/* Two readers that share the member at record n see it once. */
static void check_split(struct rig *x, str want, int n)
{
    struct records a, b, c;
    struct buf got;
    buf_init(&got, 1 << 20);
    records_init(&a, &x->names, 64);
    records_open(&a, &x->memory, 0, UINT64_MAX);
    read_all(&got, &a, n);
    str head = str_sub(want, 0, want.n - after_lines(want, n - 1).n);
    uint64_t cut = a.start;
    if (n > 1 && same_start(want, n, cut)) {
        records_release(&a);
        buf_release(&got);
        return;
    }

    records_init(&b, &x->names, 64);
    records_open(&b, &x->file, cut, UINT64_MAX);
    b.state = a.before;
    b.indent = a.indent;
    buf_reset(&got);
    read_all(&got, &b, -1);
    CHECK(str_eq(buf_str(&got), after_lines(want, n - 1)));

    records_init(&c, &x->names, 64);
    records_open(&c, &x->file, 0, cut);
    buf_reset(&got);
    read_all(&got, &c, -1);
    CHECK(str_eq(buf_str(&got), head));
    records_release(&a);
    records_release(&b);
    records_release(&c);
    buf_release(&got);
}

static int count_lines(str text)
{
    int n = 0;
    for (size_t i = 0; i < text.n; i++)
        n += text.p[i] == '\n';
    return n;
}

static void check_all(enum file_format format, str content, const char *expect)
{
    struct rig x;
    struct records r;
    struct buf want;
    rig_init(&x, format, content);
    buf_init(&want, 1 << 20);
    records_init(&r, &x.names, 64);
    records_open(&r, &x.memory, 0, UINT64_MAX);
    read_all(&want, &r, -1);
    records_release(&r);
    CHECK_STR(buf_str(&want), expect);
    check_pieces(&x, buf_str(&want));
    for (int n = 1; n <= count_lines(buf_str(&want)); n++)
        check_split(&x, buf_str(&want), n);
    buf_release(&want);
    rig_release(&x);
}

TEST(json_lines)
{
    check_all(FORMAT_JSON_LINES,
              S("{\"a\":1}\n"
                "\n"
                "  {\"a\":2} \r\n"
                "{\"a\":\"cut\n"
                "{\"a\":3}{\"a\":4}\n"
                "{\"a\":[1,2}\n"
                "[5]\n"
                "{\"a\":\"a long text, longer than a block of the scanner\"}\n"
                "\0\0\0\n"
                "\t\n"
                "{\"b\":\"C:\\\\x\"}\n"
                "6"),
              "0 1|\n"
              "9 2|\n"
              "21 reject a control character in a string [{\"a\":\"cut]\n"
              "31 reject text after the value [{\"a\":3}{\"a\":]\n"
              "46 reject ',' or ']' is expected [{\"a\":[1,2}]\n"
              "57 [5]|\n"
              "61 a long text, longer than a block of the scanner|\n"
              "117 reject a value is expected [...]\n"
              "123 C:\\\\x|\n"
              "137 6|\n");
    check_all(FORMAT_JSON_LINES, S("{\"a\":1}\n{\"a\":"),
              "0 1|\n8 reject the value is cut off [{\"a\":]\n");
    check_all(FORMAT_JSON_LINES, S("\n \n\t\r\n"), "");
    check_all(FORMAT_JSON_LINES, S(""), "");
}

TEST(json_documents)
{
    check_all(FORMAT_JSON_DOC,
              S("[{\"a\":1},\n {\"a\":2} , 3, [4, 5]]\n[]\n"
                "{\"a\":6}{\"a\":7}\xEF\xBB\xBF\"8\" 9"),
              "1 1|\n11 2|\n21 3|\n24 [4, 5]|\n35 6|\n42 7|\n52 8|\n56 9|\n");
    /* What is broken inside its brackets ends at its bracket. */
    check_all(FORMAT_JSON_DOC,
              S("[{\"a\":NaN,\"b\":{\"c\":\"}\"}},{\"a\":2},{\"a\":x,\"\\\"\":"
                "[1]},{\"a\":3}]"),
              "1 reject a value is expected [{\"a\":NaN,\"b\"]\n"
              "25 2|\n"
              "33 reject a value is expected [{\"a\":x,\"\\\"\":]\n"
              "50 3|\n");
    /* What is cut off ends where a line opens the next one. */
    check_all(FORMAT_JSON_DOC,
              S("[\n"
                "  {\n    \"a\": \"cut\n  },\n"
                "  {\n    \"a\": 2\n  },\n"
                "  {\n    \"a\": [1, 2\n  },\n"
                "  {\n    \"a\": {\"b\":\n    {\"c\": 3}}\n  }\n"
                "]\n"),
              "4 reject a control character in a string [{.    \"a\": \"]\n"
              "27 2|\n"
              "47 reject ',' or ']' is expected [{.    \"a\": []\n"
              "71 {\"b\":.    {\"c\": 3}}|\n");
    check_all(FORMAT_JSON_DOC, S("[1,]"),
              "1 1|\n3 reject a comma before ']' []]\n");
    check_all(FORMAT_JSON_DOC, S("[1 2, nul, \"x\"]"),
              "1 1|\n"
              "3 reject ',' or ']' is expected after a record "
              "[2, nul, \"x\"]]\n"
              "3 2|\n"
              "6 reject a value is expected [nul, \"x\"]]\n"
              "11 x|\n");
    check_all(FORMAT_JSON_DOC, S("[{\"a\":1}"),
              "1 1|\n8 reject the array is never closed []\n");
    check_all(FORMAT_JSON_DOC, S("[{\"a\":1"),
              "1 reject the value is cut off [{\"a\":1]\n");
    check_all(FORMAT_JSON_DOC, S("} ] , {\"a\":1}"),
              "0 reject a value is expected [} ] , {\"a\":1]\n"
              "2 reject a value is expected [] , {\"a\":1}]\n"
              "4 reject a value is expected [, {\"a\":1}]\n"
              "6 1|\n");
    check_all(FORMAT_JSON_DOC, S("[[[["),
              "1 reject the value is cut off [[[[]\n");
    check_all(FORMAT_JSON_DOC, S(" \n"), "");
}

TEST(delimited)
{
    check_all(FORMAT_CSV,
              S("a,b,c\n"
                "1,\"x, y\",\"line\nbreak\"\r\n"
                "\n"
                ",,\n"
                "short,row\n"
                "one,too,many,fields\n"
                "q\"uote,in \"the\",middle\r\n"
                "\"doubled \"\" quote\",\"\",3\n"
                "bad,\"quote\"x,3\n"
                "after,the,bad\n"
                "z\0z,\xff,end\n"
                "unclosed,\"quote,here\n"
                "4,5,6"),
              "0 a|b|c|\n"
              "6 1|x, y|line.break|\n"
              "30 |||\n"
              "33 reject fewer fields than the header [short,row]\n"
              "43 reject more fields than the header [one,too,many]\n"
              "63 q\"uote|in \"the\"|middle|\n"
              "87 doubled \"\" quote||3|\n"
              "111 reject text after a closing quote [bad,\"quote\"x]\n"
              "126 after|the|bad|\n"
              "140 z.z|.|end|\n"
              "150 reject a quote that is never closed [unclosed,\"qu]\n"
              "171 4|5|6|\n");
}

TEST(text)
{
    check_all(FORMAT_TXT, S("one\r\n\ntwo, \"2\"\nlast"),
              "0 one|\n5 |\n6 two, \"2\"|\n15 last|\n");
    check_all(FORMAT_TXT, S("\n"), "0 |\n");
    check_all(FORMAT_TXT, S(""), "");
}
