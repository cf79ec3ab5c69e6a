// SPDX-License-Identifier: Apache-2.0
/* A container's folders: made, mounted, filled with its config.json, and taken away again. */
#include "engine/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "engine/config_private.h"
#include "engine/rootfs_private.h"
#include "io/file.h"
#include "sedge_init.h"

static char *container_path(const char *dir, const char *id, const char *name)
{
    return mem_printf("%s/containers/%s%s%s", dir, id, name ? "/" : "", name ? name : "");
}

char *rootfs_path(const struct rootfs_dirs *d, const char *id)
{
    return container_path(d->run_dir, id, "rootfs");
}

char *rootfs_bundle(const struct rootfs_dirs *d, const char *id)
{
    return container_path(d->run_dir, id, NULL);
}

char *rootfs_log_path(const struct rootfs_dirs *d, const char *id)
{
    return container_path(d->state_dir, id, "log");
}

/* What one call of prepare made, to be undone when it fails. */
struct undo {
    char *bundle, *state, *rootfs; /* NULL: was there before */
};

static void undo_done(struct undo *u)
{
    if (u->rootfs)
        overlay_unmount(u->rootfs, NULL);
    if (u->bundle)
        file_remove_tree(u->bundle, NULL);
    if (u->state)
        file_remove_tree(u->state, NULL);
    free(u->bundle);
    free(u->state);
    free(u->rootfs);
}

static int make_folder(const char *path, char **ret_made, struct err *e)
{
    if (file_exists(path))
        return 0;
    int r = file_mkdirs(path, 0711, e);
    if (r == 0)
        *ret_made = mem_strdup(path);
    return r;
}

static int mount_root(const struct rootfs_dirs *d, const struct container_spec *s, const char *rootfs,
                      struct undo *undo, struct err *e)
{
    if (overlay_is_mounted(rootfs))
        return 0;
    AUTO_FREE char *upper = container_path(d->state_dir, s->id, "upper");
    AUTO_FREE char *work = container_path(d->state_dir, s->id, "work");
    int r = file_mkdirs(upper, 0755, e);
    if (r == 0)
        r = file_mkdirs(work, 0755, e);
    if (r == 0)
        r = file_mkdirs(rootfs, 0755, e);
    if (r == 0)
        r = overlay_mount(&s->layers, upper, work, rootfs, e);
    if (r == 0)
        undo->rootfs = mem_strdup(rootfs);
    return r;
}

static int make_targets(const struct container_spec *s, const char *rootfs, struct err *e)
{
    AUTO_CLOSE int root_fd = open(rootfs, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root_fd < 0)
        return err_errno(e, errno, "open %s", rootfs);
    int r = 0;
    if (!str_empty(s->working_dir))
        r = rootfs_make_target(root_fd, s->working_dir, false, e);
    if (r == 0 && s->init)
        r = rootfs_make_target(root_fd, CONTAINER_INIT_PATH, true, e);
    if (r == 0 && s->resolv_conf)
        r = rootfs_make_target(root_fd, "/etc/resolv.conf", true, e);
    if (r == 0 && s->hosts)
        r = rootfs_make_target(root_fd, "/etc/hosts", true, e);
    for (size_t i = 0; r == 0 && i < s->n_mounts; i++)
        r = rootfs_make_target(root_fd, s->mounts[i].target, s->mounts[i].is_file, e);
    return r;
}

/* The init program's place in run_dir; written when this program carries another one than stands there. */
static int place_init(const char *run_dir, char **ret_path, struct err *e)
{
    AUTO_FREE char *path = file_join(run_dir, "init");
    AUTO_FREE char *there = NULL;
    size_t len = 0;
    int r = file_exists(path) ? file_read(path, 1 << 20, &there, &len, e) : 0;
    if (r == 0 && (!there || len != sedge_init_len || memcmp(there, sedge_init, len) != 0))
        r = file_write_fast(path, sedge_init, sedge_init_len, 0755, e);
    if (r == 0)
        *ret_path = take_ptr(path);
    return r;
}

/* Where raising a hard limit is not ours to do, asking crun for more than ours would fail the start. */
static uint64_t nofile_hard(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return 1024;
    return limit.rlim_max;
}

/* The bounding set: nobody below us can hold more. */
static uint64_t capabilities_possible(void)
{
    uint64_t possible = 0;
    for (unsigned n = 0; n < 64; n++)
        if (prctl(PR_CAPBSET_READ, n) == 1)
            possible |= UINT64_C(1) << n;
    return possible;
}

