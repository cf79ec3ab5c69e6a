// SPDX-License-Identifier: Apache-2.0
// Profiles by name out of the list that a bundle brings along.
#include "tosca_fixture.h"

#define V     "tosca_definitions_version: tosca_2_0\n"
#define APP   V "imports: [{profile: 'shop:1'}]\nservice_template: {node_templates: {t: {type: Till}}}\n"
#define INDEX "TOSCA-Profiles/index.yaml"

static void run(struct bed *b, const char *index, const char *profile)
{
    bed_start(b);
    bed_file(b, "app.yaml", APP);
    bed_file(b, INDEX, index);
    bed_file(b, "TOSCA-Profiles/0/s/shop.yaml", profile);
    bed_file(b, "TOSCA-Profiles/0/base.yaml", V "node_types: {Base: {}}\n");
    bed_file(b, "base.yaml", V);
    bed_run(b);
}

static void test_found(void **state)
{
    struct bed b;
    AUTO_STRV struct strv files = {0};
    run(&b, "profiles: {'shop:1': 0/s/shop.yaml, other: 0/x}\n",
        V "profile: 'shop:1'\nimports: [../base.yaml]\nnode_types: {Till: {derived_from: Base}}\n");
    assert_int_equal(b.result, 0);
    bed_files(&b, &files);
    assert_true(strv_has(&files, INDEX));
    assert_true(strv_has(&files, "TOSCA-Profiles/0/s/shop.yaml"));
    assert_true(strv_has(&files, "TOSCA-Profiles/0/base.yaml"));
    assert_false(strv_has(&files, "base.yaml"));
    bed_stop(&b);
}

static void test_not_found(void **state)
{
    static const char *const lists[] = {"profiles: {shop: 0/s/shop.yaml}\n", "profiles: {'shop:1': ../app.yaml}\n", "profiles: [\n",
                                        "profiles: {'shop:1': [0]}\n", "profiles: {'shop:1': 0/none.yaml}\n", "x\n", ""};
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        struct bed b;
        run(&b, lists[i], V);
        assert_int_equal(bed_count(&b, "IMPORT"), 1);
        bed_stop(&b);
    }
}

static void test_it_stays_in_its_folder(void **state)
{
    struct bed b;
    run(&b, "profiles: {'shop:1': 0/s/shop.yaml}\n", V "imports: [../../1/x.yaml]\nnode_types: {Till: {}}\n");
    assert_int_equal(bed_count(&b, "IMPORT"), 1);
    bed_stop(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_found), cmocka_unit_test(test_not_found), cmocka_unit_test(test_it_stays_in_its_folder)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
