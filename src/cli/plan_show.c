// SPDX-License-Identifier: Apache-2.0
/* Shows what a plan changes, in the manner of other tools that plan before they act. */
#include "cli/plan_show.h"

#include <string.h>

#define BRIEF_MAX 20 /* lines */
#define VALUE_MAX 72 /* characters of a value */

static const struct look {
    const char *action, *mark, *words;
    enum tint tint;
} looks[] = {
    {"create", "  +", "is created", TINT_GREEN},
    {"change", "  ~", "is changed in place", TINT_YELLOW},
    {"replace", "-/+", "is replaced: deleted and made anew", TINT_RED},
    {"remove", "  -", "is removed", TINT_RED},
    {"restart", "  *", "is stopped and started again", TINT_BLUE},
    {"none", "   ", "stays as it is", TINT_FAINT},
};

static const struct look *look_of(const json_t *component)
{
    for (size_t i = 0; i < ARRAY_LEN(looks); i++)
        if (str_eq(looks[i].action, json_str(component, "action", "")))
            return &looks[i];
    return &looks[ARRAY_LEN(looks) - 1];
}

static bool acts(const json_t *component)
{
    return !str_eq(json_str(component, "action", "none"), "none");
}

bool plan_has_changes(const json_t *plan)
{
    return json_bool(plan, "changes", false);
}

/* What a stranger wrote moves no cursor. */
static void clean(struct buf *b)
{
    for (size_t i = 0; i < b->len; i++)
        if ((unsigned char)b->data[i] < 0x20 || b->data[i] == 0x7f)
            b->data[i] = ' ';
}

