/* fn_indicator.c - notation of indicators, and what an IP address is.
 *
 * Called by: the engine, through the rows at the end. */
#include "analytics/ip_class.h"
#include "analytics/refang.h"
#include "funcs.h"

#include "dyn_int.h"

static void row_refang(struct fn_ctx *cx, const struct value *in, size_t nin,
                       struct value *out)
{
    struct buf b;
    (void)nin;
    dyn_begin(&b);
    refang_text(&b, in[0].s);
    dyn_end(cx, &b, out);
}

static void row_defang(struct fn_ctx *cx, const struct value *in, size_t nin,
                       struct value *out)
{
    struct buf b;
    (void)nin;
    if (!cx->cache)
        cx->cache = defanger_new(cx->keep);
    dyn_begin(&b);
    defang_text(cx->cache, &b, in[0].s);
    dyn_end(cx, &b, out);
}

static void row_ip_type(struct fn_ctx *cx, const struct value *in, size_t nin,
                        struct value *out)
{
    (void)cx, (void)nin;
    out->s = str_of(ip_class(in[0].s));
}

const struct lang_func funcs_indicator[] = {
    { .name = "ip_type", .params = "string", .ret = TYPE_STRING,
      .row = row_ip_type, .usage = "ip_type(address)",
      .summary = "What an IP address is for: Public, Private, Loopback, Link "
                 "Local, Multicast, Shared, Documentation, Benchmarking, "
                 "Broadcast, Unspecified, Reserved; empty for no address.",
      .example = "print ip_type('100.64.3.2'), ip_type('fe80::1')" },
    { .name = "defang", .params = "string", .ret = TYPE_STRING,
      .row = row_defang, .usage = "defang(text)",
      .summary = "The text with its URLs, names, addresses and mail addresses "
                 "so written that nobody clicks them: hxxp://evil[.]com.",
      .example = "print defang('see http://evil.com/a.js and ana@x.org')" },
    { .name = "refang", .params = "string", .ret = TYPE_STRING,
      .row = row_refang, .usage = "refang(text)",
      .summary = "The text with defanged spellings undone: hxxp, [.], (dot), "
                 "[@], [:]// and their like.",
      .example = "print refang('hxxps[:]//evil[.]com, ana[at]x(dot)org')" },
};
const size_t nfuncs_indicator = ROWS(funcs_indicator);
