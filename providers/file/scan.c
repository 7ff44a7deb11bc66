/* scan.c - reads all members in parallel and joins what the threads saw.
 *
 * Called by: file.c from open(). Must not: keep rows.
 *
 * The bytes of all members, one after the other, are cut into equal shares,
 * one per thread. A share begins at the first newline after its cut: always
 * right for lines, nearly always for CSV, where the newline may stand inside
 * quotes. So each share also says where it stopped; when that is not where the
 * next one began, the next one is read again from there. JSON documents cannot
 * be entered in the middle: the share that holds the first byte reads all of
 * it and notes where the parts are to be cut. */
#include "scan.h"

#include <pthread.h>

enum { SCAN_PIECE = 256 << 10, CANCEL_EVERY = 1024 };

struct share {
    const struct scan *scan;
    const struct schema *known;  /* columns that every share starts with */
    const uint64_t *due;    /* where parts should begin, of all bytes */
    uint64_t from, to;      /* due[k], due[k + 1] */
    uint64_t begin;         /* where it entered a member that was cut, or 0 */
    uint64_t stop;          /* where it left one */
    struct arena *arena;
    struct schema *schema;  /* in arena */
    struct records records;
    struct cut *cuts;       /* all; written for documents */
    bool *is_cut;
    bool cancelled;
    size_t failed;          /* member + 1 that could not be read */
    const char *trouble;
};

void records_open_cut(struct records *r, const struct member *m,
                      const struct cut *c, uint64_t limit)
{
    records_open(r, m, c->offset, limit);
    r->state = c->state;
    r->indent = c->indent;
}

const char *records_trouble(const struct records *r)
{
    return r->w.file.error ? member_error_text(r->w.file.error) : NULL;
}

static uint64_t total_bytes(const struct member_list *l)
{
    uint64_t n = 0;
    for (size_t i = 0; i < l->list.n; i++)
        n += l->list.v[i].size;
    return n;
}

/* ---- one share ----------------------------------------------------------- */

/* Parts that are due to begin at or before this record of a document. Only
 * the share that reads a document sets the cuts in it. */
static void note_cuts(struct share *s, size_t member, uint64_t base)
{
    const struct records *r = &s->records;
    for (unsigned k = 1; k < s->scan->nparts; k++) {
        if (s->due[k] < base || s->due[k] > base + r->start || s->is_cut[k])
            continue;
        s->is_cut[k] = true;
        s->cuts[k] = (struct cut){ member, r->start, r->before, r->indent };
    }
}

static bool is_cancelled(const struct scan *s)
{
    return s->cancel && atomic_load_explicit(s->cancel, memory_order_relaxed);
}

static void note_row(struct share *s)
{
    struct records *r = &s->records;
    if (s->scan->infer)
        schema_note(s->schema, &r->json, r->cells, r->ncells);
}

/* All records of the member that records_open() was called for. */
static void read_records(struct share *s, size_t member, uint64_t base)
{
    struct records *r = &s->records;
    bool doc = r->m->format == FORMAT_JSON_DOC && s->scan->nparts > 1;
    for (unsigned n = 1;; n++) {
        enum record_kind kind = records_next(r);
        if (kind == RECORD_END)
            break;
        if (kind == RECORD_MORE || n % CANCEL_EVERY == 0)
            s->cancelled = is_cancelled(s->scan);
        if (s->cancelled)
            break;
        if (kind == RECORD_MORE)
            records_more(r);
        if (doc && (kind == RECORD_ROW || kind == RECORD_REJECT))
            note_cuts(s, member, base);
        if (kind == RECORD_ROW)
            note_row(s);
    }
    if (r->w.file.error)
        s->failed = member + 1;
    s->trouble = records_trouble(r);
}

/* [a, b) of the member lies in the share. */
static void read_member(struct share *s, size_t member, uint64_t base,
                        uint64_t a, uint64_t b)
{
    const struct member *m = &s->scan->members->list.v[member];
    bool doc = m->format == FORMAT_JSON_DOC;
    uint64_t from = 0, limit = doc || b == m->size ? UINT64_MAX : b;
    if (doc && a > 0)
        return;
    if (a > 0 && s->begin == 0)
        s->begin = records_guess(&s->records, m, a);
    if (a > 0)
        from = s->begin;
    s->stop = from;
    if (from >= limit || from >= m->size)
        return;
    records_open(&s->records, m, from, limit);
    read_records(s, member, base);
    s->stop = s->records.start;
}

