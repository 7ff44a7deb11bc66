/* ptree_read.c - rows with keys and parent keys to a tree in preorder.
 *
 * Called by: processtree.c.
 * Gives:     every row with a key once, whatever the links say: duplicates
 *            stand as leaves beside the first, circles are cut, missing parents
 *            become nodes. Nothing recurses, so depth costs no stack. */
#include "base/status.h"
#include "render/hint.h"
#include "render/names.h"
#include "render/html/html.h"
#include "render/ptree.h"

/* Usual names of what a process row says, in order of preference. */
static const char *const name_cols[] = {
    "ProcName", "NewProcessName", "FileName", "Image", "TargetProcessName",
    "CreatedProcessName", "ProcessName", "process.name", "Process", "exe",
    "name", "comm", NULL
};
static const char *const command_cols[] = {
    "ProcessCommandLine", "CommandLine", "TargetProcessCommandLine",
    "CreatedProcessCommandLine", "process.command_line", "cmdline", "command",
    "args", NULL
};
static const char *const account_cols[] = {
    "Account", "AccountName", "SubjectUserName", "TargetUserName", "User",
    "ActorUsername", "user.name", "username", "uid", NULL
};
static const char *const time_cols[] = {
    "TimeGenerated", "UtcTime", "TimeCreated", "ProcessCreationTime",
    "Timestamp", "EventTime", "start", "start_time", "time", "@timestamp", NULL
};
static const char *const pid_cols[] = {
    "NewProcessId", "CreatedProcessId", "TargetProcessId", "ProcessId",
    "process.pid", "pid", NULL
};
static const char *const host_cols[] = {
    "Computer", "DeviceName", "Hostname", "host.name", "Dvc", "host", NULL
};
static const char *const pname_cols[] = {
    "ParentProcessName", "ParentImage", "InitiatingProcessFileName",
    "ActingProcessName", "process.parent.name", NULL
};

/* How many of the first rows have something in the column. */
static size_t filled(const struct frame *f, size_t col)
{
    enum { LOOKED_AT = 1000 };
    const struct column *c = &f->cols[col];
    size_t n = 0, rows = f->nrows < LOOKED_AT ? f->nrows : LOOKED_AT;
    for (size_t r = 0; r < rows; r++)
        n += !cell_is_null(c, r) && (!type_is_text(c->type) || c->s[r].n);
    return n;
}

/* A recording may hold several logs, each with its own columns: of the names
 * the one that these rows fill most, the first of equals. */
static int best_named(const struct frame *f, const char *const *names)
{
    size_t most = 0;
    int best = -1;
    for (; *names; names++)
        for (size_t c = 0; c < f->ncols; c++)
            if (str_ieqz(f->cols[c].name, *names)) {
                size_t n = filled(f, c);
                if (best < 0 || n > most)
                    best = (int)c, most = n;
            }
    return best;
}

/* A column by option, else by usual names; false when the option is wrong. */
static bool pick(const struct ptree *t, const char *option,
                 const char *const *names, int *col, struct diags *ds)
{
    const char *const options[] = { option, NULL };
    int c = hint_column_of(t->f, t->h, options, ds);
    *col = c == HINT_ABSENT ? best_named(t->f, names) : c;
    return c != HINT_UNKNOWN;
}

static bool find_columns(struct ptree *t, struct diags *ds)
{
    static const char *const ids[] = { "ProcessKey", NULL };
    static const char *const parents[] = { "ParentKey", NULL };
    static const char *const flags[] = { "TreeFlags", NULL };
    static const char *const none[] = { NULL };
    bool ok = pick(t, "id", ids, &t->id, ds) &&
              pick(t, "parent", parents, &t->parent, ds) &&
              pick(t, "name", name_cols, &t->name, ds) &&
              pick(t, "command", command_cols, &t->command, ds) &&
              pick(t, "account", account_cols, &t->account, ds) &&
              pick(t, "time", time_cols, &t->time, ds) &&
              pick(t, "pid", pid_cols, &t->pid, ds) &&
              pick(t, "host", host_cols, &t->host, ds) &&
              pick(t, "color", none, &t->color, ds);
    t->pname = best_named(t->f, pname_cols);
    t->flags = best_named(t->f, flags);
    if (!ok)
        return false;
    if (t->id >= 0 && t->parent >= 0)
        return true;
    diag_hint(ds, diag_error(ds, DIAG_OPTION, NO_SPAN,
                             "render processtree needs the columns ProcessKey "
                             "and ParentKey"),
              "T | proctree | render processtree, or with (id = C, parent = "
              "C)");
    return false;
}

static bool find_tips(struct ptree *t, struct diags *ds)
{
    int *cols;
    size_t n;
    if (!hint_columns(t->f, t->h, "columns", t->a, &cols, &n, ds))
        return false;
    t->ntips = n < PT_TIPS ? n : PT_TIPS;
    memcpy(t->tips, cols, t->ntips * sizeof *cols);
    return true;
}

