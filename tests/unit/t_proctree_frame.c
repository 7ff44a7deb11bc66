/* t_proctree_frame.c - schemas, columns and texts of the process tree. */
#include "analytics/proctree_frame.h"

#include "base/ticks.h"
#include "t.h"

/* A frame of texts; a column named "x:long" or "x:datetime" is converted. */
struct table {
    struct frame *f;
    struct arena *a;
    struct diags ds;
};

static void set_cell(struct frame *f, size_t c, size_t row, const char *z)
{
    struct value v = { .type = f->cols[c].type, .s = str_of(z) };
    if (v.type != TYPE_STRING) {
        v.null = *z == 0;
        if (v.type == TYPE_DATETIME)
            CHECK(v.null || ticks_parse(str_of(z), &v.i));
        else if (v.type == TYPE_LONG)
            v.i = strtoll(z, NULL, 10);
        else
            v.d = strtod(z, NULL);
    }
    cell_set(f, c, row, &v);
}

static struct table table_new(size_t ncols, const char *const *names,
                              size_t nrows, const char *const *cells)
{
    struct table t = { frame_new(ncols), arena_new(), { 0 } };
    diags_init(&t.ds, t.a);
    for (size_t c = 0; c < ncols; c++) {
        str name = str_of(names[c]);
        enum type type = TYPE_STRING;
        ptrdiff_t colon = str_find_char(name, ':');
        if (colon >= 0) {
            type_from_name(str_sub(name, (size_t)colon + 1, name.n), &type);
            name = str_sub(name, 0, (size_t)colon);
        }
        frame_set_col(t.f, c, name, type);
    }
    frame_set_rows(t.f, nrows);
    for (size_t i = 0; i < nrows; i++)
        for (size_t c = 0; c < ncols; c++)
            set_cell(t.f, c, i, cells[i * ncols + c]);
    return t;
}

static void table_release(struct table *t)
{
    frame_unref(t->f);
    arena_free(t->a);
}

static struct frame *run(struct table *t, const struct proctree_opts *o)
{
    struct frame *out = NULL;
    CHECK(proctree_run(t->f, o, &out, &t->ds, NULL) == ST_OK);
    return out;
}

static str text(const struct frame *f, const char *col, size_t row)
{
    int c = frame_find(f, str_of(col));
    return c < 0 ? S("no such column") : f->cols[c].s[row];
}

static int64_t whole(const struct frame *f, const char *col, size_t row)
{
    int c = frame_find(f, str_of(col));
    return c < 0 || cell_is_null(&f->cols[c], row) ? -1 : f->cols[c].i[row];
}

#define NCOLS(names) (sizeof(names) / sizeof *(names))
#define TABLE(names, cells)                                                  \
    table_new(NCOLS(names), names, NCOLS(cells) / NCOLS(names), cells)

static const char *const security[] = {
    "EventID:long", "TimeGenerated:datetime", "Computer", "NewProcessId",
    "NewProcessName", "ProcessId", "ParentProcessName", "CommandLine",
};

static const char *const security_rows[] = {
    "4688", "2024-01-01T00:00:01Z", "PC1", "0x10", "C:\\Windows\\explorer.exe",
    "0x8", "C:\\Windows\\System32\\userinit.exe", "explorer",
    "4688", "2024-01-01T00:00:02.5Z", "pc1", "0x1A4", "C:\\Office\\WINWORD.EXE",
    "0x10", "C:\\Windows\\Explorer.EXE", "winword /n",
    "4624", "2024-01-01T00:00:03Z", "PC1", "", "", "0x1a4", "", "",
    "4688", "2024-01-01T00:00:04Z", "PC1", "0x20", "C:\\Windows\\cmd.exe",
    "0x1a4", "C:\\Office\\WINWORD.EXE", "cmd",
    "4688", "2024-01-01T00:00:04Z", "PC2", "0x20", "C:\\Windows\\cmd.exe",
    "0x1a4", "C:\\Office\\WINWORD.EXE", "cmd",
};

