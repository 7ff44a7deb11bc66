/* proctree_read.c - from the cells of a process log to the arrays of a tree.
 *
 * Called by: proctree_frame.c.
 * Gives:     numbers, times and interned names; a cell that cannot be read is
 *            a missing value, never an error. */
#include "base/ticks.h"
#include "proctree_int.h"

enum { POLL_ROWS = 1 << 16 };

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
    return str_trim(buf_take(&b, j->tmp));
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

typedef int64_t read_fn(struct proctree_job *j, size_t row,
                        enum proctree_role r);

/* Leaves *out NULL when no log has the column, unless it is `needed`. */
static enum status read_numbers(struct proctree_job *j, enum proctree_role r,
                                read_fn *read, bool needed,
                                const int64_t **out)
{
    if (!needed && !has_role(j, r))
        return ST_OK;
    int64_t *v = arena_array(j->tmp, j->in->nrows, sizeof *v);
    *out = v;
    for (size_t i = 0; i < j->in->nrows; i++) {
        v[i] = read(j, i, r);
        if (i % POLL_ROWS == 0 && proctree_cancelled(j))
            return ST_CANCELLED;
    }
    return ST_OK;
}

static enum status read_names(struct proctree_job *j, enum proctree_role r,
                              const uint32_t **out)
{
    if (!has_role(j, r))
        return ST_OK;
    uint32_t *v = arena_array(j->tmp, j->in->nrows, sizeof *v);
    *out = v;
    for (size_t i = 0; i < j->in->nrows; i++) {
        str name = proctree_base_name(proctree_text(j, i, r));
        v[i] = name.n ? intern_add(&j->names, name) : 0;
        if (i % POLL_ROWS == 0 && proctree_cancelled(j))
            return ST_CANCELLED;
    }
    return ST_OK;
}

/* Logs of different kinds in one table are kept apart, as if they came from
 * different hosts: their clocks and spellings need not agree. */
static void read_hosts(struct proctree_job *j)
{
    uint32_t nlogs = (uint32_t)j->plan.n;
    uint32_t *host = arena_array(j->tmp, j->in->nrows, sizeof *host);
    for (size_t i = 0; i < j->in->nrows; i++) {
        if (j->match[i] == PROCTREE_NO_MATCH)
            continue;
        str name = proctree_text(j, i, PROCTREE_HOST);
        host[i] = intern_add(&j->hosts, name) * nlogs + j->match[i];
    }
    j->rows.nhosts = (uint32_t)(j->hosts.n + 1) * nlogs;
    j->rows.host = host;
}

static void match_rows(struct proctree_job *j)
{
    size_t n = j->in->nrows;
    bool *skip = arena_array(j->tmp, n, sizeof *skip);
    j->match = arena_array(j->tmp, n, sizeof *j->match);
    for (size_t i = 0; i < n; i++) {
        match_row(j, i);
        skip[i] = j->match[i] == PROCTREE_NO_MATCH;
    }
    j->rows.skip = skip;
}

enum status proctree_read(struct proctree_job *j)
{
    struct proctree_in *in = &j->rows;
    const struct {
        enum proctree_role role;
        read_fn *read;
        bool needed;
        const int64_t **out;
    } numbers[] = {
        { PROCTREE_PID, number, true, &in->pid },
        { PROCTREE_PPID, number, true, &in->ppid },
        { PROCTREE_GUID, guid, false, &in->guid },
        { PROCTREE_PGUID, guid, false, &in->pguid },
        { PROCTREE_TIME, start_time, false, &in->time },
        { PROCTREE_PTIME, start_time, false, &in->ptime },
    };
    in->n = j->in->nrows;
    match_rows(j);
    enum status st = ST_OK;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers && !st; i++)
        st = read_numbers(j, numbers[i].role, numbers[i].read,
                          numbers[i].needed, numbers[i].out);
    if (st == ST_OK)
        st = read_names(j, PROCTREE_IMAGE, &in->name);
    if (st == ST_OK)
        st = read_names(j, PROCTREE_PIMAGE, &in->pname);
    if (st == ST_OK)
        read_hosts(j);
    return st;
}
