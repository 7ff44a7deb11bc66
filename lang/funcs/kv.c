/* kv.c - keys and values out of a line of log.
 *
 * Called by: fn_parse_kv.c for every row.
 * Must not:  take more than linear time: the places of the next delimiters
 *            are remembered, and a quote that never closes is looked for once.
 */
#include "kv.h"

struct reader {
    const struct kv_spec *s;
    str t;
    struct arena *a;
    str *values;
    size_t left;                  /* keys that have no value yet */
    size_t next_kv, next_pair;    /* first one not before the last question */
    bool unclosed[KV_MAX_QUOTES]; /* no closing quote from here on */
};

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Letters beyond ASCII count as letters. */
static bool is_word(char c)
{
    unsigned char u = (unsigned char)c;
    return (u >= '0' && u <= '9') || ((u | 32) >= 'a' && (u | 32) <= 'z') ||
           u >= 0x80;
}

static size_t skip_blanks(const struct reader *r, size_t i, size_t end)
{
    while (i < end && is_blank(r->t.p[i]))
        i++;
    return i;
}

static bool starts_at(const struct reader *r, size_t i, str what)
{
    return str_starts(str_sub(r->t, i, r->t.n), what);
}

/* The first place of `what` at or after `from`, the length when there is none.
 * Questions come with growing `from`. */
static size_t next_of(const struct reader *r, str what, size_t *known,
                      size_t from)
{
    if (*known == SIZE_MAX || *known < from) {
        ptrdiff_t at = str_find(str_sub(r->t, from, r->t.n), what);
        *known = at < 0 ? r->t.n : from + (size_t)at;
    }
    return *known;
}

static size_t next_kv(struct reader *r, size_t from)
{
    return next_of(r, r->s->kv, &r->next_kv, from);
}

static size_t next_pair(struct reader *r, size_t from)
{
    return next_of(r, r->s->pair, &r->next_pair, from);
}

static bool is_escape(const struct reader *r, size_t i)
{
    for (size_t k = 0; k < r->s->nescapes; k++)
        if (r->s->escapes[k] == r->t.p[i])
            return i + 1 < r->t.n;
    return false;
}

/* [beg, end) without the escape characters. */
static str unescape(const struct reader *r, size_t beg, size_t end)
{
    char *p = arena_alloc(r->a, end - beg + 1);
    size_t n = 0;
    for (size_t i = beg; i < end; i++) {
        if (is_escape(r, i))
            i++;
        p[n++] = r->t.p[i];
    }
    return (str){ p, n };
}

/* A text in quotes at `i`; *end is behind the closing one. */
static bool quoted(struct reader *r, size_t i, str *out, size_t *end)
{
    size_t q = 0, escapes = 0, j = i + 1;
    while (q < r->s->nquotes &&
           (i >= r->t.n || r->s->quotes[q].open != r->t.p[i]))
        q++;
    if (q == r->s->nquotes || r->unclosed[q])
        return false;
    for (; j < r->t.n && r->t.p[j] != r->s->quotes[q].close; j++)
        if (is_escape(r, j)) {
            escapes++;
            j++;
        }
    if (j >= r->t.n) {
        r->unclosed[q] = true;
        return false;
    }
    *out = escapes ? unescape(r, i + 1, j) : str_sub(r->t, i + 1, j);
    *end = j + 1;
    return true;
}

/* The place of a key that has no value yet, or nkeys. */
static size_t wanted(const struct reader *r, str key)
{
    size_t k = 0;
    while (k < r->s->nkeys && (r->values[k].p || !str_eq(r->s->keys[k], key)))
        k++;
    return k;
}

static void store(struct reader *r, size_t k, str value)
{
    if (k >= r->s->nkeys)
        return;
    r->values[k] = value.n ? value : S("");
    r->left--;
}

/* ---- with delimiters ---- */

/* Where a greedy value that starts at `from` ends: at the last pair delimiter
 * before the next key. */
static size_t greedy_end(struct reader *r, size_t from)
{
    size_t last = SIZE_MAX, i = from, end;
    str key;
    for (;;) {
        size_t p = next_pair(r, i), k = next_kv(r, i);
        if (k >= r->t.n)
            return r->t.n;
        if (k <= p && last != SIZE_MAX)
            return last;
        if (k <= p) {
            i = k + r->s->kv.n;
            continue;
        }
        last = p;
        i = p + r->s->pair.n;
        if (quoted(r, skip_blanks(r, i, r->t.n), &key, &end) &&
            starts_at(r, skip_blanks(r, end, r->t.n), r->s->kv))
            return last;
    }
}

