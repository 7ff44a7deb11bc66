/* member.c - gives back what members hold.
 *
 * Called by: file.c when a source closes or never opened. */
#include "member.h"

#include <stdlib.h>
#include <unistd.h>

void member_list_release(struct member_list *l)
{
    for (size_t i = 0; i < l->list.n; i++) {
        struct member *m = &l->list.v[i];
        if (m->fd >= 0)
            close(m->fd);
        free(m->mem);
    }
    l->list.n = 0;
}
