/* local_data.c - folders of files as a connection: connecting, columns, rows.
 *
 * Called by: the language, through struct remote_provider. Files are read as
 * with file("…"). Everything runs here; columns that nobody asks for are not
 * read. The folders are those of DataProviders, LocalData, data_paths, as
 * MSTICPy's driver of that name has them, or the one that `.connect` names. */
#include "ld.h"
#include "providers/file/file.h"
#include "providers/setup.h"
#include "providers/stages.h"

static const struct remote_setting settings[] = {
    { "folder", TYPE_STRING,
      "The folder of files; those of data_paths in the configuration." },
    { NULL, TYPE_STRING, NULL },
};

/* ---- connecting ---- */

static enum status no_folders(const struct remote_call *call)
{
    struct diag *d = diag_error(call->ds, DIAG_CONFIG, call->span,
                                "there is no folder to read files from");
    diag_hint(call->ds, d, "with (folder = \"…\") names one, or data_paths of "
                           "DataProviders, LocalData, Args in the "
                           "configuration");
    return ST_ENV;
}

static enum status add_listed(struct ld *ld, const struct config *c,
                              const struct yaml_node *list,
                              const struct remote_call *call)
{
    enum status st = ST_OK;
    if (list->kind == YAML_LIST && list->n > LD_MAX_FOLDERS) {
        diag_error(call->ds, DIAG_LIMIT, call->span,
                   "data_paths has more than %d folders", (int)LD_MAX_FOLDERS);
        return ST_ENV;
    }
    size_t n = list->kind == YAML_LIST ? list->n : 1;
    for (size_t i = 0; i < n && st == ST_OK; i++) {
        const struct yaml_node *e =
            list->kind == YAML_LIST ? list->kids[i] : list;
        str path = S("");
        if (!config_text(c, e, &path, call->ds))
            return ST_ENV;
        st = ld_folder_add(ld, path, n == 1, call);
    }
    return st;
}

static enum status add_folders(struct ld *ld, struct remote_services *services,
                               const struct remote_setup *setup,
                               const struct remote_call *call)
{
    const struct config *c = services->config;
    const struct yaml_node *args, *section, *list;
    str folder = setup_text(setup, "folder");
    enum status st = config_open(services->config, call->ds);
    if (st == ST_OK)
        st = setup_args(services, "LocalData", setup, &args, call);
    if (st != ST_OK)
        return st;
    if (folder.n)
        return ld_folder_add(ld, folder, true, call);
    section = config_section(c, "LocalData", setup->instance);
    list = config_arg(c, section, "data_paths");
    if (!yaml_is_null(list))
        st = add_listed(ld, c, list, call);
    return st == ST_OK && !ld->folders.n ? no_folders(call) : st;
}

static str shown_place(const struct ld *ld)
{
    struct arena *a = ld->remote.arena;
    str s = S("");
    for (size_t i = 0; i < ld->folders.n; i++)
        s = arena_fmt(a, "%.*s%s%.*s", STRF(s), i ? ", " : "",
                      STRF(ld->folders.v[i].path));
    return arena_fmt(a, "%.*s: %zu files; .show tables of %.*s lists them",
                     STRF(s), ld->list.files.n, STRF(ld->remote.alias));
}

static void forget_kept(struct ld *ld)
{
    if (ld->kept)
        ld->kept->close(ld->kept);
    ld->kept = NULL;
}

static void ld_close(struct remote *r)
{
    struct ld *ld = r->impl;
    forget_kept(ld);
    ld_listing_release(&ld->list);
    arena_free(r->arena);
}

static enum status ld_connect(struct remote_services *services,
                              const struct remote_setup *setup,
                              struct remote **out,
                              const struct remote_call *call)
{
    struct arena *a = arena_new();
    struct ld *ld = NEW(a, struct ld);
    ld->remote.arena = a;
    ld->remote.impl = ld;
    ld->remote.alias = arena_str(a, setup->alias);
    ld->remote.knows_tables = true;
    ld->remote.changes = true;
    enum status st = add_folders(ld, services, setup, call);
    if (st == ST_OK)
        st = ld_listing_make(ld, call);
    if (st != ST_OK) {
        ld_close(&ld->remote);
        return st;
    }
    ld_listing_tell(ld, call);
    ld->remote.where = shown_place(ld);
    *out = &ld->remote;
    return ST_OK;
}

static enum status ld_tables(struct remote *r, struct arena *a,
                             struct remote_tables *out,
                             const struct remote_call *call)
{
    struct ld *ld = r->impl;
    enum status st = ld_listing_make(ld, call);
    if (st == ST_OK)
        ld_tables_list(ld, a, out);
    return st;
}

/* ---- columns ---- */

static struct ld_known *known(const struct ld *ld, str table)
{
    for (struct ld_known *k = ld->known; k; k = k->next)
        if (str_eq(k->table, table))
            return k;
    return NULL;
}

