// SPDX-License-Identifier: Apache-2.0
/* Looks types up by name and kind through files and their imports. */
#include "tosca/type_name.h"

#include <string.h>

#include "base/yaml_flat.h"
#include "tosca/tosca_file.h"

static const struct {
    const char *section, *words;
} type_kinds[TYPE_KINDS] = {
    [TYPE_ARTIFACT] = {"artifact_types", "artifact type"},
    [TYPE_DATA] = {"data_types", "data type"},
    [TYPE_CAPABILITY] = {"capability_types", "capability type"},
    [TYPE_INTERFACE] = {"interface_types", "interface type"},
    [TYPE_RELATIONSHIP] = {"relationship_types", "relationship type"},
    [TYPE_NODE] = {"node_types", "node type"},
    [TYPE_GROUP] = {"group_types", "group type"},
    [TYPE_POLICY] = {"policy_types", "policy type"},
};

enum { OF_1 = 1, OF_2 = 2, OF_BOTH = 3, OF_1_LAX = 7 /* of 1.x, and taken in 2.0 with a warning */ };

static const struct {
    const char *name;
    enum prim prim;
    unsigned generations;
} type_primitives[] = {
    {"string", PRIM_STRING, OF_BOTH},
    {"integer", PRIM_INTEGER, OF_BOTH},
    {"float", PRIM_FLOAT, OF_BOTH},
    {"boolean", PRIM_BOOLEAN, OF_BOTH},
    {"timestamp", PRIM_TIMESTAMP, OF_BOTH},
    {"version", PRIM_VERSION, OF_BOTH},
    {"list", PRIM_LIST, OF_BOTH},
    {"map", PRIM_MAP, OF_BOTH},
    {"null", PRIM_NULL, OF_1},
    {"range", PRIM_RANGE, OF_1},
    {"any", PRIM_ANY, OF_1},
    {"scalar-unit.size", PRIM_UNIT + 0, OF_1_LAX},
    {"scalar-unit.time", PRIM_UNIT + 1, OF_1_LAX},
    {"scalar-unit.frequency", PRIM_UNIT + 2, OF_1_LAX},
    {"scalar-unit.bitrate", PRIM_UNIT + 3, OF_1_LAX},
    {"nil", PRIM_NULL, OF_2},
    {"bytes", PRIM_BYTES, OF_2},
    {"scalar", PRIM_SCALAR, OF_2},
    {"scalar-unit", PRIM_SCALAR, OF_2}, /* as a draft of the standard has it */
};

static unsigned generation_of(const struct tfile *f)
{
    return f && f->version == TOSCA_2_0 ? OF_2 : OF_1;
}

/* The built-in types of 2.0 may still hold anything, as their 1.x forms do: ports, environment, states of a protocol.
 */
static bool own_any(const struct tfile *f, const char *name)
{
    return f && f->builtin && str_eq(name, "any");
}

const char *type_kind_words(enum type_kind kind)
{
    return type_kinds[kind].words;
}

const char *type_kind_section(enum type_kind kind)
{
    return type_kinds[kind].section;
}

/* A built-in type goes by shorter names too: metadata shorthand ("Compute", also "tosca:Compute", see type_own) and
 * alias. */
static void type_nicknames(struct tfile *f, struct ttype *t)
{
    struct at metadata = at_of(f, yflat_peek(&f->doc, t->at.node, "metadata"));
    static const char *const keys[] = {"shorthand", "alias"};
    for (size_t i = 0; at_is(metadata, Y_MAP) && i < ARRAY_LEN(keys); i++) {
        const char *name = at_text(at_key(metadata, keys[i]));
        if (name && !map_has(f->own[t->kind], name))
            map_set(f->own[t->kind], name, t);
    }
}

static void type_declare_kind(struct tctx *c, struct tfile *f, enum type_kind kind)
{
    f->own[kind] = tctx_map(c);
    struct at section = at_key(at_of(f, f->doc.root), type_kinds[kind].section);
    for (size_t i = 0; i < at_len(section, Y_MAP) && tctx_spend(c, 1); i++) {
        const struct ypair *p = &section.node->pairs[i];
        if (p->key->kind != Y_SCALAR)
            continue;
        struct ttype *t = tctx_alloc(c, sizeof(*t));
        *t = (struct ttype){.kind = kind, .name = p->key->text, .at = at_of(f, p->value), .key = p->key};
        map_set(f->own[kind], t->name, t);
        if (f->builtin && at_is(t->at, Y_MAP))
            type_nicknames(f, t);
    }
}

