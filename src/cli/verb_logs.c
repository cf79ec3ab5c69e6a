// SPDX-License-Identifier: Apache-2.0
/* `sedge logs`. */
#include "cli/names.h"
#include "cli/pod_log.h"

extern const struct verb verb_logs;

struct logs_options {
    bool follow, timestamps;
    int64_t tail, since_us;
};
static const struct opt logs_opts[] = {
    OPT(logs_options, 'f', "follow", OPT_SWITCH, follow, NULL, "go on with what comes, until Ctrl-C"),
    OPT(logs_options, '\0', "tail", OPT_NUMBER, tail, "N", "only the last N lines"),
    OPT(logs_options, '\0', "since", OPT_DURATION, since_us, "TIME", "only what came in that time: 30s, 5m, 2h"),
    OPT(logs_options, 't', "timestamps", OPT_SWITCH, timestamps, NULL, "the time in front of each line"),
};

static int run_logs(struct cli *cli, int argc, char **argv)
{
    struct logs_options o = {.tail = -1};
    int r = options_parse(cli, &verb_logs, &argc, argv, &o);
    if (r >= 0)
        return r;
    struct err e = {0};
    char since[32];
    AUTO(part_name_done)
    struct part_name name;
    AUTO_JSON json_t *pods = NULL;
    r = part_name_parse(argv[1], &name, &e);
    if (r < 0)
        return cli_misused(cli, "%s", e.text);
    if (names_pods(cli, &name, &pods, &e) < 0)
        return cli_fail(cli, &e);
    struct pod_log_query q = {.follow = o.follow, .timestamps = o.timestamps, .tail = o.tail};
    if (o.since_us > 0)
        q.since = clock_rfc3339_us(clock_now_us() - o.since_us, since, sizeof(since));
    return pod_log_print(cli, pods, &q);
}

const struct verb verb_logs = {
    .name = "logs",
    .group = GROUP_APPLICATION,
    .args = "APP[/COMPONENT[/REPLICA]]|POD",
    .line = "Show what containers print",
    .more = "Of several containers, each line begins with its component's name.",
    .examples = "sedge logs shop/web -f\nsedge logs shop --tail 20\nsedge logs shop/web/2 --since 5m -t\n",
    OPTS(logs_opts),
    .args_min = 1,
    .args_max = 1,
    .run = run_logs};
