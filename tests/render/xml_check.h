/* xml_check.h - a small strict XML reader: does output parse, and as what?
 *
 * Called by: tests/unit/t_render_*.c. Stricter than browsers: every tag closed
 * in order, attributes quoted and unique, only the five named references,
 * no character that XML forbids. Also holds the list of elements and attributes
 * that renderers may write; anything else is reported as an error, as is an
 * attribute value that could load or run something. */
#ifndef TESTS_RENDER_XML_CHECK_H
#define TESTS_RENDER_XML_CHECK_H

#include "base/utf8.h"

enum { XML_DEPTH = 64 };

struct xml {
    str s;
    size_t i, depth, nelements, nmarks;
    str open[XML_DEPTH];
    const char *error;      /* NULL: well-formed so far */
    struct buf text;        /* content outside of script and style */
};

static bool xml_in(str name, const char *const *list)
{
    for (; *list; list++)
        if (str_eqz(name, *list))
            return true;
    return false;
}

static bool xml_element_allowed(str name)
{
    static const char *const list[] = { "div", "span", "style", "script", "p",
        "table", "thead", "tbody", "tr", "th", "td", "small", "i", "b", "code",
        "img", "svg", "g", "rect", "line", "path", "circle", "text", "title",
        NULL };
    return xml_in(name, list);
}

static bool xml_attr_allowed(str name)
{
    static const char *const list[] = { "class", "style", "title", "scope",
        "data-t", "data-page", "data-c", "data-lm-suppress-shortcuts",
        "tabindex", "type", "alt", "src", "role", "aria-label", "xmlns",
        "width", "height", "viewBox", "font-family", "font-size",
        "font-weight", "text-anchor", "fill", "fill-opacity", "stroke",
        "stroke-opacity", "stroke-width", "stroke-dasharray",
        "stroke-linejoin", "transform", "x", "y", "x1", "x2", "y1", "y2", "cx",
        "cy", "r", "rx", "d", NULL };
    return xml_in(name, list);
}

static bool xml_fail(struct xml *x, const char *why)
{
    if (!x->error)
        x->error = why;
    return false;
}

static char xml_peek(const struct xml *x)
{
    return x->i < x->s.n ? x->s.p[x->i] : 0;
}

static bool xml_starts(const struct xml *x, const char *z)
{
    return str_starts(str_sub(x->s, x->i, x->s.n), str_of(z));
}

static str xml_name(struct xml *x)
{
    size_t beg = x->i;
    while (x->i < x->s.n && (xml_peek(x) == '-' || xml_peek(x) == ':' ||
                             (xml_peek(x) >= '0' && xml_peek(x) <= '9') ||
                             (xml_peek(x) >= 'A' && xml_peek(x) <= 'Z') ||
                             (xml_peek(x) >= 'a' && xml_peek(x) <= 'z')))
        x->i++;
    return str_sub(x->s, beg, x->i);
}

/* A reference at x->i; its character goes to `out`. */
static bool xml_reference(struct xml *x, struct buf *out)
{
    static const struct { const char *z; char c; } known[] = {
        { "&lt;", '<' }, { "&gt;", '>' }, { "&amp;", '&' }, { "&quot;", '"' },
        { "&#39;", '\'' }, { "&#96;", '`' }, { "&#10;", '\n' },
        { "&#9;", '\t' },
    };
    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
        if (xml_starts(x, known[k].z)) {
            x->i += strlen(known[k].z);
            buf_addc(out, known[k].c);
            return true;
        }
    return xml_fail(x, "unknown reference");
}

static bool xml_char(struct xml *x, struct buf *out)
{
    size_t beg = x->i;
    uint32_t c = utf8_next(x->s, &x->i);
    if ((c < 0x20 && c != '\n' && c != '\t') || (c & 0xFFFE) == 0xFFFE ||
        (c >= 0xD800 && c < 0xE000) || c == 0x7f)
        return xml_fail(x, "a character that may not stand in XML");
    buf_add(out, str_sub(x->s, beg, x->i));
    return true;
}

/* What stands in front of data must be ours: no scheme but our picture. */
static bool xml_value_safe(str name, str value)
{
    if (str_eqz(name, "src"))
        return str_starts(value, S("data:image/svg+xml;base64,"));
    if (str_eqz(name, "style") || str_eqz(name, "fill") ||
        str_eqz(name, "stroke"))
        return str_find(value, S("url")) < 0 &&
               str_find(value, S("expression")) < 0;
    return true;
}

