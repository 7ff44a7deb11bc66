/* fuzz_parse.c - any bytes as a cell: parse, bind, write SQL, complete, help.
 *
 * No engine is loaded, so a query that must be read while it is bound fails;
 * everything up to that is what an analyst's keystroke goes through. Holds
 * that what is refused is refused with a reason, that printing the reasons
 * works, and that completion stays inside the text. */
#include <assert.h>
#include <stdlib.h>

#include "lang.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void no_result(void *ctx, const struct result *r)
{
    (void)ctx, (void)r;
}

static void print_all(const struct diags *ds, str code)
{
    struct buf b;
    buf_init(&b, 64u << 20);
    for (size_t i = 0; i < ds->list.n; i++)
        diag_print(&b, &ds->list.v[i], code);
    buf_release(&b);
}

static void check_cell(struct lang *l, struct arena *a, str code, bool open)
{
    struct lang_opts o = { .check = true, .open_tables = open };
    struct lang_sink sink = { .result = no_result };
    struct diags ds;
    diags_init(&ds, a);
    enum status st = lang_run(l, code, &o, &sink, &ds);
    assert((st == ST_OK) == (ds.nerrors == 0));
    print_all(&ds, code);
}

static void print_stages(struct lang *l, struct arena *a, str code)
{
    static const char *const stages[] = { "lex", "parse", "canon", "bind",
                                          "sql" };
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
        struct diags ds;
        struct buf out;
        diags_init(&ds, a);
        buf_init(&out, 64u << 20);
        enum status st = lang_print_stage(l, str_of(stages[i]), code, &out,
                                          &ds);
        assert(st == ST_OK || ds.nerrors > 0);
        buf_release(&out);
    }
}

static void at_cursor(struct lang *l, struct arena *a, str code, uint32_t at)
{
    struct completions c = { 0 };
    str markdown = STR_NONE, plain = STR_NONE;
    struct buf indent;
    buf_init(&indent, 1000);
    lang_complete(l, a, code, at, &c);
    assert(c.beg <= c.end && c.end <= code.n);
    (void)lang_inspect(l, a, code, at, &markdown, &plain);
    (void)lang_is_complete(l, str_sub(code, 0, at), &indent);
    buf_release(&indent);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str code = { (const char *)data, size };
    struct arena *a = arena_new();
    uint32_t at = 0;
    static struct lang *l; /* costs more than most inputs: kept for a while */
    static unsigned ninputs;
    setenv("SHIKRA_DUCKDB", "/nonexistent", 1);
    if (!l)
        l = lang_new(NULL);
    for (size_t i = 0; i < size; i++)
        at = at * 31 + data[i];
    at %= (uint32_t)size + 1;
    check_cell(l, a, code, true);
    check_cell(l, a, code, false);
    lang_reset(l);
    print_stages(l, a, code);
    at_cursor(l, a, code, at);
    at_cursor(l, a, code, (uint32_t)size);
    lang_reset(l);
    if (++ninputs % 256 == 0) {
        lang_free(l);
        l = NULL;
    }
    arena_free(a);
    return 0;
}
