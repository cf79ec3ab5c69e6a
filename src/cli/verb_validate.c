// SPDX-License-Identifier: Apache-2.0
/* `sedge validate`: is a template right, and, when asked, would it be deployed? */

#include "cli/cli_private.h"
#include "cli/findings.h"
#include "cli/output.h"

struct validate {
    struct strv inputs, input_files;
    bool deploy;
};

static const struct opt validate_opts[] = {
    {'i', "input", OPT_TEXTS, offsetof(struct validate, inputs), "NAME=VALUE", "value of an input"},
    {'\0', "inputs", OPT_TEXTS, offsetof(struct validate, input_files), "FILE",
     "inputs from a YAML or JSON map; - is standard input"},
    {'\0', "deploy", OPT_SWITCH, offsetof(struct validate, deploy), NULL, "refuse also what deploy would refuse"},
};
static int validate_run(struct cli *cli, int argc, char **argv);

const struct verb verb_validate = {
    .name = "validate",
    .group = GROUP_TEMPLATE,
    .args = "FILE|FOLDER|CSAR...",
    .line = "Check templates and say what is wrong, with its place",
    .more = "Reads TOSCA Simple Profile in YAML 1.0 to 1.3: files, folders and archives. Without inputs, those that "
            "have no\n"
            "default count as unknown. Ends with 0 when all are valid, 1 when one is not.",
    .examples = "sedge validate shop.yaml\nsedge validate -i port=8080 --deploy shop.csar\n",
    .opts = validate_opts,
    .n_opts = ARRAY_LEN(validate_opts),
    .args_min = 1,
    .args_max = -1,
    .formats = FORMATS_DATA,
    .run = validate_run,
};

static json_t *report(const struct template_check *c, bool valid, const struct err *e)
{
    json_t *findings = json_array();
    json_t *v = json_pack("{s:s, s:b, s:i, s:o}", "path", c->path, "valid", valid, "components",
                          c->topology ? (int)c->topology->n_components : 0, "findings", findings);
    findings_json(findings, NULL, &c->opening);
    findings_json(findings, c->template, &c->found);
    if (e->code)
        json_array_append_new(findings, json_pack("{s:s, s:s, s:s, s:i, s:i, s:s}", "level", "error", "code", "INPUT",
                                                  "file", c->path, "line", 1, "column", 1, "text", err_text(e)));
    return v;
}

static void tell(const struct cli *cli, const struct template_check *c, bool valid, const struct err *e)
{
    template_check_tell(cli, c, e);
    if (!valid)
        return;
    size_t n = c->topology->n_components;
    printf("%s: valid, %zu component%s\n", c->path, n, n == 1 ? "" : "s");
}

static bool validate_one(const struct cli *cli, const struct validate *o, const char *path, json_t *reports)
{
    AUTO(template_check_done)
    struct template_check c = {
        .path = path, .inputs = &o->inputs, .input_files = &o->input_files, .inputs_missing_ok = !o->deploy};
    struct err e = {0};
    int r = template_check(&c, &e);
    if (r == 0 && o->deploy)
        r = template_check_deploy(&c, "default", c.template->name);
    if (cli->format == FORMAT_TABLE)
        tell(cli, &c, r == 0, &e);
    else
        json_array_append_new(reports, report(&c, r == 0, &e));
    return r == 0;
}

static int validate_run(struct cli *cli, int argc, char **argv)
{
    struct validate o = {0};
    AUTO_JSON json_t *reports = json_array();
    bool valid = true;
    int r = options_parse(cli, cli->verb, &argc, argv, &o);
    if (r >= 0)
        return r;
    for (int i = 1; i < argc; i++)
        valid = validate_one(cli, &o, argv[i], reports) && valid;
    options_done(cli->verb, &o);
    if (cli->format != FORMAT_TABLE) {
        AUTO_JSON json_t *v = json_pack("{s:O}", "templates", reports);
        r = output_value(cli, v);
    }
    return r > 0 ? r : valid ? CLI_DONE : CLI_FAILED;
}
