// SPDX-License-Identifier: Apache-2.0
/* What every back-end must do: revisions, expectations, transactions, paging, history, watches. Each test runs on each.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "io/file.h"
#include "store/store.h"

struct bed {
    struct store *store;
    char folder[32];
    bool on_disk;
    struct buf told; /* what watches heard */
    struct store_watch *first, *second;
};

static int up_memory(void **state)
{
    struct bed *b = mem_alloc(sizeof(*b));
    *state = b;
    return store_open_memory(&b->store);
}

static int up_sqlite(void **state)
{
    struct bed *b = mem_alloc(sizeof(*b));
    struct err e = {0};
    *state = b;
    b->on_disk = true;
    /* In memory where there is such a place: ten thousand writes are synced here. */
    strcpy(b->folder, access("/dev/shm", W_OK) == 0 ? "/dev/shm/store-XXXXXX" : "/tmp/store-XXXXXX");
    return mkdtemp(b->folder) ? store_open_sqlite(b->folder, &b->store, &e) : -1;
}

static int down(void **state)
{
    struct bed *b = *state;
    store_close(b->store);
    if (b->on_disk)
        file_remove_tree(b->folder, NULL);
    buf_done(&b->told);
    free(b);
    return 0;
}

/* One change; its revision, or -errno. */
static int64_t put(struct bed *b, const char *key, const char *value, int64_t expect)
{
    struct store_op op = {key, value, expect};
    struct err e = {0};
    int64_t revision = 0;
    int r = store_write(b->store, &op, 1, &revision, NULL, &e);
    return r < 0 ? r : revision;
}

static void expect_item(struct bed *b, const char *key, const char *value)
{
    AUTO(store_item_done)
    struct store_item i = {0};
    struct err e = {0};
    int r = store_get(b->store, key, &i, &e);
    assert_int_equal(r, value ? 0 : -ENOENT);
    if (value)
        assert_string_equal(i.value, value);
}

static void counts_revisions(void **state)
{
    struct bed *b = *state;
    AUTO(store_item_done)
    struct store_item i = {0};
    int64_t at = store_revision(b->store);
    assert_int_equal(put(b, "/a", "1", -1), at + 1);
    assert_int_equal(put(b, "/b", "1", -1), at + 2);
    assert_int_equal(put(b, "/a", "2", -1), at + 3);
    assert_int_equal(store_revision(b->store), at + 3);
    assert_int_equal(store_get(b->store, "/a", &i, NULL), 0);
    assert_string_equal(i.key, "/a");
    assert_string_equal(i.value, "2");
    assert_int_equal(i.created, at + 1);
    assert_int_equal(i.modified, at + 3);
    assert_int_equal(put(b, "/a", NULL, -1), at + 4);
    expect_item(b, "/a", NULL);
    assert_int_equal(put(b, "/a", NULL, -1), at + 4); /* nothing changed: no revision */
    assert_int_equal(store_revision(b->store), at + 4);
    assert_int_equal(put(b, "/a", "3", -1), at + 5);
    store_item_done(&i);
    assert_int_equal(store_get(b->store, "/a", &i, NULL), 0);
    assert_int_equal(i.created, at + 5); /* it is a new one */
}

static void compares_and_sets(void **state)
{
    struct bed *b = *state;
    int64_t first = put(b, "/a", "1", 0);
    assert_true(first > 0);
    assert_int_equal(put(b, "/a", "2", 0), -EAGAIN);
    assert_int_equal(put(b, "/a", "2", first + 7), -EAGAIN);
    assert_int_equal(put(b, "/none", "2", first), -EAGAIN);
    assert_int_equal(put(b, "/none", NULL, first), -EAGAIN);
    assert_int_equal(put(b, "/a", "2", first), first + 1);
    assert_int_equal(put(b, "/a", NULL, first), -EAGAIN);
    assert_int_equal(put(b, "/a", NULL, first + 1), first + 2);
    assert_int_equal(put(b, "/a", NULL, 0), first + 2); /* absent, as expected */
    assert_int_equal(store_revision(b->store), first + 2);
}

static void writes_all_or_nothing(void **state)
{
    struct bed *b = *state;
    struct err e = {0};
    int64_t revision, at = put(b, "/a", "1", -1);
    size_t failed = 99;
    struct store_op wrong[] = {
        {"/a", "changed", at}, {"/new", "x", 0}, {"/a", NULL, -1}, {"/b", "x", 5}, {"/c", "x", -1}};
    assert_int_equal(store_write(b->store, wrong, ARRAY_LEN(wrong), &revision, &failed, &e), -EAGAIN);
    assert_int_equal(failed, 3);
    assert_non_null(strstr(err_text(&e), "/b"));
    expect_item(b, "/a", "1");
    expect_item(b, "/new", NULL);
    assert_int_equal(store_revision(b->store), at);
    struct store_op right[] = {{"/a", "2", at}, {"/new", "x", 0}, {"/c", NULL, -1}, {"/a", "3", at + 1}};
    assert_int_equal(store_write(b->store, right, ARRAY_LEN(right), &revision, NULL, &e), 0);
    assert_int_equal(revision, at + 1);
    expect_item(b, "/a", "3");
    expect_item(b, "/new", "x");
}

