/* main.c - finds the subcommand that the command line names.
 *
 * Called by: the system. Everything else is in cmd_*.c. */
#include <locale.h>

#include "base/str.h"
#include "kernel/cmd.h"

static int show_help(int argc, char **argv);
static int show_version(int argc, char **argv);

static const struct command commands[] = {
    { "kernel", cmd_kernel, "kernel -f FILE [--log FILE] [--insecure]",
      "the Jupyter kernel; FILE is a connection file" },
    { "run", cmd_run,
      "run [-e CODE | FILE.shk | FILE.ipynb] [--param NAME=VALUE]\n"
      "             [--out text | --out json | --out html DIR]",
      "runs cells without Jupyter; exit code 0 clean, 1 error,\n"
      "             2 an assert failed, 3 a source was read in part" },
    { "batch", cmd_batch, "batch",
      "one JSON request per line in, one JSON answer per line out" },
    { "dev", cmd_dev, "dev STAGE CODE",
      "prints a stage: lex, parse, bind, plan, sql, run, render" },
    { "install", cmd_install,
      "install [--user | --prefix DIR | --sys-prefix] [--name NAME]",
      "makes the kernel known to Jupyter" },
    { "version", show_version, "version", "also --version" },
    { "help", show_help, "help", "this text" },
};

enum { NCOMMANDS = sizeof commands / sizeof *commands };

static int show_help(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    printf("shikra: threat hunting in KQL, as a Jupyter kernel or alone\n\n");
    for (int i = 0; i < NCOMMANDS; i++)
        printf("  shikra %s\n             %s\n", commands[i].usage,
               commands[i].summary);
    return EXIT_CLEAN;
}

static int show_version(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    printf("shikra %s\n", SHIKRA_VERSION);
    return EXIT_CLEAN;
}

static const struct command *find_command(const char *name)
{
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
        name = "version";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    for (int i = 0; i < NCOMMANDS; i++)
        if (strcmp(name, commands[i].name) == 0)
            return &commands[i];
    return NULL;
}

int main(int argc, char **argv)
{
    /* Numbers and messages are the same in every locale. */
    setlocale(LC_ALL, "C");
    if (argc < 2) {
        show_help(argc, argv);
        return EXIT_USAGE;
    }
    const struct command *c = find_command(argv[1]);
    if (!c)
        return usage_error(argv[1], "there is no such command");
    return c->run(argc - 1, argv + 1);
}
