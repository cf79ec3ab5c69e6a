// SPDX-License-Identifier: Apache-2.0
// Imperative work flows: every kind of activity in both forms, conditions, outputs, and what is refused.
#include "tosca_fixture.h"

#include <string.h>

#define HEAD                                                                                                           \
    "tosca_definitions_version: tosca_simple_yaml_1_3\n"                                                               \
    "imports: [tosker.yaml]\n"                                                                                         \
    "node_types:\n"                                                                                                    \
    "  db:\n"                                                                                                          \
    "    derived_from: tosker.nodes.Software\n"                                                                        \
    "    properties: {size: {type: scalar-unit.size, default: 5 GB}}\n"                                                \
    "    attributes: {load: {type: integer}}\n"                                                                        \
    "    interfaces: {Backup: {type: Backup}}\n"                                                                       \
    "interface_types: {Backup: {derived_from: tosca.interfaces.Root, operations: {dump: {inputs: {to: {type: string, " \
    "required: false}}}}}}\n"                                                                                          \
    "topology_template:\n"                                                                                             \
    "  inputs: {where: {type: string, default: /there}}\n"                                                             \
    "  node_templates:\n"                                                                                              \
    "    c: {type: tosker.nodes.Container}\n"                                                                          \
    "    a: {type: db, requirements: [host: c]}\n"                                                                     \
    "    b: {type: db, requirements: [host: c]}\n"                                                                     \
    "  groups: {all: {type: tosca.groups.Root, members: [a, b, a]}}\n"                                                 \
    "  workflows:\n"
#define FIRST 18 // line of the first work flow

static const struct topology_workflow *flow_of(const struct bed *b, const char *name)
{
    const struct topology_workflow *w = topology_workflow_find(b->topology, name);
    assert_non_null(w);
    return w;
}

static void assert_json(const json_t *v, const char *text)
{
    AUTO_FREE char *is = json_text(v);
    assert_string_equal(is, text);
}

static void test_activities(void **state)
{
    struct bed b;
    bed_takes(&b,
              HEAD "    up:\n"
                   "      inputs: {to: {type: string}}\n"
                   "      steps:\n"
                   "        one:\n"
                   "          target: a\n"
                   "          activities:\n"
                   "            - set_state: starting\n"
                   "            - call_operation: Standard.start\n"
                   "            - call_operation: {operation: Backup.dump, inputs: {to: {concat: [{get_input: where}, "
                   "{get_input: to}]}}}\n"
                   "            - call_operation: tosca.interfaces.node.lifecycle.Standard.stop\n"
                   "            - delegate: stop\n"
                   "            - delegate: {workflow: undeploy, inputs: {x: 1}}\n"
                   "            - inline: {workflow: down, inputs: {n: 3}}\n"
                   "          on_success: [two, two]\n"
                   "          on_failure: mend\n"
                   "        two: {target: all, activities: [{inline: down}], operation_host: HOST}\n"
                   "        mend: {target: b, activities: []}\n"
                   "    down:\n"
                   "      inputs: {n: {type: integer, default: 7}}\n"
                   "      steps: {x: {target: b, activities: [{delegate: stop}]}}\n");
    const struct topology_workflow *w = flow_of(&b, "up");
    assert_int_equal(w->n_steps, 3);
    const struct topology_step *s = &w->steps[0];
    assert_int_equal(s->n_activities, 7);
    static const struct {
        enum activity_kind kind;
        const char *name;
    } rows[] = {{ACTIVITY_SET_STATE, "starting"},
                {ACTIVITY_CALL_OPERATION, "Standard.start"},
                {ACTIVITY_CALL_OPERATION, "Backup.dump"},
                {ACTIVITY_CALL_OPERATION, "Standard.stop"},
                {ACTIVITY_DELEGATE, "stop"},
                {ACTIVITY_DELEGATE, "undeploy"},
                {ACTIVITY_INLINE, "down"}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_int_equal(s->activities[i].kind, rows[i].kind);
        assert_string_equal(s->activities[i].name, rows[i].name);
    }
    assert_json(s->activities[2].inputs, "{\"to\":{\"$concat\":[\"/there\",{\"$get_input\":[\"to\"]}]}}");
    assert_json(s->activities[6].inputs, "{\"n\":3}");
    assert_int_equal(s->on_success.n, 1);
    assert_string_equal(s->on_failure.v[0], "mend");
    assert_int_equal(w->steps[1].n_targets, 2);
    assert_string_equal(w->steps[1].host, "HOST");
    assert_int_equal(s->place.line, FIRST + 3);
    assert_json(w->inputs, "{\"to\":{\"required\":true,\"type\":\"string\"}}");
    assert_json(flow_of(&b, "down")->inputs, "{\"n\":{\"required\":false,\"type\":\"integer\",\"value\":7}}");
    bed_stop(&b);
}

static void filter_is(const char *condition, const char *text)
{
    struct bed b;
    AUTO_FREE char *all = mem_printf(HEAD "    up: {steps: {s: {target: a, filter: %s, activities: []}}}\n", condition);
    bed_takes(&b, all);
    assert_json(json_array_get(flow_of(&b, "up")->steps[0].filter, 0), text);
    bed_stop(&b);
}

