// SPDX-License-Identifier: Apache-2.0
/* Short ways to write the rows of field tables: ROW(struct, JSON name, member, type, flags, doc). */
#pragma once

#include "model/fields.h"

#define ROW(s, json, m, ftype, fl, text)                                                                               \
    {                                                                                                                  \
        .name = (json), .type = (ftype), .flags = (fl), .offset = offsetof(struct s, m), .doc = (text)                 \
    }
#define ROW_DEFAULT(s, json, m, ftype, fl, dflt, text)                                                                 \
    {                                                                                                                  \
        .name = (json), .type = (ftype), .flags = (fl), .offset = offsetof(struct s, m), .fallback = (dflt),           \
        .doc = (text)                                                                                                  \
    }
#define ROW_ONE_OF(s, json, m, fl, dflt, allowed, text)                                                                \
    {                                                                                                                  \
        .name = (json), .type = FIELD_TEXT, .flags = (fl), .offset = offsetof(struct s, m), .fallback = (dflt),        \
        .values = (allowed), .doc = (text)                                                                             \
    }
#define ROW_OF(s, json, m, ftype, fl, tbl, text)                                                                       \
    {                                                                                                                  \
        .name = (json), .type = (ftype), .flags = (fl), .offset = offsetof(struct s, m), .table = (tbl), .doc = (text) \
    }

/* The three rows that every object begins with. */
#define OBJECT_ROWS(s)                                                                                                 \
    ROW(s, "apiVersion", api_version, FIELD_TEXT, 0, "version of the object's schema"),                                \
        ROW(s, "kind", kind, FIELD_TEXT, 0, "kind of the object"),                                                     \
        ROW_OF(s, "metadata", meta, FIELD_INLINE, 0, &meta_fields, "name, labels and what the system knows of it")
