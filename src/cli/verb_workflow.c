// SPDX-License-Identifier: Apache-2.0
/* `sedge workflow ls|run|show`: the imperative work flows of an application. */
#include <errno.h>

#include "cli/app_change.h"
#include "cli/app_patch.h"
#include "cli/flow_fire.h"
#include "cli/flow_text.h"
#include "cli/names.h"
#include "cli/output.h"

extern const struct verb verb_workflow;

struct workflow_options {
    struct strv inputs;
    int64_t timeout_us;
};
static const struct opt workflow_opts[] = {
    OPT(workflow_options, 'i', "input", OPT_TEXTS, inputs, "NAME=VALUE",
        "run: value of one of its inputs (repeatable)"),
    OPT(workflow_options, '\0', "timeout", OPT_DURATION, timeout_us, "TIME",
        "run: wait at most so long; the head goes on"),
};

static const json_t *run_of(const json_t *app)
{
    return json_at(app, "status", "workflow", NULL);
}

/* The application's work flow of that name; NULL: told. Borrowed. */
static const json_t *flow_of(const struct cli *cli, const json_t *app, const char *name)
{
    AUTO_STRV struct strv names = {0};
    size_t i;
    json_t *v;
    char like[200];
    json_array_foreach(json_at(app, "status", "workflows", NULL), i, v)
    {
        if (str_eq(json_str(v, "name", ""), name))
            return v;
        strv_add(&names, json_str(v, "name", ""));
    }
    str_suggest(like, sizeof(like), name, (const char *const *)names.v, names.n);
    AUTO_FREE char *list = strv_join(&names, ", ");
    cli_failf(cli, "application '%s' has no work flow '%s'%s%s%s", name_of(app), name, like,
              *like || !names.n ? "" : "; it has ", *like || !names.n ? "" : list);
    return NULL;
}

/* ---- ls ---- */

static char *cell_name(const json_t *v)
{
    return mem_strdup(json_str(v, "name", ""));
}

static char *cell_steps(const json_t *v)
{
    return mem_printf("%lld", (long long)json_int(v, "steps", 0));
}

/* "to, name=daily": with the default, where there is one. */
static char *cell_inputs(const json_t *v)
{
    struct buf b = {0};
    const char *name;
    json_t *input;
    json_object_foreach(json_object_get(v, "inputs"), name, input)
    {
        const json_t *value = json_object_get(input, "value");
        AUTO_FREE char *text = json_is_string(value) ? mem_strdup(json_string_value(value))
                               : value               ? json_text(value)
                                                     : NULL;
        buf_addf(&b, "%s%s%s%s", b.len ? ", " : "", name, text ? "=" : "", text ? text : "");
    }
    return b.len ? buf_take(&b) : NULL;
}

static char *cell_description(const json_t *v)
{
    return mem_strdup(json_str(v, "description", NULL));
}

static const struct column ls_columns[] = {
    {"NAME", false, cell_name, NULL},
    {"STEPS", false, cell_steps, NULL},
    {"INPUTS", false, cell_inputs, NULL},
    {"DESCRIPTION", false, cell_description, NULL},
};

static int workflow_ls(struct cli *cli, const struct workflow_options *o, const json_t *app, const char *name)
{
    AUTO_JSON json_t *none = json_array();
    const json_t *list = json_at(app, "status", "workflows", NULL);
    struct table_look look = {
        .columns = ls_columns, .n = ARRAY_LEN(ls_columns), .name = cell_name, .none = "its template has no work flows"};
    return output_list(cli, list ? list : none, &look);
}

/* ---- run ---- */

struct running {
    struct cli *cli;
    const char *id;
    struct map told; /* step -> what was said of it last */
    json_t *last;
};

static void tell_step(struct running *r, const json_t *s)
{
    const char *name = json_str(s, "name", ""), *state = json_str(s, "state", ""), *doing = json_str(s, "doing", NULL);
    AUTO_FREE char *words = str_eq(state, "failed") ? mem_printf("failed: %s", json_str(s, "message", ""))
                            : doing                 ? mem_printf("%s", doing)
                                                    : mem_strdup(state);
    if (str_eq(state, "pending") || str_eq(map_get(&r->told, name), words))
        return;
    enum tint tint = str_eq(state, "failed")    ? TINT_RED
                     : str_eq(state, "done")    ? TINT_GREEN
                     : str_eq(state, "skipped") ? TINT_FAINT
                                                : TINT_YELLOW;
    fprintf(stderr, "%s: %s%s%s\n", name, tint_on(r->cli->color_err, tint), words, tint_off(r->cli->color_err, tint));
    map_set(&r->told, name, take_ptr(words));
}

