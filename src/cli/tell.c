// SPDX-License-Identifier: Apache-2.0
/* Errors, remarks and colours of the command line. */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/cli_private.h"

static const char *const tints[] = {
    [TINT_NONE] = "",         [TINT_RED] = "\033[31m", [TINT_GREEN] = "\033[32m", [TINT_YELLOW] = "\033[33m",
    [TINT_BLUE] = "\033[34m", [TINT_BOLD] = "\033[1m", [TINT_FAINT] = "\033[2m"};

const char *tint_on(bool color, enum tint t)
{
    return color ? tints[t] : "";
}

const char *tint_off(bool color, enum tint t)
{
    return color && t != TINT_NONE ? "\033[0m" : "";
}

int cli_fail(const struct cli *cli, const struct err *e)
{
    return cli_failf(cli, "%s", err_text(e));
}

int cli_failf(const struct cli *cli, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fflush(stdout);
    fprintf(stderr, "%ssedge:%s ", tint_on(cli->color_err, TINT_RED), tint_off(cli->color_err, TINT_RED));
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    va_end(args);
    return CLI_FAILED;
}

int cli_misused(const struct cli *cli, const char *fmt, ...)
{
    const char *space = cli->verb ? " " : "", *name = cli->verb ? cli->verb->name : "";
    va_list args;
    va_start(args, fmt);
    fflush(stdout);
    fprintf(stderr, "%ssedge%s%s:%s ", tint_on(cli->color_err, TINT_RED), space, name,
            tint_off(cli->color_err, TINT_RED));
    vfprintf(stderr, fmt, args);
    fprintf(stderr, "\nSee 'sedge%s%s --help'.\n", space, name);
    va_end(args);
    return CLI_USAGE;
}

void cli_note(const struct cli *cli, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fflush(stdout);
    fputs(tint_on(cli->color_err, TINT_FAINT), stderr);
    vfprintf(stderr, fmt, args);
    fprintf(stderr, "%s\n", tint_off(cli->color_err, TINT_FAINT));
    va_end(args);
}

void cli_reader_gone(void)
{
    _exit(128 + SIGPIPE);
}

void cli_flush(FILE *f)
{
    if (fflush(f) != 0 && errno == EPIPE)
        cli_reader_gone();
}
