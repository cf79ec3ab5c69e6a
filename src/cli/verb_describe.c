// SPDX-License-Identifier: Apache-2.0
/* `sedge describe app|pod|node NAME`: all there is to know of one thing. */
#include <errno.h>
#include <string.h>

#include "cli/names.h"
#include "cli/output.h"
#include "cli/pod_words.h"
#include "cli/policy_words.h"
#include "cli/progress.h"
#include "model/secret_token.h"

extern const struct verb verb_describe;

#define EVENTS_SHOWN 10

static void line(const char *what, const char *value)
{
    if (!str_empty(value))
        printf("%-13s %s\n", what, value);
}

static void line_number(const char *what, int64_t value)
{
    printf("%-13s %lld\n", what, (long long)value);
}

static void line_age(const json_t *object)
{
    char age[32];
    const char *created = json_str(json_object_get(object, "metadata"), "creationTimestamp", NULL);
    if (created)
        printf("%-13s %s (%s ago)\n", "Created", created, age_text(created, clock_now_us(), age, sizeof(age)));
}

static void title(const struct cli *cli, const char *text)
{
    printf("\n%s%s%s\n", tint_on(cli->color_out, TINT_BOLD), text, tint_off(cli->color_out, TINT_BOLD));
}

/* Texts of several lines stand indented. */
static void indented(const char *text)
{
    while (*text) {
        size_t len = strcspn(text, "\n");
        printf("    | %.*s\n", (int)len, text);
        text += len + (text[len] == '\n');
    }
}

/* ---- events ---- */

static void show_events(struct cli *cli, const char *ns, const char *kind, const char *name)
{
    AUTO_JSON json_t *list = NULL;
    AUTO_JSON json_t *own = json_array();
    AUTO_JSON json_t *sorted = NULL;
    struct err ignored;
    size_t i;
    json_t *event;
    if (client_list(cli, kind_find("Event"), ns, NULL, &list, &ignored) < 0)
        return;
    json_array_foreach(json_object_get(list, "items"), i, event)
    {
        const json_t *about = json_object_get(event, "involvedObject");
        if (str_eq(json_str(about, "kind", ""), kind) && str_eq(json_str(about, "name", ""), name))
            json_array_append(own, event);
    }
    size_t n = json_array_size(own);
    if (n == 0)
        return;
    sorted = by_last_change(own);
    title(cli, "Events");
    for (i = n > EVENTS_SHOWN ? n - EVENTS_SHOWN : 0; i < n; i++) {
        char age[32];
        event = json_array_get(sorted, i);
        printf("  %-6s %-8s %s: %s\n",
               age_text(json_str(event, "lastTimestamp", NULL), clock_now_us(), age, sizeof(age)),
               json_str(event, "type", ""), json_str(event, "reason", ""), json_str(event, "message", ""));
    }
}

/* ---- application ---- */

static void show_component(const struct cli *cli, const json_t *c, int width)
{
    enum tint tint;
    AUTO_FREE char *words = progress_words(c, &tint);
    AUTO_BUF struct buf pods = {0};
    size_t i;
    json_t *pod;
    const char *log = json_str(c, "log", NULL);
    json_array_foreach(json_object_get(c, "pods"), i, pod)
        buf_addf(&pods, "%s%s", i ? ", " : "", json_string_value(pod) ? json_string_value(pod) : "");
    printf("  %-*s  %-10s %s%s%s\n", width, json_str(c, "name", "?"), json_str(c, "kind", ""),
           tint_on(cli->color_out, tint), words, tint_off(cli->color_out, tint));
    if (!str_empty(json_str(c, "type", NULL)))
        printf("  %-*s  type %s\n", width, "", json_str(c, "type", ""));
    if (pods.len)
        printf("  %-*s  pods %s\n", width, "", buf_str(&pods));
    if (!str_empty(log))
        indented(log);
}

