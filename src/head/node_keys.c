// SPDX-License-Identifier: Apache-2.0
/* Keys and ranges of nodes in the store. */
#include "head/node_keys.h"

#include <errno.h>
#include <string.h>

#define FOLDER "/node-keys/"
#define RANGES 2048 /* of 10.128.0.0/9, each a /20: 4094 addresses */

void node_key_done(struct node_key *k)
{
    mem_freep(&k->pod_cidr);
    mem_freep(&k->subcluster);
}

static int decode(const char *text, struct node_key *ret, struct err *e)
{
    AUTO_JSON json_t *v = json_parse(text, strlen(text), e);
    const char *key = json_str(v, "key", "");
    if (strlen(key) != TLS_KEY_ID_SIZE - 1)
        return err_set(e, EIO, "the record of a node's key is damaged");
    memcpy(ret->key_id, key, TLS_KEY_ID_SIZE);
    ret->pod_cidr = mem_strdup(json_str(v, "podCIDR", ""));
    ret->subcluster = mem_strdup(json_str(v, "subcluster", NULL));
    return 0;
}

int node_key_get(struct store *s, const char *node, struct node_key *ret, struct err *e)
{
    AUTO(store_item_done)
    struct store_item item = {0};
    AUTO_FREE char *path = mem_printf(FOLDER "%s", node);
    *ret = (struct node_key){0};
    int r = store_get(s, path, &item, e);
    return r < 0 ? r : decode(item.value, ret, e);
}

static int ranges_given(struct store *s, struct strv *to, struct err *e)
{
    AUTO(store_list_done)
    struct store_list all = {0};
    int r = store_list(s, FOLDER, NULL, 0, &all, e);
    for (size_t i = 0; r == 0 && i < all.n; i++) {
        AUTO(node_key_done)
        struct node_key k = {0};
        if (decode(all.items[i].value, &k, NULL) == 0)
            strv_add(to, k.pod_cidr);
    }
    return r;
}

char *node_range_free(const struct strv *taken)
{
    AUTO_MAP struct map known = {0};
    for (size_t i = 0; i < taken->n; i++)
        map_set(&known, taken->v[i], taken->v[i]);
    for (unsigned i = 0; i < RANGES; i++) {
        AUTO_FREE char *range = mem_printf("10.%u.%u.0/20", 128 + i / 16, i % 16 * 16);
        if (!map_get(&known, range))
            return take_ptr(range);
    }
    return NULL;
}

static int write_new(struct store *s, const char *node, const struct node_key *k, struct err *e)
{
    AUTO_FREE char *path = mem_printf(FOLDER "%s", node);
    AUTO_JSON json_t *v = json_pack("{s:s, s:s}", "key", k->key_id, "podCIDR", k->pod_cidr);
    json_put_str(v, "subcluster", k->subcluster);
    AUTO_FREE char *text = json_text(v);
    struct store_op op = {.key = path, .value = text, .expect = 0};
    return store_write(s, &op, 1, NULL, NULL, e);
}

int node_key_add(struct store *s, const char *node, const char *key_id, const char *subcluster, const struct strv *taken,
                 struct node_key *ret, struct err *e)
{
    AUTO_STRV struct strv all = {0};
    int r = node_key_get(s, node, ret, e);
    if (r == 0 && str_eq(ret->key_id, key_id))
        return 0;
    if (r == 0)
        return err_set(e, EEXIST,
                       "node '%s' is there already, with another key: if that board was set up anew, `sedge node rm %s` first; "
                       "otherwise join under another --name",
                       node, node);
    if (r != -ENOENT)
        return r;
    err_clear(e);
    for (size_t i = 0; i < taken->n; i++)
        strv_add(&all, taken->v[i]);
    r = ranges_given(s, &all, e);
    if (r < 0)
        return r;
    memcpy(ret->key_id, key_id, TLS_KEY_ID_SIZE);
    ret->subcluster = mem_strdup(subcluster);
    ret->pod_cidr = node_range_free(&all);
    if (!ret->pod_cidr)
        return err_set(e, ENOSPC, "no range of addresses is left for another node: %d have joined", RANGES);
    r = write_new(s, node, ret, e);
    return r == -EAGAIN ? err_set(e, EAGAIN, "another node joined at the same moment; try again") : r;
}

int node_key_remove(struct store *s, const char *node, struct err *e)
{
    AUTO_FREE char *path = mem_printf(FOLDER "%s", node);
    struct store_op op = {.key = path, .value = NULL, .expect = -1};
    return store_write(s, &op, 1, NULL, NULL, e);
}
