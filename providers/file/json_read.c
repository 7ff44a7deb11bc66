/* json_read.c - the JSON record reader: validates and cuts into cells.
 *
 * Called by: records_json.c for every record of a file, twice (once to find
 * types, once to store). Must not: allocate per value, recurse, or read more
 * than JSON_PAD bytes past the end.
 *
 * Every loop runs on sentinels: the zero byte after the input fits no rule of
 * the grammar, so a scan stops there at the latest, and a failure at `end` is
 * told from a failure before it by its place alone. */
#include "json_read.h"

#include "json_decode.h"
#include "json_scan.h"
#include "providers/limits.h"

void json_reader_init(struct json_reader *r, const struct field_names *names)
{
    *r = (struct json_reader){ .names = names, .cap = 64 };
    r->cells = xcalloc(r->cap, sizeof *r->cells);
    r->follow = xcalloc(2 * (MAX_COLUMNS + 1), sizeof *r->follow);
    r->value_col = field_names_find(names, S(JSON_VALUE_COLUMN));
    buf_init(&r->key, MAX_RECORD);
}

void json_reader_release(struct json_reader *r)
{
    free(r->cells);
    free(r->fresh);
    free(r->follow);
    buf_release(&r->key);
}

static const char *fail(struct json_reader *r, const char *at, const char *why)
{
    r->error = why;
    r->at = at;
    return NULL;
}

/* ---- white space --------------------------------------------------------- */

static const char *skip_blanks(struct json_reader *r, const char *p)
{
    const char *from = p;
    while (*p == ' ' || *p == '\t' || *p == '\r' || (*p == '\n' && !r->lines))
        p++;
    r->loose |= p != from;
    return p;
}

static inline const char *blanks(struct json_reader *r, const char *p)
{
    return (unsigned char)*p > ' ' ? p : skip_blanks(r, p);
}

/* ---- strings ------------------------------------------------------------- */

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

/* Length of the escape at p, or 0 with *bad at the byte that does not fit. */
static size_t escape_bytes(const char *p, const char **bad)
{
    switch (p[1]) {
    case '"': case '\\': case '/': case 'b':
    case 'f': case 'n': case 'r': case 't':
        return 2;
    case 'u':
        for (int i = 2; i < 6; i++)
            if (!is_hex(p[i])) {
                *bad = p + i;
                return 0;
            }
        return 6;
    default:
        *bad = p + 1;
        return 0;
    }
}

/* From anywhere inside a string to its closing quote; NULL after fail(). The
 * hits of a block are worked off by bit, so that text full of backslashes does
 * not load a block for each. */
__attribute__((noinline))
static const char *string_rest(struct json_reader *r, const char *p,
                               uint8_t *flags)
{
    const char *bad;
    for (;;) {
        struct scan_hits h = scan_block(p);
        unsigned todo = h.stop, skip = SCAN_BLOCK;
        while (todo) {
            unsigned i = (unsigned)__builtin_ctz(todo);
            if (p[i] == '"') {
                *flags |= h.high & ((1u << i) - 1) ? CELL_HIGH : 0;
                return p + i;
            }
            if (p[i] != '\\')
                return fail(r, p + i, "a control character in a string");
            size_t n = escape_bytes(p + i, &bad);
            if (n == 0)
                return fail(r, bad, "an unknown escape in a string");
            *flags |= CELL_ESCAPED;
            i += (unsigned)n;
            if (i >= SCAN_BLOCK) {
                skip = i;
                break;
            }
            todo &= ~0u << i;
        }
        *flags |= h.high ? CELL_HIGH : 0;
        p += skip;
    }
}

/* p is after the opening quote. Plain text never leaves this loop. */
static inline const char *string_end(struct json_reader *r, const char *p,
                                     uint8_t *flags)
{
    struct scan_hits h = scan_block(p);
    while (!(h.stop | h.high)) {
        p += SCAN_BLOCK;
        h = scan_block(p);
    }
    if (h.stop) {
        unsigned i = (unsigned)__builtin_ctz(h.stop);
        if (p[i] == '"' && (h.high & ((1u << i) - 1)) == 0)
            return p + i;
    }
    return string_rest(r, p, flags);
}

/* ---- numbers and literals ------------------------------------------------ */

static inline bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