static int write_config(const struct rootfs_dirs *d, const struct container_spec *s, const char *rootfs,
                        const char *bundle, struct err *e)
{
    struct container_user user;
    AUTO_FREE char *init = NULL;
    int r = container_user_find(rootfs, s->user, &user, e);
    if (r == 0 && s->init)
        r = place_init(d->run_dir, &init, e);
    if (r < 0)
        return r;
    struct container_host host = {.init_path = init,
                                  .nofile_hard = nofile_hard(),
                                  .capabilities = capabilities_possible(),
                                  .cgroup_v2 = cgroup_is_v2()};
    AUTO_JSON json_t *config = container_config(s, &user, rootfs, &host);
    seccomp_cache_use(d->run_dir, bundle, config);
    AUTO_FREE char *text = json_text(config);
    AUTO_FREE char *path = file_join(bundle, "config.json");
    return file_write_fast(path, text, strlen(text), 0600, e);
}

static int check_spec(const struct container_spec *s, struct err *e)
{
    if (!container_id_valid(s->id))
        return err_set(e, EINVAL, "'%s' is not a container id: 1 to 120 of a-z, 0-9, '.' and '-'", s->id ? s->id : "");
    if (s->args.n == 0 && !s->init)
        return err_set(e, EINVAL, "no command: neither the image nor the container names one");
    for (size_t i = 0; i < s->n_mounts; i++)
        if (!file_exists(s->mounts[i].source))
            return err_set(e, ENOENT, "mount source %s is not on this machine", s->mounts[i].source);
    return capability_check(s, capabilities_possible(), e);
}

int rootfs_prepare(const struct rootfs_dirs *d, const struct container_spec *s, struct err *e)
{
    int r = check_spec(s, e);
    if (r < 0)
        return err_wrap(e, r, "prepare container '%s'", s->id ? s->id : "");
    AUTO(undo_done)
    struct undo undo = {0};
    AUTO_FREE char *bundle = rootfs_bundle(d, s->id);
    AUTO_FREE char *state = container_path(d->state_dir, s->id, NULL);
    AUTO_FREE char *rootfs = rootfs_path(d, s->id);
    r = make_folder(bundle, &undo.bundle, e);
    if (r == 0)
        r = make_folder(state, &undo.state, e);
    if (r == 0)
        r = mount_root(d, s, rootfs, &undo, e);
    if (r == 0)
        r = make_targets(s, rootfs, e);
    if (r == 0)
        r = write_config(d, s, rootfs, bundle, e);
    if (r < 0)
        return err_wrap(e, r, "prepare container '%s'", s->id);
    free(take_ptr(undo.bundle));
    free(take_ptr(undo.state));
    free(take_ptr(undo.rootfs));
    return 0;
}

void rootfs_started(const struct rootfs_dirs *d, const char *id)
{
    AUTO_FREE char *bundle = rootfs_bundle(d, id);
    seccomp_cache_keep(d->run_dir, bundle, id);
}

int rootfs_release(const struct rootfs_dirs *d, const char *id, struct err *e)
{
    if (!container_id_valid(id))
        return err_set(e, EINVAL, "'%s' is not a container id", id);
    AUTO_FREE char *rootfs = rootfs_path(d, id);
    AUTO_FREE char *bundle = rootfs_bundle(d, id);
    int r = overlay_unmount(rootfs, e);
    if (r == 0)
        r = file_remove_tree(bundle, e);
    return err_wrap(e, r, "release container '%s'", id);
}

int rootfs_remove(const struct rootfs_dirs *d, const char *id, struct err *e)
{
    int r = rootfs_release(d, id, e);
    if (r < 0)
        return r;
    AUTO_FREE char *state = container_path(d->state_dir, id, NULL);
    return err_wrap(e, file_remove_tree(state, e), "remove container '%s'", id);
}

static int list_one(const char *dir, struct strv *ret, struct err *e)
{
    AUTO_FREE char *path = file_join(dir, "containers");
    AUTO_STRV struct strv names = {0};
    if (!file_exists(path))
        return 0;
    int r = file_list(path, &names, e);
    for (size_t i = 0; r == 0 && i < names.n; i++)
        if (container_id_valid(names.v[i]) && !strv_has(ret, names.v[i]))
            strv_add(ret, names.v[i]);
    return r;
}

int rootfs_list(const struct rootfs_dirs *d, struct strv *ret, struct err *e)
{
    int r = list_one(d->state_dir, ret, e);
    return r < 0 ? r : list_one(d->run_dir, ret, e);
}
