// SPDX-License-Identifier: Apache-2.0
/* Finds and checks artifacts. */
#include "tosca/artifact.h"

#include <string.h>
#include <strings.h>

#include "base/digest.h"
#include "tosca/known.h"
#include "tosca/related.h"
#include "tosca/tosca_file.h"
#include "tosca/value_read.h"

static struct at part_of(struct at at, struct at base, const char *key)
{
    struct at own = at_is(at, Y_MAP) ? at_key(at, key) : str_eq(key, "file") ? at : at_of(NULL, NULL);
    if (!at_null(own) || !base.node)
        return own;
    return at_is(base, Y_MAP) ? at_key(base, key) : str_eq(key, "file") ? base : at_of(NULL, NULL);
}

/* The type that the file's ending stands for. */
static struct ttype *type_by_ending(struct tctx *c, struct tfile *f, const char *file)
{
    static const struct {
        const char *ending, *type;
    } endings[] = {{".sh", "tosca.artifacts.Implementation.Bash"}, {".py", "tosca.artifacts.Implementation.Python"}};
    for (size_t i = 0; file && i < ARRAY_LEN(endings); i++) {
        if (str_ends(file, endings[i].ending))
            return type_find(c, f, TYPE_ARTIFACT, endings[i].type);
    }
    return type_find(c, f, TYPE_ARTIFACT, "tosca.artifacts.File");
}

static const char *repository_url(struct at at)
{
    if (!at_text(at) || !at.file)
        return NULL;
    struct at list = at_key(at_of(at.file, at.file->doc.root), "repositories");
    struct at entry = at_is(list, Y_MAP) ? at_key(list, at_text(at)) : at_of(NULL, NULL);
    return at_is(entry, Y_MAP) ? at_text(at_key(entry, "url")) : at_text(entry);
}

static void artifact_read(struct topo *t, const char *name, struct at at, struct at base, struct artifact *ret)
{
    struct at type = part_of(at, base, "type"), file = part_of(at, base, "file");
    *ret = (struct artifact){.name = name, .at = at, .file = at_text(file)};
    ret->type = at_text(type) ? type_find(t->c, type.file, TYPE_ARTIFACT, at_text(type))
                              : type_by_ending(t->c, at.file, ret->file);
    ret->repository = repository_url(part_of(at, base, "repository"));
    bool image = ret->repository || known_artifact(t->c, ret->type) != ARTIFACT_OTHER;
    ret->path = image ? tfile_find(t->c, file.file, ret->file) : tfile_get(t->c, file.file, ret->file);
}

static struct at declared(struct topo *t, struct tnode *n, const char *name)
{
    struct tdef *d = type_member(t->c, n->type, MEMBER_ARTIFACT, name);
    return d ? d->at : at_of(NULL, NULL);
}

bool artifact_find(struct topo *t, struct tnode *n, const char *name, struct artifact *ret)
{
    struct at given = at_key(n->at, "artifacts"), base = declared(t, n, name);
    struct at at = at_is(given, Y_MAP) ? at_key(given, name) : at_of(NULL, NULL);
    if (at_null(at) && at_null(base))
        return false;
    artifact_read(t, name, at_null(at) ? base : at, at_null(at) ? at_of(NULL, NULL) : base, ret);
    return true;
}

size_t artifact_all(struct topo *t, struct tnode *n, struct artifact **ret)
{
    const struct map *of_type = n->type ? type_members(t->c, n->type, MEMBER_ARTIFACT) : NULL;
    struct at given = at_key(n->at, "artifacts");
    size_t count = 0, n_type = of_type ? of_type->n : 0;
    *ret = tctx_alloc(t->c, (n_type + at_len(given, Y_MAP) + 1) * sizeof(**ret));
    for (size_t i = 0; i < n_type && tctx_spend(t->c, 1); i++) {
        if (!at_is(given, Y_MAP) || !ynode_get(given.node, of_type->items[i].key))
            count += artifact_find(t, n, of_type->items[i].key, &(*ret)[count]);
    }
    for (size_t i = 0; i < at_len(given, Y_MAP) && tctx_spend(t->c, 1); i++) {
        const struct ynode *key = given.node->pairs[i].key;
        if (key->kind == Y_SCALAR)
            count += artifact_find(t, n, key->text, &(*ret)[count]);
    }
    return count;
}

