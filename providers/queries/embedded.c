/* embedded.c - embeds the files of packs/ by the assembler's .incbin.
 *
 * Called by: library.c. Paths are relative to the top of the source tree,
 * where the compiler is started. */
#include "embedded.h"

#define PACK(symbol)                                                         \
    __asm__(".section .rodata\n"                                             \
            ".global pack_" #symbol "_beg, pack_" #symbol "_end\n"           \
            ".hidden pack_" #symbol "_beg\n"                                 \
            ".hidden pack_" #symbol "_end\n"                                 \
            "pack_" #symbol "_beg:\n"                                        \
            ".incbin \"providers/queries/packs/" #symbol ".yaml\"\n"         \
            "pack_" #symbol "_end:\n"                                        \
            ".byte 0\n"                                                      \
            ".previous\n");                                                  \
    extern const char pack_##symbol##_beg[], pack_##symbol##_end[];
#include "packs.def"
#undef PACK

static const char *const names[] = {
#define PACK(symbol) #symbol ".yaml",
#include "packs.def"
#undef PACK
};

enum { NPACKS = sizeof names / sizeof *names };

static const char *const bounds[NPACKS][2] = {
#define PACK(symbol) { pack_##symbol##_beg, pack_##symbol##_end },
#include "packs.def"
#undef PACK
};

void embedded_pack(size_t i, struct embedded_pack *out)
{
    const char *beg = bounds[i][0], *end = bounds[i][1];
    out->name = names[i];
    out->text = (str){ beg, (size_t)((uintptr_t)end - (uintptr_t)beg) };
}

size_t embedded_packs(void)
{
    return NPACKS;
}
