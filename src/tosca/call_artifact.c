// SPDX-License-Identifier: Apache-2.0
/* get_artifact and get_operation_output. */
#include "model/bundle_manifest.h"
#include "tosca/artifact.h"
#include "tosca/call_target.h"
#include "tosca/operation.h"

static struct map *artifact_names(struct topo *t, struct tnode *n)
{
    struct map *names = tctx_map(t->c);
    struct artifact *all;
    size_t count = artifact_all(t, n, &all);
    for (size_t i = 0; i < count; i++)
        map_set(names, all[i].name, names);
    return names;
}

/* Where the artifact's file lies in the container, so that scripts can open it as it is; else its file as written. */
static json_t *artifact_place(struct call *call, struct tnode *n, const char *name)
{
    struct artifact a;
    if (!name || !n)
        return call_fault(call, "FUNCTION_ARGS", "the arguments are a node template and the name of an artifact");
    if (!artifact_find(call->s.topo, n, name, &a))
        return call_fault(call, "UNKNOWN_REF", "%s has no artifact '%s'%s", n->words, name,
                          tosca_like(call->c, name, artifact_names(call->s.topo, n)));
    return json_string(a.path ? tctx_printf(call->c, BUNDLE_MOUNT "/%s", a.path) : a.file ? a.file : "");
}

/* "location" (LOCAL_FILE, or a path on the node) and "remove": checked; sedge's bundles lie where they lie. */
static bool location_fits(const struct call *call)
{
    const json_t *location = json_array_get(call->args, 2), *remove = json_array_get(call->args, 3);
    const char *word = json_string_value(remove);
    bool boolean = json_is_boolean(remove) || str_eq(word, "true") || str_eq(word, "false");
    if (location && !json_is_string(location))
        call_fault(call, "FUNCTION_ARGS", "the third argument, the location, must be LOCAL_FILE or a path");
    else if (remove && !boolean)
        call_fault(call, "FUNCTION_ARGS", "the fourth argument, remove, must be true or false");
    else if (call_count(call) > 4)
        call_fault(call, "FUNCTION_ARGS", "it takes at most 4 arguments, not %zu", call_count(call));
    else
        return true;
    return false;
}

static void location_note(const struct call *call)
{
    const char *location = call_text(call, 2);
    if (location && !str_eq(location, "LOCAL_FILE"))
        tosca_warn(call->c, call->at, "NOT_RUN",
                   "%s: %s: sedge does not copy artifacts to '%.80s'; the file's place in the bundle is given",
                   what_text(call->c, call->w), call->name, location);
}

static json_t *artifact_2(struct call *call)
{
    struct targets to;
    if (!target_path(call, &to))
        return NULL;
    const struct target *t = to.n ? &to.items[0] : NULL;
    if (to.open)
        return json_null();
    if (call_count(call) > to.next + 1)
        return call_fault(call, "FUNCTION_ARGS", "behind the name of the artifact nothing may stand");
    return artifact_place(call, t ? t->node : NULL, call_text(call, to.next));
}

json_t *call_get_artifact(struct call *call)
{
    struct target t;
    if (call_is_2(call->at.file))
        return artifact_2(call);
    if (!target_named(call, &t) || !location_fits(call))
        return NULL;
    struct tnode *n = t.node ? t.node : t.rel->source;
    if (str_eq(call_text(call, 0), "HOST"))
        n = target_host(call->s.topo, n);
    location_note(call);
    return artifact_place(call, n, call_text(call, 1));
}

/* ---- outputs of operations ---- */

/* The interface by its name, or by that of its type. */
static const char *interface_meant(struct tctx *c, struct ttype *type, const char *name)
{
    const struct map *declared = type ? type_members(c, type, MEMBER_INTERFACE) : NULL;
    for (size_t i = 0; declared && !map_has(declared, name) && i < declared->n && tctx_spend(c, 1); i++) {
        struct tdef *d = declared->items[i].value;
        if (str_eq(at_text(tdef_key(d, "type")), name))
            return d->name;
    }
    return name;
}

/* Has the target that operation? Told when not. */
static bool operation_is_there(struct call *call, const struct target *t, const char *interface, const char *name)
{
    struct topo *topo = call->s.topo;
    struct scope scope = {.topo = topo, .self = t->node, .rel = t->rel};
    struct ttype *type = t->node ? t->node->type : t->rel->type;
    struct at given = at_key(t->node ? t->node->at : t->rel->at, "interfaces");
    const char *words = target_words(call->c, t);
    call->c->quiet++; /* what is wrong with the operations is told with the node */
    struct map *all = operations_collect(topo, scope, type, given, words);
    call->c->quiet--;
    const char *key = tctx_printf(call->c, "%s.%s", interface, name);
    struct toper *o = map_get(all, key);
    if (o && at_null(o->implementation))
        tosca_warn(call->c, call->at, "NOT_RUN",
                   "%s: %s: operation '%s' of %s has no implementation, so it gives nothing",
                   what_text(call->c, call->w), call->name, key, words);
    if (o || !type)
        return true;
    call_fault(call, "UNKNOWN_REF", "%s has no operation '%s'%s", words, key, tosca_like(call->c, key, all));
    return false;
}

json_t *call_get_operation_output(struct call *call)
{
    struct target t;
    const char *interface = call_text(call, 1), *operation = call_text(call, 2);
    if (!interface || !operation || !call_text(call, 3))
        return call_fault(call, "FUNCTION_ARGS",
                          "the arguments are a node template, an interface, an operation and the name of an output");
    if (!target_named(call, &t))
        return NULL;
    if (str_eq(call_text(call, 0), "HOST"))
        t.node = target_host(call->s.topo, t.node);
    if (!t.node && !t.rel)
        return call_fault(call, "FUNCTION_ARGS", "there are no operations here");
    interface = interface_meant(call->c, t.node ? t.node->type : t.rel->type, interface);
    if (!operation_is_there(call, &t, interface, operation))
        return NULL;
    json_t *owner = target_owner(&t);
    if (!owner)
        return json_null();
    json_array_append_new(owner, json_string(interface));
    return call_later(call, "get_operation_output", owner, 2);
}
