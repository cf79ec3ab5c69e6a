// SPDX-License-Identifier: Apache-2.0
/* `sedge plan`: the order of operations that a template's topology asks for, and the check of a plan by simulation. */
#include "plan/plan_diff.h"

#include <errno.h>
#include <unistd.h>

#include "cli/cli_private.h"
#include "cli/flow_text.h"
#include "cli/output.h"
#include "cli/plan_live.h"
#include "cli/policy_words.h"
#include "io/file.h"
#include "plan/policy.h"

struct plan_options {
    struct strv inputs, input_files;
    const char *plan, *now, *name, *save, *workflow;
    struct import_options imports; /* .offline: ask neither what runs nor the network */
    bool csv, down, detailed, strict;
};

#define OPTION(l, n, t, m, v, d)                                                                                       \
    {                                                                                                                  \
        l, n, t, offsetof(struct plan_options, m), v, d                                                                \
    }
static const struct opt plan_opts[] = {
    OPTION('i', "input", OPT_TEXTS, inputs, "NAME=VALUE", "value of an input; NAME=@FILE, NAME=-: read it"),
    OPTION('\0', "inputs", OPT_TEXTS, input_files, "FILE", "inputs from a YAML or JSON map; - is standard input"),
    OPTION('\0', "plan", OPT_TEXT, plan, "FILE", "check this plan (operations, or a saved one); - is standard input"),
    OPTION('\0', "name", OPT_TEXT, name, "NAME", "application to compare with (default: the file's name)"),
    OPTION('\0', "save", OPT_TEXT, save, "FILE", "write the plan, for 'sedge deploy --plan FILE'"),
    OPTION('\0', "detailed-exitcode", OPT_SWITCH, detailed, NULL, "exit status 2 when there are changes"),
    OPTION('\0', "offline", OPT_SWITCH, imports.offline, NULL, "do not ask what runs, and fetch nothing"),
    IMPORT_OPT_REFRESH(plan_options),
    IMPORT_OPT_PROFILES(plan_options),
    OPTION('\0', "csv", OPT_SWITCH, csv, NULL, "the plan is component,interface,operation a line"),
    OPTION('\0', "now", OPT_TEXT, now, "up|FILE", "begin when all runs, or when this plan was carried out"),
    OPTION('\0', "strict", OPT_SWITCH, strict, NULL, "count the template's warnings as errors"),
    OPTION('\0', "down", OPT_SWITCH, down, NULL, "make the plan that takes everything down, volumes too"),
    OPTION('\0', "workflow", OPT_TEXT, workflow, "NAME",
           "the steps of this work flow of the template's, with conditions"),
};
static int plan_run(struct cli *cli, int argc, char **argv);

const struct verb verb_plan = {
    .name = "plan",
    .group = GROUP_TEMPLATE,
    .args = "[FILE|FOLDER|CSAR]",
    .line = "Show what deploy would change and why, or check a plan",
    .more =
        "Where an application of that name stands: what is created (+), changed in place (~), replaced (-/+),\n"
        "removed (-) or only restarted (*), and why, as the head itself decides it; then the operations in order.\n"
        "--save keeps it: 'sedge deploy --plan FILE' does that and nothing else. Status 0, or with\n"
        "--detailed-exitcode 2 when there are changes.\n"
        "Where none stands, no head answers, or with --offline, --now, --down or --plan: the operations that bring\n"
        "everything from nothing to running, one a line as component:Interface.operation. With --plan: 'accepted'\n"
        "with the states at its end, or 'refused' with the line and the reason, and status 1; a saved plan is held\n"
        "against what stands. Nothing runs.",
    .examples = "sedge plan shop.yaml\nsedge plan shop.yaml -i port=8081 --save shop.plan\nsedge plan shop.yaml --plan "
                "up.plan\nsedge plan shop.yaml --now up --plan "
                "stop-web.plan\nsedge plan shop.yaml --workflow backup\n",
    .opts = plan_opts,
    .n_opts = ARRAY_LEN(plan_opts),
    .args_min = 0,
    .args_max = 1,
    .formats = FORMATS_DATA,
    .run = plan_run,
};

static int read_text(const char *path, char **ret, size_t *ret_len, struct err *e)
{
    return str_eq(path, "-") ? file_read_fd(STDIN_FILENO, PLAN_FILE_MAX, ret, ret_len, e)
                             : file_read(path, PLAN_FILE_MAX, ret, ret_len, e);
}

