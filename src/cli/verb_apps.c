// SPDX-License-Identifier: Apache-2.0
/* `sedge apps` and `sedge outputs`. */
#include <errno.h>

#include "cli/names.h"
#include "cli/output.h"
#include "cli/secret_reveal.h"
#include "model/secret_token.h"

extern const struct verb verb_apps, verb_outputs;

/* ---- apps ---- */

struct apps_options {
    bool all;
};
static const struct opt apps_opts[] = {
    OPT(apps_options, 'A', "all-namespaces", OPT_SWITCH, all, NULL, "those of every namespace"),
};

static const json_t *status_of(const json_t *app)
{
    return json_object_get(app, "status");
}

static char *cell_namespace(const json_t *app)
{
    return mem_strdup(json_str(json_object_get(app, "metadata"), "namespace", NULL));
}

static char *cell_name(const json_t *app)
{
    return mem_strdup(name_of(app));
}

static char *cell_phase(const json_t *app)
{
    return mem_strdup(json_str(status_of(app), "phase", "New"));
}

static enum tint tint_phase(const char *cell)
{
    if (str_eq(cell, "Failed"))
        return TINT_RED;
    return str_eq(cell, "Running") ? TINT_GREEN : str_eq(cell, "Stopped") ? TINT_FAINT : TINT_YELLOW;
}

/* Components that are where they are to be. */
static char *cell_components(const json_t *app)
{
    size_t i, there = 0;
    json_t *c, *components = json_object_get(status_of(app), "components");
    json_array_foreach(components, i, c)
    {
        bool at_goal = str_eq(json_str(c, "state", ""), json_str(c, "goal", json_str(c, "state", "")));
        there += at_goal && !json_bool(c, "failed", false);
    }
    return mem_printf("%zu/%zu", there, json_array_size(components));
}

static char *cell_age(const json_t *app)
{
    char age[32];
    return mem_strdup(age_text(json_str(json_object_get(app, "metadata"), "creationTimestamp", NULL), clock_now_us(),
                               age, sizeof(age)));
}

static char *cell_template(const json_t *app)
{
    return mem_strdup(json_str(json_at(app, "spec", "source", NULL), "entry", NULL));
}

static char *cell_message(const json_t *app)
{
    return mem_strdup(json_str(status_of(app), "message", NULL));
}

static const struct column apps_columns[] = {
    {"NAMESPACE", false, cell_namespace, NULL},
    {"NAME", false, cell_name, NULL},
    {"STATUS", false, cell_phase, tint_phase},
    {"COMPONENTS", false, cell_components, NULL},
    {"AGE", false, cell_age, NULL},
    {"TEMPLATE", true, cell_template, NULL},
    {"MESSAGE", false, cell_message, NULL},
};

static int run_apps(struct cli *cli, int argc, char **argv)
{
    struct apps_options o = {0};
    int r = options_parse(cli, &verb_apps, &argc, argv, &o);
    if (r >= 0)
        return r;
    struct err e = {0};
    AUTO_JSON json_t *list = NULL;
    struct table_look look = {.columns = apps_columns + !o.all,
                              .n = ARRAY_LEN(apps_columns) - !o.all,
                              .name = cell_name,
                              .none = "No applications. 'sedge deploy FILE' makes one."};
    if (client_list(cli, kind_find("Application"), o.all ? NULL : client_ns(cli), NULL, &list, &e) < 0)
        return cli_fail(cli, &e);
    return output_list(cli, json_object_get(list, "items"), &look);
}

const struct verb verb_apps = {.name = "apps",
                               .group = GROUP_APPLICATION,
                               .args = "",
                               .line = "List applications",
                               .examples = "sedge apps\nsedge apps -o name\n",
                               OPTS(apps_opts),
                               .formats = FORMATS_ALL,
                               .run = run_apps};

/* ---- outputs ---- */

