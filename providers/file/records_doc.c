/* records_doc.c - JSON documents: arrays of records and values in a row, laid
 * out over any number of lines.
 *
 * Called by: records_next. The elements of a top-level array are records, and
 * so is every other top-level value. After a record that does not parse, the
 * next one is found by its closing bracket; when brackets or quotes do not
 * match either, by a line that opens an object and is indented no more than the
 * line of the broken one. Each byte is looked at a fixed number of times. */
#include "records.h"

static bool in_array(const struct records *r)
{
    return r->state != DOC_TOP;
}

/* ---- the way back from a broken record ----------------------------------- */

static void begin_skip(struct records *r, const char *first, const char *from)
{
    r->skip = (struct doc_skip){ .from = window_offset(&r->w, from) };
    r->skipping = true;
    bool starts_something = *first == '{' || *first == '[' || *first == '"';
    r->p = starts_something ? first : first + 1;
}

static enum record_kind end_skip(struct records *r, const char *p,
                                 enum doc_state inside)
{
    r->p = p;
    r->skipping = false;
    if (in_array(r))
        r->state = inside;
    return RECORD_REJECT;
}

static bool skip_open(struct doc_skip *s, bool object)
{
    if (s->depth < MAX_JSON_DEPTH) {
        uint64_t bit = (uint64_t)1 << (s->depth % 64);
        if (object)
            s->object[s->depth / 64] |= bit;
        else
            s->object[s->depth / 64] &= ~bit;
    }
    return ++s->depth < UINT32_MAX;
}

/* False: this bracket closes another kind of container. */
static bool skip_close(struct doc_skip *s, bool object)
{
    if (s->depth == 0)
        return false;
    s->depth--;
    return s->depth >= MAX_JSON_DEPTH ||
           (s->object[s->depth / 64] >> (s->depth % 64) & 1) == object;
}

/* Follows brackets and quotes; true when the broken record ends after c. */
static bool skip_token(struct doc_skip *s, char c)
{
    if (s->in_string) {
        if (s->escaped)
            s->escaped = false;
        else if (c == '\\')
            s->escaped = true;
        else if (c == '"')
            s->in_string = false;
        return false;
    }
    if (c == '"')
        s->in_string = true;
    else if (c == '{' || c == '[')
        s->hunting |= !skip_open(s, c == '{');
    else if ((c == '}' || c == ']') && !skip_close(s, c == '}'))
        s->hunting = true;
    else
        return (c == '}' || c == ']') && s->depth == 0;
    return false;
}

static void skip_newline(struct doc_skip *s)
{
    s->hunting |= s->in_string;
    s->in_string = false;
    s->line_start = true;
    s->indent = 0;
}

/* At the first character of a line: does a new record begin here? */
static bool begins_record(const struct records *r, const char *p)
{
    return *p == '{' && r->skip.indent <= r->indent &&
           window_offset(&r->w, p) >= r->skip.from;
}

static bool ends_scalar(const struct records *r, char c)
{
    const struct doc_skip *s = &r->skip;
    if (s->depth || s->in_string || s->hunting)
        return false;
    return c == ',' || c == ']' || c == '\n' || (c == ' ' && !in_array(r));
}

static enum record_kind skip_on(struct records *r)
{
    struct doc_skip *s = &r->skip;
    for (const char *p = r->p; p < r->w.end; p++) {
        if (ends_scalar(r, *p))
            return end_skip(r, p, DOC_AFTER);
        if (*p == '\n') {
            skip_newline(s);
            continue;
        }
        if (s->line_start && (*p == ' ' || *p == '\t' || *p == ',')) {
            s->indent += *p != ',';
            continue;
        }
        if (s->line_start && begins_record(r, p))
            return end_skip(r, p, DOC_ELEMENT);
        s->line_start = false;
        if (!s->hunting && skip_token(s, *p))
            return end_skip(r, p + 1, DOC_AFTER);
    }
    r->p = r->w.end;
    if (!r->w.eof)
        return records_want(r, r->p);
    r->array_done = true;
    return end_skip(r, r->p, DOC_AFTER);
}

/* ---- records ------------------------------------------------------------- */

