/* markov.c - how likely are sequences of events, by the events themselves? */
#include "markov.h"

#include <math.h>

#include "pairs.h"

enum { POLL_SESSIONS = 1024, POLL_EVENTS = 1 << 16 };

struct chain {
    struct arena *a;
    const struct markov_in *in;
    const struct markov_opts *o;
    uint32_t start, end; /* the tokens, symbols after the kinds */
    double symbols;      /* V */
    uint64_t *seen;      /* by symbol */
    /* A context of one event is its symbol; longer ones get numbers after
     * those, found from the shorter one and the event before it. */
    struct pairs longer, next;
    LIST(struct context) ctx;
    double *p[MARKOV_MAX_ORDER + 1]; /* log P by event, context of 0 … order */
    double *params;                  /* log P of parameters, by event */
    double *to_end;                  /* by session: log P of the end token */
};

struct context {
    uint64_t count; /* of what followed */
    uint32_t kinds; /* different ones */
};

/* A place in a session: `i` may be the length, where the end token is. */
struct place {
    const uint32_t *event;
    size_t n, i, session;
};

static uint32_t symbol_at(const struct chain *c, const struct place *p)
{
    return p->i < p->n ? p->event[p->i] : c->end;
}

/* The symbols before a place, nearest first, the start token last. Gives how
 * many there are, at most the order. */
static unsigned look_back(const struct chain *c, const struct place *p,
                          uint32_t *before)
{
    unsigned n = 0;
    while (n < c->o->order && n <= p->i) {
        before[n] = n < p->i ? p->event[p->i - 1 - n] : c->start;
        n++;
    }
    return n;
}

/* ---- learning ----------------------------------------------------------- */

static uint32_t context_after(struct chain *c, uint32_t shorter, uint32_t event)
{
    uint32_t *number = pairs_add(&c->longer, shorter, event);
    if (*number == 0) {
        struct context none = { 0, 0 };
        *number = (uint32_t)c->ctx.n;
        PUSH(c->a, c->ctx, none);
    }
    return *number;
}

static void learn_place(struct chain *c, const struct place *p)
{
    uint32_t before[MARKOV_MAX_ORDER], symbol = symbol_at(c, p), ctx = 0;
    unsigned n = look_back(c, p, before);
    for (unsigned k = 0; k < n; k++) {
        ctx = k == 0 ? before[0] : context_after(c, ctx, before[k]);
        uint32_t *count = pairs_add(&c->next, ctx, symbol);
        c->ctx.v[ctx].kinds += *count == 0;
        c->ctx.v[ctx].count++;
        ++*count;
    }
    c->seen[symbol]++;
}

static bool stopped(size_t i, const atomic_bool *cancel)
{
    return i % POLL_EVENTS == 0 && cancel && atomic_load(cancel);
}

static enum status each_place(struct chain *c, const atomic_bool *cancel,
                              void (*visit)(struct chain *,
                                            const struct place *))
{
    const struct markov_in *in = c->in;
    for (size_t s = 0; s < in->nsessions; s++) {
        struct place p = { in->event + in->start[s],
                           in->start[s + 1] - in->start[s], 0, s };
        for (p.i = 0; p.n && p.i <= p.n; p.i++) {
            visit(c, &p);
            if (stopped(p.i + 1, cancel))
                return ST_CANCELLED;
        }
        if (s % POLL_SESSIONS == 0 && cancel && atomic_load(cancel))
            return ST_CANCELLED;
    }
    return ST_OK;
}

/* ---- asking ------------------------------------------------------------- */

/* An event alone: each smoothed pair counts for both of its sides. */
static double alone(const struct chain *c, uint32_t event)
{
    double pairs = c->o->smoothing * (c->symbols - 1);
    double all =
        (double)c->in->start[c->in->nsessions] + 2 * (double)c->seen[c->end];
    return ((double)c->seen[event] + 2 * pairs) /
           (all + 2 * (c->symbols - 1) * pairs);
}

static double after(const struct chain *c, uint32_t ctx, uint32_t symbol,
                    double shorter)
{
    const struct context *x = &c->ctx.v[ctx];
    double count = pairs_get(&c->next, ctx, symbol), s = c->o->smoothing;
    if (ctx <= c->end)
        return (count + s) / ((double)x->count + s * (c->symbols - 1));
    return (count + x->kinds * shorter) / ((double)x->count + x->kinds);
}

