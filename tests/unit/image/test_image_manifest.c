// SPDX-License-Identifier: Apache-2.0
/* The documents of images: indexes, manifests, configurations and Docker's archive lists, right and wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "image/image_manifest.h"

#define DIGEST     "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER      "sha256:ffff456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define DESCRIPTOR "{\"mediaType\": \"application/x\", \"digest\": \"" DIGEST "\", \"size\": 7}"

static void assert_words(const char *text, const char *words)
{
    if (!strstr(text, words))
        fail_msg("'%s' is not in '%s'", words, text);
}

static void reads_a_manifest(void **state)
{
    static const char text[] = "{\"schemaVersion\": 2, \"config\": " DESCRIPTOR ", \"layers\": [" DESCRIPTOR
                               ", {\"digest\": \"" OTHER "\", \"size\": 0}]}";
    struct err e = {0};
    struct image_manifest m;
    assert_int_equal(image_manifest_parse(text, strlen(text), &m, &e), 0);
    assert_int_equal(m.kind, IMAGE_DOC_MANIFEST);
    assert_int_equal(m.n_layers, 2);
    assert_string_equal(m.layers[1].digest, OTHER);
    assert_string_equal(m.layers[1].media_type, "");
    assert_true(m.config.size == 7);
    image_manifest_done(&m);
}

static void reads_an_index_and_chooses(void **state)
{
    static const char text[] =
        "{\"schemaVersion\": 2, \"manifests\": ["
        "{\"digest\": \"" DIGEST "\", \"size\": 1, \"platform\": {\"os\": \"linux\", \"architecture\": \"amd64\"}},"
        "{\"digest\": \"" OTHER
        "\", \"size\": 2, \"platform\": {\"os\": \"linux\", \"architecture\": \"arm\", \"variant\": \"v6\"}},"
        "{\"digest\": \"" OTHER
        "\", \"size\": 3, \"platform\": {\"os\": \"linux\", \"architecture\": \"arm\", \"variant\": \"v7\"}, "
        "\"annotations\": {\"org.opencontainers.image.ref.name\": \"one\"}},"
        "{\"digest\": \"" OTHER
        "\", \"size\": 4, \"platform\": {\"os\": \"unknown\", \"architecture\": \"unknown\"}}]}";
    struct image_platform v7 = {.os = "linux", .arch = "arm", .variant = "v7"},
                          v6 = {.os = "linux", .arch = "arm", .variant = "v6"};
    struct image_platform none = {.os = "linux", .arch = "riscv64"};
    struct err e = {0};
    struct image_manifest m;
    assert_int_equal(image_manifest_parse(text, strlen(text), &m, &e), 0);
    assert_int_equal(m.kind, IMAGE_DOC_INDEX);
    assert_string_equal(m.entries[2].name, "one");
    assert_true(image_manifest_choose(&m, &v7, &e)->d.size == 3);
    assert_true(image_manifest_choose(&m, &v6, &e)->d.size == 2);
    assert_null(image_manifest_choose(&m, &none, &e));
    assert_words(e.text, "there is no image for linux/riscv64; there are: linux/amd64, linux/arm/v6, linux/arm/v7;");
    image_manifest_done(&m);
}

static const struct {
    const char *text, *words;
} bad_manifests[] = {
    {"", "manifest"},
    {"{", "line 1"},
    {"[]", "neither an image manifest nor an index"},
    {"{}", "neither an image manifest nor an index"},
    {"{\"schemaVersion\": 1, \"fsLayers\": []}", "schema 1"},
    {"{\"mediaType\": \"application/vnd.docker.distribution.manifest.v1+prettyjws\"}", "schema 1"},
    {"{\"manifests\": []}", "names 0 images"},
    {"{\"manifests\": [3]}", "manifests[0] is not an object"},
    {"{\"manifests\": [{\"digest\": \"sha256:xyz\", \"size\": 1}]}",
     "manifests[0]: 'sha256:xyz' is not a sha256 digest"},
    {"{\"manifests\": [{\"digest\": \"../../etc\", \"size\": 1}]}", "is not a sha256 digest"},
    {"{\"config\": {}, \"layers\": []}", "config: '' is not a sha256 digest"},
    {"{\"config\": {\"digest\": \"" DIGEST "\"}, \"layers\": []}", "config: size is missing or negative"},
    {"{\"config\": " DESCRIPTOR "}", "layers"},
    {"{\"config\": " DESCRIPTOR ", \"layers\": {}}", "layers"},
    {"{\"config\": " DESCRIPTOR ", \"layers\": [" DESCRIPTOR ", {\"digest\": \"" DIGEST "\", \"size\": -1}]}",
     "layers[1]: size is missing or negative"},
    {"{\"config\": " DESCRIPTOR ", \"layers\": [{\"digest\": \"" DIGEST "\", \"size\": 1e99}]}", "layers[0]: size"},
};

static void refuses_bad_manifests(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(bad_manifests); i++) {
        struct err e = {0};
        struct image_manifest m;
        if (image_manifest_parse(bad_manifests[i].text, strlen(bad_manifests[i].text), &m, &e) != -ENOEXEC)
            fail_msg("taken: %s", bad_manifests[i].text);
        assert_words(e.text, bad_manifests[i].words);
        assert_null(m.layers);
    }
}

static void bounds_layers(void **state)
{
    AUTO_BUF struct buf text = {0};
    struct err e = {0};
    struct image_manifest m;
    buf_adds(&text, "{\"config\": " DESCRIPTOR ", \"layers\": [" DESCRIPTOR);
    for (int i = 1; i < IMAGE_MAX_LAYERS; i++)
        buf_adds(&text, ", " DESCRIPTOR);
    size_t len = text.len;
    buf_adds(&text, "]}");
    assert_int_equal(image_manifest_parse(text.data, text.len, &m, &e), 0);
    assert_int_equal(m.n_layers, IMAGE_MAX_LAYERS);
    image_manifest_done(&m);
    text.len = len;
    buf_adds(&text, ", " DESCRIPTOR "]}");
    assert_int_equal(image_manifest_parse(text.data, text.len, &m, &e), -ENOEXEC);
    assert_words(e.text, "401 layers");
}

static void reads_a_configuration(void **state)
{
    static const char text[] = "{\"os\": \"linux\", \"architecture\": \"arm64\", \"variant\": \"v8\", \"created\": "
                               "\"2026-01-02T03:04:05.000006Z\", \"config\": "
                               "{\"Entrypoint\": [\"/run\"], \"Cmd\": [\"a\", \"\"], \"Env\": [\"A=b\", \"C=\"], "
                               "\"User\": \"1:2\", \"WorkingDir\": \"/w\", \"StopSignal\": "
                               "\"SIGINT\", \"Volumes\": {\"/z\": {}, \"/a\": {}}, \"ExposedPorts\": {\"80/tcp\": "
                               "{}}}, \"rootfs\": {\"diff_ids\": [\"" DIGEST "\", \"" OTHER "\"]}}";
    struct err e = {0};
    struct image_details d;
    assert_int_equal(image_details_parse(text, strlen(text), &d, &e), 0);
    assert_string_equal(d.arch, "arm64");
    assert_true(d.created_us == 1767323045000006);
    assert_int_equal(d.config.command.n, 2);
    assert_string_equal(d.config.volumes.v[0], "/a");
    assert_string_equal(d.config.ports.v[0], "80/tcp");
    assert_string_equal(d.config.stop_signal, "SIGINT");
    assert_string_equal(d.diff_ids.v[1], OTHER);
    image_details_done(&d);
    static const char sparse[] = "{\"config\": {\"Cmd\": \"echo $A\", \"Env\": null, \"User\": \"\"}, \"created\": "
                                 "\"yesterday\", \"rootfs\": {\"diff_ids\": []}}";
    assert_int_equal(image_details_parse(sparse, strlen(sparse), &d, &e), 0);
    assert_int_equal(d.config.command.n, 3);
    assert_string_equal(d.config.command.v[2], "echo $A");
    assert_null(d.config.user);
    assert_true(d.created_us == 0);
    image_details_done(&d);
}

static const struct {
    const char *text, *words;
} bad_configurations[] = {
    {"x", "image configuration"},
    {"{}", "rootfs.diff_ids is missing"},
    {"{\"rootfs\": {\"diff_ids\": [\"sha256:1\"]}}", "rootfs.diff_ids[0] is not a sha256 digest"},
    {"{\"rootfs\": {\"diff_ids\": []}, \"config\": {\"Cmd\": {}}}", "config.Cmd is not a list"},
    {"{\"rootfs\": {\"diff_ids\": []}, \"config\": {\"Env\": [\"A=b\", 3]}}", "config.Env[1] is not a text"},
    {"{\"rootfs\": {\"diff_ids\": []}, \"config\": {\"Env\": [\"A=b\\u0000c\"]}}", "configuration"},
};

static void refuses_bad_configurations(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(bad_configurations); i++) {
        struct err e = {0};
        struct image_details d;
        if (image_details_parse(bad_configurations[i].text, strlen(bad_configurations[i].text), &d, &e) != -ENOEXEC)
            fail_msg("taken: %s", bad_configurations[i].text);
        assert_words(e.text, bad_configurations[i].words);
    }
}

static void reads_dockers_list(void **state)
{
    static const char text[] = "[{\"Config\": \"a.json\", \"RepoTags\": [\"x:1\", \"y:2\"], \"Layers\": "
                               "[\"l/layer.tar\"]}, {\"Config\": \"b\", \"RepoTags\": null}]";
    static const char *const bad[] = {"[]",
                                      "{}",
                                      "[3]",
                                      "[{\"Config\": \"\"}]",
                                      "[{\"Config\": \"a\", \"Layers\": [3]}]",
                                      "[{\"Config\": \"a\", \"Layers\": [\"\"]}]"};
    struct err e = {0};
    struct docker_archive_item *items;
    size_t n;
    assert_int_equal(docker_archive_parse(text, strlen(text), &items, &n, &e), 0);
    assert_int_equal(n, 2);
    assert_string_equal(items[0].names.v[1], "y:2");
    assert_int_equal(items[1].layers.n, 0);
    docker_archive_free(items, n);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        err_clear(&e);
        assert_int_equal(docker_archive_parse(bad[i], strlen(bad[i]), &items, &n, &e), -ENOEXEC);
        assert_true(items == NULL && e.text[0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_manifest),      cmocka_unit_test(reads_an_index_and_chooses),
        cmocka_unit_test(refuses_bad_manifests), cmocka_unit_test(bounds_layers),
        cmocka_unit_test(reads_a_configuration), cmocka_unit_test(refuses_bad_configurations),
        cmocka_unit_test(reads_dockers_list),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
