// SPDX-License-Identifier: Apache-2.0
/* Reads template files: versions, imports of every form, and the built-in profiles. */
#include "tosca/tosca_file.h"

#include <errno.h>
#include <string.h>

#include "base/yaml_flat.h"
#include "tosca/grammar.h"
#include "tosca/import_credential.h"
#include "tosca/import_url.h"
#include "tosca/meta_file.h"
#include "tosca/own_profile.h"
#include "tosca/profile_pack.h"
#include "tosca/tosca_remote.h"
#include "tosca/type_name.h"

static const struct {
    const char *text;
    enum tosca_version version;
} file_versions[] = {
    {"tosca_simple_yaml_1_0", TOSCA_1_0},
    {"tosca_simple_yaml_1_0_0", TOSCA_1_0},
    {"tosca_simple_yaml_1_1", TOSCA_1_1},
    {"tosca_simple_yaml_1_1_0", TOSCA_1_1},
    {"tosca_simple_yaml_1_2", TOSCA_1_2},
    {"tosca_simple_yaml_1_2_0", TOSCA_1_2},
    {"tosca_simple_yaml_1_3", TOSCA_1_3},
    {"http://docs.oasis-open.org/tosca/ns/simple/yaml/1.0", TOSCA_1_0},
    {"http://docs.oasis-open.org/tosca/ns/simple/yaml/1.1", TOSCA_1_1},
    {"http://docs.oasis-open.org/tosca/ns/simple/yaml/1.2", TOSCA_1_2},
    {"http://docs.oasis-open.org/tosca/ns/simple/yaml/1.3", TOSCA_1_3},
    {"tosca_2_0", TOSCA_2_0},
};

/* As tfile_join, with nothing above. */
static const char *join(struct tctx *c, const char *base, const char *rel)
{
    const char *slash = base ? strrchr(base, '/') : NULL;
    bool rooted = rel[0] == '/';
    AUTO_FREE char *whole = rooted || !slash ? mem_strdup(rel) : mem_printf("%.*s/%s", (int)(slash - base), base, rel);
    AUTO_STRV struct strv parts = {0}, kept = {0};
    strv_split(&parts, whole, "/");
    for (size_t i = 0; i < parts.n; i++) {
        if (str_eq(parts.v[i], "."))
            continue;
        if (!str_eq(parts.v[i], "..")) {
            strv_add(&kept, parts.v[i]);
            continue;
        }
        if (!kept.n)
            return NULL;
        free(kept.v[--kept.n]);
        kept.v[kept.n] = NULL;
    }
    AUTO_FREE char *joined = kept.n ? strv_join(&kept, "/") : mem_strdup("");
    return tctx_strndup(c, joined, strlen(joined));
}

const char *tfile_version_word(size_t i)
{
    return i < ARRAY_LEN(file_versions) ? file_versions[i].text : NULL;
}

/* What stands in a file from elsewhere stays where that is from. */
const char *tfile_join(struct tctx *c, const char *base, const char *rel)
{
    size_t mount = base ? import_mount(base) : 0;
    const char *inside = join(c, base ? base + mount : NULL, rel);
    return inside && mount ? tctx_printf(c, "%.*s%s", (int)mount, base, inside) : inside;
}

bool tfile_is_url(const char *s)
{
    return strstr(s, "://") != NULL;
}

bool tfile_exists(struct tctx *c, const char *path)
{
    const struct tosca_source *s = c->options->source;
    return path && *path && s && s->exists(s->data, path);
}

const char *tfile_find(struct tctx *c, struct tfile *from, const char *rel)
{
    if (!rel || !*rel || tfile_is_url(rel))
        return NULL;
    struct err e = {0};
    bool elsewhere = from && import_mount(from->path);
    const char *path = elsewhere ? remote_path(c, from, rel, &e) : tfile_join(c, from ? from->path : "", rel);
    if (!elsewhere && !tfile_exists(c, path))
        path = tfile_join(c, "", rel);
    if (!tfile_exists(c, path))
        return NULL;
    map_set(c->named, path, c);
    return path;
}