/* Texts as they are, other values as JSON. NULL: not known yet. The caller frees. */
static char *value_text(const json_t *v)
{
    if (!v || json_is_null(v))
        return NULL;
    return json_is_string(v) ? mem_strdup(json_string_value(v)) : json_text(v);
}

static int print_one(struct cli *cli, const char *app, const json_t *outputs, const char *name)
{
    AUTO_FREE const char **names = NULL;
    const char *key;
    json_t *v;
    char hint[160];
    size_t n = 0;
    json_object_foreach((json_t *)(uintptr_t)outputs, key, v)
    {
        names = mem_push(names, n, sizeof(*names));
        names[n++] = key;
    }
    v = json_object_get(outputs, name);
    str_suggest(hint, sizeof(hint), name, names, n);
    if (!v)
        return cli_failf(cli, "application %s has no output '%s'%s", app, name, hint);
    if (cli->format != FORMAT_TABLE)
        return output_value(cli, v);
    AUTO_FREE char *text = value_text(v);
    if (!text)
        return cli_failf(cli, "output '%s' of %s is not known yet", name, app);
    puts(text);
    return CLI_DONE;
}

static int print_all(struct cli *cli, const json_t *outputs)
{
    AUTO(table_done)
    struct table t = {0};
    static const char *const heads[] = {"NAME", "VALUE"};
    const char *key;
    json_t *v;
    if (cli->format != FORMAT_TABLE)
        return output_value(cli, outputs);
    table_begin(&t, heads, ARRAY_LEN(heads));
    json_object_foreach((json_t *)(uintptr_t)outputs, key, v)
    {
        AUTO_FREE char *text = value_text(v);
        const char *cells[] = {key, text ? text : "(not known yet)"};
        table_row(&t, cells);
    }
    AUTO_FREE char *text = table_text(&t, 0, cli->color_out);
    fputs(text, stdout);
    return CLI_DONE;
}

struct outputs_options {
    bool reveal;
};
static const struct opt outputs_opts[] = {
    OPT(outputs_options, '\0', "reveal", OPT_SWITCH, reveal, NULL, "values that are made of secrets, too"),
};

/* The outputs as they are to be shown. */
static int get_outputs(struct cli *cli, const json_t *app, bool reveal, json_t **ret, struct err *e)
{
    AUTO_JSON json_t *empty = json_object();
    const json_t *outputs = json_object_get(status_of(app), "outputs");
    outputs = json_is_object(outputs) ? outputs : empty;
    if (reveal)
        return secret_reveal(cli, outputs, ret, e);
    *ret = secret_token_masked(outputs);
    return 0;
}

static int run_outputs(struct cli *cli, int argc, char **argv)
{
    struct outputs_options o = {0};
    int r = options_parse(cli, &verb_outputs, &argc, argv, &o);
    if (r >= 0)
        return r;
    struct err e = {0};
    AUTO_JSON json_t *app = NULL, *outputs = NULL;
    if (names_application(cli, argv[1], &app, &e) < 0 || get_outputs(cli, app, o.reveal, &outputs, &e) < 0)
        return cli_fail(cli, &e);
    if (argc > 2)
        return print_one(cli, argv[1], outputs, argv[2]);
    if (json_object_size(outputs) == 0 && cli->format == FORMAT_TABLE) {
        cli_note(cli, "Application %s has no outputs.", argv[1]);
        return CLI_DONE;
    }
    return print_all(cli, outputs);
}

const struct verb verb_outputs = {.name = "outputs",
                                  .group = GROUP_APPLICATION,
                                  .args = "APP [NAME]",
                                  .line = "Show an application's outputs, or the value of one",
                                  .more =
                                      "Outputs that are made of secrets are shown as (sensitive); --reveal asks for "
                                      "their values.",
                                  .examples = "sedge outputs shop\ncurl $(sedge outputs shop url)\n",
                                  OPTS(outputs_opts),
                                  .formats = FORMATS_DATA,
                                  .args_min = 1,
                                  .args_max = 2,
                                  .run = run_outputs};
