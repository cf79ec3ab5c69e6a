// SPDX-License-Identifier: Apache-2.0
/* Names that can be values at a place: one table by the keyname, one by the shape. */
#include <string.h>

#include "editor/names_ask.h"
#include "tosca/schema.h"
#include "tosca/tosca_file.h"
#include "tosca/type_name.h"

/* ---- rules ---- */

static void rule_types(struct ask *a, int step, int kind)
{
    names_of_types(a, (enum type_kind)kind);
}

static void rule_targets(struct ask *a, int step, int arg)
{
    names_of_targets(a, step);
}

static void rule_nodes(struct ask *a, int step, int arg)
{
    names_of_section(a, "node_templates", "node template");
}

static void rule_members(struct ask *a, int step, int arg)
{
    rule_nodes(a, step, arg);
    names_of_section(a, "groups", "group");
}

static void rule_relationships(struct ask *a, int step, int arg)
{
    names_of_section(a, "relationship_templates", "relationship template");
    names_of_types(a, TYPE_RELATIONSHIP);
}

static void rule_workflows(struct ask *a, int step, int arg)
{
    names_of_section(a, "workflows", "work flow");
}

/* Capabilities of the node that the requirement names, else capability types. */
static void rule_capability(struct ask *a, int step, int arg)
{
    struct cursor *p = a->p;
    int at = cursor_back(p, step, SHAPE_REQUIREMENT);
    const struct sketch_node *n = at >= 0 ? p->steps[at].node : NULL;
    const char *node = sketch_text(&p->sketch, n ? sketch_get(&p->sketch, n, "node") : NULL);
    struct ttype *t = ask_node_type(a, step, node);
    t = t ? t : ask_type(p, TYPE_NODE, node);
    names_of_type(a, t, MEMBER_CAPABILITY, false);
    names_of_types(a, TYPE_CAPABILITY);
}

static void rule_steps(struct ask *a, int step, int arg)
{
    int steps = cursor_back(a->p, step, SHAPE_STEPS);
    if (steps >= 0)
        names_of_map(a, a->p->steps[steps].node, "step");
}

enum { WORDS_BOOLEAN, WORDS_STATUS, WORDS_DIRECTIVES, WORDS_OPERATION_HOST, WORDS_ACTIVITIES, WORDS_OCCURRENCES };

static void rule_words(struct ask *a, int step, int list)
{
    static const char *const words[][6] = {
        [WORDS_BOOLEAN] = {"true", "false"},
        [WORDS_STATUS] = {"supported", "unsupported", "experimental", "deprecated"},
        [WORDS_DIRECTIVES] = {"select", "selectable", "substitute", "substitutable"},
        [WORDS_OPERATION_HOST] = {"SELF", "HOST", "SOURCE", "TARGET"},
        [WORDS_ACTIVITIES] = {"delegate", "set_state", "call_operation", "inline"},
        [WORDS_OCCURRENCES] = {"UNBOUNDED"},
    };
    names_of_words(a, words[list]);
}

static void rule_versions(struct ask *a, int step, int arg)
{
    const char *word;
    for (size_t i = 0; (word = tfile_version_word(i)) != NULL; i++)
        if (a->all || (!strstr(word, "://") && !str_ends(word, "_0_0") && !str_ends(word, "_1_0_0")))
            a->give(a->data, &(struct name){.kind = NAME_WORD, .label = word});
}

/* What the profiles' index knows under a section. */
static void names_of_index(struct ask *a, const char *section)
{
    const struct ynode *n = a->p->world ? world_index(a->p->world, section) : NULL;
    for (size_t i = 0; n && i < n->n; i++)
        if (n->pairs[i].key->kind == Y_SCALAR)
            a->give(a->data,
                    &(struct name){.kind = NAME_WORD, .label = n->pairs[i].key->text, .detail = "comes with sedge"});
}

static void rule_imports(struct ask *a, int step, int arg)
{
    names_of_index(a, a->p->second ? "imports_2" : "imports");
}

static void rule_profiles(struct ask *a, int step, int arg)
{
    names_of_index(a, "profiles");
}

static void rule_repositories(struct ask *a, int step, int arg)
{
    names_of_map(a, sketch_at(&a->p->sketch, "repositories", NULL), "repository");
}

