// SPDX-License-Identifier: Apache-2.0
/* Tests of archives: what is unpacked, what is refused, and TOSCA.meta. */
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

struct place_to {
    char path[40];
    int fd;
};

static struct place_to folder_new(void)
{
    struct place_to p = {.path = "/tmp/sedge-test-csar-XXXXXX"};
    if (access("/dev/shm", W_OK) == 0) /* in memory: thousands of files are made */
        strcpy(p.path, "/dev/shm/sedge-test-csar-XXXXXX");
    assert_non_null(mkdtemp(p.path));
    p.fd = open(p.path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return p;
}

static void folder_end(struct place_to *p)
{
    close(p->fd);
    assert_int_equal(file_remove_tree(p->path, NULL), 0);
}

/* Unpacks and gives the result; its only error has to say `why` (NULL: there is none). */
static void unpack(int fd, const char *why, const struct place_to *p)
{
    AUTO(diags_done)
    struct diags d = {0};
    int r = csar_unpack(fd, p->fd, "x.csar", &d);
    assert_int_equal(r, why ? -EBADMSG : 0);
    assert_int_equal(d.errors, why ? 1 : 0);
    if (why && !strstr(d.items[0].text, why))
        fail_msg("'%s' does not say '%s'", d.items[0].text, why);
    if (why)
        assert_string_equal(d.items[0].code, "CSAR");
}

static void refuse(const struct member *members, size_t n, const char *why)
{
    struct place_to p = folder_new();
    AUTO_CLOSE int fd = make_zip(members, n);
    unpack(fd, why, &p);
    folder_end(&p);
}

static void test_unpack(void **state)
{
    static const struct member members[] = {
        {"TOSCA-Metadata/", NULL, AE_IFDIR, 0},  {"TOSCA-Metadata/TOSCA.meta", "Entry-Definitions: a.yaml\n", 0, 0},
        {"scripts/start.sh", "echo\n", 0, 0755}, {"scripts/empty", "", 0, 0},
        {"\xc3\xa9.yaml", "a: b\n", 0, 0},
    };
    struct place_to p = folder_new();
    AUTO_CLOSE int fd = make_zip(members, ARRAY_LEN(members));
    unpack(fd, NULL, &p);
    AUTO_FREE char *text = NULL, *other = NULL;
    struct stat st;
    assert_int_equal(file_read_at(p.fd, "TOSCA-Metadata/TOSCA.meta", 100, &text, NULL, NULL), 0);
    assert_string_equal(text, "Entry-Definitions: a.yaml\n");
    assert_int_equal(file_read_at(p.fd, "\xc3\xa9.yaml", 100, &other, NULL, NULL), 0);
    assert_int_equal(fstatat(p.fd, "scripts/start.sh", &st, 0), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_int_equal(fstatat(p.fd, "scripts/empty", &st, 0), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    folder_end(&p);
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
    struct place_to p = folder_new();
    AUTO_CLOSE int fd = make_zip(folders, 3);
    unpack(fd, NULL, &p);
    folder_end(&p);
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
        struct place_to p = folder_new();
        AUTO_CLOSE int fd = memfd_create("no zip", MFD_CLOEXEC);
        assert_int_equal(file_write_fd(fd, texts[i], strlen(texts[i])), 0);
        lseek(fd, 0, SEEK_SET);
        unpack(fd, "x.csar", &p);
        folder_end(&p);
    }
}

static void test_cut_off(void **state)
{
    static const struct member m = {"a", "a text that is long enough to be cut off somewhere inside", 0, 0};
    AUTO_CLOSE int fd = make_zip(&m, 1);
    for (off_t cut = lseek(fd, 0, SEEK_END) - 1; cut >= 0; cut--) {
        struct place_to p = folder_new();
        AUTO(diags_done)
        struct diags d = {0};
        assert_int_equal(ftruncate(fd, cut), 0);
        lseek(fd, 0, SEEK_SET);
        int r = csar_unpack(fd, p.fd, "x.csar", &d); /* the central directory may be gone and all members still whole */
        assert_true(r == 0 || r == -EBADMSG);
        assert_int_equal(d.errors, r == 0 ? 0 : 1);
        folder_end(&p);
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
        {"CSAR-Version: 2.0\nEntry-Definitions: a.yaml\n", NULL, "CSAR-Version is '2.0'", 1, 1},
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
        AUTO_FREE char *entry = NULL;
        int r = csar_meta_read(cases[i].text, strlen(cases[i].text), "TOSCA.meta", &entry, &d);
        print_message("# case %zu\n", i);
        assert_int_equal(r, cases[i].entry ? 0 : -EBADMSG);
        assert_int_equal(d.errors, cases[i].entry ? 0 : 1);
        assert_int_equal(d.n - d.errors, cases[i].warnings);
        if (cases[i].entry) {
            assert_string_equal(entry, cases[i].entry);
            continue;
        }
        const struct diag *f = &d.items[d.n - 1];
        assert_int_equal(f->line, cases[i].line);
        assert_string_equal(f->code, "CSAR");
        if (!strstr(f->text, cases[i].why))
            fail_msg("case %zu: '%s' does not say '%s'", i, f->text, cases[i].why);
    }
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unpack),  cmocka_unit_test(test_unclean_names), cmocka_unit_test(test_links),
        cmocka_unit_test(test_doubles), cmocka_unit_test(test_bomb),          cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_no_zip),  cmocka_unit_test(test_cut_off),       cmocka_unit_test(test_meta),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
