// SPDX-License-Identifier: Apache-2.0
/* Kubernetes' strategic merge patch: lists are merged by the key that names their items. Pure. */
#pragma once

#include "model/object.h"

/* A new value, the caller owns it; NULL with `e` (-EINVAL) when a directive is unknown or an item has no key. */
json_t *patch_strategic(const struct field_table *t, const json_t *target, const json_t *patch, struct err *e);
/* The field that names the items of lists of this type for patches, or NULL. */
const char *patch_merge_key(const struct field_table *items);
