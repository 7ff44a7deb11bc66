/* reduce.c - groups of similar texts.
 *
 * Called by: op_reduce.c.
 * A word is frequent when enough rows have it at its place. What a text keeps
 * when its other words become stars is its pattern; patterns with enough rows
 * are groups, all other texts are "others". Linear in the bytes of the texts.
 */
#include "reduce.h"

#include <math.h>
#include <stdlib.h>

#include "base/buf.h"

/* ---- counting texts by place ---- */

struct entry {
    str text;
    size_t place;
    uint64_t count;
    str example; /* of a pattern: the least text that has it */
    bool used;
};

struct counts {
    struct entry *v;
    size_t n, nslots;
};

static size_t slot_of(const struct counts *c, str text, size_t place)
{
    size_t i = (str_hash(text) + place * 0x9E3779B97F4A7C15u) & (c->nslots - 1);
    while (c->v[i].used &&
           (c->v[i].place != place || !str_eq(c->v[i].text, text)))
        i = (i + 1) & (c->nslots - 1);
    return i;
}

static void grow(struct counts *c)
{
    struct counts old = *c;
    c->nslots = old.nslots ? old.nslots * 2 : 1024;
    c->v = xcalloc(c->nslots, sizeof *c->v);
    for (size_t i = 0; i < old.nslots; i++)
        if (old.v[i].used)
            c->v[slot_of(c, old.v[i].text, old.v[i].place)] = old.v[i];
    free(old.v);
}

/* The entry of a text at a place, made when it is new. */
static struct entry *count(struct counts *c, str text, size_t place,
                           uint64_t by)
{
    if (2 * c->n >= c->nslots)
        grow(c);
    struct entry *e = &c->v[slot_of(c, text, place)];
    if (!e->used) {
        *e = (struct entry){ .text = text, .place = place, .used = true };
        c->n++;
    }
    e->count += by;
    return e;
}

static uint64_t count_of(const struct counts *c, str text, size_t place)
{
    return c->nslots ? c->v[slot_of(c, text, place)].count : 0;
}

/* ---- words ---- */

/* Letters beyond ASCII count as letters. */
static bool is_word(char ch)
{
    unsigned char c = (unsigned char)ch;
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') ||
           c >= 0x80;
}

/* The next word from *i on, which moves behind it; false when there is none. */
static bool next_word(str s, size_t *i, str *word)
{
    while (*i < s.n && !is_word(s.p[*i]))
        ++*i;
    size_t from = *i;
    while (*i < s.n && is_word(s.p[*i]))
        ++*i;
    *word = str_sub(s, from, *i);
    return word->n > 0;
}

static void count_words(struct counts *c, str text, uint64_t rows)
{
    size_t i = 0, place = 0;
    str word;
    while (next_word(text, &i, &word))
        count(c, word, place++, rows);
}

/* The text with a star for each run of rare words; false: all are rare. */
static bool write_pattern(struct buf *out, const struct counts *words, str text,
                          uint64_t support)
{
    size_t i = 0, end = 0, place = 0;
    bool star = false, any = false;
    str word;
    while (next_word(text, &i, &word)) {
        size_t from = i - word.n;
        bool frequent = count_of(words, word, place++) >= support;
        if (frequent || !star)
            buf_add(out, str_sub(text, end, from));
        if (frequent)
            buf_add(out, word);
        else if (!star)
            buf_addc(out, '*');
        star = !frequent;
        any |= frequent;
        end = i;
    }
    if (!star)
        buf_add(out, str_sub(text, end, text.n));
    return any;
}

/* ---- groups ---- */

struct groups {
    struct counts words, patterns;
    struct arena *arena;
    uint64_t support, others;
};

static uint64_t rows_of(const struct frame *in, size_t r)
{
    return (uint64_t)in->cols[1].i[r];
}

static void add_text(struct groups *g, str text, uint64_t rows)
{
    struct buf b;
    buf_init(&b, text.n + 16);
    if (write_pattern(&b, &g->words, text, g->support)) {
        struct entry *e = count(&g->patterns, buf_str(&b), 0, rows);
        if (e->count == rows) { /* new: its text is the buffer's */
            e->text = arena_str(g->arena, e->text);
            e->example = text;
        } else if (str_cmp(text, e->example) < 0) {
            e->example = text;
        }
    } else {
        g->others += rows;
    }
    buf_release(&b);
}

static int by_count(const void *x, const void *y)
{
    const struct entry *a = x, *b = y;
    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    return str_cmp(a->text, b->text);
}

/* Moves the groups that are large enough to the front; gives their number. */
static size_t keep_large(struct groups *g)
{
    size_t n = 0;
    for (size_t i = 0; i < g->patterns.nslots; i++) {
        struct entry e = g->patterns.v[i];
        if (e.used && e.count >= g->support)
            g->patterns.v[n++] = e;
        else
            g->others += e.count;
    }
    qsort(g->patterns.v, n, sizeof *g->patterns.v, by_count);
    return n;
}

static void set_row(struct frame *f, size_t r, const struct entry *e)
{
    struct value text = { .type = TYPE_STRING, .s = e->text };
    struct value n = { .type = TYPE_LONG, .i = (int64_t)e->count };
    struct value example = { .type = TYPE_STRING, .s = e->example };
    cell_set(f, 0, r, &text);
    cell_set(f, 1, r, &n);
    cell_set(f, 2, r, &example);
}

static struct frame *result(struct groups *g)
{
    size_t n = g->patterns.nslots ? keep_large(g) : 0;
    struct frame *f = frame_new(3);
    frame_set_col(f, 0, S("Pattern"), TYPE_STRING);
    frame_set_col(f, 1, S("Count"), TYPE_LONG);
    frame_set_col(f, 2, S("Representative"), TYPE_STRING);
    frame_set_rows(f, n + (g->others > 0));
    for (size_t i = 0; i < n; i++)
        set_row(f, i, &g->patterns.v[i]);
    struct entry others = { .text = S("others"),
                            .count = g->others,
                            .example = S("") };
    if (g->others)
        set_row(f, n, &others);
    return f;
}

static bool stop(const atomic_bool *cancel, size_t row)
{
    return row % 1024 == 0 && cancel &&
           atomic_load_explicit(cancel, memory_order_relaxed);
}

enum status reduce_run(const struct frame *in, const struct reduce_opts *o,
                       struct frame **out, const atomic_bool *cancel)
{
    struct groups g = { .arena = arena_new() };
    enum status st = ST_OK;
    uint64_t rows = 0;
    for (size_t r = 0; r < in->nrows && st == ST_OK; r++) {
        rows += rows_of(in, r);
        count_words(&g.words, in->cols[0].s[r], rows_of(in, r));
        st = stop(cancel, r) ? ST_CANCELLED : ST_OK;
    }
    /* One row is no group of similar ones. */
    double least = ceil(o->threshold * (double)rows);
    g.support = least < 2 ? 2 : (uint64_t)least;
    for (size_t r = 0; r < in->nrows && st == ST_OK; r++) {
        add_text(&g, in->cols[0].s[r], rows_of(in, r));
        st = stop(cancel, r) ? ST_CANCELLED : ST_OK;
    }
    if (st == ST_OK)
        *out = result(&g);
    free(g.words.v);
    free(g.patterns.v);
    arena_free(g.arena);
    return st;
}
