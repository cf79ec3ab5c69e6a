// SPDX-License-Identifier: Apache-2.0
/* Decoding, encoding and freeing of structs by their field tables.
 *
 * Tables nest as types do, so recursion is as deep as the deepest table chain and no deeper: the JSON's own depth has
 * no part in it. */
#include "model/fields.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct walk {
    char path[256]; /* of the field at hand, for messages */
    struct err *e;
};

static void *member(void *base, const struct field *f)
{
    return (char *)base + f->offset;
}

static const void *member_const(const void *base, const struct field *f)
{
    return (const char *)base + f->offset;
}

static int fault(const struct walk *w, const char *what)
{
    return err_set(w->e, EINVAL, "%s: %s", w->path[0] ? w->path : "object", what);
}

static size_t path_push(struct walk *w, const char *name)
{
    size_t before = strlen(w->path);
    snprintf(w->path + before, sizeof(w->path) - before, "%s%s", before ? "." : "", name);
    return before;
}

static size_t path_push_index(struct walk *w, size_t i)
{
    size_t before = strlen(w->path);
    snprintf(w->path + before, sizeof(w->path) - before, "[%zu]", i);
    return before;
}

static int decode_object(struct walk *w, const struct field_table *t, const json_t *from, void *ret);

static int check_text(const struct walk *w, const struct field *f, const char *s)
{
    if ((f->flags & FIELD_LABEL) && !str_empty(s) && !str_is_label(s))
        return err_set(w->e, EINVAL, "%s: '%s' is no DNS label; use 1 to 63 of a-z, 0-9 and '-', not at the ends",
                       w->path, s);
    if (!f->values)
        return 0;
    size_t n = 0;
    for (; f->values[n]; n++)
        if (str_eq(f->values[n], s))
            return 0;
    AUTO_BUF struct buf list = {0};
    for (size_t i = 0; i < n; i++)
        buf_addf(&list, "%s%s", i ? ", " : "", f->values[i]);
    return err_set(w->e, EINVAL, "%s: '%s' is not one of %s", w->path, s, buf_str(&list));
}

static int decode_text(struct walk *w, const struct field *f, const json_t *v, void *to)
{
    if (!json_is_string(v))
        return fault(w, "must be text");
    int r = check_text(w, f, json_string_value(v));
    if (r == 0)
        *(char **)to = mem_strdup(json_string_value(v));
    return r;
}

static int decode_bool(struct walk *w, const struct field *f, const json_t *v, void *to)
{
    (void)f;
    if (!json_is_boolean(v))
        return fault(w, "must be true or false");
    *(bool *)to = json_is_true(v);
    return 0;
}

static int decode_int(struct walk *w, const struct field *f, const json_t *v, void *to)
{
    if (!json_is_integer(v))
        return fault(w, "must be a whole number");
    int64_t n = json_integer_value(v);
    if ((f->flags & FIELD_PORT) && (n < 1 || n > 65535))
        return fault(w, "must be a port, 1 to 65535");
    if ((f->flags & FIELD_NATURAL) && n < 0)
        return fault(w, "must not be negative");
    *(int64_t *)to = n;
    return 0;
}

static int decode_text_map(struct walk *w, const struct field *f, const json_t *v, void *to)
{
    (void)f;
    if (!json_is_object(v))
        return fault(w, "must be an object of texts");
    const char *key;
    json_t *item;
    json_object_foreach((json_t *)(uintptr_t)v, key, item) if (!json_is_string(item)) return err_set(
        w->e, EINVAL, "%s.%s: must be text", w->path, key);
    *(json_t **)to = json_deep_copy(v);
    return 0;
}

static int quantity_text(const struct walk *w, const char *key, const json_t *item, char *ret, size_t size)
{
    int64_t milli;
    if (json_is_integer(item))
        snprintf(ret, size, "%lld", (long long)json_integer_value(item));
    else if (json_is_string(item) && json_string_length(item) < size)
        snprintf(ret, size, "%s", json_string_value(item));
    else
        return err_set(w->e, EINVAL, "%s.%s: must be a quantity such as 250m or 64Mi", w->path, key);
    if (!str_to_milli(ret, &milli) || milli < 0)
        return err_set(w->e, EINVAL, "%s.%s: '%s' is no quantity; write it like 250m, 2 or 64Mi", w->path, key, ret);
    return 0;
}

static int decode_quantities(struct walk *w, const struct field *f, const json_t *v, void *to)
{
    (void)f;
    if (!json_is_object(v))
        return fault(w, "must be an object of quantities");
    AUTO_JSON json_t *map = json_object();
    const char *key;
    json_t *item;
    json_object_foreach((json_t *)(uintptr_t)v, key, item)
    {
        char text[64];
        int r = quantity_text(w, key, item, text, sizeof(text));
        if (r < 0)
            return r;
        json_put_str(map, key, text);
    }
    *(json_t **)to = take_ptr(map);
    return 0;
}

