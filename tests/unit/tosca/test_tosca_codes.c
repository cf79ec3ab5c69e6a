// SPDX-License-Identifier: Apache-2.0
// The table of codes: each row is whole, and its example is refused with its code until it is mended.
#include "tosca_fixture.h"

#include <string.h>

#include "tosca/diag_codes.h"

static void test_rows(void **state)
{
    size_t n;
    const struct diag_code *const *codes = diag_codes(&n);
    assert_true(n > 20);
    for (size_t i = 0; i < n; i++) {
        if (i)
            assert_true(strcmp(codes[i - 1]->code, codes[i]->code) < 0);
        assert_true(strstr("error or warning", codes[i]->level) != NULL);
        assert_false(str_empty(codes[i]->line) || str_ends(codes[i]->line, "."));
        assert_true(str_ends(codes[i]->cause, ".") && str_ends(codes[i]->cure, "."));
        assert_false(str_empty(codes[i]->class));
        assert_ptr_equal(diag_code_find(codes[i]->code), codes[i]);
    }
    assert_null(diag_code_find("NOTHING"));
}

static void run(struct bed *b, const struct diag_code *code, bool mended)
{
    AUTO_FREE char *text = diag_code_template(code, mended);
    bed_start(b);
    bed_file(b, "app.yaml", text);
    bed_run(b);
}

static bool has(const struct bed *b, const char *code)
{
    for (size_t i = 0; i < b->diags.n; i++)
        if (str_eq(b->diags.items[i].code, code))
            return true;
    return false;
}

static void test_examples(void **state)
{
    size_t n;
    const struct diag_code *const *codes = diag_codes(&n);
    for (size_t i = 0; i < n; i++) {
        struct bed b;
        if (!codes[i]->example)
            continue;
        run(&b, codes[i], false);
        if (!has(&b, codes[i]->code))
            fail_msg("the example of %s is not refused with it (%zu findings)", codes[i]->code, b.diags.n);
        if (strstr(codes[i]->level, "error") == codes[i]->level && b.diags.errors != 1 &&
            !str_eq(codes[i]->code, "EMPTY_SECTION"))
            fail_msg("the example of %s has %zu errors", codes[i]->code, b.diags.errors);
        bed_stop(&b);
        run(&b, codes[i], true);
        if (b.result < 0 || has(&b, codes[i]->code))
            fail_msg("the mended example of %s: %s", codes[i]->code, b.diags.n ? b.diags.items[0].text : "?");
        bed_stop(&b);
    }
}

static void test_texts(void **state)
{
    const struct diag_code *code = diag_code_find("VALUE_TYPE");
    AUTO_FREE char *text = diag_code_text(code), *page = diag_code_page(code);
    assert_true(str_starts(text, "VALUE_TYPE (error or warning): A value does not fit its data type\n"));
    assert_true(strstr(text, "\n    -         host: {properties: {num_cpus: four}}\n") != NULL);
    assert_true(str_starts(page, "# VALUE_TYPE\n\n"));
    assert_true(strstr(page, "\n+         host: {properties: {num_cpus: 4}}\n```\n") != NULL);
    AUTO_FREE char *wrong = diag_code_template(code, false);
    assert_true(str_starts(wrong, "tosca_definitions_version: tosca_simple_yaml_1_3\ntopology_template:\n"));
    assert_null(strstr(wrong, "num_cpus: 4}"));
    assert_null(diag_code_template(diag_code_find("IO"), true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_examples),
        cmocka_unit_test(test_texts),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
