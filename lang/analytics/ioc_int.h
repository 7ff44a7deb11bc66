/* ioc_int.h - what the parts of the indicator scanner share; ioc_*.c only.
 *
 * A part is a look at one kind of sign. It gets the scanner and the place of
 * the sign, adds what it found, and answers the place to go on from, which is
 * behind the sign. It may look back to s->floor: what lies before belongs to
 * something found already, and so no byte is looked at twice by many. */
#ifndef ANALYTICS_IOC_INT_H
#define ANALYTICS_IOC_INT_H

#include "ioc.h"
#include "tld.h"

enum {
    IOC_MAX_LABELS = 128,   /* of a name, RFC 1035: 253 bytes */
    IOC_MAX_NAME = 253,
    IOC_MAX_LABEL = 63,
    IOC_MAX_NESTED = 8,     /* addresses inside one address */
    IOC_MAX_LEVEL = 2,      /* percent-encoding inside percent-encoding */
};

struct ioc_scanner {
    struct arena *keep;
    struct ioc_opts opts;
    unsigned types;
    struct tlds *tlds;
    /* of the text in work */
    struct arena *tmp;
    str text;
    size_t floor;
    size_t url_end;         /* of the last URL … */
    size_t path_end;        /* … and of its path: names in it are files */
    unsigned nested;        /* URLs found inside it */
    unsigned level;         /* > 0: text was percent-decoded … */
    size_t beg, end;        /* … from these bytes of the real text */
    LIST(struct ioc) found;
    /* for leaving repeated values out */
    uint32_t *slots;
    size_t nslots;
};

static inline bool ioc_wants(const struct ioc_scanner *s, unsigned bits)
{
    return (s->types & bits) != 0;
}

/* The byte at i, 0 outside of the text. */
static inline char ioc_at(const struct ioc_scanner *s, size_t i)
{
    return i < s->text.n ? s->text.p[i] : '\0';
}
static inline char ioc_before(const struct ioc_scanner *s, size_t i)
{
    return i > 0 ? s->text.p[i - 1] : '\0';
}

static inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
static inline bool is_letter(char c)
{
    char l = (char)(c | 32);
    return l >= 'a' && l <= 'z';
}
static inline bool is_alnum(char c) { return is_digit(c) || is_letter(c); }
static inline bool is_hex(char c)
{
    char l = (char)(c | 32);
    return is_digit(c) || (l >= 'a' && l <= 'f');
}
static inline bool is_word(char c)
{
    return is_alnum(c) || c == '_' || (unsigned char)c >= 0x80;
}
static inline bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

void ioc_add(struct ioc_scanner *s, enum ioc_type t, size_t beg, size_t end,
             str value);
str ioc_lower(struct ioc_scanner *s, str v);  /* in the text's arena */
void ioc_scan_decoded(struct ioc_scanner *s, str text, size_t beg, size_t end);

/* -- spellings (ioc_fang.c): the length at i, 0 when there is none -- */
size_t fang_dot(str s, size_t i);     /* . [.] (.) {.} [. .] [dot] (dot) … */
size_t fang_at(str s, size_t i);      /* @ [@] (@) [at] (at) {at} */
size_t fang_colon(str s, size_t i);   /* : [:] */
/* After a scheme: "://" and its defanged forms, [:]// [://] :// */
size_t fang_scheme_end(str s, size_t i);
/* Whether a scheme is one that indicators have, written hxxp or http; `plain`
 * is its usual spelling. */
bool fang_scheme(str s, const char **plain);

/* -- names with dots (ioc_host.c) -- */
struct host {
    size_t beg, end;        /* of the text */
    size_t n;               /* labels */
    size_t at[IOC_MAX_LABELS], to[IOC_MAX_LABELS];
    bool fanged;            /* some dot was in brackets */
};
/* Reads labels from `beg`; false when there is none. */
bool host_read(str s, size_t beg, struct host *h);
/* Where the label that ends at `end` begins, not before `floor`. */
size_t label_start(str s, size_t floor, size_t end);
str host_text(struct ioc_scanner *s, const struct host *h);
bool host_is_ip4(const struct ioc_scanner *s, const struct host *h);
/* Cuts the host down to a name with a public suffix; false: it is none. */
bool host_is_name(struct ioc_scanner *s, struct host *h);
/* Adds the address or name that a URL or mail address goes to. */
void host_add(struct ioc_scanner *s, struct host *h);

size_t scan_dot(struct ioc_scanner *s, size_t i);
size_t scan_at(struct ioc_scanner *s, size_t i);     /* ioc_email.c */
size_t scan_open(struct ioc_scanner *s, size_t i);   /* ioc_scan.c */

/* -- other signs -- */
size_t scan_colon(struct ioc_scanner *s, size_t i);  /* ioc_addr.c */
/* 0 when there is no scheme before i. */
size_t scan_url(struct ioc_scanner *s, size_t i, size_t sign); /* ioc_url.c */
size_t scan_percent(struct ioc_scanner *s, size_t i);
size_t scan_mac(struct ioc_scanner *s, size_t i);
size_t scan_dash(struct ioc_scanner *s, size_t i);
size_t scan_backslash(struct ioc_scanner *s, size_t i);  /* ioc_path.c */
size_t scan_drive(struct ioc_scanner *s, size_t i);
size_t scan_slash(struct ioc_scanner *s, size_t i);
size_t scan_agent(struct ioc_scanner *s, size_t i);      /* ioc_agent.c */
void scan_runs(struct ioc_scanner *s);                   /* ioc_run.c */
bool bitcoin_valid(str s);                               /* ioc_bitcoin.c */

#endif
