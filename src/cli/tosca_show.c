// SPDX-License-Identifier: Apache-2.0
/* `sedge tosca show`: the resolved topology, as YAML that reads like TOSCA. */
#include "cli/output.h"
#include "cli/template_check.h"
#include "cli/verb_tosca.h"
#include "editor/show.h"
#include "model/secret_token.h"

struct show_options {
    struct strv inputs, input_files;
    struct import_options imports;
    bool strict;
};
static const struct opt show_opts[] = {
    OPT(show_options, 'i', "input", OPT_TEXTS, inputs, "NAME=VALUE", "value of an input; NAME=@FILE, NAME=-: read it"),
    OPT(show_options, '\0', "inputs", OPT_TEXTS, input_files, "FILE",
        "inputs from a YAML or JSON map; - is standard input"),
    OPT(show_options, '\0', "strict", OPT_SWITCH, strict, NULL, "count warnings as errors"),
    IMPORT_OPTS(show_options),
};
static int show_run(struct cli *cli, int argc, char **argv);

const struct verb verb_tosca_show = {
    .name = "tosca show",
    .group = GROUP_TEMPLATE,
    .args = "FILE|FOLDER|CSAR",
    .line = "Print the resolved topology",
    .more =
        "Types are flattened, defaults filled in, requirements tied to the node templates that fulfil them, functions\n"
        "carried out as far as they do not wait for run time. -o wide and -o json say also where each value comes\n"
        "from. Inputs without a value count as unknown.",
    .examples = "sedge tosca show shop.yaml\nsedge tosca show shop.csar -o json\n",
    OPTS(show_opts),
    .args_min = 1,
    .args_max = 1,
    .formats = FORMATS_DATA | FORMAT_WIDE,
    .run = show_run,
};

static int print(const struct cli *cli, const struct topology *t)
{
    AUTO_JSON json_t *whole = topology_show(t, cli->format == FORMAT_WIDE || cli->format == FORMAT_JSON);
    AUTO_JSON json_t *v = secret_token_masked(whole);
    if (cli->format == FORMAT_JSON)
        return output_value(cli, v);
    AUTO_FREE char *text = json_to_yaml(v);
    fputs(text, stdout);
    return CLI_DONE;
}

static int show_run(struct cli *cli, int argc, char **argv)
{
    struct show_options o = {0};
    struct err e = {0};
    int r = options_parse(cli, cli->verb, &argc, argv, &o);
    if (r >= 0)
        return r;
    struct template_check c = {.path = argv[1],
                               .inputs = &o.inputs,
                               .input_files = &o.input_files,
                               .imports = &o.imports,
                               .inputs_missing_ok = true,
                               .strict = o.strict,
                               .detail = true,
                               .veil = true};
    r = template_check(&c, &e);
    if (r < 0) {
        template_check_tell(cli, &c, &e);
        r = CLI_FAILED;
    } else {
        r = print(cli, c.topology);
    }
    template_check_done(&c);
    options_done(cli->verb, &o);
    return r;
}
