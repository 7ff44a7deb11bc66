/* op_markov.c - `T | markov Event by Session`: how likely is what happened?
 *
 * A native step. Rows become numbers here (events, parameters, values), and
 * numbers become columns again; lang/analytics/markov.c does the rest. */
#include "analytics/markov.h"

#include <math.h>

#include "base/json_text.h"
#include "hunt.h"

struct markov_args {
    struct span span;
    struct group_key event, session;
    int64_t time, params;
    bool values;
    struct value choices; /* parameters whose values count; "": guess */
    int64_t window, order;
    struct markov_opts opts;
};

static const struct hunt_out columns[] = {
    { "LogLikelihood", TYPE_REAL },       { "MeanLogLikelihood", TYPE_REAL },
    { "RarestLogLikelihood", TYPE_REAL }, { "RarestWindow", TYPE_DYNAMIC },
    { "InRarestWindow", TYPE_BOOL },      { "StepLogLikelihood", TYPE_REAL },
};

enum { SESSION, MEAN, RAREST, WINDOW, INSIDE, STEP, NCOLUMNS };

/* markov Event, … by Session, … [with (window = 3, …)] */
static void markov_parse(struct parser *p, struct ast *op)
{
    parse_named_list(p, op);
    hunt_parse_by(p, op, true);
    hunt_parse_with(p, op);
}

/* Times are taken when there are some; rows that come in order need none. */
static bool find_time(struct binder *b, const struct ast *op, int64_t *time)
{
    if (*time >= 0)
        return hunt_time(b, op, time);
    *time = hunt_usual_time(b);
    return true;
}

static bool params_fit(struct binder *b, const struct ast *op,
                       const struct markov_args *m)
{
    static const enum type types[] = { TYPE_DYNAMIC, TYPE_STRING, TYPE_ERROR };
    return m->params < 0 || hunt_type(b, (uint32_t)m->params, op, types);
}

static struct node *markov_bind(struct binder *b, const struct ast *op,
                                struct node *in)
{
    struct markov_args *m = NEW(b->arena, struct markov_args);
    *m = (struct markov_args){
        .span = op->span,
        .time = HUNT_NO_COLUMN,
        .params = HUNT_NO_COLUMN,
        .window = 3,
        .order = 1,
        .opts = { .smoothing = 1, .tokens = true },
    };
    const struct hunt_option options[] = {
        { "window", HUNT_LONG, &m->window, 1, MARKOV_MAX_WINDOW },
        { "order", HUNT_LONG, &m->order, 1, MARKOV_MAX_ORDER },
        { "params", HUNT_COLUMN, &m->params, 0, 0 },
        { "values", HUNT_BOOL, &m->values, 0, 0 },
        { "choices", HUNT_TEXTS, &m->choices, 0, 0 },
        { "tokens", HUNT_BOOL, &m->opts.tokens, 0, 0 },
        { "smoothing", HUNT_REAL, &m->opts.smoothing, 1e-6, 1e6 },
        { "time", HUNT_COLUMN, &m->time, 0, 0 },
    };
    bool ok = hunt_columns(b, op, &m->event);
    ok = hunt_columns(b, ast_clause(op, "by"), &m->session) && ok;
    ok = hunt_options(b, op, options, sizeof options / sizeof *options) && ok;
    if (!ok || !find_time(b, op, &m->time) || !params_fit(b, op, m))
        return hunt_fail(b, op, in);
    m->opts.window = (unsigned)m->window;
    m->opts.order = (unsigned)m->order;
    m->values = m->values || m->choices.s.n;
    struct node *n = hunt_annotate(b, op, m);
    for (size_t i = 0; i < NCOLUMNS; i++)
        hunt_add(b, n, columns[i].name, columns[i].type);
    return settle(b, n);
}

/* ---- rows to numbers ---------------------------------------------------- */

struct run {
    const struct markov_args *m;
    const struct frame *in;
    const atomic_bool *cancel;
    struct diags *ds;
    struct arena *a;
    struct groups event, session;
    struct timeline t;
    struct markov_in to;
    struct markov_out from;
};

struct params {
    struct text_ids names, values;
    LIST(uint32_t) param;
    LIST(uint32_t) value;
    LIST(uint32_t) seen; /* by parameter: last event that had it */
};

static bool is_value(str v)
{
    return v.n && !str_eqz(v, "null") && !str_eqz(v, "\"\"");
}

