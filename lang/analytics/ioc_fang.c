/* ioc_fang.c - the spellings that keep an indicator from being clicked.
 *
 * Called by: the indicator scanner, refang.c.
 * Writers put dots, colons and at signs into brackets or spell them out, and
 * bend the letters of the scheme. A bare half of a bracket counts only between
 * two words. */
#include "ioc_int.h"

enum { MAX_SCHEME = 12 };

static char at(str s, size_t i)
{
    return i < s.n ? s.p[i] : '\0';
}

static char closing(char open)
{
    return open == '[' ? ']' : open == '(' ? ')' : open == '{' ? '}' : '\0';
}

static bool is_closing(char c)
{
    return c == ']' || c == ')' || c == '}';
}

/* "[word]" with any bracket at i, in any case; its length. */
static size_t bracketed(str s, size_t i, str word)
{
    char close = closing(at(s, i));
    if (close && str_ieq(str_sub(s, i + 1, i + 1 + word.n), word) &&
        at(s, i + 1 + word.n) == close)
        return word.n + 2;
    return 0;
}

/* One blank on either side of a sign in square brackets goes with it; round
 * ones are in sentences, too. */
static size_t with_blanks(str s, size_t i,
                          size_t (*form)(str s, size_t i))
{
    size_t lead = at(s, i) == ' ';
    size_t n = form(s, i + lead);
    if (!n || (lead && at(s, i + 1) != '['))
        return 0;
    return lead + n + (lead && at(s, i + lead + n) == ' ');
}

static size_t dot_in_brackets(str s, size_t i)
{
    size_t n = bracketed(s, i, S("."));
    return n ? n : bracketed(s, i, S("dot"));
}

size_t fang_dot(str s, size_t i)
{
    char c = at(s, i);
    if (c == '.') {
        bool half = is_closing(at(s, i + 1)) && is_word(at(s, i + 2)) &&
                    i > 0 && is_word(s.p[i - 1]);
        return half ? 2 : 1;
    }
    if (!closing(c) && c != ' ')
        return 0;
    size_t n = with_blanks(s, i, dot_in_brackets);
    if (n)
        return n;
    return closing(c) && at(s, i + 1) == '.' && is_word(at(s, i + 2)) ? 2 : 0;
}

static size_t at_in_brackets(str s, size_t i)
{
    size_t n = bracketed(s, i, S("@"));
    return n ? n : bracketed(s, i, S("at"));
}

size_t fang_at(str s, size_t i)
{
    if (at(s, i) == '@')
        return 1;
    return closing(at(s, i)) || at(s, i) == ' '
             ? with_blanks(s, i, at_in_brackets) : 0;
}

size_t fang_colon(str s, size_t i)
{
    return at(s, i) == ':' ? 1 : bracketed(s, i, S(":"));
}

size_t fang_scheme_end(str s, size_t i)
{
    size_t n = bracketed(s, i, S("://"));
    if (n)
        return n;
    n = fang_colon(s, i);
    if (!n)
        return 0;
    if (at(s, i + n) == '/' && at(s, i + n + 1) == '/')
        return n + 2;
    size_t slashes = bracketed(s, i + n, S("//"));
    if (slashes)
        return n + slashes;
    for (int k = 0; k < 2; k++) { /* [/][/] */
        size_t one = bracketed(s, i + n, S("/"));
        if (!one)
            return 0;
        n += one;
    }
    return n;
}

/* h??p and f?p: x, X or * stand for t. */
static void unbend(char *scheme, size_t n)
{
    if (n < 3)
        return;
    for (size_t i = 0; i < n; i++)
        if ((scheme[i] == 'x' || scheme[i] == '*') && i + 1 < n && i > 0 &&
            (scheme[0] == 'h' || scheme[i - 1] == 'f'))
            scheme[i] = 't';
}

static const char *const schemes[] = {
    "http", "https", "ftp",    "ftps",   "sftp", "ssh",  "scp",  "telnet",
    "ldap", "ldaps", "file",   "smb",    "nfs",  "tcp",  "udp",  "ws",
    "wss",  "rdp",   "gopher", "rmi",    "iiop", "git",  "dns",  "irc",
    "ircs", "rtsp",  "tftp",   "webdav", "svn",  "dict", "imap", "smtp",
};

bool fang_scheme(str s, const char **plain)
{
    char low[MAX_SCHEME];
    if (s.n < 2 || s.n > sizeof low)
        return false;
    for (size_t i = 0; i < s.n; i++)
        low[i] = is_letter(s.p[i]) ? (char)(s.p[i] | 32) : s.p[i];
    unbend(low, s.n);
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (str_eqz((str){ low, s.n }, schemes[i])) {
            *plain = schemes[i];
            return true;
        }
    return false;
}
