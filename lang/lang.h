/* lang.h - the face of the language: text in, results out.
 *
 * Called by: kernel/ (notebook, run, batch), tests. A struct lang is one
 * session: tables, lets, settings, the engine. One thread runs cells; other
 * threads may at any time call lang_cancel, lang_complete, lang_inspect and
 * lang_is_complete, which never wait for a running cell. */
#ifndef LANG_LANG_H
#define LANG_LANG_H

#include "base/diag.h"
#include "base/frame.h"
#include "base/status.h"
#include "registry/remote.h"
#include "registry/source.h"

struct lang;

/* What the program offers, handed in by the one file that knows all modules. */
struct lang_modules {
    const struct provider *const *providers;
    size_t nproviders;
    const struct remote_provider *const *remotes;
    size_t nremotes;
    struct remote_services *services; /* borrowed; for connect() */
    const struct stored_face *stored; /* built-in queries; MAY be NULL */
    const struct config_face *config; /* for `.config`; MAY be NULL */
    /* Words of the renderers, for completion and for `render` itself. */
    const struct lang_word {
        const char *name, *alias, *usage, *summary, *example;
    } * renderers;
    size_t nrenderers;
};

struct lang *lang_new(const struct lang_modules *m);
void lang_free(struct lang *l);
void lang_warm_up(struct lang *l); /* loads the engine; from any thread */
void lang_reset(struct lang *l);   /* forgets tables, lets and settings */

enum result_kind {
    RESULT_TABLE,    /* frame + hint */
    RESULT_TEXT,     /* plain text: one line about an assignment, .help */
    RESULT_MARKDOWN, /* `markdown "…"`: safe Markdown, values escaped */
};

struct result {
    enum result_kind kind;
    struct frame *frame;     /* borrowed; frame_ref to keep */
    const struct hint *hint; /* borrowed */
    str text;                /* borrowed */
    str name;                /* of the table, when it has one */
    enum completeness completeness; /* RESULT_TEXT, RESULT_MARKDOWN: of the
                                       rows that it tells about */
    bool last;               /* the cell's execute_result */
};

struct lang_sink {
    void *ctx;
    void (*result)(void *ctx, const struct result *r); /* MUST */
    /* A line that the analyst should see: what is waited for, a code to sign
     * in with. fraction 0..1 or negative when unknown. MAY be NULL. */
    void (*progress)(void *ctx, str what, double fraction);
    /* How far rows have come, for the eye only; at most 10 a second. MAY. */
    void (*flow)(void *ctx, str what, double fraction);
    /* Asks the person (input("…")). MAY be NULL: then defaults are taken. */
    bool (*ask)(void *ctx, str prompt, bool password, struct buf *answer);
    /* Somebody sees the lines of progress: a sign-in may wait for a person. */
    bool attended;
};

struct lang_opts {
    bool check;       /* parse and bind only */
    bool open_tables; /* unknown tables have any column (check only) */
    bool no_keep;     /* do not set `_` and the history */
    size_t max_rows;  /* rows a displayed frame may hold; 0 = default */
};

/* Runs all statements of a cell. Everything is parsed, and bound as far as
 * schemas are known, before anything runs. ds collects problems of the whole
 * cell; ST_OK may come with warnings. An assert that failed: ST_USER with
 * DIAG_ASSERT. */
NODISCARD enum status lang_run(struct lang *l, str code,
                               const struct lang_opts *o,
                               const struct lang_sink *sink, struct diags *ds);

void lang_cancel(struct lang *l); /* the running cell ends with ST_CANCELLED */

/* Parameters from outside (`declare query_parameters`); the last value set of a
 * name counts, and its text is converted to the declared type. `must`: it is a
 * mistake when nothing declares it. */
void lang_set_param(struct lang *l, str name, str value, bool must);
/* Why the parameters cannot be used: every declaration will say so. */
void lang_params_failed(struct lang *l, str why);
/* Before a headless run: that the parameters can be used, and that one of the
 * cells declares each that must be. */
NODISCARD enum status lang_check_params(struct lang *l, const str *cells,
                                        size_t n, struct diags *ds);

struct completion {
    str text;         /* full replacement of [beg, end) */
    const char *type; /* function, keyword, table→"class", column→"field",
                         property, value, module, instance */
    str detail;       /* signature or type; may be empty */
};
struct completions {
    uint32_t beg, end; /* bytes of the code that a match replaces */
    LIST(struct completion) list;
};
void lang_complete(struct lang *l, struct arena *a, str code, uint32_t cursor,
                   struct completions *out);

/* Help on the word at the cursor, as Markdown and as plain text. */
bool lang_inspect(struct lang *l, struct arena *a, str code, uint32_t cursor,
                  str *markdown, str *plain);

enum completeness_of_code { CODE_COMPLETE, CODE_INCOMPLETE, CODE_INVALID };
enum completeness_of_code lang_is_complete(struct lang *l, str code,
                                           struct buf *indent);

/* Prints a stage: lex, parse, canon, bind, plan, sql. */
enum status lang_print_stage(struct lang *l, str stage, str code,
                             struct buf *out, struct diags *ds);

extern const char lang_version[];

#endif
