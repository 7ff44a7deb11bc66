/* t_funcs_ip.c - rows on IP addresses, and the reader behind them. */
#include "base/ip.h"
#include "funcs/funcs.h"
#include "t.h"

static const struct func_family families[] = {
    { "ip", funcs_ip, &nfuncs_ip },
    { "ip6", funcs_ip6, &nfuncs_ip6 },
    { "ip_text", funcs_ip_text, &nfuncs_ip_text },
};

#include "fn_call.h"

TEST(ipv4_text_is_read_strictly)
{
    static const char *const bad[] = {
        "", ".", "1", "1.2.3", "1.2.3.", "1.2.3.4.", ".1.2.3", "1..2.3",
        "256.1.1.1", "1.2.3.0004", "1.2.3.4x", " 1.2.3.4", "1,2,3,4", "a.b.c.d",
        "1.2.3.-4", "0x1.2.3.4",
    };
    uint32_t ip;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(!ip4_parse(str_of(bad[i]), &ip));
    CHECK(ip4_parse(S("192.168.1.1"), &ip) && ip == 0xC0A80101);
    CHECK(ip4_parse(S("0.0.0.0"), &ip) && ip == 0);
    CHECK(ip4_parse(S("255.255.255.255"), &ip) && ip == UINT32_MAX);
    CHECK(ip4_mask(0) == 0 && ip4_mask(32) == UINT32_MAX);
    CHECK(ip4_mask(8) == 0xFF000000);
}

TEST(ipv4_numbers)
{
    CHECK_STR(CALL("parse_ipv4", T("192.168.1.1")), "3232235777");
    CHECK_STR(CALL("parse_ipv4", T("192.168.1.1/24")), "3232235776");
    CHECK_STR(CALL("parse_ipv4", T("255.255.255.255/31")), "4294967294");
    CHECK_STR(CALL("parse_ipv4", T("1.2.3.4/33")), "<null>");
    CHECK_STR(CALL("parse_ipv4", T("1.2.3.4/")), "<null>");
    CHECK_STR(CALL("parse_ipv4_mask", T("127.0.0.1"), L(24)), "2130706432");
    CHECK_STR(CALL("parse_ipv4_mask", T("127.0.0.1"), L(33)), "<null>");
    CHECK_STR(CALL("parse_ipv4_mask", T("127.0.0.1/8"), L(24)), "2130706432");
    CHECK_STR(CALL("ipv4_netmask_suffix", T("10.0.0.1/16")), "16");
    CHECK_STR(CALL("ipv4_netmask_suffix", T("10.0.0.1")), "32");
    CHECK_STR(CALL("format_ipv4", T("192.168.1.255"), L(24)), "192.168.1.0");
    CHECK_STR(CALL("format_ipv4", T("192.168.1.1/24"), L(-1)), "");
    CHECK_STR(CALL("format_ipv4", L(3232236031)), "192.168.1.255");
    CHECK_STR(CALL("format_ipv4", L(4294967296)), "");
    CHECK_STR(CALL("format_ipv4", L(-1)), "");
    CHECK_STR(CALL("format_ipv4_mask", T("192.168.1.1/24"), L(32)),
              "192.168.1.0/24");
}

TEST(ipv4_comparison)
{
    CHECK_STR(CALL("ipv4_compare", T("192.168.1.1/24"), T("192.168.1.255"),
                   L(31)), "0");
    CHECK_STR(CALL("ipv4_compare", T("10.0.0.1"), T("10.0.0.2")), "-1");
    CHECK_STR(CALL("ipv4_compare", T("10.0.0.1"), T("x")), "<null>");
    CHECK_STR(CALL("ipv4_is_match", T("192.168.1.1"), T("192.168.1.255")),
              "False");
    CHECK_STR(CALL("ipv4_is_match", T("1.2.3.4"), T("9.9.9.9"), L(0)), "True");
    CHECK_STR(CALL("ipv4_is_in_range", T("192.168.1.1"),
                   T("192.168.1.255/24")), "True");
    CHECK_STR(CALL("ipv4_is_in_range", T("10.0.0.1"), T("0.0.0.0/0")), "True");
    CHECK_STR(CALL("ipv4_is_in_range", T("10.0.0.1"), T("10.0.0.2")), "False");
}

TEST(ipv4_private_ranges)
{
    CHECK_STR(CALL("ipv4_is_private", T("10.1.2.3")), "True");
    CHECK_STR(CALL("ipv4_is_private", T("172.31.255.255")), "True");
    CHECK_STR(CALL("ipv4_is_private", T("172.32.0.0")), "False");
    CHECK_STR(CALL("ipv4_is_private", T("192.168.1.1/24")), "True");
    CHECK_STR(CALL("ipv4_is_private", T("127.0.0.1")), "False");
    CHECK_STR(CALL("ipv4_is_private", T("fe80::1")), "<null>");
}