/* Reads the value at `i` and gives the start of what follows it. */
static size_t read_value(struct reader *r, size_t i, str *value)
{
    size_t end = next_pair(r, i);
    size_t from = skip_blanks(r, i, end);
    if (quoted(r, from, value, &end)) {
        end = next_pair(r, end);
    } else {
        if (r->s->greedy && from < end)
            end = greedy_end(r, from);
        *value = str_trim(str_sub(r->t, from, end));
    }
    return end < r->t.n ? end + r->s->pair.n : r->t.n;
}

/* Reads the key at `i`; *value is where its value starts. False: there is no
 * key, *value is where the next pair starts. */
static bool read_key(struct reader *r, size_t i, str *key, size_t *value)
{
    size_t end, n = r->t.n;
    if (quoted(r, i, key, &end)) {
        size_t k = skip_blanks(r, end, n);
        size_t p = next_pair(r, end);
        bool ok = starts_at(r, k, r->s->kv);
        *value = ok ? k + r->s->kv.n : p < n ? p + r->s->pair.n : n;
        return ok;
    }
    size_t k = next_kv(r, i), p = next_pair(r, i);
    if (k >= n || p < k) {
        *value = k >= n ? n : p + r->s->pair.n;
        return false;
    }
    *key = str_trim(str_sub(r->t, i, k));
    *value = k + r->s->kv.n;
    return true;
}

static void parse_delimited(struct reader *r)
{
    size_t i = 0, value;
    str key, v;
    while (r->left && (i = skip_blanks(r, i, r->t.n)) < r->t.n) {
        bool ok = read_key(r, i, &key, &value);
        i = value;
        if (ok) {
            i = read_value(r, value, &v);
            store(r, wanted(r, key), v);
        }
    }
}

/* ---- without ---- */

static size_t word_end(const struct reader *r, size_t i)
{
    while (i < r->t.n && is_word(r->t.p[i]))
        i++;
    return i;
}

/* The longest key that stands at `i` as whole words, or nkeys. */
static size_t key_at(const struct reader *r, size_t i, size_t *end)
{
    size_t best = r->s->nkeys, longest = 0;
    for (size_t k = 0; k < r->s->nkeys; k++) {
        str key = r->s->keys[k];
        size_t e = i + key.n;
        if (!r->values[k].p && key.n > longest && starts_at(r, i, key) &&
            (e == r->t.n || !is_word(r->t.p[e]))) {
            best = k;
            longest = key.n;
            *end = e;
        }
    }
    return best;
}

/* The next word or quoted text from `i` on; false when there is none. */
static bool next_word(struct reader *r, size_t i, str *word, size_t *end)
{
    for (; i < r->t.n && !is_word(r->t.p[i]); i++)
        if (quoted(r, i, word, end))
            return true;
    *end = word_end(r, i);
    *word = str_sub(r->t, i, *end);
    return i < r->t.n;
}

static void parse_words(struct reader *r)
{
    size_t i = 0, end;
    str word;
    while (r->left && i < r->t.n) {
        size_t k = r->s->nkeys;
        if (is_word(r->t.p[i]))
            k = key_at(r, i, &end);
        else if (quoted(r, i, &word, &end))
            k = wanted(r, word);
        else
            end = i + 1;
        if (k == r->s->nkeys) {
            i = is_word(r->t.p[i]) ? word_end(r, i) : end;
        } else if (next_word(r, end, &word, &i)) {
            store(r, k, word);
        }
    }
}

void kv_parse(const struct kv_spec *s, str text, struct arena *a, str *values)
{
    struct reader r = { .s = s,
                        .t = text,
                        .a = a,
                        .values = values,
                        .left = s->nkeys,
                        .next_kv = SIZE_MAX,
                        .next_pair = SIZE_MAX };
    for (size_t k = 0; k < s->nkeys; k++)
        values[k] = STR_NONE;
    if (s->pair.n && s->kv.n)
        parse_delimited(&r);
    else
        parse_words(&r);
}
