/* banned.h - functions that have a safer twin here; using one fails to build.
 *
 * Included by every .c through the compiler's command line (-include). The
 * system headers come first, so that their own declarations survive. */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#undef alloca
#pragma GCC poison sprintf vsprintf strcpy strcat strtok atoi atol gmtime
#pragma GCC poison localtime setjmp longjmp gets alloca

#endif
