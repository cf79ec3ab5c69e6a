// SPDX-License-Identifier: Apache-2.0
/* Lays a bundle out for one pod: hard links in a folder of the pod's own, which stays the same folder when the bundle
 * changes, so that running containers see the new files where the old ones were. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "io/file.h"
#include "model/bundle_manifest.h"
#include "model/node_link.h"
#include "node/node_state.h"

struct layout {
    struct node_pod *pod; /* stays: it is busy with us */
    char *digest, *from, *to, *manifest;
    int r;
    struct err e;
};

static int empty_folder(const char *path, struct err *e)
{
    AUTO_STRV struct strv names = {0};
    int r = file_mkdirs(path, 0755, e);
    if (r == 0)
        r = file_list(path, &names, e);
    for (size_t i = 0; r == 0 && i < names.n; i++) {
        AUTO_FREE char *one = file_join(path, names.v[i]);
        r = file_remove_tree(one, e);
    }
    return r;
}

static int link_one(const struct layout *l, const struct bundle_file *f, struct err *e)
{
    AUTO_FREE char *from = file_join(l->from, f->path);
    AUTO_FREE char *to = file_join(l->to, f->path);
    AUTO_FREE char *folder = mem_strndup(to, (size_t)(strrchr(to, '/') - to));
    int r = file_mkdirs(folder, 0755, e);
    if (r == 0 && link(from, to) < 0)
        r = err_errno(e, errno, "link %s to %s", from, to);
    return r;
}

static void layout_work(void *data)
{
    struct layout *l = data;
    AUTO_FREE char *text = NULL;
    struct bundle_manifest m = {0};
    size_t len;
    l->r = file_read(l->manifest, 8U << 20, &text, &len, &l->e);
    if (l->r == 0)
        l->r = bundle_manifest_parse(text, len, &m, &l->e);
    if (l->r == 0)
        l->r = empty_folder(l->to, &l->e);
    for (size_t i = 0; l->r == 0 && i < m.n; i++)
        l->r = link_one(l, &m.files[i], &l->e);
    bundle_manifest_done(&m);
}

static void layout_after(void *data)
{
    struct layout *l = data;
    struct node_pod *p = l->pod;
    p->known.busy = POD_DO_NOTHING;
    if (l->r < 0) {
        pod_trouble(p, POD_DO_BUNDLE, l->r == -ENOSPC ? POD_FAILED_DISK : POD_FAILED_BUNDLE, true, err_text(&l->e));
    } else {
        free(p->known.bundle);
        p->known.bundle = take_ptr(l->digest);
        pod_trouble_over(p, POD_DO_BUNDLE);
        bundle_sweep(p->node); /* of the one before */
    }
    pod_kick(p);
    char *texts[] = {l->digest, l->from, l->to, l->manifest};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        free(texts[i]);
    free(l);
}

void pod_do_bundle(struct node_pod *p)
{
    const char *digest = pod_wanted_bundle(&p->pod.spec);
    if (!digest_valid(digest)) {
        AUTO_FREE char *text = mem_printf("spec.sedge.bundle: '%s' is no digest", digest);
        pod_trouble(p, POD_DO_BUNDLE, POD_FAILED_BUNDLE, false, text);
        return;
    }
    if (!bundle_is_here(p->node, digest)) {
        bundle_fetch_for(p, digest);
        return;
    }
    struct layout *l = mem_alloc(sizeof(*l));
    *l = (struct layout){.pod = p,
                         .digest = mem_strdup(digest),
                         .from = bundle_path(p->node, digest, "files"),
                         .to = pod_state_path(p, "bundle"),
                         .manifest = bundle_path(p->node, digest, "manifest.json")};
    free(take_ptr(p->known.bundle)); /* from here on it is neither the old one nor the new one */
    p->known.files = true;
    p->known.busy = POD_DO_BUNDLE;
    node_work(p->node, layout_work, layout_after, l);
}
