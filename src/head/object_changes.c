// SPDX-License-Identifier: Apache-2.0
/* Lists of changes, and their carrying out through the API's objects. */
#include "head/object_changes.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

static struct change *add(struct changes *c, enum change_verb verb, const char *kind, json_t *object)
{
    c->v = mem_push(c->v, c->n, sizeof(*c->v));
    c->v[c->n] = (struct change){.verb = verb, .kind = kind_find(kind), .object = object};
    return &c->v[c->n++];
}

void changes_create(struct changes *c, const char *kind, json_t *object)
{
    add(c, CHANGE_CREATE, kind, object);
}

void changes_spec(struct changes *c, const char *kind, json_t *object)
{
    add(c, CHANGE_SPEC, kind, object);
}

void changes_status(struct changes *c, const char *kind, json_t *object)
{
    add(c, CHANGE_STATUS, kind, object);
}

void changes_delete(struct changes *c, const char *kind, const json_t *object)
{
    add(c, CHANGE_DELETE, kind, json_incref((json_t *)(uintptr_t)object));
}

void changes_remove(struct changes *c, const char *kind, const json_t *object)
{
    add(c, CHANGE_REMOVE, kind, json_incref((json_t *)(uintptr_t)object));
}

void changes_event(struct changes *c, const json_t *about, bool warning, const char *reason, const char *fmt, ...)
{
    struct change *v = add(c, CHANGE_EVENT, "Event", json_incref((json_t *)(uintptr_t)about));
    va_list ap;
    v->warning = warning;
    v->reason = mem_strdup(reason);
    va_start(ap, fmt);
    if (vasprintf(&v->text, fmt, ap) < 0)
        v->text = mem_strdup("");
    va_end(ap);
}

size_t changes_writes(const struct changes *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++)
        n += c->v[i].verb != CHANGE_EVENT;
    return n;
}

void changes_done(struct changes *c)
{
    for (size_t i = 0; i < c->n; i++) {
        json_decref(c->v[i].object);
        free(c->v[i].reason);
        free(c->v[i].text);
    }
    free(c->v);
    *c = (struct changes){0};
}

static int gone_is_well(int r)
{
    return r == -ENOENT ? 0 : r;
}

static int apply(struct objects *o, const struct change *c, struct err *e)
{
    const char *ns = c->kind->namespaced ? object_namespace(c->object) : NULL;
    struct object_ref ref = {.kind = c->kind, .ns = ns, .name = object_name(c->object)};
    struct objects_delete which = {.uid = object_uid(c->object), .grace_s = FIELD_UNSET};
    switch (c->verb) {
    case CHANGE_CREATE:
        return objects_create(o, c->kind, ns, c->object, false, NULL, e);
    case CHANGE_SPEC:
        return objects_replace(o, ref, OBJECTS_SPEC, c->object, NULL, e);
    case CHANGE_STATUS:
        return objects_replace(o, ref, OBJECTS_STATUS, c->object, NULL, e);
    case CHANGE_DELETE:
        return gone_is_well(objects_delete(o, ref, &which, NULL, e));
    case CHANGE_REMOVE:
        return objects_remove(o, ref, object_uid(c->object), e);
    case CHANGE_EVENT:
        objects_event(o, c->object, c->warning, c->reason, "%s", c->text);
        return 0;
    }
    return -EINVAL;
}

int changes_apply(struct objects *o, const struct changes *c, struct err *e)
{
    for (size_t i = 0; i < c->n; i++) {
        int r = apply(o, &c->v[i], e);
        if (r < 0)
            return err_wrap(e, r, "%s '%s'", c->v[i].kind->name, object_name(c->v[i].object));
    }
    return 0;
}
