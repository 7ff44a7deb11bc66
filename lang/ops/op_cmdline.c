/* op_cmdline.c - `T | cmdline Column`: command lines taken apart.
 *
 * A native step; lang/analytics/cmdline.h parses. */
#include "analytics/cmdline_frame.h"
#include "hunt.h"

static const struct hunt_out columns[CMDLINE_NCOLS] = {
    { "Program", TYPE_STRING },     { "Tokens", TYPE_DYNAMIC },
    { "Switches", TYPE_DYNAMIC },   { "Obfuscation", TYPE_REAL },
    { "Lolbin", TYPE_BOOL },        { "Rules", TYPE_DYNAMIC },
    { "Techniques", TYPE_DYNAMIC },
};

/* cmdline [column] [with (os = "auto" | "windows" | "linux")] */
static void cmdline_parse_op(struct parser *p, struct ast *op)
{
    if (!at_end_of_operator(p) && !at_word(p, "with"))
        ast_add(op, parse_named(p));
    parse_with(p, op);
}

static bool read_os(struct binder *b, const struct ast *op, str name,
                    enum cmdline_os *os)
{
    const struct ast *with = ast_clause(op, "with");
    if (!name.n || str_ieqz(name, "auto"))
        *os = CMDLINE_AUTO;
    else if (str_ieqz(name, "windows"))
        *os = CMDLINE_WINDOWS;
    else if (str_ieqz(name, "linux") || str_ieqz(name, "posix"))
        *os = CMDLINE_POSIX;
    else {
        struct diag *d = bind_error(b, DIAG_OPTION,
                                    with ? with->span : op->span,
                                    "cmdline knows no os '%.*s'", STRF(name));
        diag_hint(b->ds, d, "auto, windows, linux");
        return false;
    }
    return true;
}

/* The column asked for, else the first of the usual names. */
static bool find_column(struct binder *b, const struct ast *op, uint32_t *col)
{
    static const enum type types[] = { TYPE_STRING, TYPE_ERROR };
    static const char *const usual[] = { "CommandLine", "ProcessCommandLine",
                                         "Command", "cmdline", "Cmd",
                                         "process.command_line" };
    struct group_key keys;
    if (!hunt_columns(b, op, &keys))
        return false;
    if (keys.n) {
        *col = keys.v[0];
        return hunt_type(b, *col, op->kid, types);
    }
    for (size_t k = 0; k < sizeof usual / sizeof *usual; k++)
        for (size_t i = 0; i < b->row->cols.n; i++)
            if (b->row->cols.v[i].type == TYPE_STRING &&
                str_ieqz(b->row->cols.v[i].name, usual[k])) {
                *col = (uint32_t)i;
                return true;
            }
    if (!b->row->open) {
        struct diag *d = bind_error(b, DIAG_UNKNOWN_COLUMN, op->span,
                                    "cmdline does not know which column is "
                                    "the command line");
        diag_hint(b->ds, d, "name it: cmdline Column");
    }
    return false;
}

static struct node *cmdline_bind(struct binder *b, const struct ast *op,
                                 struct node *in)
{
    struct cmdline_frame_opts *o = NEW(b->arena, struct cmdline_frame_opts);
    str os = STR_NONE;
    const struct hunt_option options[] = { { "os", HUNT_TEXT, &os, 0, 0 } };
    bool ok = hunt_options(b, op, options, 1) && read_os(b, op, os, &o->os);
    if (!find_column(b, op, &o->col) || !ok)
        return hunt_fail(b, op, in);
    struct node *n = hunt_annotate(b, op, o);
    for (size_t i = 0; i < CMDLINE_NCOLS; i++)
        hunt_add(b, n, columns[i].name, columns[i].type);
    return settle(b, n);
}

static enum status cmdline_step(const struct frame *in, const void *args,
                                struct frame **out, const atomic_bool *cancel,
                                struct diags *ds)
{
    (void)ds;
    struct frame *f = hunt_frame(in, columns, CMDLINE_NCOLS);
    frame_set_rows(f, in->nrows);
    enum status st = cmdline_fill(f, args, cancel);
    if (st == ST_OK)
        *out = f;
    else
        frame_unref(f);
    return st;
}

const struct lang_op op_cmdline = {
    .name = "cmdline",
    .flags = OP_HUNTING,
    .usage = "T | cmdline [Column] [with (os = \"auto\")]",
    .summary =
        "Appends Program, Tokens, Switches (a bag), Obfuscation (0 to 1), "
        "Lolbin, Rules and Techniques (MITRE ATT&CK) for command lines of "
        "Windows (split as CommandLineToArgvW) or Linux (as a shell does).",
    .example = "print CommandLine = \"powershell.exe -w hidden -enc "
               "SQBFAFgAIABoAGUAbABsAG8AIAB0AGgAZQByAGUA\" | cmdline "
               "| project Program, Switches, Rules",
    .parse = cmdline_parse_op,
    .bind = cmdline_bind,
    .run = cmdline_step,
};