static enum status report_changed(str name, const struct remote_call *call)
{
    struct diag *d = diag_error(call->ds, DIAG_FILE, call->span,
                                "'%.*s' is not the file any more that it was "
                                "when the query began", STRF(name));
    diag_hint(call->ds, d, "something writes to it; run the cell again");
    return ST_ENV;
}

/* The reader notices when a file is replaced after it was opened; whether that
 * was the one we looked at only a second look tells. Growing does not count. */
static enum status check_same(struct ld *ld, str name,
                              const struct ld_table *before,
                              const struct remote_call *call)
{
    struct arena *a = arena_new();
    struct ld_table now = { .n = 0 };
    enum status st = ld_table_find(ld, name, a, &now, call);
    arena_free(a);
    if (st == ST_USER || (st == ST_OK && now.which != before->which))
        return report_changed(name, call);
    return st;
}

static enum status read_files(const struct ld_table *t,
                              const struct remote_schema *want,
                              struct source **out, struct diags *ds,
                              const struct remote_call *call)
{
    bool damaged;
    struct file_one f = {
        .ncols = want->ncols, .cols = want->cols, .cancel = call->cancel,
        .span = call->span, .by_name = true, .npaths = t->n, .paths = t->paths,
    };
    enum status st = file_open_one(out, &f, &damaged, ds);
    return st == ST_USER ? ST_ENV : st;
}

static bool has_columns(const struct source *s, const struct ld_known *k)
{
    bool same = s->ncols == k->schema.ncols &&
                str_eq(s->parquet, k->parquet);
    for (size_t i = 0; same && i < s->ncols; i++)
        same = s->cols[i].type == k->schema.cols[i].type &&
               str_eq(s->cols[i].name, k->schema.cols[i].name);
    return same;
}

/* Columns live as long as the connection, and are kept anew only when they are
 * others. */
static void learn(struct ld *ld, str table, const struct source *s,
                  uint64_t stamp)
{
    struct arena *a = ld->remote.arena;
    struct ld_known *k = known(ld, table);
    if (!k) {
        k = NEW(a, struct ld_known);
        *k = (struct ld_known){ .table = arena_str(a, table),
                                .next = ld->known };
        ld->known = k;
    }
    k->stamp = stamp;
    k->told = true;
    if (k->schema.ncols + k->parquet.n && has_columns(s, k))
        return;
    struct source_col *cols = arena_array(a, s->ncols + 1, sizeof *cols);
    for (size_t i = 0; i < s->ncols; i++)
        cols[i] = (struct source_col){ arena_str(a, s->cols[i].name),
                                       s->cols[i].type };
    k->schema = (struct remote_schema){ s->ncols, cols };
    k->parquet = arena_str(a, s->parquet);
}

static enum status find_columns(struct ld *ld, str table,
                                const struct ld_table *t,
                                const struct remote_call *call)
{
    forget_kept(ld);
    enum status st = read_files(t, &(struct remote_schema){ 0 }, &ld->kept,
                                call->ds, call);
    if (st != ST_OK) {
        ld->kept = NULL;
        return st;
    }
    st = check_same(ld, table, t, call);
    if (st != ST_OK) {
        forget_kept(ld);
        return st;
    }
    learn(ld, table, ld->kept, t->stamp);
    ld->kept_table = known(ld, table)->table;
    ld->kept_stamp = t->stamp;
    return ST_OK;
}

static enum status ld_columns(struct remote *r, str table, struct arena *a,
                              struct remote_schema *out,
                              const struct remote_call *call)
{
    struct ld *ld = r->impl;
    struct arena *tmp = arena_new();
    struct ld_table t;
    const struct ld_known *k;
    enum status st = ld_table_find(ld, table, tmp, &t, call);
    (void)a;
    if (st == ST_OK && (!(k = known(ld, table)) || k->stamp != t.stamp))
        st = find_columns(ld, table, &t, call);
    if (st == ST_OK)
        *out = known(ld, table)->schema;
    arena_free(tmp);
    return st;
}

static str ld_parquet(struct remote *r, str table)
{
    const struct ld_known *k = known(r->impl, table);
    return k ? k->parquet : S("");
}

/* ---- queries ---- */

/* Columns that are left out need not be read; everything else runs here. */
static enum remote_push ld_push(struct remote *r, const struct remote_query *q,
                                const struct remote_stage *next)
{
    (void)r;
    (void)q;
    return stage_is_columns(next) ? PUSH_EXACT : PUSH_NO;
}

static str name_of(const struct remote_query *q)
{
    return q->text.n ? q->text : q->table;
}

