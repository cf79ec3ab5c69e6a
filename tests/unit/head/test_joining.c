// SPDX-License-Identifier: Apache-2.0
/* Tokens and nodes' keys in the store: how often, how long, for whom; ranges of addresses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "head/join_tokens.h"
#include "head/node_keys.h"

#define CA   "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define KEY1 "1111111111111111111111111111111111111111111111111111111111111111"
#define KEY2 "2222222222222222222222222222222222222222222222222222222222222222"

static int open_store(void **state)
{
    struct store *s = NULL;
    assert_int_equal(store_open_memory(&s), 0);
    *state = s;
    return 0;
}

static int close_store(void **state)
{
    store_close(*state);
    return 0;
}

static char *make(struct store *s, int64_t ttl_us, int64_t uses)
{
    struct err e = {0};
    struct join_terms terms = {.ttl_us = ttl_us, .uses = uses, .subcluster = "barn"};
    char *token = NULL;
    assert_int_equal(join_token_make(s, CA, &terms, &token, &e), 0);
    return token;
}

static int use(struct store *s, const char *token, const char *node, const char *key)
{
    struct err e = {0};
    AUTO_FREE char *subcluster = NULL;
    int r = join_token_use(s, token, node, key, &subcluster, &e);
    assert_true((r == 0) == (subcluster != NULL));
    assert_true((r < 0) == (e.code != 0));
    return r;
}

static void a_token_is_good_as_often_as_it_says(void **state)
{
    AUTO_FREE char *twice = make(*state, 60 * US_PER_S, 2);
    AUTO_FREE char *any = make(*state, 60 * US_PER_S, 0);
    assert_int_equal(use(*state, twice, "a", KEY1), 0);
    assert_int_equal(use(*state, twice, "a", KEY1), 0); /* its answer was lost: no other use */
    assert_int_equal(use(*state, twice, "b", KEY2), 0);
    assert_int_equal(use(*state, twice, "c", KEY2), -EACCES);
    assert_int_equal(use(*state, twice, "a", KEY2), -EACCES); /* the name alone is not who came before */
    for (int i = 0; i < 50; i++) {
        AUTO_FREE char *name = mem_printf("n%d", i);
        assert_int_equal(use(*state, any, name, KEY1), 0);
    }
}

static void a_token_ends(void **state)
{
    AUTO_FREE char *token = make(*state, 60 * US_PER_S, 0);
    assert_int_equal(use(*state, token, "a", KEY1), 0);
    clock_turn(61 * US_PER_S);
    assert_int_equal(use(*state, token, "a", KEY1), -EACCES);
    assert_int_equal(use(*state, token, "b", KEY2), -EACCES);
    AUTO_JSON json_t *left = NULL;
    struct err e = {0};
    assert_int_equal(join_token_list(*state, &left, &e), 0); /* takes it away, too */
    assert_int_equal(json_array_size(left), 0);
    clock_turn(-61 * US_PER_S);
    assert_int_equal(use(*state, token, "a", KEY1), -EACCES);
}

static void an_unknown_token_is_refused(void **state)
{
    AUTO_FREE char *token = make(*state, 60 * US_PER_S, 1);
    token[12] = token[12] == 'a' ? 'b' : 'a';
    assert_int_equal(use(*state, token, "a", KEY1), -EACCES);
    assert_int_equal(use(*state, "", "a", KEY1), -EACCES);
}

static void the_store_holds_no_token(void **state)
{
    AUTO_FREE char *token = make(*state, 60 * US_PER_S, 1);
    AUTO(store_list_done)
    struct store_list all = {0};
    assert_int_equal(store_list(*state, "/", NULL, 0, &all, NULL), 0);
    for (size_t i = 0; i < all.n; i++) {
        assert_null(strstr(all.items[i].key, token));
        assert_null(strstr(all.items[i].value, token + strlen("sedge-join-")));
    }
}

static void a_token_is_taken_back(void **state)
{
    AUTO_FREE char *token = make(*state, 60 * US_PER_S, 0);
    AUTO_JSON json_t *all = NULL;
    struct err e = {0};
    assert_int_equal(join_token_list(*state, &all, &e), 0);
    assert_int_equal(json_array_size(all), 1);
    assert_int_equal(join_token_remove(*state, "0", &e), -ENOENT);
    assert_int_equal(join_token_remove(*state, json_str(json_array_get(all, 0), "id", ""), &e), 0);
    assert_int_equal(use(*state, token, "a", KEY1), -EACCES);
}

static int add(struct store *s, const char *node, const char *key, char **ret_range)
{
    struct err e = {0};
    AUTO(node_key_done)
    struct node_key k = {0};
    struct strv taken = {0};
    int r = node_key_add(s, node, key, NULL, &taken, &k, &e);
    if (r == 0 && ret_range)
        *ret_range = take_ptr(k.pod_cidr);
    return r;
}

static void a_name_belongs_to_its_key(void **state)
{
    AUTO_FREE char *first = NULL;
    AUTO_FREE char *again = NULL;
    AUTO_FREE char *second = NULL;
    AUTO_FREE char *anew = NULL;
    assert_int_equal(add(*state, "a", KEY1, &first), 0);
    assert_int_equal(add(*state, "a", KEY2, NULL), -EEXIST);
    assert_int_equal(add(*state, "a", KEY1, &again), 0);
    assert_string_equal(first, again);
    assert_int_equal(add(*state, "b", KEY2, &second), 0);
    assert_string_not_equal(first, second);
    assert_int_equal(node_key_remove(*state, "a", NULL), 0);
    assert_int_equal(node_key_remove(*state, "a", NULL), 0);
    assert_int_equal(add(*state, "a", KEY2, &anew), 0);
    assert_string_equal(anew, first); /* the range is free again */
}

static void ranges_do_not_overlap_and_end(void **state)
{
    AUTO_STRV struct strv taken = {0};
    for (int i = 0; i < 2048; i++) {
        char *range = node_range_free(&taken);
        assert_non_null(range);
        assert_false(i < 40 && strv_has(&taken, range));
        strv_take(&taken, range);
    }
    assert_string_equal(taken.v[0], "10.128.0.0/20");
    assert_string_equal(taken.v[17], "10.129.16.0/20");
    assert_string_equal(taken.v[2047], "10.255.240.0/20");
    assert_null(node_range_free(&taken));
}

#define WITH_STORE(name) cmocka_unit_test_setup_teardown(name, open_store, close_store)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(a_token_is_good_as_often_as_it_says),
        WITH_STORE(a_token_ends),
        WITH_STORE(an_unknown_token_is_refused),
        WITH_STORE(the_store_holds_no_token),
        WITH_STORE(a_token_is_taken_back),
        WITH_STORE(a_name_belongs_to_its_key),
        cmocka_unit_test(ranges_do_not_overlap_and_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
