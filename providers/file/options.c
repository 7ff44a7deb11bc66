/* options.c - reads the options of a file source.
 *
 * Called by: file.c, before anything is opened. All mistakes are reported. */
#include "options.h"

struct format_word {
    const char *word;
    enum file_format format;
    char delimiter;
};

/* The words of externaldata where it has one. */
static const struct format_word FORMATS[] = {
    { "csv", FORMAT_CSV, 0 },        { "tsv", FORMAT_CSV, '\t' },
    { "tsve", FORMAT_CSV, '\t' },    { "psv", FORMAT_CSV, '|' },
    { "scsv", FORMAT_CSV, ';' },     { "sohsv", FORMAT_CSV, 1 },
    { "txt", FORMAT_TXT, 0 },        { "text", FORMAT_TXT, 0 },
    { "json", FORMAT_JSON, 0 },      { "multijson", FORMAT_JSON, 0 },
    { "jsonl", FORMAT_JSON_LINES, 0 },
    { "ndjson", FORMAT_JSON_LINES, 0 },
    { "parquet", FORMAT_PARQUET, 0 },
};

static const char *const NAMES[] = {
    "format", "delimiter", "header", "ignoreFirstRecord", "encoding", "time",
};

enum { NFORMATS = sizeof FORMATS / sizeof FORMATS[0],
       NNAMES = sizeof NAMES / sizeof NAMES[0] };

bool format_by_word(str word, struct file_options *o)
{
    for (size_t i = 0; i < NFORMATS; i++) {
        if (!str_ieqz(word, FORMATS[i].word))
            continue;
        o->format = FORMATS[i].format;
        if (FORMATS[i].delimiter)
            o->delimiter = FORMATS[i].delimiter;
        return true;
    }
    return false;
}

static str text_of(const struct value *v)
{
    return !v->null && type_is_text(v->type) ? v->s : STR_NONE;
}

static bool bool_of(const struct value *v, bool *out)
{
    str s = text_of(v);
    if (!v->null && !type_is_text(v->type) && v->type != TYPE_REAL) {
        *out = v->i != 0;
        return true;
    }
    *out = str_ieqz(s, "true");
    return *out || str_ieqz(s, "false");
}

static bool take_delimiter(struct file_options *o, str s)
{
    if (str_ieqz(s, "tab") || str_eqz(s, "\\t"))
        s = S("\t");
    if (s.n != 1 || s.p[0] == '"' || s.p[0] == '\n' || s.p[0] == '\r' ||
        (unsigned char)s.p[0] >= 0x80)
        return false;
    o->delimiter = s.p[0];
    return true;
}

static bool take_encoding(struct file_options *o, str s)
{
    static const struct { const char *word; enum encoding e; } WORDS[] = {
        { "utf8", ENCODING_UTF8 },       { "utf-8", ENCODING_UTF8 },
        { "utf16", ENCODING_UTF16LE },   { "utf-16", ENCODING_UTF16LE },
        { "utf-16le", ENCODING_UTF16LE }, { "utf-16be", ENCODING_UTF16BE },
        { "latin1", ENCODING_LATIN1 },   { "iso-8859-1", ENCODING_LATIN1 },
    };
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++)
        if (str_ieqz(s, WORDS[i].word)) {
            o->encoding = WORDS[i].e;
            return true;
        }
    return false;
}

/* NULL, or what a value of this option looks like. */
static const char *take(struct file_options *o, const struct source_option *op)
{
    const struct value *v = &op->value;
    str s = text_of(v);
    if (str_ieqz(op->name, "format"))
        return format_by_word(s, o) ? NULL
                                    : "csv, tsv, psv, scsv, txt, json, jsonl "
                                      "or parquet";
    if (str_ieqz(op->name, "delimiter"))
        return take_delimiter(o, s) ? NULL : "one ASCII character";
    if (str_ieqz(op->name, "encoding"))
        return take_encoding(o, s) ? NULL
                                   : "utf-8, utf-16le, utf-16be or latin1";
    if (str_ieqz(op->name, "time")) {
        o->time = s;
        return s.n ? NULL : "the name of a column";
    }
    return bool_of(v, &o->header) ? NULL : "true or false";
}

static bool is_known(str name)
{
    for (size_t i = 0; i < NNAMES; i++)
        if (str_ieqz(name, NAMES[i]))
            return true;
    return false;
}

static void report_unknown(str name, const struct source_request *rq,
                           struct diags *ds)
{
    str names[NNAMES];
    for (size_t i = 0; i < NNAMES; i++)
        names[i] = str_of(NAMES[i]);
    struct diag *d = diag_error(ds, DIAG_OPTION, rq->span,
                                "a file has no option '%.*s'", STRF(name));
    str near = diag_nearest(name, names, NNAMES);
    if (near.n)
        diag_hint(ds, d, "did you mean '%.*s'?", STRF(near));
    else
        diag_hint(ds, d, "format, delimiter, header, ignoreFirstRecord, "
                         "encoding and time are known");
}

enum status options_parse(struct file_options *o,
                          const struct source_request *rq, struct diags *ds)
{
    size_t before = ds->nerrors;
    *o = (struct file_options){ .header = rq->ncols == 0, .time = S("") };
    for (size_t i = 0; i < rq->noptions; i++) {
        const struct source_option *op = &rq->options[i];
        if (!is_known(op->name)) {
            report_unknown(op->name, rq, ds);
            continue;
        }
        const char *wanted = take(o, op);
        if (wanted)
            diag_error(ds, DIAG_OPTION, rq->span, "option '%.*s' takes %s",
                       STRF(op->name), wanted);
    }
    return ds->nerrors > before ? ST_USER : ST_OK;
}
