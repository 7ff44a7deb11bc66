/* config.h - the settings of a session: which services there are, and how to
 * sign in to them.
 *
 * Called by: providers, services.c. Reads msticpyconfig.yaml as it is and our
 * own shikra.yaml of the same layout; settings.def lists what may stand in it.
 * One thread, that of the cells, uses it. Secrets are fetched when they are
 * asked for, never at loading.
 *
 *     if (config_open(c, ds) != ST_OK)
 *         return ST_ENV;
 *     const struct yaml_node *ws =
 *         yaml_get_str(config_at(c, "AzureSentinel.Workspaces"), name);
 *     str id = yaml_text(yaml_get(ws, "WorkspaceId"));
 *     st = config_identity(c, yaml_get(ws, "Args"), call, &entra);
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "providers/http/auth.h"
#include "yaml_doc.h"

struct config;

struct config *config_new(struct http *h, struct auths *a);
void config_free(struct config *c); /* NULL is fine */

/* Finds and reads the files the first time; later it does nothing. No file is
 * no error: then there are no settings. ST_ENV: reported. */
NODISCARD enum status config_open(struct config *c, struct diags *ds);
/* Reads them again. When that fails the old settings stay. What was borrowed
 * from the old ones stays valid until config_free. */
NODISCARD enum status config_reload(struct config *c, struct diags *ds);

/* The files that were read, ours first. */
enum { CONFIG_FILES = 2 };
size_t config_files(const struct config *c, str paths[CONFIG_FILES]);

/* A setting by its path; NULL when it is not set. "AzureSentinel" and
 * "MSSentinel" are the same. Borrowed. */
const struct yaml_node *config_at(const struct config *c, const char *path);
/* DataProviders.SERVICE, or SERVICE-INSTANCE of it; NULL: there is none. */
const struct yaml_node *config_section(const struct config *c,
                                       const char *service, str instance);
/* A cluster of Kusto by its key, alias, address or the first part of that; in
 * KustoClusters, or Kusto-NAME of DataProviders. "" is DataProviders.Kusto. */
const struct yaml_node *config_cluster(const struct config *c, str name);
/* A member of a section's Args, or beside them, or of ClusterDefaults for a
 * cluster; NULL when it is not set. The section may be Args itself, or NULL. */
const struct yaml_node *config_arg(const struct config *c,
                                   const struct yaml_node *section,
                                   const char *name);
/* The instances there are, by commas: "prod, lab". "Kusto" has clusters,
 * "Sentinel" workspaces. */
void config_instances(const struct config *c, const char *service,
                      struct buf *out);
/* "msticpyconfig.yaml, line 12 (TIProviders.OTX.Args.AuthKey)": messages. */
str config_place(const struct config *c, struct arena *a,
                 const struct yaml_node *n);

/* ---- values; NULL is "not set" and leaves *out as it is ----
 * A value of another type is reported with its line: false. */
bool config_text(const struct config *c, const struct yaml_node *n, str *out,
                 struct diags *ds);
bool config_bool(const struct config *c, const struct yaml_node *n, bool *out,
                 struct diags *ds);
bool config_long(const struct config *c, const struct yaml_node *n,
                 int64_t *out, struct diags *ds);

/* A path of the settings: "~" is the home folder. */
str config_path(struct arena *a, str path);

/* ---- secrets ---- */
enum secret_kind {
    SECRET_NONE,    /* not set */
    SECRET_LITERAL,
    SECRET_ENV,     /* EnvironmentVar: NAME */
    SECRET_VAULT,   /* KeyVault: [VAULT/]NAME, or nothing: named by its path */
    SECRET_KEYRING, /* Keyring: [SERVICE/]NAME */
    SECRET_FILE,    /* File: PATH, of mode 0600 */
    SECRET_BAD,     /* none of these */
};
struct secret_ref {
    enum secret_kind kind;
    str place; /* vault or keyring service; "" the default */
    str name;  /* variable, secret, path; the text of a literal */
};
/* Where a secret is kept. Pure; texts in `a`. */
void secret_ref(struct arena *a, const struct yaml_node *n,
                struct secret_ref *out);
/* Its value, crossed out from now on wherever it could be shown. Not set: ""
 * and ST_OK. ST_ENV: reported, with the setting and where it should have come
 * from. */
NODISCARD enum status config_secret(struct config *c,
                                    const struct yaml_node *n,
                                    const struct http_call *call, str *out);

/* ---- ready to be used ---- */

/* Who signs in to Azure for a section: config_arg's ClientId, ClientSecret,
 * TenantId, Certificate …; NULL: nothing but the Azure section. Fetches the
 * secrets. */
NODISCARD enum status config_identity(struct config *c,
                                      const struct yaml_node *section,
                                      const struct http_call *call,
                                      struct entra *out);
/* The cloud of the Azure section; never NULL. */
const struct cloud *config_cloud(const struct config *c);

/* ---- for `.config` ---- */
struct frame;
/* Key, Value, File, Line; a secret's value never, only where it is kept. */
struct frame *config_show(const struct config *c);
/* Severity, File, Line, Key, Problem, Hint. */
struct frame *config_check(const struct config *c);

#endif
