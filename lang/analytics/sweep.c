/* sweep.c - which of very many indicators stand in a text.
 *
 * Called by: sweep_frame.c, tests.
 * The path of an indicator is its first MAX_TERMS terms and the signs between
 * them; the hash of a path is the name of its node. A node knows the
 * indicators that end there (longer ones end at the last node) and whether
 * paths go on. Hashes can agree by chance, so a hit is always compared. */
#include "sweep.h"

#include "base/buf.h"
#include "refang.h"

#define NONE UINT32_MAX

enum { MAX_TERMS = 64, FILTER_BITS = 1 << 20 };

struct node {
    uint64_t hash;           /* 0: free */
    uint32_t first;          /* indicator that ends here, or NONE */
    bool goes_on;
};

struct indicator {
    str text;                /* lower case */
    uint32_t next;           /* of the same node, or NONE */
    uint32_t number;
    uint32_t head;           /* bytes before the first term */
    uint32_t seen;           /* the text in which it was found last */
    bool host;               /* letters, digits, dots, dashes with a dot */
};

struct sweep {
    struct indicator *v;
    size_t n;
    struct node *nodes;
    size_t nslots, nnodes;
    uint64_t *filter;        /* of the hashes of first terms */
    size_t left_out;
    uint32_t serial;         /* of the text in work */
};

static uint8_t lower(char c)
{
    return (uint8_t)(c >= 'A' && c <= 'Z' ? c | 32 : c);
}

static bool is_term(char c)
{
    uint8_t u = lower(c);
    return (u >= 'a' && u <= 'z') || (u >= '0' && u <= '9') || u >= 0x80;
}

/* FNV-1a over lower case, mixed at the end; never 0. */
static uint64_t hash_bytes(uint64_t h, str s)
{
    h ^= 0xcbf29ce484222325u;
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ lower(s.p[i])) * 0x100000001b3u;
    h ^= h >> 32;
    h *= 0x9e3779b97f4a7c15u;
    h ^= h >> 29;
    return h ? h : 1;
}

static size_t term_end(str s, size_t i)
{
    while (i < s.n && is_term(s.p[i]))
        i++;
    return i;
}

static size_t term_start(str s, size_t i)
{
    while (i < s.n && !is_term(s.p[i]))
        i++;
    return i;
}

/* ---- the tree ---------------------------------------------------------- */

static struct node *slot(const struct sweep *s, uint64_t hash)
{
    size_t i = hash & (s->nslots - 1);
    while (s->nodes[i].hash && s->nodes[i].hash != hash)
        i = (i + 1) & (s->nslots - 1);
    return &s->nodes[i];
}

static struct node *need_node(struct sweep *s, uint64_t hash)
{
    struct node *n = slot(s, hash);
    if (!n->hash)
        *n = (struct node){ hash, NONE, false };
    return n;
}

static void set_filter(struct sweep *s, uint64_t hash)
{
    size_t bit = hash >> 44; /* 20 bits */
    s->filter[bit / 64] |= 1ull << bit % 64;
}

static bool in_filter(const struct sweep *s, uint64_t hash)
{
    size_t bit = hash >> 44;
    return s->filter[bit / 64] >> bit % 64 & 1;
}

static void insert(struct sweep *s, uint32_t at)
{
    struct indicator *x = &s->v[at];
    str t = x->text;
    size_t beg = term_start(t, 0), end = term_end(t, beg);
    uint64_t h = hash_bytes(0, str_sub(t, beg, end));
    x->head = (uint32_t)beg;
    set_filter(s, h);
    struct node *n = need_node(s, h);
    for (int k = 1; k < MAX_TERMS; k++) {
        size_t next = term_start(t, end), stop = term_end(t, next);
        if (next == t.n)
            break;
        n->goes_on = true;
        h = hash_bytes(h, str_sub(t, end, stop));
        n = need_node(s, h);
        end = stop;
    }
    x->next = n->first;
    n->first = at;
}

/* ---- indicators -------------------------------------------------------- */

static bool is_host(str t)
{
    bool dot = false;
    for (size_t i = 0; i < t.n; i++) {
        dot = dot || t.p[i] == '.';
        if (!is_term(t.p[i]) && t.p[i] != '.' && t.p[i] != '-' &&
            t.p[i] != '_')
            return false;
    }
    return dot;
}

static bool take(struct sweep *s, struct arena *a, str given, uint32_t number)
{
    struct buf b;
    buf_init(&b, given.n + 64);
    refang_text(&b, str_trim(given));
    str t = buf_take(&b, a);
    buf_release(&b);
    if (t.n < SWEEP_SHORTEST || t.n > UINT32_MAX ||
        term_start(t, 0) == t.n)
        return false;
    char *p = (char *)(uintptr_t)t.p; /* the copy is ours */
    for (size_t i = 0; i < t.n; i++)
        p[i] = (char)lower(p[i]);
    s->v[s->n++] = (struct indicator){ .text = t, .number = number,
                                       .host = is_host(t) };
    return true;
}

