/* db.c - the life of an engine: opened once, configured, locked, closed.
 *
 * Called by: lang/ (engine_new, engine_free), a warm-up thread (engine_open)
 *            and every statement through statement_begin.
 *
 * The database is in memory and closed to the world: no extension is fetched,
 * no file read or written outside our spool folder, no secret kept, and the
 * configuration cannot be changed any more after opening. */
#include "engine_int.h"

#include <inttypes.h>
#include <sched.h>
#include <unistd.h>

static const char *const sql_types[NTYPES] = {
    [TYPE_ERROR] = "VARCHAR",   [TYPE_BOOL] = "BOOLEAN",
    [TYPE_INT] = "INTEGER",     [TYPE_LONG] = "BIGINT",
    [TYPE_REAL] = "DOUBLE",     [TYPE_DECIMAL] = "DECIMAL(38,0)",
    [TYPE_STRING] = "VARCHAR",  [TYPE_DATETIME] = "BIGINT",
    [TYPE_TIMESPAN] = "BIGINT", [TYPE_GUID] = "VARCHAR",
    [TYPE_DYNAMIC] = "VARCHAR",
};

const char *engine_sql_type(enum type t)
{
    return sql_types[t];
}

struct engine *engine_new(void)
{
    struct engine *e = xcalloc(1, sizeof *e);
    e->arena = arena_new();
    e->spool.lock_fd = -1;
    pthread_mutex_init(&e->open_lock, NULL);
    pthread_mutex_init(&e->lock, NULL);
    pthread_cond_init(&e->wake, NULL);
    agg_heap_init(e);
    return e;
}

void engine_add_function(struct engine *e, const char *sql_name,
                         const struct lang_func *f)
{
    if (atomic_load(&e->is_open))
        BUG("function %s added to an open engine", sql_name);
    struct registration r = { sql_name, f };
    PUSH(e->arena, e->functions, r);
}

void engine_add_aggregate(struct engine *e, const struct lang_aggfn *f)
{
    if (atomic_load(&e->is_open))
        BUG("aggregate %s added to an open engine", f->name);
    PUSH(e->arena, e->aggregates, f);
}

const char *engine_version(struct engine *e)
{
    return atomic_load(&e->is_open) ? e->duck.library_version() : "";
}

static unsigned cpu_count(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
        return (unsigned)CPU_COUNT(&set);
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 0 ? (unsigned)n : 1;
}

/* The limit of the control group when there is one: in a container the
 * machine's memory says nothing. UINT64_MAX: no limit. */
static uint64_t group_limit(void)
{
    static const char *const files[] = {
        "/sys/fs/cgroup/memory.max",
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
    };
    uint64_t limit = UINT64_MAX;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        FILE *f = fopen(files[i], "re");
        if (!f)
            continue;
        uint64_t v;
        if (fscanf(f, "%" SCNu64, &v) == 1 && v < limit)
            limit = v;
        fclose(f);
    }
    return limit;
}

/* Half of what there is; never less than 256 MB. */
static uint64_t default_memory(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    uint64_t ram = pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size
                                         : 4ull << 30;
    uint64_t group = group_limit();
    if (group < ram)
        ram = group;
    return ram / 2 < 256ull << 20 ? 256ull << 20 : ram / 2;
}

/* "12GB", "800 MB", "1.5g": decimal units as DuckDB has them. */
static bool parse_memory(const char *z, uint64_t *bytes)
{
    static const struct { char letter; double factor; } units[] = {
        { 'k', 1e3 }, { 'm', 1e6 }, { 'g', 1e9 }, { 't', 1e12 },
    };
    char *end;
    double v = strtod(z, &end);
    while (*end == ' ')
        end++;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if ((*end | 32) != units[i].letter)
            continue;
        end++;
        if ((*end | 32) == 'i')
            end++;
        if ((*end | 32) == 'b')
            end++;
        v *= units[i].factor;
        if (*end || !(v >= 64e6) || v > 1e15)
            return false;
        *bytes = (uint64_t)v;
        return true;
    }
    return false;
}

static enum status choose_memory(struct engine *e, struct diags *ds)
{
    const char *set = getenv("SHIKRA_MEMORY");
    e->memory_limit = default_memory();
    if (!set || !*set || parse_memory(set, &e->memory_limit))
        return ST_OK;
    struct diag *d = diag_error(ds, DIAG_OPTION, NO_SPAN,
                                "SHIKRA_MEMORY is not an amount of memory");
    diag_hint(ds, d, "write it like 12GB or 800MB; 64MB is the least");
    return ST_ENV;
}

