/* answer.c - an answer of a service of KQL as a source of rows.
 *
 * Called by: kusto.c, sentinel.c, defender.c.
 * The body is read twice: up to the first columns when the source is opened,
 * and to its end when rows are read. What comes after the rows (an error beside
 * them, the state in which the query ended) tells whether they are all. */
#include "answer.h"

#include "base/ticks.h"
#include "providers/answer/pull.h"
#include "providers/file/fill.h"
#include "providers/file/json_decode.h"
#include "providers/http/error_text.h"

enum { MAX_COLS = 10000, MAX_ERRORS = 100, MAX_SHOWN = 500 };

struct reader {
    struct answer *answer;
    struct arena *arena; /* columns and notes */
    struct pull j;
    LIST(struct source_col) cols; /* of the answer */
    bool stop_at_cols;            /* the first look */
    bool done;                    /* … and it has seen them */
    LIST(str) errors; /* why the rows are not all */
    /* The second look. */
    struct field_names names; /* of records: where a name goes */
    const int32_t *to; /* column of the source, by column of the answer */
    struct batch *batch;
    struct pool text; /* of unpacked dynamic values */
    struct row_sink *sink;
    const atomic_bool *cancel;
    void (*row)(void *ctx, const struct answer_row *r); /* answer_each */
    void *ctx;
    uint64_t nrows;
    enum status st;
};

/* ---- types ---- */

enum type answer_type(str name)
{
    static const struct {
        const char *name;
        enum type type;
    } foreign[] = {
        { "boolean", TYPE_BOOL },     { "sbyte", TYPE_BOOL },
        { "int32", TYPE_INT },        { "int64", TYPE_LONG },
        { "double", TYPE_REAL },      { "single", TYPE_REAL },
        { "datetime", TYPE_DATETIME }, { "date", TYPE_DATETIME },
        { "timespan", TYPE_TIMESPAN }, { "time", TYPE_TIMESPAN },
        { "guid", TYPE_GUID },        { "uuid", TYPE_GUID },
        { "uniqueid", TYPE_GUID },    { "sqldecimal", TYPE_DECIMAL },
        { "object", TYPE_DYNAMIC },   { "string", TYPE_STRING },
    };
    enum type t;
    if (type_from_name(name, &t))
        return t;
    str last = name;
    for (ptrdiff_t dot; (dot = str_find_char(last, '.')) >= 0;)
        last = str_sub(last, (size_t)dot + 1, last.n); /* System.String */
    if (last.n && last.p[last.n - 1] == '?') /* Double? */
        last.n--;
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        if (str_ieqz(last, foreign[i].name))
            return foreign[i].type;
    return TYPE_DYNAMIC;
}

/* ---- columns ---- */

static bool is_any(str key, const char *a, const char *b)
{
    return str_ieqz(key, a) || (b && str_ieqz(key, b));
}

/* {"name":…,"type":…}, {"ColumnName":…,"ColumnType":…,"DataType":…} */
static void read_column(struct reader *r)
{
    str key, name = S(""), type = S(""), data_type = S("");
    pull_object(&r->j);
    while (pull_key(&r->j, &key)) {
        if (is_any(key, "name", "ColumnName"))
            pull_text(&r->j, r->arena, &name);
        else if (is_any(key, "type", "ColumnType"))
            pull_text(&r->j, r->arena, &type);
        else if (is_any(key, "DataType", NULL))
            pull_text(&r->j, r->arena, &data_type);
        else
            pull_skip(&r->j);
    }
    if (r->cols.n < MAX_COLS)
        PUSH(r->arena, r->cols,
             ((struct source_col){ name, answer_type(type.n ? type
                                                            : data_type) }));
}

static void read_columns(struct reader *r)
{
    r->cols.n = 0;
    for (pull_array(&r->j); pull_item(&r->j);)
        read_column(r);
    for (size_t i = 0; i < r->cols.n && r->names.list.n <= i; i++)
        field_names_add(&r->names, r->cols.v[i].name); /* for records */
    r->done = r->stop_at_cols && !r->j.error;
}

