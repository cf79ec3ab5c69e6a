// SPDX-License-Identifier: Apache-2.0
/* The fields of references to secrets, and what a pod's spec refers to. */
#include "model/secret_ref.h"

#include "model/rows.h"
#include "model/secret_token.h"

#define ALL "*"

static const struct field key_ref_rows[] = {
    ROW(secret_key_ref, "name", name, FIELD_TEXT, FIELD_REQUIRED, "name of the Secret"),
    ROW(secret_key_ref, "key", key, FIELD_TEXT, FIELD_REQUIRED, "name of its value"),
    ROW(secret_key_ref, "optional", optional, FIELD_BOOL, 0, "leave it out when there is none"),
};
static const struct field_table key_ref_fields = FIELDS("SecretKeySelector", secret_key_ref, NULL, key_ref_rows);

static const struct field part_rows[] = {
    ROW(env_part, "text", text, FIELD_TEXT, 0, "as it is"),
    ROW_OF(env_part, "secretKeyRef", secret, FIELD_OBJECT, 0, &key_ref_fields, "a value of a Secret"),
};
static const struct field_table part_fields = FIELDS("EnvPart", env_part, NULL, part_rows);

static const struct field source_rows[] = {
    ROW_OF(env_source, "secretKeyRef", secret, FIELD_OBJECT, 0, &key_ref_fields, "a value of a Secret"),
    ROW_OF(env_source, "parts", parts, FIELD_LIST, 0, &part_fields, "texts and values of Secrets, in one (sedge)"),
};
static const struct field_table source_fields = FIELDS("EnvVarSource", env_source, NULL, source_rows);

static const struct field env_rows[] = {
    ROW(env_var, "name", name, FIELD_TEXT, FIELD_REQUIRED, "name of the variable"),
    ROW_DEFAULT(env_var, "value", value, FIELD_TEXT, 0, "", "its value"),
    ROW_OF(env_var, "valueFrom", from, FIELD_OBJECT, 0, &source_fields, "where its value comes from"),
};
const struct field_table env_var_fields = FIELDS("EnvVar", env_var, NULL, env_rows);

static const struct field item_rows[] = {
    ROW(secret_item, "key", key, FIELD_TEXT, FIELD_REQUIRED, "name of the value"),
    ROW(secret_item, "path", path, FIELD_TEXT, FIELD_REQUIRED, "name of its file"),
    ROW(secret_item, "mode", mode, FIELD_INT, FIELD_NATURAL, "mode of the file, as a decimal number"),
};
static const struct field_table item_fields = FIELDS("KeyToPath", secret_item, "key", item_rows);

static const struct field volume_rows[] = {
    ROW(secret_volume, "secretName", secret, FIELD_TEXT, FIELD_REQUIRED, "name of the Secret"),
    ROW_OF(secret_volume, "items", items, FIELD_LIST, 0, &item_fields, "values to show; all when empty"),
    ROW_DEFAULT(secret_volume, "defaultMode", mode, FIELD_INT, FIELD_NATURAL, "420", "mode of the files (420 is 0644)"),
    ROW(secret_volume, "optional", optional, FIELD_BOOL, 0, "an empty folder when there is none"),
};
const struct field_table secret_volume_fields = FIELDS("SecretVolumeSource", secret_volume, NULL, volume_rows);

/* ---- gathering ---- */

static void add(json_t *to, const char *secret, const char *key)
{
    json_t *keys = json_object_get(to, secret);
    if (!secret || !key)
        return;
    if (!keys) {
        keys = json_object();
        json_object_set_new(to, secret, keys);
    }
    json_object_set_new(keys, key, json_true());
}

static void add_volume(json_t *to, const json_t *secret)
{
    const json_t *items = json_object_get(secret, "items");
    const char *name = json_str(secret, "secretName", NULL);
    size_t i;
    json_t *item;
    if (json_array_size(items) == 0)
        add(to, name, ALL);
    json_array_foreach(items, i, item)
    {
        add(to, name, json_str(item, "key", NULL));
    }
}

static void add_member(json_t *to, const char *key, const json_t *v)
{
    if (str_eq(key, "secretKeyRef"))
        add(to, json_str(v, "name", NULL), json_str(v, "key", NULL));
    else if (str_eq(key, "secret") && json_object_get(v, "secretName"))
        add_volume(to, v);
}

/* What is still to be looked at; values are at most as deep as json_parse takes them. */
struct todo {
    const json_t **v;
    size_t n;
};

static void todo_add(struct todo *t, const json_t *v)
{
    if (!json_is_object(v) && !json_is_array(v))
        return;
    t->v = mem_push(t->v, t->n, sizeof(*t->v));
    t->v[t->n++] = v;
}

void secret_refs_gather(const json_t *v, json_t *ret)
{
    struct todo t = {0};
    todo_add(&t, v);
    while (t.n > 0) {
        json_t *at = (json_t *)(uintptr_t)t.v[--t.n], *inner;
        const char *key, *secret, *value;
        size_t i;
        if (secret_call_is(at, &secret, &value))
            add(ret, secret, value);
        json_array_foreach(at, i, inner) todo_add(&t, inner);
        json_object_foreach(at, key, inner)
        {
            add_member(ret, key, inner);
            todo_add(&t, inner);
        }
    }
    free(t.v);
}

json_t *secret_refs_pick(const json_t *keys, const json_t *data)
{
    json_t *picked = json_object(), *v;
    const char *key;
    bool all = json_object_get(keys, ALL) != NULL;
    json_object_foreach((json_t *)(uintptr_t)data, key, v)
    {
        if (all || json_object_get(keys, key))
            json_object_set(picked, key, v);
    }
    return picked;
}