/* One parameter of event number `event`; a repeated one counts once. */
static void add_param(struct run *r, struct params *p, uint32_t event, str name,
                      str value)
{
    uint32_t id = text_ids_add(&p->names, name);
    while (p->seen.n <= id)
        PUSH(r->a, p->seen, UINT32_MAX);
    if (p->seen.v[id] == event)
        return;
    p->seen.v[id] = event;
    PUSH(r->a, p->param, id);
    PUSH(r->a, p->value,
         r->m->values && is_value(value) ? text_ids_add(&p->values, value)
                                         : (uint32_t)MARKOV_NO_VALUE);
}

static void read_params(struct run *r, struct params *p, uint32_t event,
                        str text)
{
    struct json_iter it;
    str key, value;
    if (!json_iter_init(&it, text))
        return;
    while (json_next(&it, &key, &value)) {
        if (it.object)
            add_param(r, p, event, key, value);
        else
            add_param(r, p, event, value, S(""));
    }
}

/* Which parameters were named as choices; NULL: none was. */
static const bool *read_choices(struct run *r, struct params *p)
{
    struct json_iter it;
    str name;
    bool *choice = arena_zalloc(r->a, p->names.n + 1);
    size_t n = p->names.n;
    if (!json_iter_init(&it, r->m->choices.s))
        return NULL;
    while (json_next(&it, NULL, &name)) {
        uint32_t id = text_ids_add(&p->names, name);
        if (id < n)
            choice[id] = true;
    }
    return choice;
}

enum { MAX_PARAMS = 1 << 30 };

static enum status number_params(struct run *r, size_t n)
{
    struct params p = { .param = { 0 } };
    const struct column *c = &r->in->cols[r->m->params];
    uint32_t *pstart = arena_array(r->a, n + 1, sizeof *pstart);
    enum status st = ST_OK;
    for (size_t i = 0; i < n && st == ST_OK; i++) {
        pstart[i] = (uint32_t)p.param.n;
        read_params(r, &p, (uint32_t)i, c->s[r->t.row[i]]);
        if (i % 65536 == 0 && r->cancel && atomic_load(r->cancel))
            st = ST_CANCELLED;
        if (p.param.n > MAX_PARAMS) {
            diag_error(r->ds, DIAG_LIMIT, r->m->span,
                       "markov takes at most %d parameters of all events",
                       MAX_PARAMS);
            st = ST_USER;
        }
    }
    pstart[n] = (uint32_t)p.param.n;
    r->to.pstart = pstart;
    r->to.param = p.param.v;
    r->to.value = p.value.v;
    r->to.nparams = p.names.n;
    r->to.choice = read_choices(r, &p);
    text_ids_release(&p.names);
    text_ids_release(&p.values);
    return st;
}

static enum status number_rows(struct run *r)
{
    const struct markov_args *m = r->m;
    const struct column *time = m->time >= 0 ? &r->in->cols[m->time] : NULL;
    enum status st = groups_make(r->a, r->in, &m->event, r->cancel, &r->event);
    if (st == ST_OK)
        st = groups_make(r->a, r->in, &m->session, r->cancel, &r->session);
    if (st == ST_OK)
        st = timeline_make(r->a, &r->session, time, r->cancel, &r->t);
    if (st != ST_OK)
        return st;
    size_t n = r->t.start[r->session.n];
    uint32_t *event = arena_array(r->a, n, sizeof *event);
    for (size_t i = 0; i < n; i++)
        event[i] = r->event.of[r->t.row[i]];
    r->to.nsessions = r->session.n;
    r->to.nkinds = r->event.n;
    r->to.start = r->t.start;
    r->to.event = event;
    return m->params >= 0 ? number_params(r, n) : ST_OK;
}

/* ---- numbers to columns ------------------------------------------------- */

/* What an event is called: its cells with a blank between them. */
static void event_name(struct buf *b, const struct run *r, uint32_t row)
{
    const struct group_key *k = &r->m->event;
    for (size_t i = 0; i < k->n; i++) {
        struct value v = cell_value(&r->in->cols[k->v[i]], row);
        if (i)
            buf_addc(b, ' ');
        value_text(b, &v);
    }
}

enum { MAX_WINDOW_BYTES = 1 << 20 };

/* The beginning of a text, whole characters only. */
static str cut(str s, size_t most)
{
    if (s.n <= most)
        return s;
    while (most > 0 && ((uint8_t)s.p[most] & 0xc0) == 0x80)
        most--;
    return str_sub(s, 0, most);
}

