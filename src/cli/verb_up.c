// SPDX-License-Identifier: Apache-2.0
/* `sedge up` and `sedge down`: this machine's daemons. */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/api_client.h"
#include "cli/daemons.h"
#include "cli/names.h"
#include "cli/node_pick.h"
#include "cli/this_machine.h"
#include "io/file.h"

#define CONNECT_US      (30 * US_PER_S)
#define CONNECT_STEP_US (10 * US_PER_MS)

extern const struct verb verb_up, verb_down;

struct up_options {
    const char *name, *pod_cidr, *service_cidr, *listen, *runtime;
    int64_t timeout_us;
};
static const struct opt up_opts[] = {
    OPT(up_options, '\0', "name", OPT_TEXT, name, "NAME", "name of this node (default: the host's)"),
    OPT(up_options, '\0', "listen", OPT_TEXT, listen, "ADDRESS:PORT",
        "where the API is served over TLS; '' for nowhere"),
    OPT(up_options, '\0', "runtime", OPT_TEXT, runtime, "PROGRAM", "OCI runtime (default: crun)"),
    OPT(up_options, '\0', "pod-cidr", OPT_TEXT, pod_cidr, "RANGE", "addresses of containers (default: a free range)"),
    OPT(up_options, '\0', "service-cidr", OPT_TEXT, service_cidr, "RANGE", "addresses of services"),
    OPT(up_options, '\0', "timeout", OPT_DURATION, timeout_us, "TIME",
        "wait at most so long for the node (default: 60s)"),
};

static int setup(struct cli *cli, const struct up_options *o)
{
    AUTO_STRV struct strv argv = {0};
    const struct {
        const char *option, *value;
    } given[] = {{"--name", o->name},
                 {"--pod-cidr", o->pod_cidr},
                 {"--service-cidr", o->service_cidr},
                 {"--listen", o->listen},
                 {"--runtime", o->runtime}};
    daemons_begin_part(cli, "node-setup", &argv);
    for (size_t i = 0; i < ARRAY_LEN(given); i++)
        if (given[i].value) {
            strv_add(&argv, given[i].option);
            strv_add(&argv, given[i].value);
        }
    return daemons_run_part(cli, &argv);
}

/* ---- until it is ready ---- */

/* The head is just being started: tried until it answers. */
static int wait_for_head(struct cli *cli)
{
    struct err e = {0};
    struct timespec step = {.tv_nsec = CONNECT_STEP_US * 1000};
    for (int64_t end = clock_mono_us() + CONNECT_US; clock_mono_us() < end; nanosleep(&step, NULL))
        if (client_connect(cli, &e) == 0)
            return CLI_DONE;
    cli_failf(cli, "the head does not come up: %s", err_text(&e));
    daemons_tell_log(cli, "head");
    return CLI_FAILED;
}

static int node_look(void *data, const json_t *node)
{
    size_t i;
    json_t *c;
    json_array_foreach(json_at(node, "status", "conditions", NULL), i, c)
    {
        if (str_eq(json_str(c, "type", ""), "Ready"))
            return str_eq(json_str(c, "status", ""), "True");
    }
    return 0;
}

/* A head that was started again shows its nodes as it left them until they have connected. */
static int wait_for_link(struct cli *cli, const char *name, int64_t end_us, struct err *e)
{
    struct timespec step = {.tv_nsec = CONNECT_STEP_US * 1000};
    int r = node_answers(cli, name, e);
    for (; r < 0 && clock_mono_us() < end_us; r = node_answers(cli, name, e))
        nanosleep(&step, NULL);
    return r;
}

static int wait_for_node(struct cli *cli, const char *name, int64_t timeout_us)
{
    struct err e = {0};
    int64_t end_us = clock_mono_us() + timeout_us;
    struct client_await a = {.kind = kind_find("Node"), .name = name, .timeout_us = timeout_us, .look = node_look};
    int r = client_await(cli, &a, &e);
    if (r > 0)
        r = wait_for_link(cli, name, end_us, &e);
    if (r == 0)
        return CLI_DONE;
    cli_failf(cli, "node %s does not become ready: %s", name, err_text(&e));
    daemons_tell_log(cli, "node");
    return CLI_FAILED;
}

