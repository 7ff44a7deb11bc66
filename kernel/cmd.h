/* cmd.h - the subcommands of `shikra`, one cmd_*.c each.
 *
 * Called by: main.c through its table. argv[0] is the subcommand's name; the
 * result is the exit code of the process. */
#ifndef KERNEL_CMD_H
#define KERNEL_CMD_H

enum exit_code {
    EXIT_CLEAN = 0,
    EXIT_ERROR = 1,
    EXIT_ASSERT = 2,   /* an assert statement did not hold */
    EXIT_PARTIAL = 3,  /* a source could be read only in part */
    EXIT_USAGE = 64,   /* the command line makes no sense (sysexits) */
};

struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *usage, *summary;
};

int cmd_kernel(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_batch(int argc, char **argv);
int cmd_dev(int argc, char **argv);
int cmd_install(int argc, char **argv);

/* One line to stderr, "shikra NAME: …"; returns EXIT_USAGE. */
__attribute__((format(printf, 2, 3)))
int usage_error(const char *name, const char *fmt, ...);

/* The value of `--name VALUE` or `--name=VALUE` at argv[*i], which moves on
 * past it; NULL when argv[*i] is something else or the value is missing. */
const char *option_value(const char *name, int argc, char **argv, int *i);

#endif
