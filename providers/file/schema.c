/* schema.c - looks at every value once and decides the type of each column.
 *
 * Called by: scan.c per record, file.c at the end. */
#include "schema.h"

#include "base/ticks.h"
#include "json_decode.h"

struct schema *schema_new(struct arena *a)
{
    struct schema *s = NEW(a, struct schema);
    field_names_init(&s->names, a);
    return s;
}

void schema_join(struct schema *s, const struct schema *from)
{
    for (size_t i = 0; i < from->names.list.n; i++) {
        int32_t col = field_names_add(&s->names, from->names.list.v[i].text);
        if (col >= 0)
            s->saw[col] |= from->saw[i];
    }
}

/* ---- what kind of value a text is ---------------------------------------- */

static inline bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

enum { DATE_MIN = 19, DATE_MAX = 40 };  /* 2024-01-02T03:04:05 and more */

static bool is_date(const struct cell *c)
{
    int64_t t;
    return c->n >= DATE_MIN && c->n <= DATE_MAX && c->p[4] == '-' &&
           !(c->flags & (CELL_ESCAPED | CELL_HIGH)) &&
           ticks_parse_iso((str){ c->p, c->n }, &t);
}

/* No leading zero, no plus sign, and exact: anything else is an id that must
 * come out as it went in. */
static bool is_long(const char *p, const char *end)
{
    bool neg = *p == '-';
    uint64_t v = 0;
    p += neg;
    if (end - p < 1 || end - p > 19 || (*p == '0' && (end - p > 1 || neg)))
        return false;
    for (; p < end; p++) {
        if (!is_digit(*p))
            return false;
        v = v * 10 + (uint64_t)(*p - '0');
    }
    return v <= (uint64_t)INT64_MAX + neg;
}

static const char *digits(const char *p, const char *end)
{
    while (p < end && is_digit(*p))
        p++;
    return p;
}

/* Digits, point, digits, maybe an exponent; or an exponent with a sign. "12e5"
 * alone is more often a hexadecimal id than a number. */
static bool is_real(const char *p, const char *end)
{
    p += *p == '-';
    const char *q = digits(p, end);
    if (q == p || (*p == '0' && q - p > 1))
        return false;
    bool point = q < end && *q == '.';
    if (point) {
        p = q + 1;
        q = digits(p, end);
        if (q == p)
            return false;
    }
    if (q == end || (*q | 32) != 'e')
        return q == end && point;
    q++;
    bool sign = q < end && (*q == '+' || *q == '-');
    q += sign;
    return (point || sign) && q < end && digits(q, end) == end;
}

static bool is_word(const struct cell *c, const char *small, const char *title,
                    const char *large)
{
    str s = { c->p, c->n };
    return str_eqz(s, small) || str_eqz(s, title) || str_eqz(s, large);
}

static bool is_bool(const struct cell *c)
{
    return is_word(c, "true", "True", "TRUE") ||
           is_word(c, "false", "False", "FALSE");
}

static unsigned saw_text(const struct cell *c)
{
    const char *end = c->p + c->n;
    if (c->n == 0)
        return 0;
    if (is_digit(*c->p) || *c->p == '-') {
        if (is_long(c->p, end))
            return SAW_INT;
        if (is_real(c->p, end))
            return SAW_REAL;
        return is_date(c) ? SAW_DATE : SAW_TEXT;
    }
    return is_bool(c) ? SAW_BOOL : SAW_TEXT;
}

static unsigned saw_string(const struct cell *c)
{
    if (c->n == 0)
        return SAW_EMPTY;
    return is_date(c) ? SAW_DATE : SAW_TEXT;
}

static inline unsigned saw_cell(const struct cell *c, unsigned before)
{
    switch ((enum cell_kind)c->kind) {
    case CELL_NULL:   return 0;
    case CELL_FALSE:
    case CELL_TRUE:   return SAW_BOOL;
    case CELL_INT:    return SAW_INT;
    case CELL_REAL:   return SAW_REAL;
    case CELL_JSON:   return SAW_NEST;
    case CELL_STRING: return before & SAW_TEXT ? 0 : saw_string(c);
    case CELL_TEXT:   return before & SAW_TEXT ? 0 : saw_text(c);
    }
    return 0;
}

/* ---- records ------------------------------------------------------------- */

static int32_t add_name(struct schema *s, const struct json_new_key *k)
{
    struct buf text;
    buf_init(&text, 4 * MAX_COLUMN_NAME);
    json_decode(&text, k->text, k->flags);
    if (text.n == 0)
        buf_addc(&text, '_');
    int32_t col = field_names_add(&s->names, buf_str(&text));
    buf_release(&text);
    return col;
}

static bool add_names(struct schema *s, struct json_reader *r,
                      struct cell *cells)
{
    for (size_t i = 0; i < r->nfresh; i++) {
        int32_t col = add_name(s, &r->fresh[i]);
        if (col < 0)
            return false;
        cells[r->fresh[i].cell].col = col;
    }
    return true;
}

bool schema_note(struct schema *s, struct json_reader *r, struct cell *cells,
                 size_t n)
{
    if (r->nfresh && !add_names(s, r, cells))
        return false;
    for (size_t i = 0; i < n; i++) {
        uint8_t *saw = &s->saw[cells[i].col];
        *saw = (uint8_t)(*saw | saw_cell(&cells[i], *saw));
    }
    return true;
}

enum type schema_type(const struct schema *s, size_t col)
{
    unsigned saw = s->saw[col];
    unsigned kinds = saw & ~(unsigned)SAW_EMPTY;
    if (saw & SAW_NEST)
        return TYPE_DYNAMIC;
    if (kinds == SAW_DATE)
        return TYPE_DATETIME;
    if (saw == SAW_INT)
        return TYPE_LONG;
    if (saw == SAW_REAL || saw == (SAW_INT | SAW_REAL))
        return TYPE_REAL;
    return saw == SAW_BOOL ? TYPE_BOOL : TYPE_STRING;
}
