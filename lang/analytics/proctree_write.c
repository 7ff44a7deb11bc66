/* proctree_write.c - from a tree in arrays to the columns of a frame.
 *
 * Called by: proctree_frame.c.
 * Gives:     keys, names and paths as text. Equal paths are stored once: logs
 *            repeat few paths many times, so their text stays small. */
#include "proctree_int.h"

enum {
    MAX_PATH_BYTES = 512,
    MAX_NAME_BYTES = 128,   /* of one name in a path */
    POLL_ROWS = 1 << 16,
};

/* Places of the eight columns, counted from the first. */
enum { KEY, PARENT_KEY, ROOT_KEY, DEPTH, PATH, CHILD_COUNT, NAME, FLAGS };

struct path {
    uint32_t parent, name;  /* a path is its parent's and a name */
    str text;
};

struct paths {
    struct path *v;         /* [0] is unused */
    size_t n, cap;
    uint32_t *slots;
    size_t nslots;
};

struct writer {
    struct proctree_job *j;
    struct frame *out;
    struct column *col;     /* the first of the eight */
    struct buf b;
    struct paths paths;
    uint32_t *path;         /* of each row, 0: not yet */
    uint32_t *ghost_path;
    str *ghost_key;
    str flag_words[1 << 7];
};

/* ---- keys -------------------------------------------------------------- */

static void add_number(struct writer *w, size_t row, enum proctree_role r)
{
    const struct proctree_in *in = &w->j->rows;
    int64_t v = r == PROCTREE_PID ? in->pid[row] : in->ppid[row];
    if (v >= 0)
        buf_add_i64(&w->b, v);
    else if (v != PROCTREE_NONE)
        buf_add(&w->b, proctree_text(w->j, row, r));
}

/* A host is spelt as in its first row, so that equal keys are equal texts. */
static void begin_key(struct writer *w, size_t row, enum proctree_role r)
{
    const struct proctree_job *j = w->j;
    buf_reset(&w->b);
    buf_add(&w->b, j->hosts.text[j->rows.host[row] / j->plan.n]);
    buf_addc(&w->b, '|');
    add_number(w, row, r);
    buf_addc(&w->b, '|');
}

static str row_key(struct writer *w, size_t row)
{
    const struct proctree_in *in = &w->j->rows;
    if (in->guid && in->guid[row] != PROCTREE_NONE)
        return arena_str(w->out->arena,
                         proctree_text(w->j, row, PROCTREE_GUID));
    begin_key(w, row, PROCTREE_PID);
    if (in->time && in->time[row] != PROCTREE_NONE)
        buf_add_i64(&w->b, in->time[row]);
    return arena_str(w->out->arena, buf_str(&w->b));
}

/* The key of a parent that is not there, from a row that names it. */
static str ghost_key(struct writer *w, size_t row)
{
    const struct proctree_in *in = &w->j->rows;
    if (in->pguid && in->pguid[row] != PROCTREE_NONE)
        return arena_str(w->out->arena,
                         proctree_text(w->j, row, PROCTREE_PGUID));
    begin_key(w, row, PROCTREE_PPID);
    if (in->ptime && in->ptime[row] != PROCTREE_NONE) {
        buf_add_i64(&w->b, in->ptime[row]);
    } else {
        buf_addc(&w->b, '?');
        buf_add(&w->b, proctree_base_name(
                           proctree_text(w->j, row, PROCTREE_PIMAGE)));
    }
    return arena_str(w->out->arena, buf_str(&w->b));
}

static str key_of(const struct writer *w, int32_t process)
{
    size_t n = w->j->tree.n;
    if (process < 0)
        return S("");
    return (size_t)process < n ? w->col[KEY].s[process]
                               : w->ghost_key[(size_t)process - n];
}

/* ---- paths ------------------------------------------------------------- */

static size_t path_slot(const struct paths *p, uint32_t parent, uint32_t name)
{
    uint64_t h = ((uint64_t)parent << 32 | name) * 0x9e3779b97f4a7c15u;
    size_t i = (size_t)(h >> 20) & (p->nslots - 1);
    while (p->slots[i] && (p->v[p->slots[i]].parent != parent ||
                           p->v[p->slots[i]].name != name))
        i = (i + 1) & (p->nslots - 1);
    return i;
}

