/* kv.h - keys and values out of a line of log: `src=10.0.0.1 msg="a b"`. */
#ifndef FUNCS_KV_H
#define FUNCS_KV_H

#include "base/arena.h"

enum { KV_MAX_QUOTES = 8 };

struct kv_quote {
    char open, close;
};

struct kv_spec {
    str pair, kv; /* delimiters; both "": whatever is no letter or digit */
    bool greedy;  /* a value reaches to the next key */
    size_t nquotes, nescapes, nkeys;
    struct kv_quote quotes[KV_MAX_QUOTES];
    char escapes[KV_MAX_QUOTES]; /* within quotes */
    str *keys;
};

/* Finds the first value of each key. `values` has a place for each key; the
 * pointer stays NULL where the key is absent. Values are views of `text` or
 * live in `a`. Takes time linear in the text for a given list of keys. */
void kv_parse(const struct kv_spec *s, str text, struct arena *a, str *values);

#endif