TEST(ipv4_in_many_ranges)
{
    struct value list = D("[\"192.168.0.0/16\",\"10.0.0.0/8\",\"bad\","
                          "\"10.9.0.0/16\",\"1.1.1.1\"]");
    CHECK_STR(CALL("ipv4_is_in_any_range", T("10.200.0.1"), list), "True");
    CHECK_STR(CALL("ipv4_is_in_any_range", T("1.1.1.1"), list), "True");
    CHECK_STR(CALL("ipv4_is_in_any_range", T("1.1.1.2"), list), "False");
    CHECK_STR(CALL("ipv4_is_in_any_range", T("0.0.0.0"), list), "False");
    CHECK_STR(CALL("ipv4_is_in_any_range", T("255.0.0.0"), list), "False");
    CHECK_STR(CALL("ipv4_is_in_any_range", T("x"), list), "<null>");
    CHECK_STR(CALL("ipv4_is_in_any_range", T("1.1.1.1"), D("[\"x\",5]")),
              "<null>");
    CHECK_STR(CALL("ipv4_is_in_any_range", T("1.1.1.1"), D("[]")), "False");
    CHECK_STR(CALL("ipv4_is_in_any_range", T("192.168.1.6"),
                   T("192.168.1.1/24"), T("10.0.0.1/8")), "True");
    CHECK_STR(CALL("ipv4_is_in_any_range", T("9.9.9.9"), T("x")), "<null>");
}

TEST(ipv4_blocks_of_a_range)
{
    CHECK_STR(CALL("ipv4_range_to_cidr_list", T("1.1.128.0"),
                   T("1.1.140.255")),
              "[\"1.1.128.0/21\",\"1.1.136.0/22\",\"1.1.140.0/24\"]");
    CHECK_STR(CALL("ipv4_range_to_cidr_list", T("0.0.0.0"),
                   T("255.255.255.255")), "[\"0.0.0.0/0\"]");
    CHECK_STR(CALL("ipv4_range_to_cidr_list", T("10.0.0.1"), T("10.0.0.1")),
              "[\"10.0.0.1/32\"]");
    CHECK_STR(CALL("ipv4_range_to_cidr_list", T("255.255.255.255"),
                   T("255.255.255.255")), "[\"255.255.255.255/32\"]");
    CHECK_STR(CALL("ipv4_range_to_cidr_list", T("10.0.0.2"), T("10.0.0.1")),
              "<null>");
    CHECK(json_count(CALL("ipv4_range_to_cidr_list", T("0.0.0.1"),
                          T("255.255.255.254"))) == 62);
}

TEST(ipv6_texts)
{
    CHECK_STR(CALL("parse_ipv6", T("fe80::85d:e82c:9446:7994")),
              "fe80:0000:0000:0000:085d:e82c:9446:7994");
    CHECK_STR(CALL("parse_ipv6", T("192.168.255.255/24")),
              "0000:0000:0000:0000:0000:ffff:c0a8:ff00");
    CHECK_STR(CALL("parse_ipv6", T("invalid")), "");
    CHECK_STR(CALL("parse_ipv6", T("")), "");
    CHECK_STR(CALL("parse_ipv6", T("1:2:3:4:5:6:7:8:9")), "");
    CHECK_STR(CALL("parse_ipv6_mask", T("192.168.255.255"), L(120)),
              "0000:0000:0000:0000:0000:ffff:c0a8:ff00");
    CHECK_STR(CALL("parse_ipv6_mask", T("192.168.255.255/24"), L(124)),
              "0000:0000:0000:0000:0000:ffff:c0a8:ff00");
    CHECK_STR(CALL("parse_ipv6_mask", T("fe80::85d:e82c:9446:7994/120"),
                   L(124)), "fe80:0000:0000:0000:085d:e82c:9446:7900");
    CHECK_STR(CALL("parse_ipv6_mask", T("::192.168.255.255/24"), L(128)),
              "0000:0000:0000:0000:0000:ffff:c0a8:ff00");
    CHECK_STR(CALL("parse_ipv6_mask", T("::1"), L(129)), "");
    CHECK_STR(CALL("parse_ipv6", T("fe80::1%eth0")),
              "fe80:0000:0000:0000:0000:0000:0000:0001");
}