static int decode_texts(struct walk *w, const struct field *f, const json_t *v, void *to)
{
    (void)f;
    if (!json_is_array(v))
        return fault(w, "must be a list of texts");
    for (size_t i = 0; i < json_array_size(v); i++) {
        const json_t *item = json_array_get(v, i);
        if (!json_is_string(item))
            return err_set(w->e, EINVAL, "%s[%zu]: must be text", w->path, i);
        strv_add(to, json_string_value(item));
    }
    return 0;
}

static int decode_pointer(struct walk *w, const struct field *f, const json_t *v, void *to)
{
    void *object = mem_alloc(f->table->size);
    int r = decode_object(w, f->table, v, object);
    if (r < 0) {
        free(object);
        return r;
    }
    *(void **)to = object;
    return 0;
}

static int decode_inline(struct walk *w, const struct field *f, const json_t *v, void *to)
{
    return decode_object(w, f->table, v, to);
}

/* Two items of one name in a list with a merge key are a fault: a patch could not tell them apart. */
static int check_merge_key(const struct walk *w, const struct field *f, const json_t *list)
{
    const char *key = f->table->merge_key;
    AUTO_MAP struct map seen = {0};
    for (size_t i = 0; key && i < json_array_size(list); i++) {
        const char *name = json_str(json_array_get(list, i), key, NULL);
        if (name && map_has(&seen, name))
            return err_set(w->e, EINVAL, "%s[%zu].%s: '%s' is there twice", w->path, i, key, name);
        if (name)
            map_set(&seen, name, (void *)(uintptr_t)1);
    }
    return 0;
}

static int decode_list(struct walk *w, const struct field *f, const json_t *v, void *to)
{
    if (!json_is_array(v))
        return fault(w, "must be a list");
    size_t n = json_array_size(v);
    struct field_list *list = to;
    if (n == 0)
        return 0;
    int r = check_merge_key(w, f, v);
    if (r < 0)
        return r;
    list->items = mem_array(n, f->table->size);
    for (size_t i = 0; i < n; i++) {
        size_t before = path_push_index(w, i);
        r = decode_object(w, f->table, json_array_get(v, i), (char *)list->items + i * f->table->size);
        if (r < 0)
            return r;
        w->path[before] = '\0';
        list->n = i + 1;
    }
    return 0;
}

static int decode_json(struct walk *w, const struct field *f, const json_t *v, void *to)
{
    (void)w;
    (void)f;
    *(json_t **)to = json_deep_copy(v);
    return 0;
}

static int (*const decoders[])(struct walk *, const struct field *, const json_t *, void *) = {
    [FIELD_TEXT] = decode_text,
    [FIELD_BOOL] = decode_bool,
    [FIELD_INT] = decode_int,
    [FIELD_TEXT_MAP] = decode_text_map,
    [FIELD_QUANTITIES] = decode_quantities,
    [FIELD_TEXTS] = decode_texts,
    [FIELD_OBJECT] = decode_pointer,
    [FIELD_INLINE] = decode_inline,
    [FIELD_LIST] = decode_list,
    [FIELD_JSON] = decode_json,
};

static void set_default(const struct field *f, void *to)
{
    if (f->type == FIELD_INT)
        *(int64_t *)to = f->fallback ? strtoll(f->fallback, NULL, 10) : FIELD_UNSET;
    else if (f->type == FIELD_TEXT && f->fallback)
        *(char **)to = mem_strdup(f->fallback);
    else if (f->type == FIELD_BOOL && f->fallback)
        *(bool *)to = str_eq(f->fallback, "true");
}

static const struct field *field_find(const struct field_table *t, const char *name)
{
    for (size_t i = 0; i < t->n; i++)
        if (str_eq(t->fields[i].name, name))
            return &t->fields[i];
    return NULL;
}

static int refuse_unknown(struct walk *w, const struct field_table *t, const json_t *from)
{
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)(uintptr_t)from, key, v)
    {
        if (field_find(t, key))
            continue;
        const char *names[64];
        size_t n = 0;
        for (; n < t->n && n < ARRAY_LEN(names); n++)
            names[n] = t->fields[n].name;
        char hint[96];
        str_suggest(hint, sizeof(hint), key, names, n);
        return err_set(w->e, EINVAL, "%s%s%s: unknown field%s", w->path, w->path[0] ? "." : "", key, hint);
    }
    return 0;
}

static bool is_empty(const json_t *v)
{
    return !v || json_is_null(v) || (json_is_string(v) && json_string_length(v) == 0) ||
           (json_is_array(v) && json_array_size(v) == 0);
}

static int decode_field(struct walk *w, const struct field *f, const json_t *v, void *base)
{
    size_t before = path_push(w, f->name);
    int r = 0;
    if ((f->flags & FIELD_REQUIRED) && is_empty(v)) {
        r = fault(w, "required");
    } else if (v && !json_is_null(v) && !(f->flags & FIELD_IGNORED)) {
        r = decoders[f->type](w, f, v, member(base, f));
    } else if (f->type == FIELD_INLINE) {
        AUTO_JSON json_t *none = json_object();
        r = decode_object(w, f->table, none, member(base, f));
    } else {
        set_default(f, member(base, f));
    }
    if (r == 0)
        w->path[before] = '\0';
    return r;
}

