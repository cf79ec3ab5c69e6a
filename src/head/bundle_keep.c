// SPDX-License-Identifier: Apache-2.0
/* Gathers the bundles that objects name, and sweeps the others away. */
#include "head/bundle_keep.h"

#include "head/bundle_store.h"

static void add(struct strv *keep, const json_t *at)
{
    const char *digest = json_str(at, "bundle", NULL);
    if (!str_empty(digest) && !strv_has(keep, digest))
        strv_add(keep, digest);
}

static void add_application(struct strv *keep, const json_t *v)
{
    add(keep, json_at(v, "spec", "source", NULL));
    add(keep, json_at(v, "status", "applied", NULL));
}

static void add_revision(struct strv *keep, const json_t *v)
{
    add(keep, json_at(v, "data", "source", NULL));
}

static void add_deployment(struct strv *keep, const json_t *v)
{
    add(keep, json_at(v, "spec", "template", "spec", "sedge", NULL));
}

static void add_pod(struct strv *keep, const json_t *v)
{
    add(keep, json_at(v, "spec", "sedge", NULL));
}

void bundle_keep_sweep(struct head *h)
{
    static const struct {
        const char *kind;
        void (*add)(struct strv *keep, const json_t *v);
    } users[] = {{"Application", add_application},
                 {"ControllerRevision", add_revision},
                 {"Deployment", add_deployment}, {"Pod", add_pod}};
    AUTO_STRV struct strv keep = {0};
    struct err e = {0};
    for (size_t i = 0; i < ARRAY_LEN(users); i++) {
        AUTO_JSON json_t *all = NULL;
        size_t n;
        json_t *v;
        if (objects_list(h->objects, kind_find(users[i].kind), NULL, &all, NULL, &e) < 0) {
            log_warn("list what needs bundles: %s", err_text(&e));
            return;
        }
        json_array_foreach(all, n, v)
        {
            users[i].add(&keep, v);
        }
    }
    if (bundle_store_sweep(h->dir, &keep, &e) < 0)
        log_warn("%s", err_text(&e));
}
