/* scan_run.c - the steps of a scan over the rows, one after the other.
 *
 * Called by: step.c through op_scan.
 * State of step k is what the sequence that has come to step k remembers: for
 * each step up to k the last row that matched it. A row is held against the
 * steps from the last to the first. If step k-1 has a sequence and the row
 * meets the condition of step k in its light, the sequence moves on to step
 * k. Else, if step k has a sequence, or is the first, and the row meets the
 * condition in its light, the row is another match of step k. */
#include "scan.h"

#include "analytics/intern.h"

enum { MAX_BYTES = 1 << 30, POLL = 4096 };

struct state {
    bool active;
    int64_t id;
    struct scan_record *records; /* one a step */
    bool held;                   /* output=last: the latest is not out yet */
};

struct partition {
    struct state *states; /* one a step */
};

struct match {
    struct scan_record record;
    int64_t id;
};

struct run {
    const struct scan *s;
    const struct frame *in;
    struct arena *arena; /* states, declared values, matches */
    struct scan_eval eval;
    int64_t next_id;
    LIST(struct partition) partitions;
    LIST(struct match) out;
};

/* ---- states ---- */

static void clear(const struct scan *s, struct state *t)
{
    t->active = t->held = false;
    for (size_t k = 0; k < s->nsteps; k++)
        t->records[k] = (struct scan_record){ .row = -1 };
}

static struct partition new_partition(struct run *r)
{
    size_t n = r->s->nsteps;
    struct partition p = { arena_array(r->arena, n, sizeof *p.states) };
    for (size_t k = 0; k < n; k++) {
        p.states[k].records =
            arena_array(r->arena, n, sizeof *p.states[k].records);
        clear(r->s, &p.states[k]);
    }
    return p;
}

/* ---- output ---- */

static void put(struct run *r, const struct scan_record *record, int64_t id)
{
    struct match m = { *record, id };
    PUSH(r->arena, r->out, m);
}

/* The last of a run of matches, once something else comes. */
static void put_held(struct run *r, struct state *t, size_t step)
{
    if (t->held)
        put(r, &t->records[step], t->id);
    t->held = false;
}

/* ---- one row against one step ---- */

static bool holds(struct run *r, const struct scan_step *step,
                  const struct state *t)
{
    r->eval.state = t->records;
    struct value v = scan_value(&r->eval, step->cond);
    return !v.null && v.i;
}

static void assign(struct run *r, const struct scan_step *step,
                   struct state *t, struct scan_record *record)
{
    const struct scan *s = r->s;
    record->row = (int64_t)r->eval.row;
    record->declared =
        arena_array(r->arena, s->ndeclared, sizeof *record->declared);
    for (size_t i = 0; i < s->ndeclared; i++)
        record->declared[i] = s->defaults[i];
    r->eval.state = t->records;
    for (size_t i = 0; i < step->assigns.n; i++) {
        const struct scan_assign *a = &step->assigns.v[i];
        struct value v = scan_value(&r->eval, a->e);
        if (type_is_text(v.type) && !v.null)
            v.s = arena_str(r->arena, v.s);
        record->declared[a->column] = v;
    }
}

static void match(struct run *r, struct partition *p, size_t k)
{
    const struct scan_step *step = &r->s->steps[k];
    struct state *t = &p->states[k];
    struct scan_record record;
    if (k == 0 && !t->active)
        t->id = r->next_id++;
    assign(r, step, t, &record);
    t->active = true;
    t->records[k] = record;
    if (step->output == SCAN_ALL)
        put(r, &record, t->id);
    t->held = step->output == SCAN_LAST;
}

static void promote(struct run *r, struct partition *p, size_t k)
{
    put_held(r, &p->states[k], k);
    put_held(r, &p->states[k - 1], k - 1);
    struct state old = p->states[k];
    p->states[k] = p->states[k - 1];
    p->states[k - 1] = old;
    clear(r->s, &p->states[k - 1]);
}

static void take_row(struct run *r, struct partition *p)
{
    for (size_t k = r->s->nsteps; k-- > 0;) {
        const struct scan_step *step = &r->s->steps[k];
        struct state *t = &p->states[k];
        if (k && p->states[k - 1].active &&
            holds(r, step, &p->states[k - 1])) {
            promote(r, p, k);
            match(r, p, k);
        } else if ((t->active || k == 0) && holds(r, step, t)) {
            match(r, p, k);
        }
    }
}

/* ---- partitions ---- */

