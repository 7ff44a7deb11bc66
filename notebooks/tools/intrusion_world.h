/* intrusion_world.h - the network itself: options, hosts, their processes.
 *
 * Called by: intrusion.c alone, which includes it once. */
#ifndef INTRUSION_WORLD_H
#define INTRUSION_WORLD_H

#include <errno.h>
#include <sys/stat.h>

#include "intrusion_rows.h"

/* ---- processes -------------------------------------------------------- */

static uint32_t unit(const struct host *h)
{
    return h->type == LNX ? 1 : 4;  /* Windows numbers are multiples of 4 */
}

static void set_used(struct host *h, uint32_t pid, bool used)
{
    uint64_t bit = 1ull << (pid / unit(h) % 64);
    uint64_t *word = &h->used[pid / unit(h) / 64];
    *word = used ? *word | bit : *word & ~bit;
}

static bool is_used(const struct host *h, uint32_t pid)
{
    return h->used[pid / unit(h) / 64] >> (pid / unit(h) % 64) & 1;
}

/* Linux counts up and around, Windows takes what is free: both reuse. */
static uint32_t new_pid(struct gen *g, struct host *h)
{
    uint32_t pid;
    do {
        h->next_pid = (h->next_pid + 1 + pick(g, 40)) % (PIDS - 400);
        pid = h->type == LNX ? 300 + h->next_pid : 8 + 4 * pick(g, 2400);
    } while (is_used(h, pid));
    set_used(h, pid, true);
    return pid;
}

static void remember(struct host *h, enum role_id r, uint32_t pid)
{
    uint32_t *slot = roles[r].life == GOES ? &h->busy[h->nbusy++ % BUSY]
                                           : &h->pid[r];
    if (*slot)
        set_used(h, *slot, false);
    *slot = pid;
}

/* Starts a process and, before it, whatever of its ancestors is not running. */
static uint32_t start(struct gen *g, struct host *h, enum role_id r)
{
    const struct role *role = &roles[r], *above = &roles[role->parent];
    struct process p = { .h = h, .who = role->account };
    p.ppid = h->pid[role->parent];
    if (!p.ppid)
        p.ppid = start(g, h, role->parent);
    p.image = expand(g, h, role->account, role->image, g->image);
    p.parent_image = expand(g, h, above->account, above->image,
                            g->parent_image);
    p.command = expand(g, h, role->account, role->command, g->text);
    p.pid = new_pid(g, h);
    row_process(g, &p);
    remember(h, r, p.pid);
    return p.pid;
}

static bool is_first(enum role_id r)
{
    return roles[r].parent == r;   /* System, init */
}

/* A machine that starts forgets its processes; `seen` says whether the log
 * has begun by then. */
static void boot(struct gen *g, struct host *h, bool seen)
{
    char tmp[24];
    memset(h->pid, 0, sizeof h->pid);
    memset(h->busy, 0, sizeof h->busy);
    memset(h->used, 0, sizeof h->used);
    h->logon = 0x20000 + pick(g, 0xffffff);
    for (enum role_id r = 0; r < NROLES; r++) {
        if (roles[r].life != BOOT || !(roles[r].hosts & h->type))
            continue;
        if (is_first(r)) {
            h->pid[r] = h->type == LNX ? 1 : 4;
            set_used(h, h->pid[r], true);
        } else if (seen) {
            start(g, h, r);
        } else {
            h->pid[r] = new_pid(g, h);
        }
    }
    struct logon l = { h, 4624, 2, account(g, h, USER, tmp), TX("127.0.0.1"),
                       false };
    if (seen)
        row_logon(g, &l);
}

static int today(const struct gen *g)
{
    return (int)(g->now / SECOND / DAY_SECONDS);
}

static int hour(const struct gen *g)
{
    return (int)(g->now / SECOND / 3600 % 24);
}

/* Desks are switched on in the morning. */
static void wake(struct gen *g, struct host *h)
{
    if (h->type != DESK || h->boot_day == today(g) || hour(g) < 7)
        return;
    h->boot_day = today(g);
    boot(g, h, true);
}

/* ---- options ---------------------------------------------------------- */

static bool number_option(const char *name, const char *text, uint64_t lo,
                          uint64_t hi, uint64_t *out)
{
    char *rest;
    errno = 0;
    unsigned long long v = strtoull(text, &rest, 10);
    if (errno || *rest || rest == text || *text == '-' || v < lo || v > hi) {
        fprintf(stderr, "intrusion: %s takes a number from %llu to %llu\n",
                name, (unsigned long long)lo, (unsigned long long)hi);
        return false;
    }
    *out = v;
    return true;
}