const char *tfile_get(struct tctx *c, struct tfile *from, const char *rel)
{
    struct err e = {0};
    const char *path = tfile_find(c, from, rel);
    if (path || !from || str_empty(rel) || tfile_is_url(rel) || !import_mount(from->path) || !c->options->source->fetch)
        return path;
    path = remote_path(c, from, rel, &e);
    int r = path ? remote_fetch(c, at_of(from, NULL), path, from->remote, true, &e) : -EINVAL;
    if (r < 0 && r != -ENOENT)
        tosca_error(c, at_of(from, NULL), "IMPORT", "'%s': %s", rel, err_text(&e));
    return tfile_find(c, from, rel);
}

static struct tfile *tfile_new(struct tctx *c, const char *path, bool builtin)
{
    struct tfile *f = tctx_alloc(c, sizeof(*f));
    AUTO_FREE char *url = builtin ? NULL : import_url_of(path);
    f->path = path;
    f->shown = url ? tctx_strndup(c, url, strlen(url)) : path;
    f->builtin = builtin;
    f->version = TOSCA_1_3;
    map_set(c->files, tctx_printf(c, "%c:%s", builtin ? 'p' : 'u', path), f);
    if (!builtin) {
        c->order = mem_push(c->order, c->n_order, sizeof(struct tfile *));
        c->order[c->n_order++] = f;
    }
    return f;
}

/* The tree of a file that was read just before, or NULL. */
static struct tosca_tree *tree_known(const struct tctx *c, const char *path, bool builtin)
{
    struct tosca_tree *tree = builtin || !c->options->trees ? NULL : map_get(c->options->trees, path);
    return tree && tree->doc.root && !tree->changed ? tree : NULL;
}

/* As yaml_read, but for a file that was read just before, and for a built-in one that still says what it said when
 * sedge was built. */
static int tree_read(const struct tctx *c, const char *path, bool builtin, const char *text, size_t len,
                     struct ydoc *ret, struct yfault *fault)
{
    struct tosca_tree *known = tree_known(c, path, builtin);
    if (known) {
        *ret = known->doc;
        known->doc = (struct ydoc){0};
        return 0;
    }
    return builtin && profile_pack_find(path, text, len, ret) ? 0 : yaml_read(text, len, &ylimits_default, ret, fault);
}

static int profiles_read(void *data, const char *path, char **ret, size_t *ret_len, struct err *e)
{
    const char *text = profile_pack_text(path, ret_len);
    if (!text)
        return err_set(e, ENOENT, "there is no built-in file '%s'", path);
    *ret = mem_grow(NULL, *ret_len + 1, 1);
    memcpy(*ret, text, *ret_len);
    (*ret)[*ret_len] = '\0';
    return 0;
}

static bool profiles_exists(void *data, const char *path)
{
    size_t len;
    return profile_pack_text(path, &len) != NULL;
}

const struct tosca_source tosca_profiles = {.read = profiles_read, .exists = profiles_exists};

/* Parses the text; false (told) when it is no YAML map. */
static bool tfile_parse(struct tctx *c, struct tfile *f, const char *text, size_t len)
{
    struct yfault fault = {0};
    f->bytes = len;
    int r = tree_read(c, f->path, f->builtin, text, len, &f->doc, &fault);
    if (r < 0) {
        diags_add(c->diags, DIAG_ERROR, r == -E2BIG ? "LIMIT" : "YAML_SYNTAX", f->path, fault.line, fault.col,
                  "read '%s' as YAML: %s", f->shown, fault.text);
        return false;
    }
    if (!f->doc.root || f->doc.root->kind != Y_MAP) {
        tosca_error(c, at_of(f, f->doc.root), f->doc.root ? "SHAPE" : "VERSION_MISSING",
                    "read '%s': a TOSCA file is a map that begins with tosca_definitions_version", f->shown);
        return false;
    }
    return true;
}

/* The version comes first: TOSCA 2.0 insists on it (6.2), 1.x recommends it. */
static void tell_position(struct tctx *c, struct tfile *f, const struct ypair *pair)
{
    static const char text[] = "tosca_definitions_version should be the first key of the file";
    if (pair == &f->doc.root->pairs[0])
        return;
    if (f->version == TOSCA_2_0)
        tosca_error(c, at_of(f, pair->key), "VERSION_POSITION", "%s", text);
    else
        tosca_warn(c, at_of(f, pair->key), "VERSION_POSITION", "%s", text);
}

