// SPDX-License-Identifier: Apache-2.0
/* The operations "exec" and "attach": a process in a container, or its own terminal, with a client's input and output.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "io/file.h"
#include "node/op.h"
#include "node/op_pump.h"

struct session {
    struct op *op; /* NULL: the client is gone */
    struct node *node;
    char *uid;
    size_t container;
    bool attach, held, replied; /* replied: the process has ended */
    uint64_t token;
    int terminal; /* its master, for its size; -1: none */
    int rows, columns;
    int64_t code;
    char *error;
    struct op_writer *in;
    struct op_reader *out, *err_out;
};

static void session_free(struct session *s)
{
    op_writer_free(s->in);
    op_reader_free(s->out);
    op_reader_free(s->err_out);
    mem_closep(&s->terminal);
    free(s->uid);
    free(s->error);
    free(s);
}

/* All output is sent and the end is known. */
static void end_when_done(struct session *s)
{
    if (s->held || !s->replied || !s->op || !op_reader_ended(s->out) || !op_reader_ended(s->err_out))
        return;
    struct op *op = s->op;
    int64_t code = s->code;
    AUTO_FREE char *error = take_ptr(s->error);
    op_writer_free(take_ptr(s->in));
    session_free(s);
    op_end(op, code, error);
}

static void output_ended(void *data)
{
    end_when_done(data);
}

static void set_size(struct session *s)
{
    struct winsize size = {.ws_row = (unsigned short)s->rows, .ws_col = (unsigned short)s->columns};
    if (s->terminal >= 0 && s->rows > 0 && s->columns > 0)
        (void)ioctl(s->terminal, TIOCSWINSZ, &size);
}

static void take_size(struct session *s, const json_t *from)
{
    int64_t rows = json_int(from, "rows", 0), columns = json_int(from, "columns", 0);
    if (rows > 0 && rows < 10000 && columns > 0 && columns < 10000) {
        s->rows = (int)rows;
        s->columns = (int)columns;
    }
    set_size(s);
}

static struct session *session_new(struct op *op, const struct node_pod *p, size_t container)
{
    struct session *s = mem_alloc(sizeof(*s));
    *s = (struct session){
        .op = op, .node = op->node, .uid = mem_strdup(p->pod.meta.uid), .container = container, .terminal = -1};
    op->state = s;
    take_size(s, op->request);
    return s;
}

static void say_started(struct op *op)
{
    AUTO_JSON json_t *m = json_pack("{s:b}", "started", 1);
    op_message(op, m);
}

/* The container must run. */
static struct node_pod *running_container(struct op *op, size_t *ret_container, struct err *e)
{
    struct node_pod *p = op_container(op, ret_container, e);
    if (p && p->known.containers[*ret_container].run != KEEPER_RUNNING) {
        err_set(e, EINVAL, "container %s does not run", p->known.containers[*ret_container].id);
        return NULL;
    }
    if (p && !op->node->keeper.client) {
        err_set(e, EAGAIN, "the node's keeper is being started again; try again in a moment");
        return NULL;
    }
    return p;
}

/* ---- exec ---- */

static void on_reply(void *data, int r, const char *error, int32_t value)
{
    struct session *s = data;
    s->replied = true;
    if (!s->op) {
        session_free(s);
        return;
    }
    bool missing = r < 0 && error && (strstr(error, "not found") || strstr(error, "No such file"));
    s->code = r < 0 ? (missing ? 127 : 126) : value;
    s->error = r < 0 ? mem_strdup(error) : NULL;
    s->held = true; /* neither of the two ends us while the other is looked at */
    op_reader_finish(s->err_out);
    op_reader_finish(s->out);
    s->held = false;
    end_when_done(s);
}

static void on_terminal(void *data, int master)
{
    struct session *s = data;
    if (!s->op) {
        close(master);
        return;
    }
    s->terminal = master;
    set_size(s);
    s->out = op_reader_new(s->op, fcntl(master, F_DUPFD_CLOEXEC, 3), false, output_ended, s);
    s->in = op_writer_new(s->op, fcntl(master, F_DUPFD_CLOEXEC, 3));
    say_started(s->op);
}

