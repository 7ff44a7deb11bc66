/* ioc_scan.c - the loop of the indicator scanner, and its list of finds.
 *
 * Called by: ioc_frame.c, defang.c, tests.
 * Each sign has a part that looks around it (ioc_int.h). Finds of all parts
 * are put in order of place at the end; equal ones stay once. */
#include "ioc_int.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "base/xxh64.h"

enum { MIN_SLOTS = 64 };

/* ---- names of types ---------------------------------------------------- */

static const struct {
    const char *name, *group, *words;
} types[NIOCS] = {
#define IOC(id, name, group, words) { name, group, words },
#include "ioc_types.def"
#undef IOC
};

const char *ioc_type_name(enum ioc_type t)
{
    return types[t].name;
}

static bool has_word(const char *words, str w)
{
    while (*words) {
        size_t n = strcspn(words, " ");
        if (str_ieq((str){ words, n }, w))
            return true;
        words += n + (words[n] == ' ');
    }
    return false;
}

unsigned ioc_types_from_name(str name)
{
    unsigned bits = 0;
    if (!name.n)
        return 0;
    for (unsigned t = 0; t < NIOCS; t++)
        if (str_ieqz(name, types[t].name) || str_ieqz(name, types[t].group) ||
            has_word(types[t].words, name))
            bits |= 1u << t;
    return bits;
}

unsigned ioc_default_types(void)
{
    unsigned all = (1u << NIOCS) - 1;
    return all & ~(IOC_BIT(WINDOWS_PATH) | IOC_BIT(LINUX_PATH) | IOC_BIT(MAC) |
                   IOC_BIT(USER_AGENT));
}

/* ---- the list ---------------------------------------------------------- */

struct ioc_scanner *ioc_scanner_new(struct arena *a, const struct ioc_opts *o)
{
    struct ioc_scanner *s = NEW(a, struct ioc_scanner);
    s->keep = a;
    s->opts = *o;
    s->types = o->types ? o->types : ioc_default_types();
    s->tlds = tlds_new(a);
    return s;
}

void ioc_add(struct ioc_scanner *s, enum ioc_type t, size_t beg, size_t end,
             str value)
{
    struct ioc hit = { t, beg, end, value };
    if (s->level) { /* inside decoded text: the place of all of it */
        hit.beg = s->beg;
        hit.end = s->end;
    }
    PUSH(s->tmp, s->found, hit);
}

str ioc_lower(struct ioc_scanner *s, str v)
{
    struct buf b;
    size_t i = 0;
    bool wide = false, upper = false;
    for (i = 0; i < v.n; i++) {
        upper = upper || (v.p[i] >= 'A' && v.p[i] <= 'Z');
        wide = wide || (unsigned char)v.p[i] >= 0x80;
    }
    if (!upper && !wide)
        return v;
    if (wide) {
        buf_init(&b, 3 * v.n + 1);
        utf8_lower(&b, v);
        v = buf_take(&b, s->tmp);
        buf_release(&b);
        return v;
    }
    char *p = arena_alloc(s->tmp, v.n);
    for (i = 0; i < v.n; i++)
        p[i] = (char)(v.p[i] >= 'A' && v.p[i] <= 'Z' ? v.p[i] | 32 : v.p[i]);
    return (str){ p, v.n };
}

static int by_place(const void *a, const void *b)
{
    const struct ioc *x = a, *y = b;
    if (x->beg != y->beg)
        return x->beg < y->beg ? -1 : 1;
    if (x->end != y->end)
        return x->end > y->end ? -1 : 1;
    return x->type != y->type ? (x->type < y->type ? -1 : 1)
                              : str_cmp(x->value, y->value);
}

static void make_slots(struct ioc_scanner *s, size_t n)
{
    if (s->nslots < 2 * n) {
        size_t want = MIN_SLOTS;
        while (want < 2 * n)
            want *= 2;
        s->slots = arena_array(s->keep, want, sizeof *s->slots);
        s->nslots = want;
    }
    memset(s->slots, 0, s->nslots * sizeof *s->slots);
}

static bool same(const struct ioc *x, const struct ioc *y)
{
    return x->type == y->type && str_eq(x->value, y->value);
}

