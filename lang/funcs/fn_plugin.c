/* fn_plugin.c - rows that only plugins call: shapes of bags, keys of networks.
 *
 * Called by: the engine, for bag_unpack, ipv4_lookup and ipv6_lookup. */
#include "funcs.h"

#include <stdio.h>

#include "base/ip.h"
#include "dyn_int.h"

/* --- bag_unpack ------------------------------------------------------- */

static const char kind_letter[] = {
    [JSON_NONE] = '0', [JSON_NULL] = '0',   [JSON_BOOL] = 'b',
    [JSON_LONG] = 'l', [JSON_REAL] = 'r',   [JSON_STRING] = 's',
    [JSON_ARRAY] = 'd', [JSON_OBJECT] = 'd',
};

/* {"a":1,"b":"x"} gives ["la","sb"]: the kind of each member and its name. */
static void bag_shape(struct fn_ctx *cx, const struct value *in, size_t nin,
                      struct value *out)
{
    struct json_iter it;
    struct buf b;
    str key, value;
    (void)nin;
    dyn_begin(&b);
    buf_addc(&b, '[');
    json_iter_init(&it, dyn_is_bag(&in[0]) ? in[0].s : STR_NONE);
    while (json_next(&it, &key, &value)) {
        if (b.n > 1)
            buf_addc(&b, ',');
        buf_addc(&b, '"');
        buf_addc(&b, kind_letter[json_kind(value)]);
        buf_add(&b, str_sub(key, 1, key.n));
    }
    buf_addc(&b, ']');
    dyn_end(cx, &b, out);
}

/* --- networks --------------------------------------------------------- */

/* Prefixes count 128 bits here, those of IPv4 too. */
static bool net_parse(str s, bool v4, struct ip6 *ip, int *prefix)
{
    uint32_t four;
    int n;
    if (v4 && !ip4_parse_prefix(s, &four, &n))
        return false;
    return ip6_parse_prefix(s, ip, prefix);
}

static void net_len(const struct value *in, bool v4, struct value *out)
{
    struct ip6 ip;
    int prefix;
    if (net_parse(in[0].s, v4, &ip, &prefix))
        dyn_set_long(out, prefix);
}

static void net4_len(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    (void)cx, (void)nin;
    net_len(in, true, out);
}

static void net6_len(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    (void)cx, (void)nin;
    net_len(in, false, out);
}

/* "prefix:32 hex digits" of the network of that size around the address, ""
 * when the text is no address or a wider network itself. */
static void net_cut(struct fn_ctx *cx, const struct value *in, bool v4,
                    struct value *out)
{
    static const char digits[] = "0123456789abcdef";
    struct ip6 ip;
    int prefix;
    if (!net_parse(in[0].s, v4, &ip, &prefix) || in[1].i > prefix ||
        in[1].i < 0)
        return;
    char *p = arena_alloc(cx->tmp, 40);
    int n = snprintf(p, 8, "%d:", (int)in[1].i);
    ip6_apply(&ip, (int)in[1].i);
    for (size_t i = 0; i < sizeof ip.b; i++) {
        p[n++] = digits[ip.b[i] >> 4];
        p[n++] = digits[ip.b[i] & 15];
    }
    out->s = (str){ p, (size_t)n };
}

static void net4_cut(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    (void)nin;
    net_cut(cx, in, true, out);
}

static void net6_cut(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    (void)nin;
    net_cut(cx, in, false, out);
}

#define HIDDEN(nm, par, type, fn, use, sum, ex)                              \
    { .name = nm, .params = par, .ret = type, .row = fn,                     \
      .flags = FN_HIDDEN | FN_MAYNULL, .usage = use, .summary = sum,         \
      .example = ex }

const struct lang_func funcs_plugin[] = {
    HIDDEN("k_bag_shape", "dynamic", TYPE_DYNAMIC, bag_shape,
           "k_bag_shape(bag)", "Kinds and names of the members of a bag.",
           "print k_bag_shape(dynamic({\"a\": 1}))"),
    HIDDEN("k_net4_len", "string", TYPE_LONG, net4_len, "k_net4_len(text)",
           "The prefix of an IPv4 network, counted in 128 bits.",
           "print k_net4_len('10.0.0.0/8')"),
    HIDDEN("k_net6_len", "string", TYPE_LONG, net6_len, "k_net6_len(text)",
           "The prefix of a network in 128 bits.",
           "print k_net6_len('fe80::/10')"),
    HIDDEN("k_net4_cut", "string, long", TYPE_STRING, net4_cut,
           "k_net4_cut(address, prefix)", "The network around an address.",
           "print k_net4_cut('10.1.2.3', 104)"),
    HIDDEN("k_net6_cut", "string, long", TYPE_STRING, net6_cut,
           "k_net6_cut(address, prefix)", "The network around an address.",
           "print k_net6_cut('fe80::1', 10)"),
};
const size_t nfuncs_plugin = ROWS(funcs_plugin);
