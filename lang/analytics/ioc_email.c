/* ioc_email.c - mail addresses: what stands around an at sign.
 *
 * Called by: ioc_scan.c. RFC 5321 allows more signs before the @ than people
 * use; those that also separate things in logs (= / & ? ! # | { }) end the
 * address here. Its domain is an indicator of its own. */
#include "ioc_int.h"

enum { MAX_LOCAL = 64 };

static bool is_local(char c)
{
    return is_alnum(c) || c == '.' || c == '_' || c == '%' || c == '+' ||
           c == '-' || c == '~' || (unsigned char)c >= 0x80;
}

/* Where the part before the sign begins; `end` when there is none. */
static size_t local_start(const struct ioc_scanner *s, size_t end)
{
    size_t i = end;
    while (i > s->floor && end - i <= MAX_LOCAL) {
        char c = s->text.p[i - 1];
        bool apostrophe = c == '\'' && i < end && i - 1 > s->floor &&
                          is_letter(s->text.p[i]) &&
                          is_letter(s->text.p[i - 2]);
        if (!is_local(c) && !apostrophe)
            break;
        i--;
    }
    if (end - i > MAX_LOCAL)
        return end;
    while (i < end && (!is_word(s->text.p[i]) ||
                       ((unsigned char)s->text.p[i] & 0xC0) == 0x80))
        i++;
    return i < end && s->text.p[end - 1] != '.' ? i : end;
}

/* logo@2x.png is a picture for fine screens. */
static bool is_picture(str tld)
{
    static const char *const endings[] = { "png", "jpg", "jpeg", "gif",
                                           "svg", "webp", "css", "js" };
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (str_ieqz(tld, endings[i]))
            return true;
    return false;
}

/* A domain that can be a mailbox's: internal ones too. */
static bool is_mail_domain(const struct ioc_scanner *s, struct host *h)
{
    size_t last = h->n - 1, i = h->at[last];
    if (h->n < 2)
        return false;
    if (!str_starts(str_sub(s->text, i, h->to[last]), S("xn--"))) {
        while (i < h->to[last] && (is_letter(s->text.p[i]) ||
                                   (unsigned char)s->text.p[i] >= 0x80))
            i++;
        h->to[last] = h->end = i;
    }
    str tld = str_sub(s->text, h->at[last], h->end);
    for (size_t k = 0; k + 1 < h->n; k++)
        if (h->to[k] - h->at[k] > IOC_MAX_LABEL ||
            s->text.p[h->at[k]] == '-' || s->text.p[h->to[k] - 1] == '-')
            return false;
    return tld.n >= 2 && tld.n <= IOC_MAX_LABEL && !is_picture(tld) &&
           h->end - h->beg <= IOC_MAX_NAME;
}

static str mail_text(struct ioc_scanner *s, size_t beg, size_t sign,
                     const struct host *h)
{
    if (!h->fanged && h->beg == sign + 1)
        return str_sub(s->text, beg, h->end);
    str local = str_sub(s->text, beg, sign), domain = host_text(s, h);
    char *p = arena_alloc(s->tmp, local.n + 1 + domain.n);
    memcpy(p, local.p, local.n);
    p[local.n] = '@';
    memcpy(p + local.n + 1, domain.p, domain.n);
    return (str){ p, local.n + 1 + domain.n };
}

size_t scan_at(struct ioc_scanner *s, size_t i)
{
    struct host h;
    size_t n = fang_at(s->text, i);
    bool blank = n > 2 && s->text.p[i] == '[' && ioc_before(s, i) == ' ';
    size_t end = i - blank;
    if (!n || i < s->floor)
        return i + 1;
    if (end <= s->floor || !host_read(s->text, i + n, &h))
        return i + n;
    size_t beg = local_start(s, end);
    struct host mail = h;
    if (beg == end || !is_mail_domain(s, &mail))
        return i + n;
    if (ioc_wants(s, IOC_BIT(EMAIL)))
        ioc_add(s, IOC_EMAIL, beg, mail.end, mail_text(s, beg, end, &mail));
    host_add(s, &h);
    s->floor = mail.end;
    return mail.end;
}
