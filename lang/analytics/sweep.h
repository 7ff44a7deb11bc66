/* sweep.h - which of very many indicators stand in a text.
 *
 * Called by: sweep_frame.c (the `sweep` operator), tests.
 * An indicator stands in a text where its bytes do (ASCII case is ignored) and
 * neither end cuts a word, as KQL's `has` asks. One that looks like a host or
 * an address stands for that one only: evil.com is not in not-evil.com or
 * evil.com.au, but in www.evil.com; 1.2.3.4 not in 1.2.3.45 or 11.2.3.4.
 *
 * A text is read once, term by term (runs of letters, digits and bytes beyond
 * ASCII). Terms and what stands between them lead from node to node of a tree
 * kept as a hash table: expected O(text), whatever the number of indicators;
 * at worst 64 steps for each term. About 60 bytes an indicator and 16 for
 * each of its terms. */
#ifndef ANALYTICS_SWEEP_H
#define ANALYTICS_SWEEP_H

#include "base/arena.h"

enum { SWEEP_SHORTEST = 3, SWEEP_MAX_INDICATORS = 10000000 };

struct sweep;

/* Indicators are copied, refanged and trimmed. Left out, and counted: those
 * shorter than SWEEP_SHORTEST bytes or without a letter or digit. */
struct sweep *sweep_new(struct arena *a, const str *indicators, size_t n);
size_t sweep_left_out(const struct sweep *s);

struct sweep_hit {
    uint32_t indicator;      /* its number in the list given */
    size_t beg, end;         /* of the text */
};

/* Calls `f` for the first place of each indicator in the text, in order of
 * their ends. One thread at a time. */
void sweep_text(struct sweep *s, str text,
                void (*f)(void *ctx, const struct sweep_hit *h), void *ctx);

#endif