/* After the integer part: fraction and exponent. */
static const char *real_rest(struct json_reader *r, const char *p,
                             struct cell *c)
{
    c->kind = CELL_REAL;
    if (*p == '.') {
        if (!is_digit(*++p))
            return fail(r, p, "a number without digits after its point");
        while (is_digit(*p))
            p++;
    }
    if ((*p | 32) == 'e') {
        p++;
        if (*p == '+' || *p == '-')
            p++;
        if (!is_digit(*p))
            return fail(r, p, "a number without digits in its exponent");
        while (is_digit(*p))
            p++;
    }
    c->n = (uint32_t)(p - c->p);
    return p;
}

/* 19 digits and more: exact or a double. */
static void long_number(struct cell *c, const char *digits, size_t n, bool neg)
{
    uint64_t v = 0;
    c->kind = CELL_REAL;
    if (n > 19)
        return;
    for (size_t i = 0; i < n; i++)
        v = v * 10 + (uint64_t)(digits[i] - '0');
    if (v > (uint64_t)INT64_MAX + neg)
        return;
    c->kind = CELL_INT;
    c->i = (int64_t)(neg ? 0 - v : v);
}

static const char *number(struct json_reader *r, const char *p, struct cell *c)
{
    bool neg = *p == '-';
    c->p = p;
    p += neg;
    const char *digits = p;
    uint64_t v = 0;
    if (*p == '0')
        p++;
    else
        for (; is_digit(*p); p++)
            v = v * 10 + (uint64_t)(*p - '0');
    size_t n = (size_t)(p - digits);
    if (n == 0)
        return fail(r, p, "a value is expected");
    if (is_digit(*p))
        return fail(r, p, "a number with a leading zero");
    if (*p == '.' || (*p | 32) == 'e')
        return real_rest(r, p, c);
    c->n = (uint32_t)(p - c->p);
    c->kind = CELL_INT;
    c->i = (int64_t)(neg ? 0 - v : v);
    if (n > 18)
        long_number(c, digits, n, neg);
    return p;
}

static const char *literal(struct json_reader *r, const char *p,
                           struct cell *c)
{
    const char *word = *p == 't' ? "true" : *p == 'f' ? "false" : "null";
    c->kind = *p == 't' ? CELL_TRUE : *p == 'f' ? CELL_FALSE : CELL_NULL;
    c->p = p;
    for (; *word; word++, p++)
        if (*p != *word)
            return fail(r, p, "a value is expected");
    c->n = (uint32_t)(p - c->p);
    return p;
}

/* ---- containers ---------------------------------------------------------- */

/* Which of the open containers are objects: one bit each. */
struct nest {
    uint64_t bits[MAX_JSON_DEPTH / 64 + 1];
    unsigned depth;
};

static inline bool in_object(const struct nest *s)
{
    return s->bits[s->depth / 64] >> (s->depth % 64) & 1;
}

static bool push(struct nest *s, bool object, unsigned max_depth)
{
    if (s->depth >= max_depth)
        return false;
    s->depth++;
    uint64_t bit = (uint64_t)1 << (s->depth % 64);
    if (object)
        s->bits[s->depth / 64] |= bit;
    else
        s->bits[s->depth / 64] &= ~bit;
    return true;
}

/* `"key" :` inside a container. */
static const char *skip_key(struct json_reader *r, const char *p,
                            uint8_t *flags)
{
    if (*p != '"')
        return fail(r, p, "a key is expected");
    p = string_end(r, p + 1, flags);
    if (!p)
        return NULL;
    p = blanks(r, p + 1);
    if (*p != ':')
        return fail(r, p, "':' is expected after a key");
    return blanks(r, p + 1);
}

/* A value that holds no others. */
static const char *skip_scalar(struct json_reader *r, const char *p,
                               uint8_t *flags)
{
    struct cell unused = { .p = p };
    switch (*p) {
    case '"':
        p = string_end(r, p + 1, flags);
        return p ? p + 1 : NULL;
    case 't': case 'f': case 'n':
        return literal(r, p, &unused);
    default:
        p = number(r, p, &unused);
        r->loose |= unused.kind == CELL_REAL ||
                    (unused.i == 0 && *unused.p == '-');
        return p;
    }
}