void type_declare(struct tctx *c, struct tfile *f)
{
    for (int kind = 0; kind < TYPE_KINDS; kind++)
        type_declare_kind(c, f, kind);
}

static struct ttype *type_primitive(struct tctx *c, const struct tfile *f, const char *name)
{
    if (!c->primitives) {
        c->primitives = tctx_map(c);
        for (size_t i = 0; i < ARRAY_LEN(type_primitives); i++) {
            struct ttype *t = tctx_alloc(c, sizeof(*t));
            *t = (struct ttype){.kind = TYPE_DATA,
                                .name = type_primitives[i].name,
                                .parent_state = PARENT_KNOWN,
                                .prim = type_primitives[i].prim};
            map_set(c->primitives, t->name, t);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(type_primitives); i++) {
        if (str_eq(name, type_primitives[i].name) &&
            ((type_primitives[i].generations & generation_of(f)) || own_any(f, name)))
            return map_get(c->primitives, name);
    }
    return NULL;
}

const char *type_primitive_name(const struct tfile *f, size_t i)
{
    if (i >= ARRAY_LEN(type_primitives))
        return NULL;
    return type_primitives[i].generations & generation_of(f) ? type_primitives[i].name : "";
}

/* A type declared in the file itself, ready to be read; "tosca:" may stand before the short name of a built-in one. */
static struct ttype *type_own(struct tfile *f, enum type_kind kind, const char *name)
{
    struct ttype *t = map_get(f->own[kind], name);
    if (!t && f->builtin && str_starts(name, "tosca:")) {
        name += strlen("tosca:");
        t = map_get(f->own[kind], name);
        t = t && !str_eq(t->name, name) ? t : NULL;
    }
    if (t)
        yflat_unfold(&f->doc, (struct ynode *)(uintptr_t)t->at.node);
    return t;
}

/* Own types, then those of the imports. A file already asked for this very name is not asked again. */
static struct ttype *type_seek(struct tctx *c, struct tfile *f, enum type_kind kind, const char *name, unsigned depth)
{
    bool been = f->stamp == c->stamp && str_eq(f->stamp_name, name);
    if (been || !f->own[kind] || depth > TOSCA_FILES_MAX || !tctx_spend(c, 1))
        return NULL;
    f->stamp = c->stamp;
    f->stamp_name = name;
    struct ttype *t = type_own(f, kind, name);
    for (size_t i = 0; !t && i < f->n_imports; i++) {
        const struct timport *import = &f->imports[i];
        size_t n = import->prefix ? strlen(import->prefix) : 0;
        bool prefixed = n && strncmp(name, import->prefix, n) == 0 && (name[n] == ':' || name[n] == '.');
        if (!n || prefixed)
            t = type_seek(c, import->file, kind, prefixed ? name + n + 1 : name, depth + 1);
    }
    return t;
}

struct ttype *type_find(struct tctx *c, struct tfile *f, enum type_kind kind, const char *name)
{
    c->stamp++;
    struct ttype *t = f ? type_seek(c, f, kind, name, 0) : NULL;
    if (!t && kind == TYPE_DATA)
        t = type_primitive(c, f, name);
    /* Libraries often count on what the template imports beside them. */
    if (t || generation_of(f) == OF_2) /* which has nothing but what it imports */
        return t;
    if (f && !f->builtin && c->n_order && f != c->order[0]) {
        c->stamp++;
        t = type_seek(c, c->order[0], kind, name, 0);
    }
    if (!t && c->profile) {
        c->stamp++;
        t = type_seek(c, c->profile, kind, name, 0);
    }
    return t;
}

/* All names of a kind that come to mind for a suggestion: of every user's file, and of the profile. */
static const char *type_suggest(struct tctx *c, const struct tfile *f, enum type_kind kind, const char *name)
{
    const char *import = tfile_import_of(c, f, kind, name);
    if (import)
        return tctx_printf(c, "; import %s to have it", import);
    if (c->diags->errors > DIAG_ERRORS_MAX) /* nobody is told any more */
        return "";
    AUTO_MAP struct map names = {0};
    for (size_t i = 0; i < c->files->n && tctx_spend(c, 1); i++) {
        const struct tfile *other = c->files->items[i].value;
        for (size_t k = 0; other->own[kind] && k < other->own[kind]->n && names.n < TOSCA_LIKE_MAX; k++)
            map_set(&names, other->own[kind]->items[k].key, c);
    }
    for (size_t i = 0; kind == TYPE_DATA && i < ARRAY_LEN(type_primitives); i++) {
        if (type_primitives[i].generations & generation_of(f))
            map_set(&names, type_primitives[i].name, c);
    }
    return tosca_like(c, name, &names);
}

/* Short names of primitive types in old templates. */
static struct ttype *type_meant(struct tctx *c, struct at at, const char *name)
{
    static const struct {
        const char *old, *right;
    } names[] = {{"int", "integer"}, {"bool", "boolean"}};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (!str_eq(name, names[i].old))
            continue;
        tosca_warn(c, at, "UNKNOWN_TYPE", "there is no data type '%s'; it is read as '%s'", name, names[i].right);
        return type_find(c, at.file, TYPE_DATA, names[i].right);
    }
    return NULL;
}

