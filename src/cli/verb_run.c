// SPDX-License-Identifier: Apache-2.0
/* `sedge run`: one container outside of applications; `sedge rm`. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/names.h"
#include "cli/pod_words.h"
#include "cli/run_pod.h"
#include "cli/run_watch.h"

extern const struct verb verb_run, verb_rm;

static const struct opt run_opts[] = {
    OPT(run_options, '\0', "rm", OPT_SWITCH, remove, NULL, "remove it when it has ended"),
    OPT(run_options, 'd', "detach", OPT_SWITCH, detach, NULL, "end once it runs, and print its name"),
    OPT(run_options, 'i', "interactive", OPT_SWITCH, input, NULL, "pass standard input on (with -t)"),
    OPT(run_options, 't', "tty", OPT_SWITCH, tty, NULL, "give it a terminal"),
    OPT(run_options, '\0', "name", OPT_TEXT, name, "NAME", "its name (default: made up)"),
    OPT(run_options, 'e', "env", OPT_TEXTS, env, "KEY=VALUE", "a variable; KEY alone: as it is here"),
    OPT(run_options, 'p', "publish", OPT_TEXTS, ports, "HOST:PORT",
        "a port of the node that leads to it; [ADDRESS:]HOST:PORT[/udp]"),
    OPT(run_options, 'v', "volume", OPT_TEXTS, volumes, "FROM:PATH",
        "a folder of the node or a volume, at PATH in it; with :ro read-only"),
    OPT(run_options, 'w', "workdir", OPT_TEXT, dir, "DIR", "working directory in it"),
    OPT(run_options, 'u', "user", OPT_TEXT, user, "USER", "user in it: name or number, with :group"),
    OPT(run_options, 'm', "memory", OPT_TEXT, memory, "SIZE", "memory at most: 64m, 1g"),
    OPT(run_options, '\0', "cpus", OPT_TEXT, cpus, "N", "processors at most: 0.5, 2"),
    OPT(run_options, '\0', "pids", OPT_NUMBER, pids, "N", "processes at most"),
    OPT(run_options, '\0', "cap-add", OPT_TEXTS, cap_add, "NAME", "a capability more than the default ones"),
    OPT(run_options, '\0', "cap-drop", OPT_TEXTS, cap_drop, "NAME", "a default capability less"),
    OPT(run_options, '\0', "read-only", OPT_SWITCH, read_only, NULL, "no writes but to volumes"),
    OPT(run_options, '\0', "privileged", OPT_SWITCH, privileged, NULL, "all rights on the node"),
    OPT(run_options, '\0', "entrypoint", OPT_TEXT, entrypoint, "PROGRAM", "instead of the image's"),
    OPT(run_options, '\0', "hostname", OPT_TEXT, hostname, "NAME", "its host name"),
    OPT(run_options, '\0', "node", OPT_TEXT, node, "NODE", "where it is to run (default: where there is room)"),
    OPT(run_options, '\0', "restart", OPT_TEXT, restart, "POLICY", "no, on-failure or always (default: no)"),
};

/* Volumes that are not there yet are made. */
static int make_volumes(struct cli *cli, const struct strv *names, struct err *e)
{
    AUTO_FREE char *path = client_path(kind_find("Volume"), client_ns(cli), NULL);
    for (size_t i = 0; i < names->n; i++) {
        AUTO_JSON json_t *volume = json_pack("{s:s, s:s, s:{s:s}}", "apiVersion", "sedge.dev/v1", "kind", "Volume",
                                             "metadata", "name", names->v[i]);
        int r = client_call(cli, "POST", path, volume, NULL, e);
        if (r < 0 && r != -EEXIST)
            return r;
    }
    return 0;
}

static int check(struct cli *cli, const struct run_options *o)
{
    if (o->name && !str_is_label(o->name))
        return cli_misused(cli, "--name takes lower-case letters, digits and '-' (at most 63), not '%s'", o->name);
    if (o->hostname && !str_is_label(o->hostname))
        return cli_misused(cli, "--hostname takes lower-case letters, digits and '-', not '%s'", o->hostname);
    if (o->input && !o->tty)
        return cli_misused(
            cli, "-i works with a terminal, -it; input from a pipe goes to a running container: sedge exec -i");
    if (o->tty && !o->detach && !isatty(STDIN_FILENO))
        return cli_misused(cli, "-t needs a terminal, and standard input is none; leave -t out");
    if (o->detach && o->remove)
        return cli_misused(cli, "--rm goes with what is waited for, not with -d; 'sedge rm' removes it later");
    return OPTIONS_GO;
}

