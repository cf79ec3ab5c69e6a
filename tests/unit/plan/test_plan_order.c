// SPDX-License-Identifier: Apache-2.0
/* Steps side by side: random topologies and random changes, carried out in every order that the planner allows, with
 * steps that end in any order; each must find what it needs when it begins and still have it when it ends. */
#include "plan_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/base.h"

#define ROUNDS 400

static uint64_t seed;

static unsigned draw(unsigned below)
{
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    return (unsigned)(seed >> 33) % below;
}

/* Links lead to components before, so there is no circle. */
static struct topology *draw_topology(void)
{
    static const char *const requirements[] = {"connection", "dependency"};
    struct topology *t = fixture_topology();
    size_t n = 2 + draw(10);
    for (size_t i = 0; i < n; i++) {
        AUTO_FREE char *name = mem_printf("c%zu", i);
        unsigned kind = i == 0 ? 0 : draw(10);
        fixture_add(t, name, kind < 4 ? COMPONENT_CONTAINER : kind < 9 ? COMPONENT_SOFTWARE : COMPONENT_VOLUME);
        struct component *c = &t->components[i];
        if (c->kind == COMPONENT_SOFTWARE) {
            size_t host = draw((unsigned)i);
            while (t->components[host].kind == COMPONENT_VOLUME)
                host = host == 0 ? i - 1 : host - 1; /* the first is a container */
            fixture_link_at(t, i, "host", host);
        }
        for (unsigned k = draw(3); k > 0 && i > 0 && c->kind != COMPONENT_VOLUME; k--) {
            size_t to = draw((unsigned)i);
            bool volume = t->components[to].kind == COMPONENT_VOLUME;
            if (volume && c->kind != COMPONENT_CONTAINER)
                continue;
            fixture_link_at(t, i, volume ? "storage" : requirements[draw(2)], to);
        }
    }
    return t;
}

/* The steps under way, and all that is known of the rest. */
struct run {
    const struct topology *t;
    const struct plan *plan;
    struct plan_order *order;
    struct plan_states states;
    bool *done, *under_way;
    size_t n_under_way, most;
};

static void must_apply(struct run *r, size_t i, bool keep, const char *when)
{
    struct plan_step step = {.component = r->plan->steps[i].component,
                             .interface = r->plan->steps[i].interface,
                             .operation = r->plan->steps[i].operation};
    struct plan_states s = {0};
    struct err e = {0};
    plan_states_initial(&s, r->t);
    for (size_t c = 0; c < s.n; c++)
        plan_states_set(&s, c, r->states.v[c]);
    if (plan_apply(r->t, &s, &step, &e) < 0)
        fail_msg("step %zu %s: %s (seed %llu)", i, when, e.text, (unsigned long long)seed);
    for (size_t c = 0; keep && c < s.n; c++)
        plan_states_set(&r->states, c, s.v[c]);
    free(step.source);
    free(step.target);
    plan_states_done(&s);
}

static void begin_some(struct run *r)
{
    AUTO_FREE size_t *ready = mem_array(r->plan->n + 1, sizeof(*ready)),
                     *again = mem_array(r->plan->n + 1, sizeof(*again));
    size_t n = plan_order_ready(r->order, r->done, r->under_way, ready);
    assert_int_equal(plan_ready(r->plan, r->t, r->t, r->done, r->under_way, again), n);
    assert_memory_equal(ready, again, n * sizeof(*ready));
    if (n == 0 && r->n_under_way == 0)
        fail_msg("nothing may begin, and nothing is under way (seed %llu)", (unsigned long long)seed);
    for (size_t i = 0; i < n; i++) {
        if (r->n_under_way > 0 && draw(3) == 0)
            continue; /* not all that may begin does so at once */
        assert_false(r->done[ready[i]] || r->under_way[ready[i]]);
        must_apply(r, ready[i], false, "begins");
        r->under_way[ready[i]] = true;
        r->n_under_way++;
    }
    r->most = r->n_under_way > r->most ? r->n_under_way : r->most;
}

static void end_one(struct run *r)
{
    size_t which = draw((unsigned)r->n_under_way);
    for (size_t i = 0; i < r->plan->n; i++) {
        if (!r->under_way[i] || which-- > 0)
            continue;
        must_apply(r, i, true, "ends");
        r->under_way[i] = false;
        r->done[i] = true;
        r->n_under_way--;
        return;
    }
}

/* Carries the plan out; `s` changes. Gives how many steps were under way at most. */
static size_t carry_out(const struct topology *t, const struct plan *p, struct plan_states *s)
{
    struct run r = {.t = t, .plan = p, .states = *s};
    r.done = mem_array(p->n + 1, sizeof(*r.done));
    r.under_way = mem_array(p->n + 1, sizeof(*r.under_way));
    r.order = plan_order_new(p, t, t);
    for (size_t left = p->n; left > 0; left--) {
        begin_some(&r);
        end_one(&r);
    }
    assert_int_equal(plan_order_ready(r.order, r.done, r.under_way, &(size_t){0}), 0);
    plan_order_free(r.order);
    free(r.done);
    free(r.under_way);
    *s = r.states;
    return r.most;
}

