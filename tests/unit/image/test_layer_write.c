// SPDX-License-Identifier: Apache-2.0
/* The writer of layers, on tars of every kind: what it makes, what becomes overlayfs' own marks, what it refuses, and
 * that nothing of it reaches beside the layer's folder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "image/layer_write.h"
#include "io/file.h"
#include "tar_fixture.h"

static char base[] = "/tmp/layer-write-XXXXXX";
static char *root_path, *beside, *secret;
static struct buf tar;
static struct layer_report report;
static struct err fault;
static const struct layer_limits small = {.max_bytes = 100000, .max_entries = 50, .max_depth = 10};

static int set_up(void **state)
{
    if (!mkdtemp(base) || layer_archive_open(&fault) < 0)
        return -1;
    root_path = file_join(base, "layer");
    beside = file_join(base, "beside");
    secret = file_join(beside, "secret");
    return mkdir(beside, 0700) < 0 ? -1 : file_write_fast(secret, "secret", 6, 0600, NULL);
}

static int tear_down(void **state)
{
    free(root_path);
    free(beside);
    free(secret);
    return file_remove_tree(base, NULL);
}

static int fresh(void **state)
{
    buf_clear(&tar);
    return mkdir(root_path, 0755);
}

static int clean(void **state)
{
    AUTO_STRV struct strv names = {0}, all = {0};
    struct stat st;
    layer_report_done(&report);
    buf_done(&tar);
    /* Whatever the test did: beside the layer nothing has changed. */
    int r = file_list(beside, &names, NULL);
    if (r == 0)
        r = file_list(base, &all, NULL);
    if (r < 0 || names.n != 1 || all.n != 2 || lstat(secret, &st) < 0 || st.st_size != 6 || st.st_nlink != 1 ||
        (st.st_mode & 07777) != 0600)
        return -1;
    return file_remove_tree(root_path, NULL);
}

static void add(const char *name, char type, const char *data, const char *link)
{
    tar_add(&tar, &(struct tar_entry){.name = name, .type = type, .data = data, .link = link});
}

static void pax(const char *key, const char *value, const char *key2, const char *value2)
{
    tar_pax(&tar, (const char *const[]){key, value, key2, value2, NULL});
}

/* Headers as GNU tar writes them for a file with holes: one piece of `len` bytes (at most 512) at `at`. */
static void sparse(const char *name, const char *size, const char *map, const char *data)
{
    char body[1024] = {0};
    tar_pax(&tar, (const char *const[]){"GNU.sparse.major", "1", "GNU.sparse.minor", "0", "GNU.sparse.name", name,
                                        "GNU.sparse.realsize", size, NULL});
    memcpy(body, map, strlen(map));
    memcpy(body + 512, data, strlen(data));
    tar_add(&tar, &(struct tar_entry){.name = "GNUSparseFile/x", .claims = 512 + (int64_t)strlen(data)});
    buf_add(&tar, body, *data ? 1024 : 512);
}

