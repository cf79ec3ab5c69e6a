// SPDX-License-Identifier: Apache-2.0
/* `sedge node ..`: the boards of a cluster. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/api_client.h"
#include "cli/daemons.h"
#include "cli/node_place.h"
#include "cli/output.h"
#include "cli/this_machine.h"
#include "io/file.h"

extern const struct verb verb_node;

struct node_options {
    const char *token, *token_file, *name, *runtime;
    int64_t timeout_us;
    bool with_volumes, unowned;
};
static const struct opt node_opts[] = {
    OPT(node_options, '\0', "token", OPT_TEXT, token, "TOKEN", "join: what 'sedge token create' printed"),
    OPT(node_options, '\0', "token-file", OPT_TEXT, token_file, "FILE", "join: a file that holds it ('-': standard input)"),
    OPT(node_options, '\0', "name", OPT_TEXT, name, "NAME", "join: name of this node (default: the host's)"),
    OPT(node_options, '\0', "runtime", OPT_TEXT, runtime, "PROGRAM", "join: OCI runtime (default: crun)"),
    OPT(node_options, '\0', "timeout", OPT_DURATION, timeout_us, "TIME", "drain: give up after that long (default: wait)"),
    OPT(node_options, '\0', "with-volumes", OPT_SWITCH, with_volumes, NULL,
        "drain: pods with volumes go, too; they wait until this node takes pods again"),
    OPT(node_options, '\0', "unowned", OPT_SWITCH, unowned, NULL, "drain: pods that nobody makes anew go for good"),
};

/* ---- join and leave: this machine ---- */

/* A path by which the token can be read, not its text: command lines are seen by all users of a machine. */
static int token_path(struct cli *cli, const struct node_options *o, int *ret_fd, char **ret)
{
    if (o->token_file) {
        *ret = mem_strdup(str_eq(o->token_file, "-") ? "/dev/stdin" : o->token_file);
        return CLI_DONE;
    }
    if (!o->token)
        return cli_misused(cli, "node join: give the token that 'sedge token create' printed: --token or --token-file");
    *ret_fd = memfd_create("token", 0);
    if (*ret_fd < 0 || file_write_fd(*ret_fd, o->token, strlen(o->token)) < 0)
        return cli_failf(cli, "keep the token: %m");
    *ret = mem_printf("/proc/self/fd/%d", *ret_fd);
    return CLI_DONE;
}

static int join_part(struct cli *cli, const struct node_options *o, const char *head)
{
    AUTO_STRV struct strv argv = {0};
    AUTO_CLOSE int fd = -1;
    AUTO_FREE char *path = NULL;
    int r = token_path(cli, o, &fd, &path);
    if (r != CLI_DONE)
        return r;
    const struct {
        const char *option, *value;
    } given[] = {{"--head", head}, {"--token-file", path}, {"--name", o->name}, {"--runtime", o->runtime}};
    daemons_begin_part(cli, "node-join", &argv);
    for (size_t i = 0; i < ARRAY_LEN(given); i++)
        if (given[i].value) {
            strv_add(&argv, given[i].option);
            strv_add(&argv, given[i].value);
        }
    return daemons_run_part(cli, &argv);
}

static int node_join(struct cli *cli, const struct node_options *o, char **words)
{
    struct machine m = {0};
    struct err e = {0};
    if (geteuid() != 0)
        return cli_failf(cli, "node join needs root, to run containers: try 'sudo sedge node join ..'");
    int r = join_part(cli, o, words[0]);
    if (r == CLI_DONE)
        r = daemons_start_node(cli);
    if (r != CLI_DONE)
        return r;
    if (this_machine_read(cli, &m, &e) < 0)
        return cli_fail(cli, &e);
    printf("this machine is node %s of the cluster at %s\n", m.name, m.head);
    fields_done(&machine_fields, &m);
    return CLI_DONE;
}

/* Forgets what joining gave; images and volumes stay. */
static int forget(struct cli *cli)
{
    static const char *const names[] = {"node/pki", MACHINE_FILE};
    struct err e = {0};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        AUTO_FREE char *path = file_join(cli->state_dir, names[i]);
        if (file_remove_tree(path, &e) < 0)
            return cli_fail(cli, &e);
    }
    return CLI_DONE;
}

