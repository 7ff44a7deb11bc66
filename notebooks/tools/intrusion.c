/* intrusion.c - makes the logs of an office network with an intrusion in them.
 *
 * Called by: make demo, make bench, tests; by hand as
 *            intrusion [--out] DIR [--events N] [--hosts H] [--days D]
 *                      [--seed S] [--format jsonl|csv] [--single]
 * Gives:     one file per kind of event in DIR, in order of time; with
 *            --single one file all.jsonl. The same options give the same bytes
 *            on every machine: no clock, no locale, no floating point.
 * Must not:  use anything of the program: it is the outside world.
 *
 * The noise stands in intrusion_noise.def, the attack in intrusion_story.def;
 * README.md tells what is to be found. */
#include "intrusion_rows.h"
#include "intrusion_world.h"

/* ---- noise ------------------------------------------------------------ */

/* Some hosts are busier than others; desks sleep at night. */
static struct host *noisy_host(struct gen *g)
{
    uint64_t u = pick(g, 1 << 16);
    size_t i = (size_t)(u * u * g->nhosts >> 32);
    i = (i * g->stride + 5) % g->nhosts;
    bool night = hour(g) < 7 || hour(g) > 19;
    if (night && i >= g->nservers && !one_in(g, 12))
        i = pick(g, (uint32_t)g->nservers);
    wake(g, &g->hosts[i]);
    return &g->hosts[i];
}

static size_t class_of(const struct host *h)
{
    return (size_t)__builtin_ctz(h->type);
}

static void noise_process(struct gen *g, struct host *h)
{
    start(g, h, g->role_wheel[class_of(h)][pick(g, WHEEL)]);
}

static struct text address_of_name(const struct gen *g, size_t i)
{
    return (struct text){ g->addresses[i], strlen(g->addresses[i]) };
}

static uint32_t around(struct gen *g, uint32_t mean)
{
    return mean / 4 + pick(g, mean + mean / 2);
}

static void noise_network(struct gen *g, struct host *h)
{
    const struct flow *f = &flows[g->flow_wheel[class_of(h)][pick(g, WHEEL)]];
    const struct role *r = &roles[f->role];
    struct process p = { .h = h, .who = r->account, .pid = h->pid[f->role] };
    if (!p.pid)
        p.pid = start(g, h, f->role);
    struct contact c = { .from = &p, .port = f->port };
    c.sent = around(g, f->sent);
    c.received = around(g, f->received);
    p.image = expand(g, h, r->account, r->image, g->image);
    if (f->place == OUTSIDE) {
        size_t i = g->name_wheel[pick(g, WHEEL)];
        c.address = address_of_name(g, i);
        if (one_in(g, 4))
            row_dns(g, h, names[i].name, c.address);
    } else {
        c.address = address_of(&g->hosts[f->place]);
    }
    row_network(g, &c);
}

static void noise_dns(struct gen *g, struct host *h)
{
    size_t i = g->name_wheel[pick(g, WHEEL)];
    if (one_in(g, 40))
        row_dns(g, h, TX("wpad.corp.lakeside.example"), TX(""));
    else
        row_dns(g, h, names[i].name, address_of_name(g, i));
}

static void noise_logon(struct gen *g, struct host *h)
{
    char tmp[24];
    size_t desk = g->nservers + pick(g, (uint32_t)g->nusers);
    if (h->type == LNX)  /* has no such log */
        h = &g->hosts[pick(g, LINUX)];
    struct logon l = { h, 4624, 5, account(g, h, SYS, tmp), { NULL, 0 },
                       false };
    if (h->type == DESK) {
        l.type = one_in(g, 3) ? 2 : 7;
        l.account = g->users[h->user];
        l.address = TX("127.0.0.1");
        l.wrong = one_in(g, 25);
    } else if (!one_in(g, 3)) {
        l.type = 3;
        l.account = g->users[g->hosts[desk].user];
        l.address = address_of(&g->hosts[desk]);
        l.wrong = one_in(g, 60);
    } else if (one_in(g, 12)) {
        l = (struct logon){ h, 4672, 3, TX(ADMIN_NAME),
                            TX("10.10.0.250"), false };
    }
    l.event = l.wrong ? 4625 : l.event;
    row_logon(g, &l);
}

