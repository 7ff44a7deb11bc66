/* fn_url.c - taking URLs apart, percent encoding.
 *
 * Called by: the engine, through the rows at the end. Parts are given as they
 * stand in the URL, without decoding: what was encoded can matter. */
#include "funcs.h"

#include "base/utf8.h"
#include "dyn_int.h"

/* --- parse_url -------------------------------------------------------- */

struct url {
    str scheme, host, port, path, user, password, query, fragment;
};

/* Everything before the first `c`, which is dropped; false: there is none. */
static bool cut_at(str *s, char c, str *before)
{
    ptrdiff_t at = str_find_char(*s, c);
    if (at < 0)
        return false;
    *before = str_sub(*s, 0, (size_t)at);
    *s = str_sub(*s, (size_t)at + 1, s->n);
    return true;
}

static bool is_scheme(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = (char)(s.p[i] | 32);
        bool letter = c >= 'a' && c <= 'z';
        bool other = (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '+' ||
                     s.p[i] == '-' || s.p[i] == '.';
        if (!letter && (i == 0 || !other))
            return false;
    }
    return s.n > 0;
}

/* [user[:password]@]host[:port], where host may be [v6]. */
static void split_authority(str a, struct url *u)
{
    size_t at = a.n;
    while (at > 0 && a.p[at - 1] != '@')
        at--;
    if (at > 0) {
        str who = str_sub(a, 0, at - 1);
        a = str_sub(a, at, a.n);
        if (cut_at(&who, ':', &u->user))
            u->password = who;
        else
            u->user = who;
    }
    size_t from = 0;
    if (a.n && a.p[0] == '[') {
        ptrdiff_t close = str_find_char(a, ']');
        from = close < 0 ? 0 : (size_t)close;
    }
    ptrdiff_t colon = str_find_char(str_sub(a, from, a.n), ':');
    u->host = colon < 0 ? a : str_sub(a, 0, from + (size_t)colon);
    if (colon >= 0)
        u->port = str_sub(a, from + (size_t)colon + 1, a.n);
}

/* RFC 3986, lenient: text without a scheme is path, query and fragment. */
static void split_url(str s, struct url *u)
{
    str rest = s, before;
    *u = (struct url){ 0 };
    bool hierarchical = false;
    if (cut_at(&rest, ':', &before) && is_scheme(before) &&
        !(rest.n && rest.p[0] >= '0' && rest.p[0] <= '9')) {
        u->scheme = before;
        s = rest;
        hierarchical = str_starts(s, S("//"));
    }
    if (cut_at(&s, '#', &before)) {
        u->fragment = s;
        s = before;
    }
    if (cut_at(&s, '?', &before)) {
        u->query = s;
        s = before;
    }
    if (hierarchical) {
        s = str_sub(s, 2, s.n);
        ptrdiff_t slash = str_find_char(s, '/');
        size_t n = slash < 0 ? s.n : (size_t)slash;
        split_authority(str_sub(s, 0, n), u);
        s = str_sub(s, n, s.n);
    }
    u->path = s;
}

/* A bag of name=value pairs between &; of a repeated name the last stays. */
static void put_query(struct buf *b, str query)
{
    struct bag bag;
    struct arena *a = arena_new();
    struct buf text;
    bag_init(&bag);
    buf_init(&text, DYN_MAX_BYTES);
    while (query.n) {
        str pair, name;
        if (!cut_at(&query, '&', &pair)) {
            pair = query;
            query = STR_NONE;
        }
        if (!cut_at(&pair, '=', &name)) {
            name = pair;
            pair = STR_NONE;
        }
        if (name.n == 0 && pair.n == 0)
            continue;
        json_text_str(&text, name);
        str key = buf_take(&text, a);
        json_text_str(&text, pair);
        bag_put(&bag, key, buf_take(&text, a), true);
    }
    bag_write(b, &bag);
    buf_release(&text);
    bag_release(&bag);
    arena_free(a);
}

static void parse_url(struct fn_ctx *cx, const struct value *in, size_t nin,
                      struct value *out)
{
    struct url u;
    struct buf b;
    (void)nin;
    split_url(in[0].s, &u);
    dyn_begin(&b);
    buf_addc(&b, '{');
    dyn_text_member(&b, "Scheme", u.scheme);
    dyn_text_member(&b, "Host", u.host);
    dyn_text_member(&b, "Port", u.port);
    dyn_text_member(&b, "Path", u.path);
    dyn_text_member(&b, "Username", u.user);
    dyn_text_member(&b, "Password", u.password);
    dyn_key(&b, S("\"Query Parameters\""));
    put_query(&b, u.query);
    dyn_text_member(&b, "Fragment", u.fragment);
    buf_addc(&b, '}');
    dyn_end(cx, &b, out);
}

