// SPDX-License-Identifier: Apache-2.0
/* The fields of secrets. */
#include "model/secret.h"

#include <ctype.h>
#include <string.h>

#include "model/rows.h"

static const struct field secret_rows[] = {
    OBJECT_ROWS(secret),
    ROW_DEFAULT(secret, "type", type, FIELD_TEXT, FIELD_IMMUTABLE, "Opaque", "what the values are for"),
    ROW(secret, "immutable", immutable, FIELD_BOOL, 0, "its values may not be changed any more"),
    ROW(secret, "data", data, FIELD_TEXT_MAP, 0, "values by name, in base64"),
    ROW(secret, "stringData", string_data, FIELD_TEXT_MAP, 0, "values as text: written into data, never read"),
};
const struct field_table secret_fields = FIELDS("Secret", secret, NULL, secret_rows);

bool secret_key_valid(const char *key)
{
    size_t len = key ? strlen(key) : 0;
    if (len == 0 || len > SECRET_KEY_MAX || str_eq(key, ".") || str_eq(key, ".."))
        return false;
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)key[i]) && !strchr("-_.", key[i]))
            return false;
    return true;
}
