/* ioc_path.c - paths of files and registry keys.
 *
 * Called by: ioc_scan.c at slashes, ioc_addr.c at the colon of a drive.
 * A path begins with something that only paths have: a drive, \\server\share,
 * %VARIABLE%\, .\, a hive of the registry, a folder of the root of Unix. Names
 * may hold blanks, so without quotes it is a guess where a path ends: a blank
 * is inside when a further backslash follows before anything that no name has,
 * and what stands before it has no ending as files have. */
#include "ioc_int.h"

enum { MAX_SEGMENT = 255, MAX_ROOT_WORD = 32 };

/* ---- the body ---------------------------------------------------------- */

static bool ends_name(char c)
{
    switch (c) {
    case '<': case '>': case ':': case '"': case '|': case '?': case '*':
    case ';': return true;
    default: return (unsigned char)c < 0x20;
    }
}

/* Whether [b, e) ends as a file does: .exe, .ps1, .dll */
static bool has_ending(str s, size_t b, size_t e)
{
    size_t i = e;
    while (i > b && e - i < 6 && is_alnum(s.p[i - 1]))
        i--;
    return e - i >= 2 && e - i <= 5 && i > b && s.p[i - 1] == '.' &&
           is_letter(s.p[i]);
}

struct body {
    char quote;          /* ends the path; blanks are inside then */
    bool slash;          /* C:/x: this sign parts the names, too */
};

static bool is_sep(const struct body *b, char c)
{
    return c == '\\' || (b->slash && c == '/');
}

/* Programs and scripts: a blank behind one begins its arguments, even inside
 * quotes. */
static bool ends_program(str s, size_t b, size_t e)
{
    static const char *const endings[] = { ".exe", ".dll", ".bat", ".cmd",
                                           ".ps1", ".vbs", ".hta", ".scr",
                                           ".com", ".msi", ".sys", ".js" };
    for (size_t k = 0; k < sizeof endings / sizeof *endings; k++) {
        size_t n = strlen(endings[k]);
        if (e - b > n && str_ieqz(str_sub(s, e - n, e), endings[k]))
            return true;
    }
    return false;
}

/* The end of the name that begins at i. */
static size_t name_end(const struct ioc_scanner *s, size_t i,
                       const struct body *b)
{
    str t = s->text;
    size_t blank = 0, k = i;
    for (; k < t.n && k - i < MAX_SEGMENT; k++) {
        char c = t.p[k];
        if (is_alnum(c))
            continue;
        if (is_sep(b, c) || ends_name(c) || (b->quote && c == b->quote))
            break;
        if (c == ',' && !b->quote && has_ending(t, i, k))
            return k;
        if (c == ')' && !b->quote && str_find_char(str_sub(t, i, k), '(') < 0)
            break;
        if (c == ' ' && b->quote && ends_program(t, i, k))
            return k;
        if (c != ' ' || b->quote || blank)
            continue;
        char next = ioc_at(s, k + 1);
        if (has_ending(t, i, k) || is_sep(b, next) || next == '-' ||
            next == '/' || next == ' ')
            return k;
        blank = k;
    }
    bool inside = k < t.n && is_sep(b, t.p[k]) && t.p[k - (k > i)] != ' ';
    return blank && !inside ? blank : k;
}

/* From a separator at i to the end of the path. */
static size_t path_end(const struct ioc_scanner *s, size_t i, struct body b)
{
    str t = s->text;
    size_t e = i;
    while (e < t.n && is_sep(&b, t.p[e])) {
        size_t k = e;
        while (k < t.n && k - e < 2 && is_sep(&b, t.p[k]))
            k++;
        size_t end = name_end(s, k, &b);
        if (end == k)
            break;
        e = end;
    }
    while (e > i && strchr(".,)'", t.p[e - 1]) && t.p[e - 1] != '\0' &&
           (t.p[e - 1] != ')' ||
            str_find_char(str_sub(t, i, e), '(') < 0))
        e--;
    return e;
}

/* The path with doubled backslashes, as JSON writes them, made single. */
static str path_text(struct ioc_scanner *s, size_t beg, size_t body, size_t end)
{
    str v = str_sub(s->text, beg, end);
    if (str_find(str_sub(s->text, body, end), S("\\\\")) < 0)
        return v;
    char *p = arena_alloc(s->tmp, v.n), *q = p;
    for (size_t i = 0; i < v.n; i++) {
        *q++ = v.p[i];
        if (v.p[i] == '\\' && beg + i >= body && i + 1 < v.n &&
            v.p[i + 1] == '\\')
            i++;
    }
    return (str){ p, (size_t)(q - p) };
}

static char quote_before(const struct ioc_scanner *s, size_t beg)
{
    char c = ioc_before(s, beg);
    return c == '"' || c == '\'' ? c : '\0';
}

