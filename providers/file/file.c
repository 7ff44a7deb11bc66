/* file.c - the file provider: file("…"), .load and externaldata.
 *
 * Called by: the language, through struct provider. open() finds the files,
 * unpacks what is packed, decides formats and reads everything once to find
 * columns and types; read() (load.c) delivers the rows.
 * Must not: know the engine, or keep any row. */
#include <stdlib.h>
#include <unistd.h>

#include "encode.h"
#include "file.h"
#include "format.h"
#include "header.h"
#include "load.h"
#include "options.h"
#include "paths.h"
#include "providers/providers.h"
#include "unpack.h"

/* Parts smaller than this are not worth a thread. */
enum { MIN_PART = 256 << 10 };

struct opening {
    struct file_source *fs;
    const struct source_request *rq;
    const struct file_choice *choice; /* MAY be NULL */
    const struct file_one *one; /* NULL: rq->args are patterns */
    struct file_options options;
    struct schema *schema;
    unsigned nthreads;
    const atomic_bool *cancel;
    struct diags *ds;
};

/* ---- finding the bytes --------------------------------------------------- */

static enum status open_path(struct opening *o, struct unpack *u, str path)
{
    struct member m;
    enum status st = path_find(&m, path, o->rq->span, o->ds);
    if (st != ST_OK)
        return st;
    m.name = m.path = arena_str(o->fs->source.arena, path);
    if (unpack_wanted(&m))
        return unpack_member(u, &m);
    PUSH(o->fs->source.arena, o->fs->members.list, m);
    return ST_OK;
}

static enum status report_no_data(struct opening *o, const struct unpack *u)
{
    struct diag *d = diag_error(o->ds, DIAG_FORMAT, o->rq->span,
                                "no data files in the archive");
    if (u->nskipped)
        diag_hint(o->ds, d, "%zu others, like '%.*s'", u->nskipped,
                  STRF(u->skipped));
    return ST_USER;
}

static enum status open_paths(struct opening *o, const struct path_list *l)
{
    struct unpack u = { .out = &o->fs->members, .choice = o->choice,
                        .cancel = o->cancel, .ds = o->ds,
                        .span = o->rq->span };
    enum status st = ST_OK;
    for (size_t i = 0; i < l->list.n && st == ST_OK; i++)
        st = open_path(o, &u, l->list.v[i]);
    if (st == ST_OK && o->fs->members.list.n == 0)
        return report_no_data(o, &u);
    if (st == ST_OK && u.nskipped)
        diag_warn(o->ds, DIAG_FORMAT, o->rq->span,
                  "%zu files in the archive are no data and were left out, "
                  "like '%.*s'", u.nskipped, STRF(u.skipped));
    return st;
}

/* Names that whoever asks has found already. */
static enum status open_named(struct opening *o)
{
    struct path_list l = { .arena = arena_new() };
    for (size_t i = 0; i < o->one->npaths; i++)
        PUSH(l.arena, l.list, o->one->paths[i]);
    enum status st = open_paths(o, &l);
    arena_free(l.arena);
    return st;
}

static enum status find_members(struct opening *o)
{
    if (o->one && o->one->npaths)
        return open_named(o);
    struct path_list l = { .arena = arena_new() };
    enum status st = ST_OK;
    for (size_t i = 0; i < o->rq->nargs && st == ST_OK; i++) {
        const struct value *v = &o->rq->args[i];
        if (v->null || !type_is_text(v->type)) {
            diag_error(o->ds, DIAG_ARGUMENTS, o->rq->span,
                       "a file is named by a string");
            st = ST_USER;
        } else {
            st = paths_expand(&l, v->s, o->rq->span, o->ds);
        }
    }
    if (st == ST_OK && o->rq->nargs == 0) {
        diag_error(o->ds, DIAG_ARGUMENTS, o->rq->span,
                   "the name of a file or a pattern is missing");
        st = ST_USER;
    }
    if (st == ST_OK)
        st = open_paths(o, &l);
    arena_free(l.arena);
    return st;
}