static void show_values(const struct cli *cli, const char *what, const json_t *plain)
{
    AUTO_JSON json_t *values = plain ? secret_token_masked(plain) : NULL;
    const char *key;
    json_t *v;
    if (json_object_size(values) == 0)
        return;
    title(cli, what);
    json_object_foreach((json_t *)(uintptr_t)values, key, v)
    {
        AUTO_FREE char *text = json_is_string(v) ? mem_strdup(json_string_value(v)) : json_text(v);
        printf("  %s = %s\n", key, json_is_null(v) ? "(not known yet)" : text);
    }
}

static void show_application(struct cli *cli, const json_t *app)
{
    const json_t *spec = json_object_get(app, "spec"), *status = json_object_get(app, "status");
    const json_t *components = json_object_get(status, "components");
    size_t i;
    int width = 0;
    json_t *c;
    line("Application", name_of(app));
    line("Namespace", json_str(json_object_get(app, "metadata"), "namespace", NULL));
    line("Status", json_str(status, "phase", "New"));
    line("Message", json_str(status, "message", NULL));
    line("Wanted", json_str(spec, "state", NULL));
    line("Template", json_str(json_object_get(spec, "source"), "entry", NULL));
    line_age(app);
    title(cli, "Components");
    json_array_foreach(components, i, c)
    {
        int len = (int)strlen(json_str(c, "name", ""));
        width = len > width ? len : width;
    }
    json_array_foreach(components, i, c) show_component(cli, c, width);
    policy_words_print(cli, "", json_object_get(status, "policies"));
    show_values(cli, "Inputs", json_at(spec, "source", "inputs", NULL));
    show_values(cli, "Outputs", json_object_get(status, "outputs"));
}

/* ---- pod ---- */

static void show_container_state(const json_t *report)
{
    static const char *const states[] = {"waiting", "running", "terminated"};
    for (size_t i = 0; i < ARRAY_LEN(states); i++) {
        const json_t *s = json_at(report, "state", states[i], NULL);
        if (!s)
            continue;
        line("  State", states[i]);
        line("  Reason", json_str(s, "reason", NULL));
        line("  Message", json_str(s, "message", NULL));
        line("  Started", json_str(s, "startedAt", NULL));
        line("  Finished", json_str(s, "finishedAt", NULL));
        if (json_object_get(s, "exitCode"))
            line_number("  Exit status", json_int(s, "exitCode", 0));
    }
}

static void show_container(const struct cli *cli, const json_t *pod, size_t i)
{
    const json_t *container = json_array_get(json_at(pod, "spec", "containers", NULL), i);
    const json_t *report = json_array_get(json_at(pod, "status", "containerStatuses", NULL), i);
    AUTO_FREE char *heading = mem_printf("Container %s", json_str(container, "name", "?"));
    title(cli, heading);
    line("  Image", json_str(container, "image", NULL));
    line("  Image id", json_str(report, "imageID", NULL));
    line("  Id", json_str(report, "containerID", NULL));
    if (json_int(report, "pid", 0) > 0)
        line_number("  Pid", json_int(report, "pid", 0));
    line_number("  Restarts", json_int(report, "restartCount", 0));
    show_container_state(report);
}

static void show_pod(struct cli *cli, const json_t *pod)
{
    const json_t *status = json_object_get(pod, "status");
    AUTO_FREE char *words = pod_words_status(pod);
    AUTO_FREE char *ports = pod_words_ports(pod);
    AUTO_FREE char *shown = pod_shown_name(pod);
    size_t i, n = json_array_size(json_at(pod, "spec", "containers", NULL));
    json_t *c;
    line("Pod", name_of(pod));
    line("Namespace", json_str(json_object_get(pod, "metadata"), "namespace", NULL));
    if (!str_eq(shown, name_of(pod)))
        line("Component", shown);
    line("Status", words);
    line("Message", json_str(status, "message", NULL));
    line("Node", json_str(json_object_get(pod, "spec"), "nodeName", NULL));
    line("Address", json_str(status, "podIP", NULL));
    line("Ports", ports);
    line_age(pod);
    for (i = 0; i < n; i++)
        show_container(cli, pod, i);
    json_array_foreach(json_object_get(status, "components"), i, c)
    {
        AUTO_FREE char *heading = mem_printf("Software %s", json_str(c, "name", "?"));
        title(cli, heading);
        line("  State", json_str(c, "state", NULL));
        line("  Operation", json_str(c, "operation", NULL));
        line("  Message", json_str(c, "message", NULL));
        if (!str_empty(json_str(c, "log", NULL)))
            indented(json_str(c, "log", ""));
    }
}

