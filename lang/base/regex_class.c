/* regex_class.c - classes with && -- ~~ and negated classes inside, as ranges.
 *
 * Called by: regex_rewrite().
 * Gives RE2's class of the same code points. The rules are those of Rust's
 * regex crate: juxtaposition binds tighter than the operations, these go from
 * left to right, ^ negates the whole; with (?i) operands are folded first.
 * Must not guess: \p{…} in such a class is refused, because the ranges of all
 * properties are not at hand. */
#include "regex_class.h"

#include <stdlib.h>

#include "arena.h"
#include "utf8.h"

enum {
    MAX_LOOK = 4096,    /* how far the end of a class is looked for */
    MAX_NESTED = 30,
    MAX_WORK = 300,     /* sets of a pattern: a millisecond or two each */
    FOLDS = 0x1F000,    /* no code point from here on has another case */
    LAST = 0x10FFFF,
};

struct range {
    uint32_t lo, hi;
};

struct set {
    struct range *v;
    size_t n, cap;
};

struct parser {
    str s;
    size_t i;
    struct arena *a;
    struct regex_class_mode mode;
    int depth;
    const char *why; /* NULL until something is wrong */
};

/* First code points of the decimal digits 0 … 9 of each script, Unicode 15. */
static const uint32_t zeros[] = {
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66,
    0xce6, 0xd66, 0xde6, 0xe50, 0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810,
    0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620,
    0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30,
    0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650,
    0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x16a60,
    0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140,
    0x1e2f0, 0x1e950, 0x1fbf0,
};

static const struct range spaces[] = {
    { 9, 13 }, { 32, 32 }, { 0x85, 0x85 }, { 0xa0, 0xa0 }, { 0x1680, 0x1680 },
    { 0x2000, 0x200a }, { 0x2028, 0x2029 }, { 0x202f, 0x202f },
    { 0x205f, 0x205f }, { 0x3000, 0x3000 },
};

/* Of a word besides letters and digits: marks that combine, connectors, the
 * joiners; blocks where they stand among letters are given whole. */