static void take_env(const json_t *request, struct strv *to)
{
    const char *name;
    json_t *value;
    json_object_foreach(json_object_get(request, "env"), name, value)
    {
        if (json_is_string(value))
            strv_addf(to, "%s=%s", name, json_string_value(value));
    }
}

static int make_process(struct op *op, const struct node_pod *p, size_t container, bool tty, char **ret, struct err *e)
{
    const char *id = p->known.containers[container].id, *name = json_str(op->request, "user", NULL);
    AUTO_STRV struct strv args = {0}, env = {0};
    AUTO_FREE char *folder = rootfs_bundle(&op->node->dirs, id);
    AUTO_FREE char *path = file_join(folder, "config.json");
    AUTO_FREE char *root = rootfs_path(&op->node->dirs, id);
    AUTO_FREE char *text = NULL;
    struct container_user user;
    size_t len, i;
    const json_t *item;
    json_array_foreach(json_object_get(op->request, "command"), i, item)
    {
        strv_add(&args, json_is_string(item) ? json_string_value(item) : "");
    }
    if (args.n == 0)
        return err_set(e, EINVAL, "command: required: what to run");
    take_env(op->request, &env);
    int r = file_read(path, JSON_MAX_BYTES, &text, &len, e);
    if (r == 0 && !str_empty(name))
        r = container_user_find(root, name, &user, e);
    if (r < 0)
        return r;
    AUTO_JSON json_t *config = json_parse(text, len, e);
    if (!config)
        return -EINVAL;
    AUTO_JSON json_t *process = container_exec_process(config, &args, &env, json_str(op->request, "workingDir", NULL),
                                                       str_empty(name) ? NULL : &user, tty);
    int64_t rows = json_int(op->request, "rows", 0), columns = json_int(op->request, "columns", 0);
    if (tty && rows > 0 && columns > 0) /* from its first instruction on */
        json_object_set_new(process, "consoleSize",
                            json_pack("{s:I, s:I}", "height", (json_int_t)rows, "width", (json_int_t)columns));
    *ret = json_text(process);
    return 0;
}

/* Pipes for the three streams: theirs[] for the process. */
static int open_pipes(struct session *s, bool with_input, int theirs[3], struct err *e)
{
    int in[2], out[2], err_out[2];
    if (with_input && pipe2(in, O_CLOEXEC) < 0)
        return err_errno(e, errno, "make a pipe");
    theirs[0] = with_input ? in[0] : -1;
    s->in = with_input ? op_writer_new(s->op, in[1]) : NULL;
    if (pipe2(out, O_CLOEXEC) < 0)
        return err_errno(e, errno, "make a pipe");
    theirs[1] = out[1];
    s->out = op_reader_new(s->op, out[0], false, output_ended, s);
    if (pipe2(err_out, O_CLOEXEC) < 0)
        return err_errno(e, errno, "make a pipe");
    theirs[2] = err_out[1];
    s->err_out = op_reader_new(s->op, err_out[0], true, output_ended, s);
    return 0;
}

static void exec_begin(struct session *s, const char *id, const char *process, bool tty)
{
    struct op *op = s->op;
    struct err e = {0};
    int theirs[3] = {-1, -1, -1};
    struct keeper_exec x = {
        .id = id, .process_json = process, .fds = {-1, -1, -1}, .terminal = tty, .on_terminal = on_terminal};
    int r = tty ? 0 : open_pipes(s, json_bool(op->request, "stdin", false), theirs, &e);
    if (r == 0) {
        memcpy(x.fds, theirs, sizeof(theirs));
        keeper_exec(s->node->keeper.client, &x, on_reply, s, &s->token);
        if (!tty)
            say_started(op);
    }
    for (size_t i = 0; i < ARRAY_LEN(theirs); i++)
        mem_closep(&theirs[i]);
    if (r < 0) {
        session_free(s);
        op_end(op, 126, err_text(&e));
    }
}

