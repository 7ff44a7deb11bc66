/* identity.c - who signs in to Azure, from the settings.
 *
 * Called by: providers of Azure services, key_vault.c. */
#include "config_int.h"

const struct cloud *config_cloud(const struct config *c)
{
    const struct cloud *cloud = cloud_find(yaml_text(config_at(c,
                                                               "Azure.cloud")));
    return cloud ? cloud : cloud_find(S(""));
}

static void add_method(struct entra *e, str name)
{
    enum entra_method m = entra_method_find(str_trim(name));
    if (m != ENTRA_NONE && e->nmethods < ENTRA_METHODS)
        e->methods[e->nmethods++] = m;
}

/* Ways that need a window of their own (interactive, vscode) are left out;
 * `.config check` says so. */
static void add_methods(struct entra *e, const struct yaml_node *n)
{
    if (!n)
        return;
    if (n->kind == YAML_TEXT)
        add_method(e, n->text);
    for (size_t i = 0; n->kind == YAML_LIST && i < n->n; i++)
        add_method(e, yaml_text(n->kids[i]));
}

static bool read_texts(struct config *c, const struct yaml_node *args,
                       struct diags *ds, struct entra *out)
{
    const struct yaml_node *azure = config_at(c, "Azure");
    return config_text(c, yaml_get(args, "TenantId"), &out->tenant, ds) &&
           config_text(c, yaml_get(args, "ClientId"), &out->client_id, ds) &&
           config_text(c, yaml_get(args, "Certificate"), &out->certificate,
                       ds) &&
           config_text(c, yaml_get(azure, "authority_host"), &out->authority,
                       ds) &&
           config_bool(c, yaml_get(args, "SendCertificateChain"),
                       &out->send_chain, ds);
}

enum status config_identity(struct config *c, const struct yaml_node *args,
                            const struct http_call *call, struct entra *out)
{
    *out = (struct entra){ .cloud = str_of(config_cloud(c)->name) };
    if (!read_texts(c, args, call->ds, out))
        return ST_ENV;
    enum status st = config_secret(c, yaml_get(args, "ClientSecret"), call,
                                   &out->client_secret);
    if (st == ST_OK)
        st = config_secret(c, yaml_get(args, "CertificatePassword"), call,
                           &out->certificate_password);
    /* A secret or certificate of its own beats the ways of the session. */
    if (st == ST_OK && !out->client_secret.n && !out->certificate.n)
        add_methods(out, config_at(c, "Azure.auth_methods"));
    return st;
}
