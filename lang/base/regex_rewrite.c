/* regex_rewrite.c - from KQL's regular expressions to RE2's.
 *
 * Called by: kre() and krep() in lang/funcs, the binder of literal patterns.
 * One pass over the pattern; classes are copied with \d \w \s spelt out. */
#include "regex_rewrite.h"

#include <stdarg.h>

#include "regex_class.h"
#include "utf8.h"

enum {
    MAX_DEPTH = 200, MAX_OUT = 4 << 20,
    MAX_REPEAT = 1000,       /* RE2's own limit */
};

/* How much of Unicode a shorthand spells out. RE2 copies a class for every
 * round of a counted repetition: \w{1,64} with all letters of all scripts
 * takes a hundred times as long as with a few dozen ranges. */
enum level {
    EXACT,   /* the general categories */
    COMPACT, /* ranges that are right for nearly all text in use */
    LOOSE,   /* beyond ASCII everything is a word, nothing a digit */
    ASCII,   /* the pattern asked for it: (?-u) */
};

#define SPACES "\\t-\\r \\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}" \
    "\\x{2029}\\x{202f}\\x{205f}\\x{3000}"
#define NO_SPACES "\\x00-\\x08\\x0e-\\x1f!-\\x{84}\\x{86}-\\x{9f}"           \
    "\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}"                \
    "\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}"              \
    "\\x{3001}-\\x{10ffff}"
#define ASCII_NO_WORD "\\x00-/:-@\\[-^`\\{-\\x7f"

/* Insides of a class and of its complement. */
static const struct shorthand {
    const char *set, *complement;
} digits[] = {
    [EXACT] = { "\\p{Nd}", "\\P{Nd}" },
    [COMPACT] = {
        "0-9\\x{660}-\\x{669}\\x{6f0}-\\x{6f9}\\x{966}-\\x{96f}"
        "\\x{ff10}-\\x{ff19}",
        "\\x00-/:-\\x{65f}\\x{66a}-\\x{6ef}\\x{6fa}-\\x{965}"
        "\\x{970}-\\x{ff0f}\\x{ff1a}-\\x{10ffff}" },
    [LOOSE] = { "0-9", "\\x00-/:-\\x{10ffff}" },
    [ASCII] = { "0-9", "\\x00-/:-\\x{10ffff}" },
}, words[] = {
    [EXACT] = {
        "\\p{L}\\p{M}\\p{Nd}\\p{Nl}\\p{Pc}",
        "\\p{No}\\p{Pd}\\p{Ps}\\p{Pe}\\p{Pi}\\p{Pf}\\p{Po}\\p{S}\\p{Z}\\p{C}" },
    [COMPACT] = {
        "0-9A-Za-z_\\x{aa}\\x{b5}\\x{ba}\\x{c0}-\\x{d6}\\x{d8}-\\x{f6}"
        "\\x{f8}-\\x{1fff}\\x{203f}\\x{2040}\\x{2071}\\x{2090}-\\x{209c}"
        "\\x{20d0}-\\x{218f}\\x{2c00}-\\x{2dff}\\x{3005}-\\x{3007}"
        "\\x{3021}-\\x{d7ff}\\x{f900}-\\x{fdff}\\x{fe20}-\\x{fefe}"
        "\\x{ff10}-\\x{ff19}\\x{ff21}-\\x{ff3a}\\x{ff3f}\\x{ff41}-\\x{ff5a}"
        "\\x{ff66}-\\x{ffdc}\\x{10000}-\\x{1cfff}\\x{1e000}-\\x{1efff}"
        "\\x{20000}-\\x{3ffff}",
        ASCII_NO_WORD
        "\\x{80}-\\x{a9}\\x{ab}-\\x{b4}\\x{b6}-\\x{b9}\\x{bb}-\\x{bf}\\x{d7}"
        "\\x{f7}\\x{2000}-\\x{203e}\\x{2041}-\\x{2070}\\x{2072}-\\x{208f}"
        "\\x{209d}-\\x{20cf}\\x{2190}-\\x{2bff}\\x{2e00}-\\x{3004}"
        "\\x{3008}-\\x{3020}\\x{e000}-\\x{f8ff}\\x{fe00}-\\x{fe1f}"
        "\\x{feff}-\\x{ff0f}\\x{ff1a}-\\x{ff20}\\x{ff3b}-\\x{ff3e}\\x{ff40}"
        "\\x{ff5b}-\\x{ff65}\\x{ffdd}-\\x{ffff}\\x{1d000}-\\x{1dfff}"
        "\\x{1f000}-\\x{1ffff}\\x{40000}-\\x{10ffff}" },
    [LOOSE] = { "0-9A-Za-z_\\x{80}-\\x{10ffff}", ASCII_NO_WORD },
    [ASCII] = { "0-9A-Za-z_", ASCII_NO_WORD "\\x{80}-\\x{10ffff}" },
}, spaces[] = {
    [EXACT] = { SPACES, NO_SPACES },
    [COMPACT] = { SPACES, NO_SPACES },
    [LOOSE] = { SPACES, NO_SPACES },
    [ASCII] = { "\\t-\\r ", "\\x00-\\x08\\x0e-\\x1f!-\\x{10ffff}" },
};

