/* op_auditd.c - `T | auditd [Column]`: audit records put together to events.
 *
 * A native step over the lines. Heads of lines are read first and grouped by
 * host, time and serial number; then each event is put together by itself, so
 * that only one event is in pieces at a time. */
#include "analytics/auditd_event.h"
#include "hunt.h"

struct auditd_args {
    struct span span;
    bool host; /* the second column is the host */
};

static const struct hunt_out columns[] = {
#define COLUMN(id, name, type) { name, type },
#include "analytics/auditd_columns.def"
#undef COLUMN
};

/* auditd [Column] [with (host = Column)] */
static void auditd_parse(struct parser *p, struct ast *op)
{
    hunt_parse_columns(p, op);
    hunt_parse_with(p, op);
}

static int64_t usual_line(const struct binder *b)
{
    static const char *const names[] = { "AuditdMessage", "RawData",
                                         "line",          "message",
                                         "SyslogMessage", "Text" };
    const struct node *row = b->row;
    int64_t only = HUNT_NO_COLUMN;
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        for (size_t i = 0; i < row->cols.n; i++)
            if (row->cols.v[i].type == TYPE_STRING &&
                str_ieqz(row->cols.v[i].name, names[k]))
                return (int64_t)i;
    for (size_t i = 0; i < row->cols.n; i++)
        if (row->cols.v[i].type == TYPE_STRING)
            only = only == HUNT_NO_COLUMN ? (int64_t)i : HUNT_NO_COLUMN - 1;
    return only >= 0 ? only : HUNT_NO_COLUMN;
}

/* The column of the lines; false: reported. */
static bool find_line(struct binder *b, const struct ast *op,
                      const struct group_key *given, uint32_t *col)
{
    static const enum type text[] = { TYPE_STRING, TYPE_ERROR };
    int64_t usual = given->n ? given->v[0] : usual_line(b);
    *col = (uint32_t)usual;
    if (usual >= 0 && given->n < 2)
        return hunt_type(b, *col, op, text);
    if (b->row->open)
        return false;
    struct diag *d = bind_error(b, DIAG_UNKNOWN_COLUMN, op->span,
                                "auditd needs the one column that holds the "
                                "lines");
    diag_hint(b->ds, d, "| auditd Column");
    return false;
}

static struct node *auditd_bind(struct binder *b, const struct ast *op,
                                struct node *in)
{
    static const enum type text[] = { TYPE_STRING, TYPE_ERROR };
    struct auditd_args *s = NEW(b->arena, struct auditd_args);
    struct group_key given;
    uint32_t cols[2];
    int64_t host = HUNT_NO_COLUMN;
    const struct hunt_option options[] = {
        { "host", HUNT_COLUMN, &host, 0, 0 },
    };
    bool ok = hunt_columns(b, op, &given);
    ok = hunt_options(b, op, options, 1) && ok;
    if (!ok || !find_line(b, op, &given, &cols[0]) ||
        (host >= 0 && !hunt_type(b, (uint32_t)host, op, text)))
        return hunt_fail(b, op, in);
    host = host >= 0 ? host : hunt_usual_host(b);
    struct node *p = project_new(b, op, b->row);
    project_add(b, p, S("line"),
                ex_column(b, &b->row->cols.v[cols[0]], op->span));
    if (host >= 0)
        project_add(b, p, S("host"),
                    ex_column(b, &b->row->cols.v[host], op->span));
    b->row = p;
    *s = (struct auditd_args){ op->span, host >= 0 };
    struct node *n = hunt_node(b, op, s);
    for (size_t i = 0; i < AUDIT_NCOLUMNS; i++)
        hunt_add(b, n, columns[i].name, columns[i].type);
    return n;
}

/* ---- the step ----------------------------------------------------------- */

struct run {
    const struct auditd_args *s;
    const struct frame *in;
    const atomic_bool *cancel;
    struct diags *ds;
    struct arena *a;
    size_t n; /* records */
    struct audit_record *record;
    uint32_t *row;      /* of each */
    size_t strangers;   /* lines that are no records */
    size_t cut;         /* records beyond the ceiling of an event */
    struct frame *head; /* host, time, serial: the key of an event */
};

static bool stopped(const struct run *r, size_t i)
{
    return i % 4096 == 0 && r->cancel && atomic_load(r->cancel);
}

static enum status read_heads(struct run *r)
{
    const struct column *line = &r->in->cols[0];
    r->record = arena_array(r->a, r->in->nrows, sizeof *r->record);
    r->row = arena_array(r->a, r->in->nrows, sizeof *r->row);
    for (size_t i = 0; i < r->in->nrows; i++) {
        struct audit_record *x = &r->record[r->n];
        if (!line->s[i].n)
            continue;
        if (!audit_read(line->s[i], x)) {
            r->strangers++;
            continue;
        }
        if (!x->node.n && r->s->host)
            x->node = r->in->cols[1].s[i];
        if (!str_eqz(x->type, "EOE")) /* says only that the event is over */
            r->row[r->n++] = (uint32_t)i;
        if (stopped(r, i))
            return ST_CANCELLED;
    }
    return ST_OK;
}