static bool xml_attribute(struct xml *x)
{
    struct buf value;
    str name = xml_name(x);
    if (!xml_attr_allowed(name))
        return xml_fail(x, "an attribute that is not on the list");
    if (!xml_starts(x, "=\""))
        return xml_fail(x, "an attribute without a quoted value");
    x->i += 2;
    buf_init(&value, 64 << 20);
    while (x->i < x->s.n && xml_peek(x) != '"' && !x->error) {
        if (xml_peek(x) == '<')
            xml_fail(x, "a raw < in an attribute");
        else if (xml_peek(x) == '&')
            xml_reference(x, &value);
        else
            xml_char(x, &value);
    }
    x->i++;
    if (!x->error && !xml_value_safe(name, buf_str(&value)))
        xml_fail(x, "an attribute that could load something");
    buf_release(&value);
    return !x->error;
}

/* Content of <script> and <style>: skipped, but it must not hold markup that
 * XML would read, unless it is marked as CDATA. */
static bool xml_raw(struct xml *x, str name)
{
    struct buf end;
    buf_init(&end, 100);
    buf_adds(&end, "</");
    buf_add(&end, name);
    buf_adds(&end, ">");
    ptrdiff_t at = str_find(str_sub(x->s, x->i, x->s.n), buf_str(&end));
    buf_release(&end);
    if (at < 0)
        return xml_fail(x, "a script or style that is never closed");
    str raw = str_sub(x->s, x->i, x->i + (size_t)at);
    x->i += (size_t)at;
    if (str_starts(raw, S("/*<![CDATA[*/"))) {
        ptrdiff_t cend = str_find(raw, S("]]>"));
        return cend >= 0 && (size_t)cend + 5 == raw.n
                   ? true : xml_fail(x, "CDATA ends too early");
    }
    if (str_find_char(raw, '<') >= 0 || str_find_char(raw, '&') >= 0)
        return xml_fail(x, "markup in raw content");
    return true;
}

static bool xml_open(struct xml *x)
{
    x->i++;
    str name = xml_name(x);
    if (!xml_element_allowed(name))
        return xml_fail(x, "an element that is not on the list");
    x->nelements++;
    x->nmarks += str_eqz(name, "rect") || str_eqz(name, "circle") ||
                 str_eqz(name, "path");
    while (xml_peek(x) == ' ') {
        x->i++;
        if (!xml_attribute(x))
            return false;
    }
    if (xml_starts(x, "/>")) {
        x->i += 2;
        return true;
    }
    if (xml_peek(x) != '>' || x->depth == XML_DEPTH)
        return xml_fail(x, "a tag that does not end");
    x->i++;
    if ((str_eqz(name, "script") || str_eqz(name, "style")) &&
        !xml_raw(x, name))
        return false;
    x->open[x->depth++] = name;
    return true;
}

static bool xml_close(struct xml *x)
{
    x->i += 2;
    str name = xml_name(x);
    if (x->depth == 0 || !str_eq(x->open[x->depth - 1], name))
        return xml_fail(x, "a closing tag that fits no open one");
    x->depth--;
    if (xml_peek(x) != '>')
        return xml_fail(x, "a closing tag that does not end");
    x->i++;
    return true;
}

/* Reads all of s. x->error stays NULL when it is well-formed and on the list;
 * release x->text afterwards. */
__attribute__((unused)) static void xml_read(struct xml *x, str s)
{
    *x = (struct xml){ .s = s };
    buf_init(&x->text, 64 << 20);
    while (x->i < s.n && !x->error) {
        if (xml_starts(x, "</"))
            xml_close(x);
        else if (xml_peek(x) == '<')
            xml_open(x);
        else if (xml_peek(x) == '&')
            xml_reference(x, &x->text);
        else if (xml_starts(x, "]]>"))
            xml_fail(x, "]]> in text");
        else
            xml_char(x, &x->text);
    }
    if (!x->error && x->depth)
        xml_fail(x, "an element that is never closed");
    if (!utf8_valid(s))
        xml_fail(x, "not UTF-8");
}

#endif
