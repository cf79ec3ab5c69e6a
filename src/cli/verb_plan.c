// SPDX-License-Identifier: Apache-2.0
/* `sedge plan`: the order of operations that a template's topology asks for, and the check of a plan by simulation. */
#include "plan/plan.h"

#include <errno.h>
#include <unistd.h>

#include "cli/cli_private.h"
#include "cli/flow_text.h"
#include "cli/output.h"
#include "cli/template_check.h"
#include "io/file.h"

#define PLAN_FILE_MAX (4U << 20)

struct plan_options {
    struct strv inputs, input_files;
    const char *plan, *now, *workflow;
    bool csv, down, strict;
};

#define OPTION(l, n, t, m, v, d)                                                                                       \
    {                                                                                                                  \
        l, n, t, offsetof(struct plan_options, m), v, d                                                                \
    }
static const struct opt plan_opts[] = {
    OPTION('i', "input", OPT_TEXTS, inputs, "NAME=VALUE", "value of an input"),
    OPTION('\0', "inputs", OPT_TEXTS, input_files, "FILE", "inputs from a YAML or JSON map; - is standard input"),
    OPTION('\0', "plan", OPT_TEXT, plan, "FILE", "check this plan instead of making one; - is standard input"),
    OPTION('\0', "csv", OPT_SWITCH, csv, NULL, "the plan is component,interface,operation a line"),
    OPTION('\0', "now", OPT_TEXT, now, "up|FILE", "begin when all runs, or when this plan was carried out"),
    OPTION('\0', "strict", OPT_SWITCH, strict, NULL, "count the template's warnings as errors"),
    OPTION('\0', "down", OPT_SWITCH, down, NULL, "make the plan that takes everything down, volumes too"),
    OPTION('\0', "workflow", OPT_TEXT, workflow, "NAME", "the steps of this work flow of the template's, with conditions"),
};
static int plan_run(struct cli *cli, int argc, char **argv);

const struct verb verb_plan = {
    .name = "plan",
    .group = GROUP_TEMPLATE,
    .args = "FILE|FOLDER|CSAR",
    .line = "Show the order of operations, or check a plan by simulation",
    .more = "Without --plan: the operations that bring everything from nothing to running, one a line as\n"
            "component:Interface.operation. With --plan: 'accepted' with the states at its end, or 'refused' with the\n"
            "line and the reason, and status 1. Nothing runs.",
    .examples = "sedge plan shop.yaml\nsedge plan shop.yaml --plan up.plan\nsedge plan shop.yaml --now up --plan "
                "stop-web.plan\nsedge plan shop.yaml --workflow backup\n",
    .opts = plan_opts,
    .n_opts = ARRAY_LEN(plan_opts),
    .args_min = 1,
    .args_max = 1,
    .formats = FORMATS_DATA,
    .run = plan_run,
};

static int read_plan(const char *path, bool csv, struct plan *ret, struct err *e)
{
    AUTO_FREE char *text = NULL;
    size_t len = 0;
    bool piped = str_eq(path, "-");
    int r = piped ? file_read_fd(STDIN_FILENO, PLAN_FILE_MAX, &text, &len, e)
                  : file_read(path, PLAN_FILE_MAX, &text, &len, e);
    if (r == 0)
        r = plan_read(text, len, csv, ret, e);
    return err_wrap(e, r, "plan %s", piped ? "from standard input" : path);
}

static int make_up(const struct topology *t, const struct plan_states *have, struct plan *ret, struct err *e)
{
    struct plan_request request = {.now = t, .have = have, .next = t};
    return plan_make(&request, ret, e);
}

static int make_down(const struct topology *t, const struct plan_states *have, struct plan *ret, struct err *e)
{
    struct plan_request request = {.now = t, .have = have, .delete_volumes = true};
    return plan_make(&request, ret, e);
}

/* Moves the states to where --now says that things stand. */
static int begin(const struct plan_options *o, const struct topology *t, struct plan_states *s, struct err *e)
{
    AUTO(plan_done)
    struct plan way = {0};
    const char *now = o->now ? o->now : o->down && !o->plan ? "up" : NULL;
    if (!now)
        return 0;
    int r = str_eq(now, "up") ? make_up(t, s, &way, e) : read_plan(now, o->csv, &way, e);
    if (r == 0)
        r = plan_check(t, s, &way, e);
    return err_wrap(e, r, "begin from '%s'", now);
}

static void print_steps(const struct plan *p)
{
    for (size_t i = 0; i < p->n; i++) {
        AUTO_FREE char *text = plan_step_text(&p->steps[i]);
        printf("%s\n", text);
    }
}

