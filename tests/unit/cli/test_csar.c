// SPDX-License-Identifier: Apache-2.0
/* Tests of archives: what is read, what is refused, and TOSCA.meta. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>
#include <cmocka.h>

#include "cli/csar.h"
#include "io/file.h"
#include "tosca/meta_file.h"

struct member {
    const char *name, *text;
    mode_t type; /* 0: a file */
    mode_t perm;
};

/* A zip of the members in memory. */
static int make_zip(const struct member *members, size_t n)
{
    int fd = memfd_create("zip", MFD_CLOEXEC);
    struct archive *a = archive_write_new();
    assert_int_equal(archive_write_set_format_zip(a), ARCHIVE_OK);
    assert_int_equal(archive_write_open_fd(a, fd), ARCHIVE_OK);
    for (size_t i = 0; i < n; i++) {
        const struct member *m = &members[i];
        struct archive_entry *e = archive_entry_new();
        size_t len = m->text ? strlen(m->text) : 0;
        archive_entry_set_pathname_utf8(e, m->name);
        archive_entry_set_filetype(e, m->type ? m->type : AE_IFREG);
        archive_entry_set_perm(e, m->perm ? m->perm : 0644);
        archive_entry_set_size(e, m->type ? 0 : (int64_t)len);
        if (m->type == AE_IFLNK)
            archive_entry_set_symlink(e, m->text);
        assert_true(archive_write_header(a, e) >= ARCHIVE_WARN);
        if (!m->type && len)
            assert_int_equal(archive_write_data(a, m->text, len), (la_ssize_t)len);
        archive_entry_free(e);
    }
    assert_int_equal(archive_write_free(a), ARCHIVE_OK);
    return fd;
}

/* Opens it and gives the result; its only error has to say `why` (NULL: there is none). The caller closes. */
static struct csar *look(int fd, const char *why)
{
    AUTO(diags_done)
    struct diags d = {0};
    struct csar *c = NULL;
    int r = csar_open(fd, "x.csar", &c, &d);
    assert_int_equal(r, why ? -EBADMSG : 0);
    assert_int_equal(d.errors, why ? 1 : 0);
    if (why && !strstr(d.items[0].text, why))
        fail_msg("'%s' does not say '%s'", d.items[0].text, why);
    if (why)
        assert_string_equal(d.items[0].code, "CSAR");
    return c;
}

static void refuse(const struct member *members, size_t n, const char *why)
{
    AUTO_CLOSE int fd = make_zip(members, n);
    csar_close(look(fd, why));
}

static void assert_text(struct csar *c, const char *path, const char *want)
{
    AUTO_FREE char *text = NULL;
    struct err e = {0};
    size_t len;
    assert_int_equal(csar_read(c, path, 1000, &text, &len, &e), 0);
    assert_string_equal(text, want);
    assert_int_equal(len, strlen(want));
}

static void test_members(void **state)
{
    static const struct member members[] = {
        {"TOSCA-Metadata/", NULL, AE_IFDIR, 0},  {"TOSCA-Metadata/TOSCA.meta", "Entry-Definitions: a.yaml\n", 0, 0},
        {"scripts/start.sh", "echo\n", 0, 0755}, {"scripts/empty", "", 0, 0},
        {"\xc3\xa9.yaml", "a: b\n", 0, 0},
    };
    AUTO_CLOSE int fd = make_zip(members, ARRAY_LEN(members));
    struct csar *c = look(fd, NULL);
    const struct csar_member *all;
    struct err e = {0};
    char *text = NULL;
    size_t len;
    assert_int_equal(csar_members(c, &all), 6); /* scripts/ is a folder without being named */
    assert_text(c, "scripts/start.sh", "echo\n");
    assert_text(c, "TOSCA-Metadata/TOSCA.meta", "Entry-Definitions: a.yaml\n"); /* in any order */
    assert_text(c, "\xc3\xa9.yaml", "a: b\n");
    assert_text(c, "scripts/empty", "");
    assert_true(csar_find(c, "scripts/start.sh")->runs);
    assert_false(csar_find(c, "scripts/empty")->runs);
    assert_true(csar_find(c, "scripts")->folder);
    assert_null(csar_find(c, "script"));
    assert_int_equal(csar_read(c, "gone", 10, &text, &len, &e), -ENOENT);
    assert_int_equal(csar_read(c, "scripts", 10, &text, &len, &e), -EISDIR);
    assert_int_equal(csar_read(c, "TOSCA-Metadata/TOSCA.meta", 10, &text, &len, &e), -EFBIG);
    AUTO_CLOSE int in = csar_fd(c, "scripts/start.sh", &e);
    AUTO_FREE char *again = NULL;
    assert_int_equal(file_read_fd(in, 100, &again, &len, &e), 0);
    assert_string_equal(again, "echo\n");
    csar_close(c);
}

