/* auditd_event.c - the records of one audit event, put together. */
#include "auditd_event.h"

#include "base/json_text.h"
#include "groups.h"

struct event {
    struct arena *a;
    const struct audit_event *e;
    struct audit_fields *fields; /* by record */
    struct audit_cell *cell;
};

/* ---- single fields ------------------------------------------------------ */

/* A column and the field that it is; from a record of that type only, if one
 * is named, else from the first that has it, SYSCALL before all others. */
static const struct {
    enum audit_column column;
    const char *key, *type;
    bool number;
} single[] = {
    { AUDIT_PID, "pid", NULL, true },
    { AUDIT_PPID, "ppid", NULL, true },
    { AUDIT_AUID, "auid", NULL, true },
    { AUDIT_UID, "uid", NULL, true },
    { AUDIT_GID, "gid", NULL, true },
    { AUDIT_EUID, "euid", NULL, true },
    { AUDIT_EGID, "egid", NULL, true },
    { AUDIT_SES, "ses", NULL, true },
    { AUDIT_SUCCESS, "success", NULL, false },
    { AUDIT_EXIT, "exit", NULL, false },
    { AUDIT_SYSCALL, "syscall", "SYSCALL", false },
    { AUDIT_TTY, "tty", NULL, false },
    { AUDIT_COMM, "comm", NULL, false },
    { AUDIT_EXE, "exe", NULL, false },
    { AUDIT_KEY, "key", NULL, false },
    { AUDIT_CWD, "cwd", NULL, false },
    { AUDIT_PROCTITLE, "proctitle", NULL, false },
    { AUDIT_ACCT, "acct", NULL, false },
    { AUDIT_OP, "op", NULL, false },
    { AUDIT_CMD, "cmd", NULL, false },
    { AUDIT_HOSTNAME, "hostname", NULL, false },
    { AUDIT_ADDR, "addr", NULL, false },
    { AUDIT_TERMINAL, "terminal", NULL, false },
    { AUDIT_RES, "res", NULL, false },
};

enum { NSINGLE = sizeof single / sizeof *single };

static bool is_type(const struct event *x, size_t i, const char *type)
{
    return str_eqz(x->e->record[i].type, type);
}

/* The record and field of a key; NULL when no record has it. */
static const struct audit_field *find_field(const struct event *x,
                                            const char *key, const char *type,
                                            size_t *record)
{
    const struct audit_field *found = NULL;
    for (size_t i = 0; i < x->e->n; i++) {
        bool syscall = is_type(x, i, "SYSCALL");
        if ((type && !is_type(x, i, type)) || (found && !syscall))
            continue;
        const struct audit_field *f = audit_find(&x->fields[i], key);
        if (f) {
            found = f;
            *record = i;
        }
        if (f && syscall)
            break;
    }
    return found;
}

/* The kernel writes "not set" as 2^32 - 1. */
static void set_number(struct audit_cell *c, str s)
{
    int64_t n = 0;
    bool minus = s.n && s.p[0] == '-';
    size_t i = minus;
    while (i < s.n && i < 18 && s.p[i] >= '0' && s.p[i] <= '9')
        n = n * 10 + (s.p[i++] - '0');
    c->null = i != s.n || i == (size_t)minus;
    c->i = n == 4294967295 ? -1 : minus ? -n : n;
    if (str_eqz(s, "unset")) {
        c->null = false;
        c->i = -1;
    }
}

static void set_single(struct event *x)
{
    for (size_t k = 0; k < NSINGLE; k++) {
        struct audit_cell *c = &x->cell[single[k].column];
        size_t record = 0;
        const struct audit_field *f =
            find_field(x, single[k].key, single[k].type, &record);
        if (f && single[k].number)
            set_number(c, f->value);
        else if (f)
            c->s = audit_text(x->a, x->e->record[record].type, f);
    }
}

