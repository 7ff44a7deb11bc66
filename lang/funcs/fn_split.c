/* fn_split.c - split() and replace_strings().
 *
 * Called by: the engine, through the rows at the end. */
#include "funcs.h"

#include <stdlib.h>

#include "dyn_int.h"

/* --- split ------------------------------------------------------------ */

/* The part from *i on, up to the delimiter; *i moves behind that, or to
 * SIZE_MAX after the last part. An empty delimiter never occurs. */
static str next_part(str s, str delimiter, size_t *i)
{
    str rest = str_sub(s, *i, s.n);
    ptrdiff_t at = delimiter.n ? str_find(rest, delimiter) : -1;
    if (at < 0) {
        *i = SIZE_MAX;
        return rest;
    }
    *i += (size_t)at + delimiter.n;
    return str_sub(rest, 0, (size_t)at);
}

/* One part instead of all when `only` is not negative. */
static void split_parts(struct fn_ctx *cx, str s, str delimiter, int64_t only,
                        struct value *out)
{
    struct buf b;
    int64_t n = 0;
    dyn_begin(&b);
    buf_addc(&b, '[');
    for (size_t i = 0; i != SIZE_MAX && buf_ok(&b); n++) {
        str part = next_part(s, delimiter, &i);
        if (only >= 0 && n != only)
            continue;
        if (b.n > 1)
            buf_addc(&b, ',');
        json_text_str(&b, part);
        if (n == only)
            break;
    }
    buf_addc(&b, ']');
    if (only < 0 && n > DYN_MAX_ELEMS)
        fn_fail(cx, "split() makes at most %d parts", DYN_MAX_ELEMS);
    dyn_end(cx, &b, out);
}

static void split(struct fn_ctx *cx, const struct value *in, size_t nin,
                  struct value *out)
{
    if (nin < 3) {
        split_parts(cx, in[0].s, in[1].s, -1, out);
    } else if (in[2].i >= 0) {
        split_parts(cx, in[0].s, in[1].s, in[2].i, out);
    } else {
        dyn_set(out, S("[]"));
    }
}

/* --- replace_strings --------------------------------------------------- */

/* Replaced pieces of the text: which rewrite, or KEEP. */
enum { KEEP = -1, FREE = -2 };

struct pieces {
    str text;
    uint8_t *taken;    /* per byte of the text */
    int32_t *rewrite;  /* per byte; set where a match begins */
    uint32_t *length;  /* of the match that begins there */
};

/* Takes every match of `word` that lies in bytes still free, from left to
 * right. */
static void take_matches(struct pieces *p, str word, int32_t rewrite)
{
    for (size_t i = 0; word.n && i + word.n <= p->text.n;) {
        ptrdiff_t at = str_find(str_sub(p->text, i, p->text.n), word);
        if (at < 0)
            return;
        i += (size_t)at;
        const uint8_t *clash = memrchr(p->taken + i, 1, word.n);
        if (clash) {
            i = (size_t)(clash - p->taken) + 1;
            continue;
        }
        memset(p->taken + i, 1, word.n);
        p->rewrite[i] = rewrite;
        p->length[i] = (uint32_t)word.n;
        i += word.n;
    }
}

static void write_pieces(struct fn_ctx *cx, const struct pieces *p,
                         const struct elems *rewrites, struct value *out)
{
    struct buf b;
    dyn_begin(&b);
    for (size_t i = 0; i < p->text.n && buf_ok(&b);) {
        if (p->rewrite[i] == FREE) {
            buf_addc(&b, p->text.p[i++]);
            continue;
        }
        if (p->rewrite[i] == KEEP)
            buf_add(&b, str_sub(p->text, i, i + p->length[i]));
        else
            buf_add(&b, dyn_text(cx, rewrites->v[p->rewrite[i]]));
        i += p->length[i];
    }
    dyn_end(cx, &b, out);
}

/* An earlier lookup goes first, wherever in the text it matches; later ones
 * see what it left. A rewrite that is no string keeps the match as it is. */
static void replace_all(struct fn_ctx *cx, str text, const struct elems *look,
                        const struct elems *rewrites, struct value *out)
{
    struct pieces p = { .text = text };
    p.taken = xcalloc(text.n + 1, 1);
    p.rewrite = xmalloc((text.n + 1) * sizeof *p.rewrite);
    p.length = xcalloc(text.n + 1, sizeof *p.length);
    for (size_t i = 0; i < text.n; i++)
        p.rewrite[i] = FREE;
    for (size_t k = 0; k < look->n; k++) {
        bool known = k < rewrites->n &&
                     json_kind(rewrites->v[k]) == JSON_STRING;
        if (json_kind(look->v[k]) == JSON_STRING)
            take_matches(&p, dyn_text(cx, look->v[k]),
                         known ? (int32_t)k : KEEP);
    }
    write_pieces(cx, &p, rewrites, out);
    free(p.taken);
    free(p.rewrite);
    free(p.length);
}

enum { MAX_LOOKUP_WORK = 1 << 30 }; /* bytes searched for one row */

static void replace_strings(struct fn_ctx *cx, const struct value *in,
                            size_t nin, struct value *out)
{
    struct elems look, rewrites;
    (void)nin;
    bool lists = elems_init(&look, cx, &in[1]);
    lists &= elems_init(&rewrites, cx, &in[2]);
    if (!lists || in[0].s.n == 0)
        out->s = in[0].s;
    else if (look.n * in[0].s.n > MAX_LOOKUP_WORK)
        fn_fail(cx, "replace_strings() is given too many strings for a text "
                    "this long");
    else
        replace_all(cx, in[0].s, &look, &rewrites, out);
    elems_release(&look);
    elems_release(&rewrites);
}

const struct lang_func funcs_split[] = {
    { .name = "split", .params = "string, string, long?",
      .ret = TYPE_DYNAMIC, .row = split,
      .usage = "split(text, delimiter[, index])",
      .summary = "An array of the parts between delimiters; with an index, "
                 "of that part only.",
      .example = "print split('a.b.c', '.')" },
    { .name = "replace_strings", .params = "string, dynamic, dynamic",
      .ret = TYPE_STRING, .row = replace_strings,
      .usage = "replace_strings(text, lookups, rewrites)",
      .summary = "The text with each string of one array replaced by its "
                 "partner in another; earlier strings go first.",
      .example = "print replace_strings('a cat', dynamic(['cat']), "
                 "dynamic(['dog']))" },
};
const size_t nfuncs_split = ROWS(funcs_split);
