// SPDX-License-Identifier: Apache-2.0
/* `sedge start`, `stop` and `scale`. */
#include <errno.h>

#include "cli/app_change.h"
#include "cli/app_patch.h"
#include "cli/app_wait.h"
#include "cli/pod_words.h"

extern const struct verb verb_start, verb_stop, verb_scale;

struct state_options {
    int64_t timeout_us;
};
static const struct opt state_opts[] = {
    OPT(state_options, '\0', "timeout", OPT_DURATION, timeout_us, "TIME",
        "wait at most so long (default: as long as it takes)"),
};

/* What is wanted of what. */
struct wish {
    struct cli *cli;
    const char *verb, *state; /* "start", "Running"; state NULL: replicas */
    const char *component;    /* NULL: all */
    int64_t replicas;
};

static json_t *change(void *data, const json_t *app, struct err *e)
{
    const struct wish *w = data;
    const json_t *c = w->component ? names_component(app, w->component, e) : NULL;
    if (w->component && !c)
        return NULL;
    if (w->state)
        return w->component ? app_change_component_state(app, w->component, w->state) : app_change_state(app, w->state);
    if (!str_eq(json_str(c, "kind", "container"), "container")) {
        err_set(e, EINVAL, "%s is a %s component: only containers are scaled; scale the one that it is hosted on",
                w->component, json_str(c, "kind", ""));
        return NULL;
    }
    return app_change_replicas(app, w->component, w->replicas);
}

/* ---- applications ---- */

static int change_application(struct wish *w, const char *app, int64_t timeout_us, const char *done)
{
    struct cli *cli = w->cli;
    struct err e = {0};
    AUTO_JSON json_t *written = NULL, *last = NULL;
    AUTO_FREE char *leaving = mem_printf("%s goes on; see 'sedge describe app %s'", w->verb, app);
    if (app_patch(cli, app, change, w, &written, &e) < 0)
        return cli_fail(cli, &e);
    struct app_wait wait = {.name = app,
                            .generation = json_int(json_object_get(written, "metadata"), "generation", 0),
                            .timeout_us = timeout_us,
                            .scaled = w->state ? NULL : w->component,
                            .replicas = w->replicas,
                            .leaving = leaving};
    int r = app_wait(cli, &wait, &last, &e);
    int status = app_end(cli, &wait, w->verb, r, last, &e);
    if (status == CLI_DONE)
        printf("%s%s%s %s\n", app, w->component ? "/" : "", w->component ? w->component : "", done);
    return status;
}

/* ---- pods outside of applications ---- */

struct pod_goal {
    enum pod_life life; /* what it is to be; POD_STANDS takes POD_ENDED too */
    const char *trouble;
    char *text;
};

static int pod_look(void *data, const json_t *pod)
{
    struct pod_goal *g = data;
    const char *reason;
    if (!pod)
        return 1;
    const char *trouble = pod_words_trouble(pod, &reason);
    if (trouble && g->life == POD_GOES) {
        g->text = mem_strdup(trouble);
        return 1;
    }
    enum pod_life life = pod_words_life(pod);
    if (g->life == POD_GOES)
        return json_at(pod_words_report(pod), "state", "running", NULL) || life == POD_ENDED;
    return life != POD_GOES;
}

static int change_pod(struct wish *w, const char *name, int64_t timeout_us, const char *done)
{
    struct cli *cli = w->cli;
    struct err e = {0};
    AUTO_FREE char *path = client_path(kind_find("Pod"), client_ns(cli), name);
    AUTO_JSON json_t *patch = json_pack("{s:{s:{s:s}}}", "spec", "sedge", "state", w->state);
    struct pod_goal goal = {.life = str_eq(w->state, "Running") ? POD_GOES : POD_STANDS};
    struct client_await a = {.kind = kind_find("Pod"),
                             .ns = client_ns(cli),
                             .name = name,
                             .timeout_us = timeout_us,
                             .look = pod_look,
                             .data = &goal};
    int r = client_patch(cli, path, patch, NULL, &e);
    if (r == 0)
        r = client_await(cli, &a, &e);
    if (r < 0)
        return cli_fail(cli, &e);
    if (goal.text) {
        cli_failf(cli, "%s %s: %s", w->verb, name, goal.text);
        free(goal.text);
        return CLI_FAILED;
    }
    printf("%s %s\n", name, done);
    return CLI_DONE;
}

