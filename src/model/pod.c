// SPDX-License-Identifier: Apache-2.0
/* The fields of pods' specs. */
#include "model/pod.h"

#include "model/rows.h"

static const char *const protocols[] = {"TCP", "UDP", NULL};
static const char *const pull_policies[] = {"Always", "IfNotPresent", "Never", NULL};
static const char *const restart_policies[] = {"Always", "OnFailure", "Never", NULL};
static const char *const pod_states[] = {"Running", "Stopped", NULL};

static const struct field port_rows[] = {
    ROW(container_port, "name", name, FIELD_TEXT, 0, "name of the port"),
    ROW(container_port, "containerPort", port, FIELD_INT, FIELD_REQUIRED | FIELD_PORT, "port in the container"),
    ROW(container_port, "hostPort", host_port, FIELD_INT, FIELD_PORT, "port of the node that leads to it"),
    ROW(container_port, "hostIP", host_ip, FIELD_TEXT, 0, "address of the node to publish it on; all when empty"),
    ROW_ONE_OF(container_port, "protocol", protocol, 0, "TCP", protocols, "TCP or UDP"),
};
static const struct field_table port_fields = FIELDS("ContainerPort", container_port, NULL, port_rows);

static const struct field mount_rows[] = {
    ROW(volume_mount, "name", name, FIELD_TEXT, FIELD_REQUIRED, "name of the pod's volume"),
    ROW(volume_mount, "mountPath", path, FIELD_TEXT, FIELD_REQUIRED, "where it appears in the container"),
    ROW(volume_mount, "subPath", sub_path, FIELD_TEXT, 0, "folder of the volume to mount"),
    ROW(volume_mount, "readOnly", read_only, FIELD_BOOL, 0, "refuse writes"),
};
static const struct field_table mount_fields = FIELDS("VolumeMount", volume_mount, "mountPath", mount_rows);

static const struct field resource_rows[] = {
    ROW(resources, "limits", limits, FIELD_QUANTITIES, 0, "most that it may use: cpu, memory, sedge.dev/pids"),
    ROW(resources, "requests", requests, FIELD_QUANTITIES, 0, "what is set aside for it"),
};
static const struct field_table resource_fields = FIELDS("ResourceRequirements", resources, NULL, resource_rows);

static const struct field cap_rows[] = {
    ROW(cap_change, "add", add, FIELD_TEXTS, 0, "capabilities beyond the default ones"),
    ROW(cap_change, "drop", drop, FIELD_TEXTS, 0, "default capabilities that it does without"),
};
static const struct field_table cap_fields = FIELDS("Capabilities", cap_change, NULL, cap_rows);

static const struct field security_rows[] = {
    ROW(security, "runAsUser", run_as_user, FIELD_INT, FIELD_NATURAL, "uid, instead of the image's user"),
    ROW(security, "runAsGroup", run_as_group, FIELD_INT, FIELD_NATURAL, "gid"),
    ROW(security, "readOnlyRootFilesystem", read_only_root, FIELD_BOOL, 0, "no writes but to volumes"),
    ROW(security, "privileged", privileged, FIELD_BOOL, 0, "all rights on the node"),
    ROW_OF(security, "capabilities", capabilities, FIELD_OBJECT, 0, &cap_fields, "changes to the default ones"),
};
static const struct field_table security_fields = FIELDS("SecurityContext", security, NULL, security_rows);

static const struct field container_rows[] = {
    ROW(pod_container, "name", name, FIELD_TEXT, FIELD_REQUIRED | FIELD_LABEL, "unique in the pod"),
    ROW(pod_container, "image", image, FIELD_TEXT, FIELD_REQUIRED, "image reference"),
    ROW_ONE_OF(pod_container, "imagePullPolicy", pull_policy, 0, "IfNotPresent", pull_policies, "when to pull"),
    ROW(pod_container, "command", command, FIELD_TEXTS, 0, "instead of the image's entrypoint"),
    ROW(pod_container, "args", args, FIELD_TEXTS, 0, "instead of the image's command"),
    ROW(pod_container, "workingDir", working_dir, FIELD_TEXT, 0, "instead of the image's"),
    ROW(pod_container, "user", user, FIELD_TEXT, 0, "user as images write it, name or number (sedge)"),
    ROW_OF(pod_container, "env", env, FIELD_LIST, 0, &env_var_fields, "environment"),
    ROW_OF(pod_container, "ports", ports, FIELD_LIST, 0, &port_fields, "ports it listens on"),
    ROW_OF(pod_container, "volumeMounts", mounts, FIELD_LIST, 0, &mount_fields, "volumes it sees"),
    ROW_OF(pod_container, "resources", resources, FIELD_OBJECT, 0, &resource_fields, "limits"),
    ROW_OF(pod_container, "securityContext", security, FIELD_OBJECT, 0, &security_fields, "rights"),
    ROW(pod_container, "tty", tty, FIELD_BOOL, 0, "give it a terminal"),
    ROW(pod_container, "stdin", stdin_open, FIELD_BOOL, 0, "keep its input open"),
    ROW(pod_container, "terminationMessagePath", termination_path, FIELD_TEXT, FIELD_IGNORED, "taken and dropped"),
    ROW(pod_container, "terminationMessagePolicy", termination_policy, FIELD_TEXT, FIELD_IGNORED, "taken and dropped"),
};
const struct field_table pod_container_fields = FIELDS("Container", pod_container, "name", container_rows);

