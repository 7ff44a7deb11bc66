/* decode_find.c - the encoded pieces of a text, in order of place.
 *
 * Called by: decode.c.
 * A run of 16 letters covers a place that is a multiple of 16, so only those
 * places are looked at; percent signs and \x are found by their sign. Each
 * byte is looked at a fixed number of times. */
#include "decode_int.h"

#include <stdlib.h>

enum { MIN_ESCAPES = 3, MIN_LIST = 4, MAX_GAP = 16, WRAPPED = 16 };

struct finder {
    struct arena *a;
    str text;
    bool one;
    piece_fn *f;
    void *ctx;
    size_t floor;            /* nothing before is looked at again */
    size_t dead;             /* runs joined up to here made no sense */
    size_t n;
};

static bool is_hex(char c)
{
    char l = (char)(c | 32);
    return (c >= '0' && c <= '9') || (l >= 'a' && l <= 'f');
}

static int hex_value(char c)
{
    return c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
}

static char hex_byte(const char *p)
{
    return (char)(hex_value(p[0]) << 4 | hex_value(p[1]));
}

static char at(const struct finder *f, size_t i)
{
    return i < f->text.n ? f->text.p[i] : '\0';
}

static void found(struct finder *f, const struct piece *p)
{
    f->n++;
    f->floor = p->end;
    if (f->f)
        f->f(f->ctx, p);
}

/* ---- hexadecimal ------------------------------------------------------- */

static bool accept_hex(struct finder *f, size_t beg, size_t end, str bytes)
{
    struct piece p = { beg, end, "hex", bytes };
    if (!file_kind(bytes) && text_kind(bytes, true, false) == NO_TEXT)
        return false;
    found(f, &p);
    return true;
}

static bool plain_hex(struct finder *f, size_t beg, size_t end)
{
    size_t n = (end - beg) / 2;
    for (size_t i = beg; i < end; i++)
        if (!is_hex(f->text.p[i]))
            return false;
    if ((end - beg) % 2 || end - beg < DECODE_SHORTEST_HEX)
        return false;
    char *p = arena_alloc(f->a, n);
    for (size_t i = 0; i < n; i++)
        p[i] = hex_byte(f->text.p + beg + 2 * i);
    return accept_hex(f, beg, end, (str){ p, n });
}

/* One item of a list at i: \x41, or 0x41 and what separates it. */
static bool list_item(const struct finder *f, size_t *i, char sign, char *out)
{
    size_t k = *i;
    if (at(f, k) != sign || (at(f, k + 1) | 32) != 'x' ||
        !is_hex(at(f, k + 2)))
        return false;
    bool two = is_hex(at(f, k + 3));
    if (!two && sign == '\\')
        return false;
    *out = two ? hex_byte(f->text.p + k + 2)
               : (char)hex_value(f->text.p[k + 2]);
    k += two ? 4 : 3;
    while (sign == '0' && k - *i < MAX_GAP && at(f, k) != '\0' &&
           strchr(", \t\r\n", at(f, k)))
        k++;
    *i = k;
    return true;
}

static size_t hex_list(struct finder *f, size_t beg, char sign)
{
    size_t i = beg, n = 0, cap = 64;
    char c, *p = xmalloc(cap);
    while (list_item(f, &i, sign, &c)) {
        if (n == cap)
            p = xrealloc(p, cap *= 2);
        p[n++] = c;
    }
    if (n >= MIN_LIST) {
        str bytes = arena_str(f->a, (str){ p, n });
        size_t end = i;
        while (end > beg && strchr(", \t\r\n", f->text.p[end - 1]))
            end--;
        accept_hex(f, beg, end, bytes);
    }
    free(p);
    return i > beg + 1 ? i : beg + 2; /* behind the x in any case */
}

/* ---- percent-encoding -------------------------------------------------- */

static bool in_url(char c)
{
    return (unsigned char)c > 0x20 && c != '"' && c != '\'' && c != '<' &&
           c != '>' && c != '`' && c != 0x7F;
}

static bool is_escape(const struct finder *f, size_t i)
{
    return at(f, i) == '%' && is_hex(at(f, i + 1)) && is_hex(at(f, i + 2));
}

static size_t percent(struct finder *f, size_t i)
{
    size_t beg = i, end = i, escapes = 0, n = 0;
    while (beg > f->floor && in_url(f->text.p[beg - 1]))
        beg--;
    for (; end < f->text.n && in_url(f->text.p[end]); end++)
        escapes += is_escape(f, end);
    if (escapes < MIN_ESCAPES)
        return end;
    char *p = arena_alloc(f->a, end - beg);
    for (size_t k = beg; k < end; k++) {
        bool escape = is_escape(f, k);
        p[n++] = escape ? hex_byte(f->text.p + k + 1) : f->text.p[k];
        k += escape ? 2 : 0;
    }
    struct piece piece = { beg, end, "url", { p, n } };
    if (text_kind(piece.bytes, true, false) != NO_TEXT)
        found(f, &piece);
    return end;
}

/* ---- base64 ------------------------------------------------------------ */

static size_t run_end(const struct finder *f, size_t i)
{
    while (i < f->text.n && is_base64(f->text.p[i]))
        i++;
    return i;
}

static size_t skip_blanks(const struct finder *f, size_t i)
{
    size_t from = i;
    while (i - from < MAX_GAP && (at(f, i) == ' ' || at(f, i) == '\t' ||
                                  at(f, i) == '\r' || at(f, i) == '\n'))
        i++;
    return i;
}

