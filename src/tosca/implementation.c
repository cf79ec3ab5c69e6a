// SPDX-License-Identifier: Apache-2.0
/* What an operation runs: its script, the files beside it, and how long it may take. */
#include "tosca/artifact.h"
#include "tosca/import_url.h"
#include "tosca/operation.h"
#include "tosca/scalar.h"
#include "tosca/tosca_file.h"

/* A file name, the name of an artifact of the node, or an artifact written in place. */
static const char *implementation_file(struct topo *t, struct tnode *n, struct at at, struct at *ret_file)
{
    struct artifact a;
    *ret_file = at_is(at, Y_MAP) ? at_key(at, "file") : at;
    const char *name = at_text(*ret_file);
    if (name && n && at_is(at, Y_SCALAR) && artifact_find(t, n, name, &a))
        return a.path ? a.path : a.file ? tfile_get(t->c, at.file, a.file) : NULL;
    return tfile_get(t->c, ret_file->file, name);
}

/* A path of 1.x is relative to the file that says it. One from the application's root is taken, too, but an archive
 * that counts on it is not in order. */
static void tell_elsewhere(struct topo *t, struct at file, const char *path, const char *words)
{
    const char *name = at_text(file);
    if (!path || !name || name[0] == '/' || file.file->builtin || file.file->version == TOSCA_2_0 ||
        import_mount(file.file->path))
        return;
    const char *beside = tfile_join(t->c, file.file->path, name), *root = tfile_join(t->c, "", name);
    if (str_eq(path, root) && !str_eq(path, beside))
        tosca_warn(t->c, file, "ARTIFACT_MISSING", "%s: '%s' is not beside the template; that at the root is taken",
                   words, name);
}

static const char *implementation_need(struct topo *t, struct tnode *n, struct at at, const char *words, bool must)
{
    struct at file;
    const char *path = implementation_file(t, n, at, &file);
    tell_elsewhere(t, file, path, words);
    if (path || !at_text(file) || (file.file && file.file->builtin))
        return path;
    if (must)
        tosca_error(t->c, file, "ARTIFACT_MISSING",
                    "%s: there is no file '%s' beside the template, and no artifact of that name", words,
                    at_text(file));
    else
        tosca_warn(t->c, file, "ARTIFACT_MISSING", "%s: there is no file '%s' beside the template", words,
                   at_text(file));
    return NULL;
}

static int64_t timeout_seconds(struct topo *t, struct at at, const char *words)
{
    struct scalar_amount amount;
    int64_t s = 0;
    if (!at_text(at))
        return 0;
    if (str_to_i64(at_text(at), 0, INT32_MAX, &s))
        return s;
    if (scalar_amount(UNIT_TIME, at_text(at), &amount) == SCALAR_OK && amount.value >= 0) {
        __extension__ __int128 unit = 1000000000;
        for (unsigned d = 0; d < amount.digits; d++)
            unit *= 10;
        __extension__ __int128 seconds = (amount.value + unit - 1) / unit;
        if (seconds <= INT32_MAX)
            return (int64_t)seconds;
    }
    tosca_error(t->c, at, "VALUE_TYPE", "%s: the timeout must be a number of seconds or a time with its unit, not '%s'",
                words, at_text(at));
    return 0;
}

/* A name where a list belongs: taken with a warning when there is such an artifact or file. */
static void dependency_alone(struct topo *t, struct tnode *n, struct toper *o, struct at at, bool must)
{
    struct at file;
    const char *path = implementation_file(t, n, at, &file);
    struct artifact a;
    bool known = path || (n && at_text(at) && artifact_find(t, n, at_text(at), &a));
    if (!known || at.file->version == TOSCA_2_0) {
        tosca_error(t->c, at, "SHAPE", "%s: dependencies must be a list, not a single value", o->words);
        return;
    }
    tosca_warn(t->c, at, "SHAPE", "%s: dependencies should be a list; '%s' is taken as its only item", o->words,
               at_text(at));
    path = implementation_need(t, n, at, o->words, must);
    if (path)
        strv_add(&o->dependencies, path);
}

/* By the type of the artifact that it is; NULL: by the file's name. */
static const char *interpreter_of(struct topo *t, struct tnode *n, struct at at, const char *script)
{
    static const struct {
        const char *type, *interpreter;
    } types[] = {{"tosca.artifacts.Implementation.Bash", "/bin/sh"},
                 {"tosca.artifacts.Implementation.Python", "python3"},
                 {"Implementation.Bash", "/bin/sh"},
                 {"Implementation.Python", "python3"},
                 {"Bash", "/bin/sh"},
                 {"Python", "python3"}};
    struct artifact a = {0};
    const char *name = at_text(at);
    struct ttype *type = NULL;
    if (name && n && artifact_find(t, n, name, &a))
        type = a.type;
    else if (at_text(at_key(at, "type")))
        type = type_at(t->c, at_key(at, "type"), TYPE_ARTIFACT, NULL);
    for (; script && type && tctx_spend(t->c, 1); type = type_parent(t->c, type))
        for (size_t i = 0; i < ARRAY_LEN(types); i++)
            if (str_eq(types[i].type, type->name))
                return types[i].interpreter;
    return NULL;
}

/* Where it says that it runs; NULL where it says nothing, or nothing that sedge can do (told). */
static const char *host_of(struct topo *t, struct at at, const char *words, bool relationship, bool must)
{
    const char *host = at_text(at);
    bool end = str_eq(host, "SOURCE") || str_eq(host, "TARGET");
    if (!host || (end && relationship))
        return host;
    if (str_eq(host, "SELF") || str_eq(host, "HOST"))
        return relationship ? NULL : host; /* of a relationship: by the operation's name */
    const char *why = str_eq(host, "ORCHESTRATOR")
                          ? "sedge runs operations in containers only, none on the orchestrator's machine"
                      : end ? "SOURCE and TARGET mean something in a relationship only"
                            : "operation_host is SELF, HOST, SOURCE or TARGET";
    if (must)
        tosca_error(t->c, at, "CONSTRAINT", "%s: operation_host '%.60s': %s", words, host, why);
    else
        tosca_warn(t->c, at, "NOT_RUN", "%s: operation_host '%.60s': %s", words, host, why);
    return NULL;
}

void operation_resolve(struct topo *t, struct tnode *n, struct toper *o, bool relationship, bool must)
{
    struct at at = o->implementation;
    if (at_null(at))
        return;
    struct at primary = at_key(at, "primary");
    o->script = implementation_need(t, n, at_null(primary) ? at : primary, o->words, must);
    struct at list = at_key(at, "dependencies");
    if (at_is(list, Y_SCALAR) && !at_null(list))
        dependency_alone(t, n, o, list, must);
    for (size_t i = 0; i < at_len(list, Y_SEQ) && tctx_spend(t->c, 2); i++) {
        const char *path = implementation_need(t, n, at_of(list.file, list.node->items[i]), o->words, must);
        if (path)
            strv_add(&o->dependencies, path);
    }
    o->interpreter = interpreter_of(t, n, at_null(primary) ? at : primary, o->script);
    o->host = host_of(t, at_key(at, "operation_host"), o->words, relationship, must);
    o->timeout_s = timeout_seconds(t, at_key(at, "timeout"), o->words);
}
