/* url.h - taking addresses apart and putting them together (RFC 3986).
 *
 * Called by: the HTTP client and every provider that builds a request. A value
 * from a cell or a log reaches an address only through url_param. */
#ifndef HTTP_URL_H
#define HTTP_URL_H

#include "base/buf.h"

/* Views into the text. */
struct url {
    str scheme;   /* as written; compare without case */
    str userinfo; /* "" in every address that is accepted */
    str host;     /* without the brackets of an IPv6 address */
    unsigned port; /* the scheme's default when none is written */
    str path;     /* with query, without fragment; "" or "/…" */
};

/* An absolute http or https address without spaces and control characters. */
bool url_parse(str text, struct url *out);
bool url_is_https(const struct url *u);
/* Scheme, host and port are the same: credentials may go there too. */
bool url_same_origin(str a, str b);
/* localhost, 127.0.0.0/8 and ::1: the traffic does not leave the machine. */
bool url_is_loopback(const struct url *u);
/* "https://host:port/path" without query and user: fit to be shown. */
void url_shown(struct buf *b, str url);

/* Appends `value` with everything escaped but letters, digits and -._~ */
void url_param(struct buf *b, str value);
/* Appends "?name=value", or "&name=value" when there is a '?' already. */
void url_query(struct buf *b, const char *name, str value);
/* Appends "name=value" of application/x-www-form-urlencoded to `b`. */
void form_field(struct buf *b, const char *name, str value);

#endif
