// SPDX-License-Identifier: Apache-2.0
/* `sedge history` and `sedge diff`: the revisions of an application, and in what they differ. */
#include <errno.h>

#include "cli/names.h"
#include "cli/output.h"
#include "cli/plan_show.h"
#include "cli/revisions.h"

extern const struct verb verb_history, verb_diff;

/* ---- the list ---- */

/* What the columns are made of: the application's view of a revision is put onto it. */
#define SHOWN_STATE "state"

static const char *note(const json_t *revision, const char *key)
{
    return json_str(json_at(revision, "metadata", "annotations", NULL), key, NULL);
}

static bool is_source(const json_t *revision, const json_t *source)
{
    const json_t *is = json_at(revision, "data", "source", NULL);
    const json_t *a = json_object_get(is, "inputs"), *b = json_object_get(source, "inputs");
    bool inputs = json_object_size(a) + json_object_size(b) == 0 || (a && b && json_equal(a, b));
    return inputs && str_eq(json_str(is, "bundle", ""), json_str(source, "bundle", "-")) &&
           str_eq(json_str(is, "entry", ""), json_str(source, "entry", "-"));
}

/* The newest is the one wanted; until it stands whole, an older one may be the one that stands. */
static const char *state_of(const json_t *app, const json_t *revisions, size_t i)
{
    const json_t *status = json_object_get(app, "status"), *applied = json_object_get(status, "applied");
    const json_t *newest = json_array_get(revisions, json_array_size(revisions) - 1);
    const char *phase = json_str(status, "phase", "");
    if (i + 1 == json_array_size(revisions))
        return str_eq(phase, "Failed")      ? "current, failed"
               : str_eq(phase, "Deploying") ? "current, deploying"
                                            : "current";
    return !is_source(newest, applied) && is_source(json_array_get(revisions, i), applied) ? "stands" : NULL;
}

static char *cell_number(const json_t *r)
{
    return mem_printf("%lld", (long long)revision_number(r));
}

static char *cell_age(const json_t *r)
{
    char age[32];
    return mem_strdup(age_text(json_str(json_object_get(r, "metadata"), "creationTimestamp", NULL), clock_now_us(), age,
                               sizeof(age)));
}

static char *cell_by(const json_t *r)
{
    return mem_strdup(note(r, NOTE_CHANGED_BY));
}

static char *cell_state(const json_t *r)
{
    return mem_strdup(json_str(r, SHOWN_STATE, NULL));
}

static char *cell_changes(const json_t *r)
{
    return mem_strdup(json_str(json_object_get(r, "data"), "changes", NULL));
}

static char *cell_message(const json_t *r)
{
    return mem_strdup(note(r, NOTE_MESSAGE));
}

static const struct column columns[] = {
    {"REVISION", false, cell_number, NULL}, {"AGE", false, cell_age, NULL},
    {"BY", false, cell_by, NULL},           {"STATE", false, cell_state, NULL},
    {"MESSAGE", false, cell_message, NULL}, {"CHANGES", false, cell_changes, NULL},
};

static int list_revisions(struct cli *cli, const json_t *app, json_t *revisions)
{
    struct table_look look = {
        .columns = columns, .n = ARRAY_LEN(columns), .name = cell_number, .none = "No revisions yet."};
    bool table = cli->format == FORMAT_TABLE || cli->format == FORMAT_WIDE;
    for (size_t i = 0; table && i < json_array_size(revisions); i++)
        json_put_str(json_array_get(revisions, i), SHOWN_STATE, state_of(app, revisions, i));
    return output_list(cli, revisions, &look);
}

/* ---- one, and differences ---- */

static int difference(struct cli *cli, const char *app, int64_t from, int64_t to, json_t **ret, struct err *e)
{
    AUTO_FREE char *path = client_path(kind_find("Application"), client_ns(cli), app);
    AUTO_FREE char *query = mem_printf("%s/plan?from=%lld&to=%lld", path, (long long)from, (long long)to);
    return client_call(cli, "GET", query, NULL, ret, e);
}

static void line(const char *what, const char *text)
{
    if (!str_empty(text))
        printf("%-10s %s\n", what, text);
}