/* Adds the path from `beg` whose names begin at the separator `i`; the place
 * to go on from, 0 when there is no name. */
static size_t add_path(struct ioc_scanner *s, enum ioc_type t, size_t beg,
                       size_t i)
{
    struct body b = { quote_before(s, beg), ioc_at(s, i) == '/' };
    size_t e = path_end(s, i, b);
    if (e <= i)
        return 0;
    if (ioc_wants(s, 1u << t))
        ioc_add(s, t, beg, e, path_text(s, beg, i, e));
    s->floor = e;
    return e;
}

/* ---- Windows ----------------------------------------------------------- */

size_t scan_drive(struct ioc_scanner *s, size_t i)
{
    if (i < 1 || i < s->floor + 1 || !is_letter(s->text.p[i - 1]) ||
        is_word(ioc_before(s, i - 1)))
        return 0;
    if (ioc_at(s, i + 1) == '/' && !is_word(ioc_at(s, i + 2)))
        return 0;
    return add_path(s, IOC_WINDOWS_PATH, i - 1, i + 1);
}

/* HKLM, HKEY_LOCAL_MACHINE, … with or without a colon right before i. */
static size_t hive_start(const struct ioc_scanner *s, size_t i)
{
    static const char *const hives[] = {
        "HKLM", "HKCU", "HKCR", "HKU", "HKCC", "HKEY_LOCAL_MACHINE",
        "HKEY_CURRENT_USER", "HKEY_CLASSES_ROOT", "HKEY_USERS",
        "HKEY_CURRENT_CONFIG", "HKEY_PERFORMANCE_DATA",
    };
    size_t end = i - (ioc_before(s, i) == ':'), b = end;
    while (b > s->floor && end - b < MAX_ROOT_WORD &&
           (is_letter(s->text.p[b - 1]) || s->text.p[b - 1] == '_'))
        b--;
    str word = str_sub(s->text, b, end);
    for (size_t k = 0; k < sizeof hives / sizeof *hives; k++)
        if (str_ieqz(word, hives[k]))
            return b;
    return i;
}

/* Names of the system's own: \REGISTRY\MACHINE\…, \Device\… */
static size_t scan_native(struct ioc_scanner *s, size_t i)
{
    static const struct {
        const char *root;
        enum ioc_type type;
    } roots[] = {
        { "\\REGISTRY\\MACHINE\\", IOC_REGISTRY_KEY },
        { "\\REGISTRY\\USER\\", IOC_REGISTRY_KEY },
        { "\\REGISTRY\\A\\", IOC_REGISTRY_KEY },
        { "\\Device\\", IOC_WINDOWS_PATH },
        { "\\SystemRoot\\", IOC_WINDOWS_PATH },
    };
    if (is_word(ioc_before(s, i)) || ioc_before(s, i) == '\\')
        return 0;
    for (size_t k = 0; k < sizeof roots / sizeof *roots; k++) {
        size_t n = strlen(roots[k].root);
        if (str_ieqz(str_sub(s->text, i, i + n), roots[k].root))
            return add_path(s, roots[k].type, i, i);
    }
    return 0;
}

/* \\server\share\…, \\.\pipe\…, \\?\C:\…; JSON doubles each backslash. */
static size_t scan_unc(struct ioc_scanner *s, size_t i)
{
    struct host h;
    char before = ioc_before(s, i);
    size_t k = i;
    while (k < s->text.n && k - i < 4 && s->text.p[k] == '\\')
        k++;
    if ((k - i != 2 && k - i != 4) || is_word(before) || before == ':' ||
        before == '\\' || before == '.' || before == '%')
        return 0;
    size_t e = k, step = (k - i) / 2;
    bool device = (ioc_at(s, k) == '.' || ioc_at(s, k) == '?');
    if (device)
        e = k + 1;
    else if (host_read(s->text, k, &h))
        e = h.end;
    if (device && ioc_at(s, e + step + 1) == ':')
        return 0; /* \\?\C:\…: the drive is found next */
    if (e == k || ioc_at(s, e) != '\\' || !is_word(ioc_at(s, e + step)))
        return 0;
    size_t next = add_path(s, IOC_WINDOWS_PATH, i, e);
    if (next && !device)
        host_add(s, &h);
    return next;
}

