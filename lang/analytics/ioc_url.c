/* ioc_url.c - URLs, from the end of the scheme on.
 *
 * Called by: ioc_addr.c at a colon, ioc_scan.c at a bracket or percent sign.
 * RFC 3986 with what logs need: brackets and quotes around a URL and the full
 * stop behind it are not part of it, and what stands percent-encoded in it is
 * read too, since redirects carry their target so. */
#include "ioc_int.h"

#include "base/ip.h"

enum { MAX_SCHEME = 12 };

/* ---- where it ends ----------------------------------------------------- */

static bool ends_url(char c)
{
    unsigned char u = (unsigned char)c;
    return u <= 0x20 || u == 0x7F || c == '"' || c == '<' || c == '>' ||
           c == '`' || c == '\\';
}

/* A quote or bracket before the URL ends it as well. */
static char closing_for(char before)
{
    return before == '\'' ? '\'' : before == '(' ? ')' : before == '[' ? ']'
         : before == '{' ? '}' : '\0';
}

/* "…,http://": the next URL of a list. */
static bool starts_next(const struct ioc_scanner *s, size_t i)
{
    size_t k = i + 1;
    const char *plain;
    while (k < s->text.n && k - i <= MAX_SCHEME && is_letter(s->text.p[k]))
        k++;
    return fang_scheme(str_sub(s->text, i + 1, k), &plain) &&
           fang_scheme_end(s->text, k) > 0;
}

static size_t count(str s, char c)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == c;
    return n;
}

/* Punctuation at the end belongs to the sentence, and so does a bracket that
 * was not opened inside. Only the last few bytes are looked at. */
static size_t trim_end(const struct ioc_scanner *s, size_t beg, size_t end)
{
    for (int k = 0; k < 8 && end > beg; k++) {
        char c = s->text.p[end - 1];
        char open = c == ')' ? '(' : c == ']' ? '[' : c == '}' ? '{' : '\0';
        str body = str_sub(s->text, beg, end);
        if (open && count(body, open) < count(body, c))
            end--;
        else if (c != '\0' && strchr(".,;:!?'*", c))
            end--;
        else
            break;
    }
    return end;
}

static size_t rest_end(const struct ioc_scanner *s, size_t i, char close)
{
    size_t beg = i;
    while (i < s->text.n && !ends_url(s->text.p[i]) &&
           !(close && s->text.p[i] == close)) {
        char c = s->text.p[i];
        if ((c == ',' || c == ';' || c == '|') && starts_next(s, i))
            break;
        i++;
    }
    return trim_end(s, beg, i);
}

/* ---- the authority ----------------------------------------------------- */

struct url {
    size_t beg, sign, auth;  /* scheme, its end, first byte behind :// */
    const char *scheme;
    size_t host_end, end;
    struct host host;
    bool named;              /* host is filled in */
    size_t v6, v6_end;       /* or an address in brackets */
};

/* Behind user:password@, when that is there. */
static size_t skip_user(const struct ioc_scanner *s, size_t i)
{
    for (size_t k = i; k < s->text.n && k - i < 256; k++) {
        char c = s->text.p[k];
        size_t n = fang_at(s->text, k);
        if (n && c != ' ')
            return k + n;
        if (!is_word(c) && (c == '\0' || !strchr("-._~!$&'()*+,;=:%", c)))
            break;
    }
    return i;
}

static bool read_v6(struct ioc_scanner *s, struct url *u, size_t i)
{
    struct ip6 ip;
    int prefix;
    size_t k = i + 1;
    while (k < s->text.n && k - i < 60 && s->text.p[k] != ']')
        k++;
    str inside = str_sub(s->text, i + 1, k);
    if (ioc_at(s, k) != ']' || str_find_char(inside, '/') >= 0 ||
        str_find_char(inside, ':') < 0 || !ip6_parse_prefix(inside, &ip,
                                                            &prefix))
        return false;
    u->v6 = i + 1;
    u->v6_end = k;
    u->host_end = k + 1;
    return true;
}

static bool read_authority(struct ioc_scanner *s, struct url *u)
{
    size_t i = skip_user(s, u->auth);
    if (ioc_at(s, i) == '[' && read_v6(s, u, i))
        return true;
    if (host_read(s->text, i, &u->host)) {
        u->named = true;
        u->host_end = u->host.end;
        return ioc_at(s, u->host_end) != '$' && ioc_at(s, u->host_end) != '%';
    }
    u->host_end = i;
    /* file:///etc/passwd has no host. */
    return strcmp(u->scheme, "file") == 0 && ioc_at(s, i) == '/' &&
           is_word(ioc_at(s, i + 1));
}

static size_t skip_port(const struct ioc_scanner *s, size_t i)
{
    size_t n = fang_colon(s->text, i), k = i + n;
    while (n && k < s->text.n && k - i < 9 && is_digit(s->text.p[k]))
        k++;
    return k > i + n ? k : i;
}

static bool find_end(struct ioc_scanner *s, struct url *u)
{
    size_t i = skip_port(s, u->host_end);
    char c = ioc_at(s, i);
    u->end = i;
    if (c == '.' && ioc_at(s, i + 1) == '/') /* the root of all names */
        c = ioc_at(s, ++i);
    if (c == '/' || c == '?' || c == '#')
        u->end = rest_end(s, i, closing_for(ioc_before(s, u->beg)));
    if (u->end < i)
        u->end = i;
    return u->end > u->auth;
}