/* May the file be checked on? An odd version is told; one of the family is read as 1.3, so that other faults come out
 * too. */
static bool tfile_version(struct tctx *c, struct tfile *f)
{
    const struct ypair *pair = ynode_pair(f->doc.root, "tosca_definitions_version");
    if (!pair && grammar_misspelt(f->doc.root, "tosca_definitions_version"))
        return true;
    if ((!pair || ynode_is_null(pair->value)) && c->order[0] != f && c->order[0]->version != TOSCA_2_0) {
        tosca_warn(c, at_of(f, f->doc.root), "VERSION_MISSING",
                   "'%s' has no tosca_definitions_version; it is read in that of the template", f->shown);
        f->version = c->order[0]->version;
        return true;
    }
    if (!pair || ynode_is_null(pair->value)) {
        tosca_error(
            c, at_of(f, f->doc.root), "VERSION_MISSING",
            "'%s' has no tosca_definitions_version; begin it with 'tosca_definitions_version: tosca_simple_yaml_1_3'",
            f->shown);
        return true;
    }
    struct at at = at_of(f, pair->value);
    const char *text = at_text(at);
    f->version = TOSCA_NONE;
    for (size_t i = 0; text && i < ARRAY_LEN(file_versions); i++) {
        if (str_eq(text, file_versions[i].text))
            f->version = file_versions[i].version;
    }
    tell_position(c, f, pair);
    if (f->version == TOSCA_NONE)
        tosca_error(c, at, "VERSION_UNKNOWN",
                    "unknown tosca_definitions_version '%s'; sedge reads tosca_2_0 and "
                    "tosca_simple_yaml_1_0, _1_1, _1_2 and _1_3",
                    text ? text : "?");
    if (f->version == TOSCA_NONE && text && str_starts(text, "tosca_simple_yaml"))
        f->version = TOSCA_1_3;
    return f->version != TOSCA_NONE;
}

/* Where a file is read from. */
struct tplace {
    const char *path;
    bool builtin;
    const struct tremote *remote; /* goes with requests for what it names */
};
static struct tfile *tfile_load_from(struct tctx *c, struct tplace place, struct at from, unsigned depth);

static struct tfile *tfile_load(struct tctx *c, const char *path, bool builtin, struct at from, unsigned depth)
{
    return tfile_load_from(c, (struct tplace){path, builtin, NULL}, from, depth);
}

const char *tfile_builtin_name(struct tctx *c, const struct tfile *f, const char *name)
{
    const char *slash = strrchr(name, '/'), *section = f->version == TOSCA_2_0 ? "imports_2" : "imports";
    const struct ynode *imports = c->index.root ? ynode_get(c->index.root, section) : NULL;
    const struct ynode *path = imports && imports->kind == Y_MAP ? ynode_get(imports, slash ? slash + 1 : name) : NULL;
    return path && path->kind == Y_SCALAR ? path->text : NULL;
}

/* Where a repository's file is, seen from the file, with what its web server wants to see; NULL (told) when it has no
 * such repository, or a credential that cannot be sent. */
static const char *tfile_repository(struct tctx *c, struct tfile *f, struct at repository, const char *name,
                                    const struct tremote **ret)
{
    const char *credential;
    struct at list = at_key(at_of(f, f->doc.root), "repositories");
    struct at entry =
        at_is(list, Y_MAP) ? at_key(list, at_text(repository) ? at_text(repository) : "") : at_of(f, NULL);
    struct at url = at_is(entry, Y_MAP) ? at_key(entry, "url") : entry;
    if (at_text(url)) {
        if (!import_credential_header(c, entry, repository, at_text(url), &credential))
            return NULL;
        *ret = remote_new(c, credential, at_text(url));
        return tctx_printf(c, "%s%s%s", at_text(url), str_ends(at_text(url), "/") ? "" : "/", name);
    }
    tosca_error(c, repository, "IMPORT", "import '%s': there is no repository '%s' in this file%s", name,
                at_text(repository) ? at_text(repository) : "?",
                tosca_like(c, at_text(repository) ? at_text(repository) : "?", tosca_names(c, list)));
    return NULL;
}

