/* lists.h - frames that .show and .describe build row by row. */
#ifndef COMMANDS_LISTS_H
#define COMMANDS_LISTS_H

#include "base/frame.h"

/* Rows are collected as values, then turned into a frame of these columns. */
struct list_col {
    const char *name;
    enum type type;
};

struct list {
    struct arena *arena;
    const struct list_col *cols;
    size_t ncols;
    LIST(struct value) cells;
};

void list_init(struct list *l, struct arena *a, const struct list_col *cols,
               size_t ncols);
void list_str(struct list *l, str s);
void list_text(struct list *l, const char *z); /* NULL: "" */
void list_long(struct list *l, int64_t v);
void list_real(struct list *l, double v);
void list_null(struct list *l);
struct frame *list_frame(const struct list *l); /* new */

#endif
