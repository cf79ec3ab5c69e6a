// SPDX-License-Identifier: Apache-2.0
// Management protocols: the three built-in state machines, look-ups in one, and the shortest way between two states.
#include "model/protocol.h"

#include "base/mem.h"
#include "base/text.h"

#define MAX_ROWS 8

// The built-in protocols, as TosKer defines them; lists of names are separated by blanks.
struct state_row {
    const char *name, *offers, *requires;
};
struct transition_row {
    const char *source, *target, *operation, *requires;
};
struct builtin {
    struct state_row states[MAX_ROWS];
    struct transition_row transitions[MAX_ROWS];
};

// A volume also offers "feature": every TOSCA node does, and a plain dependency on a volume has to be met by something.
static const struct builtin builtin_volume = {
    .states = {{"deleted", "", ""}, {"created", "attachment feature", ""}},
    .transitions = {{"deleted", "created", "create", ""}, {"created", "deleted", "delete", ""}},
};

static const struct builtin builtin_container = {
    .states = {{"deleted", "", ""},
               {"created", "alive", ""},
               {"running", "alive host endpoint feature", "storage connection dependency"}},
    .transitions = {{"deleted", "created", "create", ""},
                    {"created", "running", "start", ""},
                    {"running", "created", "stop", ""},
                    {"created", "deleted", "delete", ""}},
};

static const struct builtin builtin_software = {
    .states = {{"deleted", "", ""},
               {"created", "alive", "alive"},
               {"configured", "alive", "alive"},
               {"running", "alive host endpoint feature", "alive host connection dependency"}},
    .transitions = {{"deleted", "created", "create", "host"},
                    {"created", "configured", "configure", "host"},
                    {"configured", "running", "start", "host"},
                    {"running", "configured", "stop", "host"},
                    {"configured", "deleted", "delete", "host"},
                    {"created", "deleted", "delete", "host"}},
};

static void fill(struct protocol *ret, const struct builtin *from)
{
    *ret = (struct protocol){.initial = mem_strdup(from->states[0].name)};
    ret->states = mem_array(MAX_ROWS, sizeof(*ret->states));
    for (size_t i = 0; i < MAX_ROWS && from->states[i].name; i++) {
        struct protocol_state *s = &ret->states[ret->n_states++];
        s->name = mem_strdup(from->states[i].name);
        strv_split(&s->offers, from->states[i].offers, " ");
        strv_split(&s->requires, from->states[i].requires, " ");
    }
    ret->transitions = mem_array(MAX_ROWS, sizeof(*ret->transitions));
    for (size_t i = 0; i < MAX_ROWS && from->transitions[i].source; i++) {
        const struct transition_row *row = &from->transitions[i];
        struct protocol_transition *t = &ret->transitions[ret->n_transitions++];
        t->source = mem_strdup(row->source);
        t->target = mem_strdup(row->target);
        t->interface = mem_strdup("Standard");
        t->operation = mem_strdup(row->operation);
        strv_split(&t->requires, row->requires, " ");
    }
}

void protocol_volume(struct protocol *ret)
{
    fill(ret, &builtin_volume);
}

void protocol_container(struct protocol *ret)
{
    fill(ret, &builtin_container);
}

void protocol_software(struct protocol *ret)
{
    fill(ret, &builtin_software);
}

void protocol_done(struct protocol *p)
{
    for (size_t i = 0; i < p->n_states; i++) {
        free(p->states[i].name);
        strv_done(&p->states[i].requires);
        strv_done(&p->states[i].offers);
    }
    for (size_t i = 0; i < p->n_transitions; i++) {
        free(p->transitions[i].source);
        free(p->transitions[i].target);
        free(p->transitions[i].interface);
        free(p->transitions[i].operation);
        strv_done(&p->transitions[i].requires);
    }
    free(p->initial);
    free(p->states);
    free(p->transitions);
    *p = (struct protocol){0};
}

void protocol_copy(struct protocol *to, const struct protocol *from)
{
    *to = (struct protocol){.initial = mem_strdup(from->initial)};
    to->states = mem_array(from->n_states, sizeof(*to->states));
    for (; to->n_states < from->n_states; to->n_states++) {
        struct protocol_state *s = &to->states[to->n_states];
        s->name = mem_strdup(from->states[to->n_states].name);
        strv_copy(&s->requires, &from->states[to->n_states].requires);
        strv_copy(&s->offers, &from->states[to->n_states].offers);
    }
    to->transitions = mem_array(from->n_transitions, sizeof(*to->transitions));
    for (; to->n_transitions < from->n_transitions; to->n_transitions++) {
        const struct protocol_transition *old = &from->transitions[to->n_transitions];
        struct protocol_transition *t = &to->transitions[to->n_transitions];
        t->source = mem_strdup(old->source);
        t->target = mem_strdup(old->target);
        t->interface = mem_strdup(old->interface);
        t->operation = mem_strdup(old->operation);
        strv_copy(&t->requires, &old->requires);
    }
}

