// SPDX-License-Identifier: Apache-2.0
/* `sedge explain CODE`: what a finding's code means, and what to do about it; `sedge explain APP/COMPONENT`: why its pods
 * are where they are. */
#include <string.h>

#include "cli/cli_private.h"
#include "cli/explain_place.h"
#include "cli/output.h"
#include "tosca/diag_codes.h"

static int explain_run(struct cli *cli, int argc, char **argv);

const struct verb verb_explain = {
    .name = "explain",
    .group = GROUP_TEMPLATE,
    .args = "[CODE... | APP/COMPONENT... | pod/NAME...]",
    .line = "Explain the code of an error or a warning, or why pods are where they are",
    .more = "Findings of validate, plan and deploy end with their code in brackets. Without a code, lists them all.\n"
            "For the pods of a component it tells of each node why it takes none of them, or its score with the parts of\n"
            "it: the scheduler answers itself. The highest score wins, then the fewest pods.",
    .examples = "sedge explain VALUE_TYPE\nsedge explain shop/web\nsedge explain pod/web-1 -o json\n",
    .args_min = 0,
    .args_max = -1,
    .formats = FORMATS_DATA,
    .run = explain_run,
};

static json_t *row(const struct diag_code *c)
{
    json_t *v = json_object();
    json_put_str(v, "code", c->code);
    json_put_str(v, "level", c->level);
    json_put_str(v, "line", c->line);
    json_put_str(v, "cause", c->cause);
    json_put_str(v, "cure", c->cure);
    if (c->example)
        json_put_str(v, "example", c->example);
    json_put_str(v, "class", c->class);
    return v;
}

static int unknown(const struct cli *cli, const char *word)
{
    char like[160];
    size_t n;
    const struct diag_code *const *all = diag_codes(&n);
    AUTO_FREE const char **names = mem_array(n, sizeof(*names));
    for (size_t i = 0; i < n; i++)
        names[i] = all[i]->code;
    str_suggest(like, sizeof(like), word, names, n);
    return cli_misused(cli, "there is no code '%s'%s", word, like);
}

/* The rows asked for, or all of them. */
static int chosen(const struct cli *cli, int argc, char **argv, const struct diag_code **ret)
{
    size_t n;
    const struct diag_code *const *all = diag_codes(&n);
    for (size_t i = 0; argc == 1 && i < n; i++)
        ret[i] = all[i];
    for (int i = 1; i < argc; i++) {
        ret[i - 1] = diag_code_find(argv[i]);
        if (!ret[i - 1])
            return unknown(cli, argv[i]);
    }
    return CLI_DONE;
}

static void print_rows(const struct diag_code *const *rows, size_t n, bool list)
{
    for (size_t i = 0; i < n; i++) {
        AUTO_FREE char *text = list ? mem_printf("%-18s %s\n", rows[i]->code, rows[i]->line) : diag_code_text(rows[i]);
        printf("%s%s", i && !list ? "\n" : "", text);
    }
}

static int explain_run(struct cli *cli, int argc, char **argv)
{
    size_t n;
    int r = options_parse(cli, cli->verb, &argc, argv, NULL);
    if (r >= 0)
        return r;
    if (argc > 1 && strchr(argv[1], '/'))
        return explain_place(cli, argv + 1, (size_t)argc - 1);
    diag_codes(&n);
    n = argc > 1 ? (size_t)argc - 1 : n;
    AUTO_FREE const struct diag_code **rows = mem_array(n, sizeof(*rows));
    r = chosen(cli, argc, argv, rows);
    if (r != CLI_DONE)
        return r;
    if (cli->format == FORMAT_TABLE) {
        print_rows(rows, n, argc == 1);
        return CLI_DONE;
    }
    AUTO_JSON json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, row(rows[i]));
    AUTO_JSON json_t *v = json_pack("{s:O}", "codes", list);
    return output_value(cli, v);
}
