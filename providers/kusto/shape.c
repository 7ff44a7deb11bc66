/* shape.c - walks through an answer in whatever pieces it comes.
 *
 * Called by: answer.c.
 * A stack says in which containers the walk stands. A step reads one thing:
 * a member with its small value, a row, the beginning or the end of a
 * container. When the bytes end inside a step, it is undone and done again
 * with more of them; so a step has no effect before it took all it needs. */
#include "shape.h"

#include "providers/file/json_decode.h"
#include "providers/http/error_text.h"
#include "providers/limits.h"

enum { MAX_SHOWN = 500 };

enum place {
    IN_LOGS,       /* {"tables":[…]}, Kusto's v1 as well */
    IN_DEFENDER,   /* {"schema":[…],"results":[…]} */
    IN_TABLE,      /* {"columns":[…],"rows":[…]} */
    IN_OTHER,      /* a table that is left out */
    IN_FRAME,      /* {"FrameType":…} */
    IN_FRAMES,     /* arrays from here on */
    IN_TABLES,
    IN_ROWS,       /* arrays, an error among them as an object */
    IN_RECORDS,    /* objects */
    IN_COMPLETION, /* rows that tell how the query ended */
    IN_SKIPPED,
};

enum frame_type { FRAME_NONE, FRAME_TABLE, FRAME_HEADER, FRAME_FRAGMENT,
                  FRAME_PROGRESS, FRAME_COMPLETION, FRAME_END, FRAME_OTHER };
enum table_kind { KIND_NONE, KIND_PRIMARY, KIND_COMPLETION, KIND_OTHER };

/* ---- steps ---- */

/* All of the step is here. A value that touches the end of the bytes may go on
 * behind it. */
static bool took(const struct walk *w)
{
    return !w->j.error && (w->last || w->j.p < w->j.end);
}

static bool fail(struct walk *w, const char *why)
{
    w->error = why;
    return false;
}

static bool skip(struct walk *w)
{
    return pull_skip(&w->j) && took(w);
}

/* Into a container; null is an empty one. */
static bool enter(struct walk *w, enum place place)
{
    if (pull_peek(&w->j) == 'n')
        return skip(w);
    if (!(place >= IN_FRAMES ? pull_array(&w->j) : pull_object(&w->j)) ||
        !took(w))
        return false;
    if (w->depth == WALK_DEPTH)
        BUG("an answer of more than %d levels", WALK_DEPTH);
    w->stack[w->depth++] = (uint8_t)place;
    return true;
}

static bool is_any(str key, const char *a, const char *b)
{
    return str_ieqz(key, a) || (b && str_ieqz(key, b));
}

/* A value that is looked at by itself: a copy with the bytes of zero that the
 * reader wants. False: it is not all here. */
static bool take_copy(struct walk *w, str *copy)
{
    struct cell c;
    if (!pull_value(&w->j, &c) || !took(w))
        return false;
    size_t quotes = c.kind == CELL_STRING;
    char *p = arena_zalloc(w->arena, c.n + 2 * quotes + JSON_PAD);
    memcpy(p, c.p - quotes, c.n + 2 * quotes);
    *copy = (str){ p, c.n + 2 * quotes };
    return true;
}

static bool take_long(struct walk *w, int64_t *to)
{
    struct cell c;
    if (!pull_value(&w->j, &c) || !took(w))
        return false;
    *to = c.kind == CELL_INT ? c.i : 0;
    return true;
}

/* ---- columns ---- */

/* {"name":…,"type":…}, {"ColumnName":…,"ColumnType":…,"DataType":…} */
static void read_column(struct walk *w, struct pull *j)
{
    str key, name = S(""), type = S(""), data_type = S("");
    pull_object(j);
    while (pull_key(j, &key)) {
        if (is_any(key, "name", "ColumnName"))
            pull_text(j, w->arena, &name);
        else if (is_any(key, "type", "ColumnType"))
            pull_text(j, w->arena, &type);
        else if (is_any(key, "DataType", NULL))
            pull_text(j, w->arena, &data_type);
        else
            pull_skip(j);
    }
    if (!j->error)
        PUSH(w->arena, w->cols,
             ((struct source_col){ name, answer_type(type.n ? type
                                                            : data_type) }));
}

