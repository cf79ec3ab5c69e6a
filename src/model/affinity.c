// SPDX-License-Identifier: Apache-2.0
/* The fields of a pod's affinity: which pods it is to be with, and apart from. */
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

static const struct field affinity_rows[] = {
    ROW_OF(affinity, "podAffinity", with, FIELD_OBJECT, 0, &rules_fields, "pods to be near"),
    ROW_OF(affinity, "podAntiAffinity", apart, FIELD_OBJECT, 0, &rules_fields, "pods to be away from"),
};
const struct field_table affinity_fields = FIELDS("Affinity", affinity, NULL, affinity_rows);