/* The tar as it stands, not closed. */
static int write_raw(const struct layer_limits *limits)
{
    AUTO_FREE struct layer_source *source = mem_alloc(sizeof(*source));
    AUTO_CLOSE int root = open(root_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    source->head = tar.data;
    source->head_len = tar.len;
    source->fd = -1;
    err_clear(&fault);
    return layer_write(source, root, limits, &report, &fault);
}

static int write_tar(void)
{
    tar_end(&tar);
    return write_raw(&small);
}

static void assert_written(void)
{
    if (write_tar() < 0)
        fail_msg("%s", fault.text);
}

static void assert_refused(int code, const char *words)
{
    int r = write_tar();
    if (r != -code || !strstr(fault.text, words))
        fail_msg("%d: '%s' does not say '%s'", r, fault.text, words);
    assert_true(report.opaque.n == 0 && report.first_skipped == NULL);
}

static struct stat stat_of(const char *name)
{
    struct stat st = {0};
    AUTO_FREE char *path = file_join(root_path, name);
    if (lstat(path, &st) < 0)
        fail_msg("'%s' is not there", name);
    return st;
}

static bool there(const char *name)
{
    AUTO_FREE char *path = file_join(root_path, name);
    return file_exists(path);
}

static void assert_content(const char *name, const char *want)
{
    AUTO_FREE char *path = file_join(root_path, name), *text = NULL;
    if (file_read(path, 1 << 20, &text, NULL, NULL) < 0)
        fail_msg("'%s' cannot be read", name);
    assert_string_equal(text, want);
}

static void assert_whiteout(const char *name)
{
    struct stat st = stat_of(name);
    assert_true(S_ISCHR(st.st_mode) && st.st_rdev == 0);
}

/* ---- what is made ---- */

static void makes_files_with_all_that_belongs_to_them(void **state)
{
    tar_add(&tar, &(struct tar_entry){.name = "d/", .type = '5', .mode = 0750, .uid = 3, .gid = 4, .mtime = 1000});
    tar_add(&tar,
            &(struct tar_entry){.name = "d/f", .data = "hello", .mode = 04755, .uid = 5, .gid = 6, .mtime = 2000});
    tar_add(&tar,
            &(struct tar_entry){.name = "d/l", .type = '2', .link = "../anywhere/at/all", .uid = 7, .mtime = 3000});
    tar_add(&tar, &(struct tar_entry){.name = "d/p", .type = '6', .mode = 0620});
    add("d/h", '1', NULL, "d/f");
    add("made/by/itself", 0, "x", NULL);
    assert_written();
    struct stat d = stat_of("d"), f = stat_of("d/f"), l = stat_of("d/l"), h = stat_of("d/h"), p = stat_of("d/p");
    assert_int_equal(d.st_mode, S_IFDIR | 0750);
    assert_int_equal(d.st_mtime, 1000); /* though files were written into it afterwards */
    assert_int_equal(f.st_mode, S_IFREG | 04755);
    assert_int_equal(f.st_mtime, 2000);
    assert_int_equal(l.st_mtime, 3000);
    assert_int_equal(p.st_mode, S_IFIFO | 0620);
    assert_true(h.st_ino == f.st_ino && f.st_nlink == 2);
    assert_content("d/h", "hello");
    assert_int_equal(stat_of("made/by").st_mode, S_IFDIR | 0755);
    if (geteuid() == 0)
        assert_true(d.st_uid == 3 && d.st_gid == 4 && f.st_uid == 5 && f.st_gid == 6 && l.st_uid == 7);
    assert_true(report.entries == 6 && report.bytes == 6 && report.skipped == 0);
}

static void the_later_entry_wins(void **state)
{
    add("a", 0, "one", NULL);
    add("b", '1', NULL, "a");
    add("a", 0, "two", NULL); /* a new file: b keeps the old content */
    add("c/x", 0, "x", NULL);
    add("c", 0, "a file now", NULL);
    add("d", 0, "y", NULL);
    add("d", '5', NULL, NULL);
    add("d/z", 0, "z", NULL);
    add("e/keep", 0, "k", NULL);
    add("e", '5', NULL, NULL);
    add("f", '2', NULL, "a");
    add("f", 0, "no longer a link", NULL);
    assert_written();
    assert_content("a", "two");
    assert_content("b", "one");
    assert_content("c", "a file now");
    assert_content("d/z", "z");
    assert_content("e/keep", "k");
    assert_content("f", "no longer a link");
}

static void takes_long_names(void **state)
{
    AUTO_FREE char *name = mem_alloc(201);
    memset(name, 'n', 200);
    AUTO_FREE char *path = mem_printf("d/%s/\xc3\xa4\xc3\xb6", name);
    pax("path", path, NULL, NULL);
    add("short", 0, "long", NULL);
    pax("linkpath", path, NULL, NULL);
    add("h", '1', NULL, "short");
    assert_written();
    assert_content(path, "long");
    assert_content("h", "long");
}

static void takes_attributes_that_mean_something_inside(void **state)
{
    char value[16];
    pax("SCHILY.xattr.user.kept", "yes", "mtime", "5.25");
    add("f", 0, "x", NULL);
    pax("SCHILY.xattr.trusted.overlay.redirect", "/etc", NULL, NULL);
    add("g", '5', NULL, NULL);
    pax("SCHILY.xattr.user.overlay.redirect", "/etc", NULL, NULL);
    add("h", '5', NULL, NULL);
    assert_written();
    AUTO_FREE char *f = file_join(root_path, "f"), *g = file_join(root_path, "g"), *h = file_join(root_path, "h");
    ssize_t n = getxattr(f, "user.kept", value, sizeof(value));
    assert_true((n == 3 && memcmp(value, "yes", 3) == 0) || (n < 0 && errno == EOPNOTSUPP)); /* tmpfs may have none */
    assert_true(getxattr(g, "trusted.overlay.redirect", value, sizeof(value)) < 0);
    assert_true(getxattr(h, "user.overlay.redirect", value, sizeof(value)) < 0);
}

static void keeps_holes(void **state)
{
    sparse("holes", "90000", "1\n40000\n5\n", "hello");
    assert_written();
    struct stat st = stat_of("holes");
    assert_true(st.st_size == 90000 && st.st_blocks * 512 < 90000);
    AUTO_FREE char *path = file_join(root_path, "holes"), *text = NULL;
    size_t len;
    assert_int_equal(file_read(path, 1 << 20, &text, &len, NULL), 0);
    assert_memory_equal(text + 40000, "hello", 5);
}

/* ---- marks ---- */

static void whiteouts_become_overlays_own(void **state)
{
    add("a/.wh.gone", 0, NULL, NULL);
    add("a/.wh.gone-with-content", 0, "ignored", NULL);
    add(".wh.top", 0, NULL, NULL);
    assert_written();
    assert_whiteout("a/gone");
    assert_whiteout("a/gone-with-content");
    assert_whiteout("top");
    assert_false(there("a/.wh.gone"));
}

static void opaque_folders_are_told(void **state)
{
    add("d/.wh..wh..opq", 0, NULL, NULL);
    add("d/f", 0, "own", NULL);
    add(".wh..wh..opq", 0, NULL, NULL);
    add(".wh..wh.plnk", '5', NULL, NULL); /* aufs' own: nothing of the image */
    assert_written();
    assert_content("d/f", "own");
    assert_int_equal(report.opaque.n, 2);
    assert_true(strv_has(&report.opaque, "d") && strv_has(&report.opaque, "."));
    assert_false(there(".wh..wh.plnk") || there("d/.wh..wh..opq"));
}

static void a_whiteout_and_what_replaces_it(void **state)
{
    add(".wh.d", 0, NULL, NULL); /* gone below, new here: the new folder hides the old one's content */
    add("d", '5', NULL, NULL);
    add("d/new", 0, "n", NULL);
    add("e", 0, "own", NULL);
    add(".wh.e", 0, NULL, NULL); /* what this layer has itself stays */
    add(".wh.g", 0, NULL, NULL);
    add("g/deep/x", 0, "x", NULL); /* its folder is made, not named */
    assert_written();
    assert_content("d/new", "n");
    assert_content("e", "own");
    assert_content("g/deep/x", "x");
    assert_true(strv_has(&report.opaque, "d") && strv_has(&report.opaque, "g"));
}

static void whiteouts_of_nothing_are_refused(void **state)
{
    add("a/.wh...", 0, NULL, NULL);
    assert_refused(ENOEXEC, "names nothing");
}

/* ---- devices ---- */

static void devices_are_passed_over(void **state)
{
    add("dev/null", '3', NULL, NULL);
    add("dev/sda", '4', NULL, NULL);
    add("f", 0, "x", NULL);
    assert_written();
    assert_false(there("dev/null") || there("dev/sda"));
    assert_true(report.skipped == 2);
    assert_string_equal(report.first_skipped, "dev/null");
}

/* ---- what would lead outside ---- */

static void absolute_paths_and_dots_stay_inside(void **state)
{
    add("/etc/passwd", 0, "inside", NULL);
    add("./a/./b/../c", 0, "c", NULL);
    assert_written();
    assert_content("etc/passwd", "inside");
    assert_content("a/c", "c");
}

static void dots_that_lead_outside_are_refused(void **state)
{
    static const char *const names[] = {"../beside/x", "a/../../beside/x", "/../beside/x", ".."};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        buf_clear(&tar);
        add(names[i], 0, "x", NULL);
        assert_refused(ENOEXEC, "leads outside the layer");
    }
}

