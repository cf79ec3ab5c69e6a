// SPDX-License-Identifier: Apache-2.0
/* Loads sources: the bundle's template through the tosca processor, with the type definitions that are installed, and
 * hashes of what it defines. */
#include "head/orchestrate_source.h"

#include <errno.h>

#include "head/bundle_store.h"
#include "io/io.h"
#include "tosca/tosca.h"

#define PROFILE_BYTES_MAX (4U << 20)

struct loaded {
    struct orchestrate_part part;
    struct topology *topology;
    char (*hashes)[17];
    char *bundle;
    const char *head_dir;
    struct bundle *files; /* opened when it is first asked for a digest */
};
struct source_shelf {
    const char *head_dir;
    struct map loaded; /* key of the source -> struct loaded */
};

static void loaded_free(void *p)
{
    struct loaded *l = p;
    topology_free(l->topology);
    free(l->hashes);
    free(l->bundle);
    bundle_close(l->files);
    free(l);
}

struct source_shelf *source_shelf_new(const char *head_dir)
{
    struct source_shelf *s = mem_alloc(sizeof(*s));
    s->head_dir = head_dir;
    map_init(&s->loaded, loaded_free);
    return s;
}

void source_shelf_free(struct source_shelf *s)
{
    if (!s)
        return;
    map_done(&s->loaded);
    free(s);
}

static char *key_of(const char *bundle, const char *entry, const json_t *inputs)
{
    AUTO_FREE char *text = json_object_size(inputs) > 0 ? json_text(inputs) : mem_strdup("{}");
    return mem_printf("%s %s %s", bundle ? bundle : "", entry ? entry : "", text);
}

/* ---- the installed type definitions ---- */

static char *profile_path(const char *folder, const char *path)
{
    AUTO_FREE char *clean = file_clean_relative(path);
    return str_empty(clean) ? NULL : file_join(folder, clean);
}

static int read_profile(void *data, const char *path, char **ret, size_t *ret_len, struct err *e)
{
    AUTO_FREE char *file = profile_path(data, path);
    return file ? file_read(file, PROFILE_BYTES_MAX, ret, ret_len, e) : -ENOENT;
}

static bool has_profile(void *data, const char *path)
{
    AUTO_FREE char *file = profile_path(data, path);
    return file && file_exists(file);
}

/* ---- loading ---- */

static int tell_first(const struct diags *d, struct err *e)
{
    for (size_t i = 0; i < d->n; i++) {
        if (d->items[i].level != DIAG_ERROR)
            continue;
        AUTO_FREE char *line = diag_line(&d->items[i]);
        return err_set(e, EINVAL, "%s", line);
    }
    return err_set(e, EINVAL, "the template cannot be read");
}

static int load_topology(struct bundle *b, const struct application_source *from, bool whole, struct topology **ret,
                         struct err *e)
{
    AUTO_FREE char *folder = NULL;
    bool own = !getenv("SEDGE_DATA") && tosca_profiles.exists(NULL, "index.yaml"); /* the program's */
    int r = own ? 0 : file_data_folder("profiles", &folder, e);
    if (r < 0)
        return r;
    struct tosca_source files = {bundle_read, bundle_exists, b};
    struct tosca_source profiles = own ? tosca_profiles : (struct tosca_source){read_profile, has_profile, folder};
    struct tosca_options options = {
        .entry = from->entry, .inputs = from->inputs, .inputs_missing_ok = !whole, .source = &files, .profiles = &profiles};
    struct diags d = {0};
    r = tosca_load(&options, ret, &d);
    if (r < 0)
        r = tell_first(&d, e);
    diags_done(&d);
    return r;
}

static const char *file_digest(void *bundle, const char *path)
{
    return bundle_digest_of(bundle, path);
}