/* ---- formats ------------------------------------------------------------- */

static bool is_by_name(const struct opening *o)
{
    return o->one && o->one->by_name;
}

static enum status prepare_member(struct opening *o, struct member *m)
{
    const struct file_options *op = &o->options;
    struct header h = { o->schema, is_by_name(o) ? 0 : o->rq->ncols, op,
                        o->ds };
    struct encode c = { &o->fs->members, op->encoding, o->cancel,
                        o->rq->span, o->ds };
    enum status st = encode_utf8(&c, m);
    if (st == ST_OK)
        st = format_detect(m, op, o->rq->span, o->ds);
    if (st == ST_OK)
        st = header_read(&h, m);
    return st;
}

static enum status prepare_members(struct opening *o)
{
    struct member_list *l = &o->fs->members;
    enum status st = ST_OK;
    for (size_t i = 0; i < l->list.n && st == ST_OK; i++)
        st = prepare_member(o, &l->list.v[i]);
    return st;
}

/* Parquet is the engine's to read; it takes one file from this machine. */
static enum status check_parquet(struct opening *o)
{
    struct member_list *l = &o->fs->members;
    size_t n = 0;
    for (size_t i = 0; i < l->list.n; i++)
        n += l->list.v[i].format == FORMAT_PARQUET;
    if (n == 0)
        return ST_OK;
    const struct member *m = &l->list.v[0];
    if (l->list.n == 1 && str_eq(m->name, m->path)) {
        o->fs->source.parquet = m->path;
        o->fs->source.bytes = m->size;
        return ST_OK;
    }
    struct diag *d = diag_error(o->ds, DIAG_UNSUPPORTED, o->rq->span,
                                "Parquet is read one file at a time, and not "
                                "out of archives");
    diag_hint(o->ds, d, "unite them: file(\"a.parquet\") | union "
                        "file(\"b.parquet\")");
    return ST_USER;
}

/* ---- columns ------------------------------------------------------------- */

static void declare_columns(struct opening *o)
{
    for (size_t i = 0; i < o->rq->ncols; i++)
        field_names_add(&o->schema->names, o->rq->cols[i].name);
}

static enum status set_time_column(struct opening *o, struct source_col *cols)
{
    str want = o->options.time;
    size_t n = o->fs->source.ncols;
    o->fs->time_col = -1;
    if (want.n == 0)
        return ST_OK;
    for (size_t i = 0; i < n; i++)
        if (str_eq(cols[i].name, want)) {
            o->fs->time_col = (int)i;
            cols[i].type = TYPE_DATETIME;
            return ST_OK;
        }
    str *names = arena_array(o->ds->arena, n, sizeof *names);
    for (size_t i = 0; i < n; i++)
        names[i] = cols[i].name;
    struct diag *d = diag_error(o->ds, DIAG_UNKNOWN_COLUMN, o->rq->span,
                                "there is no column '%.*s' to take as time",
                                STRF(want));
    str near = diag_nearest(want, names, n);
    if (near.n)
        diag_hint(o->ds, d, "did you mean '%.*s'?", STRF(near));
    return ST_USER;
}

/* A table needs a column, even when no record gave one. */
static void at_least_one(struct opening *o)
{
    if (o->schema->names.list.n)
        return;
    field_names_add(&o->schema->names, S(JSON_VALUE_COLUMN));
    diag_warn(o->ds, DIAG_FORMAT, o->rq->span, "no records in %.*s",
              STRF(o->fs->members.list.v[0].name));
}

static enum status set_columns(struct opening *o)
{
    struct source *s = &o->fs->source;
    at_least_one(o);
    s->ncols = o->rq->ncols ? o->rq->ncols : o->schema->names.list.n;
    struct source_col *cols = arena_array(s->arena, s->ncols, sizeof *cols);
    for (size_t i = 0; i < s->ncols; i++) {
        if (o->rq->ncols) {
            cols[i].name = arena_str(s->arena, o->rq->cols[i].name);
            cols[i].type = o->rq->cols[i].type;
        } else {
            cols[i].name = o->schema->names.list.v[i].text;
            cols[i].type = schema_type(o->schema, i);
        }
    }
    s->cols = cols;
    o->fs->names = &o->schema->names;
    o->fs->declared = o->rq->ncols > 0;
    return set_time_column(o, cols);
}

