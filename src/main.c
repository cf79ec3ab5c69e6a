// SPDX-License-Identifier: Apache-2.0
/* sedge: one program, whose first word says which part of it runs. Words that are no part's go to the operator's
 * command line. */
#include <signal.h>

#include "base/base.h"
#include "cli/cli.h"
#include "engine/engine.h"
#include "head/head.h"
#include "http/http_fetch.h"
#include "image/image_fetch.h"
#include "node/node.h"

static const struct {
    const char *word;
    int (*main)(int argc, char **argv); /* gets the words behind its own, that one as argv[0] */
} parts[] = {
    {"keeper", keeper_main},
    {"head", head_main},
    {"node", node_main},
    {"node-await", node_await_main},
    {"node-join", node_join_main},
    {"node-setup", node_setup_main},
    {"node-teardown", node_teardown_main},
    {"image-helper", image_helper_main},
    {"fetch-helper", fetch_helper_main},
};

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    /* `sedge node ls` is the operator's, `sedge node --run DIR` the daemon */
    bool verb = argc > 2 && str_eq(argv[1], "node") && argv[2][0] != '-';
    bool help = argc > 2 && (str_eq(argv[2], "--help") || str_eq(argv[2], "-h"));
    for (size_t i = 0; argc > 1 && !verb && !help && i < ARRAY_LEN(parts); i++)
        if (str_eq(argv[1], parts[i].word))
            return parts[i].main(argc - 1, argv + 1);
    return cli_main(argc, argv);
}
