// SPDX-License-Identifier: Apache-2.0
/* The image store: records and names, what is found by which name, what goes when the last name went, and what is swept
 * and when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/image_record.h"
#include "io/file.h"

static char base[] = "/tmp/image-store-XXXXXX";
static char *folder;
static struct image_store *store;
static struct err fault;

static int set_up(void **state)
{
    if (!mkdtemp(base))
        return -1;
    folder = file_join(base, "images");
    return 0;
}

static int tear_down(void **state)
{
    free(folder);
    return file_remove_tree(base, NULL);
}

static int open_store(void **state)
{
    err_clear(&fault);
    return image_store_open(folder, &store, &fault);
}

static int drop_store(void **state)
{
    image_store_close(store);
    return file_remove_tree(folder, NULL);
}

static char *digest_for(const char *text)
{
    char digest[DIGEST_TEXT_SIZE];
    digest_of(text, strlen(text), digest);
    return mem_strdup(digest);
}

static void add_layer(const char *diff_id, int64_t bytes)
{
    AUTO_FREE char *path = image_path_layer(folder, diff_id);
    assert_int_equal(file_mkdirs(path, 0755, NULL), 0);
    assert_int_equal(image_layer_facts_save(folder, diff_id, bytes, false, NULL), 0);
}

/* An image with layers named by the letters of `layers`, 100 bytes each. Gives its id; the caller frees. */
static char *add_image(const char *command, const char *layers, const char *name)
{
    AUTO(image_record_done)
    struct image_record r = {0};
    AUTO_BUF struct buf ids = {0};
    for (const char *l = layers; *l; l++) {
        char text[2] = {*l, '\0'};
        AUTO_FREE char *id = digest_for(text);
        add_layer(id, 100);
        strv_add(&r.layers, id);
        buf_addf(&ids, "%s\"%s\"", l > layers ? ", " : "", id);
    }
    AUTO_FREE char *config =
        mem_printf("{\"config\": {\"Cmd\": [\"%s\"]}, \"rootfs\": {\"diff_ids\": [%s]}}", command, buf_str(&ids));
    r.id = digest_for(config);
    r.size = 100 * (int64_t)r.layers.n;
    AUTO_FREE char *blob = image_path_blob(folder, r.id);
    assert_int_equal(file_write_fast(blob, config, strlen(config), 0600, NULL), 0);
    assert_int_equal(image_record_put(folder, &r, name, &fault), 0);
    return mem_strdup(r.id);
}

static void assert_found(const char *name, const char *id)
{
    AUTO(image_freep)
    struct image *i = NULL;
    if (image_find(store, name, &i, &fault) < 0)
        fail_msg("%s: %s", name, fault.text);
    assert_string_equal(i->id, id);
}

static void assert_not_found(const char *name, int code, const char *words)
{
    AUTO(image_freep)
    struct image *i = NULL;
    assert_int_equal(image_find(store, name, &i, &fault), -code);
    if (!strstr(fault.text, words))
        fail_msg("'%s' is not in '%s'", words, fault.text);
}

static bool layer_there(const char *letter)
{
    AUTO_FREE char *id = digest_for(letter), *path = image_path_layer(folder, id);
    return file_exists(path);
}

static void finds_by_any_name(void **state)
{
    AUTO_FREE char *a = add_image("a", "xy", "docker.io/library/nginx:latest"),
                   *b = add_image("b", "x", "r.example:5000/nginx:1");
    assert_found("nginx", a);
    assert_found("docker.io/nginx:latest", a);
    assert_found("library/nginx", a);
    assert_found("r.example:5000/nginx:1", b);
    assert_found(a, a);
    AUTO_FREE char *prefix = mem_strndup(b + 7, 12), *longer = mem_strndup(b, 7 + 20), *shorter = mem_strndup(b + 7, 5);
    assert_found(prefix, b);
    assert_found(longer, b);
    assert_not_found(shorter, ENOENT, "is not on this machine");
    assert_not_found("ngnix", ENOENT, "did you mean 'nginx'?");
    assert_not_found("nginx:2", ENOENT, "image 'nginx:2' is not on this machine");
    assert_not_found("sha256:0000000000000000000000000000000000000000000000000000000000000000", ENOENT,
                     "is not on this machine");
    assert_not_found("", ENOENT, "");
}

static void gives_what_an_image_says(void **state)
{
    AUTO_FREE char *id = add_image("run-me", "xyz", "docker.io/library/a:latest"), *top = digest_for("z");
    AUTO(image_freep)
    struct image *i = NULL;
    assert_int_equal(image_find(store, "a", &i, &fault), 0);
    assert_string_equal(i->config.command.v[0], "run-me");
    assert_int_equal(i->layers.n, 3);
    AUTO_FREE char *path = image_path_layer(image_store_folder(store), top);
    assert_string_equal(i->layers.v[2], path); /* lowest first */
    assert_true(i->size == 300 && i->layers.v[0][0] == '/');
}