void ptree_cell(struct buf *b, const struct ptree *t, const struct pt_node *n,
                int col)
{
    if (col >= 0 && n->row != PT_NO_ROW)
        format_cell(b, &t->f->cols[col], n->row, &t->fmt[col]);
}

/* A tree while it is built: by node number, not in order. */
struct draft {
    struct ptree *t;
    size_t n;
    uint32_t *row;
    int32_t *parent;
    int64_t *order;          /* among siblings: the time, else 0 */
    uint32_t *kids, *first;  /* children of i: kids[first[i]..first[i+1]) */
    str *name;
    bool *cut;
};

static str key_text(struct ptree *t, int col, size_t row, struct buf *b)
{
    const struct column *c = &t->f->cols[col];
    if (cell_is_null(c, row))
        return S("");
    if (type_is_text(c->type))
        return c->s[row];
    buf_reset(b);
    format_cell(b, c, row, &t->fmt[col]);
    return arena_str(t->a, buf_str(b));
}

static str base_name(str path)
{
    size_t i = path.n;
    while (i && path.p[i - 1] != '\\' && path.p[i - 1] != '/')
        i--;
    return i < path.n ? str_sub(path, i, path.n) : path;
}

static str name_of(struct ptree *t, size_t row, struct buf *b)
{
    str s = t->name >= 0 ? base_name(key_text(t, t->name, row, b)) : S("");
    return s.n ? s : html_head(key_text(t, t->id, row, b), 200);
}

/* A missing parent is called as its first child calls it. */
static str missing_name(struct ptree *t, size_t row, struct buf *b)
{
    str s = t->pname >= 0 ? base_name(key_text(t, t->pname, row, b)) : S("");
    return s.n ? s : html_head(key_text(t, t->parent, row, b), 200);
}

static void draft_alloc(struct draft *d, size_t cap)
{
    struct arena *a = d->t->a;
    d->row = arena_array(a, cap, sizeof *d->row);
    d->parent = arena_array(a, cap, sizeof *d->parent);
    d->order = arena_array(a, cap, sizeof *d->order);
    d->kids = arena_array(a, cap, sizeof *d->kids);
    d->first = arena_array(a, cap + 1, sizeof *d->first);
    d->name = arena_array(a, cap, sizeof *d->name);
    d->cut = arena_array(a, cap, sizeof *d->cut);
}

static int64_t order_of(const struct ptree *t, size_t row)
{
    if (t->time < 0 || t->f->cols[t->time].type != TYPE_DATETIME ||
        cell_is_null(&t->f->cols[t->time], row))
        return 0;
    return t->f->cols[t->time].i[row];
}

/* One node per row with a key; *of_key maps a key to its first node. */
static void add_rows(struct draft *d, struct names *keys, uint32_t *of_key,
                     struct buf *b)
{
    struct ptree *t = d->t;
    for (size_t r = 0; r < t->f->nrows; r++) {
        str key = key_text(t, t->id, r, b);
        if (key.n == 0) {
            t->nskipped++;
            continue;
        }
        size_t k = names_add(keys, key);
        if (of_key[k] != UINT32_MAX)
            t->ndup++;
        else
            of_key[k] = (uint32_t)d->n;
        d->row[d->n] = (uint32_t)r;
        d->order[d->n] = order_of(t, r);
        d->name[d->n++] = name_of(t, r, b);
    }
}

static void link_parents(struct draft *d, struct names *keys,
                         uint32_t *of_key, struct buf *b)
{
    struct ptree *t = d->t;
    size_t nrows = d->n;
    for (size_t i = 0; i < nrows; i++) {
        str key = key_text(t, t->parent, d->row[i], b);
        d->parent[i] = -1;
        if (key.n == 0)
            continue;
        size_t k = names_add(keys, key);
        if (of_key[k] == UINT32_MAX) {
            of_key[k] = (uint32_t)d->n;
            d->row[d->n] = PT_NO_ROW;
            d->parent[d->n] = -1;
            d->order[d->n] = d->order[i];
            d->name[d->n++] = missing_name(t, d->row[i], b);
            t->nmissing++;
        }
        if (of_key[k] == i) {
            d->cut[i] = true; /* its own parent */
            t->ncycles++;
        } else {
            d->parent[i] = (int32_t)of_key[k];
        }
    }
}

struct sibling {
    int32_t parent;
    uint32_t node;
    int64_t order;
};

static int by_parent(const void *a, const void *b)
{
    const struct sibling *p = a, *q = b;
    if (p->parent != q->parent)
        return p->parent < q->parent ? -1 : 1;
    if (p->order != q->order)
        return p->order < q->order ? -1 : 1;
    return p->node < q->node ? -1 : 1;
}

/* Sorts nodes by parent: children in a row, the roots first. Returns how many
 * roots there are. */
