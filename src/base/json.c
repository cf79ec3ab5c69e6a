// SPDX-License-Identifier: Apache-2.0
/* JSON on top of jansson: what comes from outside is limited before jansson sees it; what goes out is canonical. */
#include "base/json.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

#define JSON_DEPTH_MOST 64

void json_unrefp(json_t **v)
{
    json_decref(*v);
    *v = NULL;
}

/* jansson calls itself for each level, so depth is bounded here. Wrong brackets are jansson's to find. */
static bool json_depth_ok(const char *text, size_t len, int *ret_line, int *ret_col)
{
    size_t depth = 0, line_start = 0;
    bool quoted = false;
    *ret_line = 1;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (c == '\n') {
            (*ret_line)++;
            line_start = i + 1;
        }
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '{' || c == '['))
            depth++;
        else if (!quoted && (c == '}' || c == ']'))
            depth -= depth > 0;
        *ret_col = (int)(i - line_start) + 1;
        if (depth > JSON_DEPTH_MOST)
            return false;
    }
    return true;
}

json_t *json_parse(const char *text, size_t len, struct err *e)
{
    int line, col;
    if (len > JSON_MAX_BYTES) {
        err_set(e, E2BIG, "JSON of %zu bytes; at most %u are taken", len, JSON_MAX_BYTES);
        return NULL;
    }
    if (!json_depth_ok(text, len, &line, &col)) {
        err_set(e, EINVAL, "line %d, column %d: JSON nested deeper than %d levels", line, col, JSON_DEPTH_MOST);
        return NULL;
    }
    json_error_t why;
    json_t *v = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
    if (v != NULL)
        return v;
    if (json_error_code(&why) == json_error_out_of_memory)
        mem_fail(SIZE_MAX);
    err_set(e, EINVAL, "line %d, column %d: %s", why.line > 0 ? why.line : 1, why.column > 0 ? why.column : 1,
            why.text);
    return NULL;
}

/* How many digits this number needs to be read back as the same one. */
static size_t json_digits(double real)
{
    char text[40];
    size_t digits = 15;
    for (; digits < 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", (int)digits, real);
        if (memcmp(&(double){strtod(text, NULL)}, &real, sizeof(real)) == 0)
            break;
    }
    return digits;
}

/* The digits that all reals in v need: with them 0.1 stays "0.1", and nothing is lost. Walks with a list, not by calls.
 */
static size_t json_precision(json_t *v)
{
    AUTO_FREE json_t **open = NULL;
    size_t n = 0, most = 15;
    open = mem_push(open, n, sizeof(*open));
    open[n++] = v;
    while (n > 0) {
        json_t *at = open[--n], *child;
        const char *key;
        size_t i;
        if (json_is_real(at) && json_digits(json_real_value(at)) > most)
            most = json_digits(json_real_value(at));
        json_array_foreach(at, i, child)
        {
            open = mem_push(open, n, sizeof(*open));
            open[n++] = child;
        }
        json_object_foreach(at, key, child)
        {
            open = mem_push(open, n, sizeof(*open));
            open[n++] = child;
        }
    }
    return most;
}

static char *json_dump(const json_t *v, size_t flags)
{
    if (v == NULL)
        return mem_strdup("null");
    json_t *walk = json_incref((json_t *)(uintptr_t)v); /* jansson's iteration wants it without const */
    char *text = json_dumps(v, flags | JSON_ENCODE_ANY | JSON_REAL_PRECISION(json_precision(walk)));
    json_decref(walk);
    if (text == NULL)
        mem_fail(SIZE_MAX); /* a value as promised can only fail for lack of memory */
    return text;
}

char *json_text(const json_t *v)
{
    return json_dump(v, JSON_COMPACT | JSON_SORT_KEYS);
}

char *json_pretty(const json_t *v)
{
    return json_dump(v, JSON_INDENT(2));
}

json_t *json_at(const json_t *v, ...)
{
    va_list ap;
    va_start(ap, v);
    json_t *at = (json_t *)(uintptr_t)v;
    for (const char *key; at != NULL && (key = va_arg(ap, const char *)) != NULL;)
        at = json_object_get(at, key);
    va_end(ap);
    return at;
}

json_t *json_find(const json_t *list, const char *key, const char *text)
{
    size_t i;
    json_t *v;
    json_array_foreach(list, i, v)
    {
        if (str_eq(json_str(v, key, ""), text))
            return v;
    }
    return NULL;
}

const char *json_str(const json_t *obj, const char *key, const char *fallback)
{
    const char *text = json_string_value(json_object_get(obj, key));
    return text == NULL ? fallback : text;
}

int64_t json_int(const json_t *obj, const char *key, int64_t fallback)
{
    const json_t *v = json_object_get(obj, key);
    return json_is_integer(v) ? json_integer_value(v) : fallback;
}

bool json_bool(const json_t *obj, const char *key, bool fallback)
{
    const json_t *v = json_object_get(obj, key);
    return json_is_boolean(v) ? json_is_true(v) : fallback;
}

/* The text with U+FFFD for each byte that is no UTF-8. */
static char *json_clean(const char *text)
{
    struct buf b = {0};
    for (size_t left = strlen(text), n; left > 0; text += n, left -= n) {
        for (n = 1; n <= 4 && n <= left && !str_is_utf8(text, n);)
            n++;
        if (n <= 4 && n <= left) {
            buf_add(&b, text, n);
            continue;
        }
        buf_adds(&b, "\xef\xbf\xbd");
        n = 1;
    }
    return buf_take(&b);
}

void json_put_str(json_t *obj, const char *key, const char *text)
{
    if (text == NULL)
        return;
    AUTO_FREE char *clean = str_is_utf8(text, strlen(text)) ? NULL : json_clean(text);
    json_object_set_new(obj, key, json_string(clean == NULL ? text : clean));
}

void json_put_int(json_t *obj, const char *key, int64_t v)
{
    json_object_set_new(obj, key, json_integer(v));
}

/* Two objects still to be merged: the patch into the target, which is already our own. */
struct merge_step {
    json_t *target;
    const json_t *patch;
};

static void merge_push(struct merge_step **steps, size_t *n, json_t *target, const json_t *patch)
{
    *steps = mem_push(*steps, *n, sizeof(**steps));
    (*steps)[(*n)++] = (struct merge_step){target, patch};
}

json_t *json_merge_patch(const json_t *target, const json_t *patch)
{
    if (!json_is_object(patch))
        return json_deep_copy(patch);
    json_t *merged = json_is_object(target) ? json_deep_copy(target) : json_object();
    AUTO_FREE struct merge_step *steps = NULL;
    size_t n = 0;
    merge_push(&steps, &n, merged, patch);
    while (n > 0) {
        struct merge_step step = steps[--n];
        const char *key;
        json_t *v;
        json_object_foreach((json_t *)(uintptr_t)step.patch, key, v)
        {
            if (json_is_null(v)) {
                json_object_del(step.target, key);
                continue;
            }
            if (!json_is_object(v)) {
                json_object_set_new(step.target, key, json_deep_copy(v));
                continue;
            }
            if (!json_is_object(json_object_get(step.target, key)))
                json_object_set_new(step.target, key, json_object());
            merge_push(&steps, &n, json_object_get(step.target, key), v);
        }
    }
    return merged;
}
