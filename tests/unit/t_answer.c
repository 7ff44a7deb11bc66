/* t_answer.c - answers of services of KQL, in pieces of any size. */
#include "t.h"

#include "providers/kusto/shape.h"

struct heard {
    struct buf text; /* "a=1 b=x; a=2 b=y; " */
};

static void hear(void *ctx, const struct answer_row *row)
{
    struct buf *b = &((struct heard *)ctx)->text;
    for (size_t i = 0; i < row->n; i++) {
        buf_add(b, row->names[i]);
        buf_addc(b, '=');
        buf_add(b, row->cells[i]);
        buf_addc(b, ' ');
    }
    buf_adds(b, "; ");
}

/* Walks through `json`, `step` more bytes at a time, as flow.c hands them on:
 * a fresh copy of what is left, so that reading outside is seen. */
static enum walked walk_all(struct walk *w, str json, size_t step)
{
    size_t from = 0, to = 0, taken;
    enum walked how = WALK_MORE;
    for (bool last = false; how == WALK_MORE && !last;) {
        to = to + step < json.n ? to + step : json.n;
        last = to == json.n;
        char *own = xcalloc(1, to - from + JSON_PAD);
        if (to > from)
            memcpy(own, json.p + from, to - from);
        how = walk_on(w, (str){ own, to - from }, last, &taken);
        CHECK(taken <= to - from);
        from += taken;
        free(own);
    }
    return how;
}

static void sum_up(const struct walk *w, enum walked how, struct buf *b)
{
    for (size_t i = 0; i < w->errors.n; i++)
        buf_addf(b, "! %.*s ", STRF(w->errors.v[i]));
    if (w->truncated)
        buf_adds(b, "truncated ");
    if (w->others)
        buf_addf(b, "+%u ", w->others);
    if (how != WALK_END)
        buf_addf(b, "?? %s", w->error ? w->error : "more is wanted");
}

static void gives(enum answer_shape shape, const char *json, const char *want)
{
    for (size_t step = 1; step <= strlen(json); step++) {
        struct arena *a = arena_new();
        struct heard h;
        struct got got = { .row = hear, .ctx = &h };
        struct walk w;
        buf_init(&h.text, 1 << 20);
        walk_init(&w, shape, a);
        w.rows = &got;
        enum walked how = walk_all(&w, str_of(json), step);
        sum_up(&w, how, &h.text);
        CHECK_STR(buf_str(&h.text), want);
        walk_release(&w);
        buf_release(&h.text);
        arena_free(a);
    }
}

TEST(logs)
{
    gives(ANSWER_LOGS,
          "{\"tables\":[{\"name\":\"PrimaryResult\",\"columns\":[{\"name\":"
          "\"a\",\"type\":\"long\"},{\"name\":\"b \\\"q\\\"\",\"type\":"
          "\"string\"}],\"rows\":[[1,\"x\\\\y\\n\"],[-12,null],[45,\"\"]]}]}",
          "a=1 b \"q\"=x\\y\n ; a=-12 b \"q\"= ; a=45 b \"q\"= ; ");
    gives(ANSWER_LOGS,
          " { \"tables\" : [ { \"columns\" : [ { \"type\":\"int\" , "
          "\"name\":\"a\" } ] , \"rows\" : [ [ 7 ] ] } ] , \"statistics\" : "
          "{\"q\":[{}]} , \"error\" : {\"code\":\"PartialError\",\"message\":"
          "\"some\",\"innererror\":{\"message\":\"(E_QUERY_RESULT_SET_TOO_"
          "LARGE)\"}} } ",
          "a=7 ; ! some: (E_QUERY_RESULT_SET_TOO_LARGE) truncated ");
    gives(ANSWER_LOGS,
          "{\"tables\":[{\"columns\":[{\"name\":\"a\"}],\"rows\":[[1]]},"
          "{\"name\":\"more\",\"columns\":[{\"name\":\"b\"}],\"rows\":[[2],"
          "[3]]}]}",
          "a=1 ; +1 ");
    gives(ANSWER_LOGS, "{\"tables\":[{\"columns\":[],\"rows\":null}]}", "");
}

TEST(what_is_no_answer)
{
    gives(ANSWER_LOGS, "<html>", "?? an object is expected");
    gives(ANSWER_LOGS, "null", "?? it is null");
    gives(ANSWER_LOGS, "{\"tables\":[{\"rows\":[[1]],\"columns\":[]}]}",
          "?? its rows come before its columns");
    gives(ANSWER_LOGS, "{\"tables\":[{\"columns\":[{\"name\":\"a\"}]",
          "?? ',' or '}' is expected");
    gives(ANSWER_LOGS, "{\"tables\":[{\"columns\":7,\"rows\":[]}]}",
          "?? its columns cannot be read");
    gives(ANSWER_LOGS,
          "{\"tables\":[{\"columns\":[{\"name\":\"a\"}],\"rows\":[[1],[2",
          "a=1 ; ?? ',' or ']' is expected");
    gives(ANSWER_LOGS,
          "{\"tables\":[{\"columns\":[{\"name\":\"a\"}],\"rows\":[[1],[2}]",
          "a=1 ; ?? ',' or ']' is expected");
    gives(ANSWER_FRAMES, "7", "?? an array is expected");
    gives(ANSWER_FRAMES,
          "{\"error\":{\"code\":\"c\",\"message\":\"m\"}}", "! m ");
}

