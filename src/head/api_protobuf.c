// SPDX-License-Identifier: Apache-2.0
/* Reads objects from protobuf, led by a table for each message. Tables nest as deep as they are written, and no message
 * is read without one. */
#include "head/api_protobuf.h"

#include <errno.h>
#include <string.h>

enum pb_type {
    PB_TEXT,      /* empty: left out, as clients send every field */
    PB_BOOL,      /* false: left out */
    PB_INT,       /* 0: left out */
    PB_TEXTS,     /* repeated text */
    PB_TEXT_MAP,  /* repeated entries {1: key, 2: text} */
    PB_BYTES_MAP, /* repeated entries {1: key, 2: bytes}: base64 */
    PB_MESSAGE,
    PB_MESSAGES, /* repeated */
    PB_DROP,     /* the system's own: times, managed fields */
};
struct pb_table;
struct pb_field {
    uint32_t number;
    const char *name;
    enum pb_type type;
    const struct pb_table *table;
};
struct pb_table {
    const struct pb_field *fields;
    size_t n;
};
#define TABLE(rows)                                                                                                    \
    {                                                                                                                  \
        rows, ARRAY_LEN(rows)                                                                                          \
    }

static const struct pb_field owner_rows[] = {
    {1, "kind", PB_TEXT, NULL},       {3, "name", PB_TEXT, NULL},       {4, "uid", PB_TEXT, NULL},
    {5, "apiVersion", PB_TEXT, NULL}, {6, "controller", PB_BOOL, NULL}, {7, "blockOwnerDeletion", PB_BOOL, NULL},
};
static const struct pb_table owner_table = TABLE(owner_rows);
static const struct pb_field meta_rows[] = {
    {1, "name", PB_TEXT, NULL},
    {2, "generateName", PB_TEXT, NULL},
    {3, "namespace", PB_TEXT, NULL},
    {4, "selfLink", PB_DROP, NULL},
    {5, "uid", PB_TEXT, NULL},
    {6, "resourceVersion", PB_TEXT, NULL},
    {7, "generation", PB_DROP, NULL},
    {8, "creationTimestamp", PB_DROP, NULL},
    {9, "deletionTimestamp", PB_DROP, NULL},
    {10, "deletionGracePeriodSeconds", PB_DROP, NULL},
    {11, "labels", PB_TEXT_MAP, NULL},
    {12, "annotations", PB_TEXT_MAP, NULL},
    {13, "ownerReferences", PB_MESSAGES, &owner_table},
    {14, "finalizers", PB_TEXTS, NULL},
    {17, "managedFields", PB_DROP, NULL},
};
static const struct pb_table meta_table = TABLE(meta_rows);
static const struct pb_field secret_rows[] = {
    {1, "metadata", PB_MESSAGE, &meta_table}, {2, "data", PB_BYTES_MAP, NULL}, {3, "type", PB_TEXT, NULL},
    {4, "stringData", PB_TEXT_MAP, NULL},     {5, "immutable", PB_BOOL, NULL},
};
static const struct pb_table secret_table = TABLE(secret_rows);
static const struct pb_field namespace_rows[] = {
    {1, "metadata", PB_MESSAGE, &meta_table},
    {2, "spec", PB_DROP, NULL},
    {3, "status", PB_DROP, NULL},
};
static const struct pb_table namespace_table = TABLE(namespace_rows);
static const struct {
    const char *kind;
    const struct pb_table *table;
} kinds_read[] = {{"Secret", &secret_table}, {"Namespace", &namespace_table}};

static const struct pb_field type_rows[] = {{1, "apiVersion", PB_TEXT, NULL}, {2, "kind", PB_TEXT, NULL}};
static const struct pb_table type_table = TABLE(type_rows);

/* ---- the wire ---- */

enum wire { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };

struct reader {
    const uint8_t *at, *end;
};
/* One field of a message. */
struct item {
    uint32_t number;
    enum wire wire;
    uint64_t value;      /* of a varint */
    struct reader bytes; /* of a length-delimited one */
};

