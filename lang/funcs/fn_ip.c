/* fn_ip.c - IPv4 and IPv6 addresses: parsing, formatting, ranges.
 *
 * Called by: the engine, through the rows at the end. What is no address gives
 * null, or "" where the result is text. */
#include "funcs.h"

#include <stdlib.h>

#include "base/ip.h"
#include "dyn_int.h"

/* --- IPv4: one address ------------------------------------------------ */

static void parse_ipv4(struct fn_ctx *cx, const struct value *in, size_t nin,
                       struct value *out)
{
    uint32_t ip;
    int prefix;
    (void)cx, (void)nin;
    if (ip4_parse_prefix(in[0].s, &ip, &prefix))
        dyn_set_long(out, ip & ip4_mask(prefix));
}

/* The prefix that text and argument allow together; false: out of range. */
static bool narrow(int *prefix, const struct value *arg, int max)
{
    if (arg->null || arg->i < 0 || arg->i > max)
        return false;
    if (arg->i < *prefix)
        *prefix = (int)arg->i;
    return true;
}

static void parse_ipv4_mask(struct fn_ctx *cx, const struct value *in,
                            size_t nin, struct value *out)
{
    uint32_t ip;
    int prefix;
    (void)cx, (void)nin;
    if (ip4_parse_prefix(in[0].s, &ip, &prefix) && narrow(&prefix, &in[1], 32))
        dyn_set_long(out, ip & ip4_mask(prefix));
}

static void netmask_suffix(struct fn_ctx *cx, const struct value *in,
                           size_t nin, struct value *out)
{
    uint32_t ip;
    int prefix;
    (void)cx, (void)nin;
    if (ip4_parse_prefix(in[0].s, &ip, &prefix))
        dyn_set_long(out, prefix);
}

/* RFC 1918. */
static void is_private(struct fn_ctx *cx, const struct value *in, size_t nin,
                       struct value *out)
{
    uint32_t ip;
    int prefix;
    (void)cx, (void)nin;
    if (!ip4_parse_prefix(in[0].s, &ip, &prefix))
        return;
    ip &= ip4_mask(prefix);
    dyn_set_bool(out, ip >> 24 == 10 || ip >> 20 == 0xAC1 ||
                          ip >> 16 == 0xC0A8);
}

/* Address as text or number, optional prefix length. */
static bool read_ip4(const struct value *in, size_t nin, uint32_t *ip,
                     int *prefix)
{
    *prefix = 32;
    if (in[0].type != TYPE_STRING) {
        if (in[0].i < 0 || in[0].i > UINT32_MAX)
            return false;
        *ip = (uint32_t)in[0].i;
    } else if (!ip4_parse_prefix(in[0].s, ip, prefix)) {
        return false;
    }
    if (nin > 1 && !narrow(prefix, &in[1], 32))
        return false;
    *ip &= ip4_mask(*prefix);
    return true;
}

static void format_ip4(struct fn_ctx *cx, const struct value *in, size_t nin,
                       bool with_mask, struct value *out)
{
    uint32_t ip;
    int prefix;
    struct buf b;
    if (!read_ip4(in, nin, &ip, &prefix))
        return;
    dyn_begin(&b);
    ip4_format(&b, ip);
    if (with_mask) {
        buf_addc(&b, '/');
        buf_add_i64(&b, prefix);
    }
    dyn_end(cx, &b, out);
}

static void format_ipv4(struct fn_ctx *cx, const struct value *in, size_t nin,
                        struct value *out)
{
    format_ip4(cx, in, nin, false, out);
}

static void format_ipv4_mask(struct fn_ctx *cx, const struct value *in,
                             size_t nin, struct value *out)
{
    format_ip4(cx, in, nin, true, out);
}

/* --- IPv4: two addresses ---------------------------------------------- */

/* -1, 0, 1 under the shortest of the prefixes; false: no answer. */
static bool compare4(const struct value *in, size_t nin, int *order)
{
    uint32_t a, b;
    int pa, pb;
    if (!ip4_parse_prefix(in[0].s, &a, &pa) ||
        !ip4_parse_prefix(in[1].s, &b, &pb))
        return false;
    if (nin > 2 && !narrow(&pa, &in[2], 32))
        return false;
    uint32_t mask = ip4_mask(pa < pb ? pa : pb);
    *order = (a & mask) < (b & mask) ? -1 : (a & mask) > (b & mask);
    return true;
}

static void ipv4_compare(struct fn_ctx *cx, const struct value *in,
                         size_t nin, struct value *out)
{
    int order;
    (void)cx;
    if (compare4(in, nin, &order))
        dyn_set_long(out, order);
}

static void ipv4_is_match(struct fn_ctx *cx, const struct value *in,
                          size_t nin, struct value *out)
{
    int order;
    (void)cx;
    if (compare4(in, nin, &order))
        dyn_set_bool(out, order == 0);
}

