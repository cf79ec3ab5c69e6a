// SPDX-License-Identifier: Apache-2.0
/* `sedge tosca WORD`: what is asked of templates beside checking them. */
#include "cli/verb_tosca.h"

#include <string.h>

#define GROUP_NAME "tosca "

static const struct verb *const words[] = {
    &verb_tosca_show, &verb_tosca_graph, &verb_tosca_package, &verb_tosca_profiles, &verb_tosca_fmt, &verb_tosca_lsp,
};

static int tosca_run(struct cli *cli, int argc, char **argv);

const struct verb verb_tosca = {
    .name = "tosca",
    .group = GROUP_TEMPLATE,
    .args = "WORD ...",
    .line = "Show, draw, pack and tidy templates, help editors: show, graph, package, profiles, fmt, lsp",
    .more = "'sedge tosca' lists the words; 'sedge tosca WORD --help' shows one's options and examples.",
    .examples = "sedge tosca show shop.yaml\nsedge tosca graph shop.yaml --svg > shop.svg\n",
    .args_min = 0,
    .args_max = -1,
    .words_pass = true,
    .formats = FORMATS_ALL | FORMAT_SARIF | FORMAT_SVG,
    .run = tosca_run,
};

static int list(void)
{
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        printf("  %-8s %s\n", words[i]->name + strlen(GROUP_NAME), words[i]->line);
    return CLI_DONE;
}

static int unknown(const struct cli *cli, const char *word)
{
    const char *names[ARRAY_LEN(words)];
    char like[160];
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        names[i] = words[i]->name + strlen(GROUP_NAME);
    str_suggest(like, sizeof(like), word, names, ARRAY_LEN(words));
    return cli_misused(cli, "there is no 'sedge tosca %s'%s", word, like);
}

static int tosca_run(struct cli *cli, int argc, char **argv)
{
    int r = options_parse(cli, &verb_tosca, &argc, argv, NULL);
    if (r >= 0)
        return r;
    if (argc == 1)
        return list();
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (!str_eq(words[i]->name + strlen(GROUP_NAME), argv[1]))
            continue;
        cli->verb = words[i];
        return words[i]->run(cli, argc - 1, argv + 1);
    }
    return unknown(cli, argv[1]);
}
