/* security_datasets.c - recordings of attacks by name: connecting, tables, and
 * the row.
 *
 * Called by: the language, through struct remote_provider.
 * Source: github.com/OTRF/Security-Datasets (MIT), once called Mordor. */
#include "base/ticks.h"
#include "providers/setup.h"
#include "providers/stages.h"
#include "sd.h"

enum { MAX_AGE_DAYS = 30 };

/* ---- settings ---- */

static const struct remote_setting settings[] = {
    { "folder", TYPE_STRING,
      "A clone of the repository on this machine; nothing is fetched." },
    { "save_folder", TYPE_STRING,
      "Where downloads and the listing are kept; a folder of the user's cache."
    },
    { "use_cached", TYPE_BOOL,
      "false: list and download again what is there already." },
    { "max_age", TYPE_TIMESPAN,
      "How long a listing counts before it is fetched again; 30d." },
    { "raw_base", TYPE_STRING,
      "Where files are fetched; the public repository." },
    { "tree_url", TYPE_STRING,
      "Where its files are listed, as GitHub lists a git tree." },
    { "ca_file", TYPE_STRING, "Certificates (PEM) to trust as well." },
    { "plain", TYPE_BOOL, "http:// to another machine, unprotected, is meant."
    },
    { NULL, TYPE_STRING, NULL },
};

static const struct yaml_node *section_of(const struct sd *sd, str instance)
{
    const struct config *c = sd->services->config;
    if (!instance.n)
        return config_at(c, "DataProviders.Mordor");
    return yaml_get_str(config_at(c, "DataProviders"),
                        arena_fmt(sd->remote.arena, "Mordor-%.*s",
                                  STRF(instance)));
}

/* What msticpy's file says beside Args; `.connect … with` and Args come
 * first. Both spellings of use_cached are out there. */
static bool read_section(struct sd *sd, const struct remote_setup *s,
                         struct diags *ds)
{
    const struct yaml_node *n = section_of(sd, s->instance);
    const struct config *c = sd->services->config;
    str folder = S("");
    if (!config_text(c, yaml_get(n, "save_folder"), &folder, ds) ||
        !config_bool(c, yaml_get(n, "used_cached"), &sd->use_cached, ds) ||
        !config_bool(c, yaml_get(n, "use_cached"), &sd->use_cached, ds))
        return false;
    if (!sd->save_folder.n)
        sd->save_folder = folder;
    sd->use_cached = setup_bool(s, "use_cached", sd->use_cached);
    return true;
}

static str without_slashes(str s)
{
    while (s.n > 1 && s.p[s.n - 1] == '/')
        s.n--;
    return s;
}

static str or_else(str s, const char *otherwise)
{
    return s.n ? s : str_of(otherwise);
}

static enum status read_settings(struct sd *sd, const struct remote_setup *s,
                                 const struct remote_call *call)
{
    struct arena *a = sd->remote.arena;
    sd->use_cached = true;
    sd->plain = setup_bool(s, "plain", false);
    sd->max_age = setup_long(s, "max_age", MAX_AGE_DAYS * TICKS_PER_DAY);
    sd->tree_url = arena_str(a, or_else(setup_text(s, "tree_url"),
                                        SD_PUBLIC_TREE));
    str base = or_else(setup_text(s, "raw_base"), SD_PUBLIC_BASE);
    sd->raw_base = arena_fmt(a, "%.*s/", STRF(without_slashes(base)));
    sd->folder = store_at_home(a, without_slashes(setup_text(s, "folder")));
    sd->ca_file = store_at_home(a, setup_text(s, "ca_file"));
    sd->save_folder = setup_text(s, "save_folder");
    if (!read_section(sd, s, call->ds))
        return ST_ENV;
    sd->save_folder =
        sd->save_folder.n
            ? store_at_home(a, without_slashes(sd->save_folder))
            : store_cache_folder(a, "security_datasets");
    if (sd->save_folder.n || sd->folder.n)
        return ST_OK;
    struct diag *d = diag_error(call->ds, DIAG_CONFIG, call->span,
                                "there is no home folder to keep datasets in");
    diag_hint(call->ds, d, "with (save_folder = \"…\") names a folder");
    return ST_ENV;
}