static int node_leave(struct cli *cli, const struct node_options *o, char **words)
{
    AUTO_STRV struct strv argv = {0};
    struct machine m = {0};
    struct err e = {0};
    if (geteuid() != 0)
        return cli_failf(cli, "node leave needs root: try 'sudo sedge node leave'");
    if (this_machine_read(cli, &m, &e) < 0 || str_empty(m.head)) {
        fields_done(&machine_fields, &m);
        return cli_failf(cli, "this machine has joined no cluster");
    }
    daemons_begin_part(cli, "node-teardown", &argv);
    int r = daemons_run_part(cli, &argv);
    if (r == CLI_DONE)
        r = forget(cli);
    if (r == CLI_DONE)
        printf("this machine has left; on the head's machine, 'sedge node rm %s' forgets it there, too\n", m.name);
    fields_done(&machine_fields, &m);
    return r;
}

/* ---- ls and rm: the cluster ---- */

static const json_t *ready_of(const json_t *node)
{
    size_t i;
    const json_t *c;
    json_array_foreach(json_at(node, "status", "conditions", NULL), i, c)
    {
        if (str_eq(json_str(c, "type", ""), "Ready"))
            return c;
    }
    return NULL;
}

static char *cell_name(const json_t *n)
{
    return mem_strdup(json_str(json_object_get(n, "metadata"), "name", ""));
}

static char *cell_state(const json_t *n)
{
    bool ready = str_eq(json_str(ready_of(n), "status", ""), "True");
    bool closed = json_bool(json_object_get(n, "spec"), "unschedulable", false);
    return mem_printf("%s%s", ready ? "Ready" : "NotReady", closed ? ",Cordoned" : "");
}

static enum tint state_tint(const char *cell)
{
    return str_eq(cell, "Ready") ? TINT_GREEN : str_starts(cell, "NotReady") ? TINT_RED : TINT_YELLOW;
}

static char *cell_address(const json_t *n)
{
    size_t i;
    const json_t *a;
    json_array_foreach(json_at(n, "status", "addresses", NULL), i, a)
    {
        if (str_eq(json_str(a, "type", ""), "InternalIP"))
            return mem_strdup(json_str(a, "address", NULL));
    }
    return NULL;
}

static char *cell_since(const json_t *n)
{
    char age[32];
    return mem_strdup(age_text(json_str(ready_of(n), "lastTransitionTime", NULL), clock_now_us(), age, sizeof(age)));
}

static char *cell_arch(const json_t *n)
{
    return mem_strdup(json_str(json_at(n, "status", "nodeInfo", NULL), "architecture", NULL));
}

static char *cell_range(const json_t *n)
{
    return mem_strdup(json_str(json_object_get(n, "spec"), "podCIDR", NULL));
}

static char *cell_why(const json_t *n)
{
    return mem_strdup(json_str(ready_of(n), "message", NULL));
}

static const struct column columns[] = {
    {"NAME", false, cell_name, NULL},  {"STATE", false, cell_state, state_tint}, {"SINCE", false, cell_since, NULL},
    {"ADDRESS", false, cell_address, NULL}, {"ARCH", false, cell_arch, NULL},    {"PODS AT", true, cell_range, NULL},
    {"WHY", true, cell_why, NULL},
};

static int node_ls(struct cli *cli, const struct node_options *o, char **words)
{
    struct err e = {0};
    AUTO_JSON json_t *list = NULL;
    struct table_look look = {.columns = columns, .n = ARRAY_LEN(columns), .name = cell_name, .none = "No nodes."};
    if (client_list(cli, kind_find("Node"), NULL, NULL, &list, &e) < 0)
        return cli_fail(cli, &e);
    return output_list(cli, json_object_get(list, "items"), &look);
}

static int node_rm(struct cli *cli, const struct node_options *o, char **words)
{
    struct err e = {0};
    AUTO_FREE char *path = client_path(kind_find("Node"), NULL, words[0]);
    if (client_call(cli, "DELETE", path, NULL, NULL, &e) < 0)
        return cli_fail(cli, &e);
    printf("node %s is removed: its certificate is good no more\n", words[0]);
    return CLI_DONE;
}

