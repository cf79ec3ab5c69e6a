// SPDX-License-Identifier: Apache-2.0
/* Reads what a script put out. */
#include "node/operation_outputs.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

static bool is_name(const char *name, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)name[i]) && !strchr("_-.", name[i]))
            return false;
    return len > 0 && len <= OUTPUTS_NAME_MAX;
}

static int refuse_many(struct err *e)
{
    return err_set(e, EINVAL, "more than %d outputs", OUTPUTS_NAMES_MAX);
}

static int read_json(const char *text, size_t len, json_t **ret, struct err *e)
{
    const char *name;
    json_t *v;
    AUTO_JSON json_t *all = json_parse(text, len, e);
    if (!all)
        return -EINVAL;
    if (json_object_size(all) > OUTPUTS_NAMES_MAX)
        return refuse_many(e);
    json_object_foreach(all, name, v)
    {
        if (!is_name(name, strlen(name)))
            return err_set(e, EINVAL, "'%.60s' is no name of an output (letters, digits, '_', '-', '.')", name);
    }
    *ret = json_object_size(all) > 0 ? take_ptr(all) : NULL;
    return 0;
}

static int read_line(const char *line, size_t len, int number, json_t *to, struct err *e)
{
    if (len > 0 && line[len - 1] == '\r')
        len--;
    if (len == 0)
        return 0;
    const char *sep = memchr(line, '=', len);
    if (!sep || !is_name(line, (size_t)(sep - line)))
        return err_set(e, EINVAL, "line %d: not name=value with a name of letters, digits, '_', '-', '.'", number);
    AUTO_FREE char *name = mem_strndup(line, (size_t)(sep - line));
    if (json_object_size(to) >= OUTPUTS_NAMES_MAX && !json_object_get(to, name))
        return refuse_many(e);
    json_object_set_new(to, name, json_stringn(sep + 1, (size_t)(line + len - sep - 1)));
    return 0;
}

static int read_lines(const char *text, size_t len, json_t **ret, struct err *e)
{
    AUTO_JSON json_t *all = json_object();
    int r = 0, number = 1;
    for (size_t at = 0; at < len && r == 0; number++) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t n = end ? (size_t)(end - (text + at)) : len - at;
        r = read_line(text + at, n, number, all, e);
        at += n + 1;
    }
    if (r == 0)
        *ret = json_object_size(all) > 0 ? take_ptr(all) : NULL;
    return r;
}

int operation_outputs(const char *text, size_t len, json_t **ret, struct err *e)
{
    size_t at = 0;
    *ret = NULL;
    if (len > OUTPUTS_BYTES_MAX)
        return err_set(e, EINVAL, "more than %u bytes", OUTPUTS_BYTES_MAX);
    if (memchr(text, '\0', len) || !str_is_utf8(text, len))
        return err_set(e, EINVAL, "not plain UTF-8 text");
    while (at < len && isspace((unsigned char)text[at]))
        at++;
    return at < len && text[at] == '{' ? read_json(text, len, ret, e) : read_lines(text, len, ret, e);
}