static void ipv4_is_in_range(struct fn_ctx *cx, const struct value *in,
                             size_t nin, struct value *out)
{
    uint32_t ip, net;
    int own, prefix;
    (void)cx, (void)nin;
    if (!ip4_parse_prefix(in[0].s, &ip, &own) ||
        !ip4_parse_prefix(in[1].s, &net, &prefix))
        return;
    ip &= ip4_mask(own);
    dyn_set_bool(out, ((ip ^ net) & ip4_mask(prefix)) == 0);
}

/* --- IPv4: many ranges ------------------------------------------------ */

struct range4 {
    uint32_t lo, hi;
};

/* Ranges in order and without overlap; `ok` when any of the list was one. */
struct ranges4 {
    str text;            /* the list they came from */
    struct range4 *v;
    size_t n;
    bool ok;
};

static int by_lo(const void *a, const void *b)
{
    const struct range4 *x = a, *y = b;
    return x->lo < y->lo ? -1 : x->lo > y->lo;
}

static void merge_ranges(struct ranges4 *r)
{
    size_t n = 0;
    if (r->n)
        qsort(r->v, r->n, sizeof *r->v, by_lo);
    for (size_t i = 0; i < r->n; i++) {
        if (n && r->v[i].lo <= r->v[n - 1].hi) {
            if (r->v[i].hi > r->v[n - 1].hi)
                r->v[n - 1].hi = r->v[i].hi;
        } else {
            r->v[n++] = r->v[i];
        }
    }
    r->n = n;
}

static bool read_range(str s, struct range4 *r)
{
    uint32_t ip;
    int prefix;
    if (!ip4_parse_prefix(s, &ip, &prefix))
        return false;
    r->lo = ip & ip4_mask(prefix);
    r->hi = r->lo | ~ip4_mask(prefix);
    return true;
}

/* The ranges of a JSON array, made once per call site as long as the list is
 * the same; other lists are read into the call's arena. */
static struct ranges4 *list_ranges(struct fn_ctx *cx, str json)
{
    struct ranges4 *r = cx->cache;
    struct json_iter it;
    str item;
    if (r && str_eq(r->text, json))
        return r;
    struct arena *a = r ? cx->tmp : cx->keep;
    int64_t n = json_count(json);
    r = arena_zalloc(a, sizeof *r);
    r->v = arena_array(a, (size_t)(n > 0 ? n : 1), sizeof *r->v);
    r->text = a == cx->keep ? arena_str(a, json) : json;
    json_iter_init(&it, json);
    while (json_next(&it, NULL, &item))
        if (json_kind(item) == JSON_STRING &&
            read_range(dyn_text(cx, item), &r->v[r->n]))
            r->n++;
    r->ok = r->n > 0 || n == 0;
    merge_ranges(r);
    if (a == cx->keep)
        cx->cache = r;
    return r;
}

static bool in_ranges(const struct ranges4 *r, uint32_t ip)
{
    size_t lo = 0, hi = r->n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (ip > r->v[mid].hi)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < r->n && ip >= r->v[lo].lo;
}

/* Entries that are no ranges are passed over; null when all are such. */
static void in_any_of_list(struct fn_ctx *cx, const struct value *in,
                           size_t nin, struct value *out)
{
    uint32_t ip;
    int prefix;
    (void)nin;
    if (!ip4_parse_prefix(in[0].s, &ip, &prefix) || !dyn_is_array(&in[1]))
        return;
    const struct ranges4 *r = list_ranges(cx, in[1].s);
    if (r->ok)
        dyn_set_bool(out, in_ranges(r, ip & ip4_mask(prefix)));
}

static void in_any_of_args(struct fn_ctx *cx, const struct value *in,
                           size_t nin, struct value *out)
{
    uint32_t ip;
    int prefix;
    struct range4 r;
    bool ok = false, hit = false;
    (void)cx;
    if (!ip4_parse_prefix(in[0].s, &ip, &prefix))
        return;
    ip &= ip4_mask(prefix);
    for (size_t i = 1; i < nin; i++)
        if (read_range(in[i].s, &r)) {
            ok = true;
            hit |= ip >= r.lo && ip <= r.hi;
        }
    if (ok)
        dyn_set_bool(out, hit);
}

/* The fewest blocks that cover the range exactly: at most 62. */
static void range_to_cidr(struct fn_ctx *cx, const struct value *in,
                          size_t nin, struct value *out)
{
    uint32_t first, last;
    int pa, pb;
    struct buf b;
    (void)nin;
    if (!ip4_parse_prefix(in[0].s, &first, &pa) ||
        !ip4_parse_prefix(in[1].s, &last, &pb) || first > last)
        return;
    dyn_begin(&b);
    buf_addc(&b, '[');
    for (uint64_t at = first; at <= last;) {
        int prefix = 32;
        while (prefix > 0 && (at & ~ip4_mask(prefix - 1)) == 0 &&
               at + ((uint64_t)1 << (33 - prefix)) - 1 <= last)
            prefix--;
        if (b.n > 1)
            buf_addc(&b, ',');
        buf_addc(&b, '"');
        ip4_format(&b, (uint32_t)at);
        buf_addc(&b, '/');
        buf_add_i64(&b, prefix);
        buf_addc(&b, '"');
        at += (uint64_t)1 << (32 - prefix);
    }
    buf_addc(&b, ']');
    dyn_end(cx, &b, out);
}