TEST(a_security_log)
{
    struct table t = TABLE(security, security_rows);
    struct frame *f = run(&t, NULL);
    CHECK(f->ncols == 16 && f->nrows == 5 && t.ds.list.n == 0);
    CHECK_STR(text(f, "CommandLine", 1), "winword /n");
    CHECK_STR(text(f, "ProcessKey", 1), "PC1|420|638396640025000000");
    CHECK_STR(text(f, "ParentKey", 1), "PC1|16|638396640010000000");
    CHECK_STR(text(f, "ParentKey", 0), "PC1|8|?userinit.exe");
    CHECK_STR(text(f, "RootKey", 3), "PC1|8|?userinit.exe");
    CHECK_STR(text(f, "Path", 3),
              "userinit.exe > explorer.exe > WINWORD.EXE > cmd.exe");
    CHECK_STR(text(f, "ProcName", 3), "cmd.exe");
    CHECK_STR(text(f, "TreeFlags", 0), "inferred");
    CHECK_STR(text(f, "TreeFlags", 3), "");
    CHECK(whole(f, "Depth", 3) == 3 && whole(f, "ChildCount", 1) == 1);
    CHECK_STR(text(f, "Path", 4), "WINWORD.EXE > cmd.exe");
    /* The logon keeps its place and has no process. */
    CHECK(whole(f, "EventID", 2) == 4624 && whole(f, "Depth", 2) == -1);
    CHECK_STR(text(f, "ProcessKey", 2), "");
    frame_unref(f);
    table_release(&t);
}

TEST(columns_before_rows)
{
    struct table t = TABLE(security, security_rows);
    struct proctree_col out[8 + PROCTREE_NCOLS];
    str names[8];
    enum type types[8];
    for (size_t c = 0; c < 8; c++) {
        names[c] = t.f->cols[c].name;
        types[c] = t.f->cols[c].type;
    }
    names[7] = S("Path");
    t.f->cols[7].name = S("Path");
    struct proctree_table pt = { 8, names, types };
    CHECK(proctree_cols(t.a, &pt, NULL, out, &t.ds) == ST_OK);
    struct frame *f = run(&t, NULL);
    CHECK(f->ncols == 16);
    for (size_t c = 0; c < f->ncols; c++)
        CHECK(str_eq(f->cols[c].name, out[c].name) &&
              f->cols[c].type == out[c].type);
    CHECK_STR(out[12].name, "Path1");
    frame_unref(f);
    CHECK(proctree_annotate(t.f, NULL, &f, &t.ds, NULL) == ST_OK);
    CHECK(f->ncols == PROCTREE_NCOLS && f->nrows == 5);
    CHECK_STR(f->cols[4].name, "Path1");
    frame_unref(f);
    table_release(&t);
}

static const char *const mixed[] = {
    "EventID:long", "@timestamp:datetime", "UtcTime:datetime", "Hostname",
    "ProcessId", "ProcessGuid", "ParentProcessId", "ParentProcessGuid",
    "Image", "ParentImage", "NewProcessId", "NewProcessName",
    "ParentProcessName",
};

static const char *const mixed_rows[] = {
    "1", "2024-01-01T00:00:09Z", "2024-01-01T00:00:01Z", "H", "100", "{A-1}",
    "4", "{00000000-0000-0000-0000-000000000000}", "C:\\a.exe", "-", "", "", "",
    "1", "2024-01-01T00:00:09Z", "2024-01-01T00:00:02Z", "H", "200", "{A-2}",
    "100", "{a-1}", "C:\\b.exe", "C:\\a.exe", "", "", "",
    "4688", "2024-01-01T00:00:08Z", "", "H", "0x64", "", "", "", "", "", "0xc8",
    "C:\\b.exe", "C:\\a.exe",
    "5", "2024-01-01T00:00:10Z", "2024-01-01T00:00:03Z", "H", "200", "{A-2}",
    "", "", "C:\\b.exe", "", "", "", "",
};

TEST(two_logs_in_one_table)
{
    struct table t = TABLE(mixed, mixed_rows);
    struct frame *f = run(&t, NULL);
    CHECK_STR(text(f, "ProcessKey", 0), "{A-1}");
    CHECK_STR(text(f, "ParentKey", 0), "H|4|?");
    CHECK_STR(text(f, "ParentKey", 1), "{A-1}");
    CHECK_STR(text(f, "Path", 1), "? > a.exe > b.exe");
    CHECK(whole(f, "ChildCount", 0) == 1); /* not the other log's row */
    CHECK_STR(text(f, "ProcessKey", 2), "H|200|638396640080000000");
    CHECK_STR(text(f, "ParentKey", 2), "H|100|?a.exe");
    CHECK_STR(text(f, "ProcessKey", 3), "");
    frame_unref(f);
    table_release(&t);
}

