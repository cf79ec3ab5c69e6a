// SPDX-License-Identifier: Apache-2.0
/* `sedge explain APP/COMPONENT`: asks the head for what each node says to each pod, and shows it. */
#include "cli/explain_place.h"

#include <string.h>

#include "cli/names.h"
#include "cli/output.h"

static char *parts_text(const json_t *parts)
{
    AUTO_BUF struct buf b = {0};
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)(uintptr_t)parts, key, v)
    {
        if (json_integer_value(v) != 0)
            buf_addf(&b, "%s%s %lld", b.len ? ", " : "", key, (long long)json_integer_value(v));
    }
    return mem_strdup(buf_str(&b));
}

static void add_node(struct table *t, const json_t *placement, const json_t *n)
{
    const char *name = json_str(n, "node", "");
    bool fits = json_bool(n, "fits", false), here = str_eq(name, json_str(placement, "on", ""));
    AUTO_FREE char *pods = mem_printf("%lld", (long long)json_int(n, "pods", 0));
    AUTO_FREE char *score = fits ? mem_printf("%lld", (long long)json_int(n, "score", 0)) : NULL;
    AUTO_FREE char *parts = fits ? parts_text(json_object_get(n, "parts")) : NULL;
    const char *best = str_eq(name, json_str(placement, "best", "")) ? "best" : fits ? "fits" : "no";
    const char *cells[] = {name, here ? "here" : NULL, best, score, pods, fits ? parts : json_str(n, "why", "")};
    table_row(t, cells);
}

static void show(const struct cli *cli, const json_t *placement)
{
    static const char *const heads[] = {"NODE", "POD", "TAKES IT", "SCORE", "PODS", "WHY"};
    struct table t;
    size_t i;
    json_t *n;
    const char *on = json_str(placement, "on", NULL), *why = json_str(placement, "why", NULL);
    printf("pod %s: %s%s%s%s\n", json_str(placement, "pod", ""), on ? "on node " : "has no node yet", on ? on : "",
           why ? "; " : "", why ? why : "");
    table_begin(&t, heads, ARRAY_LEN(heads));
    json_array_foreach(json_object_get(placement, "nodes"), i, n)
    {
        add_node(&t, placement, n);
    }
    AUTO_FREE char *text = table_text(&t, 0, false);
    printf("%s", text);
    table_done(&t);
}

static int add_placement(struct cli *cli, const char *ns, const char *pod, json_t *list, struct err *e)
{
    AUTO_FREE char *object = client_path(kind_find("Pod"), ns, pod);
    AUTO_FREE char *path = mem_printf("%s/placement", object);
    json_t *v = NULL;
    int r = client_call(cli, "GET", path, NULL, &v, e);
    if (r == 0)
        json_array_append_new(list, v);
    return r;
}

/* Of all pods that the word stands for. */
static int add_named(struct cli *cli, const char *word, json_t *list, struct err *e)
{
    struct part_name name = {0};
    AUTO_JSON json_t *pods = NULL;
    int r = part_name_parse(word, &name, e);
    if (r == 0)
        r = names_pods(cli, &name, &pods, e);
    part_name_done(&name);
    for (size_t i = 0; r == 0 && i < json_array_size(pods); i++) {
        const json_t *pod = json_array_get(pods, i);
        const char *ns = json_str(json_object_get(pod, "metadata"), "namespace", "default");
        r = add_placement(cli, ns, name_of(pod), list, e);
    }
    return r;
}

int explain_place(struct cli *cli, char *const *words, size_t n)
{
    struct err e = {0};
    AUTO_JSON json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        int r = str_starts(words[i], "pod/") ? add_placement(cli, client_ns(cli), words[i] + 4, list, &e)
                                             : add_named(cli, words[i], list, &e);
        if (r < 0)
            return cli_fail(cli, &e);
    }
    if (cli->format != FORMAT_TABLE) {
        AUTO_JSON json_t *v = json_pack("{s:O}", "placements", list);
        return output_value(cli, v);
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        printf("%s", i ? "\n" : "");
        show(cli, json_array_get(list, i));
    }
    return CLI_DONE;
}
