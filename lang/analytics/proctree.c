/* proctree.c - who started whom: parents, roots and depths of processes.
 *
 * Called by: proctree_frame.c.
 * Steps:     rows are dealt to hosts; per host the starts are indexed by
 *            process number (and GUID) and each row looks its parent up;
 *            circles are cut; then depths and child counts follow. Going host
 *            by host keeps the index small enough for the caches. */
#include "proctree.h"

#include "base/ticks.h"
#include "proctree_index.h"

enum {
    OLDER_TRIED = 16,       /* starts under a wrong name that are passed over */
    POLL_ROWS = 1 << 16,    /* between looks at the cancel flag */
};

struct work {
    const struct proctree_in *in;
    const atomic_bool *cancel;
    struct proctree_index pids, guids;
    int32_t *list;          /* process rows, host by host */
    int32_t *host_start;    /* nhosts + 1 places in list */
    int32_t *parent, *same;
    uint8_t *flags;
    int32_t *ghost_child;   /* by ghost */
    size_t nghosts, ghost_cap;
    size_t host_ghosts;     /* first ghost of the host at hand */
    int32_t *ghost_slots;   /* hash of this host's ghosts, -1 free */
    size_t nghost_slots, ghost_slot_cap;
};

static int64_t at(const int64_t *column, int32_t row)
{
    return column ? column[row] : PROCTREE_NONE;
}

static uint32_t name_at(const uint32_t *column, int32_t row)
{
    return column ? column[row] : 0;
}

static uint32_t host_of(const struct work *w, size_t row)
{
    return w->in->host ? w->in->host[row] : 0;
}

static size_t nhosts(const struct work *w)
{
    return w->in->host ? w->in->nhosts : 1;
}

static bool skipped(const struct work *w, size_t row)
{
    return w->in->skip && w->in->skip[row];
}

/* A counting sort by host that keeps the order of rows. */
static void deal_to_hosts(struct work *w)
{
    size_t n = w->in->n, hosts = nhosts(w);
    w->list = xmalloc(n * sizeof *w->list);
    w->host_start = xcalloc(hosts + 2, sizeof *w->host_start);
    int32_t *place = w->host_start + 1;
    for (size_t i = 0; i < n; i++)
        if (!skipped(w, i))
            place[host_of(w, i) + 1]++;
    for (size_t h = 1; h <= hosts; h++)
        place[h] += place[h - 1];
    for (size_t i = 0; i < n; i++)
        if (!skipped(w, i))
            w->list[place[host_of(w, i)]++] = (int32_t)i;
}

/* ---- repeated rows ----------------------------------------------------- */

static bool repeats(const struct work *w, int32_t a, int32_t b)
{
    const struct proctree_in *in = w->in;
    return at(in->time, a) == at(in->time, b) &&
           at(in->time, a) != PROCTREE_NONE &&
           name_at(in->name, a) == name_at(in->name, b) &&
           in->ppid[a] == in->ppid[b] &&
           at(in->guid, a) == at(in->guid, b);
}

static void mark_same(struct work *w, int32_t row, int32_t first)
{
    if (w->same[first] >= 0)
        first = w->same[first];
    if (first == row || w->same[row] >= 0)
        return;
    w->same[row] = first;
    w->flags[row] |= PROCTREE_DUPLICATE;
}

/* Looks a few rows of the same time back for the one that row i repeats. */
static void find_repeated(struct work *w, int32_t beg, int32_t i)
{
    const struct proctree_start *s = w->pids.rows;
    for (int32_t k = i - 1; k >= beg && i - k <= OLDER_TRIED; k--) {
        if (s[k].time != s[i].time)
            return;
        if (repeats(w, s[k].row, s[i].row)) {
            mark_same(w, s[i].row, s[k].row);
            return;
        }
    }
}

/* Rows of one GUID are one start, whatever else they say. */
static void find_repeats(struct work *w)
{
    const struct proctree_index *x = &w->guids;
    for (int32_t g = 0; w->in->guid && g < x->ngroups; g++)
        for (int32_t i = x->start[g] + 1; i < x->start[g + 1]; i++)
            mark_same(w, x->rows[i].row, x->rows[x->start[g]].row);
    x = &w->pids;
    for (int32_t g = 0; g < x->ngroups; g++)
        for (int32_t i = x->start[g] + 1; i < x->start[g + 1]; i++)
            find_repeated(w, x->start[g], i);
}

/* ---- parents that are not among the rows ------------------------------- */

static uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * 0x9e3779b97f4a7c15u;
    return h ^ (h >> 32);
}