static const struct {
    const char *names, *schema, *time, *host;
} known[] = {
    { "EventID NewProcessId ProcessId TimeGenerated Computer",
      "Windows Security 4688", "TimeGenerated", "Computer" },
    { "EventCode New_Process_ID Creator_Process_ID _time ComputerName host",
      "Windows Security 4688", "_time", "ComputerName" },
    { "winlog.event_id winlog.event_data.NewProcessId "
      "winlog.event_data.ProcessId @timestamp host.name",
      "Windows Security 4688", "@timestamp", "host.name" },
    { "UtcTime ProcessGuid ProcessId Image ParentProcessGuid ParentProcessId "
      "Computer EventID TimeGenerated",
      "Sysmon", "UtcTime", "Computer" },
    { "Timestamp DeviceId DeviceName ActionType FileName ProcessId "
      "ProcessCreationTime InitiatingProcessId InitiatingProcessCreationTime "
      "InitiatingProcessFileName InitiatingProcessParentId",
      "Defender DeviceProcessEvents", "ProcessCreationTime", "DeviceName" },
    { "CreatedProcessId CreatedProcessParentId CreatedProcessCreationTime "
      "InitiatingProcessId ComputerDnsName", "Defender sensor",
      "CreatedProcessCreationTime", "ComputerDnsName" },
    { "TimeGenerated EventType TargetProcessId ActingProcessId "
      "TargetProcessName ActingProcessName DvcHostname",
      "ASIM ProcessEvent", "TimeGenerated", "DvcHostname" },
    { "event_simpleName RawProcessId TargetProcessId ParentProcessId aid "
      "ProcessStartTime ImageFileName",
      "CrowdStrike ProcessRollup2", "ProcessStartTime", "aid" },
    { "EventTime EventType TgtProcPid SrcProcPid TgtProcUID SrcProcUID "
      "AgentName", "SentinelOne", "EventTime", "AgentName" },
    { "@timestamp host_name process_pid process_parent_pid process_entity_id "
      "process_parent_entity_id process_executable event_action",
      "Elastic Common Schema", "@timestamp", "host_name" },
    { "TimeGenerated Computer EventType pid ppid exe cmdline", "Linux audit",
      "TimeGenerated", "Computer" },
    { "hostIdentifier pid parent name path cmdline start_time", "osquery",
      "start_time", "hostIdentifier" },
    { "hostname pid parentpid process starttime eventtype", "FireEye HX",
      "starttime", "hostname" },
    { "process_pid parent_pid process_guid parent_guid process_path "
      "device_name backend_timestamp", "Carbon Black", "backend_timestamp",
      "device_name" },
    { "_time dest process_id parent_process_id process_name process "
      "parent_process_name action", "Splunk CIM Endpoint.Processes", "_time",
      "dest" },
    { "Pid Ppid Start Name Path CommandLine Host",
      "memory image or process list", "Start", "Host" },
    { "PID PPID ImageFileName CreateTime", "memory image or process list",
      "CreateTime", NULL },
};

static size_t split(const char *words, str *out)
{
    size_t n = 0;
    str rest = str_of(words);
    while (rest.n) {
        ptrdiff_t at = str_find_char(rest, ' ');
        size_t len = at < 0 ? rest.n : (size_t)at;
        out[n++] = str_sub(rest, 0, len);
        rest = str_sub(rest, at < 0 ? len : len + 1, rest.n);
    }
    return n;
}

TEST(known_logs_are_recognised)
{
    struct arena *a = arena_new();
    struct diags ds;
    diags_init(&ds, a);
    for (size_t i = 0; i < NCOLS(known); i++) {
        str names[16];
        enum type types[16];
        struct proctree_plan p;
        struct proctree_table t = { split(known[i].names, names), names,
                                    types };
        for (size_t c = 0; c < t.ncols; c++)
            types[c] = TYPE_STRING;
        CHECK(proctree_choose(&t, NULL, &p, &ds) == ST_OK && p.n >= 1);
        CHECK_STR(str_of(p.match[0].name), known[i].schema);
        int time = p.match[0].column[PROCTREE_TIME];
        int host = p.match[0].column[PROCTREE_HOST];
        CHECK(time >= 0);
        CHECK_STR(time < 0 ? S("") : names[time], known[i].time);
        CHECK((host >= 0) == (known[i].host != NULL));
        if (host >= 0 && known[i].host)
            CHECK_STR(names[host], known[i].host);
    }
    arena_free(a);
}

