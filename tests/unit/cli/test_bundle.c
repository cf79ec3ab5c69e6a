// SPDX-License-Identifier: Apache-2.0
/* Tests of bundles: what goes into one, and what is sent to a head that has some of it. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/bundle_make.h"
#include "io/file.h"

static char *top;

static char *put(const char *path, const char *text, mode_t mode)
{
    AUTO_FREE char *folder = NULL;
    char *whole = file_join(top, path);
    folder = mem_strdup(whole);
    *strrchr(folder, '/') = '\0';
    assert_int_equal(file_mkdirs(folder, 0700, NULL), 0);
    assert_int_equal(file_write_fast(whole, text, strlen(text), mode, NULL), 0);
    return whole;
}

#define TEMPLATE                                                                                                       \
    "tosca_definitions_version: tosca_simple_yaml_1_3\n"                                                               \
    "imports: [sedge.yaml]\n"                                                                                          \
    "topology_template:\n"                                                                                             \
    "  node_templates:\n"                                                                                              \
    "    app:\n"                                                                                                       \
    "      type: sedge.nodes.Software\n"                                                                               \
    "      requirements: [{host: box}]\n"                                                                              \
    "      artifacts: {page: {type: tosca.artifacts.File, file: pages}}\n"                                             \
    "      interfaces: {Standard: {operations: {start: start.sh}}}\n"                                                  \
    "    box:\n"                                                                                                       \
    "      type: sedge.nodes.Container\n"                                                                              \
    "      artifacts: {image: {type: sedge.artifacts.Image.Base, file: busybox}}\n"

static struct template *make(struct bundle_manifest *m)
{
    AUTO(diags_done)
    struct diags d = {0};
    AUTO_FREE char *path = put("t.yaml", TEMPLATE, 0600);
    free(put("start.sh", "#!/bin/sh\n", 0700));
    free(put("pages/index.html", "hello\n", 0600));
    free(put("pages/deep/same.html", "hello\n", 0600));
    free(put("unused.txt", "not named by anything\n", 0600));
    AUTO_FREE char *link = file_join(top, "pages/link");
    unlink(link);
    assert_int_equal(symlink("/etc/passwd", link), 0);
    struct template *t = NULL;
    struct err e = {0};
    assert_int_equal(template_open(path, &t, &d), 0);
    if (bundle_make(t, m, &e) < 0)
        fail_msg("%s", e.text);
    return t;
}

static void test_make(void **state)
{
    AUTO(bundle_manifest_done)
    struct bundle_manifest m = {0};
    AUTO(template_closep)
    struct template *t = make(&m);
    static const char *const paths[] = {"pages/deep/same.html", "pages/index.html", "start.sh", "t.yaml"};
    assert_int_equal(m.n, ARRAY_LEN(paths));
    for (size_t i = 0; i < m.n; i++)
        assert_string_equal(m.files[i].path, paths[i]);
    assert_int_equal(m.files[2].mode, 0755);
    assert_int_equal(m.files[3].mode, 0644);
    assert_int_equal(m.files[1].size, 6);
    assert_string_equal(m.files[0].digest, m.files[1].digest);
}

/* A head for one connection: answers HEAD by `known`, refuses the first manifest with `missing`, takes all else. */
struct fake_head {
    int listener;
    bool known;
    const char *missing; /* body of the 409 */
    int manifests, blobs;
    char blob[64]; /* the last blob's bytes */
};

/* Reads a request; its head and body stand in `in`. False at the end. */
static bool request_read(int fd, struct buf *in)
{
    buf_clear(in);
    for (;;) {
        const char *end = in->len ? strstr(in->data, "\r\n\r\n") : NULL;
        const char *length = end ? strcasestr(in->data, "content-length:") : NULL;
        bool chunked = end && strcasestr(in->data, "chunked");
        size_t want = length && length < end ? (size_t)atol(length + 15) : 0;
        size_t body = end ? in->len - (size_t)(end + 4 - in->data) : 0;
        if (end && (chunked ? strstr(end, "0\r\n\r\n") != NULL : body >= want))
            return true;
        char *room = buf_room(in, 4096);
        ssize_t n = read(fd, room, 4096);
        if (n <= 0)
            return false;
        in->len += (size_t)n;
        in->data[in->len] = '\0';
    }
}

static void answer(int fd, int status, const char *body, bool head)
{
    AUTO_FREE char *text =
        mem_printf("HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", status,
                   strlen(body), head ? "" : body);
    file_write_fd(fd, text, strlen(text));
}

