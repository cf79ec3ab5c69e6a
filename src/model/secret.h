// SPDX-License-Identifier: Apache-2.0
/* Secret: values that are kept sealed and that others only refer to. */
#pragma once

#include "model/object.h"

#define SECRET_BYTES_MAX (1024 * 1024) /* of all values together */
#define SECRET_KEY_MAX   253

struct secret {
    OBJECT_HEAD;
    char *type; /* "Opaque", or what its makers agree on */
    bool immutable;
    json_t *data;        /* object: key -> base64 */
    json_t *string_data; /* object: key -> text; written only, kept in data */
};
extern const struct field_table secret_fields;

/* May a value of a secret have this name: 1 to 253 letters, digits, '-', '_' and '.', and neither "." nor ".."? */
bool secret_key_valid(const char *key);
