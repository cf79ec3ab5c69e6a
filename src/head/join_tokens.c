// SPDX-License-Identifier: Apache-2.0
/* Tokens in the store. */
#include "head/join_tokens.h"

#include <errno.h>
#include <string.h>

#include "model/join.h"

#define FOLDER  "/join-tokens/"
#define ID_SIZE 13 /* of the digest: enough to name one */
#define TRIES   8

static char *key_of(const char *token)
{
    char digest[DIGEST_TEXT_SIZE];
    digest_of(token, strlen(token), digest);
    return mem_printf(FOLDER "%s", digest + strlen("sha256:"));
}

static int put(struct store *s, const char *key, const json_t *record, int64_t expect, struct err *e)
{
    AUTO_FREE char *text = record ? json_text(record) : NULL;
    struct store_op op = {.key = key, .value = text, .expect = expect};
    return store_write(s, &op, 1, NULL, NULL, e);
}

int join_token_make(struct store *s, const char *ca_key_id, const struct join_terms *terms, char **ret, struct err *e)
{
    int64_t now = clock_now_us();
    char ends[32];
    AUTO_FREE char *token = join_token_new(ca_key_id, now);
    AUTO_FREE char *key = key_of(token);
    AUTO_JSON json_t *record = json_pack("{s:s, s:I, s:[]}", "expires", clock_rfc3339(now + terms->ttl_us, ends, sizeof(ends)),
                                         "uses", (json_int_t)terms->uses, "used");
    json_put_str(record, "subcluster", terms->subcluster);
    int r = put(s, key, record, 0, e);
    if (r == 0)
        *ret = take_ptr(token);
    return r;
}

static bool is_over(const json_t *record)
{
    int64_t ends_us;
    return clock_parse_rfc3339(json_str(record, "expires", ""), &ends_us) < 0 || ends_us <= clock_now_us();
}

static bool was_used_by(const json_t *used, const char *node, const char *key_id)
{
    size_t i;
    const json_t *u;
    json_array_foreach(used, i, u)
    {
        if (str_eq(json_str(u, "node", ""), node) && str_eq(json_str(u, "key", ""), key_id))
            return true;
    }
    return false;
}

/* Marks the use in the record. > 0: it stands there already. */
static int mark_use(json_t *record, const char *node, const char *key_id, struct err *e)
{
    json_t *used = json_object_get(record, "used");
    int64_t most = json_int(record, "uses", 1);
    if (is_over(record))
        return err_set(e, EACCES, "this token's time is over; `sedge token create` makes a new one");
    if (was_used_by(used, node, key_id))
        return 1;
    if (most > 0 && (int64_t)json_array_size(used) >= most)
        return err_set(e, EACCES, "this token was used already (it is good for %lld); `sedge token create` makes a new one",
                       (long long)most);
    json_array_append_new(used, json_pack("{s:s, s:s}", "node", node, "key", key_id));
    return 0;
}

static int try_use(struct store *s, const char *key, const char *node, const char *key_id, char **ret_subcluster,
                   struct err *e)
{
    AUTO(store_item_done)
    struct store_item item = {0};
    int r = store_get(s, key, &item, e);
    if (r == -ENOENT)
        return err_set(e, EACCES, "the cluster does not know this token; `sedge token create` makes a new one");
    if (r < 0)
        return r;
    AUTO_JSON json_t *record = json_parse(item.value, strlen(item.value), e);
    r = record ? mark_use(record, node, key_id, e) : -EIO;
    if (r == 0)
        r = put(s, key, record, item.modified, e);
    if (r >= 0)
        *ret_subcluster = mem_strdup(json_str(record, "subcluster", NULL));
    return r < 0 ? r : 0;
}

int join_token_use(struct store *s, const char *token, const char *node, const char *key_id, char **ret_subcluster,
                   struct err *e)
{
    AUTO_FREE char *key = key_of(token);
    int r = -EAGAIN;
    for (int i = 0; r == -EAGAIN && i < TRIES; i++) {
        err_clear(e);
        r = try_use(s, key, node, key_id, ret_subcluster, e);
    }
    return r;
}

static json_t *listed(const char *key, const json_t *record)
{
    AUTO_FREE char *id = mem_strndup(key + strlen(FOLDER), ID_SIZE - 1);
    json_t *v = json_pack("{s:s, s:O, s:O, s:I}", "id", id, "expires", json_object_get(record, "expires"), "uses",
                          json_object_get(record, "uses"), "used",
                          (json_int_t)json_array_size(json_object_get(record, "used")));
    json_put_str(v, "subcluster", json_str(record, "subcluster", NULL));
    return v;
}

int join_token_list(struct store *s, json_t **ret, struct err *e)
{
    AUTO(store_list_done)
    struct store_list all = {0};
    int r = store_list(s, FOLDER, NULL, 0, &all, e);
    if (r < 0)
        return r;
    *ret = json_array();
    for (size_t i = 0; i < all.n; i++) {
        AUTO_JSON json_t *record = json_parse(all.items[i].value, strlen(all.items[i].value), NULL);
        if (!record || is_over(record))
            (void)put(s, all.items[i].key, NULL, all.items[i].modified, NULL);
        else
            json_array_append_new(*ret, listed(all.items[i].key, record));
    }
    return 0;
}

int join_token_remove(struct store *s, const char *id, struct err *e)
{
    AUTO(store_list_done)
    struct store_list all = {0};
    AUTO_FREE char *prefix = mem_printf(FOLDER "%s", id);
    int r = strlen(id) < ID_SIZE - 1 ? -ENOENT : store_list(s, prefix, NULL, 0, &all, e);
    if (r < 0 || all.n != 1)
        return err_set(e, ENOENT, "there is no token '%.64s'; `sedge token ls` shows them", id);
    return put(s, all.items[0].key, NULL, -1, e);
}
