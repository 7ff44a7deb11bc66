/* ioc_host.c - names and IPv4 addresses: what stands around a dot.
 *
 * Called by: ioc_scan.c at each dot, the URL and mail parts.
 * Most dots in logs belong to file names, versions and numbers, so the checks
 * are about what is no host. A name needs a public suffix; where that could as
 * well be the ending of a file or the member of an object, what stands around
 * the name decides. */
#include "ioc_int.h"

#include "base/ip.h"
#include "base/utf8.h"

enum { MAX_LOCAL = 64 };

/* ---- labels ------------------------------------------------------------ */

/* Scripts written without blanks: a word of them that touches Latin letters
 * is no part of the name. */
static bool is_unspaced(uint32_t c)
{
    return (c >= 0x0E00 && c <= 0x0EFF) || (c >= 0x2E80 && c <= 0x9FFF) ||
           (c >= 0xAC00 && c <= 0xD7FF) || (c >= 0xF900 && c <= 0xFAFF) ||
           (c >= 0x20000 && c <= 0x3FFFF);
}

static bool is_label(char c)
{
    return is_alnum(c) || c == '-' || c == '_';
}

/* The length of the letter beyond ASCII at i, 0 when it is none. */
static size_t wide_letter(str s, size_t i, bool *unspaced)
{
    size_t end = i;
    if (i >= s.n || (unsigned char)s.p[i] < 0x80)
        return 0;
    uint32_t c = utf8_next(s, &end);
    *unspaced = is_unspaced(c);
    return c != 0xFFFD && utf8_is_alnum(c) ? end - i : 0;
}

size_t label_start(str s, size_t floor, size_t end)
{
    size_t i = end;
    bool unspaced, ascii = false;
    while (i > floor) {
        if (is_label(s.p[i - 1])) {
            ascii = ascii || is_alnum(s.p[i - 1]);
            i--;
            continue;
        }
        if ((unsigned char)s.p[i - 1] < 0x80)
            break;
        size_t b = i - 1;
        while (b > floor && i - b < 4 && ((unsigned char)s.p[b] & 0xC0) == 0x80)
            b--;
        if (wide_letter(s, b, &unspaced) != i - b || (ascii && unspaced))
            break;
        i = b;
    }
    return i;
}

static size_t label_end(str s, size_t beg)
{
    size_t i = beg;
    bool unspaced, ascii = false;
    while (i < s.n) {
        size_t n = 1;
        if (is_label(s.p[i]))
            ascii = true;
        else
            n = wide_letter(s, i, &unspaced);
        if (!n || (ascii && n > 1 && unspaced))
            break;
        i += n;
    }
    return i;
}

bool host_read(str s, size_t beg, struct host *h)
{
    size_t i = beg;
    h->beg = h->end = beg;
    h->n = 0;
    h->fanged = false;
    while (h->n < IOC_MAX_LABELS) {
        size_t end = label_end(s, i);
        if (end == i)
            break;
        h->at[h->n] = i;
        h->to[h->n++] = h->end = end;
        size_t dot = fang_dot(s, end);
        if (!dot)
            break;
        size_t next = end + dot;
        if (next >= s.n || label_end(s, next) == next)
            break;
        h->fanged = h->fanged || dot > 1;
        i = next;
    }
    return h->n > 0;
}

static str label(const struct ioc_scanner *s, const struct host *h, size_t i)
{
    return str_sub(s->text, h->at[i], h->to[i]);
}

str host_text(struct ioc_scanner *s, const struct host *h)
{
    if (!h->fanged)
        return str_sub(s->text, h->beg, h->end);
    size_t bytes = h->n;
    for (size_t i = 0; i < h->n; i++)
        bytes += h->to[i] - h->at[i];
    char *p = arena_alloc(s->tmp, bytes), *q = p;
    for (size_t i = 0; i < h->n; i++) {
        str l = label(s, h, i);
        if (i)
            *q++ = '.';
        memcpy(q, l.p, l.n);
        q += l.n;
    }
    return (str){ p, (size_t)(q - p) };
}

/* ---- IPv4 -------------------------------------------------------------- */

static bool is_number(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_digit(s.p[i]))
            return false;
    return s.n > 0;
}

static bool is_octet(str s)
{
    int v = 0;
    if (s.n > 3 || !is_number(s))
        return false;
    for (size_t i = 0; i < s.n; i++)
        v = v * 10 + (s.p[i] - '0');
    return v <= 255;
}

/* Only numbers, however many: a version, an OID or an address. */
static bool is_numeric(const struct ioc_scanner *s, const struct host *h)
{
    for (size_t i = 0; i < h->n; i++)
        if (!is_number(label(s, h, i)))
            return false;
    return true;
}

bool host_is_ip4(const struct ioc_scanner *s, const struct host *h)
{
    for (size_t i = 0; i < h->n; i++)
        if (!is_octet(label(s, h, i)))
            return false;
    return h->n == 4;
}

/* A word right before `beg` that says "this is a version": "version 1.2.3.4",
 * "FileVersion=1.2.3.4", "Agent/1.2.3.4". */
