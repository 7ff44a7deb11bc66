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
EMBED(kql, "kernelspec/kql.js")
EMBED(classic, "kernelspec/classic.js")
EMBED(lab, "kernelspec/lab.js")

/* The version in the name makes browsers fetch a new one. */
#define LAB_ENTRY "static/remoteEntry." SHIKRA_VERSION ".js"

static const char lab_package[] =
    "{\n \"name\": \"shikra-kql\",\n \"version\": \"" SHIKRA_VERSION "\",\n"
    " \"description\": \"Colours KQL in JupyterLab and the Notebook\",\n"
    " \"jupyterlab\": {\"extension\": true, \"_build\": "
    "{\"load\": \"" LAB_ENTRY "\", \"extension\": \"./extension\"}}\n}\n";

static str between(const char *beg, const char *end)
{
    return (str){ beg, (size_t)((uintptr_t)end - (uintptr_t)beg) };
}

#define EMBEDDED(symbol) between(asset_##symbol##_beg, asset_##symbol##_end)

void assets_all(struct asset out[NASSETS])
{
    str kql = EMBEDDED(kql);
    out[0] = (struct asset){ ASSET_SPEC, "logo-svg.svg", S(""),
                             EMBEDDED(svg) };
    out[1] = (struct asset){ ASSET_SPEC, "logo-32x32.png", S(""),
                             EMBEDDED(png32) };
    out[2] = (struct asset){ ASSET_SPEC, "logo-64x64.png", S(""),
                             EMBEDDED(png64) };
    out[3] = (struct asset){ ASSET_SPEC, "kernel.js", kql,
                             EMBEDDED(classic) };
    out[4] = (struct asset){ ASSET_LAB, LAB_ENTRY, kql, EMBEDDED(lab) };
    out[5] = (struct asset){ ASSET_LAB, "package.json", S(""),
                             str_of(lab_package) };
}
