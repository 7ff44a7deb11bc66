/* convert.c - conversions from JSON and delimited text to KQL's types.
 *
 * Called by: fill.c for every cell that is not plain text. */
#include "convert.h"

#include "base/convert.h"
#include "base/json_text.h"
#include "base/ticks.h"
#include "base/utf8.h"
#include "csv_read.h"
#include "json_decode.h"
#include "json_unique.h"
#include "providers/limits.h"

static bool is_text(const struct cell *c)
{
    return c->kind == CELL_STRING || c->kind == CELL_TEXT;
}

/* ---- text ---------------------------------------------------------------- */

/* A buf over fresh pool memory that is large enough for what will come. */
static struct buf pool_buf(struct convert *cv, size_t n)
{
    return (struct buf){ .p = pool_alloc(cv->pool, n), .cap = n, .max = n };
}

static str pool_text(struct convert *cv, const struct buf *b)
{
    pool_trim(cv->pool, b->cap, b->n);
    return buf_str(b);
}

/* A replaced byte becomes three. */
static size_t room(const struct cell *c)
{
    return JSON_DECODE_SLACK +
           (c->flags & CELL_HIGH ? 3 * (size_t)c->n : c->n);
}

static str repaired(struct convert *cv, const struct cell *c, str text)
{
    if (!(c->flags & CELL_HIGH) || utf8_valid(text))
        return text;
    struct buf b = pool_buf(cv, 3 * text.n);
    cv->repaired |= utf8_repair(&b, text);
    return pool_text(cv, &b);
}

static str unquoted(struct convert *cv, const struct cell *c)
{
    char *p = pool_alloc(cv->pool, c->n);
    size_t n = csv_unquote(p, (str){ c->p, c->n });
    pool_trim(cv->pool, c->n, n);
    return (str){ p, n };
}

static str cell_text(struct convert *cv, const struct cell *c)
{
    str raw = { c->p, c->n };
    if (!is_text(c) || !(c->flags & CELL_ESCAPED))
        return repaired(cv, c, raw);
    if (c->kind == CELL_TEXT)
        return repaired(cv, c, unquoted(cv, c));
    struct buf b = pool_buf(cv, room(c));
    cv->repaired |= json_decode(&b, raw, c->flags);
    return pool_text(cv, &b);
}

/* ---- dynamic ------------------------------------------------------------- */

/* Into the pool; the text grew at most six times (a control character). */
static str pool_copy(struct convert *cv, struct buf *b)
{
    char *p = pool_alloc(cv->pool, b->n);
    if (b->n)
        memcpy(p, b->p, b->n);
    str s = { p, b->n };
    buf_release(b);
    return s;
}

static bool compacted(struct convert *cv, str json, str *out)
{
    struct buf b;
    buf_init(&b, 4 * MAX_RECORD);
    bool ok = json_compact(&b, json, MAX_JSON_DEPTH, NULL);
    if (!ok)
        buf_release(&b);
    else
        *out = pool_copy(cv, &b);
    return ok;
}

static str quoted(struct convert *cv, str text)
{
    struct buf b;
    buf_init(&b, 8 * MAX_RECORD);
    json_text_str(&b, text);
    return pool_copy(cv, &b);
}

/* The only escapes are doubled backslashes, as paths have them: these are
 * stored so too, and no quote stands inside a text. */
static bool only_backslashes(str raw)
{
    const char *p = raw.p, *end = raw.p + raw.n;
    while ((p = memchr(p, '\\', (size_t)(end - p))) != NULL) {
        if (p + 1 == end || p[1] != '\\')
            return false;
        p += 2;
    }
    return true;
}

/* A container as it stands, when it stands in the stored spelling. */
static bool is_stored(const struct cell *c)
{
    str raw = { c->p, c->n };
    if (c->flags & CELL_LOOSE)
        return false;
    if ((c->flags & CELL_ESCAPED) && !only_backslashes(raw))
        return false;
    if ((c->flags & CELL_HIGH) && !utf8_valid(raw))
        return false;
    return json_unique(raw);
}