struct ttype *type_at(struct tctx *c, struct at at, enum type_kind kind, const char *code)
{
    const char *name = at_text(at);
    if (!name)
        return NULL;
    struct ttype *t = type_find(c, at.file, kind, name);
    if (t && t->prim && at.file->version == TOSCA_2_0 && !strncmp(name, "scalar-unit.", 12))
        tosca_warn(c, at, "UNKNOWN_TYPE",
                   "TOSCA 2.0 has no data type '%s' of its own; it is taken as in TOSCA 1.3. Derive one from 'scalar'",
                   name);
    if (!t && kind == TYPE_DATA && at.file->version != TOSCA_2_0)
        t = type_meant(c, at, name);
    if (!t)
        tosca_error(c, at, code ? code : "UNKNOWN_TYPE", "unknown %s '%s'%s", type_kinds[kind].words, name,
                    type_suggest(c, at.file, kind, name));
    return t;
}

static bool type_circle(struct tctx *c, struct ttype *t, struct ttype *parent)
{
    unsigned steps = 0;
    for (struct ttype *p = parent; p && steps++ < 4 * TOSCA_FILES_MAX; p = p->parent) {
        if (p != t)
            continue;
        tosca_error(c, at_key(t->at, "derived_from"), "CYCLE", "%s '%s' derives from itself, through '%s'",
                    type_kinds[t->kind].words, t->name, parent->name);
        return true;
    }
    return steps >= 4 * TOSCA_FILES_MAX;
}

struct ttype *type_parent(struct tctx *c, struct ttype *t)
{
    if (t->parent_state == PARENT_KNOWN)
        return t->parent;
    t->parent_state = PARENT_KNOWN;
    struct at from = at_is(t->at, Y_MAP) ? at_key(t->at, "derived_from") : at_of(NULL, NULL);
    struct ttype *parent = type_at(c, from, t->kind, NULL);
    if (parent && !type_circle(c, t, parent))
        t->parent = parent;
    return t->parent;
}

bool type_is_a(struct tctx *c, struct ttype *t, const struct ttype *ancestor)
{
    for (struct ttype *p = t; p && tctx_spend(c, 1); p = type_parent(c, p)) {
        if (p == ancestor)
            return true;
    }
    return false;
}

bool type_is_named(struct tctx *c, struct ttype *t, const char *name)
{
    for (struct ttype *p = t; p && tctx_spend(c, 1); p = type_parent(c, p)) {
        if (str_eq(p->name, name))
            return true;
    }
    return false;
}

enum prim type_prim(struct tctx *c, struct ttype *t)
{
    for (struct ttype *p = t; p && tctx_spend(c, 1); p = type_parent(c, p)) {
        if (p->prim)
            return p->prim;
    }
    return PRIM_NONE;
}
