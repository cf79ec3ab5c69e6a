// SPDX-License-Identifier: Apache-2.0
/* `sedge undeploy`. */
#include <errno.h>

#include "cli/app_change.h"
#include "cli/app_patch.h"
#include "cli/app_wait.h"
#include "cli/flow_text.h"

extern const struct verb verb_undeploy;

struct undeploy_options {
    bool volumes;
    int64_t timeout_us;
};
static const struct opt undeploy_opts[] = {
    OPT(undeploy_options, '\0', "volumes", OPT_SWITCH, volumes, NULL, "remove its volumes and what is in them, too"),
    OPT(undeploy_options, '\0', "timeout", OPT_DURATION, timeout_us, "TIME", "wait at most so long"),
};

static json_t *change(void *data, const json_t *app, struct err *e)
{
    const struct undeploy_options *o = data;
    return app_change_remove(app, o->volumes);
}

/* The volumes that carry the application's label. */
static int list_volumes(struct cli *cli, const char *app, json_t **ret, struct err *e)
{
    AUTO_FREE char *selector = mem_printf(LABEL_APPLICATION "=%s", app);
    return client_list(cli, kind_find("Volume"), client_ns(cli), selector, ret, e);
}

/* An application that is gone may have left volumes. True: there were some, and *ret_status tells how it went. */
static bool remove_left_volumes(struct cli *cli, const char *app, int *ret_status)
{
    AUTO_JSON json_t *list = NULL;
    struct err e = {0};
    size_t i;
    json_t *volume;
    if (list_volumes(cli, app, &list, &e) < 0 || json_array_size(json_object_get(list, "items")) == 0)
        return false;
    *ret_status = CLI_DONE;
    json_array_foreach(json_object_get(list, "items"), i, volume)
    {
        AUTO_FREE char *path = client_path(kind_find("Volume"), client_ns(cli), name_of(volume));
        if (client_call(cli, "DELETE", path, NULL, NULL, &e) < 0)
            *ret_status = cli_fail(cli, &e);
        else
            printf("volume %s removed\n", name_of(volume));
    }
    return true;
}

static void tell_kept(struct cli *cli, const char *app)
{
    AUTO_JSON json_t *list = NULL;
    struct err ignored;
    if (list_volumes(cli, app, &list, &ignored) < 0)
        return;
    size_t n = json_array_size(json_object_get(list, "items"));
    if (n > 0)
        cli_note(cli, "%zu volume%s kept for the next 'sedge deploy'; 'sedge undeploy %s --volumes' removes %s.", n,
                 n == 1 ? "" : "s", app, n == 1 ? "it" : "them");
}

/* Its own work flow may have failed; then the rest was removed without it. */
static void tell_own_failure(struct cli *cli, const json_t *seen)
{
    const json_t *run = json_at(seen, "status", "workflow", NULL);
    if (!str_eq(json_str(run, "name", ""), "undeploy") || !str_eq(json_str(run, "state", ""), "Failed"))
        return;
    cli_note(cli, "Its work flow undeploy failed: %s. The rest was removed without it.", json_str(run, "message", ""));
    flow_tell_failure(cli, run);
}

/* Asks for the removal; *ret_generation: what the status is to speak of. */
static int ask(struct cli *cli, const char *app, struct undeploy_options *o, int64_t *ret_generation, struct err *e)
{
    AUTO_JSON json_t *written = NULL, *deleted = NULL;
    AUTO_FREE char *path = client_path(kind_find("Application"), client_ns(cli), app);
    int r = app_patch(cli, app, change, o, &written, e);
    if (r < 0)
        return r;
    *ret_generation = json_int(json_object_get(written, "metadata"), "generation", 0);
    r = client_call(cli, "DELETE", path, NULL, &deleted, e);
    if (r == -ENOENT)
        return 0; /* that was quick */
    *ret_generation = json_int(json_object_get(deleted, "metadata"), "generation", *ret_generation);
    return r;
}

static int run_undeploy(struct cli *cli, int argc, char **argv)
{
    struct undeploy_options o = {0};
    struct err e = {0};
    int status, r = options_parse(cli, &verb_undeploy, &argc, argv, &o);
    if (r >= 0)
        return r;
    const char *app = argv[1];
    AUTO_JSON json_t *last = NULL, *seen = NULL;
    AUTO_FREE char *leaving = mem_printf("undeploy goes on; see 'sedge describe app %s'", app);
    struct app_wait wait = {
        .name = app, .timeout_us = o.timeout_us, .gone = true, .ret_seen = &seen, .leaving = leaving};
    r = ask(cli, app, &o, &wait.generation, &e);
    if (r == -ENOENT && o.volumes && remove_left_volumes(cli, app, &status))
        return status;
    if (r < 0)
        return cli_fail(cli, &e);
    r = app_wait(cli, &wait, &last, &e);
    status = app_end(cli, &wait, "undeploy", r, last, &e);
    if (status != CLI_DONE)
        return status;
    tell_own_failure(cli, seen);
    printf("%s is gone\n", app);
    if (!o.volumes)
        tell_kept(cli, app);
    return CLI_DONE;
}

const struct verb verb_undeploy = {.name = "undeploy",
                                   .group = GROUP_APPLICATION,
                                   .args = "APP",
                                   .line = "Take an application down and remove its containers",
                                   .more = "Volumes are kept, for the next 'sedge deploy', unless --volumes is given.",
                                   .examples = "sedge undeploy shop\nsedge undeploy shop --volumes\n",
                                   OPTS(undeploy_opts),
                                   .args_min = 1,
                                   .args_max = 1,
                                   .run = run_undeploy};
