// SPDX-License-Identifier: Apache-2.0
/* Help: the verbs in groups, and a verb's usage, options and examples; `sedge help` and `sedge version`. */
#include "cli/help.h"

#include <stdio.h>
#include <string.h>

#include "cli/api_client.h"
#include "cli/output.h"

static const char *const groups[] = {[GROUP_MACHINE] = "This machine",
                                     [GROUP_TEMPLATE] = "Templates",
                                     [GROUP_APPLICATION] = "Applications",
                                     [GROUP_CONTAINER] = "Containers and images",
                                     [GROUP_OTHER] = "Other"};

char *help_overview_text(void)
{
    struct buf b = {0};
    buf_adds(&b, "sedge: an edge cloud for small boards\n\nUsage: sedge VERB [OPTIONS] [WORDS]\n");
    for (size_t g = 0; g < GROUP_MAX; g++) {
        buf_addf(&b, "\n%s\n", groups[g]);
        for (const struct verb *const *v = verbs; *v; v++)
            if ((*v)->group == g)
                buf_addf(&b, "  %-11s %s\n", (*v)->name, (*v)->line);
    }
    buf_adds(&b, "\n'sedge VERB --help' shows a verb's options and examples.\n");
    return buf_take(&b);
}

static void add_options(struct buf *b, const struct opt *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char letter[5] = "    ", name[48];
        if (rows[i].letter)
            snprintf(letter, sizeof(letter), "-%c, ", rows[i].letter);
        snprintf(name, sizeof(name), "--%s%s%s", rows[i].name, rows[i].value ? " " : "",
                 rows[i].value ? rows[i].value : "");
        buf_addf(b, "  %s%-22s %s\n", letter, name, rows[i].doc);
    }
}

static void add_indented(struct buf *b, const char *lines)
{
    while (*lines) {
        size_t len = strcspn(lines, "\n");
        buf_addf(b, "  %.*s\n", (int)len, lines);
        lines += len + (lines[len] == '\n');
    }
}

char *help_verb_text(const struct verb *v)
{
    struct buf b = {0};
    buf_addf(&b, "%s\n\nUsage: sedge %s%s%s%s\n", v->line, v->name, v->n_opts ? " [OPTIONS]" : "",
             v->args[0] ? " " : "", v->args);
    if (v->more)
        buf_addf(&b, "\n%s\n", v->more);
    if (v->n_opts)
        buf_adds(&b, "\nOptions\n");
    add_options(&b, v->opts, v->n_opts);
    buf_adds(&b, "\nOptions of every verb\n");
    add_options(&b, global_opts, global_opts_n);
    if (v->examples) {
        buf_adds(&b, "\nExamples\n");
        add_indented(&b, v->examples);
    }
    return buf_take(&b);
}

void help_overview(void)
{
    AUTO_FREE char *text = help_overview_text();
    fputs(text, stdout);
}

void help_verb(const struct verb *v)
{
    AUTO_FREE char *text = help_verb_text(v);
    fputs(text, stdout);
}

extern const struct verb verb_help, verb_version;

static int run_help(struct cli *cli, int argc, char **argv)
{
    int r = options_parse(cli, &verb_help, &argc, argv, NULL);
    if (r >= 0)
        return r;
    const struct verb *v = argc > 1 ? verb_find(argv[1]) : NULL;
    if (argc > 1 && !v)
        return cli_misused(cli, "there is no verb '%s'", argv[1]);
    if (v)
        help_verb(v);
    else
        help_overview();
    return CLI_DONE;
}

const struct verb verb_help = {.name = "help",
                               .group = GROUP_OTHER,
                               .args = "[VERB]",
                               .line = "Show the verbs, or one verb's options and examples",
                               .examples = "sedge help\nsedge help deploy\n",
                               .args_max = 1,
                               .run = run_help};

const char *head_version(const json_t *version)
{
    const char *text = json_str(version, "gitVersion", ""), *own = strstr(text, "+sedge-");
    return own ? own + strlen("+sedge-") : text;
}

/* The program's version, and that of the head where one answers. */
static int run_version(struct cli *cli, int argc, char **argv)
{
    int r = options_parse(cli, &verb_version, &argc, argv, NULL);
    if (r >= 0)
        return r;
    struct err e = {0};
    AUTO_JSON json_t *head = NULL;
    AUTO_JSON json_t *both = json_pack("{s:s}", "sedge", SEDGE_VERSION);
    if (client_call(cli, "GET", "/version", NULL, &head, &e) == 0)
        json_put_str(both, "head", head_version(head));
    if (cli->format != FORMAT_TABLE)
        return output_value(cli, both);
    printf("sedge %s\n", SEDGE_VERSION);
    if (json_object_get(both, "head"))
        printf("head %s\n", json_str(both, "head", ""));
    return CLI_DONE;
}

const struct verb verb_version = {.name = "version",
                                  .group = GROUP_OTHER,
                                  .args = "",
                                  .line = "Show the version of this program and of the head",
                                  .examples = "sedge version\nsedge version -o json\n",
                                  .formats = FORMATS_DATA,
                                  .run = run_version};