/* ---- connecting ---- */

static void tell_oddities(const struct sd *sd, const struct remote_call *call)
{
    if (sd->nelsewhere)
        diag_warn(call->ds, DIAG_FORMAT, call->span,
                  "%zu files lie outside the repository or have unfit names: "
                  "they are listed but cannot be loaded", sd->nelsewhere);
    if (sd->nleft_out)
        diag_warn(call->ds, DIAG_LIMIT, call->span,
                  "descriptions with more than %d files: %zu are not listed",
                  (int)SD_MAX_FILES, sd->nleft_out);
}

static str shown_place(struct sd *sd)
{
    struct arena *a = sd->remote.arena;
    struct civil c;
    ticks_to_civil(sd->list.made, &c);
    return arena_fmt(a, "Security-Datasets: %zu files, %zu descriptions (%.*s, "
                        "%04d-%02d-%02d); %.*s.datasets lists them",
                     sd->data.n, sd->list.docs.n,
                     STRF(sd->folder.n ? sd->folder : S("listed")), c.year,
                     c.month, c.day, STRF(sd->remote.alias));
}

static enum status set_up(struct sd *sd, const struct remote_setup *given,
                          const struct remote_call *call)
{
    struct setup_source from = { sd->services, "Mordor", settings,
                                 sd->remote.arena };
    struct remote_setup s;
    enum status st = setup_complete(&from, given, &s, call);
    return st == ST_OK ? read_settings(sd, &s, call) : st;
}

static enum status sd_connect(struct remote_services *services,
                              const struct remote_setup *given,
                              struct remote **out,
                              const struct remote_call *call)
{
    struct arena *a = arena_new();
    struct sd *sd = NEW(a, struct sd);
    sd->services = services;
    sd->remote.arena = a;
    sd->remote.impl = sd;
    sd->remote.alias = arena_str(a, given->alias);
    sd->remote.knows_tables = true;
    sd->remote.known_table = S("datasets");
    enum status st = set_up(sd, given, call);
    if (st == ST_OK)
        st = sd_listing_load(sd, call);
    if (st != ST_OK) {
        arena_free(a);
        return st;
    }
    sd_catalog_make(sd);
    tell_oddities(sd, call);
    sd->remote.where = shown_place(sd);
    *out = &sd->remote;
    return ST_OK;
}

static void forget_kept(struct sd *sd)
{
    if (sd->kept)
        sd->kept->close(sd->kept);
    sd->kept = NULL;
    sd->kept_data = NULL;
}

static void sd_close(struct remote *r)
{
    forget_kept(r->impl);
    arena_free(r->arena);
}

/* ---- tables ---- */

static bool is_datasets(str table)
{
    return str_eqz(table, "datasets");
}

static enum status sd_tables(struct remote *r, struct arena *a,
                             struct remote_tables *out,
                             const struct remote_call *call)
{
    const struct sd *sd = r->impl;
    struct remote_table *v = arena_array(a, sd->data.n + 1, sizeof *v);
    (void)call;
    v[0] = (struct remote_table){
        S("datasets"), S("What there is: a row a file, with techniques, "
                         "platform, description, QueryPath"),
    };
    for (size_t i = 0; i < sd->data.n; i++)
        v[i + 1] = (struct remote_table){ sd->data.v[i]->name,
                                          sd->data.v[i]->summary };
    *out = (struct remote_tables){ sd->data.n + 1, v };
    return ST_OK;
}

static enum status find_data(const struct sd *sd, str table,
                             struct sd_data **out,
                             const struct remote_call *call)
{
    bool several;
    *out = sd_data_find(sd, table, &several);
    if (!several)
        return *out ? ST_OK : ST_USER;
    struct diag *d = diag_error(call->ds, DIAG_UNKNOWN_TABLE, call->span,
                                "several datasets are called '%.*s'",
                                STRF(table));
    diag_hint(call->ds, d, "there are %.*s",
              STRF(sd_data_names(sd, table, call->ds->arena)));
    return ST_ENV;
}

