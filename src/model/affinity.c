// SPDX-License-Identifier: Apache-2.0
/* The fields by which a pod chooses its place: nodes and pods to be near, pods to be apart from, taints that it bears,
 * places to be spread over. */
#include "model/pod.h"

#include "model/rows.h"

static const struct field selector_rows[] = {
    ROW(selector, "matchLabels", match_labels, FIELD_TEXT_MAP, FIELD_REQUIRED, "labels that its pods carry"),
};
const struct field_table selector_fields = FIELDS("LabelSelector", selector, NULL, selector_rows);

static const struct field term_rows[] = {
    ROW_OF(affinity_term, "labelSelector", selector, FIELD_INLINE, FIELD_REQUIRED, &selector_fields, "which pods"),
    ROW(affinity_term, "topologyKey", topology_key, FIELD_TEXT, FIELD_REQUIRED,
        "label of nodes: those with one value are one place"),
};
static const struct field_table term_fields = FIELDS("PodAffinityTerm", affinity_term, NULL, term_rows);

static const struct field weighted_rows[] = {
    ROW(affinity_weighted, "weight", weight, FIELD_INT, FIELD_REQUIRED | FIELD_NATURAL, "1 to 100"),
    ROW_OF(affinity_weighted, "podAffinityTerm", term, FIELD_INLINE, FIELD_REQUIRED, &term_fields, "which pods"),
};
static const struct field_table weighted_fields =
    FIELDS("WeightedPodAffinityTerm", affinity_weighted, NULL, weighted_rows);

static const struct field rules_rows[] = {
    ROW_OF(affinity_rules, "requiredDuringSchedulingIgnoredDuringExecution", required, FIELD_LIST, 0, &term_fields,
           "must hold"),
    ROW_OF(affinity_rules, "preferredDuringSchedulingIgnoredDuringExecution", preferred, FIELD_LIST, 0,
           &weighted_fields, "should hold"),
};
static const struct field_table rules_fields = FIELDS("PodAffinity", affinity_rules, NULL, rules_rows);

static const char *const operators[] = {"In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", NULL};
static const struct field test_rows[] = {
    ROW(label_test, "key", key, FIELD_TEXT, FIELD_REQUIRED, "label of the node"),
    ROW_ONE_OF(label_test, "operator", operator, FIELD_REQUIRED, NULL, operators, "what is to hold of the label"),
    ROW(label_test, "values", values, FIELD_TEXTS, 0, "In, NotIn: one of these; Gt, Lt: one whole number"),
};
static const struct field_table test_fields = FIELDS("NodeSelectorRequirement", label_test, NULL, test_rows);

static const struct field node_term_rows[] = {
    ROW_OF(node_term, "matchExpressions", tests, FIELD_LIST, FIELD_REQUIRED, &test_fields, "all must hold"),
};
static const struct field_table node_term_fields = FIELDS("NodeSelectorTerm", node_term, NULL, node_term_rows);

static const struct field preference_rows[] = {
    ROW(node_preference, "weight", weight, FIELD_INT, FIELD_REQUIRED | FIELD_NATURAL, "1 to 100"),
    ROW_OF(node_preference, "preference", term, FIELD_INLINE, FIELD_REQUIRED, &node_term_fields, "which nodes"),
};
static const struct field_table preference_fields =
    FIELDS("PreferredSchedulingTerm", node_preference, NULL, preference_rows);

static const struct field choice_rows[] = {
    ROW_OF(node_choice, "nodeSelectorTerms", terms, FIELD_LIST, FIELD_REQUIRED, &node_term_fields, "one must hold"),
};
static const struct field_table choice_fields = FIELDS("NodeSelector", node_choice, NULL, choice_rows);

static const struct field node_affinity_rows[] = {
    ROW_OF(node_affinity, "requiredDuringSchedulingIgnoredDuringExecution", required, FIELD_OBJECT, 0, &choice_fields,
           "must hold"),
    ROW_OF(node_affinity, "preferredDuringSchedulingIgnoredDuringExecution", preferred, FIELD_LIST, 0,
           &preference_fields, "should hold"),
};
static const struct field_table node_affinity_fields =
    FIELDS("NodeAffinity", node_affinity, NULL, node_affinity_rows);

static const struct field affinity_rows[] = {
    ROW_OF(affinity, "nodeAffinity", node, FIELD_OBJECT, 0, &node_affinity_fields, "nodes to be on"),
    ROW_OF(affinity, "podAffinity", with, FIELD_OBJECT, 0, &rules_fields, "pods to be near"),
    ROW_OF(affinity, "podAntiAffinity", apart, FIELD_OBJECT, 0, &rules_fields, "pods to be away from"),
};
const struct field_table affinity_fields = FIELDS("Affinity", affinity, NULL, affinity_rows);

static const char *const toleration_operators[] = {"Equal", "Exists", NULL};
static const char *const effects[] = {"NoSchedule", "PreferNoSchedule", "NoExecute", NULL};
static const struct field toleration_rows[] = {
    ROW(toleration, "key", key, FIELD_TEXT, 0, "of the taint; none with Exists: all taints"),
    ROW_ONE_OF(toleration, "operator", operator, 0, "Equal", toleration_operators, "Equal, or Exists: any value"),
    ROW(toleration, "value", value, FIELD_TEXT, 0, "of the taint"),
    ROW_ONE_OF(toleration, "effect", effect, 0, NULL, effects, "of the taint; none: all"),
};
const struct field_table toleration_fields = FIELDS("Toleration", toleration, NULL, toleration_rows);

static const char *const whens[] = {"DoNotSchedule", "ScheduleAnyway", NULL};
static const struct field spread_rows[] = {
    ROW(spread, "maxSkew", max_skew, FIELD_INT, FIELD_REQUIRED | FIELD_NATURAL, "most pods more than the emptiest place"),
    ROW(spread, "topologyKey", topology_key, FIELD_TEXT, FIELD_REQUIRED,
        "label of nodes: those with one value are one place"),
    ROW_ONE_OF(spread, "whenUnsatisfiable", when, FIELD_REQUIRED, NULL, whens, "refuse the node, or avoid it"),
    ROW_OF(spread, "labelSelector", selector, FIELD_INLINE, FIELD_REQUIRED, &selector_fields, "which pods are counted"),
};
const struct field_table spread_fields = FIELDS("TopologySpreadConstraint", spread, NULL, spread_rows);
