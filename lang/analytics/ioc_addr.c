/* ioc_addr.c - IPv6 and hardware addresses: what stands around a colon.
 *
 * Called by: ioc_scan.c. Times, ratios and the :: of programming languages
 * have colons too: an IPv6 address has all eight groups or a ::, and at least
 * one digit; eight groups of two digits are a longer hardware address. */
#include "ioc_int.h"

#include "base/ip.h"

enum { MAX_V6 = 45, MAC_BYTES = 17 };

/* Six pairs of hex digits with one sign between, at `b`; no more may follow. */
static bool mac_at(const struct ioc_scanner *s, size_t b, char sign)
{
    if (b + MAC_BYTES > s->text.n)
        return false;
    for (size_t i = 0; i < MAC_BYTES; i++) {
        char c = s->text.p[b + i];
        if (i % 3 == 2 ? c != sign : !is_hex(c))
            return false;
    }
    char before = ioc_before(s, b), after = ioc_at(s, b + MAC_BYTES);
    return !is_word(before) && before != sign && !is_word(after) &&
           after != sign;
}

/* All zeros and all ones are no card's address. */
static bool is_blank_mac(str mac)
{
    char first = mac.p[0];
    for (size_t i = 0; i < mac.n; i++)
        if (is_hex(mac.p[i]) && mac.p[i] != first)
            return false;
    return first == '0' || (first | 32) == 'f';
}

static void add_mac(struct ioc_scanner *s, size_t b)
{
    str written = str_sub(s->text, b, b + MAC_BYTES);
    if (!ioc_wants(s, IOC_BIT(MAC)) || is_blank_mac(written))
        return;
    char *p = arena_alloc(s->tmp, MAC_BYTES);
    for (size_t i = 0; i < MAC_BYTES; i++)
        p[i] = i % 3 == 2 ? ':' : is_digit(written.p[i])
                                    ? written.p[i] : (char)(written.p[i] | 32);
    ioc_add(s, IOC_MAC, b, b + MAC_BYTES, (str){ p, MAC_BYTES });
}

size_t scan_mac(struct ioc_scanner *s, size_t i)
{
    if (i < 2 || i < s->floor + 2 || !mac_at(s, i - 2, s->text.p[i]))
        return 0;
    add_mac(s, i - 2);
    s->floor = i - 2 + MAC_BYTES;
    return s->floor;
}

/* Whether eight groups have two digits each, as an EUI-64 has. */
static bool all_pairs(str v)
{
    if (v.n != 23)
        return false;
    for (size_t i = 0; i < v.n; i++)
        if ((i % 3 == 2) != (v.p[i] == ':'))
            return false;
    return true;
}

static bool is_ip6(str v)
{
    struct ip6 ip;
    int prefix;
    size_t digits = 0, colons = 0, groups = 0;
    for (size_t i = 0; i < v.n; i++) {
        digits += is_digit(v.p[i]);
        colons += v.p[i] == ':';
        groups += v.p[i] != ':' && (i == 0 || v.p[i - 1] == ':');
    }
    if (v.n < 3 || colons < 2 || all_pairs(v) || !groups ||
        (!digits && groups < 4))
        return false;
    return ip6_parse_prefix(v, &ip, &prefix);
}

/* Takes signs off the end that punctuation may have added. */
static str trim_v6(str v)
{
    while (v.n && (v.p[v.n - 1] == '.' ||
                   (v.p[v.n - 1] == ':' && (v.n < 2 || v.p[v.n - 2] != ':'))))
        v.n--;
    return v;
}

static size_t scan_v6(struct ioc_scanner *s, size_t i)
{
    size_t b = i, e = i;
    while (b > s->floor && i - b < 5 && is_hex(s->text.p[b - 1]))
        b--;
    while (e < s->text.n && e - b <= MAX_V6 &&
           (is_hex(s->text.p[e]) || s->text.p[e] == ':' ||
            s->text.p[e] == '.'))
        e++;
    char before = ioc_before(s, b), after = ioc_at(s, e);
    str v = trim_v6(str_sub(s->text, b, e));
    if (i - b > 4 || e - b > MAX_V6 || is_word(before) || before == ':' ||
        before == '.' || is_word(after) || !is_ip6(v))
        return i + 1;
    if (ioc_wants(s, IOC_BIT(IPV6)))
        ioc_add(s, IOC_IPV6, b, b + v.n, ioc_lower(s, v));
    s->floor = b + v.n;
    return s->floor;
}

size_t scan_colon(struct ioc_scanner *s, size_t i)
{
    size_t sign = fang_scheme_end(s->text, i), next;
    if (sign && (next = scan_url(s, i, sign)) > 0)
        return next;
    if (i < s->floor)
        return i + 1;
    if (ioc_at(s, i + 1) == '\\' || ioc_at(s, i + 1) == '/') {
        next = scan_drive(s, i);
        if (next)
            return next;
    }
    next = scan_mac(s, i);
    if (next)
        return next;
    char c = ioc_at(s, i + 1);
    return is_hex(c) || c == ':' ? scan_v6(s, i) : i + 1;
}