static void noise_file(struct gen *g, struct host *h)
{
    static const struct {
        enum role_id role;
        struct text folder, file;
    } desk[] = {
        { R_WINWORD, T("C:\\Users\\%u\\Documents"), T("%f_%n.docx") },
        { R_EXCEL, T("C:\\Users\\%u\\Documents"), T("%f_%n.xlsx") },
        { R_CHROME, T("C:\\Users\\%u\\Downloads"), T("%f_%n.pdf") },
        { R_OUTLOOK, T("C:\\Users\\%u\\AppData\\Local\\Temp"), T("%h.tmp") },
        { R_ONEDRIVE, T("C:\\Users\\%u\\OneDrive"), T("%f_%n.docx") },
    };
    size_t i = pick(g, sizeof desk / sizeof *desk);
    enum role_id r = h->type == DESK ? desk[i].role
                   : h->type == LNX ? R_CRON : R_AGENT;
    struct text folder = h->type == DESK ? desk[i].folder
                       : h->type == LNX ? TX("/var/log/app")
                       : TX("C:\\ProgramData\\Inventory");
    struct text file = h->type == DESK ? desk[i].file : TX("%h_%n.log");
    struct process p = { .h = h, .who = roles[r].account, .pid = h->pid[r] };
    if (!p.pid)
        p.pid = start(g, h, r);
    p.image = expand(g, h, p.who, roles[r].image, g->image);
    folder = expand(g, h, p.who, folder, g->parent_image);
    file = expand(g, h, p.who, file, g->text);
    row_file(g, &p, folder, file, 1024 + pick(g, 4000000));
}

static void noise_admin(struct gen *g, struct host *h)
{
    char tmp[24];
    static const struct {
        int event;
        struct text name, detail;
    } what[] = {
        { 7045, T("Google Update Service"), T("C:\\Program Files (x86)\\"
              "Google\\Update\\GoogleUpdate.exe /svc") },
        { 7045, T("Inventory Agent"), T("C:\\Program Files\\Inventory Agent\\"
              "invagent.exe --service") },
        { 4698, T("\\OneDrive Standalone Update Task"), T("OneDriveStandalone"
              "Updater.exe") },
        { 4698, T("\\Inventory\\Collect"), T("powershell.exe -File "
              "C:\\ProgramData\\Inventory\\collect.ps1") },
        { 4720, T("temp.worker%n"), T("") },
    };
    if (h->type == LNX)
        h = &g->hosts[FS];
    size_t i = one_in(g, 30) ? 4 : pick(g, 4);
    struct text name = expand(g, h, SYS, what[i].name, g->image);
    row_admin(g, h, what[i].event, account(g, h, SYS, tmp),
              (const struct text[]){ name, what[i].detail });
}

static void noise(struct gen *g)
{
    struct host *h = noisy_host(g);
    uint32_t r = pick(g, 1000);
    if (r < 430)
        noise_process(g, h);
    else if (r < 640)
        noise_network(g, h);
    else if (r < 790)
        noise_dns(g, h);
    else if (r < 920)
        noise_logon(g, h);
    else if (r < 992)
        noise_file(g, h);
    else
        noise_admin(g, h);
}

/* ---- the story -------------------------------------------------------- */

static const struct spawn {
    int at;
    enum place place;
    enum account who;
    int label, parent;
    struct text image, command;
} spawns[] = {
#define SPAWN(at, place, who, label, parent, image, command)                 \
    { at, place, who, label, parent, T(image), T(command) },
#include "intrusion_story.def"
#undef SPAWN
};

static const struct story_logon {
    int at;
    enum place place;
    int event;
    struct text account;
    int type;
    enum place from;
} story_logons[] = {
#define LOGON(at, place, event, account, type, from)                         \
    { at, place, event, T(account), type, from },
#include "intrusion_story.def"
#undef LOGON
};

static const struct admin_event {
    int at;
    enum place place;
    int event;
    struct text account, what[2];
} admin_events[] = {
#define ADMIN_EVENT(at, place, event, account, name, detail)                 \
    { at, place, event, T(account), { T(name), T(detail) } },
#include "intrusion_story.def"
#undef ADMIN_EVENT
};

static const struct created {
    int at;
    enum place place;
    enum account who;
    int writer;
    struct text folder, file;
    uint64_t bytes;
} createds[] = {
#define CREATED(at, place, who, writer, folder, file, bytes)                 \
    { at, place, who, writer, T(folder), T(file), bytes },
#include "intrusion_story.def"
#undef CREATED
};

