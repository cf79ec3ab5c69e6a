// SPDX-License-Identifier: Apache-2.0
/* `sedge status`: what runs on this machine, and what the head has. */
#include <errno.h>

#include "cli/api_client.h"
#include "cli/help.h"
#include "cli/names.h"
#include "cli/node_pick.h"
#include "cli/output.h"
#include "cli/this_machine.h"

extern const struct verb verb_status;

static const char *const daemons[] = {"keeper", "head", "node"};

/* {"keeper": {"pid", "memory", "uptime"} or null, ...} */
static json_t *daemon_report(const struct cli *cli)
{
    json_t *v = json_object();
    for (size_t i = 0; i < ARRAY_LEN(daemons); i++) {
        struct daemon_facts d;
        this_machine_daemon(cli, daemons[i], &d);
        json_t *one = d.pid > 0 ? json_pack("{s:i}", "pid", (int)d.pid) : json_null();
        if (d.pid > 0 && d.pss >= 0)
            json_put_int(one, "memoryBytes", d.pss);
        if (d.pid > 0 && d.age_us >= 0)
            json_put_int(one, "uptimeSeconds", d.age_us / US_PER_S);
        json_object_set_new(v, daemons[i], one);
    }
    return v;
}

/* Counts objects of a kind in all namespaces; *ret_good: those whose `path` in the status is `good`. */
static int count(struct cli *cli, const char *kind, const char *good, json_t *to, struct err *e)
{
    AUTO_JSON json_t *list = NULL;
    const struct kind *k = kind_find(kind);
    size_t i;
    int64_t n = 0;
    json_t *item;
    int r = client_list(cli, k, NULL, NULL, &list, e);
    json_array_foreach(json_object_get(list, "items"), i, item)
    {
        n += str_eq(json_str(json_object_get(item, "status"), "phase", ""), good);
    }
    if (r == 0)
        json_object_set_new(to, k->plural,
                            json_pack("{s:i, s:I}", "total", (int)json_array_size(json_object_get(list, "items")),
                                      "running", (json_int_t)n));
    return r;
}

static bool is_ready(const json_t *node)
{
    size_t i;
    json_t *c;
    json_array_foreach(json_at(node, "status", "conditions", NULL), i, c)
    {
        if (str_eq(json_str(c, "type", ""), "Ready"))
            return str_eq(json_str(c, "status", ""), "True");
    }
    return false;
}

static int node_report(struct cli *cli, json_t *to, struct err *e)
{
    AUTO_JSON json_t *list = NULL;
    json_t *nodes = json_array(), *node;
    struct err ignored;
    size_t i;
    json_object_set_new(to, "nodes", nodes);
    int r = client_list(cli, kind_find("Node"), NULL, NULL, &list, e);
    json_array_foreach(json_object_get(list, "items"), i, node)
    {
        const json_t *info = json_at(node, "status", "nodeInfo", NULL);
        bool ready = is_ready(node) && node_answers(cli, name_of(node), &ignored) == 0;
        json_array_append_new(nodes, json_pack("{s:s, s:b, s:s}", "name", name_of(node), "ready", ready, "version",
                                               json_str(info, "kubeletVersion", "")));
    }
    return r;
}

static int head_report(struct cli *cli, json_t *to, struct err *e)
{
    AUTO_JSON json_t *version = NULL;
    int r = client_call(cli, "GET", "/version", NULL, &version, e);
    if (r == 0) {
        json_put_str(to, "version", head_version(version));
        r = node_report(cli, to, e);
    }
    if (r == 0)
        r = count(cli, "Application", "Running", to, e);
    return r == 0 ? count(cli, "Pod", "Running", to, e) : r;
}

/* ---- for people ---- */

