// SPDX-License-Identifier: Apache-2.0
/* `sedge token create|ls|rm`: what lets boards join. */
#include <string.h>

#include "cli/api_client.h"
#include "cli/output.h"

extern const struct verb verb_token;

struct token_options {
    int64_t ttl_us, uses;
    const char *subcluster;
};
static const struct opt token_opts[] = {
    OPT(token_options, '\0', "ttl", OPT_DURATION, ttl_us, "TIME", "create: how long it is good (default: 1h)"),
    OPT(token_options, '\0', "uses", OPT_NUMBER, uses, "N", "create: for how many boards (default: 1; 0: any number)"),
    OPT(token_options, '\0', "subcluster", OPT_TEXT, subcluster, "NAME", "create: label of the nodes that come with it"),
};

#define TOKENS "/sedge/v1/join-tokens"

static int token_create(struct cli *cli, const struct token_options *o, char **words)
{
    struct err e = {0};
    AUTO_JSON json_t *answer = NULL;
    AUTO_JSON json_t *terms = json_pack("{s:I, s:I}", "ttlSeconds", (json_int_t)(o->ttl_us / US_PER_S), "uses",
                                        (json_int_t)o->uses);
    json_put_str(terms, "subcluster", o->subcluster);
    if (client_call(cli, "POST", TOKENS, terms, &answer, &e) < 0)
        return cli_fail(cli, &e);
    if (cli->format != FORMAT_TABLE)
        return output_value(cli, answer);
    puts(json_str(answer, "token", ""));
    cli_note(cli, "Next, on the board that is to join: sedge node join THIS_MACHINE%s --token-file FILE (or --token TOKEN)",
             strrchr(json_str(answer, "listen", ":6443"), ':'));
    return CLI_DONE;
}

static char *cell_id(const json_t *t)
{
    return mem_strdup(json_str(t, "id", ""));
}

static char *cell_uses(const json_t *t)
{
    int64_t most = json_int(t, "uses", 0), used = json_int(t, "used", 0);
    return most > 0 ? mem_printf("%lld of %lld", (long long)used, (long long)most)
                    : mem_printf("%lld", (long long)used);
}

static char *cell_expires(const json_t *t)
{
    int64_t us;
    char age[32];
    if (clock_parse_rfc3339(json_str(t, "expires", ""), &us) < 0)
        return NULL;
    return mem_printf("in %s", clock_age(us - clock_now_us(), age, sizeof(age)));
}

static char *cell_subcluster(const json_t *t)
{
    return mem_strdup(json_str(t, "subcluster", NULL));
}

static const struct column columns[] = {{"ID", false, cell_id, NULL},
                                        {"USED", false, cell_uses, NULL},
                                        {"ENDS", false, cell_expires, NULL},
                                        {"SUBCLUSTER", false, cell_subcluster, NULL}};

static int token_ls(struct cli *cli, const struct token_options *o, char **words)
{
    struct err e = {0};
    AUTO_JSON json_t *answer = NULL;
    struct table_look look = {.columns = columns,
                              .n = ARRAY_LEN(columns),
                              .name = cell_id,
                              .none = "No tokens. 'sedge token create' makes one."};
    if (client_call(cli, "GET", TOKENS, NULL, &answer, &e) < 0)
        return cli_fail(cli, &e);
    return output_list(cli, json_object_get(answer, "items"), &look);
}

static int token_rm(struct cli *cli, const struct token_options *o, char **words)
{
    struct err e = {0};
    AUTO_FREE char *path = mem_printf(TOKENS "/%s", words[0]);
    if (client_call(cli, "DELETE", path, NULL, NULL, &e) < 0)
        return cli_fail(cli, &e);
    printf("token %s is good no more\n", words[0]);
    return CLI_DONE;
}

static const struct {
    const char *word, *args;
    int words;
    int (*run)(struct cli *cli, const struct token_options *o, char **words);
} parts[] = {{"create", "", 0, token_create}, {"ls", "", 0, token_ls}, {"rm", " ID", 1, token_rm}};

static int run_token(struct cli *cli, int argc, char **argv)
{
    struct token_options o = {.ttl_us = 3600 * US_PER_S, .uses = 1};
    const char *names[ARRAY_LEN(parts)];
    char hint[160];
    int r = options_parse(cli, &verb_token, &argc, argv, &o);
    if (r >= 0)
        return r;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        names[i] = parts[i].word;
        if (!str_eq(argv[1], parts[i].word))
            continue;
        if (argc - 2 != parts[i].words)
            return cli_misused(cli, "write it as: sedge token %s%s", parts[i].word, parts[i].args);
        return parts[i].run(cli, &o, argv + 2);
    }
    str_suggest(hint, sizeof(hint), argv[1], names, ARRAY_LEN(names));
    return cli_misused(cli, "there is no 'token %s'%s", argv[1], hint);
}

const struct verb verb_token = {
    .name = "token",
    .group = GROUP_MACHINE,
    .args = "create | ls | rm ID",
    .line = "Make tokens by which boards join this cluster",
    .more = "A token names the cluster's certificate authority, so that a board shows it to this cluster's head only.\n"
            "It is told once, when it is made. Whoever has it can bring a node in: keep it private.",
    .examples = "sedge token create\nsedge token create --ttl 1d --uses 20 --subcluster greenhouse\nsedge token ls\n",
    OPTS(token_opts),
    .formats = FORMATS_ALL,
    .args_min = 1,
    .args_max = -1,
    .run = run_token};
