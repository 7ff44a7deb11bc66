/* regex_class.h - character classes of regular expressions that need sets.
 *
 * Rust's syntax has operations inside a class ([a-z&&[^q]], [\w--\d], ~~) and
 * classes inside classes that are negated; RE2 has neither. Such a class is
 * worked out here and written as plain ranges. */
#ifndef BASE_REGEX_CLASS_H
#define BASE_REGEX_CLASS_H

#include "buf.h"

/* Flags that hold where the class stands. */
struct regex_class_mode {
    bool ascii;    /* (?-u): shorthands know ASCII only */
    bool icase;    /* (?i): operands are folded before an operation */
    bool extended; /* (?x): white space says nothing */
    int work;      /* sets worked out so far, of the whole pattern */
};

/* The place behind the class that opens at s.p[i], with every `[` in it
 * opening another one; 0 when it does not close that way. */
size_t regex_class_end(str s, size_t i);

/* Whether the class at s.p[i], which ends, has what RE2 cannot say. */
bool regex_class_needs_sets(str s, size_t i);

/* Appends RE2's text for the class that opens at s.p[*i] and moves *i behind
 * it. NULL when done, else the reason in a few words. mode->work grows; a
 * pattern that asks for too much of it is refused. */
const char *regex_class_write(struct buf *out, str s, size_t *i,
                              struct regex_class_mode *mode);

#endif
