// SPDX-License-Identifier: Apache-2.0
/* Objects as rows for people: the tables that `kubectl get` shows. Pure. */
#pragma once

#include "model/object.h"

enum table_include { TABLE_METADATA, TABLE_OBJECT, TABLE_NONE }; /* what each row carries beside its cells */

/* A meta.k8s.io/v1 Table of the objects (an array), all of one kind, without metadata of its own. The caller owns it.
 */
json_t *table_of(const struct kind *k, const json_t *objects, enum table_include include, int64_t now_us);
/* The object with its metadata only, as meta.k8s.io/v1 PartialObjectMetadata. The caller owns it. */
json_t *table_partial(const json_t *object);
