// SPDX-License-Identifier: Apache-2.0
/* `sedge completion bash`: completes verbs, options and applications' names. */
#include "cli/cli_private.h"

extern const struct verb verb_completion;

static void add_opts(struct buf *b, const struct opt *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_addf(b, "%s--%s", b->len ? " " : "", rows[i].name);
}

static void print_bash(void)
{
    AUTO_BUF struct buf names = {0};
    AUTO_BUF struct buf global = {0};
    for (const struct verb *const *v = verbs; *v; v++)
        buf_addf(&names, "%s%s", names.len ? " " : "", (*v)->name);
    add_opts(&global, global_opts, global_opts_n);
    printf("# bash completion for sedge: source <(sedge completion bash)\n"
           "_sedge()\n{\n"
           "    local cur=${COMP_WORDS[COMP_CWORD]} verb= word words=\n"
           "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
           "        [[ $word == -* ]] || { verb=$word; break; }\n"
           "    done\n"
           "    if [[ -z $verb ]]; then\n"
           "        COMPREPLY=($(compgen -W \"%s\" -- \"$cur\"))\n        return\n    fi\n"
           "    case $verb in\n",
           buf_str(&names));
    for (const struct verb *const *v = verbs; *v; v++) {
        AUTO_BUF struct buf own = {0};
        add_opts(&own, (*v)->opts, (*v)->n_opts);
        printf("    %s) words=\"%s\" ;;\n", (*v)->name, buf_str(&own));
    }
    printf("    esac\n"
           "    if [[ $cur == -* ]]; then\n"
           "        COMPREPLY=($(compgen -W \"$words %s\" -- \"$cur\"))\n        return\n    fi\n"
           "    case $verb in\n"
           "    validate | plan | deploy) COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n"
           "    help) COMPREPLY=($(compgen -W \"%s\" -- \"$cur\")) ;;\n"
           "    image) COMPREPLY=($(compgen -W \"ls pull import rm\" -- \"$cur\") $(compgen -f -- \"$cur\")) ;;\n"
           "    node)\n"
           "        words=\"join leave ls rm cordon uncordon drain label taint\"\n"
           "        [[ $COMP_CWORD -gt 2 ]] && words=$(sedge node ls -o name 2>/dev/null)\n"
           "        COMPREPLY=($(compgen -W \"$words\" -- \"$cur\")) ;;\n"
           "    describe) COMPREPLY=($(compgen -W \"app pod node $(sedge apps -o name 2>/dev/null)\" -- \"$cur\")) ;;\n"
           "    outputs | ps | logs | exec | start | stop | scale | undeploy | events)\n"
           "        COMPREPLY=($(compgen -W \"$(sedge apps -o name 2>/dev/null)\" -- \"$cur\")) ;;\n"
           "    esac\n}\ncomplete -o default -F _sedge sedge\n",
           buf_str(&global), buf_str(&names));
}

static int run_completion(struct cli *cli, int argc, char **argv)
{
    int r = options_parse(cli, &verb_completion, &argc, argv, NULL);
    if (r >= 0)
        return r;
    if (!str_eq(argv[1], "bash"))
        return cli_misused(cli, "knows bash only, not '%s'", argv[1]);
    print_bash();
    return CLI_DONE;
}

const struct verb verb_completion = {.name = "completion",
                                     .group = GROUP_OTHER,
                                     .args = "bash",
                                     .line = "Print a script that completes words in a shell",
                                     .examples = "source <(sedge completion bash)\n"
                                                 "sedge completion bash > /etc/bash_completion.d/sedge\n",
                                     .args_min = 1,
                                     .args_max = 1,
                                     .run = run_completion};
