/* run_match.c - what makes an answer equal to the expectation.
 *
 * Called by: run_work.c to compare, run_block.c for stable names. */
#include "tests/run_int.h"

enum { MAX_SORTED = 64 << 20 };

/* ---- names of stored tables ---- */

static bool is_word(char c)
{
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z');
}

/* Bytes of a generated table name (t12) that begins at `at`, or 0. */
static size_t table_name(str s, size_t at)
{
    size_t n = 1;
    if (s.p[at] != 't' || (at > 0 && is_word(s.p[at - 1])))
        return 0;
    while (at + n < s.n && s.p[at + n] >= '0' && s.p[at + n] <= '9')
        n++;
    bool ends = at + n == s.n || !is_word(s.p[at + n]) || s.p[at + n] == '_';
    return n > 1 && ends ? n : 0;
}

/* Generated names count on through a session: here they count from t1, in
 * order of appearance, so that a plan reads the same in every run. */
void renumber_tables(struct arena *a, struct buf *out, str text)
{
    LIST(str) seen = { NULL, 0, 0 };
    for (size_t at = 0; at < text.n;) {
        size_t n = table_name(text, at), i = 0;
        if (n == 0) {
            buf_addc(out, text.p[at++]);
            continue;
        }
        str name = str_sub(text, at, at + n);
        while (i < seen.n && !str_eq(seen.v[i], name))
            i++;
        if (i == seen.n)
            PUSH(a, seen, name);
        buf_addf(out, "t%zu", i + 1);
        at += n;
    }
}

/* ---- comparison ---- */

static int by_bytes(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

/* A line with single separators, so that sorting ignores alignment. */
static str canonical(struct arena *a, str line)
{
    struct buf b;
    buf_init(&b, MAX_SORTED);
    size_t at = 0;
    str cell;
    while (cell_next(line, &at, &cell)) {
        buf_adds(&b, b.n ? "  " : "");
        buf_add(&b, cell);
    }
    str s = buf_take(&b, a);
    buf_release(&b);
    return s;
}

/* Sorts the rows of each table: below its header, up to the next `\`. */
static void sort_rows(str *v, size_t n)
{
    for (size_t beg = 0; beg < n;) {
        size_t end = beg;
        while (end < n && !str_eqz(v[end], "\\"))
            end++;
        if (end > beg + 2)
            qsort(v + beg + 1, end - beg - 1, sizeof *v, by_bytes);
        beg = end + 1;
    }
}

str rows_sorted(struct arena *a, str text)
{
    LIST(str) lines = { NULL, 0, 0 };
    struct buf b;
    size_t at = 0;
    str line;
    while (line_next(text, &at, &line))
        PUSH(a, lines, canonical(a, line));
    sort_rows(lines.v, lines.n);
    buf_init(&b, MAX_SORTED);
    for (size_t i = 0; i < lines.n; i++) {
        buf_add(&b, lines.v[i]);
        buf_addc(&b, '\n');
    }
    str sorted = buf_take(&b, a);
    buf_release(&b);
    return sorted;
}

static bool same_lines(str x, str y, bool exact)
{
    size_t i = 0, j = 0;
    str a, b;
    for (;;) {
        bool more = line_next(x, &i, &a);
        if (more != line_next(y, &j, &b))
            return false;
        if (!more)
            return true;
        if (exact ? !str_eq(a, b) : !line_same(a, b))
            return false;
    }
}

bool block_holds(const struct block *b, str actual)
{
    if (b->kind == BLOCK_RUNS || b->kind == BLOCK_CHECKS)
        return true;
    if (!b->unordered)
        return same_lines(b->expected, actual, b->kind != BLOCK_QUERY);
    struct arena *a = arena_new();
    bool same = same_lines(rows_sorted(a, b->expected), rows_sorted(a, actual),
                           false);
    arena_free(a);
    return same;
}
