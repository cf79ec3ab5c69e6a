// SPDX-License-Identifier: Apache-2.0
// Runs of imperative work flows against a world made up of words: order, joins, handlers, groups, filters, work flows
// in work flows, and going on after a restart.
#include "plan_fixture.h"

#include <errno.h>
#include <string.h>

#include "base/base.h"
#include "plan/workflow_run.h"

// A world in which an activity on a component ("a:start") ends at once, unless it is held or fails.
struct world {
    struct topology *t;
    struct flow_run run;
    struct strv held, failing, begun; // begun: in order
    struct strv truths;               // conditions, as texts, that hold
    bool open;
};

static char *task_text(const struct world *w, const struct flow_task *task)
{
    return mem_printf("%s:%s", w->t->components[task->component].name, task->what->name);
}

static bool holds(void *data, const json_t *condition)
{
    const struct world *w = data;
    return json_is_string(condition) ? strv_has(&w->truths, json_string_value(condition)) : json_is_true(condition);
}

static enum flow_seen act(void *data, const struct flow_task *task, char **message, char **log)
{
    struct world *w = data;
    AUTO_FREE char *text = task_text(w, task);
    if (!task->begun) {
        strv_add(&w->begun, text);
        return FLOW_BEGUN;
    }
    if (strv_has(&w->held, text))
        return FLOW_BEGUN;
    if (!strv_has(&w->failing, text))
        return FLOW_ENDED;
    *message = mem_printf("%s broke", text);
    *log = mem_strdup("last words");
    return FLOW_BROKE;
}

static struct flow_world of(struct world *w)
{
    return (struct flow_world){.holds = holds, .act = act, .data = w};
}

static void world_begin(struct world *w)
{
    *w = (struct world){.t = fixture_topology()};
    fixture_add(w->t, "a", COMPONENT_SOFTWARE);
    fixture_add(w->t, "b", COMPONENT_SOFTWARE);
    w->t->workflows = mem_array(8, sizeof(*w->t->workflows));
}

static void world_end(struct world *w)
{
    flow_close(&w->run);
    strv_done(&w->held);
    strv_done(&w->failing);
    strv_done(&w->begun);
    strv_done(&w->truths);
    topology_free(w->t);
}

static struct topology_workflow *add_flow(struct world *w, const char *name)
{
    struct topology_workflow *f = &w->t->workflows[w->t->n_workflows++];
    *f = (struct topology_workflow){.name = mem_strdup(name), .inputs = json_object(), .outputs = json_object()};
    return f;
}

// Words of activities: "start" is delegated, ".x" is inlined.
static struct topology_step *add_step(struct world *w, struct topology_workflow *f, const char *name,
                                      const char *targets, const char *activities, const char *success,
                                      const char *failure)
{
    AUTO_STRV struct strv words = {0}, who = {0};
    f->steps = mem_push(f->steps, f->n_steps, sizeof(*f->steps));
    struct topology_step *s = &f->steps[f->n_steps++];
    *s = (struct topology_step){.name = mem_strdup(name), .target = mem_strdup(targets)};
    strv_split(&who, targets, " ");
    strv_split(&words, activities, " ");
    strv_split(&s->on_success, success, " ");
    strv_split(&s->on_failure, failure, " ");
    s->targets = mem_array(who.n + 1, sizeof(*s->targets));
    for (size_t i = 0; i < who.n; i++)
        s->targets[s->n_targets++] = (size_t)topology_find(w->t, who.v[i]);
    s->activities = mem_array(words.n + 1, sizeof(*s->activities));
    for (size_t i = 0; i < words.n; i++) {
        bool inlines = words.v[i][0] == '.';
        s->activities[s->n_activities++] = (struct topology_activity){
            .kind = inlines ? ACTIVITY_INLINE : ACTIVITY_DELEGATE, .name = mem_strdup(words.v[i] + inlines)};
    }
    return s;
}

static void start(struct world *w, const char *flow)
{
    struct err e = {0};
    struct flow_world world = of(w);
    if (flow_open(&w->run, w->t, topology_workflow_find(w->t, flow), NULL, &e) < 0)
        fail_msg("%s", err_text(&e));
    flow_advance(&w->run, &world);
}

static void go_on(struct world *w)
{
    struct flow_world world = of(w);
    flow_advance(&w->run, &world);
    assert_false(flow_advance(&w->run, &world)); // it had gone as far as it could
}

static void let(struct world *w, const char *activity)
{
    AUTO_STRV struct strv rest = {0};
    for (size_t i = 0; i < w->held.n; i++)
        if (!str_eq(w->held.v[i], activity))
            strv_add(&rest, w->held.v[i]);
    strv_copy(&w->held, &rest);
    go_on(w);
}