static void *head_run(void *data)
{
    struct fake_head *h = data;
    AUTO_CLOSE int fd = accept(h->listener, NULL, NULL);
    AUTO_BUF struct buf in = {0};
    while (fd >= 0 && request_read(fd, &in)) {
        if (str_starts(in.data, "HEAD "))
            answer(fd, h->known ? 200 : 404, "", true);
        else if (str_starts(in.data, "PUT /sedge/v1/bundles/"))
            answer(fd, h->manifests++ == 0 && h->missing ? 409 : 201, h->missing ? h->missing : "{}", false);
        else {
            const char *body = strstr(in.data, "\r\n\r\n");
            snprintf(h->blob, sizeof(h->blob), "%s", body ? body + 4 : "");
            h->blobs++;
            answer(fd, 201, "{}", false);
        }
    }
    return NULL;
}

/* Uploads to such a head. */
static int upload(struct fake_head *h, const struct template *t, const struct bundle_manifest *m,
                  char digest[DIGEST_TEXT_SIZE], size_t *sent, struct err *e)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(at.sun_path, sizeof(at.sun_path), "%s/head", top);
    unlink(at.sun_path);
    AUTO_CLOSE int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(listen(listener, 1), 0);
    h->listener = listener;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, head_run, h), 0);
    struct http_target target = {.unix_path = at.sun_path};
    struct http_conn *c = NULL;
    assert_int_equal(http_open(&target, &c, e), 0);
    int r = bundle_upload(c, t, m, digest, sent, e);
    http_close(c);
    pthread_join(thread, NULL);
    return r;
}

static void test_upload_what_is_missing(void **state)
{
    AUTO(bundle_manifest_done)
    struct bundle_manifest m = {0};
    AUTO(template_closep)
    struct template *t = make(&m);
    AUTO_FREE char *missing = mem_printf("{\"missing\":[\"%s\"]}", bundle_manifest_find(&m, "start.sh")->digest);
    struct fake_head h = {.missing = missing};
    char digest[DIGEST_TEXT_SIZE], wanted[DIGEST_TEXT_SIZE];
    size_t sent = 0;
    struct err e = {0};
    if (upload(&h, t, &m, digest, &sent, &e) < 0)
        fail_msg("%s", e.text);
    assert_int_equal(sent, 1);
    assert_int_equal(h.blobs, 1);
    assert_int_equal(h.manifests, 2);
    assert_non_null(strstr(h.blob, "#!/bin/sh"));
    AUTO_FREE char *text = bundle_manifest_text(&m);
    digest_of(text, strlen(text), wanted);
    assert_string_equal(digest, wanted);
}

static void test_upload_nothing(void **state)
{
    AUTO(bundle_manifest_done)
    struct bundle_manifest m = {0};
    AUTO(template_closep)
    struct template *t = make(&m);
    struct fake_head knows = {.known = true}, has_blobs = {0};
    char digest[DIGEST_TEXT_SIZE];
    size_t sent = 9;
    struct err e = {0};
    assert_int_equal(upload(&knows, t, &m, digest, &sent, &e), 0);
    assert_int_equal(knows.manifests + knows.blobs, 0);
    assert_int_equal(sent, 0);
    assert_int_equal(upload(&has_blobs, t, &m, digest, NULL, &e), 0);
    assert_int_equal(has_blobs.manifests, 1);
    assert_int_equal(has_blobs.blobs, 0);
}

static void test_upload_odd_answers(void **state)
{
    AUTO(bundle_manifest_done)
    struct bundle_manifest m = {0};
    AUTO(template_closep)
    struct template *t = make(&m);
    char digest[DIGEST_TEXT_SIZE];
    struct fake_head strange = {.missing = "{\"missing\":[\"sha256:00\"]}"}, garbage = {.missing = "{"};
    struct err e = {0};
    assert_int_equal(upload(&strange, t, &m, digest, NULL, &e), -EPROTO);
    assert_non_null(strstr(e.text, "no file of the bundle"));
    assert_true(upload(&garbage, t, &m, digest, NULL, &e) < 0);
}

static void test_upload_of_what_changed(void **state)
{
    AUTO(bundle_manifest_done)
    struct bundle_manifest m = {0};
    AUTO(template_closep)
    struct template *t = make(&m);
    AUTO_FREE char *missing = mem_printf("{\"missing\":[\"%s\"]}", bundle_manifest_find(&m, "start.sh")->digest);
    struct fake_head h = {.missing = missing};
    char digest[DIGEST_TEXT_SIZE];
    struct err e = {0};
    free(put("start.sh", "#!/bin/sh\nexit 1\n", 0700));
    assert_int_equal(upload(&h, t, &m, digest, NULL, &e), -ESTALE);
    assert_int_equal(h.blobs, 0);
}

static int setup(void **state)
{
    char folder[] = "/tmp/sedge-test-bundle-XXXXXX";
    top = mem_strdup(mkdtemp(folder));
    return 0;
}

static int teardown(void **state)
{
    int r = file_remove_tree(top, NULL);
    free(top);
    return r;
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_make, setup, teardown),
        cmocka_unit_test_setup_teardown(test_upload_what_is_missing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_upload_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_upload_odd_answers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_upload_of_what_changed, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
