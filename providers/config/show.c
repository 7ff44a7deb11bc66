/* show.c - `.config`: every setting, where it came from, never a secret.
 *
 * Called by: services.c for the command. */
#include "config_int.h"
#include "providers/http/redact.h"
#include "table.h"

static str path_of(struct arena *a, const struct yaml_node *n)
{
    struct buf b;
    buf_init(&b, YAML_MAX_BYTES);
    yaml_path(&b, n);
    str s = buf_take(&b, a);
    buf_release(&b);
    return s;
}

/* "environment variable OTX_KEY (not set)" */
static str secret_words(struct arena *a, const struct yaml_node *n)
{
    struct secret_ref r;
    secret_ref(a, n, &r);
    switch (r.kind) {
    case SECRET_NONE: return S("");
    case SECRET_LITERAL: return S("*** (in the file)");
    case SECRET_ENV:
        return arena_fmt(a, "environment variable %.*s (%s)", STRF(r.name),
                         config_env(arena_cstr(a, r.name)).n ? "set"
                                                             : "not set");
    case SECRET_VAULT:
        return arena_fmt(a, "Key Vault %.*s%s%.*s", STRF(r.place),
                         r.place.n ? "/" : "", STRF(vault_name(a, r.name)));
    case SECRET_KEYRING:
        return arena_fmt(a, "keyring %.*s%s%.*s", STRF(r.place),
                         r.place.n ? "/" : "", STRF(r.name));
    case SECRET_FILE: return arena_fmt(a, "file %.*s", STRF(r.name));
    case SECRET_BAD: break;
    }
    return S("not a secret: .config check");
}

/* Names that suggest a secret, where no row says what the setting is. */
static bool sounds_secret(str name)
{
    static const char *const words[] = { "secret", "password", "key",
                                         "token", "cookie" };
    char lower[64];
    size_t n = name.n < sizeof lower ? name.n : sizeof lower;
    for (size_t i = 0; i < n; i++)
        lower[i] = (char)(name.p[i] >= 'A' && name.p[i] <= 'Z'
                              ? name.p[i] | 32
                              : name.p[i]);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_find((str){ lower, n }, str_of(words[i])) >= 0)
            return true;
    return false;
}

static bool is_secret(const struct yaml_node *n)
{
    const struct setting_row *r = setting_row(n, NULL);
    if (r && r->type == SET_SECRET)
        return true;
    return (!r || r->type == SET_FREE) && sounds_secret(n->key);
}

static void add_row(const struct config *c, struct table *t,
                    const struct yaml_node *n, str value)
{
    struct table_row row = { .number = { [3] = n->line } };
    struct buf clean;
    buf_init(&clean, 2 * YAML_MAX_BYTES);
    secrets_scrub(http_secrets(c->http), &clean, value);
    row.text[0] = path_of(t->arena, n);
    row.text[1] = buf_take(&clean, t->arena);
    row.text[2] = config_file_name(c, n);
    PUSH(t->arena, t->rows, row);
    buf_release(&clean);
}

/* All elements when they are texts; false otherwise. */
static bool list_words(struct arena *a, const struct yaml_node *n, str *out)
{
    struct buf b;
    buf_init(&b, 2 * YAML_MAX_BYTES);
    bool plain = n->kind == YAML_LIST;
    for (size_t i = 0; plain && i < n->n; i++) {
        plain = n->kids[i]->kind == YAML_TEXT;
        buf_adds(&b, i ? ", " : "");
        buf_add(&b, n->kids[i]->text);
    }
    *out = buf_take(&b, a);
    buf_release(&b);
    return plain;
}

/* Depth is that of the reader, YAML_MAX_DEPTH. */
static void add_rows(const struct config *c, struct table *t,
                     const struct yaml_node *n)
{
    str words;
    if (n->parent && is_secret(n))
        add_row(c, t, n, secret_words(t->arena, n));
    else if (n->kind == YAML_TEXT)
        add_row(c, t, n, yaml_text(n));
    else if (list_words(t->arena, n, &words))
        add_row(c, t, n, words);
    else
        for (size_t i = 0; i < n->n; i++)
            add_rows(c, t, n->kids[i]);
}

struct frame *config_show(const struct config *c)
{
    static const char *const names[] = { "Key", "Value", "File", "Line" };
    struct table t = { .arena = arena_new() };
    if (c->now && c->now->root)
        add_rows(c, &t, c->now->root);
    struct frame *f = table_frame(&t, names, "sssn");
    arena_free(t.arena);
    return f;
}
