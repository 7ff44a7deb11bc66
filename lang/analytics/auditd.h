/* auditd.h - records of the Linux audit daemon: one line each.
 *
 * Called by: auditd_event.c.
 * A line is `[node=HOST ]type=TYPE msg=audit(SECONDS.MILLIS:SERIAL): FIELDS`,
 * with or without a syslog header before it; the kernel's own log has the
 * number of the type instead of its name. Fields are `key=value`; a value is in
 * double quotes, or bare; in single quotes stand fields of a program in user
 * space, which count as fields of the record. Texts with odd bytes are written
 * as bare hexadecimal digits (audit_log_untrustedstring in the kernel). Nothing
 * is copied but what has to be decoded. */
#ifndef ANALYTICS_AUDITD_H
#define ANALYTICS_AUDITD_H

#include "base/arena.h"

struct audit_record {
    str type;                /* SYSCALL, EXECVE, … */
    str node;                /* "" when the line has none */
    str fields;              /* the rest of the line */
    int64_t time;            /* ticks */
    int64_t serial;
};

/* False: the line is no audit record. O(line). */
bool audit_read(str line, struct audit_record *out);

struct audit_field {
    str key, value;          /* the value without its quotes */
    bool quoted;
};

/* The fields in order, in `a`; those in single quotes too, in place. A field
 * without '=' is left out. O(fields). */
struct audit_fields {
    LIST(struct audit_field) list;
};
void audit_fields(struct arena *a, str fields, struct audit_fields *out);
const struct audit_field *audit_find(const struct audit_fields *f,
                                     const char *key);

/* Hexadecimal digits as the text that they stand for, in `a`; malformed UTF-8
 * becomes U+FFFD. What is not all digits, in pairs, stays as it is. */
str audit_unhex(struct arena *a, str digits);
/* The text of a field: decoded where this field of this type can be in
 * digits; "(null)" and "?" are empty. */
str audit_text(struct arena *a, str type, const struct audit_field *f);

#endif
