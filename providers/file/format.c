/* format.c - decides how a member is read.
 *
 * Called by: file.c, unpack.c. The decision looks at the first bytes only, in
 * a fixed amount, and can always be pinned with `format = …`. */
#include "format.h"

#include <stdlib.h>

#include "csv_read.h"
#include "json_read.h"

enum { HEAD = 256 << 10, SNIFF_LINES = 16 };

/* ---- by name ------------------------------------------------------------- */

static str extension(str name)
{
    for (size_t i = name.n; i-- > 0 && name.p[i] != '/';)
        if (name.p[i] == '.')
            return str_sub(name, i + 1, name.n);
    return S("");
}

static bool is_packing(str ext)
{
    return str_ieqz(ext, "gz") || str_ieqz(ext, "zst") ||
           str_ieqz(ext, "bz2") || str_ieqz(ext, "xz") ||
           str_ieqz(ext, "zip") || str_ieqz(ext, "7z");
}

/* "a.json.gz" -> "json" */
static str data_extension(str name)
{
    str ext = extension(name);
    if (!is_packing(ext))
        return ext;
    str inner = extension(str_sub(name, 0, name.n - ext.n - 1));
    return inner.n ? inner : ext;
}

static bool is_data(str ext)
{
    struct file_options unused = { .format = FORMAT_UNKNOWN };
    return format_by_word(ext, &unused) || str_ieqz(ext, "log") ||
           str_ieqz(ext, "tar") || is_packing(ext);
}

bool format_is_data_name(str name)
{
    return is_data(data_extension(name));
}

str format_suffix(str name)
{
    str ext = extension(name);
    size_t n = ext.n ? ext.n + 1 : 0;
    str inner = extension(str_sub(name, 0, name.n - n));
    if (is_packing(ext) && inner.n && is_data(inner))
        n += inner.n + 1;
    return str_sub(name, name.n - n, name.n);
}

/* ---- by content ---------------------------------------------------------- */

static const char *skip_blank(const char *p)
{
    while (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n')
        p++;
    return p;
}

/* Is the line at p one JSON value? *more: it is the beginning of one. */
static bool whole_line(struct json_reader *r, const char *p, const char *end,
                       bool *more)
{
    const char *newline = memchr(p, '\n', (size_t)(end - p));
    const char *stop = newline ? newline : end;
    enum json_end e = json_record(r, p, stop);
    *more = e == JSON_SHORT || (e == JSON_BAD && r->at >= stop);
    if (e != JSON_DONE)
        return false;
    for (p = r->next; p < stop; p++)
        if (*p != ' ' && *p != '\t' && *p != '\r')
            return false;
    return true;
}

/* Lines when the first line is a value, or when it is broken and a later one
 * is; a document when the value at the start goes on over several lines. */
static enum file_format lines_or_doc(struct json_reader *r, const char *p,
                                     const char *end)
{
    bool more;
    r->lines = true;
    if (*p == '[')
        return FORMAT_JSON_DOC;
    if (whole_line(r, p, end, &more))
        return FORMAT_JSON_LINES;
    r->lines = false;
    if (more && json_record(r, p, end) != JSON_BAD)
        return FORMAT_JSON_DOC;
    r->lines = true;
    for (int i = 0; i < SNIFF_LINES; i++) {
        p = memchr(p, '\n', (size_t)(end - p));
        if (!p)
            break;
        p = skip_blank(p);
        if (p >= end)
            break;
        if (*p == '{' && whole_line(r, p, end, &more))
            return FORMAT_JSON_LINES;
    }
    return FORMAT_JSON_DOC;
}

static enum file_format sniff_json(str head)
{
    struct arena *a = arena_new();
    struct field_names names;
    struct json_reader r;
    const char *p = skip_blank(head.p);
    field_names_init(&names, a);
    json_reader_init(&r, &names);
    enum file_format f = lines_or_doc(&r, p, head.p + head.n);
    json_reader_release(&r);
    arena_free(a);
    return f;
}

static bool looks_like_json(str head)
{
    const char *p = skip_blank(head.p);
    return *p == '{' || *p == '[';
}

/* ---- all together -------------------------------------------------------- */

static enum status unknown_format(const struct member *m, str head,
                                  struct span at, struct diags *ds)
{
    struct diag *d = diag_error(ds, DIAG_FORMAT, at,
                                "cannot tell the format of %.*s",
                                STRF(m->name));
    if (str_starts(head, S("ElfFile")))
        diag_hint(ds, d, "it is an event log (EVTX)");
    else
        diag_hint(ds, d, "with (format = \"json\") says what it is: csv, tsv, "
                         "psv, txt, json, jsonl or parquet");
    return ST_USER;
}

static void guess_delimiter(struct member *m, str head, struct span at,
                            struct diags *ds)
{
    m->delimiter = csv_guess_delimiter(head, head.n == m->size - m->start);
    if (m->delimiter == ',')
        return;
    const char *shown = m->delimiter == '\t' ? "tab" : NULL;
    char one[2] = { m->delimiter, 0 };
    struct diag *d = diag_warn(ds, DIAG_FORMAT, at,
                               "%.*s is read with '%s' between fields",
                               STRF(m->name), shown ? shown : one);
    diag_hint(ds, d, "with (delimiter = \",\") pins another one");
}

static enum file_format by_content(str head, bool is_log)
{
    if (str_starts(head, S("PAR1")))
        return FORMAT_PARQUET;
    if (looks_like_json(head))
        return FORMAT_JSON;
    return is_log ? FORMAT_TXT : FORMAT_UNKNOWN;
}

static enum status decide(struct member *m, const struct file_options *o,
                          str head, struct diags *ds, struct span at)
{
    struct file_options by_name = *o;
    str ext = data_extension(m->name);
    if (o->format == FORMAT_UNKNOWN && !format_by_word(ext, &by_name))
        by_name.format = by_content(head, str_ieqz(ext, "log") || !head.n);
    m->format = by_name.format;
    m->delimiter = o->delimiter ? o->delimiter : by_name.delimiter;
    if (m->format == FORMAT_UNKNOWN)
        return unknown_format(m, head, at, ds);
    if (m->format == FORMAT_JSON)
        m->format = sniff_json(head);
    if (m->format == FORMAT_CSV && !m->delimiter)
        guess_delimiter(m, head, at, ds);
    return ST_OK;
}

enum status format_detect(struct member *m, const struct file_options *o,
                          struct span at, struct diags *ds)
{
    char *bytes = xmalloc(HEAD + JSON_PAD);
    size_t n = member_head(m, bytes, HEAD);
    str head = { bytes, n };
    if (str_starts(head, S("\xEF\xBB\xBF"))) {
        m->start = 3;
        head = str_sub(head, 3, n);
    }
    enum status st = decide(m, o, head, ds, at);
    free(bytes);
    return st;
}
