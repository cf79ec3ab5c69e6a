// SPDX-License-Identifier: Apache-2.0
/* Reading component properties for compilation. */
#include "plan/compile_value.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <string.h>
#include <strings.h>

int compile_property(const struct compile_input *in, const struct component *c, const char *name, json_t **ret,
                     struct err *e)
{
    const json_t *raw = json_object_get(c->properties, name);
    *ret = NULL;
    if (!raw || json_is_null(raw))
        return 0;
    *ret = in->eval ? in->eval(in->data, raw, e) : json_deep_copy(raw);
    if (!*ret)
        return err_wrap(e, -EINVAL, "component '%s': property '%s'", c->name, name);
    return 0;
}

/* A run-time call: {"$name": [arguments]} (model/topology.h). */
static bool is_call(const json_t *v)
{
    void *first = json_object_size(v) == 1 ? json_object_iter((json_t *)(uintptr_t)v) : NULL;
    return first && json_object_iter_key(first)[0] == '$' && json_is_array(json_object_iter_value(first));
}

/* As deep as the reader of templates lets values be. */
bool compile_has_call(const json_t *v)
{
    const char *key;
    json_t *item;
    bool found = is_call(v);
    json_object_foreach((json_t *)(uintptr_t)v, key, item) found = found || compile_has_call(item);
    for (size_t i = 0; !found && i < json_array_size(v); i++)
        found = compile_has_call(json_array_get(v, i));
    return found;
}

char *compile_text(const json_t *v)
{
    if (json_is_string(v))
        return mem_strdup(json_string_value(v));
    if (!v || json_is_null(v))
        return mem_strdup("");
    return json_text(v);
}

int compile_port(const struct component *c, const char *property, const char *text, int64_t *ret, struct err *e)
{
    if (str_to_i64(text, 1, 65535, ret))
        return 0;
    return err_set(e, EINVAL, "%s:%d:%d: component '%s': %s: '%s' is no port (1 to 65535)",
                   c->place.file ? c->place.file : "?", c->place.line, c->place.col, c->name, property, text);
}

struct unit {
    const char *name;
    double factor;
};
static const struct unit size_units[] = {
    {"", 1},      {"B", 1},
    {"kB", 1e3},  {"KiB", 1024.0},
    {"MB", 1e6},  {"MiB", 1048576.0},
    {"GB", 1e9},  {"GiB", 1073741824.0},
    {"TB", 1e12}, {"TiB", 1099511627776.0},
};
static const struct unit time_units[] = {
    {"", 1}, {"s", 1}, {"ms", 1e-3}, {"us", 1e-6}, {"ns", 1e-9}, {"m", 60}, {"h", 3600}, {"d", 86400},
};

static int with_unit(const char *text, const struct unit *units, size_t n, int64_t *ret)
{
    char *end = NULL;
    double number = strtod(text, &end);
    if (end == text || !(number >= 0))
        return -EINVAL;
    while (isspace((unsigned char)*end))
        end++;
    for (size_t i = 0; i < n; i++) {
        if (strcasecmp(units[i].name, end) != 0)
            continue;
        double value = ceil(number * units[i].factor);
        if (!(value < 9.0e18))
            return -EINVAL;
        *ret = (int64_t)value;
        return 0;
    }
    return -EINVAL;
}

int compile_bytes(const char *text, int64_t *ret)
{
    return with_unit(text, size_units, ARRAY_LEN(size_units), ret);
}

int compile_seconds(const char *text, int64_t *ret)
{
    return with_unit(text, time_units, ARRAY_LEN(time_units), ret);
}
