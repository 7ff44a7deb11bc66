/* job.c - a search of the analyst's own, as a job.
 *
 * Called by: splunk.c. The job is made, watched until it is done, read page by
 * page and deleted, whatever happens. */
#include "splunk.h"

#include "base/ticks.h"
#include "providers/http/answer.h"
#include "providers/http/url.h"

enum { MAX_RESULTS = 500000, PAGE = 10000, FIRST_MS = 100, LAST_MS = 2000 };

struct job {
    struct source source;
    struct splunk *s;
    str sid;
    int64_t nresults;
    struct body body; /* the first page */
    struct diags broke; /* why it is not whole */
    struct span span;
};

/* ---- the job ---- */

static enum status create(struct job *job, const struct remote_query *q,
                          const struct remote_call *call)
{
    struct arena *a = job->source.arena;
    struct buf form;
    bool whole = str_starts(str_trim(q->text), S("|")) ||
                 str_starts(str_trim(q->text), S("search "));
    str json = S("");
    buf_init(&form, 4 << 20);
    form_field(&form, "search", arena_fmt(a, "%s%.*s", whole ? "" : "search ",
                                          STRF(q->text)));
    form_field(&form, "exec_mode", S("normal"));
    form_field(&form, "output_mode", S("json"));
    form_field(&form, "max_count", S("500000"));
    sp_add_times(&form, q->start, q->end);
    struct sp_request rq = { .path = sp_jobs(job->s, a, S(""), ""),
                             .form = buf_str(&form), .once = true };
    enum status st = sp_send(job->s, &rq, a, &json, call);
    buf_release(&form);
    if (st == ST_OK)
        job->sid = answer_text(a, json, "sid");
    if (st == ST_USER || (st == ST_OK && !job->sid.n))
        st = sp_garbled(job->s, call, "the job has no sid");
    return st;
}

static void drop(struct job *job)
{
    struct arena *a = arena_new();
    struct diags ds;
    diags_init(&ds, a);
    struct remote_call call = { .ds = &ds };
    struct sp_request rq = { .method = "DELETE",
                             .path = sp_jobs(job->s, a, job->sid,
                                             "?output_mode=json"),
                             .unknown = true };
    if (job->sid.n) /* when it fails, the job's time to live ends it */
        (void)sp_send(job->s, &rq, a, NULL, &call);
    arena_free(a);
}

/* The content of entry 0. */
static str content_of(str json)
{
    str entry;
    return json_get_index(answer_at(json, "entry"), 0, &entry)
             ? answer_at(entry, "content")
             : S("");
}

static bool is_yes(struct arena *a, str json, const char *name)
{
    str value = answer_at(json, name);
    str text = answer_text(a, json, name);
    return str_eqz(value, "true") || str_eqz(value, "1") ||
           str_eqz(text, "1");
}

static enum status failed(struct job *job, str content,
                          const struct remote_call *call)
{
    struct arena *a = job->source.arena;
    struct json_iter it;
    str message, why = S("the search failed there");
    if (json_iter_init(&it, answer_at(content, "messages")))
        while (json_next(&it, NULL, &message)) {
            str type = answer_text(a, message, "type");
            if (str_ieqz(type, "FATAL") || str_ieqz(type, "ERROR"))
                why = answer_text(a, message, "text");
        }
    diag_error(call->ds, DIAG_HTTP, call->span, "%.*s: %.*s",
               STRF(job->s->what), STRF(why));
    return ST_ENV;
}

/* One look; *done when it has ended. */
static enum status look(struct job *job, bool *done,
                        const struct remote_call *call)
{
    struct arena *a = job->source.arena;
    struct sp_request rq = { .path = sp_jobs(job->s, a, job->sid,
                                             "?output_mode=json") };
    str json = S("");
    enum status st = sp_send(job->s, &rq, a, &json, call);
    if (st != ST_OK || !json.n) /* 204: it is not known yet */
        return st == ST_USER ? sp_garbled(job->s, call, "the job is gone")
                             : st;
    str content = content_of(json);
    str state = answer_text(a, content, "dispatchState");
    if (is_yes(a, content, "isFailed") || str_eqz(state, "FAILED"))
        return failed(job, content, call);
    *done = is_yes(a, content, "isDone") || str_eqz(state, "DONE");
    (void)answer_long(a, content, "resultCount", &job->nresults);
    return ST_OK;
}

