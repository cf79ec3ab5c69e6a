// SPDX-License-Identifier: Apache-2.0
/* Who a container runs as: users and groups looked up in the container's own files, never in the host's. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/container_spec.h"
#include "engine/rootfs_private.h"
#include "io/file.h"

#define ACCOUNTS_MOST (4U * 1024 * 1024)
#define FIELDS_MOST   7

/* One line of passwd or group, its fields cut apart in place. */
struct account {
    char *field[FIELDS_MOST];
    size_t n;
};

static bool account_next(char **at, struct account *ret)
{
    char *line;
    do {
        line = strsep(at, "\n");
        if (line == NULL)
            return false;
    } while (*line == '\0' || *line == '#');
    ret->n = 0;
    while (ret->n < FIELDS_MOST - 1 && (ret->field[ret->n] = strsep(&line, ":")) != NULL)
        ret->n++;
    if (line != NULL)
        ret->field[ret->n++] = line;
    return true;
}

/* A file of the container as text; "" where it has none. */
static int read_accounts(const char *rootfs, const char *path, char **ret, struct err *e)
{
    AUTO_CLOSE int fd = rootfs_open_file(rootfs, path);
    if (fd == -ENOENT || fd == -ENOTDIR) {
        *ret = mem_strdup("");
        return 0;
    }
    if (fd < 0)
        return err_errno(e, -fd, "read %s of the container", path);
    return err_wrap(e, file_read_fd(fd, ACCOUNTS_MOST, ret, NULL, e), "read %s of the container", path);
}

static bool is_id(const char *text, uint32_t *ret)
{
    int64_t v;
    if (!str_to_i64(text, 0, UINT32_MAX - 1, &v))
        return false;
    *ret = (uint32_t)v;
    return true;
}

/* The user's line: a name first, then a number that stands in the file; a number that does not is taken as it is. */
static int find_user(char *passwd, const char *user, char name[64], struct container_user *ret, struct err *e)
{
    uint32_t wanted = 0, uid, gid;
    bool number = is_id(user, &wanted);
    struct account a;
    for (char *at = passwd; account_next(&at, &a);) {
        if (a.n < 4 || !is_id(a.field[2], &uid) || !is_id(a.field[3], &gid))
            continue;
        if (!str_eq(a.field[0], user) && !(number && uid == wanted))
            continue;
        ret->uid = uid;
        ret->gid = gid;
        snprintf(name, 64, "%s", a.field[0]);
        if (a.n > 5 && a.field[5][0] == '/')
            snprintf(ret->home, sizeof(ret->home), "%s", a.field[5]);
        return 0;
    }
    if (!number)
        return err_set(e, ENOENT,
                       "user '%s' is not in the image's /etc/passwd; give a number, or an image that has the user",
                       user);
    ret->uid = wanted;
    return 0;
}

static int find_group(char *groups, const char *group, struct container_user *ret, struct err *e)
{
    uint32_t gid;
    struct account a;
    for (char *at = groups; account_next(&at, &a);) {
        if (a.n >= 3 && str_eq(a.field[0], group) && is_id(a.field[2], &gid)) {
            ret->gid = gid;
            return 0;
        }
    }
    if (!is_id(group, &ret->gid))
        return err_set(e, ENOENT,
                       "group '%s' is not in the image's /etc/group; give a number, or an image that has the group",
                       group);
    return 0;
}

static bool has_member(char *members, const char *name)
{
    const char *member;
    while ((member = strsep(&members, ",")) != NULL)
        if (str_eq(member, name))
            return true;
    return false;
}

static void add_groups(char *groups, const char *name, struct container_user *ret)
{
    uint32_t gid;
    struct account a;
    for (char *at = groups; ret->n_groups < ARRAY_LEN(ret->groups) && account_next(&at, &a);)
        if (a.n >= 4 && is_id(a.field[2], &gid) && gid != ret->gid && has_member(a.field[3], name))
            ret->groups[ret->n_groups++] = gid;
}

int container_user_find(const char *rootfs, const char *user, struct container_user *ret, struct err *e)
{
    *ret = (struct container_user){.home = "/"};
    AUTO_FREE char *who = mem_strdup(str_empty(user) ? "0" : user);
    char *group = strchr(who, ':');
    if (group)
        *group++ = '\0';
    if (*who == '\0' || (group && *group == '\0'))
        return err_set(e, EINVAL, "user '%s' is not 'name', 'uid', 'uid:gid' or 'name:group'", user);
    AUTO_FREE char *passwd = NULL;
    AUTO_FREE char *groups = NULL;
    int r = read_accounts(rootfs, "/etc/passwd", &passwd, e);
    if (r == 0)
        r = read_accounts(rootfs, "/etc/group", &groups, e);
    char name[64] = "";
    if (r == 0)
        r = find_user(passwd, who, name, ret, e);
    if (r < 0)
        return r;
    if (group)
        r = find_group(groups, group, ret, e);
    /* The primary group is among the others, too: without it, a program could give up the group to pass a file that is
     * closed to it (CVE-2022-36109). */
    ret->groups[ret->n_groups++] = ret->gid;
    if (!group && *name != '\0')
        add_groups(groups, name, ret);
    return r;
}
