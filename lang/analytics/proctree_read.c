/* proctree_read.c - from the cells of a process log to the arrays of a tree.
 *
 * Called by: proctree_frame.c.
 * Gives:     numbers, times and interned names; a cell that cannot be read is
 *            a missing value, never an error. */
#include "base/ticks.h"
#include "proctree_int.h"

bool proctree_cancelled(const struct proctree_job *j)
{
    return j->cancel && atomic_load_explicit(j->cancel, memory_order_relaxed);
}

const struct column *proctree_column(const struct proctree_job *j, size_t row,
                                     enum proctree_role r)
{
    if (j->match[row] == PROCTREE_NO_MATCH)
        return NULL;
    int c = j->plan.match[j->match[row]].column[r];
    return c < 0 ? NULL : &j->in->cols[c];
}

static str cell_text(struct proctree_job *j, const struct column *c, size_t row)
{
    if (cell_is_null(c, row))
        return S("");
    if (type_is_text(c->type) && c->type != TYPE_DYNAMIC)
        return str_trim(c->s[row]);
    struct value v = cell_value(c, row);
    struct buf b;
    buf_init(&b, SIZE_MAX / 4);
    value_text(&b, &v);
    str text = arena_str(j->tmp, buf_str(&b));
    buf_release(&b);
    return str_trim(text);
}

str proctree_text(struct proctree_job *j, size_t row, enum proctree_role r)
{
    const struct column *c = proctree_column(j, row, r);
    return c ? cell_text(j, c, row) : S("");
}

static bool is_nothing(str s)
{
    return s.n == 0 || str_eqz(s, "-") || str_ieqz(s, "null");
}

str proctree_base_name(str path)
{
    while (path.n && (path.p[0] == '"' || path.p[0] == '\''))
        path = str_sub(path, 1, path.n);
    while (path.n && (path.p[path.n - 1] == '"' || path.p[path.n - 1] == '\''))
        path.n--;
    size_t beg = path.n;
    if (path.n && path.p[0] == '[') /* a kernel thread: [kworker/0:1] */
        return path;
    while (beg > 0 && path.p[beg - 1] != '\\' && path.p[beg - 1] != '/')
        beg--;
    path = str_sub(path, beg, path.n);
    return is_nothing(path) ? S("") : path;
}

/* ---- process numbers --------------------------------------------------- */

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
}

/* "0x1a4", "420", "420.0"; false for anything else and beyond 63 bits. */
static bool read_digits(str s, int64_t *v)
{
    int base = 10;
    if (s.n > 2 && s.p[0] == '0' && (s.p[1] == 'x' || s.p[1] == 'X'))
        base = 16, s = str_sub(s, 2, s.n);
    else if (s.n > 2 && s.p[s.n - 2] == '.' && s.p[s.n - 1] == '0')
        s.n -= 2;
    *v = 0;
    for (size_t i = 0; i < s.n; i++) {
        int d = digit(s.p[i]);
        if (d >= base || __builtin_mul_overflow(*v, base, v) ||
            __builtin_add_overflow(*v, d, v))
            return false;
    }
    return s.n > 0;
}

/* Whole numbers as they are; other texts (a database's own process keys) get
 * negative numbers. Below zero means "none" in process lists. */
static int64_t text_number(struct proctree_job *j, str s)
{
    int64_t v;
    if (is_nothing(s) || s.p[0] == '-')
        return PROCTREE_NONE;
    if (read_digits(s, &v))
        return v;
    return -1 - (int64_t)intern_add(&j->odd_numbers, s);
}

static int64_t number(struct proctree_job *j, size_t row, enum proctree_role r)
{
    const struct column *c = proctree_column(j, row, r);
    if (!c || cell_is_null(c, row))
        return PROCTREE_NONE;
    if (type_is_int(c->type))
        return c->i[row] < 0 ? PROCTREE_NONE : c->i[row];
    if (c->type == TYPE_REAL) {
        double d = c->d[row];
        bool whole = d >= 0 && d < 9e15 && d == (double)(int64_t)d;
        return whole ? (int64_t)d : PROCTREE_NONE;
    }
    return text_number(j, cell_text(j, c, row));
}