/* Keeps the first of equal finds. Few are compared, many are hashed. */
static void drop_repeats(struct ioc_scanner *s)
{
    struct ioc *v = s->found.v;
    size_t n = s->found.n, kept = 0;
    bool few = n <= 8;
    if (!few)
        make_slots(s, n);
    for (size_t i = 0; i < n; i++) {
        size_t at = 0;
        bool seen = false;
        if (few) {
            for (size_t k = 0; k < kept && !seen; k++)
                seen = same(&v[k], &v[i]);
        } else {
            at = xxh64(v[i].value, v[i].type) & (s->nslots - 1);
            while (s->slots[at] && !same(&v[s->slots[at] - 1], &v[i]))
                at = (at + 1) & (s->nslots - 1);
            seen = s->slots[at] != 0;
        }
        if (seen)
            continue;
        v[kept++] = v[i];
        if (!few)
            s->slots[at] = (uint32_t)kept;
    }
    s->found.n = kept;
}

/* ---- the loop ---------------------------------------------------------- */

size_t scan_open(struct ioc_scanner *s, size_t i)
{
    if (fang_dot(s->text, i))
        return scan_dot(s, i);
    if (fang_at(s->text, i))
        return scan_at(s, i);
    size_t sign = fang_scheme_end(s->text, i), next = 0;
    if (sign)
        next = scan_url(s, i, sign);
    return next ? next : i + 1;
}

/* Which sign a byte is; 0: none. */
enum sign { NO_SIGN, DOT, COLON, AT, BACKSLASH, SLASH, DASH, OPEN, PERCENT };

static const uint8_t signs[256] = {
    ['.'] = DOT, [':'] = COLON, ['@'] = AT, ['\\'] = BACKSLASH,
    ['/'] = SLASH, ['-'] = DASH, ['['] = OPEN, ['('] = OPEN, ['{'] = OPEN,
    ['%'] = PERCENT,
};

static size_t scan_sign(struct ioc_scanner *s, size_t i)
{
    switch (signs[(uint8_t)s->text.p[i]]) {
    case DOT: return scan_dot(s, i);
    case COLON: return scan_colon(s, i);
    case AT: return scan_at(s, i);
    case BACKSLASH: return scan_backslash(s, i);
    case SLASH: return scan_slash(s, i);
    case OPEN: return scan_open(s, i);
    case PERCENT: return scan_percent(s, i);
    default: {
        size_t next = scan_dash(s, i);
        return next ? next : i + 1;
    }
    }
}

static void scan_text(struct ioc_scanner *s)
{
    const uint8_t *p = (const uint8_t *)s->text.p;
    size_t n = s->text.n, i = 0;
    s->floor = s->url_end = s->path_end = 0;
    s->nested = 0;
    for (;;) {
        while (i + 4 <= n && !(signs[p[i]] | signs[p[i + 1]] |
                               signs[p[i + 2]] | signs[p[i + 3]]))
            i += 4;
        while (i < n && !signs[p[i]])
            i++;
        if (i >= n)
            break;
        size_t next = scan_sign(s, i);
        i = next > i ? next : i + 1;
    }
    scan_runs(s);
}

void ioc_scan_decoded(struct ioc_scanner *s, str text, size_t beg, size_t end)
{
    struct ioc_scanner inner = *s;
    if (!s->level) {
        inner.beg = beg;
        inner.end = end;
    }
    inner.level = s->level + 1;
    inner.text = text;
    scan_text(&inner);
    s->found.v = inner.found.v;
    s->found.n = inner.found.n;
    s->found.cap = inner.found.cap;
}

size_t ioc_scan(struct ioc_scanner *s, struct arena *tmp, str text,
                const struct ioc **found)
{
    s->tmp = tmp;
    s->text = text;
    s->found.v = NULL;
    s->found.n = s->found.cap = 0;
    s->level = 0;
    scan_text(s);
    if (s->found.n > 1) {
        qsort(s->found.v, s->found.n, sizeof *s->found.v, by_place);
        if (!s->opts.repeats)
            drop_repeats(s);
    }
    *found = s->found.v;
    return s->found.n;
}