static bool take_columns(struct walk *w)
{
    struct pull j;
    str json;
    if (w->has_cols)
        return skip(w);
    if (!take_copy(w, &json))
        return false;
    pull_init(&j, json, &w->names);
    for (pull_array(&j); pull_item(&j) && w->cols.n < MAX_COLUMNS;)
        read_column(w, &j);
    bool whole = !j.error && j.p == j.end;
    pull_release(&j);
    if (!whole)
        return fail(w, w->cols.n == MAX_COLUMNS
                           ? "it has more than 10,000 columns"
                           : "its columns cannot be read");
    if (w->shape == ANSWER_DEFENDER)
        for (size_t i = 0; i < w->cols.n; i++)
            field_names_add(&w->names, w->cols.v[i].name);
    w->has_cols = true;
    return true;
}

/* ---- errors beside rows ---- */

static void add_error(struct walk *w, str text)
{
    if (text.n == 0)
        text = S("the service says that something went wrong");
    w->truncated |= str_find(text, S("E_QUERY_RESULT_SET_TOO_LARGE")) >= 0 ||
                    str_find(text, S("record count limit")) >= 0 ||
                    str_find(text, S("data size limit")) >= 0;
    if (w->errors.n < WALK_ERRORS)
        PUSH(w->arena, w->errors,
             arena_str(w->arena, str_sub(text, 0, MAX_SHOWN)));
}

/* {"error":{…}}, or what stands behind "error". */
static void note_error(struct walk *w, str json)
{
    struct http_error e;
    if (json.n == 0 || json.p[0] != '{')
        return;
    if (!str_starts(json, S("{\"error\"")))
        json = arena_fmt(w->arena, "{\"error\":%.*s}", STRF(json));
    http_error_parse(w->arena, json, &e);
    add_error(w, e.message.n ? e.message : e.code);
}

static void read_errors(struct walk *w, struct pull *j)
{
    struct cell c;
    if (pull_peek(j) != '[') {
        if (pull_value(j, &c))
            note_error(w, (str){ c.p, c.n });
        return;
    }
    for (pull_array(j); pull_item(j);)
        if (pull_value(j, &c))
            note_error(w, (str){ c.p, c.n });
}

/* An error, or a list of them. */
static bool take_errors(struct walk *w)
{
    struct pull j;
    str json;
    if (!take_copy(w, &json))
        return false;
    pull_init(&j, json, &w->names);
    read_errors(w, &j);
    pull_release(&j);
    return true;
}

/* An object among the rows: {"OneApiErrors":[…]}. */
static bool take_row_error(struct walk *w)
{
    struct pull j;
    str json, key;
    if (!take_copy(w, &json))
        return false;
    pull_init(&j, json, &w->names);
    for (pull_object(&j); pull_key(&j, &key);) {
        if (is_any(key, "OneApiErrors", "error"))
            read_errors(w, &j);
        else
            pull_skip(&j);
    }
    pull_release(&j);
    return true;
}

/* A row of QueryCompletionInformation whose Level is 2 or less says why. */
static bool take_completion(struct walk *w)
{
    enum { LEVEL = 5, WHY = 8 }; /* columns, in the order of every answer */
    if (pull_peek(&w->j) == '{')
        return take_row_error(w);
    if (!pull_row(&w->j) || !took(w))
        return false;
    const struct cell *c = w->j.reader.cells;
    if (w->j.reader.ncells > WHY && c[LEVEL].kind == CELL_INT &&
        c[LEVEL].i <= 2)
        add_error(w, got_text(w->arena, &c[WHY]));
    return true;
}

