/* processes.c - host.processes: what runs on this machine.
 *
 * Called by: host.c. One row per process that exists while it is looked at;
 * what this user may not see of it stays empty. */
#include "host.h"

#include "base/ticks.h"

enum { MAX_CMDLINE = 8 << 20, MAX_STAT = 64 << 10, PF_KTHREAD = 0x00200000 };

enum col {
    PID, PPID, NAME, PATH, COMMAND_LINE, USER, UID, START, STATE, SESSION,
    TTY, THREADS, RSS_BYTES, CPU_TIME, CWD, CONTAINER, HOST, NCOLS
};

static const struct source_col COLS[NCOLS] = {
    [PID] = { { "Pid", 3 }, TYPE_INT },
    [PPID] = { { "Ppid", 4 }, TYPE_INT },
    [NAME] = { { "Name", 4 }, TYPE_STRING },
    [PATH] = { { "Path", 4 }, TYPE_STRING },
    [COMMAND_LINE] = { { "CommandLine", 11 }, TYPE_STRING },
    [USER] = { { "User", 4 }, TYPE_STRING },
    [UID] = { { "Uid", 3 }, TYPE_LONG },
    [START] = { { "Start", 5 }, TYPE_DATETIME },
    [STATE] = { { "State", 5 }, TYPE_STRING },
    [SESSION] = { { "Session", 7 }, TYPE_INT },
    [TTY] = { { "Tty", 3 }, TYPE_STRING },
    [THREADS] = { { "Threads", 7 }, TYPE_LONG },
    [RSS_BYTES] = { { "RssBytes", 8 }, TYPE_LONG },
    [CPU_TIME] = { { "CpuTime", 7 }, TYPE_TIMESPAN },
    [CWD] = { { "Cwd", 3 }, TYPE_STRING },
    [CONTAINER] = { { "Container", 9 }, TYPE_STRING },
    [HOST] = { { "Host", 4 }, TYPE_STRING },
};

/* /proc/PID/stat, see proc(5). The name may hold blanks and brackets: it ends
 * at the last ')'. Field n of the manual is word n - 3 of `rest`. */
struct stat_line {
    str name, rest;
};

static bool parse_stat(str text, struct stat_line *out)
{
    ptrdiff_t open = str_find_char(text, '(');
    size_t close = text.n;
    while (close && text.p[close - 1] != ')')
        close--;
    if (open < 0 || close < (size_t)open + 2)
        return false;
    out->name = str_sub(text, (size_t)open + 1, close - 1);
    out->rest = str_trim(str_sub(text, close, text.n));
    return true;
}

static int64_t stat_field(const struct stat_line *s, size_t n)
{
    int64_t v = 0;
    proc_number(proc_word(s->rest, n - 3), &v);
    return v;
}

static const char *state_name(char c)
{
    switch (c) {
    case 'R': return "running";
    case 'S': return "sleeping";
    case 'D': return "waiting for disk";
    case 'Z': return "zombie";
    case 'T': return "stopped";
    case 't': return "traced";
    case 'I': return "idle";
    case 'X': return "dead";
    default:  return "";
    }
}

/* Arguments are separated by NULs, and there may be none after the last. */
static str join_arguments(struct arena *a, str raw)
{
    while (raw.n && raw.p[raw.n - 1] == 0)
        raw.n--;
    if (raw.n == 0)
        return S("");
    char *p = arena_alloc(a, raw.n);
    for (size_t i = 0; i < raw.n; i++)
        p[i] = raw.p[i] ? raw.p[i] : ' ';
    return (str){ p, raw.n };
}

static str last_part(str path)
{
    size_t n = path.n;
    while (n && path.p[n - 1] != '/')
        n--;
    return str_sub(path, n, path.n);
}

/* The kernel cuts names at 15 bytes; the path has the rest. */
static str full_name(struct arena *a, const struct stat_line *s, str path,
                     bool kernel)
{
    enum { KERNEL_NAME_MAX = 15 };
    str file = last_part(path);
    if (kernel)
        return arena_fmt(a, "[%.*s]", STRF(s->name));
    if (s->name.n == KERNEL_NAME_MAX && str_starts(file, s->name)) {
        ptrdiff_t note = str_find(file, S(" (deleted)"));
        return note < 0 ? file : str_sub(file, 0, (size_t)note);
    }
    return s->name;
}

