/* json_walk.c - iterators over canonical JSON text.
 *
 * Called by: the functions on dynamic values, loaders, renderers.
 * Must not:  allocate, except to escape an odd key. */
#include "json_walk.h"

#include "json_value.h"

static bool is_real(str json)
{
    for (size_t i = 1; i < json.n; i++)
        if (json.p[i] == '.' || (json.p[i] | 32) == 'e')
            return true;
    return false;
}

enum json_kind json_kind(str json)
{
    if (json.n == 0)
        return JSON_NONE;
    switch (json.p[0]) {
    case '"': return JSON_STRING;
    case '[': return JSON_ARRAY;
    case '{': return JSON_OBJECT;
    case 'n': return JSON_NULL;
    case 't':
    case 'f': return JSON_BOOL;
    default: return is_real(json) ? JSON_REAL : JSON_LONG;
    }
}

/* Behind the string whose quote is at i. A quote ends the string when an even
 * number of backslashes stands before it. */
static size_t skip_string(str s, size_t i)
{
    size_t beg = ++i;
    while (i < s.n) {
        const char *quote = memchr(s.p + i, '"', s.n - i);
        if (!quote)
            break;
        size_t at = (size_t)(quote - s.p), back = at;
        while (back > beg && s.p[back - 1] == '\\')
            back--;
        if ((at - back) % 2 == 0)
            return at + 1;
        i = at + 1;
    }
    return s.n;
}

static size_t skip_container(str s, size_t i)
{
    size_t depth = 0;
    while (i < s.n) {
        switch (s.p[i]) {
        case '"':
            i = skip_string(s, i);
            continue;
        case '[':
        case '{':
            depth++;
            break;
        case ']':
        case '}':
            if (--depth == 0)
                return i + 1;
            break;
        default:
            break;
        }
        i++;
    }
    return s.n;
}

static size_t skip_word(str s, size_t i)
{
    size_t beg = i;
    while (i < s.n && s.p[i] != ',' && s.p[i] != ']' && s.p[i] != '}')
        i++;
    return i > beg ? i : i + 1;
}

size_t json_skip(str s, size_t i)
{
    if (i >= s.n)
        return s.n;
    if (s.p[i] == '"')
        return skip_string(s, i);
    if (s.p[i] == '[' || s.p[i] == '{')
        return skip_container(s, i);
    return skip_word(s, i);
}

bool json_iter_init(struct json_iter *it, str json)
{
    bool object = json.n && json.p[0] == '{';
    bool array = json.n && json.p[0] == '[';
    *it = (struct json_iter){ json, object || array ? 1 : json.n, object };
    return object || array;
}

bool json_next(struct json_iter *it, str *key, str *value)
{
    str s = it->text;
    size_t i = it->i, end;
    if (i < s.n && s.p[i] == ',')
        i++;
    if (i >= s.n || s.p[i] == ']' || s.p[i] == '}')
        return false;
    str k = STR_NONE;
    if (it->object) {
        end = json_skip(s, i);
        k = str_sub(s, i, end);
        i = end + 1; /* the colon */
    }
    end = json_skip(s, i);
    if (key)
        *key = k;
    *value = str_sub(s, i, end);
    it->i = end;
    return true;
}

static bool needs_escape(str key)
{
    for (size_t i = 0; i < key.n; i++)
        if ((uint8_t)key.p[i] < 0x20 || key.p[i] == '"' || key.p[i] == '\\')
            return true;
    return false;
}

/* `inner` is what stands between the quotes of the wanted key. */
static bool find_member(str json, str inner, str *value)
{
    struct json_iter it;
    str key;
    json_iter_init(&it, json);
    while (json_next(&it, &key, value))
        if (key.n == inner.n + 2 &&
            str_eq((str){ key.p + 1, inner.n }, inner))
            return true;
    return false;
}

bool json_get_key(str json, str key, str *value)
{
    if (json.n == 0 || json.p[0] != '{')
        return false;
    if (!needs_escape(key))
        return find_member(json, key, value);
    struct buf b;
    buf_init(&b, key.n * 6 + 2);
    json_text_str(&b, key);
    bool found = find_member(json, str_sub(buf_str(&b), 1, b.n - 1), value);
    buf_release(&b);
    return found;
}

bool json_get_index(str json, int64_t index, str *value)
{
    struct json_iter it;
    if (json.n == 0 || json.p[0] != '[')
        return false;
    if (index < 0)
        index += json_count(json);
    if (index < 0 || (uint64_t)index >= json.n)
        return false;
    json_iter_init(&it, json);
    while (json_next(&it, NULL, value))
        if (index-- == 0)
            return true;
    return false;
}

int64_t json_count(str json)
{
    struct json_iter it;
    str value;
    int64_t n = 0;
    if (!json_iter_init(&it, json))
        return -1;
    while (json_next(&it, NULL, &value))
        n++;
    return n;
}
