// SPDX-License-Identifier: Apache-2.0
/* `sedge tosca lsp`: the language server, on standard input and output. */
#include <unistd.h>

#include "cli/lsp.h"
#include "cli/verb_tosca.h"

struct lsp_options {
    bool stdio;
};
static const struct opt lsp_opts[] = {
    OPT(lsp_options, '\0', "stdio", OPT_SWITCH, stdio, NULL, "as editors ask for it; there is no other way"),
};
static int lsp_run(struct cli *cli, int argc, char **argv);

const struct verb verb_tosca_lsp = {
    .name = "tosca lsp",
    .group = GROUP_TEMPLATE,
    .args = "",
    .line = "Help an editor with templates (language server)",
    .more =
        "Speaks the Language Server Protocol 3.17 on standard input and output: an editor starts it. It tells what\n"
        "'sedge validate' would, as the template is typed, explains what the cursor stands on, completes names and\n"
        "keys, and goes to definitions. docs/editor.md shows how neovim, VS Code and emacs are set up.",
    .examples = "sedge tosca lsp\n",
    OPTS(lsp_opts),
    .args_min = 0,
    .args_max = 0,
    .run = lsp_run,
};

static int lsp_run(struct cli *cli, int argc, char **argv)
{
    struct lsp_options o = {0};
    int r = options_parse(cli, cli->verb, &argc, argv, &o);
    if (r >= 0)
        return r;
    if (isatty(STDIN_FILENO))
        cli_note(cli, "this is a language server: it waits for an editor to speak to it; Ctrl-D ends it");
    return lsp_serve(STDIN_FILENO, STDOUT_FILENO);
}
