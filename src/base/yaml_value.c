// SPDX-License-Identifier: Apache-2.0
/* What YAML nodes mean: look-ups, and values by the core schema (YAML 1.2.2, section 10.3.2). */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/yaml.h"

#define VALUE_DEPTH_MOST 512
#define EXACT_DIGITS     320 /* no double has more digits before the point */

struct ypair *ynode_pair(const struct ynode *map, const char *key)
{
    if (map == NULL || map->kind != Y_MAP || key == NULL)
        return NULL;
    for (size_t i = 0; i < map->n; i++) {
        const struct ynode *k = map->pairs[i].key;
        if (k->kind == Y_SCALAR && k->text[0] == key[0] && strcmp(k->text, key) == 0)
            return &map->pairs[i];
    }
    return NULL;
}

struct ynode *ynode_get(const struct ynode *map, const char *key)
{
    struct ypair *pair = ynode_pair(map, key);
    return pair == NULL ? NULL : pair->value;
}

/* The words that are no strings. */
#define WORD_MOST 5 /* characters of the longest */
static const struct {
    const char *word;
    json_type type;
} core_words[] = {
    {"", JSON_NULL},       {"~", JSON_NULL},      {"null", JSON_NULL},   {"Null", JSON_NULL},
    {"NULL", JSON_NULL},   {"true", JSON_TRUE},   {"True", JSON_TRUE},   {"TRUE", JSON_TRUE},
    {"false", JSON_FALSE}, {"False", JSON_FALSE}, {"FALSE", JSON_FALSE},
};

/* The type of a word of the table, or JSON_STRING. */
static json_type core_word(const char *text)
{
    if (strnlen(text, WORD_MOST + 1) > WORD_MOST || strchr("~nNtTfF", *text) == NULL) /* most are neither */
        return JSON_STRING;
    for (size_t i = 0; i < ARRAY_LEN(core_words); i++)
        if (strcmp(text, core_words[i].word) == 0)
            return core_words[i].type;
    return JSON_STRING;
}

/* Scalars with another tag than these are text. */
static const char *ynode_core_tag(const struct ynode *n)
{
    static const char prefix[] = "tag:yaml.org,2002:";
    return str_starts(n->tag, prefix) ? n->tag + strlen(prefix) : NULL;
}

bool ynode_is_null(const struct ynode *n)
{
    if (n == NULL)
        return true;
    if (n->kind != Y_SCALAR)
        return false;
    if (!n->plain)
        return str_eq(ynode_core_tag(n), "null");
    return strchr("~nN", *n->text) != NULL &&
           core_word(n->text) == JSON_NULL; /* strchr finds an empty text's end, too */
}

static const char *core_sign(const char *s)
{
    return s + (*s == '-' || *s == '+');
}