/* Artifacts of the node template around. */
static void rule_artifacts(struct ask *a, int step, int arg)
{
    const struct sketch_node *n = ask_node(a, step, "SELF");
    names_of_map(a, n ? sketch_get(&a->p->sketch, n, "artifacts") : NULL, "artifact");
    names_of_type(a, ask_node_type(a, step, "SELF"), MEMBER_ARTIFACT, false);
}

/* ---- tables ---- */

static const struct {
    enum shape in;
    const char *key;
    names_rule names;
    int arg;
} by_key[] = {
    {SHAPE_SERVICE, "tosca_definitions_version", rule_versions, 0},
    {SHAPE_NODE_TEMPLATE, "type", rule_types, TYPE_NODE},
    {SHAPE_NODE_TEMPLATE, "copy", rule_nodes, 0},
    {SHAPE_NODE_TEMPLATE, "directives", rule_words, WORDS_DIRECTIVES},
    {SHAPE_RELATIONSHIP_TEMPLATE, "type", rule_types, TYPE_RELATIONSHIP},
    {SHAPE_RELATIONSHIP_TEMPLATE, "copy", rule_relationships, 0},
    {SHAPE_RELATIONSHIP, "type", rule_relationships, 0},
    {SHAPE_RELATIONSHIP_DEF, "type", rule_types, TYPE_RELATIONSHIP},
    {SHAPE_REQUIREMENT, "node", rule_targets, 0},
    {SHAPE_REQUIREMENT, "node", rule_types, TYPE_NODE},
    {SHAPE_REQUIREMENT, "capability", rule_capability, 0},
    {SHAPE_REQUIREMENT_DEF, "node", rule_types, TYPE_NODE},
    {SHAPE_REQUIREMENT_DEF, "capability", rule_types, TYPE_CAPABILITY},
    {SHAPE_CAPABILITY_DEF, "type", rule_types, TYPE_CAPABILITY},
    {SHAPE_CAPABILITY_DEF, "valid_source_types", rule_types, TYPE_NODE},
    {SHAPE_CAPABILITY_DEF, "valid_relationship_types", rule_types, TYPE_RELATIONSHIP},
    {SHAPE_CAPABILITY_TYPE, "valid_source_types", rule_types, TYPE_NODE},
    {SHAPE_CAPABILITY_TYPE, "valid_relationship_types", rule_types, TYPE_RELATIONSHIP},
    {SHAPE_RELATIONSHIP_TYPE, "valid_target_types", rule_types, TYPE_CAPABILITY},
    {SHAPE_RELATIONSHIP_TYPE, "valid_target_node_types", rule_types, TYPE_NODE},
    {SHAPE_RELATIONSHIP_TYPE, "valid_source_node_types", rule_types, TYPE_NODE},
    {SHAPE_INTERFACE_DEF, "type", rule_types, TYPE_INTERFACE},
    {SHAPE_INTERFACE, "type", rule_types, TYPE_INTERFACE},
    {SHAPE_ARTIFACT, "type", rule_types, TYPE_ARTIFACT},
    {SHAPE_IMPLEMENTATION, "type", rule_types, TYPE_ARTIFACT},
    {SHAPE_IMPLEMENTATION, "operation_host", rule_words, WORDS_OPERATION_HOST},
    {SHAPE_ARTIFACT, "repository", rule_repositories, 0},
    {SHAPE_IMPORT, "repository", rule_repositories, 0},
    {SHAPE_IMPORT, "file", rule_imports, 0},
    {SHAPE_IMPORT, "profile", rule_profiles, 0},
    {SHAPE_PROPERTY_DEF, "type", rule_types, TYPE_DATA},
    {SHAPE_ATTRIBUTE_DEF, "type", rule_types, TYPE_DATA},
    {SHAPE_PARAMETER, "type", rule_types, TYPE_DATA},
    {SHAPE_DEFINITION, "type", rule_types, TYPE_DATA},
    {SHAPE_SCHEMA, "type", rule_types, TYPE_DATA},
    {SHAPE_GROUP, "type", rule_types, TYPE_GROUP},
    {SHAPE_GROUP, "members", rule_members, 0},
    {SHAPE_GROUP_TYPE, "members", rule_types, TYPE_NODE},
    {SHAPE_POLICY, "type", rule_types, TYPE_POLICY},
    {SHAPE_POLICY, "targets", rule_members, 0},
    {SHAPE_POLICY_TYPE, "targets", rule_types, TYPE_NODE},
    {SHAPE_POLICY_TYPE, "targets", rule_types, TYPE_GROUP},
    {SHAPE_SUBSTITUTION, "node_type", rule_types, TYPE_NODE},
    {SHAPE_STEP, "target", rule_members, 0},
    {SHAPE_STEP, "on_success", rule_steps, 0},
    {SHAPE_STEP, "on_failure", rule_steps, 0},
    {SHAPE_STEP, "activities", rule_words, WORDS_ACTIVITIES},
    {SHAPE_ARTIFACT_TYPE, "derived_from", rule_types, TYPE_ARTIFACT},
    {SHAPE_DATA_TYPE, "derived_from", rule_types, TYPE_DATA},
    {SHAPE_CAPABILITY_TYPE, "derived_from", rule_types, TYPE_CAPABILITY},
    {SHAPE_INTERFACE_TYPE, "derived_from", rule_types, TYPE_INTERFACE},
    {SHAPE_RELATIONSHIP_TYPE, "derived_from", rule_types, TYPE_RELATIONSHIP},
    {SHAPE_NODE_TYPE, "derived_from", rule_types, TYPE_NODE},
    {SHAPE_GROUP_TYPE, "derived_from", rule_types, TYPE_GROUP},
    {SHAPE_POLICY_TYPE, "derived_from", rule_types, TYPE_POLICY},
};