static enum status wait_for(struct job *job, const struct remote_call *call)
{
    struct http_call hc = services_call(call, job->source.arena);
    int64_t ms = FIRST_MS, waited = 0;
    bool done = false;
    enum status st = look(job, &done, call);
    while (st == ST_OK && !done) {
        if (waited > (int64_t)job->s->seconds * 1000) {
            diag_error(call->ds, DIAG_HTTP, call->span,
                       "%.*s: the search was not done after %u s (timeout)",
                       STRF(job->s->what), job->s->seconds);
            return ST_ENV;
        }
        if (!http_pause(&hc, ms))
            return ST_CANCELLED;
        waited += ms;
        ms = ms * 3 / 2 > LAST_MS ? LAST_MS : ms * 3 / 2;
        st = look(job, &done, call);
    }
    return st;
}

/* ---- its results ---- */

static enum status get_page(struct job *job, int64_t offset,
                            const struct remote_call *call)
{
    struct arena *a = arena_new();
    str rest = arena_fmt(a, "/results?output_mode=json&count=%d&offset=%lld",
                         PAGE, (long long)offset);
    struct sp_request rq = { .path = sp_jobs(job->s, a, job->sid,
                                             arena_cstr(a, rest)),
                             .sink = &job->body.sink };
    buf_reset(&job->body.bytes);
    enum status st = sp_send(job->s, &rq, a, NULL, call);
    if (st == ST_USER)
        st = sp_garbled(job->s, call, "the job is gone");
    body_text(&job->body);
    arena_free(a);
    return st;
}

struct page {
    struct sp_rows *rows; /* NULL: only the names of fields */
    struct arena *arena;
    struct sp_messages messages;
    LIST(struct source_col) cols;
    bool fields;
};

static void read_fields(struct page *p, struct pull *j)
{
    str key, name = S("");
    p->fields = true;
    for (pull_array(j); pull_item(j);) {
        for (pull_object(j); pull_key(j, &key);)
            if (str_eqz(key, "name"))
                pull_text(j, p->arena, &name);
            else
                pull_skip(j);
        if (p->cols.n < 10000)
            PUSH(p->arena, p->cols,
                 ((struct source_col){ name, str_eqz(name, "_time")
                                                 ? TYPE_DATETIME
                                                 : TYPE_STRING }));
    }
}

static enum status read_page(struct job *job, struct page *p, const char **why)
{
    struct field_names none;
    struct pull j;
    enum status st = ST_OK;
    str key;
    p->fields = false;
    field_names_init(&none, p->arena);
    pull_init(&j, (str){ job->body.bytes.p, job->body.bytes.n - JSON_PAD },
              &none);
    for (pull_object(&j); st == ST_OK && pull_key(&j, &key);) {
        if (str_eqz(key, "fields")) {
            read_fields(p, &j);
        } else if (str_eqz(key, "messages")) {
            sp_messages_read(&p->messages, &j);
        } else if (str_eqz(key, "results") && p->rows) {
            p->fields = true;
            for (pull_array(&j); st == ST_OK && pull_item(&j);) {
                st = sp_rows_add(p->rows, &j);
                if (st == ST_OK && !j.error)
                    st = sp_rows_end(p->rows);
            }
        } else {
            pull_skip(&j);
        }
    }
    bool told = p->fields || p->messages.errors.n;
    *why = j.error ? j.error : told ? NULL : "it has no results";
    if (st == ST_OK && p->rows)
        st = sp_rows_flush(p->rows);
    pull_release(&j);
    return st == ST_OK && *why ? ST_ENV : st;
}

