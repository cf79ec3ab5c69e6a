// SPDX-License-Identifier: Apache-2.0
/* Takes everything that runs here away, whatever state it is in, and leaves what is on disk. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/engine.h"
#include "image/image.h"
#include "io/child.h"
#include "io/file.h"
#include "node/container_make.h"
#include "node/node.h"
#include "node/node_options.h"

#define ENDS_WITHIN_US (10 * US_PER_S)
#define LOOK_EVERY_US  20000
#define GRACE_US       (10 * US_PER_S)

struct teardown {
    struct node_options options;
    struct machine machine; /* as far as it can be read */
    struct rootfs_dirs dirs;
    bool failed;
};

/* Says what could not be done, and goes on with the rest. */
static void complain(struct teardown *t, const struct err *e)
{
    fprintf(stderr, "sedge: %s\n", err_text(e));
    t->failed = true;
}

/* ---- daemons ---- */

static bool wait_free(const char *run_dir, const char *name, int64_t within_us)
{
    int64_t end = clock_mono_us() + within_us;
    while (lock_holder(run_dir, name) > 0) {
        if (clock_mono_us() >= end)
            return false;
        usleep(LOOK_EVERY_US);
    }
    return true;
}

static void end_daemon(struct teardown *t, const char *name)
{
    const char *run = t->options.run_dir;
    struct err e = {0};
    pid_t pid = lock_holder(run, name);
    if (pid <= 0 || pid == getpid())
        return;
    kill(pid, SIGTERM);
    if (wait_free(run, name, ENDS_WITHIN_US))
        return;
    printf("the %s does not end; it is killed\n", name);
    kill(pid, SIGKILL);
    if (!wait_free(run, name, ENDS_WITHIN_US)) {
        err_set(&e, EBUSY, "the %s (process %d) cannot be ended", name, (int)pid);
        complain(t, &e);
    }
}

/* Nobody brings it back: the node would start the keeper again, and the keeper the node. */
static void end_daemons(struct teardown *t)
{
    struct err e = {0};
    if (keeper_command_drop(t->options.run_dir, &e) < 0)
        complain(t, &e);
    end_daemon(t, "keeper");
    end_daemon(t, "node");
    end_daemon(t, "head");
}

static int start_keeper(struct teardown *t, struct err *e)
{
    const char *argv[] = {child_self(), "keeper",
                          "--run",      t->options.run_dir,
                          "--state",    t->options.state_dir,
                          "--runtime",  t->machine.runtime ? t->machine.runtime : "crun",
                          "--detach",   NULL};
    struct child_options o = {.argv = argv, .timeout_us = 30 * US_PER_S};
    struct child_result result = {0};
    int r = child_run(&o, &result, e);
    if (r == 0 && result.exit_code != 0)
        r = err_set(e, EIO, "start a keeper to stop the containers: %.500s", buf_str(&result.err_out));
    child_result_done(&result);
    return r;
}

/* ---- containers ---- */

struct stop_rule {
    int64_t grace_us;
    int sig;
};

/* How each container wants to be stopped, from the pods' files. */
static void read_rules(struct teardown *t, struct map *ret)
{
    AUTO_FREE char *folder = mem_printf("%s/node/pods", t->options.state_dir);
    AUTO_FREE char *images = file_join(t->options.state_dir, "images");
    AUTO_STRV struct strv files = {0};
    struct image_store *store = NULL;
    map_init(ret, free);
    if (file_list(folder, &files, NULL) < 0 || image_store_open(images, &store, NULL) < 0)
        return;
    for (size_t i = 0; i < files.n; i++) {
        AUTO_FREE char *path = file_join(folder, files.v[i]);
        AUTO_FREE char *text = NULL;
        size_t len, k;
        const json_t *c;
        if (file_read(path, JSON_MAX_BYTES, &text, &len, NULL) < 0)
            continue;
        AUTO_JSON json_t *v = json_parse(text, len, NULL);
        const json_t *spec = json_at(v, "object", "spec", NULL);
        bool sleeps = json_bool(json_object_get(spec, "sedge"), "sleep", false);
        json_array_foreach(json_object_get(v, "containers"), k, c)
        {
            AUTO(image_freep)
            struct image *image = NULL;
            struct stop_rule *rule = mem_alloc(sizeof(*rule));
            rule->grace_us = json_int(spec, "terminationGracePeriodSeconds", GRACE_US / US_PER_S) * US_PER_S;
            rule->sig = SIGTERM;
            if (!sleeps && image_find(store, json_str(c, "image", ""), &image, NULL) == 0)
                rule->sig = signal_number(image->config.stop_signal);
            map_set(ret, json_str(c, "id", ""), rule);
        }
    }
    image_store_close(store);
}

struct stopping {
    struct teardown *t;
    uv_loop_t loop;
    struct keeper_client *client;
    struct map rules;
    struct strv left; /* containers that run */
    struct strv ids;  /* all that the keeper has */
    bool listed, done;
};

