/* refang.h - indicators that cannot be clicked, and back.
 *
 * Called by: the functions and operators `defang` and `refang`.
 * Both go over the text once; time is linear in it. Bytes that belong to no
 * indicator stay as they are. */
#ifndef ANALYTICS_REFANG_H
#define ANALYTICS_REFANG_H

#include "base/buf.h"

/* Undoes hxxp, [.], (dot), [@], [:]// and their like (ioc_fang.c). */
void refang_text(struct buf *b, str text);

struct defanger;

/* One thread at a time; lives in `a`. */
struct defanger *defanger_new(struct arena *a);
/* http://evil.com/a.b → hxxp://evil[.]com/a.b, ana@x.org → ana[@]x[.]org,
 * ::1 → [:][:]1; what is no indicator, a file name for example, stays. A text
 * without blanks is taken as one name, whatever its ending. What was defanged
 * stays so: defang(defang(x)) is defang(x). */
void defang_text(struct defanger *d, struct buf *b, str text);

#endif