/* One value, or the opening of a container that is not empty: then *opened. */
static const char *enter_value(struct json_reader *r, const char *p,
                               struct nest *s, uint8_t *flags, bool *opened)
{
    *opened = false;
    if (*p != '{' && *p != '[')
        return skip_scalar(r, p, flags);
    if (!push(s, *p == '{', r->max_nest))
        return fail(r, p, "nested more than 512 levels deep");
    p = blanks(r, p + 1);
    if (*p == (in_object(s) ? '}' : ']')) {
        s->depth--;
        return p + 1;
    }
    *opened = true;
    return p;
}

/* After a value: closes what ends here, then a comma. NULL after fail(); with
 * s->depth 0 the whole container is read. */
static const char *leave_values(struct json_reader *r, const char *p,
                                struct nest *s)
{
    while (s->depth) {
        p = blanks(r, p);
        if (*p == ',')
            return blanks(r, p + 1);
        if (*p != (in_object(s) ? '}' : ']'))
            return fail(r, p, in_object(s) ? "',' or '}' is expected"
                                           : "',' or ']' is expected");
        s->depth--;
        p++;
    }
    return p;
}

/* The container at p, to its end. */
static const char *container(struct json_reader *r, const char *p,
                             struct cell *c)
{
    struct nest s = { .depth = 0 };
    bool opened;
    c->p = p;
    c->kind = CELL_JSON;
    r->loose = false;
    p = enter_value(r, p, &s, &c->flags, &opened);
    while (p && s.depth) {
        if (in_object(&s))
            p = skip_key(r, p, &c->flags);
        if (p)
            p = enter_value(r, p, &s, &c->flags, &opened);
        if (p && !opened)
            p = leave_values(r, p, &s);
    }
    if (!p)
        return NULL;
    c->n = (uint32_t)(p - c->p);
    if (r->loose)
        c->flags |= CELL_LOOSE;
    return p;
}

static inline const char *value(struct json_reader *r, const char *p,
                                struct cell *c)
{
    const char *q;
    c->flags = 0;
    switch (*p) {
    case '"':
        q = string_end(r, p + 1, &c->flags);
        if (!q)
            return NULL;
        c->p = p + 1;
        c->n = (uint32_t)(q - c->p);
        c->kind = CELL_STRING;
        return q + 1;
    case '{': case '[':
        return container(r, p, c);
    case 't': case 'f': case 'n':
        return literal(r, p, c);
    default:
        return number(r, p, c);
    }
}

/* ---- keys ---------------------------------------------------------------- */

static void add_fresh(struct json_reader *r, str text, uint8_t flags)
{
    if (r->nfresh == r->fresh_cap) {
        r->fresh_cap = r->fresh_cap ? 2 * r->fresh_cap : 16;
        r->fresh = xrealloc(r->fresh, r->fresh_cap * sizeof *r->fresh);
    }
    r->fresh[r->nfresh++] =
        (struct json_new_key){ (uint32_t)r->ncells, text, flags };
}

static int32_t look_up(struct json_reader *r, str text, uint8_t flags)
{
    if (flags || text.n == 0) {
        buf_reset(&r->key);
        json_decode(&r->key, text, flags);
        if (text.n == 0)
            buf_addc(&r->key, '_');
        return field_names_find(r->names, buf_str(&r->key));
    }
    return field_names_find(r->names, text);
}

/* Is the key at p (after its quote) the one that followed last time? */
static inline const char *try_guess(struct json_reader *r, const char *p,
                                    uint32_t guess)
{
    if (guess == 0)
        return NULL;
    const struct name *name = &r->names->list.v[guess - 1];
    if (!name->plain || !same_blocks(p, name->text.p, name->text.n + 1))
        return NULL;
    return p + name->text.n + 1;
}

static const char *key_slow(struct json_reader *r, const char *p, int32_t *col,
                            uint32_t *guess)
{
    uint8_t flags = 0;
    const char *q = string_end(r, p, &flags);
    if (!q)
        return NULL;
    str text = { p, (size_t)(q - p) };
    if (text.n > MAX_COLUMN_NAME)
        return fail(r, p, "a key of more than 1,024 bytes");
    *col = look_up(r, text, flags);
    if (*col < 0) {
        add_fresh(r, text, flags);
    } else if (guess[0] != (uint32_t)*col + 1) {
        guess[1] = guess[0];
        guess[0] = (uint32_t)*col + 1;
    }
    return q + 1;
}

