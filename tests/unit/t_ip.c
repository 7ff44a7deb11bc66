/* t_ip.c - the one spelling of an address. */
#include "base/ip.h"
#include "t.h"

static void check(const char *from, const char *to)
{
    struct ip6 ip;
    struct buf b;
    buf_init(&b, 100);
    CHECK(ip6_parse(str_of(from), &ip));
    ip6_format(&b, &ip);
    CHECK_STR(buf_str(&b), to);
    buf_release(&b);
}

TEST(zeros_are_cut_once)
{
    check("::", "::");
    check("::1", "::1");
    check("FE80::", "fe80::");
    check("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1");
    check("1:0:0:2:0:0:0:3", "1:0:0:2::3");
    check("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7");
    check("0001:00a0::", "1:a0::");
    check("1:2:3:4:5:6:0:0", "1:2:3:4:5:6::");
}

TEST(four_bytes_in_sixteen)
{
    check("::ffff:10.0.0.1", "10.0.0.1");
    check("::FFFF:A00:1", "10.0.0.1");
    check("::1.2.3.4", "::102:304");
}

TEST(what_is_none)
{
    struct ip6 ip;
    CHECK(!ip6_parse(S("1:2"), &ip));
    CHECK(!ip6_parse(S("10.0.0.1"), &ip));
    CHECK(!ip6_parse((str){ "::\0", 3 }, &ip));
    CHECK(!ip6_parse(S(""), &ip));
}
