/* refang.c - indicators that cannot be clicked, and back.
 *
 * Called by: lang/funcs/fn_indicator.c. */
#include "refang.h"

#include "ioc_int.h"

enum { MAX_SCHEME = 12 };

/* ---- refang ------------------------------------------------------------ */

static char byte_at(str s, size_t i)
{
    return i < s.n ? s.p[i] : '\0';
}

static bool is_open(char c)
{
    return c == '[' || c == '(' || c == '{';
}

/* The letters that `b` ends with become the usual spelling of the scheme. */
static void mend_scheme(struct buf *b)
{
    size_t i = b->n;
    const char *plain;
    while (i > 0 && b->n - i < MAX_SCHEME &&
           (is_letter(b->p[i - 1]) || b->p[i - 1] == '*'))
        i--;
    for (; i < b->n; i++) {
        str word = { b->p + i, b->n - i };
        if (!fang_scheme(word, &plain))
            continue;
        if (!str_ieqz(word, plain)) {
            b->n = i;
            buf_adds(b, plain);
        }
        return;
    }
}

/* A sign in brackets counts between two words: foo [.] bar, a[at]b. */
static bool between_words(const struct buf *b, str s, size_t end)
{
    size_t n = b->n;
    return n > 0 && is_word(b->p[n - 1]) && is_word(byte_at(s, end));
}

/* The defanged sign at i, in its plain form; its length, 0: there is none. */
static size_t mend(struct buf *b, str s, size_t i)
{
    size_t n = fang_scheme_end(s, i);
    if (n) {
        mend_scheme(b);
        buf_adds(b, "://");
        return n;
    }
    n = fang_dot(s, i);
    if (n > 1 && between_words(b, s, i + n)) {
        buf_addc(b, '.');
        return n;
    }
    n = fang_at(s, i);
    if (n > 1 && between_words(b, s, i + n)) {
        buf_addc(b, '@');
        return n;
    }
    n = fang_colon(s, i);
    if (n > 1)
        buf_addc(b, ':');
    return n > 1 ? n : 0;
}

void refang_text(struct buf *b, str s)
{
    for (size_t i = 0; i < s.n;) {
        char c = s.p[i];
        bool sign = is_open(c) || c == ':' || c == '.' ||
                    (c == ' ' && is_open(byte_at(s, i + 1)));
        size_t n = sign ? mend(b, s, i) : 0;
        if (!n) {
            buf_addc(b, c);
            n = 1;
        }
        i += n;
    }
}

/* ---- defang ------------------------------------------------------------ */

struct defanger {
    struct ioc_scanner *known, *any;
};

struct defanger *defanger_new(struct arena *a)
{
    struct ioc_opts o = { .types = IOC_BIT(URL) | IOC_BIT(DNS) |
                                   IOC_BIT(IPV4) | IOC_BIT(IPV6) |
                                   IOC_BIT(EMAIL),
                          .repeats = true };
    struct defanger *d = NEW(a, struct defanger);
    d->known = ioc_scanner_new(a, &o);
    o.any_tld = true;
    d->any = ioc_scanner_new(a, &o);
    return d;
}

static const char *bent(str scheme)
{
    static const char *const pairs[][2] = {
        { "http", "hxxp" },  { "https", "hxxps" }, { "ftp", "fxp" },
        { "ftps", "fxps" },  { "sftp", "sfxp" },
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (str_ieqz(scheme, pairs[i][0]))
            return pairs[i][1];
    return NULL;
}

static void add_dots(struct buf *b, str s, const char *colon)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '.')
            buf_adds(b, "[.]");
        else if (s.p[i] == ':')
            buf_adds(b, colon);
        else
            buf_addc(b, s.p[i]);
}

/* A URL in plain form; others inside it are bent as well. */
static void add_url(struct buf *b, str url)
{
    ptrdiff_t at;
    while ((at = str_find(url, S("://"))) >= 0) {
        size_t end = (size_t)at, beg = end;
        while (beg > 0 && is_letter(url.p[beg - 1]))
            beg--;
        const char *bend = bent(str_sub(url, beg, end));
        buf_add(b, str_sub(url, 0, bend ? beg : end));
        buf_adds(b, bend ? bend : "");
        buf_adds(b, bend ? "://" : "[:]//");
        url = str_sub(url, end + 3, url.n);
        size_t host = 0;
        while (host < url.n && !strchr("/?#", url.p[host]))
            host++;
        add_dots(b, str_sub(url, 0, host), ":");
        url = str_sub(url, host, url.n);
    }
    buf_add(b, url);
}

static void add_hit(struct buf *b, enum ioc_type type, str plain)
{
    ptrdiff_t at = type == IOC_EMAIL ? str_find_char(plain, '@') : -1;
    if (type == IOC_URL) {
        add_url(b, plain);
    } else if (at >= 0) {
        buf_add(b, str_sub(plain, 0, (size_t)at));
        buf_adds(b, "[@]");
        add_dots(b, str_sub(plain, (size_t)at + 1, plain.n), ":");
    } else {
        add_dots(b, plain, type == IOC_IPV6 ? "[:]" : ":");
    }
}

static bool is_one_word(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (is_blank(s.p[i]) || s.p[i] == '\\' || s.p[i] == '(')
            return false;
    return s.n > 0;
}

void defang_text(struct defanger *d, struct buf *b, str text)
{
    const struct ioc *found;
    struct arena *tmp = arena_new();
    size_t done = 0;
    size_t n = ioc_scan(d->known, tmp, text, &found);
    if (!n && is_one_word(text))
        n = ioc_scan(d->any, tmp, text, &found);
    for (size_t i = 0; i < n; i++) {
        if (found[i].beg < done)
            continue;
        struct buf plain;
        buf_init(&plain, text.n + 64);
        refang_text(&plain, str_sub(text, found[i].beg, found[i].end));
        buf_add(b, str_sub(text, done, found[i].beg));
        add_hit(b, found[i].type, buf_str(&plain));
        done = found[i].end;
        buf_release(&plain);
    }
    buf_add(b, str_sub(text, done, text.n));
    arena_free(tmp);
}