/* White space between records; keeps the indentation of the current line. */
static const char *between(struct records *r, const char *p)
{
    for (;; p++) {
        if (*p == '\n')
            r->indent = 0;
        else if (*p == ' ' || *p == '\t')
            r->indent++;
        else if (*p != '\r')
            return p;
    }
}

static enum record_kind broken(struct records *r, const char *first,
                               const char *from, const char *why)
{
    if (records_lacks_sample(r, first))
        return records_want(r, first);
    records_reject(r, first, why);
    begin_skip(r, first, from);
    return skip_on(r);
}

static enum record_kind value(struct records *r, const char *p)
{
    enum json_end e = json_record(&r->json, p, r->w.end);
    const char *next = r->json.next;
    if (e == JSON_DONE && next >= r->w.end && !r->w.eof && *p != '{')
        e = JSON_SHORT;
    if (e != JSON_DONE)
        next = e == JSON_BAD ? r->json.at : r->w.end;
    if ((size_t)(next - p) > MAX_RECORD)
        return broken(r, p, p + MAX_RECORD, "a record of more than 16 MB");
    if (e == JSON_SHORT && !r->w.eof)
        return records_want(r, p);
    if (e == JSON_SHORT)
        return broken(r, p, r->w.end, "the value is cut off");
    if (e == JSON_BAD)
        return broken(r, p, next, r->json.error);
    r->p = next;
    r->state = in_array(r) ? DOC_AFTER : DOC_TOP;
    r->cells = r->json.cells;
    r->ncells = r->json.ncells;
    return RECORD_ROW;
}

/* A ',' or ']' is missing at p. What begins a value is read as one. */
static enum record_kind no_comma(struct records *r, const char *p)
{
    if (records_lacks_sample(r, p))
        return records_want(r, p);
    records_reject(r, p, "',' or ']' is expected after a record");
    r->p = p;
    if (strchr("{[\"-0123456789tfn", *p) && *p) {
        r->state = DOC_ELEMENT;
        return RECORD_REJECT;
    }
    begin_skip(r, p, p);
    return skip_on(r);
}

static enum record_kind at_end(struct records *r)
{
    r->start = r->m->size;
    if (!in_array(r) || r->array_done || r->start >= r->limit)
        return RECORD_END;
    r->before = r->state;
    r->array_done = true;
    return records_reject(r, r->w.end, "the array is never closed");
}

/* Punctuation at p: moves the state, or says no. */
static bool punctuation(struct records *r, char c)
{
    if (r->state == DOC_TOP && c == '[')
        r->state = DOC_FIRST;
    else if (r->state == DOC_AFTER && c == ',')
        r->state = DOC_ELEMENT;
    else if ((r->state == DOC_AFTER || r->state == DOC_FIRST) && c == ']')
        r->state = DOC_TOP;
    else
        return false;
    return true;
}

/* Files that were joined bring their byte order marks along. */
static bool at_bom(const struct records *r, const char *p)
{
    return r->state == DOC_TOP && memcmp(p, "\xEF\xBB\xBF", 3) == 0;
}

static bool cuts_bom(const struct records *r, const char *p)
{
    return *p == '\xEF' && r->w.end - p < 3 && !r->w.eof;
}

enum record_kind json_doc_next(struct records *r)
{
    if (r->skipping)
        return skip_on(r);
    const char *p = r->p;
    for (;;) {
        p = between(r, p);
        if (p >= r->w.end)
            break;
        if (punctuation(r, *p))
            p++;
        else if (at_bom(r, p))
            p += 3;
        else
            break;
    }
    r->p = p;
    if (p >= r->w.end)
        return r->w.eof ? at_end(r) : records_want(r, p);
    if (cuts_bom(r, p))
        return records_want(r, p);
    r->start = window_offset(&r->w, p);
    if (r->start >= r->limit)
        return RECORD_END;
    r->before = r->state;
    if (r->state == DOC_AFTER)
        return no_comma(r, p);
    if (r->state == DOC_ELEMENT && *p == ']') {
        if (records_lacks_sample(r, p))
            return records_want(r, p);
        r->state = DOC_TOP;
        r->p = p + 1;
        return records_reject(r, p, "a comma before ']'");
    }
    return value(r, p);
}
