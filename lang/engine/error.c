/* error.c - DuckDB's error text becomes a diagnostic for the analyst.
 *
 * Called by: everything here that runs a statement.
 * Gives:     ST_USER for values the query cannot work with, ST_ENV for limits
 *            and for SQL of ours that was refused, ST_CANCELLED.
 *
 * The kind stands in front of the text ("Conversion Error: ..."), which the
 * library writes itself and data cannot forge. The text may quote data, so
 * what is quoted is cut, and only printable text goes on. */
#include "engine_int.h"

#include "base/utf8.h"

enum { MAX_QUOTED = 80, MAX_TEXT = 400, MAX_ENGINE_TEXT = 2000 };

enum kind { K_OURS, K_DATA, K_REGEX, K_MEMORY, K_POLICY, K_BROKEN };

static const struct {
    const char *prefix;
    enum kind kind;
} kinds[] = {
    { "Invalid Input Error: invalid repetition size: ", K_REGEX },
    { "Invalid Input Error: pattern too large - compile failed", K_REGEX },
    { "Invalid Input Error: " OUT_OF_MEMORY, K_MEMORY },
    { "Conversion Error: ", K_DATA },
    { "Invalid Input Error: ", K_DATA },
    { "Out of Range Error: ", K_DATA },
    { "Decimal Error: ", K_DATA },
    { "Divide by Zero Error: ", K_DATA },
    { "Object Size Error: ", K_DATA },
    { "Out of Memory Error: ", K_MEMORY },
    { "IO Error: ", K_MEMORY },
    { "Permission Error: ", K_POLICY },
    { "FATAL Error: ", K_BROKEN },
    { "INTERNAL Error: ", K_BROKEN },
};

static enum kind kind_of(str *text)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        str prefix = str_of(kinds[i].prefix);
        if (str_starts(*text, prefix)) {
            *text = str_sub(*text, prefix.n, text->n);
            return kinds[i].kind;
        }
    }
    return K_OURS;
}

/* Copies at most `limit` code points, and at most MAX_QUOTED of any run
 * between quotes; says with … where something was left out. */
static void cut_text(struct buf *b, str s, size_t limit)
{
    size_t quoted = 0, total = 0;
    char quote = 0;
    for (size_t i = 0; i < s.n && total < limit;) {
        size_t from = i;
        uint32_t c = utf8_next(s, &i);
        if (quote ? c == (unsigned char)quote : c == '\'' || c == '"') {
            quote = quote ? 0 : (char)c;
            quoted = 0;
        } else if (quote && quoted++ >= MAX_QUOTED) {
            if (quoted == MAX_QUOTED + 1)
                buf_adds(b, "…");
            continue;
        }
        if (c == '\n')
            buf_addc(b, ' ');
        else
            utf8_printable(b, str_sub(s, from, i));
        total++;
    }
    if (total >= limit)
        buf_adds(b, "…");
}

/* The statement is quoted after the sentence, and settings of the engine are
 * proposed; both are ours, not the analyst's, and mean nothing to them. */
static str without_sql(str text)
{
    static const char *const tails[] = { "\n\nLINE ", "\n\nPossible solutions:",
                                         "\nPossible solutions:" };
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        ptrdiff_t at = str_find(text, str_of(tails[i]));
        if (at >= 0)
            text = str_sub(text, 0, (size_t)at);
    }
    return text;
}

static enum status fail_data(str text, enum kind kind, struct diags *ds)
{
    struct buf b;
    buf_init(&b, 16 << 10);
    cut_text(&b, str_trim(without_sql(text)), MAX_TEXT);
    if (kind == K_REGEX)
        diag_error(ds, DIAG_REGEX, NO_SPAN,
                   "a regular expression is too large: its repetitions "
                   "multiply to too much%s%.*s",
                   b.n ? ", at " : "", STRF(buf_str(&b)));
    else
        diag_error(ds, DIAG_DATA, NO_SPAN, "%.*s", STRF(buf_str(&b)));
    buf_release(&b);
    return ST_USER;
}

static enum status fail_memory(const struct engine *e, str text,
                               struct diags *ds)
{
    struct buf b;
    buf_init(&b, 16 << 10);
    cut_text(&b, str_trim(without_sql(text)), MAX_TEXT);
    struct diag *d = diag_error(ds, DIAG_MEMORY, NO_SPAN,
                                "not enough memory or disk: %.*s",
                                STRF(buf_str(&b)));
    diag_hint(ds, d,
              "narrow it early (where, project, take); the limit is %.1f GB, "
              "SHIKRA_MEMORY=12GB sets another",
              (double)e->memory_limit / 1e9);
    buf_release(&b);
    return ST_ENV;
}

static enum status fail_ours(str text, enum kind kind, struct diags *ds)
{
    struct buf b;
    buf_init(&b, 64 << 10);
    bool policy = kind == K_POLICY;
    cut_text(&b, str_trim(policy ? without_sql(text) : text), MAX_ENGINE_TEXT);
    struct diag *d = diag_error(ds, policy ? DIAG_POLICY : DIAG_ENGINE, NO_SPAN,
                                "%.*s", STRF(buf_str(&b)));
    if (kind == K_BROKEN)
        diag_hint(ds, d, "the table engine may have stopped working: restart "
                         "the kernel if the next cell fails too");
    buf_release(&b);
    return ST_ENV;
}

enum status engine_fail(struct engine *e, const char *z, struct diags *ds)
{
    if (is_cancelled(e))
        return ST_CANCELLED;
    str text = str_of(z ? z : "no reason given");
    enum kind kind = kind_of(&text);
    if (kind == K_DATA || kind == K_REGEX)
        return fail_data(text, kind, ds);
    if (kind == K_MEMORY)
        return fail_memory(e, text, ds);
    return fail_ours(text, kind, ds);
}
