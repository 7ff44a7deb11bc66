/* lex.c - reads tokens, decodes string literals.
 *
 * Called by: parse.c for every cell; completion and is_complete.
 * Gives:     tokens in the cell arena; problems go to struct diags. */
#include "lex.h"

#include <stdlib.h>

#include "base/ticks.h"
#include "base/utf8.h"

struct lexer {
    struct arena *arena;
    struct diags *ds;
    str src;
    size_t i;
    struct buf text; /* string literal under construction */
    LIST(struct token) out;
};

static int at(const struct lexer *x, size_t ahead)
{
    size_t i = x->i + ahead;
    return i < x->src.n ? (uint8_t)x->src.p[i] : -1;
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static bool is_name_start(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '$' || c >= 0x80;
}

static bool is_name(int c)
{
    return is_name_start(c) || is_digit(c);
}

static void foreign_comment(struct lexer *x, size_t beg, size_t n)
{
    struct diag *d = diag_error(
        x->ds, DIAG_FOREIGN,
        (struct span){ (uint32_t)beg, (uint32_t)(beg + n) },
        "'%.*s' begins no comment in KQL", (int)n, x->src.p + beg);
    diag_hint(x->ds, d, "a comment is // and the rest of its line");
}

/* C's comment: told, and passed over. */
static bool skip_block_comment(struct lexer *x)
{
    if (at(x, 0) != '/' || at(x, 1) != '*')
        return false;
    foreign_comment(x, x->i, 2);
    ptrdiff_t n = str_find(str_sub(x->src, x->i + 2, x->src.n), S("*/"));
    x->i = n < 0 ? x->src.n : x->i + 2 + (size_t)n + 2;
    return true;
}

/* `-- text` of SQL and `# text` of a shell, behind code: what follows is no
 * KQL. A double minus before a value has no blank after it. */
static bool is_foreign_comment(const struct lexer *x, bool line_start)
{
    if (at(x, 0) == '#')
        return !line_start;
    bool blank = x->i > 0 && (x->src.p[x->i - 1] == ' ' ||
                              x->src.p[x->i - 1] == '\n' ||
                              x->src.p[x->i - 1] == '\t');
    return at(x, 0) == '-' && at(x, 1) == '-' && at(x, 2) == ' ' &&
           (blank || x->i == 0);
}

static bool skip_comment(struct lexer *x, bool line_start)
{
    if (skip_block_comment(x))
        return true;
    bool hash = at(x, 0) == '#' && line_start;
    if (is_foreign_comment(x, line_start))
        foreign_comment(x, x->i, at(x, 0) == '#' ? 1 : 2);
    else if (!hash && !(at(x, 0) == '/' && at(x, 1) == '/'))
        return false;
    while (at(x, 0) >= 0 && at(x, 0) != '\n')
        x->i++;
    return true;
}

/* White space of all kinds that reach a cell by pasting. */
static size_t blank_len(const struct lexer *x)
{
    return utf8_blank(x->src, x->i);
}

/* A mark before the first word of a line, and a separator that ends one. */
static bool ends_line(const struct lexer *x, size_t n)
{
    int c = at(x, 2);
    return at(x, 0) == '\n' ||
           (n == 3 && (c == 0xA8 || c == 0xA9 || at(x, 0) == 0xEF));
}

/* A blank of several bytes ends a name although its bytes could be in one. */
static bool in_name(const struct lexer *x)
{
    return is_name(at(x, 0)) && (at(x, 0) < 0x80 || blank_len(x) == 0);
}

static bool skip_blank(struct lexer *x, bool *line_start)
{
    size_t from = x->i, n;
    for (;;) {
        if ((n = blank_len(x)) != 0) {
            if (ends_line(x, n))
                *line_start = true;
            x->i += n;
        } else if (!skip_comment(x, *line_start)) {
            return x->i == from;
        }
    }
}

static struct span span_from(const struct lexer *x, size_t beg)
{
    return (struct span){ (uint32_t)beg, (uint32_t)x->i };
}

/* ---- strings ---- */

static int hex_value(struct lexer *x, int digits)
{
    int v = 0;
    for (int k = 0; k < digits; k++) {
        int c = at(x, (size_t)k);
        int d = is_digit(c)                        ? c - '0'
              : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                   : -1;
        if (d < 0)
            return -1;
        v = v * 16 + d;
    }
    x->i += (size_t)digits;
    return v;
}

static void bad_escape(struct lexer *x, size_t beg)
{
    struct diag *d = diag_error(x->ds, DIAG_BAD_LITERAL, span_from(x, beg),
                                "unknown escape in a string");
    diag_hint(x->ds, d,
              "write \\\\ for a backslash, or @\"…\" to take "
              "backslashes as they are");
}

static void unescape(struct lexer *x)
{
    static const char from[] = "\\\"'ntrbfav0";
    static const char to[] = "\\\"'\n\t\r\b\f\a\v\0";
    size_t beg = x->i++;
    int c = at(x, 0);
    const char *hit = c > 0 ? strchr(from, c) : NULL;
    int v = -1;
    x->i++;
    if (hit) {
        buf_addc(&x->text, to[hit - from]);
        return;
    }
    if (c == 'u')
        v = hex_value(x, 4);
    else if (c == 'U')
        v = hex_value(x, 8);
    else if (c == 'x')
        v = hex_value(x, 2);
    if (v >= 0xD800 && v < 0xDC00 && at(x, 0) == '\\' && at(x, 1) == 'u') {
        x->i += 2;
        int low = hex_value(x, 4);
        v = low >= 0xDC00 && low < 0xE000
              ? 0x10000 + ((v - 0xD800) << 10) + (low - 0xDC00)
              : -1;
    }
    if (v < 0 || v > 0x10FFFF)
        bad_escape(x, beg);
    else
        buf_add_utf8(&x->text, (uint32_t)v);
}

static bool unterminated(struct lexer *x, size_t beg)
{
    struct diag *d = diag_error(x->ds, DIAG_UNTERMINATED,
                                (struct span){ (uint32_t)beg, (uint32_t)x->i },
                                "the string is never closed");
    diag_hint(x->ds, d, "close it with the quote it began with");
    return false;
}

/* "…" and '…' with escapes; verbatim ones double their quote instead. */
static bool quoted(struct lexer *x, bool verbatim)
{
    size_t beg = x->i;
    int quote = at(x, 0);
    for (x->i++;;) {
        int c = at(x, 0);
        if (c < 0 || (c == '\n' && !verbatim))
            return unterminated(x, beg);
        if (c == quote) {
            x->i++;
            if (!verbatim || at(x, 0) != quote)
                return true;
            buf_addc(&x->text, (char)quote);
            x->i++;
        } else if (c == '\\' && !verbatim) {
            unescape(x);
        } else {
            buf_addc(&x->text, (char)c);
            x->i++;
        }
    }
}

/* ```…``` and ~~~…~~~ keep everything between. */
static bool fenced(struct lexer *x)
{
    size_t beg = x->i;
    str fence = str_sub(x->src, x->i, x->i + 3);
    x->i += 3;
    ptrdiff_t n = str_find(str_sub(x->src, x->i, x->src.n), fence);
    if (n < 0) {
        x->i = x->src.n;
        return unterminated(x, beg);
    }
    str body = str_sub(x->src, x->i, x->i + (size_t)n);
    buf_add(&x->text, body);
    x->i += (size_t)n + 3;
    return true;
}

static bool is_fence(const struct lexer *x)
{
    int c = at(x, 0);
    return (c == '`' || c == '~') && at(x, 1) == c && at(x, 2) == c;
}

/* Where a string literal starts: its prefix length (h, @, h@), else -1. */
static int string_prefix(const struct lexer *x)
{
    int n = 0;
    if ((at(x, 0) | 32) == 'h')
        n++;
    if (at(x, (size_t)n) == '@')
        n++;
    int c = at(x, (size_t)n);
    if (c == '"' || c == '\'')
        return n;
    struct lexer ahead = *x;
    ahead.i += (size_t)n;
    return is_fence(&ahead) && (n == 0 || at(x, 0) != '@') ? n : -1;
}

static void lex_string(struct lexer *x, int prefix, struct token *t)
{
    bool verbatim = prefix > 0 && at(x, (size_t)prefix - 1) == '@';
    x->i += (size_t)prefix;
    buf_reset(&x->text);
    bool ok = is_fence(x) ? fenced(x) : quoted(x, verbatim);
    t->kind = ok ? TOK_STRING : TOK_ERROR;
    t->text = buf_take(&x->text, x->arena);
    t->value = (struct value){ .type = TYPE_STRING, .s = t->text };
}

/* ---- numbers ---- */

static void bad_number(struct lexer *x, size_t beg, struct token *t)
{
    diag_error(x->ds, DIAG_BAD_LITERAL, span_from(x, beg),
               "the number does not fit a long");
    t->kind = TOK_ERROR;
}

static void lex_hex(struct lexer *x, struct token *t)
{
    size_t beg = x->i;
    uint64_t v = 0;
    bool over = false;
    for (x->i += 2; at(x, 0) >= 0; x->i++) {
        int c = at(x, 0);
        int d = is_digit(c)                        ? c - '0'
              : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                   : -1;
        if (d < 0)
            break;
        over |= v >> 60 != 0;
        v = v * 16 + (uint64_t)d;
    }
    t->value = (struct value){ .type = TYPE_LONG, .i = (int64_t)v };
    if (over)
        bad_number(x, beg, t);
}

static bool scan_decimal(struct lexer *x)
{
    bool real = false;
    while (is_digit(at(x, 0)))
        x->i++;
    if (at(x, 0) == '.' && at(x, 1) != '.' && !is_name_start(at(x, 1))) {
        real = true;
        for (x->i++; is_digit(at(x, 0));)
            x->i++;
    }
    size_t sign = at(x, 1) == '+' || at(x, 1) == '-' ? 1 : 0;
    if ((at(x, 0) | 32) == 'e' && is_digit(at(x, 1 + sign))) {
        real = true;
        for (x->i += 1 + sign; is_digit(at(x, 0));)
            x->i++;
    }
    return real;
}

static bool parse_long(str s, int64_t *v)
{
    uint64_t u = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (u > (UINT64_MAX - 9) / 10)
            return false;
        u = u * 10 + (uint64_t)(s.p[i] - '0');
    }
    *v = (int64_t)u;
    return u <= INT64_MAX;
}

