/* datasets.c - the table of what there is: one row a file, to be hunted in.
 *
 * Called by: security_datasets.c. A file that no description mentions has its
 * name, link and size; what a description leaves open is "" or []. */
#include "base/json_text.h"
#include "base/json_write.h"
#include "base/ticks.h"
#include "providers/answer/row_writer.h"
#include "providers/http/answer.h"
#include "search.h"

enum about {
    TITLE, QUERY_PATH, ID, TYPE, PLATFORM, FILE_TYPE, TACTICS, TACTIC_NAMES,
    TECHNIQUES, TAGS, DESCRIPTION, CREATED, MODIFIED, CONTRIBUTORS, BYTES,
    AVAILABLE, SAVED, LINK, ENVIRONMENT, TOOLS, PERMISSIONS, ADVERSARY_VIEW,
    NOTEBOOKS, REFERENCES, MAPPINGS, METADATA_PATH, NCOLUMNS
};

#define COL(name, type) { { name, sizeof(name) - 1 }, TYPE_##type }

const struct source_col sd_dataset_cols[] = {
    [TITLE] = COL("Title", STRING),
    [QUERY_PATH] = COL("QueryPath", STRING),
    [ID] = COL("Id", STRING),
    [TYPE] = COL("Type", STRING),
    [PLATFORM] = COL("Platform", DYNAMIC),
    [FILE_TYPE] = COL("FileType", STRING),
    [TACTICS] = COL("Tactics", DYNAMIC),
    [TACTIC_NAMES] = COL("TacticNames", DYNAMIC),
    [TECHNIQUES] = COL("Techniques", DYNAMIC),
    [TAGS] = COL("Tags", DYNAMIC),
    [DESCRIPTION] = COL("Description", STRING),
    [CREATED] = COL("CreationDate", DATETIME),
    [MODIFIED] = COL("ModificationDate", DATETIME),
    [CONTRIBUTORS] = COL("Contributors", DYNAMIC),
    [BYTES] = COL("Bytes", LONG),
    [AVAILABLE] = COL("Available", BOOL),
    [SAVED] = COL("Saved", BOOL),
    [LINK] = COL("Link", STRING),
    [ENVIRONMENT] = COL("Environment", STRING),
    [TOOLS] = COL("Tools", DYNAMIC),
    [PERMISSIONS] = COL("PermissionsRequired", DYNAMIC),
    [ADVERSARY_VIEW] = COL("AdversaryView", STRING),
    [NOTEBOOKS] = COL("Notebooks", DYNAMIC),
    [REFERENCES] = COL("References", DYNAMIC),
    [MAPPINGS] = COL("AttackMappings", DYNAMIC),
    [METADATA_PATH] = COL("MetadataPath", STRING),
};
const size_t sd_ndataset_cols = NCOLUMNS;

/* ---- values of a description ---- */

static str tactic_name(str id)
{
    static const struct { const char *id, *name; } TACTIC_TABLE[] = {
#define TACTIC(id, name) { id, name },
#include "tactics.def"
#undef TACTIC
    };
    for (size_t i = 0; i < sizeof TACTIC_TABLE / sizeof *TACTIC_TABLE; i++)
        if (str_eqz(id, TACTIC_TABLE[i].id))
            return str_of(TACTIC_TABLE[i].name);
    return id;
}

/* Texts, each once, in the order they came. */
struct texts {
    struct arena *arena;
    LIST(str) list;
};

static void add_text(struct texts *t, str s)
{
    if (!s.n)
        return;
    for (size_t i = 0; i < t->list.n; i++)
        if (str_eq(t->list.v[i], s))
            return;
    PUSH(t->arena, t->list, s);
}

static str as_array(struct texts *t)
{
    struct buf b;
    buf_init(&b, JSON_MAX_BYTES);
    buf_addc(&b, '[');
    for (size_t i = 0; i < t->list.n; i++) {
        if (i)
            buf_addc(&b, ',');
        json_str(&b, t->list.v[i]);
    }
    buf_addc(&b, ']');
    str s = buf_take(&b, t->arena);
    buf_release(&b);
    return s;
}

static str plain(struct arena *a, str literal)
{
    struct buf b;
    if (json_kind(literal) != JSON_STRING)
        return S("");
    buf_init(&b, JSON_MAX_BYTES);
    json_unquote(&b, literal);
    str s = buf_take(&b, a);
    buf_release(&b);
    return s;
}