/* %TEMP%\x, $env:TEMP\x, .\x, ..\x */
static size_t relative_start(const struct ioc_scanner *s, size_t i)
{
    size_t b = i;
    char c = ioc_before(s, i);
    if (c == '%') {
        b--;
        while (b > s->floor && i - b < MAX_ROOT_WORD &&
               (is_word(s->text.p[b - 1]) || s->text.p[b - 1] == '(' ||
                s->text.p[b - 1] == ')'))
            b--;
        return ioc_before(s, b) == '%' && b > s->floor ? b - 1 : i;
    }
    if (c == '.') {
        while (b > s->floor && i - b < 2 && s->text.p[b - 1] == '.')
            b--;
        c = ioc_before(s, b);
        return is_word(c) || c == '.' || c == '\\' || c == '/' ? i : b;
    }
    while (b > s->floor && i - b < MAX_ROOT_WORD && is_word(s->text.p[b - 1]))
        b--;
    return b >= s->floor + 5 && str_ieq(str_sub(s->text, b - 5, b), S("$env:"))
             ? b - 5 : i;
}

size_t scan_backslash(struct ioc_scanner *s, size_t i)
{
    size_t next = 0, b;
    if (i < s->floor)
        return i + 1;
    b = hive_start(s, i);
    if (b < i)
        next = add_path(s, IOC_REGISTRY_KEY, b, i);
    if (!next)
        next = scan_native(s, i);
    if (!next)
        next = scan_unc(s, i);
    if (!next && (b = relative_start(s, i)) < i)
        next = add_path(s, IOC_WINDOWS_PATH, b, i);
    return next ? next : i + 1;
}

/* ---- Unix -------------------------------------------------------------- */

static bool is_root_folder(str name)
{
#define ROOT(z) { z, sizeof z - 1 }
    static const str roots[] = {
        ROOT("bin"),   ROOT("boot"),         ROOT("dev"),     ROOT("etc"),
        ROOT("home"),  ROOT("lib"),          ROOT("lib32"),   ROOT("lib64"),
        ROOT("media"), ROOT("mnt"),          ROOT("opt"),     ROOT("private"),
        ROOT("proc"),  ROOT("root"),         ROOT("run"),     ROOT("sbin"),
        ROOT("srv"),   ROOT("sys"),          ROOT("tmp"),     ROOT("usr"),
        ROOT("var"),   ROOT("Applications"), ROOT("Library"), ROOT("System"),
        ROOT("Users"), ROOT("Volumes"),      ROOT("data"),    ROOT("snap"),
    };
#undef ROOT
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
        if (roots[i].n == name.n && memcmp(roots[i].p, name.p, name.n) == 0)
            return true;
    return false;
}

static bool begins_path(char before)
{
    switch (before) {
    case '\0': case '"': case '\'': case '=': case '(': case ',': case ';':
    case '|': case '<': case '>': case '&': case '[': case '{': case ':':
    case '@': case '`': case '!': return true;
    default: return is_blank(before);
    }
}

static size_t unix_end(const struct ioc_scanner *s, size_t i, char quote)
{
    str t = s->text;
    size_t e = i;
    while (e < t.n && (unsigned char)t.p[e] > 0x20 &&
           !strchr("\"'<>|;&,`:\\", t.p[e]) && t.p[e] != quote)
        e++;
    if (quote) { /* blanks are inside when the quote is closed */
        size_t k = e;
        while (k < t.n && t.p[k] != quote && t.p[k] != '\n' && k - i < 4096)
            k++;
        if (k < t.n && t.p[k] == quote && e < t.n && t.p[e] == ' ')
            e = k;
    }
    while (e > i && strchr(".,)]}!?", t.p[e - 1]) && t.p[e - 1] != '\0')
        e--;
    return e;
}

size_t scan_slash(struct ioc_scanner *s, size_t i)
{
    size_t b = i;
    if (ioc_wants(s, IOC_BIT(USER_AGENT))) {
        size_t next = scan_agent(s, i);
        if (next)
            return next;
    }
    if (i < s->floor || i < s->url_end)
        return i + 1;
    while (b > s->floor && i - b < 2 && s->text.p[b - 1] == '.')
        b--;
    if (b == i && b > s->floor && s->text.p[b - 1] == '~')
        b--;
    if (!begins_path(ioc_before(s, b)))
        return i + 1;
    size_t k = i + 1;
    while (k < s->text.n && k - i < MAX_ROOT_WORD && is_alnum(s->text.p[k]))
        k++;
    if (b == i && !is_root_folder(str_sub(s->text, i + 1, k)))
        return i + 1;
    size_t e = unix_end(s, i, quote_before(s, b));
    if (e <= i + 1)
        return i + 1;
    str path = str_sub(s->text, b, e);
    if (ioc_wants(s, IOC_BIT(LINUX_PATH)))
        ioc_add(s, IOC_LINUX_PATH, b, e, path);
    /* The shell's way to connect: what follows is a host. */
    if (str_starts(path, S("/dev/tcp/")) || str_starts(path, S("/dev/udp/")))
        return i + 1;
    s->floor = e;
    return e;
}