static void make_heads(struct run *r)
{
    r->head = frame_new(3);
    frame_set_col(r->head, 0, S("host"), TYPE_STRING);
    frame_set_col(r->head, 1, S("time"), TYPE_DATETIME);
    frame_set_col(r->head, 2, S("serial"), TYPE_LONG);
    frame_set_rows(r->head, r->n);
    for (size_t i = 0; i < r->n; i++) {
        r->head->cols[0].s[i] = r->record[i].node;
        r->head->cols[1].i[i] = r->record[i].time;
        r->head->cols[2].i[i] = r->record[i].serial;
    }
}

static void write_event(struct frame *f, size_t row,
                        const struct audit_cell *cell)
{
    for (size_t k = 0; k < AUDIT_NCOLUMNS; k++) {
        struct value v = { .type = columns[k].type };
        v.null = cell[k].null && v.type != TYPE_STRING;
        if (type_is_text(v.type))
            v.s = cell[k].s;
        else
            v.i = cell[k].i;
        cell_set(f, k, row, &v);
    }
}

static enum status write_events(struct run *r, const struct groups *g,
                                const struct timeline *t, struct frame *f)
{
    struct arena *tmp = arena_new();
    struct audit_record *own = xmalloc(AUDIT_MAX_RECORDS * sizeof *own);
    enum status st = ST_OK;
    for (size_t k = 0; k < g->n && st == ST_OK; k++) {
        struct audit_cell cell[AUDIT_NCOLUMNS];
        struct audit_event e = { t->start[k + 1] - t->start[k], own };
        const uint32_t *of = t->row + t->start[k];
        if (e.n > AUDIT_MAX_RECORDS) {
            r->cut += e.n - AUDIT_MAX_RECORDS;
            e.n = AUDIT_MAX_RECORDS;
        }
        for (size_t i = 0; i < e.n; i++)
            own[i] = r->record[of[i]];
        audit_cells(tmp, &e, cell);
        cell[AUDIT_HOST].s = own[0].node;
        cell[AUDIT_ROW] = (struct audit_cell){ .i = r->row[of[0]] };
        write_event(f, k, cell);
        arena_reset(tmp);
        if (stopped(r, k))
            st = ST_CANCELLED;
    }
    arena_free(tmp);
    free(own);
    return st;
}

static void warn_left_out(const struct run *r)
{
    if (r->cut)
        diag_warn(r->ds, DIAG_LIMIT, r->s->span,
                  "%zu records are left out: an event has at most %d", r->cut,
                  AUDIT_MAX_RECORDS);
    if (!r->strangers)
        return;
    struct diag *d =
        diag_warn(r->ds, DIAG_DATA, r->s->span,
                  "%zu of %zu lines are no audit records and are left out",
                  r->strangers, r->in->nrows);
    diag_hint(r->ds, d, "a record has type=… msg=audit(seconds:serial)");
}

static enum status make_events(struct run *r, struct frame **out)
{
    uint32_t all[] = { 0, 1, 2 };
    struct group_key key = { 3, all };
    struct groups g;
    struct timeline t;
    enum status st = groups_make(r->a, r->head, &key, r->cancel, &g);
    if (st == ST_OK)
        st = timeline_make(r->a, &g, NULL, r->cancel, &t);
    if (st != ST_OK)
        return st;
    struct frame *f = hunt_frame(NULL, columns, AUDIT_NCOLUMNS);
    frame_set_rows(f, g.n);
    f->completeness = r->in->completeness;
    st = write_events(r, &g, &t, f);
    if (st == ST_OK)
        *out = f;
    else
        frame_unref(f);
    return st;
}

static enum status auditd_step(const struct frame *in, const void *args,
                               struct frame **out, const atomic_bool *cancel,
                               struct diags *ds)
{
    const struct auditd_args *s = args;
    struct run r = { .s = s, .in = in, .cancel = cancel, .ds = ds };
    enum status st = hunt_rows(in, GROUPS_MAX_ROWS, "auditd", s->span, ds);
    if (st != ST_OK)
        return st;
    r.a = arena_new();
    st = read_heads(&r);
    if (st == ST_OK) {
        make_heads(&r);
        st = make_events(&r, out);
    }
    if (st == ST_OK)
        warn_left_out(&r);
    frame_unref(r.head);
    arena_free(r.a);
    return st;
}

const struct lang_op op_auditd = {
    .name = "auditd",
    .flags = OP_HUNTING,
    .usage = "T | auditd [Column] [with (host = Column)]",
    .summary =
        "Puts the records of the Linux audit daemon, one line each, together "
        "to events: one row with TimeGenerated, Computer, EventType, pid, "
        "ppid, uid, exe, cmdline, Args, Paths and all other Fields. Records "
        "of one serial number belong together; no argument is lost.",
    .example =
        "print line = \"type=EXECVE msg=audit(1551487424.869:52): argc=2 "
        "a0=\\\"id\\\" a1=2D75\" | auditd | project EventType, cmdline",
    .parse = auditd_parse,
    .bind = auditd_bind,
    .run = auditd_step,
};