static void print_daemons(const struct cli *cli, const json_t *report)
{
    static const char *const heads[] = {"DAEMON", "STATUS", "PID", "MEMORY", "AGE"};
    AUTO(table_done)
    struct table t = {0};
    table_begin(&t, heads, ARRAY_LEN(heads));
    for (size_t i = 0; i < ARRAY_LEN(daemons); i++) {
        const json_t *d = json_object_get(report, daemons[i]);
        char memory[32] = "", age[32] = "", pid[16] = "";
        bool runs = json_is_object(d);
        if (runs)
            snprintf(pid, sizeof(pid), "%lld", (long long)json_int(d, "pid", 0));
        if (json_object_get(d, "memoryBytes"))
            size_text(json_int(d, "memoryBytes", 0), memory, sizeof(memory));
        if (json_object_get(d, "uptimeSeconds"))
            clock_age(json_int(d, "uptimeSeconds", 0) * US_PER_S, age, sizeof(age));
        table_cell(&t, daemons[i]);
        table_cell(&t, runs ? "runs" : "does not run");
        table_tint(&t, runs ? TINT_GREEN : TINT_RED);
        table_cell(&t, pid);
        table_cell(&t, memory);
        table_cell(&t, age);
    }
    AUTO_FREE char *text = table_text(&t, 0, cli->color_out);
    printf("%s\n", text);
}

static void print_count(const json_t *head, const char *plural)
{
    const json_t *c = json_object_get(head, plural);
    printf("%-13s %lld, %lld running\n", plural, (long long)json_int(c, "total", 0),
           (long long)json_int(c, "running", 0));
}

static void print_head(const struct cli *cli, const json_t *head)
{
    size_t i;
    json_t *node;
    printf("%-13s %s (this program: %s)\n", "head version", json_str(head, "version", "?"), SEDGE_VERSION);
    json_array_foreach(json_object_get(head, "nodes"), i, node)
    {
        bool ready = json_bool(node, "ready", false);
        enum tint tint = ready ? TINT_GREEN : TINT_RED;
        printf("%-13s %s, %s%s%s\n", "node", json_str(node, "name", "?"), tint_on(cli->color_out, tint),
               ready ? "ready" : "not ready", tint_off(cli->color_out, tint));
    }
    print_count(head, "applications");
    print_count(head, "pods");
}

static bool all_ready(const json_t *head)
{
    size_t i;
    json_t *node, *nodes = json_object_get(head, "nodes");
    json_array_foreach(nodes, i, node)
    {
        if (!json_bool(node, "ready", false))
            return false;
    }
    return json_array_size(nodes) > 0;
}

static bool is_up(const json_t *report)
{
    for (size_t i = 0; i < ARRAY_LEN(daemons); i++)
        if (!json_is_object(json_object_get(report, daemons[i])))
            return false;
    return true;
}

static int run_status(struct cli *cli, int argc, char **argv)
{
    int r = options_parse(cli, &verb_status, &argc, argv, NULL);
    if (r >= 0)
        return r;
    struct err e = {0};
    AUTO_JSON json_t *v = json_object();
    json_t *head = json_object();
    bool up = true;
    if (!cli->kubeconfig) {
        json_t *report = daemon_report(cli);
        json_object_set_new(v, "daemons", report);
        up = is_up(report);
    }
    r = head_report(cli, head, &e);
    json_object_set_new(v, "head", r == 0 ? head : json_null());
    if (cli->format != FORMAT_TABLE)
        output_value(cli, v);
    else if (!cli->kubeconfig)
        print_daemons(cli, json_object_get(v, "daemons"));
    if (r < 0) {
        json_decref(head);
        return cli_fail(cli, &e);
    }
    if (cli->format == FORMAT_TABLE)
        print_head(cli, head);
    if (!up)
        return cli_failf(cli, "not all daemons run: 'sedge up' starts what is missing");
    return all_ready(head) ? CLI_DONE : cli_failf(cli, "not all nodes are ready");
}

const struct verb verb_status = {.name = "status",
                                 .group = GROUP_MACHINE,
                                 .args = "",
                                 .line = "Show whether sedge is up here, and what it has",
                                 .more = "Ends with 0 when all daemons run and the nodes are ready, else with 1.",
                                 .examples = "sedge status\nsedge status -o json\n",
                                 .formats = FORMATS_DATA,
                                 .run = run_status};
