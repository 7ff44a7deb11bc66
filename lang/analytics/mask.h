/* mask.h - pseudonyms that keep the format: same value, same pseudonym.
 *
 * Called by: mask_frame.c (the `mask` operator), tests.
 * With a key, values become others of the same shape: letters stay letters,
 * digits digits, case, length and punctuation stay. Without the key nobody can
 * tell which value a pseudonym stands for, nor try names until one fits.
 *
 *  - words (runs of letters and digits) are enciphered by a Feistel network
 *    over their characters, as in FF1 (NIST SP 800-38G) but with SipHash and
 *    eight rounds: different words of one shape never collide. Letters
 *    beyond ASCII become Latin ones, which is not one to one.
 *  - IPv4 and IPv6 addresses are enciphered bit by bit so that addresses of one
 *    network stay in one network (the idea of Crypto-PAn); private, loopback,
 *    multicast and other special ranges stay what they are.
 *  - hexadecimal words of 8 digits or more stay hexadecimal: GUIDs, hashes.
 *  - of S-1-5-21-… the numbers of the domain change; other SIDs, well-known
 *    accounts (SYSTEM, NT AUTHORITY, root …) and the top-level domain of a name
 *    stay.
 * O(bytes); about a microsecond a word. */
#ifndef ANALYTICS_MASK_H
#define ANALYTICS_MASK_H

#include "base/buf.h"

enum { MASK_SHORTEST_KEY = 8 };

struct masker;

/* Lives in `a`. The key may have any length; its bytes are not kept. */
struct masker *masker_new(struct arena *a, str key);
void mask_text(struct masker *m, struct buf *b, str text);

#endif
