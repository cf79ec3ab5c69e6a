// SPDX-License-Identifier: Apache-2.0
/* get_artifact and get_operation_output. */
#include "model/bundle_manifest.h"
#include "tosca/artifact.h"
#include "tosca/call_target.h"

/* Where the artifact's file lies in the container, so that scripts can open it as it is; else its file as written. */
static json_t *artifact_place(struct call *call, struct tnode *n, const char *name)
{
    struct artifact a;
    if (!name || !n)
        return call_fault(call, "FUNCTION_ARGS", "the arguments are a node template and the name of an artifact");
    if (!artifact_find(call->s.topo, n, name, &a))
        return call_fault(call, "UNKNOWN_REF", "%s has no artifact '%s'", n->words, name);
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

json_t *call_get_operation_output(struct call *call)
{
    struct target t;
    if (!target_named(call, &t))
        return NULL;
    struct tnode *n = t.node ? t.node : t.rel->source;
    if (!n)
        return call_fault(call, "FUNCTION_ARGS", "there are no operations here");
    const char *interface = call_text(call, 1);
    struct at given = at_key(n->at, "interfaces");
    bool known = !n->type || !interface || !t.node || type_member(call->c, n->type, MEMBER_INTERFACE, interface) ||
                 at_key(given, interface).node;
    if (!known)
        return call_fault(call, "UNKNOWN_REF", "%s has no interface '%s'%s", n->words, interface,
                          tosca_like(call->c, interface, type_members(call->c, n->type, MEMBER_INTERFACE)));
    tosca_warn(call->c, call->at, "NOT_RUN", "%s: get_operation_output: sedge keeps no outputs of operations",
               what_text(call->c, call->w));
    return call_later(call, "get_operation_output", json_pack("[s]", n->name), 1);
}
