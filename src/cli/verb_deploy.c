// SPDX-License-Identifier: Apache-2.0
/* `sedge deploy`: checks a template here, sends its files, writes the Application, and watches it come up. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/app_change.h"
#include "cli/app_wait.h"
#include "cli/bundle_make.h"
#include "cli/output.h"
#include "cli/published.h"
#include "cli/template_check.h"
#include "io/file.h"
#include "plan/plan.h"

#define PLAN_FILE_MAX (4U << 20)
#define TRIES         10

extern const struct verb verb_deploy;

struct deploy_options {
    struct strv inputs, input_files;
    const char *name, *plan;
    int64_t timeout_us;
    bool strict;
};
static const struct opt deploy_opts[] = {
    OPT(deploy_options, 'i', "input", OPT_TEXTS, inputs, "NAME=VALUE", "value of an input (repeatable)"),
    OPT(deploy_options, '\0', "inputs", OPT_TEXTS, input_files, "FILE",
        "inputs from a YAML or JSON map; - is standard input"),
    OPT(deploy_options, '\0', "name", OPT_TEXT, name, "NAME", "name of the application (default: the file's)"),
    OPT(deploy_options, '\0', "plan", OPT_TEXT, plan, "FILE", "carry out this plan instead of making one"),
    OPT(deploy_options, '\0', "strict", OPT_SWITCH, strict, NULL, "count the template's warnings as errors"),
    OPT(deploy_options, '\0', "timeout", OPT_DURATION, timeout_us, "TIME", "wait at most so long; the head goes on"),
};

/* One deployment on its way. */
struct deploy {
    struct cli *cli;
    const struct deploy_options *o;
    struct template_check check;
    const char *name; /* of the application */
    json_t *before;   /* the application as it stands; NULL: there is none */
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
        d->name = d->o->name ? d->o->name : d->check.template->name;
        r = template_check_deploy(&d->check, client_ns(d->cli), d->name);
    }
    template_check_tell(d->cli, &d->check, &e);
    return r < 0 ? CLI_FAILED : OPTIONS_GO;
}

/* The states that the components are in now, as far as the template still knows them. */
static void states_now(const struct deploy *d, struct plan_states *s)
{
    const struct topology *t = d->check.topology;
    size_t k;
    json_t *c;
    plan_states_initial(s, t);
    json_array_foreach(json_at(d->before, "status", "components", NULL), k, c)
    {
        int i = topology_find(t, json_str(c, "name", ""));
        const char *state = json_str(c, "state", "");
        if (i >= 0 && protocol_state_find(&t->components[i].protocol, state))
            plan_states_set(s, (size_t)i, state);
    }
}

