// SPDX-License-Identifier: Apache-2.0
/* Users looked up in a container's own files: by name and number, with groups, also through links, never outside; and
 * mount targets and overlays made in its root. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/container_spec.h"
#include "engine/rootfs_private.h"
#include "io/file.h"

static char base[] = "/tmp/container-user-XXXXXX";
static char *root, *outside;

static int set_up(void **state)
{
    if (!mkdtemp(base))
        return -1;
    outside = file_join(base, "outside");
    root = file_join(base, "root");
    return mkdir(outside, 0755);
}

static int tear_down(void **state)
{
    free(root);
    free(outside);
    return file_remove_tree(base, NULL);
}

static int fresh(void **state)
{
    AUTO_FREE char *etc = file_join(root, "etc");
    int r = file_remove_tree(root, NULL);
    return r < 0 ? r : file_mkdirs(etc, 0755, NULL);
}

static void put(const char *name, const char *text)
{
    AUTO_FREE char *path = file_join(root, name);
    assert_int_equal(file_write_fast(path, text, strlen(text), 0644, NULL), 0);
}

static void put_accounts(void)
{
    put("etc/passwd",
        "# a comment\n\nroot:x:0:0:root:/root:/bin/sh\nbroken line\nbob:x:1000:1001:Bob:/home/bob:/bin/sh\n"
        "1000:x:7:8::/seven:\nnohome:x:50:51\nbad:x:-1:0::/:\nhuge:x:99999999999:0::/:\n");
    put("etc/group", "root:x:0:\nbob:x:1001:\nstaff:x:50:alice,bob\nwheel:x:60:bob\nbobby:x:70:bobby\nbad:x:zz:bob\n");
}

static const struct {
    const char *user;
    uint32_t uid, gid;
    size_t n_groups; /* the primary one is among them */
    const char *home;
} good[] = {
    {"", 0, 0, 1, "/root"},
    {NULL, 0, 0, 1, "/root"},
    {"root", 0, 0, 1, "/root"},
    {"bob", 1000, 1001, 3, "/home/bob"},
    {"bob:staff", 1000, 50, 1, "/home/bob"},
    {"bob:12", 1000, 12, 1, "/home/bob"},
    {"77", 77, 0, 1, "/"},
    {"77:88", 77, 88, 1, "/"},
    {"nohome", 50, 51, 1, "/"},
    {"4294967294", 4294967294U, 0, 1, "/"},
};

static void finds_users(void **state)
{
    put_accounts();
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        struct container_user u;
        struct err e = {0};
        if (container_user_find(root, good[i].user, &u, &e) < 0)
            fail_msg("%s: %s", good[i].user, e.text);
        if (u.uid != good[i].uid || u.gid != good[i].gid || u.n_groups != good[i].n_groups ||
            !str_eq(u.home, good[i].home))
            fail_msg("'%s' is %u:%u with %zu groups at %s", good[i].user ? good[i].user : "", u.uid, u.gid, u.n_groups,
                     u.home);
        assert_int_equal(u.groups[0], u.gid);
    }
}

static void refuses_users(void **state)
{
    static const struct {
        const char *user;
        int code;
        const char *words;
    } bad[] = {
        {"nobody", ENOENT, "user 'nobody' is not in the image's /etc/passwd"},
        {"bob:nothere", ENOENT, "group 'nothere' is not in the image's /etc/group"},
        {":50", EINVAL, "is not 'name', 'uid'"},
        {"bob:", EINVAL, "is not 'name', 'uid'"},
        {":", EINVAL, "is not 'name', 'uid'"},
        {"-1", ENOENT, "user '-1' is not in"},
        {"4294967295", ENOENT, "is not in"}, /* (uid_t)-1 */
        {"bad", ENOENT, "is not in"},
        {"huge", ENOENT, "is not in"},
    };
    put_accounts();
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct container_user u;
        struct err e = {0};
        assert_int_equal(container_user_find(root, bad[i].user, &u, &e), -bad[i].code);
        if (!strstr(e.text, bad[i].words))
            fail_msg("'%s' does not say '%s'", e.text, bad[i].words);
    }
}

static void an_image_without_accounts_has_numbers(void **state)
{
    struct container_user u;
    struct err e = {0};
    assert_int_equal(container_user_find(root, "", &u, &e), 0);
    assert_true(u.uid == 0 && u.gid == 0);
    assert_int_equal(container_user_find(root, "5:6", &u, &e), 0);
    assert_true(u.uid == 5 && u.gid == 6);
    assert_int_equal(container_user_find(root, "bob", &u, &e), -ENOENT);
}

