/* hunt.c - what hunting operators share: parsing, columns, options, nodes.
 *
 * Called by: op_sessions.c, op_firstseen.c, op_rare.c, op_stack.c,
 *            op_markov.c, op_beacons.c, op_cluster.c, op_outliers.c, … */
#include "hunt.h"

/* ---- parsing ------------------------------------------------------------ */

void hunt_parse_columns(struct parser *p, struct ast *parent)
{
    if (at_end_of_operator(p) || at_word(p, "by") || at_word(p, "with"))
        return;
    do
        ast_add(parent, parse_named(p));
    while (accept_punct(p, ","));
}

void hunt_parse_by(struct parser *p, struct ast *op, bool must)
{
    if (must ? expect_word(p, "by") : accept_word(p, "by"))
        parse_named_list(p, clause(p, op, "by"));
}

void hunt_parse_word(struct parser *p, struct ast *op, const char *word)
{
    if (accept_word(p, word))
        ast_add(clause(p, op, word), parse_expr(p));
}

void hunt_parse_with(struct parser *p, struct ast *op)
{
    if (!accept_word(p, "with"))
        return;
    struct ast *with = clause(p, op, "with");
    if (!expect_punct(p, "("))
        return;
    while (at_name(p)) {
        const struct token *t = take(p);
        struct ast *o = ast_new(p->arena, AST_OPTION, t->span, t->text);
        ast_add(with, o);
        if (!expect_punct(p, "="))
            break;
        ast_add(o, parse_expr(p));
        if (!accept_punct(p, ","))
            break;
    }
    expect_punct(p, ")");
}

/* ---- columns ------------------------------------------------------------ */

static bool find_id(const struct node *row, uint32_t id, uint32_t *at)
{
    for (size_t i = 0; i < row->cols.n; i++)
        if (row->cols.v[i].id == id) {
            *at = (uint32_t)i;
            return true;
        }
    return false;
}

/* The number of the column that holds the value of `t`. */
static bool one_column(struct binder *b, const struct ast *t, uint32_t *at)
{
    struct expr *e = bind_expr(b, t);
    if (e->kind == EX_ERROR || e->type == TYPE_ERROR)
        return false;
    if (e->kind != EX_COLUMN || !find_id(b->row, e->id, at)) {
        e = hoist(b, e, "hunt");
        return find_id(b->row, e->id, at);
    }
    return true;
}

bool hunt_columns(struct binder *b, const struct ast *list,
                  struct group_key *out)
{
    bool ok = true;
    *out = (struct group_key){ 0 };
    if (!list)
        return true;
    out->v = arena_array(b->arena, ast_nkids(list), sizeof *out->v);
    for (const struct ast *k = list->kid; k; k = k->next) {
        if (k->kind == AST_CLAUSE)
            continue;
        const struct ast *e = k->kind == AST_NAMED ? k->kid : k;
        if (one_column(b, e, &out->v[out->n]))
            out->n++;
        else
            ok = false;
    }
    return ok;
}

bool hunt_type(struct binder *b, uint32_t c, const struct ast *at,
               const enum type *types)
{
    enum type have = b->row->cols.v[c].type;
    struct buf want;
    for (const enum type *t = types; *t != TYPE_ERROR; t++)
        if (*t == have)
            return true;
    buf_init(&want, 1000);
    for (const enum type *t = types; *t != TYPE_ERROR; t++)
        buf_addf(&want, "%s%s",
                 t == types           ? ""
                 : t[1] == TYPE_ERROR ? " or "
                                      : ", ",
                 type_name(*t));
    bind_error(b, DIAG_TYPE, at->span, "%s needs %.*s here, this is a %s",
               b->where, STRF(buf_str(&want)), type_name(have));
    buf_release(&want);
    return false;
}

int64_t hunt_usual(const struct binder *b, const char *const *names,
                   enum type type)
{
    const struct node *row = b->row;
    for (; *names; names++)
        for (size_t i = 0; i < row->cols.n; i++)
            if ((type == TYPE_ERROR || row->cols.v[i].type == type) &&
                str_ieqz(row->cols.v[i].name, *names))
                return (int64_t)i;
    return HUNT_NO_COLUMN;
}

static int64_t only_column(const struct node *row, enum type type)
{
    int64_t found = HUNT_NO_COLUMN;
    for (size_t i = 0; i < row->cols.n; i++) {
        if (row->cols.v[i].type != type)
            continue;
        if (found != HUNT_NO_COLUMN)
            return HUNT_NO_COLUMN;
        found = (int64_t)i;
    }
    return found;
}

int64_t hunt_usual_time(const struct binder *b)
{
    static const char *const names[] = {
        "TimeGenerated", "Timestamp",   "EventTime", "UtcTime",
        "@timestamp",    "TimeCreated", "Time",      "ts",
        "_time",         "StartTime",   "datetime",  NULL,
    };
    int64_t col = hunt_usual(b, names, TYPE_DATETIME);
    return col >= 0 ? col : only_column(b->row, TYPE_DATETIME);
}