static int decode_object(struct walk *w, const struct field_table *t, const json_t *from, void *ret)
{
    if (!json_is_object(from))
        return fault(w, "must be an object");
    int r = refuse_unknown(w, t, from);
    for (size_t i = 0; i < t->n && r == 0; i++)
        r = decode_field(w, &t->fields[i], json_object_get(from, t->fields[i].name), ret);
    if (r < 0)
        fields_done(t, ret);
    return r;
}

int fields_decode(const struct field_table *t, const json_t *from, void *ret, struct err *e)
{
    struct walk w = {.e = e};
    memset(ret, 0, t->size);
    return decode_object(&w, t, from, ret);
}

static json_t *encode_list(const struct field *f, const struct field_list *list)
{
    if (list->n == 0)
        return NULL;
    json_t *out = json_array();
    for (size_t i = 0; i < list->n; i++)
        json_array_append_new(out, fields_encode(f->table, (const char *)list->items + i * f->table->size));
    return out;
}

static json_t *encode_texts(const struct strv *s)
{
    if (s->n == 0)
        return NULL;
    json_t *out = json_array();
    for (size_t i = 0; i < s->n; i++)
        json_array_append_new(out, json_string(s->v[i]));
    return out;
}

static json_t *encode_inline(const struct field *f, const void *at)
{
    json_t *out = fields_encode(f->table, at);
    if (json_object_size(out) == 0 && !(f->flags & FIELD_REQUIRED)) {
        json_decref(out);
        return NULL;
    }
    return out;
}

static json_t *encode_field(const struct field *f, const void *at)
{
    switch (f->type) {
    case FIELD_TEXT:
        return *(char *const *)at ? json_string(*(char *const *)at) : NULL;
    case FIELD_BOOL:
        /* What is said against a default must be said again. */
        return *(const bool *)at ? json_true() : str_eq(f->fallback, "true") ? json_false() : NULL;
    case FIELD_INT:
        return *(const int64_t *)at == FIELD_UNSET ? NULL : json_integer(*(const int64_t *)at);
    case FIELD_TEXT_MAP:
    case FIELD_QUANTITIES:
    case FIELD_JSON:
        return *(json_t *const *)at ? json_deep_copy(*(json_t *const *)at) : NULL;
    case FIELD_TEXTS:
        return encode_texts(at);
    case FIELD_OBJECT:
        return *(void *const *)at ? fields_encode(f->table, *(void *const *)at) : NULL;
    case FIELD_INLINE:
        return encode_inline(f, at);
    case FIELD_LIST:
        return encode_list(f, at);
    }
    return NULL;
}

json_t *fields_encode(const struct field_table *t, const void *from)
{
    json_t *out = json_object();
    for (size_t i = 0; i < t->n; i++) {
        json_t *v =
            t->fields[i].flags & FIELD_IGNORED ? NULL : encode_field(&t->fields[i], member_const(from, &t->fields[i]));
        if (v)
            json_object_set_new(out, t->fields[i].name, v);
    }
    return out;
}

static void list_done(const struct field *f, struct field_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        fields_done(f->table, (char *)list->items + i * f->table->size);
    free(list->items);
}

static void field_done(const struct field *f, void *at)
{
    switch (f->type) {
    case FIELD_TEXT:
        free(*(char **)at);
        break;
    case FIELD_TEXT_MAP:
    case FIELD_QUANTITIES:
    case FIELD_JSON:
        json_decref(*(json_t **)at);
        break;
    case FIELD_TEXTS:
        strv_done(at);
        break;
    case FIELD_OBJECT:
        if (*(void **)at)
            fields_done(f->table, *(void **)at);
        free(*(void **)at);
        break;
    case FIELD_INLINE:
        fields_done(f->table, at);
        break;
    case FIELD_LIST:
        list_done(f, at);
        break;
    case FIELD_BOOL:
    case FIELD_INT:
        break;
    }
}

void fields_done(const struct field_table *t, void *v)
{
    for (size_t i = 0; i < t->n; i++) /* rows that are ignored own nothing: some stand on another row's member */
        if (!(t->fields[i].flags & FIELD_IGNORED))
            field_done(&t->fields[i], member(v, &t->fields[i]));
    memset(v, 0, t->size);
}

static int check_update(struct walk *w, const struct field_table *t, const json_t *before, const json_t *after)
{
    for (size_t i = 0; i < t->n; i++) {
        const struct field *f = &t->fields[i];
        const json_t *b = json_object_get(before, f->name), *a = json_object_get(after, f->name);
        size_t mark = path_push(w, f->name);
        bool same = b == a || (b && a && json_equal(b, a));
        if ((f->flags & FIELD_IMMUTABLE) && !same && !is_empty(b))
            return fault(w, "immutable; delete the object and make it anew");
        bool nested = f->type == FIELD_INLINE || f->type == FIELD_OBJECT;
        int r = nested && a && b && !same ? check_update(w, f->table, b, a) : 0;
        if (r < 0)
            return r;
        w->path[mark] = '\0';
    }
    return 0;
}

int fields_check_update(const struct field_table *t, const json_t *before, const json_t *after, struct err *e)
{
    struct walk w = {.e = e};
    return check_update(&w, t, before, after);
}