/* What (?flags) switch and a closing parenthesis restores. */
struct mode {
    bool ascii, extended, icase;
};

struct rewriter {
    str s;
    size_t i;
    struct buf *out, *error;
    enum level level;
    struct mode mode, outer[MAX_DEPTH];
    size_t depth;
    int class_work; /* see regex_class.h */
    bool failed;
};

__attribute__((format(printf, 2, 3)))
static void refuse(struct rewriter *r, const char *fmt, ...)
{
    char text[200];
    if (r->failed)
        return;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    utf8_printable(r->error, str_of(text));
    r->failed = true;
}

/* The byte `ahead` places on; -1 behind the end. */
static int peek(const struct rewriter *r, size_t ahead)
{
    return r->i + ahead < r->s.n ? (uint8_t)r->s.p[r->i + ahead] : -1;
}

static bool at(const struct rewriter *r, const char *z)
{
    return str_starts(str_sub(r->s, r->i, r->s.n), str_of(z));
}

static void copy(struct rewriter *r, size_t n)
{
    buf_add(r->out, str_sub(r->s, r->i, r->i + n));
    r->i += n;
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(int c)
{
    return (c | 32) >= 'a' && (c | 32) <= 'z';
}

static void put_shorthand(struct rewriter *r, int c, bool in_class)
{
    enum level level = r->mode.ascii ? ASCII : r->level;
    const struct shorthand *table = (c | 32) == 'd'   ? digits
                                    : (c | 32) == 'w' ? words
                                                      : spaces;
    bool negated = c < 'a';
    if (in_class) {
        buf_adds(r->out, negated ? table[level].complement : table[level].set);
    } else {
        buf_adds(r->out, negated ? "[^" : "[");
        buf_adds(r->out, table[level].set);
        buf_addc(r->out, ']');
    }
    r->i += 2;
}

static int hex_value(int c)
{
    if (is_digit(c))
        return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* \uXXXX, \UXXXXXXXX, \u{X…}, \U{X…} */
static void hex_escape(struct rewriter *r)
{
    bool braces = peek(r, 2) == '{';
    size_t n = braces ? 8 : r->s.p[r->i + 1] == 'u' ? 4 : 8;
    size_t k = braces ? 3 : 2, beg = k;
    uint32_t v = 0;
    for (; k < beg + n && hex_value(peek(r, k)) >= 0; k++)
        v = v << 4 | (uint32_t)hex_value(peek(r, k));
    bool closed = braces ? peek(r, k) == '}' : k == beg + n;
    if (k == beg || !closed || v > 0x10FFFF) {
        refuse(r, "the escape \\%c needs a code point in hexadecimal",
               r->s.p[r->i + 1]);
        return;
    }
    buf_addf(r->out, "\\x{%x}", v);
    r->i += k + braces;
}

/* Long names of general categories; RE2 knows the short ones. */
static const char *short_category(str name)
{
    static const char *const names[][2] = {
        { "Letter", "L" }, { "Uppercase_Letter", "Lu" }, { "Uppercase", "Lu" },
        { "Lowercase_Letter", "Ll" }, { "Lowercase", "Ll" }, { "Mark", "M" },
        { "Number", "N" }, { "Decimal_Number", "Nd" }, { "Punctuation", "P" },
        { "Symbol", "S" }, { "Separator", "Z" }, { "Space_Separator", "Zs" },
        { "Other", "C" }, { "Control", "Cc" }, { "Format", "Cf" },
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_ieqz(name, names[i][0]))
            return names[i][1];
    return NULL;
}

/* \pL, \p{Lu}, \p{Letter}, \p{sc=Greek} and their complements. */
static void property(struct rewriter *r)
{
    if (peek(r, 2) != '{') {
        copy(r, peek(r, 2) < 0 ? 2 : 3);
        return;
    }
    str name = str_sub(r->s, r->i + 3, r->s.n);
    ptrdiff_t end = str_find_char(name, '}');
    if (end < 0 || end > 60) {
        refuse(r, "\\p{ is not closed");
        return;
    }
    name = str_sub(name, 0, (size_t)end);
    ptrdiff_t sign = str_find_char(name, '=');
    str value = str_sub(name, (size_t)(sign + 1), name.n);
    const char *category = short_category(value);
    copy(r, 3);
    buf_add(r->out, category ? str_of(category) : value);
    buf_addc(r->out, '}');
    r->i += name.n + 1;
}

static void quoted(struct rewriter *r)
{
    str rest = str_sub(r->s, r->i, r->s.n);
    ptrdiff_t end = str_find(rest, S("\\E"));
    copy(r, end < 0 ? rest.n : (size_t)end + 2);
}

/* Escapes of a letter or digit besides the shorthands. */
static void letter_escape(struct rewriter *r, int c, bool in_class)
{
    if (c >= '1' && c <= '9') {
        refuse(r, "back-references such as \\%c are not supported: extract the "
                  "groups and compare them with ==", c);
    } else if (c == '0') {
        buf_adds(r->out, "\\x00");
        r->i += 2;
    } else if (c == 'u' || c == 'U') {
        hex_escape(r);
    } else if (c == 'p' || c == 'P') {
        property(r);
    } else if (c == 'e' || (c == 'b' && in_class)) {
        buf_adds(r->out, c == 'e' ? "\\x1b" : "\\x08");
        r->i += 2;
    } else if (c == 'c' && is_letter(peek(r, 2))) {
        buf_addf(r->out, "\\x%02x", peek(r, 2) & 31);
        r->i += 3;
    } else if (c == 'b' && peek(r, 2) == '{') {
        refuse(r, "word boundaries with a name, \\b{…}, are not supported");
    } else if (c == 'Q' && !in_class) {
        quoted(r);
    } else if (c == 'x') {
        /* With the brace, or {41} would look like a count. */
        copy(r, peek(r, 2) == '{' ? 3 : 2);
        while (hex_value(peek(r, 0)) >= 0)
            copy(r, 1);
    } else if (strchr(in_class ? "aftnrv" : "aftnrvAzbB", c)) {
        copy(r, 2);
    } else {
        refuse(r, "the escape \\%c is not known", c);
    }
}

static void escape(struct rewriter *r, bool in_class)
{
    int c = peek(r, 1);
    if (c < 0)
        refuse(r, "the pattern ends with a single backslash");
    else if (c && strchr("dDwWsS", c))
        put_shorthand(r, c, in_class);
    else if (is_letter(c) || is_digit(c))
        letter_escape(r, c, in_class);
    else if (c >= 0x80) /* RE2 refuses what Rust takes as the character */
        r->i++, copy(r, 1);
    else
        copy(r, 2);
}

/* [:alpha:] inside a class; false when there is none. */
static bool posix_class(struct rewriter *r)
{
    if (!at(r, "[:"))
        return false;
    size_t n = 2;
    while (is_letter(peek(r, n)) || peek(r, n) == '^')
        n++;
    if (peek(r, n) != ':' || peek(r, n + 1) != ']')
        return false;
    copy(r, n + 2);
    return true;
}

static void class_item(struct rewriter *r, size_t *depth, bool nested)
{
    int c = peek(r, 0);
    if (c == '\\') {
        escape(r, true);
    } else if (c == '[' && posix_class(r)) {
        return;
    } else if (c == '[' && nested) {
        ++*depth;
        r->i++;
    } else if (c == '[') {
        buf_addc(r->out, '\\');
        copy(r, 1);
    } else if (r->mode.extended && (c == ' ' || (c >= '\t' && c <= '\r'))) {
        r->i++;
    } else {
        copy(r, 1);
    }
}

static void plain_class(struct rewriter *r)
{
    /* Otherwise people mean the character `[`. */
    bool nested = regex_class_end(r->s, r->i) > 0;
    size_t depth = 1;
    copy(r, peek(r, 1) == '^' ? 2 : 1);
    if (peek(r, 0) == ']') {
        buf_addc(r->out, '\\');
        copy(r, 1);
    }
    while (depth && !r->failed) {
        if (peek(r, 0) < 0)
            refuse(r, "a character class is not closed");
        else if (peek(r, 0) != ']')
            class_item(r, &depth, nested);
        else if (--depth)
            r->i++; /* a nested class ends; its items are ours */
    }
    if (!r->failed)
        copy(r, 1);
}

static void char_class(struct rewriter *r)
{
    struct regex_class_mode mode = { r->mode.ascii, r->mode.icase,
                                     r->mode.extended, r->class_work };
    if (!regex_class_needs_sets(r->s, r->i)) {
        plain_class(r);
        return;
    }
    const char *why = regex_class_write(r->out, r->s, &r->i, &mode);
    r->class_work = mode.work;
    if (why)
        refuse(r, "%s", why);
}

static void push(struct rewriter *r)
{
    if (r->depth == MAX_DEPTH)
        refuse(r, "groups are nested more than %d deep", MAX_DEPTH);
    else
        r->outer[r->depth++] = r->mode;
}

/* (?flags) and (?flags:…). RE2 has i m s U; u and x are ours. */
static void flags(struct rewriter *r)
{
    struct mode mode = r->mode;
    bool on = true;
    char kept[16];
    size_t n = 0, k = 2;
    int c;
    for (; (c = peek(r, k)) == '-' || is_letter(c); k++) {
        if (c == 'u')
            mode.ascii = !on;
        else if (c == 'x')
            mode.extended = on;
        else if (strchr("imsU-", c) && n + 2 < sizeof kept)
            kept[n++] = (char)c;
        else
            break;
        if (c == 'i')
            mode.icase = on;
        on = on && c != '-';
    }
    if (c != ')' && c != ':') {
        refuse(r, "the group (?%c is not supported", c < 32 ? '?' : c);
        return;
    }
    if (n && kept[n - 1] == '-')
        n--;
    if (c == ':')
        push(r);
    r->mode = mode;
    r->i += k + 1;
    if (n || c == ':') {
        buf_adds(r->out, "(?");
        buf_add(r->out, (str){ kept, n });
        buf_addc(r->out, (char)c);
    }
}

static void named_group(struct rewriter *r, size_t skip, char end)
{
    str name = str_sub(r->s, r->i + skip, r->s.n);
    ptrdiff_t n = str_find_char(name, end);
    if (n <= 0 || n > 100) {
        refuse(r, "the name of a group is not closed");
        return;
    }
    push(r);
    buf_adds(r->out, "(?P<");
    buf_add(r->out, str_sub(name, 0, (size_t)n));
    buf_addc(r->out, '>');
    r->i += skip + (size_t)n + 1;
}

static void open_group(struct rewriter *r)
{
    if (!at(r, "(?")) {
        push(r);
        copy(r, 1);
    } else if (at(r, "(?=") || at(r, "(?!") || at(r, "(?<=") ||
               at(r, "(?<!")) {
        refuse(r, "look-ahead and look-behind are not supported: match what "
                  "stands around as well, and take a group");
    } else if (at(r, "(?P<")) {
        named_group(r, 4, '>');
    } else if (at(r, "(?<")) {
        named_group(r, 3, '>');
    } else if (at(r, "(?'")) {
        named_group(r, 3, '\'');
    } else if (at(r, "(?P=")) {
        refuse(r, "back-references such as (?P=name) are not supported: "
                  "extract the groups and compare them with ==");
    } else if (at(r, "(?#")) {
        ptrdiff_t n = str_find_char(str_sub(r->s, r->i, r->s.n), ')');
        r->i = n < 0 ? r->s.n : r->i + (size_t)n + 1;
    } else {
        flags(r);
    }
}

/* {n}, {n,} or {n,m} at place i: its length and largest number; 0: none. */
static size_t repetition(str s, size_t i, int *largest)
{
    size_t from = i++;
    int v = 0, commas = 0, ndigits = 0;
    *largest = 0;
    for (; i < s.n; i++) {
        if (is_digit((uint8_t)s.p[i])) {
            v = v > MAX_REPEAT ? v : v * 10 + (s.p[i] - '0');
            ndigits++;
            *largest = v > *largest ? v : *largest;
        } else if (s.p[i] == ',' && ndigits && commas++ == 0) {
            v = 0;
        } else {
            break;
        }
    }
    return i < s.n && s.p[i] == '}' && ndigits ? i + 1 - from : 0;
}

static void braces(struct rewriter *r)
{
    int largest;
    size_t n = repetition(r->s, r->i, &largest);
    if (largest > MAX_REPEAT && n)
        refuse(r, "repetitions above %d are not supported", MAX_REPEAT);
    copy(r, n ? n : 1);
}

static void skip_comment(struct rewriter *r)
{
    while (peek(r, 0) >= 0 && peek(r, 0) != '\n')
        r->i++;
}

static void step(struct rewriter *r)
{
    int c = peek(r, 0);
    if (c == '\\') {
        escape(r, false);
    } else if (c == '[') {
        char_class(r);
    } else if (c == '(') {
        open_group(r);
    } else if (c == ')') {
        if (r->depth)
            r->mode = r->outer[--r->depth];
        else
            refuse(r, "a ) closes no group");
        copy(r, 1);
    } else if (c == '{') {
        braces(r);
    } else if (r->mode.extended && c == '#') {
        skip_comment(r);
    } else if (r->mode.extended && (c == ' ' || (c >= '\t' && c <= '\r'))) {
        r->i++;
    } else {
        copy(r, 1);
    }
}

/* By the largest counted repetition and the number of escapes. */
static enum level choose_level(str s)
{
    int most = 0, escapes = 0;
    for (size_t i = 0; i < s.n; i++) {
        int largest = 0;
        if (s.p[i] == '\\') {
            escapes++;
            i++;
            i += i + 1 < s.n && s.p[i] == 'x' && s.p[i + 1] == '{';
        } else if (s.p[i] == '{' && repetition(s, i, &largest)) {
            most = largest > most ? largest : most;
        }
    }
    if (most > 250 || escapes > 2000)
        return LOOSE;
    return most > 3 || escapes > 100 ? COMPACT : EXACT;
}

bool regex_rewrite(struct buf *out, str pattern, struct buf *error)
{
    struct rewriter r = { .s = pattern, .out = out, .error = error,
                          .level = choose_level(pattern) };
    if (pattern.n > REGEX_MAX_BYTES)
        refuse(&r, "the regular expression is longer than %d kB",
               REGEX_MAX_BYTES >> 10);
    while (r.i < pattern.n && !r.failed) {
        step(&r);
        if (!buf_ok(out) || out->n > MAX_OUT)
            refuse(&r, "the regular expression is too large");
    }
    if (r.depth)
        refuse(&r, "a group is not closed");
    return !r.failed;
}

/* The last byte of the class at i: with classes inside it, or else up to the
 * first `]`. */
static size_t class_last(str s, size_t i)
{
    size_t end = regex_class_end(s, i);
    if (end)
        return end - 1;
    i += i + 1 < s.n && s.p[i + 1] == '^';
    i += i + 1 < s.n && s.p[i + 1] == ']';
    for (i++; i < s.n && s.p[i] != ']'; i++)
        i += s.p[i] == '\\';
    return i;
}

int regex_group_count(str s)
{
    int n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\\') {
            i++;
        } else if (s.p[i] == '[') {
            i = class_last(s, i);
        } else if (s.p[i] == '(') {
            str rest = str_sub(s, i + 1, s.n);
            bool look = str_starts(rest, S("?<=")) ||
                        str_starts(rest, S("?<!"));
            n += rest.n == 0 || rest.p[0] != '?' ||
                 str_starts(rest, S("?P<")) || str_starts(rest, S("?'")) ||
                 (str_starts(rest, S("?<")) && !look);
        }
    }
    return n;
}

static void put_group(struct buf *out, int group, int ngroups)
{
    if (group <= ngroups)
        buf_addf(out, "\\%d", group);
}

void regex_rewrite_replacement(struct buf *out, str s, int ngroups)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        int next = i + 1 < s.n ? (uint8_t)s.p[i + 1] : 0;
        if ((c == '\\' || c == '$') && is_digit(next)) {
            put_group(out, next - '0', ngroups);
            i++;
        } else if (c == '$' && next == '{' && i + 3 < s.n &&
                   is_digit(s.p[i + 2]) && s.p[i + 3] == '}') {
            put_group(out, s.p[i + 2] - '0', ngroups);
            i += 3;
        } else if (c == '\\') {
            buf_adds(out, "\\\\");
            i += next == '\\';
        } else {
            buf_addc(out, c);
        }
    }
}

void regex_quote(struct buf *out, str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] && strchr("\\.+*?()|[]{}^$", s.p[i]))
            buf_addc(out, '\\');
        buf_addc(out, s.p[i]);
    }
}
