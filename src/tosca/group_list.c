// SPDX-License-Identifier: Apache-2.0
/* Which nodes a list of node templates and groups means. */
#include "tosca/group.h"

struct tnode **herd_nodes(struct topo *t, struct at list, size_t *ret_n)
{
    struct map *names = tctx_map(t->c), *nodes = tctx_map(t->c);
    for (size_t i = 0; i < at_len(list, Y_SEQ) && tctx_spend(t->c, 1); i++) {
        const char *name = at_text(at_of(list.file, list.node->items[i]));
        if (name)
            map_set(names, name, names);
    }
    for (size_t i = 0; i < names->n && tctx_spend(t->c, 2); i++) { /* it grows by the members of groups met */
        const char *name = names->items[i].key;
        struct tnode *n = map_get(t->nodes, name);
        struct at members = at_key(at_of(t->file, map_get(t->groups, name)), "members");
        if (n)
            map_set(nodes, name, n);
        for (size_t k = 0; !n && k < at_len(members, Y_SEQ) && tctx_spend(t->c, 1); k++) {
            const char *member = at_text(at_of(members.file, members.node->items[k]));
            if (member)
                map_set(names, member, names);
        }
    }
    struct tnode **all = tctx_alloc(t->c, (nodes->n + 1) * sizeof(*all));
    for (size_t i = 0; i < nodes->n; i++)
        all[i] = nodes->items[i].value;
    *ret_n = nodes->n;
    return all;
}