static void expect_list(struct bed *b, const char *prefix, const char *after, size_t limit, const char *keys)
{
    AUTO(store_list_done)
    struct store_list l = {0};
    AUTO_BUF struct buf got = {0};
    struct err e = {0};
    assert_int_equal(store_list(b->store, prefix, after, limit, &l, &e), 0);
    assert_int_equal(l.revision, store_revision(b->store));
    for (size_t i = 0; i < l.n; i++)
        buf_addf(&got, "%s ", l.items[i].key);
    assert_string_equal(buf_str(&got), keys);
}

static void lists_by_prefix_in_pages(void **state)
{
    struct bed *b = *state;
    static const char *const keys[] = {"/pods/b/1", "/pods/a/2", "/pods/a/10", "/pods/ab/1",
                                       "/pods",     "/podsx/1",  "/q",         "/pods/a/é"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        assert_true(put(b, keys[i], "{}", 0) > 0);
    expect_list(b, "/pods/a/", NULL, 0, "/pods/a/10 /pods/a/2 /pods/a/é ");
    expect_list(b, "/pods/", NULL, 2, "/pods/a/10 /pods/a/2 ");
    expect_list(b, "/pods/", "/pods/a/2", 2, "/pods/a/é /pods/ab/1 ");
    expect_list(b, "/pods/", "/pods/ab/1", 2, "/pods/b/1 ");
    expect_list(b, "/pods/", "/pods/b/1", 2, "");
    expect_list(b, "/pods/", "/pods/aa", 0, "/pods/ab/1 /pods/b/1 "); /* behind a key that is not there */
    expect_list(b, "/none", NULL, 0, "");
    expect_list(b, "", NULL, 1, "/pods ");
    expect_list(b, "", NULL, 0, "/pods /pods/a/10 /pods/a/2 /pods/a/é /pods/ab/1 /pods/b/1 /podsx/1 /q ");
}

/* "key=value<previous " */
static void hear(void *data, const struct store_item *i)
{
    struct bed *b = data;
    buf_addf(&b->told, "%s=%s<%s ", i->key, i->value ? i->value : "-", i->previous ? i->previous : "-");
}

static void expect_told(struct bed *b, const char *text)
{
    assert_string_equal(buf_str(&b->told), text);
    buf_clear(&b->told);
}

static void watches_in_order(void **state)
{
    struct bed *b = *state;
    struct err e = {0};
    int64_t at = put(b, "/p/a", "1", -1);
    put(b, "/x", "1", -1);
    put(b, "/p/b", "1", -1);
    put(b, "/p/a", "2", -1);
    assert_int_equal(store_watch(b->store, "/p/", at, hear, b, &b->first, &e), 0);
    expect_told(b, "/p/b=1<- /p/a=2<1 ");
    struct store_op ops[] = {{"/p/c", "1", -1}, {"/x", "2", -1}, {"/p/a", NULL, -1}, {"/p/b", "2", -1}};
    assert_int_equal(store_write(b->store, ops, ARRAY_LEN(ops), NULL, NULL, &e), 0);
    expect_told(b, "/p/c=1<- /p/a=-<2 /p/b=2<1 ");
    assert_int_equal(put(b, "/p/a", "9", 77), -EAGAIN);
    assert_int_equal(put(b, "/p/none", NULL, -1), store_revision(b->store));
    expect_told(b, "");
    store_unwatch(b->first);
    put(b, "/p/a", "3", -1);
    expect_told(b, "");
    /* From now, from the future, and again from the past. */
    assert_int_equal(store_watch(b->store, "/p/", store_revision(b->store), hear, b, &b->first, &e), 0);
    assert_int_equal(store_watch(b->store, "/p/", store_revision(b->store) + 1, hear, b, &b->second, &e), 0);
    put(b, "/p/a", "4", -1);
    expect_told(b, "/p/a=4<3 ");
    put(b, "/p/a", "5", -1);
    expect_told(b, "/p/a=5<4 /p/a=5<4 ");
    store_unwatch(b->second);
    store_unwatch(b->first);
    assert_int_equal(store_watch(b->store, "/p/a", at - 1, hear, b, &b->first, &e), 0);
    expect_told(b, "/p/a=1<- /p/a=2<1 /p/a=-<2 /p/a=3<- /p/a=4<3 /p/a=5<4 ");
    /* Left open: closing the store frees it. */
}

static void stop_both(void *data, const struct store_item *i)
{
    struct bed *b = data;
    hear(data, i);
    if (b->second)
        store_unwatch(take_ptr(b->second));
    store_unwatch(take_ptr(b->first));
}

static void unwatches_within_a_callback(void **state)
{
    struct bed *b = *state;
    struct err e = {0};
    int64_t at = store_revision(b->store);
    assert_int_equal(store_watch(b->store, "/", at, stop_both, b, &b->first, &e), 0);
    assert_int_equal(store_watch(b->store, "/", at, hear, b, &b->second, &e), 0);
    struct store_op ops[] = {{"/a", "1", -1}, {"/b", "1", -1}};
    assert_int_equal(store_write(b->store, ops, 2, NULL, NULL, &e), 0);
    expect_told(b, "/a=1<- ");
    /* Amid the history, too. */
    assert_int_equal(store_watch(b->store, "/", at, stop_both, b, &b->first, &e), 0);
    expect_told(b, "/a=1<- ");
    put(b, "/a", "2", -1);
    expect_told(b, "");
}

/* Reads and begins another watch, but cannot write. */
static void be_busy(void *data, const struct store_item *i)
{
    struct bed *b = data;
    struct err e = {0};
    hear(data, i);
    expect_item(b, i->key, i->value);
    assert_int_equal(put(b, "/no", "1", -1), -EDEADLK);
    if (!b->second)
        assert_int_equal(store_watch(b->store, "/", i->modified - 1, hear, b, &b->second, &e), 0);
}

static void watches_within_a_callback(void **state)
{
    struct bed *b = *state;
    struct err e = {0};
    assert_int_equal(store_watch(b->store, "/", store_revision(b->store), be_busy, b, &b->first, &e), 0);
    put(b, "/a", "1", -1);
    expect_told(b, "/a=1<- /a=1<- "); /* each watch once */
    put(b, "/a", "2", -1);
    expect_told(b, "/a=2<1 /a=2<1 ");
    expect_item(b, "/no", NULL);
}

static void count_up(void *data, const struct store_item *i)
{
    ++*(int *)data;
}

/* Writes n times, many keys at once; gives the last revision. */
static int64_t write_many(struct bed *b, int writes, int keys)
{
    struct err e = {0};
    int64_t revision = 0;
    struct store_op *ops = mem_array((size_t)keys, sizeof(*ops));
    char(*names)[16] = mem_array((size_t)keys, sizeof(*names));
    for (int k = 0; k < keys; k++) {
        snprintf(names[k], sizeof(names[k]), "/k/%d", k);
        ops[k] = (struct store_op){names[k], "value", -1};
    }
    for (int i = 0; i < writes; i++)
        assert_int_equal(store_write(b->store, ops, (size_t)keys, &revision, NULL, &e), 0);
    free(names);
    free(ops);
    return revision;
}

static void forgets_old_history(void **state)
{
    struct bed *b = *state;
    struct err e = {0};
    int told = 0;
    int64_t begin = put(b, "/first", "1", -1);
    int64_t end = write_many(b, 12000, 1);
    assert_int_equal(store_watch(b->store, "/", begin - 1, count_up, &told, &b->first, &e), -ERANGE);
    assert_int_equal(told, 0);
    assert_non_null(strstr(err_text(&e), "list again"));
    assert_int_equal(store_watch(b->store, "/", end - 10000, count_up, &told, &b->first, &e), 0);
    assert_int_equal(told, 10000);
    store_unwatch(b->first);
    expect_item(b, "/first", "1"); /* the items themselves stay */
    /* Few changes in many writes, or many in few: 10 000 stay in any case. */
    for (int i = 0; i < 500; i++)
        put(b, "/absent", NULL, -1);
    told = 0;
    assert_int_equal(store_watch(b->store, "/", end - 10000, count_up, &told, &b->first, &e), 0);
    assert_int_equal(told, 10000);
    store_unwatch(b->first);
}

static void keeps_large_values(void **state)
{
    struct bed *b = *state;
    AUTO_FREE char *large = mem_alloc(3000001);
    memset(large, 'v', 3000000);
    assert_true(put(b, "/large", large, -1) > 0);
    expect_item(b, "/large", large);
    assert_true(put(b, "/large", "", -1) > 0);
    expect_item(b, "/large", "");
}

#define BOTH(fn)                                                                                                       \
    cmocka_unit_test_setup_teardown(fn, up_memory, down), cmocka_unit_test_setup_teardown(fn, up_sqlite, down)

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        BOTH(counts_revisions),          BOTH(compares_and_sets),   BOTH(writes_all_or_nothing),
        BOTH(lists_by_prefix_in_pages),  BOTH(watches_in_order),    BOTH(unwatches_within_a_callback),
        BOTH(watches_within_a_callback), BOTH(forgets_old_history), BOTH(keeps_large_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
