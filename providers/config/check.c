/* check.c - `.config check`: unknown keys, wrong types, missing secrets.
 *
 * Called by: services.c for the command. Nothing is sent anywhere. */
#include "base/convert.h"
#include "config_int.h"
#include "table.h"

enum { MAX_NAMES = 64 };

struct check {
    const struct config *c;
    struct table t;
};

static void problem(struct check *k, const struct yaml_node *n,
                    const char *severity, str what, str hint)
{
    struct table_row row = { .number = { [2] = n->line } };
    struct buf path;
    buf_init(&path, YAML_MAX_BYTES);
    yaml_path(&path, n);
    row.text[0] = str_of(severity);
    row.text[1] = config_file_name(k->c, n);
    row.text[3] = buf_take(&path, k->t.arena);
    row.text[4] = what;
    row.text[5] = hint;
    PUSH(k->t.arena, k->t.rows, row);
    buf_release(&path);
}

static void error(struct check *k, const struct yaml_node *n, const char *what,
                  const char *hint)
{
    problem(k, n, "error", str_of(what), str_of(hint));
}

/* ---- unknown names ---- */

static str all_names(struct arena *a, const str *names, size_t n)
{
    struct buf b;
    buf_init(&b, 4096);
    buf_adds(&b, "there are: ");
    for (size_t i = 0; i < n; i++) {
        buf_adds(&b, i ? ", " : "");
        buf_add(&b, names[i]);
    }
    str s = n ? buf_take(&b, a) : S("");
    buf_release(&b);
    return s;
}

static void unknown(struct check *k, const struct yaml_node *n)
{
    str names[MAX_NAMES];
    size_t count = setting_siblings(n, names, MAX_NAMES);
    str near = diag_nearest(n->key, names, count);
    str hint = near.n ? arena_fmt(k->t.arena, "did you mean '%.*s'?",
                                  STRF(near))
                      : all_names(k->t.arena, names, count);
    problem(k, n, "error", S("there is no such setting"), hint);
}

/* ---- types ---- */

static bool in_words(str word, const char *words)
{
    for (const char *p = words; *p;) {
        size_t n = strcspn(p, " ");
        if (str_eq(word, (str){ p, n }))
            return true;
        p += n + (p[n] == ' ');
    }
    return false;
}

static void check_text(struct check *k, const struct yaml_node *n,
                       const struct setting_row *row)
{
    char guid[GUID_TEXT];
    if (n->kind != YAML_TEXT) {
        error(k, n, "a text is wanted here", "");
        return;
    }
    if (row->type == SET_GUID && !text_to_guid(n->text, guid))
        error(k, n, "this is no GUID",
              "8-4-4-4-12 hexadecimal digits, from the portal");
    if (row->type == SET_CHOICE && !in_words(n->text, row->options))
        problem(k, n, "error", S("this is none of the choices"),
                arena_fmt(k->t.arena, "there are: %s", row->options));
}

static void check_method(struct check *k, const struct yaml_node *n)
{
    static const char windows[] = "interactive vscode powershell cache";
    if (entra_method_find(yaml_text(n)) != ENTRA_NONE)
        return;
    if (in_words(yaml_text(n), windows))
        problem(k, n, "warning", S("this way to sign in is left out"),
                S("devicecode does what interactive does"));
    else
        error(k, n, "there is no such way to sign in",
              "env, workload, msi, cli, devicecode, clientsecret, "
              "certificate");
}

static void check_list(struct check *k, const struct yaml_node *n,
                       const struct setting_row *row)
{
    bool methods = strcmp(row->options, "methods") == 0;
    if (n->kind == YAML_MAP) {
        error(k, n, "a list is wanted here", "");
        return;
    }
    if (methods && n->kind == YAML_TEXT)
        check_method(k, n);
    for (size_t i = 0; i < n->n; i++) {
        if (n->kids[i]->kind != YAML_TEXT)
            error(k, n->kids[i], "a text is wanted here", "");
        else if (methods)
            check_method(k, n->kids[i]);
    }
}

/* ---- secrets ---- */

static void check_file_secret(struct check *k, const struct yaml_node *n,
                              str path)
{
    struct buf why;
    str value;
    buf_init(&why, 4096);
    struct arena *a = arena_new();
    if (!secret_file_read(a, path, &value, &why))
        problem(k, n, "error", buf_take(&why, k->t.arena), S(""));
    arena_free(a);
    buf_release(&why);
}

