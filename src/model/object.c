// SPDX-License-Identifier: Apache-2.0
/* The fields that all objects share, and the table of kinds. */
#include "model/object.h"

#include "model/application.h"
#include "model/cluster_kinds.h"
#include "model/deployment.h"
#include "model/pod.h"
#include "model/revision.h"
#include "model/rows.h"
#include "model/secret.h"
#include "model/service.h"

static const struct field owner_rows[] = {
    ROW(owner_ref, "apiVersion", api_version, FIELD_TEXT, FIELD_REQUIRED, "version of the owner's kind"),
    ROW(owner_ref, "kind", kind, FIELD_TEXT, FIELD_REQUIRED, "kind of the owner"),
    ROW(owner_ref, "name", name, FIELD_TEXT, FIELD_REQUIRED, "name of the owner"),
    ROW(owner_ref, "uid", uid, FIELD_TEXT, FIELD_REQUIRED, "uid of the owner"),
    ROW(owner_ref, "controller", controller, FIELD_BOOL, 0, "does the owner manage the object?"),
    ROW(owner_ref, "blockOwnerDeletion", block, FIELD_BOOL, 0, "is the owner kept until the object is gone?"),
};
const struct field_table owner_ref_fields = FIELDS("OwnerReference", owner_ref, "uid", owner_rows);

static const struct field meta_rows[] = {
    ROW(meta, "name", name, FIELD_TEXT, FIELD_IMMUTABLE, "unique within the namespace"),
    ROW(meta, "generateName", generate_name, FIELD_TEXT, 0, "prefix of a name that the head completes"),
    ROW(meta, "namespace", namespace, FIELD_TEXT, FIELD_IMMUTABLE | FIELD_LABEL, "namespace of the object"),
    ROW(meta, "uid", uid, FIELD_TEXT, FIELD_IMMUTABLE, "unique in time and space"),
    ROW(meta, "resourceVersion", resource_version, FIELD_TEXT, 0, "revision of the last change"),
    ROW(meta, "generation", generation, FIELD_INT, 0, "counts changes of the spec"),
    ROW(meta, "creationTimestamp", created, FIELD_TEXT, 0, "when it was made"),
    ROW(meta, "deletionTimestamp", deleted, FIELD_TEXT, 0, "when its deletion was asked for"),
    ROW(meta, "deletionGracePeriodSeconds", grace_s, FIELD_INT, 0, "seconds given to it to end"),
    ROW(meta, "labels", labels, FIELD_TEXT_MAP, 0, "names by which objects are selected"),
    ROW(meta, "annotations", annotations, FIELD_TEXT_MAP, 0, "notes of tools"),
    ROW_OF(meta, "ownerReferences", owners, FIELD_LIST, 0, &owner_ref_fields, "objects that this one belongs to"),
    ROW(meta, "finalizers", finalizers, FIELD_TEXTS, 0, "what is to be done before it goes"),
    ROW(meta, "managedFields", name, FIELD_JSON, FIELD_IGNORED, "taken and dropped"),
    ROW(meta, "selfLink", name, FIELD_TEXT, FIELD_IGNORED, "taken and dropped"),
};
const struct field_table meta_fields = FIELDS("ObjectMeta", meta, NULL, meta_rows);

static const struct field condition_rows[] = {
    ROW(condition, "type", type, FIELD_TEXT, FIELD_REQUIRED, "name of the condition"),
    ROW(condition, "status", status, FIELD_TEXT, FIELD_REQUIRED, "True, False or Unknown"),
    ROW(condition, "reason", reason, FIELD_TEXT, 0, "one word for programs"),
    ROW(condition, "message", message, FIELD_TEXT, 0, "a sentence for people"),
    ROW(condition, "lastTransitionTime", changed, FIELD_TEXT, 0, "when the status changed last"),
    ROW(condition, "lastHeartbeatTime", probed, FIELD_TEXT, 0, "when it was looked at last"),
    ROW(condition, "lastProbeTime", probed, FIELD_TEXT, FIELD_IGNORED, "taken and dropped"),
    ROW(condition, "lastUpdateTime", updated, FIELD_TEXT, 0, "when it was written last"),
};
const struct field_table condition_fields = FIELDS("Condition", condition, "type", condition_rows);

const struct kind kinds[] = {
    {"v1", "Namespace", "namespaces", "namespace", "ns", false, &namespace_fields},
    {"v1", "Node", "nodes", "node", "no", false, &node_fields},
    {"v1", "Pod", "pods", "pod", "po", true, &pod_fields},
    {"v1", "Service", "services", "service", "svc", true, &service_fields},
    {"v1", "Secret", "secrets", "secret", "", true, &secret_fields},
    {"v1", "Event", "events", "event", "ev", true, &event_fields},
    {"apps/v1", "Deployment", "deployments", "deployment", "deploy", true, &deployment_fields},
    {"apps/v1", "ControllerRevision", "controllerrevisions", "controllerrevision", "", true, &revision_fields},
    {"sedge.dev/v1", "Application", "applications", "application", "app", true, &application_fields},
    {"sedge.dev/v1", "Volume", "volumes", "volume", "vol", true, &volume_fields},
};
const size_t kinds_n = ARRAY_LEN(kinds);

const struct kind *kind_find(const char *name)
{
    for (size_t i = 0; i < kinds_n; i++)
        if (str_eq(kinds[i].name, name))
            return &kinds[i];
    return NULL;
}

const struct kind *kind_by_plural(const char *api_version, const char *plural)
{
    for (size_t i = 0; i < kinds_n; i++)
        if (str_eq(kinds[i].plural, plural) && (!api_version || str_eq(kinds[i].api_version, api_version)))
            return &kinds[i];
    return NULL;
}
