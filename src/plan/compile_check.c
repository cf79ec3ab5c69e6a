// SPDX-License-Identifier: Apache-2.0
/* What of a topology sedge could not run, found before anything is changed. */
#include <errno.h>
#include <string.h>

#include "plan/compile.h"
#include "plan/compile_container.h"
#include "plan/policy.h"

static int refuse(const struct component *c, struct err *e, const char *why)
{
    return err_set(e, EINVAL, "%s:%d:%d: component '%s': %s", c->place.file ? c->place.file : "?", c->place.line,
                   c->place.col, c->name, why);
}

/* The node reads names whole; what no name can hold is refused before anything is changed. */
static int check_image_name(const struct component *c, struct err *e)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-:/@";
    if (c->image[strspn(c->image, allowed)] == '\0')
        return 0;
    return err_set(e, EINVAL, "%s:%d:%d: component '%s': '%s' is no image name; write it as [HOST[:PORT]/]NAME[:TAG]",
                   c->place.file ? c->place.file : "?", c->place.line, c->place.col, c->name, c->image);
}

static int check_kind(const struct topology *t, size_t i, struct err *e)
{
    const struct component *c = &t->components[i];
    if (c->kind == COMPONENT_ABSTRACT)
        return err_set(e, EINVAL,
                       "%s:%d:%d: component '%s' is of type '%s', which sedge cannot run; use a type derived from "
                       "tosker.nodes.Container, tosker.nodes.Software or tosker.nodes.Volume",
                       c->place.file ? c->place.file : "?", c->place.line, c->place.col, c->name, c->type);
    if (c->kind == COMPONENT_CONTAINER && c->image_build)
        return refuse(c, e,
                      "images are not built from Dockerfiles here; build the image elsewhere, import it and name it as "
                      "an artifact of type tosker.artifacts.Image");
    if (c->kind == COMPONENT_CONTAINER && str_empty(c->image))
        return refuse(c, e,
                      "no image: give it an artifact of type tosker.artifacts.Image or tosker.artifacts.Image.Service");
    if (c->kind == COMPONENT_CONTAINER)
        return check_image_name(c, e);
    if (c->kind == COMPONENT_SOFTWARE && topology_container_of(t, i) < 0)
        return refuse(c, e, "no container below it: follow its 'host' requirements down to a tosker.nodes.Container");
    return 0;
}

/* Only containers run more than once, with all that is hosted on them; a count that says something else is not kept. */
static int check_count(const struct topology *t, size_t i, struct err *e)
{
    const struct component *c = &t->components[i];
    int below = topology_container_of(t, i);
    const struct component *container = below >= 0 ? &t->components[below] : NULL;
    const json_t *replicas = json_object_get(c->properties, "replicas");
    if (!c->counted)
        return 0;
    if (c->kind == COMPONENT_CONTAINER && json_is_integer(replicas) && json_integer_value(replicas) != c->count)
        return refuse(c, e, "its count and its property 'replicas' say different numbers; leave one of them out");
    if (c->kind == COMPONENT_VOLUME && c->count != 1)
        return refuse(c, e, "a count other than 1 cannot be carried out for volumes; write one node template for each");
    if (c->kind == COMPONENT_SOFTWARE && container && c->count != (container->counted ? container->count : 1))
        return err_set(e, EINVAL,
                       "%s:%d:%d: component '%s': its count is %lld, but it runs once in each of the containers that "
                       "it is hosted on; give the count to '%s'",
                       c->place.file ? c->place.file : "?", c->place.line, c->place.col, c->name, (long long)c->count,
                       container->name);
    return 0;
}

static int check_stand_ins(const struct topology *t, struct err *e)
{
    for (size_t i = 0; i < t->n_stand_ins; i++) {
        const struct topology_stand_in *s = &t->stand_ins[i];
        if (s->counted && s->count != 1)
            return err_set(e, EINVAL,
                           "%s:%d:%d: node template '%s': a template stands in for it once, a count of %lld cannot be "
                           "carried out; give the count to containers of %s",
                           s->place.file ? s->place.file : "?", s->place.line, s->place.col, s->name,
                           (long long)s->count, s->file);
    }
    return 0;
}

static int check_host_ports(const struct topology *t, const struct component *c, const json_t *container,
                            struct map *taken, struct err *e)
{
    const json_t *ports = json_object_get(container, "ports");
    bool publishes = false;
    for (size_t i = 0; i < json_array_size(ports); i++) {
        int64_t port = json_int(json_array_get(ports, i), "hostPort", 0);
        if (port == 0)
            continue;
        AUTO_FREE char *key = mem_printf("%lld", (long long)port);
        const struct component *other = map_get(taken, key);
        if (other)
            return err_set(
                e, EINVAL,
                "%s:%d:%d: component '%s': host port %s is also taken by component '%s'; give one of them another",
                c->place.file ? c->place.file : "?", c->place.line, c->place.col, c->name, key, other->name);
        map_set(taken, key, (void *)(uintptr_t)c);
        publishes = true;
    }
    if (policy_replicas(t, (size_t)(c - t->components)) > 1 && publishes)
        return refuse(c, e, "more than one replica cannot share a host port; publish none, or keep one replica");
    return 0;
}

int compile_check(const struct compile_input *in, struct err *e)
{
    struct compile_input still = *in;
    AUTO_MAP struct map taken = {0};
    still.eval = NULL; /* run-time values are not known yet, and are not needed to see whether it could run */
    int stood_for = check_stand_ins(in->topology, e);
    if (stood_for < 0)
        return stood_for;
    for (size_t i = 0; i < in->topology->n_components; i++) {
        const struct component *c = &in->topology->components[i];
        int r = check_kind(in->topology, i, e);
        if (r == 0)
            r = check_count(in->topology, i, e);
        if (r < 0)
            return r;
        if (c->kind != COMPONENT_CONTAINER)
            continue;
        AUTO_JSON json_t *container = json_object();
        AUTO_JSON json_t *volumes = json_array();
        r = compile_container(&still, c, container, volumes, e);
        if (r == 0)
            r = check_host_ports(in->topology, c, container, &taken, e);
        if (r < 0)
            return r;
    }
    return 0;
}