static json_t *steps_json(const struct plan *p)
{
    json_t *steps = json_array();
    for (size_t i = 0; i < p->n; i++) {
        const struct plan_step *s = &p->steps[i];
        json_t *v = json_pack("{s:s, s:s, s:s}", "component", s->component, "interface", s->interface, "operation",
                              s->operation);
        json_put_str(v, "from", s->source);
        json_put_str(v, "to", s->target);
        json_put_str(v, "why", s->why);
        json_array_append_new(steps, v);
    }
    return steps;
}

static int show_made(const struct cli *cli, const struct plan_options *o, const struct topology *t,
                     const struct plan_states *now)
{
    AUTO(plan_done)
    struct plan p = {0};
    struct err e = {0};
    int r = o->down ? make_down(t, now, &p, &e) : make_up(t, now, &p, &e);
    if (r < 0)
        return cli_fail(cli, &e);
    if (cli->format == FORMAT_TABLE) {
        print_steps(&p);
        return CLI_DONE;
    }
    AUTO_JSON json_t *v = json_pack("{s:o}", "steps", steps_json(&p));
    return output_value(cli, v);
}

static void print_verdict(const struct topology *t, const struct plan_states *ends, bool accepted, const struct err *e)
{
    if (!accepted) {
        printf("refused: %s\n", err_text(e));
        return;
    }
    printf("accepted: ends");
    for (size_t i = 0; i < t->n_components; i++)
        printf(" %s=%s", t->components[i].name, ends->v[i] ? ends->v[i] : "-");
    printf("\n");
}

static int verdict_json(const struct cli *cli, const struct topology *t, const struct plan_states *ends, bool accepted,
                        const struct err *e)
{
    AUTO_JSON json_t *v = json_pack("{s:b}", "accepted", accepted);
    if (!accepted) {
        json_put_str(v, "reason", err_text(e));
        return output_value(cli, v);
    }
    json_t *states = json_object();
    json_object_set_new(v, "ends", states);
    for (size_t i = 0; i < t->n_components; i++)
        json_put_str(states, t->components[i].name, ends->v[i]);
    return output_value(cli, v);
}

/* Simulates the plan from the states, which it moves. */
static int show_checked(const struct cli *cli, const struct plan_options *o, const struct topology *t,
                        struct plan_states *s)
{
    AUTO(plan_done)
    struct plan p = {0};
    struct err e = {0};
    int r = read_plan(o->plan, o->csv, &p, &e), shown = CLI_DONE;
    if (r < 0)
        return cli_fail(cli, &e);
    r = plan_check(t, s, &p, &e);
    if (cli->format == FORMAT_TABLE)
        print_verdict(t, s, r == 0, &e);
    else
        shown = verdict_json(cli, t, s, r == 0, &e);
    return shown != CLI_DONE ? shown : r < 0 ? CLI_FAILED : CLI_DONE;
}

static int show_workflow(const struct cli *cli, const struct topology *t, const char *name)
{
    const struct topology_workflow *w = topology_workflow_find(t, name);
    const char *names[64];
    size_t n = 0;
    char like[200];
    if (w)
        return flow_print(cli, w);
    for (; n < t->n_workflows && n < ARRAY_LEN(names); n++)
        names[n] = t->workflows[n].name;
    str_suggest(like, sizeof(like), name, names, n);
    return cli_failf(cli, "the template has no work flow '%s'%s", name, like);
}

static int plan_of(const struct cli *cli, const struct plan_options *o, const char *path)
{
    AUTO(template_check_done)
    struct template_check c = {.path = path,
                               .inputs = &o->inputs,
                               .input_files = &o->input_files,
                               .inputs_missing_ok = true,
                               .strict = o->strict};
    AUTO(plan_states_done)
    struct plan_states states = {0};
    struct err e = {0};
    int r = template_check(&c, &e);
    template_check_tell(cli, &c, &e);
    if (r < 0)
        return CLI_FAILED;
    if (o->workflow)
        return show_workflow(cli, c.topology, o->workflow);
    plan_states_initial(&states, c.topology);
    if (begin(o, c.topology, &states, &e) < 0)
        return cli_fail(cli, &e);
    return o->plan ? show_checked(cli, o, c.topology, &states) : show_made(cli, o, c.topology, &states);
}

static int plan_run(struct cli *cli, int argc, char **argv)
{
    struct plan_options o = {0};
    int r = options_parse(cli, cli->verb, &argc, argv, &o);
    if (r >= 0)
        return r;
    if (o.workflow && (o.plan || o.down || o.now))
        r = cli_misused(cli, "--workflow shows the steps of a work flow; --plan, --now and --down do not go with it");
    else if (o.plan && o.down)
        r = cli_misused(cli, "--plan checks a plan, --down makes one: give one of the two");
    else if (str_eq(o.plan, "-") && str_eq(o.now, "-"))
        r = cli_misused(cli, "--plan and --now cannot both be read from standard input");
    else
        r = plan_of(cli, &o, argv[1]);
    options_done(cli->verb, &o);
    return r;
}
