/* decode_base64.c - whether a run of letters is base64, and its bytes.
 *
 * Called by: decode_find.c.
 * Any word is base64 to a lenient reader. So the bytes must make sense: text,
 * a known file, or a run that stands alone between blanks or quotes and is
 * padded or long and mixed, or wrapped into lines as long as mail has them. The
 * first characters are tried first, which turns away most words without
 * decoding them whole. */
#include "decode_int.h"

/* TRIED_TAR covers the sign of tar, at byte 257. */
enum { TRIED = 40, TRIED_TAR = 704, LONG_RUN = 40, MAIL_LINE = 60 };

/* 0 … 63, 64 for other signs; - and _ as in the URL-safe alphabet. */
static unsigned digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (unsigned)(c - 'A');
    if (c >= 'a' && c <= 'z')
        return (unsigned)(c - 'a' + 26);
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0' + 52);
    if (c == '+' || c == '-')
        return 62;
    return c == '/' || c == '_' ? 63 : 64;
}

bool is_base64(char c)
{
    return digit(c) < 64;
}

/* At a quote, the end of the joint '…' + '…', whose plus is no digit. */
static size_t skip_joint(str s, size_t i)
{
    char quote = s.p[i];
    if (quote != '"' && quote != '\'')
        return i;
    for (i++; i < s.n && s.p[i] != quote;)
        i++;
    return i;
}

/* Decodes what is base64 in s and passes over the rest; three bytes for each
 * four characters, fewer for the last. */
static size_t decode(str s, char *out)
{
    uint32_t v = 0;
    size_t n = 0, k = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned d = digit(s.p[i]);
        if (d == 64) {
            i = skip_joint(s, i);
            continue;
        }
        v = v << 6 | d;
        if (++k % 4)
            continue;
        out[n++] = (char)(v >> 16);
        out[n++] = (char)(v >> 8);
        out[n++] = (char)v;
    }
    if (k % 4 == 2)
        out[n++] = (char)(v >> 4);
    if (k % 4 == 3) {
        out[n++] = (char)(v >> 10);
        out[n++] = (char)(v >> 2);
    }
    return n;
}

static bool makes_sense(str bytes, bool cut)
{
    return file_kind(bytes) || text_kind(bytes, false, cut) != NO_TEXT;
}

static bool delimits(char c)
{
    return c == '\0' || c == ' ' || c == '\t' || c == '\n' || c == '\r' ||
           strchr("\"'`=,;:()<>[]{}|&", c);
}

/* Upper, lower, digits, all in some number: no word, no number, no path. */
static bool is_mixed(str s)
{
    size_t upper = 0, lower = 0, digits = 0, slashes = 0;
    for (size_t i = 0; i < s.n; i++) {
        upper += s.p[i] >= 'A' && s.p[i] <= 'Z';
        lower += s.p[i] >= 'a' && s.p[i] <= 'z';
        digits += s.p[i] >= '0' && s.p[i] <= '9';
        slashes += s.p[i] == '/' || s.p[i] == '-' || s.p[i] == '_';
    }
    return upper * 8 >= s.n && lower * 8 >= s.n && digits * 16 >= s.n &&
           slashes * 16 <= s.n;
}

static bool stands_alone(str text, size_t beg, size_t end, bool padded)
{
    char before = beg > 0 ? text.p[beg - 1] : '\0';
    char after = end < text.n ? text.p[end] : '\0';
    str run = str_sub(text, beg, end);
    if (!delimits(before) || !delimits(after))
        return false;
    if (str_find_char(str_sub(run, 0, 80), '\n') >= MAIL_LINE)
        return true;
    return (padded && is_mixed(str_sub(run, 0, 256))) ||
           (run.n >= LONG_RUN && is_mixed(str_sub(run, 0, 256)));
}

/* Whether the first bytes can be those of something. */
static bool begins_well(str run)
{
    char first[TRIED_TAR];
    size_t k = decode(str_sub(run, 0, TRIED), first);
    if (makes_sense((str){ first, k - k % 2 }, true))
        return true;
    if (run.n < TRIED_TAR)
        return false;
    k = decode(str_sub(run, 0, TRIED_TAR), first);
    return file_kind((str){ first, k }) != NULL;
}

/* The run's letters only: quotes, plus signs and line ends are left out. */
static size_t count_digits(str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (digit(s.p[i]) < 64)
            n++;
        else
            i = skip_joint(s, i);
    }
    return n;
}

bool base64_piece(struct arena *a, str text, size_t beg, size_t end,
                  struct piece *out)
{
    str run = str_sub(text, beg, end);
    bool padded = run.n && run.p[run.n - 1] == '=';
    bool alone = stands_alone(text, beg, end, padded);
    size_t n = count_digits(run);
    if (n < DECODE_SHORTEST)
        return false;
    if (!alone && !begins_well(run))
        return false;
    char *p = arena_alloc(a, n / 4 * 3 + 3);
    str bytes = { p, decode(run, p) };
    if (!alone && !makes_sense(bytes, n % 4 == 1))
        return false;
    *out = (struct piece){ beg, end, "base64", bytes };
    return true;
}
