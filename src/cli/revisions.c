// SPDX-License-Identifier: Apache-2.0
/* Fetches revisions and puts them in order. */
#include "cli/revisions.h"

#include <errno.h>
#include <stdlib.h>

#include "cli/names.h"

int64_t revision_number(const json_t *revision)
{
    return json_int(revision, "revision", 0);
}

static int by_number(const void *a, const void *b)
{
    int64_t x = revision_number(*(json_t *const *)a), y = revision_number(*(json_t *const *)b);
    return (x > y) - (x < y);
}

static bool is_of(const json_t *revision, const json_t *app)
{
    const json_t *owner = json_array_get(json_at(revision, "metadata", "ownerReferences", NULL), 0);
    return str_eq(json_str(owner, "uid", ""), json_str(json_object_get(app, "metadata"), "uid", "-"));
}

static json_t *sorted(const json_t *items, const json_t *app)
{
    size_t n = json_array_size(items), kept = 0;
    AUTO_FREE json_t **v = mem_array(n, sizeof(json_t *));
    json_t *all = json_array();
    for (size_t i = 0; i < n; i++)
        if (is_of(json_array_get(items, i), app))
            v[kept++] = json_array_get(items, i);
    if (kept > 1)
        qsort(v, kept, sizeof(json_t *), by_number);
    for (size_t i = 0; i < kept; i++)
        json_array_append(all, v[i]);
    return all;
}

int revisions_get(struct cli *cli, const char *app, json_t **ret, json_t **ret_app, struct err *e)
{
    AUTO_JSON json_t *object = NULL, *list = NULL;
    AUTO_FREE char *selector = mem_printf(LABEL_APPLICATION "=%s", app);
    int r = names_application(cli, app, &object, e);
    if (r == 0)
        r = client_list(cli, kind_find("ControllerRevision"), client_ns(cli), selector, &list, e);
    if (r < 0)
        return r;
    *ret = sorted(json_object_get(list, "items"), object);
    if (ret_app)
        *ret_app = take_ptr(object);
    return 0;
}

const json_t *revision_find(const json_t *revisions, int64_t number)
{
    for (size_t i = 0; i < json_array_size(revisions); i++)
        if (revision_number(json_array_get(revisions, i)) == number)
            return json_array_get(revisions, i);
    return NULL;
}

int revision_parse(const char *text, int64_t *ret, struct err *e)
{
    if (str_to_i64(text, 1, INT64_MAX, ret))
        return 0;
    return err_set(e, EINVAL, "'%s' is no revision: revisions are numbers from 1 on, see 'sedge history APP'", text);
}