/* A byte of a member's content is another one: told when it is read. */
static void test_damaged(void **state)
{
    static const struct member m = {"a", "a text that is stored so that it can be damaged in the middle of it", 0, 0};
    AUTO_CLOSE int fd = make_zip(&m, 1);
    off_t size = lseek(fd, 0, SEEK_END);
    size_t told = 0;
    for (off_t at = 30; at < size; at++) {
        struct csar *c = NULL;
        AUTO(diags_done)
        struct diags d = {0};
        char was, other, *text = NULL;
        size_t len;
        struct err e = {0};
        assert_int_equal(pread(fd, &was, 1, at), 1);
        other = (char)(was ^ 0x10);
        assert_int_equal(pwrite(fd, &other, 1, at), 1);
        int r = csar_open(fd, "x.csar", &c, &d);
        int r2 = r == 0 ? csar_read(c, "a", 1000, &text, &len, &e) : r;
        told += r2 == -EBADMSG;
        if (r2 == 0)
            assert_string_equal(text, m.text);
        free(text);
        csar_close(c);
        assert_int_equal(pwrite(fd, &was, 1, at), 1);
    }
    assert_true(told > 20);
}

static void test_unclean_names(void **state)
{
    static const char *const names[] = {"../up", "a/../../up", "/etc/passwd", "a/./b", "a//b", "a\nb", "..", "."};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct member m = {names[i], "x", 0, 0};
        refuse(&m, 1, "has a name that");
    }
    char name[1100];
    memset(name, 'x', sizeof(name));
    for (size_t i = 100; i < sizeof(name); i += 100)
        name[i] = '/';
    name[sizeof(name) - 1] = '\0';
    refuse(&(struct member){name, "x", 0, 0}, 1, "too long");
}

static void test_links(void **state)
{
    static const struct member members[] = {{"out", "/etc", AE_IFLNK, 0777}, {"out/passwd", "x", 0, 0}};
    refuse(members, 1, "links are not taken");
    refuse(members, 2, "links are not taken");
}

static void test_doubles(void **state)
{
    static const struct member twice[] = {{"a", "1", 0, 0}, {"a", "2", 0, 0}};
    static const struct member under[] = {{"a", "1", 0, 0}, {"a/b", "2", 0, 0}};
    static const struct member over[] = {{"a/b", "1", 0, 0}, {"a", "2", 0, 0}};
    static const struct member folders[] = {{"a/", NULL, AE_IFDIR, 0}, {"a/b", "2", 0, 0}, {"a/", NULL, AE_IFDIR, 0}};
    refuse(twice, 2, "is in it twice");
    refuse(under, 2, "is a file, and the folder of others");
    refuse(over, 2, "is in it twice");
    AUTO_CLOSE int fd = make_zip(folders, 3);
    csar_close(look(fd, NULL));
}

static void test_bomb(void **state)
{
    size_t len = 64U << 20;
    char *zeros = mem_alloc(len + 1);
    memset(zeros, 'a', len);
    refuse(&(struct member){"bomb", zeros, 0, 0}, 1, "times its size");
    free(zeros);
}

static void test_too_many(void **state)
{
    size_t n = CSAR_MEMBERS_MAX + 1;
    struct member *members = mem_array(n, sizeof(*members));
    for (size_t i = 0; i < n; i++)
        members[i] = (struct member){mem_printf("f%zu", i), "", 0, 0};
    refuse(members, n, "more than 10000 members");
    for (size_t i = 0; i < n; i++)
        free((void *)(uintptr_t)members[i].name);
    free(members);
}

static void test_no_zip(void **state)
{
    static const char *const texts[] = {"", "this is no zip", "PK\x03\x04", "PK\x05\x06"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        AUTO_CLOSE int fd = memfd_create("no zip", MFD_CLOEXEC);
        assert_int_equal(file_write_fd(fd, texts[i], strlen(texts[i])), 0);
        csar_close(look(fd, "x.csar"));
    }
}

static void test_cut_off(void **state)
{
    static const struct member m = {"a", "a text that is long enough to be cut off somewhere inside", 0, 0};
    AUTO_CLOSE int fd = make_zip(&m, 1);
    off_t size = lseek(fd, 0, SEEK_END);
    for (off_t cut = size - 1; cut >= 0; cut--) {
        AUTO(diags_done)
        struct diags d = {0};
        struct csar *c = NULL;
        assert_int_equal(ftruncate(fd, cut), 0);
        int r = csar_open(fd, "x.csar", &c, &d); /* without the last bytes of its directory it may still be read */
        assert_int_equal(r, c ? 0 : -EBADMSG);
        assert_int_equal(d.errors, c ? 0 : 1);
        char *text = NULL;
        size_t len;
        struct err e = {0};
        r = c ? csar_read(c, "a", 1000, &text, &len, &e) : r;
        if (r == 0)
            assert_string_equal(text, m.text);
        else
            assert_int_equal(r, -EBADMSG);
        free(text);
        csar_close(c);
    }
}

