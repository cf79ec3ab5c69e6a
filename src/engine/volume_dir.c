// SPDX-License-Identifier: Apache-2.0
/* Named volumes. A new one is filled beside its place and renamed there, so that it is seen whole or not at all. */
#include "engine/volume_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/rootfs_private.h"
#include "engine/tree_copy.h"
#include "io/file.h"

#define NAME_MOST 200

/* Two containers that begin at once may want the same new volume. */
static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;

/* A name that is a folder's: no slash, no leading dot. */
static bool name_valid(const char *name)
{
    return !str_empty(name) && strlen(name) <= NAME_MOST && name[0] != '.' && !strchr(name, '/');
}

static int volume_path(const char *state_dir, const char *ns, const char *name, char **ret, struct err *e)
{
    if (!name_valid(ns) || !name_valid(name))
        return err_set(e, EINVAL,
                       "volume '%s/%s': a name is 1 to %d characters, does not begin with '.' and has no '/'",
                       ns ? ns : "", name ? name : "", NAME_MOST);
    *ret = mem_printf("%s/volumes/%s/%s", state_dir, ns, name);
    return 0;
}

static int fill(const char *temporary, const char *root, const char *seed, struct err *e)
{
    AUTO_FREE char *data = file_join(temporary, "data");
    int r = file_remove_tree(temporary, e);
    if (r == 0)
        r = file_mkdirs(data, 0755, e);
    if (r < 0 || !root)
        return r;
    AUTO_CLOSE int from = rootfs_open_folder(root, seed);
    if (from == -ENOENT || from == -ENOTDIR)
        return 0; /* the image has nothing there */
    return from < 0 ? err_errno(e, -from, "open %s of the container", seed) : tree_copy(from, data, e);
}

static int make(const char *path, const char *root, const char *seed, struct err *e)
{
    AUTO_FREE char *temporary = NULL;
    const char *slash = strrchr(path, '/');
    temporary = mem_printf("%.*s/.new-%s", (int)(slash - path), path, slash + 1);
    AUTO_FREE char *parent = mem_strndup(path, (size_t)(slash - path));
    int r = file_mkdirs(parent, 0711, e);
    if (r == 0)
        r = fill(temporary, root, seed, e);
    if (r == 0 && rename(temporary, path) < 0)
        r = err_errno(e, errno, "rename %s", temporary);
    if (r == 0)
        return file_fsync_dir(parent, e);
    file_remove_tree(temporary, NULL);
    return r;
}

int volume_dir_open(const char *state_dir, const char *ns, const char *name, const char *root, const char *seed,
                    char **ret, struct err *e)
{
    AUTO_FREE char *path = NULL;
    int r = volume_path(state_dir, ns, name, &path, e);
    pthread_mutex_lock(&making);
    if (r == 0 && !file_exists(path))
        r = make(path, root, seed, e);
    pthread_mutex_unlock(&making);
    if (r == 0)
        *ret = file_join(path, "data");
    return err_wrap(e, r, "volume '%s/%s'", ns, name);
}

int volume_dir_remove(const char *state_dir, const char *ns, const char *name, struct err *e)
{
    AUTO_FREE char *path = NULL;
    int r = volume_path(state_dir, ns, name, &path, e);
    if (r == 0)
        r = file_remove_tree(path, e);
    if (r < 0)
        return err_wrap(e, r, "remove volume '%s/%s'", ns, name);
    *strrchr(path, '/') = '\0';
    rmdir(path); /* the namespace's folder, when this was its last */
    return 0;
}

int volume_dir_list(const char *state_dir, struct volume_dir_item **ret, size_t *ret_n, struct err *e)
{
    AUTO_STRV struct strv spaces = {0};
    AUTO_FREE char *top = file_join(state_dir, "volumes");
    struct volume_dir_item *items = NULL;
    size_t n = 0;
    int r = file_exists(top) ? file_list(top, &spaces, e) : 0;
    for (size_t i = 0; r == 0 && i < spaces.n; i++) {
        AUTO_STRV struct strv names = {0};
        AUTO_FREE char *path = file_join(top, spaces.v[i]);
        if (!name_valid(spaces.v[i]) || file_list(path, &names, NULL) < 0)
            continue;
        for (size_t j = 0; j < names.n; j++) {
            if (!name_valid(names.v[j]))
                continue;
            items = mem_push(items, n, sizeof(*items));
            items[n++] = (struct volume_dir_item){mem_strdup(spaces.v[i]), mem_strdup(names.v[j])};
        }
    }
    *ret = items;
    *ret_n = n;
    return r;
}
