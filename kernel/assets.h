/* assets.h - the files of kernelspec/ inside the program.
 *
 * Called by: cmd_install.c. One binary is all there is to copy. */
#ifndef KERNEL_ASSETS_H
#define KERNEL_ASSETS_H

#include "base/str.h"

struct asset {
    const char *name;   /* as it is called in a kernelspec directory */
    str bytes;
};

enum { NASSETS = 4 };

void assets_all(struct asset out[NASSETS]);

#endif
