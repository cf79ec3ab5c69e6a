// SPDX-License-Identifier: Apache-2.0
/* Starts a container: its volumes and files on the thread pool, then the keeper. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "io/file.h"
#include "model/bundle_manifest.h"
#include "model/node_link.h"
#include "node/container_make.h"
#include "node/node_state.h"
#include "node/pod_secret.h"

enum plan_kind { PLAN_CLAIM, PLAN_HOST, PLAN_EMPTY, PLAN_SECRET };
struct mount_plan {
    enum plan_kind kind;
    char *name; /* of the claim; path of the host, of the empty folder or of that of a secret */
    bool create;
    char *sub, *target;
    bool read_only;
    struct secret_files files; /* of a secret */
};
struct start {
    struct node_pod *pod; /* stays: it is busy with us */
    size_t container;
    char *ns;
    struct container_spec spec;
    struct mount_plan *plans;
    size_t n_plans;
    const char *reason; /* of the failure */
    int64_t begun_us;
    int r;
    struct err e;
};

static void start_free(struct start *s)
{
    for (size_t i = 0; i < s->n_plans; i++) {
        free(s->plans[i].name);
        free(s->plans[i].sub);
        free(s->plans[i].target);
        pod_secret_files_done(&s->plans[i].files);
    }
    free(s->plans);
    free(s->ns);
    container_spec_done(&s->spec);
    free(s);
}

/* ---- on the pool ---- */

static bool volume_is_new(const struct start *s, const struct mount_plan *m)
{
    AUTO_FREE char *path = mem_printf("%s/volumes/%s/%s", s->pod->node->state_dir, s->ns, m->name);
    return m->kind == PLAN_CLAIM && !file_exists(path);
}

/* New volumes are filled from the image: the container's root is mounted before there is anything in its way. */
static int mount_for_seed(struct start *s)
{
    bool any = false;
    for (size_t i = 0; i < s->n_plans; i++)
        any = any || volume_is_new(s, &s->plans[i]);
    return any ? rootfs_prepare(&s->pod->node->dirs, &s->spec, &s->e) : 0;
}

static int open_host_path(const struct mount_plan *m, struct err *e)
{
    if (m->name[0] != '/')
        return err_set(e, EINVAL, "the path '%s' of the node is not absolute", m->name);
    if (m->create)
        return file_mkdirs(m->name, 0755, e);
    return file_exists(m->name)
               ? 0
               : err_set(e, ENOENT, "%s is not on this node; make it, or use type DirectoryOrCreate", m->name);
}

static bool has_file(const struct secret_files *f, const char *name)
{
    for (size_t i = 0; i < f->n; i++)
        if (str_eq(f->v[i].name, name))
            return true;
    return false;
}

/* Under /run, which is memory. Other containers of the pod may have the folder in use: files are replaced in it. */
static int write_secret(const struct mount_plan *m, struct err *e)
{
    AUTO_STRV struct strv there = {0};
    int r = file_mkdirs(m->name, 0755, e);
    if (r == 0 && chmod(m->name, 0755) < 0)
        r = err_errno(e, errno, "set the mode of %s", m->name);
    if (r == 0)
        r = file_list(m->name, &there, e);
    for (size_t i = 0; r == 0 && i < there.n; i++) {
        AUTO_FREE char *path = file_join(m->name, there.v[i]);
        if (!has_file(&m->files, there.v[i]))
            unlink(path);
    }
    for (size_t i = 0; r == 0 && i < m->files.n; i++) {
        const struct secret_file *f = &m->files.v[i];
        AUTO_FREE char *path = file_join(m->name, f->name);
        r = file_write_fast(path, f->bytes, f->len, f->mode, e);
    }
    return r;
}

static int open_plan(struct start *s, const struct mount_plan *m, char **ret)
{
    AUTO_FREE char *root = rootfs_path(&s->pod->node->dirs, s->spec.id);
    int r = 0;
    switch (m->kind) {
    case PLAN_CLAIM:
        return volume_dir_open(s->pod->node->state_dir, s->ns, m->name, root, m->target, ret, &s->e);
    case PLAN_HOST:
        r = open_host_path(m, &s->e);
        break;
    case PLAN_EMPTY:
        r = file_mkdirs(m->name, 0777, &s->e);
        if (r == 0 && chmod(m->name, 0777) < 0)
            r = err_errno(&s->e, errno, "set the mode of %s", m->name);
        break;
    case PLAN_SECRET:
        r = write_secret(m, &s->e);
        break;
    }
    if (r == 0)
        *ret = mem_strdup(m->name);
    return r;
}

