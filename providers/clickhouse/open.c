/* open.c - a query as a source: its text and its columns.
 *
 * Called by: clickhouse.c. The columns of the analyst's own SQL are asked with
 * DESCRIBE; those of a pipeline are known, and every one of them is converted
 * to the form that is read, so a table that has changed is an error of the
 * server and not wrong rows. */
#include "ch.h"

enum { MAX_QUERY = 256 << 10, MAX_COLUMNS_SENT = 10000 };

static str bare_text(str s)
{
    s = str_trim(s);
    while (s.n && s.p[s.n - 1] == ';')
        s = str_trim(str_sub(s, 0, s.n - 1));
    return s;
}

static void pipeline_text(struct ch *ch, struct arena *a,
                          const struct remote_query *q, struct buf *out,
                          struct sql_output *cols)
{
    const struct sql_table *t = sql_known_find(ch->tables, q->table);
    if (!t)
        BUG("a table whose columns nobody asked for");
    struct sql_pipeline p = { &ch_dialect, t, q };
    if (sql_query(&p, a, out, cols) == PUSH_NO)
        BUG("stages that were not refused cannot be written");
}

enum status ch_text(struct remote *r, const struct remote_query *q,
                    struct buf *out, const struct remote_call *call)
{
    struct arena *a = arena_new();
    (void)call;
    if (q->text.n)
        buf_add(out, bare_text(q->text));
    else
        pipeline_text(r->impl, a, q, out, NULL);
    arena_free(a);
    return ST_OK;
}

static void ch_close_source(struct source *s)
{
    arena_free(s->arena);
}

static struct ch_source *new_source(struct ch *ch, struct span at)
{
    struct arena *a = arena_new();
    struct ch_source *s = NEW(a, struct ch_source);
    s->ch = ch;
    s->span = at;
    s->source = (struct source){
        .arena = a, .nparts = 1, .read = ch_read, .close = ch_close_source,
        .impl = s, .keeps_part = true,
    };
    return s;
}

static void keep_sql(struct ch_source *s, struct buf *b)
{
    buf_adds(b, "\nFORMAT RowBinary");
    s->sql = arena_str(s->source.arena, buf_str(b));
}

static void open_pipeline(struct ch_source *s, const struct remote_query *q)
{
    struct buf b;
    struct sql_output out;
    buf_init(&b, MAX_QUERY);
    pipeline_text(s->ch, s->source.arena, q, &b, &out);
    keep_sql(s, &b);
    s->source.ncols = out.ncols;
    s->source.cols = q->cols;
    buf_release(&b);
}

/* ---- the analyst's own SQL ---- */

static str free_name(struct arena *a, const struct source_col *cols, size_t n,
                     str name)
{
    str s = name;
    unsigned k = 0;
    for (size_t i = 0; i < n; i++)
        if (str_eq(cols[i].name, s)) {
            s = arena_fmt(a, "%.*s_%u", STRF(name), ++k);
            i = (size_t)-1; /* from the first again */
        }
    return s;
}

static void own_columns(struct ch_source *s, struct buf *b, size_t n,
                        const str *cells)
{
    struct arena *a = s->source.arena;
    struct source_col *out = arena_array(a, n, sizeof *out);
    buf_addf(b, "SELECT %s", ch_dialect.lead);
    for (size_t i = 0; i < n; i++) {
        struct ch_type t = ch_type_of(cells[2 * i + 1], s->ch->has_json);
        struct buf name;
        buf_init(&name, 64 << 10);
        (void)ch_ident(&name, cells[2 * i]);
        struct sql_col c = { .type = ch_kind_type(t.kind), .kind = t.kind,
                             .nullable = t.nullable, .text = buf_str(&name) };
        buf_adds(b, i ? ", " : "");
        ch_output(b, &c);
        buf_release(&name);
        out[i].name = free_name(a, out, i, arena_str(a, cells[2 * i]));
        out[i].type = c.type;
    }
    s->source.cols = out;
    s->source.ncols = n;
}

