// SPDX-License-Identifier: Apache-2.0
/* The fields of services. */
#include "model/service.h"

#include "model/rows.h"

static const char *const protocols[] = {"TCP", "UDP", NULL};
static const char *const types[] = {"ClusterIP", NULL};

static const struct field port_rows[] = {
    ROW(service_port, "name", name, FIELD_TEXT, 0, "name of the port"),
    ROW(service_port, "port", port, FIELD_INT, FIELD_REQUIRED | FIELD_PORT, "port of the service's address"),
    ROW(service_port, "targetPort", target, FIELD_INT, FIELD_PORT, "port of the pods; the same when absent"),
    ROW_ONE_OF(service_port, "protocol", protocol, 0, "TCP", protocols, "TCP or UDP"),
};
static const struct field_table port_fields = FIELDS("ServicePort", service_port, NULL, port_rows);

static const struct field endpoint_rows[] = {
    ROW(service_endpoint, "ip", ip, FIELD_TEXT, FIELD_REQUIRED, "address of the pod"),
    ROW(service_endpoint, "pod", pod, FIELD_TEXT, 0, "name of the pod"),
    ROW(service_endpoint, "node", node, FIELD_TEXT, 0, "node that runs it"),
    ROW(service_endpoint, "ready", ready, FIELD_BOOL, 0, "takes traffic"),
};
static const struct field_table endpoint_fields = FIELDS("ServiceEndpoint", service_endpoint, "ip", endpoint_rows);

static const struct field spec_rows[] = {
    ROW(service_spec, "selector", selector, FIELD_TEXT_MAP, 0, "labels of its pods"),
    ROW_OF(service_spec, "ports", ports, FIELD_LIST, 0, &port_fields, "ports; none: every port as it is"),
    ROW(service_spec, "clusterIP", cluster_ip, FIELD_TEXT, FIELD_IMMUTABLE, "its address; chosen when empty"),
    ROW(service_spec, "clusterIPs", cluster_ips, FIELD_TEXTS, FIELD_IMMUTABLE, "its addresses"),
    ROW_ONE_OF(service_spec, "type", type, 0, "ClusterIP", types, "how it is reached"),
    ROW(service_spec, "sessionAffinity", session_affinity, FIELD_TEXT, FIELD_IGNORED, "taken and dropped"),
    ROW(service_spec, "ipFamilies", ip_families, FIELD_TEXTS, FIELD_IGNORED, "taken and dropped"),
    ROW(service_spec, "ipFamilyPolicy", ip_family_policy, FIELD_TEXT, FIELD_IGNORED, "taken and dropped"),
    ROW(service_spec, "internalTrafficPolicy", internal_policy, FIELD_TEXT, FIELD_IGNORED, "taken and dropped"),
};
static const struct field_table spec_fields = FIELDS("ServiceSpec", service_spec, NULL, spec_rows);

static const struct field status_rows[] = {
    ROW_OF(service_status, "endpoints", endpoints, FIELD_LIST, 0, &endpoint_fields, "pods behind it (sedge)"),
    ROW(service_status, "loadBalancer", load_balancer, FIELD_JSON, 0, "for Kubernetes clients"),
};
static const struct field_table status_fields = FIELDS("ServiceStatus", service_status, NULL, status_rows);

static const struct field service_rows[] = {
    OBJECT_ROWS(service),
    ROW_OF(service, "spec", spec, FIELD_INLINE, FIELD_REQUIRED, &spec_fields, "what is wanted"),
    ROW_OF(service, "status", status, FIELD_INLINE, FIELD_STATUS, &status_fields, "what is"),
};
const struct field_table service_fields = FIELDS("Service", service, NULL, service_rows);
