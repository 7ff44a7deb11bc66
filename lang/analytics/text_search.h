/* text_search.h - finding words in text the way KQL's string operators do.
 *
 * A term is a longest run of letters and digits of any script; `_` separates.
 * Case is ignored by Unicode simple folding. An empty needle is in every text.
 * Text is taken as valid UTF-8; malformed bytes count as U+FFFD and are
 * harmless. No function here reads beyond the text or needs memory while
 * matching, and all take time linear in the text.
 *
 * A compiled needle or set has working memory of its own: one thread at a
 * time. All memory comes from the arena that it was made in. */
#ifndef ANALYTICS_TEXT_SEARCH_H
#define ANALYTICS_TEXT_SEARCH_H

#include "base/arena.h"

enum text_mode {
    TEXT_CONTAINS,  /* anywhere */
    TEXT_HAS,       /* ends and begins where a term does */
    TEXT_HASPREFIX, /* begins where a term begins */
    TEXT_HASSUFFIX, /* ends where a term ends */
};

struct text_needle;

/* O(needle). The needle's bytes are copied. */
struct text_needle *text_needle_new(struct arena *a, str needle,
                                    enum text_mode mode, bool case_sensitive);
/* O(text): two bytes of the needle are looked for 16 or 32 places at a time;
 * when that finds too many false places, or folding is not bytewise, the
 * automaton of Knuth, Morris and Pratt takes over. */
bool text_match(struct text_needle *n, str text);
/* The same, one place at a time: for tests of the vector code. */
bool text_match_plain(struct text_needle *n, str text);

/* Without case, by code points; O(shorter). */
bool text_eq_fold(str a, str b);
bool text_starts_fold(str s, str prefix);
bool text_ends_fold(str s, str suffix);

/* Many needles at once: which of them does a text have as `has` does? */
struct text_set;

struct text_set *text_set_new(struct arena *a, const str *needles, size_t n);
size_t text_set_count(const struct text_set *s);
/* The smallest index of a needle that `text` has, -1 when none. One pass that
 * looks every term of the text up in a table: O(text), whatever the number of
 * needles (needles without a letter or digit cost a pass each). */
ptrdiff_t text_set_first(struct text_set *s, str text);
/* As text_set_first >= 0, but stops at the first hit. */
bool text_set_any(struct text_set *s, str text);
/* Whether `text` has every needle (yes for no needles). */
bool text_set_all(struct text_set *s, str text);

/* A set of whole texts, compared without case. */
struct text_words;

struct text_words *text_words_new(struct arena *a, const str *words, size_t n);
bool text_words_has(const struct text_words *w, str s);

#endif
