/* params_file.h - parameters of a headless run from a YAML file. */
#ifndef KERNEL_PARAMS_FILE_H
#define KERNEL_PARAMS_FILE_H

#include "kernel/interp.h"

/* Sets the parameters that the file has: a mapping of names to values; lists
 * and mappings become JSON. What is wrong with the file is told by whatever
 * uses a parameter, so that nothing runs with half of them. */
void params_file_read(struct interp *in, const char *path);

#endif
