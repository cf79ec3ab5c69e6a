// SPDX-License-Identifier: Apache-2.0
/* Functions on texts, lists, maps and sets (TOSCA 2.0, sections 10.2.2.3, 10.2.3 and 10.2.4; 1.3, section 4.3). */
#include <string.h>

#include "model/secret.h"
#include "model/secret_token.h"
#include "tosca/function_work.h"
#include "tosca/text_token.h"

json_t *fwork_length(struct fwork *w)
{
    const json_t *v = fwork_arg(w, 0);
    int64_t n = value_length(v);
    if (w->kind.prim == PRIM_BYTES && json_is_string(v)) {
        uint8_t *bytes;
        size_t size;
        if (str_unbase64(json_string_value(v), json_string_length(v), &bytes, &size) == 0) {
            free(bytes);
            return json_integer((json_int_t)size);
        }
    }
    return n < 0 ? fwork_fail(w, "the argument must be a text, a list or a map") : json_integer(n);
}

static bool text_add(struct fwork *w, struct buf *to, const json_t *v)
{
    if (!w->lax && (json_is_object(v) || json_is_array(v))) {
        fwork_fail(w, "an argument is a list or a map, and no single value");
        return false;
    }
    AUTO_FREE char *text = json_is_string(v) || json_is_null(v) ? NULL : json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT);
    if (json_is_string(v))
        buf_add(to, json_string_value(v), json_string_length(v));
    else if (text)
        buf_adds(to, text);
    if (to->len <= FUNCTION_TEXT_MAX)
        return true;
    fwork_limit(w, "the text becomes longer than %u bytes", FUNCTION_TEXT_MAX);
    return false;
}

static json_t *join_list(struct fwork *w, const json_t *list, const char *delimiter)
{
    AUTO_BUF struct buf text = {0};
    json_t *item;
    size_t i;
    json_array_foreach(list, i, item)
    {
        if (i)
            buf_adds(&text, delimiter);
        if (!text_add(w, &text, item))
            return NULL;
    }
    w->cost += (int64_t)text.len / 64;
    return json_stringn_nocheck(buf_str(&text), text.len);
}

static bool list_room(struct fwork *w, const json_t *list)
{
    if (json_array_size(list) <= FUNCTION_ENTRIES_MAX)
        return true;
    fwork_limit(w, "the list becomes longer than %u entries", FUNCTION_ENTRIES_MAX);
    return false;
}

/* All arguments must be lists. */
static bool lists(struct fwork *w)
{
    for (size_t i = 0; i < json_array_size(w->args); i++) {
        if (json_is_array(fwork_arg(w, i)))
            continue;
        fwork_fail(w, "argument %zu must be a list", i + 1);
        return false;
    }
    return true;
}

json_t *fwork_concat(struct fwork *w)
{
    if (w->lax || !json_is_array(fwork_arg(w, 0)))
        return join_list(w, w->args, "");
    if (!lists(w))
        return NULL;
    AUTO_JSON json_t *all = json_array();
    for (size_t i = 0; i < json_array_size(w->args); i++) {
        json_array_extend(all, (json_t *)(uintptr_t)fwork_arg(w, i));
        if (!list_room(w, all))
            return NULL;
    }
    return take_ptr(all);
}

json_t *fwork_join(struct fwork *w)
{
    const json_t *list = fwork_arg(w, 0), *delimiter = fwork_arg(w, 1);
    if (!json_is_array(list) || (delimiter && !json_is_string(delimiter)))
        return fwork_fail(w, "the arguments are a list and a delimiter");
    return join_list(w, list, delimiter ? json_string_value(delimiter) : "");
}

json_t *fwork_token(struct fwork *w)
{
    const char *text = json_string_value(fwork_arg(w, 0)), *seps = json_string_value(fwork_arg(w, 1));
    const json_t *index = fwork_arg(w, 2);
    if (!text)
        return fwork_fail(w, "the first argument must be text");
    if (!seps)
        return fwork_fail(w, "the second argument must be a text of separators");
    if (!json_is_integer(index) || json_integer_value(index) < 0)
        return fwork_fail(w, "the third argument must be a whole number from 0 up");
    const char *part = text_token(text, seps, json_integer_value(index));
    if (!part)
        return fwork_fail(w, "there is no token %lld in '%.100s'", (long long)json_integer_value(index), text);
    return json_stringn_nocheck(part, strcspn(part, seps));
}

json_t *fwork_get_secret(struct fwork *w)
{
    const char *secret = json_string_value(fwork_arg(w, 0)), *key = json_string_value(fwork_arg(w, 1));
    if (!secret || !str_is_dns_name(secret))
        return fwork_fail(w, "the first argument must be the name of a secret");
    if (!key || !secret_key_valid(key))
        return fwork_fail(w, "the second argument must be the name of one of its values");
    AUTO_FREE char *token = secret_token(secret, key);
    return json_string(token);
}

/* Does `part` stand in `list` from that place on? */
static bool list_has_at(struct fwork *w, const json_t *list, const json_t *part, size_t from)
{
    bool same = from + json_array_size(part) <= json_array_size(list);
    for (size_t i = 0; same && i < json_array_size(part); i++) {
        same = value_same(&w->kind, json_array_get(list, from + i), json_array_get(part, i));
        w->cost++;
    }
    return same;
}