static void check_secret(struct check *k, const struct yaml_node *n)
{
    struct arena *a = k->t.arena;
    struct secret_ref r;
    secret_ref(a, n, &r);
    switch (r.kind) {
    case SECRET_ENV:
        if (!config_env(arena_cstr(a, r.name)).n)
            problem(k, n, "warning",
                    arena_fmt(a, "the environment variable %.*s is not set",
                              STRF(r.name)),
                    S("set it before the kernel starts"));
        break;
    case SECRET_VAULT:
        if (!r.place.n && !yaml_text(config_at(k->c, "KeyVault.VaultName")).n)
            error(k, n, "no vault is named",
                  "set KeyVault: VaultName, or write VAULT/NAME");
        break;
    case SECRET_FILE: check_file_secret(k, n, r.name); break;
    case SECRET_LITERAL:
        if (k->c->now->files[n->file].wide)
            problem(k, n, "warning",
                    S("a secret in a file that others may read"),
                    S("chmod 600 it, or keep the secret elsewhere"));
        break;
    case SECRET_BAD:
        error(k, n, "this does not name a secret",
              "a text, or one of EnvironmentVar, KeyVault, Keyring, File");
        break;
    case SECRET_NONE:
    case SECRET_KEYRING: break;
    }
}

/* ---- one node ---- */

static void check_members(struct check *k, const struct yaml_node *n);

static void check_value(struct check *k, const struct yaml_node *n,
                        const struct setting_row *row)
{
    bool yes;
    int64_t number;
    if (strcmp(row->options, "unused") == 0)
        problem(k, n, "note", S("this is read, but nothing here uses it"),
                S(""));
    switch (row->type) {
    case SET_MAP:
    case SET_NAMED:
        if (n->kind == YAML_MAP)
            check_members(k, n);
        else if (!yaml_is_null(n))
            error(k, n, "a section is wanted here", "name: value, indented");
        break;
    case SET_TEXT:
    case SET_GUID:
    case SET_CHOICE:
        if (!yaml_is_null(n))
            check_text(k, n, row);
        break;
    case SET_BOOL:
        if (!yaml_is_null(n) && !yaml_bool(n, &yes))
            error(k, n, "true or false is wanted here", "");
        break;
    case SET_LONG:
        if (!yaml_is_null(n) && !yaml_long(n, &number))
            error(k, n, "a whole number is wanted here", "");
        break;
    case SET_LIST: check_list(k, n, row); break;
    case SET_SECRET: check_secret(k, n); break;
    case SET_FREE: break;
    }
}

static void check_required(struct check *k, const struct yaml_node *n)
{
    const struct setting_row *row;
    size_t i = 0;
    while ((row = setting_required(n, &i)) != NULL)
        if (yaml_is_null(yaml_get(n, row->name)))
            problem(k, n, "error",
                    arena_fmt(k->t.arena, "%s is missing", row->name), S(""));
}

/* Depth is that of the reader. */
static void check_members(struct check *k, const struct yaml_node *n)
{
    check_required(k, n);
    for (size_t i = 0; i < n->n; i++) {
        bool free;
        const struct setting_row *row = setting_row(n->kids[i], &free);
        if (row)
            check_value(k, n->kids[i], row);
        else if (!free)
            unknown(k, n->kids[i]);
    }
}

/* Off is refused, not obeyed: it must be said before a connection fails. */
static void check_verify(struct check *k)
{
    const struct yaml_node *all = config_at(k->c, "DataProviders");
    for (size_t i = 0; all && i < all->n; i++) {
        const struct yaml_node *v = yaml_at(all->kids[i], "Args.verify");
        bool on = true;
        if (yaml_bool(v, &on) && !on)
            error(k, v, "certificates are always checked",
                  "name the certificate of the server: ca_file");
    }
}

static void check_twice(struct check *k)
{
    const struct settings *s = k->c->now;
    for (size_t f = 0; f < s->nfiles; f++) {
        const struct yaml_doc *d = &s->files[f].doc;
        for (size_t i = 0; i < d->twice.n; i++) {
            struct table_row row = { .number = { [2] = d->twice.v[i].again } };
            row.text[0] = S("error");
            row.text[1] = s->files[f].path;
            row.text[3] = d->twice.v[i].key;
            row.text[4] = arena_fmt(k->t.arena,
                                    "the same key as in line %u; only this "
                                    "one counts",
                                    d->twice.v[i].first);
            PUSH(k->t.arena, k->t.rows, row);
        }
    }
}

struct frame *config_check(const struct config *c)
{
    static const char *const names[] = { "Severity", "File",    "Line",
                                         "Key",      "Problem", "Hint" };
    struct check k = { .c = c, .t = { .arena = arena_new() } };
    if (c->now && c->now->root) {
        check_twice(&k);
        check_members(&k, c->now->root);
        check_verify(&k);
    }
    struct frame *f = table_frame(&k.t, names, "ssnsss");
    arena_free(k.t.arena);
    return f;
}
