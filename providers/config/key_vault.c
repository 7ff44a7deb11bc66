/* key_vault.c - secrets of Azure Key Vault.
 *
 * Called by: secret.c. Key Vault's REST interface, version 7.4. */
#include "config_int.h"
#include "providers/http/answer.h"
#include "providers/http/redact.h"
#include "providers/http/url.h"
#include "vault_challenge.h"

enum { MAX_NAME = 127, MAX_ANSWER = 256 << 10 };

str vault_name(struct arena *a, str text)
{
    char *p = arena_cstr(a, text);
    for (size_t i = 0; i < text.n; i++) {
        bool word = (p[i] >= '0' && p[i] <= '9') ||
                    ((p[i] | 32) >= 'a' && (p[i] | 32) <= 'z');
        if (!word)
            p[i] = '-';
    }
    return (str){ p, text.n };
}

static enum status fail(struct config *c, const struct http_call *call,
                        const char *why)
{
    return http_fail(c->http, call, DIAG_CONFIG, "Key Vault: %s", why);
}

static const struct cloud *vault_cloud(const struct config *c)
{
    const struct yaml_node *v = config_at(c, "KeyVault.Authority");
    const struct cloud *cloud = v ? cloud_find(yaml_text(v)) : config_cloud(c);
    return cloud ? cloud : config_cloud(c);
}

/* https://VAULT.vault.azure.net/secrets/NAME?api-version=7.4; a whole address
 * in VaultUrl stands for the default vault. */
static str secret_url(struct config *c, struct arena *a, str vault, str name)
{
    struct buf b;
    str base = yaml_text(config_at(c, "KeyVault.VaultUrl"));
    bool own = base.n &&
               str_eq(vault, yaml_text(config_at(c, "KeyVault.VaultName")));
    buf_init(&b, MAX_ANSWER);
    while (str_ends(base, S("/")))
        base.n--;
    if (own)
        buf_add(&b, base);
    else
        buf_addf(&b, "https://%.*s.%s", STRF(vault_name(a, vault)),
                 vault_cloud(c)->vault);
    buf_addf(&b, "/secrets/%.*s", STRF(vault_name(a, name)));
    url_query(&b, "api-version", S("7.4"));
    str url = buf_take(&b, a);
    buf_release(&b);
    return url;
}

/* ---- the copy in the keyring ---- */

static bool uses_keyring(const struct config *c)
{
    bool use = false;
    return yaml_bool(config_at(c, "KeyVault.UseKeyring"), &use) && use;
}

/* msticpy keeps all of them in one group, whatever the vault. Secrets of one
 * name from other vaults than the default one get a group of their own. */
static str keyring_group(const struct config *c, str vault)
{
    bool usual = str_eq(vault, yaml_text(config_at(c, "KeyVault.VaultName")));
    return usual ? S("") : vault;
}

/* A copy is only a convenience: nobody misses it. */
static void keep(const struct config *c, str vault, str name, str value)
{
    struct buf why;
    buf_init(&why, 4096);
    (void)keyring_put(keyring_group(c, vault), name, value, &why);
    buf_release(&why);
}

/* After a reload the vault is asked again: its secret may be a new one. */
static bool from_keyring(const struct config *c, struct arena *a, str vault,
                         str name, str *out)
{
    struct buf why;
    if (!uses_keyring(c) || c->now->older)
        return false;
    buf_init(&why, 4096);
    bool found = keyring_get(a, keyring_group(c, vault), name, out, &why);
    buf_release(&why);
    return found && out->n;
}

/* ---- asking ---- */

struct vault_ask {
    struct config *c;
    const struct http_call *call;
    struct entra id;
    struct http_request rq;
    struct http_reply reply;
};

static enum status send(struct vault_ask *k, str tenant, str scope)
{
    k->id.tenant = tenant;
    k->rq.auth = tenant.n ? auth_entra(k->c->auths, &k->id, scope) : NULL;
    return http_send(k->c->http, &k->rq, k->call, &k->reply);
}

/* The vault said where to sign in: once more, there. */
static enum status answer_challenge(struct vault_ask *k)
{
    struct vault_challenge ch;
    struct buf why;
    enum status st = ST_OK;
    str before = k->id.tenant;
    buf_init(&why, 8192);
    bool fits = vault_challenge_parse(
        k->call->arena, http_reply_header(&k->reply, "www-authenticate"),
        k->rq.url, &ch, &why);
    if (fits && !str_ieq(ch.tenant, before))
        st = send(k, ch.tenant, ch.scope);
    else if (!fits && !before.n)
        st = http_fail(k->c->http, k->call, DIAG_AUTH,
                       "Key Vault answers 401, but %.*s",
                       STRF(buf_str(&why)));
    buf_release(&why);
    return st;
}

static str known_tenant(const struct config *c, const struct entra *id)
{
    str t = yaml_text(config_at(c, "KeyVault.TenantId"));
    if (!t.n)
        t = id->tenant;
    return t.n ? t : config_env("AZURE_TENANT_ID");
}

static enum status ask(struct config *c, const struct http_call *call,
                       str vault, str name, str *out)
{
    struct vault_ask k = { .c = c, .call = call };
    str json;
    c->in_vault = true;
    enum status st = config_identity(c, NULL, call, &k.id);
    c->in_vault = false;
    if (st != ST_OK)
        return st;
    k.id.cloud = str_of(vault_cloud(c)->name);
    k.rq = (struct http_request){
        .url = secret_url(c, call->arena, vault, name),
        .what = "Key Vault",
        .max_body = MAX_ANSWER,
        .any_status = true,
        .secret_reply = true,
    };
    st = send(&k, known_tenant(c, &k.id),
              arena_fmt(call->arena, "https://%s/.default",
                        vault_cloud(c)->vault));
    if (st == ST_OK && k.reply.status == 401)
        st = answer_challenge(&k);
    if (st == ST_OK && k.reply.status != 200)
        st = http_fail_reply(c->http, &k.rq, call, &k.reply);
    if (st != ST_OK)
        return st;
    if (reply_json(call->arena, k.reply.body, &json))
        *out = answer_text(call->arena, json, "value");
    return out->n ? ST_OK : fail(c, call, "the answer holds no value");
}

enum status vault_get(struct config *c, const struct secret_ref *ref,
                      const struct http_call *call, str *out)
{
    str vault = ref->place.n ? ref->place
                             : yaml_text(config_at(c, "KeyVault.VaultName"));
    str name = vault_name(call->arena, ref->name);
    if (!vault.n)
        return fail(c, call, "KeyVault: VaultName is not set, and the "
                             "secret names no vault");
    if (name.n > MAX_NAME)
        return fail(c, call, "the name of the secret is longer than 127 "
                             "characters");
    if (from_keyring(c, call->arena, vault, name, out))
        return ST_OK;
    enum status st = ask(c, call, vault, ref->name, out);
    if (st == ST_OK && uses_keyring(c))
        keep(c, vault, name, *out);
    return st;
}
