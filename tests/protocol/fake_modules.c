/* fake_modules.c - stands for kernel/modules.c: a kernel with a fake language.
 *
 * Used by: tests/protocol/test_kernel.py --fake and latency measurements, where
 * the cost of the kernel itself is wanted. Link it in place of modules.c. */
#include "kernel/modules.h"

#include "tests/protocol/fake_lang.h"

void modules_open(struct interp *in)
{
    fake_open(in);
}

void modules_close(struct interp *in)
{
    fake_close(in);
}