/* An application, or else a pod of that name. */
static int change_either(struct wish *w, const struct part_name *n, int64_t timeout_us, const char *done)
{
    AUTO_JSON json_t *found = NULL;
    struct err e = {0};
    int r = client_get(w->cli, kind_find("Application"), client_ns(w->cli), n->app, &found, &e);
    if (r == -ENOENT && !n->component) {
        AUTO_JSON json_t *pod = NULL;
        struct err ignored;
        if (client_get(w->cli, kind_find("Pod"), client_ns(w->cli), n->app, &pod, &ignored) == 0 &&
            !label_of(pod, LABEL_APPLICATION)[0])
            return change_pod(w, n->app, timeout_us, done);
    }
    if (r < 0 && r != -ENOENT)
        return cli_fail(w->cli, &e);
    return change_application(w, n->app, timeout_us, done);
}

static int run_state(struct cli *cli, int argc, char **argv, const struct verb *v, const char *state, const char *done)
{
    struct state_options o = {0};
    struct err e = {0};
    AUTO(part_name_done)
    struct part_name n = {0};
    int r = options_parse(cli, v, &argc, argv, &o);
    if (r >= 0)
        return r;
    if (part_name_parse(argv[1], &n, &e) < 0)
        return cli_misused(cli, "%s", e.text);
    if (n.replica)
        return cli_misused(cli, "%s works on APP or APP/COMPONENT, not on one replica", v->name);
    struct wish w = {.cli = cli, .verb = v->name, .state = state, .component = n.component};
    return change_either(&w, &n, o.timeout_us, done);
}

static int run_start(struct cli *cli, int argc, char **argv)
{
    return run_state(cli, argc, argv, &verb_start, "Running", "runs");
}

static int run_stop(struct cli *cli, int argc, char **argv)
{
    return run_state(cli, argc, argv, &verb_stop, "Stopped", "is stopped");
}

static int run_scale(struct cli *cli, int argc, char **argv)
{
    struct state_options o = {0};
    struct err e = {0};
    AUTO(part_name_done)
    struct part_name n = {0};
    int64_t replicas;
    int r = options_parse(cli, &verb_scale, &argc, argv, &o);
    if (r >= 0)
        return r;
    if (part_name_parse(argv[1], &n, &e) < 0 || !n.component || n.replica)
        return cli_misused(cli, "'%s' is not APP/COMPONENT", argv[1]);
    if (!str_to_i64(argv[2], 0, 1000, &replicas))
        return cli_misused(cli, "the number of replicas is 0 to 1000, not '%s'", argv[2]);
    struct wish w = {.cli = cli, .verb = "scale", .component = n.component, .replicas = replicas};
    AUTO_FREE char *done = mem_printf("has %s replica%s", argv[2], replicas == 1 ? "" : "s");
    return change_application(&w, n.app, o.timeout_us, done);
}

const struct verb verb_start = {.name = "start",
                                .group = GROUP_APPLICATION,
                                .args = "APP[/COMPONENT]|POD",
                                .line = "Start what was stopped, and what it needs",
                                .examples = "sedge start shop\nsedge start shop/web\n",
                                OPTS(state_opts),
                                .args_min = 1,
                                .args_max = 1,
                                .run = run_start};

const struct verb verb_stop = {.name = "stop",
                               .group = GROUP_APPLICATION,
                               .args = "APP[/COMPONENT]|POD",
                               .line = "Stop an application, a component and what needs it, or a container",
                               .more = "Containers keep their files and volumes until 'undeploy' or 'rm'.",
                               .examples = "sedge stop shop\nsedge stop shop/web\n",
                               OPTS(state_opts),
                               .args_min = 1,
                               .args_max = 1,
                               .run = run_stop};

const struct verb verb_scale = {.name = "scale",
                                .group = GROUP_APPLICATION,
                                .args = "APP/COMPONENT N",
                                .line = "Run N replicas of a container",
                                .examples = "sedge scale shop/web 3\nsedge scale shop/web 0\n",
                                OPTS(state_opts),
                                .args_min = 2,
                                .args_max = 2,
                                .run = run_scale};
