// SPDX-License-Identifier: Apache-2.0
/* Prints policies: name, type, targets, what each does, and what of it is only kept. */
#include "cli/policy_words.h"

static void print_list(const json_t *list, const char *ending)
{
    size_t i;
    json_t *v;
    json_array_foreach(list, i, v) printf("      %s%s\n", json_string_value(v), ending);
}

static void print_trigger(const json_t *t)
{
    AUTO_BUF struct buf actions = {0};
    size_t i;
    json_t *v;
    json_array_foreach(json_object_get(t, "actions"), i, v)
        buf_addf(&actions, "%s%s", i ? ", " : "", json_string_value(v));
    printf("      on %s%s: %s\n", json_str(t, "event", "?"),
           json_object_get(t, "condition") ? ", if its condition holds" : "",
           actions.len ? buf_str(&actions) : "nothing");
}

static void print_policy(const json_t *p)
{
    AUTO_BUF struct buf targets = {0};
    size_t i;
    json_t *v;
    json_array_foreach(json_object_get(p, "targets"), i, v)
        buf_addf(&targets, "%s%s", i ? ", " : "", json_string_value(v));
    printf("  %s (%s) on %s\n", json_str(p, "name", "?"), json_str(p, "type", "?"),
           targets.len ? buf_str(&targets) : "nothing");
    print_list(json_object_get(p, "does"), "");
    print_list(json_object_get(p, "keeps"), " (kept, not carried out yet)");
    json_array_foreach(json_object_get(p, "triggers"), i, v) print_trigger(v);
}

void policy_words_print(const struct cli *cli, const json_t *policies)
{
    size_t i;
    json_t *p;
    if (json_array_size(policies) == 0)
        return;
    printf("\n%sPolicies%s\n", tint_on(cli->color_out, TINT_BOLD), tint_off(cli->color_out, TINT_BOLD));
    json_array_foreach(policies, i, p) print_policy(p);
}
