/* run_int.h - what the parts of the .test runner share.
 *
 * run.c         the program: finds files, deals them to workers, counts
 * run_work.c    a worker process: its files, one block after the other
 * run_parse.c   text of a .test or .md file -> blocks
 * run_block.c   one block -> what the program really answers
 * run_match.c   answer against expectation
 * run_cells.c   rows as lines: the stable text of values, comparison
 * run_diff.c    expected against actual, for people
 * run_rows.c    examples of operators, functions, renderers -> blocks
 *
 * docs/test-format.md describes the format for authors. */
#ifndef TESTS_RUN_INT_H
#define TESTS_RUN_INT_H

#include <sys/types.h>

#include "base/frame.h"
#include "base/status.h"
#include "lang.h"

enum block_kind {
    BLOCK_TABLE,  /* fixture of the blocks below it */
    BLOCK_SETUP,  /* code that runs before each block below it */
    BLOCK_QUERY,  /* rows */
    BLOCK_ERROR,  /* diagnostics */
    BLOCK_TEXT,   /* text/plain of every result */
    BLOCK_MIME,   /* another representation of the last result */
    BLOCK_STAGE,  /* lex, parse, bind, plan, sql */
    BLOCK_RUNS,   /* must run without an error; nothing is compared */
    BLOCK_CHECKS, /* must parse and bind, tables may be unknown */
    BLOCK_FAULT,  /* a finding made while reading: `input` says what */
};

struct block {
    enum block_kind kind;
    str word;            /* table name, stage, mime type */
    bool unordered;
    bool keeps;          /* sees what the blocks before it left behind */
    int line;            /* of its first line, 1-based */
    str title, tags;
    int limit_ms;        /* 0: no limit of its own */
    str input;           /* code, or the rows of a fixture */
    str expected;        /* its place in the file's text */
};

struct test_file {
    struct arena *arena;
    str path, text;
    LIST(struct block) blocks;
};

/* Faults of the format become BLOCK_FAULT blocks: nothing is skipped. */
void test_file_parse(struct test_file *f);
void markdown_parse(struct test_file *f);   /* ```kql fences only */
/* path is "rows:LIST"; asks the language for `.show LIST`. */
void rows_parse(struct test_file *f, struct lang *l);

/* What the program answers to block `at` of the file. False: the block cannot
 * hold whatever it expects; then `actual` says why, in one line. */
bool block_run(struct lang *l, const struct test_file *f, size_t at,
               struct buf *actual);
bool block_holds(const struct block *b, str actual);
/* Copies a text with generated table names (t12) counted from t1. */
void renumber_tables(struct arena *a, struct buf *out, str text);
/* The rows below each header in order of their bytes, without alignment. */
str rows_sorted(struct arena *a, str text);

/* Rows as lines. A line is cells, two blanks or more between them. */
void cell_print(struct buf *b, const struct value *v);
void frame_print(struct buf *b, const struct frame *f, const struct hint *h);
bool cell_next(str line, size_t *at, str *cell);
/* Same cells; numbers with a fraction may differ by one part in 1e9. */
bool line_same(str a, str b);
/* NAME = datatable(…)[…] from the lines of a fixture; false: `out` says why. */
bool fixture_code(struct buf *out, str name, str rows);

/* Any text as expectation lines: no trailing blanks, an empty line as `\`. */
void lines_add(struct buf *b, str text);
bool line_next(str text, size_t *at, str *line);

void diff_print(struct buf *out, str expected, str actual, bool exact);

struct options {
    str filter;
    bool update, slow;
    int jobs;
};

/* What a worker is told: do this file from this block on. */
struct job {
    int file, block;
};

/* What it tells: now at this block, or this file is done. */
struct report {
    int file, block, line; /* block < 0: the file is done */
    int passed, failed, skipped;
    pid_t worker;
};

/* Does jobs until their pipe ends; `paths` are the files that jobs number. */
void work(const struct options *o, const str *paths, int jobs, int to_parent);

#endif