/* A process title is the arguments with a NUL behind each. */
static void blank_title(struct event *x)
{
    str *s = &x->cell[AUDIT_PROCTITLE].s;
    if (!s->n || !memchr(s->p, 0, s->n))
        return;
    char *p = arena_alloc(x->a, s->n);
    for (size_t i = 0; i < s->n; i++)
        p[i] = s->p[i] ? s->p[i] : ' ';
    *s = (str){ p, s->n };
}

/* ---- arguments ---------------------------------------------------------- */

/* aN or aN[K]; false: some other key. */
static bool argument_key(str key, size_t *n, bool *piece)
{
    size_t i = 1;
    if (key.n < 2 || key.p[0] != 'a')
        return false;
    *n = 0;
    while (i < key.n && i < 8 && key.p[i] >= '0' && key.p[i] <= '9')
        *n = *n * 10 + (size_t)(key.p[i++] - '0');
    *piece = i < key.n && key.p[i] == '[';
    return i > 1 && (i == key.n || *piece) && *n < AUDIT_MAX_ARGS;
}

struct argument {
    str text;
    bool there, digits; /* digits: to be decoded when all is there */
};

struct args {
    LIST(struct argument) list;
};

/* Pieces come in order; digits are cut between them at will, so they are joined
 * before they are decoded. */
static void add_argument(struct event *x, struct args *args, size_t n,
                         const struct audit_field *f, bool piece)
{
    struct argument none = { .text = S("") };
    while (args->list.n <= n)
        PUSH(x->a, args->list, none);
    struct argument *arg = &args->list.v[n];
    str head = piece && arg->there ? arg->text : S("");
    char *p = arena_alloc(x->a, head.n + f->value.n);
    if (head.n)
        memcpy(p, head.p, head.n);
    if (f->value.n)
        memcpy(p + head.n, f->value.p, f->value.n);
    *arg = (struct argument){ { p, head.n + f->value.n }, true, !f->quoted };
}

static void add_arguments(struct event *x, size_t record, struct args *args)
{
    const struct audit_fields *fields = &x->fields[record];
    for (size_t i = 0; i < fields->list.n; i++) {
        const struct audit_field *f = &fields->list.v[i];
        size_t n;
        bool piece;
        if (argument_key(f->key, &n, &piece))
            add_argument(x, args, n, f, piece);
    }
}

static str argument_text(struct event *x, const struct argument *arg)
{
    return arg->digits ? audit_unhex(x->a, arg->text) : arg->text;
}

static void set_args(struct event *x)
{
    struct args args = { .list = { 0 } };
    struct buf json, line;
    for (size_t i = 0; i < x->e->n; i++)
        if (is_type(x, i, "EXECVE"))
            add_arguments(x, i, &args);
    if (!args.list.n)
        return;
    buf_init(&json, SIZE_MAX / 4);
    buf_init(&line, SIZE_MAX / 4);
    for (size_t i = 0; i < args.list.n; i++) {
        str arg = argument_text(x, &args.list.v[i]);
        buf_addc(&json, i ? ',' : '[');
        json_text_str(&json, arg);
        if (i)
            buf_addc(&line, ' ');
        buf_add(&line, arg);
    }
    buf_addc(&json, ']');
    x->cell[AUDIT_ARGS] = (struct audit_cell){ .s = buf_take(&json, x->a) };
    x->cell[AUDIT_CMDLINE].s = buf_take(&line, x->a);
    buf_release(&json);
    buf_release(&line);
}

/* ---- everything --------------------------------------------------------- */

static void add_object(struct event *x, size_t record, struct buf *b)
{
    const struct audit_fields *fields = &x->fields[record];
    struct text_ids seen = { 0 };
    buf_addc(b, '{');
    for (size_t i = 0; i < fields->list.n; i++) {
        const struct audit_field *f = &fields->list.v[i];
        size_t before = seen.n;
        text_ids_add(&seen, f->key);
        if (seen.n == before)
            continue; /* a key stands once, as it came first */
        if (before)
            buf_addc(b, ',');
        json_text_str(b, f->key);
        buf_addc(b, ':');
        json_text_str(b, audit_text(x->a, x->e->record[record].type, f));
    }
    text_ids_release(&seen);
    buf_addc(b, '}');
}

