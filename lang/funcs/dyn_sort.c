/* dyn_sort.c - the members of all bags of a value in the order of their keys.
 *
 * Called by: dynamic_to_json. One pass and no recursion: an inner bag is in
 * order before the bag around it is put in order by moving whole members. */
#include "dyn_int.h"

#include <stdlib.h>

struct sort_level {
    size_t beg;    /* of its bracket in the output */
    size_t first;  /* of its keys */
};

/* A key literal in the output. */
struct sort_key {
    size_t beg, end;
};

struct sorter {
    struct buf *out;
    LIST(struct sort_level) levels;
    LIST(struct sort_key) keys; /* of the open bags */
    struct arena *a;
};

struct sort_member {
    str key, text; /* the whole `"key":value` */
};

static int by_key(const void *a, const void *b)
{
    const struct sort_member *x = a, *y = b;
    return str_cmp(x->key, y->key);
}

/* Rewrites the members of the object that ends here in the order of keys. */
static void sort_members(struct sorter *s, const struct sort_level *l)
{
    size_t n = s->keys.n - l->first;
    if (n < 2 || !buf_ok(s->out))
        return;
    struct sort_member *m = xcalloc(n, sizeof *m);
    str all = buf_str(s->out);
    char *copy = xmalloc(all.n - l->beg);
    memcpy(copy, all.p + l->beg, all.n - l->beg);
    for (size_t i = 0; i < n; i++) {
        struct sort_key *at = &s->keys.v[l->first + i];
        size_t end = i + 1 < n ? at[1].beg - 1 : all.n;
        m[i].key = (str){ copy + at->beg + 1 - l->beg,
                          at->end - at->beg - 2 };
        m[i].text = (str){ copy + at->beg - l->beg, end - at->beg };
    }
    qsort(m, n, sizeof *m, by_key);
    s->out->n = l->beg + 1;
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_addc(s->out, ',');
        buf_add(s->out, m[i].text);
    }
    free(copy);
    free(m);
}

static void sort_close(struct sorter *s, char bracket)
{
    if (s->levels.n == 0)
        return;
    struct sort_level *l = &s->levels.v[--s->levels.n];
    if (bracket == '}') {
        sort_members(s, l);
        s->keys.n = l->first;
    }
    buf_addc(s->out, bracket);
}

/* One pass over stored text; a literal before a colon is a key. */
static void copy_sorted(struct sorter *s, str json)
{
    for (size_t i = 0; i < json.n;) {
        char c = json.p[i];
        size_t end = i + 1;
        if (c == '[' || c == '{') {
            struct sort_level l = { s->out->n, s->keys.n };
            PUSH(s->a, s->levels, l);
            buf_addc(s->out, c);
        } else if (c == ']' || c == '}') {
            sort_close(s, c);
        } else if (c == ',' || c == ':') {
            buf_addc(s->out, c);
        } else {
            end = json_skip(json, i);
            if (end < json.n && json.p[end] == ':') {
                struct sort_key m = { s->out->n, s->out->n + (end - i) };
                PUSH(s->a, s->keys, m);
            }
            buf_add(s->out, str_sub(json, i, end));
        }
        i = end;
    }
}

void dyn_sort_keys(struct buf *out, str json)
{
    struct sorter s = { .out = out, .a = arena_new() };
    copy_sorted(&s, json);
    arena_free(s.a);
}
