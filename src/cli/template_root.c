// SPDX-License-Identifier: Apache-2.0
/* Reads the template and its imports, and looks for texts such as "../scripts/start.sh" that name files which are
 * there. */
#include "cli/template_root.h"

#include <errno.h>
#include <string.h>

#include "cli/template.h"
#include "io/file.h"
#include "tosca/meta_file.h"

/* Reads like its root; and how far above it the files read want to reach. */
struct lookout {
    struct file_root root;
    const struct template_overlay *over;
    const char *folder;
    size_t above;
};

static size_t depth_of(const char *path)
{
    size_t n = 0;
    for (const char *p = path; *p; p++)
        n += *p == '/';
    return n;
}

/* How many folders above the root a text of a file leads; 0 when it is no path, stays inside, or names nothing. */
static size_t text_above(const struct lookout *l, const char *file, const char *text)
{
    size_t ups = 0, depth = depth_of(file);
    for (const char *p = text; str_starts(p, "../"); p += 3)
        ups++;
    if (ups <= depth || strlen(text) > 4096)
        return 0;
    const char *slash = strrchr(file, '/');
    AUTO_FREE char *path = mem_printf("%s/%.*s/%s", l->folder, slash ? (int)(slash - file) : 0, file, text);
    return file_exists(path) ? ups - depth : 0;
}

/* The reader's limits bound depth and number of nodes. */
static void node_look(struct lookout *l, const char *file, const struct ynode *n)
{
    if (n->kind == Y_SCALAR) {
        size_t above = text_above(l, file, n->text);
        l->above = above > l->above ? above : l->above;
    }
    for (size_t i = 0; n->kind == Y_SEQ && i < n->n; i++)
        node_look(l, file, n->items[i]);
    for (size_t i = 0; n->kind == Y_MAP && i < n->n; i++)
        node_look(l, file, n->pairs[i].value);
}

static bool has(const char *text, size_t len, const char *word)
{
    return memmem(text, len, word, strlen(word)) != NULL;
}

static int lookout_read(void *data, const char *path, char **ret, size_t *ret_len, struct err *e)
{
    struct lookout *l = data;
    int r = template_overlay_read(l->over, l->folder, path, ret, ret_len);
    return r < 0 ? file_root_read(&l->root, path, ret, ret_len, e) : r;
}

static bool lookout_exists(void *data, const char *path)
{
    struct lookout *l = data;
    return template_overlay_has(l->over, l->folder, path) || file_root_exists(&l->root, path);
}

/* Can the entry's text alone say that nothing leads out of its folder? Most templates import nothing, and need not be
 * read through twice. */
static bool stays_inside(struct lookout *l, const char *entry)
{
    AUTO_FREE char *text = NULL;
    size_t len = 0;
    struct err e = {0};
    for (const char *const *place = meta_file_places; *place; place++)
        if (lookout_exists(l, *place)) /* it may name other templates */
            return false;
    return lookout_read(l, entry, &text, &len, &e) == 0 && !has(text, len, "../") && !has(text, len, "import");
}

static int look(const char *folder, const char *entry, const struct template_overlay *over, struct map *trees,
                size_t *ret_above, struct err *e)
{
    struct lookout l = {.over = over, .folder = folder};
    int r = file_root_open(folder, TEMPLATE_FILE_MAX, &l.root, e);
    if (r < 0)
        return r;
    struct tosca_source source = {.read = lookout_read, .exists = lookout_exists, .data = &l};
    struct tosca_options options = {.entry = entry, .inputs_missing_ok = true, .source = &source, .trees = trees};
    AUTO(diags_done)
    struct diags d = {0}; /* told when the template is checked */
    if (!stays_inside(&l, entry))
        tosca_read(&options, &d, trees);
    for (size_t i = 0; i < trees->n; i++)
        node_look(&l, trees->items[i].key, ((const struct tosca_tree *)trees->items[i].value)->doc.root);
    file_root_close(&l.root);
    *ret_above = l.above;
    return 0;
}

/* Gives the trees the paths that they have from the folder above. */
static void lift_trees(struct map *trees, const char *folder)
{
    struct map lifted;
    map_init(&lifted, trees->value_free);
    for (size_t i = 0; i < trees->n; i++) {
        AUTO_FREE char *path = file_join(folder, trees->items[i].key);
        map_set(&lifted, path, take_ptr(trees->items[i].value));
    }
    map_done(trees);
    *trees = lifted;
}

/* Moves the last part of the folder to the front of the entry and of the trees' paths. False at the top. */
static bool lift(char *folder, char **entry, struct map *trees)
{
    char *slash = strrchr(folder, '/');
    if (!slash || slash[1] == '\0')
        return false;
    char *longer = mem_printf("%s/%s", slash + 1, *entry);
    free(*entry);
    *entry = longer;
    lift_trees(trees, slash + 1);
    slash[slash == folder ? 1 : 0] = '\0';
    return true;
}

int template_root_find(const char *folder, const char *entry, const struct template_overlay *over, struct map *trees,
                       char **ret_folder, char **ret_entry, struct err *e)
{
    AUTO_FREE char *root = mem_strdup(folder), *path = mem_strdup(entry);
    for (size_t lifted = 0, above = 1; above > 0;) {
        int r = look(root, path, over, trees, &above, e);
        if (r < 0)
            return r;
        /* What leads farther out stays outside: the check of the template says so. */
        above = lifted + above > TEMPLATE_LIFT_MAX ? 0 : above;
        lifted += above;
        for (size_t i = 0; i < above; i++)
            if (!lift(root, &path, trees))
                above = 0;
    }
    *ret_folder = take_ptr(root);
    *ret_entry = take_ptr(path);
    return 0;
}
