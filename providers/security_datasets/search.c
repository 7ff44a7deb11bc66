/* search.c - looks for words in descriptions: sd.query("AWS, Discovery").
 *
 * Called by: datasets.c. A comma means either, a plus both; each term is a
 * text that stands somewhere in the description or in the name of the file.
 * ASCII case does not count. */
#include "base/json_text.h"
#include "base/json_write.h"
#include "search.h"

static str lower_case(struct arena *a, str s)
{
    char *p = arena_alloc(a, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        p[i] = (char)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + 32 : s.p[i]);
    return (str){ p, s.n };
}

enum status sd_search_parse(struct sd_search *s, struct arena *a, str text,
                            const struct remote_call *call)
{
    bool either = str_find_char(text, ',') >= 0,
         both = str_find_char(text, '+') >= 0;
    *s = (struct sd_search){ .all = !either };
    if (either && both) {
        struct diag *d = diag_error(call->ds, DIAG_ARGUMENTS, call->span,
                                    "a search has commas (either) or pluses "
                                    "(both), not some of each");
        diag_hint(call->ds, d, "sd.datasets | where … says anything");
        return ST_USER;
    }
    while (text.n) {
        ptrdiff_t at = str_find_char(text, either ? ',' : '+');
        size_t end = at < 0 ? text.n : (size_t)at;
        str term = str_trim(str_sub(text, 0, end));
        if (term.n)
            PUSH(a, s->terms, lower_case(a, term));
        text = str_sub(text, end + (at >= 0), text.n);
    }
    return ST_OK;
}

/* All texts of the document, a line each. */
static void add_texts(struct buf *b, str json)
{
    struct json_iter it;
    str value;
    if (json_kind(json) == JSON_STRING) {
        json_unquote(b, json);
        buf_addc(b, '\n');
    } else if (json_iter_init(&it, json)) {
        while (json_next(&it, NULL, &value))
            add_texts(b, value);
    }
}

bool sd_search_fits(const struct sd_search *s, str json, str name)
{
    struct buf b;
    size_t nfound = 0;
    if (!s->terms.n)
        return true;
    struct arena *a = arena_new();
    buf_init(&b, (size_t)2 * JSON_MAX_BYTES);
    buf_add(&b, name);
    buf_addc(&b, '\n');
    add_texts(&b, json);
    str text = lower_case(a, buf_str(&b));
    for (size_t i = 0; i < s->terms.n; i++)
        nfound += str_find(text, s->terms.v[i]) >= 0;
    buf_release(&b);
    arena_free(a);
    return s->all ? nfound == s->terms.n : nfound > 0;
}