static void add_once(struct strv *list, const char *name)
{
    if (!strv_has(list, name))
        strv_add(list, name);
}

void protocol_add_hosting(struct protocol *p)
{
    for (size_t i = 0; i < p->n_states; i++) {
        if (str_eq(p->states[i].name, p->initial))
            continue;
        add_once(&p->states[i].requires, "alive");
        add_once(&p->states[i].offers, "alive");
    }
    for (size_t i = 0; i < p->n_transitions; i++)
        add_once(&p->transitions[i].requires, "host");
}

const struct protocol_state *protocol_state_find(const struct protocol *p, const char *name)
{
    for (size_t i = 0; i < p->n_states; i++)
        if (str_eq(p->states[i].name, name))
            return &p->states[i];
    return NULL;
}

const struct protocol_transition *protocol_step(const struct protocol *p, const char *state, const char *interface,
                                                const char *operation)
{
    for (size_t i = 0; i < p->n_transitions; i++) {
        const struct protocol_transition *t = &p->transitions[i];
        if (str_eq(t->source, state) && str_eq(t->operation, operation) && str_eq(t->interface, interface))
            return t;
    }
    return NULL;
}

// The first transition of that operation that leaves `state` (NULL: any state): of Standard, or else of any interface,
// since a custom protocol may have renamed the whole life cycle into an interface of its own.
static const struct protocol_transition *find_operation(const struct protocol *p, const char *state,
                                                        const char *operation)
{
    const struct protocol_transition *other = NULL;
    for (size_t i = 0; i < p->n_transitions; i++) {
        const struct protocol_transition *t = &p->transitions[i];
        if (!str_eq(t->operation, operation) || (state && !str_eq(t->source, state)))
            continue;
        if (str_eq(t->interface, "Standard"))
            return t;
        if (!other)
            other = t;
    }
    return other;
}

const char *protocol_running_state(const struct protocol *p)
{
    const struct protocol_transition *start = find_operation(p, NULL, "start");
    if (start)
        return start->target;
    const struct protocol_state *best = NULL;
    for (size_t i = 0; i < p->n_states; i++) {
        const struct protocol_state *s = &p->states[i];
        bool more = !best || s->offers.n > best->offers.n ||
                    (s->offers.n == best->offers.n && s->requires.n > best->requires.n);
        if (more)
            best = s;
    }
    return best ? best->name : NULL;
}

const char *protocol_stopped_state(const struct protocol *p)
{
    const char *running = protocol_running_state(p);
    const struct protocol_transition *stop = running ? find_operation(p, running, "stop") : NULL;
    return stop ? stop->target : running;
}

// The index of a state, or n_states where there is none of that name.
static size_t state_index(const struct protocol *p, const char *name)
{
    const struct protocol_state *s = protocol_state_find(p, name);
    return s ? (size_t)(s - p->states) : p->n_states;
}

// Breadth first from `from` until `to` is met. by[state] is the transition that first reached it, or NULL.
static void search(const struct protocol *p, size_t from, size_t to, const struct protocol_transition **by,
                   size_t *queue)
{
    size_t head = 0, tail = 0;
    queue[tail++] = from;
    while (head < tail && !by[to]) {
        const char *source = p->states[queue[head++]].name;
        for (size_t i = 0; i < p->n_transitions; i++) {
            const struct protocol_transition *t = &p->transitions[i];
            if (!str_eq(t->source, source))
                continue;
            size_t target = state_index(p, t->target);
            if (target == p->n_states || target == from || by[target])
                continue;
            by[target] = t;
            queue[tail++] = target;
        }
    }
}

int protocol_path(const struct protocol *p, const char *from, const char *to, const struct protocol_transition **ret)
{
    size_t a = state_index(p, from), b = state_index(p, to);
    if (a == p->n_states || b == p->n_states)
        return -1;
    if (a == b)
        return 0;
    AUTO_FREE const struct protocol_transition **by = mem_array(p->n_states, sizeof(struct protocol_transition *));
    AUTO_FREE size_t *queue = mem_array(p->n_states, sizeof(*queue));
    search(p, a, b, by, queue);
    if (!by[b])
        return -1;
    int n = 0;
    for (size_t at = b; at != a; at = state_index(p, by[at]->source))
        n++;
    size_t at = b;
    for (int i = n - 1; i >= 0; i--) {
        ret[i] = by[at];
        at = state_index(p, by[at]->source);
    }
    return n;
}