static void exec_start(struct op *op)
{
    struct err e = {0};
    size_t container;
    bool tty = json_bool(op->request, "tty", false);
    AUTO_FREE char *process = NULL;
    struct node_pod *p = running_container(op, &container, &e);
    if (!p || make_process(op, p, container, tty, &process, &e) < 0) {
        op_end(op, 126, err_text(&e));
        return;
    }
    exec_begin(session_new(op, p, container), p->known.containers[container].id, process, tty);
}

static void session_data(struct op *op, const void *bytes, size_t len)
{
    struct session *s = op->state;
    if (s->in)
        op_writer_put(s->in, bytes, len);
    else
        op_consumed(op, len);
}

static void session_eof(struct op *op)
{
    struct session *s = op->state;
    if (s->terminal >= 0)
        op_writer_put(s->in, "\004", 1); /* a terminal's end of input */
    else
        op_writer_end(s->in);
}

static void session_message(struct op *op, const json_t *m)
{
    struct session *s = op->state;
    int64_t sig = json_int(m, "signal", 0);
    take_size(s, m);
    if (sig > 0 && sig <= 64 && !s->attach && s->node->keeper.client)
        keeper_exec_kill(s->node->keeper.client, s->token, (int)sig);
}

static void session_writable(struct op *op)
{
    struct session *s = op->state;
    s->held = true;
    op_reader_go_on(s->err_out);
    op_reader_go_on(s->out);
    s->held = false;
    end_when_done(s);
}

static void exec_cancel(struct op *op)
{
    struct session *s = op->state;
    s->op = NULL;
    op_writer_free(take_ptr(s->in));
    op_reader_free(take_ptr(s->out));
    op_reader_free(take_ptr(s->err_out));
    if (s->replied)
        session_free(s);
    else if (s->node->keeper.client)
        keeper_exec_kill(s->node->keeper.client, s->token, SIGKILL); /* its reply frees us */
}

const struct op_kind op_exec = {.name = "exec",
                                .start = exec_start,
                                .data = session_data,
                                .eof = session_eof,
                                .message = session_message,
                                .writable = session_writable,
                                .cancel = exec_cancel};

/* ---- attach ---- */

static void on_attached(void *data, int r, int master, int output)
{
    struct session *s = data;
    struct op *op = s->op;
    s->replied = false;
    if (r < 0 || !op) {
        mem_closep(&master);
        mem_closep(&output);
        session_free(s);
        if (op)
            op_end(op, 126,
                   r == -EBUSY    ? "somebody is attached to it already"
                   : r == -ENOTTY ? "the container has no terminal; use logs and exec"
                                  : strerror(-r));
        return;
    }
    s->terminal = master;
    set_size(s);
    s->out = op_reader_new(op, output, false, output_ended, s);
    s->in = op_writer_new(op, fcntl(master, F_DUPFD_CLOEXEC, 3));
    say_started(op);
}

static void attach_start(struct op *op)
{
    struct err e = {0};
    size_t container;
    struct node_pod *p = running_container(op, &container, &e);
    if (!p) {
        op_end(op, 126, err_text(&e));
        return;
    }
    struct session *s = session_new(op, p, container);
    s->attach = true;
    keeper_attach(op->node->keeper.client, p->known.containers[container].id, on_attached, s);
}

/* Its end comes with the container's: the exit status is known then. */
static void attach_changed(struct op *op, struct node_pod *p)
{
    struct session *s = op->state;
    const struct container_known *c;
    if (!str_eq(s->uid, p->pod.meta.uid) || !s->out)
        return;
    c = &p->known.containers[s->container];
    if (container_is_up(c))
        return;
    s->code = c->end.there ? c->end.exit_code & 255 : 0;
    s->replied = true;
    if (op_reader_ended(s->out))
        end_when_done(s);
    else
        op_reader_finish(s->out);
}

static void attach_cancel(struct op *op)
{
    struct session *s = op->state;
    s->op = NULL;
    if (s->out)
        session_free(s);
}

const struct op_kind op_attach = {.name = "attach",
                                  .start = attach_start,
                                  .data = session_data,
                                  .eof = session_eof,
                                  .message = session_message,
                                  .writable = session_writable,
                                  .cancel = attach_cancel,
                                  .pod_changed = attach_changed};