static int run_parsed(struct cli *cli, const struct run_options *o, int argc, char **argv)
{
    AUTO_STRV struct strv volumes = {0};
    AUTO_FREE char *here = getcwd(NULL, 0);
    struct err e = {0};
    char made[] = "run-......";
    int r = check(cli, o);
    if (r >= 0)
        return r;
    str_random(made + strlen("run-"), 6);
    const char *name = o->name ? o->name : made;
    AUTO_JSON json_t *pod = run_pod_make(o, name, here, argc - 1, argv + 1, &volumes, &e);
    if (!pod)
        return cli_misused(cli, "%s", e.text);
    AUTO_FREE char *path = client_path(kind_find("Pod"), client_ns(cli), NULL);
    AUTO_JSON json_t *created = NULL;
    if (make_volumes(cli, &volumes, &e) < 0 || client_call(cli, "POST", path, pod, &created, &e) < 0)
        return cli_fail(cli, &e);
    struct run_watch w = {.cli = cli,
                          .pod = name,
                          .image = argv[1],
                          .revision = json_str(json_object_get(created, "metadata"), "resourceVersion", NULL),
                          .remove = o->remove,
                          .remove_waits = o->name != NULL,
                          .tty = o->tty,
                          .input = o->input};
    return o->detach ? run_watch_start(&w) : run_watch_end(&w);
}

static int run_run(struct cli *cli, int argc, char **argv)
{
    struct run_options o = {.pids = -1};
    int r = options_parse(cli, &verb_run, &argc, argv, &o);
    if (r >= 0)
        return r;
    r = run_parsed(cli, &o, argc, argv);
    options_done(&verb_run, &o);
    return r;
}

const struct verb verb_run = {
    .name = "run",
    .group = GROUP_CONTAINER,
    .args = "IMAGE [COMMAND [WORD..]]",
    .line = "Run one container outside of applications",
    .more = "Shows what it prints and ends with its exit status. Ctrl-C stops it; a second one leaves it alone.",
    .examples =
        "sedge run --rm busybox uname -a\nsedge run --rm -it debian bash\nsedge run -d --name web -p 8080:80 -v "
        "data:/data nginx\n",
    OPTS(run_opts),
    .args_min = 1,
    .args_max = -1,
    .words_pass = true,
    .run = run_run};

/* ---- rm ---- */

static int rm_one(struct cli *cli, const char *name)
{
    AUTO_JSON json_t *pod = NULL;
    struct err e = {0};
    if (client_get(cli, kind_find("Pod"), client_ns(cli), name, &pod, &e) < 0)
        return cli_fail(cli, &e);
    const char *app = label_of(pod, LABEL_APPLICATION);
    if (app[0])
        return cli_failf(
            cli, "pod %s belongs to application %s, which would make it anew; see 'sedge stop' and 'sedge undeploy'",
            name, app);
    if (run_pod_remove(cli, name, &e) < 0)
        return cli_fail(cli, &e);
    puts(name);
    return CLI_DONE;
}

static int run_rm(struct cli *cli, int argc, char **argv)
{
    int status = CLI_DONE, r = options_parse(cli, &verb_rm, &argc, argv, NULL);
    if (r >= 0)
        return r;
    for (int i = 1; i < argc; i++) {
        r = rm_one(cli, argv[i]);
        status = r != CLI_DONE ? r : status;
    }
    return status;
}

const struct verb verb_rm = {.name = "rm",
                             .group = GROUP_CONTAINER,
                             .args = "POD..",
                             .line = "Stop and remove containers made by 'run'",
                             .examples = "sedge rm web\nsedge rm $(sedge ps -a -o name)\n",
                             .args_min = 1,
                             .args_max = -1,
                             .run = run_rm};
