/* proctree_schema.c - which columns of a table tell of processes.
 *
 * Called by: proctree_frame.c. The logs stand in proctree_schema.def. */
#include "proctree_schema.h"

#define PID(c) .column[PROCTREE_PID] = c,
#define PPID(c) .column[PROCTREE_PPID] = c,
#define GUID(c) .column[PROCTREE_GUID] = c,
#define PGUID(c) .column[PROCTREE_PGUID] = c,
#define TIME(c) .column[PROCTREE_TIME] = c,
#define PTIME(c) .column[PROCTREE_PTIME] = c,
#define HOST(c) .column[PROCTREE_HOST] = c,
#define IMAGE(c) .column[PROCTREE_IMAGE] = c,
#define PIMAGE(c) .column[PROCTREE_PIMAGE] = c,
#define COMMAND(c) .column[PROCTREE_COMMAND] = c,
#define SCHEMA(title, rows, columns) { .name = title, .filter = rows, columns },

static const struct proctree_schema schemas[] = {
#include "proctree_schema.def"
};

/* For columns that the analyst names: where time, host and names may be. */
static const struct proctree_schema any_log = {
    .name = "columns as given",
    .filter = "",
    TIME("TimeGenerated|Timestamp|UtcTime|@timestamp|TimeCreated|EventTime|"
         "StartTime|Start|CreateTime|_time|time")
    HOST("Computer|DeviceName|Hostname|ComputerName|Host|host.name|dest")
    IMAGE("Image|NewProcessName|FileName|Path|exe|ProcessName|Name")
    PIMAGE("ParentImage|ParentProcessName|InitiatingProcessFileName")
    COMMAND("CommandLine|ProcessCommandLine|cmdline")
};

static const char *const role_names[NPROCTREE_ROLES] = {
    [PROCTREE_PID] = "pid",           [PROCTREE_PPID] = "ppid",
    [PROCTREE_GUID] = "guid",         [PROCTREE_PGUID] = "parent_guid",
    [PROCTREE_TIME] = "time",         [PROCTREE_PTIME] = "parent_time",
    [PROCTREE_HOST] = "host",         [PROCTREE_IMAGE] = "image",
    [PROCTREE_PIMAGE] = "parent_image", [PROCTREE_COMMAND] = "command",
};

const struct proctree_schema *proctree_schemas(size_t *n)
{
    *n = sizeof schemas / sizeof *schemas;
    return schemas;
}

const char *proctree_role_name(enum proctree_role r)
{
    return role_names[r];
}

bool proctree_role_from_name(str name, enum proctree_role *r)
{
    for (int i = 0; i < NPROCTREE_ROLES; i++)
        if (str_ieqz(name, role_names[i])) {
            *r = (enum proctree_role)i;
            return true;
        }
    return false;
}

/* ---- names ------------------------------------------------------------- */

/* What exporters put before the fields of a Windows event or a snapshot. */
static const char *const prefixes[] = {
    "winlog.event_data.", "winlog_event_data_", "data.win.eventdata.",
    "data.win.system.", "event_data.", "event_data_", "EventData.",
    "EventData_", "columns.", "columns_", "properties.", "_source.",
};

static str without_prefix(str s)
{
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        str p = str_of(prefixes[i]);
        if (s.n > p.n && str_ieq(str_sub(s, 0, p.n), p))
            return str_sub(s, p.n, s.n);
    }
    return s;
}