/* 12, 1.5, 1e3, 0x1F, 1d; a digit may also start a name (3L, 4xx). */
static void lex_number(struct lexer *x, struct token *t)
{
    size_t beg = x->i;
    t->kind = TOK_NUMBER;
    if (at(x, 0) == '0' && (at(x, 1) | 32) == 'x') {
        lex_hex(x, t);
        t->text = str_sub(x->src, beg, x->i);
        return;
    }
    bool real = scan_decimal(x);
    size_t digits = x->i;
    while (in_name(x) && at(x, 0) != '$')
        x->i++;
    t->text = str_sub(x->src, beg, x->i);
    if (x->i > digits) {
        int64_t ticks;
        if (span_parse_literal(t->text, &ticks)) {
            t->value = (struct value){ .type = TYPE_TIMESPAN, .i = ticks };
            return;
        }
        t->kind = TOK_NAME;
        return;
    }
    if (real)
        t->value =
            (struct value){ .type = TYPE_REAL,
                            .d = strtod(arena_cstr(x->arena, t->text), NULL) };
    else {
        t->value.type = TYPE_LONG;
        if (!parse_long(t->text, &t->value.i) &&
            !str_eq(t->text, S("9223372036854775808")))
            bad_number(x, beg, t);
    }
}

/* ---- names ---- */