static void links_are_followed_inside_only(void **state)
{
    add("in", '2', NULL, "/real");
    add("real", '5', NULL, NULL);
    add("in/f", 0, "through", NULL); /* an absolute link leads to the layer's own root */
    add("up", '2', NULL, "../../../../real");
    add("up/g", 0, "as in a chroot", NULL);
    assert_written();
    assert_content("real/f", "through");
    assert_content("real/g", "as in a chroot");
}

static void links_out_reach_nothing(void **state)
{
    AUTO_FREE char *absolute = file_join(beside, "secret");
    add("out", '2', NULL, beside);
    add("file", '2', NULL, absolute);
    add("file", 0, "replaces the link", NULL);
    assert_written();
    assert_content("file", "replaces the link");
    buf_clear(&tar);
    layer_report_done(&report);
    add("out/x", 0, "x", NULL);
    assert_refused(ENOEXEC, "leads through a file or a link without a target");
}

static void a_folder_over_a_link_replaces_it(void **state)
{
    add("d", '2', NULL, "../beside");
    add("d", '5', NULL, NULL);
    add("d/f", 0, "x", NULL);
    assert_written();
    assert_int_equal(stat_of("d").st_mode & S_IFMT, S_IFDIR);
    assert_content("d/f", "x");
}

static void hard_links_out_are_refused(void **state)
{
    AUTO_FREE char *absolute = file_join(beside, "secret");
    static const struct {
        const char *link, *words;
    } links[] = {{"../beside/secret", "leads outside"},
                 {"d/../../beside/secret", "leads outside"},
                 {"nowhere", "which this layer does not have"},
                 {"d", "leads to a folder"}};
    for (size_t i = 0; i < ARRAY_LEN(links); i++) {
        buf_clear(&tar);
        add("d", '5', NULL, NULL);
        add("h", '1', NULL, links[i].link);
        assert_refused(ENOEXEC, links[i].words);
    }
    buf_clear(&tar);
    add("h", '1', NULL, absolute); /* taken from the layer's own root, where nothing is */
    assert_refused(ENOEXEC, "which this layer does not have");
    buf_clear(&tar);
    add("out", '2', NULL, beside);
    add("h", '1', NULL, "out/secret");
    assert_refused(ENOEXEC, "which this layer does not have");
}