static void grow_paths(struct paths *p)
{
    p->cap = p->cap ? p->cap * 2 : 64;
    p->v = xrealloc(p->v, p->cap * sizeof *p->v);
    p->nslots = p->cap * 2;
    free(p->slots);
    p->slots = xcalloc(p->nslots, sizeof *p->slots);
    for (size_t i = 1; i <= p->n; i++)
        p->slots[path_slot(p, p->v[i].parent, p->v[i].name)] = (uint32_t)i;
}

/* A name for a path: "?" when it is not known; cut between code points. */
static str short_name(str name)
{
    if (name.n == 0)
        return S("?");
    if (name.n <= MAX_NAME_BYTES)
        return name;
    size_t n = MAX_NAME_BYTES;
    while (n > 0 && ((uint8_t)name.p[n] & 0xC0) == 0x80)
        n--;
    return str_sub(name, 0, n);
}

/* Drops names from the front until the rest fits. */
static str cut_front(str text, size_t max)
{
    while (text.n > max) {
        ptrdiff_t at = str_find(text, S(" > "));
        if (at < 0)
            break;
        text = str_sub(text, (size_t)at + 3, text.n);
    }
    return text;
}

static str path_text(struct writer *w, uint32_t parent, str name)
{
    buf_reset(&w->b);
    if (parent) {
        str above = w->paths.v[parent].text;
        size_t room = MAX_PATH_BYTES - name.n - 3;
        if (above.n > room) {
            above = cut_front(above, room - strlen("… > "));
            buf_adds(&w->b, "… > ");
        }
        buf_add(&w->b, above);
        buf_adds(&w->b, " > ");
    }
    buf_add(&w->b, name);
    return arena_str(w->out->arena, buf_str(&w->b));
}

static uint32_t path_add(struct writer *w, uint32_t parent, uint32_t name,
                         str text)
{
    struct paths *p = &w->paths;
    if (p->n + 1 >= p->cap)
        grow_paths(p);
    size_t slot = path_slot(p, parent, name);
    if (p->slots[slot])
        return p->slots[slot];
    str whole = path_text(w, parent, short_name(text));
    p->v[++p->n] = (struct path){ parent, name, whole };
    p->slots[slot] = (uint32_t)p->n;
    return (uint32_t)p->n;
}

static uint32_t name_number(const uint32_t *names, size_t row)
{
    return names ? names[row] : 0;
}

static str parent_name(struct writer *w, size_t row)
{
    return proctree_base_name(proctree_text(w->j, row, PROCTREE_PIMAGE));
}

static uint32_t parent_path(const struct writer *w, int32_t parent)
{
    size_t n = w->j->tree.n;
    if (parent < 0)
        return 0;
    return (size_t)parent < n ? w->path[parent]
                              : w->ghost_path[(size_t)parent - n];
}

/* Ancestors first: up to the nearest row that has its path, then back down. */
static void write_paths(struct writer *w)
{
    const struct proctree *t = &w->j->tree;
    int32_t *chain = xmalloc((t->n + 1) * sizeof *chain);
    for (size_t i = 0; i < t->n; i++) {
        size_t n = 0;
        if (t->root[i] < 0)
            continue;
        for (int32_t p = (int32_t)i;
             p >= 0 && (size_t)p < t->n && !w->path[p]; p = t->parent[p])
            chain[n++] = p;
        while (n > 0) {
            int32_t row = chain[--n];
            w->path[row] = path_add(w, parent_path(w, t->parent[row]),
                                    name_number(w->j->rows.name, (size_t)row),
                                    w->col[NAME].s[row]);
        }
        w->col[PATH].s[i] = w->paths.v[w->path[i]].text;
    }
    free(chain);
}

/* ---- the rest ---------------------------------------------------------- */

