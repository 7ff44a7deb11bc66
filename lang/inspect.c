/* inspect.c - help on the word at the cursor; is the cell complete?
 *
 * Called by: the kernel's fast lane, at any time. */
#include "base/utf8.h"
#include "session.h"
#include "words.h"

static bool is_word_char(char ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
           (ch >= '0' && ch <= '9') || ch == '_' || (ch & 0x80);
}

/* The word around the cursor; a hyphen counts inside project-away. */
static str word_at(str code, uint32_t cursor, bool hyphen)
{
    size_t beg = cursor > code.n ? code.n : cursor, end = beg;
    while (beg > 0 && (is_word_char(code.p[beg - 1]) ||
                       (hyphen && code.p[beg - 1] == '-')))
        beg--;
    while (end < code.n &&
           (is_word_char(code.p[end]) || (hyphen && code.p[end] == '-')))
        end++;
    return str_sub(code, beg, end);
}

static bool describe_table_word(struct lang *l, str word, struct buf *b,
                                bool md)
{
    const struct table_info *t = catalog_find(l->catalog, word);
    if (!t)
        return false;
    buf_adds(b, md ? "**table** `" : "table ");
    utf8_printable(b, t->name);
    buf_addf(b, md ? "` — %llu rows\n\n" : ": %llu rows\n",
             (unsigned long long)t->nrows);
    for (size_t i = 0; i < t->ncols; i++) {
        buf_adds(b, md ? "- `" : "    ");
        utf8_printable(b, t->cols[i].name);
        buf_addf(b, md ? "` %s\n" : ": %s\n", type_name(t->cols[i].type));
    }
    return true;
}

static bool help_on(struct lang *l, str word, struct buf *b, bool md)
{
    return word.n && (describe_table_word(l, word, b, md) ||
                      word_help(&l->reg, word, b, md));
}

bool lang_inspect(struct lang *l, struct arena *a, str code, uint32_t cursor,
                  str *markdown, str *plain)
{
    bool found = false;
    struct buf b;
    buf_init(&b, 1 << 20);
    pthread_mutex_lock(&l->lock);
    for (int hyphen = 1; hyphen >= 0 && !found; hyphen--) {
        str word = word_at(code, cursor, hyphen);
        found = help_on(l, word, &b, true);
        if (!found)
            continue;
        *markdown = buf_take(&b, a);
        help_on(l, word, &b, false);
        *plain = buf_take(&b, a);
    }
    pthread_mutex_unlock(&l->lock);
    buf_release(&b);
    return found;
}

/* ---- is it complete? ---- */

static int open_brackets(const struct tokens *ts)
{
    int depth = 0;
    for (size_t i = 0; i < ts->n; i++)
        if (ts->v[i].kind == TOK_PUNCT && ts->v[i].text.n == 1) {
            if (strchr("([{", ts->v[i].text.p[0]))
                depth++;
            if (strchr(")]}", ts->v[i].text.p[0]))
                depth--;
        }
    return depth;
}

static bool wants_more(const struct tokens *ts)
{
    static const char *const words[] = {
        "by",     "on",      "with",      "and", "or", "where",
        "extend", "project", "summarize", "has", "in", "==",
        "=",      "|",       ",",         "+",   "to", "as"
    };
    if (ts->n == 0)
        return false;
    const struct token *last = &ts->v[ts->n - 1];
    if (last->kind != TOK_NAME && last->kind != TOK_PUNCT)
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eqz(last->text, words[i]))
            return true;
    return false;
}

static bool unterminated_fence(const struct diags *ds, str code)
{
    for (size_t i = 0; i < ds->list.n; i++)
        if (ds->list.v[i].code == DIAG_UNTERMINATED) {
            str at = str_sub(code, ds->list.v[i].span.beg, code.n);
            return str_find(str_sub(at, 0, 4), S("```")) >= 0 ||
                   str_find(str_sub(at, 0, 4), S("~~~")) >= 0;
        }
    return false;
}

enum completeness_of_code lang_is_complete(struct lang *l, str code,
                                           struct buf *indent)
{
    struct arena *a = arena_new();
    struct diags ds;
    struct tokens ts;
    enum completeness_of_code answer = CODE_COMPLETE;
    diags_init(&ds, a);
    lex(a, code, &ts, &ds);
    bool more = open_brackets(&ts) > 0 || wants_more(&ts) ||
                unterminated_fence(&ds, code);
    if (more) {
        answer = CODE_INCOMPLETE;
        buf_adds(indent, open_brackets(&ts) > 0 ? "    " : "");
    } else {
        diags_init(&ds, a);
        parse_cell(a, &l->reg, code, &ds);
        if (ds.nerrors)
            answer = CODE_INVALID;
    }
    arena_free(a);
    return answer;
}
