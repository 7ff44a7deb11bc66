/* fn_ip6.c - functions on IPv6 addresses; IPv4 ones are taken as mapped.
 *
 * Called by: the engine, through the rows at the end. */
#include "funcs.h"

#include "base/ip.h"
#include "dyn_int.h"

static bool narrow(int *prefix, const struct value *arg)
{
    if (arg->null || arg->i < 0 || arg->i > 128)
        return false;
    if (arg->i < *prefix)
        *prefix = (int)arg->i;
    return true;
}

/* address, optional prefix */
static void parse_ipv6(struct fn_ctx *cx, const struct value *in, size_t nin,
                       struct value *out)
{
    struct ip6 ip;
    int prefix;
    struct buf b;
    if (!ip6_parse_prefix(in[0].s, &ip, &prefix) ||
        (nin > 1 && !narrow(&prefix, &in[1])))
        return;
    ip6_apply(&ip, prefix);
    dyn_begin(&b);
    ip6_format_full(&b, &ip);
    dyn_end(cx, &b, out);
}

/* <0, 0, >0 under the shortest prefix; false: no answer. */
static bool compare6(const struct value *in, size_t nin, int *order)
{
    struct ip6 a, b;
    int pa, pb;
    if (!ip6_parse_prefix(in[0].s, &a, &pa) ||
        !ip6_parse_prefix(in[1].s, &b, &pb) ||
        (nin > 2 && !narrow(&pa, &in[2])))
        return false;
    int prefix = pa < pb ? pa : pb;
    ip6_apply(&a, prefix);
    ip6_apply(&b, prefix);
    *order = memcmp(a.b, b.b, sizeof a.b);
    return true;
}

static void ipv6_compare(struct fn_ctx *cx, const struct value *in,
                         size_t nin, struct value *out)
{
    int order;
    (void)cx;
    if (compare6(in, nin, &order))
        dyn_set_long(out, order < 0 ? -1 : order > 0);
}

static void ipv6_is_match(struct fn_ctx *cx, const struct value *in,
                          size_t nin, struct value *out)
{
    int order;
    (void)cx;
    if (compare6(in, nin, &order))
        dyn_set_bool(out, order == 0);
}

/* 1 inside, 0 outside, -1 no range. */
static int in_range(const struct ip6 *ip, str range)
{
    struct ip6 net, own = *ip;
    int prefix;
    if (!ip6_parse_prefix(range, &net, &prefix))
        return -1;
    ip6_apply(&net, prefix);
    ip6_apply(&own, prefix);
    return memcmp(own.b, net.b, sizeof own.b) == 0;
}

static bool read_ip6(str s, struct ip6 *ip)
{
    int prefix;
    if (!ip6_parse_prefix(s, ip, &prefix))
        return false;
    ip6_apply(ip, prefix);
    return true;
}

/* Ranges that cannot be read are passed over; null when none can. */
static void in_any_of_args(struct fn_ctx *cx, const struct value *in,
                           size_t nin, struct value *out)
{
    struct ip6 ip;
    int best = -1;
    (void)cx;
    if (!read_ip6(in[0].s, &ip))
        return;
    for (size_t i = 1; i < nin && best < 1; i++) {
        int r = in_range(&ip, in[i].s);
        best = r > best ? r : best;
    }
    if (best >= 0)
        dyn_set_bool(out, best);
}

static void in_any_of_list(struct fn_ctx *cx, const struct value *in,
                           size_t nin, struct value *out)
{
    struct json_iter it;
    struct ip6 ip;
    str item;
    int best = -1;
    (void)nin;
    if (!read_ip6(in[0].s, &ip) || !dyn_is_array(&in[1]))
        return;
    if (in[1].s.n == 2)
        best = 0;
    json_iter_init(&it, in[1].s);
    while (best < 1 && json_next(&it, NULL, &item)) {
        int r = in_range(&ip, dyn_text(cx, item));
        best = r > best ? r : best;
    }
    if (best >= 0)
        dyn_set_bool(out, best);
}

const struct lang_func funcs_ip6[] = {
    { .name = "parse_ipv6", .params = "string", .ret = TYPE_STRING,
      .row = parse_ipv6, .usage = "parse_ipv6(address)",
      .summary = "An IPv6 or IPv4 address in full IPv6 form; empty for other "
                 "text.",
      .example = "print parse_ipv6('fe80::85d:e82c:9446:7994')" },
    { .name = "parse_ipv6_mask", .params = "string, long",
      .ret = TYPE_STRING, .row = parse_ipv6,
      .usage = "parse_ipv6_mask(address, prefix)",
      .summary = "The network of an address in full IPv6 form.",
      .example = "print parse_ipv6_mask('fe80::85d:e82c:9446:7994', 120)" },
    { .name = "ipv6_compare", .params = "string, string, long?",
      .ret = TYPE_LONG, .row = ipv6_compare, .flags = FN_MAYNULL,
      .usage = "ipv6_compare(a, b[, prefix])",
      .summary = "-1, 0 or 1 for the order of two addresses, IPv6 or IPv4.",
      .example = "print ipv6_compare('fe80::1', 'fe80::2')" },
    { .name = "ipv6_is_match", .params = "string, string, long?",
      .ret = TYPE_BOOL, .row = ipv6_is_match, .flags = FN_MAYNULL,
      .usage = "ipv6_is_match(a, b[, prefix])",
      .summary = "Whether two addresses agree up to the shortest prefix.",
      .example = "print ipv6_is_match('fe80::1/64', 'fe80::2')" },
    { .name = "ipv6_is_in_range", .params = "string, string",
      .ret = TYPE_BOOL, .row = in_any_of_args, .flags = FN_MAYNULL,
      .usage = "ipv6_is_in_range(address, range)",
      .summary = "Whether an address is in a range such as fe80::/10.",
      .example = "print ipv6_is_in_range('fe80::1', 'fe80::/10')" },
    { .name = "ipv6_is_in_any_range", .params = "string, dynamic",
      .ret = TYPE_BOOL, .row = in_any_of_list, .flags = FN_MAYNULL,
      .usage = "ipv6_is_in_any_range(address, ranges)",
      .summary = "Whether an address is in one of an array of ranges.",
      .example = "print ipv6_is_in_any_range('fe80::1', "
                 "dynamic(['fe80::/10']))" },
    { .name = "ipv6_is_in_any_range", .params = "string, string, string*",
      .ret = TYPE_BOOL, .row = in_any_of_args, .flags = FN_MAYNULL,
      .usage = "ipv6_is_in_any_range(address, range, …)",
      .summary = "Whether an address is in one of several ranges.",
      .example = "print ipv6_is_in_any_range('fe80::1', 'fe80::/10')" },
};
const size_t nfuncs_ip6 = ROWS(funcs_ip6);