static void many_groups_are_bounded(void **state)
{
    AUTO_BUF struct buf groups = {0};
    struct container_user u;
    struct err e = {0};
    for (int i = 0; i < 100; i++)
        buf_addf(&groups, "g%d:x:%d:bob\n", i, 2000 + i);
    put("etc/passwd", "bob:x:1000:1001::/home/bob:\n");
    put("etc/group", groups.data);
    assert_int_equal(container_user_find(root, "bob", &u, &e), 0);
    assert_int_equal(u.n_groups, ARRAY_LEN(u.groups));
}

static void accounts_are_read_inside_only(void **state)
{
    AUTO_FREE char *passwd = file_join(root, "etc/passwd"), *real = file_join(outside, "passwd"),
                   *inner = file_join(root, "real");
    struct container_user u;
    struct err e = {0};
    assert_int_equal(file_write_fast(real, "evil:x:5:5::/:\n", 15, 0644, NULL), 0);
    assert_int_equal(symlink(real, passwd), 0); /* absolute: from the container's own root, where nothing is */
    assert_int_equal(container_user_find(root, "evil", &u, &e), -ENOENT);
    unlink(passwd);
    assert_int_equal(symlink("../../outside/passwd", passwd), 0);
    assert_int_equal(container_user_find(root, "evil", &u, &e), -ENOENT);
    unlink(passwd);
    put("real", "good:x:9:9::/g:\n");
    assert_int_equal(symlink("/real", passwd), 0);
    assert_int_equal(container_user_find(root, "good", &u, &e), 0);
    assert_int_equal(u.uid, 9);
    unlink(passwd);
    unlink(inner);
    assert_int_equal(mkfifo(passwd, 0644), 0); /* waits for nobody */
    assert_int_equal(container_user_find(root, "good", &u, &e), -EINVAL);
    unlink(passwd);
    assert_int_equal(mkdir(passwd, 0755), 0);
    assert_int_equal(container_user_find(root, "good", &u, &e), -EISDIR);
}

/* ---- targets ---- */

static int make_target(const char *path, bool is_file)
{
    struct err e = {0};
    AUTO_CLOSE int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return rootfs_make_target(fd, path, is_file, &e);
}

static bool is_kind(const char *path, mode_t kind)
{
    struct stat st;
    AUTO_FREE char *full = file_join(root, path);
    return lstat(full, &st) == 0 && (st.st_mode & S_IFMT) == kind;
}

static void link_in(const char *path, const char *target)
{
    AUTO_FREE char *full = file_join(root, path);
    assert_int_equal(symlink(target, full), 0);
}

static void targets_are_made(void **state)
{
    assert_int_equal(make_target("/a/b/c", false), 0);
    assert_int_equal(make_target("/a/b/c", false), 0);
    assert_int_equal(make_target("/x/y/file", true), 0);
    assert_int_equal(make_target("/x/y/file", true), 0);
    assert_int_equal(make_target("//d/.//e/../f/", false), 0);
    assert_int_equal(make_target("/", false), 0);
    assert_true(is_kind("a/b/c", S_IFDIR) && is_kind("x/y/file", S_IFREG) && is_kind("d/f", S_IFDIR));
    assert_int_equal(make_target("relative", false), -EINVAL);
    assert_int_equal(make_target("/../x", false), -EINVAL);
    assert_int_equal(make_target("/a/b", true), -EISDIR);
    assert_int_equal(make_target("/x/y/file/z", false), -ENOTDIR);
}

static void targets_stay_inside(void **state)
{
    AUTO_STRV struct strv names = {0};
    link_in("absolute", outside);
    link_in("up", "../../outside");
    link_in("inner", "/made/later");
    link_in("file", "made/file");
    assert_int_equal(make_target("/absolute/x", false), 0);
    assert_int_equal(make_target("/up/x", false), 0);
    assert_int_equal(make_target("/inner/x", false), 0);
    assert_int_equal(make_target("/file", true), 0);
    assert_true(is_kind("made/later/x", S_IFDIR) && is_kind("made/file", S_IFREG));
    AUTO_FREE char *as_seen = mem_printf("%s/x", outside + 1);
    assert_true(is_kind(as_seen, S_IFDIR)); /* as in a chroot */
    assert_int_equal(file_list(outside, &names, NULL), 0);
    assert_false(strv_has(&names, "x"));
}

