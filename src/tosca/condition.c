// SPDX-License-Identifier: Apache-2.0
/* Works conditions out. */
#include "tosca/condition.h"

#include <stdio.h>
#include <string.h>

#include "tosca/call.h"

enum holds condition_holds(struct scope s, struct at at, const struct what *w)
{
    struct schema *schema = NULL;
    AUTO_JSON json_t *v = value_read_as(s, at, NULL, w, &schema);
    if (!v)
        return HOLDS_FAULTY;
    if (json_is_boolean(v))
        return json_is_true(v) ? HOLDS_YES : HOLDS_NO;
    const struct function *f = function_of_json(v);
    if (call_is_json(v) && (!f || function_may_give(f, PRIM_BOOLEAN)))
        return HOLDS_OPEN;
    tosca_error(s.topo->c, at, "FUNCTION_ARGS", "%s: a condition must be true or false, as '$equal: [a, b]' is",
                what_text(s.topo->c, w));
    return HOLDS_FAULTY;
}

enum holds condition_passes(struct scope s, struct at at, const struct what *w)
{
    s.topo->c->quiet++;
    enum holds h = condition_holds(s, at, w);
    s.topo->c->quiet--;
    return h;
}

void condition_check(struct topo *t, struct at at, struct schema *schema, const char *words)
{
    struct what w = {.owner = words};
    struct tctx *c = t->c;
    struct scope s = {.topo = t, .clause = true, .value_schema = schema};
    if (at_null(at) || !call_is_2(at.file) || condition_holds(s, at, &w) != HOLDS_FAULTY)
        return;
    c->clauses = c->clauses ? c->clauses : tctx_map(c);
    map_set(c->clauses, tctx_printf(c, "%p", (const void *)at.node), c);
}

bool condition_is_told(struct tctx *c, struct at at)
{
    return c->clauses && map_has(c->clauses, tctx_printf(c, "%p", (const void *)at.node));
}

void condition_text(struct at at, char *ret, size_t size)
{
    AUTO_JSON json_t *v = at.node ? ynode_to_json(at.node, NULL) : NULL;
    AUTO_FREE char *text = v ? json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    size_t to = 0;
    for (const char *p = text ? text : ""; *p && to + 1 < size; p++) {
        if (*p != '"')
            ret[to++] = *p;
    }
    ret[to] = '\0';
}

bool condition_looks(struct tctx *c, struct at at)
{
    const char *name = at_text(at);
    bool found = name && (str_starts(name, "$get_") || str_starts(name, "$available_"));
    for (size_t i = 0; !found && i < at_len(at, Y_SEQ) && tctx_spend(c, 1); i++)
        found = condition_looks(c, at_of(at.file, at.node->items[i]));
    for (size_t i = 0; !found && i < at_len(at, Y_MAP) && tctx_spend(c, 1); i++)
        found = condition_looks(c, at_of(at.file, at.node->pairs[i].key)) ||
                condition_looks(c, at_of(at.file, at.node->pairs[i].value));
    return found;
}