/* 1: over, 2: another request took its place, 3: the application is gone. */
static int look(void *data, const json_t *app)
{
    struct running *r = data;
    const json_t *run = run_of(app);
    size_t i;
    json_t *s;
    if (!app)
        return 3;
    json_decref(r->last);
    r->last = json_deep_copy(app);
    if (!str_eq(json_str(run, "id", ""), r->id))
        return str_eq(json_str(json_at(app, "spec", "workflow", NULL), "id", ""), r->id) ? 0 : 2;
    json_array_foreach(json_object_get(run, "steps"), i, s) tell_step(r, s);
    if (str_eq(json_str(run, "state", ""), "Running"))
        return 0;
    /* over; what it has started may not be reached yet by all that lead to it */
    return str_eq(json_str(json_object_get(app, "status"), "phase", ""), "Deploying") ? 0 : 1;
}

static int show_end(struct cli *cli, const char *app, const json_t *run)
{
    const char *name, *flow = json_str(run, "name", "");
    json_t *v;
    if (cli->format != FORMAT_TABLE)
        output_value(cli, run);
    if (!str_eq(json_str(run, "state", ""), "Done")) {
        cli_failf(cli, "workflow %s of %s failed: %s", flow, app, json_str(run, "message", "no reason was told"));
        flow_tell_failure(cli, run);
        return CLI_FAILED;
    }
    if (cli->format != FORMAT_TABLE)
        return CLI_DONE;
    printf("%s: %s\n", flow, json_str(run, "message", "done"));
    json_object_foreach(json_object_get(run, "outputs"), name, v)
    {
        AUTO_FREE char *text = json_is_string(v) ? mem_strdup(json_string_value(v)) : json_text(v);
        printf("%s = %s\n", name, json_is_null(v) ? "(not known)" : text);
    }
    return CLI_DONE;
}

static int watch(struct cli *cli, const struct workflow_options *o, const char *app, const char *id)
{
    struct running run = {.cli = cli, .id = id};
    struct client_await a = {.kind = kind_find("Application"),
                             .ns = client_ns(cli),
                             .name = app,
                             .timeout_us = o->timeout_us,
                             .look = look,
                             .data = &run};
    struct err e = {0};
    map_init(&run.told, free);
    int r = client_await(cli, &a, &e), status;
    if (r == -ETIMEDOUT)
        status =
            cli_failf(cli, "workflow of %s: not over in time, but it goes on; see 'sedge workflow show %s'", app, app);
    else if (r < 0)
        status = cli_fail(cli, &e);
    else if (r == 2)
        status = cli_failf(cli, "workflow of %s: another request took its place before it began", app);
    else if (r == 3)
        status = cli_failf(cli, "workflow of %s: somebody took the application away meanwhile", app);
    else
        status = show_end(cli, app, run_of(run.last));
    map_done(&run.told);
    json_decref(run.last);
    return status;
}

struct request {
    const char *name;
    const json_t *inputs;
    char id[32];
};

static json_t *change(void *data, const json_t *app, struct err *e)
{
    const struct request *r = data;
    const json_t *run = run_of(app);
    const char *phase = json_str(json_object_get(app, "status"), "phase", "");
    if (str_eq(json_str(run, "state", ""), "Running")) {
        err_set(e, EBUSY, "work flow '%s' of '%s' is running; wait for its end ('sedge workflow show %s')",
                json_str(run, "name", ""), name_of(app), name_of(app));
        return NULL;
    }
    if (!str_eq(phase, "Running") && !str_eq(phase, "Stopped") && !str_eq(phase, "Failed")) {
        err_set(e, EBUSY, "application '%s' is on its way (%s); wait until it has settled", name_of(app),
                *phase ? phase : "new");
        return NULL;
    }
    return app_change_workflow(app, r->name, r->id, r->inputs);
}

static int workflow_run(struct cli *cli, const struct workflow_options *o, const json_t *app, const char *name)
{
    struct request request = {.name = name};
    struct err e = {0};
    AUTO_JSON json_t *inputs = NULL, *written = NULL;
    const json_t *flow = flow_of(cli, app, name);
    if (!flow)
        return CLI_FAILED;
    if (flow_inputs(&o->inputs, json_object_get(flow, "inputs"), &inputs, &e) < 0)
        return cli_misused(cli, "%s", err_text(&e));
    request.inputs = inputs;
    str_random(request.id, 10);
    if (app_patch(cli, name_of(app), change, &request, &written, &e) < 0)
        return cli_fail(cli, &e);
    return watch(cli, o, name_of(app), request.id);
}

int flow_fire(struct cli *cli, const json_t *app, const char *flow, const struct strv *inputs, int64_t timeout_us)
{
    struct workflow_options o = {.inputs = *inputs, .timeout_us = timeout_us}; /* inputs are lent */
    return workflow_run(cli, &o, app, flow);
}

/* ---- show ---- */

static char *cell_state(const json_t *s)
{
    return mem_strdup(json_str(s, "state", ""));
}

static char *cell_done(const json_t *s)
{
    return mem_printf("%lld", (long long)json_int(s, "activity", 0));
}