TEST(every_schema_is_tested)
{
    size_t n;
    const struct proctree_schema *s = proctree_schemas(&n);
    for (size_t i = 0; i < n; i++) {
        bool found = false;
        for (size_t k = 0; k < NCOLS(known); k++)
            found |= str_eqz(str_of(s[i].name), known[k].schema);
        CHECK(found);
    }
}

TEST(columns_by_name)
{
    static const char *const names[] = { "Child", "Mother", "When:long",
                                         "Box" };
    static const char *const cells[] = {
        "1", "", "1704067201", "a",
        "two", "1", "1704067202000", "a",
        "3", "TWO", "1704067203000000", "a",
        "4", "3", "133485408040000000", "b",
    };
    struct table t = TABLE(names, cells);
    struct frame *f = NULL;
    CHECK(proctree_run(t.f, NULL, &f, &t.ds, NULL) == ST_USER);
    CHECK(t.ds.list.n == 1 && t.ds.list.v[0].code == DIAG_UNKNOWN_COLUMN);
    struct proctree_opts o = { .column = {
        [PROCTREE_PID] = S("Child"), [PROCTREE_PPID] = S("Mother"),
        [PROCTREE_TIME] = S("When"), [PROCTREE_HOST] = S("Box") } };
    f = run(&t, &o);
    CHECK_STR(text(f, "ProcessKey", 0), "a|1|638396640010000000");
    CHECK_STR(text(f, "ProcessKey", 1), "a|two|638396640020000000");
    CHECK_STR(text(f, "ParentKey", 2), "a|two|638396640020000000");
    CHECK_STR(text(f, "ProcessKey", 3), "b|4|638396640040000000");
    CHECK_STR(text(f, "ParentKey", 3), "b|3|?");
    CHECK_STR(text(f, "Path", 2), "? > ? > ?");
    frame_unref(f);
    o.column[PROCTREE_HOST] = S("Bok");
    CHECK(proctree_run(t.f, &o, &f, &t.ds, NULL) == ST_USER);
    CHECK_STR(t.ds.list.v[1].hint, "did you mean 'Box'?");
    o.column[PROCTREE_HOST] = o.column[PROCTREE_PPID] = S("");
    CHECK(proctree_run(t.f, &o, &f, &t.ds, NULL) == ST_USER);
    CHECK(t.ds.list.v[2].code == DIAG_ARGUMENTS);
    table_release(&t);
}

TEST(unfit_columns_and_rows)
{
    struct table t = TABLE(security, security_rows);
    struct proctree_opts o = { .column = {
        [PROCTREE_PID] = S("TimeGenerated"),
        [PROCTREE_PPID] = S("ProcessId") } };
    struct frame *f = NULL;
    CHECK(proctree_run(t.f, &o, &f, &t.ds, NULL) == ST_USER);
    CHECK(t.ds.list.v[0].code == DIAG_TYPE);
    for (size_t i = 0; i < t.f->nrows; i++)
        t.f->cols[0].i[i] = 1102;
    f = run(&t, NULL);
    CHECK(t.ds.list.n == 2 && t.ds.list.v[1].severity == SEV_WARNING);
    CHECK(t.ds.list.v[1].code == DIAG_DATA);
    frame_unref(f);
    table_release(&t);
}

TEST(spellings_of_a_number)
{
    static const char *const names[] = { "pid", "ppid", "exe" };
    static const char *const cells[] = {
        "0x1A4", "0", "/bin/a", " 421.0 ", "420", "/bin/b",
        "\"", "0x1a5", "", "99999999999999999999", "421", "/bin/d",
        "5", "99999999999999999999", "/bin/e", "-", "420", "/bin/f",
        "7", "-1", "/bin/g",
    };
    struct table t = TABLE(names, cells);
    struct frame *f = run(&t, NULL);
    CHECK_STR(text(f, "ProcessKey", 0), "|420|");
    CHECK_STR(text(f, "TreeFlags", 0), "root,notime");
    CHECK_STR(text(f, "ParentKey", 1), "|420|");
    CHECK_STR(text(f, "Path", 2), "a > b > ?");
    CHECK_STR(text(f, "ProcessKey", 3), "|99999999999999999999|");
    CHECK_STR(text(f, "Path", 4), "a > b > d > e");
    CHECK_STR(text(f, "ProcessKey", 5), "");
    CHECK_STR(text(f, "TreeFlags", 6), "root,notime");
    frame_unref(f);
    table_release(&t);
}