/* ---- up ---- */

static const char *const all_parts[] = {"head", "node", NULL};

static bool all_run(const struct cli *cli)
{
    static const char *const names[] = {"keeper", "head", "node"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct daemon_facts d;
        this_machine_daemon(cli, names[i], &d);
        if (d.pid == 0)
            return false;
    }
    return true;
}

static int bring_up(struct cli *cli, const struct up_options *o)
{
    struct machine m = {0};
    struct err e = {0};
    bool ran = all_run(cli);
    int r = setup(cli, o);
    if (r != CLI_DONE)
        return r;
    if (this_machine_read(cli, &m, &e) < 0)
        return cli_fail(cli, &e);
    r = daemons_start(cli, m.runtime, all_parts);
    if (r == CLI_DONE)
        r = wait_for_head(cli);
    if (r == CLI_DONE)
        r = wait_for_node(cli, m.name, o->timeout_us);
    if (r == CLI_DONE) {
        printf("sedge is up%s: node %s is ready, the API is at %s/%s%s%s\n", ran ? " already" : "", m.name,
               cli->run_dir, SEDGE_API_SOCKET, str_empty(m.listen) ? "" : " and https://",
               str_empty(m.listen) ? "" : m.listen);
        if (!ran)
            cli_note(cli, "Next: 'sedge deploy FILE' for a TOSCA template, or 'sedge run IMAGE' for one container.");
    }
    fields_done(&machine_fields, &m);
    return r;
}

/* A board that has joined a cluster has no head of its own. */
static bool is_joined(const struct cli *cli)
{
    struct machine m = {0};
    struct err ignored;
    bool joined = this_machine_read(cli, &m, &ignored) == 0 && !str_empty(m.head);
    fields_done(&machine_fields, &m);
    return joined;
}

static int start_joined(struct cli *cli)
{
    int r = daemons_start_node(cli);
    if (r == CLI_DONE)
        puts("sedge is up: this machine is a node of its cluster; `sedge` on the head's machine shows it");
    return r;
}

static int run_up(struct cli *cli, int argc, char **argv)
{
    struct up_options o = {.timeout_us = 60 * US_PER_S};
    int r = options_parse(cli, &verb_up, &argc, argv, &o);
    if (r >= 0)
        return r;
    if (geteuid() != 0)
        return cli_failf(cli, "up needs root, to run containers: try 'sudo sedge up'");
    if (is_joined(cli))
        return start_joined(cli);
    if (cli->kubeconfig && !getenv("SEDGE_KUBECONFIG"))
        return cli_misused(cli, "works on this machine only, and takes no --kubeconfig");
    cli->kubeconfig = NULL;
    return bring_up(cli, &o);
}

static int run_down(struct cli *cli, int argc, char **argv)
{
    AUTO_STRV struct strv words = {0};
    int r = options_parse(cli, &verb_down, &argc, argv, NULL);
    if (r >= 0)
        return r;
    if (geteuid() != 0)
        return cli_failf(cli, "down needs root: try 'sudo sedge down'");
    bool ran = file_exists(cli->run_dir);
    daemons_begin_part(cli, "node-teardown", &words);
    r = daemons_run_part(cli, &words);
    if (r == CLI_DONE)
        puts(ran ? "sedge is down; what it keeps on disk stays for the next 'sedge up'" : "sedge was not up");
    return r;
}

const struct verb verb_up = {
    .name = "up",
    .group = GROUP_MACHINE,
    .args = "",
    .line = "Start sedge on this machine: keeper, head and node",
    .more =
        "Safe to repeat: what runs goes on running, what is missing is started. Applications that were deployed come\n"
        "back by themselves. What is given is remembered for the next time.",
    .examples = "sudo sedge up\nsudo sedge up --name board1 --listen 0.0.0.0:6443\n",
    OPTS(up_opts),
    .run = run_up};

const struct verb verb_down = {
    .name = "down",
    .group = GROUP_MACHINE,
    .args = "",
    .line = "Stop all containers and daemons of this machine",
    .more =
        "Removes every mount, network and process of sedge's. Applications, images and volumes stay on disk: the next\n"
        "'sedge up' brings them back.",
    .examples = "sudo sedge down\n",
    .run = run_down};
