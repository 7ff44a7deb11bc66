/* xml_tree.c - XML text to a tree of elements.
 *
 * Called by: parse_xml. Linear; does not recurse. */
#include "xml_tree.h"

#include "base/utf8.h"

struct reader {
    struct arena *a;
    str s;
    size_t i;
    struct xml_node *open[XML_MAX_DEPTH];
    size_t depth;
    struct xml_node *root;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Everything but what ends a name; XML's own list of letters is not kept. */
static bool is_name(char c)
{
    return !is_blank(c) && c != '\0' && !strchr("<>/=\"'&;!?", c);
}

static void skip_blank(struct reader *r)
{
    while (r->i < r->s.n && is_blank(r->s.p[r->i]))
        r->i++;
}

static bool at(const struct reader *r, const char *z)
{
    return str_starts(str_sub(r->s, r->i, r->s.n), str_of(z));
}

/* Moves behind the next `z`; false when there is none. */
static bool skip_past(struct reader *r, const char *z)
{
    ptrdiff_t found = str_find(str_sub(r->s, r->i, r->s.n), str_of(z));
    if (found < 0)
        return false;
    r->i += (size_t)found + strlen(z);
    return true;
}

static str name(struct reader *r)
{
    size_t beg = r->i;
    while (r->i < r->s.n && is_name(r->s.p[r->i]))
        r->i++;
    return str_sub(r->s, beg, r->i);
}

/* &#n; and &#xn;, without the & and ;. */
static bool char_reference(struct buf *b, str s)
{
    bool hex = s.n > 1 && s.p[1] == 'x';
    uint32_t v = 0;
    if (s.n < 2 + (size_t)hex || s.n > 10)
        return false;
    for (size_t i = 1 + hex; i < s.n; i++) {
        char c = s.p[i], low = (char)(c | 32);
        uint32_t digit = 99;
        if (c >= '0' && c <= '9')
            digit = (uint32_t)(c - '0');
        else if (hex && low >= 'a' && low <= 'f')
            digit = (uint32_t)(low - 'a' + 10);
        if (digit == 99)
            return false;
        v = v * (hex ? 16 : 10) + digit;
        if (v > 0x10FFFF)
            return false;
    }
    buf_add_utf8(b, v == 0 || (v >= 0xD800 && v < 0xE000) ? 0xFFFD : v);
    return true;
}

static bool entity(struct buf *b, str s)
{
    static const struct { const char *name; char c; } known[] = {
        { "lt", '<' }, { "gt", '>' }, { "amp", '&' },
        { "quot", '"' }, { "apos", '\'' },
    };
    if (s.n && s.p[0] == '#')
        return char_reference(b, s);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_eqz(s, known[i].name)) {
            buf_addc(b, known[i].c);
            return true;
        }
    return false;
}

/* Text with its entities decoded, in the arena; false for unknown ones. */
static bool decode(struct reader *r, str s, str *out)
{
    struct buf b;
    bool ok = true;
    *out = s;
    if (str_find_char(s, '&') < 0)
        return true;
    buf_init(&b, s.n * 2 + 8);
    for (size_t i = 0; i < s.n && ok;) {
        str rest = str_sub(s, i, s.n);
        if (s.p[i] != '&') {
            ptrdiff_t amp = str_find_char(rest, '&');
            size_t n = amp < 0 ? rest.n : (size_t)amp;
            buf_add(&b, str_sub(rest, 0, n));
            i += n;
            continue;
        }
        ptrdiff_t end = str_find_char(str_sub(rest, 0, 12), ';');
        ok = end > 0 && entity(&b, str_sub(rest, 1, (size_t)end));
        i += (size_t)(end > 0 ? end : 0) + 1;
    }
    *out = buf_take(&b, r->a);
    buf_release(&b);
    return ok;
}

static void add_kid(struct reader *r, struct xml_node *n)
{
    struct xml_node *parent = r->open[r->depth - 1];
    if (parent->last_kid)
        parent->last_kid->next = n;
    else
        parent->kids = n;
    parent->last_kid = n;
}

/* Text between tags; outside of the root only blanks are allowed. */
static bool add_text(struct reader *r, str raw, bool decoded)
{
    str text = str_trim(raw);
    if (text.n == 0)
        return true;
    if (r->depth == 0 || (!decoded && !decode(r, text, &text)))
        return false;
    struct xml_node *n = NEW(r->a, struct xml_node);
    n->text = text;
    add_kid(r, n);
    return true;
}

/* name="value" with r->i at the name. */
static bool attribute(struct reader *r, struct xml_node *n,
                      struct xml_attr **last)
{
    struct xml_attr *attr = NEW(r->a, struct xml_attr);
    attr->name = name(r);
    skip_blank(r);
    if (attr->name.n == 0 || !at(r, "="))
        return false;
    r->i++;
    skip_blank(r);
    if (!at(r, "\"") && !at(r, "'"))
        return false;
    char quote[2] = { r->s.p[r->i++], 0 };
    size_t beg = r->i;
    if (!skip_past(r, quote) ||
        !decode(r, str_sub(r->s, beg, r->i - 1), &attr->value))
        return false;
    if (*last)
        (*last)->next = attr;
    else
        n->attrs = attr;
    *last = attr;
    return true;
}

static bool open_tag(struct reader *r)
{
    struct xml_node *n = NEW(r->a, struct xml_node);
    struct xml_attr *last = NULL;
    r->i++;
    n->name = name(r);
    if (n->name.n == 0 || (r->depth == 0 && r->root))
        return false;
    if (r->depth)
        add_kid(r, n);
    else
        r->root = n;
    for (;;) {
        skip_blank(r);
        if (at(r, "/>")) {
            r->i += 2;
            return true;
        }
        if (at(r, ">"))
            break;
        if (!attribute(r, n, &last))
            return false;
    }
    r->i++;
    if (r->depth == XML_MAX_DEPTH)
        return false;
    r->open[r->depth++] = n;
    return true;
}

static bool close_tag(struct reader *r)
{
    r->i += 2;
    str n = name(r);
    skip_blank(r);
    if (r->depth == 0 || !at(r, ">") || !str_eq(n, r->open[r->depth - 1]->name))
        return false;
    r->i++;
    r->depth--;
    return true;
}

static bool cdata(struct reader *r)
{
    size_t beg = r->i += 9;
    return skip_past(r, "]]>") &&
           add_text(r, str_sub(r->s, beg, r->i - 3), true);
}

static bool markup(struct reader *r)
{
    if (at(r, "</"))
        return close_tag(r);
    if (at(r, "<!--"))
        return r->i += 4, skip_past(r, "-->");
    if (at(r, "<![CDATA["))
        return cdata(r);
    if (at(r, "<?"))
        return skip_past(r, "?>");
    if (at(r, "<!"))
        return false;
    return open_tag(r);
}

struct xml_node *xml_parse(struct arena *a, str text)
{
    struct reader r = { .a = a, .s = text };
    if (text.n > XML_MAX_BYTES)
        return NULL;
    if (str_starts(text, S("\xEF\xBB\xBF")))
        r.i = 3;
    while (r.i < text.n) {
        ptrdiff_t lt = str_find_char(str_sub(text, r.i, text.n), '<');
        size_t end = lt < 0 ? text.n : r.i + (size_t)lt;
        if (!add_text(&r, str_sub(text, r.i, end), false))
            return NULL;
        r.i = end;
        if (r.i < text.n && !markup(&r))
            return NULL;
    }
    return r.depth == 0 ? r.root : NULL;
}