static uint64_t ghost_hash(const struct work *w, int32_t row)
{
    const struct proctree_in *in = w->in;
    uint64_t h = w->pids.seed;
    if (at(in->pguid, row) != PROCTREE_NONE)
        return mix(h, (uint64_t)in->pguid[row]);
    h = mix(h, (uint64_t)in->ppid[row]);
    h = mix(h, (uint64_t)at(in->ptime, row));
    return mix(h, name_at(in->pname, row));
}

/* Whether two rows of one host name the same unseen parent. */
static bool same_ghost(const struct work *w, int32_t a, int32_t b)
{
    const struct proctree_in *in = w->in;
    if (at(in->pguid, a) != at(in->pguid, b))
        return false;
    return at(in->pguid, a) != PROCTREE_NONE ||
           (in->ppid[a] == in->ppid[b] &&
            at(in->ptime, a) == at(in->ptime, b) &&
            name_at(in->pname, a) == name_at(in->pname, b));
}

static int32_t *ghost_slot(const struct work *w, int32_t row)
{
    size_t mask = w->nghost_slots - 1;
    size_t i = ghost_hash(w, row) & mask;
    while (w->ghost_slots[i] >= 0 &&
           !same_ghost(w, w->ghost_child[w->ghost_slots[i]], row))
        i = (i + 1) & mask;
    return &w->ghost_slots[i];
}

static void set_ghost_slots(struct work *w, size_t want)
{
    if (want > w->ghost_slot_cap) {
        free(w->ghost_slots);
        w->ghost_slots = xmalloc(want * sizeof *w->ghost_slots);
        w->ghost_slot_cap = want;
    }
    w->nghost_slots = want;
    for (size_t i = 0; i < want; i++)
        w->ghost_slots[i] = -1;
    for (size_t g = w->host_ghosts; g < w->nghosts; g++)
        *ghost_slot(w, w->ghost_child[g]) = (int32_t)g;
}

static int32_t ghost_of(struct work *w, int32_t row)
{
    if (w->nghosts - w->host_ghosts >= w->nghost_slots / 2)
        set_ghost_slots(w, w->nghost_slots * 2);
    if (w->nghosts == w->ghost_cap) {
        w->ghost_cap = w->ghost_cap ? w->ghost_cap * 2 : 64;
        w->ghost_child = xrealloc(w->ghost_child,
                                  w->ghost_cap * sizeof *w->ghost_child);
    }
    int32_t *slot = ghost_slot(w, row);
    if (*slot < 0) {
        w->ghost_child[w->nghosts] = row;
        *slot = (int32_t)w->nghosts++;
    }
    w->flags[row] |= PROCTREE_INFERRED;
    return (int32_t)w->in->n + *slot;
}

/* ---- the parent of one row --------------------------------------------- */

struct starts {
    const struct proctree_start *v;   /* by (time, row) */
    size_t n;
};

