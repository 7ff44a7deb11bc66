/* ioc_agent.c - user agents and numbers of vulnerabilities.
 *
 * Called by: ioc_scan.c at a slash or dash.
 * A user agent (RFC 9110, 10.1.5) is products and comments, parted by one
 * blank each; it counts when the first product is one that agents have. */
#include "ioc_int.h"

enum { MAX_AGENT = 1024, MAX_PRODUCT = 40 };

static bool is_product(str name)
{
    static const char *const products[] = {
        "Mozilla", "Opera", "curl", "Wget", "python-requests",
        "Python-urllib", "Go-http-client", "Java", "okhttp", "axios",
        "PostmanRuntime", "libwww-perl", "Apache-HttpClient", "WinHTTP",
        "Microsoft-CryptoAPI", "Microsoft BITS", "WindowsPowerShell",
        "certutil", "aria2", "httpx", "nmap", "sqlmap", "masscan", "zgrab",
        "Nikto", "gobuster", "feroxbuster", "Nuclei", "aws-cli", "aws-sdk-go",
        "Boto3", "azsdk-net", "git", "CertUtil URL Agent",
    };
    for (size_t i = 0; i < sizeof products / sizeof *products; i++)
        if (str_ieqz(name, products[i]))
            return true;
    return false;
}

static bool is_token(char c)
{
    return is_word(c) || (c && strchr("-.+!#$%&*~^", c));
}

/* product[/version] or (comment) at i; i when there is none. */
static size_t item_end(const struct ioc_scanner *s, size_t i)
{
    str t = s->text;
    size_t k = i, depth = 0;
    if (ioc_at(s, i) == '(') {
        for (; k < t.n && k - i < MAX_AGENT && (unsigned char)t.p[k] >= 0x20;
             k++) {
            depth += t.p[k] == '(';
            if (t.p[k] == ')' && --depth == 0)
                return k + 1;
        }
        return i;
    }
    while (k < t.n && is_token(t.p[k]))
        k++;
    if (k == i || ioc_at(s, k) != '/' || !is_token(ioc_at(s, k + 1)))
        return i;
    for (k++; k < t.n && is_token(t.p[k]);)
        k++;
    return k;
}

size_t scan_agent(struct ioc_scanner *s, size_t i)
{
    size_t b = i, e;
    if (!is_digit(ioc_at(s, i + 1)))
        return 0;
    while (b > s->floor && i - b < MAX_PRODUCT &&
           (is_alnum(s->text.p[b - 1]) || s->text.p[b - 1] == '-'))
        b--;
    if (!is_product(str_sub(s->text, b, i)))
        return 0;
    e = item_end(s, b);
    while (e > b && ioc_at(s, e) == ' ' && e - b < MAX_AGENT) {
        size_t next = item_end(s, e + 1);
        if (next == e + 1)
            break;
        e = next;
    }
    if (e <= i)
        return 0;
    ioc_add(s, IOC_USER_AGENT, b, e, str_sub(s->text, b, e));
    s->floor = e;
    return e;
}

/* CVE-2021-44228: year, then four digits or more. */
size_t scan_dash(struct ioc_scanner *s, size_t i)
{
    size_t b = i - 3, k = i + 1, e;
    if (i < 3 || b < s->floor ||
        !str_ieq(str_sub(s->text, b, i), S("CVE")) ||
        is_word(ioc_before(s, b)))
        return scan_mac(s, i);
    while (k < s->text.n && is_digit(s->text.p[k]))
        k++;
    if (k != i + 5 || ioc_at(s, k) != '-')
        return 0;
    for (e = k + 1; e < s->text.n && is_digit(s->text.p[e]);)
        e++;
    if (e - k < 5 || e - k > 8 || is_word(ioc_at(s, e)))
        return 0;
    if (ioc_wants(s, IOC_BIT(CVE))) {
        char *p = arena_alloc(s->tmp, e - b);
        memcpy(p, "CVE", 3);
        memcpy(p + 3, s->text.p + i, e - i);
        ioc_add(s, IOC_CVE, b, e, (str){ p, e - b });
    }
    s->floor = e;
    return e;
}
