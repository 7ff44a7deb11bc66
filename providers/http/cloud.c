/* cloud.c - the table of clouds.
 *
 * Called by: auth_entra.c, configuration, providers of Azure services. Source:
 * Microsoft's list of endpoints of national clouds. */
#include "cloud.h"

static const struct cloud CLOUDS[] = {
    { "global", "AzureCloud", "https://login.microsoftonline.com",
      "https://management.azure.com", "https://api.loganalytics.io",
      "https://graph.microsoft.com", "vault.azure.net" },
    { "usgov", "AzureUSGovernment", "https://login.microsoftonline.us",
      "https://management.usgovcloudapi.net", "https://api.loganalytics.us",
      "https://graph.microsoft.us", "vault.usgovcloudapi.net" },
    { "cn", "AzureChinaCloud", "https://login.partner.microsoftonline.cn",
      "https://management.chinacloudapi.cn",
      "https://api.loganalytics.azure.cn",
      "https://microsoftgraph.chinacloudapi.cn", "vault.azure.cn" },
};

const struct cloud *cloud_find(str name)
{
    if (!name.n)
        return &CLOUDS[0];
    for (size_t i = 0; i < sizeof CLOUDS / sizeof *CLOUDS; i++)
        if (str_ieqz(name, CLOUDS[i].name) ||
            str_ieqz(name, CLOUDS[i].long_name))
            return &CLOUDS[i];
    return NULL;
}