int64_t hunt_usual_host(const struct binder *b)
{
    static const char *const names[] = {
        "Computer",  "DeviceName",  "HostName",        "Host",
        "host.name", "host_name",   "ComputerDnsName", "agent.name",
        "Dvc",       "SrcHostname", "hostIdentifier",  NULL,
    };
    return hunt_usual(b, names, TYPE_STRING);
}

bool hunt_time(struct binder *b, const struct ast *op, int64_t *col)
{
    static const enum type types[] = { TYPE_DATETIME, TYPE_ERROR };
    if (*col >= 0)
        return hunt_type(b, (uint32_t)*col, op, types);
    *col = hunt_usual_time(b);
    if (*col >= 0 || b->row->open)
        return *col >= 0;
    struct diag *d = bind_error(b, DIAG_UNKNOWN_COLUMN, op->span,
                                "%s does not know which column is the time",
                                b->where);
    diag_hint(b->ds, d, "name a datetime: %s … with (time = Column)", b->where);
    return false;
}

/* ---- options ------------------------------------------------------------ */

static bool bad_option(struct binder *b, const struct ast *k,
                       const struct hunt_option *o)
{
    static const char *const want[] = {
        "a whole number",
        "a number",
        "true or false",
        "a timespan above 0",
        "a text",
        "a column",
        "a text or a list of texts",
    };
    struct diag *d = bind_error(b, DIAG_OPTION, k->span, "%s needs %s", o->name,
                                want[o->kind]);
    if (o->kind <= HUNT_REAL && o->max > o->min)
        diag_hint(b->ds, d, "from %g to %g", o->min, o->max);
    return false;
}

static bool read_number(const struct value *v, const struct hunt_option *o)
{
    bool real = v->type == TYPE_REAL;
    if (v->null || !(real || type_is_int(v->type)))
        return false;
    double d = real ? v->d : (double)v->i;
    if (o->max > o->min && !(d >= o->min && d <= o->max))
        return false;
    if (o->kind == HUNT_REAL)
        *(double *)o->to = d;
    else if (!real)
        *(int64_t *)o->to = v->i;
    return o->kind == HUNT_REAL || !real;
}

/* A span is at most 100 years, so that sums of times cannot overflow. */
static bool read_span(const struct value *v, int64_t *to)
{
    static const int64_t MAX_SECONDS = 36525LL * 86400;
    int64_t ticks = v->i;
    if (v->null || (v->type != TYPE_TIMESPAN && !type_is_int(v->type)))
        return false;
    if (v->type != TYPE_TIMESPAN) {
        if (v->i > MAX_SECONDS)
            return false;
        ticks = v->i < 0 ? -1 : v->i * 10000000;
    }
    if (ticks <= 0 || ticks > MAX_SECONDS * 10000000)
        return false;
    *to = ticks;
    return true;
}

static bool read_value(const struct value *v, const struct hunt_option *o)
{
    switch (o->kind) {
    case HUNT_LONG:
    case HUNT_REAL: return read_number(v, o);
    case HUNT_SPAN: return read_span(v, o->to);
    case HUNT_BOOL:
        if (v->type == TYPE_BOOL && !v->null)
            *(bool *)o->to = v->i != 0;
        return v->type == TYPE_BOOL && !v->null;
    case HUNT_TEXT:
        if (v->type == TYPE_STRING)
            *(str *)o->to = v->s;
        return v->type == TYPE_STRING;
    case HUNT_TEXTS:
        *(struct value *)o->to = *v;
        return v->type == TYPE_STRING || (v->type == TYPE_DYNAMIC && !v->null);
    default: return false;
    }
}

static bool read_option(struct binder *b, const struct ast *k,
                        const struct hunt_option *o)
{
    struct value v = { 0 };
    uint32_t col;
    if (!k->kid)
        return bad_option(b, k, o);
    if (o->kind == HUNT_COLUMN) {
        if (one_column(b, k->kid, &col))
            *(int64_t *)o->to = col;
        else
            return false;
        return true;
    }
    if (o->kind == HUNT_BOOL && k->kid->kind == AST_NAME) {
        bool yes = str_ieqz(k->kid->text, "true");
        if (!yes && !str_ieqz(k->kid->text, "false"))
            return bad_option(b, k, o);
        *(bool *)o->to = yes;
        return true;
    }
    if (!bind_value(b, k->kid, &v))
        return false;
    return read_value(&v, o) || bad_option(b, k, o);
}