static bool take_varint(struct reader *r, uint64_t *ret)
{
    *ret = 0;
    for (unsigned shift = 0; shift < 64 && r->at < r->end; shift += 7) {
        uint8_t byte = *r->at++;
        *ret |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return true;
    }
    return false;
}

static bool take_bytes(struct reader *r, uint64_t len, struct reader *ret)
{
    if (len > (uint64_t)(r->end - r->at))
        return false;
    *ret = (struct reader){r->at, r->at + len};
    r->at += len;
    return true;
}

static bool take_item(struct reader *r, struct item *ret)
{
    uint64_t key;
    if (!take_varint(r, &key) || key >> 3 == 0 || key >> 3 > 0x1fffffff)
        return false;
    *ret = (struct item){.number = (uint32_t)(key >> 3), .wire = (enum wire)(key & 7)};
    switch (ret->wire) {
    case WIRE_VARINT:
        return take_varint(r, &ret->value);
    case WIRE_BYTES:
        return take_varint(r, &ret->value) && take_bytes(r, ret->value, &ret->bytes);
    case WIRE_FIXED64:
        return take_bytes(r, 8, &ret->bytes);
    case WIRE_FIXED32:
        return take_bytes(r, 4, &ret->bytes);
    }
    return false;
}

/* ---- messages ---- */

static int malformed(const char *where, struct err *e)
{
    return err_set(e, EINVAL, "%s: malformed protobuf", where);
}

static int put_text(json_t *to, const char *key, const struct reader *b, struct err *e)
{
    size_t len = (size_t)(b->end - b->at);
    if (!str_is_utf8((const char *)b->at, len) || memchr(b->at, '\0', len))
        return err_set(e, EINVAL, "%s: it is not UTF-8 text", key);
    if (json_object_get(to, key))
        return err_set(e, EINVAL, "%s: given twice", key);
    json_object_set_new(to, key, json_stringn((const char *)b->at, len));
    return 0;
}

static json_t *member(json_t *to, const char *key, json_t *(*make)(void))
{
    if (!json_object_get(to, key))
        json_object_set_new(to, key, make());
    return json_object_get(to, key);
}

/* An entry of a map: {1: key, 2: value}. */
static int put_entry(json_t *map, const char *where, struct reader b, bool bytes, struct err *e)
{
    struct reader key = {0}, value = {0};
    struct item i;
    AUTO_JSON json_t *named = json_object();
    while (b.at < b.end) {
        if (!take_item(&b, &i) || i.wire != WIRE_BYTES)
            return malformed(where, e);
        if (i.number == 1)
            key = i.bytes;
        else if (i.number == 2)
            value = i.bytes;
    }
    int r = key.at ? put_text(named, "key", &key, e) : malformed(where, e);
    if (r < 0)
        return r;
    const char *name = json_str(named, "key", "");
    AUTO_FREE char *coded =
        bytes ? str_base64(value.at ? value.at : (const uint8_t *)"", (size_t)(value.end - value.at)) : NULL;
    if (json_object_get(map, name))
        return err_set(e, EINVAL, "%s.%s: given twice", where, name);
    if (coded)
        json_put_str(map, name, coded);
    else if (value.at)
        r = put_text(map, name, &value, e);
    else
        json_put_str(map, name, "");
    return r;
}

static int read_message(const struct pb_table *t, struct reader r, const char *where, json_t *to, struct err *e);

static int put_message(const struct pb_field *f, struct reader b, json_t *to, struct err *e)
{
    json_t *inner = json_object();
    if (f->type == PB_MESSAGES)
        json_array_append_new(member(to, f->name, json_array), inner);
    else if (!json_object_get(to, f->name))
        json_object_set_new(to, f->name, inner);
    else {
        json_decref(inner);
        inner = json_object_get(to, f->name); /* pieces of one message are merged */
    }
    return read_message(f->table, b, f->name, inner, e);
}

static int put_list_text(const struct pb_field *f, const struct reader *b, json_t *to, struct err *e)
{
    AUTO_JSON json_t *one = json_object();
    int r = put_text(one, f->name, b, e);
    if (r == 0)
        json_array_append(member(to, f->name, json_array), json_object_get(one, f->name));
    return r;
}

