/* tznames.c - the names of the time zones that the system's database has.
 *
 * Called by: lang/funcs/fn_timezone.c. Reads tzdata.zi, the database as one
 * text, which stands next to the compiled zones. */
#include <stdio.h>
#include <stdlib.h>

#include "tzfile.h"

enum { MAX_TEXT = 4 << 20, MAX_NAMES = 10000 };

static int by_name(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

/* The n-th word of a line, from 0. */
static str word_of(str line, size_t n)
{
    size_t from = 0, to = 0;
    for (size_t i = 0;; i++, from = to + 1) {
        for (to = from; to < line.n && line.p[to] != ' '; to++)
            ;
        if (i == n || to >= line.n)
            return i == n ? str_sub(line, from, to) : STR_NONE;
    }
}

static str read_text(struct arena *a)
{
    const char *dir = getenv("TZDIR");
    str path = arena_fmt(a, "%s/tzdata.zi%c",
                         dir && *dir ? dir : "/usr/share/zoneinfo", 0);
    FILE *f = fopen(path.p, "rb");
    if (!f)
        return STR_NONE;
    char *bytes = xmalloc(MAX_TEXT);
    size_t n = fread(bytes, 1, MAX_TEXT, f);
    fclose(f);
    str text = arena_str(a, (str){ bytes, n });
    free(bytes);
    return text;
}

/* "Z name …" is a zone, "L zone name" another name of one. */
size_t tz_names(struct arena *a, str **names)
{
    str text = read_text(a);
    size_t n = 0;
    *names = arena_array(a, MAX_NAMES, sizeof **names);
    while (text.n && n < MAX_NAMES) {
        ptrdiff_t end = str_find_char(text, '\n');
        str line = str_sub(text, 0, end < 0 ? text.n : (size_t)end);
        text = str_sub(text, line.n + 1, text.n);
        if (str_starts(line, S("Z ")))
            (*names)[n++] = word_of(line, 1);
        else if (str_starts(line, S("L ")))
            (*names)[n++] = word_of(line, 2);
    }
    if (n)
        qsort(*names, n, sizeof **names, by_name);
    return n;
}
