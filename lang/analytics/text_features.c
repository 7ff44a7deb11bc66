/* text_features.c - numbers that stand for a text when texts are compared. */
#include "text_features.h"

#include <zlib.h>

#include "base/utf8.h"

int64_t text_char_score(str s)
{
    int64_t sum = 0;
    for (size_t i = 0; i < s.n;)
        sum += utf8_next(s, &i);
    return sum;
}

static bool is_space(uint32_t c)
{
    return (c >= 9 && c <= 13) || (c >= 28 && c <= 32) || c == 0x85 ||
           c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
           c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
           c == 0x3000;
}

bool text_is_delimiter(uint32_t c)
{
    static const char marks[] = "-\\/.,\"'|&:;%$()";
    return is_space(c) || (c > 32 && c < 128 && strchr(marks, (int)c));
}

int64_t text_delimiter_count(str s)
{
    int64_t n = 0;
    for (size_t i = 0; i < s.n;)
        n += text_is_delimiter(utf8_next(s, &i));
    return n;
}

/* zlib counts bytes in 32 bits, so a long text goes there in pieces. */
static uint32_t add_bytes(uint32_t crc, str s)
{
    enum { PIECE = 1 << 30 };
    while (s.n > PIECE) {
        crc = (uint32_t)crc32(crc, (const Bytef *)s.p, PIECE);
        s = str_sub(s, PIECE, s.n);
    }
    return s.n ? (uint32_t)crc32(crc, (const Bytef *)s.p, (uInt)s.n) : crc;
}

uint32_t text_crc32(str s)
{
    return add_bytes(0, s);
}

uint32_t text_delimiter_hash(str s)
{
    uint32_t crc = 0;
    for (size_t i = 0, beg; i < s.n;) {
        beg = i;
        if (text_is_delimiter(utf8_next(s, &i)))
            crc = add_bytes(crc, str_sub(s, beg, i));
    }
    return crc;
}