/* ---- errors beside rows ---- */

static void add_error(struct reader *r, str text)
{
    if (text.n == 0)
        text = S("the service says that something went wrong");
    if (r->errors.n < MAX_ERRORS)
        PUSH(r->arena, r->errors,
             arena_str(r->arena,
                       str_sub(text, 0, text.n < MAX_SHOWN ? text.n
                                                           : MAX_SHOWN)));
}

static void note_error(struct reader *r, str json)
{
    struct http_error e;
    http_error_parse(r->arena, json, &e);
    add_error(r, e.message.n ? e.message : e.code);
}

/* A value that is an error object, or a list of them. */
static void read_error(struct reader *r)
{
    struct cell c;
    if (pull_peek(&r->j) == '[') {
        for (pull_array(&r->j); pull_item(&r->j);)
            read_error(r);
        return;
    }
    if (!pull_value(&r->j, &c) || c.kind != CELL_JSON)
        return;
    str json = { c.p, c.n };
    if (!str_starts(json, S("{\"error\""))) /* as one stands in an answer */
        json = arena_fmt(r->arena, "{\"error\":%.*s}", STRF(json));
    note_error(r, json);
}

/* An object among the rows: {"OneApiErrors":[…]}. */
static void read_row_error(struct reader *r)
{
    str key;
    pull_object(&r->j);
    while (pull_key(&r->j, &key)) {
        if (is_any(key, "OneApiErrors", "error"))
            read_error(r);
        else
            pull_skip(&r->j);
    }
}

/* ---- rows ---- */

/* A dynamic value may come as JSON inside a string. */
static void unpack_dynamic(struct reader *r, struct cell *c)
{
    size_t room = 3 * (size_t)c->n + JSON_DECODE_SLACK;
    struct buf b = { .p = pool_alloc(&r->text, room), .cap = room,
                     .max = room };
    json_decode(&b, (str){ c->p, c->n }, c->flags);
    pool_trim(&r->text, room, b.n);
    c->p = b.p;
    c->n = (uint32_t)b.n;
    c->kind = CELL_TEXT;
    c->flags = CELL_HIGH;
}

/* A timespan may come as ticks. */
static void ticks_as_text(struct reader *r, struct cell *c)
{
    enum { ROOM = 40 };
    struct buf b = { .p = pool_alloc(&r->text, ROOM), .cap = ROOM,
                     .max = ROOM };
    span_format(&b, c->i);
    *c = (struct cell){ .p = b.p, .n = (uint32_t)b.n, .kind = CELL_TEXT,
                        .col = c->col };
}

static enum status flush(struct reader *r)
{
    enum status st = ST_OK;
    if (r->cancel && atomic_load(r->cancel))
        st = ST_CANCELLED;
    if (st == ST_OK && r->batch->nrows)
        st = r->sink->batch(r->sink->ctx, 0, batch_finish(r->batch));
    batch_clear(r->batch);
    pool_reset(&r->text);
    return st;
}

static void add_row(struct reader *r, struct cell *cells, size_t n)
{
    const enum type *types = r->batch->types;
    for (size_t i = 0; i < n; i++) {
        struct cell *c = &cells[i];
        c->col = c->col < 0 || (size_t)c->col >= r->cols.n ? -1
                                                           : r->to[c->col];
        if (c->col < 0)
            continue;
        if (types[c->col] == TYPE_DYNAMIC && c->kind == CELL_STRING)
            unpack_dynamic(r, c);
        else if (types[c->col] == TYPE_TIMESPAN && c->kind == CELL_INT)
            ticks_as_text(r, c);
    }
    batch_add(r->batch, cells, n);
    if (batch_full(r->batch))
        r->st = flush(r);
}

