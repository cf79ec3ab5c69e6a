// SPDX-License-Identifier: Apache-2.0
/* Strategic merge along the field tables. Recursion is as deep as the tables are; values without a table are merged
 * plainly. */
#include "head/api_patch.h"

#include <errno.h>
#include <string.h>

#define DIRECTIVE        "$patch"
#define RETAIN           "$retainKeys"
#define ORDER            "$setElementOrder/"
#define DELETE_PRIMITIVE "$deleteFromPrimitiveList/"

const char *patch_merge_key(const struct field_table *items)
{
    /* Keys that name an item for Kubernetes' clients only: two ports of one number and different protocols are fine
     * otherwise. */
    static const struct {
        const char *table, *key;
    } ports[] = {{"ContainerPort", "containerPort"}, {"ServicePort", "port"}};
    for (size_t i = 0; items && i < ARRAY_LEN(ports); i++)
        if (str_eq(ports[i].table, items->name))
            return ports[i].key;
    return items ? items->merge_key : NULL;
}

static const struct field *find_field(const struct field_table *t, const char *name)
{
    for (size_t i = 0; t && i < t->n; i++)
        if (str_eq(t->fields[i].name, name))
            return &t->fields[i];
    return NULL;
}

static int merge_object(const struct field_table *t, json_t *target, const json_t *patch, struct err *e);

static ssize_t find_item(const json_t *list, const char *key, const json_t *value)
{
    size_t i;
    json_t *item;
    json_array_foreach((json_t *)(uintptr_t)list, i, item)
    {
        if (value && json_is_object(item) && json_equal(json_object_get(item, key), value))
            return (ssize_t)i;
    }
    return -1;
}

/* An item that is new to the target, its directives carried out on nothing. */
static int add_item(const struct field_table *t, json_t *list, const json_t *patch, struct err *e)
{
    json_t *fresh = json_object();
    json_array_append_new(list, fresh);
    return merge_object(t, fresh, patch, e);
}

static int merge_item(const struct field_table *t, const char *key, json_t *list, const json_t *patch, struct err *e)
{
    const json_t *value = json_object_get(patch, key);
    if (!value)
        return err_set(e, EINVAL, "patch: an item of a list has no '%s'", key);
    ssize_t at = find_item(list, key, value);
    const char *directive = json_str(patch, DIRECTIVE, NULL);
    if (str_eq(directive, "delete")) {
        if (at >= 0)
            json_array_remove(list, (size_t)at);
        return 0;
    }
    if (at < 0)
        return add_item(t, list, patch, e);
    if (str_eq(directive, "replace"))
        json_object_clear(json_array_get(list, (size_t)at));
    return merge_object(t, json_array_get(list, (size_t)at), patch, e);
}

static bool is_replace_marker(const json_t *item)
{
    return json_object_size(item) == 1 && str_eq(json_str(item, DIRECTIVE, NULL), "replace");
}

static int merge_list(const struct field *f, const char *key, json_t *target, const json_t *patch, struct err *e)
{
    json_t *list = json_object_get(target, f->name);
    size_t i;
    json_t *item;
    json_array_foreach((json_t *)(uintptr_t)patch, i, item) if (is_replace_marker(item)) list = NULL;
    if (!json_is_array(list)) {
        list = json_array();
        json_object_set_new(target, f->name, list);
    }
    json_array_foreach((json_t *)(uintptr_t)patch, i, item)
    {
        if (is_replace_marker(item))
            continue;
        if (!json_is_object(item))
            return err_set(e, EINVAL, "patch: '%s' is a list of objects", f->name);
        int r = merge_item(f->table, key, list, item, e);
        if (r < 0)
            return r;
    }
    return 0;
}

