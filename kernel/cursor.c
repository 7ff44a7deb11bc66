/* cursor.c - counts code points or UTF-16 units.
 *
 * Called by: on_complete.c, on_inspect.c. */
#include "kernel/cursor.h"

#include "base/utf8.h"

static int64_t width(uint32_t c, bool utf16)
{
    return utf16 && c > 0xFFFF ? 2 : 1;
}

uint32_t cursor_to_bytes(str code, int64_t pos, struct cursor_units *units)
{
    size_t i = 0;
    units->utf16 = pos > 0 && (uint64_t)pos > utf8_count(code);
    for (int64_t at = 0; i < code.n && at < pos;)
        at += width(utf8_next(code, &i), units->utf16);
    return (uint32_t)i;
}

int64_t cursor_from_bytes(str code, uint32_t offset,
                          const struct cursor_units *units)
{
    int64_t at = 0;
    for (size_t i = 0; i < code.n && i < offset;)
        at += width(utf8_next(code, &i), units->utf16);
    return at;
}