TEST(array_values_pass_tests)
{
    struct proctree_test t = { 0, S("start,exec") };
    struct value v = { .type = TYPE_DYNAMIC, .s = S("[\"end\", \"START\"]") };
    CHECK(proctree_test_passes(&t, &v));
    v.s = S("[\"restart\"]");
    CHECK(!proctree_test_passes(&t, &v));
    v.s = S("[");
    CHECK(!proctree_test_passes(&t, &v));
    v.s = S("\"exec\"");
    CHECK(proctree_test_passes(&t, &v));
    t.values = S("59");
    v = (struct value){ .type = TYPE_REAL, .d = 59 };
    CHECK(proctree_test_passes(&t, &v));
    v = (struct value){ .type = TYPE_LONG, .null = true, .i = 59 };
    CHECK(!proctree_test_passes(&t, &v));
}

/* 3000 generations of long names, with bytes that are no UTF-8 and a NUL. */
TEST(paths_stay_short)
{
    enum { N = 3000 };
    struct frame *in = frame_new(3);
    struct arena *a = arena_new();
    struct diags ds;
    diags_init(&ds, a);
    frame_set_col(in, 0, S("pid"), TYPE_LONG);
    frame_set_col(in, 1, S("ppid"), TYPE_LONG);
    frame_set_col(in, 2, S("exe"), TYPE_STRING);
    frame_set_rows(in, N);
    for (size_t i = 0; i < N; i++) {
        in->cols[0].i[i] = (int64_t)i + 1;
        in->cols[1].i[i] = (int64_t)i;
        in->cols[2].s[i] = i % 2 ? arena_fmt(a, "/x/%0*zu", 200, i)
                                 : (str){ "a\0\xff\xc3", 4 };
    }
    struct frame *f = NULL;
    CHECK(proctree_run(in, NULL, &f, &ds, NULL) == ST_OK);
    size_t longest = 0;
    for (size_t i = 0; i < N; i++) {
        str p = text(f, "Path", i);
        longest = p.n > longest ? p.n : longest;
        CHECK(whole(f, "Depth", i) == (int64_t)i);
    }
    CHECK(longest <= 512 && longest > 300);
    CHECK(str_starts(text(f, "Path", N - 1), S("… > ")));
    CHECK(text(f, "ProcName", 0).n == 4);
    frame_unref(f);
    frame_unref(in);
    arena_free(a);
}

TEST(relatives_by_key)
{
    struct table t = TABLE(security, security_rows);
    struct frame *f = run(&t, NULL);
    bool out[5], seed[5] = { false, true };
    struct proctree_relation rel = { .key = S("PC1|8|?userinit.exe"),
                                     .direction = PROCTREE_DESCENDANTS };
    CHECK(proctree_related(f, &rel, out, &t.ds) == ST_OK);
    CHECK(out[0] && out[1] && !out[2] && out[3] && !out[4]);
    rel.levels = 2;
    CHECK(proctree_related(f, &rel, out, &t.ds) == ST_OK);
    CHECK(out[0] && out[1] && !out[3]);
    rel = (struct proctree_relation){ .seed = seed,
                                      .direction = PROCTREE_ANCESTORS };
    CHECK(proctree_related(f, &rel, out, &t.ds) == ST_OK);
    CHECK(out[0] && out[1] && !out[2] && !out[3]);
    rel.key_column = S("Nothing");
    CHECK(proctree_related(f, &rel, out, &t.ds) == ST_USER);
    frame_unref(f);
    table_release(&t);
}

TEST(role_names_go_both_ways)
{
    for (int r = 0; r < NPROCTREE_ROLES; r++) {
        enum proctree_role back = NPROCTREE_ROLES;
        str name = str_of(proctree_role_name((enum proctree_role)r));
        CHECK(proctree_role_from_name(name, &back) && (int)back == r);
    }
    enum proctree_role r;
    CHECK(!proctree_role_from_name(S("mother"), &r));
}
