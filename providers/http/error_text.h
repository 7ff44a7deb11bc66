/* error_text.h - what went wrong, dug out of the answer of any vendor.
 *
 * Called by: http_fail_reply, providers that react to a code. Pure. Knows
 * Azure and its nested innererror, OAuth 2, Splunk, Elasticsearch, JSON:API and
 * GraphQL lists; anything else is shown as text, HTML without its marks. */
#ifndef HTTP_ERROR_TEXT_H
#define HTTP_ERROR_TEXT_H

#include "base/buf.h"

struct http_error {
    str code;    /* "BadArgumentError", "invalid_client", …; "" */
    str message; /* one or two sentences without control characters; "" */
};

enum { HTTP_ERROR_SHOWN = 500 }; /* bytes of a message */

/* Everything lives in `a`. */
void http_error_parse(struct arena *a, str body, struct http_error *out);

#endif
