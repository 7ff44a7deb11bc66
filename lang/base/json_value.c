/* json_value.c - one scalar to and from the stored spelling of JSON.
 *
 * Called by: json_text.c, functions on dynamic values, loaders. */
#include "json_value.h"

#include <math.h>
#include <stdlib.h>

#include "json_walk.h"
#include "utf8.h"

void json_put_char(struct buf *b, uint32_t ch)
{
    static const char hex[] = "0123456789abcdef";
    switch (ch) {
    case '"': buf_add(b, S("\\\"")); return;
    case '\\': buf_add(b, S("\\\\")); return;
    case '\b': buf_add(b, S("\\b")); return;
    case '\t': buf_add(b, S("\\t")); return;
    case '\n': buf_add(b, S("\\n")); return;
    case '\f': buf_add(b, S("\\f")); return;
    case '\r': buf_add(b, S("\\r")); return;
    default: break;
    }
    if (ch >= 0x20) {
        buf_addc(b, (char)ch);
        return;
    }
    buf_add(b, S("\\u00"));
    buf_addc(b, hex[ch >> 4]);
    buf_addc(b, hex[ch & 15]);
}

static bool is_plain(uint8_t ch)
{
    return ch >= 0x20 && ch != '"' && ch != '\\';
}

static void put_valid(struct buf *b, str s)
{
    for (size_t i = 0; i < s.n; i++) {
        size_t run = i;
        while (i < s.n && is_plain((uint8_t)s.p[i]))
            i++;
        buf_add(b, str_sub(s, run, i));
        if (i < s.n)
            json_put_char(b, (uint8_t)s.p[i]);
    }
}

void json_text_str(struct buf *b, str s)
{
    buf_addc(b, '"');
    if (utf8_valid(s)) {
        put_valid(b, s);
    } else {
        struct buf repaired;
        buf_init(&repaired, b->max);
        utf8_repair(&repaired, s);
        b->failed |= repaired.failed;
        put_valid(b, buf_str(&repaired));
        buf_release(&repaired);
    }
    buf_addc(b, '"');
}

void json_text_f64(struct buf *b, double v)
{
    bool named = isnan(v) || isinf(v);
    if (named)
        buf_addc(b, '"');
    buf_add_f64(b, v);
    if (named)
        buf_addc(b, '"');
}

static void text_as_str(struct buf *b, const struct value *v)
{
    struct buf text;
    buf_init(&text, b->max);
    value_text(&text, v);
    b->failed |= text.failed;
    json_text_str(b, buf_str(&text));
    buf_release(&text);
}

void json_text_value(struct buf *b, const struct value *v)
{
    if (v->null && v->type != TYPE_STRING) {
        buf_add(b, S("null"));
        return;
    }
    switch (v->type) {
    case TYPE_BOOL: buf_add(b, v->i ? S("true") : S("false")); break;
    case TYPE_INT:
    case TYPE_LONG: buf_add_i64(b, v->i); break;
    case TYPE_REAL: json_text_f64(b, v->d); break;
    case TYPE_DYNAMIC: buf_add(b, v->s.n ? v->s : S("null")); break;
    case TYPE_DATETIME:
    case TYPE_TIMESPAN: text_as_str(b, v); break;
    default: json_text_str(b, v->s); break;
    }
}

static int64_t read_i64(str s)
{
    bool negative = s.p[0] == '-';
    uint64_t v = 0;
    for (size_t i = negative; i < s.n; i++)
        v = v * 10 + (uint64_t)(s.p[i] - '0');
    return (int64_t)(negative ? 0 - v : v);
}

static double read_f64(str s)
{
    char text[40]; /* the longest double that buf_add_f64 writes has 24 */
    size_t n = s.n < sizeof text ? s.n : sizeof text - 1;
    memcpy(text, s.p, n);
    text[n] = 0;
    return strtod(text, NULL);
}

bool json_scalar(str s, struct value *out)
{
    *out = (struct value){ .type = TYPE_DYNAMIC, .null = true };
    switch (json_kind(s)) {
    case JSON_NONE:
    case JSON_NULL:
        return true;
    case JSON_BOOL:
        *out = (struct value){ .type = TYPE_BOOL, .i = s.p[0] == 't' };
        return true;
    case JSON_LONG:
        *out = (struct value){ .type = TYPE_LONG, .i = read_i64(s) };
        return true;
    case JSON_REAL:
        *out = (struct value){ .type = TYPE_REAL, .d = read_f64(s) };
        return true;
    case JSON_STRING:
        *out = (struct value){ .type = TYPE_STRING,
                               .s = str_sub(s, 1, s.n - 1) };
        return true;
    default:
        return false;
    }
}
