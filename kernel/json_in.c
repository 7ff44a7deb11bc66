/* json_in.c - parses what clients send.
 *
 * jansson refuses a whole document for one lone surrogate, which a browser
 * produces when a selection cuts an emoji in half; a request must be answered
 * all the same, so such text is repaired and parsed again. */
#include "kernel/json_in.h"

#include "base/utf8.h"

static json_t *load(str text)
{
    json_error_t e;
    json_t *j = json_loadb(text.p ? text.p : "", text.n,
                           JSON_ALLOW_NUL, &e);
    if (j && !json_is_object(j)) {
        json_decref(j);
        return NULL;
    }
    return j;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 32);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The code unit of \uXXXX at s[i], or -1. */
static int unit_at(str s, size_t i)
{
    if (i + 6 > s.n || s.p[i] != '\\' || s.p[i + 1] != 'u')
        return -1;
    int v = 0;
    for (size_t k = i + 2; k < i + 6; k++) {
        int d = hex_digit(s.p[k]);
        if (d < 0)
            return -1;
        v = v * 16 + d;
    }
    return v;
}

/* Bytes of the escape at s[i] == '\\' to keep; 0: replace it (6 bytes). */
static size_t escape_length(str s, size_t i)
{
    int unit = unit_at(s, i);
    if (unit < 0xD800 || unit > 0xDFFF)
        return i + 2 <= s.n ? 2 : 1;
    int next = unit < 0xDC00 ? unit_at(s, i + 6) : -1;
    return next >= 0xDC00 && next <= 0xDFFF ? 12 : 0;
}

static void replace_lone_surrogates(struct buf *b, str s)
{
    for (size_t i = 0; i < s.n;) {
        size_t run = i;
        while (i < s.n && s.p[i] != '\\')
            i++;
        buf_add(b, str_sub(s, run, i));
        if (i == s.n)
            break;
        size_t keep = escape_length(s, i);
        if (keep)
            buf_add(b, str_sub(s, i, i + keep));
        else
            buf_adds(b, "\\ufffd");
        i += keep ? keep : 6;
    }
}

json_t *json_object_in(str text, bool repair)
{
    json_t *j = load(text);
    if (j || !repair)
        return j;
    struct buf valid, whole;
    buf_init(&valid, text.n * 3 + 16);
    buf_init(&whole, text.n * 3 + 16);
    utf8_repair(&valid, text);
    replace_lone_surrogates(&whole, buf_str(&valid));
    if (buf_ok(&whole))
        j = load(buf_str(&whole));
    buf_release(&valid);
    buf_release(&whole);
    return j;
}

str json_member_text(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_string(v))
        return S("");
    return (str){ json_string_value(v), json_string_length(v) };
}

bool json_member_bool(const json_t *o, const char *key, bool or_else)
{
    const json_t *v = json_object_get(o, key);
    return json_is_boolean(v) ? json_is_true(v) : or_else;
}

int64_t json_member_int(const json_t *o, const char *key, int64_t or_else)
{
    const json_t *v = json_object_get(o, key);
    return json_is_integer(v) ? (int64_t)json_integer_value(v) : or_else;
}