static str cell_as_text(struct reader *r, const struct cell *c)
{
    struct buf b;
    str raw = { c->p, c->n };
    if (c->kind != CELL_STRING || !c->flags)
        return c->kind == CELL_NULL ? S("") : raw;
    buf_init(&b, 3 * raw.n + JSON_DECODE_SLACK);
    json_decode(&b, raw, c->flags);
    raw = buf_take(&b, r->arena);
    buf_release(&b);
    return raw;
}

static void tell_row(struct reader *r, const struct cell *cells, size_t n)
{
    size_t ncols = r->cols.n;
    str *texts = arena_array(r->arena, ncols, sizeof *texts);
    str *names = arena_array(r->arena, ncols, sizeof *names);
    for (size_t i = 0; i < ncols; i++)
        names[i] = r->cols.v[i].name;
    for (size_t i = 0; i < n; i++)
        if (cells[i].col >= 0 && (size_t)cells[i].col < ncols)
            texts[cells[i].col] = cell_as_text(r, &cells[i]);
    struct answer_row row = { ncols, texts, names };
    r->row(r->ctx, &row);
}

static void take_row(struct reader *r)
{
    r->nrows++;
    if (r->row)
        tell_row(r, r->j.reader.cells, r->j.reader.ncells);
    else if (r->batch)
        add_row(r, r->j.reader.cells, r->j.reader.ncells);
}

/* Rows as arrays, an error among them as an object. */
static void read_rows(struct reader *r)
{
    for (pull_array(&r->j); r->st == ST_OK && pull_item(&r->j);) {
        if (pull_peek(&r->j) == '{')
            read_row_error(r);
        else if (pull_row(&r->j))
            take_row(r);
    }
}

/* Rows as objects: names are looked up, others are left out. */
static void read_records(struct reader *r)
{
    for (pull_array(&r->j); r->st == ST_OK && pull_item(&r->j);)
        if (pull_record(&r->j))
            take_row(r);
}

/* ---- shapes ---- */

static bool goes_on(const struct reader *r)
{
    return !r->done && r->st == ST_OK && !r->j.error;
}

/* One table; `wanted` says whether its rows are those that were asked for. */
static void read_table(struct reader *r, bool wanted)
{
    str key;
    pull_object(&r->j);
    while (goes_on(r) && pull_key(&r->j, &key)) {
        if (wanted && is_any(key, "columns", NULL))
            read_columns(r);
        else if (wanted && is_any(key, "rows", NULL))
            read_rows(r);
        else
            pull_skip(&r->j);
    }
}

static void read_tables(struct reader *r)
{
    size_t n = 0;
    for (pull_array(&r->j); goes_on(r) && pull_item(&r->j); n++)
        read_table(r, n == 0);
}

/* Log Analytics, and Kusto's v1. */
static void read_logs(struct reader *r)
{
    str key;
    pull_object(&r->j);
    while (goes_on(r) && pull_key(&r->j, &key)) {
        if (is_any(key, "tables", NULL))
            read_tables(r);
        else if (is_any(key, "error", "OneApiErrors"))
            read_error(r);
        else if (is_any(key, "Exceptions", NULL))
            read_error(r);
        else
            pull_skip(&r->j);
    }
}

static void read_defender(struct reader *r)
{
    str key;
    pull_object(&r->j);
    while (goes_on(r) && pull_key(&r->j, &key)) {
        if (is_any(key, "schema", NULL))
            read_columns(r);
        else if (is_any(key, "results", NULL))
            read_records(r);
        else if (is_any(key, "error", NULL))
            read_error(r);
        else
            pull_skip(&r->j);
    }
}

/* A row of QueryCompletionInformation whose Level is 2 or less says why. */
static void read_completion(struct reader *r)
{
    enum { LEVEL = 5, WHY = 8 }; /* columns, in the order of every answer */
    for (pull_array(&r->j); pull_item(&r->j);) {
        if (pull_peek(&r->j) == '{') {
            read_row_error(r);
            continue;
        }
        if (!pull_row(&r->j))
            return;
        const struct cell *c = r->j.reader.cells;
        if (r->j.reader.ncells > WHY && c[LEVEL].kind == CELL_INT &&
            c[LEVEL].i <= 2)
            add_error(r, cell_as_text(r, &c[WHY]));
    }
}

