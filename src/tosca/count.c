// SPDX-License-Identifier: Apache-2.0
/* Reads counts. */
#include "tosca/count.h"

#include "tosca/value_read.h"

bool count_known(struct tctx *c, const struct tnode *n, int64_t *ret)
{
    json_t *v = n->count ? value_get(c, n->count) : NULL;
    if (!json_is_integer(v) || json_integer_value(v) < 0 || json_integer_value(v) > COUNT_MOST)
        return false;
    *ret = json_integer_value(v);
    return true;
}

static void tell(struct tctx *c, const struct tnode *n, const json_t *v)
{
    if (value_is_later(v))
        tosca_error(c, n->count->at, "VALUE_TYPE", "%s: its count must be known before anything runs", n->words);
    else if (!json_is_integer(v))
        tosca_error(c, n->count->at, "VALUE_TYPE", "%s: count is a whole number from 0 up", n->words);
    else
        tosca_error(c, n->count->at, "CONSTRAINT", "%s: count is a whole number from 0 to %d, not %lld", n->words,
                    COUNT_MOST, (long long)json_integer_value(v));
}

bool count_read(struct tctx *c, const struct tnode *n, int64_t *ret)
{
    json_t *v = n->count ? value_get(c, n->count) : NULL;
    if (!v)
        return false;
    if (!count_known(c, n, ret)) {
        tell(c, n, v);
        return false;
    }
    if (n->type && n->kind == COMPONENT_ABSTRACT && !n->inner && *ret != 1)
        tosca_warn(c, n->count->at, "NOT_RUN",
                   "%s: its count is not carried out: sedge runs containers and the "
                   "software on them, and this node is neither",
                   n->words);
    return true;
}

const struct tnode *count_teller(struct tctx *c, const struct tnode *n)
{
    for (unsigned steps = 0; n && steps < 64 && tctx_spend(c, 1); steps++) {
        const struct tnode *below = NULL;
        if (n->count)
            return n;
        for (size_t i = 0; i < n->n_links && !below; i++)
            if (n->links[i].target && known_link(c, n->links[i].rel.type) == LINK_HOSTED_ON)
                below = n->links[i].target;
        n = below;
    }
    return NULL;
}