/* long(…), datetime(…): the inside is not KQL, so it is taken raw. */
static bool lex_typed(struct lexer *x, struct token *t)
{
    enum type type;
    if (!type_from_name(t->text, &type) || type == TYPE_DYNAMIC)
        return false;
    size_t i = x->i;
    while (i < x->src.n && (x->src.p[i] == ' ' || x->src.p[i] == '\t'))
        i++;
    if (i >= x->src.n || x->src.p[i] != '(')
        return false;
    size_t beg = ++i, quote = 0;
    for (; i < x->src.n && (quote || x->src.p[i] != ')'); i++) {
        char c = x->src.p[i];
        if (c == '\n' || c == '(' || c == '|')
            return false;
        if (quote ? c == (char)quote : c == '"' || c == '\'')
            quote = quote ? 0 : (size_t)c;
    }
    if (i >= x->src.n)
        return false;
    t->kind = TOK_TYPED;
    t->value.type = type;
    t->text = str_trim(str_sub(x->src, beg, i));
    x->i = i + 1;
    return true;
}

static void lex_name(struct lexer *x, struct token *t)
{
    size_t beg = x->i;
    while (in_name(x))
        x->i++;
    t->kind = TOK_NAME;
    t->text = str_sub(x->src, beg, x->i);
    if (str_eqz(t->text, "in") && at(x, 0) == '~') {
        x->i++;
        t->kind = TOK_WORDOP;
        t->text = S("in~");
        return;
    }
    lex_typed(x, t);
}

