/* logons.c - host.logons: who logged on to this machine, and for how long.
 *
 * Called by: host.c. Reads wtmp, a file of fixed records (utmp(5)). A session
 * begins with a user record and ends with the next record of its terminal, or
 * when the machine stops or starts. Remote names in it come from outside. */
#include "host.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utmp.h>

#include "base/ticks.h"

enum { MAX_WTMP = 1 << 30 };

enum col {
    USER, TTY, REMOTE_HOST, REMOTE_ADDRESS, LOGON_TIME, LOGOFF_TIME, DURATION,
    PID, TYPE, NCOLS
};

static const struct source_col COLS[NCOLS] = {
    [USER] = { { "User", 4 }, TYPE_STRING },
    [TTY] = { { "Tty", 3 }, TYPE_STRING },
    [REMOTE_HOST] = { { "RemoteHost", 10 }, TYPE_STRING },
    [REMOTE_ADDRESS] = { { "RemoteAddress", 13 }, TYPE_STRING },
    [LOGON_TIME] = { { "LogonTime", 9 }, TYPE_DATETIME },
    [LOGOFF_TIME] = { { "LogoffTime", 10 }, TYPE_DATETIME },
    [DURATION] = { { "Duration", 8 }, TYPE_TIMESPAN },
    [PID] = { { "Pid", 3 }, TYPE_INT },
    [TYPE] = { { "Type", 4 }, TYPE_STRING },
};

/* One row to be. */
struct session {
    size_t record;       /* its first record */
    int64_t end;         /* ticks; 0: still open */
    bool open;
};

struct sessions {
    const struct utmp *records;
    size_t nrecords;
    LIST(struct session) list;
    uint32_t *by_tty;    /* hash table of session + 1 */
    size_t nslots;
    size_t first_open;   /* no session before this one is open */
    struct arena *arena;
};

/* Fixed fields end at a NUL or at their size. */
static str field(const char *p, size_t size)
{
    return (str){ p, strnlen(p, size) };
}

static int64_t time_of(const struct utmp *u)
{
    return TICKS_UNIX_EPOCH + u->ut_tv.tv_sec * TICKS_PER_SEC +
           u->ut_tv.tv_usec * TICKS_PER_US;
}

/* ---- sessions ------------------------------------------------------------ */

static uint32_t *slot_of(struct sessions *s, const struct utmp *u)
{
    str tty = field(u->ut_line, sizeof u->ut_line);
    size_t i = str_hash(tty) & (s->nslots - 1);
    for (;; i = (i + 1) & (s->nslots - 1)) {
        uint32_t at = s->by_tty[i];
        if (!at)
            return &s->by_tty[i];
        const struct utmp *o = &s->records[s->list.v[at - 1].record];
        if (str_eq(field(o->ut_line, sizeof o->ut_line), tty))
            return &s->by_tty[i];
    }
}

static void end_session(struct session *x, const struct utmp *u)
{
    if (!x->open)
        return;
    x->open = false;
    x->end = time_of(u);
}

/* Everything ends when the machine does. */
static void end_all(struct sessions *s, const struct utmp *u)
{
    for (; s->first_open < s->list.n; s->first_open++)
        end_session(&s->list.v[s->first_open], u);
}

static void take_record(struct sessions *s, size_t i)
{
    const struct utmp *u = &s->records[i];
    struct session x = { .record = i };
    bool off = u->ut_type == RUN_LVL &&
               str_eqz(field(u->ut_user, sizeof u->ut_user), "shutdown");
    if (u->ut_type == BOOT_TIME || off) {
        end_all(s, u);
        PUSH(s->arena, s->list, x);
        return;
    }
    if (u->ut_type != USER_PROCESS && u->ut_type != DEAD_PROCESS)
        return;
    uint32_t *slot = slot_of(s, u);
    if (*slot)
        end_session(&s->list.v[*slot - 1], u);
    if (u->ut_type == USER_PROCESS) {
        x.open = true;
        PUSH(s->arena, s->list, x);
        *slot = (uint32_t)s->list.n;
    }
}

