// SPDX-License-Identifier: Apache-2.0
/* Field tables: one row a field, from which decoding, encoding, validation with a path, defaults and documentation
 * come. */
#pragma once

#include "base/base.h"

enum field_type {
    FIELD_TEXT,       /* char * */
    FIELD_BOOL,       /* bool */
    FIELD_INT,        /* int64_t; FIELD_UNSET where absent and no default stands */
    FIELD_TEXT_MAP,   /* json_t * object of texts */
    FIELD_QUANTITIES, /* json_t * object of quantities ("250m", "64Mi"); numbers are taken too */
    FIELD_TEXTS,      /* struct strv */
    FIELD_OBJECT,     /* struct *, NULL where absent */
    FIELD_INLINE,     /* struct in place; always encoded when anything in it is set */
    FIELD_LIST,       /* struct field_list of structs in one run of memory */
    FIELD_JSON,       /* json_t *, any value */
};
#define FIELD_UNSET INT64_MIN

enum field_flags {
    FIELD_REQUIRED = 1,  /* must be there and not empty */
    FIELD_IMMUTABLE = 2, /* may not change once the object exists */
    FIELD_LABEL = 4,     /* text: a DNS label */
    FIELD_PORT = 8,      /* number: 1 to 65535 */
    FIELD_NATURAL = 16,  /* number: not negative */
    FIELD_IGNORED = 32,  /* taken and dropped: known to Kubernetes clients, without meaning here */
    FIELD_STATUS = 64,   /* written by the system only */
};

struct field_list {
    void *items;
    size_t n;
};

struct field_table;
struct field {
    const char *name; /* JSON name */
    enum field_type type;
    unsigned flags;
    size_t offset;                   /* of the member */
    const struct field_table *table; /* OBJECT, INLINE, LIST: of the nested struct */
    const char *const *values;       /* text: allowed ones, closed by NULL; or NULL */
    const char *fallback;            /* default as text, or NULL */
    const char *doc;                 /* one line */
};
struct field_table {
    const char *name;      /* of the type, for OpenAPI: "PodSpec" */
    size_t size;           /* of the struct */
    const char *merge_key; /* in lists: the field that names an item, or NULL */
    const struct field *fields;
    size_t n;
};

/* Decodes an object strictly into zeroed memory, defaults filled: an unknown field, a wrong kind, a missing required
 * one is -EINVAL with `e`: "spec.containers[0].image: required" (path first). On failure what was decoded is freed. */
int fields_decode(const struct field_table *t, const json_t *from, void *ret, struct err *e);
/* As JSON; absent fields are left out. The caller owns it. */
json_t *fields_encode(const struct field_table *t, const void *from);
/* Frees what the members own and zeroes the struct. */
void fields_done(const struct field_table *t, void *v);
/* -EINVAL with `e` ("spec.nodeName: immutable, delete the object and make it anew") when an immutable field differs.
 * Both in JSON. */
int fields_check_update(const struct field_table *t, const json_t *before, const json_t *after, struct err *e);
/* OpenAPI v2 schema of the type and those below it, into `definitions`. */
void fields_openapi(const struct field_table *t, json_t *definitions);

#define FIELDS(tname, ctype, key, rows)                                                                                \
    {                                                                                                                  \
        .name = (tname), .size = sizeof(struct ctype), .merge_key = (key), .fields = (rows), .n = ARRAY_LEN(rows)      \
    }