static void drop_name(struct strv *from, const char *name)
{
    struct strv left = {0};
    for (size_t i = 0; i < from->n; i++)
        if (!str_eq(from->v[i], name))
            strv_add(&left, from->v[i]);
    strv_done(from);
    *from = left;
}

static void on_shut(void *data, int r, const char *error, int32_t value)
{
    struct stopping *s = data;
    s->done = true;
}

/* All have ended: they are forgotten, then the keeper ends. */
static void look(struct stopping *s)
{
    if (!s->listed || s->left.n > 0 || s->done)
        return;
    for (size_t i = 0; i < s->ids.n; i++)
        keeper_forget(s->client, s->ids.v[i], NULL, NULL);
    strv_done(&s->ids);
    keeper_shutdown(s->client, on_shut, s);
}

static void on_status(void *data, const struct keeper_status *k)
{
    struct stopping *s = data;
    bool up = k->state == KEEPER_STARTING || k->state == KEEPER_RUNNING;
    if (k->state != KEEPER_NONE && !strv_has(&s->ids, k->id))
        strv_add(&s->ids, k->id);
    if (up && !strv_has(&s->left, k->id)) {
        const struct stop_rule *rule = map_get(&s->rules, k->id);
        strv_add(&s->left, k->id);
        keeper_stop(s->client, k->id, rule ? rule->sig : SIGTERM, rule ? rule->grace_us : GRACE_US, NULL, NULL);
    } else if (!up && strv_has(&s->left, k->id)) {
        drop_name(&s->left, k->id);
        printf("stopped %s\n", k->id);
        fflush(stdout);
        look(s);
    }
}

static void on_listed(void *data)
{
    struct stopping *s = data;
    s->listed = true;
    look(s);
}

static void on_gone(void *data)
{
    struct stopping *s = data;
    s->done = true;
}

static int stop_all(struct teardown *t, struct err *e)
{
    struct stopping s = {.t = t};
    const struct keeper_events events = {on_status, on_listed, on_gone, &s};
    uv_loop_init(&s.loop);
    read_rules(t, &s.rules);
    int r = keeper_connect(&s.loop, t->options.run_dir, &events, &s.client, e);
    while (r == 0 && !s.done)
        uv_run(&s.loop, UV_RUN_ONCE);
    keeper_close(s.client);
    uv_run(&s.loop, UV_RUN_DEFAULT);
    uv_loop_close(&s.loop);
    if (r == 0 && s.left.n > 0)
        r = err_set(e, EBUSY, "%zu containers did not stop, %s first", s.left.n, s.left.v[0]);
    map_done(&s.rules);
    strv_done(&s.left);
    strv_done(&s.ids);
    return r;
}

static bool any_container(const struct teardown *t)
{
    AUTO_FREE char *path = file_join(t->options.run_dir, "containers");
    AUTO_STRV struct strv names = {0};
    return file_list(path, &names, NULL) == 0 && names.n > 0;
}

static void end_containers(struct teardown *t)
{
    AUTO_STRV struct strv ids = {0};
    struct err e = {0};
    if (any_container(t) && (start_keeper(t, &e) < 0 || stop_all(t, &e) < 0))
        complain(t, &e);
    end_daemon(t, "keeper");
    if (rootfs_list(&t->dirs, &ids, &e) < 0)
        complain(t, &e);
    for (size_t i = 0; i < ids.n; i++)
        if (rootfs_release(&t->dirs, ids.v[i], &e) < 0)
            complain(t, &e);
}

/* ---- the rest ---- */

static void end_machine(struct teardown *t)
{
    struct net_config net = machine_net(&t->machine, t->options.run_dir);
    struct err e = {0};
    if (net_cleanup(&net, &e) < 0)
        complain(t, &e);
    int r = cgroup_cleanup(&e);
    if (r < 0 && r != -EBUSY) /* busy: another sedge of this machine has containers; ours were seen to end */
        complain(t, &e);
    if (!t->failed && file_remove_tree(t->options.run_dir, &e) < 0)
        complain(t, &e);
}

int node_teardown_main(int argc, char **argv)
{
    struct teardown t = {0};
    struct err e = {0};
    signal(SIGPIPE, SIG_IGN);
    if (node_options_read(argc, argv, NODE_OPTIONS_FOLDERS, &t.options, &e) < 0) {
        fprintf(stderr, "sedge node-teardown: %s\n", err_text(&e));
        return 2;
    }
    t.dirs = (struct rootfs_dirs){.state_dir = t.options.state_dir, .run_dir = t.options.run_dir};
    (void)machine_load(t.options.state_dir, &t.machine, NULL);
    end_daemons(&t);
    end_containers(&t);
    end_machine(&t);
    machine_done(&t.machine);
    return t.failed;
}