/* Of a bundle that was closed again: only who explains differences asks. */
static const char *loaded_digest(void *data, const char *path)
{
    struct loaded *l = data;
    struct err ignored;
    if (!l->files && bundle_open(l->head_dir, l->bundle, &l->files, &ignored) < 0)
        return NULL;
    return bundle_digest_of(l->files, path);
}

static int fill(struct loaded *l, struct bundle *b, const struct application_source *from, struct err *e)
{
    int r = load_topology(b, from, true, &l->topology, e);
    if (r < 0)
        return r;
    struct compile_input in = {.topology = l->topology,
                               .namespace = "",
                               .application = "",
                               .bundle = from->bundle,
                               .file_digest = file_digest,
                               .data = b};
    r = compile_check(&in, e);
    if (r < 0)
        return r;
    l->hashes = mem_array(l->topology->n_components, sizeof(*l->hashes));
    for (size_t i = 0; i < l->topology->n_components; i++)
        compile_hash(&in, i, l->hashes[i]);
    l->bundle = mem_strdup(from->bundle);
    l->part = (struct orchestrate_part){.topology = l->topology,
                                        .hashes = (const char(*)[17])l->hashes,
                                        .bundle = l->bundle,
                                        .file_digest = loaded_digest,
                                        .data = l};
    return 0;
}

int source_shelf_get(struct source_shelf *s, const struct application_source *from, const struct orchestrate_part **ret,
                     struct err *e)
{
    AUTO_FREE char *key = key_of(from->bundle, from->entry, from->inputs);
    struct loaded *l = map_get(&s->loaded, key);
    if (!l) {
        struct bundle *b = NULL;
        if (str_empty(from->bundle) || str_empty(from->entry))
            return err_set(e, EINVAL, "spec.source: names no bundle and entry; deploy the template with sedge deploy");
        int r = bundle_open(s->head_dir, from->bundle, &b, e);
        if (r < 0)
            return r;
        l = mem_alloc(sizeof(*l));
        l->head_dir = s->head_dir;
        r = fill(l, b, from, e);
        bundle_close(b);
        if (r < 0) {
            loaded_free(l);
            return r;
        }
        map_set(&s->loaded, key, l);
    }
    *ret = &l->part;
    return 0;
}

int source_sensitive_inputs(const char *head_dir, const char *bundle, const char *entry, struct strv *ret,
                            struct err *e)
{
    struct application_source from = {(char *)(uintptr_t)bundle, (char *)(uintptr_t)entry, NULL};
    struct bundle *b = NULL;
    struct topology *t = NULL;
    if (str_empty(bundle) || str_empty(entry))
        return err_set(e, EINVAL, "no bundle and entry");
    int r = bundle_open(head_dir, bundle, &b, e);
    if (r < 0)
        return r;
    r = load_topology(b, &from, false, &t, e);
    for (size_t i = 0; r == 0 && i < t->sensitive.n; i++)
        strv_add(ret, t->sensitive.v[i]);
    if (r == 0)
        topology_free(t);
    bundle_close(b);
    return r;
}

static void add_key(struct map *keys, const json_t *source)
{
    AUTO_FREE char *key =
        key_of(json_str(source, "bundle", NULL), json_str(source, "entry", NULL), json_object_get(source, "inputs"));
    map_set(keys, key, keys);
}

void source_shelf_keep(struct source_shelf *s, const struct object_list *applications)
{
    AUTO_MAP struct map keys = {0};
    for (size_t i = 0; i < applications->n; i++) {
        add_key(&keys, json_at(applications->v[i], "spec", "source", NULL));
        add_key(&keys, json_at(applications->v[i], "status", "applied", NULL));
    }
    for (size_t i = s->loaded.n; i-- > 0;) {
        AUTO_FREE char *key = mem_strdup(s->loaded.items[i].key);
        struct loaded *l = s->loaded.items[i].value;
        bundle_close(take_ptr(l->files));
        if (!map_has(&keys, key))
            map_del(&s->loaded, key);
    }
}
