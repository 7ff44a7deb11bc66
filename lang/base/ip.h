/* ip.h - IPv4 and IPv6 addresses: text to number and back.
 *
 * An IPv4 address is its four bytes as one number, 10.0.0.1 = 0x0A000001. An
 * IPv6 address is 16 bytes in network order; IPv4 ones are mapped into it as
 * ::ffff:a.b.c.d (RFC 4291, 2.5.5.2). */
#ifndef BASE_IP_H
#define BASE_IP_H

#include "buf.h"

struct ip6 {
    uint8_t b[16];
};

/* Four decimal numbers of 1 to 3 digits, each up to 255. */
bool ip4_parse(str s, uint32_t *ip);
/* a.b.c.d or a.b.c.d/n with n from 0 to 32; without /n the prefix is 32. */
bool ip4_parse_prefix(str s, uint32_t *ip, int *prefix);
uint32_t ip4_mask(int prefix);            /* 0 … 32 */
void ip4_format(struct buf *b, uint32_t ip);

/* IPv6 text alone, ::a.b.c.d included: the 16 bytes as they are written. A
 * zone such as %eth0 is dropped. */
bool ip6_parse(str s, struct ip6 *ip);
/* The spelling of RFC 5952 with hexadecimal groups only, whatever the address;
 * a mapped one as a.b.c.d. */
void ip6_format(struct buf *b, const struct ip6 *ip);

/* IPv6 text (a zone such as %eth0 is dropped) or IPv4 text, with or without
 * /n. Where the text is in IPv4 notation, ::a.b.c.d included, the address is
 * the mapped one and n counts its 32 bits; *prefix always counts 128. */
bool ip6_parse_prefix(str s, struct ip6 *ip, int *prefix);
void ip6_apply(struct ip6 *ip, int prefix);   /* clears the bits behind it */
/* Eight groups of four hex digits. */
void ip6_format_full(struct buf *b, const struct ip6 *ip);

#endif