struct frame_head {
    str type, kind;
};

static void read_frame_rows(struct reader *r, const struct frame_head *h,
                            bool *primary)
{
    if (str_eqz(h->kind, "PrimaryResult") ||
        str_eqz(h->type, "TableFragment")) {
        *primary = true;
        read_rows(r);
    } else if (str_eqz(h->kind, "QueryCompletionInformation")) {
        read_completion(r);
    } else {
        pull_skip(&r->j);
    }
}

static void read_frame(struct reader *r, bool *primary)
{
    struct frame_head h = { S(""), S("") };
    struct cell c;
    str key;
    bool seen = *primary;
    pull_object(&r->j);
    while (goes_on(r) && pull_key(&r->j, &key)) {
        if (str_eqz(key, "FrameType"))
            pull_text(&r->j, r->arena, &h.type);
        else if (str_eqz(key, "TableKind"))
            pull_text(&r->j, r->arena, &h.kind);
        else if (str_eqz(key, "Columns") && !seen &&
                 str_eqz(h.kind, "PrimaryResult"))
            read_columns(r);
        else if (str_eqz(key, "Rows"))
            read_frame_rows(r, &h, primary);
        else if (str_eqz(key, "OneApiErrors"))
            read_error(r);
        else if (str_eqz(key, "Cancelled") && pull_value(&r->j, &c)) {
            if (c.kind == CELL_TRUE)
                add_error(r, S("the query was cancelled there"));
        } else {
            pull_skip(&r->j);
        }
    }
}

static void read_frames(struct reader *r)
{
    bool primary = false;
    for (pull_array(&r->j); goes_on(r) && pull_item(&r->j);)
        read_frame(r, &primary);
}

static void read_answer(struct reader *r)
{
    switch (r->answer->shape) {
    case ANSWER_FRAMES: read_frames(r); break;
    case ANSWER_DEFENDER: read_defender(r); break;
    default: read_logs(r);
    }
}

/* ---- the source ---- */

static void reader_init(struct reader *r, struct answer *a,
                        struct arena *arena)
{
    *r = (struct reader){ .answer = a, .arena = arena };
    field_names_init(&r->names, arena);
    pull_init(&r->j, (str){ a->body.bytes.p, a->body.bytes.n - JSON_PAD },
              &r->names);
}

static void reader_release(struct reader *r)
{
    pull_release(&r->j);
    pool_release(&r->text);
}

struct answer *answer_new(enum answer_shape shape, uint64_t most_bytes)
{
    struct answer *a = xcalloc(1, sizeof *a);
    a->shape = shape;
    body_init(&a->body, most_bytes);
    return a;
}

void answer_free(struct answer *a)
{
    if (!a)
        return;
    body_release(&a->body);
    free(a);
}

struct answer_source {
    struct source source;
    struct answer *answer;
    const struct source_col *theirs; /* columns of the answer */
    size_t ntheirs;
};

static void source_close(struct source *s)
{
    struct answer_source *as = s->impl;
    answer_free(as->answer);
    arena_free(s->arena);
}

static int32_t *places(struct arena *a, const struct source *s,
                       const struct source_col *theirs, size_t n)
{
    int32_t *to = arena_array(a, n, sizeof *to);
    for (size_t i = 0; i < n; i++) {
        to[i] = -1;
        for (size_t k = 0; k < s->ncols; k++)
            if (str_eq(s->cols[k].name, theirs[i].name))
                to[i] = (int32_t)k;
    }
    return to;
}

