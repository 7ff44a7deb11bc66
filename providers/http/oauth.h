/* oauth.h - what is sent to and read from a token endpoint (RFC 6749, 8628).
 *
 * Called by: auth_entra.c, auth_managed.c, auth_cli.c. Pure: text in, text out,
 * the clock is a parameter. */
#ifndef HTTP_OAUTH_H
#define HTTP_OAUTH_H

#include "base/buf.h"

struct token {
    str access;        /* opaque */
    str refresh;       /* "" when there is none */
    int64_t renew_at;  /* seconds since 1970: get another from then on */
    int64_t expires_at;
};

/* Renewed so long before it expires; a token of a shorter life, at half. */
enum { TOKEN_SKEW = 300 };

struct oauth_client {
    str client_id;
    str secret;    /* or */
    str assertion; /* a signed JWT */
};

/* ---- bodies, application/x-www-form-urlencoded ---- */
void oauth_client_body(struct buf *b, const struct oauth_client *c, str scope);
void oauth_device_body(struct buf *b, str client_id, str scope);
void oauth_poll_body(struct buf *b, str client_id, str device_code);
void oauth_refresh_body(struct buf *b, const struct oauth_client *c,
                        str refresh, str scope);

/* ---- answers ---- */

/* {"access_token", "expires_in" | "expires_on", "refresh_in"?, …}; numbers may
 * be texts. False: there is no token in it. Texts in `a`. */
bool oauth_token_parse(struct arena *a, str body, int64_t now,
                       struct token *out);
/* What `az account get-access-token` prints. */
bool oauth_cli_parse(struct arena *a, str text, int64_t now,
                     struct token *out);

struct device_code {
    str device_code, user_code, uri, message;
    int64_t interval_s, expires_s; /* from now */
};
bool oauth_device_parse(struct arena *a, str body, struct device_code *out);

/* What an answer to a poll means. */
enum poll_answer {
    POLL_AGAIN, POLL_SLOWER, POLL_DECLINED, POLL_EXPIRED, POLL_FAILED,
};
enum poll_answer oauth_poll_parse(struct arena *a, str body);

#endif
