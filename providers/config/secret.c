/* secret.c - the value of a secret, from wherever the settings say.
 *
 * Called by: config.c, identity.c, providers. */
#include "config_int.h"
#include "providers/http/redact.h"

static const struct {
    const char *name;
    enum secret_kind kind;
} FORMS[] = {
    { "EnvironmentVar", SECRET_ENV },
    { "KeyVault", SECRET_VAULT },
    { "Keyring", SECRET_KEYRING },
    { "File", SECRET_FILE },
};

/* "vault/name" at its first slash; names of files have no place. */
static void split_place(struct secret_ref *r, str text)
{
    ptrdiff_t slash = str_find_char(text, '/');
    if (r->kind == SECRET_FILE || r->kind == SECRET_ENV || slash < 0) {
        r->name = text;
        return;
    }
    r->place = str_sub(text, 0, (size_t)slash);
    r->name = str_sub(text, (size_t)slash + 1, text.n);
}

/* The setting's own path names a secret of a vault that has no name. */
static str path_name(struct arena *a, const struct yaml_node *n)
{
    struct buf b;
    buf_init(&b, YAML_MAX_BYTES);
    yaml_path(&b, n);
    str s = buf_take(&b, a);
    buf_release(&b);
    return s;
}

void secret_ref(struct arena *a, const struct yaml_node *n,
                struct secret_ref *out)
{
    *out = (struct secret_ref){ .kind = SECRET_NONE };
    if (yaml_is_null(n))
        return;
    if (n->kind == YAML_TEXT) {
        out->kind = n->text.n ? SECRET_LITERAL : SECRET_NONE;
        out->name = n->text;
        return;
    }
    out->kind = SECRET_BAD;
    if (n->kind != YAML_MAP || n->n != 1)
        return;
    const struct yaml_node *v = n->kids[0];
    for (size_t i = 0; i < sizeof FORMS / sizeof *FORMS; i++)
        if (str_eqz(v->key, FORMS[i].name))
            out->kind = FORMS[i].kind;
    if (v->kind != YAML_TEXT)
        out->kind = SECRET_BAD;
    if (out->kind == SECRET_BAD)
        return;
    str text = yaml_text(v);
    bool unnamed = !text.n || str_ieqz(text, "default");
    if (out->kind == SECRET_VAULT && unnamed)
        out->name = path_name(a, n);
    else
        split_place(out, text);
    if (!out->name.n)
        out->kind = SECRET_BAD;
}

/* ---- fetching ---- */

static enum status fail(struct config *c, const struct yaml_node *n,
                        const struct http_call *call, str why)
{
    return http_fail(c->http, call, DIAG_AUTH, "the secret of %.*s: %.*s",
                     STRF(config_place(c, call->arena, n)), STRF(why));
}

static enum status from_env(struct config *c, const struct yaml_node *n,
                            const struct http_call *call, str name, str *out)
{
    *out = config_env(arena_cstr(call->arena, name));
    if (out->n)
        return ST_OK;
    return fail(c, n, call,
                arena_fmt(call->arena,
                          "the environment variable %.*s is not set",
                          STRF(name)));
}

static enum status from_elsewhere(struct config *c, const struct yaml_node *n,
                                  const struct http_call *call,
                                  const struct secret_ref *ref, str *out)
{
    struct buf why;
    buf_init(&why, 8192);
    bool ok = ref->kind == SECRET_FILE
                  ? secret_file_read(call->arena, ref->name, out, &why)
                  : keyring_get(call->arena, ref->place, ref->name, out,
                                &why);
    enum status st = ok ? ST_OK : fail(c, n, call, buf_str(&why));
    buf_release(&why);
    return st;
}

enum status config_secret(struct config *c, const struct yaml_node *n,
                          const struct http_call *call, str *out)
{
    struct secret_ref ref;
    enum status st = ST_OK;
    secret_ref(call->arena, n, &ref);
    *out = S("");
    switch (ref.kind) {
    case SECRET_NONE: return ST_OK;
    case SECRET_LITERAL: *out = ref.name; break;
    case SECRET_ENV: st = from_env(c, n, call, ref.name, out); break;
    case SECRET_VAULT: st = vault_get(c, &ref, call, out); break;
    case SECRET_FILE:
    case SECRET_KEYRING: st = from_elsewhere(c, n, call, &ref, out); break;
    case SECRET_BAD:
        return fail(c, n, call,
                    S("a secret is a text, or one of EnvironmentVar, "
                      "KeyVault, Keyring, File with a name"));
    }
    if (st == ST_OK)
        secrets_add(http_secrets(c->http), *out);
    return st;
}
