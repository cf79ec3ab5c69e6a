// SPDX-License-Identifier: Apache-2.0
/* The fields of applications. */
#include "model/application.h"

#include "model/rows.h"

static const char *const wanted_states[] = {"Running", "Stopped", "Removed", NULL};
static const char *const override_states[] = {"Running", "Stopped", NULL};

static const struct field override_rows[] = {
    ROW(application_override, "name", name, FIELD_TEXT, FIELD_REQUIRED, "component"),
    ROW_ONE_OF(application_override, "state", state, 0, NULL, override_states, "instead of the application's"),
    ROW(application_override, "replicas", replicas, FIELD_INT, FIELD_NATURAL, "instead of the template's"),
};
static const struct field_table override_fields =
    FIELDS("ComponentOverride", application_override, "name", override_rows);

static const struct field source_rows[] = {
    ROW(application_source, "bundle", bundle, FIELD_TEXT, 0, "digest of the uploaded bundle"),
    ROW(application_source, "entry", entry, FIELD_TEXT, 0, "path of the template in it"),
    ROW(application_source, "inputs", inputs, FIELD_JSON, 0, "values of the template's inputs"),
};
static const struct field_table source_fields = FIELDS("ApplicationSource", application_source, NULL, source_rows);

static const struct field request_rows[] = {
    ROW(application_request, "name", name, FIELD_TEXT, FIELD_REQUIRED, "of the template's work flows"),
    ROW(application_request, "id", id, FIELD_TEXT, FIELD_REQUIRED, "each id is run once"),
    ROW(application_request, "inputs", inputs, FIELD_JSON, 0, "values of its inputs"),
};
static const struct field_table request_fields = FIELDS("WorkflowRequest", application_request, NULL, request_rows);

static const struct field spec_rows[] = {
    ROW_OF(application_spec, "source", source, FIELD_INLINE, FIELD_REQUIRED, &source_fields, "template and inputs"),
    ROW_ONE_OF(application_spec, "state", state, 0, "Running", wanted_states, "what is wanted of it"),
    ROW(application_spec, "removeVolumes", remove_volumes, FIELD_BOOL, 0, "with Removed: its volumes too"),
    ROW_OF(application_spec, "components", components, FIELD_LIST, 0, &override_fields, "what differs for components"),
    ROW(application_spec, "plan", plan, FIELD_TEXTS, 0, "operations to do, in order; none: planned from the topology"),
    ROW_DEFAULT(application_spec, "revisionHistoryLimit", history_limit, FIELD_INT, FIELD_NATURAL, "10",
                "former revisions that are kept"),
    ROW_DEFAULT(application_spec, "attempt", attempt, FIELD_INT, FIELD_NATURAL, "0", "raised to try again"),
    ROW_OF(application_spec, "workflow", workflow, FIELD_OBJECT, 0, &request_fields, "work flow to run once"),
};
static const struct field_table spec_fields = FIELDS("ApplicationSpec", application_spec, NULL, spec_rows);

static const struct field component_rows[] = {
    ROW(application_component, "name", name, FIELD_TEXT, FIELD_REQUIRED, "node template"),
    ROW(application_component, "type", type, FIELD_TEXT, 0, "node type"),
    ROW(application_component, "kind", kind, FIELD_TEXT, 0, "container, software, volume or abstract"),
    ROW(application_component, "state", state, FIELD_TEXT, 0, "state it is in"),
    ROW(application_component, "goal", goal, FIELD_TEXT, 0, "state it is to reach"),
    ROW_DEFAULT(application_component, "replicas", replicas, FIELD_INT, 0, "0", "pods wanted"),
    ROW_DEFAULT(application_component, "ready", ready, FIELD_INT, 0, "0", "pods ready"),
    ROW(application_component, "pods", pods, FIELD_TEXTS, 0, "names of its pods"),
    ROW(application_component, "operation", operation, FIELD_TEXT, 0, "under way or failed"),
    ROW(application_component, "failed", failed, FIELD_BOOL, 0, "the operation failed"),
    ROW(application_component, "message", message, FIELD_TEXT, 0, "why"),
    ROW(application_component, "log", log, FIELD_TEXT, 0, "last lines"),
    ROW(application_component, "label", label, FIELD_TEXT, 0, "state that a work flow gave it"),
};
static const struct field_table component_fields =
    FIELDS("ApplicationComponent", application_component, "name", component_rows);

static const struct field flow_step_rows[] = {
    ROW(application_flow_step, "name", name, FIELD_TEXT, FIELD_REQUIRED, "step"),
    ROW(application_flow_step, "state", state, FIELD_TEXT, 0, "pending, running, done, failed, skipped"),
    ROW(application_flow_step, "doing", doing, FIELD_TEXT, 0, "activity that is due or failed"),
    ROW_DEFAULT(application_flow_step, "activity", activity, FIELD_INT, FIELD_NATURAL, "0", "activities done"),
    ROW(application_flow_step, "targets", targets, FIELD_TEXTS, 0, "components it acts on"),
    ROW(application_flow_step, "begun", begun, FIELD_TEXTS, 0, "components that the activity was begun for"),
    ROW(application_flow_step, "alone", alone, FIELD_TEXTS, 0, "components whose operation is run by itself"),
    ROW(application_flow_step, "ended", ended, FIELD_TEXTS, 0, "components that it is over for"),
    ROW(application_flow_step, "message", message, FIELD_TEXT, 0, "why it failed"),
    ROW(application_flow_step, "log", log, FIELD_TEXT, 0, "last lines"),
};
static const struct field_table flow_step_fields =
    FIELDS("WorkflowStep", application_flow_step, "name", flow_step_rows);

