/* mapping.c - mappings of indices as fields of a table.
 *
 * Called by: schema.c.
 * The mappings of every index behind a name are merged: what is a number here
 * and a text there is a text. A mapping also tells whether the index holds what
 * the documents say, or something that was made of it. */
#include "elastic.h"

#include "providers/limits.h"

enum { MAX_FIELD_DEPTH = 50 };

/* ---- types ---- */

static const struct {
    const char *name;
    enum type type;
    enum es_kind kind;
} types[] = {
    { "keyword", TYPE_STRING, ES_KEYWORD },
    { "wildcard", TYPE_STRING, ES_KEYWORD },
    { "text", TYPE_STRING, ES_OTHER },
    { "match_only_text", TYPE_STRING, ES_OTHER },
    { "search_as_you_type", TYPE_STRING, ES_OTHER },
    { "constant_keyword", TYPE_STRING, ES_OTHER },
    { "version", TYPE_STRING, ES_OTHER },
    { "binary", TYPE_STRING, ES_OTHER },
    { "ip", TYPE_STRING, ES_IP },
    { "long", TYPE_LONG, ES_WHOLE },
    { "integer", TYPE_LONG, ES_SMALL },
    { "short", TYPE_LONG, ES_OTHER }, /* refuses numbers beyond it */
    { "byte", TYPE_LONG, ES_OTHER },
    { "unsigned_long", TYPE_DECIMAL, ES_OTHER },
    { "double", TYPE_REAL, ES_DOUBLE },
    { "float", TYPE_REAL, ES_FLOAT },
    { "half_float", TYPE_REAL, ES_FLOAT },
    { "scaled_float", TYPE_REAL, ES_OTHER },
    { "boolean", TYPE_BOOL, ES_BOOL },
    { "date", TYPE_DATETIME, ES_DATE },
    { "date_nanos", TYPE_DATETIME, ES_DATE_NANOS },
};

static void set_type(struct es_field *f, str name)
{
    f->type = TYPE_DYNAMIC; /* geo_point, flattened, nested, histogram, … */
    f->kind = ES_OTHER;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (str_eqz(name, types[i].name)) {
            f->type = types[i].type;
            f->kind = types[i].kind;
        }
}

/* ---- one mapping ---- */

struct walk {
    struct es_table *table;
    struct arena *arena;
    struct pull j;
    struct buf path;
    unsigned depth;
    LIST(str) copies; /* targets of copy_to */
};

/* What the description of a field says. */
struct description {
    str type, alias, format, keyword;
    bool disabled, unindexed, has_properties;
    bool odd, odd_keyword; /* values in the index may be others */
    int64_t ignore_above, keyword_above;
};

static void read_properties(struct walk *w);

/* What a description may say without making the index hold other values than
 * the documents. "null_value", "normalizer", "script" and their kin do. */
static bool is_harmless(str key)
{
    static const char *const known[] = {
        "boost", "coerce", "ignore_malformed", "store", "norms", "locale",
        "index_options", "eager_global_ordinals", "similarity", "meta",
        "split_queries_on_whitespace", "time_series_dimension",
        "time_series_metric", "analyzer", "search_analyzer", "fielddata",
        "search_quote_analyzer", "position_increment_gap", "index_phrases",
        "index_prefixes", "term_vector", "fielddata_frequency_filter",
        "skip_list",
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_eqz(key, known[i]))
            return true;
    return false;
}

static bool read_bool(struct walk *w)
{
    struct cell c;
    return pull_value(&w->j, &c) &&
           (c.kind == CELL_TRUE || str_eqz((str){ c.p, c.n }, "true"));
}

static int64_t read_long(struct walk *w)
{
    struct cell c;
    return pull_value(&w->j, &c) && c.kind == CELL_INT ? c.i : 0;
}

static void note_copy(struct walk *w)
{
    str to = S("");
    pull_text(&w->j, w->arena, &to);
    PUSH(w->arena, w->copies, to);
}

/* Fields that get values which their documents do not show there. */
static void note_copies(struct walk *w)
{
    if (pull_peek(&w->j) != '[')
        note_copy(w);
    else
        for (pull_array(&w->j); pull_item(&w->j);)
            note_copy(w);
}

/* "dynamic": false, "runtime": new fields stay in the documents alone. */
static void read_dynamic(struct walk *w)
{
    struct cell c;
    if (pull_value(&w->j, &c))
        w->table->unmapped |= c.kind == CELL_FALSE ||
                              str_eqz((str){ c.p, c.n }, "false") ||
                              str_eqz((str){ c.p, c.n }, "runtime");
}

/* Any other member: whether values may be others in the index. */
static void read_member(struct walk *w, str key, bool *odd)
{
    bool harmless = is_harmless(key);
    if (str_eqz(key, "doc_values")) {
        *odd |= !read_bool(w);
        return;
    }
    if (str_eqz(key, "copy_to"))
        note_copies(w);
    else
        pull_skip(&w->j);
    *odd |= !harmless && !str_eqz(key, "copy_to");
}

