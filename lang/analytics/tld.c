/* tld.c - whether a name ends in a domain that people can register.
 *
 * Called by: the indicator scanner, for every name with a dot in a text; most
 *            are file names. So the answers stay in a small table, in which
 *            each label has one place. */
#include "tld.h"

#include <libpsl.h>

#include "base/utf8.h"
#include "base/xxh64.h"

enum { SLOTS = 1024, MAX_LABEL = 24, MAX_NAME = 255 };

struct slot {
    uint8_t n;           /* 0: free */
    bool known;
    char text[MAX_LABEL];
};

struct tlds {
    const psl_ctx_t *list;
    struct slot slots[SLOTS];
};

struct tlds *tlds_new(struct arena *a)
{
    struct tlds *t = NEW(a, struct tlds);
    t->list = psl_builtin();
    return t;
}

/* Asks the list; lower case is what it knows. */
static bool ask(const struct tlds *t, str label)
{
    struct buf b;
    bool known = false;
    buf_init(&b, MAX_NAME + 1);
    utf8_lower(&b, label);
    buf_addc(&b, '\0');
    if (buf_ok(&b) && t->list)
        known = psl_is_public_suffix2(
            t->list, b.p, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE);
    buf_release(&b);
    return known;
}

bool tld_known(struct tlds *t, str label)
{
    if (label.n < 2 || label.n > MAX_LABEL || memchr(label.p, 0, label.n))
        return false;
    struct slot *s = &t->slots[xxh64(label, 0) % SLOTS];
    if (s->n == label.n && memcmp(s->text, label.p, label.n) == 0)
        return s->known;
    s->n = (uint8_t)label.n;
    memcpy(s->text, label.p, label.n);
    s->known = ask(t, label);
    return s->known;
}

bool tld_is_suffix(struct tlds *t, str name)
{
    return name.n <= MAX_NAME && !memchr(name.p, 0, name.n) && ask(t, name);
}
