/* fn_parse_kv.c - k_parse_kv(text, spec): the values of the keys of a line.
 *
 * Called by: the operator parse-kv, which writes `spec`: every field as its
 *            length, a colon and its bytes, in the order of read_spec(). */
#include "dyn_int.h"
#include "funcs.h"
#include "kv.h"

struct kept_spec {
    str text;
    struct kv_spec spec;
    str *values;
};

static str read_field(str *rest)
{
    size_t n = 0, i = 0;
    for (; i < rest->n && rest->p[i] != ':'; i++)
        n = n * 10 + (size_t)(rest->p[i] - '0');
    str field = str_sub(*rest, i + 1, i + 1 + n);
    *rest = str_sub(*rest, i + 1 + n, rest->n);
    return field;
}

static void read_quotes(struct kv_spec *s, str quotes, str escapes)
{
    for (; s->nquotes < KV_MAX_QUOTES && 2 * s->nquotes + 1 < quotes.n;
         s->nquotes++)
        s->quotes[s->nquotes] =
            (struct kv_quote){ quotes.p[2 * s->nquotes],
                               quotes.p[2 * s->nquotes + 1] };
    for (; s->nescapes < KV_MAX_QUOTES && s->nescapes < escapes.n;
         s->nescapes++)
        s->escapes[s->nescapes] = escapes.p[s->nescapes];
}

static void read_spec(struct arena *a, struct kv_spec *s, str text)
{
    LIST(str) keys = { 0 };
    *s = (struct kv_spec){ 0 };
    s->pair = read_field(&text);
    s->kv = read_field(&text);
    s->greedy = read_field(&text).n > 0;
    str quotes = read_field(&text);
    read_quotes(s, quotes, read_field(&text));
    while (text.n)
        PUSH(a, keys, read_field(&text));
    s->keys = keys.v;
    s->nkeys = keys.n;
}

static struct kept_spec *spec_of(struct fn_ctx *cx, str text)
{
    struct kept_spec *k = cx->cache;
    if (k && str_eq(k->text, text))
        return k;
    k = cx->cache = NEW(cx->keep, struct kept_spec);
    k->text = arena_str(cx->keep, text);
    read_spec(cx->keep, &k->spec, k->text);
    k->values = arena_array(cx->keep, k->spec.nkeys, sizeof *k->values);
    return k;
}

static void parse_kv(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    struct kept_spec *k = spec_of(cx, in[1].s);
    struct buf b;
    (void)nin;
    kv_parse(&k->spec, in[0].s, cx->tmp, k->values);
    dyn_begin(&b);
    for (size_t i = 0; i < k->spec.nkeys; i++) {
        buf_addc(&b, i ? ',' : '[');
        if (k->values[i].p)
            json_text_str(&b, k->values[i]);
        else
            buf_adds(&b, "null");
    }
    buf_addc(&b, ']');
    dyn_end(cx, &b, out);
}

const struct lang_func funcs_parse_kv[] = {
    { .name = "k_parse_kv",
      .params = "string, string",
      .ret = TYPE_DYNAMIC,
      .row = parse_kv,
      .flags = FN_HIDDEN | FN_MAYNULL,
      .usage = "k_parse_kv(text, spec)",
      .summary = "The values of the keys of parse-kv, in their order.",
      .example = "print s = \"a=1\" | parse-kv s as (a:long) with "
                 "(pair_delimiter=\",\", kv_delimiter=\"=\")" },
};
const size_t nfuncs_parse_kv = sizeof funcs_parse_kv / sizeof *funcs_parse_kv;
