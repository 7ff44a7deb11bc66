/* fn_parse.c - paths, CSV records and command lines taken apart.
 *
 * Called by: the engine, through the rows at the end. */
#include "funcs.h"

#include "analytics/cmdline.h"
#include "dyn_int.h"

/* --- parse_path ------------------------------------------------------- */

struct path {
    str scheme, root, directory, folder, file, extension, stream;
    const char *end; /* of the text */
};

static bool is_letter(char c)
{
    c = (char)(c | 32);
    return c >= 'a' && c <= 'z';
}

static bool is_slash(char c)
{
    return c == '/' || c == '\\';
}

/* Offset behind the last slash; 0 when there is none. */
static size_t behind_slash(str s)
{
    size_t i = s.n;
    while (i > 0 && !is_slash(s.p[i - 1]))
        i--;
    return i;
}

/* scheme:// with at least two letters, so that C:// is a drive. */
static str cut_scheme(str s, struct path *p)
{
    size_t n = 0;
    while (n < s.n && is_letter(s.p[n]))
        n++;
    if (n < 2 || !str_starts(str_sub(s, n, s.n), S("://")))
        return s;
    p->scheme = str_sub(s, 0, n);
    return str_sub(s, n + 3, s.n);
}

/* C: at the front, also behind \\?\ and \\.\ and one slash (/C:/x). */
static void find_root(str s, struct path *p)
{
    size_t i = 0;
    if (s.n > 4 && is_slash(s.p[0]) && is_slash(s.p[1]) &&
        (s.p[2] == '?' || s.p[2] == '.') && is_slash(s.p[3]))
        i = 4;
    else if (s.n > 2 && s.p[0] == '/')
        i = 1;
    if (s.n >= i + 2 && is_letter(s.p[i]) && s.p[i + 1] == ':')
        p->root = str_sub(s, i, i + 2);
}

static void split_file(str file, struct path *p)
{
    ptrdiff_t colon = str_find_char(file, ':');
    size_t drive = p->root.n && file.p == p->root.p ? 2 : 0;
    if (drive)
        colon = str_find_char(str_sub(file, 2, file.n), ':');
    if (colon >= 0) {
        size_t at = (size_t)colon + drive;
        p->stream = str_sub(file, at + 1, file.n);
        file = str_sub(file, 0, at);
    }
    file = str_sub(file, drive, file.n);
    p->file = file;
    for (size_t i = file.n; i > 0; i--)
        if (file.p[i - 1] == '.') {
            p->extension = str_sub(file, i, file.n);
            break;
        }
}

static void split_path(str s, struct path *p)
{
    *p = (struct path){ .end = s.p + s.n };
    s = cut_scheme(s, p);
    find_root(s, p);
    size_t name = behind_slash(s);
    split_file(str_sub(s, name, s.n), p);
    if (name == 0) {
        p->directory = p->root;
        return;
    }
    /* The slash itself is no part of the directory, unless it is all of it. */
    p->directory = str_sub(s, 0, name > 1 ? name - 1 : 1);
    p->folder = str_sub(s, behind_slash(str_sub(s, 0, name - 1)), name - 1);
    if (p->root.n && str_eq(p->folder, p->root))
        p->folder = STR_NONE;
}

/* The root has its slash: C:\ and C:/, but C: alone. */
static str root_path(const struct path *p)
{
    size_t n = p->root.n;
    bool slash = n && p->root.p + n < p->end && is_slash(p->root.p[n]);
    return (str){ p->root.p, n + slash };
}

static void parse_path(struct fn_ctx *cx, const struct value *in, size_t nin,
                       struct value *out)
{
    struct path p;
    struct buf b;
    (void)nin;
    split_path(in[0].s, &p);
    dyn_begin(&b);
    buf_addc(&b, '{');
    dyn_text_member(&b, "Scheme", p.scheme);
    dyn_text_member(&b, "RootPath", root_path(&p));
    dyn_text_member(&b, "DirectoryPath", p.directory);
    dyn_text_member(&b, "DirectoryName", p.folder);
    dyn_text_member(&b, "Filename", p.file);
    dyn_text_member(&b, "Extension", p.extension);
    dyn_text_member(&b, "AlternateDataStreamName", p.stream);
    buf_addc(&b, '}');
    dyn_end(cx, &b, out);
}

/* --- parse_csv -------------------------------------------------------- */

/* One field of an RFC 4180 record into `field`; s.p[*i] is then the comma or
 * line break that ended it. */
static void csv_field(str s, size_t *i, struct buf *field)
{
    bool quoted = *i < s.n && s.p[*i] == '"';
    *i += quoted;
    while (*i < s.n) {
        char c = s.p[*i];
        if (!quoted && (c == ',' || c == '\n' || c == '\r'))
            return;
        if (quoted && c == '"') {
            ++*i;
            if (*i == s.n || s.p[*i] != '"') {
                quoted = false;
                continue;
            }
        }
        buf_addc(field, c);
        ++*i;
    }
}

static void add_text(struct buf *b, struct buf *text)
{
    if (b->n > 1)
        buf_addc(b, ',');
    json_text_str(b, buf_str(text));
    buf_reset(text);
}

static void parse_csv(struct fn_ctx *cx, const struct value *in, size_t nin,
                      struct value *out)
{
    struct buf b, field;
    str s = in[0].s;
    (void)nin;
    dyn_begin(&b);
    dyn_begin(&field);
    buf_addc(&b, '[');
    for (size_t i = 0;; i++) {
        csv_field(s, &i, &field);
        add_text(&b, &field);
        if (i >= s.n || s.p[i] != ',')
            break;
    }
    buf_addc(&b, ']');
    dyn_end(cx, &b, out);
    buf_release(&field);
}

/* --- parse_command_line ------------------------------------------------ */

static void split_command(str s, struct buf *b)
{
    struct buf arg;
    dyn_begin(&arg);
    buf_addc(b, '[');
    s = str_trim(s);
    for (size_t i = 0; i < s.n;) {
        windows_word(s, &i, &arg);
        add_text(b, &arg);
    }
    buf_addc(b, ']');
    buf_release(&arg);
}

static void parse_command_line(struct fn_ctx *cx, const struct value *in,
                               size_t nin, struct value *out)
{
    struct buf b;
    (void)nin;
    if (!str_ieqz(in[1].s, "windows")) {
        fn_fail(cx, "parse_command_line() knows the parser \"windows\" only");
        return;
    }
    dyn_begin(&b);
    split_command(in[0].s, &b);
    dyn_end(cx, &b, out);
}

const struct lang_func funcs_parse[] = {
    { .name = "parse_path", .params = "string", .ret = TYPE_DYNAMIC,
      .row = parse_path, .usage = "parse_path(path)",
      .summary = "A bag of the path's parts: Scheme, RootPath, "
                 "DirectoryPath, DirectoryName, Filename, Extension, "
                 "AlternateDataStreamName.",
      .example = "print parse_path(@'C:\\Windows\\cmd.exe').Filename" },
    { .name = "parse_csv", .params = "string", .ret = TYPE_DYNAMIC,
      .row = parse_csv, .usage = "parse_csv(text)",
      .summary = "The fields of the first CSV record in a text.",
      .example = "print parse_csv('a,\"b, c\",d')" },
    { .name = "parse_command_line", .params = "string, string",
      .ret = TYPE_DYNAMIC, .row = parse_command_line,
      .usage = "parse_command_line(text, \"windows\")",
      .summary = "The arguments of a command line, split as Windows does it.",
      .example = "print parse_command_line('net user \"a b\"', 'windows')" },
};
const size_t nfuncs_parse = ROWS(funcs_parse);
