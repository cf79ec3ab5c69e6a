// SPDX-License-Identifier: Apache-2.0
/* Operations on images: list, pull, import, remove. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "node/op.h"
#include "node/op_pump.h"

/* ---- list ---- */

static bool in_use(void *data, const char *id)
{
    return strv_has(data, id);
}

static void list_used(const struct node *n, struct strv *to)
{
    for (size_t i = 0; i < n->pods.n; i++) {
        const struct node_pod *p = n->pods.items[i].value;
        for (size_t c = 0; c < p->known.n_containers; c++)
            if (p->known.containers[c].image_id)
                strv_add(to, p->known.containers[c].image_id);
    }
}

static json_t *image_item(const struct image *i, const struct strv *used)
{
    char created[32];
    json_t *names = json_array();
    for (size_t k = 0; k < i->names.n; k++)
        json_array_append_new(names, json_string(i->names.v[k]));
    json_t *v =
        json_pack("{s:s, s:o, s:I, s:s, s:b}", "id", i->id, "names", names, "size", (json_int_t)i->size, "created",
                  clock_rfc3339(i->created_us, created, sizeof(created)), "inUse", strv_has(used, i->id));
    json_put_str(v, "digest", i->digest);
    return v;
}

static void images_start(struct op *op)
{
    struct image **list = NULL;
    AUTO_STRV struct strv used = {0};
    struct err e = {0};
    size_t n = 0;
    int r = image_list(op->node->images, &list, &n, &e);
    list_used(op->node, &used);
    AUTO_JSON json_t *items = json_array();
    for (size_t i = 0; i < n; i++) {
        json_array_append_new(items, image_item(list[i], &used));
        image_free(list[i]);
    }
    free(list);
    if (r == 0) {
        AUTO_JSON json_t *m = json_pack("{s:O}", "items", items);
        op_message(op, m);
    }
    op_end(op, r < 0, r < 0 ? err_text(&e) : NULL);
}

static void nothing(struct op *op)
{
}

const struct op_kind op_images = {.name = "images", .start = images_start, .cancel = nothing};

/* ---- pull and import ---- */

struct bring {
    struct op *op; /* NULL: cancelled */
    void *token;
    bool starting, ended;
    struct op_writer *writer; /* import: to the helper */
};

static void bring_free(struct bring *b)
{
    op_writer_free(b->writer);
    free(b);
}

static void bring_line(void *data, const char *line)
{
    struct bring *b = data;
    AUTO_JSON json_t *m = json_parse(line, strlen(line), NULL);
    if (b->op && m && !json_object_get(m, "error"))
        op_message(b->op, m);
}

static void bring_done(void *data, int code, const char *error)
{
    struct bring *b = data;
    if (b->op)
        op_end(b->op, code, error);
    b->op = NULL;
    b->ended = true;
    if (!b->starting)
        bring_free(b);
}

static void bring_start(struct op *op, const char *name, int import_fd, struct bring *b)
{
    struct err e = {0};
    const struct image_job_watch watch = {bring_line, bring_done, b};
    op->state = b;
    b->op = op;
    b->starting = true;
    b->token = image_job_watched(op->node, name, import_fd, &watch, &e);
    b->starting = false;
    if (!b->token && !b->ended) {
        op_end(op, 1, err_text(&e));
        b->ended = true;
    }
    if (b->ended)
        bring_free(b);
}

static void bring_cancel(struct op *op)
{
    struct bring *b = op->state;
    image_job_cancel(op->node, b->token);
    bring_free(b);
}

static void pull_start(struct op *op)
{
    const char *name = json_str(op->request, "name", NULL);
    if (!name) {
        op_end(op, 1, "name: required: the image to pull");
        return;
    }
    bring_start(op, name, -1, mem_alloc(sizeof(struct bring)));
}

const struct op_kind op_image_pull = {.name = "image-pull", .start = pull_start, .cancel = bring_cancel};

static void import_start(struct op *op)
{
    int pipe_fds[2];
    if (pipe2(pipe_fds, O_CLOEXEC) < 0) {
        op_end(op, 1, strerror(errno));
        return;
    }
    struct bring *b = mem_alloc(sizeof(*b));
    b->writer = op_writer_new(op, pipe_fds[1]);
    bring_start(op, json_str(op->request, "name", NULL), pipe_fds[0], b);
    close(pipe_fds[0]);
}

static void import_data(struct op *op, const void *bytes, size_t len)
{
    struct bring *b = op->state;
    op_writer_put(b->writer, bytes, len);
}

static void import_eof(struct op *op)
{
    struct bring *b = op->state;
    op_writer_end(b->writer);
}

const struct op_kind op_image_import = {
    .name = "image-import", .start = import_start, .data = import_data, .eof = import_eof, .cancel = bring_cancel};

/* ---- remove ---- */

struct image_removal {
    struct op *op; /* NULL: cancelled */
    struct image_store *images;
    char *name;
    struct strv used;
    int64_t freed;
    int r;
    struct err e;
};

static void remove_work(void *data)
{
    struct image_removal *w = data;
    w->r = image_remove(w->images, w->name, in_use, &w->used, &w->freed, &w->e);
}

static void remove_after(void *data)
{
    struct image_removal *w = data;
    if (w->op && w->r == 0) {
        AUTO_JSON json_t *m = json_pack("{s:I}", "freed", (json_int_t)w->freed);
        op_message(w->op, m);
    }
    if (w->op)
        op_end(w->op, w->r < 0, w->r < 0 ? err_text(&w->e) : NULL);
    strv_done(&w->used);
    free(w->name);
    free(w);
}

static void remove_start(struct op *op)
{
    struct image_removal *w = mem_alloc(sizeof(*w));
    *w = (struct image_removal){
        .op = op, .images = op->node->images, .name = mem_strdup(json_str(op->request, "name", ""))};
    list_used(op->node, &w->used);
    op->state = w;
    node_work(op->node, remove_work, remove_after, w);
}

static void remove_cancel(struct op *op)
{
    struct image_removal *w = op->state;
    w->op = NULL;
}

const struct op_kind op_image_remove = {.name = "image-remove", .start = remove_start, .cancel = remove_cancel};