static void begun_is(const struct world *w, const char *text)
{
    AUTO_FREE char *is = strv_join(&w->begun, " ");
    assert_string_equal(is, text);
}

// "one=done two=skipped"
static void steps_are(const struct world *w, const char *text)
{
    AUTO_STRV struct strv words = {0};
    for (size_t i = 0; i < w->run.n_steps; i++)
        strv_addf(&words, "%s=%s", w->run.steps[i].name, flow_state_name(w->run.steps[i].state));
    AUTO_FREE char *is = strv_join(&words, " ");
    assert_string_equal(is, text);
}

static void outcome_is(const struct world *w, enum flow_state state)
{
    assert_int_equal(flow_outcome(&w->run, NULL), state);
}

// ---- order ----

static void test_one_after_the_other(void **state)
{
    struct world w;
    world_begin(&w);
    struct topology_workflow *f = add_flow(&w, "f");
    add_step(&w, f, "two", "b", "x y", "", "");
    add_step(&w, f, "one", "a", "x", "two", "");
    strv_add(&w.held, "a:x");
    start(&w, "f");
    begun_is(&w, "a:x");
    steps_are(&w, "two=pending one=running");
    outcome_is(&w, FLOW_PENDING);
    let(&w, "a:x");
    begun_is(&w, "a:x b:x b:y");
    steps_are(&w, "two=done one=done");
    outcome_is(&w, FLOW_DONE);
    size_t order[2];
    flow_order(f, order);
    assert_int_equal(order[0], 1);
    world_end(&w);
}

static void test_side_by_side_and_joined(void **state)
{
    struct world w;
    world_begin(&w);
    struct topology_workflow *f = add_flow(&w, "f");
    add_step(&w, f, "left", "a", "x", "join", "");
    add_step(&w, f, "right", "b", "x", "join", "");
    add_step(&w, f, "join", "a", "y", "", "");
    strv_split(&w.held, "a:x b:x", " ");
    start(&w, "f");
    begun_is(&w, "a:x b:x");
    let(&w, "b:x");
    steps_are(&w, "left=running right=done join=pending");
    let(&w, "a:x");
    begun_is(&w, "a:x b:x a:y");
    outcome_is(&w, FLOW_DONE);
    world_end(&w);
}

// ---- failures ----

static void test_a_failure_without_handler(void **state)
{
    struct world w;
    int failed;
    world_begin(&w);
    struct topology_workflow *f = add_flow(&w, "f");
    add_step(&w, f, "bad", "a", "x y", "after", "");
    add_step(&w, f, "long", "b", "x", "later", "");
    add_step(&w, f, "after", "a", "z", "", "");
    add_step(&w, f, "later", "b", "z", "", "");
    strv_add(&w.failing, "a:x");
    strv_add(&w.held, "b:x");
    start(&w, "f");
    steps_are(&w, "bad=failed long=running after=skipped later=skipped");
    assert_int_equal(flow_outcome(&w.run, NULL), FLOW_PENDING); // what runs comes to its end first
    let(&w, "b:x");
    begun_is(&w, "a:x b:x");
    assert_int_equal(flow_outcome(&w.run, &failed), FLOW_FAILED);
    assert_int_equal(failed, 0);
    assert_string_equal(w.run.steps[0].message, "a:x broke");
    assert_string_equal(w.run.steps[0].log, "last words");
    assert_int_equal(w.run.failures, 1);
    world_end(&w);
}

static void test_a_handler_goes_instead(void **state)
{
    struct world w;
    world_begin(&w);
    struct topology_workflow *f = add_flow(&w, "f");
    add_step(&w, f, "other", "b", "x", "join", "");
    add_step(&w, f, "bad", "a", "x", "join", "tell");
    add_step(&w, f, "join", "a", "z", "", ""); // waits for both: one of them failed
    add_step(&w, f, "tell", "b", "y", "", "");
    strv_add(&w.failing, "a:x");
    start(&w, "f");
    steps_are(&w, "other=done bad=failed join=skipped tell=done");
    outcome_is(&w, FLOW_DONE);
    world_end(&w);
}

static void mending(bool fails, const char *begun, const char *steps)
{
    struct world w;
    world_begin(&w);
    struct topology_workflow *f = add_flow(&w, "f");
    add_step(&w, f, "try", "a", "x", "next", "mend");
    add_step(&w, f, "mend", "b", "y", "more", "");
    add_step(&w, f, "more", "b", "z", "next", "");
    add_step(&w, f, "next", "a", "z", "", "");
    if (fails)
        strv_add(&w.failing, "a:x");
    start(&w, "f");
    begun_is(&w, begun);
    steps_are(&w, steps);
    outcome_is(&w, FLOW_DONE);
    world_end(&w);
}