/* Reads the plan and simulates it from what stands. */
static int check_plan(struct deploy *d)
{
    AUTO(plan_done)
    struct plan p = {0};
    AUTO(plan_states_done)
    struct plan_states states = {0};
    AUTO_FREE char *text = NULL;
    struct err e = {0};
    size_t len;
    int r = file_read(d->o->plan, PLAN_FILE_MAX, &text, &len, &e);
    if (r == 0)
        r = plan_read(text, len, str_ends(d->o->plan, ".csv"), &p, &e);
    if (r == 0) {
        states_now(d, &states);
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

/* Whatever of that name stands; one that is just leaving is waited for. */
static int look_before(struct deploy *d)
{
    struct cli *cli = d->cli;
    struct err e = {0};
    json_unrefp(&d->before);
    int r = client_get(cli, kind_find("Application"), client_ns(cli), d->name, &d->before, &e);
    if (r < 0 && r != -ENOENT)
        return cli_fail(cli, &e);
    if (r == -ENOENT || !json_at(d->before, "metadata", "deletionTimestamp", NULL))
        return OPTIONS_GO;
    AUTO_JSON json_t *last = NULL;
    struct app_wait wait = {.name = d->name, .gone = true, .timeout_us = d->o->timeout_us};
    cli_note(cli, "An application %s is being taken down; waiting for that first.", d->name);
    r = app_wait(cli, &wait, &last, &e);
    json_unrefp(&d->before);
    r = app_end(cli, &wait, "undeploy", r, last, &e);
    return r == CLI_DONE ? OPTIONS_GO : r;
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

static int write_once(struct deploy *d, const struct app_wanted *w, json_t **ret, struct err *e)
{
    AUTO_JSON json_t *body = app_change_deploy(d->before, w);
    AUTO_FREE char *path = client_path(kind_find("Application"), client_ns(d->cli), d->before ? d->name : NULL);
    if (d->before)
        return client_patch(d->cli, path, body, ret, e);
    return client_call(d->cli, "POST", path, body, ret, e);
}

/* A work flow of the template's own takes the place of the plan, unless a plan is given. */
static const char *own_workflow(const struct deploy *d)
{
    return !d->plan && topology_workflow_find(d->check.topology, "deploy") ? "deploy" : NULL;
}

/* Creates or patches; again when somebody else was quicker. */
static int write_application(struct deploy *d, const char *digest, json_t **ret)
{
    struct app_wanted w = {.name = d->name,
                           .bundle = digest,
                           .entry = d->check.template->entry,
                           .inputs = d->check.given,
                           .plan = d->plan,
                           .workflow = own_workflow(d)};
    struct err e = {0};
    for (int i = 0; i < TRIES; i++) {
        int r = write_once(d, &w, ret, &e);
        if (r == 0)
            return OPTIONS_GO;
        if (r != -EAGAIN && r != -EEXIST && r != -ENOENT)
            return cli_fail(d->cli, &e);
        r = look_before(d);
        if (r >= 0)
            return r;
    }
    return cli_fail(d->cli, &e);
}

/* ---- afterwards ---- */

static void add_published(struct cli *cli, const char *app, struct table *t)
{
    AUTO_JSON json_t *pods = NULL, *nodes = NULL;
    AUTO_FREE char *selector = mem_printf(LABEL_APPLICATION "=%s", app);
    struct published *p;
    struct err ignored;
    size_t n;
    if (client_list(cli, kind_find("Pod"), client_ns(cli), selector, &pods, &ignored) < 0 ||
        client_list(cli, kind_find("Node"), NULL, NULL, &nodes, &ignored) < 0)
        return;
    published_find(json_object_get(pods, "items"), json_object_get(nodes, "items"), &p, &n);
    for (size_t i = 0; i < n; i++) {
        const char *cells[] = {p[i].component, "published", p[i].address};
        table_row(t, cells);
    }
    published_free(p, n);
}

static void add_outputs(const json_t *app, struct table *t)
{
    const char *name;
    json_t *v;
    json_object_foreach(json_at(app, "status", "outputs", NULL), name, v)
    {
        AUTO_FREE char *text = json_is_string(v) ? NULL : json_text(v);
        const char *cells[] = {name, "output",
                               json_is_null(v) ? "(not known yet)"
                               : text          ? text
                                               : json_string_value(v)};
        table_row(t, cells);
    }
}

static int show_result(struct cli *cli, const char *name, const json_t *app)
{
    static const char *const heads[] = {"NAME", "KIND", "VALUE"};
    AUTO(table_done)
    struct table t = {0};
    const json_t *status = json_object_get(app, "status");
    const char *message = json_str(status, "message", "");
    if (cli->format == FORMAT_NAME)
        puts(name);
    if (cli->format == FORMAT_NAME)
        return CLI_DONE;
    if (cli->format != FORMAT_TABLE)
        return output_value(cli, app);
    bool runs = str_eq(json_str(status, "phase", ""), "Running");
    printf("%s %s%s%s\n", name, runs ? "runs" : "is stopped", message[0] ? ": " : "", message);
    table_begin(&t, heads, ARRAY_LEN(heads));
    add_published(cli, name, &t);
    add_outputs(app, &t);
    if (t.cells.n == t.n)
        return CLI_DONE;
    AUTO_FREE char *text = table_text(&t, 0, cli->color_out);
    printf("\n%s", text);
    return CLI_DONE;
}

static int watch(struct deploy *d, const json_t *written)
{
    struct err e = {0};
    AUTO_JSON json_t *last = NULL;
    AUTO_FREE char *leaving = mem_printf("deploy goes on; see 'sedge describe app %s'", d->name);
    struct app_wait wait = {.name = d->name,
                            .generation = json_int(json_object_get(written, "metadata"), "generation", 1),
                            .timeout_us = d->o->timeout_us,
                            .leaving = leaving};
    int r = app_wait(d->cli, &wait, &last, &e);
    int status = app_end(d->cli, &wait, "deploy", r, last, &e);
    return status == CLI_DONE ? show_result(d->cli, d->name, last) : status;
}

static int deploy(struct deploy *d)
{
    char digest[DIGEST_TEXT_SIZE];
    AUTO_JSON json_t *written = NULL;
    int r = check_template(d);
    if (r < 0)
        r = look_before(d);
    if (r < 0 && d->o->plan)
        r = check_plan(d);
    if (r < 0)
        r = send_bundle(d, digest);
    if (r < 0)
        r = write_application(d, digest, &written);
    return r < 0 ? watch(d, written) : r;
}

static int run_deploy(struct cli *cli, int argc, char **argv)
{
    struct deploy_options o = {0};
    int r = options_parse(cli, &verb_deploy, &argc, argv, &o);
    if (r >= 0)
        return r;
    struct deploy d = {
        .cli = cli,
        .o = &o,
        .check = {.path = argv[1], .inputs = &o.inputs, .input_files = &o.input_files, .strict = o.strict}};
    r = check_words(cli, &o);
    if (r < 0)
        r = deploy(&d);
    template_check_done(&d.check);
    json_decref(d.before);
    json_decref(d.plan);
    options_done(&verb_deploy, &o);
    return r;
}

const struct verb verb_deploy = {
    .name = "deploy",
    .group = GROUP_APPLICATION,
    .args = "FILE|FOLDER|CSAR",
    .line = "Deploy a template, or patch what stands to fit it",
    .more =
        "The template is checked first; nothing is changed when it has faults. What an application has already and is\n"
        "unchanged goes on running untouched. Inputs that are not given have their default values, also when another\n"
        "value was given before. Ends with 0 when the application runs, or 1 with what failed and its last lines;\n"
        "deploy again to try again. Ctrl-C leaves the head working.",
    .examples =
        "sedge deploy shop.yaml\nsedge deploy shop.yaml -i port=8081 --name shop2\nsedge deploy shop.csar --inputs "
        "site.yaml --timeout 5m\n",
    OPTS(deploy_opts),
    .args_min = 1,
    .args_max = 1,
    .formats = FORMATS_DATA | FORMAT_NAME,
    .run = run_deploy};