static int put_bytes(const struct pb_field *f, const struct item *i, json_t *to, struct err *e)
{
    switch (f->type) {
    case PB_TEXT:
        return i->bytes.at == i->bytes.end ? 0 : put_text(to, f->name, &i->bytes, e);
    case PB_TEXTS:
        return put_list_text(f, &i->bytes, to, e);
    case PB_TEXT_MAP:
    case PB_BYTES_MAP:
        return put_entry(member(to, f->name, json_object), f->name, i->bytes, f->type == PB_BYTES_MAP, e);
    case PB_MESSAGE:
    case PB_MESSAGES:
        return put_message(f, i->bytes, to, e);
    case PB_BOOL:
    case PB_INT:
    case PB_DROP:
        break;
    }
    return malformed(f->name, e);
}

static int put_item(const struct pb_field *f, const struct item *i, json_t *to, struct err *e)
{
    if (f->type == PB_DROP)
        return 0;
    if (i->wire == WIRE_BYTES)
        return put_bytes(f, i, to, e);
    if (i->wire != WIRE_VARINT || (f->type != PB_BOOL && f->type != PB_INT))
        return malformed(f->name, e);
    if (i->value && f->type == PB_BOOL)
        json_object_set_new(to, f->name, json_true());
    else if (i->value)
        json_put_int(to, f->name, (int64_t)i->value);
    return 0;
}

static const struct pb_field *field_of(const struct pb_table *t, uint32_t number)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->fields[i].number == number)
            return &t->fields[i];
    return NULL;
}

static int read_message(const struct pb_table *t, struct reader r, const char *where, json_t *to, struct err *e)
{
    while (r.at < r.end) {
        struct item i;
        if (!take_item(&r, &i))
            return malformed(where, e);
        const struct pb_field *f = field_of(t, i.number);
        if (!f)
            return err_set(e, ENOTSUP, "%s: field %u is not known", where, (unsigned)i.number);
        int put = put_item(f, &i, to, e);
        if (put < 0)
            return put;
    }
    return 0;
}

/* ---- the whole ---- */

/* Unknown {1: TypeMeta, 2: raw, 3: contentEncoding, 4: contentType}. */
static int read_envelope(struct reader r, json_t *type, struct reader *ret_raw, struct err *e)
{
    while (r.at < r.end) {
        struct item i;
        if (!take_item(&r, &i) || i.wire != WIRE_BYTES)
            return malformed("envelope", e);
        int read = i.number == 1 ? read_message(&type_table, i.bytes, "typeMeta", type, e) : 0;
        if (read < 0)
            return read;
        if (i.number == 2)
            *ret_raw = i.bytes;
        if ((i.number == 3 || i.number == 4) && i.bytes.at < i.bytes.end)
            return err_set(e, ENOTSUP, "the object is encoded in another form");
    }
    return 0;
}

static const struct pb_table *table_of(const char *kind)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds_read); i++)
        if (str_eq(kinds_read[i].kind, kind))
            return kinds_read[i].table;
    return NULL;
}

json_t *api_protobuf_read(const void *data, size_t len, struct err *e)
{
    static const char magic[4] = "k8s";
    struct reader r = {data, (const uint8_t *)data + len}, raw = {0};
    AUTO_JSON json_t *v = json_object();
    if (len < sizeof(magic) || memcmp(data, magic, sizeof(magic)) != 0) {
        malformed("envelope", e);
        return NULL;
    }
    r.at += sizeof(magic);
    if (read_envelope(r, v, &raw, e) < 0)
        return NULL;
    const char *kind = json_str(v, "kind", "");
    const struct pb_table *t = table_of(kind);
    if (!t) {
        err_set(e, ENOTSUP, "objects of kind '%.60s' are not read in protobuf; send JSON", kind);
        return NULL;
    }
    return read_message(t, raw, kind, v, e) < 0 ? NULL : take_ptr(v);
}
