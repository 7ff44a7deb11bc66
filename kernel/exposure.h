/* exposure.h - could another user have read this file?
 *
 * Called by: connection.c. One common client writes connection files that are
 * readable by all, into a directory that only the owner may enter: what counts
 * is whether the whole path is open, not the file's own mode alone. */
#ifndef KERNEL_EXPOSURE_H
#define KERNEL_EXPOSURE_H

#include <stdbool.h>
#include <sys/stat.h>

/* st is of the opened file that path names. Root is not another user. When in
 * doubt: true. */
bool exposure_of_file(const struct stat *st, const char *path);

#endif
