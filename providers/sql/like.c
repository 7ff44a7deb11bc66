/* like.c - needles as patterns of LIKE.
 *
 * Called by: expr.c. KQL folds case by Unicode's simple folding. The engines
 * fold ASCII letters alone, in a way that no locale changes. A letter with a
 * partner elsewhere (s, k and whatever is not ASCII) becomes "any character":
 * then the pattern finds all that KQL does, and maybe more. */
#include "expr.h"

#include "base/utf8.h"

static void add_literal(const struct sql_dialect *d, struct buf *b, char c)
{
    if (d->fold && c >= 'A' && c <= 'Z')
        c = (char)(c + ('a' - 'A'));
    if (c == '%' || c == '_' || c == '\\')
        buf_addc(b, '\\');
    buf_addc(b, c);
}

static bool has_partner(uint32_t c)
{
    return c >= 0x80 || c == 's' || c == 'S' || c == 'k' || c == 'K';
}

bool sql_like(const struct sql_dialect *d, struct buf *b,
              const struct sql_needle *n, bool *exact)
{
    struct buf text;
    str needle = n->text;
    char how = n->how;
    buf_init(&text, needle.n * 2 + 16);
    if (how == 'c' || how == 'e')
        buf_addc(&text, '%');
    for (size_t i = 0; i < needle.n;) {
        uint32_t c = utf8_next(needle, &i);
        *exact &= !has_partner(c);
        if (has_partner(c))
            buf_addc(&text, d->any);
        else
            add_literal(d, &text, (char)c);
    }
    if (how == 'c' || how == 'p')
        buf_addc(&text, '%');
    struct value v = { .type = TYPE_STRING, .s = buf_str(&text) };
    bool ok = d->literal(b, &v);
    buf_release(&text);
    return ok;
}
