/* iopub.c - the messages that leave the kernel.
 *
 * Called by: dispatch.c, on_*.c, kernel.c. */
#include "kernel/iopub.h"

#include "base/json_write.h"
#include "base/utf8.h"

enum { MAX_TYPE = 128, MAX_TOPIC = 1024, MAX_STREAM = 256 << 10 };

/* kernel.<session>.<type>: what a subscriber may filter by. */
static struct frames iopub_frames(struct kernel *k, str parent,
                                  const char *type, str content)
{
    char topic[MAX_TYPE];
    struct frames f;
    str session = wire_session(k->wire);
    int n = snprintf(topic, sizeof topic, "kernel.%.*s.%s", STRF(session),
                     type);
    str id = { topic, (size_t)n };
    struct outgoing o = { .type = type, .nids = 1, .ids = &id,
                          .parent_header = parent, .content = content };
    wire_encode(k->wire, &o, &f);
    return f;
}

void publish(struct kernel *k, str parent, const char *type, str content)
{
    struct frames f = iopub_frames(k, parent, type, content);
    outbox_push(k->out, CH_IOPUB, &f);
}

static struct frames status_frames(struct kernel *k, str parent,
                                   const char *state)
{
    char text[64];
    int n = snprintf(text, sizeof text, "{\"execution_state\":\"%s\"}", state);
    return iopub_frames(k, parent, "status", (str){ text, (size_t)n });
}

void publish_status(struct kernel *k, str parent, const char *state)
{
    struct frames f = status_frames(k, parent, state);
    outbox_push(k->out, CH_IOPUB, &f);
}

void publish_cell_status(struct kernel *k, str parent, bool running)
{
    struct frames f = status_frames(k, parent, running ? "busy" : "idle");
    outbox_set_running(k->out, running, &f);
}

/* A front end believes the last status it saw, whoever it was for. */
void publish_idle(struct kernel *k, str parent)
{
    struct frames idle = status_frames(k, parent, "idle");
    struct frames busy = status_frames(k, S(""), "busy");
    outbox_push_idle(k->out, &idle, &busy);
}

void publish_execute_input(struct kernel *k, str parent, str code,
                           int64_t count)
{
    struct buf b;
    buf_init(&b, MAX_CONTENT_BYTES);
    buf_adds(&b, "{\"code\":");
    json_str(&b, code);
    buf_addf(&b, ",\"execution_count\":%lld}", (long long)count);
    publish(k, parent, "execute_input", buf_str(&b));
    buf_release(&b);
}

static void publish_stream_part(struct kernel *k, str parent,
                                const char *name, str text)
{
    struct buf b;
    buf_init(&b, MAX_CONTENT_BYTES);
    buf_addf(&b, "{\"name\":\"%s\",\"text\":", name);
    json_str(&b, text);
    buf_addc(&b, '}');
    publish(k, parent, "stream", buf_str(&b));
    buf_release(&b);
}

/* Long text goes out in parts: servers drop streams that come too fast, and
 * a part may end only between characters. */
void publish_stream(struct kernel *k, str parent, const char *name, str text)
{
    while (text.n) {
        size_t n = text.n < MAX_STREAM ? text.n : MAX_STREAM;
        while (n < text.n && n > 1 && ((uint8_t)text.p[n] & 0xC0) == 0x80)
            n--;
        publish_stream_part(k, parent, name, str_sub(text, 0, n));
        text = str_sub(text, n, text.n);
    }
}

void publish_error(struct kernel *k, str parent, const struct trouble *t)
{
    struct buf b;
    buf_init(&b, MAX_CONTENT_BYTES);
    buf_addc(&b, '{');
    trouble_json(&b, t);
    buf_addc(&b, '}');
    publish(k, parent, "error", buf_str(&b));
    buf_release(&b);
}