static const struct range word_marks[] = {
    { '_', '_' }, { 0x300, 0x36f }, { 0x483, 0x489 }, { 0x591, 0x5bd },
    { 0x5bf, 0x5bf }, { 0x5c1, 0x5c2 }, { 0x5c4, 0x5c5 }, { 0x5c7, 0x5c7 },
    { 0x610, 0x61a }, { 0x64b, 0x65f }, { 0x670, 0x670 }, { 0x6d6, 0x6dc },
    { 0x6df, 0x6e4 }, { 0x6e7, 0x6e8 }, { 0x6ea, 0x6ed }, { 0x711, 0x711 },
    { 0x730, 0x74a }, { 0x7a6, 0x7b0 }, { 0x900, 0x903 }, { 0x93a, 0x93c },
    { 0x93e, 0x94f }, { 0x951, 0x957 }, { 0x962, 0x963 }, { 0xe31, 0xe31 },
    { 0xe34, 0xe3a }, { 0xe47, 0xe4e }, { 0x1ab0, 0x1ace },
    { 0x1dc0, 0x1dff }, { 0x200c, 0x200d }, { 0x203f, 0x2040 },
    { 0x2054, 0x2054 }, { 0x20d0, 0x20f0 }, { 0x302a, 0x302f },
    { 0x3099, 0x309a }, { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f },
    { 0xfe33, 0xfe34 }, { 0xfe4d, 0xfe4f }, { 0xff3f, 0xff3f },
    { 0xe0100, 0xe01ef },
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void add(struct parser *p, struct set *s, uint32_t lo, uint32_t hi)
{
    PUSH(p->a, *s, ((struct range){ lo, hi }));
}

static int by_lo(const void *a, const void *b)
{
    const struct range *x = a, *y = b;
    return x->lo < y->lo ? -1 : x->lo > y->lo;
}

/* Sorted, disjoint, not touching. */
static void normalise(struct set *s)
{
    size_t n = 0;
    if (s->n)
        qsort(s->v, s->n, sizeof *s->v, by_lo);
    for (size_t i = 0; i < s->n; i++) {
        struct range r = s->v[i];
        if (n && r.lo <= s->v[n - 1].hi + 1) {
            if (r.hi > s->v[n - 1].hi)
                s->v[n - 1].hi = r.hi;
        } else {
            s->v[n++] = r;
        }
    }
    s->n = n;
}

static struct set complement(struct parser *p, struct set *s)
{
    struct set out = { 0 };
    uint32_t next = 0;
    normalise(s);
    for (size_t i = 0; i < s->n; i++) {
        if (s->v[i].lo > next)
            add(p, &out, next, s->v[i].lo - 1);
        next = s->v[i].hi + 1;
    }
    if (next <= LAST)
        add(p, &out, next, LAST);
    return out;
}

static void add_set(struct parser *p, struct set *to, const struct set *s)
{
    for (size_t i = 0; i < s->n; i++)
        add(p, to, s->v[i].lo, s->v[i].hi);
}

/* a without b: what is in neither b nor the complement of a. */
static struct set difference(struct parser *p, struct set *a, struct set *b)
{
    struct set rest = complement(p, a);
    add_set(p, &rest, b);
    return complement(p, &rest);
}

/* && -- ~~ */
static struct set combine(struct parser *p, char op, struct set *a,
                          struct set *b)
{
    struct set out, other;
    if (op == '-')
        return difference(p, a, b);
    if (op == '&') {
        other = complement(p, b);
        return difference(p, a, &other);
    }
    out = difference(p, a, b);
    other = difference(p, b, a);
    add_set(p, &out, &other);
    normalise(&out);
    return out;
}

/* Adds every other case of the members. */
static void fold(struct parser *p, struct set *s)
{
    uint8_t *folds = arena_zalloc(p->a, FOLDS / 8);
    normalise(s);
    size_t n = s->n;
    for (size_t i = 0; i < n; i++)
        for (uint32_t c = s->v[i].lo; c <= s->v[i].hi && c < FOLDS; c++) {
            uint32_t f = utf8_fold(c) % FOLDS;
            folds[f >> 3] |= (uint8_t)(1 << (f & 7));
        }
    for (uint32_t c = 0; c < FOLDS; c++) {
        uint32_t f = utf8_fold(c) % FOLDS;
        if (folds[f >> 3] >> (f & 7) & 1)
            add(p, s, c, c);
    }
    normalise(s);
}

static void count_work(struct parser *p)
{
    if (++p->mode.work > MAX_WORK)
        p->why = "the pattern has too many operations in character classes";
}

static int at(const struct parser *p, size_t ahead)
{
    return p->i + ahead < p->s.n ? (uint8_t)p->s.p[p->i + ahead] : -1;
}

static void add_words(struct parser *p, struct set *s)
{
    for (uint32_t c = 0; c <= 0x3FFFF; c++) {
        uint32_t lo = c;
        while (c <= 0x3FFFF && utf8_is_alnum(c))
            c++;
        if (c > lo)
            add(p, s, lo, c - 1);
    }
    for (size_t i = 0; i < COUNT(word_marks); i++)
        add(p, s, word_marks[i].lo, word_marks[i].hi);
}

static void add_ascii_word(struct parser *p, struct set *s)
{
    add(p, s, '0', '9');
    add(p, s, 'A', 'Z');
    add(p, s, 'a', 'z');
    add(p, s, '_', '_');
}

/* \d \w \s and, with a capital, what they leave out. */
static void add_shorthand(struct parser *p, struct set *to, int c)
{
    struct set s = { 0 };
    count_work(p);
    if ((c | 32) == 'd') {
        for (size_t i = 0; i < (p->mode.ascii ? 1 : COUNT(zeros)); i++)
            add(p, &s, zeros[i], zeros[i] + 9);
    } else if ((c | 32) == 's') {
        for (size_t i = 0; i < (p->mode.ascii ? 2 : COUNT(spaces)); i++)
            add(p, &s, spaces[i].lo, spaces[i].hi);
    } else if (p->mode.ascii) {
        add_ascii_word(p, &s);
    } else {
        add_words(p, &s);
    }
    if (c < 'a')
        s = complement(p, &s);
    add_set(p, to, &s);
}

static const struct named_class {
    const char *name;
    struct range v[4];
} named[] = {
    { "alnum", { { '0', '9' }, { 'A', 'Z' }, { 'a', 'z' } } },
    { "alpha", { { 'A', 'Z' }, { 'a', 'z' } } },
    { "ascii", { { 0, 0x7f } } },
    { "blank", { { '\t', '\t' }, { ' ', ' ' } } },
    { "cntrl", { { 0, 0x1f }, { 0x7f, 0x7f } } },
    { "digit", { { '0', '9' } } },
    { "graph", { { '!', '~' } } },
    { "lower", { { 'a', 'z' } } },
    { "print", { { ' ', '~' } } },
    { "punct", { { '!', '/' }, { ':', '@' }, { '[', '`' }, { '{', '~' } } },
    { "space", { { '\t', '\r' }, { ' ', ' ' } } },
    { "upper", { { 'A', 'Z' } } },
    { "word", { { '0', '9' }, { 'A', 'Z' }, { 'a', 'z' }, { '_', '_' } } },
    { "xdigit", { { '0', '9' }, { 'A', 'F' }, { 'a', 'f' } } },
};

/* [:alpha:] and [:^alpha:]; false when none of them stands here. */
static bool add_named(struct parser *p, struct set *to)
{
    str rest = str_sub(p->s, p->i, p->s.n);
    ptrdiff_t end = str_starts(rest, S("[:")) ? str_find(rest, S(":]")) : -1;
    if (end < 0)
        return false;
    bool negated = end > 2 && rest.p[2] == '^';
    str name = str_sub(rest, 2 + negated, (size_t)end);
    for (size_t i = 0; i < COUNT(named); i++) {
        struct set s = { 0 };
        if (!str_eqz(name, named[i].name))
            continue;
        for (size_t k = 0; k < COUNT(named[i].v) && named[i].v[k].hi; k++)
            add(p, &s, named[i].v[k].lo, named[i].v[k].hi);
        if (negated)
            s = complement(p, &s);
        add_set(p, to, &s);
        p->i += (size_t)end + 2;
        return true;
    }
    return false;
}

/* Digits of \x41, \x{41}, \u0041, \u{41}, \U00000041; p->i is at the letter. */
static uint32_t hexadecimal(struct parser *p)
{
    size_t want = at(p, 0) == 'x' ? 2 : at(p, 0) == 'u' ? 4 : 8, n = 0;
    bool braces = at(p, 1) == '{';
    uint32_t v = 0;
    p->i += 1 + braces;
    for (; n < (braces ? 8 : want); n++, p->i++) {
        int c = at(p, 0), low = c | 32;
        if (c >= '0' && c <= '9')
            v = v << 4 | (uint32_t)(c - '0');
        else if (c > 0 && low >= 'a' && low <= 'f')
            v = v << 4 | (uint32_t)(low - 'a' + 10);
        else
            break;
    }
    bool ok = braces ? n > 0 && at(p, 0) == '}' : n == want;
    if (!ok || v > LAST)
        p->why = "an escape needs a code point in hexadecimal";
    p->i += ok && braces;
    return v;
}

/* The character of an escape, p->i at the letter behind the backslash. */
static uint32_t escaped(struct parser *p)
{
    static const char letters[] = "abefnrtv0";
    static const uint8_t values[] = { 7, 8, 27, 12, 10, 13, 9, 11, 0 };
    int c = at(p, 0);
    const char *known = c > 0 ? strchr(letters, c) : NULL;
    if (c == 'x' || c == 'u' || c == 'U')
        return hexadecimal(p);
    if (known) {
        p->i++;
        return values[known - letters];
    }
    if (c == 'p' || c == 'P')
        p->why = "\\p{…} is not supported in a class with && -- ~~ or with "
                 "a negated class";
    else if (c < 0)
        p->why = "the pattern ends with a single backslash";
    else if (((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '1' && c <= '9'))
        p->why = "an escape in a character class is not known";
    return p->why ? 0 : utf8_next(p->s, &p->i);
}

static uint32_t one_character(struct parser *p)
{
    if (at(p, 0) != '\\')
        return utf8_next(p->s, &p->i);
    p->i++;
    return escaped(p);
}

static bool is_shorthand(const struct parser *p)
{
    int c = at(p, 1);
    return at(p, 0) == '\\' && c > 0 && strchr("dDwWsS", c);
}

static bool is_operation(const struct parser *p)
{
    int c = at(p, 0);
    return (c == '&' || c == '-' || c == '~') && at(p, 1) == c;
}

/* A character, or a range of two. */
static void add_range(struct parser *p, struct set *s)
{
    uint32_t lo = one_character(p), hi = lo;
    bool range = at(p, 0) == '-' && at(p, 1) != '-' && at(p, 1) != ']' &&
                 at(p, 1) >= 0;
    if (range && !p->why) {
        p->i++;
        if (is_shorthand(p))
            p->why = "a range ends with a character, not with a class";
        else
            hi = one_character(p);
    }
    if (hi < lo && !p->why)
        p->why = "a range in a character class runs backwards";
    add(p, s, lo, hi);
}

static void add_class(struct parser *p, struct set *out);

static void add_item(struct parser *p, struct set *s)
{
    int c = at(p, 0);
    if (c == '[' && add_named(p, s))
        return;
    if (c == '[') {
        add_class(p, s);
    } else if (is_shorthand(p)) {
        add_shorthand(p, s, at(p, 1));
        p->i += 2;
    } else if (p->mode.extended && (c == ' ' || (c >= '\t' && c <= '\r'))) {
        p->i++;
    } else {
        add_range(p, s);
    }
}

/* What may only stand first: ^, then a row of - or one ] as itself. */
static bool add_opening(struct parser *p, struct set *s)
{
    p->i++;
    bool negated = at(p, 0) == '^';
    p->i += negated;
    for (; at(p, 0) == '-'; p->i++)
        add(p, s, '-', '-');
    if (s->n == 0 && at(p, 0) == ']') {
        add(p, s, ']', ']');
        p->i++;
    }
    return negated;
}

/* The class at p->i, which is a `[`. */
static void add_class(struct parser *p, struct set *out)
{
    struct set left = { 0 }, operand = { 0 };
    char op = 0;
    if (++p->depth > MAX_NESTED)
        p->why = "classes are nested too deep";
    bool negated = add_opening(p, &operand), open = true;
    while (open && !p->why) {
        open = at(p, 0) != ']';
        if (at(p, 0) < 0) {
            p->why = "a character class is not closed";
        } else if (open && !is_operation(p)) {
            add_item(p, &operand);
        } else {
            count_work(p);
            if (p->mode.icase)
                fold(p, &operand);
            left = op ? combine(p, op, &left, &operand) : operand;
            operand = (struct set){ 0 };
            op = p->s.p[p->i];
            p->i += open ? 2 : 1;
        }
    }
    if (negated)
        left = complement(p, &left);
    add_set(p, out, &left);
    p->depth--;
}

size_t regex_class_end(str s, size_t i)
{
    size_t depth = 0, stop = s.n - i > MAX_LOOK ? i + MAX_LOOK : s.n;
    for (; i < stop; i++) {
        char c = s.p[i];
        if (c == '\\') {
            i++;
        } else if (c == '[') {
            depth++;
            i += i + 1 < stop && s.p[i + 1] == '^';
            i += i + 1 < stop && s.p[i + 1] == ']';
        } else if (c == ']' && --depth == 0) {
            return i + 1;
        }
    }
    return 0;
}

bool regex_class_needs_sets(str s, size_t i)
{
    size_t end = regex_class_end(s, i), first = i + 1;
    while (first < end && (s.p[first] == '^' || s.p[first] == '-'))
        first++;
    for (i = first; i + 1 < end; i++) {
        char c = s.p[i], next = s.p[i + 1];
        if (c == '\\')
            i++;
        else if (c == next && (c == '&' || c == '-' || c == '~'))
            return true;
        else if (c == '[' && next == '^')
            return true;
    }
    return false;
}

static void put_set(struct buf *out, const struct set *s)
{
    buf_adds(out, s->n ? "[" : "[^\\x00-\\x{10ffff}");
    for (size_t i = 0; i < s->n; i++) {
        buf_addf(out, "\\x{%x}", s->v[i].lo);
        if (s->v[i].hi > s->v[i].lo)
            buf_addf(out, "-\\x{%x}", s->v[i].hi);
    }
    buf_addc(out, ']');
}

const char *regex_class_write(struct buf *out, str s, size_t *i,
                              struct regex_class_mode *mode)
{
    struct parser p = { .s = s, .i = *i, .a = arena_new(), .mode = *mode };
    struct set set = { 0 };
    add_class(&p, &set);
    normalise(&set);
    if (!p.why)
        put_set(out, &set);
    *i = p.i;
    mode->work = p.mode.work;
    arena_free(p.a);
    return p.why;
}
