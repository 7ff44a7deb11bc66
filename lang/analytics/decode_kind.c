/* decode_kind.c - whether bytes are text, and what kind of file they are.
 *
 * Called by: the decoder. */
#include "decode_int.h"

#include "base/utf8.h"

/* ---- text -------------------------------------------------------------- */

/* Control characters that text has. */
static bool is_layout(uint32_t c)
{
    return c == '\t' || c == '\n' || c == '\r' || c == 0x1B;
}

static bool is_shown(uint32_t c)
{
    return c >= 0x20 && c != 0x7F && !(c >= 0x80 && c < 0xA0) && c != 0xFFFD &&
           c != 0xFFFE && c != 0xFFFF;
}

static bool is_utf8_text(str s, bool nul, bool cut)
{
    size_t zeros = 0, wide = 0, n = 0;
    for (size_t i = 0; i < s.n; n++) {
        unsigned char b = (unsigned char)s.p[i];
        if (b < 0x80) {
            i++;
            zeros += b == 0;
            if (b >= 0x20 ? b == 0x7F : !(b == 0 ? nul : is_layout(b)))
                return false;
            continue;
        }
        size_t at = i;
        uint32_t c = utf8_next(s, &i);
        if (!is_shown(c))
            return cut && s.n - at < 4;
        wide++;
    }
    /* Random bytes now and then are valid by chance, but rarely letters. */
    return n > 0 && zeros * 4 <= n && (wide * 4 <= n || wide * 2 > n);
}

static uint32_t unit(str s, size_t i, bool little)
{
    unsigned char a = (unsigned char)s.p[i], b = (unsigned char)s.p[i + 1];
    return little ? (uint32_t)b << 8 | a : (uint32_t)a << 8 | b;
}

/* Most units are Latin, or a byte order mark says so, and none is a control. */
static bool is_utf16_text(str s, bool little, bool cut)
{
    size_t n = s.n / 2, latin = 0;
    if (n < 2 || (s.n % 2 && !cut))
        return false;
    bool marked = unit(s, 0, little) == 0xFEFF;
    for (size_t i = marked; i < n; i++) {
        uint32_t u = unit(s, 2 * i, little);
        if (u < 0x20 ? !is_layout(u) && u != 0 : !is_shown(u))
            return false;
        latin += u >= 0x20 && u < 0x100;
    }
    return marked || latin * 4 >= n * 3;
}

enum text_kind text_kind(str s, bool nul, bool cut)
{
    if (is_utf8_text(s, false, cut))
        return TEXT_UTF8;
    if (is_utf16_text(s, true, cut))
        return TEXT_UTF16LE;
    if (is_utf16_text(s, false, cut))
        return TEXT_UTF16BE;
    return nul && is_utf8_text(s, true, cut) ? TEXT_UTF8 : NO_TEXT;
}

str text_from_utf16(struct arena *a, str s, bool little)
{
    struct buf b;
    size_t n = s.n / 2;
    buf_init(&b, s.n * 2 + 8);
    for (size_t i = unit(s, 0, little) == 0xFEFF; i < n; i++) {
        uint32_t c = unit(s, 2 * i, little);
        if (c >= 0xD800 && c < 0xDC00 && i + 1 < n) {
            uint32_t low = unit(s, 2 * (i + 1), little);
            if (low >= 0xDC00 && low < 0xE000) {
                c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
                i++;
            }
        }
        buf_add_utf8(&b, c >= 0xD800 && c < 0xE000 ? 0xFFFD : c);
    }
    str text = buf_take(&b, a);
    buf_release(&b);
    return text;
}

/* ---- files ------------------------------------------------------------- */

/* PE/COFF: a program, or a library by a flag of its header. */
static const char *pe_kind(str s)
{
    const unsigned char *p = (const unsigned char *)s.p;
    if (s.n < 64)
        return "exe";
    size_t at = p[60] | (size_t)p[61] << 8 | (size_t)p[62] << 16 |
                (size_t)p[63] << 24;
    if (at > s.n || s.n - at < 24 || memcmp(s.p + at, "PE\0\0", 4) != 0)
        return "exe";
    return p[at + 23] & 0x20 ? "dll" : "exe";
}

static bool is_zlib(str s)
{
    if (s.n < 6)
        return false;
    unsigned head = (unsigned char)s.p[0] << 8 | (unsigned char)s.p[1];
    return (head >> 8) == 0x78 && head % 31 == 0 && !(head & 0x20);
}

/* bzip2's sign is three letters: the block that follows has its own. */
static bool is_bzip2(str s)
{
    return s.n >= 10 && memcmp(s.p, "BZh", 3) == 0 && s.p[3] >= '1' &&
           s.p[3] <= '9' && memcmp(s.p + 4, "1AY&SY", 6) == 0;
}

const char *file_kind(str s)
{
    static const struct {
        const char *kind, *sign;
        size_t n;
    } signs[] = {
        { "gzip", "\x1f\x8b\x08", 3 },
        { "zip", "PK\x03\x04", 4 },
        { "zip", "PK\x05\x06", 4 },
        { "xz", "\xfd""7zXZ\0", 6 },
        { "zstd", "\x28\xb5\x2f\xfd", 4 },
        { "7z", "7z\xbc\xaf\x27\x1c", 6 },
        { "rar", "Rar!\x1a\x07", 6 },
        { "cab", "MSCF\0\0\0\0", 8 },
        { "wim", "MSWIM\0\0\0", 8 },
        { "elf", "\x7f""ELF", 4 },
        { "pdf", "%PDF-", 5 },
        { "ole", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8 },
        { "png", "\x89PNG\r\n\x1a\n", 8 },
        { "jpeg", "\xff\xd8\xff", 3 },
        { "gif", "GIF8", 4 },
        { "lnk", "L\0\0\0\x01\x14\x02\0", 8 },
        { "class", "\xca\xfe\xba\xbe", 4 },
        { "macho", "\xcf\xfa\xed\xfe", 4 },
        { "macho", "\xce\xfa\xed\xfe", 4 },
        { "sqlite", "SQLite format 3\0", 16 },
        { "registry", "regf", 4 },
        { "evtx", "ElfFile\0", 8 },
        { "rtf", "{\\rtf", 5 },
    };
    /* The fourth byte is the high one of a small number. */
    if (s.n > 16 && s.p[0] == 'M' && s.p[1] == 'Z' && s.p[3] == '\0')
        return pe_kind(s);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (s.n >= signs[i].n && memcmp(s.p, signs[i].sign, signs[i].n) == 0)
            return signs[i].kind;
    if (s.n >= 512 && memcmp(s.p + 257, "ustar", 5) == 0)
        return "tar";
    if (is_bzip2(s))
        return "bzip2";
    return is_zlib(s) ? "zlib" : NULL;
}
