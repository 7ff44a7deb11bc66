/* ioc.h - indicators of compromise in text: addresses, names, hashes, paths.
 *
 * Called by: ioc_frame.c (the `iocs` operator), defang.c, tests.
 * Gives:     for one text, every indicator with its type, its place and its
 *            plain form. Defanged spellings (hxxp://evil[.]com) are found and
 *            undone.
 * Must not:  know tables.
 *
 * The scanner jumps from sign to sign (. : / @ \ - [ ( { %) and looks around
 * each; runs of hexadecimal digits are found by a look at every 32nd byte. What
 * looks like an indicator is then checked: octets up to 255, public suffixes,
 * IPv6 by RFC 4291, checksums of Bitcoin addresses. Time is linear in the
 * text, memory in what was found. Any bytes will do; NUL and malformed UTF-8
 * end a word. docs/analytics/iocs.md tells the rules of each type. */
#ifndef ANALYTICS_IOC_H
#define ANALYTICS_IOC_H

#include "base/arena.h"

enum ioc_type {
#define IOC(id, name, group, words) IOC_##id,
#include "ioc_types.def"
#undef IOC
    NIOCS
};

/* Sets of types are bits: 1u << IOC_DNS | … */
#define IOC_BIT(t) (1u << IOC_##t)

const char *ioc_type_name(enum ioc_type t);
/* Types by a name of ours, of STIX or of other tools ("domain", "md5_hash"),
 * or of a group ("hash", "path"). 0: unknown. */
unsigned ioc_types_from_name(str name);
/* What is looked for when nothing else is said: all but paths, hardware
 * addresses and user agents, of which logs are full. */
unsigned ioc_default_types(void);

struct ioc {
    enum ioc_type type;
    size_t beg, end;     /* of the text, in bytes, as it was written */
    str value;           /* plain form: a view of the text or in the arena */
};

struct ioc_opts {
    unsigned types;      /* 0: the default ones */
    bool any_tld;        /* names need no public suffix: evil.corp */
    bool repeats;        /* every place, not only the first, of a value */
};

struct ioc_scanner;

/* One thread at a time. Lives as long as `a`. */
struct ioc_scanner *ioc_scanner_new(struct arena *a, const struct ioc_opts *o);
/* The indicators of a text in order of place. The list and values that are not
 * views live in `tmp`, which must outlive their use. */
size_t ioc_scan(struct ioc_scanner *s, struct arena *tmp, str text,
                const struct ioc **found);

#endif
