/* log.h - the diary of the kernel: one line per event, never in the notebook.
 *
 * Called by: kernel/ from any thread. Without --log FILE nothing is written.
 * Text from outside is made printable, so no record can forge another one. */
#ifndef KERNEL_LOG_H
#define KERNEL_LOG_H

#include "base/str.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

struct log;

/* path may be NULL: then records are dropped. The file is created 0600 and
 * appended to. NULL when it cannot be opened (errno says why). */
struct log *log_open(const char *path, enum log_level level);
void log_close(struct log *l);

/* l may be NULL. */
__attribute__((format(printf, 3, 4)))
void log_write(struct log *l, enum log_level level, const char *fmt, ...);
bool log_level_from_name(str name, enum log_level *level);

#endif
