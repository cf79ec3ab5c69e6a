// SPDX-License-Identifier: Apache-2.0
/* Reads what the query and the Accept header say about a request for objects. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "head/api_private.h"
#include "head/api_table.h"

#define TIMEOUT_MAX_S (24 * 3600)

void api_options_done(struct api_options *o)
{
    selection_done(&o->selection);
    mem_freep(&o->after);
}

const char *api_query(const struct http_request *r, const char *key)
{
    return map_get(&http_request_path(r)->query, key);
}

static bool is_true(const char *s)
{
    return str_eq(s, "1") || str_eq(s, "true");
}

/* An absent or empty number is `fallback`. */
static int get_number(const struct map *q, const char *key, int64_t max, int64_t fallback, int64_t *ret, struct err *e)
{
    const char *text = map_get(q, key);
    *ret = fallback;
    if (str_empty(text) || str_to_i64(text, 0, max, ret))
        return 0;
    return err_set(e, EINVAL, "%s: '%s' is no number from 0 to %lld", key, text, (long long)max);
}

static int get_dry_run(const struct map *q, bool *ret, struct err *e)
{
    const char *text = map_get(q, "dryRun");
    *ret = str_eq(text, "All");
    return str_empty(text) || *ret ? 0 : err_set(e, EINVAL, "dryRun: '%s' is not All", text);
}

static int get_continue(const struct map *q, char **ret, struct err *e)
{
    const char *text = map_get(q, "continue");
    uint8_t *raw;
    size_t len;
    if (str_empty(text))
        return 0;
    if (str_unbase64(text, strlen(text), &raw, &len) < 0)
        return err_set(e, EINVAL, "continue: '%.40s' is none of ours; list from the start", text);
    *ret = mem_strndup((const char *)raw, len);
    free(raw);
    return 0;
}

static int get_include(const struct map *q, int *ret, struct err *e)
{
    static const char *const words[] = {
        [TABLE_METADATA] = "Metadata", [TABLE_OBJECT] = "Object", [TABLE_NONE] = "None"};
    const char *text = map_get(q, "includeObject");
    *ret = TABLE_METADATA;
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_eq(words[i], text))
            *ret = (int)i;
    return str_empty(text) || str_eq(words[*ret], text)
               ? 0
               : err_set(e, EINVAL, "includeObject: '%s' is none of None, Metadata, Object", text);
}

int api_options_parse(const struct http_path *path, struct api_options *ret, struct err *e)
{
    const struct map *q = &path->query;
    *ret = (struct api_options){.watch = is_true(map_get(q, "watch"))};
    int r = get_number(q, "limit", INT32_MAX, 0, &ret->limit, e);
    if (r == 0)
        r = get_number(q, "timeoutSeconds", TIMEOUT_MAX_S, 0, &ret->timeout_s, e);
    if (r == 0)
        r = get_number(q, "resourceVersion", INT64_MAX, FIELD_UNSET, &ret->revision, e);
    if (r == 0)
        r = get_dry_run(q, &ret->dry_run, e);
    if (r == 0)
        r = get_include(q, &ret->include, e);
    if (r == 0 && is_true(map_get(q, "sendInitialEvents"))) /* clients list and watch then */
        r = err_set(e, EINVAL, "sendInitialEvents: not supported; list, then watch from the list's resourceVersion");
    if (r == 0)
        r = get_continue(q, &ret->after, e);
    if (r == 0)
        r = selection_parse(map_get(q, "labelSelector"), map_get(q, "fieldSelector"), &ret->selection, e);
    if (r < 0)
        api_options_done(ret);
    return r;
}

/* ---- Accept ---- */

/* One media range with its parameters, as "as=Table" without space. */
struct media {
    char type[64], as[40], group[40], version[16];
};

static void take_parameter(struct media *m, const char *p, size_t len)
{
    static const struct {
        const char *key;
        size_t offset, size;
    } known[] = {
        {"as=", offsetof(struct media, as), sizeof(m->as)},
        {"g=", offsetof(struct media, group), sizeof(m->group)},
        {"v=", offsetof(struct media, version), sizeof(m->version)},
    };
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        size_t n = strlen(known[i].key);
        if (len >= n && strncasecmp(p, known[i].key, n) == 0)
            snprintf((char *)m + known[i].offset, known[i].size, "%.*s", (int)(len - n), p + n);
    }
}

static void read_media(const char *p, size_t len, struct media *ret)
{
    *ret = (struct media){0};
    bool first = true;
    while (len > 0) {
        const char *end = memchr(p, ';', len);
        size_t n = end ? (size_t)(end - p) : len, skip = end ? n + 1 : n;
        const char *word = p;
        while (n > 0 && (*word == ' ' || *word == '\t')) {
            word++;
            n--;
        }
        while (n > 0 && (word[n - 1] == ' ' || word[n - 1] == '\t'))
            n--;
        if (first)
            snprintf(ret->type, sizeof(ret->type), "%.*s", (int)n, word);
        else
            take_parameter(ret, word, n);
        first = false;
        p += skip;
        len -= skip;
    }
}

static bool media_form(const struct media *m, enum api_form *ret)
{
    bool json = strcasecmp(m->type, "application/json") == 0;
    if (!json && !str_eq(m->type, "*/*") && !str_eq(m->type, "application/*"))
        return false;
    *ret = FORM_PLAIN;
    if (m->as[0] == '\0')
        return true;
    if (!str_eq(m->group, "meta.k8s.io") || !str_eq(m->version, "v1"))
        return false;
    if (str_eq(m->as, "Table"))
        *ret = FORM_TABLE;
    else if (str_starts(m->as, "PartialObjectMetadata"))
        *ret = FORM_PARTIAL;
    else
        return false;
    return true;
}

int api_form_of(const char *accept, enum api_form *ret)
{
    *ret = FORM_PLAIN;
    if (str_empty(accept))
        return 0;
    for (const char *p = accept; *p;) {
        size_t n = strcspn(p, ",");
        struct media m;
        read_media(p, n, &m);
        if (media_form(&m, ret))
            return 0;
        p += p[n] ? n + 1 : n;
    }
    return -EINVAL;
}
