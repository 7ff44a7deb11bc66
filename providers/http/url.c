/* url.c - the one place that splits, compares and escapes addresses.
 *
 * Called by: client.c, record.c, auth_*.c, providers. Linear, no allocation
 * but the caller's buffer. */
#include "url.h"

#include "base/ip.h"

static size_t end_of_scheme(str s)
{
    size_t i = 0;
    while (i < s.n && ((s.p[i] | 32) >= 'a' && (s.p[i] | 32) <= 'z'))
        i++;
    return i;
}

static bool has_odd_bytes(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f)
            return true;
    return false;
}

/* authority = [ userinfo "@" ] host [ ":" port ] */
static bool split_authority(str s, struct url *u)
{
    for (size_t i = s.n; i-- > 0;) {
        if (s.p[i] == '@') {
            u->userinfo = str_sub(s, 0, i);
            s = str_sub(s, i + 1, s.n);
            break;
        }
    }
    str port = S("");
    if (s.n && s.p[0] == '[') {
        ptrdiff_t close = str_find_char(s, ']');
        if (close < 0)
            return false;
        u->host = str_sub(s, 1, (size_t)close);
        port = str_sub(s, (size_t)close + 1, s.n);
        if (port.n && port.p[0] != ':')
            return false;
    } else {
        ptrdiff_t colon = str_find_char(s, ':');
        u->host = colon < 0 ? s : str_sub(s, 0, (size_t)colon);
        port = colon < 0 ? port : str_sub(s, (size_t)colon, s.n);
    }
    if (port.n < 2)
        return u->host.n > 0;
    u->port = 0;
    for (size_t i = 1; i < port.n; i++) {
        if (port.p[i] < '0' || port.p[i] > '9' || u->port > 65535)
            return false;
        u->port = u->port * 10 + (unsigned)(port.p[i] - '0');
    }
    return u->host.n > 0 && u->port > 0 && u->port <= 65535;
}

bool url_parse(str text, struct url *out)
{
    size_t n = end_of_scheme(text);
    *out = (struct url){ .scheme = str_sub(text, 0, n) };
    bool https = str_ieqz(out->scheme, "https");
    if (!https && !str_ieqz(out->scheme, "http"))
        return false;
    if (!str_starts(str_sub(text, n, text.n), S("://")) || has_odd_bytes(text))
        return false;
    str rest = str_sub(text, n + 3, text.n);
    ptrdiff_t hash = str_find_char(rest, '#');
    if (hash >= 0)
        rest = str_sub(rest, 0, (size_t)hash);
    size_t end = 0;
    while (end < rest.n && !strchr("/?\\", rest.p[end]))
        end++;
    if (end < rest.n && rest.p[end] == '\\')
        return false;
    out->port = https ? 443 : 80;
    out->path = str_sub(rest, end, rest.n);
    return split_authority(str_sub(rest, 0, end), out);
}

bool url_is_https(const struct url *u)
{
    return str_ieqz(u->scheme, "https");
}

bool url_same_origin(str a, str b)
{
    struct url x, y;
    return url_parse(a, &x) && url_parse(b, &y) && x.port == y.port &&
           url_is_https(&x) == url_is_https(&y) && str_ieq(x.host, y.host);
}

bool url_is_loopback(const struct url *u)
{
    uint32_t ip;
    if (ip4_parse(u->host, &ip))
        return ip >> 24 == 127;
    return str_ieqz(u->host, "localhost") || str_eqz(u->host, "::1");
}

void url_shown(struct buf *b, str url)
{
    struct url u;
    if (!url_parse(url, &u)) {
        buf_adds(b, "(not an http address)");
        return;
    }
    ptrdiff_t query = str_find_char(u.path, '?');
    bool v6 = str_find_char(u.host, ':') >= 0;
    buf_add(b, u.scheme);
    buf_adds(b, v6 ? "://[" : "://");
    buf_add(b, u.host);
    if (v6)
        buf_addc(b, ']');
    if (u.port != (url_is_https(&u) ? 443u : 80u))
        buf_addf(b, ":%u", u.port);
    buf_add(b, query < 0 ? u.path : str_sub(u.path, 0, (size_t)query));
}

static bool is_unreserved(unsigned char c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') ||
           c == '-' || c == '.' || c == '_' || c == '~';
}

void url_param(struct buf *b, str value)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char)value.p[i];
        if (is_unreserved(c)) {
            buf_addc(b, (char)c);
            continue;
        }
        buf_addc(b, '%');
        buf_addc(b, hex[c >> 4]);
        buf_addc(b, hex[c & 15]);
    }
}

void url_query(struct buf *b, const char *name, str value)
{
    buf_addc(b, str_find_char(buf_str(b), '?') < 0 ? '?' : '&');
    url_param(b, str_of(name));
    buf_addc(b, '=');
    url_param(b, value);
}

void form_field(struct buf *b, const char *name, str value)
{
    if (b->n)
        buf_addc(b, '&');
    url_param(b, str_of(name));
    buf_addc(b, '=');
    url_param(b, value);
}