static void show_facts(const json_t *revision, const json_t *app, const json_t *revisions, size_t i)
{
    AUTO_FREE char *number = cell_number(revision);
    AUTO_FREE char *age = cell_age(revision);
    AUTO_FREE char *back = mem_printf("%lld", (long long)json_int(json_object_get(revision, "data"), "rollbackTo", 0));
    const json_t *source = json_at(revision, "data", "source", NULL);
    line("Revision", number);
    line("State", state_of(app, revisions, i));
    line("Age", age);
    line("By", note(revision, NOTE_CHANGED_BY));
    line("Message", note(revision, NOTE_MESSAGE));
    line("As", str_eq(back, "0") ? NULL : back);
    line("Template", json_str(source, "entry", NULL));
    line("Bundle", json_str(source, "bundle", NULL));
    line("Changes", json_str(json_object_get(revision, "data"), "changes", NULL));
}

static int show_revision(struct cli *cli, const char *name, const json_t *app, const json_t *revisions, int64_t number)
{
    struct err e = {0};
    AUTO_JSON json_t *plan = NULL;
    size_t i = 0;
    while (i < json_array_size(revisions) && revision_number(json_array_get(revisions, i)) != number)
        i++;
    const json_t *revision = json_array_get(revisions, i);
    if (!revision)
        return cli_failf(cli, "application %s has no revision %lld; 'sedge history %s' lists them", name,
                         (long long)number, name);
    int64_t before = i > 0 ? revision_number(json_array_get(revisions, i - 1)) : 0;
    if (before > 0 && difference(cli, name, before, number, &plan, &e) < 0)
        return cli_fail(cli, &e);
    if (cli->format != FORMAT_TABLE && cli->format != FORMAT_WIDE) {
        AUTO_JSON json_t *v = json_pack("{s:O, s:O}", "revision", revision, "difference", plan ? plan : json_null());
        return output_value(cli, v);
    }
    show_facts(revision, app, revisions, i);
    if (plan) {
        printf("\nFrom revision %lld to this one:\n\n", (long long)before);
        plan_show(cli, plan);
    }
    return CLI_DONE;
}

static int run_history(struct cli *cli, int argc, char **argv)
{
    int r = options_parse(cli, &verb_history, &argc, argv, NULL);
    if (r >= 0)
        return r;
    AUTO_JSON json_t *revisions = NULL, *app = NULL;
    struct err e = {0};
    int64_t number = 0;
    r = argc > 2 ? revision_parse(argv[2], &number, &e) : 0;
    if (r == 0)
        r = revisions_get(cli, argv[1], &revisions, &app, &e);
    if (r < 0)
        return cli_fail(cli, &e);
    return argc > 2 ? show_revision(cli, argv[1], app, revisions, number) : list_revisions(cli, app, revisions);
}

const struct verb verb_history = {
    .name = "history",
    .group = GROUP_APPLICATION,
    .args = "APP [REVISION]",
    .line = "List an application's revisions, or show one and what it changed",
    .more = "Each deployment that changes template or inputs is a revision. The head keeps ten former ones\n"
            "(spec.revisionHistoryLimit) with their files.",
    .examples = "sedge history shop\nsedge history shop 3\n",
    .args_min = 1,
    .args_max = 2,
    .formats = FORMATS_ALL,
    .run = run_history};

/* ---- diff ---- */

static int run_diff(struct cli *cli, int argc, char **argv)
{
    int r = options_parse(cli, &verb_diff, &argc, argv, NULL);
    if (r >= 0)
        return r;
    AUTO_JSON json_t *plan = NULL;
    struct err e = {0};
    int64_t from = 0, to = 0;
    r = revision_parse(argv[2], &from, &e);
    if (r == 0)
        r = revision_parse(argv[3], &to, &e);
    if (r == 0)
        r = difference(cli, argv[1], from, to, &plan, &e);
    if (r < 0)
        return cli_fail(cli, &e);
    if (cli->format != FORMAT_TABLE)
        return output_value(cli, plan);
    plan_show(cli, plan);
    return CLI_DONE;
}

const struct verb verb_diff = {.name = "diff",
                               .group = GROUP_APPLICATION,
                               .args = "APP REVISION REVISION",
                               .line = "Show what differs between two revisions",
                               .examples = "sedge diff shop 2 5\n",
                               .args_min = 3,
                               .args_max = 3,
                               .formats = FORMATS_DATA,
                               .run = run_diff};
