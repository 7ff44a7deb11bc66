/* setup.c - the settings that `.connect … with (…)` gave, by name. */
#include "setup.h"

static const struct value *find(const struct remote_setup *s, const char *name)
{
    for (size_t i = s->noptions; i-- > 0;)
        if (str_eqz(s->options[i].name, name))
            return &s->options[i].value;
    return NULL;
}

str setup_text(const struct remote_setup *s, const char *name)
{
    const struct value *v = find(s, name);
    return v ? v->s : S("");
}

int64_t setup_long(const struct remote_setup *s, const char *name,
                   int64_t otherwise)
{
    const struct value *v = find(s, name);
    return v ? v->i : otherwise;
}

bool setup_bool(const struct remote_setup *s, const char *name, bool otherwise)
{
    const struct value *v = find(s, name);
    return v ? v->i != 0 : otherwise;
}

bool is_loopback_url(str url)
{
    static const char *const hosts[] = { "http://127.0.0.1", "http://[::1]",
                                         "http://localhost" };
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        str host = str_of(hosts[i]);
        if (str_starts(url, host) &&
            (url.n == host.n || url.p[host.n] == ':' || url.p[host.n] == '/'))
            return true;
    }
    return false;
}
