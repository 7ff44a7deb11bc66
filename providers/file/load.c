/* load.c - reads one part of a file source into batches.
 *
 * Called by: the engine, one thread per part. Must not: change the source,
 * apart from its count of repaired values. */
#include "load.h"

#include "base/utf8.h"
#include "fill.h"

enum { LOAD_PIECE = 4 << 20, CANCEL_EVERY = 1024 };

struct load {
    struct file_source *fs;
    unsigned part;
    struct row_sink *sink;
    const atomic_bool *cancel;
    struct diags *ds;
    struct records records;
    struct batch batch;
    struct buf sample;
    /* Line numbers are wanted for rejects only: newlines are counted from
     * `counted` on when one is needed. */
    struct window lines;
    uint64_t counted, line;
};

static enum status flush(struct load *l)
{
    enum status st = ST_OK;
    if (l->batch.nrows)
        st = l->sink->batch(l->sink->ctx, l->part, batch_finish(&l->batch));
    batch_clear(&l->batch);
    return st;
}

/* ---- rejects ------------------------------------------------------------- */

static uint64_t count_newlines(const char *p, const char *end)
{
    uint64_t n = 0;
    while (p < end && (p = memchr(p, '\n', (size_t)(end - p)))) {
        n++;
        p++;
    }
    return n;
}

/* 1-based line of the byte at `offset` of the current member. */
static uint64_t line_of(struct load *l, uint64_t offset)
{
    const struct member *m = l->records.m;
    struct window *w = &l->lines;
    if (l->counted == 0 && l->line == 0) {
        window_open(w, m, 0, m->size);
        l->line = 1;
    }
    while (l->counted < offset) {
        if (w->at + (uint64_t)(w->end - w->beg) <= l->counted && !w->eof)
            window_more(w, w->end);
        const char *from = w->beg + (l->counted - w->at);
        const char *to = w->end;
        if (offset < w->at + (uint64_t)(w->end - w->beg))
            to = w->beg + (offset - w->at);
        l->line += count_newlines(from, to);
        l->counted += (uint64_t)(to - from);
        if (w->eof && to == w->end)
            break;
    }
    return l->line;
}

static void reject(struct load *l, const char *why)
{
    struct records *r = &l->records;
    buf_reset(&l->sample);
    utf8_repair(&l->sample, (str){ r->sample, r->nsample });
    struct reject out = {
        .file = r->m->name,
        .line = line_of(l, r->start),
        .reason = str_of(why),
        .text = buf_str(&l->sample),
    };
    if (l->sink->reject)
        l->sink->reject(l->sink->ctx, l->part, &out);
}

/* An archive that broke off: said once, by the part that reads its end. */
static void reject_damage(struct load *l, const struct member *m)
{
    struct reject out = { .file = m->name, .reason = m->damage };
    if (l->sink->reject)
        l->sink->reject(l->sink->ctx, l->part, &out);
}

/* ---- records ------------------------------------------------------------- */

/* A key that the first look did not find: too many columns, or the file was
 * rewritten in between. */
static bool has_strangers(const struct load *l)
{
    return l->records.json.nfresh && !l->fs->declared;
}

static enum status take_row(struct load *l)
{
    struct records *r = &l->records;
    if (has_strangers(l)) {
        records_reject(r, r->cells[0].p,
                       "a column that is one too many, or was not there "
                       "when the file was opened");
        reject(l, r->reason);
        return ST_OK;
    }
    batch_add(&l->batch, r->cells, r->ncells);
    return batch_full(&l->batch) ? flush(l) : ST_OK;
}

static bool is_cancelled(const struct load *l)
{
    return l->cancel && atomic_load_explicit(l->cancel, memory_order_relaxed);
}

static enum status take(struct load *l, enum record_kind kind)
{
    enum status st = ST_OK;
    switch (kind) {
    case RECORD_ROW:
        return take_row(l);
    case RECORD_REJECT:
        reject(l, l->records.reason);
        return ST_OK;
    case RECORD_MORE:
        st = is_cancelled(l) ? ST_CANCELLED : flush(l);
        records_more(&l->records);
        return st;
    case RECORD_END:
        break;
    }
    return st;
}

static enum status read_records(struct load *l)
{
    struct records *r = &l->records;
    enum status st = ST_OK;
    for (unsigned n = 1; st == ST_OK; n++) {
        enum record_kind kind = records_next(r);
        if (kind == RECORD_END)
            break;
        st = take(l, kind);
        if (n % CANCEL_EVERY == 0 && is_cancelled(l))
            st = ST_CANCELLED;
    }
    if (st == ST_OK && records_trouble(r)) {
        diag_error(l->ds, DIAG_FILE, NO_SPAN, "cannot read %.*s: %s",
                   STRF(r->m->name), records_trouble(r));
        st = ST_ENV;
    }
    return st == ST_OK ? flush(l) : st;
}

/* What part k holds of a member. */
static enum status read_member(struct load *l, size_t at)
{
    const struct cut *from = &l->fs->cuts[l->part], *to = from + 1;
    const struct member *m = &l->fs->members.list.v[at];
    struct cut start = { .member = at };
    uint64_t limit = UINT64_MAX;
    if (at == from->member)
        start = *from;
    if (at == to->member)
        limit = to->offset;
    l->counted = l->line = 0;
    records_open_cut(&l->records, m, &start, limit);
    enum status st = read_records(l);
    if (st == ST_OK && limit == UINT64_MAX && m->damage.n)
        reject_damage(l, m);
    return st;
}

static enum status read_members(struct load *l)
{
    const struct cut *from = &l->fs->cuts[l->part], *to = from + 1;
    size_t end = to->offset ? to->member + 1 : to->member;
    enum status st = ST_OK;
    for (size_t i = from->member; i < end && st == ST_OK; i++)
        st = read_member(l, i);
    return st;
}

enum status load_part(struct source *s, unsigned part, struct row_sink *sink,
                      const atomic_bool *cancel, struct diags *ds)
{
    struct load l = {
        .fs = s->impl, .part = part, .sink = sink, .cancel = cancel, .ds = ds,
    };
    records_init(&l.records, l.fs->names, LOAD_PIECE);
    batch_init(&l.batch, s->ncols, s->cols, l.fs->time_col);
    window_init(&l.lines, LOAD_PIECE);
    buf_init(&l.sample, 8 * REJECT_SAMPLE);
    enum status st = read_members(&l);
    __atomic_fetch_add(&s->repaired, l.batch.repaired, __ATOMIC_RELAXED);
    records_release(&l.records);
    batch_release(&l.batch);
    window_release(&l.lines);
    buf_release(&l.sample);
    return st;
}