// What the handler leads to goes on; it waits for no handler that was not needed.
static void test_a_handler_mends(void **state)
{
    mending(true, "a:x b:y b:z a:z", "try=failed mend=done more=done next=done");
    mending(false, "a:x a:z", "try=done mend=skipped more=skipped next=done");
}

static void test_in_any_case(void **state)
{
    for (int fails = 0; fails < 2; fails++) {
        struct world w;
        world_begin(&w);
        struct topology_workflow *f = add_flow(&w, "f");
        add_step(&w, f, "try", "a", "x", "clean", "clean");
        add_step(&w, f, "clean", "b", "y", "", "");
        if (fails)
            strv_add(&w.failing, "a:x");
        start(&w, "f");
        begun_is(&w, "a:x b:y");
        outcome_is(&w, FLOW_DONE);
        world_end(&w);
    }
}

static void test_a_handler_that_fails(void **state)
{
    struct world w;
    world_begin(&w);
    struct topology_workflow *f = add_flow(&w, "f");
    add_step(&w, f, "try", "a", "x", "", "mend");
    add_step(&w, f, "mend", "b", "y", "", "");
    strv_split(&w.failing, "a:x b:y", " ");
    start(&w, "f");
    steps_are(&w, "try=failed mend=failed");
    outcome_is(&w, FLOW_FAILED);
    world_end(&w);
}

// ---- groups and filters ----

static void test_a_group_is_all_its_members(void **state)
{
    struct world w;
    world_begin(&w);
    struct topology_workflow *f = add_flow(&w, "f");
    add_step(&w, f, "both", "a b", "x y", "", "");
    strv_add(&w.held, "b:x");
    start(&w, "f");
    begun_is(&w, "a:x b:x"); // the next activity waits for all
    let(&w, "b:x");
    begun_is(&w, "a:x b:x a:y b:y");
    outcome_is(&w, FLOW_DONE);
    world_end(&w);
}

static void test_one_of_a_group_fails(void **state)
{
    struct world w;
    world_begin(&w);
    struct topology_workflow *f = add_flow(&w, "f");
    add_step(&w, f, "both", "a b", "x y", "", "");
    strv_add(&w.failing, "a:x");
    strv_add(&w.held, "b:x");
    start(&w, "f");
    steps_are(&w, "both=running"); // the other comes to its end
    let(&w, "b:x");
    steps_are(&w, "both=failed");
    begun_is(&w, "a:x b:x");
    assert_string_equal(w.run.steps[0].message, "a:x broke");
    world_end(&w);
}

static void test_filters(void **state)
{
    struct world w;
    world_begin(&w);
    struct topology_workflow *f = add_flow(&w, "f");
    add_step(&w, f, "both", "a b", "x", "one", "")->filter = json_pack("[s, s]", "a is", "b is");
    add_step(&w, f, "one", "a", "y", "last", "")->filter = json_pack("[b]", 0);
    add_step(&w, f, "last", "a", "z", "", "");
    strv_add(&w.truths, "b is");
    start(&w, "f");
    begun_is(&w, "b:x a:z");
    steps_are(&w, "both=done one=done last=done");
    world_end(&w);
}

// ---- work flows in work flows ----

static void nest(struct world *w)
{
    world_begin(w);
    struct topology_workflow *outer = add_flow(w, "outer"), *inner;
    struct topology_step *s = add_step(w, outer, "all", "a", "x .inner y", "", "mend");
    s->activities[1].inputs = json_pack("{s:{s:[s]}}", "to", "$get_input", "where");
    add_step(w, outer, "mend", "a", "m", "", "");
    json_object_set_new(outer->inputs, "where", json_pack("{s:s, s:b}", "value", "there", "required", 0));
    inner = add_flow(w, "inner");
    json_object_set_new(inner->inputs, "to", json_pack("{s:b}", "required", 1));
    add_step(w, inner, "one", "b", "p", "two", "");
    add_step(w, inner, "two", "b", "q", "", "");
}

static void test_inlined(void **state)
{
    struct world w;
    nest(&w);
    strv_add(&w.held, "b:p");
    start(&w, "outer");
    begun_is(&w, "a:x b:p");
    steps_are(&w, "all=running mend=pending all.2/one=running all.2/two=pending");
    AUTO_JSON json_t *bound = flow_bind(&w.run, 1, json_object_get(w.run.frames[1].inputs, "to"));
    assert_string_equal(json_string_value(bound), "there");
    let(&w, "b:p");
    begun_is(&w, "a:x b:p b:q a:y");
    steps_are(&w, "all=done mend=skipped all.2/one=done all.2/two=done");
    outcome_is(&w, FLOW_DONE);
    world_end(&w);
}