/* ---- node ---- */

static void show_node(struct cli *cli, const json_t *node)
{
    const json_t *status = json_object_get(node, "status"), *info = json_object_get(status, "nodeInfo");
    const char *key;
    size_t i;
    json_t *v;
    line("Node", name_of(node));
    line_age(node);
    line("Version", json_str(info, "kubeletVersion", NULL));
    line("System", json_str(info, "osImage", NULL));
    line("Kernel", json_str(info, "kernelVersion", NULL));
    line("Architecture", json_str(info, "architecture", NULL));
    line("Runtime", json_str(info, "containerRuntimeVersion", NULL));
    line("Pod range", json_str(json_object_get(node, "spec"), "podCIDR", NULL));
    json_array_foreach(json_object_get(status, "addresses"), i, v)
        line(json_str(v, "type", "Address"), json_str(v, "address", NULL));
    title(cli, "Conditions");
    json_array_foreach(json_object_get(status, "conditions"), i, v)
        printf("  %-16s %-8s %s\n", json_str(v, "type", ""), json_str(v, "status", ""), json_str(v, "message", ""));
    title(cli, "Capacity");
    json_object_foreach(json_object_get(status, "capacity"), key, v)
        printf("  %-16s %s\n", key, json_string_value(v) ? json_string_value(v) : "");
}

/* ---- the verb ---- */

static int find_application(struct cli *cli, const char *name, json_t **ret, struct err *e)
{
    return names_application(cli, name, ret, e);
}

static int find_pod(struct cli *cli, const char *name, json_t **ret, struct err *e)
{
    AUTO(part_name_done)
    struct part_name n = {0};
    int r = part_name_parse(name, &n, e);
    return r < 0 ? r : names_pod(cli, &n, ret, e);
}

static int find_node(struct cli *cli, const char *name, json_t **ret, struct err *e)
{
    return client_get(cli, kind_find("Node"), NULL, name, ret, e);
}

static const struct {
    const char *word, *other, *kind;
    int (*find)(struct cli *cli, const char *name, json_t **ret, struct err *e);
    void (*show)(struct cli *cli, const json_t *object);
} things[] = {{"app", "application", "Application", find_application, show_application},
              {"pod", "pods", "Pod", find_pod, show_pod},
              {"node", "nodes", "Node", find_node, show_node}};

static int run_describe(struct cli *cli, int argc, char **argv)
{
    struct err e = {0};
    int r = options_parse(cli, &verb_describe, &argc, argv, NULL);
    if (r >= 0)
        return r;
    for (size_t i = 0; i < ARRAY_LEN(things); i++) {
        AUTO_JSON json_t *found = NULL;
        if (!str_eq(argv[1], things[i].word) && !str_eq(argv[1], things[i].other))
            continue;
        if (things[i].find(cli, argv[2], &found, &e) < 0)
            return cli_fail(cli, &e);
        if (cli->format != FORMAT_TABLE)
            return output_value(cli, found);
        things[i].show(cli, found);
        bool in_ns = kind_find(things[i].kind)->namespaced;
        show_events(cli, in_ns ? client_ns(cli) : NULL, things[i].kind, name_of(found));
        return CLI_DONE;
    }
    return cli_misused(cli, "describes an app, a pod or a node, not '%s'", argv[1]);
}

const struct verb verb_describe = {
    .name = "describe",
    .group = GROUP_APPLICATION,
    .args = "app|pod|node NAME",
    .line = "Show all there is to know of one application, pod or node",
    .examples = "sedge describe app shop\nsedge describe pod shop/web\nsedge describe node board1\n",
    .formats = FORMATS_DATA,
    .args_min = 2,
    .args_max = 2,
    .run = run_describe};
