// SPDX-License-Identifier: Apache-2.0
/* `sedge kubeconfig`: credentials for kubectl and for sedge on other machines. */
#include "cli/api_client.h"
#include "cli/kube_place.h"

extern const struct verb verb_kubeconfig;

struct kubeconfig_options {
    bool token;
    const char *name, *server;
    int64_t ttl_us;
};
static const struct opt kubeconfig_opts[] = {
    OPT(kubeconfig_options, '\0', "token", OPT_SWITCH, token, NULL, "a token instead of a certificate"),
    OPT(kubeconfig_options, '\0', "name", OPT_TEXT, name, "USER", "whose credentials they are (default: admin)"),
    OPT(kubeconfig_options, '\0', "ttl", OPT_DURATION, ttl_us, "TIME", "how long they are good (default: a year)"),
    OPT(kubeconfig_options, '\0', "server", OPT_TEXT, server, "URL",
        "where others reach this head (default: its own address)"),
};

static int run_kubeconfig(struct cli *cli, int argc, char **argv)
{
    struct kubeconfig_options o = {.name = "admin"};
    struct err e = {0};
    AUTO_FREE char *host = NULL;
    uint16_t port;
    int r = options_parse(cli, &verb_kubeconfig, &argc, argv, &o);
    if (r >= 0)
        return r;
    if (o.server && kube_server_split(o.server, &host, &port, &e) < 0)
        return cli_misused(cli, "%s", e.text);
    AUTO_JSON json_t *answer = NULL;
    AUTO_JSON json_t *wish = json_pack("{s:s, s:s}", "name", o.name, "kind", o.token ? "token" : "certificate");
    if (o.ttl_us > 0)
        json_put_int(wish, "ttlSeconds", o.ttl_us / US_PER_S);
    if (client_call(cli, "POST", "/sedge/v1/credentials", wish, &answer, &e) < 0)
        return cli_fail(cli, &e);
    AUTO_FREE char *text =
        kube_config_text(o.server ? o.server : json_str(answer, "server", ""), json_str(answer, "ca", NULL), o.name,
                         json_str(answer, "certificate", NULL), json_str(answer, "key", NULL),
                         json_str(answer, "token", NULL), cli->ns_text);
    fputs(text, stdout);
    return CLI_DONE;
}

const struct verb verb_kubeconfig = {
    .name = "kubeconfig",
    .group = GROUP_MACHINE,
    .args = "",
    .line = "Print a kubeconfig with new credentials, for kubectl or for sedge elsewhere",
    .more = "Whoever has the file has all rights on this head: keep it private.",
    .examples = "sedge kubeconfig > kubeconfig; kubectl --kubeconfig kubeconfig get pods\n"
                "sedge kubeconfig --token --name ci --ttl 1d --server https://board1.example:6443\n"
                "SEDGE_KUBECONFIG=kubeconfig sedge apps\n",
    OPTS(kubeconfig_opts),
    .run = run_kubeconfig};