void publish_shown(struct kernel *k, str parent, const struct shown *s)
{
    struct buf b;
    buf_init(&b, MAX_CONTENT_BYTES);
    buf_adds(&b, "{\"data\":");
    buf_add(&b, s->data);
    buf_adds(&b, ",\"metadata\":");
    buf_add(&b, s->metadata.n ? s->metadata : S("{}"));
    if (s->display_id.n) {
        buf_adds(&b, ",\"transient\":{\"display_id\":");
        json_str(&b, s->display_id);
        buf_addc(&b, '}');
    }
    if (strcmp(s->type, "execute_result") == 0)
        buf_addf(&b, ",\"execution_count\":%lld", (long long)s->count);
    buf_addc(&b, '}');
    publish(k, parent, s->type, buf_str(&b));
    buf_release(&b);
}

bool welcome_message(struct kernel *k, str topic, struct frames *out)
{
    struct buf b;
    if (topic.n > MAX_TOPIC || !utf8_valid(topic))
        return false;
    buf_init(&b, MAX_CONTENT_BYTES);
    buf_adds(&b, "{\"subscription\":");
    json_str(&b, topic);
    buf_addc(&b, '}');
    struct outgoing o = { .type = "iopub_welcome", .nids = 1, .ids = &topic,
                          .content = buf_str(&b) };
    wire_encode(k->wire, &o, out);
    buf_release(&b);
    return true;
}

static void publish_captured_end(struct kernel *k, int which)
{
    static const char *const names[] = { "stdout", "stderr" };
    struct buf text, parent;
    buf_init(&text, 1 << 20);
    buf_init(&parent, 1 << 20);
    capture_read(k->capture, which, &text);
    if (text.n && exec_parent(k->exec, &parent))
        publish_stream(k, buf_str(&parent), names[which], buf_str(&text));
    else if (text.n)
        log_write(k->log, LOG_WARN, "%s: %.*s", names[which],
                  STRF(buf_str(&text)));
    buf_release(&text);
    buf_release(&parent);
}

void publish_captured(struct kernel *k)
{
    for (int i = 0; k->capture && i < NCAPTURED; i++)
        publish_captured_end(k, i);
}

/* "complete_request" -> "complete_reply"; other names get "_reply" behind. */
static const char *reply_type(const struct msg *m, char text[MAX_TYPE])
{
    str stem = m->type;
    if (str_ends(stem, S("_request")))
        stem.n -= strlen("_request");
    if (stem.n > MAX_TYPE / 2)
        stem.n = MAX_TYPE / 2;
    snprintf(text, MAX_TYPE, "%.*s_reply", STRF(stem));
    return text;
}

void reply_with_metadata(struct kernel *k, const struct msg *m, str content,
                         str metadata)
{
    char type[MAX_TYPE];
    struct frames f;
    struct outgoing o = {
        .type = reply_type(m, type), .nids = m->nids, .ids = m->ids,
        .parent_header = m->header, .metadata = metadata, .content = content,
    };
    wire_encode(k->wire, &o, &f);
    outbox_push(k->out, m->channel, &f);
}

void reply(struct kernel *k, const struct msg *m, str content)
{
    reply_with_metadata(k, m, content, S(""));
}

void reply_error(struct kernel *k, const struct msg *m, const char *ename,
                 const char *evalue)
{
    struct buf b;
    struct trouble t = { str_of(ename), str_of(evalue), S("[]") };
    buf_init(&b, MAX_CONTENT_BYTES);
    buf_adds(&b, "{\"status\":\"error\",");
    trouble_json(&b, &t);
    buf_addc(&b, '}');
    reply(k, m, buf_str(&b));
    buf_release(&b);
}

void ask_input(struct kernel *k, const struct msg *m, str prompt,
               bool password)
{
    struct buf b;
    struct frames f;
    buf_init(&b, MAX_CONTENT_BYTES);
    buf_adds(&b, "{\"prompt\":");
    json_str(&b, prompt);
    buf_addf(&b, ",\"password\":%s}", password ? "true" : "false");
    struct outgoing o = { .type = "input_request", .nids = m->nids,
                          .ids = m->ids, .parent_header = m->header,
                          .content = buf_str(&b) };
    wire_encode(k->wire, &o, &f);
    outbox_push(k->out, CH_STDIN, &f);
    buf_release(&b);
}