static void tell(struct job *job, struct page *p, struct row_sink *sink,
                 struct diags *ds)
{
    str what = job->s->what;
    for (size_t i = 0; i < p->messages.warnings.n; i++)
        diag_warn(ds, DIAG_HTTP, job->span, "%.*s: %.*s", STRF(what),
                  STRF(p->messages.warnings.v[i]));
    for (size_t i = 0; i < p->messages.errors.n; i++)
        sink->incomplete(sink->ctx, PARTIAL,
                         arena_fmt(p->arena, "%.*s: %.*s", STRF(what),
                                   STRF(p->messages.errors.v[i])));
    if (sp_rows_count(p->rows) >= MAX_RESULTS)
        sink->incomplete(sink->ctx, TRUNCATED,
                         arena_fmt(p->arena,
                                   "%.*s: %d results, the most a job keeps; "
                                   "summarize, or read the index as a table",
                                   STRF(what), MAX_RESULTS));
    sp_rows_tell(p->rows, what, p->arena);
}

static enum status job_read(struct source *src, unsigned part,
                            struct row_sink *sink, const atomic_bool *cancel,
                            struct diags *ds)
{
    struct job *job = src->impl;
    struct remote_call call = { .cancel = cancel, .ds = ds,
                                .span = job->span };
    struct page p = { .arena = arena_new() };
    const char *why = NULL, *ignored = NULL;
    uint64_t before = 0;
    (void)part;
    p.messages.arena = p.arena;
    p.rows = sp_rows_new(src->ncols, src->cols, sink, cancel);
    enum status st = read_page(job, &p, &why);
    if (st != ST_CANCELLED && job->broke.nerrors) {
        services_hand_on(ds, &job->broke);
        why = NULL;
        st = ST_ENV;
    }
    while (st == ST_OK && sp_rows_count(p.rows) > before &&
           sp_rows_count(p.rows) < (uint64_t)job->nresults) {
        before = sp_rows_count(p.rows);
        st = get_page(job, (int64_t)before, &call);
        if (st == ST_OK)
            st = read_page(job, &p, &why);
        else if (st == ST_ENV) /* what came of it is kept */
            (void)read_page(job, &p, &ignored);
    }
    if (why)
        st = sp_garbled(job->s, &call, why);
    if (st == ST_OK && sp_rows_count(p.rows) < (uint64_t)job->nresults)
        sink->incomplete(sink->ctx, PARTIAL,
                         arena_fmt(p.arena, "%.*s: %llu of %lld results came",
                                   STRF(job->s->what),
                                   (unsigned long long)sp_rows_count(p.rows),
                                   (long long)job->nresults));
    if (st == ST_OK)
        tell(job, &p, sink, ds);
    src->repaired += sp_rows_repaired(p.rows);
    sp_rows_free(p.rows);
    arena_free(p.arena);
    return st;
}

static void job_close(struct source *src)
{
    struct job *job = src->impl;
    drop(job);
    body_release(&job->body);
    arena_free(src->arena);
}

enum status sp_open_text(struct splunk *s, const struct remote_query *q,
                         struct source **out, const struct remote_call *call)
{
    struct arena *a = arena_new();
    struct job *job = NEW(a, struct job);
    struct page p = { .arena = a, .messages = { .arena = a } };
    struct remote_call first = *call;
    const char *why = NULL;
    *job = (struct job){ .s = s, .sid = S(""), .span = q->span };
    job->source = (struct source){ .arena = a, .nparts = 1, .impl = job,
                                   .read = job_read, .close = job_close,
                                   .keeps_part = true };
    body_init(&job->body, SP_MAX_ANSWER);
    enum status st = create(job, q, call);
    if (st == ST_OK)
        st = wait_for(job, call);
    diags_init(&job->broke, a);
    first.ds = &job->broke;
    if (st == ST_OK && (st = get_page(job, 0, &first)) != ST_CANCELLED)
        (void)read_page(job, &p, &why);
    if (st == ST_ENV && p.cols.n) /* half a page may have rows */
        st = ST_OK;
    else if (st == ST_ENV)
        services_hand_on(call->ds, &job->broke);
    if (st == ST_OK && !p.cols.n && why)
        st = sp_garbled(s, call, why);
    job->source.ncols = q->ncols ? q->ncols : p.cols.n;
    job->source.cols = q->ncols ? q->cols : p.cols.v;
    if (st != ST_OK)
        job_close(&job->source);
    else
        *out = &job->source;
    return st;
}
