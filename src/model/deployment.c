// SPDX-License-Identifier: Apache-2.0
/* The fields of deployments. */
#include "model/deployment.h"

#include "model/rows.h"

static const char *const strategies[] = {"Recreate", "RollingUpdate", NULL};

static const struct field template_rows[] = {
    ROW_OF(pod_template, "metadata", meta, FIELD_INLINE, 0, &meta_fields, "labels and annotations of the pods"),
    ROW_OF(pod_template, "spec", spec, FIELD_INLINE, FIELD_REQUIRED, &pod_spec_fields, "spec of the pods"),
};
static const struct field_table template_fields = FIELDS("PodTemplateSpec", pod_template, NULL, template_rows);

static const struct field rolling_rows[] = {
    ROW(rolling_update, "maxSurge", max_surge, FIELD_JSON, 0, "pods beyond the number wanted; or a percentage"),
    ROW(rolling_update, "maxUnavailable", max_unavailable, FIELD_JSON, 0, "pods missing to it; or a percentage"),
};
static const struct field_table rolling_fields = FIELDS("RollingUpdateDeployment", rolling_update, NULL, rolling_rows);

static const struct field strategy_rows[] = {
    ROW_ONE_OF(deployment_strategy, "type", type, 0, "Recreate", strategies, "how pods are replaced"),
    ROW_OF(deployment_strategy, "rollingUpdate", rolling, FIELD_OBJECT, 0, &rolling_fields, "how many at once"),
};
static const struct field_table strategy_fields =
    FIELDS("DeploymentStrategy", deployment_strategy, NULL, strategy_rows);

static const struct field spec_rows[] = {
    ROW_DEFAULT(deployment_spec, "replicas", replicas, FIELD_INT, FIELD_NATURAL, "1", "number of pods"),
    ROW_OF(deployment_spec, "selector", selector, FIELD_INLINE, FIELD_REQUIRED | FIELD_IMMUTABLE, &selector_fields,
           "its pods"),
    ROW_OF(deployment_spec, "template", template, FIELD_INLINE, FIELD_REQUIRED, &template_fields,
           "what pods are made from"),
    ROW_OF(deployment_spec, "strategy", strategy, FIELD_INLINE, 0, &strategy_fields, "how pods are replaced"),
    ROW(deployment_spec, "paused", paused, FIELD_BOOL, 0, "leave its pods as they are"),
    ROW(deployment_spec, "revisionHistoryLimit", history_limit, FIELD_INT, FIELD_IGNORED, "taken and dropped"),
    ROW(deployment_spec, "progressDeadlineSeconds", progress_s, FIELD_INT, FIELD_IGNORED, "taken and dropped"),
    ROW(deployment_spec, "minReadySeconds", min_ready_s, FIELD_INT, FIELD_IGNORED, "taken and dropped"),
};
static const struct field_table spec_fields = FIELDS("DeploymentSpec", deployment_spec, NULL, spec_rows);

static const struct field status_rows[] = {
    ROW_DEFAULT(deployment_status, "observedGeneration", observed, FIELD_INT, 0, "0", "generation this speaks of"),
    ROW_DEFAULT(deployment_status, "replicas", replicas, FIELD_INT, 0, "0", "pods that are"),
    ROW_DEFAULT(deployment_status, "updatedReplicas", updated, FIELD_INT, 0, "0", "pods of the newest template"),
    ROW_DEFAULT(deployment_status, "readyReplicas", ready, FIELD_INT, 0, "0", "pods that are ready"),
    ROW_DEFAULT(deployment_status, "availableReplicas", available, FIELD_INT, 0, "0", "pods that take traffic"),
    ROW_DEFAULT(deployment_status, "unavailableReplicas", unavailable, FIELD_INT, 0, "0", "pods that are missing"),
    ROW_OF(deployment_status, "conditions", conditions, FIELD_LIST, 0, &condition_fields, "Available and others"),
};
static const struct field_table status_fields = FIELDS("DeploymentStatus", deployment_status, NULL, status_rows);

static const struct field deployment_rows[] = {
    OBJECT_ROWS(deployment),
    ROW_OF(deployment, "spec", spec, FIELD_INLINE, FIELD_REQUIRED, &spec_fields, "what is wanted"),
    ROW_OF(deployment, "status", status, FIELD_INLINE, FIELD_STATUS, &status_fields, "what is"),
};
const struct field_table deployment_fields = FIELDS("Deployment", deployment, NULL, deployment_rows);