#define LOAD  "{\"$get_attribute\":[\"a\",\"load\"]}"
#define STATE "{\"$get_attribute\":[\"a\",\"state\"]}"

static void test_conditions(void **state)
{
    filter_is("[{load: [{greater_than: 2}, {less_than: 9}]}]",
              "{\"$and\":[{\"$greater_than\":[" LOAD ",2,{\"$kind\":\"integer\"}]},{\"$less_than\":[" LOAD
              ",9,{\"$kind\":\"integer\"}]}]}");
    filter_is("[{or: [{state: {equal: started}}, {state: [{valid_values: [a, b]}]}]}]",
              "{\"$or\":[{\"$equal\":[" STATE ",\"started\"]},{\"$valid_values\":[" STATE ",[\"a\",\"b\"]]}]}");
    filter_is("[{not: [{assert: [{load: [{in_range: [1, UNBOUNDED]}]}]}]}]",
              "{\"$not\":[{\"$in_range\":[" LOAD ",[1,\"UNBOUNDED\"],{\"$kind\":\"integer\"}]}]}");
    filter_is("[{and: [{load: 1}, {state: {pattern: s.*}}]}]",
              "{\"$and\":[{\"$equal\":[" LOAD ",1,{\"$kind\":\"integer\"}]},{\"$matches\":[" STATE ",\"^(s.*)$\"]}]}");
    filter_is("[{state: {length: 3}}]", "{\"$equal\":[{\"$length\":[" STATE "]},3]}");
    filter_is("[{size: [{greater_than: 1 GB}]}]",
              "{\"$greater_than\":[\"5 GB\",\"1 GB\",{\"$kind\":\"scalar-unit.size\"}]}");
    filter_is("[]", "true");
}

static void test_preconditions_and_outputs(void **state)
{
    struct bed b;
    bed_takes(&b, HEAD "    up:\n"
                       "      preconditions:\n"
                       "        - {target: all, condition: [{load: {equal: 1}}]}\n"
                       "        - target: a\n"
                       "          target_relationship: host\n"
                       "          condition: [{state: [{equal: x}]}]\n"
                       "      steps: {s: {target: a, activities: [{delegate: start}]}}\n"
                       "      outputs: {n: [b, load]}\n");
    const struct topology_workflow *w = flow_of(&b, "up");
    assert_int_equal(w->n_preconditions, 3);
    assert_string_equal(w->preconditions[1].target, "b");
    assert_json(w->preconditions[1].condition,
                "{\"$equal\":[{\"$get_attribute\":[\"b\",\"load\"]},1,{\"$kind\":\"integer\"}]}");
    assert_json(w->outputs, "{\"n\":{\"$get_attribute\":[\"b\",\"load\"]}}");
    bed_stop(&b);
}

