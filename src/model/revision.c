// SPDX-License-Identifier: Apache-2.0
/* The fields of revisions. */
#include "model/revision.h"

#include "model/rows.h"

static const struct field revision_rows[] = {
    OBJECT_ROWS(revision),
    ROW(revision, "revision", revision, FIELD_INT, FIELD_REQUIRED | FIELD_NATURAL | FIELD_IMMUTABLE, "its number"),
    ROW(revision, "data", data, FIELD_JSON, FIELD_IMMUTABLE, "source and changes of an application"),
};
const struct field_table revision_fields = FIELDS("ControllerRevision", revision, NULL, revision_rows);