/* ['…'] or ["…"] right where a name can stand: the parser decides whether it
 * is a name or an index; here only the shape is recognised. */
static bool lex_quoted_name(struct lexer *x, struct token *t)
{
    struct lexer y = *x;
    for (y.i++; blank_len(&y);)
        y.i += blank_len(&y);
    int prefix = string_prefix(&y);
    if (prefix < 0 || is_fence(&y))
        return false;
    struct token s = { 0 };
    size_t nerrors = x->ds->nerrors, ndiags = x->ds->list.n;
    lex_string(&y, prefix, &s);
    while (blank_len(&y))
        y.i += blank_len(&y);
    if (s.kind != TOK_STRING || at(&y, 0) != ']' || x->ds->nerrors != nerrors) {
        x->text = y.text;
        x->ds->nerrors = nerrors; /* it is read, and told of, again */
        x->ds->list.n = ndiags;
        return false;
    }
    x->text = y.text;
    x->i = y.i + 1;
    t->kind = TOK_QUOTED;
    t->text = s.text;
    return true;
}

static bool lex_bang_word(struct lexer *x, struct token *t)
{
    size_t beg = x->i;
    if (!is_name_start(at(x, 1)))
        return false;
    for (x->i++; in_name(x);)
        x->i++;
    x->i += at(x, 0) == '~';
    t->kind = TOK_WORDOP;
    t->text = str_sub(x->src, beg, x->i);
    return true;
}

static void lex_punct(struct lexer *x, struct token *t)
{
    static const char *const two[] = { "==", "!=", "<>", "<=", ">=", "=~",
                                       "!~", "..", "=>", "||", "&&" };
    str rest = str_sub(x->src, x->i, x->src.n);
    t->kind = TOK_PUNCT;
    for (size_t k = 0; k < sizeof two / sizeof *two; k++)
        if (str_starts(rest, str_of(two[k]))) {
            t->text = str_sub(rest, 0, 2);
            x->i += 2;
            return;
        }
    if (at(x, 0) < 0x80 && at(x, 0) > 0 &&
        strchr("+-*/%<>=()[]{},;:.|!@?&^", at(x, 0))) {
        t->text = str_sub(rest, 0, 1);
        x->i++;
        return;
    }
    size_t i = x->i;
    utf8_next(x->src, &i);
    t->kind = TOK_ERROR;
    t->text = str_sub(x->src, x->i, i);
    x->i = i;
    struct diag *d = diag_error(x->ds, DIAG_SYNTAX, t->span,
                                "this character has no meaning here");
    if (str_eqz(t->text, "`"))
        diag_hint(x->ds, d, "a name with blanks is written ['a name']");
    else if (str_eqz(t->text, "~"))
        diag_hint(x->ds, d, "KQL says: =~ to ignore case, matches regex");
    d->span = (struct span){ (uint32_t)(i - t->text.n), (uint32_t)i };
}

static const char double_quote[] = "\"", single_quote[] = "'";

