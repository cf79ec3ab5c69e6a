// SPDX-License-Identifier: Apache-2.0
/* Keeps pods on disk, one file each, written on the thread pool and only when it differs from what is there; and sweeps
 * what belongs to no pod. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "io/file.h"
#include "node/node_state.h"
#include "node/pod_secret_keep.h"

char *wanted_path(const struct node *n, const char *name)
{
    return mem_printf("%s/node/%s", n->state_dir, name);
}

static char *pod_file(const struct node *n, const char *uid)
{
    return mem_printf("%s/node/pods/%s.json", n->state_dir, uid);
}

static char *text_digest(const char *text)
{
    char digest[DIGEST_TEXT_SIZE];
    digest_of(text, strlen(text), digest);
    return mem_strdup(digest);
}

struct save {
    struct node *node;
    char *uid, *path, *text;
    int r;
    struct err e;
};

static void save_work(void *data)
{
    struct save *s = data;
    s->r = file_write(s->path, s->text, strlen(s->text), 0600, &s->e);
}

static void save_failed(struct node_pod *p, const struct save *s)
{
    int64_t now = clock_mono_us();
    if (p->save_tries.fails == 0) {
        log_error("pod %s/%s: %s", p->pod.meta.namespace, p->pod.meta.name, err_text(&s->e));
        tell_event(p, true, s->r == -ENOSPC ? "DiskFull" : "DiskError", err_text(&s->e));
    }
    free(take_ptr(p->saving));
    free(take_ptr(p->software_saving));
    p->save_again_us = now + back_off_retry(&p->save_tries, now);
}

static void save_after(void *data)
{
    struct save *s = data;
    struct node_pod *p = map_get(&s->node->pods, s->uid);
    if (!p)
        unlink(s->path); /* it ended meanwhile */
    else if (s->r < 0)
        save_failed(p, s);
    else {
        free(p->saved);
        free(p->software);
        p->saved = take_ptr(p->saving);
        p->software = take_ptr(p->software_saving);
        back_off_reset(&p->save_tries);
        p->save_again_us = 0;
    }
    if (p)
        pod_kick(p);
    free(s->uid);
    free(s->path);
    free(s->text);
    free(s);
}

static char *software_digest(const struct node_pod *p, const json_t *file)
{
    AUTO_FREE char *components = json_text(json_object_get(file, "components"));
    AUTO_FREE char *runs = json_text(json_object_get(file, "runs"));
    AUTO_FREE char *text = mem_printf("%s%s", components, runs);
    return text_digest(text);
}

void wanted_save(struct node_pod *p)
{
    if (p->saving || p->save_again_us > clock_mono_us())
        return;
    p->save_again_us = 0; /* that time has come */
    AUTO_JSON json_t *v = pod_known_save(&p->known, &p->pod, p->object);
    pod_secrets_save(p, v);
    AUTO_FREE char *text = json_text(v);
    AUTO_FREE char *digest = text_digest(text);
    if (str_eq(digest, p->saved))
        return;
    struct save *s = mem_alloc(sizeof(*s));
    s->node = p->node;
    s->uid = mem_strdup(p->pod.meta.uid);
    s->path = pod_file(p->node, s->uid);
    s->text = take_ptr(text);
    p->saving = take_ptr(digest);
    p->software_saving = software_digest(p, v);
    node_work(p->node, save_work, save_after, s);
}

bool wanted_is_saved(const struct node_pod *p)
{
    if (p->known.n_components == 0 && p->known.n_runs == 0)
        return true;
    AUTO_JSON json_t *v = pod_known_save(&p->known, &p->pod, p->object);
    AUTO_FREE char *digest = software_digest(p, v);
    return str_eq(digest, p->software);
}

void wanted_remove_file(struct node_pod *p)
{
    AUTO_FREE char *path = pod_file(p->node, p->pod.meta.uid);
    unlink(path);
}

/* ---- sweeping ---- */

struct sweep {
    struct node *node;
    struct strv containers, pods; /* to be removed: container ids; uids of pods' folders */
};

static void sweep_work(void *data)
{
    struct sweep *s = data;
    struct err e = {0};
    for (size_t i = 0; i < s->containers.n; i++)
        if (rootfs_remove(&s->node->dirs, s->containers.v[i], &e) < 0)
            log_warn("%s", err_text(&e));
    for (size_t i = 0; i < s->pods.n; i++) {
        AUTO_FREE char *state = mem_printf("%s/pods/%s", s->node->state_dir, s->pods.v[i]);
        AUTO_FREE char *run = mem_printf("%s/pods/%s", s->node->run_dir, s->pods.v[i]);
        if (file_remove_tree(state, &e) < 0 || file_remove_tree(run, &e) < 0)
            log_warn("%s", err_text(&e));
    }
}

static void sweep_after(void *data)
{
    struct sweep *s = data;
    strv_done(&s->containers);
    strv_done(&s->pods);
    free(s);
}

static bool is_up(const struct node *n, const char *id)
{
    return strv_has(&n->keeper.told, id); /* the keeper still has it: forgotten first, then swept */
}

static void sweep_networks(struct node *n)
{
    AUTO_STRV struct strv ids = {0};
    struct err e = {0};
    if (!n->net || net_list(n->net, &ids, &e) < 0)
        return;
    for (size_t i = 0; i < ids.n; i++)
        if (!map_has(&n->pods, ids.v[i]) && net_detach(n->net, ids.v[i], &e) < 0)
            log_warn("%s", err_text(&e));
}

static void list_folders(struct node *n, const char *dir, struct strv *to)
{
    AUTO_FREE char *path = file_join(dir, "pods");
    AUTO_STRV struct strv names = {0};
    if (file_list(path, &names, NULL) < 0)
        return;
    for (size_t i = 0; i < names.n; i++)
        if (!map_has(&n->pods, names.v[i]) && !strv_has(to, names.v[i]))
            strv_add(to, names.v[i]);
}

void wanted_sweep(struct node *n)
{
    AUTO_STRV struct strv ids = {0};
    struct err e = {0};
    size_t container;
    if (!n->keeper.listed || (n->unsure && !n->synced))
        return;
    struct sweep *s = mem_alloc(sizeof(*s));
    s->node = n;
    if (rootfs_list(&n->dirs, &ids, &e) < 0)
        log_warn("%s", err_text(&e));
    for (size_t i = 0; i < ids.n; i++)
        if (!node_pod_by_container(n, ids.v[i], &container) && !is_up(n, ids.v[i]))
            strv_add(&s->containers, ids.v[i]);
    list_folders(n, n->state_dir, &s->pods);
    list_folders(n, n->run_dir, &s->pods);
    sweep_networks(n);
    bundle_sweep(n);
    if (s->containers.n == 0 && s->pods.n == 0)
        sweep_after(s);
    else
        node_work(n, sweep_work, sweep_after, s);
}