static void test_an_inlined_one_fails(void **state)
{
    struct world w;
    nest(&w);
    strv_add(&w.failing, "b:p");
    start(&w, "outer");
    begun_is(&w, "a:x b:p a:m");
    steps_are(&w, "all=failed mend=done all.2/one=failed all.2/two=skipped");
    assert_string_equal(w.run.steps[0].message, "step 'all.2/one': b:p broke");
    assert_string_equal(w.run.steps[0].log, "last words");
    outcome_is(&w, FLOW_DONE);
    world_end(&w);
}

static void test_an_inlined_one_is_not_to_be_done(void **state)
{
    struct world w;
    nest(&w);
    struct topology_workflow *inner = &w.t->workflows[1];
    inner->preconditions = mem_array(1, sizeof(*inner->preconditions));
    inner->preconditions[inner->n_preconditions++] = (struct topology_precondition){.condition = json_string("ready")};
    start(&w, "outer");
    begun_is(&w, "a:x a:y");
    steps_are(&w, "all=done mend=skipped all.2/one=skipped all.2/two=skipped");
    world_end(&w);
}

// ---- going on, and what is refused ----

// A run that was written down and opened again begins nothing for a second time.
static void test_going_on(void **state)
{
    struct world w;
    world_begin(&w);
    struct topology_workflow *f = add_flow(&w, "f");
    add_step(&w, f, "both", "a b", "x y", "", "");
    strv_add(&w.held, "b:x");
    start(&w, "f");
    struct flow_run again;
    struct err e = {0};
    assert_int_equal(flow_open(&again, w.t, f, NULL, &e), 0);
    struct flow_step *from = &w.run.steps[0], *to = &again.steps[flow_find(&again, "both")];
    assert_true(flow_state_parse(flow_state_name(from->state), &to->state));
    to->activity = from->activity;
    strv_copy(&to->targets, &from->targets);
    strv_copy(&to->begun, &from->begun);
    strv_copy(&to->ended, &from->ended);
    flow_close(&w.run);
    w.run = again;
    let(&w, "b:x");
    begun_is(&w, "a:x b:x a:y b:y");
    outcome_is(&w, FLOW_DONE);
    world_end(&w);
}

static void refused(struct world *w, const char *flow, json_t *inputs, const char *text)
{
    struct err e = {0};
    struct flow_run r;
    assert_int_equal(flow_open(&r, w->t, topology_workflow_find(w->t, flow), inputs, &e), -EINVAL);
    assert_string_equal(err_text(&e), text);
    flow_close(&r);
    json_decref(inputs);
}

static void test_refused(void **state)
{
    struct world w;
    nest(&w);
    refused(&w, "outer", json_pack("{s:i}", "wehre", 1),
            "work flow 'outer' has no input 'wehre', did you mean 'where'?");
    refused(&w, "inner", NULL, "work flow 'inner': input 'to' has no value; give it one (-i to=VALUE)");
    w.t->inputs = json_pack("{s:s}", "to", "here"); // the topology's own of that name stands for it
    struct err e = {0};
    assert_int_equal(flow_open(&w.run, w.t, &w.t->workflows[1], NULL, &e), 0);
    assert_string_equal(json_str(w.run.frames[0].inputs, "to", ""), "here");
    w.t->workflows[1].implementation = mem_strdup("up.bpmn");
    refused(&w, "inner", NULL,
            "work flow 'inner' is written in another language ('up.bpmn'), which sedge does not run");
    world_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_after_the_other),
        cmocka_unit_test(test_side_by_side_and_joined),
        cmocka_unit_test(test_a_failure_without_handler),
        cmocka_unit_test(test_a_handler_goes_instead),
        cmocka_unit_test(test_a_handler_mends),
        cmocka_unit_test(test_in_any_case),
        cmocka_unit_test(test_a_handler_that_fails),
        cmocka_unit_test(test_a_group_is_all_its_members),
        cmocka_unit_test(test_one_of_a_group_fails),
        cmocka_unit_test(test_filters),
        cmocka_unit_test(test_inlined),
        cmocka_unit_test(test_an_inlined_one_fails),
        cmocka_unit_test(test_an_inlined_one_is_not_to_be_done),
        cmocka_unit_test(test_going_on),
        cmocka_unit_test(test_refused),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