/* "T1059.001"; an identifier that stands in the place of 001 counts whole. */
static str technique_of(struct arena *a, str mapping)
{
    str t = answer_text(a, mapping, "technique"),
        sub = answer_text(a, mapping, "sub-technique");
    if (!sub.n || !t.n)
        return t;
    return sub.p[0] == 'T' ? sub
                           : arena_fmt(a, "%.*s.%.*s", STRF(t), STRF(sub));
}

static void add_tactics(struct texts *t, str mapping, bool names)
{
    struct json_iter it;
    str one;
    str list = answer_at(mapping, "tactics");
    if (json_kind(list) == JSON_STRING) {
        one = plain(t->arena, list);
        add_text(t, names ? tactic_name(one) : one);
    } else if (json_iter_init(&it, list)) {
        while (json_next(&it, NULL, &one)) {
            one = plain(t->arena, one);
            add_text(t, names ? tactic_name(one) : one);
        }
    }
}

static str mapped(struct arena *a, str json, enum about c)
{
    struct texts t = { .arena = a };
    struct json_iter it;
    str mapping;
    if (json_iter_init(&it, answer_at(json, "attack_mappings")) && !it.object)
        while (json_next(&it, NULL, &mapping)) {
            if (c == TECHNIQUES)
                add_text(&t, technique_of(a, mapping));
            else
                add_tactics(&t, mapping, c == TACTIC_NAMES);
        }
    return as_array(&t);
}

/* A list; one value alone is a list of one. */
static str list_at(struct arena *a, str json, const char *path)
{
    str v = answer_at(json, path);
    enum json_kind k = json_kind(v);
    if (k == JSON_ARRAY)
        return v;
    if (k == JSON_NONE || k == JSON_NULL)
        return S("[]");
    return arena_fmt(a, "[%.*s]", STRF(v));
}

/* 2020/09/14 */
static bool date_at(struct arena *a, str json, const char *path, int64_t *t)
{
    str s = str_trim(answer_text(a, json, path));
    char *p = arena_cstr(a, s);
    for (char *q = p; *q; q++)
        if (*q == '/')
            *q = '-';
    return ticks_parse((str){ p, s.n }, t);
}

/* ---- rows ---- */

struct from_doc {
    enum about column;
    const char *path;
};

static const struct from_doc TEXTS[] = {
    { TITLE, "title" }, { ID, "id" }, { TYPE, "type" },
    { DESCRIPTION, "description" }, { ENVIRONMENT, "simulation.environment" },
    { ADVERSARY_VIEW, "simulation.adversary_view" },
}, LISTS[] = {
    { PLATFORM, "platform" }, { TAGS, "tags" },
    { CONTRIBUTORS, "contributors" }, { TOOLS, "simulation.tools" },
    { PERMISSIONS, "simulation.permissions_required" },
    { NOTEBOOKS, "notebooks" }, { REFERENCES, "references" },
    { MAPPINGS, "attack_mappings" },
}, DATES[] = {
    { CREATED, "creation_date" }, { MODIFIED, "modification_date" },
};

#define LENGTH(v) (sizeof(v) / sizeof *(v))

static const char *path_in(const struct from_doc *v, size_t n, enum about c)
{
    for (size_t i = 0; i < n; i++)
        if (v[i].column == c)
            return v[i].path;
    return NULL;
}

struct reading {
    const struct sd *sd;
    struct row_writer rows;
    struct arena *tmp; /* of one row */
};

static void file_cell(struct reading *r, size_t at, enum about c,
                      const struct sd_row *row)
{
    const struct sd_data *d = row->data;
    if (c == QUERY_PATH)
        row_writer_text(&r->rows, at, d ? d->name : S(""));
    else if (c == FILE_TYPE)
        row_writer_text(&r->rows, at, row->kind);
    else if (c == LINK)
        row_writer_text(&r->rows, at, row->link);
    else if (c == METADATA_PATH)
        row_writer_text(&r->rows, at, row->doc ? row->doc->path : S(""));
    else if (c == AVAILABLE)
        row_writer_int(&r->rows, at, d && d->there);
    else if (c == SAVED)
        row_writer_int(&r->rows, at, d && sd_is_saved(r->sd, d));
    else if (c == BYTES && d && d->size >= 0)
        row_writer_int(&r->rows, at, d->size);
}

