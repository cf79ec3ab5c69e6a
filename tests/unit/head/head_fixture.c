// SPDX-License-Identifier: Apache-2.0
// JSON and objects for the head's tests.
#include "head_fixture.h"

#include <string.h>

json_t *fixture_json(const char *text)
{
    struct err e = {0};
    AUTO_FREE char *copy = mem_strdup(text);
    for (char *p = copy; *p; p++)
        if (*p == '\'')
            *p = '"';
    json_t *v = json_parse(copy, strlen(copy), &e);
    if (!v)
        fail_msg("%s: %s", text, err_text(&e));
    return v;
}

int fixture_open(void **state)
{
    struct fixture *f = mem_alloc(sizeof(*f));
    struct err e = {0};
    if (store_open_memory(&f->store) < 0 || objects_open(f->store, &f->objects, &e) < 0)
        return -1;
    *state = f;
    return 0;
}

int fixture_close(void **state)
{
    struct fixture *f = *state;
    objects_close(f->objects);
    store_close(f->store);
    free(f);
    return 0;
}

struct object_ref fixture_ref(const char *kind, const char *ns, const char *name)
{
    return (struct object_ref){kind_find(kind), ns, name};
}

json_t *fixture_create(struct fixture *f, const char *kind, const char *ns, const char *text)
{
    struct err e = {0};
    json_t *made = NULL;
    AUTO_JSON json_t *given = fixture_json(text);
    if (objects_create(f->objects, kind_find(kind), ns, given, false, &made, &e) < 0)
        fail_msg("create %s: %s", text, err_text(&e));
    return made;
}

const char *fixture_text(const json_t *v, const char *path)
{
    AUTO_STRV struct strv parts = {0};
    strv_split(&parts, path, ".");
    for (size_t i = 0; i < parts.n; i++)
        v = json_object_get(v, parts.v[i]);
    return json_is_string(v) ? json_string_value(v) : "";
}