/* Equal for equal keys: each with its length in front. */
static str key_text(struct run *r, struct buf *b, size_t row)
{
    struct buf one;
    buf_reset(b);
    buf_init(&one, 1 << 26);
    for (size_t i = 0; i < r->s->keys.n; i++) {
        struct value v = cell_value(&r->in->cols[r->s->keys.v[i]], row);
        buf_reset(&one);
        value_text(&one, &v);
        buf_addf(b, "%d%zu:", v.null, one.n);
        buf_add(b, buf_str(&one));
    }
    buf_release(&one);
    return arena_str(r->arena, buf_str(b));
}

/* Numbers of partitions by row; intern ignores case, so the key is hex. */
static size_t partition_of(struct run *r, struct intern *names, struct buf *b,
                           size_t row)
{
    static const char digits[] = "0123456789abcdef";
    if (r->s->keys.n == 0)
        return 0;
    str key = key_text(r, b, row);
    char *hex = arena_alloc(r->arena, 2 * key.n);
    for (size_t i = 0; i < key.n; i++) {
        hex[2 * i] = digits[(unsigned char)key.p[i] >> 4];
        hex[2 * i + 1] = digits[key.p[i] & 15];
    }
    return intern_add(names, (str){ hex, 2 * key.n }) - 1;
}

static enum status take_rows(struct run *r, const atomic_bool *cancel,
                             struct diags *ds)
{
    struct intern names;
    struct buf key;
    enum status st = ST_OK;
    intern_init(&names);
    buf_init(&key, 1 << 28);
    for (size_t row = 0; row < r->in->nrows && st == ST_OK; row++) {
        size_t p = partition_of(r, &names, &key, row);
        while (p >= r->partitions.n)
            PUSH(r->arena, r->partitions, new_partition(r));
        r->eval.row = row;
        take_row(r, &r->partitions.v[p]);
        if (r->eval.error.n) {
            diag_error(ds, DIAG_DATA, r->s->span, "scan: %.*s",
                       STRF(r->eval.error));
            st = ST_USER;
        } else if (arena_bytes(r->arena) > MAX_BYTES) {
            diag_error(ds, DIAG_LIMIT, r->s->span, "scan remembers more than "
                       "1 GB: too many matches, or too long texts");
            st = ST_ENV;
        } else if (row % POLL == 0 && atomic_load(cancel)) {
            st = ST_CANCELLED;
        }
        arena_reset(r->eval.tmp);
    }
    for (size_t p = 0; p < r->partitions.n; p++)
        for (size_t k = r->s->nsteps; k-- > 0;)
            put_held(r, &r->partitions.v[p].states[k], k);
    intern_release(&names);
    buf_release(&key);
    return st;
}

/* ---- result ---- */

static void fill_row(struct run *r, struct frame *f, size_t row)
{
    const struct scan *s = r->s;
    const struct match *m = &r->out.v[row];
    for (size_t c = 0; c < s->nvisible; c++) {
        struct value v = cell_value(&r->in->cols[c], (size_t)m->record.row);
        cell_set(f, c, row, &v);
    }
    for (size_t c = 0; c < s->ndeclared; c++)
        cell_set(f, s->nvisible + c, row, &m->record.declared[c]);
    struct value id = { .type = TYPE_LONG, .i = m->id };
    if (s->match_id.n)
        cell_set(f, s->nvisible + s->ndeclared, row, &id);
}

static struct frame *result(struct run *r)
{
    const struct scan *s = r->s;
    size_t n = s->nvisible + s->ndeclared;
    struct frame *f = frame_new(n + (s->match_id.n ? 1 : 0));
    for (size_t c = 0; c < s->nvisible; c++)
        frame_set_col(f, c, r->in->cols[c].name, r->in->cols[c].type);
    for (size_t c = 0; c < s->ndeclared; c++)
        frame_set_col(f, s->nvisible + c, s->names[c], s->defaults[c].type);
    if (s->match_id.n)
        frame_set_col(f, n, s->match_id, TYPE_LONG);
    frame_set_rows(f, r->out.n);
    for (size_t row = 0; row < r->out.n; row++)
        fill_row(r, f, row);
    return f;
}

enum status scan_rows(const struct frame *in, const void *args,
                      struct frame **out, const atomic_bool *cancel,
                      struct diags *ds)
{
    const struct scan *s = args;
    struct run r = { .s = s, .in = in, .arena = arena_new() };
    r.eval = (struct scan_eval){ .scan = s, .in = in, .tmp = arena_new() };
    r.eval.sites =
        arena_array(r.arena, s->nsites + 1, sizeof *r.eval.sites);
    for (size_t i = 0; i < s->nsites; i++)
        r.eval.sites[i].keep = r.arena;
    enum status st = take_rows(&r, cancel, ds);
    if (st == ST_OK)
        *out = result(&r);
    arena_free(r.eval.tmp);
    arena_free(r.arena);
    return st;
}