static bool after_version(const struct ioc_scanner *s, size_t beg)
{
    static const char *const words[] = { "version", "ver", "build", "release",
                                         "revision", "firmware", "rev" };
    size_t i = beg;
    bool product = ioc_before(s, beg) == '/';
    i -= product;
    while (!product && i > 0 && beg - i < 4 &&
           memchr(" :=\"'", s->text.p[i - 1], 5))
        i--;
    if (i == beg)
        return false;
    size_t end = i;
    while (i > 0 && end - i < 40 && is_letter(s->text.p[i - 1]))
        i--;
    str word = str_sub(s->text, i, end);
    if (product) { /* a product's name, not a folder's */
        char c = ioc_before(s, i);
        return word.n > 2 && ioc_at(s, beg - 1) == '/' &&
               (i == 0 || is_blank(c) || c == '"' || c == '(') && c != '/';
    }
    for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
        size_t n = strlen(words[w]);
        str tail = str_sub(word, word.n > n ? word.n - n : 0, word.n);
        if (str_ieqz(tail, words[w]) &&
            (n > 3 || word.n == n))
            return true;
    }
    return false;
}

static void add_ip4(struct ioc_scanner *s, const struct host *h)
{
    bool version = !h->fanged && after_version(s, h->beg);
    if (ioc_wants(s, IOC_BIT(IPV4)) && !version)
        ioc_add(s, IOC_IPV4, h->beg, h->end, host_text(s, h));
}

/* Four octets at the front of something longer: 10.0.0.1-10.0.0.9. */
static bool cut_ip4(const struct ioc_scanner *s, struct host *h)
{
    if (h->n < 4)
        return false;
    size_t i = h->at[3];
    while (i < h->to[3] && is_digit(s->text.p[i]))
        i++;
    char c = ioc_at(s, i);
    if (i == h->to[3] || (c != '-' && c != '_'))
        return false;
    h->n = 4;
    h->to[3] = h->end = i;
    return host_is_ip4(s, h);
}

/* ---- names ------------------------------------------------------------- */

/* Whether a word is in a blank-separated list; lower case. */
static bool in_list(const char *list, str word)
{
    size_t n = word.n;
    for (const char *p = list; (p = strchr(p, ' ')) != NULL;) {
        p++;
        size_t k = strcspn(p, " ");
        if (k == n && str_ieq((str){ p, n }, word))
            return true;
    }
    return false;
}

/* Top-level domains that are file endings as well, and those that are common
 * names of members. Each list begins with a blank. */
static const char file_endings[] =
    " sh py pl rs md cc so ps zip mov cab cat pm tf st vi map ml mk la ax "
    "bin bat cpl bz in am mm sc gd jar app ink java do ms ";
static const char members[] =
    " name id zone host link info page pages group next date data net in is "
    "to it at no be as am by my me so do id like open show read run save "
    "select watch day now here got moe select center style tools support "
    "dev global network cloud security services systems management ";

/* System.Net, Microsoft.Win32: each part begins with a capital. */
static bool is_code_name(const struct ioc_scanner *s, const struct host *h)
{
    bool small = false;
    str last = label(s, h, h->n - 1);
    if (str_ieqz(last, "com") || str_ieqz(last, "org"))
        return false;
    for (size_t i = 0; i < h->n; i++) {
        str l = label(s, h, i);
        if (l.p[0] < 'A' || l.p[0] > 'Z')
            return false;
        for (size_t k = 1; k < l.n; k++)
            small = small || (l.p[k] >= 'a' && l.p[k] <= 'z');
    }
    return small;
}

/* \\server.example.com\share: the backslashes begin the path. */
static bool is_unc(const struct ioc_scanner *s, const struct host *h)
{
    size_t i = h->beg;
    while (i > 0 && s->text.p[i - 1] == '\\')
        i--;
    return h->beg - i >= 2 && ioc_at(s, h->end) == '\\' &&
           !is_word(ioc_before(s, i)) && ioc_before(s, i) != ':';
}

/* obj.name(…), $obj.name, host.name=…, "host.name": … */
static bool is_member(const struct ioc_scanner *s, const struct host *h)
{
    char before = ioc_before(s, h->beg), c = ioc_at(s, h->end);
    char d = ioc_at(s, h->end + 1);
    if (before == '$')
        return true;
    if (c == '(')
        return d == ')' || d == '"' || d == '\'' || d == '$' || is_letter(d);
    if (c == ':' && d == ':')
        return true;
    if (h->n == 2 && (c == '=' || (c == '"' && d == ':')))
        return in_list(members, label(s, h, 1));
    return false;
}

/* Whether the name is rather a file or a piece of code. */
static bool is_lookalike(const struct ioc_scanner *s, const struct host *h)
{
    char before = ioc_before(s, h->beg);
    bool file = in_list(file_endings, label(s, h, h->n - 1));
    if (h->fanged)
        return false;
    if (h->beg < s->path_end)
        return true;
    if (before == '\\')
        return !is_unc(s, h);
    if (before == '/' && (h->beg < 2 || s->text.p[h->beg - 2] != '/'))
        return file;
    if (file && h->n == 2)
        return true;
    return is_member(s, h) || is_code_name(s, h);
}

