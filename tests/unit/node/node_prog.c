// SPDX-License-Identifier: Apache-2.0
/* The node, its setup and teardown, the keeper and the image helper as one program, so that tests drive them without
 * the rest of sedge. */
#include <signal.h>
#include <stdio.h>

#include "engine/engine.h"
#include "image/image_fetch.h"
#include "node/node.h"

int main(int argc, char **argv)
{
    static const struct {
        const char *word;
        int (*main)(int argc, char **argv);
    } parts[] = {
        {"keeper", keeper_main},
        {"node", node_main},
        {"node-setup", node_setup_main},
        {"node-teardown", node_teardown_main},
        {"image-helper", image_helper_main},
    };
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; argc > 1 && i < ARRAY_LEN(parts); i++)
        if (str_eq(argv[1], parts[i].word))
            return parts[i].main(argc - 1, argv + 1);
    fprintf(stderr, "usage: node_prog keeper|node|node-setup|node-teardown|image-helper ...\n");
    return 2;
}
