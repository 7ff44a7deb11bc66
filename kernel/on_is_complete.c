/* on_is_complete.c - may Enter run this, or does it need another line?
 *
 * Called by: dispatch.c on the fast lane; consoles ask at every Enter. */
#include "base/json_write.h"
#include "kernel/handlers.h"
#include "kernel/json_in.h"

static const char *status_of(enum completeness_of_code c)
{
    return c == CODE_COMPLETE ? "complete"
           : c == CODE_INCOMPLETE ? "incomplete" : "invalid";
}

void on_is_complete(struct kernel *k, struct msg *m)
{
    struct buf indent, b;
    str code = json_member_text(m->body, "code");
    buf_init(&indent, 256);
    buf_init(&b, 4096);
    enum completeness_of_code c =
        k->in->is_complete(k->in->lang, code, &indent);
    buf_addf(&b, "{\"status\":\"%s\"", status_of(c));
    if (c == CODE_INCOMPLETE) {
        buf_adds(&b, ",\"indent\":");
        json_str(&b, buf_str(&indent));
    }
    buf_addc(&b, '}');
    reply(k, m, buf_str(&b));
    buf_release(&indent);
    buf_release(&b);
}
