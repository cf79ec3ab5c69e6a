// SPDX-License-Identifier: Apache-2.0
// Topologies: look-ups by name, along host chains (also broken ones), and the freeing of a full one.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "model/topology.h"

static struct topology *with_components(size_t n)
{
    static const char *const names[] = {"box", "runtime", "app", "disk"};
    struct topology *t = mem_alloc(sizeof(*t));
    t->components = mem_array(n, sizeof(*t->components));
    t->n_components = n;
    for (size_t i = 0; i < n; i++) {
        t->components[i].name = mem_strdup(names[i]);
        t->components[i].kind = COMPONENT_SOFTWARE;
    }
    return t;
}

static void add_link(struct component *c, const char *requirement, enum link_kind kind, size_t target)
{
    c->links = mem_push(c->links, c->n_links, sizeof(*c->links));
    c->links[c->n_links++] = (struct topology_link){.requirement = mem_strdup(requirement),
                                                    .kind_name = mem_strdup(requirement),
                                                    .kind = kind,
                                                    .target = target,
                                                    .properties = json_object()};
}

static void test_find(void **state)
{
    (void)state;
    AUTO(topology_freep)
    struct topology *t = with_components(3);
    assert_int_equal(topology_find(t, "box"), 0);
    assert_int_equal(topology_find(t, "app"), 2);
    assert_int_equal(topology_find(t, "disk"), -1);
}

static void test_container_of_walks_the_host_chain(void **state)
{
    (void)state;
    AUTO(topology_freep)
    struct topology *t = with_components(4);
    t->components[0].kind = COMPONENT_CONTAINER;
    t->components[3].kind = COMPONENT_VOLUME;
    add_link(&t->components[2], "connection", LINK_CONNECTS_TO, 3);
    add_link(&t->components[2], "host", LINK_HOSTED_ON, 1);
    add_link(&t->components[1], "host", LINK_HOSTED_ON, 0);
    assert_int_equal(topology_container_of(t, 0), 0);
    assert_int_equal(topology_container_of(t, 1), 0);
    assert_int_equal(topology_container_of(t, 2), 0);
    assert_int_equal(topology_container_of(t, 3), -1);
    assert_int_equal(topology_container_of(t, 4), -1);
    assert_ptr_equal(topology_host_link(&t->components[2]), &t->components[2].links[1]);
    assert_null(topology_host_link(&t->components[0]));
}

static void test_container_of_ends_in_a_circle(void **state)
{
    (void)state;
    AUTO(topology_freep)
    struct topology *t = with_components(2);
    add_link(&t->components[0], "host", LINK_HOSTED_ON, 1);
    add_link(&t->components[1], "host", LINK_HOSTED_ON, 0);
    assert_int_equal(topology_container_of(t, 0), -1);
}

static void test_operation_find(void **state)
{
    (void)state;
    AUTO(topology_freep)
    struct topology *t = with_components(1);
    struct component *c = &t->components[0];
    c->operations = mem_array(2, sizeof(*c->operations));
    c->n_operations = 2;
    c->operations[0].interface = mem_strdup("other");
    c->operations[0].name = mem_strdup("create");
    c->operations[1].interface = mem_strdup("Standard");
    c->operations[1].name = mem_strdup("create");
    assert_ptr_equal(topology_operation_find(c, "Standard", "create"), &c->operations[1]);
    assert_null(topology_operation_find(c, "Standard", "start"));
}

// What is left behind shows under the address sanitizer.
static void test_free_takes_everything(void **state)
{
    (void)state;
    struct topology *t = with_components(1);
    struct component *c = &t->components[0];
    t->name = mem_strdup("name");
    t->description = mem_strdup("description");
    t->entry = mem_strdup("entry");
    t->inputs = json_object();
    t->outputs = json_object();
    strv_add(&t->files, "a.yaml");
    protocol_software(&c->protocol);
    add_link(c, "host", LINK_HOSTED_ON, 0);
    c->links[0].capability = mem_strdup("host");
    c->links[0].relationship = mem_strdup("tosca.relationships.HostedOn");
    c->links[0].place.file = mem_strdup("a.yaml");
    c->artifacts = mem_array(1, sizeof(*c->artifacts));
    c->n_artifacts = 1;
    c->artifacts[0] = (struct topology_artifact){.name = mem_strdup("a"), .file = mem_strdup("f")};
    c->operations = mem_array(1, sizeof(*c->operations));
    c->n_operations = 1;
    c->operations[0].inputs = json_object();
    strv_add(&c->operations[0].dependencies, "lib.sh");
    c->type = mem_strdup("type");
    strv_add(&c->ancestry, "type");
    c->properties = json_object();
    c->image = mem_strdup("image");
    c->image_build = mem_strdup("Dockerfile");
    topology_freep(&t);
    assert_null(t);
    topology_free(NULL);
}

static void test_kind_names(void **state)
{
    (void)state;
    assert_string_equal(component_kind_name(COMPONENT_CONTAINER), "container");
    assert_string_equal(component_kind_name(COMPONENT_ABSTRACT), "abstract");
    assert_string_equal(component_kind_name(COMPONENT_KIND_MAX), "unknown");
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_container_of_walks_the_host_chain),
        cmocka_unit_test(test_container_of_ends_in_a_circle),
        cmocka_unit_test(test_operation_find),
        cmocka_unit_test(test_free_takes_everything),
        cmocka_unit_test(test_kind_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
