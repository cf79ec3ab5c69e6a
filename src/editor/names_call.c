// SPDX-License-Identifier: Apache-2.0
/* Functions, and what their arguments can be. */
#include <string.h>

#include "editor/names_ask.h"
#include "tosca/type_name.h"

/* One argument of a call. */
struct argument {
    const struct function *f;
    const struct sketch_node *list; /* all arguments, or NULL for a lone one */
    size_t index;
    int step; /* of the call's value */
};

static unsigned generation_of(const struct cursor *p)
{
    return p->second ? FUNCTION_2 : FUNCTION_1;
}

void names_of_functions(struct ask *a)
{
    const struct cursor *p = a->p;
    const struct function *f;
    if (!a->all && p->token->is_key && p->token->up->n > 1)
        return; /* a call is a map of one key */
    for (size_t i = 0; (f = function_at(i)) != NULL; i++) {
        if (!(f->generations & generation_of(p)))
            continue;
        AUTO_FREE char *name = mem_printf("%s%s", p->second ? "$" : "", f->name);
        struct name n = {.kind = NAME_FUNCTION, .as_key = true, .function = f};
        n.label = arena_strndup(p->arena, name, strlen(name));
        n.detail = p->second && f->arguments_2 ? f->arguments_2 : f->arguments;
        a->give(a->data, &n);
    }
}

const struct sketch_node *ask_node(struct ask *a, int step, const char *name)
{
    struct cursor *p = a->p;
    if (!str_eq(name, "SELF"))
        return name ? sketch_get(&p->sketch, cursor_section(p, "node_templates"), name) : NULL;
    int at = cursor_back(p, step, SHAPE_NODE_TEMPLATE);
    return at >= 0 ? p->steps[at].node : NULL;
}

struct ttype *ask_node_type(struct ask *a, int step, const char *name)
{
    const struct sketch_node *n = ask_node(a, step, name);
    const struct sketch *s = &a->p->sketch;
    const char *copied = n ? sketch_text(s, sketch_get(s, n, "copy")) : NULL;
    const struct sketch_node *from = copied ? sketch_get(s, cursor_section(a->p, "node_templates"), copied) : n;
    const char *type = n ? sketch_text(s, sketch_get(s, n, "type")) : NULL;
    type = type ? type : from ? sketch_text(s, sketch_get(s, from, "type")) : NULL;
    return ask_type(a->p, TYPE_NODE, type);
}

/* Text of an argument before this one, or NULL. */
static const char *argument(const struct ask *a, const struct argument *x, size_t i)
{
    return x->list && i < x->list->n ? sketch_text(&a->p->sketch, x->list->items[i]) : NULL;
}

/* ---- rules ---- */

static void rule_inputs(struct ask *a, const struct argument *x)
{
    int flow = cursor_back(a->p, x->step, SHAPE_WORKFLOW);
    if (flow >= 0)
        names_of_map(a, sketch_get(&a->p->sketch, a->p->steps[flow].node, "inputs"), "input of the work flow");
    names_of_section(a, "inputs", "input");
}

static void rule_whom(struct ask *a, const struct argument *x)
{
    static const char *const words[] = {"SELF", "SOURCE", "TARGET", "HOST", NULL};
    static const char *const words_2[] = {"SELF", NULL};
    names_of_words(a, a->p->second ? words_2 : words);
    names_of_section(a, "node_templates", "node template");
    if (a->p->second)
        names_of_section(a, "relationship_templates", "relationship template");
}

/* The target of a node template's requirement, or NULL. */
static const char *target_of(struct ask *a, const struct argument *x, const char *node, const char *requirement)
{
    const struct sketch *s = &a->p->sketch;
    const struct sketch_node *n = ask_node(a, x->step, node), *list = n ? sketch_get(s, n, "requirements") : NULL;
    for (size_t i = 0; list && list->kind == SKETCH_SEQ && i < list->n; i++) {
        const struct sketch_node *to = sketch_get(s, list->items[i], requirement);
        if (to)
            return to->kind == SKETCH_MAP ? sketch_text(s, sketch_get(s, to, "node")) : sketch_text(s, to);
    }
    return NULL;
}

static void give_capability(struct ask *a, struct ttype *node, const char *name, enum member member)
{
    struct tdef *d = node && name ? type_member(&a->p->world->c, node, MEMBER_CAPABILITY, name) : NULL;
    if (d)
        names_of_type(a, tdef_type(&a->p->world->c, d, "type", TYPE_CAPABILITY), member, false);
}

