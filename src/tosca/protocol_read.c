// SPDX-License-Identifier: Apache-2.0
/* Reads protocol policies into state machines. */
#include "tosca/protocol_read.h"

#define STATES_MAX      200
#define TRANSITIONS_MAX 1000

static void names_read(struct topo *t, struct at list, struct strv *ret)
{
    if (at_text(list))
        strv_add(ret, at_text(list));
    for (size_t i = 0; i < at_len(list, Y_SEQ) && tctx_spend(t->c, 1); i++) {
        const char *name = at_text(at_of(list.file, list.node->items[i]));
        if (name)
            strv_add(ret, name);
    }
}

static void states_read(struct topo *t, struct at states, struct protocol *p)
{
    if (!at_is(states, Y_MAP)) {
        tosca_error(t->c, states, "SHAPE",
                    "states of a protocol must be a map from a name to what it requires and offers");
        return;
    }
    size_t n = states.node->n < STATES_MAX ? states.node->n : STATES_MAX;
    p->states = mem_array(n ? n : 1, sizeof(*p->states));
    for (size_t i = 0; i < n; i++) {
        const struct ypair *pair = &states.node->pairs[i];
        if (pair->key->kind != Y_SCALAR)
            continue;
        struct protocol_state *s = &p->states[p->n_states++];
        struct at at = at_of(states.file, pair->value);
        s->name = mem_strdup(pair->key->text);
        names_read(t, at_key(at, "requires"), &s->requires);
        names_read(t, at_key(at, "offers"), &s->offers);
    }
}

/* A text of a transition; "" (told) when it is missing. */
static const char *transition_text(struct topo *t, struct at at, const char *key)
{
    struct at text = at_key(at, key);
    if (at_text(text))
        return at_text(text);
    tosca_error(t->c, at, "MISSING_KEY",
                "a transition needs a source, a target, an interface and an operation; '%s' is missing", key);
    return "";
}

static void state_known(struct topo *t, const struct protocol *p, struct at at, const char *name)
{
    if (!*name || protocol_state_find(p, name))
        return;
    struct map *names = tctx_map(t->c);
    for (size_t i = 0; i < p->n_states; i++)
        map_set(names, p->states[i].name, names);
    tosca_error(t->c, at, "UNKNOWN_REF", "the protocol has no state '%s'%s", name, tosca_like(t->c, name, names));
}

static void transition_read(struct topo *t, struct at at, struct protocol *p)
{
    struct protocol_transition *tr = &p->transitions[p->n_transitions++];
    const char *source = transition_text(t, at, "source"), *target = transition_text(t, at, "target");
    *tr = (struct protocol_transition){.source = mem_strdup(source),
                                       .target = mem_strdup(target),
                                       .interface = mem_strdup(transition_text(t, at, "interface")),
                                       .operation = mem_strdup(transition_text(t, at, "operation"))};
    names_read(t, at_key(at, "requires"), &tr->requires);
    state_known(t, p, at_key(at, "source"), source);
    state_known(t, p, at_key(at, "target"), target);
}

static void transitions_read(struct topo *t, struct at list, struct protocol *p)
{
    size_t n = at_len(list, Y_SEQ) < TRANSITIONS_MAX ? at_len(list, Y_SEQ) : TRANSITIONS_MAX;
    p->transitions = mem_array(n ? n : 1, sizeof(*p->transitions));
    for (size_t i = 0; i < n && tctx_spend(t->c, 5); i++)
        transition_read(t, at_of(list.file, list.node->items[i]), p);
}

static void policy_read(struct topo *t, struct at policy, struct protocol *ret)
{
    struct at properties = at_key(policy, "properties");
    struct at initial = at_key(properties, "initial_state"), states = at_key(properties, "states");
    states_read(t, states, ret);
    ret->initial = mem_strdup(at_text(initial) ? at_text(initial) : "deleted");
    state_known(t, ret, initial, ret->initial);
    transitions_read(t, at_key(properties, "transitions"), ret);
    protocol_add_hosting(ret);
}

void protocol_read(struct topo *t, const struct tnode *n, struct protocol *ret)
{
    static void (*const built_in[COMPONENT_KIND_MAX])(struct protocol *) = {
        [COMPONENT_CONTAINER] = protocol_container,
        [COMPONENT_SOFTWARE] = protocol_software,
        [COMPONENT_VOLUME] = protocol_volume,
    };
    *ret = (struct protocol){0};
    if (n->protocol.node)
        policy_read(t, n->protocol, ret);
    else if (built_in[n->kind])
        built_in[n->kind](ret);
}

bool protocol_asks_for(const struct protocol *p, const char *requirement)
{
    for (size_t i = 0; i < p->n_states; i++) {
        if (strv_has(&p->states[i].requires, requirement))
            return true;
    }
    for (size_t i = 0; i < p->n_transitions; i++) {
        if (strv_has(&p->transitions[i].requires, requirement))
            return true;
    }
    return false;
}