/* The key at p, its column, the colon; *last is the column before. Logs repeat
 * their field order, or alternate between a few orders: two guesses per column
 * spare nearly all look-ups. */
static inline const char *key(struct json_reader *r, const char *p,
                              int32_t last, int32_t *col)
{
    if (*p != '"')
        return fail(r, p, "a key is expected");
    uint32_t *guess = &r->follow[2 * (last + 1)];
    const char *q = try_guess(r, p + 1, guess[0]);
    *col = (int32_t)guess[0] - 1;
    if (!q) {
        q = try_guess(r, p + 1, guess[1]);
        *col = (int32_t)guess[1] - 1;
    }
    if (!q)
        q = key_slow(r, p + 1, col, guess);
    if (!q)
        return NULL;
    q = blanks(r, q);
    if (*q != ':')
        return fail(r, q, "':' is expected after a key");
    return blanks(r, q + 1);
}

static struct cell *next_cell(struct json_reader *r)
{
    if (r->ncells == r->cap) {
        r->cap *= 2;
        r->cells = xrealloc(r->cells, r->cap * sizeof *r->cells);
    }
    return &r->cells[r->ncells];
}

/* ---- records ------------------------------------------------------------- */

static const char *object_cells(struct json_reader *r, const char *p)
{
    int32_t last = -1;
    r->max_nest = MAX_JSON_DEPTH - 1;
    p = blanks(r, p + 1);
    if (*p == '}')
        return p + 1;
    for (;;) {
        struct cell *c = next_cell(r);
        p = key(r, p, last, &c->col);
        if (!p)
            return NULL;
        p = value(r, p, c);
        if (!p)
            return NULL;
        last = c->col;
        r->ncells++;
        p = blanks(r, p);
        if (*p == '}')
            return p + 1;
        if (*p != ',')
            return fail(r, p, "',' or '}' is expected");
        p = blanks(r, p + 1);
    }
}

static const char *lone_value(struct json_reader *r, const char *p)
{
    struct cell *c = next_cell(r);
    r->max_nest = MAX_JSON_DEPTH;
    if (r->value_col < 0)
        r->value_col = field_names_find(r->names, S(JSON_VALUE_COLUMN));
    c->col = r->value_col;
    if (c->col < 0)
        add_fresh(r, S(JSON_VALUE_COLUMN), 0);
    p = value(r, p, c);
    r->ncells += p != NULL;
    return p;
}

static const char *array_cells(struct json_reader *r, const char *p)
{
    r->max_nest = MAX_JSON_DEPTH - 1;
    p = blanks(r, p + 1);
    if (*p == ']')
        return p + 1;
    for (;;) {
        struct cell *c = next_cell(r);
        c->col = (int32_t)r->ncells;
        p = value(r, p, c);
        if (!p)
            return NULL;
        r->ncells++;
        p = blanks(r, p);
        if (*p == ']')
            return p + 1;
        if (*p != ',')
            return fail(r, p, "',' or ']' is expected");
        if (r->ncells == MAX_COLUMNS)
            return fail(r, p, "more than 10,000 elements in a row");
        p = blanks(r, p + 1);
    }
}

static enum json_end ended(struct json_reader *r, const char *next,
                           const char *end)
{
    r->next = next;
    if (next)
        return JSON_DONE;
    return r->at >= end ? JSON_SHORT : JSON_BAD;
}

enum json_end json_row(struct json_reader *r, const char *p, const char *end)
{
    r->ncells = r->nfresh = 0;
    return ended(r, *p == '[' ? array_cells(r, p)
                              : fail(r, p, "an array is expected"), end);
}

enum json_end json_cell(struct json_reader *r, const char *p, const char *end,
                        struct cell *out)
{
    r->max_nest = MAX_JSON_DEPTH;
    out->col = -1;
    return ended(r, value(r, p, out), end);
}

enum json_end json_record(struct json_reader *r, const char *p,
                          const char *end)
{
    r->ncells = r->nfresh = 0;
    return ended(r, *p == '{' ? object_cells(r, p) : lone_value(r, p), end);
}
