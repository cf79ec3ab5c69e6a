// SPDX-License-Identifier: Apache-2.0
/* `sedge deploy`: checks a template here, sends its files, writes the Application, and watches it come up. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/api_client.h"
#include "cli/app_deploy.h"
#include "cli/bundle_make.h"
#include "cli/plan_saved.h"
#include "io/file.h"
#include "plan/plan.h"

extern const struct verb verb_deploy;

struct deploy_options {
    struct strv inputs, input_files;
    struct import_options imports;
    const char *name, *plan, *message;
    bool confirm;
    int64_t timeout_us;
    bool strict;
};
static const struct opt deploy_opts[] = {
    OPT(deploy_options, 'i', "input", OPT_TEXTS, inputs, "NAME=VALUE",
        "value of an input (repeatable); NAME=@FILE and NAME=- (standard input) read it"),
    OPT(deploy_options, '\0', "inputs", OPT_TEXTS, input_files, "FILE",
        "inputs from a YAML or JSON map; - is standard input"),
    OPT(deploy_options, '\0', "name", OPT_TEXT, name, "NAME", "name of the application (default: the file's)"),
    OPT(deploy_options, '\0', "strict", OPT_SWITCH, strict, NULL, "count the template's warnings as errors"),
    OPT(deploy_options, '\0', "plan", OPT_TEXT, plan, "FILE", "do what this plan says: a saved one, or operations"),
    OPT(deploy_options, 'm', "message", OPT_TEXT, message, "TEXT", "why, for 'sedge history'"),
    OPT(deploy_options, '\0', "confirm", OPT_SWITCH, confirm, NULL, "show what will be done, and ask first"),
    OPT(deploy_options, '\0', "timeout", OPT_DURATION, timeout_us, "TIME", "wait at most so long; the head goes on"),
    IMPORT_OPTS(deploy_options),
};

/* One deployment on its way. */
struct deploy {
    struct cli *cli;
    const struct deploy_options *o;
    struct template_check check;
    const char *name; /* of the application */
    char *text;       /* of the plan file */
    bool explicit;    /* it holds operations */
    json_t *saved;    /* it is a plan that was reviewed; or NULL */
    json_t *plan;     /* array of steps, or NULL */
};

/* ---- checks, before anything is sent ---- */

static int check_words(struct cli *cli, const struct deploy_options *o)
{
    if (o->name && !str_is_label(o->name))
        return cli_misused(cli, "--name takes lower-case letters, digits and '-' (at most 63), not '%s'", o->name);
    for (size_t i = 0; i < o->inputs.n; i++)
        if (!strchr(o->inputs.v[i], '=') || o->inputs.v[i][0] == '=')
            return cli_misused(cli, "-i takes NAME=VALUE, not '%s'", o->inputs.v[i]);
    return OPTIONS_GO;
}

/* Template and inputs; their findings are told. */
static int check_template(struct deploy *d)
{
    struct err e = {0};
    int r = template_check(&d->check, &e);
    if (r == 0) {
        d->name = d->o->name ? d->o->name : d->name ? d->name : template_name(d->check.template);
        r = template_check_deploy(&d->check, client_ns(d->cli), d->name);
    }
    template_check_tell(d->cli, &d->check, &e);
    return r < 0 ? CLI_FAILED : OPTIONS_GO;
}

/* The states that the components are in now, as far as the template still knows them. */
static void states_now(const struct deploy *d, const json_t *before, struct plan_states *s)
{
    const struct topology *t = d->check.topology;
    size_t k;
    json_t *c;
    plan_states_initial(s, t);
    json_array_foreach(json_at(before, "status", "components", NULL), k, c)
    {
        int i = topology_find(t, json_str(c, "name", ""));
        const char *state = json_str(c, "state", "");
        if (i >= 0 && protocol_state_find(&t->components[i].protocol, state))
            plan_states_set(s, (size_t)i, state);
    }
}

/* Reads the plan and simulates it from what stands. */
static int check_plan(struct deploy *d, const json_t *before)
{
    AUTO(plan_done)
    struct plan p = {0};
    AUTO(plan_states_done)
    struct plan_states states = {0};
    struct err e = {0};
    int r = plan_read(d->text, strlen(d->text), str_ends(d->o->plan, ".csv"), &p, &e);
    if (r == 0) {
        states_now(d, before, &states);
        r = plan_check(d->check.topology, &states, &p, &e);
    }
    if (r < 0)
        return cli_failf(d->cli, "plan %s: %s", d->o->plan, err_text(&e));
    d->plan = json_array();
    for (size_t i = 0; i < p.n; i++) {
        AUTO_FREE char *step = plan_step_text(&p.steps[i]);
        json_array_append_new(d->plan, json_string(step));
    }
    return OPTIONS_GO;
}

/* ---- sending ---- */

/* The digest of the files as they are here; of a saved plan: still those that were reviewed? */
static int check_reviewed(struct deploy *d)
{
    char digest[DIGEST_TEXT_SIZE];
    struct err e = {0};
    int r = plan_bundle_digest(d->check.template, digest, &e);
    if (r == 0)
        r = plan_saved_check(d->saved, &d->check, digest, &e);
    return r < 0 ? cli_failf(d->cli, "plan %s: %s", d->o->plan, err_text(&e)) : OPTIONS_GO;
}