static void read_share(struct share *s)
{
    const struct member_list *l = s->scan->members;
    uint64_t base = 0;
    s->arena = arena_new();
    s->schema = schema_new(s->arena);
    schema_join(s->schema, s->known);
    records_init(&s->records, &s->schema->names, SCAN_PIECE);
    for (size_t i = 0; i < l->list.n && base < s->to; i++) {
        uint64_t size = l->list.v[i].size;
        uint64_t a = s->from > base ? s->from - base : 0;
        uint64_t b = s->to - base < size ? s->to - base : size;
        if (a < b && !s->cancelled && !s->failed)
            read_member(s, i, base, a, b);
        base += size;
    }
    records_release(&s->records);
}

static void *share_thread(void *ctx)
{
    read_share(ctx);
    return NULL;
}

/* ---- joining ------------------------------------------------------------- */

static void read_all(struct share *shares, unsigned n)
{
    pthread_t thread[SOURCE_MAX_PARTS];
    bool running[SOURCE_MAX_PARTS] = { false };
    for (unsigned k = 1; k < n; k++)
        running[k] = pthread_create(&thread[k], NULL, share_thread,
                                    &shares[k]) == 0;
    read_share(&shares[0]);
    for (unsigned k = 1; k < n; k++) {
        if (running[k])
            pthread_join(thread[k], NULL);
        else
            read_share(&shares[k]);
    }
}

/* The member that holds byte `at` of all, and the bytes before it. */
static size_t member_at(const struct member_list *l, uint64_t at,
                        uint64_t *base)
{
    size_t i = 0;
    *base = 0;
    while (i < l->list.n && at - *base >= l->list.v[i].size)
        *base += l->list.v[i++].size;
    return i;
}

/* A share that began inside a quoted field: again, from the right place. */
static void read_again(struct share *s, uint64_t begin)
{
    arena_free(s->arena);
    s->begin = begin;
    s->stop = 0;
    read_share(s);
}

/* The cut before share k, k > 0. */
static void set_cut(struct share *shares, unsigned k)
{
    struct share *s = &shares[k];
    const struct member_list *l = s->scan->members;
    uint64_t base;
    size_t at = member_at(l, s->from, &base);
    bool inside = at < l->list.n && s->from > base;
    if (s->is_cut[k])
        return;
    if (inside && l->list.v[at].format == FORMAT_JSON_DOC) {
        s->cuts[k] = (struct cut){ .member = at + 1 };
        return;
    }
    s->cuts[k] = (struct cut){ .member = at };
    if (!inside)
        return;
    if (s->begin != shares[k - 1].stop)
        read_again(s, shares[k - 1].stop);
    s->cuts[k].offset = s->begin;
}

static enum status report(const struct scan *s, const struct share *shares,
                          struct diags *ds)
{
    for (unsigned k = 0; k < s->nparts; k++) {
        const struct share *sh = &shares[k];
        if (sh->cancelled)
            return ST_CANCELLED;
        if (!sh->failed)
            continue;
        str name = s->members->list.v[sh->failed - 1].name;
        diag_error(ds, DIAG_FILE, s->span, "cannot read %.*s: %s",
                   STRF(name), sh->trouble);
        return ST_ENV;
    }
    return ST_OK;
}

static void set_up(struct share *shares, const struct scan *s, uint64_t *due,
                   const struct schema *known)
{
    uint64_t total = total_bytes(s->members);
    for (unsigned k = 0; k <= s->nparts; k++)
        due[k] = total / s->nparts * k + total % s->nparts * k / s->nparts;
    for (unsigned k = 0; k < s->nparts; k++)
        shares[k] = (struct share){
            .scan = s, .known = known, .due = due, .from = due[k],
            .to = due[k + 1],
        };
}

enum status scan_run(const struct scan *s, struct schema *schema,
                     struct cut *cuts, struct diags *ds)
{
    struct share shares[SOURCE_MAX_PARTS];
    bool is_cut[SOURCE_MAX_PARTS] = { false };
    uint64_t due[SOURCE_MAX_PARTS + 1];
    set_up(shares, s, due, schema);
    for (unsigned k = 0; k < s->nparts; k++) {
        shares[k].cuts = cuts;
        shares[k].is_cut = is_cut;
    }
    read_all(shares, s->nparts);
    cuts[0] = (struct cut){ .member = 0 };
    cuts[s->nparts] = (struct cut){ .member = s->members->list.n };
    for (unsigned k = 1; k < s->nparts; k++)
        set_cut(shares, k);
    for (unsigned k = 0; k < s->nparts; k++)
        schema_join(schema, shares[k].schema);
    enum status st = report(s, shares, ds);
    for (unsigned k = 0; k < s->nparts; k++)
        arena_free(shares[k].arena);
    return st;
}