static bool is_sign(char c)
{
    return c == '_' || c == '.' || c == '-' || c == ' ';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* Equal but for case and signs. A leading sign counts: _time is not time. */
static bool alike(str a, str b)
{
    size_t i = 0, j = 0;
    if (!a.n || !b.n || is_sign(a.p[0]) != is_sign(b.p[0]))
        return false;
    for (;;) {
        while (i < a.n && is_sign(a.p[i]))
            i++;
        while (j < b.n && is_sign(b.p[j]))
            j++;
        if (i == a.n || j == b.n)
            return i == a.n && j == b.n;
        if (lower(a.p[i++]) != lower(b.p[j++]))
            return false;
    }
}

/* Takes the next piece of a list off its front. */
static bool next_piece(str *list, char sign, str *piece)
{
    if (!list->n)
        return false;
    ptrdiff_t at = str_find_char(*list, sign);
    size_t n = at < 0 ? list->n : (size_t)at;
    *piece = str_sub(*list, 0, n);
    *list = str_sub(*list, at < 0 ? n : n + 1, list->n);
    return true;
}

static bool can_be(enum proctree_role r, enum type t)
{
    bool other = t == TYPE_BOOL || t == TYPE_TIMESPAN;
    if (r == PROCTREE_TIME || r == PROCTREE_PTIME)
        return !other && t != TYPE_GUID && t != TYPE_DYNAMIC;
    return !other && t != TYPE_DATETIME;
}

static int find_exact(const struct proctree_table *t, str name)
{
    for (size_t c = 0; c < t->ncols; c++)
        if (str_eq(t->names[c], name))
            return (int)c;
    return -1;
}

/* A cheap look ahead: names that are alike end alike, prefix or not. */
static bool ends_alike(str a, str b)
{
    return a.n && b.n && (lower(a.p[a.n - 1]) == lower(b.p[b.n - 1]) ||
                          is_sign(a.p[a.n - 1]));
}

static int find_alike(const struct proctree_table *t, str name)
{
    for (size_t c = 0; c < t->ncols; c++)
        if (ends_alike(t->names[c], name) &&
            (alike(t->names[c], name) ||
             alike(without_prefix(t->names[c]), name)))
            return (int)c;
    return -1;
}

static int find_column(const struct proctree_table *t, str name)
{
    int c = find_exact(t, name);
    return c >= 0 ? c : find_alike(t, name);
}

static int find_role(const struct proctree_table *t, const char *names,
                     enum proctree_role r)
{
    str list = str_of(names), name;
    while (next_piece(&list, '|', &name)) {
        int c = find_column(t, name);
        if (c >= 0 && can_be(r, t->types[c]))
            return c;
    }
    return -1;
}

/* ---- fitting one log to a table ---------------------------------------- */

static void find_tests(const struct proctree_table *t, const char *filter,
                       struct proctree_match *m)
{
    str list = str_of(filter), clause, name;
    while (next_piece(&list, ';', &clause)) {
        ptrdiff_t eq = str_find_char(clause, '=');
        str names = str_sub(clause, 0, (size_t)eq);
        str values = str_sub(clause, (size_t)eq + 1, clause.n);
        while (next_piece(&names, '|', &name)) {
            int c = find_column(t, name);
            if (c < 0 || m->ntests == PROCTREE_MAX_TESTS)
                continue;
            m->test[m->ntests++] = (struct proctree_test){ c, values };
            break;
        }
    }
}

/* How many roles are found. */
static int fit(const struct proctree_table *t, const struct proctree_schema *s,
               struct proctree_match *m)
{
    int found = 0;
    *m = (struct proctree_match){ .name = s->name };
    for (int r = 0; r < NPROCTREE_ROLES; r++) {
        m->column[r] = -1;
        if (s->column[r])
            m->column[r] = find_role(t, s->column[r], (enum proctree_role)r);
        found += m->column[r] >= 0;
    }
    find_tests(t, s->filter, m);
    return found + (m->ntests > 0);
}

static bool usable(const struct proctree_match *m)
{
    const int *c = m->column;
    return (c[PROCTREE_PID] >= 0 && c[PROCTREE_PPID] >= 0 &&
            c[PROCTREE_PID] != c[PROCTREE_PPID]) ||
           (c[PROCTREE_GUID] >= 0 && c[PROCTREE_PGUID] >= 0);
}

static bool same_numbers(const struct proctree_match *a,
                         const struct proctree_match *b)
{
    return a->column[PROCTREE_PID] == b->column[PROCTREE_PID] &&
           a->column[PROCTREE_PPID] == b->column[PROCTREE_PPID];
}

static void add_match(struct proctree_plan *p, const struct proctree_match *m)
{
    for (size_t i = 0; i < p->n; i++)
        if (same_numbers(&p->match[i], m))
            return;
    if (p->n < PROCTREE_MAX_ACTIVE)
        p->match[p->n++] = *m;
}

/* The best fit first; with it, when it tests rows, all others that do: they
 * take other rows of a mixed table. */
static bool detect(const struct proctree_table *t, struct proctree_plan *p)
{
    struct proctree_match m, best = { 0 };
    int best_found = 0;
    size_t n = sizeof schemas / sizeof *schemas;
    p->n = 0;
    for (size_t i = 0; i < n; i++) {
        int found = fit(t, &schemas[i], &m);
        if (usable(&m) && found > best_found)
            best_found = found, best = m;
    }
    if (!best_found)
        return false;
    add_match(p, &best);
    for (size_t i = 0; best.ntests && i < n; i++) {
        fit(t, &schemas[i], &m);
        if (usable(&m) && m.ntests)
            add_match(p, &m);
    }
    return true;
}

/* ---- what the analyst said --------------------------------------------- */

static bool given(const struct proctree_opts *o, enum proctree_role r)
{
    return o && o->column[r].n > 0;
}

static bool given_numbers(const struct proctree_opts *o)
{
    return given(o, PROCTREE_PID) || given(o, PROCTREE_PPID) ||
           given(o, PROCTREE_GUID) || given(o, PROCTREE_PGUID);
}

static bool check_given(const struct proctree_table *t,
                        const struct proctree_opts *o, enum proctree_role r,
                        struct diags *ds)
{
    int c = find_exact(t, o->column[r]);
    if (c < 0) {
        struct diag *d = diag_error(ds, DIAG_UNKNOWN_COLUMN, o->span,
                                    "proctree: no column '%.*s' for %s",
                                    STRF(o->column[r]), role_names[r]);
        str near = diag_nearest(o->column[r], t->names, t->ncols);
        if (near.n)
            diag_hint(ds, d, "did you mean '%.*s'?", STRF(near));
        return false;
    }
    if (!can_be(r, t->types[c])) {
        diag_error(ds, DIAG_TYPE, o->span,
                   "proctree: column '%.*s' is %s and cannot be the %s",
                   STRF(o->column[r]), type_name(t->types[c]), role_names[r]);
        return false;
    }
    return true;
}

static void apply_given(const struct proctree_table *t,
                        const struct proctree_opts *o,
                        struct proctree_match *m)
{
    for (int r = 0; r < NPROCTREE_ROLES; r++)
        if (given(o, (enum proctree_role)r))
            m->column[r] = find_exact(t, o->column[r]);
}

/* With numbers named: a known log if it reads the same ones, else none. */
static void plan_given(const struct proctree_table *t,
                       const struct proctree_opts *o,
                       struct proctree_plan *p)
{
    struct proctree_match m;
    fit(t, &any_log, &m);
    apply_given(t, o, &m);
    if (detect(t, p) && p->n == 1 && same_numbers(&p->match[0], &m))
        m = p->match[0];
    apply_given(t, o, &m);
    p->match[0] = m;
    p->n = 1;
}

static enum status choose_given(const struct proctree_table *t,
                                const struct proctree_opts *o,
                                struct proctree_plan *out, struct diags *ds)
{
    plan_given(t, o, out);
    if (usable(&out->match[0]))
        return ST_OK;
    struct diag *d = diag_error(ds, DIAG_ARGUMENTS, o->span,
                                "proctree needs both ends of the link");
    diag_hint(ds, d, "give pid and ppid, or guid and parent_guid");
    return ST_USER;
}

enum status proctree_choose(const struct proctree_table *t,
                            const struct proctree_opts *o,
                            struct proctree_plan *out, struct diags *ds)
{
    bool good = true;
    out->n = 0;
    for (int r = 0; r < NPROCTREE_ROLES; r++)
        if (given(o, (enum proctree_role)r))
            good &= check_given(t, o, (enum proctree_role)r, ds);
    if (!good)
        return ST_USER;
    if (given_numbers(o))
        return choose_given(t, o, out, ds);
    if (!detect(t, out)) {
        struct diag *d = diag_error(ds, DIAG_UNKNOWN_COLUMN,
                                    o ? o->span : NO_SPAN,
                                    "proctree finds no process columns here");
        diag_hint(ds, d, "name them: proctree with (pid=…, ppid=…, time=…, "
                         "host=…)");
        return ST_USER;
    }
    for (size_t i = 0; o && i < out->n; i++)
        apply_given(t, o, &out->match[i]);
    return ST_OK;
}

/* ---- rows -------------------------------------------------------------- */

static bool is_number(str s, int64_t *v)
{
    *v = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9' || i > 15)
            return false;
        *v = *v * 10 + (s.p[i] - '0');
    }
    return s.n > 0;
}

