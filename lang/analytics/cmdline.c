/* cmdline.c - command lines into words, program and switches.
 *
 * Called by: cmdline_frame.c, tests. */
#include "cmdline.h"

enum { MAX_TOKENS = 4096 };

struct splitter {
    struct arena *a;
    str s;
    size_t i;
    struct buf word;
    struct cmdline *c;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static char at(const struct splitter *x, size_t i)
{
    return i < x->s.n ? x->s.p[i] : '\0';
}

static void end_word(struct splitter *x)
{
    str w = buf_take(&x->word, x->a);
    PUSH(x->a, x->c->tokens, w);
}

/* ---- Windows ----------------------------------------------------------- */

static bool between_words(char c)
{
    return c == ' ' || c == '\t';
}

/* Up to a blank, or between quotes; backslashes are literal. */
static void windows_program(str s, size_t *i, struct buf *word)
{
    bool quoted = s.p[*i] == '"';
    *i += quoted;
    while (*i < s.n && (quoted ? s.p[*i] != '"' : !between_words(s.p[*i])))
        buf_addc(word, s.p[(*i)++]);
    *i += quoted && *i < s.n;
}

/* Before a quote two backslashes are one, an odd one keeps the quote. */
static void backslashes(str s, size_t *i, struct buf *word)
{
    size_t n = 0;
    while (*i < s.n && s.p[*i] == '\\')
        n++, ++*i;
    bool quote = *i < s.n && s.p[*i] == '"';
    buf_fill(word, '\\', quote ? n / 2 : n);
    if (quote && n % 2) {
        buf_addc(word, '"');
        ++*i;
    }
}

/* "" inside quotes is a quote and ends the quoting. */
static void windows_argument(str s, size_t *i, struct buf *word)
{
    bool quoted = false;
    while (*i < s.n && (quoted || !between_words(s.p[*i]))) {
        if (s.p[*i] == '\\') {
            backslashes(s, i, word);
        } else if (s.p[*i] != '"') {
            buf_addc(word, s.p[(*i)++]);
        } else {
            ++*i;
            if (quoted && *i < s.n && s.p[*i] == '"')
                buf_addc(word, s.p[(*i)++]);
            quoted = !quoted;
        }
    }
}

void windows_word(str s, size_t *i, struct buf *word)
{
    if (*i == 0)
        windows_program(s, i, word);
    else
        windows_argument(s, i, word);
    while (*i < s.n && between_words(s.p[*i]))
        ++*i;
}

/* ---- POSIX ------------------------------------------------------------- */

static bool is_operator(char c)
{
    return c == '|' || c == ';' || c == '&';
}

/* Inside double quotes a backslash escapes only $ ` " \ and the line end. */
static void double_quotes(struct splitter *x)
{
    for (x->i++; x->i < x->s.n && x->s.p[x->i] != '"'; x->i++) {
        char next = at(x, x->i + 1);
        if (x->s.p[x->i] == '\\' && next && strchr("$`\"\\\n", next))
            x->i++;
        buf_addc(&x->word, x->s.p[x->i]);
    }
    x->i += x->i < x->s.n;
}

static void posix_word(struct splitter *x)
{
    if (is_operator(at(x, x->i))) {
        while (is_operator(at(x, x->i)))
            buf_addc(&x->word, x->s.p[x->i++]);
        return;
    }
    while (x->i < x->s.n && !is_blank(x->s.p[x->i]) &&
           !is_operator(x->s.p[x->i])) {
        char c = x->s.p[x->i];
        if (c == '"') {
            double_quotes(x);
        } else if (c == '\'') {
            for (x->i++; x->i < x->s.n && x->s.p[x->i] != '\''; x->i++)
                buf_addc(&x->word, x->s.p[x->i]);
            x->i += x->i < x->s.n;
        } else {
            x->i += c == '\\' && x->i + 1 < x->s.n;
            buf_addc(&x->word, x->s.p[x->i++]);
        }
    }
}

/* ---- program and switches ---------------------------------------------- */

/* NAME=value in front of a command of a shell. */
static bool is_assignment(str t)
{
    ptrdiff_t eq = str_find_char(t, '=');
    for (ptrdiff_t i = 0; i < eq; i++) {
        char c = t.p[i];
        bool letter = ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_';
        if (!letter && (i == 0 || c < '0' || c > '9'))
            return false;
    }
    return eq > 0;
}

/* A path, an assignment or a tool of Unix at the front, or a pipe to a shell;
 * else it is taken for Windows. */
static enum cmdline_os guess_os(str s)
{
    static const char *const fronts[] = { "/", "./", "~/", ":(", "sudo ",
                                          "bash ", "sh ", "curl -", "wget ",
                                          "chmod ", "python3 ", "cat ",
                                          "rm -", "export " };
    static const char *const parts[] = { "/bin/", "/etc/", "/tmp/", "~/",
                                         "| sh", "|sh", "| bash", "|bash" };
    size_t word = 0;
    for (size_t i = 0; i < sizeof fronts / sizeof *fronts; i++)
        if (str_starts(s, str_of(fronts[i])))
            return CMDLINE_POSIX;
    if (str_find(s, S(".exe")) >= 0 || str_find_char(s, '\\') >= 0)
        return CMDLINE_WINDOWS;
    while (word < s.n && !is_blank(s.p[word]))
        word++;
    if (word < s.n && is_assignment(str_sub(s, 0, word)))
        return CMDLINE_POSIX;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (str_find(s, str_of(parts[i])) >= 0)
            return CMDLINE_POSIX;
    return CMDLINE_WINDOWS;
}

static str file_name(str path, enum cmdline_os os)
{
    size_t i = path.n;
    while (i > 0 && path.p[i - 1] != '/' &&
           !(os == CMDLINE_WINDOWS && path.p[i - 1] == '\\'))
        i--;
    return str_sub(path, i, path.n);
}

static void find_program(struct cmdline *c)
{
    size_t i = 0;
    while (c->os == CMDLINE_POSIX && i + 1 < c->tokens.n &&
           is_assignment(c->tokens.v[i]))
        i++;
    if (i < c->tokens.n)
        c->program = file_name(c->tokens.v[i], c->os);
}

/* -name, --name=value, /name:value; a path with a second slash is none. */
static void add_switch(struct arena *a, struct cmdline *c, str t)
{
    bool slash = c->os == CMDLINE_WINDOWS && t.n > 1 && t.p[0] == '/' &&
                 str_find_char(str_sub(t, 1, t.n), '/') < 0;
    if (t.n < 2 || (t.p[0] != '-' && !slash))
        return;
    size_t end = 1;
    while (end < t.n && t.p[end] != '=' && t.p[end] != ':')
        end++;
    struct cmdline_switch s = { str_sub(t, 0, end),
                                str_sub(t, end + 1, t.n) };
    PUSH(a, c->switches, s);
}

void cmdline_parse(struct arena *a, str text, enum cmdline_os os,
                   struct cmdline *out)
{
    struct splitter x = { .a = a, .s = str_trim(text), .c = out };
    *out = (struct cmdline){ .os = os };
    if (os == CMDLINE_AUTO)
        out->os = guess_os(x.s);
    buf_init(&x.word, text.n + 1);
    while (x.i < x.s.n && out->tokens.n < MAX_TOKENS) {
        if (out->os == CMDLINE_POSIX)
            posix_word(&x);
        else
            windows_word(x.s, &x.i, &x.word);
        end_word(&x);
        while (x.i < x.s.n && is_blank(x.s.p[x.i]))
            x.i++;
    }
    if (x.i < x.s.n) /* what is too many stays together */
        PUSH(a, out->tokens, arena_str(a, str_sub(x.s, x.i, x.s.n)));
    buf_release(&x.word);
    find_program(out);
    for (size_t i = 1; i < out->tokens.n; i++)
        add_switch(a, out, out->tokens.v[i]);
    out->obfuscation = cmdline_obfuscation(x.s);
    cmdline_match(a, x.s, out);
}
