/* host.c - the host provider: host.processes, host.connections, host.logons.
 *
 * Called by: the language, through struct provider. Tables are read live, each
 * time they are asked for. Must not: need root; what is hidden stays empty. */
#include "host.h"

#include "providers/providers.h"

static const struct host_table *const TABLES[] = {
    &host_processes, &host_connections, &host_logons,
};

enum { NTABLES = sizeof TABLES / sizeof TABLES[0] };

struct host_source {
    struct source source;
    struct host_roots roots;
    const struct host_table *table;
};

static void host_close(struct source *s)
{
    arena_free(s->arena);
}

static enum status read_table(struct host *h, const struct host_table *t)
{
    if (!proc_open(&h->proc, h->roots.proc, h->users.arena)) {
        diag_error(h->ds, DIAG_FILE, NO_SPAN, "cannot read %s",
                   h->roots.proc);
        return ST_ENV;
    }
    enum status st = t->read(h);
    proc_close(&h->proc);
    return st == ST_OK ? row_writer_flush(&h->rows) : st;
}

static enum status host_read(struct source *s, unsigned part,
                             struct row_sink *sink, const atomic_bool *cancel,
                             struct diags *ds)
{
    struct host_source *hs = s->impl;
    struct host h = { .roots = hs->roots, .cancel = cancel, .ds = ds };
    if (part != 0)
        return ST_OK;
    h.tmp = arena_new();
    h.users = (struct users){ .passwd = hs->roots.passwd,
                              .arena = arena_new() };
    row_writer_init(&h.rows, sink, 0, s->ncols, s->cols);
    enum status st = read_table(&h, hs->table);
    s->repaired += h.rows.batch.repaired;
    row_writer_release(&h.rows);
    arena_free(h.users.arena);
    arena_free(h.tmp);
    return st;
}

static const struct host_table *find_table(str name)
{
    for (size_t i = 0; i < NTABLES; i++)
        if (str_eqz(name, TABLES[i]->name))
            return TABLES[i];
    return NULL;
}

static enum status no_table(const struct source_request *rq, struct diags *ds)
{
    str names[NTABLES];
    for (size_t i = 0; i < NTABLES; i++)
        names[i] = str_of(TABLES[i]->name);
    struct diag *d = diag_error(ds, DIAG_UNKNOWN_TABLE, rq->span,
                                "this machine has no table '%.*s'",
                                STRF(rq->table));
    str near = diag_nearest(rq->table, names, NTABLES);
    if (near.n)
        diag_hint(ds, d, "did you mean '%.*s'?", STRF(near));
    else
        diag_hint(ds, d, "there are processes, connections and logons");
    return ST_USER;
}

enum status host_open_at(struct source **out, const struct source_request *rq,
                         const struct host_roots *roots, struct diags *ds)
{
    const struct host_table *t = find_table(rq->table);
    if (!t)
        return no_table(rq, ds);
    struct arena *a = arena_new();
    struct host_source *hs = NEW(a, struct host_source);
    hs->roots = *roots;
    hs->table = t;
    hs->source = (struct source){
        .arena = a, .ncols = t->ncols, .cols = t->cols, .nparts = 1,
        .read = host_read, .close = host_close, .impl = hs,
    };
    *out = &hs->source;
    return ST_OK;
}

static enum status host_open(struct source **out,
                             const struct source_request *rq,
                             unsigned nthreads, const atomic_bool *cancel,
                             struct diags *ds)
{
    static const struct host_roots roots = {
        .proc = "/proc", .wtmp = "/var/log/wtmp",
    };
    (void)nthreads;
    (void)cancel;
    if (rq->noptions) {
        diag_error(ds, DIAG_OPTION, rq->span, "host tables take no options");
        return ST_USER;
    }
    return host_open_at(out, rq, &roots, ds);
}

static const struct provider_table PROVIDED[] = {
    { "processes", "Processes that run now: parents, users, command lines." },
    { "connections", "TCP and UDP sockets with addresses, state, process." },
    { "logons", "Logons, boots and shutdowns, with their durations." },
    { NULL, NULL },
};

const struct provider provider_host = {
    .name = "host",
    .usage = "host.processes, host.connections, host.logons",
    .summary = "The machine the kernel runs on, read live.",
    .example = "host.processes | where Ppid == 1 | project Pid, Name",
    .tables = PROVIDED,
    .open = host_open,
};
