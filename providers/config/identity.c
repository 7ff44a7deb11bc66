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

/* ---- ways ---- */

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

static bool may_try(const struct entra *e, enum entra_method m)
{
    for (size_t i = 0; i < e->nmethods; i++)
        if (e->methods[i] == m)
            return true;
    return e->nmethods == 0;
}

/* ---- msticpy's AzureCLI: what stands for the environment ---- */

static const struct yaml_node *azure_cli(const struct config *c)
{
    const struct yaml_node *n = config_at(c, "DataProviders.AzureCLI");
    return n ? n : config_at(c, "AzureCLI"); /* as it was long ago */
}

/* A secret that is not to be had is no error yet: another way may work. A vault
 * cannot hold what opens the vault. */
static void read_secret(struct config *c, const struct yaml_node *n,
                        const struct http_call *call, str *out)
{
    struct secret_ref ref;
    struct diags quiet;
    struct http_call mine = *call;
    secret_ref(call->arena, n, &ref);
    if (ref.kind == SECRET_VAULT && c->in_vault)
        return;
    diags_init(&quiet, call->arena);
    mine.ds = &quiet;
    if (config_secret(c, n, &mine, out) == ST_ENV && quiet.list.n)
        diag_warn(call->ds, DIAG_AUTH, call->span, "%.*s",
                  STRF(quiet.list.v[0].message));
}

static bool read_azure_cli(struct config *c, const struct http_call *call,
                           struct entra *e)
{
    const struct yaml_node *n = azure_cli(c);
    if (!n || !may_try(e, ENTRA_ENV))
        return true;
    if (!config_text(c, config_arg(c, n, "clientId"), &e->env.client_id,
                     call->ds) ||
        !config_text(c, config_arg(c, n, "tenantId"), &e->env.tenant,
                     call->ds))
        return false;
    if (e->env.client_id.n)
        read_secret(c, config_arg(c, n, "clientSecret"), call,
                    &e->env.client_secret);
    return true;
}

/* ---- the whole ---- */

static bool read_texts(struct config *c, const struct yaml_node *section,
                       const struct http_call *call, struct entra *out)
{
    const struct {
        const char *name;
        str *to;
    } texts[] = { { "TenantId", &out->tenant },
                  { "ClientId", &out->client_id },
                  { "Certificate", &out->certificate },
                  { "CertificateAlgorithm", &out->algorithm } };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!config_text(c, config_arg(c, section, texts[i].name),
                         texts[i].to, call->ds))
            return false;
    out->certificate = config_path(call->arena, out->certificate);
    return config_text(c, config_at(c, "Azure.authority_host"),
                       &out->authority, call->ds) &&
           config_bool(c, config_arg(c, section, "SendCertificateChain"),
                       &out->send_chain, call->ds);
}

enum status config_identity(struct config *c, const struct yaml_node *section,
                            const struct http_call *call, struct entra *out)
{
    *out = (struct entra){ .cloud = str_of(config_cloud(c)->name) };
    if (!read_texts(c, section, call, out))
        return ST_ENV;
    enum status st = config_secret(c, config_arg(c, section, "ClientSecret"),
                                   call, &out->client_secret);
    if (st == ST_OK)
        st = config_secret(c, config_arg(c, section, "CertificatePassword"),
                           call, &out->certificate_password);
    /* A secret or certificate of its own beats the ways of the session. */
    if (st != ST_OK || out->client_secret.n || out->certificate.n)
        return st;
    const struct yaml_node *methods = config_at(c, "Azure.auth_methods");
    add_methods(out, methods ? methods
                             : config_arg(c, azure_cli(c), "auth_methods"));
    return read_azure_cli(c, call, out) ? ST_OK : ST_ENV;
}
