/* cloud.h - the hosts of Microsoft's clouds: public, US government, China.
 *
 * Called by: auth_entra.c, configuration, providers of Azure services. */
#ifndef HTTP_CLOUD_H
#define HTTP_CLOUD_H

#include "base/str.h"

struct cloud {
    const char *name;      /* "global", "usgov", "cn" */
    const char *long_name; /* "AzureCloud", … */
    const char *authority; /* where one signs in */
    const char *arm;       /* resource manager */
    const char *logs;      /* audience of Log Analytics */
    const char *graph;     /* Microsoft Graph */
    const char *vault;     /* suffix of Key Vaults: "vault.azure.net" */
};

/* By either name, ignoring case; "" is the public one. NULL: none. */
const struct cloud *cloud_find(str name);

#endif