static void test_refused(void **state)
{
    static const struct {
        const char *text, *code;
        int line;
        const char *part;
    } rows[] = {
        {"    up: {steps: {s: {target: a, activities: [], on_success: [t]}}}\n", "UNKNOWN_REF", 0,
         "on_success names 't', which is no step of this workflow"},
        {"    up: {steps: {s: {target: q, activities: []}}}\n", "UNKNOWN_REF", 0, "'q' is no node template or group"},
        {"    up: {steps: {s: {target: a, target_relationship: no, activities: []}}}\n", "UNKNOWN_REF", 0,
         "has no requirement 'no'"},
        {"    up: {steps: {s: {target: all, target_relationship: host, activities: []}}}\n", "OTHER", 0, "is a group"},
        {"    up: {steps: {s: {target: all, activities: [{call_operation: Standard.strat}]}}}\n", "UNKNOWN_REF", 0,
         "has no operation 'Standard.strat', did you mean 'Standard.start'?"},
        {"    up: {steps: {s: {target: a, activities: [{call_operation: start}]}}}\n", "UNKNOWN_REF", 0,
         "an operation is written Interface.operation"},
        {"    up: {steps: {s: {target: a, activities: [{inline: dwon}]}}}\n    down: {steps: {s: {target: a, "
         "activities: "
         "[]}}}\n",
         "UNKNOWN_REF", 0, "'dwon' is no workflow of this template, did you mean 'down'?"},
        {"    up: {steps: {s: {target: a, activities: [{inline: down}]}}}\n    down: {inputs: {n: {type: integer}}, "
         "steps: "
         "{s: {target: a, activities: []}}}\n",
         "MISSING_KEY", 0, "input 'n' of workflow 'down' is required"},
        {"    up: {steps: {s: {target: a, activities: [{inline: {workflow: down, inputs: {m: 1}}}]}}}\n    down: "
         "{steps: "
         "{s: {target: a, activities: []}}}\n",
         "UNDECLARED_NAME", 0, "workflow 'down' has no input 'm'"},
        {"    up: {steps: {s: {target: a, activities: [{inline: down}]}}}\n    down: {steps: {s: {target: a, "
         "activities: "
         "[{inline: up}]}}}\n",
         "CYCLE", 1, "workflow 'down' inlines itself"},
        {"    up: {steps: {s: {target: a, activities: [{restart: a}]}}}\n", "UNKNOWN_KEY", 0, "not 'restart'"},
        {"    up: {steps: {s: {target: a, activities: [{set_state: a, inline: b}]}}}\n", "SHAPE", 0,
         "an activity is a map"},
        {"    up: {steps: {s: {target: a, activities: [{set_state: [a]}]}}}\n", "SHAPE", 0, "'set_state' takes a name"},
        {"    up: {steps: {s: {target: a, activities: [{call_operation: {inputs: {}}}]}}}\n", "MISSING_KEY", 0,
         "'operation' is missing"},
        {"    up: {steps: {s: {target: a, activities: [{call_operation: {operation: Backup.dump, with: 1}}]}}}\n",
         "UNKNOWN_KEY", 0, "unknown key 'with'"},
        {"    up:\n      steps:\n        r: {target: a, activities: [], on_success: s}\n        s: {target: a, "
         "activities: "
         "[], on_success: t}\n        t: {target: a, activities: [], on_failure: s}\n",
         "CYCLE", 3, "'s' -> 't' -> 's'"},
        {"    up: {steps: {s: {target: a, filter: [{load: [{above: 1}]}], activities: []}}}\n", "UNKNOWN_KEY", 0,
         "above"},
        {"    up: {steps: {s: {target: a, filter: [{load: [{greater_than: many}]}], activities: []}}}\n", "CONSTRAINT",
         0, "does not fit"},
        {"    up: {steps: {s: {target: a, filter: [load], activities: []}}}\n", "SHAPE", 0,
         "a condition is made of maps"},
        {"    up: {preconditions: [{condition: [{load: 1}]}], steps: {s: {target: a, activities: []}}}\n",
         "MISSING_KEY", 0, "'target' is missing"},
        {"    up: {steps: {s: {target: a, activities: []}}, outputs: {n: [a, nothing]}}\n", "UNKNOWN_REF", 0,
         "nothing"},
        {"    up: {steps: {s: {target: a, activities: []}}, outputs: {n: a}}\n", "SHAPE", 0, "must be a list"},
        {"    up: {implementation: up.bpmn, steps: {s: {target: a, activities: []}}}\n", "OTHER", 0,
         "only one of the two"},
        {"    up: {steps: {s: {target: a, operation_host: ELSEWHERE, activities: []}}}\n", "UNKNOWN_REF", 0,
         "ELSEWHERE"},
        {"    up: {steps: {s: {target: a, activities: [{call_operation: {operation: Backup.dump, inputs: {to: "
         "{get_input: "
         "frm}}}}]}}}\n",
         "UNKNOWN_REF", 0, "no input 'frm'"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_FREE char *text = mem_printf(HEAD "%s", rows[i].text);
        bed_refuses(text, rows[i].code, FIRST + rows[i].line, rows[i].part);
    }
}

static void warns(const char *text, const char *code, const char *part)
{
    struct bed b;
    AUTO_FREE char *all = mem_printf(HEAD "%s", text);
    bed_takes(&b, all);
    bed_must_warn(&b, code, part);
    bed_stop(&b);
}

static void test_warned(void **state)
{
    warns("    up: {steps: {s: {target: a, activities: [{set_state: odd}]}}}\n", "UNKNOWN_REF",
          "'odd' is no node state");
    warns("    up: {steps: {s: {target: a, activities: [{delegate: dance}]}}}\n", "NOT_RUN", "'dance' is none of");
    warns("    up: {implementation: up.bpmn}\n", "NOT_RUN", "written in another language ('up.bpmn')");
    warns("    up: {description: none}\n", "NOT_RUN", "has no steps");
    warns("    up: {steps: {s: {target: a, activities: [{set_state: started}], on_failure: t}, t: {target: a, "
          "activities: "
          "[]}}}\n",
          "NOT_RUN", "step 't' is never started");
    warns("    up: {steps: {s: {target: a, filter: [{laod: 1}], activities: []}}}\n", "UNKNOWN_REF",
          "no attribute or property 'laod', did you mean 'load'?");
}

// A work flow that inlines one twice, which inlines one twice, and so on: far too much, told at once.
static void test_bombs(void **state)
{
    AUTO_BUF struct buf text = {0};
    struct bed b;
    buf_adds(&text, HEAD);
    for (int i = 0; i < 15; i++)
        buf_addf(&text, "    w%d: {steps: {s: {target: a, activities: [{inline: w%d}, {inline: w%d}]}}}\n", i, i + 1,
                 i + 1);
    buf_adds(&text, "    w15: {steps: {s: {target: a, activities: []}}}\n");
    bed_start(&b);
    bed_file(&b, "app.yaml", buf_str(&text));
    bed_run(&b);
    assert_true(bed_count(&b, "LIMIT") > 0);
    bed_stop(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_activities),
        cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_preconditions_and_outputs),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_warned),
        cmocka_unit_test(test_bombs),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