TEST(defender)
{
    gives(ANSWER_DEFENDER,
          "{\"Stats\":{\"x\":1},\"Schema\":[{\"Name\":\"a\",\"Type\":"
          "\"SByte\"},{\"Name\":\"b\",\"Type\":\"Int64\"}],\"Results\":["
          "{\"b\":1,\"a\":true},{},{\"c\":9,\"b\":2}]}",
          "a=true b=1 ; a= b= ; a= b=2 ; ");
    gives(ANSWER_DEFENDER,
          "{\"@odata.context\":\"…\",\"schema\":[{\"name\":\"a\",\"type\":"
          "\"String\"}],\"results\":[]}",
          "");
}

TEST(tables_of_commands)
{
    gives(ANSWER_TABLES,
          "{\"Tables\":[{\"TableName\":\"Table_0\",\"Columns\":[{"
          "\"ColumnName\":\"T\",\"DataType\":\"String\"}],\"Rows\":[[\"x\"]]}"
          ",{\"Rows\":[[1,2]]}]}",
          "T=x ; ");
}

#define HEAD "{\"FrameType\":\"DataSetHeader\",\"IsProgressive\":true},"
#define HEADER(id, kind)                                                      \
    "{\"FrameType\":\"TableHeader\",\"TableId\":" id ",\"TableKind\":\"" kind \
    "\",\"TableName\":\"x\",\"Columns\":[{\"ColumnName\":\"a\","              \
    "\"ColumnType\":\"long\"}]},"
#define FRAGMENT(id, way, rows)                                           \
    "{\"FrameType\":\"TableFragment\",\"TableId\":" id ",\"FieldCount\":1," \
    "\"TableFragmentType\":\"" way "\",\"Rows\":" rows "},"
#define COMPLETION(id, n) \
    "{\"FrameType\":\"TableCompletion\",\"TableId\":" id ",\"RowCount\":" n "},"
#define END "{\"FrameType\":\"DataSetCompletion\",\"HasErrors\":false," \
            "\"Cancelled\":false}]"

TEST(fragments)
{
    gives(ANSWER_FRAMES,
          "[" HEAD HEADER("1", "QueryProperties") HEADER("2", "PrimaryResult")
          FRAGMENT("1", "DataAppend", "[[77],[78]]")
          FRAGMENT("2", "DataAppend", "[[1],[2]]")
          "{\"FrameType\":\"TableProgress\",\"TableId\":2,\"TableProgress\":"
          "50.5}," FRAGMENT("2", "DataAppend", "[[3]]") COMPLETION("1", "9")
          COMPLETION("2", "3") END,
          "a=1 ; a=2 ; a=3 ; ");
    gives(ANSWER_FRAMES,
          "[" HEAD HEADER("2", "PrimaryResult")
          FRAGMENT("2", "DataAppend", "[[1]]") COMPLETION("2", "3") END,
          "a=1 ; ! it counts 3 rows, and 1 came ");
    gives(ANSWER_FRAMES,
          "[" HEAD HEADER("0", "PrimaryResult") HEADER("1", "PrimaryResult")
          FRAGMENT("1", "DataAppend", "[[9]]")
          FRAGMENT("0", "DataAppend", "[[1]]") END,
          "a=1 ; +1 ");
    gives(ANSWER_FRAMES, "[" HEAD FRAGMENT("2", "DataAppend", "[[1]]") END,
          "?? rows come before what they are rows of");
    gives(ANSWER_FRAMES,
          "[" HEAD HEADER("2", "PrimaryResult")
          FRAGMENT("2", "DataMix", "[[1]]") END,
          "?? a fragment neither appends nor replaces");
}

TEST(data_tables)
{
#define PRIMARY(rows)                                                         \
    "{\"FrameType\":\"DataTable\",\"TableId\":1,\"TableKind\":"               \
    "\"PrimaryResult\",\"Columns\":[{\"ColumnName\":\"a\",\"ColumnType\":"    \
    "\"long\"}],\"Rows\":" rows "},"
    gives(ANSWER_FRAMES, "[" HEAD PRIMARY("[[1],[2]]") PRIMARY("[[3]]") END,
          "a=1 ; a=2 ; +1 ");
    gives(ANSWER_FRAMES,
          "[" HEAD PRIMARY("[[1],{\"OneApiErrors\":[{\"error\":{\"code\":"
                           "\"c\",\"message\":\"m\",\"@message\":\"why\"}}]},"
                           "[2]]") END,
          "a=1 ; a=2 ; ! why ");
    gives(ANSWER_FRAMES,
          "[" HEAD PRIMARY("[]")
          "{\"FrameType\":\"DataTable\",\"TableId\":2,\"TableKind\":"
          "\"QueryCompletionInformation\",\"Columns\":[],\"Rows\":[[\"t\",\"i\""
          ",\"\",\"\",\"\",2,\"Error\",0,\"too \\\"big\\\"\"],[\"t\",\"i\",\"\""
          ",\"\",\"\",4,\"\",0,\"fine\"]]},"
          "{\"FrameType\":\"DataSetCompletion\",\"HasErrors\":true,"
          "\"Cancelled\":true}]",
          "! too \"big\" ! the query was cancelled there ");
    gives(ANSWER_FRAMES,
          "[{\"FrameType\":\"DataSetCompletion\",\"HasErrors\":true}]",
          "! the service says that something went wrong ");
}