/* A JSON array of texts or numbers holds the value as one of its elements. */
static bool array_has(str json, str value)
{
    str inner = str_sub(json, 1, json.n ? json.n - 1 : 0), piece;
    while (next_piece(&inner, ',', &piece)) {
        piece = str_trim(piece);
        if (piece.n >= 2 && piece.p[0] == '"')
            piece = str_sub(piece, 1, piece.n - 1);
        if (str_ieq(piece, value))
            return true;
    }
    return false;
}

static bool text_is(const struct value *v, str value)
{
    str s = str_trim(v->s);
    if (v->type == TYPE_DYNAMIC && s.n && s.p[0] == '[')
        return array_has(s, value);
    if (v->type == TYPE_DYNAMIC && s.n >= 2 && s.p[0] == '"')
        s = str_sub(s, 1, s.n - 1);
    return str_ieq(s, value);
}

bool proctree_test_passes(const struct proctree_test *t, const struct value *v)
{
    str list = t->values, value;
    int64_t number;
    while (!v->null && next_piece(&list, ',', &value)) {
        if (type_is_text(v->type)) {
            if (text_is(v, value))
                return true;
        } else if (is_number(value, &number)) {
            if (v->type == TYPE_REAL ? v->d == (double)number
                                     : v->i == number)
                return true;
        }
    }
    return false;
}