static const struct field workflow_rows[] = {
    ROW(application_workflow, "name", name, FIELD_TEXT, FIELD_REQUIRED, "work flow"),
    ROW(application_workflow, "id", id, FIELD_TEXT, 0, "of the request"),
    ROW(application_workflow, "state", state, FIELD_TEXT, 0, "Running, Done, Failed"),
    ROW(application_workflow, "message", message, FIELD_TEXT, 0, "a sentence"),
    ROW(application_workflow, "basis", basis, FIELD_TEXT, 0, "hash of what was wanted when it ran"),
    ROW_DEFAULT(application_workflow, "failures", failures, FIELD_INT, FIELD_NATURAL, "0", "activities that failed"),
    ROW(application_workflow, "inputs", inputs, FIELD_JSON, 0, "values given"),
    ROW(application_workflow, "outputs", outputs, FIELD_JSON, 0, "values of its outputs"),
    ROW_OF(application_workflow, "steps", steps, FIELD_LIST, 0, &flow_step_fields, "a step each"),
};
static const struct field_table workflow_fields = FIELDS("WorkflowRun", application_workflow, NULL, workflow_rows);

static const struct field flow_rows[] = {
    ROW(application_flow, "name", name, FIELD_TEXT, FIELD_REQUIRED, "work flow"),
    ROW(application_flow, "description", description, FIELD_TEXT, 0, "what for"),
    ROW_DEFAULT(application_flow, "steps", steps, FIELD_INT, 0, "0", "number of steps"),
    ROW(application_flow, "inputs", inputs, FIELD_JSON, 0, "what it takes"),
};
static const struct field_table flow_fields = FIELDS("Workflow", application_flow, "name", flow_rows);

static const struct field run_rows[] = {
    ROW(application_run, "id", id, FIELD_TEXT, FIELD_REQUIRED, "run of its pods"),
    ROW(application_run, "operation", operation, FIELD_TEXT, FIELD_REQUIRED, "as plans write it"),
    ROW(application_run, "state", state, FIELD_TEXT, 0, "state of the component that it is done in"),
    ROW(application_run, "done", done, FIELD_BOOL, 0, "it ended well"),
    ROW(application_run, "failed", failed, FIELD_BOOL, 0, "it failed"),
    ROW_DEFAULT(application_run, "attempt", attempt, FIELD_INT, 0, "0", "of its pods' runs"),
    ROW(application_run, "message", message, FIELD_TEXT, 0, "why"),
    ROW(application_run, "log", log, FIELD_TEXT, 0, "last lines"),
};
static const struct field_table run_fields = FIELDS("ApplicationRun", application_run, "id", run_rows);

static const struct field status_rows[] = {
    ROW(application_status, "phase", phase, FIELD_TEXT, 0, "Deploying, Running, Stopped, Failed, Removing"),
    ROW(application_status, "message", message, FIELD_TEXT, 0, "a sentence"),
    ROW_DEFAULT(application_status, "observedGeneration", observed, FIELD_INT, 0, "0", "generation this speaks of"),
    ROW_DEFAULT(application_status, "planDone", plan_done, FIELD_INT, 0, "0",
                "steps of an explicit plan that are done"),
    ROW_OF(application_status, "components", components, FIELD_LIST, 0, &component_fields, "a component each"),
    ROW(application_status, "outputs", outputs, FIELD_JSON, 0, "values of the template's outputs"),
    ROW_OF(application_status, "applied", applied, FIELD_INLINE, 0, &source_fields, "what stands"),
    ROW(application_status, "policies", policies, FIELD_JSON, 0, "policies and groups, with what each does"),
    ROW(application_status, "hashes", hashes, FIELD_JSON, 0, "definition that each component stands by"),
    ROW_OF(application_status, "workflow", workflow, FIELD_OBJECT, 0, &workflow_fields, "work flow run last"),
    ROW_OF(application_status, "workflows", workflows, FIELD_LIST, 0, &flow_fields, "work flows it has"),
    ROW_OF(application_status, "runs", runs, FIELD_LIST, 0, &run_fields, "single operations"),
    ROW_DEFAULT(application_status, "runsMade", runs_made, FIELD_INT, 0, "0", "how many there ever were"),
    ROW(application_status, "planKey", plan_key, FIELD_TEXT, 0, "digest of the explicit plan that planDone counts in"),
    ROW(application_status, "operationOutputs", operation_outputs, FIELD_JSON, 0, "what operations put out"),
};
static const struct field_table status_fields = FIELDS("ApplicationStatus", application_status, NULL, status_rows);

static const struct field application_rows[] = {
    OBJECT_ROWS(application),
    ROW_OF(application, "spec", spec, FIELD_INLINE, FIELD_REQUIRED, &spec_fields, "what is wanted"),
    ROW_OF(application, "status", status, FIELD_INLINE, FIELD_STATUS, &status_fields, "what is"),
};
const struct field_table application_fields = FIELDS("Application", application, NULL, application_rows);