static int send_bundle(struct deploy *d, char digest[DIGEST_TEXT_SIZE])
{
    AUTO(bundle_manifest_done)
    struct bundle_manifest manifest = {0};
    struct err e = {0};
    int r = bundle_make(d->check.template, &manifest, &e);
    if (r == 0)
        r = client_connect(d->cli, &e);
    if (r == 0)
        r = bundle_upload(d->cli->conn, d->check.template, &manifest, digest, NULL, &e);
    return r < 0 ? cli_fail(d->cli, &e) : OPTIONS_GO;
}

static int carry_out(struct deploy *d, struct app_deploy *a)
{
    char digest[DIGEST_TEXT_SIZE];
    int r = send_bundle(d, digest);
    struct app_wanted w = {.name = d->name,
                           .bundle = digest,
                           .entry = d->check.template->entry,
                           .inputs = d->check.given,
                           .plan = d->plan,
                           .workflow = d->plan ? NULL : plan_own_workflow(d->check.topology),
                           .message = d->o->message};
    a->wanted = &w;
    if (r < 0 && d->saved && !str_eq(json_str(d->saved, "bundle", ""), digest))
        return cli_failf(d->cli, "plan %s: files of the template change while they are sent", d->o->plan);
    if (r < 0)
        r = app_deploy_write(a);
    return r < 0 ? app_deploy_watch(a) : r;
}

static int deploy(struct deploy *d)
{
    int r = check_template(d);
    struct app_deploy a = {.cli = d->cli,
                           .verb = "deploy",
                           .name = d->name,
                           .reviewed = d->saved,
                           .confirm = d->o->confirm,
                           .timeout_us = d->o->timeout_us};
    if (r < 0 && d->saved)
        r = check_reviewed(d);
    if (r < 0)
        r = app_deploy_look(&a);
    if (r < 0 && d->explicit)
        r = check_plan(d, a.before);
    if (r < 0)
        r = carry_out(d, &a);
    app_deploy_done(&a);
    return r;
}

/* ---- the plan that may be given ---- */

/* Tells the two kinds of plan files apart by what is in them. */
static int read_given(struct deploy *d)
{
    struct err e = {0};
    size_t len;
    int r = file_read(d->o->plan, PLAN_FILE_MAX, &d->text, &len, &e);
    if (r == 0 && plan_saved_is(d->text))
        r = plan_saved_read(d->text, len, &d->saved, &e);
    else if (r == 0)
        d->explicit = true;
    return r < 0 ? cli_failf(d->cli, "plan %s: %s", d->o->plan, err_text(&e)) : OPTIONS_GO;
}

/* Of a saved plan: whose it is, and what was given for it. */
static int take_saved(struct deploy *d)
{
    const json_t *app = json_object_get(d->saved, "application");
    const char *name = json_str(app, "name", NULL), *ns = json_str(app, "namespace", NULL);
    if (d->o->name && !str_eq(d->o->name, name))
        return cli_failf(d->cli, "plan %s: it is application %s's, not %s's", d->o->plan, name, d->o->name);
    if (d->cli->ns_text && ns && !str_eq(d->cli->ns_text, ns))
        return cli_failf(d->cli, "plan %s: it is of namespace %s, not %s", d->o->plan, ns, d->cli->ns_text);
    if (ns)
        d->cli->ns_text = ns;
    d->name = name;
    d->check.inputs_first = json_object_get(d->saved, "inputs");
    if (!d->check.path)
        d->check.path = json_str(d->saved, "template", NULL);
    return OPTIONS_GO;
}

static int begin(struct deploy *d)
{
    int r = check_words(d->cli, d->o);
    if (r < 0 && d->o->plan)
        r = read_given(d);
    if (r < 0 && d->saved)
        r = take_saved(d);
    if (r < 0 && !d->check.path)
        return cli_misused(d->cli, "deploy takes a template: FILE, FOLDER or CSAR");
    return r;
}

static int run_deploy(struct cli *cli, int argc, char **argv)
{
    struct deploy_options o = {0};
    int r = options_parse(cli, &verb_deploy, &argc, argv, &o);
    if (r >= 0)
        return r;
    struct deploy d = {.cli = cli,
                       .o = &o,
                       .check = {.path = argc > 1 ? argv[1] : NULL,
                                 .inputs = &o.inputs,
                                 .input_files = &o.input_files,
                                 .imports = &o.imports,
                                 .strict = o.strict}};
    r = begin(&d);
    if (r < 0)
        r = deploy(&d);
    template_check_done(&d.check);
    json_decref(d.plan);
    json_decref(d.saved);
    free(d.text);
    options_done(&verb_deploy, &o);
    return r;
}

const struct verb verb_deploy = {
    .name = "deploy",
    .group = GROUP_APPLICATION,
    .args = "[FILE|FOLDER|CSAR]",
    .line = "Deploy a template, or patch what stands to fit it",
    .more =
        "The template is checked first; nothing is changed when it has faults. What an application has already and is\n"
        "unchanged goes on running untouched. Inputs that are not given have their default values, also when another\n"
        "value was given before. Ends with 0 when the application runs, or 1 with what failed and its last lines;\n"
        "deploy again to try again. Ctrl-C leaves the head working. What will be done is shown first, as 'sedge plan' "
        "shows\n"
        "it; --plan takes a plan that 'sedge plan --save' wrote and does just that, or lines of\n"
        "component:Interface.operation.",
    .examples =
        "sedge deploy shop.yaml\nsedge deploy shop.yaml -i port=8081 --name shop2\nsedge deploy shop.csar --inputs "
        "site.yaml --timeout 5m\nsedge deploy --plan shop.plan\n",
    OPTS(deploy_opts),
    .args_min = 0,
    .args_max = 1,
    .formats = FORMATS_DATA | FORMAT_NAME,
    .run = run_deploy};
