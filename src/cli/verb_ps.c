// SPDX-License-Identifier: Apache-2.0
/* `sedge ps`: the containers. */
#include "cli/names.h"
#include "cli/output.h"
#include "cli/pod_words.h"

extern const struct verb verb_ps;

struct ps_options {
    bool all, all_ns;
};
static const struct opt ps_opts[] = {
    OPT(ps_options, 'a', "all", OPT_SWITCH, all, NULL, "also those that are stopped or have ended"),
    OPT(ps_options, 'A', "all-namespaces", OPT_SWITCH, all_ns, NULL, "those of every namespace"),
};

static char *cell_namespace(const json_t *pod)
{
    return mem_strdup(json_str(json_object_get(pod, "metadata"), "namespace", NULL));
}

static char *cell_pod(const json_t *pod)
{
    return mem_strdup(name_of(pod));
}

static enum tint tint_status(const char *cell)
{
    if (str_eq(cell, "Running"))
        return TINT_GREEN;
    if (str_starts(cell, "Err") || str_starts(cell, "Failed") || str_ends(cell, "Error") ||
        str_eq(cell, "CrashLoopBackOff"))
        return TINT_RED;
    return str_starts(cell, "Exited") || str_eq(cell, "Stopped") ? TINT_FAINT : TINT_YELLOW;
}

static char *cell_restarts(const json_t *pod)
{
    return mem_printf("%lld", (long long)json_int(pod_words_report(pod), "restartCount", 0));
}

static char *cell_age(const json_t *pod)
{
    char age[32];
    return mem_strdup(age_text(json_str(json_object_get(pod, "metadata"), "creationTimestamp", NULL), clock_now_us(),
                               age, sizeof(age)));
}

static char *cell_image(const json_t *pod)
{
    return mem_strdup(json_str(json_array_get(json_at(pod, "spec", "containers", NULL), 0), "image", NULL));
}

static char *cell_node(const json_t *pod)
{
    return mem_strdup(json_str(json_object_get(pod, "spec"), "nodeName", NULL));
}

static char *cell_ip(const json_t *pod)
{
    return mem_strdup(json_str(json_object_get(pod, "status"), "podIP", NULL));
}

static char *cell_pid(const json_t *pod)
{
    int64_t pid = json_int(pod_words_report(pod), "pid", 0);
    return pid > 0 ? mem_printf("%lld", (long long)pid) : NULL;
}

static char *cell_message(const json_t *pod)
{
    const char *reason;
    return mem_strdup(pod_words_trouble(pod, &reason));
}

static const struct column columns[] = {
    {"NAMESPACE", false, cell_namespace, NULL},
    {"NAME", false, pod_shown_name, NULL},
    {"STATUS", false, pod_words_status, tint_status},
    {"RESTARTS", false, cell_restarts, NULL},
    {"AGE", false, cell_age, NULL},
    {"PORTS", false, pod_words_ports, NULL},
    {"POD", true, cell_pod, NULL},
    {"NODE", true, cell_node, NULL},
    {"IP", true, cell_ip, NULL},
    {"PID", true, cell_pid, NULL},
    {"IMAGE", false, cell_image, NULL},
    {"MESSAGE", true, cell_message, NULL},
};

static json_t *shown_pods(const json_t *pods, bool all, size_t *ret_hidden)
{
    json_t *shown = json_array(), *pod;
    size_t i;
    *ret_hidden = 0;
    json_array_foreach(pods, i, pod)
    {
        if (all || pod_words_life(pod) == POD_GOES)
            json_array_append(shown, pod);
        else
            (*ret_hidden)++;
    }
    return shown;
}

static int run_ps(struct cli *cli, int argc, char **argv)
{
    struct ps_options o = {0};
    int r = options_parse(cli, &verb_ps, &argc, argv, &o);
    if (r >= 0)
        return r;
    struct err e = {0};
    size_t hidden;
    char none[160] = "No containers. 'sedge deploy FILE' or 'sedge run IMAGE' makes some.";
    AUTO_JSON json_t *list = NULL, *app = NULL;
    AUTO_FREE char *selector = argc > 1 ? mem_printf(LABEL_APPLICATION "=%s", argv[1]) : NULL;
    r = argc > 1 ? names_application(cli, argv[1], &app, &e) : 0;
    if (r == 0)
        r = client_list(cli, kind_find("Pod"), o.all_ns ? NULL : client_ns(cli), selector, &list, &e);
    if (r < 0)
        return cli_fail(cli, &e);
    AUTO_JSON json_t *pods = shown_pods(json_object_get(list, "items"), o.all || argc > 1, &hidden);
    if (hidden)
        snprintf(none, sizeof(none), "No containers run; 'sedge ps -a' shows %zu more.", hidden);
    struct table_look look = {
        .columns = columns + !o.all_ns, .n = ARRAY_LEN(columns) - !o.all_ns, .name = cell_pod, .none = none};
    return output_list(cli, pods, &look);
}

const struct verb verb_ps = {.name = "ps",
                             .group = GROUP_CONTAINER,
                             .args = "[APP]",
                             .line = "List containers, of all applications or of one",
                             .examples = "sedge ps\nsedge ps shop -o wide\nsedge ps -a\n",
                             OPTS(ps_opts),
                             .formats = FORMATS_ALL,
                             .args_max = 1,
                             .run = run_ps};
