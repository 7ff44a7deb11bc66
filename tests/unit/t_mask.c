/* t_mask.c - pseudonyms: one to one, formats kept, keys matter. */
#include "analytics/mask.h"

#include "base/ip.h"
#include "t.h"

static str mask(struct arena *a, const char *key, str text)
{
    struct buf b;
    struct masker *m = masker_new(a, str_of(key));
    buf_init(&b, 1 << 24);
    mask_text(m, &b, text);
    str s = buf_take(&b, a);
    buf_release(&b);
    return s;
}

static int shape(char c)
{
    if (c >= '0' && c <= '9')
        return 1;
    if (c >= 'a' && c <= 'z')
        return 2;
    return c >= 'A' && c <= 'Z' ? 3 : c;
}

TEST(formats_are_kept)
{
    static const char *const texts[] = {
        "CONTOSO\\ana.Lee-2", "x", "7", "Ab1", "a b\tc", "#!?", "ws01$",
        "/home/ana/.ssh/id_rsa", "abcdefghijklmnopqrstuvwxyz0123456789",
    };
    struct arena *a = arena_new();
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        str s = str_of(texts[i]), m = mask(a, "a key of the case", s);
        CHECK(m.n == s.n);
        for (size_t k = 0; k < s.n && k < m.n; k++)
            CHECK(shape(s.p[k]) == shape(m.p[k]));
        CHECK(str_eq(m, mask(a, "a key of the case", s)));
    }
    arena_free(a);
}

/* All words of one letter, two digits and so on have pseudonyms of their own:
 * the cipher is a permutation of each shape. */
TEST(words_never_collide)
{
    struct arena *a = arena_new();
    bool digits[1000] = { false }, letters[26] = { false };
    for (int i = 0; i < 1000; i++) {
        str m = mask(a, "a key of the case", arena_fmt(a, "%03d", i));
        int v = (m.p[0] - '0') * 100 + (m.p[1] - '0') * 10 + m.p[2] - '0';
        CHECK(v >= 0 && v < 1000 && !digits[v]);
        digits[v] = true;
    }
    for (char c = 'a'; c <= 'z'; c++) {
        str m = mask(a, "a key of the case", (str){ &c, 1 });
        CHECK(!letters[m.p[0] - 'a']);
        letters[m.p[0] - 'a'] = true;
    }
    arena_free(a);
}

static int common(uint32_t x, uint32_t y)
{
    int n = 0;
    while (n < 32 && ((x ^ y) >> (31 - n) & 1) == 0)
        n++;
    return n;
}

TEST(networks_stay_networks)
{
    static const char *const ips[] = {
        "10.1.2.3", "10.1.2.99", "10.1.9.1", "10.200.0.1", "192.168.1.1",
        "192.168.77.4", "172.16.5.5", "172.31.255.255", "169.254.1.1",
    };
    struct arena *a = arena_new();
    size_t n = sizeof ips / sizeof *ips;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            uint32_t x, y, p, q;
            CHECK(ip4_parse(str_of(ips[i]), &x));
            CHECK(ip4_parse(str_of(ips[k]), &y));
            CHECK(ip4_parse(mask(a, "a key of the case", str_of(ips[i])), &p));
            CHECK(ip4_parse(mask(a, "a key of the case", str_of(ips[k])), &q));
            CHECK(common(x, y) == common(p, q));
        }
    CHECK_STR(mask(a, "a key of the case", S("127.0.0.1")), "127.0.0.1");
    CHECK_STR(mask(a, "a key of the case", S("0.0.0.0")), "0.0.0.0");
    CHECK_STR(mask(a, "a key of the case", S("::1")), "::1");
    CHECK(str_starts(mask(a, "a key of the case", S("10.9.9.9")), S("10.")));
    CHECK(str_starts(mask(a, "a key of the case", S("at 192.168.4.5!")) ,
                     S("")) &&
          str_find(mask(a, "a key of the case", S("at 192.168.4.5!")),
                   S(" 192.168.")) > 0);
    arena_free(a);
}

TEST(what_stays)
{
    static const char *const kept[] = {
        "NT AUTHORITY\\SYSTEM", "S-1-5-18", "root", "localhost", "C:\\", "",
        "@/\\",
    };
    struct arena *a = arena_new();
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        CHECK_STR(mask(a, "a key of the case", str_of(kept[i])), kept[i]);
    str sid = mask(a, "a key of the case", S("S-1-5-21-111-222-333-500"));
    CHECK(str_starts(sid, S("S-1-5-21-")) && str_ends(sid, S("-500")));
    CHECK(str_find(sid, S("111-222")) < 0);
    CHECK(str_ends(mask(a, "a key of the case", S("ws1.example.com")),
                   S(".com")));
    arena_free(a);
}

TEST(keys_and_hex)
{
    struct arena *a = arena_new();
    str one = mask(a, "a key of the case", S("administrator-of-hosts"));
    str two = mask(a, "a key of that case", S("administrator-of-hosts"));
    CHECK(!str_eq(one, two));
    str guid = mask(a, "a key of the case",
                    S("{995C996E-D918-4a8c-A302-45719A6F4EA7}"));
    CHECK(guid.n == 38);
    for (size_t i = 1; i < 37; i++)
        CHECK(guid.p[i] == '-' || strchr("0123456789abcdefABCDEF",
                                         guid.p[i]));
    str wide = mask(a, "a key of the case", S("b\303\274ro \377\376\0x"));
    CHECK(wide.n > 5);
    char *big = arena_alloc(a, 1 << 20);
    memset(big, 'q', 1 << 20);
    CHECK(mask(a, "a key of the case", (str){ big, 1 << 20 }).n == 1 << 20);
    arena_free(a);
}