static enum status set_options(struct engine *e, struct duck_config *c,
                               uint64_t bytes, const char *temp,
                               struct diags *ds)
{
    char memory[32], threads[16];
    snprintf(memory, sizeof memory, "%" PRIu64 "B", bytes);
    snprintf(threads, sizeof threads, "%u", cpu_count());
    const char *const options[][2] = {
        { "autoinstall_known_extensions", "false" },
        { "autoload_known_extensions", "false" },
        { "allow_community_extensions", "false" },
        { "allow_persistent_secrets", "false" },
        { "threads", threads },
        { "memory_limit", memory },
        { "temp_directory", temp },
        { "max_temp_directory_size", "10GB" },
        { "preserve_insertion_order", "true" },
        { "allocator_bulk_deallocation_flush_threshold", "32MB" },
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (e->duck.set_config(c, options[i][0], options[i][1]) != DUCK_OK) {
            diag_error(ds, DIAG_ENGINE, NO_SPAN, "cannot set %s to %s",
                       options[i][0], options[i][1]);
            return ST_ENV;
        }
    return ST_OK;
}

struct duck_database *database_open(struct engine *e, uint64_t memory,
                                    const char *temp, struct diags *ds)
{
    struct duck_config *c = NULL;
    struct duck_database *db = NULL;
    char *why = NULL;
    if (e->duck.create_config(&c) != DUCK_OK)
        BUG("DuckDB gives no configuration");
    if (set_options(e, c, memory, temp, ds) == ST_OK &&
        e->duck.open_ext(":memory:", &db, c, &why) != DUCK_OK) {
        engine_fail(e, why, ds);
        e->duck.free(why);
        db = NULL;
    }
    e->duck.destroy_config(&c);
    return db;
}

/* The order matters: what stays allowed first, then the door is closed, then
 * locked. */
enum status database_lock(struct engine *e, struct duck_connection *con,
                          const char *allowed, str path, struct diags *ds)
{
    struct buf b;
    enum status st;
    buf_init(&b, 64 << 10);
    buf_addf(&b, "SET %s = [", allowed);
    sql_quoted(&b, path, '\'');
    buf_adds(&b, "]; SET enable_external_access = false; "
                 "SET lock_configuration = true");
    st = run_sql(e, con, buf_str(&b), NULL, ds);
    buf_release(&b);
    return st;
}

/* These recurse once per level of nesting without a bound, or answer with
 * quadratic text: a hostile JSON value ends the process or eats its memory.
 * Nothing generated here calls them; a macro of the same name comes before
 * the built-in function, so that a mistake of ours is an error and no more. */
static enum status shut_functions(struct engine *e, struct diags *ds)
{
    static const char *const shut[] = {
        "json_structure(x)", "json_contains(x, y)", "json_merge_patch(x, y)",
        "json_pretty(x)", "json_group_structure(x)", "json_serialize_sql(x)",
        "json_deserialize_sql(x)", "json_serialize_plan(x)", "getenv(x)",
    };
    static const char *const tables[] = {
        "json_tree(x)", "json_execute_serialized_sql(x)",
    };
    struct buf b;
    buf_init(&b, 4096);
    for (size_t i = 0; i < sizeof shut / sizeof *shut; i++)
        buf_addf(&b, "CREATE MACRO %s AS error('not available'); ", shut[i]);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        buf_addf(&b, "CREATE MACRO %s AS TABLE SELECT error('not available'); ",
                 tables[i]);
    enum status st = run_sql(e, e->con, buf_str(&b), NULL, ds);
    buf_release(&b);
    return st;
}

/* ICU brings the time zone; without it everything is UTC anyway. */
void set_utc(struct engine *e, struct duck_connection *con)
{
    struct duck_result r;
    e->duck.query(con, "SET GLOBAL TimeZone = 'UTC'", &r);
    e->duck.destroy_result(&r);
}

void database_close(struct engine *e, struct duck_database **db,
                           struct duck_connection **con)
{
    if (*con)
        connection_free(e, *con);
    *con = NULL;
    if (*db)
        e->duck.close(db);
    *db = NULL;
}

static enum status configure(struct engine *e, struct diags *ds)
{
    e->db = database_open(e, e->memory_limit, e->spool.spill, ds);
    if (!e->db)
        return ST_ENV;
    e->con = connection_new(e, e->db, ds);
    if (!e->con)
        return ST_ENV;
    enum status st = run_sql(e, e->con,
                             S("SET enable_progress_bar = true; "
                               "SET enable_progress_bar_print = false"),
                             NULL, ds);
    set_utc(e, e->con);
    if (st == ST_OK)
        st = shut_functions(e, ds);
    if (st == ST_OK)
        st = functions_register(e, ds);
    if (st == ST_OK)
        st = feeds_register(e, ds);
    if (st == ST_OK)
        st = database_lock(e, e->con, "allowed_directories",
                           str_of(e->spool.files), ds);
    return st;
}

static void close_all(struct engine *e)
{
    watcher_stop(e);
    database_close(e, &e->db, &e->con);
    spool_release(&e->spool);
    duck_unload(&e->duck);
}

static enum status open_once(struct engine *e, struct diags *ds)
{
    enum status st = choose_memory(e, ds);
    if (st == ST_OK)
        st = duck_load(&e->duck, ds);
    if (st == ST_OK)
        st = spool_init(&e->spool, ds);
    if (st == ST_OK)
        st = configure(e, ds);
    if (st == ST_OK)
        st = watcher_start(e, ds);
    if (st != ST_OK)
        close_all(e);
    return st;
}

/* A failure is not remembered: the cause (a missing library, a full /tmp) may
 * be gone at the next statement. */
enum status engine_open(struct engine *e, struct diags *ds)
{
    if (atomic_load_explicit(&e->is_open, memory_order_acquire))
        return ST_OK;
    enum status st = ST_OK;
    pthread_mutex_lock(&e->open_lock);
    if (!atomic_load(&e->is_open)) {
        st = open_once(e, ds);
        atomic_store(&e->is_open, st == ST_OK);
    }
    pthread_mutex_unlock(&e->open_lock);
    return st;
}

void engine_free(struct engine *e)
{
    if (!e)
        return;
    close_all(e);
    agg_heap_release(e);
    pthread_cond_destroy(&e->wake);
    pthread_mutex_destroy(&e->lock);
    pthread_mutex_destroy(&e->open_lock);
    arena_free(e->arena);
    free(e);
}
