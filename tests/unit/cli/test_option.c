// SPDX-License-Identifier: Apache-2.0
/* Options: forms, values, faults; durations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "cli/cli_private.h"
#include "cli/help.h"

struct fruit {
    bool ripe, sweet;
    const char *kind;
    struct strv from;
    int64_t number, since;
};
static const struct opt fruit_opts[] = {
    OPT(fruit, 'r', "ripe", OPT_SWITCH, ripe, NULL, "only ripe ones"),
    OPT(fruit, 's', "sweet", OPT_SWITCH, sweet, NULL, "only sweet ones"),
    OPT(fruit, 'k', "kind", OPT_TEXT, kind, "KIND", "apple or pear"),
    OPT(fruit, 'f', "from", OPT_TEXTS, from, "PLACE", "where from"),
    OPT(fruit, '\0', "number", OPT_NUMBER, number, "N", "so many"),
    OPT(fruit, '\0', "since", OPT_DURATION, since, "TIME", "picked since"),
};
static const struct verb pick = {.name = "pick",
                                 .args = "TREE",
                                 .line = "Pick fruit",
                                 .examples = "sedge pick tree\n",
                                 OPTS(fruit_opts),
                                 .args_max = 3,
                                 .formats = FORMATS_DATA};
static const struct verb pass = {
    .name = "pass", .args = "WORDS", .line = "Pass", OPTS(fruit_opts), .args_max = -1, .words_pass = true};

static struct cli cli;
static struct fruit got;
static int words;
static char *argv_now[16];

/* Parses "pick a b": what options_parse gives; the words are left in argv_now. */
static int parse(const struct verb *v, const char *line)
{
    static char text[256];
    options_done(&pick, &got);
    cli = (struct cli){.verb = v};
    got = (struct fruit){.number = 7};
    snprintf(text, sizeof(text), "%s", line);
    words = 0;
    for (char *w = strtok(text, " "); w; w = strtok(NULL, " "))
        argv_now[words++] = w;
    argv_now[words] = NULL;
    return options_parse(&cli, v, &words, argv_now, &got);
}

static void test_forms(void **state)
{
    assert_int_equal(parse(&pick, "pick"), OPTIONS_GO);
    assert_int_equal(got.number, 7);
    assert_int_equal(parse(&pick, "pick a -r --kind=apple b -fnorth --from south"), OPTIONS_GO);
    assert_true(got.ripe && !got.sweet);
    assert_string_equal(got.kind, "apple");
    assert_int_equal(got.from.n, 2);
    assert_string_equal(got.from.v[0], "north");
    assert_string_equal(got.from.v[1], "south");
    assert_int_equal(words, 3);
    assert_string_equal(argv_now[1], "a");
    assert_string_equal(argv_now[2], "b");
    assert_null(argv_now[3]);
    assert_int_equal(parse(&pick, "pick -rsk pear --number 0 --since 1h30m"), OPTIONS_GO);
    assert_true(got.ripe && got.sweet);
    assert_string_equal(got.kind, "pear");
    assert_int_equal(got.number, 0);
    assert_int_equal(got.since, 5400 * US_PER_S);
    assert_int_equal(parse(&pick, "pick -k a -k b"), OPTIONS_GO);
    assert_string_equal(got.kind, "b");
}

static void test_words_after_options(void **state)
{
    assert_int_equal(parse(&pick, "pick -- -r --ripe"), OPTIONS_GO);
    assert_false(got.ripe);
    assert_int_equal(words, 3);
    assert_string_equal(argv_now[1], "-r");
    assert_int_equal(parse(&pick, "pick -"), OPTIONS_GO);
    assert_string_equal(argv_now[1], "-");
    assert_int_equal(parse(&pass, "pass -r sh -s -c x"), OPTIONS_GO);
    assert_true(got.ripe && !got.sweet);
    assert_int_equal(words, 5);
    assert_string_equal(argv_now[2], "-s");
}

static void test_global_options(void **state)
{
    assert_int_equal(parse(&pick, "pick -n prod -o json --kubeconfig k --run /r --state /s"), OPTIONS_GO);
    assert_string_equal(cli.ns_text, "prod");
    assert_int_equal(cli.format, FORMAT_JSON);
    assert_string_equal(cli.kubeconfig, "k");
    assert_string_equal(cli.run_dir, "/r");
    assert_string_equal(cli.state_dir, "/s");
    char *before[] = {"sedge", "--run", "/r", "-nx", "pick", "-r", NULL};
    int at = 0;
    cli = (struct cli){0};
    assert_int_equal(options_parse_global(&cli, 6, before, &at), OPTIONS_GO);
    assert_int_equal(at, 4);
    assert_string_equal(cli.run_dir, "/r");
    assert_string_equal(cli.ns_text, "x");
}

static void test_faults(void **state)
{
    static const char *const lines[] = {
        "pick --rype",        "pick -x",         "pick --ripe=yes", "pick -k",      "pick --kind",
        "pick --number many", "pick --since -1", "pick --since 5x", "pick a b c d", "pick -o xml",
        "pick -o wide",       "pick -n Nope",    "pass -o json",    "pick -1"};
    for (size_t i = 0; i < ARRAY_LEN(lines); i++)
        if (parse(str_starts(lines[i], "pass") ? &pass : &pick, lines[i]) != CLI_USAGE)
            fail_msg("'%s' was taken", lines[i]);
}

static void test_durations(void **state)
{
    static const struct {
        const char *text;
        int64_t s;
    } rows[] = {{"0", 0},     {"90", 90},    {"30s", 30},     {"5m", 300},
                {"2h", 7200}, {"1d", 86400}, {"1h30m", 5400}, {"1d2h3m4s", 93784}};
    static const char *const bad[] = {"", "s", "5ms", "m5", "1m1h", "1s1s", "-5s", "99999999999999999999d", "1.5h"};
    int64_t us;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_true(duration_parse(rows[i].text, &us));
        assert_int_equal(us, rows[i].s * US_PER_S);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (duration_parse(bad[i], &us))
            fail_msg("'%s' was taken", bad[i]);
}

static void test_help(void **state)
{
    AUTO_FREE char *one = help_verb_text(&pick);
    AUTO_FREE char *all = help_overview_text();
    assert_non_null(strstr(one, "Usage: sedge pick [OPTIONS] TREE\n"));
    assert_non_null(strstr(one, "  -k, --kind KIND            apple or pear\n"));
    assert_non_null(strstr(one, "      --number N             so many\n"));
    assert_non_null(strstr(one, "\nExamples\n  sedge pick tree\n"));
    for (const struct verb *const *v = verbs; *v; v++) {
        assert_non_null(strstr(all, (*v)->line));
        assert_ptr_equal(verb_find((*v)->name), *v);
        assert_non_null((*v)->examples);
        for (size_t i = 0; i < (*v)->n_opts; i++)
            assert_true(((*v)->opts[i].type == OPT_SWITCH) == ((*v)->opts[i].value == NULL));
    }
    assert_null(verb_find("pick"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),          cmocka_unit_test(test_words_after_options),
        cmocka_unit_test(test_global_options), cmocka_unit_test(test_faults),
        cmocka_unit_test(test_durations),      cmocka_unit_test(test_help),
    };
    int r = cmocka_run_group_tests(tests, NULL, NULL);
    options_done(&pick, &got);
    return r;
}