/* Cut between characters, not within one. */
static void add_cut(struct buf *to, const char *text)
{
    size_t len = strlen(text), n = len > VALUE_MAX ? VALUE_MAX : len;
    while (n < len && n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
        n--;
    buf_add(to, text, n);
    if (n < len)
        buf_adds(to, "...");
}

static bool is_digest(const json_t *v)
{
    return json_is_string(v) && str_starts(json_string_value(v), "sha256:");
}

static void add_value(struct buf *to, const json_t *v, bool sensitive)
{
    AUTO_FREE char *text = !v || (json_is_string(v) && sensitive) ? NULL : json_text(v);
    if (!v)
        buf_adds(to, "(none)");
    else if (!text)
        buf_adds(to, json_string_value(v));
    else
        add_cut(to, text);
}

char *plan_reason_line(const json_t *reason)
{
    static const char *const bare[] = {"replicas", "image", "type", "kind",      "state",
                                       "protocol", "gone",  "kept", "definition"};
    const char *what = json_str(reason, "what", ""), *name = json_str(reason, "name", "");
    const json_t *was = json_object_get(reason, "was"), *is = json_object_get(reason, "is");
    bool sensitive = json_bool(reason, "sensitive", false), alone = false;
    struct buf b = {0};
    for (size_t i = 0; i < ARRAY_LEN(bare); i++)
        alone = alone || str_eq(bare[i], what);
    buf_addf(&b, "%s%s%s", alone ? "" : what, alone ? "" : " ", name);
    if (is_digest(was) && is_digest(is))
        buf_addf(&b, ": its contents, %.8s -> %.8s", json_string_value(was) + 7, json_string_value(is) + 7);
    else if (was || is) {
        buf_adds(&b, ": ");
        add_value(&b, was, sensitive);
        buf_adds(&b, " -> ");
        add_value(&b, is, sensitive);
    }
    const char *inputs = json_str(reason, "inputs", NULL);
    if (inputs)
        buf_addf(&b, " (input %s)", inputs);
    clean(&b);
    return buf_take(&b);
}

static char *headline(const json_t *component)
{
    struct buf b = {0};
    const char *follows = json_str(component, "follows", NULL);
    buf_addf(&b, "%s (%s) %s", json_str(component, "name", "?"), json_str(component, "kind", ""),
             look_of(component)->words);
    if (follows)
        buf_addf(&b, ": follows %s", follows);
    clean(&b);
    return buf_take(&b);
}

static void print_reasons(const json_t *reasons, const char *indent)
{
    size_t i;
    json_t *r;
    json_array_foreach((json_t *)(uintptr_t)reasons, i, r)
    {
        AUTO_FREE char *line = plan_reason_line(r);
        printf("%s%s\n", indent, line);
    }
}

static void print_component(const struct cli *cli, const json_t *c)
{
    const struct look *l = look_of(c);
    AUTO_FREE char *line = headline(c);
    printf("%s%s%s %s\n", tint_on(cli->color_out, l->tint), l->mark, tint_off(cli->color_out, l->tint), line);
    print_reasons(json_object_get(c, "reasons"), "        ");
}

static void print_steps(const json_t *steps)
{
    size_t i;
    json_t *s;
    if (json_array_size(steps) == 0)
        return;
    printf("\nOperations, in order:\n");
    json_array_foreach((json_t *)(uintptr_t)steps, i, s)
    {
        struct buf b = {0};
        buf_addf(&b, "%4zu. %s:%s.%s", i + 1, json_str(s, "component", ""), json_str(s, "interface", ""),
                 json_str(s, "operation", ""));
        if (json_str(s, "why", NULL))
            buf_addf(&b, "  (%s)", json_str(s, "why", ""));
        clean(&b);
        printf("%s\n", buf_str(&b));
        buf_done(&b);
    }
}

void plan_show(const struct cli *cli, const json_t *plan)
{
    size_t i, shown = 0;
    json_t *c;
    const json_t *general = json_object_get(plan, "general");
    if (json_array_size(general) > 0) {
        printf("Of the application:\n");
        print_reasons(general, "        ");
        printf("\n");
    }
    json_array_foreach(json_object_get(plan, "components"), i, c)
    {
        if (!acts(c) && json_array_size(json_object_get(c, "reasons")) == 0)
            continue;
        print_component(cli, c);
        shown++;
    }
    if (!plan_has_changes(plan))
        printf("%sNo changes%s.\n", shown ? "\n" : "",
               json_bool(plan, "sourceChanges", false) ? " to what runs, though files or inputs differ" : "");
    printf("%s%s\n", shown || plan_has_changes(plan) ? "\n" : "", json_str(plan, "line", ""));
    const char *workflow = json_str(plan, "workflow", NULL);
    if (workflow)
        printf("\nThe template's own work flow '%s' carries it out; 'sedge plan FILE --workflow %s' shows its steps.\n",
               workflow, workflow);
    else
        print_steps(json_object_get(plan, "steps"));
}

static void brief_line(const struct cli *cli, const json_t *c)
{
    const struct look *l = look_of(c);
    const json_t *reasons = json_object_get(c, "reasons");
    AUTO_FREE char *why = json_array_size(reasons) ? plan_reason_line(json_array_get(reasons, 0)) : NULL;
    AUTO_FREE char *more =
        json_array_size(reasons) > 1 ? mem_printf(", and %zu more", json_array_size(reasons) - 1) : mem_strdup("");
    const char *follows = json_str(c, "follows", NULL);
    struct buf b = {0};
    buf_addf(&b, "%s", json_str(c, "name", "?"));
    if (why)
        buf_addf(&b, ": %s%s", why, more);
    else if (follows)
        buf_addf(&b, ": follows %s", follows);
    clean(&b);
    fprintf(stderr, "%s%s%s %s\n", tint_on(cli->color_err, l->tint), l->mark, tint_off(cli->color_err, l->tint),
            buf_str(&b));
    buf_done(&b);
}

void plan_show_brief(const struct cli *cli, const json_t *plan)
{
    size_t i, shown = 0, hidden = 0;
    json_t *c;
    if (!plan_has_changes(plan))
        return;
    json_array_foreach(json_object_get(plan, "components"), i, c)
    {
        if (acts(c) && shown < BRIEF_MAX) {
            brief_line(cli, c);
            shown++;
        } else if (acts(c)) {
            hidden++;
        }
    }
    if (hidden)
        fprintf(stderr, "    ... and %zu more\n", hidden);
    fprintf(stderr, "%s\n", json_str(plan, "line", ""));
}