static unsigned parts_for(uint64_t bytes, unsigned nthreads)
{
    uint64_t n = bytes / MIN_PART + 1;
    if (n > nthreads)
        n = nthreads;
    if (n > SOURCE_MAX_PARTS)
        n = SOURCE_MAX_PARTS;
    return n ? (unsigned)n : 1;
}

static enum status scan_members(struct opening *o)
{
    struct source *s = &o->fs->source;
    const struct member_list *l = &o->fs->members;
    for (size_t i = 0; i < l->list.n; i++)
        s->bytes += l->list.v[i].size;
    s->nparts = parts_for(s->bytes, o->nthreads);
    struct scan scan = {
        .members = l, .nparts = s->nparts, .infer = o->rq->ncols == 0,
        .cancel = o->cancel, .span = o->rq->span,
    };
    return scan_run(&scan, o->schema, o->fs->cuts, o->ds);
}

/* ---- the provider -------------------------------------------------------- */

static void file_close(struct source *s)
{
    struct file_source *fs = s->impl;
    struct arena *a = s->arena;
    member_list_release(&fs->members);
    arena_free(a);
}

static enum status open_all(struct opening *o)
{
    enum status st = options_parse(&o->options, o->rq, o->ds);
    o->options.header |= is_by_name(o);
    if (st == ST_OK)
        st = find_members(o);
    declare_columns(o);
    if (st == ST_OK)
        st = prepare_members(o);
    if (st == ST_OK)
        st = check_parquet(o);
    if (st != ST_OK || o->fs->source.parquet.n)
        return st;
    st = scan_members(o);
    return st == ST_OK ? set_columns(o) : st;
}

static enum status open_source(struct opening *o, struct source **out)
{
    struct arena *a = arena_new();
    struct file_source *fs = NEW(a, struct file_source);
    fs->source = (struct source){
        .arena = a, .nparts = 1, .read = load_part, .close = file_close,
        .impl = fs,
    };
    member_list_init(&fs->members, a);
    fs->time_col = -1;
    o->fs = fs;
    o->schema = schema_new(a);
    enum status st = open_all(o);
    if (st == ST_OK)
        *out = &fs->source;
    else
        file_close(&fs->source);
    return st;
}

static enum status file_open(struct source **out,
                             const struct source_request *rq,
                             unsigned nthreads, const atomic_bool *cancel,
                             struct diags *ds)
{
    struct opening o = { .rq = rq, .nthreads = nthreads, .cancel = cancel,
                         .ds = ds };
    return open_source(&o, out);
}

static bool is_damaged(const struct source *s)
{
    const struct file_source *fs = s->impl;
    for (size_t i = 0; i < fs->members.list.n; i++)
        if (fs->members.list.v[i].damage.n)
            return true;
    return false;
}

enum status file_open_one(struct source **out, const struct file_one *f,
                          bool *damaged, struct diags *ds)
{
    struct value path = { .type = TYPE_STRING, .s = f->path };
    struct source_request rq = { .nargs = 1, .args = &path, .span = f->span,
                                 .ncols = f->ncols, .cols = f->cols };
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    struct opening o = { .rq = &rq, .choice = f->choice, .one = f,
                         .cancel = f->cancel,
                         .nthreads = n > 1 ? (unsigned)n : 1, .ds = ds };
    enum status st = open_source(&o, out);
    *damaged = st == ST_ENV || (st == ST_OK && is_damaged(*out));
    return st;
}

const struct provider provider_file = {
    .name = "file",
    .usage = "file(\"path or pattern\" [, …]) [with (format = …, …)]",
    .summary = "Reads CSV, JSON, JSON Lines, text and Parquet files, packed "
               "or not, in place.",
    .example = "file(\"logs/**/*.jsonl.gz\") | take 10",
    .open = file_open,
};