/* Device numbers of terminals: 136 to 143 are pseudo terminals, 4 consoles. */
static str tty_name(struct arena *a, int64_t device)
{
    int64_t major = device >> 8 & 0xfff;
    int64_t minor = (device & 0xff) | (device >> 12 & 0xfff00);
    if (major >= 136 && major <= 143)
        return arena_fmt(a, "pts/%d", (int)((major - 136) * 256 + minor));
    if (major == 4)
        return minor < 64 ? arena_fmt(a, "tty%d", (int)minor)
                          : arena_fmt(a, "ttyS%d", (int)minor - 64);
    return S("");
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* Container engines name control groups by the container's 64 hex digits. */
static str container_of(str cgroups)
{
    size_t run = 0;
    for (size_t i = 0; i <= cgroups.n; i++) {
        if (i < cgroups.n && is_hex(cgroups.p[i])) {
            run++;
            continue;
        }
        if (run == 64)
            return str_sub(cgroups, i - 64, i);
        run = 0;
    }
    return S("");
}

static void put_owner(struct host *h, int pid)
{
    int64_t uid;
    str status = proc_filef(&h->proc, h->tmp, MAX_STAT, "%d/status", pid);
    if (!proc_field(status, "Uid", 1, &uid))
        return;
    row_writer_int(&h->rows, UID, uid);
    row_writer_text(&h->rows, USER, users_name(&h->users, uid));
}

static void put_numbers(struct host *h, const struct stat_line *s)
{
    int64_t per_tick = TICKS_PER_SEC / h->proc.hz;
    char state = s->rest.n ? s->rest.p[0] : 0;
    row_writer_int(&h->rows, PPID, stat_field(s, 4));
    row_writer_int(&h->rows, SESSION, stat_field(s, 6));
    row_writer_int(&h->rows, THREADS, stat_field(s, 20));
    row_writer_int(&h->rows, START,
                   h->proc.boot + stat_field(s, 22) * per_tick);
    row_writer_int(&h->rows, RSS_BYTES, stat_field(s, 24) * h->proc.page);
    row_writer_int(&h->rows, CPU_TIME,
             (stat_field(s, 14) + stat_field(s, 15)) * per_tick);
    row_writer_text(&h->rows, STATE, str_of(state_name(state)));
    row_writer_text(&h->rows, TTY, tty_name(h->tmp, stat_field(s, 7)));
}

static void put_texts(struct host *h, int pid, const struct stat_line *s)
{
    bool kernel = stat_field(s, 9) & PF_KTHREAD;
    str path = proc_linkf(&h->proc, h->tmp, "%d/exe", pid);
    str raw = proc_filef(&h->proc, h->tmp, MAX_CMDLINE, "%d/cmdline", pid);
    str groups = proc_filef(&h->proc, h->tmp, MAX_STAT, "%d/cgroup", pid);
    row_writer_text(&h->rows, PATH, path);
    row_writer_text(&h->rows, NAME, full_name(h->tmp, s, path, kernel));
    row_writer_text(&h->rows, COMMAND_LINE, join_arguments(h->tmp, raw));
    row_writer_text(&h->rows, CWD, proc_linkf(&h->proc, h->tmp, "%d/cwd", pid));
    row_writer_text(&h->rows, CONTAINER, container_of(groups));
    row_writer_text(&h->rows, HOST, h->proc.hostname);
}

struct reading {
    struct host *h;
    enum status status;
};

static bool read_process(void *ctx, int pid)
{
    struct reading *r = ctx;
    struct host *h = r->h;
    struct stat_line s;
    arena_reset(h->tmp);
    if (host_cancelled(h)) {
        r->status = ST_CANCELLED;
        return false;
    }
    str text = proc_filef(&h->proc, h->tmp, MAX_STAT, "%d/stat", pid);
    if (!parse_stat(text, &s))
        return true;
    row_writer_int(&h->rows, PID, pid);
    put_numbers(h, &s);
    put_texts(h, pid, &s);
    put_owner(h, pid);
    r->status = row_writer_next(&h->rows);
    return r->status == ST_OK;
}

static enum status read_processes(struct host *h)
{
    struct reading r = { h, ST_OK };
    proc_each(&h->proc, read_process, &r);
    return r.status;
}

const struct host_table host_processes = {
    .name = "processes",
    .summary = "Processes that run now: parents, users, paths, command lines.",
    .ncols = NCOLS, .cols = COLS, .read = read_processes,
};
