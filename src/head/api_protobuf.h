// SPDX-License-Identifier: Apache-2.0
/* Bodies in Kubernetes' protobuf form, which kubectl's `create secret` and `create namespace` send and cannot be talked
 * out of: "k8s\0" and a message Unknown (k8s.io/apimachinery, runtime/generated.proto) around the object (protobuf wire
 * format, proto2). Pure. */
#pragma once

#include "base/base.h"

#define API_PROTOBUF_TYPE "application/vnd.kubernetes.protobuf"

/* The object as JSON, or NULL with `e`: -EINVAL it is malformed, -ENOTSUP a kind or a field that is not read here (its
 * name or number is told). The caller owns it. */
json_t *api_protobuf_read(const void *data, size_t len, struct err *e);