static bool usage(void)
{
    fputs("usage: intrusion [--out] DIR [--events N] [--hosts H] [--days D]\n"
          "                 [--seed S] [--format jsonl|csv] [--single]\n",
          stderr);
    return false;
}

struct option_row {
    const char *name;
    uint64_t lo, hi, value;
};

static bool set_option(struct gen *g, struct option_row *o, size_t n,
                       char **arg)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(arg[0], o[i].name))
            return number_option(arg[0], arg[1], o[i].lo, o[i].hi,
                                 &o[i].value);
    if (!strcmp(arg[0], "--out")) {
        g->dir = arg[1];
        return true;
    }
    g->csv = !strcmp(arg[1], "csv");
    if (!strcmp(arg[0], "--format") && (g->csv || !strcmp(arg[1], "jsonl")))
        return true;
    return usage();
}

static bool read_options(struct gen *g, int argc, char **argv)
{
    struct option_row o[] = {
        { "--events", 1, 1000000000000, 50000 },
        { "--hosts", MIN_HOSTS, MAX_HOSTS, 40 },
        { "--days", 1, MAX_DAYS, 5 },
        { "--seed", 0, UINT64_MAX, 42 },
    };
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--single"))
            g->single = true;
        else if (argv[i][0] != '-')
            g->dir = argv[i];
        else if (i + 1 == argc || !set_option(g, o, 4, argv + i++))
            return i + 1 == argc ? usage() : false;
    }
    g->events = o[0].value;
    g->nhosts = (size_t)o[1].value;
    g->days = (int)o[2].value;
    g->seed = g->random = o[3].value;
    g->attack_day = g->days > 1;
    if (g->csv && g->single) {
        fputs("intrusion: --single needs jsonl: columns differ\n", stderr);
        return false;
    }
    return g->dir ? true : usage();
}

/* ---- the beginning ---------------------------------------------------- */

static void *room(size_t n, size_t size)
{
    void *p = calloc(n, size);
    if (!p) {
        fputs("intrusion: out of memory\n", stderr);
        exit(1);
    }
    return p;
}

static void name_days(struct gen *g)
{
    static const unsigned lengths[] = { 31, 28, 31, 30, 31, 30,
                                   31, 31, 30, 31, 30, 31 };
    unsigned year = 2024, month = 5, day = 13; /* a Monday */
    g->dates = room((size_t)g->days + 1, sizeof *g->dates);
    for (int i = 0; i <= g->days; i++) {
        snprintf(g->dates[i], sizeof *g->dates, "%04u-%02u-%02u",
                 year % 10000, month % 100, day % 100);
        unsigned leap = month == 2 && year % 4 == 0;
        if (++day > lengths[month - 1] + leap) {
            day = 1;
            year += month == 12;
            month = month % 12 + 1;
        }
    }
}

/* Initial and surname; 27 and 40 have no common factor, so no pair comes twice
 * before all have come. */
static void name_users(struct gen *g)
{
    static const char *const surnames[] = {
        "fischer", "brandt", "keller", "okafor", "silva", "novak", "larsen",
        "moreau", "rossi", "tanaka", "weber", "hughes", "costa", "dubois",
        "ivanova", "jansen", "kowalski", "lindqvist", "martin", "nguyen",
        "olsen", "patel", "quinn", "reyes", "schmidt", "torres", "ueda",
        "vargas", "walsh", "xu", "yilmaz", "zimmer", "ahmed", "bauer", "chen",
        "dietrich", "evans", "farkas", "gruber", "haas" };
    g->users = room(g->nusers, sizeof *g->users);
    for (size_t i = 0; i < g->nusers; i++) {
        char *z = room(1, 24), number[8] = "";
        if (i >= 1040)
            snprintf(number, sizeof number, "%u", (unsigned)i / 1040 % 1000);
        int n = snprintf(z, 24, "%c.%s%s", (char)('a' + i % 26),
                         surnames[(i % 26 + 27 * (i / 26)) % 40], number);
        g->users[i] = (struct text){ z, (size_t)n };
    }
}