static enum status sd_columns(struct remote *r, str table, struct arena *a,
                              struct remote_schema *out,
                              const struct remote_call *call)
{
    struct sd *sd = r->impl;
    struct sd_data *d;
    if (is_datasets(table)) {
        *out = (struct remote_schema){ sd_ndataset_cols, sd_dataset_cols };
        return ST_OK;
    }
    enum status st = find_data(sd, table, &d, call);
    if (st != ST_OK)
        return st;
    forget_kept(sd);
    st = sd_data_open(sd, d, &(struct remote_schema){ 0 }, &sd->kept, call);
    if (st != ST_OK)
        return st == ST_USER ? ST_ENV : st;
    sd->kept_data = d;
    struct source_col *cols = arena_array(a, sd->kept->ncols, sizeof *cols);
    for (size_t i = 0; i < sd->kept->ncols; i++)
        cols[i] = (struct source_col){ arena_str(a, sd->kept->cols[i].name),
                                       sd->kept->cols[i].type };
    *out = (struct remote_schema){ sd->kept->ncols, cols };
    return ST_OK;
}

/* ---- queries ---- */

/* Columns that are left out need not be read; everything else runs here. */
static enum remote_push sd_push(struct remote *r, const struct remote_query *q,
                                const struct remote_stage *next)
{
    (void)r;
    (void)q;
    return stage_is_columns(next) ? PUSH_EXACT : PUSH_NO;
}

static enum status sd_text(struct remote *r, const struct remote_query *q,
                           struct buf *out, const struct remote_call *call)
{
    const struct sd *sd = r->impl;
    struct arena *a = arena_new();
    bool several;
    const struct sd_data *d = sd_data_find(sd, q->table, &several);
    (void)call;
    if (q->text.n)
        buf_addf(out, "descriptions with %.*s", STRF(q->text));
    else if (is_datasets(q->table) || !d)
        buf_adds(out, "descriptions");
    else if (sd->folder.n || sd_is_saved(sd, d))
        buf_addf(out, "file %.*s", STRF(sd_data_path(sd, d, a)));
    else
        buf_addf(out, "GET %.*s", STRF(sd_data_url(sd, d, a)));
    for (size_t i = 0; i < q->ncols && q->nstages; i++)
        buf_addf(out, "%s%.*s", i ? ", " : "\n", STRF(q->cols[i].name));
    arena_free(a);
    return ST_OK;
}

static enum status take_kept(struct sd *sd, struct sd_data *d,
                             struct source **out)
{
    *out = sd->kept;
    sd->kept = NULL;
    sd->kept_data = NULL;
    d->told = false;
    return ST_OK;
}

static enum status sd_open(struct remote *r, const struct remote_query *q,
                           struct source **out,
                           const struct remote_call *call)
{
    struct sd *sd = r->impl;
    struct sd_data *d;
    if (q->text.n || is_datasets(q->table))
        return sd_datasets_open(sd, q->text, q, out, call);
    enum status st = find_data(sd, q->table, &d, call);
    if (st != ST_OK)
        return st;
    if (sd->kept_data == d && q->nstages == 0)
        return take_kept(sd, d, out);
    forget_kept(sd);
    return sd_data_open(sd, d, &(struct remote_schema){ q->ncols, q->cols },
                        out, call);
}

/* ---- the row ---- */

const struct remote_provider remote_security_datasets = {
    .name = "security_datasets",
    .usage = ".connect security_datasets [as ALIAS] [with (folder = \"…\", "
             "save_folder = \"…\", …)]",
    .summary = "Security-Datasets (Mordor): recordings of attacks. "
               "ALIAS.datasets lists them with their techniques, "
               "ALIAS.QUERYPATH downloads and reads one, ALIAS.query(\"AWS, "
               "Discovery\") looks for words (a comma: either, a plus: both).",
    .example = ".connect security_datasets as sd",
    .language = REMOTE_STAGES,
    .native = "words to look for",
    .settings = settings,
    .connect = sd_connect,
    .close = sd_close,
    .tables = sd_tables,
    .columns = sd_columns,
    .push = sd_push,
    .text = sd_text,
    .open = sd_open,
};
