// SPDX-License-Identifier: Apache-2.0
/* Makes tables: columns of each kind, with a function a cell. */
#include "head/api_table.h"

#include <string.h>

#include "head/api_cells.h"

static const struct table_column name_column = {"Name", "string", "name", 0, cell_name, "unique within the namespace"};
static const struct table_column age_column = {"Age", "string", "", 0, cell_age, "time since it was made"};

/* The columns between Name and Age (those before `wide`) and behind Age. */
static const struct kind_columns *columns_of(const struct kind *k)
{
    for (size_t i = 0; i < table_kinds_n; i++)
        if (str_eq(table_kinds[i].kind, k->name))
            return &table_kinds[i];
    return NULL;
}

static void add_column(json_t *to, const struct table_column *c)
{
    json_array_append_new(to,
                          json_pack("{s:s, s:s, s:s, s:s, s:i}", "name", c->name, "type", c->type, "format", c->format,
                                    "description", c->doc, "priority", c->priority > 0 ? c->priority : 0));
}

static void add_cell(json_t *to, const struct table_column *c, const json_t *object, int64_t now_us)
{
    AUTO_BUF struct buf text = {0};
    int64_t number;
    c->cell(object, now_us, &text);
    if (str_eq(c->type, "integer") && str_to_i64(buf_str(&text), INT64_MIN + 1, INT64_MAX, &number))
        json_array_append_new(to, json_integer(number));
    else
        json_array_append_new(to, json_string(buf_str(&text)));
}

static size_t each_column(const struct kind_columns *k, const struct table_column **ret)
{
    size_t n = 0;
    if (!k || !k->own_first)
        ret[n++] = &name_column;
    for (size_t i = 0; k && i < k->n; i++)
        if (k->columns[i].priority == 0)
            ret[n++] = &k->columns[i];
    if (!k || !k->own_first)
        ret[n++] = &age_column;
    for (size_t i = 0; k && i < k->n; i++)
        if (k->columns[i].priority != 0)
            ret[n++] = &k->columns[i];
    return n;
}

json_t *table_partial(const json_t *object)
{
    json_t *v = json_pack("{s:s, s:s}", "kind", "PartialObjectMetadata", "apiVersion", "meta.k8s.io/v1");
    json_t *meta = json_object_get(object, "metadata");
    if (meta)
        json_object_set(v, "metadata", meta);
    return v;
}

static json_t *row_of(const struct table_column *const *columns, size_t n, json_t *object, enum table_include include,
                      int64_t now_us)
{
    json_t *cells = json_array();
    for (size_t i = 0; i < n; i++)
        add_cell(cells, columns[i], object, now_us);
    json_t *row = json_pack("{s:o}", "cells", cells);
    if (include == TABLE_METADATA)
        json_object_set_new(row, "object", table_partial(object));
    else if (include == TABLE_OBJECT)
        json_object_set(row, "object", object);
    return row;
}

json_t *table_of(const struct kind *k, const json_t *objects, enum table_include include, int64_t now_us)
{
    const struct table_column *columns[TABLE_COLUMNS_MAX + 2];
    size_t n = each_column(columns_of(k), columns), i;
    json_t *definitions = json_array(), *rows = json_array(), *object;
    for (i = 0; i < n; i++)
        add_column(definitions, columns[i]);
    json_array_foreach((json_t *)(uintptr_t)objects, i, object)
    {
        json_array_append_new(rows, row_of(columns, n, object, include, now_us));
    }
    return json_pack("{s:s, s:s, s:{}, s:o, s:o}", "kind", "Table", "apiVersion", "meta.k8s.io/v1", "metadata",
                     "columnDefinitions", definitions, "rows", rows);
}
