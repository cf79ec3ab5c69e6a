// SPDX-License-Identifier: Apache-2.0
/* Cordons, labels and taints a board: patches of the Node. */
#include <errno.h>
#include <string.h>

#include "cli/node_place.h"
#include "cli/output.h"

/* Says `done`, or shows the node as it is then with -o json. Exit status. */
static int patch_node(struct cli *cli, const char *name, json_t *patch, const char *done)
{
    AUTO_FREE char *path = client_path(kind_find("Node"), NULL, name);
    AUTO_JSON json_t *body = patch, *node = NULL;
    struct err e = {0};
    if (client_patch(cli, path, body, &node, &e) < 0)
        return cli_fail(cli, &e);
    if (cli->format == FORMAT_JSON || cli->format == FORMAT_YAML)
        return output_value(cli, node);
    printf("node %s%s\n", name, done);
    return CLI_DONE;
}

int node_cordon(struct cli *cli, char *const *names, size_t n, bool closed)
{
    int r = CLI_DONE;
    for (size_t i = 0; i < n && r == CLI_DONE; i++)
        r = patch_node(cli, names[i], json_pack("{s:{s:b}}", "spec", "unschedulable", closed),
                       closed ? " takes no new pods; those on it stay" : " takes pods again");
    return r;
}

/* ---- labels ---- */

json_t *node_labels_patch(char *const *words, size_t n, struct err *e)
{
    AUTO_JSON json_t *labels = json_object();
    for (size_t i = 0; i < n; i++) {
        const char *equals = strchr(words[i], '=');
        size_t len = strlen(words[i]);
        bool away = !equals && len > 1 && words[i][len - 1] == '-';
        if ((!equals || equals == words[i]) && !away) {
            err_set(e, EINVAL, "'%s' is no change of a label: write KEY=VALUE to set it, KEY- to take it away", words[i]);
            return NULL;
        }
        AUTO_FREE char *key = mem_strndup(words[i], equals ? (size_t)(equals - words[i]) : len - 1);
        json_object_set_new(labels, key, equals ? json_string(equals + 1) : json_null());
    }
    return take_ptr(labels);
}

int node_label(struct cli *cli, const char *node, char *const *words, size_t n)
{
    struct err e = {0};
    json_t *labels = node_labels_patch(words, n, &e);
    if (!labels)
        return cli_fail(cli, &e);
    return patch_node(cli, node, json_pack("{s:{s:o}}", "metadata", "labels", labels), ": labels changed");
}

/* ---- taints ---- */

static const char *const effects[] = {"NoSchedule", "PreferNoSchedule", "NoExecute"};

static bool is_effect(const char *s)
{
    for (size_t i = 0; i < ARRAY_LEN(effects); i++)
        if (str_eq(s, effects[i]))
            return true;
    return false;
}

/* Takes out what has that key, and that effect unless NULL; how many they were. */
static size_t take_out(json_t *taints, const char *key, const char *effect)
{
    size_t n = 0;
    for (size_t i = json_array_size(taints); i-- > 0;) {
        const json_t *t = json_array_get(taints, i);
        if (!str_eq(json_str(t, "key", ""), key) || (effect && !str_eq(effect, json_str(t, "effect", ""))))
            continue;
        json_array_remove(taints, i);
        n++;
    }
    return n;
}

static int change_taint(json_t *taints, const char *word, struct err *e)
{
    AUTO_FREE char *key = mem_strdup(word);
    size_t len = strlen(key);
    bool away = len > 1 && key[len - 1] == '-';
    if (away)
        key[len - 1] = '\0';
    char *effect = strrchr(key, ':');
    if (effect)
        *effect++ = '\0';
    char *value = strchr(key, '=');
    if (value)
        *value++ = '\0';
    if (!key[0] || (effect ? !is_effect(effect) : !away))
        return err_set(e, EINVAL,
                       "'%s' is no change of a taint: write KEY=VALUE:EFFECT to set it, KEY- to take it away; effects are "
                       "NoSchedule, PreferNoSchedule, NoExecute",
                       word);
    size_t before = take_out(taints, key, effect);
    if (away)
        return before ? 0 : err_set(e, ENOENT, "the node has no taint '%s'", key);
    json_t *t = json_pack("{s:s, s:s}", "key", key, "effect", effect);
    json_put_str(t, "value", str_empty(value) ? NULL : value);
    json_array_append_new(taints, t);
    return 0;
}

json_t *node_taints_changed(const json_t *taints, char *const *words, size_t n, struct err *e)
{
    AUTO_JSON json_t *v = taints ? json_deep_copy(taints) : json_array();
    for (size_t i = 0; i < n; i++)
        if (change_taint(v, words[i], e) < 0)
            return NULL;
    return take_ptr(v);
}

int node_taint(struct cli *cli, const char *node, char *const *words, size_t n)
{
    struct err e = {0};
    AUTO_JSON json_t *object = NULL;
    if (client_get(cli, kind_find("Node"), NULL, node, &object, &e) < 0)
        return cli_fail(cli, &e);
    json_t *taints = node_taints_changed(json_at(object, "spec", "taints", NULL), words, n, &e);
    if (!taints)
        return cli_fail(cli, &e);
    return patch_node(cli, node,
                      json_pack("{s:{s:s}, s:{s:o}}", "metadata", "resourceVersion",
                                json_str(json_object_get(object, "metadata"), "resourceVersion", ""), "spec", "taints",
                                taints),
                      ": taints changed");
}
