/* cmdline.h - command lines: program, arguments, switches, what is odd.
 *
 * Called by: cmdline_frame.c (the `cmdline` operator), tests.
 * Windows lines are split as CommandLineToArgvW does (the program by its own
 * rule: quotes, no escapes), others by the quoting of POSIX shells, where
 * | ; & are words of their own. Any bytes will do; time is linear.
 *
 * The score of obfuscation is the sum of what is found, at most 1:
 *   carets or backticks inside words    0.3   n^et, I`EX
 *   pieces joined by plus signs         0.2   'Down'+'load'
 *   substrings of variables             0.25  %a:~3,1%
 *   decoding at run time                0.25  [char]73, -bxor, -join, "{1}{0}"
 *   letters that change case all over   0.2   pOwErSHelL
 *   a long run of base64                0.25
 *   signs beyond a fifth of the line    up to 0.3
 * Rules (cmdline_rules.def) look at the line without case, quotes, carets and
 * backticks, so that these hide nothing. */
#ifndef ANALYTICS_CMDLINE_H
#define ANALYTICS_CMDLINE_H

#include "base/buf.h"

enum cmdline_os { CMDLINE_AUTO, CMDLINE_WINDOWS, CMDLINE_POSIX };

struct cmdline_rule {
    const char *name, *technique, *programs, *terms;
};

struct cmdline_switch {
    str name, value;         /* "-o", ""; "/format", "list" */
};

struct cmdline {
    enum cmdline_os os;
    str program;             /* without folder and quotes, as written */
    LIST(str) tokens;        /* the program first */
    LIST(struct cmdline_switch) switches;
    double obfuscation;      /* 0 … 1 */
    bool lolbin;             /* a program of the system that attackers use */
    LIST(const struct cmdline_rule *) rules;
};

/* All of `out` lives in `a` or is a view of the text. */
void cmdline_parse(struct arena *a, str text, enum cmdline_os os,
                   struct cmdline *out);

/* Appends the word of a trimmed Windows line that begins at *i, the program at
 * 0, and moves *i to the next. The rules are those of CommandLineToArgvW. */
void windows_word(str s, size_t *i, struct buf *word);

/* cmdline_rules.c */
void cmdline_match(struct arena *a, str text, struct cmdline *c);
double cmdline_obfuscation(str text);

#endif
