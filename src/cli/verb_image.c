// SPDX-License-Identifier: Apache-2.0
/* `sedge image ls|pull|import|rm`. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "cli/image_progress.h"
#include "cli/node_pick.h"
#include "cli/output.h"
#include "cli/stream.h"

#define INPUT_STEP (64 * 1024)

extern const struct verb verb_image;

struct image_options {
    const char *node, *name;
};
static const struct opt image_opts[] = {
    OPT(image_options, '\0', "name", OPT_TEXT, name, "NAME",
        "import: name of the image (default: what the archive says)"),
    OPT(image_options, '\0', "node", OPT_TEXT, node, "NODE", "node whose images are meant (default: this machine's)"),
};

/* ---- ls ---- */

static char *cell_name(const json_t *image)
{
    return mem_strdup(json_str(image, "name", "<none>"));
}

static char *cell_id(const json_t *image)
{
    const char *id = json_str(image, "id", "");
    return mem_printf("%.12s", str_starts(id, "sha256:") ? id + strlen("sha256:") : id);
}

static char *cell_size(const json_t *image)
{
    char size[32];
    return mem_strdup(size_text(json_int(image, "size", 0), size, sizeof(size)));
}

static char *cell_created(const json_t *image)
{
    char age[32];
    const char *created = json_str(image, "created", NULL);
    return created ? mem_strdup(age_text(created, clock_now_us(), age, sizeof(age))) : NULL;
}

static char *cell_used(const json_t *image)
{
    return mem_strdup(json_bool(image, "inUse", false) ? "yes" : "no");
}

static char *cell_digest(const json_t *image)
{
    return mem_strdup(json_str(image, "digest", NULL));
}

static const struct column columns[] = {
    {"NAME", false, cell_name, NULL},       {"ID", false, cell_id, NULL},       {"SIZE", false, cell_size, NULL},
    {"CREATED", false, cell_created, NULL}, {"IN USE", false, cell_used, NULL}, {"DIGEST", true, cell_digest, NULL},
};

static int keep_message(void *self, const json_t *message)
{
    json_t **to = self;
    json_decref(*to);
    *to = json_deep_copy(message);
    return 0;
}

/* A line for each name of each image. */
static json_t *by_name(const json_t *items)
{
    json_t *lines = json_array(), *image, *name;
    size_t i, k;
    json_array_foreach(items, i, image)
    {
        const json_t *names = json_object_get(image, "names");
        json_array_foreach(names, k, name)
        {
            json_t *line = json_copy(image);
            json_object_set(line, "name", name);
            json_array_append_new(lines, line);
        }
        if (json_array_size(names) == 0)
            json_array_append(lines, image);
    }
    return lines;
}

/* How an operation that was answered with one message ended: CLI_DONE, or what is to be told. */
static int end(struct cli *cli, const struct stream *s, int r, const struct err *e, const char *what)
{
    if (r < 0)
        return cli_fail(cli, e);
    if (s->error || s->code)
        return what[0] ? cli_failf(cli, "%s: %s", what, s->error ? s->error : "failed")
                       : cli_failf(cli, "%s", s->error ? s->error : "failed");
    return CLI_DONE;
}

static int image_ls(struct cli *cli, const char *node, const struct image_options *o, char **words)
{
    AUTO(stream_done)
    struct stream s = {0};
    AUTO_JSON json_t *answer = NULL;
    AUTO_JSON json_t *request = json_pack("{s:s}", "op", "images");
    AUTO_FREE char *path = stream_node_path(node);
    struct stream_taker taker = {.message = keep_message, .self = &answer};
    struct err e = {0};
    int r = stream_open(cli, path, request, &s, &e);
    if (r == 0)
        r = stream_run(&s, &taker, &e);
    r = end(cli, &s, r, &e, "");
    if (r != CLI_DONE)
        return r;
    struct table_look look = {.columns = columns,
                              .n = ARRAY_LEN(columns),
                              .name = cell_name,
                              .none = "No images. 'sedge image pull NAME' and 'sedge image import FILE' bring some."};
    AUTO_JSON json_t *lines = by_name(json_object_get(answer, "items"));
    return output_list(cli, lines, &look);
}

/* ---- pull and import ---- */

static int take_progress(void *self, const json_t *message)
{
    image_progress_take(self, message);
    return 0;
}

/* Tells how it ended: the image's name, or the error. */
static int end_progress(struct cli *cli, struct image_progress *p, const struct stream *s, int r, const struct err *e,
                        const char *what)
{
    image_progress_end(p);
    if (r < 0)
        return cli_failf(cli, "%s: %s", what, err_text(e));
    if (p->error || s->error || s->code)
        return cli_failf(cli, "%s: %s", what, p->error ? p->error : s->error ? s->error : "failed");
    if (p->name)
        puts(p->name);
    return CLI_DONE;
}

static int image_pull(struct cli *cli, const char *node, const struct image_options *o, char **words)
{
    AUTO(stream_done)
    struct stream s = {0};
    AUTO(image_progress_done)
    struct image_progress p = {.cli = cli};
    AUTO_JSON json_t *request = json_pack("{s:s, s:s}", "op", "image-pull", "name", words[0]);
    AUTO_FREE char *path = stream_node_path(node);
    AUTO_FREE char *what = mem_printf("pull %s", words[0]);
    struct stream_taker taker = {.message = take_progress, .self = &p};
    struct err e = {0};
    int r = stream_open(cli, path, request, &s, &e);
    if (r == 0)
        r = stream_run(&s, &taker, &e);
    return end_progress(cli, &p, &s, r, &e, what);
}

