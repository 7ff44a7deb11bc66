/* fn_context.c - where a query runs, as whom, and over which storage.
 *
 * Called by: the binder. A local table has no shards, no ingestion times and
 * no cursors: where Kusto answers null for such a table, so does this; where
 * the answer would decide which rows come, the function is refused. */
#include <pwd.h>
#include <unistd.h>

#include "bind/bind.h"
#include "funcs.h"

#define PROVIDER "localuser"

/* The account that the kernel runs under. */
static str account(struct binder *b)
{
    char room[4096];
    struct passwd entry, *found = NULL;
    if (getpwuid_r(getuid(), &entry, room, sizeof room, &found) == 0 && found)
        return arena_str(b->arena, str_of(found->pw_name));
    return arena_fmt(b->arena, "%ld", (long)getuid());
}

static struct expr *bind_principal(struct binder *b, const struct ast *call,
                                   struct expr **args, size_t n)
{
    (void)call, (void)args, (void)n;
    return ex_string(b, arena_fmt(b->arena, PROVIDER "=%.*s",
                                  STRF(account(b))));
}

static struct expr *bind_details(struct binder *b, const struct ast *call,
                                 struct expr **args, size_t n)
{
    str who = account(b);
    struct expr *pairs[] = {
        ex_string(b, S("UserPrincipalName")), ex_string(b, who),
        ex_string(b, S("IdentityProvider")),
        ex_string(b, S("operating system")),
        ex_string(b, S("Type")), ex_string(b, S("LocalUser")),
        ex_string(b, S("DisplayName")), ex_string(b, who),
        ex_string(b, S("FQN")),
        ex_string(b, arena_fmt(b->arena, PROVIDER "=%.*s", STRF(who))),
    };
    (void)args, (void)n;
    return bind_call_args(b, S("bag_pack"), call->span, NULL, pairs,
                          sizeof pairs / sizeof *pairs);
}

/* Whether one of the names is that of the account. */
static struct expr *bind_member(struct binder *b, const struct ast *call,
                                struct expr **args, size_t n)
{
    struct expr *me = bind_principal(b, call, NULL, 0), *any = NULL;
    for (size_t i = 0; i < n; i++) {
        struct expr *same = bind_binary(b, S("=="), call->span, args[i], me);
        any = any ? ex_call(b, TYPE_BOOL, "($1 OR $2)", any, same, NULL)
                  : same;
    }
    return any;
}

static struct expr *bind_database(struct binder *b, const struct ast *call,
                                  struct expr **args, size_t n)
{
    (void)call, (void)args, (void)n;
    return ex_string(b, S("local"));
}

static struct expr *bind_endpoint(struct binder *b, const struct ast *call,
                                  struct expr **args, size_t n)
{
    (void)call, (void)args, (void)n;
    return ex_string(b, S("localhost"));
}

/* Null, and a word about it: a condition on it drops every row. */
static struct expr *bind_ingestion_time(struct binder *b,
                                        const struct ast *call,
                                        struct expr **args, size_t n)
{
    struct diag *d = diag_warn(b->ds, DIAG_DATA, call->span,
                               "ingestion_time() is null: local tables do not "
                               "keep when a row came in");
    (void)args, (void)n;
    diag_hint(b->ds, d, "use the column that holds the time of the event");
    return ex_null(b, TYPE_DATETIME);
}

static struct expr *bind_extent_id(struct binder *b, const struct ast *call,
                                   struct expr **args, size_t n)
{
    struct value v = { .type = TYPE_GUID,
                       .s = S("00000000-0000-0000-0000-000000000000") };
    (void)args, (void)n;
    return ex_literal(b, v, call->span);
}

static struct expr *bind_extent_tags(struct binder *b, const struct ast *call,
                                     struct expr **args, size_t n)
{
    (void)call, (void)args, (void)n;
    return ex_null(b, TYPE_DYNAMIC);
}

static struct expr *refuse_cursor(struct binder *b, const struct ast *call)
{
    struct diag *d = bind_error(b, DIAG_UNSUPPORTED, call->span,
                                "'%.*s' is not supported: local tables have "
                                "no database cursors", STRF(call->text));
    diag_hint(b->ds, d, "compare a time column instead");
    return ex_error(b, call->span);
}

/* The empty cursor is before all rows. */
static struct expr *bind_cursor_after(struct binder *b, const struct ast *call,
                                      struct expr **args, size_t n)
{
    struct value v = { .type = TYPE_BOOL, .i = 1 };
    (void)n;
    if (args[0]->kind == EX_LITERAL && args[0]->value.s.n == 0)
        return ex_literal(b, v, call->span);
    return refuse_cursor(b, call);
}

static struct expr *bind_cursor(struct binder *b, const struct ast *call,
                                struct expr **args, size_t n)
{
    (void)args, (void)n;
    return refuse_cursor(b, call);
}

#define HOOK(nm, par, hook, use, does)                                       \
    { .name = nm, .params = par, .bind = hook, .usage = use,                 \
      .summary = does, .example = "print " nm "()" }

const struct lang_func funcs_context[] = {
    HOOK("current_principal", "", bind_principal, "current_principal()",
         "The account that the kernel runs under, as localuser=NAME."),
    HOOK("current_principal_details", "", bind_details,
         "current_principal_details()",
         "A bag on the account that the kernel runs under."),
    { .name = "current_principal_is_member_of",
      .params = "string, string*", .bind = bind_member,
      .usage = "current_principal_is_member_of('localuser=name', …)",
      .summary = "Whether one of the names is that of the account that the "
                 "kernel runs under.",
      .example = "print current_principal_is_member_of('localuser=nobody')" },
    HOOK("current_database", "", bind_database, "current_database()",
         "The name of the database: local."),
    HOOK("current_cluster_endpoint", "", bind_endpoint,
         "current_cluster_endpoint()", "The name of the cluster: localhost."),
    HOOK("ingestion_time", "", bind_ingestion_time, "ingestion_time()",
         "Null: local tables do not keep when a row came in."),
    HOOK("extent_id", "", bind_extent_id, "extent_id()",
         "The guid of zeros: local tables have no shards."),
    HOOK("extent_tags", "", bind_extent_tags, "extent_tags()",
         "Null: local tables have no shards."),
    { .name = "cursor_after", .params = "string", .bind = bind_cursor_after,
      .usage = "cursor_after('')",
      .summary = "True after the empty cursor; local tables have no others.",
      .example = "print cursor_after('')" },
    { .name = "cursor_before_or_at", .params = "string", .bind = bind_cursor,
      .flags = FN_HIDDEN },
    { .name = "cursor_current", .params = "", .bind = bind_cursor,
      .flags = FN_HIDDEN },
    { .name = "current_cursor", .params = "", .bind = bind_cursor,
      .flags = FN_HIDDEN },
};
const size_t nfuncs_context = sizeof funcs_context / sizeof *funcs_context;