/* What stands under a name: short forms. */
static const struct {
    enum shape shape;
    names_rule names;
    int arg;
} by_shape[] = {
    {SHAPE_REQUIREMENT, rule_targets, 0},
    {SHAPE_RELATIONSHIP, rule_relationships, 0},
    {SHAPE_RELATIONSHIP_DEF, rule_types, TYPE_RELATIONSHIP},
    {SHAPE_REQUIREMENT_DEF, rule_types, TYPE_CAPABILITY},
    {SHAPE_CAPABILITY_DEF, rule_types, TYPE_CAPABILITY},
    {SHAPE_SCHEMA, rule_types, TYPE_DATA},
    {SHAPE_IMPORT, rule_imports, 0},
    {SHAPE_BOOLEAN, rule_words, WORDS_BOOLEAN},
    {SHAPE_STATUS, rule_words, WORDS_STATUS},
    {SHAPE_OCCURRENCES, rule_words, WORDS_OCCURRENCES},
    {SHAPE_OPERATION, rule_artifacts, 0},
    {SHAPE_IMPLEMENTATION, rule_artifacts, 0},
};

void names_of_slot(struct ask *a, int step)
{
    const struct cursor *p = a->p;
    const struct step *x = &p->steps[step];
    for (size_t i = 0; i < ARRAY_LEN(by_key); i++)
        if (cursor_under(p, step, by_key[i].in, by_key[i].key))
            by_key[i].names(a, step, by_key[i].arg);
    for (size_t i = 0; i < ARRAY_LEN(by_shape) && !x->pair; i++)
        if (by_shape[i].shape == x->shape && !(x->key && x->shape == SHAPE_RELATIONSHIP_TEMPLATE))
            by_shape[i].names(a, step, by_shape[i].arg);
    if (p->n > 1 && (str_eq(p->steps[p->n - 1].name, "delegate") || str_eq(p->steps[p->n - 1].name, "inline")))
        rule_workflows(a, step, 0);
    names_of_value(a, step);
    names_of_arguments(a, step);
}

/* ---- targets of requirements ---- */

struct wish {
    struct ttype *node, *capability;
};

static bool has_capability(struct cursor *p, struct ttype *t, struct ttype *wanted)
{
    struct tctx *c = &p->world->c;
    const struct map *all = type_members(c, t, MEMBER_CAPABILITY);
    for (size_t i = 0; i < all->n; i++) {
        struct ttype *own = tdef_type(c, all->items[i].value, "type", TYPE_CAPABILITY);
        if (own && type_is_a(c, own, wanted))
            return true;
    }
    return false;
}