static int read_plan(const char *path, bool csv, struct plan *ret, struct err *e)
{
    AUTO_FREE char *text = NULL;
    size_t len = 0;
    bool piped = str_eq(path, "-");
    int r = read_text(path, &text, &len, e);
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

static int show_made(const struct cli *cli, const struct plan_options *o, const struct topology *t,
                     const struct plan_states *now)
{
    AUTO(plan_done)
    struct plan p = {0};
    struct err e = {0};
    int r = o->down ? make_down(t, now, &p, &e) : make_up(t, now, &p, &e);
    if (r < 0)
        return cli_fail(cli, &e);
    AUTO_JSON json_t *policies = policies_json(t);
    if (cli->format == FORMAT_TABLE) {
        print_steps(&p);
        if (!o->down && !o->now)
            policy_words_print(cli, "# ", policies);
        return CLI_DONE;
    }
    AUTO_JSON json_t *v = json_pack("{s:o}", "steps", plan_steps_json(&p));
    if (json_array_size(policies))
        json_object_set(v, "policies", policies);
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

static int plan_offline(const struct cli *cli, const struct plan_options *o, const struct template_check *c)
{
    AUTO(plan_states_done)
    struct plan_states states = {0};
    struct err e = {0};
    plan_states_initial(&states, c->topology);
    if (begin(o, c->topology, &states, &e) < 0)
        return cli_fail(cli, &e);
    return o->plan ? show_checked(cli, o, c->topology, &states) : show_made(cli, o, c->topology, &states);
}

static int check(const struct cli *cli, struct template_check *c)
{
    struct err e = {0};
    int r = template_check(c, &e);
    template_check_tell(cli, c, &e);
    return r < 0 ? CLI_FAILED : OPTIONS_GO;
}

static int plan_of(struct cli *cli, const struct plan_options *o, const char *path)
{
    AUTO(template_check_done)
    struct template_check c = {.path = path,
                               .inputs = &o->inputs,
                               .input_files = &o->input_files,
                               .imports = &o->imports,
                               .inputs_missing_ok = true,
                               .strict = o->strict};
    struct plan_live live = {.check = &c, .name = o->name, .save = o->save, .detailed = o->detailed};
    int r = check(cli, &c);
    if (r < 0 && o->workflow)
        return show_workflow(cli, c.topology, o->workflow);
    if (r < 0 && !o->imports.offline && !o->now && !o->down && !o->plan)
        r = plan_live(cli, &live);
    return r < 0 ? plan_offline(cli, o, &c) : r;
}

/* A plan that was saved is held against what stands; OPTIONS_GO when the file holds operations. */
static int plan_saved(struct cli *cli, const struct plan_options *o, const char *path)
{
    AUTO_FREE char *text = NULL;
    AUTO_JSON json_t *saved = NULL;
    struct err e = {0};
    size_t len = 0;
    if (!o->plan || str_eq(o->plan, "-") || read_text(o->plan, &text, &len, &e) < 0 || !plan_saved_is(text))
        return OPTIONS_GO;
    if (plan_saved_read(text, len, &saved, &e) < 0)
        return cli_failf(cli, "plan %s: %s", o->plan, err_text(&e));
    AUTO(template_check_done)
    struct template_check c = {.path = path ? path : json_str(saved, "template", NULL),
                               .inputs = &o->inputs,
                               .input_files = &o->input_files,
                               .imports = &o->imports,
                               .inputs_first = json_object_get(saved, "inputs"),
                               .inputs_missing_ok = true};
    struct plan_live live = {.check = &c, .name = o->name, .detailed = o->detailed, .saved = saved, .file = o->plan};
    int r = check(cli, &c);
    return r < 0 ? plan_live(cli, &live) : r;
}

static int plan_run(struct cli *cli, int argc, char **argv)
{
    struct plan_options o = {0};
    int r = options_parse(cli, cli->verb, &argc, argv, &o);
    if (r >= 0)
        return r;
    bool still = o.imports.offline || o.now || o.down;
    if (o.workflow && (o.plan || o.down || o.now))
        r = cli_misused(cli, "--workflow shows the steps of a work flow; --plan, --now and --down do not go with it");
    else if (o.plan && o.down)
        r = cli_misused(cli, "--plan checks a plan, --down makes one: give one of the two");
    else if (str_eq(o.plan, "-") && str_eq(o.now, "-"))
        r = cli_misused(cli, "--plan and --now cannot both be read from standard input");
    else if (o.save && (still || o.plan))
        r = cli_misused(cli, "--save keeps what would be done to what runs: not with --offline, --now, --down, --plan");
    else
        r = plan_saved(cli, &o, argv[1]);
    if (r < 0)
        r = argc > 1 ? plan_of(cli, &o, argv[1]) : cli_misused(cli, "plan takes a template: FILE, FOLDER or CSAR");
    options_done(cli->verb, &o);
    return r;
}