static void find_sessions(struct sessions *s)
{
    s->nslots = 16;
    while (s->nslots < 2 * s->nrecords)
        s->nslots *= 2;
    s->by_tty = arena_array(s->arena, s->nslots, sizeof *s->by_tty);
    for (size_t i = 0; i < s->nrecords; i++)
        take_record(s, i);
}

/* ---- rows ---------------------------------------------------------------- */

static const char *type_of(const struct utmp *u)
{
    return u->ut_type == BOOT_TIME ? "boot"
           : u->ut_type == RUN_LVL ? "shutdown" : "logon";
}

static void put_address(struct row_writer *r, const struct utmp *u)
{
    char text[64];
    const int32_t *a = u->ut_addr_v6;
    bool v4 = a[1] == 0 && a[2] == 0 && a[3] == 0;
    if (v4 && a[0] == 0)
        return;
    if (inet_ntop(v4 ? AF_INET : AF_INET6, a, text, sizeof text))
        row_writer_text(r, REMOTE_ADDRESS, str_of(text));
}

static enum status put_session(struct host *h, const struct sessions *s,
                               const struct session *x)
{
    const struct utmp *u = &s->records[x->record];
    struct row_writer *r = &h->rows;
    row_writer_text(r, USER, field(u->ut_user, sizeof u->ut_user));
    row_writer_text(r, TTY, field(u->ut_line, sizeof u->ut_line));
    row_writer_text(r, REMOTE_HOST, field(u->ut_host, sizeof u->ut_host));
    put_address(r, u);
    row_writer_int(r, LOGON_TIME, time_of(u));
    if (x->end) {
        row_writer_int(r, LOGOFF_TIME, x->end);
        row_writer_int(r, DURATION, x->end - time_of(u));
    }
    row_writer_int(r, PID, u->ut_pid);
    row_writer_text(r, TYPE, str_of(type_of(u)));
    return row_writer_next(r);
}

/* ---- the file ------------------------------------------------------------ */

static str read_wtmp(struct host *h, struct arena *a)
{
    struct stat st;
    struct proc cwd = { .fd = AT_FDCWD };
    const char *path = h->roots.wtmp;
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) ||
        access(path, R_OK) != 0) {
        struct diag *d = diag_warn(h->ds, DIAG_FILE, NO_SPAN,
                                   "no logons: %s cannot be read", path);
        diag_hint(h->ds, d, errno == EACCES ? "its readers are in group utmp"
                                            : "this system may not keep it");
        return S("");
    }
    if (st.st_size > MAX_WTMP)
        diag_warn(h->ds, DIAG_LIMIT, NO_SPAN,
                  "%s is read up to 1 GB of its size only", path);
    return proc_file(&cwd, a, path, MAX_WTMP);
}

static enum status read_logons(struct host *h)
{
    struct arena *a = arena_new();
    str raw = read_wtmp(h, a);
    enum status st = ST_OK;
    struct sessions s = { .arena = a };
    s.records = (const struct utmp *)(const void *)raw.p;
    s.nrecords = raw.n / sizeof(struct utmp);
    if (raw.n % sizeof(struct utmp))
        diag_warn(h->ds, DIAG_DATA, NO_SPAN, "%s ends inside a record",
                  h->roots.wtmp);
    find_sessions(&s);
    for (size_t i = 0; i < s.list.n && st == ST_OK; i++)
        st = host_cancelled(h) ? ST_CANCELLED
                               : put_session(h, &s, &s.list.v[i]);
    arena_free(a);
    return st;
}

const struct host_table host_logons = {
    .name = "logons",
    .summary = "Logons, boots and shutdowns from wtmp, with their durations.",
    .ncols = NCOLS, .cols = COLS, .read = read_logons,
};