/* ---- rows ---- */

static bool take_row(struct walk *w, bool record)
{
    if (!record && pull_peek(&w->j) == '{')
        return take_row_error(w);
    if (!(record ? pull_record(&w->j) : pull_row(&w->j)) || !took(w))
        return false;
    w->nrows++;
    if (w->rows)
        w->status = got_add(w->rows, &w->j, w->cols.n, w->cols.v);
    return w->status == ST_OK;
}

static bool enter_rows(struct walk *w, enum place place)
{
    if (!w->has_cols && pull_peek(&w->j) == '[')
        return fail(w, "its rows come before its columns");
    return enter(w, place);
}

/* ---- tables: Log Analytics, Kusto's v1 ---- */

static bool table_member(struct walk *w, str key)
{
    if (is_any(key, "columns", NULL))
        return take_columns(w);
    if (is_any(key, "rows", NULL))
        return enter_rows(w, IN_ROWS);
    return skip(w);
}

static bool other_member(struct walk *w, str key)
{
    return is_any(key, "rows", NULL) ? enter(w, IN_SKIPPED) : skip(w);
}

/* The first is what was asked for. Kusto's v1 has tables about it besides. */
static bool next_table(struct walk *w)
{
    if (!enter(w, w->ntables ? IN_OTHER : IN_TABLE))
        return false;
    w->others += w->ntables && w->shape == ANSWER_LOGS;
    w->ntables++;
    return true;
}

static bool logs_member(struct walk *w, str key)
{
    if (is_any(key, "tables", NULL))
        return enter(w, IN_TABLES);
    if (is_any(key, "error", "OneApiErrors") || is_any(key, "Exceptions", NULL))
        return take_errors(w);
    return skip(w);
}

static bool defender_member(struct walk *w, str key)
{
    if (is_any(key, "schema", NULL))
        return take_columns(w);
    if (is_any(key, "results", NULL))
        return enter_rows(w, IN_RECORDS);
    return is_any(key, "error", NULL) ? take_errors(w) : skip(w);
}

/* ---- frames: Kusto's v2 ---- */

static bool take_word(struct walk *w, const char *const *words, uint8_t other,
                      uint8_t *to)
{
    struct cell c;
    if (!pull_value(&w->j, &c) || !took(w))
        return false;
    *to = other;
    for (uint8_t i = 0; words[i]; i++)
        if (c.kind == CELL_STRING && str_eqz((str){ c.p, c.n }, words[i]))
            *to = (uint8_t)(i + 1);
    return true;
}

static bool take_truth(struct walk *w, bool *to)
{
    struct cell c;
    if (!pull_value(&w->j, &c) || !took(w))
        return false;
    *to = c.kind == CELL_TRUE;
    return true;
}

static enum table_kind kind_here(const struct walk *w)
{
    const struct frame_head *h = &w->head;
    if (h->type != FRAME_FRAGMENT && h->type != FRAME_PROGRESS)
        return (enum table_kind)h->kind;
    for (size_t i = 0; i < w->kinds.n; i++)
        if (w->kinds.v[i].id == h->id)
            return (enum table_kind)w->kinds.v[i].kind;
    return KIND_NONE;
}

/* The first primary table is what was asked for; later frames that are parts
 * of a table name it by its id. */
static bool is_primary(const struct walk *w)
{
    bool part = w->head.type == FRAME_FRAGMENT ||
                w->head.type == FRAME_PROGRESS;
    return kind_here(w) == KIND_PRIMARY &&
           (part ? w->primary == w->head.id : !w->has_primary);
}