static bool fits(struct cursor *p, const struct sketch_node *node, const struct wish *w)
{
    struct ttype *t = ask_type(p, TYPE_NODE, sketch_text(&p->sketch, sketch_get(&p->sketch, node, "type")));
    if (!t)
        return true;
    return (!w->node || type_is_a(&p->world->c, t, w->node)) && (!w->capability || has_capability(p, t, w->capability));
}

static size_t give_targets(struct ask *a, const struct sketch_node *nodes, const struct sketch_node *self,
                           const struct wish *w)
{
    size_t n = 0;
    for (size_t i = 0; nodes && nodes->kind == SKETCH_MAP && i < nodes->n; i++) {
        const struct sketch_pair *pair = &nodes->pairs[i];
        if (!pair->colon || (!a->all && (pair->value == self || (w && !fits(a->p, pair->value, w)))))
            continue;
        const char *type = sketch_text(&a->p->sketch, sketch_get(&a->p->sketch, pair->value, "type"));
        struct name name = {.kind = NAME_HERE, .label = pair->key->text, .detail = type, .here = pair->key};
        a->give(a->data, &name);
        n++;
    }
    return n;
}

void names_of_targets(struct ask *a, int step)
{
    struct cursor *p = a->p;
    struct tdef *d = cursor_requirement(p, step);
    int self = cursor_back(p, step, SHAPE_NODE_TEMPLATE);
    struct wish w = {0};
    if (d) {
        w.node = at_is(d->at, Y_MAP) ? tdef_type(&p->world->c, d, "node", TYPE_NODE) : NULL;
        w.capability = tdef_type(&p->world->c, d, "capability", TYPE_CAPABILITY);
    }
    const struct sketch_node *nodes = cursor_section(p, "node_templates");
    if (!give_targets(a, nodes, self >= 0 ? p->steps[self].node : NULL, d ? &w : NULL))
        give_targets(a, nodes, NULL, NULL);
}

/* ---- values ---- */

/* The schema of the step, when it is in the value of a property or attribute. */
static struct schema *schema_at(struct ask *a, int step)
{
    struct cursor *p = a->p;
    int first = step;
    while (first > 1 && !str_eq(p->steps[first - 1].key, "properties") &&
           !str_eq(p->steps[first - 1].key, "attributes"))
        first--;
    if (first < 2 || !p->steps[first].name || p->steps[first].key || !p->world)
        return NULL;
    struct ttype *t = cursor_type(p, first - 2);
    enum member member = str_eq(p->steps[first - 1].key, "properties") ? MEMBER_PROPERTY : MEMBER_ATTRIBUTE;
    struct tdef *d = t ? type_member(&p->world->c, t, member, p->steps[first].name) : NULL;
    struct schema *s = d ? schema_of(&p->world->c, d) : NULL;
    for (int i = first + 1; s && i <= step; i++) {
        bool fields = s->type && s->prim == PRIM_NONE && p->steps[i].name;
        d = fields ? type_member(&p->world->c, s->type, MEMBER_PROPERTY, p->steps[i].name) : NULL;
        s = fields ? (d ? schema_of(&p->world->c, d) : NULL) : schema_entry(&p->world->c, s);
    }
    return s;
}

void names_of_fields(struct ask *a, int step)
{
    struct schema *s = schema_at(a, step);
    if (s && s->type && s->prim == PRIM_NONE)
        names_of_type(a, s->type, MEMBER_PROPERTY, true);
}

static void give_values(struct ask *a, struct at list)
{
    for (size_t i = 0; i < at_len(list, Y_SEQ); i++)
        if (list.node->items[i]->kind == Y_SCALAR)
            a->give(a->data, &(struct name){.kind = NAME_WORD, .label = list.node->items[i]->text, .detail = "value"});
}

void names_of_value(struct ask *a, int step)
{
    struct schema *s = schema_at(a, step);
    if (!s)
        return;
    if (s->prim == PRIM_BOOLEAN)
        rule_words(a, step, WORDS_BOOLEAN);
    for (size_t i = 0; i < s->n_clauses; i++)
        if (s->clauses[i].op == CLAUSE_VALID_VALUES)
            give_values(a, s->clauses[i].at);
    for (size_t i = 0; i < s->n_validations; i++) {
        struct at list = at_key(s->validations[i].at, "$valid_values");
        if (at_len(list, Y_SEQ) == 2)
            give_values(a, at_of(list.file, list.node->items[1]));
    }
}