/* How many starts are not later than (time, row). */
static size_t count_until(struct starts s, int64_t time, int32_t row)
{
    size_t lo = 0, hi = s.n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int64_t t = s.v[mid].time;
        if (t < time || (t == time && s.v[mid].row <= row))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static bool fits(const struct work *w, int32_t row, int32_t start)
{
    uint32_t want = name_at(w->in->pname, row);
    uint32_t has = name_at(w->in->name, start);
    return start != row && w->same[start] < 0 &&
           (want == 0 || has == 0 || want == has);
}

/* The start whose time is the one the child knows of its parent, or -1. */
static int32_t at_known_time(const struct work *w, struct starts s, int32_t row)
{
    int64_t want = w->in->ptime[row], best = TICKS_PER_MS + 1, off;
    int32_t found = -1;
    size_t i = count_until(s, want < 0 ? want : want - TICKS_PER_MS, -1);
    for (size_t tried = 0; i < s.n && tried < OLDER_TRIED; i++, tried++) {
        if (__builtin_sub_overflow(s.v[i].time, want, &off) ||
            off > TICKS_PER_MS)
            break;
        off = off < 0 ? -off : off;
        if (off < best && s.v[i].row != row && w->same[s.v[i].row] < 0)
            best = off, found = s.v[i].row;
    }
    return found;
}

/* The last fitting start before `end`; *passed counts living ones with another
 * name, which is what makes the answer doubtful. */
static int32_t last_fit(const struct work *w, struct starts s, size_t end,
                        int32_t row, int *passed)
{
    size_t tried = 0;
    for (size_t i = end; i > 0 && tried < OLDER_TRIED; i--, tried++) {
        int32_t start = s.v[i - 1].row;
        if (fits(w, row, start))
            return start;
        *passed += start != row && w->same[start] < 0;
    }
    return -1;
}

static int32_t first_fit(const struct work *w, struct starts s, size_t beg,
                         size_t end, int32_t row)
{
    for (size_t i = beg; i < end && i - beg < OLDER_TRIED; i++)
        if (fits(w, row, s.v[i].row))
            return s.v[i].row;
    return -1;
}

/* Whether another start, one of the first `upto`, fits as well as `found`: at
 * the very same time, or at any when a time is missing. */
static bool doubtful(const struct work *w, struct starts s, int32_t row,
                     int32_t found, size_t upto)
{
    int64_t t = at(w->in->time, found);
    bool any = t == PROCTREE_NONE || at(w->in->time, row) == PROCTREE_NONE;
    size_t beg = any ? 0 : count_until(s, t, -1);
    for (size_t i = beg; i < upto && i - beg < OLDER_TRIED; i++)
        if (s.v[i].row != found && (any || s.v[i].time == t) &&
            fits(w, row, s.v[i].row))
            return true;
    return false;
}

/* Chooses among the starts under the parent's number; -1: none fits. */
static int32_t choose(struct work *w, struct starts s, int32_t row)
{
    int64_t t = at(w->in->time, row);
    if (at(w->in->ptime, row) != PROCTREE_NONE &&
        s.v[s.n - 1].time != PROCTREE_NONE)
        return at_known_time(w, s, row);
    size_t before = count_until(s, t, row);
    size_t until = count_until(s, t, INT32_MAX);
    if (t == PROCTREE_NONE && until == 0)
        before = until = s.n;
    int passed = 0;
    int32_t found = last_fit(w, s, before, row, &passed);
    if (found < 0)
        found = first_fit(w, s, before, until, row);
    else if (until > before && at(w->in->time, found) != t &&
             first_fit(w, s, before, until, row) >= 0)
        passed++;
    if (found >= 0 && (passed || doubtful(w, s, row, found, until)))
        w->flags[row] |= PROCTREE_AMBIGUOUS;
    return found;
}

static int32_t parent_by_guid(struct work *w, int32_t row)
{
    struct starts s;
    s.v = proctree_index_find(&w->guids, w->in->pguid[row], &s.n);
    return s.n ? s.v[0].row : -1;
}

static int32_t parent_by_pid(struct work *w, int32_t row)
{
    struct starts s;
    s.v = proctree_index_find(&w->pids, w->in->ppid[row], &s.n);
    return s.n ? choose(w, s, row) : -1;
}

static bool is_own_parent(const struct proctree_in *in, int32_t row)
{
    if (at(in->pguid, row) != PROCTREE_NONE)
        return in->pguid[row] == at(in->guid, row);
    return in->ppid[row] != PROCTREE_NONE && in->ppid[row] == in->pid[row];
}

static int32_t find_parent(struct work *w, int32_t row)
{
    const struct proctree_in *in = w->in;
    bool by_guid = at(in->pguid, row) != PROCTREE_NONE;
    if (is_own_parent(in, row)) {
        w->flags[row] |= PROCTREE_SELF | PROCTREE_ROOT;
        return -1;
    }
    int32_t p = by_guid && in->guid ? parent_by_guid(w, row) : -1;
    if (!by_guid)
        p = parent_by_pid(w, row);
    if (p >= 0)
        return p;
    if (!by_guid && (in->ppid[row] == 0 || in->ppid[row] == PROCTREE_NONE)) {
        w->flags[row] |= PROCTREE_ROOT;
        return -1;
    }
    return ghost_of(w, row);
}

static void link_host(struct work *w, const int32_t *list, size_t n)
{
    const struct proctree_in *in = w->in;
    if (in->guid)
        proctree_index_build(&w->guids, n, list, in->guid, NULL);
    proctree_index_build(&w->pids, n, list, in->pid, in->time);
    find_repeats(w);
    w->host_ghosts = w->nghosts;
    set_ghost_slots(w, 64);
    for (size_t i = 0; i < n; i++) {
        int32_t row = list[i];
        if (at(in->time, row) == PROCTREE_NONE)
            w->flags[row] |= PROCTREE_NO_TIME;
        if (w->same[row] < 0)
            w->parent[row] = find_parent(w, row);
    }
}

static bool cancelled(const struct work *w)
{
    return w->cancel && atomic_load_explicit(w->cancel, memory_order_relaxed);
}

static enum status link_all(struct work *w)
{
    size_t biggest = 0, since = 0;
    for (size_t h = 0; h < nhosts(w); h++) {
        size_t n = (size_t)(w->host_start[h + 1] - w->host_start[h]);
        biggest = n > biggest ? n : biggest;
    }
    proctree_index_init(&w->pids, biggest);
    if (w->in->guid)
        proctree_index_init(&w->guids, biggest);
    for (size_t h = 0; h < nhosts(w); h++) {
        size_t n = (size_t)(w->host_start[h + 1] - w->host_start[h]);
        if ((since += n) >= POLL_ROWS) {
            since = 0;
            if (cancelled(w))
                return ST_CANCELLED;
        }
        link_host(w, w->list + w->host_start[h], n);
    }
    return cancelled(w) ? ST_CANCELLED : ST_OK;
}

/* ---- circles ----------------------------------------------------------- */

/* The row that loses its parent: the earliest by (time, row). */
static int32_t earliest_in_circle(const struct work *w, int32_t any)
{
    int32_t best = any;
    for (int32_t p = w->parent[any]; p != any; p = w->parent[p]) {
        int64_t t = at(w->in->time, p), b = at(w->in->time, best);
        if (t < b || (t == b && p < best))
            best = p;
    }
    return best;
}

static bool is_row(const struct work *w, int32_t p)
{
    return p >= 0 && (size_t)p < w->in->n;
}

static void cut_circles(struct work *w)
{
    enum { NEW, ON_PATH, DONE };
    uint8_t *state = xcalloc(w->in->n, 1);
    for (size_t i = 0; i < w->in->n; i++) {
        int32_t p = (int32_t)i;
        for (; is_row(w, p) && state[p] == NEW; p = w->parent[p])
            state[p] = ON_PATH;
        bool circle = is_row(w, p) && state[p] == ON_PATH;
        for (int32_t q = (int32_t)i; is_row(w, q) && state[q] == ON_PATH;
             q = w->parent[q])
            state[q] = DONE;
        if (circle) {
            int32_t row = earliest_in_circle(w, p);
            w->parent[row] = -1;
            w->flags[row] |= PROCTREE_CYCLE;
        }
    }
    free(state);
}

/* ---- depths, roots, counts --------------------------------------------- */

static void place_row(const struct work *w, struct proctree *t, int32_t row)
{
    int32_t p = w->parent[row];
    if (is_row(w, p)) {
        t->depth[row] = t->depth[p] + 1;
        t->root[row] = t->root[p];
    } else {
        t->depth[row] = p >= 0;
        t->root[row] = p >= 0 ? p : row;
    }
    if (p >= 0)
        t->children[p]++;
}

/* Walks up to the nearest ancestor that is done, then back down. */
static void measure(const struct work *w, struct proctree *t)
{
    int32_t *path = xmalloc((w->in->n + 1) * sizeof *path);
    for (size_t i = 0; i < w->in->n; i++) {
        size_t n = 0;
        if (skipped(w, i) || w->same[i] >= 0)
            continue;
        for (int32_t p = (int32_t)i; is_row(w, p) && t->root[p] < 0;
             p = w->parent[p])
            path[n++] = p;
        while (n > 0)
            place_row(w, t, path[--n]);
    }
    free(path);
}

static void copy_repeats(const struct work *w, struct proctree *t)
{
    for (size_t i = 0; i < w->in->n; i++) {
        int32_t first = w->same[i];
        if (first < 0)
            continue;
        t->parent[i] = t->parent[first];
        t->root[i] = t->root[first];
        t->depth[i] = t->depth[first];
        t->children[i] = t->children[first];
        t->flags[i] |= t->flags[first];
    }
}

static void finish(const struct work *w, struct arena *a, struct proctree *t)
{
    size_t n = w->in->n;
    *t = (struct proctree){
        .n = n, .nghosts = w->nghosts,
        .parent = w->parent, .same = w->same, .flags = w->flags,
        .root = arena_array(a, n, sizeof *t->root),
        .depth = arena_array(a, n, sizeof *t->depth),
        .children = arena_array(a, n + w->nghosts, sizeof *t->children),
        .ghost_child = arena_array(a, w->nghosts, sizeof *t->ghost_child),
    };
    if (w->nghosts)
        memcpy(t->ghost_child, w->ghost_child,
               w->nghosts * sizeof *t->ghost_child);
    for (size_t i = 0; i < n; i++)
        t->root[i] = -1;
    measure(w, t);
    copy_repeats(w, t);
}

static void work_release(struct work *w)
{
    proctree_index_release(&w->pids);
    proctree_index_release(&w->guids);
    free(w->list);
    free(w->host_start);
    free(w->ghost_child);
    free(w->ghost_slots);
}

enum status proctree_build(struct arena *a, const struct proctree_in *in,
                           const atomic_bool *cancel, struct proctree *out)
{
    if (in->n > PROCTREE_MAX_ROWS)
        BUG("process tree of %zu rows", in->n);
    struct work w = { .in = in, .cancel = cancel };
    w.parent = arena_array(a, in->n, sizeof *w.parent);
    w.same = arena_array(a, in->n, sizeof *w.same);
    w.flags = arena_array(a, in->n, sizeof *w.flags);
    for (size_t i = 0; i < in->n; i++)
        w.parent[i] = w.same[i] = -1;
    deal_to_hosts(&w);
    enum status st = link_all(&w);
    if (st == ST_OK) {
        cut_circles(&w);
        finish(&w, a, out);
    }
    work_release(&w);
    return st;
}