static bool unknown_option(struct binder *b, const struct ast *k,
                           const struct hunt_option *o, size_t n)
{
    struct buf list;
    struct diag *d = bind_error(b, DIAG_OPTION, k->span,
                                "%s has no option '%.*s'", b->where,
                                STRF(k->text));
    buf_init(&list, 1000);
    for (size_t i = 0; i < n; i++)
        buf_addf(&list, "%s%s", i ? ", " : "", o[i].name);
    if (n)
        diag_hint(b->ds, d, "it has %.*s", STRF(buf_str(&list)));
    buf_release(&list);
    return false;
}

bool hunt_options(struct binder *b, const struct ast *op,
                  const struct hunt_option *o, size_t n)
{
    const struct ast *with = ast_clause(op, "with");
    bool ok = true;
    for (const struct ast *k = with ? with->kid : NULL; k; k = k->next) {
        size_t i = 0;
        while (i < n && !str_ieqz(k->text, o[i].name))
            i++;
        ok = (i < n ? read_option(b, k, &o[i]) : unknown_option(b, k, o, n)) &&
             ok;
    }
    return ok;
}

bool hunt_span(struct binder *b, const struct ast *t, int64_t *ticks)
{
    struct value v = { 0 };
    if (!bind_value(b, t, &v))
        return false;
    if (read_span(&v, ticks))
        return true;
    struct diag *d = bind_error(b, DIAG_TYPE, t->span,
                                "%s needs a timespan above 0 here", b->where);
    diag_hint(b->ds, d, "20m, 1h, 30d");
    return false;
}

/* ---- nodes -------------------------------------------------------------- */

struct node *hunt_node(struct binder *b, const struct ast *op, const void *args)
{
    struct node *n = node_new(b->arena, NODE_HOST, op->span, b->row);
    n->op = op->op;
    n->args = args;
    n->open = b->row->open;
    return n;
}

void hunt_add(struct binder *b, struct node *n, const char *name,
              enum type type)
{
    str free = free_name(b, n, str_of(name));
    PUSH(b->arena, n->cols, col_new(b, free, type, true));
}

struct node *hunt_annotate(struct binder *b, const struct ast *op,
                           const void *args)
{
    struct node *n = hunt_node(b, op, args);
    for (size_t i = 0; i < b->row->cols.n; i++) {
        const struct col *c = &b->row->cols.v[i];
        PUSH(b->arena, n->cols, col_new(b, c->name, c->type, c->has_null));
    }
    return n;
}

/* The name of the i-th expression in `list`. */
static str key_name(struct binder *b, const struct ast *list, size_t i)
{
    const struct ast *t = list->kid;
    for (; t && (t->kind == AST_CLAUSE || i > 0); t = t->next)
        i -= t->kind != AST_CLAUSE;
    str name = t->kind == AST_NAMED ? t->text : auto_name(b, t);
    return name.n ? name : S("Column1");
}

struct node *hunt_extract(struct binder *b, const struct ast *op,
                          const struct ast *list, struct group_key *keys,
                          int64_t time)
{
    struct node *p = project_new(b, op, b->row);
    for (size_t i = 0; i < keys->n; i++) {
        const struct col *c = &b->row->cols.v[keys->v[i]];
        project_add(b, p, free_name(b, p, key_name(b, list, i)),
                    ex_column(b, c, op->span));
    }
    if (time >= 0)
        project_add(b, p, S("\001time"),
                    ex_column(b, &b->row->cols.v[time], op->span));
    p->open = b->row->open;
    b->row = p;
    struct node *n = hunt_node(b, op, NULL);
    for (size_t i = 0; i < keys->n; i++) {
        keys->v[i] = (uint32_t)i;
        PUSH(b->arena, n->cols,
             col_new(b, p->cols.v[i].name, p->cols.v[i].type, true));
    }
    return n;
}

struct node *hunt_fail(struct binder *b, const struct ast *op, struct node *in)
{
    if (!in->open)
        return NULL;
    struct node *p = project_new(b, op, in);
    for (size_t i = 0; i < in->cols.n; i++)
        project_keep(b, p, &in->cols.v[i]);
    p->open = true;
    return p;
}

/* ---- steps -------------------------------------------------------------- */

enum status hunt_rows(const struct frame *in, size_t most, const char *what,
                      struct span at, struct diags *ds)
{
    if (in->nrows <= most)
        return ST_OK;
    struct diag *d = diag_error(ds, DIAG_LIMIT, at,
                                "%s takes at most %zu rows, these are %zu",
                                what, most, in->nrows);
    diag_hint(ds, d, "filter or summarize before it");
    return ST_USER;
}

struct frame *hunt_frame(const struct frame *in, const struct hunt_out *cols,
                         size_t n)
{
    struct frame *f = in ? frame_extend(in, n) : frame_new(n);
    for (size_t i = 0; i < n; i++)
        frame_set_col(f, f->ncols - n + i, str_of(cols[i].name), cols[i].type);
    return f;
}
