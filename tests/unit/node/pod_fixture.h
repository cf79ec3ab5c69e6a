// SPDX-License-Identifier: Apache-2.0
/* Pods for tests, from JSON with single quotes. */
#pragma once

#include "node/pod_known.h"

struct pod_fixture {
    struct pod pod;
    struct pod_known known;
    json_t *object;
};
/* spec: what stands behind "spec:"; ends the test when it is no pod. */
void pod_fixture_make(struct pod_fixture *f, const char *spec);
void pod_fixture_done(struct pod_fixture *f);