static const struct meeting {
    int at;
    enum place place;
    enum account who;
    int label;
    struct text name;
    enum place to;
    int port;
    uint64_t sent, received;
} meetings[] = {
#define CONTACT(at, place, who, label, name, to, port, sent, received)       \
    { at, place, who, label, T(name), to, port, sent, received },
#include "intrusion_story.def"
#undef CONTACT
};

static struct host *host_at(struct gen *g, enum place p)
{
    struct host *h = &g->hosts[p == V ? g->nservers + 2 : (size_t)p];
    wake(g, h);
    return h;
}

static struct text address_at(struct gen *g, enum place p)
{
    if (p == C2_ADDRESS)
        return TX("198.51.100.23");
    return p == DROP_ADDRESS ? TX("192.0.2.44") : address_of(host_at(g, p));
}

/* A process that a step refers to: of the noise or of the story. */
static struct process known(struct gen *g, struct host *h, enum account who,
                            int label)
{
    struct process p = { .h = h, .who = who };
    if (label >= NROLES) {
        p.pid = g->label_pid[label];
        p.image = g->label_image[label];
        return p;
    }
    p.pid = h->pid[label];
    if (!p.pid)
        p.pid = start(g, h, (enum role_id)label);
    p.image = roles[label].image;
    return p;
}

static void play_spawn(struct gen *g, size_t i)
{
    const struct spawn *s = &spawns[i];
    struct host *h = host_at(g, s->place);
    struct process up = known(g, h, s->who, s->parent);
    struct process p = { h, s->who, s->image, up.image,
                         expand(g, h, USER, s->command, g->text), 0, up.pid };
    p.pid = new_pid(g, h);
    row_process(g, &p);
    g->label_pid[s->label] = p.pid;
    g->label_image[s->label] = s->image;
}

static void play_logon(struct gen *g, size_t i)
{
    const struct story_logon *s = &story_logons[i];
    struct logon l = { host_at(g, s->place), s->event, s->type, s->account,
                       address_at(g, s->from), false };
    row_logon(g, &l);
}

static void play_admin(struct gen *g, size_t i)
{
    const struct admin_event *s = &admin_events[i];
    row_admin(g, host_at(g, s->place), s->event, s->account, s->what);
}

static void play_created(struct gen *g, size_t i)
{
    const struct created *s = &createds[i];
    struct host *h = host_at(g, s->place);
    struct process p = known(g, h, s->who, s->writer);
    row_file(g, &p, expand(g, h, USER, s->folder, g->text), s->file, s->bytes);
}

static void play_meeting(struct gen *g, size_t i)
{
    const struct meeting *s = &meetings[i];
    struct host *h = host_at(g, s->place);
    struct process p = known(g, h, s->who, s->label);
    struct contact c = { &p, address_at(g, s->to), s->port, s->sent,
                         s->received };
    if (s->name.n)
        row_dns(g, h, s->name, c.address);
    row_network(g, &c);
}

/* Three passwords against many accounts, from outside, over the mail server;
 * the second fits account 1. */
static size_t spray_width(const struct gen *g)
{
    return g->nusers < 60 ? g->nusers : 60;
}

static void play_spray(struct gen *g, size_t i)
{
    bool hit = i == spray_width(g) + 1;
    struct logon l = { host_at(g, MAIL), hit ? 4624 : 4625, 3,
                       g->users[i % spray_width(g)], TX(SPRAY_ADDRESS), !hit };
    row_logon(g, &l);
}

/* The implant reports; now and then it gets something to do. */
static void play_beacon(struct gen *g, size_t i)
{
    struct host *h = host_at(g, V);
    struct process p = known(g, h, USER, L_IMPLANT);
    struct contact c = { &p, address_at(g, C2_ADDRESS), 443, 0, 0 };
    c.sent = 310 + pick(g, 60);
    c.received = 180 + pick(g, 20);
    if (one_in(g, 40))
        c.received += 4000 + pick(g, 9000);
    if (i % 5 == 0)
        row_dns(g, h, TX(C2_NAME), c.address);
    row_network(g, &c);
}

struct step {
    uint64_t at;
    size_t order, i;
    void (*play)(struct gen *g, size_t i);
};

struct plan {
    struct step v[MAX_STEPS];
    size_t n, next;
};