static enum status ld_text(struct remote *r, const struct remote_query *q,
                           struct buf *out, const struct remote_call *call)
{
    struct arena *a = arena_new();
    struct ld_table t = { 0 };
    enum status st = ld_table_find(r->impl, name_of(q), a, &t, call);
    for (size_t i = 0; i < t.n && st == ST_OK; i++)
        buf_addf(out, "%sfile %.*s", i ? "\n" : "", STRF(t.paths[i]));
    for (size_t i = 0; i < q->ncols && q->nstages; i++)
        buf_addf(out, "%s%.*s", i ? ", " : "\n", STRF(q->cols[i].name));
    arena_free(a);
    return st == ST_USER ? ST_ENV : st;
}

static enum status no_file(const struct ld *ld, str name,
                           const struct remote_call *call)
{
    struct diag *d = diag_error(call->ds, DIAG_UNKNOWN_TABLE, call->span,
                                "%.*s has no file '%.*s'",
                                STRF(ld->remote.alias), STRF(name));
    diag_hint(call->ds, d, ".show tables of %.*s lists them",
              STRF(ld->remote.alias));
    return ST_ENV;
}

/* The files are not those whose columns the query was made for: it goes on when
 * they have the same ones. */
static enum status check_changed(struct ld *ld, const struct remote_query *q,
                                 const struct ld_table *t,
                                 const struct remote_call *call)
{
    struct ld_known *k = known(ld, q->table);
    struct remote_schema before;
    if (!q->table.n || !k || k->stamp == t->stamp)
        return ST_OK;
    before = k->schema;
    enum status st = find_columns(ld, q->table, t, call);
    if (st != ST_OK || before.cols == k->schema.cols)
        return st;
    return report_changed(q->table, call);
}

/* What was told with the columns is not told again with the rows. */
static void pass_on(struct ld *ld, const struct remote_query *q,
                    const struct diags *own, const struct remote_call *call)
{
    struct ld_known *k = known(ld, q->table);
    if (own->nerrors || !k || !k->told)
        services_hand_on(call->ds, own);
    if (k)
        k->told = false;
}

/* Parquet is the engine's to read: it takes the columns by their names. */
static void want_columns(struct source *s, const struct remote_query *q)
{
    if (!s->parquet.n || !q->ncols)
        return;
    struct source_col *cols = arena_array(s->arena, q->ncols, sizeof *cols);
    for (size_t i = 0; i < q->ncols; i++)
        cols[i] = (struct source_col){ arena_str(s->arena, q->cols[i].name),
                                       q->cols[i].type };
    s->cols = cols;
    s->ncols = q->ncols;
}

static enum status open_table(struct ld *ld, const struct remote_query *q,
                              const struct ld_table *t, struct source **out,
                              const struct remote_call *call)
{
    struct diags own;
    enum status st = check_changed(ld, q, t, call);
    if (st != ST_OK)
        return st;
    struct ld_known *k = known(ld, q->table);
    if (ld->kept && k && !q->nstages && ld->kept_stamp == t->stamp &&
        str_eq(ld->kept_table, q->table)) {
        k->told = false;
        *out = ld->kept;
        ld->kept = NULL;
        return ST_OK;
    }
    forget_kept(ld);
    diags_init(&own, call->ds->arena);
    st = read_files(t, &(struct remote_schema){ q->ncols, q->cols },
                    out, &own, call);
    pass_on(ld, q, &own, call);
    if (st == ST_OK && check_same(ld, name_of(q), t, call) != ST_OK) {
        (*out)->close(*out);
        *out = NULL;
        st = ST_ENV;
    }
    return st;
}

static enum status ld_open(struct remote *r, const struct remote_query *q,
                           struct source **out,
                           const struct remote_call *call)
{
    struct ld *ld = r->impl;
    struct arena *tmp = arena_new();
    struct ld_table t;
    enum status st = ld_table_find(ld, name_of(q), tmp, &t, call);
    if (st == ST_USER)
        st = no_file(ld, name_of(q), call);
    if (st == ST_OK)
        st = open_table(ld, q, &t, out, call);
    if (st == ST_OK)
        want_columns(*out, q);
    arena_free(tmp);
    return st;
}

/* ---- the row ---- */

const struct remote_provider remote_local_data = {
    .name = "local_data",
    .usage = ".connect local_data[.INSTANCE] [as ALIAS] "
             "[with (folder = \"…\")]",
    .summary = "Folders of files (LocalData): each CSV, JSON, JSON Lines, "
               "text or Parquet file below them is a table, named by its path, "
               "its last parts or those without the ending. A pattern reads "
               "several: ALIAS.[\"logs/*.jsonl\"].",
    .example = ".connect local_data as ld with (folder = \"~/incident1\")",
    .language = REMOTE_STAGES,
    .native = "the name of a file, or a pattern",
    .settings = settings,
    .connect = ld_connect,
    .close = ld_close,
    .tables = ld_tables,
    .columns = ld_columns,
    .parquet = ld_parquet,
    .push = ld_push,
    .text = ld_text,
    .open = ld_open,
};
