/* on_kernel_info.c - who we are, and how editors should colour cells.
 *
 * Called by: dispatch.c on the I/O thread: clients ask every half second until
 * they are answered, and show nothing before.
 *
 * The language is called `sql` here, and in the kernelspec, because an editor
 * that does not know the id of a language runs no cell of it (VS Code), while
 * every editor knows that one. The mode object finds our own colouring where
 * it is installed, and SQL colouring through the extension where it is not. */
#include "kernel/handlers.h"

static const char info[] =
    "{\"status\":\"ok\",\"protocol_version\":\"5.5\","
    "\"implementation\":\"shikra\","
    "\"implementation_version\":\"" SHIKRA_VERSION "\","
    "\"language_info\":{\"name\":\"sql\",\"version\":\"" SHIKRA_VERSION "\","
    "\"mimetype\":\"text/x-kusto\",\"file_extension\":\".kql\","
    "\"pygments_lexer\":\"sql\",\"nbconvert_exporter\":\"script\","
    "\"codemirror_mode\":{\"name\":\"kusto\",\"mime\":\"text/x-kusto\","
    "\"extensions\":[\"sql\"]}},"
    "\"banner\":\"Shikra " SHIKRA_VERSION ": KQL over your evidence. "
    ".help shows what there is.\","
    "\"help_links\":[{\"text\":\"KQL reference\","
    "\"url\":\"https://learn.microsoft.com/kusto/query/\"}],"
    "\"supported_features\":[],\"debugger\":false}";

void on_kernel_info(struct kernel *k, struct msg *m)
{
    reply(k, m, S(info));
}