static void to_dynamic(struct convert *cv, const struct cell *c,
                       struct value *v)
{
    str raw = { c->p, c->n };
    switch ((enum cell_kind)c->kind) {
    case CELL_NULL:
        v->null = true;
        return;
    case CELL_JSON:
        cv->repaired |= (c->flags & CELL_HIGH) && !utf8_valid(raw);
        v->s = raw;
        v->null = !is_stored(c) && !compacted(cv, raw, &v->s);
        return;
    case CELL_STRING:
        v->s = (str){ c->p - 1, (size_t)c->n + 2 };
        if (c->flags)
            v->s = quoted(cv, cell_text(cv, c));
        return;
    case CELL_TEXT:
        v->s = cell_text(cv, c);
        v->null = v->s.n == 0;
        if (!v->null && !compacted(cv, v->s, &v->s))
            v->s = quoted(cv, v->s);
        return;
    default:
        v->null = !compacted(cv, raw, &v->s);
    }
}

/* ---- numbers ------------------------------------------------------------- */

/* A whole number that fits: sign and digits, nothing else. */
static bool text_long(str s, int64_t *v)
{
    bool neg = s.n && s.p[0] == '-';
    size_t i = s.n && (neg || s.p[0] == '+');
    uint64_t n = 0;
    if (i == s.n)
        return false;
    for (; i < s.n; i++) {
        unsigned digit = (unsigned char)s.p[i] - (unsigned)'0';
        if (digit > 9 || n > (UINT64_MAX - digit) / 10)
            return false;
        n = n * 10 + digit;
    }
    if (n > (uint64_t)INT64_MAX + neg)
        return false;
    *v = (int64_t)(neg ? 0 - n : n);
    return true;
}

/* Digits with at most one point between them. */
static bool is_plain_decimal(str s)
{
    size_t points = 0, i = s.n && s.p[0] == '-', from = i;
    for (; i < s.n; i++) {
        if (s.p[i] == '.')
            points++;
        else if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    }
    return points < 2 && s.n - from > points;
}

/* Any number that stands alone in a text. The copy ends in a zero byte, as
 * strtod wants it. */
static bool text_number(const struct cell *c, bool *whole, int64_t *i,
                        double *d)
{
    char copy[400], *end;
    *whole = text_long((str){ c->p, c->n }, i);
    if (*whole) {
        *d = (double)*i;
        return true;
    }
    if (c->n == 0 || c->n >= sizeof copy)
        return false;
    memcpy(copy, c->p, c->n);
    copy[c->n] = 0;
    if (is_plain_decimal((str){ copy, c->n })) {
        *d = json_real((str){ copy, c->n });
        return true;
    }
    if (strspn(copy, "0123456789+-.eE") != c->n)
        return false;
    *d = strtod(copy, &end);
    return *end == 0;
}

/* Whole numbers stay exact: *whole says that *i is the value. */
static bool cell_number(const struct cell *c, bool *whole, int64_t *i,
                        double *d)
{
    *whole = true;
    *i = 0;
    *d = 0;
    switch ((enum cell_kind)c->kind) {
    case CELL_TRUE:
        *d = 1, *i = 1;
        return true;
    case CELL_FALSE:
        return true;
    case CELL_INT:
        *i = c->i;
        *d = (double)c->i;
        return true;
    case CELL_REAL:
        *whole = false;
        *d = json_real((str){ c->p, c->n });
        return true;
    case CELL_STRING:
    case CELL_TEXT:
        return text_number(c, whole, i, d);
    default:
        return false;
    }
}

static void to_long(const struct cell *c, struct value *v, int64_t min,
                    int64_t max)
{
    bool whole;
    double d;
    v->null = !cell_number(c, &whole, &v->i, &d);
    if (!v->null && !whole) {
        v->null = !(d > -9.2e18 && d < 9.2e18);
        v->i = v->null ? 0 : (int64_t)d;
    }
    v->null |= v->i < min || v->i > max;
}

static void to_real(const struct cell *c, struct value *v)
{
    bool whole;
    int64_t i;
    v->null = !cell_number(c, &whole, &i, &v->d) && /* "NaN", "Infinity" */
              !(is_text(c) && text_to_real((str){ c->p, c->n }, &v->d));
}

static void to_bool(const struct cell *c, struct value *v)
{
    str s = { c->p, c->n };
    bool whole;
    double d;
    if (is_text(c) && (str_ieqz(s, "true") || str_ieqz(s, "false"))) {
        v->i = str_ieqz(s, "true");
        return;
    }
    v->null = !cell_number(c, &whole, &v->i, &d);
    v->i = whole ? v->i != 0 : d != 0;
}