/* Braces are a matter of taste; all zeros means that it is not known. */
static int64_t guid(struct proctree_job *j, size_t row, enum proctree_role r)
{
    str s = proctree_text(j, row, r);
    if (s.n >= 2 && s.p[0] == '{' && s.p[s.n - 1] == '}')
        s = str_sub(s, 1, s.n - 1);
    bool zero = true;
    for (size_t i = 0; zero && i < s.n; i++)
        zero = s.p[i] == '0' || s.p[i] == '-';
    return zero || is_nothing(s) ? PROCTREE_NONE
                                 : (int64_t)intern_add(&j->guids, s);
}

/* ---- times ------------------------------------------------------------- */

static int64_t ticks_or_none(double ticks)
{
    bool good = ticks > 0 && ticks <= (double)TICKS_MAX;
    return good ? (int64_t)ticks : PROCTREE_NONE;
}

/* A bare number tells its unit by its size: Unix seconds, milliseconds,
 * microseconds, then Windows file time (from 1601), ticks, Unix nanoseconds.
 * Each range covers this century. */
static int64_t number_time(double v)
{
    const double epoch = (double)TICKS_UNIX_EPOCH, filetime = 504911232e9;
    if (!(v > 0))
        return PROCTREE_NONE;
    if (v < 1e11)
        return ticks_or_none(epoch + v * TICKS_PER_SEC);
    if (v < 1e14)
        return ticks_or_none(epoch + v * TICKS_PER_MS);
    if (v < 1e17)
        return ticks_or_none(epoch + v * TICKS_PER_US);
    if (v < 4e17)
        return ticks_or_none(filetime + v);
    return ticks_or_none(v < 1e18 ? v : epoch + v / 100);
}

static int64_t text_time(str s)
{
    int64_t t;
    double v = 0, scale = 0;
    if (ticks_parse(s, &t))
        return t;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '.' && scale == 0) {
            scale = 1;
            continue;
        }
        if (s.p[i] < '0' || s.p[i] > '9')
            return PROCTREE_NONE;
        v = v * 10 + (s.p[i] - '0');
        scale *= 10;
    }
    return number_time(scale > 0 ? v / scale : v);
}

static int64_t start_time(struct proctree_job *j, size_t row,
                          enum proctree_role r)
{
    const struct column *c = proctree_column(j, row, r);
    if (!c || cell_is_null(c, row))
        return PROCTREE_NONE;
    if (c->type == TYPE_DATETIME)
        return c->i[row] < 0 ? PROCTREE_NONE : c->i[row];
    if (type_is_int(c->type))
        return number_time((double)c->i[row]);
    if (c->type == TYPE_REAL)
        return number_time(c->d[row]);
    return text_time(str_trim(c->s[row]));
}

/* ---- rows -------------------------------------------------------------- */

static bool passes(const struct proctree_job *j, const struct proctree_match *m,
                   size_t row)
{
    if (m->ntests == 0)
        return true;
    for (size_t i = 0; i < m->ntests; i++) {
        struct value v = cell_value(&j->in->cols[m->test[i].column], row);
        if (proctree_test_passes(&m->test[i], &v))
            return true;
    }
    return false;
}

static bool has_number(struct proctree_job *j, size_t row)
{
    return number(j, row, PROCTREE_PID) != PROCTREE_NONE ||
           proctree_text(j, row, PROCTREE_GUID).n > 0;
}

static void match_row(struct proctree_job *j, size_t row)
{
    for (size_t m = 0; m < j->plan.n; m++) {
        j->match[row] = (uint8_t)m;
        if (passes(j, &j->plan.match[m], row) && has_number(j, row)) {
            j->nprocesses++;
            return;
        }
    }
    j->match[row] = PROCTREE_NO_MATCH;
}

static bool has_role(const struct proctree_job *j, enum proctree_role r)
{
    for (size_t m = 0; m < j->plan.n; m++)
        if (j->plan.match[m].column[r] >= 0)
            return true;
    return false;
}

