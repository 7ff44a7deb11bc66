/* assets.h - the files of kernelspec/ inside the program.
 *
 * Called by: cmd_install.c. One binary is all there is to copy. */
#ifndef KERNEL_ASSETS_H
#define KERNEL_ASSETS_H

#include "base/str.h"

/* Which directory below Jupyter's data directory a file belongs to. */
enum asset_place { ASSET_SPEC, ASSET_LAB };

struct asset {
    enum asset_place place;
    const char *name;   /* below that directory */
    str head, body;     /* the file is these, one after the other */
};

enum { NASSETS = 6 };

void assets_all(struct asset out[NASSETS]);

#endif
