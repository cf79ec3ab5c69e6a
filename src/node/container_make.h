// SPDX-License-Identifier: Apache-2.0
/* One container of a pod as the engine takes it: the image's word, and the pod's above it. Pure. */
#pragma once

#include "engine/container_spec.h"
#include "image/image_store.h"
#include "model/pod.h"

/* All but mounts, network, hosts and resolv.conf. secrets: values that it refers to, or NULL (node/pod_secret.h). 0 or
 * -errno with `e`: one is not there. container_spec_done is the caller's. */
int container_make(const struct pod *p, size_t container, const char *id, const struct image *image,
                   const json_t *secrets, struct container_spec *ret, struct err *e);
/* "SIGTERM", "TERM" or "15" as a number; SIGTERM for NULL, "" and what is no signal. */
int signal_number(const char *name);
const char *pod_host_name(const struct pod *p); /* borrowed */
/* A quantity of an object of them in thousandths; 0 when absent or malformed. */
int64_t quantity_milli(const json_t *quantities, const char *key);