/* Says what is missing, once all that came has been handed on. */
static void tell_missing(struct reader *r)
{
    struct answer *a = r->answer;
    struct row_sink *k = r->sink;
    for (size_t i = 0; i < r->errors.n; i++)
        k->incomplete(k->ctx, PARTIAL,
                      arena_fmt(r->arena, "%.*s: %.*s", STRF(a->what),
                                STRF(r->errors.v[i])));
    if (r->j.error)
        k->incomplete(k->ctx, PARTIAL,
                      arena_fmt(r->arena,
                                "%.*s: the answer breaks off after %llu rows "
                                "(%s)",
                                STRF(a->what), (unsigned long long)r->nrows,
                                r->j.error));
    else if (a->row_limit && r->nrows >= a->row_limit && !r->errors.n)
        k->incomplete(k->ctx, TRUNCATED,
                      arena_fmt(r->arena,
                                "%.*s: cut at %llu rows, the most it gives; "
                                "narrow the time range or summarize",
                                STRF(a->what),
                                (unsigned long long)a->row_limit));
}

static enum status source_read(struct source *s, unsigned part,
                               struct row_sink *sink,
                               const atomic_bool *cancel, struct diags *ds)
{
    struct answer_source *as = s->impl;
    struct arena *arena = arena_new();
    struct batch batch;
    struct reader r;
    (void)part, (void)ds;
    reader_init(&r, as->answer, arena);
    batch_init(&batch, s->ncols, s->cols, -1);
    r.to = places(arena, s, as->theirs, as->ntheirs);
    r.batch = &batch;
    r.sink = sink;
    r.cancel = cancel;
    read_answer(&r);
    if (r.st == ST_OK)
        r.st = flush(&r);
    if (r.st == ST_OK)
        tell_missing(&r);
    s->repaired += batch.repaired;
    batch_release(&batch);
    reader_release(&r);
    arena_free(arena);
    return r.st;
}

/* An answer without columns: what it says instead. */
static enum status no_columns(struct reader *r, const struct remote_call *call)
{
    struct answer *a = r->answer;
    if (r->errors.n)
        diag_error(call->ds, DIAG_HTTP, call->span, "%.*s: %.*s",
                   STRF(a->what), STRF(r->errors.v[0]));
    else
        diag_error(call->ds, DIAG_HTTP, call->span,
                   "%.*s: the answer is not one of this service (%s)",
                   STRF(a->what),
                   r->j.error ? r->j.error : "it has no columns");
    return ST_ENV;
}

enum status answer_open(struct answer *a, const struct remote_query *q,
                        struct source **out, const struct remote_call *call)
{
    struct arena *arena = arena_new();
    struct answer_source *as = NEW(arena, struct answer_source);
    struct reader r;
    body_text(&a->body);
    a->what = arena_str(arena, a->what);
    reader_init(&r, a, arena);
    r.stop_at_cols = true;
    read_answer(&r);
    enum status st = r.done ? ST_OK : no_columns(&r, call);
    reader_release(&r);
    *as = (struct answer_source){ .answer = a, .theirs = r.cols.v,
                                  .ntheirs = r.cols.n };
    as->source = (struct source){
        .arena = arena, .ncols = q->ncols ? q->ncols : r.cols.n,
        .cols = q->ncols ? q->cols : r.cols.v, .nparts = 1,
        .read = source_read, .close = source_close, .impl = as,
    };
    if (st != ST_OK)
        source_close(&as->source);
    else
        *out = &as->source;
    return st;
}

enum status answer_each(struct answer *a,
                        void (*row)(void *ctx, const struct answer_row *r),
                        void *ctx, const struct remote_call *call)
{
    struct arena *arena = arena_new();
    struct reader r;
    body_text(&a->body);
    reader_init(&r, a, arena);
    r.row = row;
    r.ctx = ctx;
    read_answer(&r);
    enum status st = r.cols.n ? ST_OK : no_columns(&r, call);
    reader_release(&r);
    arena_free(arena);
    return st;
}