/* '…' + '…': where the next piece of the run begins, 0 when there is none. */
static size_t joined(const struct finder *f, size_t i)
{
    char quote = at(f, i);
    if (quote != '"' && quote != '\'')
        return 0;
    size_t k = skip_blanks(f, i + 1);
    if (at(f, k) != '+' && at(f, k) != '&')
        return 0;
    k = skip_blanks(f, k + 1);
    if (at(f, k) == '_') /* the next line in Basic */
        k = skip_blanks(f, k + 1);
    return at(f, k) == quote && is_base64(at(f, k + 1)) ? k + 1 : 0;
}

/* A line of a wrapped run: the next line begins with letters, too. */
static size_t wrapped(const struct finder *f, size_t beg, size_t i)
{
    size_t k = i;
    if (i - beg < WRAPPED || (i - beg) % 4 || at(f, i - 1) == '-')
        return 0;
    k += at(f, k) == '\r';
    char next = at(f, k + 1); /* dashes are -----END X----- */
    if (at(f, k) != '\n' || !is_base64(next) || next == '-')
        return 0;
    return k + 1;
}

/* Goes on over joints, then over the padding. */
static size_t whole_run(const struct finder *f, size_t beg, size_t end)
{
    size_t line = beg;
    while (beg >= f->dead) {
        size_t next = joined(f, end);
        if (!next)
            next = wrapped(f, line, end);
        if (!next)
            break;
        line = next;
        end = run_end(f, next);
    }
    for (int i = 0; i < 2 && at(f, end) == '='; i++)
        end++;
    return end;
}

static bool try_base64(struct finder *f, size_t beg, size_t end)
{
    struct piece p;
    if (end - beg < DECODE_SHORTEST ||
        !base64_piece(f->a, f->text, beg, end, &p))
        return false;
    found(f, &p);
    return true;
}

/* The same for a run over joints, which is tried once, not for each part. */
static bool try_whole(struct finder *f, size_t beg, size_t end)
{
    if (try_base64(f, beg, end))
        return true;
    if (end > f->dead)
        f->dead = end;
    return false;
}

/* A run of letters, digits and + / - _: as it is, else its parts between the
 * dashes, which in other texts are just dashes. */
static size_t letters(struct finder *f, size_t beg, size_t end)
{
    if (plain_hex(f, beg, end))
        return end;
    size_t whole = whole_run(f, beg, end);
    if (try_whole(f, beg, whole))
        return whole;
    for (size_t i = beg; i < end && !(f->one && f->n);) {
        size_t k = i;
        while (k < end && f->text.p[k] != '-' && f->text.p[k] != '_')
            k++;
        bool part = k - i < end - beg;
        size_t to = k == end ? whole : k;
        if (part && k > i && !plain_hex(f, i, k))
            try_base64(f, i, to);
        i = k + 1;
    }
    return end > f->floor ? end : f->floor;
}

/* ---- the loop ---------------------------------------------------------- */

static size_t run_start(const struct finder *f, size_t i)
{
    while (i > f->floor && is_base64(f->text.p[i - 1]))
        i--;
    return i;
}

/* The next sign of an escape in [i, end), or end. */
static size_t next_escape(const struct finder *f, size_t i, size_t end)
{
    for (; i < end; i++) {
        char c = f->text.p[i];
        if (c == '%' || c == 'x' || c == 'X' || c == '+' || c == '&')
            break;
    }
    return i;
}

/* A plus sign at i between quotes: a run in pieces, each maybe too short to
 * be found by itself. */
static size_t pieces(struct finder *f, size_t i)
{
    size_t k = i;
    while (k > f->floor && i - k < MAX_GAP && strchr(" \t\r\n",
                                                     f->text.p[k - 1]) &&
           f->text.p[k - 1])
        k--;
    if (k <= f->floor || !joined(f, k - 1))
        return i + 1;
    size_t beg = run_start(f, k - 1);
    if (beg == k - 1)
        return i + 1;
    size_t end = whole_run(f, beg, k - 1);
    try_whole(f, beg, end);
    return end;
}

static size_t escapes(struct finder *f, size_t i)
{
    char before = i > 0 ? f->text.p[i - 1] : '\0';
    if (f->text.p[i] == '+' || f->text.p[i] == '&')
        return pieces(f, i);
    if (f->text.p[i] == '%')
        return is_escape(f, i) ? percent(f, i) : i + 1;
    if ((before == '\\' || before == '0') && i - 1 >= f->floor &&
        is_hex(at(f, i + 1)))
        return hex_list(f, i - 1, before);
    return i + 1;
}

size_t find_pieces(struct arena *a, str text, bool one, piece_fn *fn,
                   void *ctx)
{
    struct finder f = { .a = a, .text = text, .one = one, .f = fn, .ctx = ctx };
    size_t step = DECODE_SHORTEST_HEX, run = step - 1, sign = 0;
    while (!(one && f.n)) {
        size_t next = run < text.n ? run : text.n;
        sign = next_escape(&f, sign > f.floor ? sign : f.floor, next);
        if (sign < next) {
            size_t behind = escapes(&f, sign);
            sign = behind > sign ? behind : sign + 1;
            continue;
        }
        if (run >= text.n)
            break;
        if (run >= f.floor && is_base64(text.p[run])) {
            size_t beg = run_start(&f, run), end = run_end(&f, run);
            if (end - beg >= step) {
                end = letters(&f, beg, end);
                sign = sign > end ? sign : end;
                run = end > run ? end : run;
            }
        }
        run += step;
    }
    return f.n;
}
