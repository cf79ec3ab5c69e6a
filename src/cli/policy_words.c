// SPDX-License-Identifier: Apache-2.0
/* Prints policies: name, type, targets, what each does, and what of it is only kept. */
#include "cli/policy_words.h"

static void print_list(const char *lead, const json_t *list, const char *ending)
{
    size_t i;
    json_t *v;
    json_array_foreach(list, i, v) printf("%s      %s%s\n", lead, json_string_value(v), ending);
}

static void print_trigger(const char *lead, const json_t *t)
{
    AUTO_BUF struct buf actions = {0};
    size_t i;
    json_t *v;
    json_array_foreach(json_object_get(t, "actions"), i, v)
        buf_addf(&actions, "%s%s", i ? ", " : "", json_string_value(v));
    printf("%s      on %s%s: %s\n", lead, json_str(t, "event", "?"),
           json_object_get(t, "condition") ? ", if its condition holds" : "",
           actions.len ? buf_str(&actions) : "nothing");
}

static void print_policy(const char *lead, const json_t *p)
{
    AUTO_BUF struct buf targets = {0};
    size_t i;
    json_t *v;
    json_array_foreach(json_object_get(p, "targets"), i, v)
        buf_addf(&targets, "%s%s", i ? ", " : "", json_string_value(v));
    printf("%s  %s (%s) on %s\n", lead, json_str(p, "name", "?"), json_str(p, "type", "?"),
           targets.len ? buf_str(&targets) : "nothing");
    print_list(lead, json_object_get(p, "does"), "");
    print_list(lead, json_object_get(p, "keeps"), " (kept, not carried out yet)");
    json_array_foreach(json_object_get(p, "triggers"), i, v) print_trigger(lead, v);
}

void policy_words_print(const struct cli *cli, const char *lead, const json_t *policies)
{
    size_t i;
    json_t *p;
    bool titled = false;
    json_array_foreach(policies, i, p)
    {
        if (str_eq(json_str(p, "kind", ""), "protocol"))
            continue; /* the plan itself shows it */
        if (!titled)
            printf("%s%s%sPolicies%s\n", *lead ? "" : "\n", lead, tint_on(cli->color_out, TINT_BOLD),
                   tint_off(cli->color_out, TINT_BOLD));
        titled = true;
        print_policy(lead, p);
    }
}