static void a_name_moves_to_the_newer_image(void **state)
{
    AUTO_FREE char *a = add_image("a", "x", "docker.io/library/app:1"),
                   *b = add_image("b", "y", "docker.io/library/app:1");
    assert_found("app:1", b);
    assert_found(a, a); /* nameless now, but there */
    struct image **list;
    size_t n;
    assert_int_equal(image_list(store, &list, &n, &fault), 0);
    assert_int_equal(n, 2);
    assert_string_equal(list[0]->id, b); /* the nameless last */
    assert_int_equal(list[1]->names.n, 0);
    for (size_t i = 0; i < n; i++)
        image_free(list[i]);
    free(list);
}

static void broken_between_the_later_record_has_the_name(void **state)
{
    AUTO_FREE char *a = add_image("a", "x", "docker.io/library/app:1"), *b = add_image("b", "y", NULL);
    AUTO(image_record_done)
    struct image_record r = {0};
    assert_int_equal(image_record_load(folder, b, &r, &fault), 0);
    strv_add(&r.names, "docker.io/library/app:1"); /* as if the power went before the other gave it up */
    assert_int_equal(image_record_save(folder, &r, &fault), 0);
    AUTO_FREE char *path = image_path_record(folder, a);
    const struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
    assert_found("app:1", b);
}

static void the_same_image_again_keeps_its_names(void **state)
{
    AUTO_FREE char *a = add_image("a", "x", "docker.io/library/one:1"),
                   *again = add_image("a", "x", "docker.io/library/two:2");
    assert_string_equal(a, again);
    assert_found("one:1", a);
    assert_found("two:2", a);
}

static void tags(void **state)
{
    AUTO_FREE char *a = add_image("a", "x", "docker.io/library/a:1"), *b = add_image("b", "x", "docker.io/library/b:1");
    assert_int_equal(image_tag(store, "a:1", "other/name:2", &fault), 0);
    assert_found("other/name:2", a);
    assert_found("a:1", a);
    assert_int_equal(image_tag(store, "b:1", "other/name:2", &fault), 0);
    assert_found("other/name:2", b);
    assert_int_equal(image_tag(store, "a:1", "No Name", &fault), -EINVAL);
    assert_int_equal(image_tag(store, "nothing", "x", &fault), -ENOENT);
}

static bool says_yes(void *data, const char *id)
{
    return str_eq(data, id);
}

static void removes_names_then_the_image(void **state)
{
    AUTO_FREE char *a = add_image("a", "xy", "docker.io/library/a:1"),
                   *b = add_image("b", "xz", "docker.io/library/b:1");
    int64_t freed = -1;
    assert_int_equal(image_tag(store, "a:1", "a:2", &fault), 0);
    assert_int_equal(image_remove(store, "a:2", says_yes, a, &freed, &fault), 0); /* only a name: also while in use */
    assert_true(freed == 0);
    assert_not_found("a:2", ENOENT, "");
    assert_int_equal(image_remove(store, "a:1", says_yes, a, &freed, &fault), -EBUSY);
    assert_non_null(strstr(fault.text, "in use by a container"));
    assert_found("a:1", a);
    assert_int_equal(image_remove(store, "a:1", says_yes, b, &freed, &fault), 0);
    assert_true(freed == 100); /* x is shared */
    assert_true(layer_there("x") && !layer_there("y") && layer_there("z"));
    AUTO_FREE char *blob = image_path_blob(folder, a);
    assert_false(file_exists(blob));
    assert_found("b:1", b);
    assert_int_equal(image_remove(store, "a:1", NULL, NULL, &freed, &fault), -ENOENT);
    assert_int_equal(image_remove(store, b, NULL, NULL, NULL, &fault), 0); /* by id */
    assert_false(layer_there("x") || layer_there("z"));
}

static void sweeping_waits_for_those_at_work(void **state)
{
    AUTO_FREE char *a = add_image("a", "x", "docker.io/library/a:1");
    AUTO_FREE char *wanted = file_join(folder, IMAGE_SWEEP_WANTED);
    AUTO_CLOSE int helper = -1;
    assert_int_equal(image_lock(folder, IMAGE_LOCK_USE, &helper, &fault), 0);
    int other = -1;
    assert_int_equal(image_lock(folder, IMAGE_LOCK_CLEAN, &other, &fault), -EAGAIN);
    assert_int_equal(image_remove(store, "a:1", NULL, NULL, NULL, &fault), 0);
    assert_true(layer_there("x") && file_exists(wanted)); /* the helper may count on it */
    close(take_fd(&helper));
    helper = -1;
    image_store_sweep_later(folder);
    assert_false(layer_there("x") || file_exists(wanted));
}

