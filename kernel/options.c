/* options.c - reading command lines, shared by the subcommands.
 *
 * Called by: cmd_*.c. */
#include <stdarg.h>

#include "base/str.h"
#include "kernel/cmd.h"

int usage_error(const char *name, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fprintf(stderr, "shikra %s: ", name);
    vfprintf(stderr, fmt, ap);
    fprintf(stderr, " (shikra help)\n");
    va_end(ap);
    return EXIT_USAGE;
}

const char *option_value(const char *name, int argc, char **argv, int *i)
{
    size_t n = strlen(name);
    const char *arg = argv[*i];
    if (strncmp(arg, name, n) != 0)
        return NULL;
    if (arg[n] == '=')
        return arg + n + 1;
    return arg[n] == 0 && *i + 1 < argc ? argv[++*i] : NULL;
}
