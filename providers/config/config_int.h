/* config_int.h - the insides of the settings, for the files of this folder. */
#ifndef CONFIG_CONFIG_INT_H
#define CONFIG_CONFIG_INT_H

#include "config.h"

struct config_file {
    str path;
    struct yaml_doc doc;
    bool wide; /* others may read it */
};

/* One reading of the files. */
struct settings {
    struct arena *arena;
    struct config_file files[CONFIG_FILES];
    size_t nfiles;
    struct yaml_node *root; /* both files merged; NULL: no settings */
    struct settings *older;
};

struct config {
    struct http *http;
    struct auths *auths;
    struct settings *now; /* NULL until config_open */
    bool in_vault;        /* a sign-in to a Key Vault is under way */
};

/* ---- config.c ---- */
str config_file_name(const struct config *c, const struct yaml_node *n);
str config_env(const char *name); /* "" when unset */

/* ---- http_settings.c ---- */
enum status config_apply(struct config *c, struct diags *ds);

/* ---- secret_file.c ---- */
/* The text of a file of mode 0600, without the newline at its end. False: `why`
 * has a sentence. */
bool secret_file_read(struct arena *a, str path, str *out, struct buf *why);

/* ---- keyring.c ---- */
bool keyring_get(struct arena *a, str service, str name, str *out,
                 struct buf *why);
bool keyring_put(str service, str name, str value, struct buf *why);

/* ---- key_vault.c ---- */
/* "TIProviders.OTX.Args.AuthKey" -> "TIProviders-OTX-Args-AuthKey". */
str vault_name(struct arena *a, str text);
enum status vault_get(struct config *c, const struct secret_ref *ref,
                      const struct http_call *call, str *out);

/* ---- settings_table.c ---- */
enum setting_type {
    SET_MAP, SET_NAMED, SET_FREE, SET_TEXT, SET_GUID, SET_BOOL, SET_LONG,
    SET_LIST, SET_CHOICE, SET_SECRET,
};
struct setting_row {
    const char *parent, *name;
    enum setting_type type;
    const char *options;
};
/* The row of a node; NULL: there is no such setting. *free (MAY be NULL): it is
 * below a FREE setting. */
const struct setting_row *setting_row(const struct yaml_node *n, bool *free);
/* Names that may stand beside the node; gives their number. */
size_t setting_siblings(const struct yaml_node *n, str *names, size_t max);
/* Rows that must stand in the map `n`, one after the other; NULL: no more. */
const struct setting_row *setting_required(const struct yaml_node *n,
                                           size_t *i);

#endif
