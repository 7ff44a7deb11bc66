/* fn_ip_text.c - whether an IPv4 address stands somewhere in a text.
 *
 * Called by: the engine, through the rows at the end. An address in the text
 * counts when it is valid and no letter or digit touches it. The text is read
 * once, however many addresses are looked for. */
#include "funcs.h"

#include <stdlib.h>

#include "base/ip.h"
#include "base/utf8.h"
#include "dyn_int.h"

/* The first `octets` bytes of an address. */
struct prefix4 {
    uint32_t ip;
    int octets;
};

struct needles {
    str text;             /* the list they came from */
    struct prefix4 *v;    /* sorted */
    size_t n;
};

static int by_value(const void *a, const void *b)
{
    const struct prefix4 *x = a, *y = b;
    if (x->octets != y->octets)
        return x->octets < y->octets ? -1 : 1;
    return x->ip < y->ip ? -1 : x->ip > y->ip;
}

/* A whole address, or one to three numbers each with a dot behind it. */
static bool read_needle(str s, bool prefixes, struct prefix4 *p)
{
    char text[24]; /* 12 of s and up to 5 more */
    int dots = 0;
    if (ip4_parse(s, &p->ip)) {
        p->octets = 4;
        return true;
    }
    if (!prefixes || s.n < 2 || s.n > 12 || s.p[s.n - 1] != '.')
        return false;
    for (size_t i = 0; i < s.n; i++)
        dots += s.p[i] == '.';
    if (dots > 3)
        return false;
    memcpy(text, s.p, s.n);
    memcpy(text + s.n, "0.0.0", (size_t)(2 * (3 - dots) + 1));
    p->octets = dots;
    return ip4_parse((str){ text, s.n + (size_t)(2 * (3 - dots) + 1) }, &p->ip);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Whether a letter or digit ends right before s.p[i]. */
static bool touched_before(str s, size_t i)
{
    if (i == 0)
        return false;
    size_t beg = i - 1;
    while (beg > 0 && i - beg < 4 && ((uint8_t)s.p[beg] & 0xC0) == 0x80)
        beg--;
    return utf8_is_alnum(utf8_next(s, &beg));
}

static bool touched_behind(str s, size_t i)
{
    return i < s.n && utf8_is_alnum(utf8_next(s, &i));
}

/* The next address in the text from *i on; *i moves behind it. */
static bool next_address(str s, size_t *i, uint32_t *ip)
{
    while (*i < s.n) {
        size_t end = *i;
        int dots = 0;
        if (!is_digit(s.p[*i]) || touched_before(s, *i)) {
            ++*i;
            continue;
        }
        while (end < s.n && end - *i < 15 &&
               (is_digit(s.p[end]) || (s.p[end] == '.' && dots < 3)))
            dots += s.p[end++] == '.';
        str word = str_sub(s, *i, end);
        ++*i;
        if (dots == 3 && ip4_parse(word, ip) && !touched_behind(s, end))
            return true;
    }
    return false;
}

static bool found(const struct needles *k, uint32_t ip)
{
    struct prefix4 want;
    for (want.octets = 1; want.octets <= 4; want.octets++) {
        want.ip = ip & ip4_mask(want.octets * 8);
        if (bsearch(&want, k->v, k->n, sizeof *k->v, by_value))
            return true;
    }
    return false;
}

static void search(const struct needles *k, str text, struct value *out)
{
    uint32_t ip;
    size_t i = 0;
    bool hit = false;
    while (k->n && !hit && next_address(text, &i, &ip))
        hit = found(k, ip);
    dyn_set_bool(out, hit);
}

/* text, needle, … */
static void has_args(struct fn_ctx *cx, const struct value *in, size_t nin,
                     bool prefixes, struct value *out)
{
    struct needles k = { 0 };
    k.v = arena_array(cx->tmp, nin, sizeof *k.v);
    for (size_t i = 1; i < nin; i++)
        k.n += read_needle(in[i].s, prefixes, &k.v[k.n]);
    if (k.n)
        qsort(k.v, k.n, sizeof *k.v, by_value);
    search(&k, in[0].s, out);
}

/* The needles of an array, made once per call site as long as the list is the
 * same; other lists are read into the call's arena. */
static const struct needles *list_needles(struct fn_ctx *cx, str json,
                                          bool prefixes)
{
    struct needles *k = cx->cache;
    struct json_iter it;
    str item;
    if (k && str_eq(k->text, json))
        return k;
    struct arena *a = k ? cx->tmp : cx->keep;
    int64_t n = json_count(json);
    k = arena_zalloc(a, sizeof *k);
    k->v = arena_array(a, (size_t)(n > 0 ? n : 1), sizeof *k->v);
    k->text = a == cx->keep ? arena_str(a, json) : json;
    json_iter_init(&it, json);
    while (json_next(&it, NULL, &item))
        if (json_kind(item) == JSON_STRING)
            k->n += read_needle(dyn_text(cx, item), prefixes, &k->v[k->n]);
    if (k->n)
        qsort(k->v, k->n, sizeof *k->v, by_value);
    if (a == cx->keep)
        cx->cache = k;
    return k;
}

static void has_list(struct fn_ctx *cx, const struct value *in, bool prefixes,
                     struct value *out)
{
    if (dyn_is_array(&in[1]))
        search(list_needles(cx, in[1].s, prefixes), in[0].s, out);
    else
        dyn_set_bool(out, false);
}

static void has_ipv4(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    has_args(cx, in, nin, false, out);
}

static void has_prefix(struct fn_ctx *cx, const struct value *in, size_t nin,
                       struct value *out)
{
    has_args(cx, in, nin, true, out);
}

static void has_ipv4_list(struct fn_ctx *cx, const struct value *in,
                          size_t nin, struct value *out)
{
    (void)nin;
    has_list(cx, in, false, out);
}

static void has_prefix_list(struct fn_ctx *cx, const struct value *in,
                            size_t nin, struct value *out)
{
    (void)nin;
    has_list(cx, in, true, out);
}

const struct lang_func funcs_ip_text[] = {
    { .name = "has_ipv4", .params = "string, string", .ret = TYPE_BOOL,
      .row = has_ipv4, .usage = "has_ipv4(text, address)",
      .summary = "Whether an IPv4 address stands in a text.",
      .example = "print has_ipv4('from 10.0.0.1:80', '10.0.0.1')" },
    { .name = "has_any_ipv4", .params = "string, dynamic", .ret = TYPE_BOOL,
      .row = has_ipv4_list, .usage = "has_any_ipv4(text, addresses)",
      .summary = "Whether one of an array of IPv4 addresses stands in a text.",
      .example = "print has_any_ipv4('from 10.0.0.1', "
                 "dynamic(['10.0.0.1', '10.0.0.2']))" },
    { .name = "has_any_ipv4", .params = "string, string, string*",
      .ret = TYPE_BOOL, .row = has_ipv4,
      .usage = "has_any_ipv4(text, address, …)",
      .summary = "Whether one of several IPv4 addresses stands in a text.",
      .example = "print has_any_ipv4('from 10.0.0.1', '10.0.0.1', "
                 "'10.0.0.2')" },
    { .name = "has_ipv4_prefix", .params = "string, string",
      .ret = TYPE_BOOL, .row = has_prefix,
      .usage = "has_ipv4_prefix(text, prefix)",
      .summary = "Whether an IPv4 address with this beginning stands in a "
                 "text; a prefix ends with a dot.",
      .example = "print has_ipv4_prefix('from 10.0.0.1', '10.')" },
    { .name = "has_any_ipv4_prefix", .params = "string, dynamic",
      .ret = TYPE_BOOL, .row = has_prefix_list,
      .usage = "has_any_ipv4_prefix(text, prefixes)",
      .summary = "Whether an IPv4 address with one of these beginnings stands "
                 "in a text.",
      .example = "print has_any_ipv4_prefix('from 10.0.0.1', "
                 "dynamic(['10.', '192.168.']))" },
    { .name = "has_any_ipv4_prefix", .params = "string, string, string*",
      .ret = TYPE_BOOL, .row = has_prefix,
      .usage = "has_any_ipv4_prefix(text, prefix, …)",
      .summary = "Whether an IPv4 address with one of these beginnings stands "
                 "in a text.",
      .example = "print has_any_ipv4_prefix('from 10.0.0.1', '10.', "
                 "'192.168.')" },
};
const size_t nfuncs_ip_text = ROWS(funcs_ip_text);