/* Items named in `order` come first and as it has them; the others follow. */
static void set_order(const struct field_table *t, json_t *target, const char *name, const json_t *order)
{
    const struct field *f = find_field(t, name);
    const char *key = f ? patch_merge_key(f->table) : NULL;
    json_t *list = json_object_get(target, name);
    if (!key || !json_is_array(list))
        return;
    json_t *sorted = json_array();
    size_t i;
    json_t *item;
    json_array_foreach((json_t *)(uintptr_t)order, i, item)
    {
        ssize_t at = find_item(list, key, json_object_get(item, key));
        if (at < 0)
            continue;
        json_array_append(sorted, json_array_get(list, (size_t)at));
        json_array_remove(list, (size_t)at);
    }
    json_array_extend(sorted, list);
    json_object_set_new(target, name, sorted);
}

static void delete_primitives(json_t *target, const char *name, const json_t *gone)
{
    json_t *list = json_object_get(target, name);
    size_t i;
    json_t *v;
    json_array_foreach((json_t *)(uintptr_t)gone, i, v)
    {
        for (size_t k = json_array_size(list); k > 0; k--)
            if (json_equal(json_array_get(list, k - 1), v))
                json_array_remove(list, k - 1);
    }
}

static void retain_keys(json_t *target, const json_t *keys)
{
    AUTO_JSON json_t *kept = json_object();
    size_t i;
    json_t *key;
    json_array_foreach((json_t *)(uintptr_t)keys, i, key)
    {
        const char *name = json_string_value(key);
        if (name && json_object_get(target, name))
            json_object_set(kept, name, json_object_get(target, name));
    }
    json_object_clear(target);
    json_object_update(target, kept);
}

/* One key of a patch that is no directive. */
static int merge_field(const struct field_table *t, json_t *target, const char *key, const json_t *v, struct err *e)
{
    const struct field *f = find_field(t, key);
    json_t *old = json_object_get(target, key);
    const char *merge_key = f && f->type == FIELD_LIST ? patch_merge_key(f->table) : NULL;
    if (json_is_null(v)) {
        json_object_del(target, key);
        return 0;
    }
    if (merge_key && json_is_array(v))
        return merge_list(f, merge_key, target, v, e);
    if (f && (f->type == FIELD_OBJECT || f->type == FIELD_INLINE) && json_is_object(v)) {
        if (!json_is_object(old)) {
            old = json_object();
            json_object_set_new(target, key, old);
        }
        return merge_object(f->table, old, v, e);
    }
    json_object_set_new(target, key, json_merge_patch(old, v));
    return 0;
}

static int merge_directive(const struct field_table *t, json_t *target, const char *key, const json_t *v, struct err *e)
{
    if (str_starts(key, ORDER))
        set_order(t, target, key + strlen(ORDER), v);
    else if (str_starts(key, DELETE_PRIMITIVE))
        delete_primitives(target, key + strlen(DELETE_PRIMITIVE), v);
    else if (!str_eq(key, RETAIN) && !str_eq(key, DIRECTIVE))
        return err_set(e, EINVAL, "patch: the directive '%s' is not known", key);
    return 0;
}

static int merge_object(const struct field_table *t, json_t *target, const json_t *patch, struct err *e)
{
    const char *key, *directive = json_str(patch, DIRECTIVE, NULL);
    json_t *v;
    if (str_eq(directive, "delete") || str_eq(directive, "replace"))
        json_object_clear(target);
    if (str_eq(directive, "delete"))
        return 0;
    json_object_foreach((json_t *)(uintptr_t)patch, key, v)
    {
        int r = key[0] == '$' ? 0 : merge_field(t, target, key, v, e);
        if (r < 0)
            return r;
    }
    json_object_foreach((json_t *)(uintptr_t)patch, key, v) /* they speak of what has been merged */
    {
        int r = key[0] == '$' ? merge_directive(t, target, key, v, e) : 0;
        if (r < 0)
            return r;
    }
    if (json_object_get(patch, RETAIN))
        retain_keys(target, json_object_get(patch, RETAIN));
    return 0;
}

json_t *patch_strategic(const struct field_table *t, const json_t *target, const json_t *patch, struct err *e)
{
    if (!json_is_object(patch)) {
        err_set(e, EINVAL, "patch: must be an object");
        return NULL;
    }
    json_t *v = json_is_object(target) ? json_deep_copy(target) : json_object();
    if (merge_object(t, v, patch, e) == 0)
        return v;
    json_decref(v);
    return NULL;
}