static char *cell_targets(const json_t *s)
{
    struct buf b = {0};
    size_t i;
    json_t *v;
    json_array_foreach(json_object_get(s, "targets"), i, v) buf_addf(&b, "%s%s", i ? "," : "", json_string_value(v));
    return b.len ? buf_take(&b) : NULL;
}

static char *cell_what(const json_t *s)
{
    const char *message = json_str(s, "message", NULL);
    return mem_strdup(message ? message : json_str(s, "doing", NULL));
}

static const struct column show_columns[] = {
    {"STEP", false, cell_name, NULL},       {"STATE", false, cell_state, NULL}, {"DONE", false, cell_done, NULL},
    {"TARGETS", false, cell_targets, NULL}, {"WHAT", false, cell_what, NULL},
};

static int show_definition(const struct cli *cli, const json_t *app, const char *name)
{
    const json_t *flow = flow_of(cli, app, name);
    if (!flow)
        return CLI_FAILED;
    if (cli->format != FORMAT_TABLE)
        return output_value(cli, flow);
    AUTO_FREE char *inputs = cell_inputs(flow);
    printf("%s: not run last\n", name);
    if (json_str(flow, "description", NULL))
        printf("%s\n", json_str(flow, "description", ""));
    printf("steps: %lld\ninputs: %s\n", (long long)json_int(flow, "steps", 0), inputs ? inputs : "none");
    return CLI_DONE;
}

static int workflow_show(struct cli *cli, const struct workflow_options *o, const json_t *app, const char *name)
{
    const json_t *run = run_of(app);
    AUTO_JSON json_t *none = json_array();
    struct table_look shown = {
        .columns = show_columns, .n = ARRAY_LEN(show_columns), .name = cell_name, .none = "it had no steps"};
    if (name && !str_eq(json_str(run, "name", ""), name))
        return show_definition(cli, app, name);
    if (!run)
        return cli_failf(cli, "no work flow of '%s' was run yet; 'sedge workflow ls %s' lists them", name_of(app),
                         name_of(app));
    if (cli->format != FORMAT_TABLE)
        return output_value(cli, run);
    printf("%s: %s%s%s\n\n", json_str(run, "name", ""), json_str(run, "state", ""),
           json_str(run, "message", NULL) ? ", " : "", json_str(run, "message", ""));
    const json_t *steps = json_object_get(run, "steps");
    return output_list(cli, steps ? steps : none, &shown);
}

/* ---- all ---- */

static const struct {
    const char *word, *args;
    int min, max;
    int (*run)(struct cli *cli, const struct workflow_options *o, const json_t *app, const char *name);
} parts[] = {{"ls", " APP", 1, 1, workflow_ls},
             {"run", " APP NAME", 2, 2, workflow_run},
             {"show", " APP [NAME]", 1, 2, workflow_show}};

static int run_part(struct cli *cli, const struct workflow_options *o, int argc, char **argv)
{
    const char *names[ARRAY_LEN(parts)];
    struct err e = {0};
    char hint[160];
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        names[i] = parts[i].word;
        if (!str_eq(argv[1], parts[i].word))
            continue;
        if (argc - 2 < parts[i].min || argc - 2 > parts[i].max)
            return cli_misused(cli, "write it as: sedge workflow %s%s", parts[i].word, parts[i].args);
        AUTO_JSON json_t *app = NULL;
        if (names_application(cli, argv[2], &app, &e) < 0)
            return cli_fail(cli, &e);
        return parts[i].run(cli, o, app, argc > 3 ? argv[3] : NULL);
    }
    str_suggest(hint, sizeof(hint), argv[1], names, ARRAY_LEN(names));
    return cli_misused(cli, "there is no 'workflow %s'%s", argv[1], hint);
}

static int run_workflow(struct cli *cli, int argc, char **argv)
{
    struct workflow_options o = {0};
    int r = options_parse(cli, &verb_workflow, &argc, argv, &o);
    if (r >= 0)
        return r;
    r = run_part(cli, &o, argc, argv);
    options_done(&verb_workflow, &o);
    return r;
}

const struct verb verb_workflow = {
    .name = "workflow",
    .group = GROUP_APPLICATION,
    .args = "ls APP | run APP NAME | show APP [NAME]",
    .line = "List, run and look at the work flows of an application",
    .more =
        "A work flow is run once by each 'run', one at a time. 'run' shows its steps as they go, and ends with 0 when\n"
        "it is done, also when a failure was handled by on_failure; with 1 and the last lines of what failed "
        "otherwise.\n"
        "The states that it leaves stand until something else is wanted (deploy, start, stop). Ctrl-C leaves the head\n"
        "working. Work flows named deploy and undeploy take the place of those that sedge makes itself.",
    .examples = "sedge workflow ls shop\nsedge workflow run shop backup -i to=/backups\nsedge workflow show shop\n",
    OPTS(workflow_opts),
    .formats = FORMATS_ALL,
    .args_min = 1,
    .args_max = 3,
    .run = run_workflow};
