// SPDX-License-Identifier: Apache-2.0
/* The command line alone, for tests against a head that is not ours. */
#include <signal.h>

#include "cli/cli.h"

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    return cli_main(argc, argv);
}
