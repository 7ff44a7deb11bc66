/* assets.c - embeds the files of kernelspec/ by the assembler's .incbin.
 *
 * Called by: cmd_install.c. Paths are relative to the top of the source tree,
 * where the compiler is started. */
#include "kernel/assets.h"

#define EMBED(symbol, path)                                                  \
    __asm__(".section .rodata\n"                                             \
            ".global asset_" #symbol "_beg, asset_" #symbol "_end\n"         \
            ".hidden asset_" #symbol "_beg\n"                                \
            ".hidden asset_" #symbol "_end\n"                                \
            "asset_" #symbol "_beg:\n"                                       \
            ".incbin \"" path "\"\n"                                         \
            "asset_" #symbol "_end:\n"                                       \
            ".byte 0\n"                                                      \
            ".previous\n");                                                  \
    extern const char asset_##symbol##_beg[], asset_##symbol##_end[];

EMBED(svg, "kernelspec/logo-svg.svg")
EMBED(png32, "kernelspec/logo-32x32.png")
EMBED(png64, "kernelspec/logo-64x64.png")
EMBED(js, "kernelspec/kernel.js")

static str between(const char *beg, const char *end)
{
    return (str){ beg, (size_t)((uintptr_t)end - (uintptr_t)beg) };
}

void assets_all(struct asset out[NASSETS])
{
    out[0] = (struct asset){ "logo-svg.svg",
                             between(asset_svg_beg, asset_svg_end) };
    out[1] = (struct asset){ "logo-32x32.png",
                             between(asset_png32_beg, asset_png32_end) };
    out[2] = (struct asset){ "logo-64x64.png",
                             between(asset_png64_beg, asset_png64_end) };
    out[3] = (struct asset){ "kernel.js",
                             between(asset_js_beg, asset_js_end) };
}