static size_t count(char *const *words)
{
    size_t n = 0;
    while (words[n])
        n++;
    return n;
}

static int cordon(struct cli *cli, const struct node_options *o, char **words)
{
    return node_cordon(cli, words, count(words), true);
}

static int uncordon(struct cli *cli, const struct node_options *o, char **words)
{
    return node_cordon(cli, words, count(words), false);
}

static int drain(struct cli *cli, const struct node_options *o, char **words)
{
    struct node_drain how = {o->timeout_us, o->with_volumes, o->unowned};
    return node_drain(cli, words[0], &how);
}

static int label(struct cli *cli, const struct node_options *o, char **words)
{
    return node_label(cli, words[0], words + 1, count(words + 1));
}

static int taint(struct cli *cli, const struct node_options *o, char **words)
{
    return node_taint(cli, words[0], words + 1, count(words + 1));
}

static const struct {
    const char *word, *args;
    int words, most; /* most 0: just `words`; -1: any more */
    int (*run)(struct cli *cli, const struct node_options *o, char **words);
} parts[] = {{"join", " HEAD[:PORT] --token TOKEN", 1, 0, node_join},
             {"leave", "", 0, 0, node_leave},
             {"ls", "", 0, 0, node_ls},
             {"rm", " NAME", 1, 0, node_rm},
             {"cordon", " NAME...", 1, -1, cordon},
             {"uncordon", " NAME...", 1, -1, uncordon},
             {"drain", " NAME [--timeout TIME]", 1, 0, drain},
             {"label", " NAME KEY=VALUE|KEY-...", 2, -1, label},
             {"taint", " NAME KEY=VALUE:EFFECT|KEY-...", 2, -1, taint}};

static int run_node(struct cli *cli, int argc, char **argv)
{
    struct node_options o = {0};
    const char *names[ARRAY_LEN(parts)];
    char hint[160];
    int r = options_parse(cli, &verb_node, &argc, argv, &o);
    if (r >= 0)
        return r;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        names[i] = parts[i].word;
        if (!str_eq(argv[1], parts[i].word))
            continue;
        if (argc - 2 < parts[i].words || (!parts[i].most && argc - 2 > parts[i].words))
            return cli_misused(cli, "write it as: sedge node %s%s", parts[i].word, parts[i].args);
        return parts[i].run(cli, &o, argv + 2);
    }
    str_suggest(hint, sizeof(hint), argv[1], names, ARRAY_LEN(names));
    return cli_misused(cli, "there is no 'node %s'%s", argv[1], hint);
}

const struct verb verb_node = {
    .name = "node",
    .group = GROUP_MACHINE,
    .args = "join HEAD | leave | ls | rm NAME | cordon NAME | uncordon NAME | drain NAME | label NAME K=V | taint NAME K=V:E",
    .line = "Bring this machine into a cluster; list, empty, mark and remove the cluster's boards",
    .more = "'join' makes a key that never leaves this machine, gets a certificate for it from the head that the token\n"
            "names, and starts keeper and node. It needs no clock that is right, and can be repeated. 'rm' revokes: the\n"
            "board's certificate is good no more, and its pods go elsewhere.\n"
            "'cordon' keeps new pods away. 'drain' cordons, then lets the pods go, a few at a time: the next one of an owner\n"
            "when the replacement of the one before is ready. It changes nothing when a pod has a volume (its data stays on\n"
            "this board) or nobody makes it anew, and names these. A taint keeps pods away that do not tolerate it:\n"
            "NoSchedule new ones, PreferNoSchedule while there is room elsewhere, NoExecute also those that are there.",
    .examples = "sudo sedge node join board1 --token sedge-join-...\nsedge node ls -o wide\nsedge node rm board3\n"
                "sedge node drain board2 --timeout 5m\nsedge node uncordon board2\n"
                "sedge node label board2 disk=ssd zone-\nsedge node taint board2 camera=yes:NoSchedule\n"
                "sedge node taint board2 camera-\n",
    OPTS(node_opts),
    .formats = FORMATS_ALL,
    .args_min = 1,
    .args_max = -1,
    .run = run_node};
