/* auditd.c - records of the Linux audit daemon: one line each. */
#include "auditd.h"

#include "base/ticks.h"
#include "base/utf8.h"

/* ---- the head of a line ------------------------------------------------- */

/* Numbers of the kernel's types (include/uapi/linux/audit.h). */
static const struct {
    int number;
    const char *name;
} types[] = {
    { 1006, "LOGIN" },    { 1100, "USER_AUTH" },     { 1101, "USER_ACCT" },
    { 1103, "CRED_ACQ" }, { 1104, "CRED_DISP" },     { 1105, "USER_START" },
    { 1106, "USER_END" }, { 1110, "CRED_REFR" },     { 1112, "USER_LOGIN" },
    { 1123, "USER_CMD" }, { 1130, "SERVICE_START" }, { 1131, "SERVICE_STOP" },
    { 1300, "SYSCALL" },  { 1302, "PATH" },          { 1305, "CONFIG_CHANGE" },
    { 1306, "SOCKADDR" }, { 1307, "CWD" },           { 1309, "EXECVE" },
    { 1320, "EOE" },      { 1327, "PROCTITLE" },     { 1400, "AVC" },
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A number of at most 18 digits at s[*i]; false: there is none. */
static bool take_number(str s, size_t *i, int64_t *n)
{
    size_t beg = *i;
    *n = 0;
    while (*i < s.n && is_digit(s.p[*i]) && *i - beg < 18)
        *n = *n * 10 + (s.p[(*i)++] - '0');
    return *i > beg && (*i == s.n || !is_digit(s.p[*i]));
}

static str type_name_of(str word)
{
    size_t i = 0;
    int64_t number;
    if (!take_number(word, &i, &number) || i != word.n)
        return word;
    for (size_t k = 0; k < sizeof types / sizeof *types; k++)
        if (types[k].number == number)
            return str_of(types[k].name);
    return word;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == 0x1d;
}

/* The bare word behind `key`, which begins a word of the line. */
static str word_after(str s, str key)
{
    for (size_t at = 0; at < s.n;) {
        ptrdiff_t found = str_find(str_sub(s, at, s.n), key);
        if (found < 0)
            return S("");
        size_t beg = at + (size_t)found;
        size_t end = at = beg + key.n;
        while (end < s.n && !is_blank(s.p[end]))
            end++;
        if (beg == 0 || is_blank(s.p[beg - 1]))
            return str_sub(s, beg + key.n, end);
    }
    return S("");
}

/* SECONDS.MILLIS:SERIAL at s[i]; seconds reach to the year 9999. */
static bool read_stamp(str s, size_t *i, struct audit_record *r)
{
    int64_t seconds, fraction, unit = TICKS_PER_SEC;
    if (!take_number(s, i, &seconds) || seconds > 253402300799 || *i == s.n ||
        s.p[(*i)++] != '.')
        return false;
    size_t beg = *i;
    if (!take_number(s, i, &fraction) || *i - beg > 7)
        return false;
    for (size_t k = beg; k < *i; k++)
        unit /= 10;
    r->time = TICKS_UNIX_EPOCH + seconds * TICKS_PER_SEC + fraction * unit;
    return *i < s.n && s.p[(*i)++] == ':' && take_number(s, i, &r->serial) &&
         *i < s.n && s.p[(*i)++] == ')';
}

bool audit_read(str line, struct audit_record *out)
{
    ptrdiff_t at = str_find(line, S("audit("));
    if (at < 0)
        return false;
    str head = str_sub(line, 0, (size_t)at);
    size_t i = (size_t)at + 6;
    *out = (struct audit_record){ .type = word_after(head, S("type=")),
                                  .node = word_after(head, S("node=")) };
    if (!out->type.n || !read_stamp(line, &i, out))
        return false;
    if (i < line.n && line.p[i] == ':')
        i++;
    out->type = type_name_of(out->type);
    out->fields = str_sub(line, i, line.n);
    return true;
}

/* ---- fields ------------------------------------------------------------- */

static size_t skip_blanks(str s, size_t i)
{
    while (i < s.n && is_blank(s.p[i]))
        i++;
    return i;
}

/* Behind the value at s[i]; a quote that is never closed ends with the line. */
static size_t end_of_value(str s, size_t i)
{
    char quote = i < s.n ? s.p[i] : 0;
    if (quote != '"' && quote != '\'') {
        while (i < s.n && !is_blank(s.p[i]))
            i++;
        return i;
    }
    ptrdiff_t end = str_find_char(str_sub(s, i + 1, s.n), quote);
    return end < 0 ? s.n : i + (size_t)end + 2;
}

static struct audit_field field_of(str key, str value)
{
    struct audit_field f = { key, value, false };
    if (value.n >= 1 && (value.p[0] == '"' || value.p[0] == '\'')) {
        bool closed = value.n > 1 && value.p[value.n - 1] == value.p[0];
        f.value = str_sub(value, 1, value.n - closed);
        f.quoted = true;
    }
    return f;
}

static void read_fields(struct arena *a, str s, bool nested,
                        struct audit_fields *out)
{
    for (size_t i = skip_blanks(s, 0); i < s.n; i = skip_blanks(s, i)) {
        size_t beg = i;
        while (i < s.n && s.p[i] != '=' && !is_blank(s.p[i]))
            i++;
        if (i == s.n || s.p[i] != '=')
            continue;
        str key = str_sub(s, beg, i);
        size_t from = ++i;
        i = end_of_value(s, from);
        str value = str_sub(s, from, i);
        struct audit_field f = field_of(key, value);
        if (!nested && value.n && value.p[0] == '\'')
            read_fields(a, f.value, true, out);
        else if (key.n)
            PUSH(a, out->list, f);
    }
}

void audit_fields(struct arena *a, str fields, struct audit_fields *out)
{
    *out = (struct audit_fields){ .list = { 0 } };
    read_fields(a, fields, false, out);
}

const struct audit_field *audit_find(const struct audit_fields *f,
                                     const char *key)
{
    for (size_t i = 0; i < f->list.n; i++)
        if (str_eqz(f->list.v[i].key, key))
            return &f->list.v[i];
    return NULL;
}

/* ---- texts -------------------------------------------------------------- */

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

str audit_unhex(struct arena *a, str digits)
{
    if (digits.n == 0 || digits.n % 2)
        return digits;
    for (size_t i = 0; i < digits.n; i++)
        if (hex_digit(digits.p[i]) < 0)
            return digits;
    char *p = arena_alloc(a, digits.n / 2);
    for (size_t i = 0; i < digits.n / 2; i++)
        p[i] = (char)(hex_digit(digits.p[2 * i]) * 16 +
                      hex_digit(digits.p[2 * i + 1]));
    str text = { p, digits.n / 2 };
    if (utf8_valid(text))
        return text;
    struct buf b;
    buf_init(&b, SIZE_MAX / 4);
    utf8_repair(&b, text);
    text = buf_take(&b, a);
    buf_release(&b);
    return text;
}

/* Numbered arguments are texts in EXECVE, numbers in SYSCALL. */
static bool is_argument(str type, str key)
{
    return str_eqz(type, "EXECVE") && key.n > 1 && key.p[0] == 'a' &&
           is_digit(key.p[1]) && !str_ends(key, S("_len"));
}

static bool may_be_digits(str type, str key)
{
    static const char *const texts[] = {
        "acct", "cmd", "comm", "cwd",  "data", "dir",       "exe",  "file",
        "grp",  "key", "name", "path", "sw",   "proctitle", "unit", "watch",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (str_eqz(key, texts[i]))
            return true;
    return is_argument(type, key);
}

str audit_text(struct arena *a, str type, const struct audit_field *f)
{
    if (f->quoted)
        return f->value;
    if (str_eqz(f->value, "(null)") || str_eqz(f->value, "?"))
        return S("");
    return may_be_digits(type, f->key) ? audit_unhex(a, f->value) : f->value;
}