static void add_step(const struct gen *g, struct plan *p, int at,
                     void (*play)(struct gen *g, size_t i), size_t i)
{
    uint64_t day = (uint64_t)g->attack_day * DAY_SECONDS;
    if (p->n < MAX_STEPS) {
        p->v[p->n] = (struct step){ (day + (uint64_t)at) * SECOND, p->n, i,
                                    play };
        p->n++;
    }
}

static int by_time(const void *a, const void *b)
{
    const struct step *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* Every 60 s give or take 6, but not while the desk sleeps. */
static void plan_beacon(struct gen *g, struct plan *p)
{
    size_t i = 0;
    int at = AT(9, 14, 30);
    for (; at < AT(17, 45, 0); at += 54 + (int)pick(g, 13)) {
        bool lunch = at > AT(12, 5, 0) && at < AT(12, 38, 0);
        bool asleep = at > AT(15, 10, 0) && at < AT(15, 24, 0);
        if (!lunch && !asleep)
            add_step(g, p, at, play_beacon, i++);
    }
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void plan_story(struct gen *g, struct plan *p)
{
    size_t width = spray_width(g);
    for (size_t i = 0; i < 3 * width; i++)
        add_step(g, p, AT(6, 40, 0) + (int)(i / width * 600 + i % width * 9),
                 play_spray, i);
    for (size_t i = 0; i < COUNT(spawns); i++)
        add_step(g, p, spawns[i].at, play_spawn, i);
    for (size_t i = 0; i < COUNT(story_logons); i++)
        add_step(g, p, story_logons[i].at, play_logon, i);
    for (size_t i = 0; i < COUNT(admin_events); i++)
        add_step(g, p, admin_events[i].at, play_admin, i);
    for (size_t i = 0; i < COUNT(createds); i++)
        add_step(g, p, createds[i].at, play_created, i);
    for (size_t i = 0; i < COUNT(meetings); i++)
        add_step(g, p, meetings[i].at, play_meeting, i);
    plan_beacon(g, p);
    qsort(p->v, p->n, sizeof *p->v, by_time);
}

static void play_until(struct gen *g, struct plan *p, uint64_t t)
{
    for (; p->next < p->n && p->v[p->next].at <= t; p->next++) {
        const struct step *s = &p->v[p->next];
        if (g->now < s->at)
            g->now = s->at + pick(g, SECOND / 3);
        s->play(g, s->i);
    }
}

/* ---- the days --------------------------------------------------------- */

/* How busy the office is, by hour; the weekend has a fifth of it. */
static uint32_t weight_of_minute(size_t minute)
{
    static const uint8_t by_hour[24] = { 9, 8, 8, 8, 9, 11, 18, 52, 92, 100,
                                         98, 94, 66, 82, 97, 95, 88, 74, 44,
                                         27, 20, 16, 13, 11 };
    size_t day = minute / 1440 % 7;
    uint32_t w = by_hour[minute / 60 % 24];
    return day >= 5 ? 1 + w / 5 : w;
}

/* Each minute gets its share of what is still due. */
static void run_days(struct gen *g, struct plan *p)
{
    size_t minutes = (size_t)g->days * 1440;
    uint64_t total = 0, so_far = 0;
    for (size_t m = 0; m < minutes; m++)
        total += weight_of_minute(m);
    for (size_t m = 0; m < minutes; m++) {
        uint64_t beg = m * 60ull * SECOND;
        so_far += weight_of_minute(m);
        uint64_t due = g->events * so_far / total;
        uint64_t n = due > g->rows ? due - g->rows : 0;
        for (uint64_t i = 0; i < n && g->rows < due; i++) {
            uint64_t t = beg + 60ull * SECOND * i / n +
                         pick(g, (uint32_t)(60ull * SECOND / n / 2 + 1));
            play_until(g, p, t);
            g->now = g->now < t ? t : g->now;
            noise(g);
        }
        play_until(g, p, beg + 60ull * SECOND - 1);
    }
}

int main(int argc, char **argv)
{
    static struct gen g;
    static struct plan plan;
    if (!read_options(&g, argc, argv) || !world_init(&g))
        return 2;
    plan_story(&g, &plan);
    run_days(&g, &plan);
    if (!world_close(&g))
        return 1;
    printf("%s: %llu events on %zu hosts in %d days, seed %llu\n", g.dir,
           (unsigned long long)g.rows, g.nhosts, g.days,
           (unsigned long long)g.seed);
    return 0;
}