/* ---- what it says ------------------------------------------------------ */

/* scheme://user@host:port/… with the brackets gone. */
static str url_text(struct ioc_scanner *s, const struct url *u)
{
    str written = str_sub(s->text, u->beg, u->sign);
    bool plain = str_ieqz(written, u->scheme) && u->auth == u->sign + 3 &&
                 !(u->named && u->host.fanged) &&
                 fang_colon(s->text, u->host_end) < 2;
    if (plain)
        return str_sub(s->text, u->beg, u->end);
    struct buf b;
    buf_init(&b, u->end - u->beg + 32);
    buf_adds(&b, u->scheme);
    buf_adds(&b, "://");
    if (u->named) {
        buf_add(&b, str_sub(s->text, u->auth, u->host.beg));
        buf_add(&b, host_text(s, &u->host));
    } else {
        buf_add(&b, str_sub(s->text, u->auth, u->host_end));
    }
    size_t colon = fang_colon(s->text, u->host_end);
    if (colon > 1 && u->end > u->host_end) {
        buf_addc(&b, ':');
        buf_add(&b, str_sub(s->text, u->host_end + colon, u->end));
    } else {
        buf_add(&b, str_sub(s->text, u->host_end, u->end));
    }
    str text = buf_take(&b, s->tmp);
    buf_release(&b);
    return text;
}

static int hex_value(char c)
{
    return is_digit(c) ? c - '0' : (c | 32) - 'a' + 10;
}

static str percent_decode(struct arena *a, str s)
{
    char *p = arena_alloc(a, s.n), *q = p;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '%' && i + 2 < s.n && is_hex(s.p[i + 1]) &&
            is_hex(s.p[i + 2])) {
            *q++ = (char)(hex_value(s.p[i + 1]) << 4 | hex_value(s.p[i + 2]));
            i += 2;
        } else {
            *q++ = s.p[i];
        }
    }
    return (str){ p, (size_t)(q - p) };
}

static void add_url(struct ioc_scanner *s, struct url *u)
{
    if (ioc_wants(s, IOC_BIT(URL)))
        ioc_add(s, IOC_URL, u->beg, u->end, url_text(s, u));
    if (u->named)
        host_add(s, &u->host);
    else if (u->v6_end && ioc_wants(s, IOC_BIT(IPV6)))
        ioc_add(s, IOC_IPV6, u->v6, u->v6_end,
                ioc_lower(s, str_sub(s->text, u->v6, u->v6_end)));
}

/* Where to go on: behind the host, since addresses, further URLs and the
 * values of the query are indicators; names in the path are files. */
static size_t go_on(struct ioc_scanner *s, const struct url *u)
{
    bool inner = u->beg < s->url_end;
    s->nested = inner ? s->nested + 1 : 0;
    if (!inner)
        s->url_end = u->end;
    if (s->nested >= IOC_MAX_NESTED)
        return u->end;
    size_t i = u->host_end;
    while (i < u->end && s->text.p[i] != '?' && s->text.p[i] != '#')
        i++;
    s->path_end = i;
    return u->host_end;
}

/* http://ex%61mple.com/: read as it is decoded. */
static size_t scan_encoded_host(struct ioc_scanner *s, const struct url *u)
{
    size_t i = u->host_end;
    if (s->level >= IOC_MAX_LEVEL || ioc_at(s, i) != '%' ||
        !is_hex(ioc_at(s, i + 1)) || !is_hex(ioc_at(s, i + 2)))
        return 0;
    size_t e = rest_end(s, i, closing_for(ioc_before(s, u->beg)));
    str inside = str_sub(s->text, u->beg, e);
    ioc_scan_decoded(s, percent_decode(s->tmp, inside), u->beg, e);
    s->floor = e;
    return e;
}

size_t scan_url(struct ioc_scanner *s, size_t i, size_t sign)
{
    struct url u = { .sign = i, .auth = i + sign };
    size_t b = i;
    while (b > s->floor && i - b < MAX_SCHEME &&
           (is_letter(s->text.p[b - 1]) || s->text.p[b - 1] == '*'))
        b--;
    while (b < i && !fang_scheme(str_sub(s->text, b, i), &u.scheme))
        b++;
    u.beg = b;
    if (b == i)
        return 0;
    if (!read_authority(s, &u))
        return scan_encoded_host(s, &u);
    if (!find_end(s, &u))
        return 0;
    add_url(s, &u);
    size_t next = go_on(s, &u);
    s->floor = next;
    return next > i ? next : i + 1;
}

/* http%3A%2F%2Fexample.com%2Fa: up to what no encoded text has. */
size_t scan_percent(struct ioc_scanner *s, size_t i)
{
    if (s->level >= IOC_MAX_LEVEL ||
        !str_ieq(str_sub(s->text, i, i + 9), S("%3A%2F%2F")))
        return i + 1;
    size_t b = i, e = i;
    while (b > s->floor && i - b < MAX_SCHEME && is_letter(s->text.p[b - 1]))
        b--;
    while (e < s->text.n && s->text.p[e] &&
           (is_word(s->text.p[e]) || strchr("%.-~!*()+", s->text.p[e])))
        e++;
    str inside = str_sub(s->text, b, e);
    ioc_scan_decoded(s, percent_decode(s->tmp, inside), b, e);
    s->floor = e;
    return e;
}