/* A folder inside the volume, made when missing; links on the way are refused, as they might lead out of it. */
static int into_sub(const char *sub, char **path, struct err *e)
{
    AUTO_FREE char *clean = file_clean_relative(sub);
    if (!clean)
        return err_set(e, EINVAL, "the subPath '%s' leads out of its volume", sub);
    AUTO_FREE char *whole = file_join(*path, clean);
    struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
    AUTO_CLOSE int root = open(*path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    AUTO_CLOSE int fd = root < 0 ? -1 : (int)syscall(SYS_openat2, root, clean[0] ? clean : ".", &how, sizeof(how));
    if (fd < 0 && errno != ENOENT)
        return err_errno(e, errno, "open subPath '%s'", sub);
    int r = fd < 0 ? file_mkdirs(whole, 0755, e) : 0;
    if (r == 0) {
        free(*path);
        *path = take_ptr(whole);
    }
    return r;
}

static void add_mount(struct container_spec *spec, const char *source, const char *target, bool read_only)
{
    struct stat st;
    spec->mounts = mem_push(spec->mounts, spec->n_mounts, sizeof(*spec->mounts));
    spec->mounts[spec->n_mounts++] =
        (struct container_mount){.source = mem_strdup(source),
                                 .target = mem_strdup(target),
                                 .read_only = read_only,
                                 .is_file = stat(source, &st) == 0 && !S_ISDIR(st.st_mode)};
}

static int open_mounts(struct start *s)
{
    AUTO_FREE char *bundle = pod_state_path(s->pod, "bundle");
    for (size_t i = 0; i < s->n_plans; i++) {
        AUTO_FREE char *source = NULL;
        int r = open_plan(s, &s->plans[i], &source);
        if (r == 0 && !str_empty(s->plans[i].sub))
            r = into_sub(s->plans[i].sub, &source, &s->e);
        if (r < 0)
            return r;
        add_mount(&s->spec, source, s->plans[i].target, s->plans[i].read_only);
    }
    if (!file_exists(bundle))
        return 0;
    add_mount(&s->spec, bundle, BUNDLE_MOUNT, true);
    AUTO_FREE char *outputs = pod_state_path(s->pod, "outputs");
    int r = file_mkdirs(outputs, 0755, &s->e);
    if (r == 0)
        add_mount(&s->spec, outputs, OUTPUTS_MOUNT, false);
    return r;
}

static void start_work(void *data)
{
    struct start *s = data;
    s->reason = POD_FAILED_CREATE;
    s->r = mount_for_seed(s);
    if (s->r < 0)
        return;
    s->reason = POD_FAILED_VOLUME;
    s->r = open_mounts(s);
    if (s->r < 0)
        return;
    s->reason = POD_FAILED_CREATE;
    s->r = rootfs_prepare(&s->pod->node->dirs, &s->spec, &s->e);
}

/* ---- on the loop ---- */

static void start_failed(struct node_pod *p, size_t container, const char *reason, const char *message)
{
    struct container_known *c = &p->known.containers[container];
    int64_t now = clock_mono_us();
    if (!str_eq(c->start.message, message))
        tell_event(p, true, reason, message);
    int64_t wait = back_off_retry(&c->start.tries, now);
    trouble_set(&c->start, reason, message, now + wait);
    c->start_at_us = now + wait;
}

/* The keeper's word on the new state may come a moment after its answer; its word that it has ended already stands. */
static void started(struct node_pod *p, size_t container, int32_t pid, int64_t begun_us)
{
    struct container_known *c = &p->known.containers[container];
    bool first = !c->end.there || c->again;
    c->start_at_us = 0;
    trouble_clear(&c->start);
    rootfs_started(&p->node->dirs, c->id);
    if (c->end.there && c->end.started_us >= begun_us)
        return;
    c->restarts += !first;
    tell_event(p, false, "Started", c->id);
    c->again = false;
    c->started = true;
    if (c->run == KEEPER_RUNNING)
        return;
    c->run = KEEPER_RUNNING;
    c->pid = pid;
    c->started_us = begun_us;
}

static void on_started(void *data, int r, const char *error, int32_t pid)
{
    struct start *s = data;
    struct node_pod *p = s->pod;
    p->known.busy = POD_DO_NOTHING;
    if (r == 0)
        started(p, s->container, pid, s->begun_us);
    else if (r != -ECONNRESET && r != -ECANCELED &&
             r != -EBUSY) /* these: the keeper's next word tells whether it runs */
        start_failed(p, s->container, r == -ENOSPC ? POD_FAILED_DISK : POD_FAILED_CREATE, error);
    pod_kick(p);
    start_free(s);
}

static bool still_wanted(const struct node_pod *p)
{
    return !p->deleting && !pod_wants_stopped(&p->pod.spec) && p->node->keeper.listed && !p->node->ending;
}

static void start_after(void *data)
{
    struct start *s = data;
    struct node_pod *p = s->pod;
    if (s->r == 0 && still_wanted(p)) {
        s->begun_us = clock_now_us();
        keeper_start(p->node->keeper.client, s->spec.id, s->spec.terminal, on_started, s);
        return;
    }
    p->known.busy = POD_DO_NOTHING;
    if (s->r < 0)
        start_failed(p, s->container, s->r == -ENOSPC ? POD_FAILED_DISK : s->reason, err_text(&s->e));
    pod_kick(p);
    start_free(s);
}

static const struct pod_volume *volume_of(const struct node_pod *p, const char *name)
{
    const struct pod_volume *list = p->pod.spec.volumes.items;
    for (size_t i = 0; i < p->pod.spec.volumes.n; i++)
        if (str_eq(list[i].name, name))
            return &list[i];
    return NULL;
}

static int plan_one(struct start *s, const struct volume_mount *m)
{
    const struct pod_volume *v = volume_of(s->pod, m->name);
    if (!v || m->path[0] != '/')
        return err_set(&s->e, EINVAL, "the mount at '%s' needs an absolute path and a volume '%s' of the pod", m->path,
                       m->name);
    s->plans = mem_push(s->plans, s->n_plans, sizeof(*s->plans));
    struct mount_plan *to = &s->plans[s->n_plans++];
    *to = (struct mount_plan){.sub = mem_strdup(m->sub_path), .target = mem_strdup(m->path), .read_only = m->read_only};
    if (v->claim) {
        to->kind = PLAN_CLAIM;
        to->name = mem_strdup(v->claim->claim);
        to->read_only = to->read_only || v->claim->read_only;
    } else if (v->host_path) {
        to->kind = PLAN_HOST;
        to->name = mem_strdup(v->host_path->path);
        to->create = str_eq(v->host_path->type, "DirectoryOrCreate");
    } else if (v->secret) {
        AUTO_FREE char *name = mem_printf("secrets/%s", v->name);
        to->kind = PLAN_SECRET;
        to->name = pod_run_path(s->pod, name);
        to->read_only = true;
        s->reason = POD_FAILED_SECRET;
        int r = pod_secret_files(s->pod->secrets, v->secret, &to->files, &s->e);
        if (r < 0)
            return r;
        s->reason = POD_FAILED_VOLUME;
    } else {
        AUTO_FREE char *name = mem_printf("empty/%s", v->name);
        to->kind = PLAN_EMPTY;
        to->name = pod_state_path(s->pod, name);
    }
    return 0;
}

static int plan_start(struct start *s)
{
    struct node_pod *p = s->pod;
    const struct pod_container *c = pod_container_at(p, s->container);
    const struct volume_mount *mounts = c->mounts.items;
    struct container_known *k = &p->known.containers[s->container];
    AUTO(image_freep)
    struct image *image = NULL;
    int r = image_find(p->node->images, k->image_id, &image, &s->e);
    if (r == -ENOENT)
        free(take_ptr(k->image_id)); /* somebody took it away: found or pulled again */
    if (r < 0)
        return r;
    s->reason = POD_FAILED_SECRET;
    r = container_make(&p->pod, s->container, k->id, image, p->secrets, &s->spec, &s->e);
    if (r < 0)
        return r;
    s->spec.netns = mem_strdup(p->known.netns);
    s->spec.hosts = pod_run_path(p, "hosts");
    s->spec.resolv_conf = pod_run_path(p, "resolv.conf");
    s->reason = POD_FAILED_VOLUME;
    for (size_t i = 0; r == 0 && i < c->mounts.n; i++)
        r = plan_one(s, &mounts[i]);
    return r;
}

void pod_do_start(struct node_pod *p, size_t container)
{
    struct start *s = mem_alloc(sizeof(*s));
    *s = (struct start){
        .pod = p, .container = container, .ns = mem_strdup(p->pod.meta.namespace), .reason = POD_FAILED_CREATE};
    p->known.files = true;
    int r = plan_start(s);
    if (r < 0) {
        start_failed(p, container, s->reason, err_text(&s->e));
        start_free(s);
        return;
    }
    p->known.busy = POD_DO_START;
    p->known.busy_container = container;
    node_work(p->node, start_work, start_after, s);
}