/* In TOSCA 1.x a capability or a requirement may stand before the property. */
static void rule_what_1(struct ask *a, const struct argument *x, enum member member)
{
    const char *node = argument(a, x, 0), *way = argument(a, x, 1);
    struct ttype *t = ask_node_type(a, x->step, node);
    if (x->index == 1) {
        names_of_type(a, t, member, false);
        names_of_type(a, t, MEMBER_CAPABILITY, false);
        names_of_type(a, t, MEMBER_REQUIREMENT, false);
    } else if (x->index == 2) {
        give_capability(a, t, way, member);
        names_of_type(a, ask_node_type(a, x->step, target_of(a, x, node, way)), member, false);
    }
}

/* In TOSCA 2.0 a path leads there (10.3); this follows one step from a node. */
static void rule_what_2(struct ask *a, const struct argument *x, enum member member)
{
    static const char *const words[] = {"CAPABILITY", "RELATIONSHIP", NULL};
    const char *node = argument(a, x, 0), *way = argument(a, x, 1);
    struct ttype *t = ask_node_type(a, x->step, node);
    bool capability = str_eq(way, "CAPABILITY"), relationship = str_eq(way, "RELATIONSHIP");
    if (x->index == 1) {
        names_of_type(a, t, member, false);
        names_of_words(a, words);
    } else if (x->index == 2 && (capability || relationship)) {
        names_of_type(a, t, capability ? MEMBER_CAPABILITY : MEMBER_REQUIREMENT, false);
    } else if (x->index == 3 && capability) {
        give_capability(a, t, argument(a, x, 2), member);
    } else if (x->index >= 4 && relationship && str_eq(argument(a, x, x->index - 1), "TARGET")) {
        names_of_type(a, ask_node_type(a, x->step, target_of(a, x, node, argument(a, x, 2))), member, false);
    } else if (x->index >= 3 && relationship) {
        static const char *const ends[] = {"TARGET", "SOURCE", "CAPABILITY", "ALL", NULL};
        names_of_words(a, ends);
    }
}

static void rule_property(struct ask *a, const struct argument *x)
{
    (a->p->second ? rule_what_2 : rule_what_1)(a, x, MEMBER_PROPERTY);
}

/* Properties are reflected as attributes. */
static void rule_attribute(struct ask *a, const struct argument *x)
{
    (a->p->second ? rule_what_2 : rule_what_1)(a, x, MEMBER_ATTRIBUTE);
    (a->p->second ? rule_what_2 : rule_what_1)(a, x, MEMBER_PROPERTY);
}

static void rule_artifact(struct ask *a, const struct argument *x)
{
    const struct sketch_node *n = ask_node(a, x->step, argument(a, x, 0));
    names_of_map(a, n ? sketch_get(&a->p->sketch, n, "artifacts") : NULL, "artifact");
    names_of_type(a, ask_node_type(a, x->step, argument(a, x, 0)), MEMBER_ARTIFACT, false);
}

static void rule_interface(struct ask *a, const struct argument *x)
{
    names_of_type(a, ask_node_type(a, x->step, argument(a, x, 0)), MEMBER_INTERFACE, false);
}

static void rule_node_type(struct ask *a, const struct argument *x)
{
    names_of_types(a, TYPE_NODE);
}

static const struct {
    const char *function;
    size_t from, to; /* arguments */
    void (*names)(struct ask *a, const struct argument *x);
} rules[] = {
    {"get_input", 0, 0, rule_inputs},
    {"get_property", 0, 0, rule_whom},
    {"get_property", 1, 100, rule_property},
    {"get_attribute", 0, 0, rule_whom},
    {"get_attribute", 1, 100, rule_attribute},
    {"get_artifact", 0, 0, rule_whom},
    {"get_artifact", 1, 1, rule_artifact},
    {"get_operation_output", 0, 0, rule_whom},
    {"get_operation_output", 1, 1, rule_interface},
    {"get_nodes_of_type", 0, 0, rule_node_type},
};

/* The call whose argument the step is. */
static bool argument_at(const struct cursor *p, int step, struct argument *ret)
{
    bool item = p->steps[step].name == NULL;
    int call = item ? step - 1 : step;
    const char *name = call > 0 ? p->steps[call].name : NULL;
    if (!name || p->steps[call].key || p->steps[call].shape != SHAPE_ANY || (p->second && name[0] != '$'))
        return false;
    *ret = (struct argument){.f = function_find(name + (p->second ? 1 : 0), generation_of(p)),
                             .list = item ? p->steps[call].node : NULL,
                             .index = item ? p->steps[step].index : 0,
                             .step = call};
    return ret->f != NULL;
}

void names_of_arguments(struct ask *a, int step)
{
    struct argument x;
    if (!argument_at(a->p, step, &x))
        return;
    for (size_t i = 0; i < ARRAY_LEN(rules); i++)
        if (str_eq(rules[i].function, x.f->name) && x.index >= rules[i].from && x.index <= rules[i].to)
            rules[i].names(a, &x);
}
