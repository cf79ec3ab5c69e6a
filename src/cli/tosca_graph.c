// SPDX-License-Identifier: Apache-2.0
/* `sedge tosca graph`: draws the topology. */
#include "cli/template_check.h"
#include "cli/verb_tosca.h"
#include "editor/graph.h"

struct graph_options {
    struct strv inputs, input_files;
    struct import_options imports;
    bool svg;
};
static const struct opt graph_opts[] = {
    OPT(graph_options, 'i', "input", OPT_TEXTS, inputs, "NAME=VALUE", "value of an input"),
    OPT(graph_options, '\0', "inputs", OPT_TEXTS, input_files, "FILE",
        "inputs from a YAML or JSON map; - is standard input"),
    OPT(graph_options, '\0', "svg", OPT_SWITCH, svg, NULL, "a picture, like -o svg; else the DOT language"),
    IMPORT_OPTS(graph_options),
};
static int graph_run(struct cli *cli, int argc, char **argv);

const struct verb verb_tosca_graph = {
    .name = "tosca graph",
    .group = GROUP_TEMPLATE,
    .args = "FILE|FOLDER|CSAR",
    .line = "Draw the topology, as DOT or as SVG",
    .more = "Hosts are rooms that hold what stands on them; other relationships are arrows from who needs to what is "
            "needed.",
    .examples = "sedge tosca graph shop.yaml | dot -Tpng > shop.png\nsedge tosca graph shop.yaml --svg > shop.svg\n",
    OPTS(graph_opts),
    .args_min = 1,
    .args_max = 1,
    .formats = FORMAT_SVG,
    .run = graph_run,
};

static int graph_run(struct cli *cli, int argc, char **argv)
{
    struct graph_options o = {0};
    struct err e = {0};
    int r = options_parse(cli, cli->verb, &argc, argv, &o);
    if (r >= 0)
        return r;
    struct template_check c = {.path = argv[1],
                               .inputs = &o.inputs,
                               .input_files = &o.input_files,
                               .imports = &o.imports,
                               .inputs_missing_ok = true};
    r = template_check(&c, &e);
    if (r < 0)
        template_check_tell(cli, &c, &e);
    AUTO_FREE char *text = r < 0                                ? NULL
                           : o.svg || cli->format == FORMAT_SVG ? topology_svg(c.topology)
                                                                : topology_dot(c.topology);
    if (text)
        fputs(text, stdout);
    template_check_done(&c);
    options_done(cli->verb, &o);
    return text ? CLI_DONE : CLI_FAILED;
}