/* The most nodes that can be needed: a slot for each term of each path. */
static size_t count_nodes(const struct sweep *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        size_t at = 0;
        for (int k = 0; k < MAX_TERMS && at < s->v[i].text.n; k++, n++)
            at = term_end(s->v[i].text, term_start(s->v[i].text, at));
    }
    return n;
}

struct sweep *sweep_new(struct arena *a, const str *indicators, size_t n)
{
    struct sweep *s = NEW(a, struct sweep);
    s->v = arena_array(a, n, sizeof *s->v);
    for (size_t i = 0; i < n; i++)
        if (!take(s, a, indicators[i], (uint32_t)i))
            s->left_out++;
    size_t want = 2 * count_nodes(s) + 2;
    s->nslots = 64;
    while (s->nslots < want)
        s->nslots *= 2;
    s->nodes = arena_array(a, s->nslots, sizeof *s->nodes);
    memset(s->nodes, 0, s->nslots * sizeof *s->nodes);
    s->filter = arena_zalloc(a, FILTER_BITS / 8);
    for (size_t i = 0; i < s->n; i++)
        insert(s, (uint32_t)i);
    return s;
}

size_t sweep_left_out(const struct sweep *s)
{
    return s->left_out;
}

/* ---- a text ------------------------------------------------------------ */

struct look {
    struct sweep *s;
    str text;
    void (*f)(void *ctx, const struct sweep_hit *h);
    void *ctx;
};

static char at(str s, size_t i)
{
    return i < s.n ? s.p[i] : '\0';
}

/* A host goes on to the left: not-evil.com, 5.1.2.3.4; or to the right. */
static bool is_longer_host(str t, size_t beg, size_t end, bool numeric)
{
    char before = beg > 0 ? t.p[beg - 1] : '\0', after = at(t, end);
    if (before == '-' || before == '_' || after == '-' || after == '_')
        return true;
    if (after == '.' && is_term(at(t, end + 1)))
        return true;
    return numeric && before == '.' && beg > 1 && t.p[beg - 2] >= '0' &&
           t.p[beg - 2] <= '9';
}

static bool stands_at(const struct look *l, const struct indicator *x,
                      size_t beg)
{
    str t = l->text;
    size_t end = beg + x->text.n;
    if (end > t.n)
        return false;
    for (size_t i = 0; i < x->text.n; i++)
        if (lower(t.p[beg + i]) != (uint8_t)x->text.p[i])
            return false;
    if (is_term(x->text.p[x->text.n - 1]) && is_term(at(t, end)))
        return false;
    char last = x->text.p[x->text.n - 1];
    return !x->host || !is_longer_host(t, beg, end,
                                       last >= '0' && last <= '9');
}

static void report(const struct look *l, uint32_t first, size_t term)
{
    struct sweep *s = l->s;
    for (uint32_t i = first; i != NONE; i = s->v[i].next) {
        struct indicator *x = &s->v[i];
        if (x->seen == s->serial || x->head > term ||
            !stands_at(l, x, term - x->head))
            continue;
        struct sweep_hit h = { x->number, term - x->head,
                               term - x->head + x->text.n };
        x->seen = s->serial;
        l->f(l->ctx, &h);
    }
}

/* All indicators whose first term begins at `beg`. */
static void follow(const struct look *l, size_t beg, size_t end, uint64_t h)
{
    const struct node *n = slot(l->s, h);
    for (int k = 1; n->hash; k++) {
        if (n->first != NONE)
            report(l, n->first, beg);
        if (!n->goes_on || k == MAX_TERMS)
            return;
        size_t next = term_start(l->text, end), stop = term_end(l->text, next);
        if (next == l->text.n)
            return;
        h = hash_bytes(h, str_sub(l->text, end, stop));
        end = stop;
        n = slot(l->s, h);
    }
}

void sweep_text(struct sweep *s, str text,
                void (*f)(void *ctx, const struct sweep_hit *h), void *ctx)
{
    struct look l = { s, text, f, ctx };
    if (++s->serial == 0) { /* after 2^32 texts */
        for (size_t i = 0; i < s->n; i++)
            s->v[i].seen = 0;
        s->serial = 1;
    }
    for (size_t i = term_start(text, 0); i < text.n;) {
        size_t end = term_end(text, i);
        uint64_t h = hash_bytes(0, str_sub(text, i, end));
        if (in_filter(s, h))
            follow(&l, i, end, h);
        i = term_start(text, end);
    }
}
