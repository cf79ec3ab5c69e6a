// SPDX-License-Identifier: Apache-2.0
/* `sedge exec`. */
#include <string.h>
#include <unistd.h>

#include "cli/names.h"
#include "cli/relay.h"

extern const struct verb verb_exec;

struct exec_options {
    bool input, tty;
    const char *user, *dir;
    struct strv env;
};
static const struct opt exec_opts[] = {
    OPT(exec_options, 'i', "interactive", OPT_SWITCH, input, NULL, "pass standard input on"),
    OPT(exec_options, 't', "tty", OPT_SWITCH, tty, NULL, "give it a terminal"),
    OPT(exec_options, 'u', "user", OPT_TEXT, user, "USER", "user in the container: name or number"),
    OPT(exec_options, 'w', "workdir", OPT_TEXT, dir, "DIR", "working directory in the container"),
    OPT(exec_options, 'e', "env", OPT_TEXTS, env, "KEY=VALUE", "a variable (repeatable)"),
};

static json_t *request_of(const struct exec_options *o, int argc, char **argv)
{
    json_t *command = json_array();
    for (int i = 0; i < argc; i++)
        json_array_append_new(command, json_string(argv[i]));
    json_t *v = json_pack("{s:s, s:o, s:b, s:b}", "op", "exec", "command", command, "tty", o->tty, "stdin", o->input);
    json_put_str(v, "user", o->user);
    json_put_str(v, "workingDir", o->dir);
    json_t *env = json_object();
    json_object_set_new(v, "env", env);
    for (size_t i = 0; i < o->env.n; i++) {
        const char *equals = strchr(o->env.v[i], '=');
        AUTO_FREE char *key = mem_strndup(o->env.v[i], (size_t)(equals - o->env.v[i]));
        json_put_str(env, key, equals + 1);
    }
    if (o->tty)
        relay_put_size(v);
    return v;
}

static int check(struct cli *cli, const struct exec_options *o, int argc, char **argv)
{
    for (size_t i = 0; i < o->env.n; i++)
        if (!strchr(o->env.v[i], '=') || o->env.v[i][0] == '=')
            return cli_misused(cli, "-e takes KEY=VALUE, not '%s'", o->env.v[i]);
    for (int i = 2; i < argc; i++)
        if (!str_is_utf8(argv[i], strlen(argv[i])))
            return cli_misused(cli, "word %d of the command is no UTF-8 text", i - 1);
    if (o->tty && o->input && !isatty(STDIN_FILENO))
        return cli_misused(cli, "-t needs a terminal, and standard input is none; leave -t out");
    return OPTIONS_GO;
}

static int exec_in(struct cli *cli, const struct exec_options *o, const char *pod, const json_t *request)
{
    struct err e = {0};
    AUTO(stream_done)
    struct stream s = {0};
    AUTO_FREE char *path = stream_pod_path(client_ns(cli), pod);
    int r = stream_open(cli, path, request, &s, &e);
    struct relay relay = {.stream = &s, .terminal = o->tty && o->input, .input = o->input};
    if (r == 0)
        r = relay_run(&relay, &e);
    if (r < 0)
        return cli_fail(cli, &e);
    if (s.error && relay.err_bytes == 0) /* else the runtime has said so already */
        cli_failf(cli, "%s", s.error);
    return s.code || !s.error ? s.code & 0xff : CLI_FAILED;
}

static int exec_parsed(struct cli *cli, const struct exec_options *o, int argc, char **argv)
{
    struct err e = {0};
    AUTO(part_name_done)
    struct part_name name = {0};
    AUTO_JSON json_t *pod = NULL;
    int r = check(cli, o, argc, argv);
    if (r >= 0)
        return r;
    if (part_name_parse(argv[1], &name, &e) < 0)
        return cli_misused(cli, "%s", e.text);
    if (names_pod(cli, &name, &pod, &e) < 0)
        return cli_fail(cli, &e);
    int at = argc > 3 && str_eq(argv[2], "--") ? 3 : 2; /* as kubectl's users type it */
    AUTO_JSON json_t *request = request_of(o, argc - at, argv + at);
    return exec_in(cli, o, name_of(pod), request);
}

static int run_exec(struct cli *cli, int argc, char **argv)
{
    struct exec_options o = {0};
    int r = options_parse(cli, &verb_exec, &argc, argv, &o);
    if (r >= 0)
        return r;
    r = exec_parsed(cli, &o, argc, argv);
    options_done(&verb_exec, &o);
    return r;
}

const struct verb verb_exec = {
    .name = "exec",
    .group = GROUP_CONTAINER,
    .args = "APP/COMPONENT|POD COMMAND [WORD..]",
    .line = "Run a command in a running container",
    .more = "The exit status is the command's. Without a terminal, Ctrl-C goes to the command; a second one ends it.",
    .examples =
        "sedge exec -it shop/web sh\nsedge exec shop/db cat /etc/hosts\nsedge exec -i shop/db psql < dump.sql\n",
    OPTS(exec_opts),
    .args_min = 2,
    .args_max = -1,
    .words_pass = true,
    .run = run_exec};