/* What was imported by a URL, or by a file that was. */
static bool is_remote(const struct tfile *f, const char *name, const char *path)
{
    AUTO_FREE char *url = import_url_of(path);
    return url && (tfile_is_url(name) || import_mount(f->path));
}

static struct tfile *import_open(struct tctx *c, struct tfile *f, struct at at, const char *name,
                                 const struct tremote *remote, unsigned depth)
{
    struct err e = {0};
    const char *builtin = tfile_builtin_name(c, f, name), *path = remote_path(c, f, name, &e);
    if (f->builtin)
        return path ? tfile_load(c, path, true, at, depth) : NULL;
    if (path && tfile_exists(c, path))
        return tfile_load_from(c, (struct tplace){path, false, remote}, at, depth);
    if (builtin)
        return tfile_load(c, builtin, true, at, depth);
    if (path && is_remote(f, name, path)) {
        if (remote_fetch(c, at, path, remote, false, &e) == 0)
            return tfile_load_from(c, (struct tplace){path, false, remote}, at, depth);
    } else if (path) {
        err_set(&e, ENOENT, "there is no file '%s'", path);
    }
    tosca_error(c, at, "IMPORT", "import '%s': %s", name, err_text(&e));
    return NULL;
}

struct import_form {
    struct at file, profile, repository, prefix;
};

/* "- path", "- {file: path, ...}", "- name: path" or "- name: {file: path, ...}". False (told) when it is none. */
static bool import_read(struct tctx *c, struct at at, struct import_form *ret)
{
    *ret = (struct import_form){.file = at};
    if (at.file->version != TOSCA_2_0 && at_is(at, Y_MAP) && !ynode_get(at.node, "file") && at.node->n == 1) {
        at = at_of(at.file, at.node->pairs[0].value);
        ret->file = at;
    }
    if (at_is(at, Y_MAP) && at.file->version != TOSCA_2_0)
        grammar_check_part(c, at, SHAPE_IMPORT);
    if (at_is(at, Y_MAP)) {
        ret->file = at_key(at, "file");
        ret->repository = at_key(at, "repository");
        ret->prefix = at_key(at, "namespace_prefix");
        ret->profile = at_key(at, "profile");
        if (!at_null(ret->file) && !at_null(ret->profile)) {
            tosca_error(c, ret->profile, "SHAPE", "an import has a 'url' or a 'profile', not both");
            return false;
        }
        if (at_null(ret->file) && at_null(ret->profile)) {
            tosca_error(c, at, "MISSING_KEY", "an import needs a '%s'", grammar_word(at.file, "file"));
            return false;
        }
    }
    if (at_text(ret->file) || at_text(ret->profile))
        return true;
    if (!at_is(at, Y_MAP)) /* else the table has told it */
        tosca_error(c, at, "SHAPE", "an import is a path, or a map with 'file', 'repository' and 'namespace_prefix'");
    return false;
}

/* A profile by its name: one that the index knows, or the user's own. */
static struct tfile *import_profile(struct tctx *c, struct at at, unsigned depth)
{
    const struct ynode *known = c->index.root ? ynode_get(c->index.root, "profiles") : NULL;
    const struct ynode *path = known && known->kind == Y_MAP ? ynode_get(known, at_text(at)) : NULL;
    if (path && path->kind == Y_SCALAR)
        return tfile_load(c, path->text, true, at, depth);
    struct map *names = tctx_map(c);
    struct err e = {0};
    const char *own = own_profile_path(c, at_text(at), names, &e);
    if (own)
        return tfile_load(c, own, false, at, depth);
    for (size_t i = 0; known && known->kind == Y_MAP && i < known->n; i++)
        map_set(names, known->pairs[i].key->text, names);
    const char *like = tosca_like(c, at_text(at), names);
    if (e.code)
        tosca_error(c, at, "IMPORT", "import: profile '%s': %s", at_text(at), err_text(&e));
    else
        tosca_error(c, at, "IMPORT", "import: there is no profile '%s'%s", at_text(at),
                    *like ? like : "; 'sedge tosca profiles' lists those that there are");
    return NULL;
}