/* Drops labels at the front until the rest is well formed. */
static void drop_bad_labels(const struct ioc_scanner *s, struct host *h)
{
    size_t from = 0;
    for (size_t i = 0; i < h->n; i++) {
        str l = label(s, h, i);
        if (l.n > IOC_MAX_LABEL || l.p[l.n - 1] == '-' ||
            (i > 0 && l.p[0] == '-'))
            from = i + 1;
    }
    h->n -= from;
    memmove(h->at, h->at + from, h->n * sizeof *h->at);
    memmove(h->to, h->to + from, h->n * sizeof *h->to);
    if (h->n)
        h->beg = h->at[0];
}

static bool is_tld(struct ioc_scanner *s, str l)
{
    for (size_t i = 0; i < l.n; i++)
        if (is_digit(l.p[i]) && !str_starts(l, S("xn--")))
            return false;
    return s->opts.any_tld ? l.n >= 2 : tld_known(s->tlds, l);
}

/* The last label may run on: example.com-2, example.com_old, example.com中文. */
static bool cut_tld(struct ioc_scanner *s, struct host *h)
{
    size_t last = h->n - 1, i = h->at[last];
    if (is_tld(s, label(s, h, last)))
        return true;
    while (i < h->to[last] && is_alnum(s->text.p[i]))
        i++;
    if (i == h->at[last] || i == h->to[last])
        return false;
    h->to[last] = h->end = i;
    return is_tld(s, label(s, h, last));
}

bool host_is_name(struct ioc_scanner *s, struct host *h)
{
    if (h->n < 2 || !cut_tld(s, h))
        return false;
    drop_bad_labels(s, h);
    if (h->n < 2 || h->end - h->beg > IOC_MAX_NAME)
        return false;
    str name = ioc_lower(s, host_text(s, h));
    return s->opts.any_tld || !tld_is_suffix(s->tlds, name);
}

void host_add(struct ioc_scanner *s, struct host *h)
{
    if (host_is_ip4(s, h)) {
        if (ioc_wants(s, IOC_BIT(IPV4)))
            ioc_add(s, IOC_IPV4, h->beg, h->end, host_text(s, h));
    } else if (ioc_wants(s, IOC_BIT(DNS)) && host_is_name(s, h)) {
        ioc_add(s, IOC_DNS, h->beg, h->end, ioc_lower(s, host_text(s, h)));
    }
}

/* ---- the dot ----------------------------------------------------------- */

/* The front of a mail address: john.me@…, john.me+tag@… */
static bool is_local_part(const struct ioc_scanner *s, const struct host *h)
{
    size_t i = h->end;
    while (i < s->text.n && i - h->end < MAX_LOCAL &&
           (is_alnum(s->text.p[i]) || memchr("._%+~-", s->text.p[i], 6)))
        i++;
    return fang_at(s->text, i) > 0;
}

/* %2Fexample.com: the two digits belong to the escape. */
static void skip_escape(const struct ioc_scanner *s, struct host *h)
{
    if (ioc_before(s, h->beg) == '%' && is_hex(ioc_at(s, h->beg)) &&
        is_hex(ioc_at(s, h->beg + 1)))
        h->at[0] = h->beg = h->beg + 2;
    while (h->at[0] < h->to[0] && s->text.p[h->at[0]] == '-')
        h->at[0]++, h->beg++;
}

size_t scan_dot(struct ioc_scanner *s, size_t i)
{
    struct host h;
    size_t dot = fang_dot(s->text, i);
    size_t next = i + (dot ? dot : 1);
    size_t end = i - (dot > 2 && i > s->floor && s->text.p[i] == '[' &&
                      s->text.p[i - 1] == ' ');
    if (!dot || end <= s->floor || i < s->floor)
        return next;
    size_t beg = label_start(s->text, s->floor, end);
    if (beg == end || !host_read(s->text, beg, &h) || h.n < 2)
        return next;
    next = h.end;
    if (is_local_part(s, &h))
        return next;
    skip_escape(s, &h);
    if (h.at[0] == h.to[0])
        return next;
    if (is_numeric(s, &h)) {
        if (host_is_ip4(s, &h))
            add_ip4(s, &h);
    } else if (ioc_wants(s, IOC_BIT(DNS) | IOC_BIT(IPV4))) {
        struct host name = h;
        if (host_is_name(s, &name)) {
            if (ioc_wants(s, IOC_BIT(DNS)) && !is_lookalike(s, &name))
                ioc_add(s, IOC_DNS, name.beg, name.end,
                        ioc_lower(s, host_text(s, &name)));
        } else if (cut_ip4(s, &h)) {
            next = h.end;
            add_ip4(s, &h);
        }
    }
    if (next > s->floor)
        s->floor = next;
    return next;
}