static void a_hard_link_to_itself_keeps_the_file(void **state)
{
    add("f", 0, "x", NULL);
    add("f", '1', NULL, "./f");
    add("s", '2', NULL, ".");
    add("s/f", '1', NULL, "f"); /* the same file by another way round */
    assert_written();
    assert_content("f", "x");
}

static void a_hard_link_to_a_link_links_the_link(void **state)
{
    add("l", '2', NULL, "../beside/secret");
    add("h", '1', NULL, "l");
    assert_written();
    assert_int_equal(stat_of("h").st_mode & S_IFMT, S_IFLNK);
}

/* ---- limits ---- */

static void files_longer_than_allowed_are_refused(void **state)
{
    AUTO_FREE char *data = mem_alloc(100002);
    memset(data, 'x', 100001);
    add("big", 0, data, NULL);
    assert_refused(EFBIG, "file 'big' is longer than the 100000 bytes allowed; raise --max-bytes");
}

static void layers_larger_than_allowed_are_refused(void **state)
{
    AUTO_FREE char *data = mem_alloc(60001);
    memset(data, 'x', 60000);
    add("one", 0, data, NULL);
    add("two", 0, data, NULL);
    assert_refused(EFBIG, "the layer holds more than the 100000 bytes allowed");
}

static void claims_of_length_are_bounded(void **state)
{
    tar_add(&tar, &(struct tar_entry){.name = "liar", .data = "x", .claims = 077777777777});
    int r = write_tar();
    assert_true(r == -EFBIG || r == -EBADMSG);
    struct stat st = stat_of("liar");
    assert_true(st.st_size <= 100000);
}

static void holes_are_bounded(void **state)
{
    sparse("bomb", "999999999999", "0\n", "");
    assert_refused(EFBIG, "file 'bomb' is longer than");
    assert_true(stat_of("bomb").st_size <= 100000);
    buf_clear(&tar);
    sparse("far", "999999999999", "1\n999999990000\n5\n", "hello");
    assert_refused(EFBIG, "file 'far' is longer than");
    assert_true(stat_of("far").st_size <= 100000);
}

static void entries_are_bounded(void **state)
{
    for (int i = 0; i < 51; i++) {
        char name[16];
        snprintf(name, sizeof(name), "f%d", i);
        add(name, 0, NULL, NULL);
    }
    assert_refused(EFBIG, "more than 50 entries");
}

