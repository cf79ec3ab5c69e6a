// SPDX-License-Identifier: Apache-2.0
/* Keeps a pod's values. The key lies beside the pods' files, for its owner alone: it keeps values out of copies of
 * those files, not from root. */
#include "node/pod_secret_keep.h"

#include <errno.h>
#include <string.h>

#include "io/file.h"

#define SEALED "secrets"

static int open_keys(struct node *n, struct err *e)
{
    AUTO_FREE char *folder = wanted_path(n, "keys");
    AUTO_FREE char *path = file_join(folder, "secrets.key");
    if (n->keys.n > 0)
        return 0;
    int r = file_mkdirs(folder, 0700, e);
    if (r == 0)
        r = key_ring_read(path, &n->keys, e);
    if (r != -ENOENT)
        return r;
    err_clear(e);
    return key_ring_make(path, &n->keys, e);
}

/* A sealed text belongs to one pod. */
static char *context_of(const struct node_pod *p)
{
    return mem_printf("pod %s", p->pod.meta.uid);
}

static void seal(struct node_pod *p)
{
    struct err e = {0};
    free(take_ptr(p->sealed));
    if (open_keys(p->node, &e) < 0) {
        log_error("pod %s/%s: its secrets are not kept for a start without the head: %s", p->pod.meta.namespace,
                  p->pod.meta.name, err_text(&e));
        return;
    }
    char *text = json_text(p->secrets);
    AUTO_FREE char *context = context_of(p);
    p->sealed = key_ring_close(&p->node->keys, context, text, strlen(text));
    seal_wipe(text, strlen(text));
}

bool pod_secrets_take(struct node_pod *p, const json_t *values)
{
    if (!json_is_object(values) || (p->secrets && json_equal(p->secrets, values)))
        return false;
    json_decref(p->secrets);
    p->secrets = json_incref((json_t *)(uintptr_t)values);
    seal(p);
    return true;
}

void pod_secrets_save(const struct node_pod *p, json_t *file)
{
    json_put_str(file, SEALED, p->sealed);
}

void pod_secrets_load(struct node_pod *p, const json_t *file)
{
    const char *sealed = json_str(file, SEALED, NULL);
    AUTO_FREE char *context = context_of(p);
    struct err e = {0};
    char *text = NULL;
    size_t len = 0;
    if (!sealed)
        return;
    int r = open_keys(p->node, &e);
    if (r == 0)
        r = key_ring_open(&p->node->keys, context, sealed, &text, &len, &e);
    json_t *values = r == 0 ? json_parse(text, len, &e) : NULL;
    seal_wipe(text, len);
    if (!json_is_object(values)) {
        log_error("pod %s/%s: its secrets cannot be read, the head has to bring them again: %s", p->pod.meta.namespace,
                  p->pod.meta.name, err_text(&e));
        json_decref(values);
        return;
    }
    p->secrets = values;
    p->sealed = mem_strdup(sealed);
}

void pod_secrets_done(struct node_pod *p)
{
    json_decref(p->secrets);
    free(p->sealed);
}