static void opening_clears_what_is_half_made(void **state)
{
    static const char *const litter[] = {"tmp/x", "layers/tmp-abc", "images/.old.json.abcdefgh"};
    for (size_t i = 0; i < ARRAY_LEN(litter); i++) {
        AUTO_FREE char *path = file_join(folder, litter[i]);
        const struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
        assert_int_equal(file_mkdirs(path, 0700, NULL), 0);
        assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
    }
    AUTO_FREE char *partial = file_join(folder, "partial/new"), *old = file_join(folder, "partial/old"),
                   *young = file_join(folder, "images/.new.json.abcdefgh");
    const struct timespec long_ago[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    assert_int_equal(file_write_fast(partial, "x", 1, 0600, NULL) + file_write_fast(old, "x", 1, 0600, NULL) +
                         file_write_fast(young, "x", 1, 0600, NULL),
                     0);
    assert_int_equal(utimensat(AT_FDCWD, old, long_ago, 0), 0);
    AUTO_CLOSE int helper = -1;
    struct image_store *second;
    assert_int_equal(image_lock(folder, IMAGE_LOCK_USE, &helper, &fault), 0);
    assert_int_equal(image_store_open(folder, &second, &fault), 0); /* somebody is at work: all stays */
    image_store_close(second);
    AUTO_FREE char *first = file_join(folder, litter[0]);
    assert_true(file_exists(first));
    close(take_fd(&helper));
    assert_int_equal(image_store_open(folder, &second, &fault), 0);
    image_store_close(second);
    for (size_t i = 0; i < ARRAY_LEN(litter); i++) {
        AUTO_FREE char *path = file_join(folder, litter[i]);
        if (file_exists(path))
            fail_msg("%s is still there", litter[i]);
    }
    assert_true(file_exists(partial) && !file_exists(old)); /* a pull goes on where it broke, but not for ever */
    assert_true(file_exists(young));                        /* somebody may be writing it right now */
}

static void a_damaged_record_hurts_nobody_else(void **state)
{
    AUTO_FREE char *a = add_image("a", "x", "docker.io/library/a:1"), *b = add_image("b", "y", "docker.io/library/b:1"),
                   *c = add_image("c", "z", "docker.io/library/c:1");
    AUTO_FREE char *path = image_path_record(folder, b);
    static const char *const wrong[] = {"", "{", "[]", "{\"id\": \"sha256:other\"}", "{\"layers\": [\"../../x\"]}"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        AUTO(image_record_done)
        struct image_record r = {0};
        assert_int_equal(file_write_fast(path, wrong[i], strlen(wrong[i]), 0600, NULL), 0);
        assert_int_equal(image_record_load(folder, b, &r, &fault), -EBADMSG);
        assert_non_null(strstr(fault.text, "is damaged"));
    }
    assert_found("a:1", a);
    assert_not_found("b:1", ENOENT, "");
    assert_int_equal(image_remove(store, "c:1", NULL, NULL, NULL, &fault),
                     -EBADMSG); /* gone, but nothing is swept: b's layers must not go */
    assert_true(layer_there("y") && layer_there("z"));
    assert_int_equal(unlink(path), 0);
    image_store_sweep_later(folder);
    assert_false(layer_there("y") || layer_there("z"));
    assert_true(layer_there("x"));
}

static void layers_without_facts_are_not_there(void **state)
{
    AUTO_FREE char *id = digest_for("x"), *facts = image_path_layer_facts(folder, id);
    int64_t bytes;
    bool hides;
    assert_false(image_layer_facts(folder, id, &bytes, &hides));
    add_layer(id, 5);
    assert_true(image_layer_facts(folder, id, &bytes, &hides) && bytes == 5 && !hides);
    assert_int_equal(image_layer_facts_save(folder, id, 6, true, &fault), 0);
    assert_true(image_layer_facts(folder, id, &bytes, &hides) && bytes == 6 && hides);
    assert_int_equal(unlink(facts), 0);
    assert_false(image_layer_facts(folder, id, &bytes, &hides));
}

#define T(name) cmocka_unit_test_setup_teardown(name, open_store, drop_store)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(finds_by_any_name),
        T(gives_what_an_image_says),
        T(a_name_moves_to_the_newer_image),
        T(broken_between_the_later_record_has_the_name),
        T(the_same_image_again_keeps_its_names),
        T(tags),
        T(removes_names_then_the_image),
        T(sweeping_waits_for_those_at_work),
        T(opening_clears_what_is_half_made),
        T(a_damaged_record_hurts_nobody_else),
        T(layers_without_facts_are_not_there),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