TEST(ipv6_comparison)
{
    CHECK_STR(CALL("ipv6_compare", T("192.168.1.1/24"), T("::ffff:c0a8:01ff")),
              "0");
    CHECK_STR(CALL("ipv6_compare", T("::192.168.1.1/30"),
                   T("192.168.1.255/24")), "0");
    CHECK_STR(CALL("ipv6_compare", T("fe80::1"), T("fe80::2")), "-1");
    CHECK_STR(CALL("ipv6_compare", T("fe80::3"), T("fe80::2")), "1");
    CHECK_STR(CALL("ipv6_is_match", T("fe80::7994"), T("fe80::7995"), L(127)),
              "True");
    CHECK_STR(CALL("ipv6_is_match", T("fe80::1"), T("x")), "<null>");
    CHECK_STR(CALL("ipv6_is_in_range", T("a5e:f127::c755:abcd"),
                   T("a5e:f127::c755:0000/112")), "True");
    CHECK_STR(CALL("ipv6_is_in_range", T("a5e::1"), T("0:0::ffff:c0a8:ac/60")),
              "False");
    CHECK_STR(CALL("ipv6_is_in_any_range", T("fe80::1"),
                   D("[\"x\",\"10.0.0.0/8\",\"fe80::/10\"]")), "True");
    CHECK_STR(CALL("ipv6_is_in_any_range", T("10.1.1.1"),
                   D("[\"10.0.0.0/8\"]")), "True");
    CHECK_STR(CALL("ipv6_is_in_any_range", T("::1"), D("[7]")), "<null>");
}

TEST(addresses_in_text)
{
    struct value log = T("05:04:54 127.0.0.1 GET /favicon.ico 404");
    CHECK_STR(CALL("has_ipv4", log, T("127.0.0.1")), "True");
    CHECK_STR(CALL("has_ipv4", log, T("27.0.0.1")), "False");
    CHECK_STR(CALL("has_ipv4", T("05:04:54127.0.0.1 GET"), T("127.0.0.1")),
              "False");
    CHECK_STR(CALL("has_ipv4", T("x 127.0.0.256"), T("127.0.0.256")), "False");
    CHECK_STR(CALL("has_ipv4", T("(10.0.0.1)"), T("10.0.0.1")), "True");
    CHECK_STR(CALL("has_ipv4", T("10.0.0.1"), T("10.0.0.1")), "True");
    CHECK_STR(CALL("has_ipv4", T("10.0.0.10"), T("10.0.0.1")), "False");
    CHECK_STR(CALL("has_ipv4", T("\xc3\xa9" "10.0.0.1"), T("10.0.0.1")),
              "False");
    CHECK_STR(CALL("has_ipv4", T("\xe2\x80\x93" "10.0.0.1\xe2\x80\x93"),
                   T("10.0.0.1")), "True");
    CHECK_STR(CALL("has_ipv4", T(""), T("10.0.0.1")), "False");
}

TEST(prefixes_in_text)
{
    struct value log = T("05:04:54 127.0.0.1 GET /favicon.ico 404");
    CHECK_STR(CALL("has_ipv4_prefix", log, T("127.0.")), "True");
    CHECK_STR(CALL("has_ipv4_prefix", log, T("127.0")), "False");
    CHECK_STR(CALL("has_ipv4_prefix", log, T("127.0.0.1")), "True");
    CHECK_STR(CALL("has_ipv4_prefix", log, T("127.0.0.")), "True");
    CHECK_STR(CALL("has_ipv4_prefix", log, T("1.")), "False");
    CHECK_STR(CALL("has_ipv4_prefix", log, T(".")), "False");
    CHECK_STR(CALL("has_ipv4_prefix", log, T("127.0.0.1.")), "False");
    CHECK_STR(CALL("has_ipv4_prefix", log, T("12345678901.")), "False");
    CHECK_STR(CALL("has_ipv4_prefix", T("x 127.0.0.256"), T("127.0.")),
              "False");
    CHECK_STR(CALL("has_any_ipv4_prefix", log, T("10."), T("127.")), "True");
    CHECK_STR(CALL("has_any_ipv4_prefix", log, D("[\"10.\",5,\"127.0.\"]")),
              "True");
    CHECK_STR(CALL("has_any_ipv4", log, D("[\"127.0.0.1\",\"10.0.0.1\"]")),
              "True");
    CHECK_STR(CALL("has_any_ipv4", log, D("[]")), "False");
    CHECK_STR(CALL("has_any_ipv4", log, D("\"127.0.0.1\"")), "False");
    CHECK_STR(CALL("has_any_ipv4", log, T("10.0.0.1"), T("127.0.0.1")),
              "True");
}

TEST(any_text_may_come)
{
    CHECK(call_everything() > 5000);
    call_end();
}
