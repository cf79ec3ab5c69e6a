// SPDX-License-Identifier: Apache-2.0
/* ControllerRevision: what an Application was made of at one time (apps/v1; data is ours). */
#pragma once

#include "model/object.h"

/* data: {"source": {"bundle", "entry", "inputs"}, "changes": text, "rollbackTo": number}. The message stands in the
 * annotation kubernetes.io/change-cause, who wrote it in sedge.dev/changed-by, as on the Application. */
struct revision {
    OBJECT_HEAD;
    int64_t revision;
    json_t *data;
};
extern const struct field_table revision_fields;

#define NOTE_MESSAGE     "kubernetes.io/change-cause"
#define NOTE_CHANGED_BY  "sedge.dev/changed-by"
#define NOTE_ROLLBACK_TO "sedge.dev/rollback-to" /* number of the revision whose source it is again */