static void make_host(struct gen *g, size_t i)
{
    static const char *const servers[] = { "DC01", "FS01", "SQL01", "MAIL01" };
    static const unsigned types[] = { DCH, FSH, SQLH, WEBH };
    struct host *h = &g->hosts[i];
    bool is_desk = i >= g->nservers;
    unsigned desk = is_desk ? (unsigned)(i - g->nservers) % 100000 : 0;
    unsigned server = (unsigned)i % 1000;
    h->type = is_desk ? DESK : i < 4 ? types[i] : LNX;
    h->user = desk;
    h->boot_day = -1;
    if (is_desk)
        snprintf(h->name_bytes, sizeof h->name_bytes, "WS-%04u", desk + 1);
    else if (i < 4)
        snprintf(h->name_bytes, sizeof h->name_bytes, "%s", servers[i]);
    else
        snprintf(h->name_bytes, sizeof h->name_bytes, "lnx-%02u",
                 (server - 3) % 1000);
    h->name = (struct text){ h->name_bytes, strlen(h->name_bytes) };
    snprintf(h->address, sizeof h->address, "10.10.%u.%u",
             is_desk ? 20 + desk / 250 % 100 : 1 + server / 250,
             is_desk ? 1 + desk % 250 : 1 + server % 250);
    boot(g, h, false);
}

/* Fills a wheel so that a weight of w gets about w parts of all. */
static void fill_wheel(uint16_t *wheel, size_t n, const uint32_t *weight)
{
    uint64_t total = 0, sum = 0;
    for (size_t i = 0; i < n; i++)
        total += weight[i];
    for (size_t i = 0, at = 0; i < n; i++) {
        sum += weight[i];
        for (; total && at < WHEEL * sum / total; at++)
            wheel[at] = (uint16_t)i;
    }
}

static void fill_wheels(struct gen *g)
{
    uint32_t w[NROLES + NFLOWS + NNAMES];
    for (size_t c = 0; c < NCLASSES; c++) {
        for (size_t i = 0; i < NROLES; i++)
            w[i] = roles[i].hosts >> c & 1 ? (uint32_t)roles[i].weight : 0;
        fill_wheel(g->role_wheel[c], NROLES, w);
        for (size_t i = 0; i < NFLOWS; i++)
            w[i] = flows[i].hosts >> c & 1 ? (uint32_t)flows[i].weight : 0;
        fill_wheel(g->flow_wheel[c], NFLOWS, w);
    }
    for (size_t i = 0; i < NNAMES; i++) {
        w[i] = (uint32_t)names[i].weight;
        snprintf(g->addresses[i], sizeof g->addresses[i], "%s.%u",
                 i % 2 ? "198.51.100" : "203.0.113", 100 + (unsigned)i);
    }
    fill_wheel(g->name_wheel, NNAMES, w);
}

static bool open_out(struct gen *g, enum kind k)
{
    char path[4096];
    struct out *o = &g->outs[k];
    int n = snprintf(path, sizeof path, "%s/%s.%s", g->dir,
                     g->single ? "all" : kinds[k].name,
                     g->csv ? "csv" : "jsonl");
    o->f = n < (int)sizeof path ? fopen(path, "w") : NULL;
    if (!o->f) {
        fprintf(stderr, "intrusion: cannot write %s: %s\n", path,
                strerror(errno));
        return false;
    }
    setvbuf(o->f, NULL, _IONBF, 0);
    o->buf = room(1, OUT_BUFFER);
    o->csv = g->csv;
    if (o->csv) {
        raw(o, (struct text){ kinds[k].columns, strlen(kinds[k].columns) });
        letter(o, '\n');
    }
    return true;
}

static bool world_init(struct gen *g)
{
    if (mkdir(g->dir, 0777) != 0 && errno != EEXIST) {
        fprintf(stderr, "intrusion: cannot make %s: %s\n", g->dir,
                strerror(errno));
        return false;
    }
    for (size_t k = 0; k < (g->single ? 1 : NKINDS); k++)
        if (!open_out(g, (enum kind)k))
            return false;
    size_t linux_hosts = g->nhosts / 8;
    g->nservers = 4 + (linux_hosts < 200 ? linux_hosts : 200);
    g->nusers = g->nhosts - g->nservers;
    g->stride = 7;
    while (g->nhosts % g->stride == 0)
        g->stride += 2;
    name_days(g);
    name_users(g);
    fill_wheels(g);
    g->hosts = room(g->nhosts, sizeof *g->hosts);
    for (size_t i = 0; i < g->nhosts; i++)
        make_host(g, i);
    return true;
}

static bool world_close(struct gen *g)
{
    bool good = true;
    for (size_t k = 0; k < NKINDS; k++) {
        struct out *o = &g->outs[k];
        if (!o->f)
            continue;
        out_flush(o);
        good &= fclose(o->f) == 0 && !o->failed;
        free(o->buf);
    }
    for (size_t i = 0; i < g->nusers; i++)
        free((void *)(uintptr_t)g->users[i].p);
    free(g->users);
    free(g->dates);
    free(g->hosts);
    if (!good)
        fprintf(stderr, "intrusion: %s: writing failed: %s\n", g->dir,
                strerror(errno));
    return good;
}

#endif
