// SPDX-License-Identifier: Apache-2.0
/* Starts the daemons of this machine. */
#include "cli/daemons.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/this_machine.h"
#include "io/child.h"
#include "io/file.h"

#define WAIT_US   (30 * US_PER_S)
#define STEP_US   (10 * US_PER_MS)
#define LOG_LINES 8
#define LOG_MAX   (4U << 20)

/* Runs a program of ours to its end; what it prints goes where ours goes. Its exit status. */
int daemons_run_part(struct cli *cli, const struct strv *argv)
{
    int status;
    fflush(stdout);
    pid_t pid = fork();
    if (pid < 0)
        return cli_failf(cli, "start %s: %m", argv->v[1]);
    if (pid == 0) {
        execv(argv->v[0], argv->v);
        _exit(127);
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFSIGNALED(status))
        return cli_failf(cli, "%s %s was ended by signal %d", argv->v[0], argv->v[1], WTERMSIG(status));
    if (WEXITSTATUS(status) == 127)
        return cli_failf(cli, "run %s %s: is the program still there?", argv->v[0], argv->v[1]);
    return WEXITSTATUS(status);
}

static void add_folders(const struct cli *cli, struct strv *argv)
{
    const char *words[] = {"--run", cli->run_dir, "--state", cli->state_dir};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        strv_add(argv, words[i]);
}

void daemons_begin_part(const struct cli *cli, const char *part, struct strv *argv)
{
    strv_add(argv, child_self());
    strv_add(argv, part);
    add_folders(cli, argv);
}

static void add_daemon(const struct cli *cli, const char *name, struct strv *argv)
{
    AUTO_STRV struct strv words = {0};
    daemons_begin_part(cli, name, &words);
    AUTO_FREE char *line = strv_join(&words, "\x1f");
    strv_add(argv, "--daemon");
    strv_addf(argv, "%s=%s", name, line);
}

/* A keeper that keeps no head or node (it was started by other hands) makes room for one that does; containers and
 * daemons go on. */
static int end_other_keeper(struct cli *cli, const char *const *parts)
{
    struct daemon_facts keeper;
    this_machine_daemon(cli, "keeper", &keeper);
    bool keeps = true;
    for (size_t i = 0; keeper.pid && parts[i]; i++)
        keeps = keeps && this_machine_keeps(keeper.pid, parts[i]);
    if (keeper.pid == 0 || keeps)
        return CLI_DONE;
    if (kill(keeper.pid, SIGTERM) < 0)
        return cli_failf(cli, "end the keeper (pid %d), which keeps other daemons: %m", (int)keeper.pid);
    struct timespec step = {.tv_nsec = STEP_US * 1000};
    for (int64_t waited = 0; kill(keeper.pid, 0) == 0 && waited < WAIT_US; waited += STEP_US)
        nanosleep(&step, NULL);
    return CLI_DONE;
}

int daemons_start(struct cli *cli, const char *runtime, const char *const *parts)
{
    AUTO_STRV struct strv argv = {0};
    int r = end_other_keeper(cli, parts);
    if (r != CLI_DONE)
        return r;
    daemons_begin_part(cli, "keeper", &argv);
    strv_add(&argv, "--runtime");
    strv_add(&argv, runtime);
    for (size_t i = 0; parts[i]; i++)
        add_daemon(cli, parts[i], &argv);
    strv_add(&argv, "--detach");
    return daemons_run_part(cli, &argv);
}

/* The last lines of a daemon's log, after what failed. */
void daemons_tell_log(struct cli *cli, const char *name)
{
    AUTO_FREE char *file = mem_printf("%s.log", name);
    AUTO_FREE char *path = file_join(cli->run_dir, file);
    AUTO_FREE char *text = NULL;
    struct err ignored;
    size_t len;
    if (file_read(path, LOG_MAX, &text, &len, &ignored) < 0 || len == 0)
        return;
    const char *at = text + len - (text[len - 1] == '\n');
    for (int lines = 0; at > text && (at[-1] != '\n' || ++lines < LOG_LINES); at--)
        ;
    fprintf(stderr, "Last lines of %s:\n%s%s", path, at, text[len - 1] == '\n' ? "" : "\n");
}

int daemons_start_node(struct cli *cli)
{
    static const char *const parts[] = {"node", NULL};
    AUTO_STRV struct strv argv = {0};
    struct machine m = {0};
    struct err e = {0};
    if (this_machine_read(cli, &m, &e) < 0)
        return cli_fail(cli, &e);
    int r = daemons_start(cli, m.runtime, parts);
    fields_done(&machine_fields, &m);
    daemons_begin_part(cli, "node-await", &argv);
    if (r == CLI_DONE)
        r = daemons_run_part(cli, &argv);
    if (r != CLI_DONE)
        daemons_tell_log(cli, "node");
    return r;
}
