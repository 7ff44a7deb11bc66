/* page.h - the outputs of a run as one HTML page.
 *
 * Called by: cmd_run.c. */
#ifndef KERNEL_PAGE_H
#define KERNEL_PAGE_H

#include "kernel/answer.h"

#define MAX_PAGE_BYTES (256u << 20)

struct page {
    const struct interp *in;
    struct buf html;
};

void page_begin(struct page *p, const struct interp *in, str title);
void page_code(struct page *p, str code);
/* The best form of a result for a page; given to answer.show. */
void page_result(void *page, const struct result *r,
                 const struct bundle *forms);
void page_diags(struct page *p, const struct diags *ds, str src);
/* Writes DIR/index.html (the directory is made when it is missing), whole or
 * not at all. False: errno says why. */
bool page_write(struct page *p, const char *dir);
void page_release(struct page *p);

#endif