static const struct field host_path_rows[] = {
    ROW(host_path, "path", path, FIELD_TEXT, FIELD_REQUIRED, "absolute path on the node"),
    ROW(host_path, "type", type, FIELD_TEXT, 0, "what must be there; not checked"),
};
static const struct field_table host_path_fields = FIELDS("HostPathVolumeSource", host_path, NULL, host_path_rows);

static const struct field claim_rows[] = {
    ROW(volume_claim, "claimName", claim, FIELD_TEXT, FIELD_REQUIRED | FIELD_LABEL, "name of the Volume"),
    ROW(volume_claim, "readOnly", read_only, FIELD_BOOL, 0, "refuse writes"),
};
static const struct field_table claim_fields =
    FIELDS("PersistentVolumeClaimVolumeSource", volume_claim, NULL, claim_rows);

static const struct field volume_rows[] = {
    ROW(pod_volume, "name", name, FIELD_TEXT, FIELD_REQUIRED | FIELD_LABEL, "unique in the pod"),
    ROW_OF(pod_volume, "hostPath", host_path, FIELD_OBJECT, 0, &host_path_fields, "a path of the node"),
    ROW_OF(pod_volume, "persistentVolumeClaim", claim, FIELD_OBJECT, 0, &claim_fields, "a named volume"),
    ROW(pod_volume, "emptyDir", empty_dir, FIELD_JSON, 0, "a folder that lives as long as the pod"),
    ROW_OF(pod_volume, "secret", secret, FIELD_OBJECT, 0, &secret_volume_fields, "values of a Secret as files"),
};
static const struct field_table pod_volume_fields = FIELDS("Volume", pod_volume, "name", volume_rows);

static const struct field step_rows[] = {
    ROW(component_step, "interface", interface, FIELD_TEXT, FIELD_REQUIRED, "interface of the operation"),
    ROW(component_step, "operation", operation, FIELD_TEXT, FIELD_REQUIRED, "name of the operation"),
    ROW(component_step, "source", source, FIELD_TEXT, FIELD_REQUIRED, "state it leaves"),
    ROW(component_step, "target", target, FIELD_TEXT, FIELD_REQUIRED, "state it leads to"),
    ROW(component_step, "script", script, FIELD_TEXT, 0, "path in the bundle; none: nothing to run"),
    ROW(component_step, "interpreter", interpreter, FIELD_TEXT, 0, "runs a script that does not run itself"),
    ROW_OF(component_step, "env", env, FIELD_LIST, 0, &env_var_fields, "inputs of the script"),
    ROW_DEFAULT(component_step, "timeoutSeconds", timeout_s, FIELD_INT, FIELD_NATURAL, "0", "0: no limit"),
};
static const struct field_table step_fields = FIELDS("ComponentStep", component_step, NULL, step_rows);

static const struct field component_rows[] = {
    ROW(pod_component, "name", name, FIELD_TEXT, FIELD_REQUIRED, "name of the component"),
    ROW(pod_component, "initial", initial, FIELD_TEXT, FIELD_REQUIRED, "state of what does not exist"),
    ROW(pod_component, "goal", goal, FIELD_TEXT, FIELD_REQUIRED, "state to bring it to and keep it in"),
    ROW(pod_component, "stopped", stopped, FIELD_TEXT, 0, "state it falls back to when its container stops"),
    ROW_OF(pod_component, "steps", steps, FIELD_LIST, 0, &step_fields, "operations between states"),
    ROW_DEFAULT(pod_component, "attempt", attempt, FIELD_INT, 0, "0", "raised to try a failed operation again"),
    ROW(pod_component, "after", after, FIELD_TEXTS, 0, "components that must be at their goals before"),
};
static const struct field_table component_fields = FIELDS("PodComponent", pod_component, "name", component_rows);

static const struct field run_rows[] = {
    ROW(pod_run, "id", id, FIELD_TEXT, FIELD_REQUIRED, "unique in the pod: the same id is never run again"),
    ROW(pod_run, "component", component, FIELD_TEXT, FIELD_REQUIRED, "whose operation it is"),
    ROW(pod_run, "state", state, FIELD_TEXT, 0, "state of the component to run it in; its goal when empty"),
    ROW(pod_run, "interface", interface, FIELD_TEXT, FIELD_REQUIRED, "interface of the operation"),
    ROW(pod_run, "operation", operation, FIELD_TEXT, FIELD_REQUIRED, "name of the operation"),
    ROW(pod_run, "script", script, FIELD_TEXT, 0, "path in the bundle; none: nothing to run"),
    ROW(pod_run, "interpreter", interpreter, FIELD_TEXT, 0, "runs a script that does not run itself"),
    ROW_OF(pod_run, "env", env, FIELD_LIST, 0, &env_var_fields, "inputs of the script"),
    ROW_DEFAULT(pod_run, "timeoutSeconds", timeout_s, FIELD_INT, FIELD_NATURAL, "0", "0: no limit"),
    ROW_DEFAULT(pod_run, "attempt", attempt, FIELD_INT, 0, "0", "raised to try a failed run again"),
};
static const struct field_table run_fields = FIELDS("PodRun", pod_run, "id", run_rows);

