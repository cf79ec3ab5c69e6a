// SPDX-License-Identifier: Apache-2.0
/* JSON values: jansson with limits, paths, and a canonical text to hash and compare. */
#pragma once

#include <jansson.h>

#include "base/err.h"
#include "base/mem.h"

#define AUTO_JSON AUTO(json_unrefp)
#define JSON_MAX_BYTES (3U * 1024 * 1024) /* an API body or a message; larger ones are refused */

void json_unrefp(json_t **v);

/* Parses text of foreign origin: UTF-8, no duplicate keys, at most JSON_MAX_BYTES, depth at most 64, one value.
 * NULL with `e` ("line 3, column 7: ...") on failure. The caller owns the value. */
json_t *json_parse(const char *text, size_t len, struct err *e);
/* Compact; keys sorted; the caller frees. Never NULL for a value that json_parse or our code made. */
char *json_text(const json_t *v);
/* In order of insertion, two spaces, for people. The caller frees. */
char *json_pretty(const json_t *v);

/* Dotted look-ups that give NULL where anything on the way is missing: json_at(pod, "spec", "nodeName", NULL). Borrowed. */
json_t *json_at(const json_t *v, ...) __attribute__((sentinel));
/* The first object of a list whose member `key` is that text: json_find(components, "name", "web"). NULL when there is none,
 * or no list. Borrowed. */
json_t *json_find(const json_t *list, const char *key, const char *text);
/* The text there, or `fallback`. Borrowed. */
const char *json_str(const json_t *obj, const char *key, const char *fallback);
int64_t json_int(const json_t *obj, const char *key, int64_t fallback);
bool json_bool(const json_t *obj, const char *key, bool fallback);
/* obj[key] = copy of text; nothing when text is NULL. */
void json_put_str(json_t *obj, const char *key, const char *text);
void json_put_int(json_t *obj, const char *key, int64_t v);
/* JSON merge patch (RFC 7386): a new value, the caller owns it; neither argument is changed. */
json_t *json_merge_patch(const json_t *target, const json_t *patch);
/* YAML text of a value, for -o yaml; the caller frees. */
char *json_to_yaml(const json_t *v);