static const struct {
    const char *smart;
    const char *plain;
} smart_quotes[] = {
    { "\u201c", double_quote }, { "\u201d", double_quote },
    { "\u201e", double_quote }, { "\u2018", single_quote },
    { "\u2019", single_quote }, { "\u201a", single_quote },
};

static size_t smart_quote_at(const struct lexer *x, size_t i)
{
    str rest = str_sub(x->src, i, x->src.n);
    for (size_t k = 0; k < sizeof smart_quotes / sizeof *smart_quotes; k++)
        if (str_starts(rest, str_of(smart_quotes[k].smart)))
            return k + 1;
    return 0;
}

/* The text up to the next typographic quote of its kind, or plain one, is read
 * as the string it was meant to be. */
static bool lex_smart_quote(struct lexer *x, struct token *t)
{
    size_t which = smart_quote_at(x, x->i), beg = x->i, end;
    if (!which)
        return false;
    const char *plain = smart_quotes[which - 1].plain;
    for (x->i += 3; at(x, 0) >= 0 && at(x, 0) != '\n'; x->i++) {
        size_t other = smart_quote_at(x, x->i);
        if ((other && smart_quotes[other - 1].plain == plain) ||
            at(x, 0) == *plain)
            break;
    }
    end = x->i;
    if (at(x, 0) >= 0 && at(x, 0) != '\n')
        x->i += at(x, 0) == *plain ? 1 : 3;
    t->kind = TOK_STRING;
    t->text = str_sub(x->src, beg + 3, end);
    t->value = (struct value){ .type = TYPE_STRING, .s = t->text };
    struct diag *d = diag_error(
        x->ds, DIAG_BAD_LITERAL,
        (struct span){ (uint32_t)beg, (uint32_t)beg + 3 },
        "a typographic quote does not start a string");
    diag_hint(x->ds, d, "use a plain %s", plain);
    return true;
}

static void lex_one(struct lexer *x, struct token *t)
{
    int prefix = string_prefix(x);
    int c = at(x, 0);
    if (prefix >= 0)
        lex_string(x, prefix, t);
    else if (is_digit(c))
        lex_number(x, t);
    else if (lex_smart_quote(x, t))
        return;
    else if (is_name_start(c))
        lex_name(x, t);
    else if (c == '[' && lex_quoted_name(x, t))
        return;
    else if (c == '!' && lex_bang_word(x, t))
        return;
    else
        lex_punct(x, t);
}

void lex(struct arena *a, str src, struct tokens *out, struct diags *ds)
{
    struct lexer x = { .arena = a, .ds = ds, .src = src };
    buf_init(&x.text, MAX_CELL_BYTES);
    if (src.n > MAX_CELL_BYTES) {
        diag_error(ds, DIAG_LIMIT, NO_SPAN,
                   "the cell has %zu bytes, at most %d are read", src.n,
                   MAX_CELL_BYTES);
        x.src.n = 0;
    }
    for (;;) {
        struct token t = { .line_start = x.i == 0 };
        t.glued = skip_blank(&x, &t.line_start);
        size_t beg = x.i;
        t.span.beg = (uint32_t)beg;
        if (x.i < x.src.n)
            lex_one(&x, &t);
        if (x.i > x.src.n) /* an escape that the end cuts off */
            x.i = x.src.n;
        t.span = span_from(&x, beg);
        PUSH(a, x.out, t);
        if (t.kind == TOK_END)
            break;
    }
    buf_release(&x.text);
    *out = (struct tokens){ x.out.v, x.out.n - 1 };
}

void tokens_print(struct buf *b, const struct tokens *ts)
{
    static const char *const kinds[] = { "end",    "name",   "quoted",
                                         "wordop", "string", "number",
                                         "typed",  "punct",  "error" };
    for (size_t i = 0; i < ts->n; i++) {
        const struct token *t = &ts->v[i];
        buf_addf(b, "%-7s %u..%u  ", kinds[t->kind], t->span.beg, t->span.end);
        utf8_printable(b, t->text);
        buf_addc(b, '\n');
    }
}
