/* exposure.c - mode bits of a file and of every directory above it.
 *
 * Called by: connection.c. */
#include "kernel/exposure.h"

#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <unistd.h>

/* A group that holds nobody but its owner (the usual private group): members
 * are listed by name, and the group is called like the user. */
static bool is_private_group(gid_t gid, uid_t uid)
{
    struct passwd *pw = getpwuid(uid);
    struct group *gr = getgrgid(gid);
    if (!pw || !gr || strcmp(pw->pw_name, gr->gr_name) != 0)
        return false;
    for (char **m = gr->gr_mem; *m; m++)
        if (strcmp(*m, pw->pw_name) != 0)
            return false;
    return true;
}

/* Of `group` and `other`, who may pass this directory? */
static void narrow(const char *dir, bool *group, bool *other)
{
    struct stat st;
    if (stat(dir, &st) != 0)
        return;
    bool group_passes = (st.st_mode & S_IXGRP) != 0;
    bool other_passes = (st.st_mode & S_IXOTH) != 0;
    if (group_passes && !other_passes && is_private_group(st.st_gid, st.st_uid))
        group_passes = false;
    *other = *other && (other_passes || group_passes);
    *group = *group && (group_passes || other_passes);
}

bool exposure_of_file(const struct stat *st, const char *path)
{
    char dir[PATH_MAX];
    bool other = (st->st_mode & S_IROTH) != 0;
    bool group = (st->st_mode & S_IRGRP) != 0 &&
                 !is_private_group(st->st_gid, st->st_uid);
    if ((!group && !other) || !realpath(path, dir))
        return group || other;
    for (char *slash = strrchr(dir, '/'); slash && slash != dir;
         slash = strrchr(dir, '/')) {
        *slash = 0;
        narrow(dir, &group, &other);
    }
    return group || other;
}