/* Sends what is left of the file as far as it may; *open goes false at its end. */
static int send_some(struct stream *s, int fd, bool *open, struct err *e)
{
    static char bytes[INPUT_STEP];
    ssize_t n = read(fd, bytes, s->window < sizeof(bytes) ? s->window : sizeof(bytes));
    if (n < 0)
        return errno == EINTR ? 0 : err_errno(e, errno, "read the archive");
    *open = n > 0;
    int r = n > 0 ? stream_send(s, bytes, (size_t)n) : stream_send_eof(s);
    if (r == -EPIPE || r == -ECONNRESET) { /* the other side has said why: read on */
        *open = false;
        return 0;
    }
    return r < 0 ? err_errno(e, -r, "send the archive") : 0;
}

/* Sends the file and takes progress until the stream is closed. */
static int send_file(struct stream *s, int fd, const struct stream_taker *taker, struct err *e)
{
    bool open = true;
    int r = 0;
    while (r == 0) {
        bool may_send = open && s->window > 0;
        struct pollfd p = {.fd = stream_fd(s), .events = POLLIN};
        int n = stream_pending(s) ? 1 : poll(&p, 1, may_send ? 0 : -1);
        if (n > 0)
            r = stream_step(s, taker, e);
        else if (may_send)
            r = send_some(s, fd, &open, e);
    }
    return r;
}

static int image_import(struct cli *cli, const char *node, const struct image_options *o, char **words)
{
    AUTO(stream_done)
    struct stream s = {0};
    AUTO(image_progress_done)
    struct image_progress p = {.cli = cli};
    bool piped = str_eq(words[0], "-");
    AUTO_CLOSE int file = piped ? -1 : open(words[0], O_RDONLY | O_CLOEXEC);
    struct err e = {0};
    if (!piped && file < 0)
        return cli_failf(cli, "import %s: %m", words[0]);
    if (piped && isatty(STDIN_FILENO))
        return cli_misused(cli, "import -: standard input is a terminal; give an archive to it");
    AUTO_JSON json_t *request = json_pack("{s:s}", "op", "image-import");
    json_put_str(request, "name", o->name);
    AUTO_FREE char *path = stream_node_path(node);
    AUTO_FREE char *what = mem_printf("import %s", piped ? "standard input" : words[0]);
    struct stream_taker taker = {.message = take_progress, .self = &p};
    int r = stream_open(cli, path, request, &s, &e);
    if (r == 0)
        r = send_file(&s, piped ? STDIN_FILENO : file, &taker, &e);
    return end_progress(cli, &p, &s, r, &e, what);
}

/* ---- rm ---- */

static int image_rm(struct cli *cli, const char *node, const struct image_options *o, char **words)
{
    AUTO_FREE char *path = stream_node_path(node);
    int status = CLI_DONE;
    for (; *words; words++) {
        AUTO(stream_done)
        struct stream s = {0};
        AUTO_JSON json_t *answer = NULL;
        AUTO_JSON json_t *request = json_pack("{s:s, s:s}", "op", "image-remove", "name", *words);
        AUTO_FREE char *what = mem_printf("remove image %s", *words);
        struct stream_taker taker = {.message = keep_message, .self = &answer};
        struct err e = {0};
        char freed[32];
        int r = stream_open(cli, path, request, &s, &e);
        if (r == 0)
            r = stream_run(&s, &taker, &e);
        r = end(cli, &s, r, &e, what);
        if (r == CLI_DONE)
            printf("%s removed, %s freed\n", *words, size_text(json_int(answer, "freed", 0), freed, sizeof(freed)));
        else
            status = r;
    }
    return status;
}

static const struct {
    const char *word, *args;
    int min, max;
    int (*run)(struct cli *cli, const char *node, const struct image_options *o, char **words);
} parts[] = {{"ls", "", 0, 0, image_ls},
             {"pull", " NAME", 1, 1, image_pull},
             {"import", " FILE|-", 1, 1, image_import},
             {"rm", " NAME..", 1, 1000, image_rm}};

static int run_image(struct cli *cli, int argc, char **argv)
{
    struct image_options o = {0};
    struct err e = {0};
    const char *names[ARRAY_LEN(parts)];
    char hint[160];
    int r = options_parse(cli, &verb_image, &argc, argv, &o);
    if (r >= 0)
        return r;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        names[i] = parts[i].word;
        if (!str_eq(argv[1], parts[i].word))
            continue;
        if (argc - 2 < parts[i].min || argc - 2 > parts[i].max)
            return cli_misused(cli, "write it as: sedge image %s%s", parts[i].word, parts[i].args);
        AUTO_FREE char *node = NULL;
        if (node_pick(cli, o.node, &node, &e) < 0)
            return cli_fail(cli, &e);
        return parts[i].run(cli, node, &o, argv + 2);
    }
    str_suggest(hint, sizeof(hint), argv[1], names, ARRAY_LEN(names));
    return cli_misused(cli, "there is no 'image %s'%s", argv[1], hint);
}

const struct verb verb_image = {
    .name = "image",
    .group = GROUP_CONTAINER,
    .args = "ls | pull NAME | import FILE|- | rm NAME..",
    .line = "List, pull, import and remove images",
    .more = "Archives are those of 'docker save', 'podman save', 'skopeo copy' or a root file system's tar; compressed "
            "or not.",
    .examples =
        "sedge image ls\nsedge image pull nginx:1.25\nsedge image import app.tar --name app:1\nsedge image rm app:1\n",
    OPTS(image_opts),
    .formats = FORMATS_ALL,
    .args_min = 1,
    .args_max = -1,
    .run = run_image};
