// SPDX-License-Identifier: Apache-2.0
/* Management protocols: the states of a component, what each requires and offers, and the operations between them (TosKer). */
#pragma once

#include "base/base.h"

struct protocol_state {
    char *name;
    struct strv requires; /* requirement names that must be satisfied while in this state */
    struct strv offers;   /* capability names offered while in this state */
};
struct protocol_transition {
    char *source, *target; /* state names */
    char *interface, *operation;
    struct strv requires; /* requirement names needed while the operation runs */
};
struct protocol {
    char *initial; /* the state of a component that does not exist: "deleted" in all built-in ones */
    struct protocol_state *states;
    size_t n_states;
    struct protocol_transition *transitions;
    size_t n_transitions;
};

/* The built-in protocols. The caller owns what is filled in; protocol_done empties it. */
void protocol_volume(struct protocol *ret);    /* deleted -create-> created -delete-> deleted */
void protocol_container(struct protocol *ret); /* deleted, created, running */
void protocol_software(struct protocol *ret);  /* deleted, created, configured, running; stop leads back to configured */
void protocol_done(struct protocol *p);
void protocol_copy(struct protocol *to, const struct protocol *from);

/* Adds to a custom protocol what TosKer adds: "alive" to requires and offers of each state but the initial, "host" to each transition's requires. */
void protocol_add_hosting(struct protocol *p);

const struct protocol_state *protocol_state_find(const struct protocol *p, const char *name);
/* The transition that leaves `state` by interface.operation, or NULL. */
const struct protocol_transition *protocol_step(const struct protocol *p, const char *state, const char *interface,
                                                const char *operation);
/* The state in which the component does its work: where Standard.start leads (or "start" of another interface), or else the state
 * that offers most, of equals the one that requires most. Borrowed; NULL for an empty protocol. */
const char *protocol_running_state(const struct protocol *p);
/* The state to which Standard.stop (or "stop" of another interface) leads from the running state, or the running state itself where
 * there is none (a volume). */
const char *protocol_stopped_state(const struct protocol *p);
/* The shortest way from one state to another: fills ret with transitions in order, gives their number (0 when there already),
 * -1 when there is no way. ret has room for p->n_states entries. Loops (source == target) are never on a way. */
int protocol_path(const struct protocol *p, const char *from, const char *to, const struct protocol_transition **ret);
