// SPDX-License-Identifier: Apache-2.0
/* Looks at this machine's daemons. */
#include "cli/this_machine.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "io/file.h"

#define PROC_MAX (1024 * 1024)

int this_machine_read(const struct cli *cli, struct machine *ret, struct err *e)
{
    AUTO_FREE char *path = file_join(cli->state_dir, MACHINE_FILE);
    AUTO_FREE char *text = NULL;
    AUTO_JSON json_t *v = NULL;
    size_t len;
    int r = file_read(path, PROC_MAX, &text, &len, e);
    if (r < 0)
        return r;
    v = json_parse(text, len, e);
    r = v ? fields_decode(&machine_fields, v, ret, e) : -EINVAL;
    return err_wrap(e, r, "%s", path);
}

int this_machine_name(const struct cli *cli, char **ret)
{
    struct machine m = {0};
    struct err ignored;
    int r = this_machine_read(cli, &m, &ignored);
    if (r == 0) {
        *ret = mem_strdup(m.name);
        fields_done(&machine_fields, &m);
    }
    return r;
}

int64_t this_machine_pss(const char *rollup)
{
    const char *at = str_starts(rollup, "Pss:") ? rollup : strstr(rollup, "\nPss:");
    int64_t kb;
    if (!at)
        return -1;
    at = strchr(at, ':') + 1;
    at += strspn(at, " \t");
    AUTO_FREE char *digits = mem_strndup(at, strspn(at, "0123456789"));
    return str_to_i64(digits, 0, INT64_MAX / 1024, &kb) ? kb * 1024 : -1;
}

static char *read_proc(pid_t pid, const char *name, size_t *ret_len)
{
    char *text = NULL;
    AUTO_FREE char *path = mem_printf("/proc/%d/%s", (int)pid, name);
    struct err ignored;
    return file_read(path, PROC_MAX, &text, ret_len, &ignored) == 0 ? text : NULL;
}

static int64_t pss_of(pid_t pid)
{
    size_t len;
    AUTO_FREE char *text = read_proc(pid, "smaps_rollup", &len);
    return text ? this_machine_pss(text) : -1;
}

/* By field 22 of stat: clock ticks from boot to its start. */
static int64_t age_of(pid_t pid)
{
    size_t len;
    AUTO_FREE char *text = read_proc(pid, "stat", &len);
    const char *at = text ? strrchr(text, ')') : NULL;
    for (int field = 2; at && field < 22; field++) {
        at = strchr(at, ' ');
        at = at ? at + 1 : NULL;
    }
    struct timespec now;
    int64_t ticks;
    if (!at || clock_gettime(CLOCK_BOOTTIME, &now) < 0)
        return -1;
    AUTO_FREE char *digits = mem_strndup(at, strspn(at, "0123456789"));
    if (!str_to_i64(digits, 0, INT64_MAX / US_PER_S, &ticks))
        return -1;
    return now.tv_sec * US_PER_S + now.tv_nsec / 1000 - ticks * US_PER_S / sysconf(_SC_CLK_TCK);
}

/* Is this the program `sedge <name>` of that run folder? Pid files outlive processes, and pids are used again. (Trying
 * the file's lock would tell, too, but could keep a daemon that is just starting from it.) */
static bool is_daemon(pid_t pid, const char *name, const char *run_dir)
{
    size_t len = 0, n = 0;
    AUTO_FREE char *line = read_proc(pid, "cmdline", &len);
    bool option = false, right_folder = true;
    for (size_t at = 0; line && at < len; at += strlen(line + at) + 1, n++) {
        if (n == 1 && !str_eq(line + at, name))
            return false;
        if (option)
            right_folder = str_eq(line + at, run_dir);
        option = str_eq(line + at, "--run");
    }
    return n > 1 && right_folder;
}

static pid_t daemon_pid(const char *path, const char *name, const char *run_dir)
{
    AUTO_FREE char *text = NULL;
    struct err ignored;
    size_t len;
    int64_t pid;
    if (file_read(path, 64, &text, &len, &ignored) < 0)
        return 0;
    text[strcspn(text, "\n")] = '\0';
    if (!str_to_i64(text, 1, INT32_MAX, &pid) || !is_daemon((pid_t)pid, name, run_dir))
        return 0;
    return (pid_t)pid;
}

void this_machine_daemon(const struct cli *cli, const char *name, struct daemon_facts *ret)
{
    AUTO_FREE char *file = mem_printf("%s.pid", name);
    AUTO_FREE char *path = file_join(cli->run_dir, file);
    *ret = (struct daemon_facts){.pid = daemon_pid(path, name, cli->run_dir), .pss = -1, .age_us = -1};
    if (ret->pid > 0) {
        ret->pss = pss_of(ret->pid);
        ret->age_us = age_of(ret->pid);
    }
}

bool this_machine_keeps(pid_t keeper, const char *name)
{
    size_t len = 0;
    AUTO_FREE char *line = read_proc(keeper, "cmdline", &len);
    AUTO_FREE char *start = mem_printf("%s=", name);
    bool option = false;
    for (size_t at = 0; line && at < len; at += strlen(line + at) + 1) {
        if (option && str_starts(line + at, start))
            return true;
        option = str_eq(line + at, "--daemon");
    }
    return false;
}
