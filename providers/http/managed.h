/* managed.h - which service hands out the tokens of this machine's identity.
 *
 * Called by: auth_managed.c. Pure: the environment is a parameter. */
#ifndef HTTP_MANAGED_H
#define HTTP_MANAGED_H

#include "http.h"

enum managed_kind {
    MANAGED_VM,          /* the metadata service, IMDS */
    MANAGED_APP_SERVICE, /* App Service, Functions, Container Apps */
    MANAGED_APP_OLD,     /* App Service of 2017, Azure ML */
    MANAGED_CLOUD_SHELL,
    MANAGED_ARC,         /* a machine outside Azure, with a challenge */
    MANAGED_FABRIC,      /* Service Fabric: not supported */
};

/* Variables as the platform sets them; "" when unset. */
struct managed_env {
    str identity_endpoint, identity_header, identity_thumbprint;
    str imds_endpoint;
    str msi_endpoint, msi_secret;
    str pod_authority; /* AZURE_POD_IDENTITY_AUTHORITY_HOST */
};

struct managed_request {
    enum managed_kind kind;
    str url, body;
    struct http_header header; /* name "" none */
};

enum managed_kind managed_kind(const struct managed_env *e);

/* What to send for a token of `resource` ("https://vault.azure.net", without
 * "/.default"); client_id "" asks for the machine's own identity. */
void managed_request(struct arena *a, const struct managed_env *e,
                     str resource, str client_id, struct managed_request *out);

/* The file that an Arc challenge names: `Basic realm=/var/opt/…/x.key`. "" when
 * it is not below that folder: nothing else may be read on a server's word. */
str managed_arc_file(struct arena *a, str challenge);

#endif