static void check_properties(struct topo *t, struct ttype *type, struct at at, struct at given, const char *words,
                             bool must)
{
    const struct map *declared = type_members(t->c, type, MEMBER_PROPERTY);
    bool loose = given.file && given.file->version == TOSCA_2_0 && !declared->n && at_len(given, Y_MAP);
    if (loose) /* as the standard's own example has it */
        tosca_warn(t->c, given, "UNDECLARED_NAME",
                   "%s: artifact type '%s' declares no properties; these are kept as they are", words, type->name);
    struct map *values =
        topo_values(t->c, (struct scope){.topo = t}, loose ? NULL : declared, given, words, "property");
    for (size_t i = 0; i < values->n && tctx_spend(t->c, 1); i++) {
        struct tvalue *v = values->items[i].value;
        if (v->at.node) {
            value_get(t->c, v);
        } else if (must && v->def && tdef_required(v->def) && at_null(value_source(v))) {
            tosca_error(t->c, at, "MISSING_KEY", "%s: property '%s' is required and has no value", words, v->name);
            related_def(t->c, v->def);
        }
    }
}

/* Is that file's SHA-256 the one given? True also where it cannot be read: that is told elsewhere. */
static bool has_digest(struct tctx *c, const char *path, const char *hex)
{
    const struct tosca_source *source = c->options->source;
    AUTO_FREE char *text = NULL;
    size_t len = 0;
    struct err e = {0};
    char name[DIGEST_TEXT_SIZE];
    if (!path || source->read(source->data, path, &text, &len, &e) < 0)
        return true;
    digest_of(text, len, name);
    return strcasecmp(name + strlen("sha256:"), hex) == 0;
}

/* A checksum needs its algorithm (TOSCA 1.3: 3.6.7; TOSCA 2.0: 12.2). Of SHA-256 it is checked. */
static void check_checksum(struct topo *topo, struct at at, struct at file, const char *words)
{
    struct tctx *c = topo->c;
    struct at sum = at_key(at, "checksum"), algorithm = at_key(at, "checksum_algorithm");
    if (!at_text(sum))
        return;
    const char *name = at_text(algorithm);
    if (!name) {
        tosca_error(c, sum, "MISSING_KEY", "%s: a checksum needs its 'checksum_algorithm', such as SHA-256", words);
        return;
    }
    if (strcasecmp(name, "sha256") != 0 && strcasecmp(name, "sha-256") != 0)
        tosca_warn(c, algorithm, "NOT_RUN", "%s: a checksum by '%s' is not checked; sedge checks SHA-256", words, name);
    else if (!has_digest(c, tfile_find(c, file.file, at_text(file)), at_text(sum)))
        tosca_error(c, sum, "CONSTRAINT", "%s: the file '%s' has another SHA-256 than that", words, at_text(file));
}

void artifact_check_one(struct topo *topo, struct at at, struct at base, const char *owner, const char *name, bool must)
{
    struct tctx *c = topo->c;
    const char *words = tctx_printf(c, "%s: artifact '%s'", owner, name);
    struct at repository = part_of(at, at_of(NULL, NULL), "repository"), type = part_of(at, at_of(NULL, NULL), "type");
    if (!at_is(at, Y_SCALAR) && !at_is(at, Y_MAP) && at.node)
        return;
    if (!at_text(part_of(at, base, "file")) && at_null(part_of(at, base, "file")))
        tosca_error(c, at, "MISSING_KEY", "%s: the key 'file' is missing", words);
    struct ttype *t = type_at(c, type, TYPE_ARTIFACT, NULL);
    if (t && at_is(at, Y_MAP))
        check_properties(topo, t, at, part_of(at, base, "properties"), words, must);
    check_checksum(topo, at, part_of(at, base, "file"), words);
    const char *url = repository_url(repository);
    if (at_text(repository) && !url && !tfile_is_url(at_text(repository)))
        tosca_error(c, repository, "UNKNOWN_REF", "%s: there is no repository '%s' in this file%s", words,
                    at_text(repository),
                    tosca_like(c, at_text(repository),
                               tosca_names(c, at_key(at_of(at.file, at.file->doc.root), "repositories"))));
}

void artifact_check(struct topo *t, struct tnode *n)
{
    struct at given = at_key(n->at, "artifacts");
    for (size_t i = 0; i < at_len(given, Y_MAP) && tctx_spend(t->c, 5); i++) {
        const struct ypair *p = &given.node->pairs[i];
        if (p->key->kind == Y_SCALAR)
            artifact_check_one(t, at_of(given.file, p->value), declared(t, n, p->key->text), n->words, p->key->text,
                               true);
    }
}