/* TOSCA 2.0 and TOSCA 1.x do not mix. */
static bool same_generation(struct tctx *c, const struct tfile *f, const struct tfile *to, struct at at)
{
    bool first = f->version == TOSCA_2_0, second = to->version == TOSCA_2_0;
    if (first == second || !to->doc.root || to->version == TOSCA_NONE)
        return true;
    tosca_error(c, at, "IMPORT", "import '%s': it is written in TOSCA %s, and this file in TOSCA %s", at_text(at),
                second ? "2.0" : "1.x", first ? "2.0" : "1.x");
    return false;
}

static void import_one(struct tctx *c, struct tfile *f, struct at at, unsigned depth)
{
    struct import_form form;
    if (!import_read(c, at, &form))
        return;
    const char *name = at_text(form.file);
    const struct tremote *remote = f->remote;
    bool by_profile = !name;
    if (name && !at_null(form.repository))
        name = tfile_repository(c, f, form.repository, name, &remote);
    struct tfile *to = by_profile ? import_profile(c, form.profile, depth)
                       : name     ? import_open(c, f, form.file, name, remote, depth)
                                  : NULL;
    if (!to || !same_generation(c, f, to, name ? form.file : form.profile))
        return;
    if (to->loading)
        tosca_warn(c, form.file, "CYCLE", "import '%s': the files import each other in a circle; each is read once",
                   name);
    f->imports = f->imports ? f->imports : tctx_alloc(c, TOSCA_FILES_MAX * sizeof(*f->imports));
    if (f->n_imports < TOSCA_FILES_MAX)
        f->imports[f->n_imports++] = (struct timport){.file = to, .prefix = at_text(form.prefix)};
}

static void tfile_imports(struct tctx *c, struct tfile *f, unsigned depth)
{
    struct at list = at_key(at_of(f, f->doc.root), "imports");
    if (at_is(list, Y_MAP)) { /* an old form: a map of names */
        for (size_t i = 0; i < list.node->n && tctx_spend(c, 10); i++) {
            if (at_text(at_of(f, list.node->pairs[i].value)))
                import_one(c, f, at_of(f, list.node->pairs[i].value), depth);
        }
    }
    for (size_t i = 0; i < at_len(list, Y_SEQ) && tctx_spend(c, 10); i++)
        import_one(c, f, at_of(f, list.node->items[i]), depth);
}

/* The text of a file; *ret is NULL for one whose tree is at hand (tree_read). */
static int tfile_read_text(struct tctx *c, const char *path, bool builtin, char **ret, size_t *ret_len, struct err *e)
{
    const struct tosca_source *s = builtin ? c->options->profiles : c->options->source;
    if (!s)
        return err_set(e, ENOENT, "there is no such source");
    if (s->read == profiles_read && profiles_exists(NULL, path))
        return 0;
    struct tosca_tree *known = tree_known(c, path, builtin);
    *ret_len = known ? known->bytes : 0;
    int r = known ? 0 : s->read(s->data, path, ret, ret_len, e);
    if (r == 0 && !builtin)
        c->bytes += *ret_len;
    return r;
}

static void types_unfold(struct tfile *f)
{
    for (size_t i = 0; i < f->doc.root->n; i++) {
        const struct ynode *section = f->doc.root->pairs[i].value;
        for (size_t k = 0; section->kind == Y_MAP && k < section->n; k++)
            yflat_unfold(&f->doc, section->pairs[k].value);
    }
}

