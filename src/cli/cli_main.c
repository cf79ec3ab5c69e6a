// SPDX-License-Identifier: Apache-2.0
/* The command line's entry: settings from environment and terminal, then the verb. */
#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/api_client.h"
#include "cli/help.h"

static const char *env_or(const char *name, const char *fallback)
{
    const char *v = getenv(name);
    return str_empty(v) ? fallback : v;
}

static int terminal_columns(void)
{
    struct winsize size;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static void cli_init(struct cli *cli)
{
    bool color = str_empty(getenv("NO_COLOR")) && !str_eq(env_or("TERM", "dumb"), "dumb");
    cli->run_dir = env_or("SEDGE_RUN", SEDGE_RUN_DIR);
    cli->state_dir = env_or("SEDGE_STATE", SEDGE_STATE_DIR);
    cli->kubeconfig = env_or("SEDGE_KUBECONFIG", NULL);
    cli->tty_out = isatty(STDOUT_FILENO);
    cli->tty_err = isatty(STDERR_FILENO);
    cli->color_out = cli->tty_out && color;
    cli->color_err = cli->tty_err && color;
    cli->columns = cli->tty_out ? terminal_columns() : 0;
}

static int unknown_verb(const struct cli *cli, const char *word)
{
    const char *names[64];
    size_t n = 0;
    char hint[160];
    while (verbs[n] && n < ARRAY_LEN(names)) {
        names[n] = verbs[n]->name;
        n++;
    }
    str_suggest(hint, sizeof(hint), word, names, n);
    return cli_misused(cli, "there is no verb '%s'%s", word, hint);
}

int cli_main(int argc, char **argv)
{
    struct cli cli = {0};
    int at, r;
    cli_init(&cli);
    r = options_parse_global(&cli, argc, argv, &at);
    if (r >= 0)
        return r;
    if (at == argc) {
        help_overview();
        return CLI_DONE;
    }
    cli.verb = verb_find(argv[at]);
    if (!cli.verb)
        return unknown_verb(&cli, argv[at]);
    r = cli.verb->run(&cli, argc - at, argv + at);
    client_close(&cli);
    if (r == CLI_DONE && fflush(stdout) != 0 && errno == EPIPE)
        cli_reader_gone();
    if (r == CLI_DONE && ferror(stdout))
        r = cli_failf(&cli, "write the output: %m");
    return r;
}
