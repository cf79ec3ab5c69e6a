// SPDX-License-Identifier: Apache-2.0
/* Keeps sensitive values out of findings. */
#include "tosca/hidden.h"

#include <stdio.h>
#include <string.h>

#include "model/secret_token.h"

#define DEPTH_MAX 64
#define SHORT     4 /* what is shorter is not looked for: it stands in every second text by chance */
#define BEGINNING 8 /* bytes that tell a value */

static void add_text(struct tctx *c, const char *text)
{
    if (!c->hidden)
        c->hidden = tctx_map(c);
    if (strlen(text) >= SHORT)
        map_set(c->hidden, text, c->hidden);
}

static void add(struct tctx *c, const json_t *v, int depth)
{
    const char *key;
    json_t *item;
    AUTO_FREE char *text = json_is_string(v) ? json_dumps(v, JSON_ENCODE_ANY) : NULL;
    if (text && !secret_token_in(json_string_value(v))) {
        add_text(c, json_string_value(v));
        text[strlen(text) - 1] = '\0'; /* as JSON writes it, without its quotes */
        add_text(c, text + 1);
    }
    if (depth > DEPTH_MAX)
        return;
    json_object_foreach((json_t *)(uintptr_t)v, key, item) add(c, item, depth + 1);
    for (size_t i = 0; i < json_array_size(v); i++)
        add(c, json_array_get(v, i), depth + 1);
}

void hidden_add(struct tctx *c, const json_t *v)
{
    add(c, v, 0);
}

static void mask_one(char *text, size_t size, const char *value)
{
    char begin[BEGINNING + 1];
    snprintf(begin, sizeof(begin), "%s", value);
    for (char *at = strstr(text, begin); at; at = strstr(at, begin)) {
        size_t n = 0;
        while (value[n] && at[n] == value[n])
            n++;
        AUTO_FREE char *rest = mem_strdup(at + n);
        size_t room = size - (size_t)(at - text);
        snprintf(at, room, SECRET_MASK "%s", rest);
        if (room <= strlen(SECRET_MASK))
            return;
        at += strlen(SECRET_MASK);
    }
}

void hidden_mask(const struct tctx *c, char *text, size_t size)
{
    for (size_t i = 0; c->hidden && i < c->hidden->n; i++)
        mask_one(text, size, c->hidden->items[i].key);
}