static bool list_has_part(struct fwork *w, const json_t *list, const json_t *part)
{
    size_t n = json_array_size(list), k = json_array_size(part);
    if (k > n)
        return false;
    size_t from = str_eq(w->f->name, "has_suffix") ? n - k : 0, to = str_eq(w->f->name, "has_prefix") ? 0 : n - k;
    bool found = false;
    for (size_t i = from; !found && i <= to && w->cost < FUNCTION_COST_MAX; i++)
        found = list_has_at(w, list, part, i);
    return found;
}

static json_t *answer(struct fwork *w, bool yes)
{
    return w->cost < FUNCTION_COST_MAX ? json_boolean(yes) : fwork_limit(w, "the lists are too large");
}

static bool text_has_part(const char *function, const char *text, const char *part)
{
    if (str_eq(function, "has_prefix"))
        return str_starts(text, part);
    return str_eq(function, "has_suffix") ? str_ends(text, part) : strstr(text, part) != NULL;
}

json_t *fwork_has_part(struct fwork *w)
{
    const json_t *a = fwork_arg(w, 0), *b = fwork_arg(w, 1);
    if (json_is_string(a) && json_is_string(b))
        return json_boolean(text_has_part(w->f->name, json_string_value(a), json_string_value(b)));
    if (json_is_array(a) && json_is_array(b))
        return answer(w, list_has_part(w, a, b));
    return fwork_fail(w, "the arguments must be two texts or two lists");
}

static bool has_value(struct fwork *w, const json_t *all, const json_t *v)
{
    const char *key;
    json_t *item;
    size_t i;
    w->cost += 1 + value_length(all);
    json_array_foreach(all, i, item)
    {
        if (value_same(&w->kind, item, v))
            return true;
    }
    json_object_foreach((json_t *)(uintptr_t)all, key, item)
    {
        if (value_same(&w->kind, item, v))
            return true;
    }
    return false;
}

/* Number of items of the list that `has` finds. */
static size_t count_found(struct fwork *w, const json_t *list,
                          bool (*has)(struct fwork *, const json_t *, const json_t *))
{
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(list) && w->cost < FUNCTION_COST_MAX; i++)
        n += has(w, fwork_arg(w, 0), json_array_get(list, i));
    return n;
}

/* "has_x" asks for one, "has_all_xs" and "has_any_x" for those of a list. */
static json_t *has_some(struct fwork *w, bool (*has)(struct fwork *, const json_t *, const json_t *))
{
    const json_t *wanted = fwork_arg(w, 1);
    bool all = str_starts(w->f->name, "has_all_"), any = str_starts(w->f->name, "has_any_");
    if (!all && !any)
        return json_boolean(has(w, fwork_arg(w, 0), wanted));
    if (!json_is_array(wanted))
        return fwork_fail(w, "the second argument must be a list");
    if (json_array_size(wanted) > FUNCTION_ENTRIES_MAX)
        return fwork_limit(w, "the second argument has more than %u entries", FUNCTION_ENTRIES_MAX);
    size_t found = count_found(w, wanted, has);
    return answer(w, all ? found == json_array_size(wanted) : found > 0);
}

json_t *fwork_has_entry(struct fwork *w)
{
    const json_t *all = fwork_arg(w, 0);
    if (!json_is_array(all) && !json_is_object(all))
        return fwork_fail(w, "the first argument must be a list or a map");
    return has_some(w, has_value);
}

static bool has_name(struct fwork *w, const json_t *map, const json_t *key)
{
    char number[32] = "";
    if (json_is_integer(key))
        snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT, json_integer_value(key));
    return json_object_get(map, json_is_string(key) ? json_string_value(key) : number) != NULL;
}

json_t *fwork_has_key(struct fwork *w)
{
    if (!json_is_object(fwork_arg(w, 0)))
        return fwork_fail(w, "the first argument must be a map");
    return has_some(w, has_name);
}

static void add_new(struct fwork *w, json_t *to, const json_t *v)
{
    if (!has_value(w, to, v))
        json_array_append(to, (json_t *)(uintptr_t)v);
}

json_t *fwork_union(struct fwork *w)
{
    AUTO_JSON json_t *all = json_array();
    if (!lists(w))
        return NULL;
    for (size_t i = 0; i < json_array_size(w->args); i++) {
        for (size_t k = 0; k < json_array_size(fwork_arg(w, i)); k++) {
            add_new(w, all, json_array_get(fwork_arg(w, i), k));
            if (w->cost > FUNCTION_COST_MAX)
                return fwork_limit(w, "the sets are too large");
        }
    }
    return take_ptr(all);
}

json_t *fwork_intersection(struct fwork *w)
{
    AUTO_JSON json_t *all = json_array();
    if (!lists(w))
        return NULL;
    for (size_t k = 0; k < json_array_size(fwork_arg(w, 0)); k++) {
        const json_t *v = json_array_get(fwork_arg(w, 0), k);
        bool everywhere = true;
        for (size_t i = 1; everywhere && i < json_array_size(w->args); i++)
            everywhere = has_value(w, fwork_arg(w, i), v);
        if (everywhere)
            add_new(w, all, v);
        if (w->cost > FUNCTION_COST_MAX)
            return fwork_limit(w, "the sets are too large");
    }
    return take_ptr(all);
}