/* DESCRIBE gives name, type and more texts: as many as the version has. */
static enum status describe(struct ch_source *s, str text,
                            const struct ch_call *c, size_t *n,
                            const str **cells)
{
    str sql = arena_fmt(c->arena, "DESCRIBE TABLE (\n%.*s\n) FORMAT "
                                  "TabSeparatedWithNames", STRF(text));
    struct ch_request rq = { .sql = sql };
    LIST(str) found = { 0 };
    str body;
    enum status st = ch_send(s->ch, &rq, c, &body);
    if (st != ST_OK)
        return st;
    for (size_t line = 0; body.n; line++) {
        ptrdiff_t end = str_find_char(body, '\n'), tab;
        str row = end < 0 ? body : str_sub(body, 0, (size_t)end);
        body = end < 0 ? S("") : str_sub(body, (size_t)end + 1, body.n);
        tab = str_find_char(row, '\t');
        if (line == 0 || tab < 0)
            continue;
        str rest = str_sub(row, (size_t)tab + 1, row.n);
        ptrdiff_t more = str_find_char(rest, '\t');
        PUSH(c->arena, found, str_sub(row, 0, (size_t)tab));
        PUSH(c->arena, found,
             more < 0 ? rest : str_sub(rest, 0, (size_t)more));
    }
    *n = found.n / 2;
    *cells = found.v;
    return ST_OK;
}

/* Tab-separated texts escape what cannot stand in a line. */
static str unescaped(struct arena *a, str s)
{
    struct buf b;
    if (str_find_char(s, '\\') < 0)
        return s;
    buf_init(&b, s.n + 1);
    for (size_t i = 0; i < s.n; i++) {
        static const char from[] = "tnrbf0", to[] = "\t\n\r\b\f";
        const char *p = NULL;
        if (s.p[i] == '\\' && i + 1 < s.n) {
            i++;
            p = memchr(from, s.p[i], sizeof from - 1);
        }
        buf_addc(&b, p ? to[p - from] : s.p[i]);
    }
    str out = buf_take(&b, a);
    buf_release(&b);
    return out;
}

static enum status open_own(struct ch_source *s, const struct remote_query *q,
                            const struct remote_call *call)
{
    str text = bare_text(q->text);
    struct ch_call c = { call, arena_new() };
    const str *cells = NULL;
    size_t n = 0;
    enum status st = describe(s, text, &c, &n, &cells);
    if (st == ST_OK && (n == 0 || n > MAX_COLUMNS_SENT)) {
        diag_error(call->ds, DIAG_UNSUPPORTED, call->span,
                   "query takes a statement that gives rows");
        st = ST_USER;
    }
    if (st == ST_OK) {
        struct buf b;
        str *names = arena_array(c.arena, 2 * n, sizeof *names);
        for (size_t i = 0; i < 2 * n; i++)
            names[i] = unescaped(c.arena, cells[i]);
        buf_init(&b, 2 * MAX_QUERY + text.n);
        own_columns(s, &b, n, names);
        buf_addf(&b, " FROM (\n%.*s\n)", STRF(text));
        keep_sql(s, &b);
        buf_release(&b);
    }
    arena_free(c.arena);
    return st;
}

static enum status unfit(const struct remote_query *q,
                         const struct remote_call *call)
{
    struct diag *d = diag_error(
        call->ds, DIAG_OPTION, call->span, "query has no option '%.*s' here",
        STRF(q->noptions ? q->options[0].name : S("start")));
    diag_hint(call->ds, d,
              "say it in the SQL: WHERE t >= now() - INTERVAL 1 DAY");
    return ST_USER;
}

enum status ch_open(struct remote *r, const struct remote_query *q,
                    struct source **out, const struct remote_call *call)
{
    enum status st = ST_OK;
    if (q->noptions || q->start != REMOTE_NO_START || q->end != REMOTE_NO_END)
        return unfit(q, call);
    struct ch_source *s = new_source(r->impl, q->span);
    if (q->text.n)
        st = open_own(s, q, call);
    else
        open_pipeline(s, q);
    if (st == ST_OK)
        *out = &s->source;
    else
        ch_close_source(&s->source);
    return st;
}
