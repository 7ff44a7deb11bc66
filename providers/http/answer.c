/* answer.c - reads members of a small JSON document.
 *
 * Called by: auth_*.c, error handling, providers. */
#include "answer.h"

#include "base/convert.h"
#include "base/json_write.h"

bool reply_json(struct arena *a, str body, str *json)
{
    struct buf b;
    buf_init(&b, JSON_MAX_BYTES);
    bool ok = json_compact(&b, body, JSON_MAX_DEPTH, NULL);
    *json = ok ? buf_take(&b, a) : S("");
    buf_release(&b);
    return ok;
}

str answer_at(str json, const char *path)
{
    str rest = str_of(path);
    while (rest.n) {
        ptrdiff_t dot = str_find_char(rest, '.');
        str name = dot < 0 ? rest : str_sub(rest, 0, (size_t)dot);
        if (!json_get_key(json, name, &json))
            return S("");
        rest = str_sub(rest, name.n + (dot >= 0), rest.n);
    }
    return json;
}

str answer_text(struct arena *a, str json, const char *path)
{
    struct buf b;
    str v = answer_at(json, path);
    enum json_kind kind = json_kind(v);
    if (kind == JSON_LONG || kind == JSON_REAL)
        return v;
    if (kind != JSON_STRING)
        return S("");
    buf_init(&b, JSON_MAX_BYTES);
    json_unquote(&b, v);
    str text = buf_take(&b, a);
    buf_release(&b);
    return text;
}

bool answer_long(struct arena *a, str json, const char *path, int64_t *out)
{
    return text_to_long(answer_text(a, json, path), out);
}