static bool frame_rows(struct walk *w)
{
    enum table_kind kind = kind_here(w);
    if (kind == KIND_NONE)
        return fail(w, "rows come before what they are rows of");
    if (kind == KIND_COMPLETION)
        return enter(w, IN_COMPLETION);
    if (!is_primary(w))
        return enter(w, IN_SKIPPED);
    if (!enter_rows(w, IN_ROWS))
        return false;
    if (!w->head.replaces)
        return true;
    w->spoiled = w->rows && !got_drop(w->rows);
    w->nrows = 0;
    return !w->spoiled ||
           fail(w, "it takes back rows that are stored already");
}

static bool frame_word(struct walk *w, str key, bool *known)
{
    static const char *const types[] = {
        "DataTable", "TableHeader", "TableFragment", "TableProgress",
        "TableCompletion", "DataSetCompletion", NULL,
    };
    static const char *const kinds[] = {
        "PrimaryResult", "QueryCompletionInformation", NULL,
    };
    static const char *const ways[] = { "DataAppend", "DataReplace", NULL };
    uint8_t way;
    *known = true;
    if (str_eqz(key, "FrameType"))
        return take_word(w, types, FRAME_OTHER, &w->head.type);
    if (str_eqz(key, "TableKind"))
        return take_word(w, kinds, KIND_OTHER, &w->head.kind);
    *known = str_eqz(key, "TableFragmentType");
    if (!*known || !take_word(w, ways, 3, &way))
        return false;
    if (way == 3)
        return fail(w, "a fragment neither appends nor replaces");
    w->head.replaces = way == 2;
    return true;
}

static bool take_cancelled(struct walk *w)
{
    bool cancelled;
    if (!take_truth(w, &cancelled))
        return false;
    if (cancelled)
        add_error(w, S("the query was cancelled there"));
    return true;
}

static bool frame_number(struct walk *w, str key)
{
    struct cell c;
    if (str_eqz(key, "TableId"))
        return take_long(w, &w->head.id);
    if (str_eqz(key, "RowCount")) {
        w->head.has_count = take_long(w, &w->head.count);
        return w->head.has_count;
    }
    if (!pull_value(&w->j, &c) || !took(w))
        return false;
    if (str_eqz(key, "TableProgress") && is_primary(w))
        w->progress = c.kind == CELL_INT    ? (double)c.i
                      : c.kind == CELL_REAL ? json_real((str){ c.p, c.n })
                                            : -1;
    return true;
}

static bool frame_member(struct walk *w, str key)
{
    bool known;
    bool ok = frame_word(w, key, &known);
    if (known)
        return ok;
    if (str_eqz(key, "Columns"))
        return is_primary(w) ? take_columns(w) : skip(w);
    if (str_eqz(key, "Rows"))
        return frame_rows(w);
    if (str_eqz(key, "OneApiErrors"))
        return take_errors(w);
    if (str_eqz(key, "HasErrors"))
        return take_truth(w, &w->head.has_errors);
    if (str_eqz(key, "Cancelled"))
        return take_cancelled(w);
    return frame_number(w, key);
}

static void check_count(struct walk *w, const struct frame_head *h)
{
    if (!h->has_count || !w->has_primary || h->id != w->primary ||
        h->count == (int64_t)w->nrows)
        return;
    add_error(w, arena_fmt(w->arena, "it counts %lld rows, and %llu came",
                           (long long)h->count, (unsigned long long)w->nrows));
}

static bool end_frame(struct walk *w)
{
    const struct frame_head h = w->head;
    if (h.type == FRAME_HEADER && w->kinds.n == WALK_TABLES)
        return fail(w, "it has more than 1,000 tables");
    if (h.type == FRAME_HEADER)
        PUSH(w->arena, w->kinds, h);
    if ((h.type == FRAME_HEADER || h.type == FRAME_TABLE) &&
        h.kind == KIND_PRIMARY) {
        w->others += w->has_primary;
        w->primary = w->has_primary ? w->primary : h.id;
        w->has_primary = true;
    }
    if (h.type == FRAME_COMPLETION)
        check_count(w, &h);
    if (h.type == FRAME_END && h.has_errors && !w->errors.n)
        add_error(w, S(""));
    return true;
}