/* ---- to a table ---- */

struct stored {
    struct buf text;
    size_t nbatches;
};

static enum status store(void *ctx, unsigned part, const struct frame *f)
{
    struct stored *s = ctx;
    CHECK(part == 0);
    s->nbatches++;
    for (size_t i = 0; i < f->nrows; i++)
        for (size_t c = 0; c < f->ncols; c++) {
            const struct column *col = &f->cols[c];
            if (col->null && col->null[i])
                buf_adds(&s->text, "null");
            else if (type_is_text(col->type))
                buf_add(&s->text, col->s[i]);
            else
                buf_addf(&s->text, "%lld", (long long)col->i[i]);
            buf_addc(&s->text, c + 1 < f->ncols ? ' ' : '\n');
        }
    return ST_OK;
}

static enum walked store_all(struct stored *s, const struct source_col *cols,
                             size_t ncols, const char *json, size_t step)
{
    struct arena *a = arena_new();
    struct row_sink sink = { .ctx = s, .batch = store };
    struct batch batch;
    int32_t to[8];
    struct got got = { .batch = &batch, .to = to, .sink = &sink };
    struct walk w;
    for (int32_t i = 0; i < 8; i++)
        to[i] = i < (int32_t)ncols ? i : -1;
    batch_init(&batch, ncols, cols, -1);
    walk_init(&w, json[0] == '[' ? ANSWER_FRAMES : ANSWER_LOGS, a);
    w.rows = &got;
    enum walked how = walk_all(&w, str_of(json), step);
    CHECK(how == WALK_END || w.error);
    batch_release(&batch);
    got_release(&got);
    walk_release(&w);
    arena_free(a);
    return how;
}

TEST(values_of_a_table)
{
    static const struct source_col cols[] = {
        { { "d", 1 }, TYPE_DYNAMIC }, { { "t", 1 }, TYPE_TIMESPAN },
        { { "s", 1 }, TYPE_STRING },
    };
    static const char json[] =
        "{\"tables\":[{\"columns\":[{\"name\":\"d\"},{\"name\":\"t\"},"
        "{\"name\":\"s\"}],\"rows\":["
        "[\"{\\\"a\\\":1,\\\"b\\\":\\\"C:\\\\\\\\x\\\"}\",864000000000,\"x\"],"
        "[\" { \\\"b\\\" : 1.50 , \\\"b\\\" : 2 } \",\"1.00:00:00\",null],"
        "[{\"o\":[1, 2]},null,\"\\\"\"],"
        "[\"no json\",null,\"\\u00e9\"],[\"7\",null,\"\"],[\"\",null,\"\"],"
        "[\"null\",null,\"\"],[\"{\\\"a\\\":\",null,\"\"],"
        "[\"\\\"quoted\\\"\",null,\"\"],[true,null,\"\"]]}]}";
    for (size_t step = 1; step <= sizeof json; step += 3) {
        struct stored s = { .nbatches = 0 };
        buf_init(&s.text, 1 << 20);
        CHECK(store_all(&s, cols, 3, json, step) == WALK_END);
        CHECK_STR(buf_str(&s.text),
                  "{\"a\":1,\"b\":\"C:\\\\x\"} 864000000000 x\n"
                  "{\"b\":2} 864000000000 \n"
                  "{\"o\":[1,2]} null \"\n"
                  "\"no json\" null \xc3\xa9\n7 null \nnull null \n"
                  "null null \n\"{\\\"a\\\":\" null \n\"quoted\" null \n"
                  "true null \n");
        buf_release(&s.text);
    }
}

/* Rows that wait to be stored can be taken back; stored ones cannot. */
TEST(replaced_rows)
{
    static const struct source_col cols[] = { { { "a", 1 }, TYPE_LONG } };
    static const char json[] =
        "[" HEAD HEADER("2", "PrimaryResult")
        FRAGMENT("2", "DataAppend", "[[1],[2]]")
        FRAGMENT("2", "DataReplace", "[[3]]") COMPLETION("2", "1") END;
    struct stored s = { .nbatches = 0 };
    buf_init(&s.text, 1 << 20);
    CHECK(store_all(&s, cols, 1, json, sizeof json) == WALK_END);
    CHECK_STR(buf_str(&s.text), "3\n");
    CHECK(store_all(&s, cols, 1, json, 10) == WALK_FAIL);
    buf_release(&s.text);
}