/* ["first event", …]; a name is cut where the whole could become too long. */
static str window_text(struct run *r, struct frame *f, size_t session)
{
    struct buf text, name;
    size_t first = r->t.start[session] + r->from.rarest_at[session];
    size_t end = first + r->m->opts.window, last = r->t.start[session + 1];
    buf_init(&text, SIZE_MAX / 4);
    buf_init(&name, SIZE_MAX / 4);
    buf_addc(&text, '[');
    for (size_t i = first; i < end && i < last; i++) {
        buf_reset(&name);
        event_name(&name, r, r->t.row[i]);
        if (i > first)
            buf_addc(&text, ',');
        json_text_str(&text, cut(buf_str(&name),
                                 MAX_WINDOW_BYTES / MARKOV_MAX_WINDOW));
    }
    buf_addc(&text, ']');
    str s = arena_str(f->arena, buf_str(&text));
    buf_release(&text);
    buf_release(&name);
    return s;
}

static void write_session(struct run *r, struct frame *f, size_t s)
{
    struct column *c = &f->cols[f->ncols - NCOLUMNS];
    size_t first = r->t.start[s], n = r->t.start[s + 1] - first;
    bool whole = !isnan(r->from.rarest[s]);
    str window = whole ? window_text(r, f, s) : S("");
    size_t at = r->from.rarest_at[s];
    for (size_t i = 0; i < n; i++) {
        size_t row = r->t.row[first + i];
        c[SESSION].d[row] = r->from.session[s];
        c[MEAN].d[row] = r->from.session[s] / (double)n;
        c[RAREST].d[row] = r->from.rarest[s];
        c[WINDOW].s[row] = window;
        c[INSIDE].i[row] = whole && i >= at && i < at + r->m->opts.window;
        c[STEP].d[row] = r->from.step[first + i];
        for (size_t k = 0; k < NCOLUMNS; k++)
            c[k].null[row] = (k == RAREST || k == WINDOW) && !whole;
    }
}

static void write_rows(struct run *r, struct frame *f)
{
    size_t first = f->ncols - NCOLUMNS;
    frame_set_rows(f, r->in->nrows);
    for (size_t k = 0; k < NCOLUMNS; k++) {
        bool *null = frame_nulls(f, first + k);
        memset(null, true, f->nrows * sizeof *null);
    }
    for (size_t i = 0; i < f->nrows; i++)
        f->cols[first + WINDOW].s[i] = S("");
    for (size_t s = 0; s < r->session.n; s++)
        write_session(r, f, s);
}

static enum status markov_step(const struct frame *in, const void *args,
                               struct frame **out, const atomic_bool *cancel,
                               struct diags *ds)
{
    const struct markov_args *m = args;
    struct run r = { .m = m, .in = in, .cancel = cancel, .ds = ds };
    enum status st = hunt_rows(in, GROUPS_MAX_ROWS, "markov", m->span, ds);
    if (st != ST_OK)
        return st;
    r.a = arena_new();
    st = number_rows(&r);
    if (st == ST_OK)
        st = markov_run(r.a, &r.to, &m->opts, cancel, &r.from);
    if (st == ST_OK) {
        *out = hunt_frame(in, columns, NCOLUMNS);
        write_rows(&r, *out);
    }
    arena_free(r.a);
    return st;
}

const struct lang_op op_markov = {
    .name = "markov",
    .flags = OP_HUNTING,
    .usage = "T | markov Event, … by Session, … [with (window = 3, order = 1, "
             "params = Column, values = true, choices = dynamic([…]), "
             "tokens = true, smoothing = 1.0, time = Column)]",
    .summary =
        "Learns which events follow each other and adds how likely each "
        "session is (LogLikelihood, MeanLogLikelihood per event), its rarest "
        "window (RarestLogLikelihood, RarestWindow, InRarestWindow) and each "
        "step of it (StepLogLikelihood), all as natural logarithms.",
    .example = "range i from 0 to 29 step 1 "
               "| project Session = i / 3, Event = case(i % 3 == 0, \"logon\", "
               "i == 16, \"dump\", i % 3 == 1, \"read\", \"logoff\") "
               "| markov Event by Session with (window = 2) "
               "| summarize take_any(RarestWindow) by Session, "
               "RarestLogLikelihood | top 1 by RarestLogLikelihood asc",
    .parse = markov_parse,
    .bind = markov_bind,
    .run = markov_step,
};
