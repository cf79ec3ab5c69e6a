// SPDX-License-Identifier: Apache-2.0
/* Chooses a node, and asks whether it is there. */
#include "cli/node_pick.h"

#include <errno.h>

#include "cli/names.h"
#include "cli/stream.h"
#include "cli/this_machine.h"

int node_pick(struct cli *cli, const char *given, char **ret, struct err *e)
{
    AUTO_JSON json_t *list = NULL;
    AUTO_BUF struct buf names = {0};
    size_t i;
    json_t *node;
    if (given) {
        *ret = mem_strdup(given);
        return 0;
    }
    if (!cli->kubeconfig && this_machine_name(cli, ret) == 0)
        return 0;
    int r = client_list(cli, kind_find("Node"), NULL, NULL, &list, e);
    if (r < 0)
        return r;
    const json_t *nodes = json_object_get(list, "items");
    if (json_array_size(nodes) == 0)
        return err_set(e, ENOENT, "no node has joined this head yet; 'sedge status' shows what runs here");
    json_array_foreach(nodes, i, node) buf_addf(&names, "%s%s", i ? ", " : "", name_of(node));
    if (json_array_size(nodes) > 1)
        return err_set(e, EINVAL, "there are several nodes; name one with --node: %s", buf_str(&names));
    *ret = mem_strdup(name_of(json_array_get(nodes, 0)));
    return 0;
}

int node_answers(struct cli *cli, const char *node, struct err *e)
{
    AUTO(stream_done)
    struct stream s = {0};
    AUTO_JSON json_t *request = json_pack("{s:s}", "op", "images");
    AUTO_FREE char *path = stream_node_path(node);
    struct stream_taker taker = {0};
    int r = stream_open(cli, path, request, &s, e);
    if (r == 0)
        r = stream_run(&s, &taker, e);
    if (r < 0)
        return r;
    return s.error ? err_set(e, EBUSY, "%s", s.error) : 0;
}
