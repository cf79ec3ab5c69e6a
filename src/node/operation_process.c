// SPDX-License-Identifier: Apache-2.0
/* Makes the process of an operation's script: what runs it, with which environment, where its output goes. */
#include "node/operation_process.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "io/file.h"
#include "model/bundle_manifest.h"
#include "node/operation_outputs.h"
#include "node/pod_secret.h"

#define OUTPUTS_FILE "values" /* one operation at a time runs in a pod */

int operation_output(struct node_pod *p, const char *name, char **ret_file)
{
    AUTO_FREE char *bundle = rootfs_bundle(&p->node->dirs, p->known.containers[0].id);
    AUTO_FREE char *fifo = file_join(bundle, name);
    if (!pod_container_at(p, 0)->tty) {
        int fd =
            open(fifo, O_RDWR | O_CLOEXEC | O_NOFOLLOW); /* read-write: nobody gets SIGPIPE while the keeper is away */
        if (fd >= 0)
            return fd;
    }
    if (!*ret_file)
        *ret_file = mem_printf("%s/containers/%s/operation.log", p->node->state_dir, p->known.containers[0].id);
    return open(*ret_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
}

/* ---- the file of outputs ---- */

static char *outputs_path(const struct node_pod *p)
{
    AUTO_FREE char *folder = pod_state_path(p, "outputs");
    return file_join(folder, OUTPUTS_FILE);
}

/* An empty file that whoever the script runs as may write. The container may have put anything in its place. */
static int outputs_empty(struct node_pod *p, struct err *e)
{
    AUTO_FREE char *folder = pod_state_path(p, "outputs");
    AUTO_FREE char *path = outputs_path(p);
    int r = file_mkdirs(folder, 0755, e);
    if (r == 0)
        r = file_remove_tree(path, e);
    if (r < 0)
        return r;
    AUTO_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0 || fchmod(fd, 0666) < 0)
        return err_errno(e, errno, "make %s", path);
    return 0;
}

int operation_outputs_read(struct node_pod *p, json_t **ret, struct err *e)
{
    struct stat st;
    AUTO_FREE char *path = outputs_path(p);
    AUTO_FREE char *text = NULL;
    size_t len = 0;
    *ret = NULL;
    AUTO_CLOSE int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return 0;
    if (fd < 0 || fstat(fd, &st) < 0)
        return err_errno(e, errno, "open it");
    if (!S_ISREG(st.st_mode))
        return err_set(e, EINVAL, "no plain file stands there any more");
    int r = file_read_fd(fd, OUTPUTS_BYTES_MAX, &text, &len, e);
    if (r == -EFBIG)
        return err_set(e, EINVAL, "more than %u bytes", OUTPUTS_BYTES_MAX);
    return r < 0 ? r : operation_outputs(text, len, ret, e);
}

/* ---- the process ---- */

/* Executable with an interpreter line (or a program): as it is. */
static bool runs_itself(const char *path)
{
    char start[4] = {0};
    AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    return fd >= 0 && access(path, X_OK) == 0 && read(fd, start, sizeof(start)) >= 2 &&
           (memcmp(start, "#!", 2) == 0 || memcmp(start, "\177ELF", 4) == 0);
}

static const char *interpreter_of(const struct operation_call *call)
{
    size_t len = strlen(call->script);
    if (!str_empty(call->interpreter))
        return call->interpreter;
    return len > 3 && str_eq(call->script + len - 3, ".py") ? "python3" : "/bin/sh";
}

static int make_env(const struct operation_call *call, const json_t *secrets, struct strv *env, struct err *e)
{
    const struct env_var *vars = call->env->items;
    strv_add(env, "SEDGE_OUTPUTS=" OUTPUTS_MOUNT "/" OUTPUTS_FILE);
    strv_addf(env, "SEDGE_COMPONENT=%s", call->component);
    strv_addf(env, "SEDGE_OPERATION=%s", call->name);
    for (size_t i = 0; i < call->env->n; i++) {
        AUTO_FREE char *value = NULL;
        int r = pod_env_value(secrets, &vars[i], &value, e);
        if (r < 0)
            return r;
        if (value)
            strv_addf(env, "%s=%s", vars[i].name, value);
    }
    return 0;
}

static json_t *container_config_of(struct node_pod *p, struct err *e)
{
    AUTO_FREE char *dir = rootfs_bundle(&p->node->dirs, p->known.containers[0].id);
    AUTO_FREE char *path = file_join(dir, "config.json");
    AUTO_FREE char *text = NULL;
    size_t len;
    return file_read(path, JSON_MAX_BYTES, &text, &len, e) < 0 ? NULL : json_parse(text, len, e);
}

int operation_process(struct node_pod *p, const struct operation_call *call, char **ret, struct err *e)
{
    AUTO_STRV struct strv args = {0}, env = {0};
    AUTO_FREE char *clean = file_clean_relative(call->script);
    if (str_empty(clean))
        return err_set(e, EINVAL, "the script '%s' is not in the bundle", call->script);
    AUTO_FREE char *bundle = pod_state_path(p, "bundle");
    AUTO_FREE char *outside = file_join(bundle, clean);
    AUTO_FREE char *inside = mem_printf(BUNDLE_MOUNT "/%s", clean);
    AUTO_FREE char *folder = mem_strndup(inside, (size_t)(strrchr(inside, '/') - inside));
    if (!file_exists(outside))
        return err_set(e, ENOENT, "the script '%s' is not in the bundle", call->script);
    if (!runs_itself(outside))
        strv_add(&args, interpreter_of(call));
    strv_add(&args, inside);
    int r = make_env(call, p->secrets, &env, e);
    if (r == 0)
        r = outputs_empty(p, e);
    AUTO_JSON json_t *config = r < 0 ? NULL : container_config_of(p, e);
    if (!config)
        return r < 0 ? r : -EINVAL;
    AUTO_JSON json_t *process = container_exec_process(config, &args, &env, folder, NULL, false);
    *ret = json_text(process);
    return 0;
}
