/* on_execute.c - runs one cell: the order of messages that clients rely on.
 *
 * Called by: dispatch.c on the execution thread. Sends execute_input, outputs,
 * at most one error, then execute_reply; see the messaging protocol, "Execute".
 * The reply of a failed cell is held while what was sent after it is aborted
 * (exec_abort_queue). */
#include "base/json_write.h"
#include "kernel/handlers.h"
#include "kernel/json_in.h"
#include "kernel/progress.h"
#include "kernel/show.h"

enum { MAX_CELL_BYTES = 16 << 20, MAX_EXPRESSIONS = 100 };

struct cell {
    struct kernel *k;
    struct msg *m;
    struct arena *arena;    /* of the cell; outputs have their own */
    struct diags ds;
    str code;
    bool silent, store, may_ask, stop_on_error;
    int64_t count;
    bool had_result;        /* an execute_result was sent */
    bool left_unanswered;   /* an interrupt ended a question */
    struct buf output;      /* its text, for the history */
    struct progress progress;
    struct buf *expression; /* where results go while one is evaluated */
};

/* --- what the language calls back --------------------------------------- */

static void send_result(struct cell *c, const struct result *r, str data)
{
    bool last = r->last && !c->had_result;
    struct buf metadata;
    buf_init(&metadata, 1 << 20);
    show_metadata(&metadata, r);
    struct shown s = { .type = last ? "execute_result" : "display_data",
                       .data = data, .count = c->count };
    if (buf_ok(&metadata))
        s.metadata = buf_str(&metadata);
    progress_hide(&c->progress, true);
    c->progress.others = true;
    publish_captured(c->k);
    publish_shown(c->k, c->m->header, &s);
    buf_release(&metadata);
    c->had_result |= last;
}

static void on_result(void *ctx, const struct result *r)
{
    struct cell *c = ctx;
    struct bundle bundle;
    struct buf data;
    if (c->silent && !c->expression)
        return;
    struct arena *a = arena_new();
    bundle_init(&bundle, a);
    show_result(c->k->in, r, &bundle, &c->ds);
    buf_init(&data, MAX_CONTENT_BYTES);
    show_json(&data, &bundle);
    if (c->expression) {
        buf_reset(c->expression);
        buf_add(c->expression, buf_str(&data));
    } else {
        send_result(c, r, buf_str(&data));
        if (r->last)
            buf_add(&c->output, str_sub(bundle_find(&bundle, "text/plain"), 0,
                                        HISTORY_OUTPUT_BYTES));
    }
    buf_release(&data);
    arena_free(a);
}

static void on_progress(void *ctx, str what, double fraction)
{
    struct cell *c = ctx;
    if (!c->silent && fraction < 0)
        progress_line(&c->progress, what);
    else if (!c->silent)
        progress_show(&c->progress, what, fraction);
}

static void on_flow(void *ctx, str what, double fraction)
{
    struct cell *c = ctx;
    if (!c->silent)
        progress_show(&c->progress, what, fraction);
}

static bool on_ask(void *ctx, str prompt, bool password, struct buf *answer)
{
    struct cell *c = ctx;
    publish_captured(c->k);
    c->progress.others = true;
    exec_forget_answers(c->k->exec);
    ask_input(c->k, c->m, prompt, password);
    struct msg *m = exec_wait_answer(c->k->exec);
    c->left_unanswered |= !m;
    if (!m || !msg_parse_body(m)) {
        msg_free(m);
        return false;
    }
    str value = json_member_text(m->body, "value");
    bool end = str_eq(value, S("\x04")); /* how a console sends end of file */
    if (!end)
        buf_add(answer, value);
    msg_free(m);
    return !end;
}

/* --- one run of the language -------------------------------------------- */

static enum status run_code(struct cell *c, str code)
{
    struct lang_sink sink = { .ctx = c, .result = on_result,
                              .progress = on_progress, .flow = on_flow,
                              .ask = c->may_ask ? on_ask : NULL,
                              .attended = c->may_ask && !c->silent };
    struct lang_opts opts = { .no_keep = c->silent || c->expression };
    const struct interp *in = c->k->in;
    if (code.n > MAX_CELL_BYTES) {
        diag_error(&c->ds, DIAG_LIMIT, NO_SPAN,
                   "the cell has %zu bytes; at most %d are allowed", code.n,
                   MAX_CELL_BYTES);
        return ST_USER;
    }
    if (!exec_enter_lang(c->k->exec))
        return ST_CANCELLED;
    enum status st = in->run(in->lang, code, &opts, &sink, &c->ds);
    exec_leave_lang(c->k->exec);
    if (c->left_unanswered || (exec_is_interrupted(c->k->exec) && st != ST_OK))
        return ST_CANCELLED;
    return st == ST_OK && c->ds.nerrors ? ST_USER : st;
}

static void expression_failed(struct cell *c, struct buf *out, enum status st,
                              str code)
{
    struct trouble t;
    trouble_of(&t, c->arena, st, &c->ds, code);
    buf_adds(out, "{\"status\":\"error\",");
    trouble_json(out, &t);
    buf_addc(out, '}');
}

static void run_expression(struct cell *c, str code, struct buf *out)
{
    struct buf data;
    struct diags of_cell = c->ds;
    buf_init(&data, MAX_CONTENT_BYTES);
    diags_init(&c->ds, c->arena);
    c->expression = &data;
    enum status st = run_code(c, code);
    c->expression = NULL;
    if (st != ST_OK) {
        expression_failed(c, out, st, code);
    } else {
        buf_adds(out, "{\"status\":\"ok\",\"metadata\":{},\"data\":");
        buf_add(out, data.n ? buf_str(&data) : S("{\"text/plain\":\"\"}"));
        buf_addc(out, '}');
    }
    c->ds = of_cell;
    buf_release(&data);
}