/* A keyword beside a text: {"keyword":{"type":"keyword","ignore_above":256}} */
static void read_sub_field(struct walk *w, struct description *d, str name)
{
    str key, type = S("");
    int64_t above = INT64_MAX;
    bool fit = true, odd = false;
    pull_object(&w->j);
    while (pull_key(&w->j, &key)) {
        if (str_eqz(key, "type"))
            pull_text(&w->j, w->arena, &type);
        else if (str_eqz(key, "ignore_above"))
            above = read_long(w);
        else if (str_eqz(key, "index"))
            fit = read_bool(w);
        else
            read_member(w, key, &odd);
    }
    if (fit && (str_eqz(type, "keyword") || str_eqz(type, "wildcard")) &&
        (!d->keyword.n || above > d->keyword_above)) {
        d->keyword = name;
        d->keyword_above = above;
        d->odd_keyword = odd || !str_eqz(type, "keyword");
    }
}

static void read_sub_fields(struct walk *w, struct description *d)
{
    str key;
    pull_object(&w->j);
    while (pull_key(&w->j, &key))
        read_sub_field(w, d, arena_str(w->arena, key));
}

static void read_description(struct walk *w, struct description *d)
{
    str key;
    *d = (struct description){ .ignore_above = INT64_MAX };
    pull_object(&w->j);
    while (pull_key(&w->j, &key)) {
        if (str_eqz(key, "type"))
            pull_text(&w->j, w->arena, &d->type);
        else if (str_eqz(key, "path"))
            pull_text(&w->j, w->arena, &d->alias);
        else if (str_eqz(key, "format"))
            pull_text(&w->j, w->arena, &d->format);
        else if (str_eqz(key, "ignore_above"))
            d->ignore_above = read_long(w);
        else if (str_eqz(key, "enabled"))
            d->disabled = !read_bool(w);
        else if (str_eqz(key, "index"))
            d->unindexed = !read_bool(w);
        else if (str_eqz(key, "fields"))
            read_sub_fields(w, d);
        else if (str_eqz(key, "properties")) {
            d->has_properties = true;
            read_properties(w);
        } else if (str_eqz(key, "dynamic")) {
            read_dynamic(w);
        } else {
            read_member(w, key, &d->odd);
        }
    }
}

static bool is_iso_format(str name)
{
    static const char *const plain[] = {
        "strict_date_optional_time", "strict_date_optional_time_nanos",
        "date_optional_time", "strict_date_time", "date_time",
        "strict_date_time_no_millis", "date_time_no_millis",
    };
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (str_eqz(name, plain[i]))
            return true;
    return false;
}

/* "strict_date_optional_time||epoch_millis", as it is without any. */
static void set_date(struct es_field *f, str format)
{
    bool iso = format.n == 0, ms = false;
    while (format.n) {
        ptrdiff_t bar = str_find(format, S("||"));
        str one = bar < 0 ? format : str_sub(format, 0, (size_t)bar);
        format = bar < 0 ? S("") : str_sub(format, (size_t)bar + 2, format.n);
        ms |= str_eqz(one, "epoch_millis");
        f->seconds |= str_eqz(one, "epoch_second");
        iso |= is_iso_format(one);
        f->odd_date |= !is_iso_format(one) && !str_starts(one, S("epoch_"));
    }
    f->numbers = !iso;
    f->odd_date |= ms && f->seconds;
}

/* A type whose doc values are what a row shows, given one value a document. */
static bool is_columnar(const struct es_field *f, str type)
{
    switch (f->kind) {
    case ES_KEYWORD: return str_eqz(type, "keyword");
    case ES_IP:
    case ES_WHOLE:
    case ES_SMALL:
    case ES_DOUBLE:
    case ES_BOOL:
    case ES_DATE:
    case ES_DATE_NANOS: return true;
    default: return false;
    }
}

static struct es_field described(struct walk *w, str path,
                                 const struct description *d)
{
    struct es_field f = { .path = path, .ignore_above = d->ignore_above,
                          .exact = path, .alias_of = S(""),
                          .nindices = 1 };
    set_type(&f, d->type);
    if (str_eqz(d->type, "alias"))
        f.alias_of = d->alias;
    if (str_eqz(d->type, "constant_keyword"))
        f.odd_date = true; /* stands beside the document too */
    if (f.type == TYPE_DATETIME)
        set_date(&f, d->format);
    f.columnar = !d->odd && is_columnar(&f, d->type);
    if (f.type == TYPE_STRING && f.kind == ES_OTHER && d->keyword.n) {
        f.kind = ES_KEYWORD;
        f.exact = arena_fmt(w->arena, "%.*s.%.*s", STRF(path),
                            STRF(d->keyword));
        f.ignore_above = d->keyword_above;
        f.columnar = !d->odd && !d->odd_keyword;
    } else if (d->unindexed) {
        f.kind = ES_OTHER;
    }
    return f;
}