static void depth_is_bounded(void **state)
{
    add("1/2/3/4/5/6/7/8/9/10", 0, "x", NULL);
    assert_written();
    buf_clear(&tar);
    add("1/2/3/4/5/6/7/8/9/10b/11", 0, "x", NULL);
    assert_refused(EFBIG, "is deeper than 10 folders");
}

/* ---- broken ---- */

static void refuses_what_is_no_tar(void **state)
{
    buf_adds(&tar, "this is only a text, and a short one");
    assert_int_equal(write_raw(&small), -ENOEXEC);
    assert_non_null(strstr(fault.text, "this is no tar archive"));
    char zip[1024] = "PK\x03\x04";
    buf_clear(&tar);
    buf_add(&tar, zip, sizeof(zip));
    assert_int_equal(write_raw(&small), -ENOEXEC);
}

static void tells_that_it_was_cut_off(void **state)
{
    AUTO_FREE char *data = mem_alloc(2001);
    memset(data, 'x', 2000);
    add("a", 0, "x", NULL);
    add("b", 0, data, NULL);
    tar.len -= 1024;
    assert_int_equal(write_raw(&small), -EBADMSG);
    assert_non_null(strstr(fault.text, "read 'b'"));
}

static void tells_of_a_broken_header(void **state)
{
    add("a", 0, "x", NULL);
    add("b", 0, "y", NULL);
    tar.data[1024 + 5] ^= 1; /* b's name, and so its checksum */
    tar_end(&tar);
    int r = write_raw(&small);
    assert_true(r == -EBADMSG);
    assert_non_null(strstr(fault.text, "after 1 entries"));
}

static void an_empty_tar_is_a_layer(void **state)
{
    assert_written();
    assert_true(report.entries == 0);
}

static void a_file_in_the_way_of_a_folder_is_told(void **state)
{
    add("f", 0, "x", NULL);
    add("f/g", 0, "y", NULL);
    assert_refused(ENOEXEC, "folder 'f' leads through a file");
}

static void tells_packings(void **state)
{
    assert_int_equal(layer_packing_of("\x1f\x8b\x08\0\0\0", 6), LAYER_GZIP);
    assert_int_equal(layer_packing_of("\x28\xb5\x2f\xfd\0\0", 6), LAYER_ZSTD);
    assert_int_equal(layer_packing_of("\xfd\x37zXZ\0", 6), LAYER_XZ);
    assert_int_equal(layer_packing_of("BZh91A", 6), LAYER_BZIP2);
    assert_int_equal(layer_packing_of("\x1f", 1), LAYER_BARE);
    assert_int_equal(layer_packing_of("", 0), LAYER_BARE);
    assert_int_equal(layer_packing_of("etc/pa", 6), LAYER_BARE);
}

#define T(name) cmocka_unit_test_setup_teardown(name, fresh, clean)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(makes_files_with_all_that_belongs_to_them),
        T(the_later_entry_wins),
        T(takes_long_names),
        T(takes_attributes_that_mean_something_inside),
        T(keeps_holes),
        T(whiteouts_become_overlays_own),
        T(opaque_folders_are_told),
        T(a_whiteout_and_what_replaces_it),
        T(whiteouts_of_nothing_are_refused),
        T(devices_are_passed_over),
        T(absolute_paths_and_dots_stay_inside),
        T(dots_that_lead_outside_are_refused),
        T(links_are_followed_inside_only),
        T(links_out_reach_nothing),
        T(a_folder_over_a_link_replaces_it),
        T(hard_links_out_are_refused),
        T(a_hard_link_to_itself_keeps_the_file),
        T(a_hard_link_to_a_link_links_the_link),
        T(files_longer_than_allowed_are_refused),
        T(layers_larger_than_allowed_are_refused),
        T(claims_of_length_are_bounded),
        T(holes_are_bounded),
        T(entries_are_bounded),
        T(depth_is_bounded),
        T(refuses_what_is_no_tar),
        T(tells_that_it_was_cut_off),
        T(tells_of_a_broken_header),
        T(an_empty_tar_is_a_layer),
        T(a_file_in_the_way_of_a_folder_is_told),
        T(tells_packings),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
