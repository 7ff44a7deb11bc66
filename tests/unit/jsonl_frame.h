/* jsonl_frame.h - a small JSON-lines reader that gives a frame, for tests.
 *
 * Called by: unit tests that check native steps against recorded data. Types
 * are found as a loader would: whole numbers long, other numbers real, texts
 * that all are ISO 8601 datetime, everything else text. */
#ifndef UNIT_JSONL_FRAME_H
#define UNIT_JSONL_FRAME_H

#include <jansson.h>

#include "base/frame.h"
#include "base/ticks.h"

struct jsonl {
    json_t **row;
    size_t n, cap;
    json_t *cols;      /* name -> type as an integer, in order of sight */
};

static enum type jsonl_type_of(json_t *v)
{
    int64_t t;
    if (json_is_integer(v))
        return TYPE_LONG;
    if (json_is_real(v))
        return TYPE_REAL;
    if (!json_is_string(v))
        return TYPE_STRING;
    str s = { json_string_value(v), json_string_length(v) };
    return ticks_parse_iso(s, &t) ? TYPE_DATETIME : TYPE_STRING;
}

static enum type jsonl_join(enum type a, enum type b)
{
    if (a == b)
        return a;
    return type_is_num(a) && type_is_num(b) ? TYPE_REAL : TYPE_STRING;
}

static void jsonl_note(struct jsonl *j, json_t *row)
{
    const char *name;
    json_t *v;
    json_object_foreach(row, name, v) {
        if (json_is_null(v))
            continue;
        json_t *old = json_object_get(j->cols, name);
        enum type t = jsonl_type_of(v);
        if (old)
            t = jsonl_join((enum type)json_integer_value(old), t);
        json_object_set_new(j->cols, name, json_integer(t));
    }
}

static void jsonl_set(struct frame *f, size_t c, size_t i, json_t *v)
{
    struct column *col = &f->cols[c];
    if (!v || json_is_null(v)) {
        if (col->type != TYPE_STRING)
            frame_nulls(f, c)[i] = true;
        else
            col->s[i] = S("");
        return;
    }
    str s = { json_string_value(v), json_string_length(v) };
    if (col->type == TYPE_LONG) {
        col->i[i] = json_integer_value(v);
    } else if (col->type == TYPE_REAL) {
        col->d[i] = json_number_value(v);
    } else if (col->type == TYPE_DATETIME) {
        ticks_parse_iso(s, &col->i[i]);
    } else if (json_is_string(v)) {
        col->s[i] = arena_str(f->arena, s);
    } else {
        char *z = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT);
        col->s[i] = arena_str(f->arena, str_of(z));
        free(z);
    }
}

static struct frame *jsonl_build(struct jsonl *j)
{
    struct frame *f = frame_new(json_object_size(j->cols));
    const char *name;
    json_t *type;
    size_t c = 0;
    json_object_foreach(j->cols, name, type)
        frame_set_col(f, c++, str_of(name),
                      (enum type)json_integer_value(type));
    frame_set_rows(f, j->n);
    for (size_t i = 0; i < j->n; i++)
        for (c = 0; c < f->ncols; c++) {
            const char *key = arena_cstr(f->arena, f->cols[c].name);
            jsonl_set(f, c, i, json_object_get(j->row[i], key));
        }
    return f;
}

/* NULL when the file is not there. Lines that are no object are left out. */
static struct frame *jsonl_frame(const char *path)
{
    FILE *in = fopen(path, "r");
    if (!in)
        return NULL;
    struct jsonl j = { .cols = json_object() };
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;
    while ((n = getline(&line, &cap, in)) > 0) {
        json_t *row = json_loadb(line, (size_t)n, 0, NULL);
        if (!json_is_object(row)) {
            json_decref(row);
            continue;
        }
        if (j.n == j.cap) {
            j.cap = j.cap ? j.cap * 2 : 64;
            j.row = xrealloc(j.row, j.cap * sizeof *j.row);
        }
        j.row[j.n++] = row;
        jsonl_note(&j, row);
    }
    free(line);
    fclose(in);
    struct frame *f = jsonl_build(&j);
    for (size_t i = 0; i < j.n; i++)
        json_decref(j.row[i]);
    free(j.row);
    json_decref(j.cols);
    return f;
}

#endif