static bool same_field(const struct es_field *a, const struct es_field *b)
{
    return a->type == b->type && a->kind == b->kind &&
           str_eq(a->exact, b->exact) && a->seconds == b->seconds &&
           a->numbers == b->numbers && str_eq(a->alias_of, b->alias_of);
}

/* Two indices describe the field: what both of them mean. */
static void merge(struct es_field *f, const struct es_field *other)
{
    bool dynamic = f->type == TYPE_DYNAMIC || other->type == TYPE_DYNAMIC;
    if (other->ignore_above < f->ignore_above)
        f->ignore_above = other->ignore_above;
    f->odd_date |= other->odd_date;
    f->columnar &= other->columnar;
    f->nindices++;
    if (same_field(f, other))
        return;
    f->kind = ES_OTHER;
    f->columnar = false;
    if (f->type != other->type)
        f->type = dynamic ? TYPE_DYNAMIC : TYPE_STRING;
}

static void add_field(struct walk *w, const struct description *d)
{
    struct es_table *t = w->table;
    str path = arena_str(w->arena, buf_str(&w->path));
    struct es_field f = described(w, path, d);
    int32_t at = path.n <= MAX_COLUMN_NAME ? field_names_add(&t->names, path)
                                           : -1;
    if (at >= 0 && (size_t)at < t->fields.n)
        merge(&t->fields.v[at], &f);
    else if (at >= 0)
        PUSH(w->arena, t->fields, f);
}

/* The leaves of a nested object are no columns: it is one itself. */
static void drop_leaves(struct walk *w)
{
    struct es_table *t = w->table;
    str path = buf_str(&w->path);
    for (size_t i = 0; i < t->fields.n; i++)
        if (t->fields.v[i].path.n > path.n &&
            str_starts(t->fields.v[i].path, path) &&
            t->fields.v[i].path.p[path.n] == '.')
            t->fields.v[i].dropped = true;
}

static void read_field(struct walk *w)
{
    struct description d;
    w->depth++;
    if (w->depth > MAX_FIELD_DEPTH) {
        pull_skip(&w->j);
    } else {
        read_description(w, &d);
        bool nested = str_eqz(d.type, "nested");
        if (nested)
            drop_leaves(w);
        if (nested || d.disabled ||
            (d.type.n && !str_eqz(d.type, "object")))
            add_field(w, &d);
    }
    w->depth--;
}

static void read_properties(struct walk *w)
{
    size_t before = w->path.n;
    str key;
    pull_object(&w->j);
    while (pull_key(&w->j, &key)) {
        if (before)
            buf_addc(&w->path, '.');
        buf_add(&w->path, key);
        read_field(w);
        w->path.n = before;
    }
}

/* {"properties":{…},"dynamic":…,"_source":{"excludes":[…]}} */
static void read_mapping(struct walk *w)
{
    str key;
    for (pull_object(&w->j); pull_key(&w->j, &key);)
        if (str_eqz(key, "properties")) {
            read_properties(w);
        } else if (str_eqz(key, "dynamic")) {
            read_dynamic(w);
        } else {
            w->table->cut |= str_eqz(key, "_source");
            pull_skip(&w->j);
        }
}

/* {"index":{"mappings":{…}},…} */
static void read_mappings(struct walk *w)
{
    str key;
    pull_object(&w->j);
    while (pull_key(&w->j, &key)) {
        w->table->nindices++;
        for (pull_object(&w->j); pull_key(&w->j, &key);)
            if (str_eqz(key, "mappings"))
                read_mapping(w);
            else
                pull_skip(&w->j);
    }
}

/* "a" of "a.b" is a column too, and takes what "a.b" would have been. */
static bool is_inside_another(const struct es_table *t, str path)
{
    for (size_t i = 0; i < path.n; i++)
        if (path.p[i] == '.' &&
            field_names_find(&t->names, str_sub(path, 0, i)) >= 0)
            return true;
    return false;
}

/* Fields that documents and index may tell different things about. */
static void find_columnar(struct es_table *t, const struct walk *w)
{
    for (size_t i = 0; i < t->fields.n; i++) {
        struct es_field *f = &t->fields.v[i];
        bool everywhere = f->nindices == t->nindices;
        f->columnar = f->columnar && !t->cut && !f->dropped &&
                      (everywhere || !t->unmapped) &&
                      !is_inside_another(t, f->path);
    }
    for (size_t i = 0; i < w->copies.n; i++) {
        int32_t at = field_names_find(&t->names, w->copies.v[i]);
        if (at >= 0)
            t->fields.v[at].columnar = false;
    }
}

const char *es_mapping_read(struct es_table *t, struct arena *a, str text)
{
    struct walk w = { .table = t, .arena = a };
    struct field_names none;
    field_names_init(&none, a);
    buf_init(&w.path, 64 << 10);
    pull_init(&w.j, text, &none);
    read_mappings(&w);
    find_columnar(t, &w);
    const char *why = w.j.error;
    pull_release(&w.j);
    buf_release(&w.path);
    return why;
}
