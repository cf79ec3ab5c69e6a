// SPDX-License-Identifier: Apache-2.0
// Builds topologies by hand, TosKer's "Thinking" among them.
#include "plan_fixture.h"

#include <string.h>

#include "base/text.h"

struct topology *fixture_topology(void)
{
    return mem_alloc(sizeof(struct topology));
}

size_t fixture_add(struct topology *t, const char *name, enum component_kind kind)
{
    static void (*const fill[COMPONENT_KIND_MAX])(struct protocol *) = {
        [COMPONENT_CONTAINER] = protocol_container,
        [COMPONENT_SOFTWARE] = protocol_software,
        [COMPONENT_VOLUME] = protocol_volume,
    };
    t->components = mem_push(t->components, t->n_components, sizeof(*t->components));
    struct component *c = &t->components[t->n_components];
    *c = (struct component){.name = mem_strdup(name), .kind = kind};
    if (fill[kind])
        fill[kind](&c->protocol);
    return t->n_components++;
}

static const struct {
    const char *requirement, *capability;
    enum link_kind kind;
} links[] = {
    {"host", "host", LINK_HOSTED_ON},
    {"connection", "endpoint", LINK_CONNECTS_TO},
    {"dependency", "feature", LINK_DEPENDS_ON},
    {"storage", "attachment", LINK_ATTACHES_TO},
};

void fixture_link_at(struct topology *t, size_t from, const char *requirement, size_t to)
{
    struct component *c = &t->components[from];
    for (size_t i = 0; i < ARRAY_LEN(links); i++) {
        if (!str_eq(links[i].requirement, requirement))
            continue;
        c->links = mem_push(c->links, c->n_links, sizeof(*c->links));
        c->links[c->n_links++] = (struct topology_link){.requirement = mem_strdup(requirement),
                                                        .kind_name = mem_strdup(requirement),
                                                        .capability = mem_strdup(links[i].capability),
                                                        .kind = links[i].kind,
                                                        .target = to};
        return;
    }
    fail_msg("no such requirement: %s", requirement);
}

void fixture_link(struct topology *t, const char *from, const char *requirement, const char *to)
{
    fixture_link_at(t, (size_t)topology_find(t, from), requirement, (size_t)topology_find(t, to));
}

void fixture_state(struct protocol *p, const char *name, const char *requires, const char *offers)
{
    p->states = mem_push(p->states, p->n_states, sizeof(*p->states));
    struct protocol_state *s = &p->states[p->n_states++];
    *s = (struct protocol_state){.name = mem_strdup(name)};
    strv_split(&s->requires, requires, " ");
    strv_split(&s->offers, offers, " ");
}

void fixture_transition(struct protocol *p, const char *source, const char *target, const char *interface,
                        const char *operation, const char *requires)
{
    p->transitions = mem_push(p->transitions, p->n_transitions, sizeof(*p->transitions));
    struct protocol_transition *t = &p->transitions[p->n_transitions++];
    *t = (struct protocol_transition){.source = mem_strdup(source),
                                      .target = mem_strdup(target),
                                      .interface = mem_strdup(interface),
                                      .operation = mem_strdup(operation)};
    strv_split(&t->requires, requires, " ");
}

void fixture_copy(struct topology *to, const struct topology *from)
{
    for (size_t i = 0; i < from->n_components; i++) {
        const struct component *c = &from->components[i];
        size_t at = fixture_add(to, c->name, c->kind);
        protocol_done(&to->components[at].protocol);
        protocol_copy(&to->components[at].protocol, &c->protocol);
        for (size_t k = 0; k < c->n_links; k++)
            fixture_link_at(to, at, c->links[k].requirement, c->links[k].target);
    }
}

// The protocol that the example gives to its component "api".
static void api_protocol(struct protocol *p)
{
    protocol_done(p);
    p->initial = mem_strdup("deleted");
    fixture_state(p, "deleted", "", "");
    fixture_state(p, "created", "", "");
    fixture_state(p, "configured", "", "");
    fixture_state(p, "started", "host connection", "feature");
    fixture_transition(p, "deleted", "created", "Standard", "create", "");
    fixture_transition(p, "created", "configured", "Standard", "configure", "");
    fixture_transition(p, "created", "deleted", "Standard", "delete", "");
    fixture_transition(p, "configured", "deleted", "Standard", "delete", "");
    fixture_transition(p, "configured", "configured", "api_interface", "push_default", "connection");
    fixture_transition(p, "configured", "started", "Standard", "start", "");
    fixture_transition(p, "started", "configured", "Standard", "stop", "");
    protocol_add_hosting(p);
}

struct topology *fixture_thinking(void)
{
    struct topology *t = fixture_topology();
    size_t api = fixture_add(t, "api", COMPONENT_SOFTWARE);
    fixture_add(t, "gui", COMPONENT_SOFTWARE);
    fixture_add(t, "maven", COMPONENT_CONTAINER);
    fixture_add(t, "node", COMPONENT_CONTAINER);
    fixture_add(t, "mongodb", COMPONENT_CONTAINER);
    fixture_add(t, "dbvolume", COMPONENT_VOLUME);
    api_protocol(&t->components[api].protocol);
    fixture_link(t, "api", "host", "maven");
    fixture_link(t, "api", "connection", "mongodb");
    fixture_link(t, "gui", "host", "node");
    fixture_link(t, "gui", "dependency", "api");
    fixture_link(t, "mongodb", "storage", "dbvolume");
    return t;
}

const char fixture_thinking_up[] =
    "dbvolume:Standard.create mongodb:Standard.create mongodb:Standard.start node:Standard.create node:Standard.start "
    "maven:Standard.create maven:Standard.start api:Standard.create api:Standard.configure api:Standard.start "
    "gui:Standard.create gui:Standard.configure gui:Standard.start";

void fixture_plan(const char *text, struct plan *ret)
{
    AUTO_FREE char *lines = mem_strdup(text);
    for (char *c = lines; *c; c++)
        if (*c == ' ')
            *c = '\n';
    struct err e = {0};
    if (plan_read(lines, strlen(lines), false, ret, &e) < 0)
        fail_msg("%s", e.text);
}

char *fixture_plan_text(const struct plan *p)
{
    AUTO_STRV struct strv words = {0};
    for (size_t i = 0; i < p->n; i++)
        strv_take(&words, plan_step_text(&p->steps[i]));
    return strv_join(&words, " ");
}

void fixture_run(const struct topology *t, struct plan_states *s, const char *text)
{
    AUTO(plan_done)
    struct plan p = {0};
    struct err e = {0};
    fixture_plan(text, &p);
    if (plan_check(t, s, &p, &e) < 0)
        fail_msg("%s", e.text);
}

void assert_state(const struct topology *t, const struct plan_states *s, const char *component, const char *state)
{
    int c = topology_find(t, component);
    assert_true(c >= 0);
    assert_string_equal(s->v[c], state);
}