static size_t change(const struct topology *t, struct plan_states *s, const struct plan_request *request,
                     bool may_refuse)
{
    AUTO(plan_done)
    struct plan p = {0};
    struct err e = {0};
    if (plan_make(request, &p, &e) < 0) {
        if (!may_refuse)
            fail_msg("%s (seed %llu)", e.text, (unsigned long long)seed);
        return 0;
    }
    return carry_out(t, &p, s);
}

static void assert_all(const struct topology *t, const struct plan_states *s, bool runs)
{
    for (size_t i = 0; i < t->n_components; i++) {
        const struct component *c = &t->components[i];
        const char *want = runs ? protocol_running_state(&c->protocol) : c->protocol.initial;
        if (runs || c->kind != COMPONENT_VOLUME)
            assert_string_equal(s->v[i], want);
    }
}

static void up_and_down_in_any_order(void **state)
{
    size_t most = 0;
    for (uint64_t round = 1; round <= ROUNDS; round++) {
        seed = round;
        AUTO(topology_freep)
        struct topology *t = draw_topology();
        AUTO(plan_states_done)
        struct plan_states s = {0};
        plan_states_initial(&s, t);
        size_t n = change(t, &s, &(struct plan_request){.next = t}, false);
        most = n > most ? n : most;
        assert_all(t, &s, true);
        change(t, &s, &(struct plan_request){.now = t, .have = &s}, false);
        assert_all(t, &s, false);
    }
    assert_true(most >= 3); /* and side by side they are */
}

static void changes_and_goals_in_any_order(void **state)
{
    for (uint64_t round = 1; round <= ROUNDS; round++) {
        seed = round * 7919;
        AUTO(topology_freep)
        struct topology *t = draw_topology();
        AUTO(plan_states_done)
        struct plan_states s = {0};
        bool changed[16];
        enum plan_goal goals[16];
        plan_states_initial(&s, t);
        change(t, &s, &(struct plan_request){.next = t}, false);
        for (int k = 0; k < 4; k++) {
            for (size_t i = 0; i < t->n_components; i++) {
                changed[i] = draw(4) == 0;
                goals[i] = draw(3) ? PLAN_KEEP : (enum plan_goal)draw(3);
            }
            bool by_goals = draw(2);
            change(t, &s,
                   &(struct plan_request){.now = t,
                                          .have = &s,
                                          .next = t,
                                          .changed = changed,
                                          .goals = by_goals ? goals : NULL,
                                          .delete_volumes = draw(2)},
                   by_goals);
            if (!by_goals)
                assert_all(t, &s, true);
        }
    }
}

/* Without checked states a plan's steps go one by one. */
static void an_unchecked_plan_goes_one_by_one(void **state)
{
    AUTO(topology_freep)
    struct topology *t = fixture_thinking();
    AUTO(plan_done)
    struct plan p = {0};
    fixture_plan(fixture_thinking_up, &p);
    bool done[32] = {false}, under_way[32] = {false};
    size_t ready[32];
    for (size_t i = 0; i < p.n; i++) {
        assert_int_equal(plan_ready(&p, NULL, t, done, under_way, ready), 1);
        assert_int_equal(ready[0], i);
        under_way[i] = true;
        assert_int_equal(plan_ready(&p, NULL, t, done, under_way, ready), 0);
        under_way[i] = false;
        done[i] = true;
    }
}

static void thinking_begins_in_four_places(void **state)
{
    AUTO(topology_freep)
    struct topology *t = fixture_thinking();
    AUTO(plan_done)
    struct plan p = {0};
    AUTO(plan_states_done)
    struct plan_states s = {0};
    struct err e = {0};
    plan_states_initial(&s, t);
    fixture_plan(fixture_thinking_up, &p);
    assert_int_equal(plan_check(t, &s, &p, &e), 0);
    bool done[32] = {false}, under_way[32] = {false};
    size_t ready[32], n = plan_ready(&p, NULL, t, done, under_way, ready);
    AUTO_STRV struct strv names = {0};
    for (size_t i = 0; i < n; i++)
        strv_add(&names, p.steps[ready[i]].component);
    strv_sort(&names);
    AUTO_FREE char *joined = strv_join(&names, " ");
    assert_string_equal(joined, "dbvolume maven mongodb node");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(up_and_down_in_any_order),
        cmocka_unit_test(changes_and_goals_in_any_order),
        cmocka_unit_test(an_unchecked_plan_goes_one_by_one),
        cmocka_unit_test(thinking_begins_in_four_places),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