/* ---- times --------------------------------------------------------------- */

/* Seconds, milli-, micro- or nanoseconds since 1970, by size: each unit stays
 * below 1e11 of its own for 3,000 years. */
static bool from_epoch(double n, int64_t whole, bool is_whole, int64_t *t)
{
    double size = n < 0 ? -n : n;
    int64_t unit = size < 1e11   ? TICKS_PER_SEC
                   : size < 1e14 ? TICKS_PER_MS
                   : size < 1e17 ? TICKS_PER_US
                                 : 0;
    if (!is_whole && unit)
        whole = (int64_t)(n * (double)unit);
    else
        whole = unit ? whole * unit : whole / 100;
    *t = TICKS_UNIX_EPOCH + whole;
    return *t >= 0 && *t <= TICKS_MAX;
}

static void to_datetime(struct convert *cv, const struct cell *c,
                        struct value *v)
{
    str s = { c->p, c->n };
    bool whole;
    int64_t i;
    double d;
    if (is_text(c) && ticks_parse_iso(s, &v->i))
        return;
    if (is_text(c) && ticks_parse(s, &v->i))
        return;
    v->i = 0;
    v->null = !cv->epoch || !cell_number(c, &whole, &i, &d) ||
              !from_epoch(d, i, whole, &v->i);
}

/* ---- the rest ------------------------------------------------------------ */

static bool looks_like_guid(str s)
{
    static const char pattern[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    if (s.n != sizeof pattern - 1)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        bool hex = (s.p[i] >= '0' && s.p[i] <= '9') ||
                   ((s.p[i] | 32) >= 'a' && (s.p[i] | 32) <= 'f');
        if (pattern[i] == 'x' ? !hex : s.p[i] != '-')
            return false;
    }
    return true;
}

static void to_guid(struct convert *cv, const struct cell *c, struct value *v)
{
    str s = { c->p, c->n };
    if (s.n > 2 && s.p[0] == '{' && s.p[s.n - 1] == '}')
        s = str_sub(s, 1, s.n - 1);
    v->null = !is_text(c) || !looks_like_guid(s);
    if (v->null)
        return;
    struct buf b = pool_buf(cv, s.n);
    utf8_lower(&b, s);
    v->s = pool_text(cv, &b);
}

/* Decimals are kept as they are written: digits with at most one point. */
static void to_decimal(const struct cell *c, struct value *v)
{
    str s = { c->p, c->n };
    size_t points = 0, digits = 0;
    for (size_t i = 0; i < s.n; i++) {
        points += s.p[i] == '.';
        digits += s.p[i] >= '0' && s.p[i] <= '9';
    }
    bool sign = s.n && s.p[0] == '-';
    v->null = c->kind == CELL_JSON || digits == 0 || points > 1 ||
              digits + points + sign != s.n;
    v->s = s;
}

static void to_string(struct convert *cv, const struct cell *c,
                      struct value *v)
{
    v->null = c->kind == CELL_NULL;
    if (c->kind == CELL_JSON)
        to_dynamic(cv, c, v);
    else if (!v->null)
        v->s = cell_text(cv, c);
}

void cell_convert(struct convert *cv, const struct cell *c, struct value *v)
{
    v->null = c->kind == CELL_NULL;
    if (v->null)
        return;
    switch (v->type) {
    case TYPE_BOOL:     to_bool(c, v); break;
    case TYPE_INT:      to_long(c, v, INT32_MIN, INT32_MAX); break;
    case TYPE_LONG:     to_long(c, v, INT64_MIN, INT64_MAX); break;
    case TYPE_REAL:     to_real(c, v); break;
    case TYPE_DATETIME: to_datetime(cv, c, v); break;
    case TYPE_TIMESPAN:
        v->null = !is_text(c) || !span_parse((str){ c->p, c->n }, &v->i);
        break;
    case TYPE_GUID:     to_guid(cv, c, v); break;
    case TYPE_DECIMAL:  to_decimal(c, v); break;
    case TYPE_DYNAMIC:  to_dynamic(cv, c, v); break;
    default:            to_string(cv, c, v); break;
    }
}