static bool core_all(const char *s, const char *digits)
{
    return *s != '\0' && s[strspn(s, digits)] == '\0';
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static bool core_is_real(const char *s)
{
    static const char digits[] = "0123456789";
    s = core_sign(s);
    size_t whole = strspn(s, digits), behind = 0;
    s += whole;
    if (*s == '.') {
        behind = strspn(s + 1, digits);
        s += 1 + behind;
    }
    if (whole + behind == 0)
        return false;
    return *s == '\0' || ((*s == 'e' || *s == 'E') && core_all(core_sign(s + 1), digits));
}

/* .inf and .nan in the schema's spellings: numbers that JSON has not. */
static bool core_is_endless(const char *s)
{
    static const char *const words[] = {".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strcmp(i < 3 ? core_sign(s) : s, words[i]) == 0)
            return true;
    return false;
}

/* A whole number past int64: a real if that is exactly this number, else the text, so that no digit is lost. */
static json_t *core_big(const char *text)
{
    const char *digits = core_sign(text);
    char exact[EXACT_DIGITS];
    digits += strspn(digits, "0");
    double real = strtod(text, NULL);
    if (isfinite(real) && snprintf(exact, sizeof(exact), "%.0f", fabs(real)) > 0 && strcmp(exact, digits) == 0)
        return json_real(real);
    return json_string(text);
}

/* 0o17 and 0x1f, which take no sign; past int64 they stay text. NULL when it is neither. */
static json_t *core_based(const char *text)
{
    static const struct {
        const char *prefix, *digits;
        int base;
    } rows[] = {{"0o", "01234567", 8}, {"0x", "0123456789abcdefABCDEF", 16}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (!str_starts(text, rows[i].prefix) || !core_all(text + 2, rows[i].digits))
            continue;
        errno = 0;
        long long v = strtoll(text + 2, NULL, rows[i].base);
        return errno != 0 ? json_string(text) : json_integer(v);
    }
    return NULL;
}

/* The value of a plain scalar; NULL with `e` when JSON has none for it. */
static json_t *core_value(const struct ynode *n, struct err *e)
{
    const char *text = n->text;
    json_type word = core_word(text);
    if (word != JSON_STRING)
        return word == JSON_NULL ? json_null() : json_boolean(word == JSON_TRUE);
    int64_t v;
    if (core_all(core_sign(text), "0123456789")) {
        const char *number = *text == '+' ? text + 1 : text;
        return str_to_i64(number, INT64_MIN, INT64_MAX, &v) ? json_integer(v) : core_big(text);
    }
    json_t *based = core_based(text);
    if (based != NULL)
        return based;
    bool real = core_is_real(text);
    double d = real ? strtod(text, NULL) : 0;
    if (core_is_endless(text) || !isfinite(d)) {
        err_set(e, ERANGE, "line %d, column %d: '%.40s' is a number past JSON's reach; quote it if it is meant as text",
                n->line, n->col, text);
        return NULL;
    }
    return real ? json_real(d) : json_stringn(text, n->len);
}

/* !!int "5" and the like: the text must read as what the tag says. Any other tag makes text. */
static json_t *tagged_value(const struct ynode *n, struct err *e)
{
    static const struct {
        const char *tag;
        json_type types[2];
    } rows[] = {
        {"null", {JSON_NULL, JSON_NULL}},
        {"bool", {JSON_TRUE, JSON_FALSE}},
        {"int", {JSON_INTEGER, JSON_INTEGER}},
        {"float", {JSON_REAL, JSON_INTEGER}},
    };
    const char *tag = ynode_core_tag(n);
    for (size_t i = 0; tag != NULL && i < ARRAY_LEN(rows); i++) {
        if (strcmp(tag, rows[i].tag) != 0)
            continue;
        AUTO_JSON json_t *v = core_value(n, e);
        if (v == NULL)
            return NULL;
        if (json_typeof(v) != rows[i].types[0] && json_typeof(v) != rows[i].types[1]) {
            err_set(e, EINVAL, "line %d, column %d: '%.40s' does not read as !!%s", n->line, n->col, n->text, tag);
            return NULL;
        }
        bool widen = rows[i].types[0] == JSON_REAL && json_is_integer(v);
        return widen ? json_real((double)json_integer_value(v)) : take_ptr(v);
    }
    return json_stringn(n->text, n->len);
}

static json_t *scalar_value(const struct ynode *n, struct err *e)
{
    if (n->plain)
        return core_value(n, e);
    return n->tag == NULL ? json_stringn(n->text, n->len) : tagged_value(n, e);
}

static json_t *node_value(const struct ynode *n, int depth, struct err *e);

static json_t *seq_value(const struct ynode *n, int depth, struct err *e)
{
    AUTO_JSON json_t *array = json_array();
    for (size_t i = 0; i < n->n; i++) {
        json_t *item = node_value(n->items[i], depth, e);
        if (item == NULL)
            return NULL;
        json_array_append_new(array, item);
    }
    return take_ptr(array);
}

static json_t *map_value(const struct ynode *n, int depth, struct err *e)
{
    AUTO_JSON json_t *object = json_object();
    for (size_t i = 0; i < n->n; i++) {
        const struct ynode *key = n->pairs[i].key;
        if (key->kind != Y_SCALAR) {
            err_set(e, EINVAL, "line %d, column %d: a key that is a list or mapping; only text can be a key", key->line,
                    key->col);
            return NULL;
        }
        json_t *value = node_value(n->pairs[i].value, depth, e);
        if (value == NULL)
            return NULL;
        json_object_set_new(object, key->text, value);
    }
    return take_ptr(object);
}

static json_t *node_value(const struct ynode *n, int depth, struct err *e)
{
    if (n->kind == Y_SCALAR)
        return scalar_value(n, e);
    if (depth == 0) {
        err_set(e, E2BIG, "line %d, column %d: nested deeper than %d levels", n->line, n->col, VALUE_DEPTH_MOST);
        return NULL;
    }
    return n->kind == Y_SEQ ? seq_value(n, depth - 1, e) : map_value(n, depth - 1, e);
}

json_t *ynode_to_json(const struct ynode *n, struct err *e)
{
    return n == NULL ? json_null() : node_value(n, VALUE_DEPTH_MOST, e);
}
