/* ip.c - reading and writing IP addresses.
 *
 * Called by: the IP functions; whoever finds addresses in text. */
#include "ip.h"

#include <arpa/inet.h>

bool ip4_parse(str s, uint32_t *ip)
{
    uint32_t v = 0;
    size_t i = 0;
    for (int part = 0; part < 4; part++) {
        uint32_t n = 0;
        size_t beg = i;
        if (part && (i == s.n || s.p[i] != '.'))
            return false;
        beg = i += part > 0;
        while (i < s.n && i < beg + 3 && s.p[i] >= '0' && s.p[i] <= '9')
            n = n * 10 + (uint32_t)(s.p[i++] - '0');
        if (i == beg || n > 255)
            return false;
        v = v << 8 | n;
    }
    *ip = v;
    return i == s.n;
}

/* Cuts /n off the end; max when there is none. */
static bool cut_prefix(str *s, int max, int *prefix)
{
    ptrdiff_t slash = str_find_char(*s, '/');
    *prefix = max;
    if (slash < 0)
        return true;
    str n = str_sub(*s, (size_t)slash + 1, s->n);
    s->n = (size_t)slash;
    *prefix = 0;
    if (n.n == 0 || n.n > 3)
        return false;
    for (size_t i = 0; i < n.n; i++) {
        if (n.p[i] < '0' || n.p[i] > '9')
            return false;
        *prefix = *prefix * 10 + (n.p[i] - '0');
    }
    return *prefix <= max;
}

bool ip4_parse_prefix(str s, uint32_t *ip, int *prefix)
{
    s = str_trim(s);
    return cut_prefix(&s, 32, prefix) && ip4_parse(s, ip);
}

uint32_t ip4_mask(int prefix)
{
    return prefix <= 0 ? 0 : ~(uint32_t)0 << (32 - prefix);
}

void ip4_format(struct buf *b, uint32_t ip)
{
    for (int shift = 24; shift >= 0; shift -= 8) {
        buf_add_i64(b, ip >> shift & 255);
        if (shift)
            buf_addc(b, '.');
    }
}

static void map_ip4(struct ip6 *ip, uint32_t v)
{
    *ip = (struct ip6){ { [10] = 0xff, [11] = 0xff } };
    for (int i = 0; i < 4; i++)
        ip->b[12 + i] = (uint8_t)(v >> (24 - 8 * i));
}

bool ip6_parse(str s, struct ip6 *ip)
{
    char text[64];
    ptrdiff_t zone = str_find_char(s, '%');
    if (zone >= 0)
        s.n = (size_t)zone;
    if (s.n >= sizeof text || memchr(s.p, 0, s.n))
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = 0;
    return inet_pton(AF_INET6, text, ip->b) == 1;
}

bool ip6_parse_prefix(str s, struct ip6 *ip, int *prefix)
{
    uint32_t v4;
    s = str_trim(s);
    if (s.n == 0 || !cut_prefix(&s, 128, prefix))
        return false;
    bool plain = ip4_parse(s, &v4);
    if (plain)
        map_ip4(ip, v4);
    else if (!ip6_parse(s, ip))
        return false;
    bool dotted = str_find_char(s, '.') >= 0;
    static const uint8_t zero[12];
    if (dotted && !plain && memcmp(ip->b, zero, 12) == 0)
        ip->b[10] = ip->b[11] = 0xff;
    if (plain && *prefix > 32 && *prefix != 128)
        return false;
    if (dotted && *prefix <= 32)
        *prefix += 96;
    return true;
}

void ip6_apply(struct ip6 *ip, int prefix)
{
    for (int i = 0; i < 16; i++) {
        int bits = prefix - 8 * i;
        if (bits <= 0)
            ip->b[i] = 0;
        else if (bits < 8)
            ip->b[i] &= (uint8_t)(0xff << (8 - bits));
    }
}

void ip6_format_full(struct buf *b, const struct ip6 *ip)
{
    static const char hex[] = "0123456789abcdef";
    for (int i = 0; i < 16; i++) {
        if (i && i % 2 == 0)
            buf_addc(b, ':');
        buf_addc(b, hex[ip->b[i] >> 4]);
        buf_addc(b, hex[ip->b[i] & 15]);
    }
}

static unsigned group_of(const struct ip6 *ip, int i)
{
    return (unsigned)ip->b[2 * i] << 8 | ip->b[2 * i + 1];
}

/* The longest run of two zero groups or more, the first of equals; its length
 * in *n. */
static int zero_run(const struct ip6 *ip, int *n)
{
    int at = 8, best = 1;
    for (int i = 0, run = 0; i < 8; i++) {
        run = group_of(ip, i) ? 0 : run + 1;
        if (run > best) {
            best = run;
            at = i + 1 - run;
        }
    }
    *n = at < 8 ? best : 0;
    return at;
}

void ip6_format(struct buf *b, const struct ip6 *ip)
{
    static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
    int nzeros, zeros = zero_run(ip, &nzeros);
    if (memcmp(ip->b, mapped, sizeof mapped) == 0) {
        ip4_format(b, (uint32_t)group_of(ip, 6) << 16 | group_of(ip, 7));
        return;
    }
    for (int i = 0; i < 8; i++) {
        if (i == zeros) {
            buf_adds(b, "::");
            i += nzeros - 1;
            continue;
        }
        buf_addf(b, "%s%x", i && i != zeros + nzeros ? ":" : "",
                 group_of(ip, i));
    }
}