static size_t count_type(const struct event *x, str type)
{
    size_t n = 0;
    for (size_t i = 0; i < x->e->n; i++)
        n += str_eq(x->e->record[i].type, type);
    return n;
}

static bool seen_before(const struct event *x, size_t record)
{
    for (size_t i = 0; i < record; i++)
        if (str_eq(x->e->record[i].type, x->e->record[record].type))
            return true;
    return false;
}

/* {"SYSCALL":{…},"PATH":[{…},{…}]}: a type with several records is a list. */
static void set_fields(struct event *x)
{
    struct buf b;
    buf_init(&b, JSON_MAX_BYTES);
    for (size_t i = 0; i < x->e->n; i++) {
        str type = x->e->record[i].type;
        bool several = count_type(x, type) > 1;
        if (seen_before(x, i))
            continue;
        buf_addc(&b, b.n ? ',' : '{');
        json_text_str(&b, type);
        buf_adds(&b, several ? ":[" : ":");
        for (size_t j = i; j < x->e->n; j++) {
            if (!str_eq(x->e->record[j].type, type))
                continue;
            if (j > i)
                buf_addc(&b, ',');
            add_object(x, j, &b);
        }
        if (several)
            buf_addc(&b, ']');
    }
    buf_addc(&b, '}');
    if (buf_ok(&b))
        x->cell[AUDIT_FIELDS] = (struct audit_cell){ .s = buf_take(&b, x->a) };
    buf_release(&b);
}

static void set_paths(struct event *x)
{
    struct buf b;
    buf_init(&b, JSON_MAX_BYTES);
    for (size_t i = 0; i < x->e->n; i++) {
        const struct audit_field *f =
            is_type(x, i, "PATH") ? audit_find(&x->fields[i], "name") : NULL;
        if (!f)
            continue;
        buf_addc(&b, b.n ? ',' : '[');
        json_text_str(&b, audit_text(x->a, S("PATH"), f));
    }
    buf_addc(&b, ']');
    if (b.n > 1 && buf_ok(&b))
        x->cell[AUDIT_PATHS] = (struct audit_cell){ .s = buf_take(&b, x->a) };
    buf_release(&b);
}

/* A process start has its own name; other events that of a record. */
static str event_type(const struct event *x)
{
    bool syscall = false, execve = false;
    for (size_t i = 0; i < x->e->n; i++) {
        syscall |= is_type(x, i, "SYSCALL");
        execve |= is_type(x, i, "EXECVE");
    }
    if (execve)
        return syscall ? S("SYSCALL_EXECVE") : S("EXECVE");
    return syscall ? S("SYSCALL") : x->e->record[0].type;
}

void audit_cells(struct arena *a, const struct audit_event *e,
                 struct audit_cell *cell)
{
    struct event x = { a, e, arena_array(a, e->n, sizeof *x.fields), cell };
    for (size_t i = 0; i < e->n; i++)
        audit_fields(a, e->record[i].fields, &x.fields[i]);
    for (size_t k = 0; k < AUDIT_NCOLUMNS; k++)
        cell[k] = (struct audit_cell){ .null = true, .s = S("") };
    cell[AUDIT_TIME] = (struct audit_cell){ .i = e->record[0].time };
    cell[AUDIT_SERIAL] = (struct audit_cell){ .i = e->record[0].serial };
    cell[AUDIT_EVENT_TYPE].s = event_type(&x);
    set_single(&x);
    blank_title(&x);
    set_args(&x);
    set_paths(&x);
    set_fields(&x);
}