static size_t sort_kids(struct draft *d)
{
    struct sibling *s = xcalloc(d->n, sizeof *s);
    size_t nroots = 0;
    for (size_t i = 0; i < d->n; i++)
        s[i] = (struct sibling){ d->parent[i], (uint32_t)i, d->order[i] };
    qsort(s, d->n, sizeof *s, by_parent);
    while (nroots < d->n && s[nroots].parent < 0)
        nroots++;
    for (size_t i = 0, p = 0; p <= d->n; p++) {
        while (i < d->n && s[i].parent < (int32_t)p)
            i++;
        d->first[p] = (uint32_t)i;
    }
    for (size_t i = 0; i < d->n; i++)
        d->kids[i] = s[i].node;
    free(s);
    return nroots;
}

/* The walk keeps, per level, which child comes next. */
struct level {
    uint32_t next, end;
    int32_t at;          /* preorder number of the parent */
};

static void emit_node(struct draft *d, uint32_t node, int32_t parent,
                      size_t depth, bool *seen)
{
    struct ptree *t = d->t;
    seen[node] = true;
    t->nodes[t->n++] = (struct pt_node){
        .row = d->row[node], .parent = parent, .depth = (uint32_t)depth,
        .cycle = d->cut[node], .name = d->name[node],
    };
}

/* Emits a node and all that is below it. */
static void walk(struct draft *d, uint32_t root, bool *seen,
                 struct level *stack)
{
    size_t depth = 1;
    emit_node(d, root, -1, 0, seen);
    stack[0] = (struct level){ d->first[root], d->first[root + 1],
                               (int32_t)d->t->n - 1 };
    while (depth) {
        struct level *l = &stack[depth - 1];
        if (l->next == l->end) {
            depth--;
            continue;
        }
        uint32_t kid = d->kids[l->next++];
        if (seen[kid]) /* only the root of a cut circle */
            continue;
        emit_node(d, kid, l->at, depth, seen);
        stack[depth++] = (struct level){ d->first[kid], d->first[kid + 1],
                                         (int32_t)d->t->n - 1 };
    }
}

static void order_nodes(struct draft *d)
{
    struct ptree *t = d->t;
    size_t nroots = sort_kids(d);
    bool *seen = arena_array(t->a, d->n + 1, sizeof *seen);
    struct level *stack = xcalloc(d->n + 1, sizeof *stack);
    t->nodes = arena_array(t->a, d->n + 1, sizeof *t->nodes);
    for (size_t i = 0; i < nroots; i++)
        walk(d, d->kids[i], seen, stack);
    /* What is left hangs together in circles: cut at the first row. */
    for (size_t i = 0; i < d->n; i++) {
        if (seen[i])
            continue;
        d->cut[i] = true;
        t->ncycles++;
        walk(d, (uint32_t)i, seen, stack);
    }
    free(stack);
}

/* Counts children and descendants and marks the last of siblings; backwards,
 * so that children come before their parent. */
static void count_nodes(struct ptree *t)
{
    bool *has_last = arena_array(t->a, t->n + 2, sizeof *has_last);
    for (size_t i = t->n; i-- > 0;) {
        struct pt_node *n = &t->nodes[i];
        n->last = !has_last[n->parent + 1];
        has_last[n->parent + 1] = true;
        if (n->parent < 0)
            continue;
        t->nodes[n->parent].nkids++;
        t->nodes[n->parent].ndesc += n->ndesc + 1;
    }
}

static void build(struct ptree *t)
{
    struct draft d = { .t = t };
    struct names keys;
    struct buf b;
    size_t cap = 2 * t->f->nrows + 2;
    if (cap > INT32_MAX)
        BUG("a tree of %zu rows", t->f->nrows);
    uint32_t *of_key = arena_array(t->a, cap, sizeof *of_key);
    memset(of_key, 0xff, cap * sizeof *of_key);
    buf_init(&b, 1 << 20);
    names_init(&keys, t->a);
    draft_alloc(&d, cap);
    add_rows(&d, &keys, of_key, &b);
    link_parents(&d, &keys, of_key, &b);
    order_nodes(&d);
    count_nodes(t);
    buf_release(&b);
}

bool ptree_read(struct ptree *t, const struct frame *f, const struct hint *h,
                struct diags *ds)
{
    *t = (struct ptree){ .f = f, .h = h, .a = arena_new() };
    t->fmt = arena_array(t->a, f->ncols + 1, sizeof *t->fmt);
    for (size_t c = 0; c < f->ncols; c++)
        format_plan(&t->fmt[c], &f->cols[c], f->nrows);
    if (!find_columns(t, ds) || !find_tips(t, ds)) {
        ptree_release(t);
        return false;
    }
    build(t);
    ptree_colors(t);
    return true;
}

void ptree_release(struct ptree *t)
{
    arena_free(t->a);
    t->a = NULL;
}
