/* key_vault.c - secrets of Azure Key Vault.
 *
 * Called by: secret.c. Key Vault's REST interface, version 7.4. */
#include "config_int.h"
#include "providers/http/answer.h"
#include "providers/http/redact.h"
#include "providers/http/url.h"

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

/* A copy in the keyring is only a convenience: nobody misses it. */
static void keep(str vault, str name, str value)
{
    struct buf why;
    buf_init(&why, 4096);
    (void)keyring_put(vault, name, value, &why);
    buf_release(&why);
}

static bool from_keyring(struct config *c, struct arena *a, str vault,
                         str name, str *out)
{
    struct buf why;
    bool use = false;
    if (!yaml_bool(config_at(c, "KeyVault.UseKeyring"), &use) || !use)
        return false;
    buf_init(&why, 4096);
    bool found = keyring_get(a, vault, name, out, &why);
    buf_release(&why);
    return found;
}

static enum status ask(struct config *c, const struct http_call *call,
                       str vault, str name, str *out)
{
    struct entra id;
    struct http_reply reply;
    str json;
    enum status st = config_identity(c, NULL, call, &id);
    if (st != ST_OK)
        return st;
    str tenant = yaml_text(config_at(c, "KeyVault.TenantId"));
    if (tenant.n)
        id.tenant = tenant;
    str scope = arena_fmt(call->arena, "https://%s/.default",
                          vault_cloud(c)->vault);
    struct http_request rq = {
        .url = secret_url(c, call->arena, vault, name),
        .auth = auth_entra(c->auths, &id, scope),
        .what = "Key Vault",
        .max_body = MAX_ANSWER,
        .secret_reply = true,
    };
    st = http_send(c->http, &rq, call, &reply);
    if (st != ST_OK)
        return st;
    if (reply_json(call->arena, reply.body, &json))
        *out = answer_text(call->arena, json, "value");
    return out->n ? ST_OK : fail(c, call, "the answer holds no value");
}

enum status vault_get(struct config *c, const struct secret_ref *ref,
                      const struct http_call *call, str *out)
{
    bool use = false;
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
    if (st == ST_OK &&
        yaml_bool(config_at(c, "KeyVault.UseKeyring"), &use) && use)
        keep(vault, name, *out);
    return st;
}