#define FORMAT(nm, fn, sum, ex)                                              \
    { .name = nm, .params = "string, long?", .ret = TYPE_STRING, .row = fn,  \
      .usage = nm "(address[, prefix])", .summary = sum, .example = ex },    \
    { .name = nm, .params = "long, long?", .ret = TYPE_STRING, .row = fn,    \
      .usage = nm "(number[, prefix])", .summary = sum,                      \
      .example = "print " nm "(3232235777)" }

const struct lang_func funcs_ip[] = {
    { .name = "parse_ipv4", .params = "string", .ret = TYPE_LONG,
      .row = parse_ipv4, .flags = FN_MAYNULL, .usage = "parse_ipv4(address)",
      .summary = "An IPv4 address as a number; null for other text.",
      .example = "print parse_ipv4('192.168.1.1')" },
    { .name = "parse_ipv4_mask", .params = "string, long", .ret = TYPE_LONG,
      .row = parse_ipv4_mask, .flags = FN_MAYNULL,
      .usage = "parse_ipv4_mask(address, prefix)",
      .summary = "The network of an IPv4 address as a number.",
      .example = "print parse_ipv4_mask('127.0.0.1', 24)" },
    { .name = "ipv4_netmask_suffix", .params = "string", .ret = TYPE_LONG,
      .row = netmask_suffix, .flags = FN_MAYNULL,
      .usage = "ipv4_netmask_suffix(address)",
      .summary = "The prefix length in an IPv4 range, 32 without one.",
      .example = "print ipv4_netmask_suffix('192.168.1.1/24')" },
    { .name = "ipv4_is_private", .params = "string", .ret = TYPE_BOOL,
      .row = is_private, .flags = FN_MAYNULL,
      .usage = "ipv4_is_private(address)",
      .summary = "Whether an IPv4 address is in 10/8, 172.16/12 or "
                 "192.168/16.",
      .example = "print ipv4_is_private('172.20.0.1')" },
    FORMAT("format_ipv4", format_ipv4,
           "The IPv4 address, its bits behind the prefix cleared.",
           "print format_ipv4('192.168.1.255', 24)"),
    FORMAT("format_ipv4_mask", format_ipv4_mask,
           "The IPv4 network with its prefix length.",
           "print format_ipv4_mask('192.168.1.255', 24)"),
    { .name = "ipv4_compare", .params = "string, string, long?",
      .ret = TYPE_LONG, .row = ipv4_compare, .flags = FN_MAYNULL,
      .usage = "ipv4_compare(a, b[, prefix])",
      .summary = "-1, 0 or 1 for the order of two IPv4 addresses, compared "
                 "up to the shortest prefix.",
      .example = "print ipv4_compare('10.0.0.1', '10.0.0.2')" },
    { .name = "ipv4_is_match", .params = "string, string, long?",
      .ret = TYPE_BOOL, .row = ipv4_is_match, .flags = FN_MAYNULL,
      .usage = "ipv4_is_match(a, b[, prefix])",
      .summary = "Whether two IPv4 addresses agree up to the shortest prefix.",
      .example = "print ipv4_is_match('10.0.0.1/24', '10.0.0.255')" },
    { .name = "ipv4_is_in_range", .params = "string, string",
      .ret = TYPE_BOOL, .row = ipv4_is_in_range, .flags = FN_MAYNULL,
      .usage = "ipv4_is_in_range(address, range)",
      .summary = "Whether an IPv4 address is in a range such as 10.0.0.0/8.",
      .example = "print ipv4_is_in_range('10.1.2.3', '10.0.0.0/8')" },
    { .name = "ipv4_is_in_any_range", .params = "string, dynamic",
      .ret = TYPE_BOOL, .row = in_any_of_list, .flags = FN_MAYNULL,
      .usage = "ipv4_is_in_any_range(address, ranges)",
      .summary = "Whether an IPv4 address is in one of an array of ranges.",
      .example = "print ipv4_is_in_any_range('10.1.2.3', "
                 "dynamic(['192.168.0.0/16', '10.0.0.0/8']))" },
    { .name = "ipv4_is_in_any_range", .params = "string, string, string*",
      .ret = TYPE_BOOL, .row = in_any_of_args, .flags = FN_MAYNULL,
      .usage = "ipv4_is_in_any_range(address, range, …)",
      .summary = "Whether an IPv4 address is in one of several ranges.",
      .example = "print ipv4_is_in_any_range('10.1.2.3', '192.168.0.0/16', "
                 "'10.0.0.0/8')" },
    { .name = "ipv4_range_to_cidr_list", .params = "string, string",
      .ret = TYPE_DYNAMIC, .row = range_to_cidr, .flags = FN_MAYNULL,
      .usage = "ipv4_range_to_cidr_list(first, last)",
      .summary = "The fewest ranges that cover all addresses from first to "
                 "last.",
      .example = "print ipv4_range_to_cidr_list('10.0.0.0', '10.0.2.255')" },
};
const size_t nfuncs_ip = ROWS(funcs_ip);