static void parse_urlquery(struct fn_ctx *cx, const struct value *in,
                           size_t nin, struct value *out)
{
    struct buf b;
    str query = in[0].s;
    (void)nin;
    if (str_starts(query, S("?")))
        query = str_sub(query, 1, query.n);
    dyn_begin(&b);
    buf_adds(&b, "{\"Query Parameters\":");
    put_query(&b, query);
    buf_addc(&b, '}');
    dyn_end(cx, &b, out);
}

/* --- percent encoding ------------------------------------------------- */

static bool stays(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
           (c >= 'a' && c <= 'z') || (c && strchr("-_.!*()", c));
}

static void encode(struct fn_ctx *cx, str s, bool plus, struct value *out)
{
    static const char hex[] = "0123456789abcdef";
    struct buf b;
    dyn_begin(&b);
    for (size_t i = 0; i < s.n; i++) {
        if (stays(s.p[i])) {
            buf_addc(&b, s.p[i]);
        } else if (plus && s.p[i] == ' ') {
            buf_addc(&b, '+');
        } else {
            buf_addc(&b, '%');
            buf_addc(&b, hex[(uint8_t)s.p[i] >> 4]);
            buf_addc(&b, hex[s.p[i] & 15]);
        }
    }
    dyn_end(cx, &b, out);
}

static void url_encode(struct fn_ctx *cx, const struct value *in, size_t nin,
                       struct value *out)
{
    (void)nin;
    encode(cx, in[0].s, true, out);
}

static void url_encode_component(struct fn_ctx *cx, const struct value *in,
                                 size_t nin, struct value *out)
{
    (void)nin;
    encode(cx, in[0].s, false, out);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 32);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A % that begins no escape stays. Bytes that are not UTF-8 become U+FFFD. */
static void url_decode(struct fn_ctx *cx, const struct value *in, size_t nin,
                       struct value *out)
{
    struct buf bytes, b;
    str s = in[0].s;
    (void)nin;
    dyn_begin(&bytes);
    for (size_t i = 0; i < s.n; i++) {
        int hi = -1, lo = -1;
        if (s.p[i] == '%' && i + 2 < s.n) {
            hi = hex_digit(s.p[i + 1]);
            lo = hex_digit(s.p[i + 2]);
        }
        if (hi >= 0 && lo >= 0) {
            buf_addc(&bytes, (char)(hi << 4 | lo));
            i += 2;
        } else {
            buf_addc(&bytes, s.p[i] == '+' ? ' ' : s.p[i]);
        }
    }
    dyn_begin(&b);
    utf8_repair(&b, buf_str(&bytes));
    dyn_end(cx, &b, out);
    buf_release(&bytes);
}

#define PARSE_URL(nm, flag)                                                  \
    { .name = nm, .params = "string", .ret = TYPE_DYNAMIC, .row = parse_url, \
      .flags = flag, .usage = nm "(url)",                                    \
      .summary = "A bag of the URL's parts: Scheme, Host, Port, Path, "      \
                 "Username, Password, Query Parameters, Fragment.",          \
      .example = "print " nm "('https://a.example:8443/b?c=d#e').Host" }

const struct lang_func funcs_url[] = {
    PARSE_URL("parse_url", 0), PARSE_URL("parseurl", FN_HIDDEN),
    { .name = "parse_urlquery", .params = "string", .ret = TYPE_DYNAMIC,
      .row = parse_urlquery, .usage = "parse_urlquery(query)",
      .summary = "A bag with the query's parameters in 'Query Parameters'.",
      .example = "print parse_urlquery('a=1&b=2')['Query Parameters'].b" },
    { .name = "url_encode", .params = "string", .ret = TYPE_STRING,
      .row = url_encode, .usage = "url_encode(text)",
      .summary = "Percent encoding with + for a blank, as forms send it.",
      .example = "print url_encode('a b/c')" },
    { .name = "url_encode_component", .params = "string",
      .ret = TYPE_STRING, .row = url_encode_component,
      .usage = "url_encode_component(text)",
      .summary = "Percent encoding with %20 for a blank.",
      .example = "print url_encode_component('a b/c')" },
    { .name = "url_decode", .params = "string", .ret = TYPE_STRING,
      .row = url_decode, .usage = "url_decode(text)",
      .summary = "The text behind percent encoding; + is a blank.",
      .example = "print url_decode('https%3a%2f%2fexample.com%2f')" },
};
const size_t nfuncs_url = ROWS(funcs_url);
