/* sections.c - which part of the settings a connection is about.
 *
 * Called by: providers, identity.c. Knows where msticpy looks: a service is a
 * section of DataProviders, an instance of it SERVICE-INSTANCE; a cluster of
 * Kusto is found by each of its names, in KustoClusters or as Kusto-NAME. */
#include "config_int.h"

static const struct yaml_node *member_of(const struct yaml_node *map, str name)
{
    const struct yaml_node *n = yaml_get_str(map, name);
    for (size_t i = 0; map && map->kind == YAML_MAP && !n && i < map->n; i++)
        if (str_ieq(map->kids[i]->key, name))
            n = map->kids[i];
    return n;
}

const struct yaml_node *config_section(const struct config *c,
                                       const char *service, str instance)
{
    const struct yaml_node *all = config_at(c, "DataProviders");
    struct arena *a = arena_new();
    str key = instance.n ? arena_fmt(a, "%s-%.*s", service, STRF(instance))
                         : str_of(service);
    const struct yaml_node *n = member_of(all, key);
    arena_free(a);
    return n;
}

/* ---- clusters ---- */

#define DEFAULTS "ClusterDefaults"

/* "help" of "https://help.kusto.windows.net:443/x". */
static str short_name(str address)
{
    ptrdiff_t at = str_find(address, S("://"));
    size_t n = 0;
    if (at >= 0)
        address = str_sub(address, (size_t)at + 3, address.n);
    while (n < address.n && !strchr("./:", address.p[n]))
        n++;
    return str_sub(address, 0, n);
}

static str without_slash(str s)
{
    while (str_ends(s, S("/")))
        s.n--;
    return s;
}

static bool is_called(const struct yaml_node *cluster, str name)
{
    const struct yaml_node *url = yaml_at(cluster, "Args.Cluster");
    str address = yaml_text(url ? url : yaml_get(cluster, "Cluster"));
    return str_ieq(yaml_text(yaml_get(cluster, "Alias")), name) ||
           str_ieq(without_slash(address), without_slash(name)) ||
           str_ieq(short_name(address), name);
}

static const struct yaml_node *by_other_name(const struct yaml_node *all,
                                             str prefix, str name)
{
    for (size_t i = 0; all && all->kind == YAML_MAP && i < all->n; i++)
        if (str_starts(all->kids[i]->key, prefix) &&
            !str_eqz(all->kids[i]->key, DEFAULTS) &&
            is_called(all->kids[i], name))
            return all->kids[i];
    return NULL;
}

const struct yaml_node *config_cluster(const struct config *c, str name)
{
    const struct yaml_node *all = config_at(c, "KustoClusters");
    const struct yaml_node *old = config_section(c, "Kusto", name);
    if (!name.n)
        return old;
    const struct yaml_node *n = member_of(all, name);
    if (!n)
        n = old;
    if (!n)
        n = by_other_name(all, S(""), name);
    return n ? n
             : by_other_name(config_at(c, "DataProviders"), S("Kusto"), name);
}

/* ---- members ---- */

static bool is_cluster(const struct yaml_node *section)
{
    const struct yaml_node *up = section ? section->parent : NULL;
    return up && (str_eqz(up->key, "KustoClusters") ||
                  (str_eqz(up->key, "DataProviders") &&
                   str_starts(section->key, S("Kusto"))));
}

const struct yaml_node *config_arg(const struct config *c,
                                   const struct yaml_node *section,
                                   const char *name)
{
    const struct yaml_node *n = yaml_get(yaml_get(section, "Args"), name);
    if (yaml_is_null(n))
        n = yaml_get(section, name);
    if (yaml_is_null(n) && is_cluster(section))
        n = yaml_get(config_at(c, "KustoClusters." DEFAULTS ".Args"), name);
    return yaml_is_null(n) ? NULL : n;
}

/* ---- what there is ---- */

void config_instances(const struct config *c, const char *service,
                      struct buf *out)
{
    bool kusto = strcmp(service, "Kusto") == 0;
    const struct yaml_node *maps[] = {
        config_at(c, "DataProviders"),
        kusto ? config_at(c, "KustoClusters") : NULL,
        strcmp(service, "Sentinel") == 0
            ? config_at(c, "AzureSentinel.Workspaces")
            : NULL,
    };
    size_t n = strlen(service), found = 0;
    for (size_t m = 0; m < 3; m++) {
        for (size_t i = 0; maps[m] && i < maps[m]->n; i++) {
            str key = maps[m]->kids[i]->key;
            bool instance = str_starts(key, str_of(service)) && key.n > n &&
                            key.p[n] == '-';
            if (m == 0 ? !instance : str_eqz(key, DEFAULTS))
                continue;
            buf_adds(out, found++ ? ", " : "");
            buf_add(out, m == 0 ? str_sub(key, n + 1, key.n) : key);
        }
    }
}