static void run_expressions(struct cell *c, struct buf *out)
{
    json_t *all = json_object_get(c->m->body, "user_expressions");
    const char *name;
    json_t *code;
    size_t n = 0;
    buf_addc(out, '{');
    json_object_foreach(all, name, code) {
        if (!json_is_string(code) || n == MAX_EXPRESSIONS)
            continue;
        if (n++)
            buf_addc(out, ',');
        json_str(out, str_of(name));
        buf_addc(out, ':');
        run_expression(c, (str){ json_string_value(code),
                                 json_string_length(code) }, out);
    }
    buf_addc(out, '}');
}

/* --- replies ------------------------------------------------------------ */

static void send_reply(struct kernel *k, const struct msg *m, str content,
                       const char *status)
{
    struct buf meta;
    buf_init(&meta, 4096);
    buf_adds(&meta, "{\"started\":\"");
    stamp_format(&meta, m->arrived_us);
    buf_adds(&meta, "\",\"dependencies_met\":true,\"engine\":");
    json_str(&meta, wire_session(k->wire));
    buf_addf(&meta, ",\"status\":\"%s\"}", status);
    reply_with_metadata(k, m, content, buf_str(&meta));
    buf_release(&meta);
}

static void reply_ok(struct cell *c)
{
    struct buf b;
    buf_init(&b, MAX_CONTENT_BYTES);
    buf_addf(&b, "{\"status\":\"ok\",\"execution_count\":%lld,\"payload\":[],"
                 "\"user_expressions\":", (long long)c->count);
    run_expressions(c, &b);
    buf_addc(&b, '}');
    publish_captured(c->k);
    if (!buf_ok(&b))
        reply_error(c->k, c->m, "E0401", "the expressions gave too much");
    else
        send_reply(c->k, c->m, buf_str(&b), "ok");
    buf_release(&b);
}

static void send_error_reply(struct kernel *k, const struct msg *m,
                             const struct trouble *t, int64_t count)
{
    struct buf b;
    buf_init(&b, MAX_CONTENT_BYTES);
    buf_addf(&b, "{\"status\":\"error\",\"execution_count\":%lld,"
                 "\"payload\":[],\"user_expressions\":{},", (long long)count);
    trouble_json(&b, t);
    buf_addc(&b, '}');
    send_reply(k, m, buf_str(&b), "error");
    buf_release(&b);
}

static void reply_failed(struct cell *c, enum status st)
{
    struct trouble t;
    trouble_of(&t, c->arena, st, &c->ds, c->code);
    if (!c->silent)
        publish_error(c->k, c->m->header, &t);
    if (c->stop_on_error || st == ST_CANCELLED)
        exec_abort_queue(c->k->exec);
    send_error_reply(c->k, c->m, &t, c->count);
}

static void send_warnings(struct cell *c)
{
    struct buf text;
    buf_init(&text, 16 << 20);
    trouble_warnings(&text, &c->ds, c->code);
    publish_stream(c->k, c->m->header, "stderr", buf_str(&text));
    buf_release(&text);
}

/* --- the handler -------------------------------------------------------- */

static void read_request(struct cell *c, struct kernel *k, struct msg *m)
{
    const json_t *body = m->body;
    *c = (struct cell){ .k = k, .m = m, .arena = arena_new() };
    diags_init(&c->ds, c->arena);
    c->code = json_member_text(body, "code");
    c->silent = json_member_bool(body, "silent", false);
    c->store = json_member_bool(body, "store_history", !c->silent) &&
               !c->silent;
    c->may_ask = json_member_bool(body, "allow_stdin", false);
    c->stop_on_error = json_member_bool(body, "stop_on_error", true);
    c->count = c->store ? exec_count_up(k->exec) : exec_count(k->exec);
    buf_init(&c->output, 2 * HISTORY_OUTPUT_BYTES);
    progress_init(&c->progress, k, m->header, c->count);
}

void on_execute(struct kernel *k, struct msg *m)
{
    struct cell c;
    read_request(&c, k, m);
    if (!c.silent)
        publish_execute_input(k, m->header, c.code, c.count);
    enum status st = run_code(&c, c.code);
    progress_end(&c.progress);
    publish_captured(k);
    if (st == ST_OK && !c.silent)
        send_warnings(&c);
    if (c.store)
        session_add(k->session, c.count, c.code, buf_str(&c.output));
    if (st == ST_OK)
        reply_ok(&c);
    else
        reply_failed(&c, st);
    buf_release(&c.output);
    arena_free(c.arena);
}

void on_execute_aborted(struct kernel *k, struct msg *m)
{
    char text[128];
    int n = snprintf(text, sizeof text,
                     "{\"status\":\"aborted\",\"execution_count\":%lld}",
                     (long long)exec_count(k->exec));
    send_reply(k, m, (str){ text, (size_t)n }, "aborted");
}

void on_execute_unreadable(struct kernel *k, struct msg *m)
{
    struct trouble t = { S("BadRequest"),
                         S("the content is not a JSON object"),
                         S("[\"the content is not a JSON object\"]") };
    exec_abort_queue(k->exec);
    send_error_reply(k, m, &t, exec_count(k->exec));
}
