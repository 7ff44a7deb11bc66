/* pull.c - walks a JSON answer value by value, without a tree.
 *
 * Called by: kusto/ and other providers with JSON answers. */
#include "pull.h"

#include "providers/file/json_decode.h"
#include "providers/limits.h"

void pull_init(struct pull *j, str text, const struct field_names *names)
{
    *j = (struct pull){ .p = text.p, .end = text.p + text.n, .first = true };
    json_reader_init(&j->reader, names);
    buf_init(&j->key, MAX_RECORD);
}

void pull_release(struct pull *j)
{
    json_reader_release(&j->reader);
    buf_release(&j->key);
}

static bool fail(struct pull *j, const char *why)
{
    if (!j->error) {
        j->error = why;
        j->cut = j->p >= j->end;
    }
    return false;
}

/* What stands behind the end, as the next line of a stream, is not looked at.*/
static char here(struct pull *j)
{
    while (j->p < j->end && (*j->p == ' ' || *j->p == '\t' || *j->p == '\r' ||
                             *j->p == '\n'))
        j->p++;
    return j->p < j->end ? *j->p : 0;
}

char pull_peek(struct pull *j)
{
    char c = j->error ? 0 : here(j);
    return c == '-' || (c >= '0' && c <= '9') ? '0' : c;
}

static bool enter(struct pull *j, char open)
{
    if (j->error)
        return false;
    if (here(j) != open)
        return fail(j, open == '{' ? "an object is expected"
                                   : "an array is expected");
    j->p++;
    j->first = true;
    return true;
}

bool pull_object(struct pull *j)
{
    return enter(j, '{');
}

bool pull_array(struct pull *j)
{
    return enter(j, '[');
}

/* To the next member or element; false at `close`, which is left behind. */
static bool more(struct pull *j, char close)
{
    if (j->error)
        return false;
    char c = here(j);
    if (c == close) {
        j->p++;
        j->first = false;
        return false;
    }
    if (!j->first) {
        if (c != ',')
            return fail(j, close == '}' ? "',' or '}' is expected"
                                        : "',' or ']' is expected");
        j->p++;
        here(j);
    }
    j->first = false;
    return true;
}

/* Takes over how the reader ended. */
static bool ended(struct pull *j, enum json_end end)
{
    if (end == JSON_DONE) {
        j->p = j->reader.next;
        return true;
    }
    j->p = j->reader.at;
    return fail(j, j->reader.error);
}

bool pull_key(struct pull *j, str *key)
{
    struct cell c;
    if (!more(j, '}'))
        return false;
    if (here(j) != '"')
        return fail(j, "a key is expected");
    if (!ended(j, json_cell(&j->reader, j->p, j->end, &c)))
        return false;
    *key = (str){ c.p, c.n };
    if (c.flags) {
        buf_reset(&j->key);
        json_decode(&j->key, *key, c.flags);
        *key = buf_str(&j->key);
    }
    if (here(j) != ':')
        return fail(j, "':' is expected after a key");
    j->p++;
    return true;
}

bool pull_item(struct pull *j)
{
    return more(j, ']');
}

bool pull_value(struct pull *j, struct cell *out)
{
    *out = (struct cell){ .kind = CELL_NULL };
    if (j->error)
        return false;
    here(j);
    return ended(j, json_cell(&j->reader, j->p, j->end, out));
}

bool pull_skip(struct pull *j)
{
    struct cell c;
    return pull_value(j, &c);
}

bool pull_row(struct pull *j)
{
    if (j->error)
        return false;
    here(j);
    return ended(j, json_row(&j->reader, j->p, j->end));
}

bool pull_record(struct pull *j)
{
    if (j->error)
        return false;
    if (here(j) != '{')
        return fail(j, "an object is expected");
    return ended(j, json_record(&j->reader, j->p, j->end));
}

bool pull_text(struct pull *j, struct arena *a, str *out)
{
    struct cell c;
    struct buf b;
    *out = S("");
    if (!pull_value(j, &c))
        return false;
    if (c.kind != CELL_STRING)
        return true;
    buf_init(&b, MAX_RECORD * 3);
    json_decode(&b, (str){ c.p, c.n }, c.flags);
    *out = buf_take(&b, a);
    buf_release(&b);
    return true;
}