static void cell(struct reading *r, size_t at, enum about c,
                 const struct sd_row *row)
{
    str json = row->doc ? row->doc->json : S("");
    const char *text = path_in(TEXTS, LENGTH(TEXTS), c),
               *list = path_in(LISTS, LENGTH(LISTS), c),
               *date = path_in(DATES, LENGTH(DATES), c);
    int64_t t;
    if (text)
        row_writer_text(&r->rows, at,
                        str_trim(answer_text(r->tmp, json, text)));
    else if (list)
        (void)row_writer_json(&r->rows, at, list_at(r->tmp, json, list));
    else if (c == TACTICS || c == TACTIC_NAMES || c == TECHNIQUES)
        (void)row_writer_json(&r->rows, at, mapped(r->tmp, json, c));
    else if (!date)
        file_cell(r, at, c, row);
    else if (date_at(r->tmp, json, date, &t))
        row_writer_int(&r->rows, at, t);
}

struct dataset_source {
    struct source source;
    const struct sd *sd;
    struct sd_search search;
    enum about *what; /* of each column */
};

static enum status add_row(struct dataset_source *ds, struct reading *r,
                           const struct sd_row *row)
{
    str json = row->doc ? row->doc->json : S("");
    if (!sd_search_fits(&ds->search, json, row->path))
        return ST_OK;
    for (size_t i = 0; i < ds->source.ncols; i++)
        cell(r, i, ds->what[i], row);
    return row_writer_next(&r->rows);
}

static enum status datasets_read(struct source *s, unsigned part,
                                 struct row_sink *sink,
                                 const atomic_bool *cancel, struct diags *ds)
{
    struct dataset_source *d = s->impl;
    struct reading r = { .sd = d->sd };
    enum status st = ST_OK;
    (void)ds;
    if (part != 0)
        return ST_OK;
    r.tmp = arena_new();
    row_writer_init(&r.rows, sink, 0, s->ncols, s->cols);
    for (size_t i = 0; i < d->sd->rows.n && st == ST_OK; i++) {
        st = cancel && atomic_load(cancel)
                 ? ST_CANCELLED
                 : add_row(d, &r, &d->sd->rows.v[i]);
        arena_reset(r.tmp);
    }
    if (st == ST_OK)
        st = row_writer_flush(&r.rows);
    s->repaired += r.rows.batch.repaired;
    row_writer_release(&r.rows);
    arena_free(r.tmp);
    return st;
}

static void datasets_close(struct source *s)
{
    arena_free(s->arena);
}

/* Which of ours each wanted column is. */
static void choose_columns(struct dataset_source *d,
                           const struct remote_query *q)
{
    struct arena *a = d->source.arena;
    size_t n = q->ncols ? q->ncols : sd_ndataset_cols;
    struct source_col *cols = arena_array(a, n, sizeof *cols);
    d->what = arena_array(a, n, sizeof *d->what);
    for (size_t i = 0; i < n; i++) {
        size_t k = q->ncols ? 0 : i;
        while (q->ncols && k < NCOLUMNS &&
               !str_eq(q->cols[i].name, sd_dataset_cols[k].name))
            k++;
        if (k == NCOLUMNS)
            BUG("datasets have no column %.*s", STRF(q->cols[i].name));
        cols[i] = sd_dataset_cols[k];
        d->what[i] = (enum about)k;
    }
    d->source.cols = cols;
    d->source.ncols = n;
}

enum status sd_datasets_open(struct sd *sd, str terms,
                             const struct remote_query *q,
                             struct source **out,
                             const struct remote_call *call)
{
    struct arena *a = arena_new();
    struct dataset_source *d = NEW(a, struct dataset_source);
    d->sd = sd;
    d->source = (struct source){ .arena = a, .nparts = 1, .impl = d,
                                 .read = datasets_read,
                                 .close = datasets_close };
    enum status st = sd_search_parse(&d->search, a, terms, call);
    if (st != ST_OK) {
        arena_free(a);
        return st;
    }
    choose_columns(d, q);
    *out = &d->source;
    return ST_OK;
}