static const struct field link_rows[] = {
    ROW(pod_link, "name", name, FIELD_TEXT, FIELD_REQUIRED, "name that resolves in the pod"),
    ROW(pod_link, "service", service, FIELD_TEXT, FIELD_REQUIRED, "service that it stands for"),
};
static const struct field_table link_fields = FIELDS("PodLink", pod_link, "name", link_rows);

static const struct field sedge_rows[] = {
    ROW_ONE_OF(pod_sedge, "state", state, 0, "Running", pod_states, "Stopped keeps containers without running them"),
    ROW(pod_sedge, "bundle", bundle, FIELD_TEXT, 0, "digest of the bundle mounted at /sedge/bundle"),
    ROW(pod_sedge, "sleep", sleep, FIELD_BOOL, 0, "an endless sleep instead of the image's command"),
    ROW_OF(pod_sedge, "links", links, FIELD_LIST, 0, &link_fields, "names that resolve in the pod"),
    ROW_OF(pod_sedge, "components", components, FIELD_LIST, 0, &component_fields, "software in the pod"),
    ROW_OF(pod_sedge, "runs", runs, FIELD_LIST, 0, &run_fields, "operations to be carried out once, in order"),
    ROW(pod_sedge, "after", after, FIELD_TEXTS, 0, "components that must run before this pod starts"),
};
static const struct field_table sedge_fields = FIELDS("PodSedge", pod_sedge, NULL, sedge_rows);

static const struct field spec_rows[] = {
    ROW(pod_spec, "nodeName", node_name, FIELD_TEXT, FIELD_IMMUTABLE, "node that runs it"),
    ROW_ONE_OF(pod_spec, "restartPolicy", restart_policy, 0, "Always", restart_policies,
               "when containers are started again"),
    ROW_DEFAULT(pod_spec, "terminationGracePeriodSeconds", grace_s, FIELD_INT, FIELD_NATURAL, "10",
                "between stop signal and kill"),
    ROW(pod_spec, "hostname", hostname, FIELD_TEXT, 0, "host name inside; the pod's name when empty"),
    ROW(pod_spec, "hostNetwork", host_network, FIELD_BOOL, 0, "share the node's network"),
    ROW_OF(pod_spec, "containers", containers, FIELD_LIST, FIELD_REQUIRED, &pod_container_fields, "at least one"),
    ROW_OF(pod_spec, "volumes", volumes, FIELD_LIST, 0, &pod_volume_fields, "volumes for the containers"),
    ROW_OF(pod_spec, "sedge", sedge, FIELD_OBJECT, 0, &sedge_fields, "what Kubernetes has no field for"),
    ROW(pod_spec, "nodeSelector", node_selector, FIELD_TEXT_MAP, 0, "labels that its node must carry"),
    ROW_OF(pod_spec, "affinity", affinity, FIELD_OBJECT, 0, &affinity_fields,
           "nodes and pods to be near, and pods to be away from"),
    ROW_OF(pod_spec, "tolerations", tolerations, FIELD_LIST, 0, &toleration_fields, "taints of nodes that it bears"),
    ROW_OF(pod_spec, "topologySpreadConstraints", spread, FIELD_LIST, 0, &spread_fields,
           "how evenly pods of its kind are spread over places"),
    ROW(pod_spec, "serviceAccountName", service_account, FIELD_TEXT, FIELD_IGNORED, "taken and dropped"),
    ROW(pod_spec, "serviceAccount", service_account, FIELD_TEXT, FIELD_IGNORED, "taken and dropped"),
    ROW(pod_spec, "dnsPolicy", dns_policy, FIELD_TEXT, FIELD_IGNORED, "taken and dropped"),
    ROW(pod_spec, "schedulerName", scheduler, FIELD_TEXT, FIELD_IGNORED, "taken and dropped"),
    ROW(pod_spec, "securityContext", security_context, FIELD_JSON, FIELD_IGNORED, "taken and dropped"),
};
const struct field_table pod_spec_fields = FIELDS("PodSpec", pod_spec, NULL, spec_rows);

static const struct field pod_rows[] = {
    OBJECT_ROWS(pod),
    ROW_OF(pod, "spec", spec, FIELD_INLINE, FIELD_REQUIRED, &pod_spec_fields, "what is wanted"),
    ROW_OF(pod, "status", status, FIELD_INLINE, FIELD_STATUS, &pod_status_fields, "what is"),
};
const struct field_table pod_fields = FIELDS("Pod", pod, NULL, pod_rows);
