/* html.c - escaping for HTML, SVG, XHTML and JSON inside <script>.
 *
 * Called by: every renderer.
 * Gives:     text that parses as XML and shows what the data says.
 * Must not:  let one byte of a value through that could be markup. */
#include "render/html/html.h"

#include "base/utf8.h"

enum where { IN_TEXT, IN_VALUE, IN_ATTR, IN_JSON };

static bool is_plain(uint8_t c)
{
    return c >= 0x20 && c < 0x7f && c != '&' && c != '<' && c != '>' &&
           c != '"' && c != '\'' && c != '`' && c != '\\';
}

/* A reference or escape for an ASCII character; NULL: itself. */
static const char *spell_ascii(uint32_t c, enum where w)
{
    if (w == IN_JSON) {
        switch (c) {
        case '<': return "\\u003c";
        case '>': return "\\u003e";
        case '&': return "\\u0026";
        case '"': return "\\\"";
        case '\\': return "\\\\";
        case '\n': return "\\n";
        case '\t': return "\\t";
        default: return NULL;
        }
    }
    switch (c) {
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '&': return "&amp;";
    case '"': return w == IN_ATTR ? "&quot;" : NULL;
    case '\'': return w == IN_ATTR ? "&#39;" : NULL;
    case '`': return w == IN_ATTR ? "&#96;" : NULL;
    case '\n': return w == IN_ATTR ? "&#10;" : NULL;
    case '\t': return w == IN_ATTR ? "&#9;" : NULL;
    default: return NULL;
    }
}

static void add_escaped(struct buf *b, str s, enum where w)
{
    for (size_t i = 0; i < s.n; i++) {
        const char *z = spell_ascii((uint8_t)s.p[i], w);
        if (z)
            buf_adds(b, z);
        else
            buf_addc(b, s.p[i]);
    }
}

/* XML 1.0 has no place for the last two code points of any plane. */
static bool is_noncharacter(uint32_t c)
{
    return (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF);
}

static void add_marker(struct buf *b, str marker, enum where w)
{
    if (w == IN_VALUE)
        buf_adds(b, "<i class=\"shk-u\">");
    add_escaped(b, marker, w);
    if (w == IN_VALUE)
        buf_adds(b, "</i>");
}

/* A character that utf8_printable() would change is shown as it shows it. */
static void add_odd(struct buf *b, str one, uint32_t c, enum where w)
{
    char room[32];
    struct buf seen = { .p = room, .cap = sizeof room, .max = sizeof room };
    if (is_noncharacter(c)) {
        int n = snprintf(room, sizeof room, "<U+%04X>", c);
        add_marker(b, (str){ room, (size_t)n }, w);
        return;
    }
    utf8_printable(&seen, one);
    if (str_eq(buf_str(&seen), one))
        buf_add(b, one);
    else if (c == 0xFFFD)
        buf_add_utf8(b, 0xFFFD);
    else
        add_marker(b, buf_str(&seen), w);
}

static void add_one(struct buf *b, str one, uint32_t c, enum where w)
{
    if (c == '\n' && w == IN_VALUE)
        buf_adds(b, "<i class=\"shk-nl\"></i>\n");
    else if (c < 0x80 && (c >= 0x20 || c == '\n' || c == '\t') && c != 0x7f)
        add_escaped(b, one, w);
    else
        add_odd(b, one, c, w);
}

static void escape(struct buf *b, str s, enum where w)
{
    for (size_t i = 0; i < s.n;) {
        size_t run = i;
        while (i < s.n && is_plain((uint8_t)s.p[i]))
            i++;
        buf_add(b, str_sub(s, run, i));
        if (i == s.n)
            break;
        size_t beg = i;
        uint32_t c = utf8_next(s, &i);
        add_one(b, str_sub(s, beg, i), c, w);
    }
}

void html_text(struct buf *b, str s)
{
    escape(b, s, IN_TEXT);
}

void html_value(struct buf *b, str s)
{
    escape(b, s, IN_VALUE);
}

void html_attr(struct buf *b, str s)
{
    escape(b, s, IN_ATTR);
}

void html_json(struct buf *b, str s)
{
    buf_addc(b, '"');
    escape(b, s, IN_JSON);
    buf_addc(b, '"');
}

/* Bytes that begin a code point; fast, since a cell may be long. */
static size_t count_starts(str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((uint8_t)s.p[i] & 0xC0) != 0x80;
    return n;
}

str html_cut(str s, size_t max, size_t *left)
{
    size_t i = 0, n = 0;
    *left = 0;
    if (s.n <= max)
        return s;
    while (i < s.n && n < max) {
        utf8_next(s, &i);
        n++;
    }
    str head = str_sub(s, 0, i);
    if (i < s.n)
        *left = count_starts(str_sub(s, i, s.n));
    return head;
}

str html_head(str s, size_t max)
{
    size_t end = max, least = max > 3 ? max - 3 : 0;
    if (s.n <= max)
        return s;
    while (end > least && ((uint8_t)s.p[end] & 0xC0) == 0x80)
        end--;
    return str_sub(s, 0, end);
}