static struct tfile *tfile_load_from(struct tctx *c, struct tplace place, struct at from, unsigned depth)
{
    const char *path = place.path;
    bool builtin = place.builtin;
    struct tfile *f = map_get(c->files, tctx_printf(c, "%c:%s", builtin ? 'p' : 'u', path));
    if (f)
        return f;
    if (c->n_order >= TOSCA_FILES_MAX || c->bytes > TOSCA_BYTES_MAX || depth >= TOSCA_DEPTH_MAX) {
        tosca_error(c, from, "LIMIT", "import '%s': too many files, too much text or too deep an import chain", path);
        return NULL;
    }
    AUTO_FREE char *text = NULL;
    size_t len = 0;
    struct err e = {0};
    int r = tfile_read_text(c, path, builtin, &text, &len, &e);
    if (r < 0) {
        tosca_error(c, from, "IMPORT", "read '%s': %s", path, r == -ENOENT ? "there is no such file" : err_text(&e));
        return NULL;
    }
    f = tfile_new(c, path, builtin);
    f->remote = place.remote;
    if (!tfile_parse(c, f, text, len) || !tfile_version(c, f)) {
        ydoc_done(&f->doc);
        return f;
    }
    if (!builtin)
        import_credential_note(c, f);
    f->loading = true;
    if (f->version == TOSCA_2_0) { /* now: what follows reads the core form */
        types_unfold(f);
        grammar_check(c, f);
    }
    type_declare(c, f);
    tfile_imports(c, f, depth + 1);
    f->loading = false;
    return f;
}

static void profile_open(struct tctx *c)
{
    AUTO_FREE char *text = NULL;
    size_t len = 0;
    struct yfault fault = {0};
    struct err e = {0};
    if (!c->options->profiles || tfile_read_text(c, "index.yaml", true, &text, &len, &e) < 0 ||
        tree_read(c, "index.yaml", true, text, len, &c->index, &fault) < 0 || !c->index.root ||
        c->index.root->kind != Y_MAP)
        return;
    const struct ynode *implicit = ynode_get(c->index.root, "implicit");
    if (implicit && implicit->kind == Y_SCALAR)
        c->profile = tfile_load(c, implicit->text, true, (struct at){0}, 0);
}

const char *tfile_import_of(struct tctx *c, const struct tfile *from, enum type_kind kind, const char *name)
{
    bool second = from && from->version == TOSCA_2_0;
    const struct ynode *imports = c->index.root ? ynode_get(c->index.root, second ? "profiles" : "imports") : NULL;
    for (size_t i = 0; imports && imports->kind == Y_MAP && i < imports->n; i++) {
        const struct ypair *p = &imports->pairs[i];
        struct tfile *f = p->value->kind == Y_SCALAR ? tfile_load(c, p->value->text, true, (struct at){0}, 0) : NULL;
        if (f && p->key->kind == Y_SCALAR && f->own[kind] && map_has(f->own[kind], name))
            return tctx_printf(c, "%s'%s'", second ? "the profile " : "", p->key->text);
    }
    return NULL;
}

/* Templates that TOSCA.meta names beside the entry: they may stand in for its nodes. */
static void others_load(struct tctx *c, const char *place, const char *entry)
{
    AUTO_FREE char *text = NULL;
    AUTO(meta_file_done)
    struct meta_file says = {0};
    AUTO(diags_done)
    struct diags told = {0}; /* by who opened the archive */
    size_t len = 0;
    struct err e = {0};
    if (tfile_read_text(c, place, false, &text, &len, &e) < 0 || meta_file_read(text, len, place, &says, &told) < 0 ||
        !str_eq(tfile_join(c, "", says.entry), entry))
        return;
    map_set(c->named, place, c);
    for (size_t i = 0; i < says.others.n && tctx_spend(c, 10); i++) {
        const char *path = tfile_join(c, "", says.others.v[i]);
        if (path && tfile_exists(c, path))
            tfile_load(c, path, false, (struct at){0}, 0);
        else
            diags_add(c->diags, DIAG_ERROR, "CSAR", place, 1, 1, "Other-Definitions names '%s', which is not there",
                      says.others.v[i]);
    }
}

struct tfile *tfile_load_all(struct tctx *c)
{
    profile_open(c);
    const char *path = c->options->entry ? tfile_join(c, "", c->options->entry) : NULL;
    struct tfile *f = NULL;
    if (!path || !*path)
        diags_add(c->diags, DIAG_ERROR, "IMPORT", c->options->entry, 1, 1,
                  "read the template: no path inside of the application's folder");
    else
        f = tfile_load(c, path, false, (struct at){0}, 0);
    for (const char *const *place = meta_file_places; f && *place; place++) {
        if (tfile_exists(c, *place))
            others_load(c, *place, path);
    }
    return f && f->doc.root ? f : NULL;
}