static void ask_place(struct chain *c, const struct place *p)
{
    uint32_t before[MARKOV_MAX_ORDER], symbol = symbol_at(c, p), ctx = 0;
    unsigned n = look_back(c, p, before);
    size_t at = (size_t)(p->event - c->in->event) + p->i;
    double prob = 1, params = 0;
    if (p->i < p->n) {
        params = c->params ? c->params[at] : 0;
        c->p[0][at] = log(alone(c, symbol)) + params;
    }
    for (unsigned k = 0; k < n; k++) {
        ctx = k == 0 ? before[0] : pairs_get(&c->longer, ctx, before[k]);
        prob = after(c, ctx, symbol, prob);
        if (p->i < p->n)
            c->p[k + 1][at] = log(prob) + params;
    }
    /* Where the context is shorter, the longest there is stands for all. */
    for (unsigned k = n; p->i < p->n && k < c->o->order; k++)
        c->p[k + 1][at] = c->p[n][at];
    if (p->i == p->n)
        c->to_end[p->session] = log(prob);
}

/* ---- parameters --------------------------------------------------------- */

enum { VALUED_SEEN = 20, VALUED_KINDS = 20, VALUED_SHARE = 10 };

struct param_model {
    struct pairs of_kind;  /* (kind, parameter): count */
    struct pairs values;   /* (parameter, value): count */
    uint32_t *kind_params; /* by kind: different parameters */
    double *none;          /* by kind: log P of no parameter at all */
    uint32_t *seen;        /* by parameter */
    uint32_t *different;   /* by parameter: values */
    uint64_t *valued;      /* by parameter: events with a value */
    double *weight;        /* by kind: of one event in the divisor */
    const bool *choice;
};

static void count_param(struct param_model *m, uint32_t kind, uint32_t param,
                        uint32_t value)
{
    uint32_t *count = pairs_add(&m->of_kind, kind, param);
    m->kind_params[kind] += *count == 0;
    ++*count;
    m->seen[param]++;
    if (value == (uint32_t)MARKOV_NO_VALUE)
        return;
    count = pairs_add(&m->values, param, value);
    m->different[param] += *count == 0;
    ++*count;
    m->valued[param]++;
}

/* Only these have values that say something; see markov.h. */
static bool is_choice(const struct param_model *m, uint32_t param)
{
    if (m->choice)
        return m->choice[param];
    uint32_t seen = m->seen[param], kinds = m->different[param];
    return kinds > 0 && kinds <= VALUED_KINDS && seen >= VALUED_SEEN &&
           (uint64_t)kinds * VALUED_SHARE <= seen;
}

static double param_share(const struct chain *c, const struct param_model *m,
                          uint32_t kind, uint32_t param)
{
    return (pairs_get(&m->of_kind, kind, param) + c->o->smoothing) /
           m->weight[kind];
}

static double value_share(const struct chain *c, const struct param_model *m,
                          uint32_t param, uint32_t value)
{
    double s = c->o->smoothing;
    double count = value == (uint32_t)MARKOV_NO_VALUE
                     ? 0
                     : pairs_get(&m->values, param, value);
    return (count + s) /
           ((double)m->valued[param] + s * (m->different[param] + 1.0));
}

/* What it costs to have none of the parameters that the kind is known to have,
 * nor any other. */
static void price_none(struct chain *c, struct param_model *m)
{
    const struct pairs *p = &m->of_kind;
    double s = c->o->smoothing;
    for (size_t k = 0; k < c->in->nkinds; k++) {
        m->weight[k] = (double)c->seen[k] + 2 * s * (c->symbols - 1);
        m->none[k] = log1p(-s / m->weight[k]);
    }
    for (size_t i = 0; i < p->nslots; i++) {
        if (!p->key[i])
            continue;
        uint32_t kind = (uint32_t)((p->key[i] - 1) >> 32);
        m->none[kind] += log1p(-(p->value[i] + s) / m->weight[kind]);
    }
}

static double params_of(const struct chain *c, const struct param_model *m,
                        size_t i)
{
    const struct markov_in *in = c->in;
    uint32_t kind = in->event[i];
    double sum = m->none[kind], factors = m->kind_params[kind] + 1.0;
    if (in->pstart[i] == in->pstart[i + 1])
        return 0;
    for (size_t k = in->pstart[i]; k < in->pstart[i + 1]; k++) {
        double share = param_share(c, m, kind, in->param[k]);
        sum += log(share) - log1p(-share);
        if (!is_choice(m, in->param[k]))
            continue;
        sum += log(value_share(c, m, in->param[k], in->value[k]));
        factors++;
    }
    return sum / factors;
}

