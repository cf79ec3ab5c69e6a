// SPDX-License-Identifier: Apache-2.0
/* Finds definitions in the document, in the files that it sees, and files themselves. */
#include "editor/definition.h"

#include <string.h>

#include "tosca/tosca_file.h"
#include "tosca/type_name.h"

static bool in_document(const struct sketch_node *key, struct definition *ret)
{
    *ret = (struct definition){.here = true, .from = key->from, .to = key->to};
    return true;
}

/* A key in a file. What stands in the document itself is looked up in its present text when it can be. */
static bool in_file(const struct tfile *file, const struct ynode *key, struct definition *ret)
{
    if (!file || !key)
        return false;
    *ret = (struct definition){.file = file->path,
                               .builtin = file->builtin,
                               .line = key->line,
                               .col = key->col,
                               .bytes = key->kind == Y_SCALAR ? key->len : 1};
    return true;
}

static bool of_type(struct cursor *p, const struct ttype *t, struct definition *ret)
{
    const struct sketch_node *own = NULL;
    if (t->at.file && t->at.file == p->file)
        own = sketch_key(sketch_at(&p->sketch, type_kind_section(t->kind), NULL), t->name);
    return own ? in_document(own, ret) : in_file(t->at.file, t->key, ret);
}

static bool of_name(struct cursor *p, const struct name *n, struct definition *ret)
{
    if (n->here)
        return in_document(n->here, ret);
    if (n->kind == NAME_TYPE)
        return of_type(p, n->type, ret);
    if (n->kind == NAME_MEMBER)
        return in_file(n->def->at.file, n->def->key, ret);
    return n->kind == NAME_THERE && in_file(n->at.file, n->at_key, ret);
}

/* ---- files ---- */

static const struct {
    enum shape in;
    const char *key;
} file_slots[] = {
    {SHAPE_IMPORT, "file"},
    {SHAPE_IMPLEMENTATION, "primary"},
    {SHAPE_IMPLEMENTATION, "file"},
    {SHAPE_ARTIFACT, "file"},
    {SHAPE_IMPLEMENTATION, "dependencies"},
    {SHAPE_OPERATION, "implementation"},
    {SHAPE_OPERATION_DEF, "implementation"},
};

static bool is_file_slot(const struct cursor *p)
{
    static const enum shape own[] = {SHAPE_IMPORT, SHAPE_OPERATION, SHAPE_OPERATION_DEF, SHAPE_IMPLEMENTATION,
                                     SHAPE_ARTIFACT};
    int step = (int)p->n - 1;
    bool is = false;
    for (size_t i = 0; i < ARRAY_LEN(file_slots); i++)
        is = is || cursor_under(p, step, file_slots[i].in, file_slots[i].key);
    for (size_t i = 0; i < ARRAY_LEN(own); i++)
        is = is || p->steps[step].shape == own[i];
    return is;
}

static bool is_import(const struct cursor *p)
{
    return cursor_back(p, (int)p->n - 1, SHAPE_IMPORT) >= 0;
}

static bool file_of(const char *path, bool builtin, struct definition *ret)
{
    *ret = (struct definition){.file = path, .builtin = builtin};
    return true;
}

static const char *profile_file(const struct cursor *p)
{
    const struct ynode *known = world_index(p->world, "profiles");
    const struct ynode *path = known ? ynode_get(known, p->token->text) : NULL;
    return path && path->kind == Y_SCALAR ? path->text : NULL;
}

static bool of_file(struct cursor *p, struct definition *ret)
{
    struct tctx *c = &p->world->c;
    const char *name = p->token->text, *found;
    if (cursor_under(p, (int)p->n - 1, SHAPE_IMPORT, "profile"))
        return (found = profile_file(p)) != NULL && file_of(found, true, ret);
    if (!is_file_slot(p))
        return false;
    if (str_starts(name, "file:"))
        name += strlen(str_starts(name, "file://") ? "file://" : "file:");
    if (is_import(p) && p->file && p->file->builtin)
        return (found = tfile_join(c, p->file->path, name)) != NULL && file_of(found, true, ret);
    if ((found = tfile_find(c, p->file, name)) != NULL)
        return file_of(found, false, ret);
    found = is_import(p) && p->file ? tfile_builtin_name(c, p->file, name) : NULL;
    return found && file_of(found, true, ret);
}

bool definition_of(struct cursor *p, struct definition *ret)
{
    struct name n;
    if (!p->token || !p->n || !*p->token->text)
        return false;
    if (name_find(p, &n) && of_name(p, &n, ret))
        return true;
    if (p->world && p->as_value && of_file(p, ret))
        return true;
    return p->token->is_key && in_document(p->token, ret);
}