static str flag_text(struct writer *w, uint8_t flags)
{
    static const char *const words[] = { "root", "inferred", "ambiguous",
                                         "cycle", "self", "duplicate",
                                         "notime" };
    str *cached = &w->flag_words[flags & 127];
    if (cached->p || !flags)
        return flags ? *cached : S("");
    buf_reset(&w->b);
    for (int i = 0; i < 7; i++) {
        if (!(flags & 1 << i))
            continue;
        if (w->b.n)
            buf_addc(&w->b, ',');
        buf_adds(&w->b, words[i]);
    }
    *cached = arena_str(w->out->arena, buf_str(&w->b));
    return *cached;
}

static void write_numbers(struct writer *w)
{
    const struct proctree *t = &w->j->tree;
    size_t first = (size_t)(w->col - w->out->cols);
    bool *no_depth = NULL, *no_count = NULL;
    if (w->j->nprocesses < t->n) {
        no_depth = frame_nulls(w->out, first + DEPTH);
        no_count = frame_nulls(w->out, first + CHILD_COUNT);
    }
    for (size_t i = 0; i < t->n; i++) {
        w->col[DEPTH].i[i] = t->depth[i];
        w->col[CHILD_COUNT].i[i] = t->children[i];
        if (no_depth)
            no_depth[i] = no_count[i] = t->root[i] < 0;
    }
}

static void blank_row(struct writer *w, size_t row)
{
    static const int texts[] = { KEY, PARENT_KEY, ROOT_KEY, PATH, NAME, FLAGS };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        w->col[texts[i]].s[row] = S("");
}

/* Repeated rows come after the row they repeat in time, not always in place,
 * hence a second pass for what they share. */
static enum status write_keys(struct writer *w)
{
    const struct proctree *t = &w->j->tree;
    for (size_t i = 0; i < t->n; i++) {
        blank_row(w, i);
        if (t->root[i] >= 0) {
            str name = proctree_base_name(
                proctree_text(w->j, i, PROCTREE_IMAGE));
            w->col[NAME].s[i] = arena_str(w->out->arena, name);
            w->col[FLAGS].s[i] = flag_text(w, t->flags[i]);
            if (t->same[i] < 0)
                w->col[KEY].s[i] = row_key(w, i);
        }
        if (i % POLL_ROWS == 0 && proctree_cancelled(w->j))
            return ST_CANCELLED;
    }
    for (size_t i = 0; i < t->n; i++)
        if (t->same[i] >= 0)
            w->col[KEY].s[i] = w->col[KEY].s[t->same[i]];
    return ST_OK;
}

static void write_ghosts(struct writer *w)
{
    const struct proctree *t = &w->j->tree;
    w->ghost_key = arena_array(w->j->tmp, t->nghosts, sizeof(str));
    w->ghost_path = arena_array(w->j->tmp, t->nghosts, sizeof(uint32_t));
    for (size_t g = 0; g < t->nghosts; g++) {
        size_t row = (size_t)t->ghost_child[g];
        w->ghost_key[g] = ghost_key(w, row);
        w->ghost_path[g] = path_add(w, 0, name_number(w->j->rows.pname, row),
                                    parent_name(w, row));
    }
}

static void write_links(struct writer *w)
{
    const struct proctree *t = &w->j->tree;
    for (size_t i = 0; i < t->n; i++) {
        w->col[PARENT_KEY].s[i] = key_of(w, t->parent[i]);
        w->col[ROOT_KEY].s[i] = key_of(w, t->root[i]);
    }
}

enum status proctree_write(struct proctree_job *j, struct frame *out,
                           size_t first)
{
    struct writer w = { .j = j, .out = out, .col = out->cols + first };
    w.path = arena_array(j->tmp, j->tree.n, sizeof *w.path);
    buf_init(&w.b, SIZE_MAX / 4);
    enum status st = write_keys(&w);
    if (st == ST_OK) {
        write_ghosts(&w);
        write_paths(&w);
        write_links(&w);
        write_numbers(&w);
    }
    buf_release(&w.b);
    free(w.paths.v);
    free(w.paths.slots);
    return st;
}