/* Rows are read in blocks, all columns of a block before the next: the texts
 * of a row tend to lie together, so each is fetched from memory once. */
enum { BLOCK_ROWS = 512 };

static uint32_t name(struct proctree_job *j, size_t row, enum proctree_role r)
{
    str s = proctree_base_name(proctree_text(j, row, r));
    return s.n ? intern_add(&j->names, s) : 0;
}

/* Logs of different kinds in one table are kept apart, as if they came from
 * different hosts: their clocks and spellings need not agree. */
static uint32_t host(struct proctree_job *j, size_t row)
{
    uint32_t id = intern_add(&j->hosts, proctree_text(j, row, PROCTREE_HOST));
    return id * (uint32_t)j->plan.n + j->match[row];
}

/* The arrays to fill; those of columns that no log has stay NULL. */
struct arrays {
    bool *skip;
    uint32_t *host, *name, *pname;
    int64_t *number[PROCTREE_PTIME + 1];   /* by role */
};

static int64_t read_number(struct proctree_job *j, size_t row,
                           enum proctree_role r)
{
    if (r == PROCTREE_GUID || r == PROCTREE_PGUID)
        return guid(j, row, r);
    if (r == PROCTREE_TIME || r == PROCTREE_PTIME)
        return start_time(j, row, r);
    return number(j, row, r);
}

static void read_block(struct proctree_job *j, const struct arrays *a,
                       size_t beg, size_t end)
{
    for (size_t i = beg; i < end; i++) {
        match_row(j, i);
        a->skip[i] = j->match[i] == PROCTREE_NO_MATCH;
    }
    for (int r = 0; r <= PROCTREE_PTIME; r++)
        for (size_t i = beg; a->number[r] && i < end; i++)
            a->number[r][i] = read_number(j, i, (enum proctree_role)r);
    for (size_t i = beg; i < end; i++)
        a->host[i] = a->skip[i] ? 0 : host(j, i);
    for (size_t i = beg; a->name && i < end; i++)
        a->name[i] = name(j, i, PROCTREE_IMAGE);
    for (size_t i = beg; a->pname && i < end; i++)
        a->pname[i] = name(j, i, PROCTREE_PIMAGE);
}

static void new_arrays(struct proctree_job *j, struct arrays *a)
{
    size_t n = j->in->nrows;
    *a = (struct arrays){ .skip = NULL };
    j->match = arena_array(j->tmp, n, sizeof *j->match);
    a->skip = arena_array(j->tmp, n, sizeof *a->skip);
    a->host = arena_array(j->tmp, n, sizeof *a->host);
    for (int r = 0; r <= PROCTREE_PTIME; r++)
        if (r <= PROCTREE_PPID || has_role(j, (enum proctree_role)r))
            a->number[r] = arena_array(j->tmp, n, sizeof *a->number[r]);
    if (has_role(j, PROCTREE_IMAGE))
        a->name = arena_array(j->tmp, n, sizeof *a->name);
    if (has_role(j, PROCTREE_PIMAGE))
        a->pname = arena_array(j->tmp, n, sizeof *a->pname);
}

enum status proctree_read(struct proctree_job *j)
{
    struct arrays a;
    size_t n = j->in->nrows;
    new_arrays(j, &a);
    for (size_t beg = 0; beg < n; beg += BLOCK_ROWS) {
        size_t end = n - beg < BLOCK_ROWS ? n : beg + BLOCK_ROWS;
        if (proctree_cancelled(j))
            return ST_CANCELLED;
        read_block(j, &a, beg, end);
    }
    j->rows = (struct proctree_in){
        .n = n, .skip = a.skip, .host = a.host,
        .nhosts = (uint32_t)((j->hosts.n + 1) * j->plan.n),
        .pid = a.number[PROCTREE_PID], .ppid = a.number[PROCTREE_PPID],
        .guid = a.number[PROCTREE_GUID], .pguid = a.number[PROCTREE_PGUID],
        .time = a.number[PROCTREE_TIME], .ptime = a.number[PROCTREE_PTIME],
        .name = a.name, .pname = a.pname,
    };
    return ST_OK;
}