static void test_meta(void **state)
{
    static const struct {
        const char *text, *entry; /* entry NULL: refused */
        const char *why;
        size_t warnings;
        int line;
    } cases[] = {
        {"TOSCA-Meta-File-Version: 1.0\nCSAR-Version: 1.1\nCreated-By: me\nEntry-Definitions: a/b.yaml\n", "a/b.yaml",
         NULL, 0, 0},
        {"TOSCA-Meta-File-Version: 1.1\r\nCSAR-Version: 1.1\r\nCreated-By: me\r\nEntry-Definitions: a.yaml\r\n\r\nrest",
         "a.yaml", NULL, 0, 0},
        {"tosca-meta-file-version: 1.0\nCSAR-VERSION: 1.1\nCreated-by: me\nEntry-Definitions:\"a b.yaml\"", "a b.yaml",
         NULL, 0, 0},
        {"Entry-Definitions: a.yaml\n", "a.yaml", NULL, 3, 0},
        {"\n\nEntry-Definitions: a/\n b.yaml\n", "a/b.yaml", NULL, 3, 0},
        {"Entry-Definitions: a.yaml\nName: x\n more\n", "a.yaml", NULL, 3, 0},
        {"", NULL, "Entry-Definitions is missing", 3, 1},
        {"Entry-Definitions:\n", NULL, "Entry-Definitions is missing", 3, 1},
        {"CSAR-Version: 1.1\n\nEntry-Definitions: a.yaml\n", NULL, "Entry-Definitions is missing", 2, 1},
        {"CSAR-Version: 2.0\nEntry-Definitions: a.yaml\n", "a.yaml", NULL, 0, 0},
        {"CSAR-Version: 3.0\nEntry-Definitions: a.yaml\n", NULL, "CSAR-Version is '3.0'", 1, 1},
        {"Created-By: x\nTOSCA-Meta-File-Version: 7\nEntry-Definitions: a.yaml\n", NULL,
         "TOSCA-Meta-File-Version is '7'", 0, 2},
        {"Created-By: x\nEntry-Definitions, a.yaml\n", NULL, "no line of the form", 0, 2},
        {": a\n", NULL, "no line of the form", 0, 1},
        {" a: b\n", NULL, "continues nothing", 0, 1},
        {"Entry-Definitions: a\nEntry-Definitions: b\n", NULL, "stands there twice", 0, 2},
        {"Entry-Definitions: \xff\n", NULL, "not text", 0, 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO(diags_done)
        struct diags d = {0};
        AUTO(meta_file_done)
        struct meta_file says = {0};
        int r = meta_file_read(cases[i].text, strlen(cases[i].text), "TOSCA.meta", &says, &d);
        print_message("# case %zu\n", i);
        assert_int_equal(r, cases[i].entry ? 0 : -EBADMSG);
        assert_int_equal(d.errors, cases[i].entry ? 0 : 1);
        assert_int_equal(d.n - d.errors, cases[i].warnings);
        if (cases[i].entry) {
            assert_string_equal(says.entry, cases[i].entry);
            continue;
        }
        const struct diag *f = &d.items[d.n - 1];
        assert_int_equal(f->line, cases[i].line);
        assert_string_equal(f->code, "CSAR");
        if (!strstr(f->text, cases[i].why))
            fail_msg("case %zu: '%s' does not say '%s'", i, f->text, cases[i].why);
    }
}

static void test_meta_others(void **state)
{
    AUTO(diags_done)
    struct diags d = {0};
    AUTO(meta_file_done)
    struct meta_file says = {0};
    const char *text =
        "CSAR-Version: 2.0\nEntry-Definitions: \"my app.yaml\"\nOther-Definitions: a/b.yaml \"c d.yaml\"\n  e.yaml\n";
    assert_int_equal(meta_file_read(text, strlen(text), "TOSCA.meta", &says, &d), 0);
    assert_string_equal(says.entry, "my app.yaml");
    assert_int_equal(says.others.n, 3);
    assert_string_equal(says.others.v[0], "a/b.yaml");
    assert_string_equal(says.others.v[1], "c d.yaml");
    assert_string_equal(says.others.v[2], "e.yaml");
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members),  cmocka_unit_test(test_damaged),     cmocka_unit_test(test_unclean_names),
        cmocka_unit_test(test_links),    cmocka_unit_test(test_doubles),     cmocka_unit_test(test_bomb),
        cmocka_unit_test(test_too_many), cmocka_unit_test(test_no_zip),      cmocka_unit_test(test_cut_off),
        cmocka_unit_test(test_meta),     cmocka_unit_test(test_meta_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
