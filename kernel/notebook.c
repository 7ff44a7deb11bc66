/* notebook.c - reads cells from files.
 *
 * Called by: cmd_run.c. */
#include "kernel/notebook.h"

#include <errno.h>

#include "kernel/json_in.h"

#define MAX_FILE_BYTES (256u << 20)

/* Cell source is one text or a list of lines. */
static str source_of(struct arena *a, const json_t *source)
{
    struct buf b;
    size_t i;
    json_t *line;
    buf_init(&b, MAX_FILE_BYTES);
    if (json_is_string(source))
        buf_add(&b, (str){ json_string_value(source),
                           json_string_length(source) });
    json_array_foreach(source, i, line)
        if (json_is_string(line))
            buf_add(&b, (str){ json_string_value(line),
                               json_string_length(line) });
    str text = buf_take(&b, a);
    buf_release(&b);
    return text;
}

static bool has_tag(const json_t *cell, const char *tag)
{
    json_t *metadata = json_object_get(cell, "metadata");
    json_t *tags = json_object_get(metadata, "tags"), *t;
    size_t i;
    json_array_foreach(tags, i, t)
        if (json_is_string(t) && strcmp(json_string_value(t), tag) == 0)
            return true;
    return false;
}

static void add_cell(struct cells *c, struct arena *a, const json_t *cell)
{
    if (!str_eqz(json_member_text(cell, "cell_type"), "code") ||
        has_tag(cell, "skip-execution"))
        return;
    struct source_cell s = {
        .code = source_of(a, json_object_get(cell, "source")),
        .may_fail = has_tag(cell, "raises-exception"),
    };
    if (str_trim(s.code).n)
        PUSH(a, c->list, s);
}

bool cells_parse(struct cells *c, struct arena *a, str json, struct buf *why)
{
    json_t *doc = json_object_in(json, true);
    json_t *all = json_object_get(doc, "cells"), *cell;
    size_t i;
    bool ok = json_is_array(all);
    json_array_foreach(all, i, cell)
        add_cell(c, a, cell);
    if (!ok)
        buf_adds(why, "not a notebook of format 4 (no list of cells)");
    json_decref(doc);
    return ok;
}

static bool read_file(struct buf *text, const char *path, struct buf *why)
{
    char chunk[64 << 10];
    size_t n;
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    if (!f) {
        buf_adds(why, strerror(errno));
        return false;
    }
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
        buf_add(text, (str){ chunk, n });
    bool ok = !ferror(f) && buf_ok(text);
    if (!ok)
        buf_adds(why, buf_ok(text) ? "cannot be read" : "larger than 256 MB");
    if (f != stdin)
        fclose(f);
    return ok;
}

bool cells_read(struct cells *c, struct arena *a, const char *path,
                struct buf *why)
{
    struct buf text;
    buf_init(&text, MAX_FILE_BYTES);
    bool ok = read_file(&text, path, why);
    if (ok && str_ends(str_of(path), S(".ipynb"))) {
        ok = cells_parse(c, a, buf_str(&text), why);
    } else if (ok) {
        struct source_cell s = { .code = arena_str(a, buf_str(&text)) };
        PUSH(a, c->list, s);
    }
    buf_release(&text);
    return ok;
}
