// SPDX-License-Identifier: Apache-2.0
/* `sedge validate`: is a template right, and, when asked, would it be deployed? */

#include "cli/cli_private.h"
#include "cli/findings.h"
#include "cli/output.h"
#include "cli/sarif.h"
#include "cli/template_check.h"

struct validate {
    struct strv inputs, input_files;
    struct import_options imports;
    bool deploy, strict;
};

static const struct opt validate_opts[] = {
    {'i', "input", OPT_TEXTS, offsetof(struct validate, inputs), "NAME=VALUE", "value of an input"},
    {'\0', "inputs", OPT_TEXTS, offsetof(struct validate, input_files), "FILE",
     "inputs from a YAML or JSON map; - is standard input"},
    {'\0', "deploy", OPT_SWITCH, offsetof(struct validate, deploy), NULL, "refuse also what deploy would refuse"},
    {'\0', "strict", OPT_SWITCH, offsetof(struct validate, strict), NULL, "count warnings as errors"},
    IMPORT_OPTS(validate),
};
static int validate_run(struct cli *cli, int argc, char **argv);

const struct verb verb_validate = {
    .name = "validate",
    .group = GROUP_TEMPLATE,
    .args = "FILE|FOLDER|CSAR...",
    .line = "Check templates and say what is wrong, with its place",
    .more = "Reads TOSCA 1.0 to 1.3 and 2.0: files, folders and archives. Without inputs, those that have no\n"
            "default count as unknown. Ends with 0 when all are valid, 1 when one is not.",
    .examples = "sedge validate shop.yaml\nsedge validate -i port=8080 --deploy shop.csar\n",
    .opts = validate_opts,
    .n_opts = ARRAY_LEN(validate_opts),
    .args_min = 1,
    .args_max = -1,
    .formats = FORMATS_DATA | FORMAT_SARIF,
    .run = validate_run,
};

/* What all templates of one call gave. */
struct outcome {
    json_t *reports;
    struct findings findings; /* for SARIF: of all of them */
    bool valid;
};

static json_t *report(const struct template_check *c, bool valid, const struct findings *found)
{
    return json_pack("{s:s, s:b, s:i, s:i, s:i, s:o}", "path", c->path, "valid", valid, "components",
                     c->topology ? (int)c->topology->n_components : 0, "errors", (int)found->errors, "warnings",
                     (int)found->warnings, "findings", findings_json(found));
}

static void add_report(struct outcome *out, const struct template_check *c, bool valid, const struct err *e)
{
    AUTO_FINDINGS struct findings found = {0};
    findings_add(&found, c, e);
    json_array_append_new(out->reports, report(c, valid, &found));
}

static void tell(const struct cli *cli, const struct template_check *c, bool valid, const struct err *e)
{
    template_check_tell(cli, c, e);
    if (!valid)
        return;
    size_t n = c->topology->n_components;
    printf("%s: valid, %zu component%s\n", c->path, n, n == 1 ? "" : "s");
}

static void validate_one(const struct cli *cli, const struct validate *o, const char *path, struct outcome *out)
{
    AUTO(template_check_done)
    struct template_check c = {.path = path,
                               .inputs = &o->inputs,
                               .input_files = &o->input_files,
                               .imports = &o->imports,
                               .inputs_missing_ok = !o->deploy,
                               .strict = o->strict};
    struct err e = {0};
    int r = template_check(&c, &e);
    if (r == 0 && o->deploy)
        r = template_check_deploy(&c, "default", template_name(c.template));
    out->valid = out->valid && r == 0;
    if (cli->format == FORMAT_TABLE)
        tell(cli, &c, r == 0, &e);
    else if (cli->format == FORMAT_SARIF)
        findings_add(&out->findings, &c, &e);
    else
        add_report(out, &c, r == 0, &e);
}

static int show(struct cli *cli, const struct outcome *out)
{
    AUTO_JSON json_t *v =
        cli->format == FORMAT_SARIF ? findings_sarif(&out->findings) : json_pack("{s:O}", "templates", out->reports);
    if (cli->format == FORMAT_SARIF)
        cli->format = FORMAT_JSON; /* SARIF is JSON */
    return output_value(cli, v);
}

static int validate_run(struct cli *cli, int argc, char **argv)
{
    struct validate o = {0};
    struct outcome out = {.valid = true};
    int r = options_parse(cli, cli->verb, &argc, argv, &o);
    if (r >= 0)
        return r;
    out.reports = json_array();
    for (int i = 1; i < argc; i++)
        validate_one(cli, &o, argv[i], &out);
    options_done(cli->verb, &o);
    r = cli->format == FORMAT_TABLE ? CLI_DONE : show(cli, &out);
    json_decref(out.reports);
    findings_done(&out.findings);
    return r > 0 ? r : out.valid ? CLI_DONE : CLI_FAILED;
}