static bool next_frame(struct walk *w)
{
    if (!enter(w, IN_FRAME))
        return false;
    w->head = (struct frame_head){ .type = FRAME_NONE };
    return true;
}

/* ---- the walk ---- */

static bool item(struct walk *w, enum place place)
{
    switch (place) {
    case IN_FRAMES: return next_frame(w);
    case IN_TABLES: return next_table(w);
    case IN_ROWS: return take_row(w, false);
    case IN_RECORDS: return take_row(w, true);
    case IN_COMPLETION: return take_completion(w);
    default: return skip(w);
    }
}

static bool member(struct walk *w, enum place place, str key)
{
    switch (place) {
    case IN_LOGS: return logs_member(w, key);
    case IN_DEFENDER: return defender_member(w, key);
    case IN_TABLE: return table_member(w, key);
    case IN_OTHER: return other_member(w, key);
    default: return frame_member(w, key);
    }
}

static bool leave(struct walk *w, enum place place)
{
    if (w->depth == 1 ? w->j.error != NULL : !took(w))
        return false;
    w->depth--;
    return place == IN_FRAME ? end_frame(w) : true;
}

static bool step(struct walk *w)
{
    str key;
    if (!w->begun) {
        /* An error of a whole query is an object, also in place of frames. */
        bool frames = w->shape == ANSWER_FRAMES && pull_peek(&w->j) != '{';
        w->begun = enter(w, frames                         ? IN_FRAMES
                            : w->shape == ANSWER_DEFENDER ? IN_DEFENDER
                                                          : IN_LOGS);
        return w->begun && (w->depth || fail(w, "it is null"));
    }
    enum place place = (enum place)w->stack[w->depth - 1];
    if (place >= IN_FRAMES)
        return pull_item(&w->j) ? item(w, place) : leave(w, place);
    return pull_key(&w->j, &key) ? member(w, place, key) : leave(w, place);
}

static bool ended(const struct walk *w)
{
    return w->begun && w->depth == 0;
}

/* Takes steps while they can be taken; false: the last one was undone. */
static bool steps(struct walk *w)
{
    while (!ended(w) && !(w->wait_cols && w->has_cols)) {
        const char *p = w->j.p;
        bool first = w->j.first;
        if (step(w))
            continue;
        if (!w->error && w->status == ST_OK) {
            w->j.p = p;
            w->j.first = first;
        }
        return false;
    }
    return true;
}

static enum walked outcome(struct walk *w, bool all, size_t left)
{
    if (all)
        return ended(w) ? WALK_END : WALK_COLS;
    if (w->error || w->status != ST_OK)
        return WALK_FAIL;
    if (w->j.error && (!w->j.cut || w->last))
        w->error = w->j.error;
    else if (left > MAX_RECORD && !w->last)
        w->error = "one value of it is larger than 16 MB";
    w->j.error = NULL;
    return w->error ? WALK_FAIL : WALK_MORE;
}

enum walked walk_on(struct walk *w, str window, bool last, size_t *taken)
{
    w->j.p = window.p;
    w->j.end = window.p + window.n;
    w->last = last;
    bool all = steps(w);
    *taken = (size_t)(w->j.p - window.p);
    enum walked how = outcome(w, all, window.n - *taken);
    enum status st = w->rows && w->status == ST_OK ? got_flush(w->rows)
                                                   : ST_OK;
    if (st == ST_OK)
        return how;
    w->status = st;
    return WALK_FAIL;
}

void walk_init(struct walk *w, enum answer_shape shape, struct arena *arena)
{
    static const char nothing[JSON_PAD];
    *w = (struct walk){ .shape = shape, .arena = arena, .progress = -1 };
    field_names_init(&w->names, arena);
    pull_init(&w->j, (str){ nothing, 0 }, &w->names);
}

void walk_release(struct walk *w)
{
    pull_release(&w->j);
}