static bool weigh_params(struct chain *c, const atomic_bool *cancel)
{
    const struct markov_in *in = c->in;
    size_t n = in->start[in->nsessions], np = in->nparams + 1;
    struct param_model m = {
        .kind_params = xcalloc(in->nkinds + 1, sizeof(uint32_t)),
        .none = xcalloc(in->nkinds + 1, sizeof(double)),
        .weight = xcalloc(in->nkinds + 1, sizeof(double)),
        .seen = xcalloc(np, sizeof(uint32_t)),
        .different = xcalloc(np, sizeof(uint32_t)),
        .valued = xcalloc(np, sizeof(uint64_t)),
        .choice = in->choice,
    };
    for (size_t i = 0; i < n; i++)
        for (size_t k = in->pstart[i]; k < in->pstart[i + 1]; k++)
            count_param(&m, in->event[i], in->param[k], in->value[k]);
    price_none(c, &m);
    c->params = arena_array(c->a, n, sizeof *c->params);
    bool done = true;
    for (size_t i = 0; i < n && done; i++) {
        c->params[i] = params_of(c, &m, i);
        done = !stopped(i, cancel);
    }
    pairs_release(&m.of_kind);
    pairs_release(&m.values);
    free(m.kind_params);
    free(m.none);
    free(m.weight);
    free(m.seen);
    free(m.different);
    free(m.valued);
    return done;
}

/* ---- sessions and windows ----------------------------------------------- */

/* log P of event i of a session when it is number `j` of what is looked at. */
static double *row_of(const struct chain *c, size_t j)
{
    return c->p[j < c->o->order ? j : c->o->order];
}

static double window_at(const struct chain *c, size_t first, size_t i, size_t n)
{
    double sum = 0;
    bool whole = i == 0 && c->o->tokens;
    for (size_t j = 0; j < n; j++)
        sum += row_of(c, whole ? c->o->order : j)[first + i + j];
    return sum;
}

static void look_for_rarest(const struct chain *c, size_t s,
                            struct markov_out *out)
{
    size_t first = c->in->start[s], n = c->in->start[s + 1] - first;
    size_t window = c->o->window, steps = n + (n && c->o->tokens);
    out->rarest[s] = NAN;
    out->rarest_at[s] = 0;
    for (size_t i = 0; i + window <= steps; i++) {
        bool ends = i + window > n;
        double sum = window_at(c, first, i, window - ends);
        /* The end after fewer events than the order was learnt from a longer
         * context than a window has, unless the window is the session. */
        if (ends)
            sum += c->to_end[s];
        if (!(sum >= out->rarest[s])) {
            out->rarest[s] = sum;
            out->rarest_at[s] = (uint32_t)i;
        }
    }
}

static void sum_session(const struct chain *c, size_t s, struct markov_out *out)
{
    size_t first = c->in->start[s], n = c->in->start[s + 1] - first;
    double sum = n ? window_at(c, first, 0, n) : NAN;
    out->session[s] = sum + (n && c->o->tokens ? c->to_end[s] : 0);
}

static enum status sum_up(struct chain *c, const atomic_bool *cancel,
                          struct markov_out *out)
{
    const struct markov_in *in = c->in;
    size_t n = in->start[in->nsessions];
    out->session = arena_array(c->a, in->nsessions, sizeof *out->session);
    out->rarest = arena_array(c->a, in->nsessions, sizeof *out->rarest);
    out->rarest_at = arena_array(c->a, in->nsessions, sizeof *out->rarest_at);
    out->step = c->p[c->o->order];
    for (size_t s = 0; s < in->nsessions; s++) {
        sum_session(c, s, out);
        look_for_rarest(c, s, out);
        if (s % POLL_SESSIONS == 0 && cancel && atomic_load(cancel))
            return ST_CANCELLED;
        if (n && !c->o->tokens && in->start[s] < in->start[s + 1])
            out->step[in->start[s]] = c->p[0][in->start[s]];
    }
    return ST_OK;
}

static void chain_init(struct chain *c)
{
    const struct markov_in *in = c->in;
    struct context none = { 0, 0 };
    size_t n = in->start[in->nsessions];
    c->start = (uint32_t)in->nkinds;
    c->end = c->start + 1;
    c->symbols = (double)in->nkinds + 3;
    c->seen = arena_zalloc(c->a, (in->nkinds + 2) * sizeof *c->seen);
    c->to_end = arena_array(c->a, in->nsessions, sizeof *c->to_end);
    for (unsigned k = 0; k <= c->o->order; k++)
        c->p[k] = arena_array(c->a, n, sizeof(double));
    for (size_t i = 0; i < in->nkinds + 2; i++)
        PUSH(c->a, c->ctx, none);
}

enum status markov_run(struct arena *a, const struct markov_in *in,
                       const struct markov_opts *o, const atomic_bool *cancel,
                       struct markov_out *out)
{
    struct chain c = { .a = a, .in = in, .o = o };
    if (o->order < 1 || o->order > MARKOV_MAX_ORDER || o->window < 1)
        BUG("order %u, window %u", o->order, o->window);
    chain_init(&c);
    enum status st = each_place(&c, cancel, learn_place);
    if (st == ST_OK && in->pstart && !weigh_params(&c, cancel))
        st = ST_CANCELLED;
    if (st == ST_OK)
        st = each_place(&c, cancel, ask_place);
    if (st == ST_OK)
        st = sum_up(&c, cancel, out);
    pairs_release(&c.longer);
    pairs_release(&c.next);
    return st;
}