static void circles_of_links_end(void **state)
{
    link_in("a", "b");
    link_in("b", "a");
    assert_int_equal(make_target("/a/x", false), -ELOOP);
    assert_int_equal(make_target("/a", true), -ELOOP);
    for (int i = 0; i < 20; i++) { /* a chain of links to what is not there, each making the next */
        AUTO_FREE char *from = mem_printf("chain%d", i), *to = mem_printf("chain%d/d", i + 1);
        link_in(from, to);
    }
    assert_true(make_target("/chain0/x", false) < 0);
}

/* ---- overlays ---- */

static int private_mounts(void)
{
    return unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ? -1 : 0;
}

/* `n` layers, each with a file of its number and all with "n"; mounts, looks, unmounts. */
static void try_layers(const char *under, size_t n)
{
    AUTO_STRV struct strv layers = {0};
    AUTO_FREE char *target = file_join(base, "target"), *upper = file_join(base, "upper"),
                   *work = file_join(base, "work");
    AUTO_FREE char *top = mem_printf("%s/target/n", base), *first = mem_printf("%s/target/f0", base), *text = NULL;
    struct err e = {0};
    for (size_t i = 0; i < n; i++) {
        AUTO_FREE char *layer = mem_printf("%s/%s-%zu", base, under, i), *own = mem_printf("%s/f%zu", layer, i),
                       *shared = file_join(layer, "n");
        AUTO_FREE char *number = mem_printf("%zu", i);
        assert_int_equal(file_mkdirs(layer, 0755, NULL), 0);
        assert_int_equal(
            file_write_fast(own, "", 0, 0644, NULL) + file_write_fast(shared, number, strlen(number), 0644, NULL), 0);
        strv_add(&layers, layer);
    }
    assert_int_equal(file_mkdirs(target, 0755, NULL) + file_mkdirs(upper, 0755, NULL) + file_mkdirs(work, 0755, NULL),
                     0);
    assert_false(overlay_is_mounted(target));
    if (overlay_mount(&layers, upper, work, target, &e) < 0)
        fail_msg("%zu layers: %s", n, e.text);
    bool mounted = overlay_is_mounted(target), all = file_exists(first);
    int r = file_read(top, 100, &text, NULL, NULL);
    assert_int_equal(overlay_unmount(target, &e), 0);
    assert_int_equal(overlay_unmount(target, &e), 0);
    AUTO_FREE char *highest = mem_printf("%zu", n - 1);
    assert_true(mounted && all && r == 0 && !overlay_is_mounted(target));
    assert_string_equal(text, highest);
    assert_int_equal(file_remove_tree(upper, NULL) + file_remove_tree(work, NULL), 0);
}

static void layers_are_mounted_few_and_many(void **state)
{
    char here[4096];
    if (private_mounts() < 0) {
        print_message("# skipped: needs the right to mount\n");
        skip();
    }
    assert_non_null(getcwd(here, sizeof(here)));
    try_layers("one", 1);
    try_layers("a-name-as-long-as-digests-are-0123456789abcdef0123456789abcdef0123456789abcdef", 40);
    try_layers("colons:and,commas\\too", 3);
    try_layers("many", 500);
    char after[4096];
    assert_non_null(getcwd(after, sizeof(after)));
    assert_string_equal(here, after);
}

static void too_many_and_missing_layers_are_told(void **state)
{
    AUTO_STRV struct strv layers = {0};
    AUTO_FREE char *target = file_join(base, "target"), *upper = file_join(base, "upper");
    struct err e = {0};
    assert_int_equal(overlay_mount(&layers, upper, upper, target, &e), -EINVAL);
    assert_non_null(strstr(e.text, "1 to 500 layers, this one 0"));
    for (int i = 0; i < 501; i++)
        strv_add(&layers, "/nowhere:at/all");
    assert_int_equal(overlay_mount(&layers, upper, upper, target, &e), -EINVAL);
    AUTO_STRV struct strv one = {0};
    strv_add(&one, "/nowhere:at/all");
    assert_int_equal(overlay_mount(&one, upper, upper, target, &e), -ENOENT);
    assert_non_null(strstr(e.text, "open folder /nowhere:at/all"));
}

#define T(name) cmocka_unit_test_setup(name, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(finds_users),
        T(refuses_users),
        T(an_image_without_accounts_has_numbers),
        T(many_groups_are_bounded),
        T(accounts_are_read_inside_only),
        T(targets_are_made),
        T(targets_stay_inside),
        T(circles_of_links_end),
        T(layers_are_mounted_few_and_many),
        T(too_many_and_missing_layers_are_told),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
