/* error_text.c - one walker over the six shapes in which vendors say no.
 *
 * Called by: client.c, auth_entra.c, providers. */
#include "error_text.h"

#include "base/json_text.h"
#include "base/json_write.h"
#include "base/utf8.h"

/* Levels of innererror and caused_by that are followed. */
enum { MAX_INNER = 8 };

/* The text of a JSON string or number; "" for all else. */
static str text_of(struct arena *a, str json)
{
    struct buf b;
    enum json_kind kind = json_kind(json);
    if (kind == JSON_LONG)
        return json;
    if (kind != JSON_STRING)
        return S("");
    buf_init(&b, JSON_MAX_BYTES);
    json_unquote(&b, json);
    str text = buf_take(&b, a);
    buf_release(&b);
    return text;
}

/* The first of the named members that is a text. */
static str member(struct arena *a, str json, const char *const *names)
{
    str value;
    for (; *names; names++) {
        if (!json_get_key(json, str_of(*names), &value))
            continue;
        str text = text_of(a, value);
        if (text.n)
            return text;
    }
    return S("");
}

static const char *const CODES[] = { "code", "type", "error_code", NULL };
/* Kusto's "message" is the same for all, "@message" says what happened. */
static const char *const MESSAGES[] = {
    "@message",    "message", "reason",        "detail",
    "error_description", "text", "verbose_msg", "msg",
    "description", "title",   "error_message", NULL,
};

static bool first_element(str json, str *out)
{
    return json_kind(json) == JSON_ARRAY && json_get_index(json, 0, out);
}

/* The deepest message behind `name`: Azure says "invalid properties" outside
 * and what is wrong with the query inside. */
static str deepest(struct arena *a, str json, const char *name)
{
    str found = S("");
    for (int i = 0; i < MAX_INNER; i++) {
        str inner, text;
        if (!json_get_key(json, str_of(name), &inner))
            break;
        text = member(a, inner, MESSAGES);
        found = text.n ? text : found;
        json = inner;
    }
    return found;
}

static str joined(struct arena *a, str first, str second)
{
    if (!second.n || str_eq(first, second))
        return first;
    if (!first.n)
        return second;
    return arena_fmt(a, "%.*s: %.*s", STRF(first), STRF(second));
}

/* {"code", "message", "innererror"}, {"type", "reason", "root_cause"}. */
static void read_object(struct arena *a, str json, struct http_error *out)
{
    str first;
    str inner = deepest(a, json, "innererror");
    if (!inner.n)
        inner = deepest(a, json, "caused_by");
    if (!inner.n && json_get_key(json, S("root_cause"), &first) &&
        first_element(first, &first))
        inner = member(a, first, MESSAGES);
    if (!inner.n && json_get_key(json, S("details"), &first) &&
        first_element(first, &first))
        inner = member(a, first, MESSAGES);
    out->code = member(a, json, CODES);
    out->message = joined(a, member(a, json, MESSAGES), inner);
}

/* {"error": object or text, …}, {"messages": […]}, {"errors": […]}, or the
 * message at the top. */
static void read_document(struct arena *a, str json, struct http_error *out)
{
    static const char *const lists[] = { "messages", "errors", "failures",
                                         NULL };
    str value;
    if (first_element(json, &value))
        json = value;
    if (json_get_key(json, S("error"), &value) ||
        json_get_key(json, S("Error"), &value)) {
        if (json_kind(value) == JSON_OBJECT) {
            read_object(a, value, out);
        } else {
            out->code = text_of(a, value);
            out->message = member(a, json, MESSAGES);
        }
        if (out->message.n || out->code.n)
            return;
    }
    for (const char *const *l = lists; *l; l++) {
        if (!json_get_key(json, str_of(*l), &value) ||
            !first_element(value, &value))
            continue;
        read_object(a, value, out);
        if (!out->message.n)
            out->message = text_of(a, value);
        if (out->message.n)
            return;
    }
    read_object(a, json, out);
}

/* A page of HTML without its marks, scripts and styles. */
static void add_without_marks(struct buf *b, str html)
{
    bool in_mark = false, closes = true;
    for (size_t i = 0; i < html.n; i++) {
        str rest = str_sub(html, i, html.n);
        if (html.p[i] == '<') {
            in_mark = true;
            str tag = str_sub(rest, 1, 6);
            bool skip = str_ieqz(tag, "style") || str_ieqz(tag, "scrip");
            ptrdiff_t close = skip && closes ? str_find(rest, S("</")) : 0;
            closes = close >= 0; /* looked for in vain once is enough */
            i += close > 0 ? (size_t)close : 0;
        } else if (html.p[i] == '>' && in_mark) {
            in_mark = false;
            buf_addc(b, ' ');
        } else if (!in_mark) {
            buf_addc(b, html.p[i]);
        }
    }
}

/* Printable, on one line, not longer than what is shown. */
static str tidy(struct arena *a, str text)
{
    struct buf one, b;
    buf_init(&one, 8 * HTTP_ERROR_SHOWN);
    buf_init(&b, 64 * HTTP_ERROR_SHOWN);
    bool blank = true;
    for (size_t i = 0; i < text.n && one.n < HTTP_ERROR_SHOWN; i++) {
        bool space = (unsigned char)text.p[i] <= ' ' && text.p[i];
        if (!space || !blank)
            buf_addc(&one, space ? ' ' : text.p[i]);
        blank = space;
    }
    bool cut = one.n >= HTTP_ERROR_SHOWN;
    str line = str_trim(buf_str(&one));
    /* Not in the middle of a character. */
    while (cut && line.n && ((unsigned char)line.p[line.n - 1] & 0xC0) == 0x80)
        line.n--;
    if (cut && line.n && (unsigned char)line.p[line.n - 1] >= 0xC0)
        line.n--;
    utf8_printable(&b, line);
    if (cut)
        buf_adds(&b, "…");
    str out = buf_take(&b, a);
    buf_release(&one);
    buf_release(&b);
    return out;
}

static void read_text(struct arena *a, str body, struct http_error *out)
{
    struct buf b;
    buf_init(&b, body.n + 1);
    str head = str_trim(str_sub(body, 0, 4096));
    if (head.n && head.p[0] == '<')
        add_without_marks(&b, str_sub(body, 0, 64 << 10));
    else
        buf_add(&b, head);
    out->message = buf_take(&b, a);
    buf_release(&b);
}

void http_error_parse(struct arena *a, str body, struct http_error *out)
{
    struct buf json;
    *out = (struct http_error){ S(""), S("") };
    buf_init(&json, JSON_MAX_BYTES);
    str text = str_trim(body);
    if (text.n && (text.p[0] == '{' || text.p[0] == '[') &&
        json_compact(&json, text, JSON_MAX_DEPTH, NULL))
        read_document(a, buf_str(&json), out);
    if (!out->message.n && !out->code.n)
        read_text(a, body, out);
    out->code = tidy(a, arena_str(a, out->code));
    out->message = tidy(a, out->message);
    buf_release(&json);
}
