/* ip_class.c - what an IP address is for.
 *
 * Called by: lang/funcs/fn_indicator.c. The first range that fits decides. */
#include "ip_class.h"

#include "base/ip.h"

static const struct {
    uint32_t net;
    int bits;
    const char *name;
} ranges4[] = {
    { 0x00000000, 32, "Unspecified" },   { 0xFFFFFFFF, 32, "Broadcast" },
    { 0x00000000, 8, "Reserved" },       { 0x0A000000, 8, "Private" },
    { 0x64400000, 10, "Shared" },        { 0x7F000000, 8, "Loopback" },
    { 0xA9FE0000, 16, "Link Local" },    { 0xAC100000, 12, "Private" },
    { 0xC0000009, 32, "Public" },        { 0xC000000A, 32, "Public" },
    { 0xC0000000, 24, "Reserved" },      { 0xC0000200, 24, "Documentation" },
    { 0xC0A80000, 16, "Private" },       { 0xC6120000, 15, "Benchmarking" },
    { 0xC6336400, 24, "Documentation" }, { 0xCB007100, 24, "Documentation" },
    { 0xE0000000, 4, "Multicast" },      { 0xF0000000, 4, "Reserved" },
};

static const char *class4(uint32_t ip)
{
    for (size_t i = 0; i < sizeof ranges4 / sizeof *ranges4; i++)
        if ((ip & ip4_mask(ranges4[i].bits)) == ranges4[i].net)
            return ranges4[i].name;
    return "Public";
}

static const struct {
    uint8_t net[16];
    int bits;
    const char *name;
} ranges6[] = {
    { { 0 }, 128, "Unspecified" },
    { { [15] = 1 }, 128, "Loopback" },
    { { 0, 0x64, 0xff, 0x9b, 0, 1 }, 48, "Private" },
    { { 0, 0x64, 0xff, 0x9b }, 96, "Public" },
    { { 1 }, 64, "Reserved" },
    { { 0x20, 1, 0, 1, [15] = 1 }, 128, "Public" },
    { { 0x20, 1, 0, 1, [15] = 2 }, 128, "Public" },
    { { 0x20, 1, 0, 2 }, 48, "Benchmarking" },
    { { 0x20, 1, 0, 3 }, 32, "Public" },
    { { 0x20, 1, 0, 4, 1, 0x12 }, 48, "Public" },
    { { 0x20, 1, 0, 0x20 }, 28, "Public" },
    { { 0x20, 1, 0, 0x30 }, 28, "Public" },
    { { 0x20, 1 }, 23, "Reserved" },
    { { 0x20, 1, 0x0d, 0xb8 }, 32, "Documentation" },
    { { 0x3f, 0xff }, 20, "Documentation" },
    { { 0x20 }, 3, "Public" },
    { { 0xfc }, 7, "Private" },
    { { 0xfe, 0x80 }, 10, "Link Local" },
    { { 0xfe, 0xc0 }, 10, "Private" },
    { { 0xff }, 8, "Multicast" },
};

static uint32_t inner4(const uint8_t *b)
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
           (uint32_t)b[2] << 8 | b[3];
}

static const char *class6(const struct ip6 *ip)
{
    static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
    if (memcmp(ip->b, mapped, sizeof mapped) == 0)
        return class4(inner4(ip->b + 12));
    if (ip->b[0] == 0x20 && ip->b[1] == 0x02) /* 6to4 */
        return class4(inner4(ip->b + 2));
    for (size_t i = 0; i < sizeof ranges6 / sizeof *ranges6; i++) {
        struct ip6 net = *ip;
        ip6_apply(&net, ranges6[i].bits);
        if (memcmp(net.b, ranges6[i].net, sizeof net.b) == 0)
            return ranges6[i].name;
    }
    return "Reserved";
}

const char *ip_class(str text)
{
    uint32_t v4;
    struct ip6 v6;
    int prefix;
    if (ip4_parse(text, &v4))
        return class4(v4);
    if (str_find_char(text, '/') >= 0 || str_find_char(text, ':') < 0 ||
        !ip6_parse_prefix(text, &v6, &prefix))
        return NULL;
    return class6(&v6);
}
