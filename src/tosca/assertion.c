// SPDX-License-Identifier: Apache-2.0
/* Reads condition clauses. */
#include "tosca/assertion.h"

#include "tosca/call.h"
#include "tosca/call_target.h"

#define CLAUSE_DEPTH_MAX 32

/* One reading. */
struct reading {
    const struct asserted *a;
    struct tctx *c;
    unsigned depth;
    bool faulty;
};

static json_t *call_of(const char *function, json_t *args, const struct vkind *kind)
{
    const struct function *f = function_find(function, FUNCTION_1 | FUNCTION_2 | FUNCTION_DECLARED);
    json_t *call = function_later(f, args, kind);
    json_decref(args);
    return call;
}

/* "and" and "or" take two at least. Takes `list`. */
static json_t *joined(const char *function, json_t *list)
{
    if (json_array_size(list) > 1)
        return call_of(function, list, NULL);
    json_t *one = json_array_size(list) ? json_incref(json_array_get(list, 0)) : json_true();
    json_decref(list);
    return one;
}

static json_t *fault(struct reading *r)
{
    r->faulty = true;
    return NULL;
}

/* ---- one assertion: a name, and constraints that its value must hold ---- */

/* By which function a constraint operator is asked at run time. */
static const char *const clause_functions[CLAUSE_OPS] = {
    [CLAUSE_EQUAL] = "equal",
    [CLAUSE_GREATER_THAN] = "greater_than",
    [CLAUSE_GREATER_OR_EQUAL] = "greater_or_equal",
    [CLAUSE_LESS_THAN] = "less_than",
    [CLAUSE_LESS_OR_EQUAL] = "less_or_equal",
    [CLAUSE_IN_RANGE] = "in_range",
    [CLAUSE_VALID_VALUES] = "valid_values",
    [CLAUSE_LENGTH] = "equal", /* of the length */
    [CLAUSE_MIN_LENGTH] = "min_length",
    [CLAUSE_MAX_LENGTH] = "max_length",
    [CLAUSE_PATTERN] = "matches",
};

/* A pattern must match the whole text; the function looks for a part. */
static json_t *whole_pattern(json_t *operand)
{
    if (!json_is_string(operand))
        return operand;
    AUTO_FREE char *text = mem_printf("^(%s)$", json_string_value(operand));
    json_decref(operand);
    return json_string(text);
}

static json_t *clause_call(const struct clause *clause, const json_t *subject, json_t *operand,
                           const struct vkind *kind)
{
    json_t *value = json_deep_copy(subject);
    if (clause->op == CLAUSE_LENGTH)
        return call_of("equal", json_pack("[o, o]", call_of("length", json_pack("[o]", value), kind), operand), NULL);
    if (clause->op == CLAUSE_PATTERN)
        operand = whole_pattern(operand);
    return call_of(clause_functions[clause->op], json_pack("[o, o]", value, operand), kind);
}

/* A bare value means "equal". */
static json_t *bare_call(struct reading *r, struct at at, const json_t *subject, const struct vkind *kind)
{
    struct what w = {.owner = r->a->words, .part = "condition"};
    bool as_text = kind->prim == PRIM_STRING || kind->prim == PRIM_VERSION || kind->prim == PRIM_TIMESTAMP ||
                   kind->prim >= PRIM_UNIT;
    json_t *operand = at_is(at, Y_SCALAR) && as_text ? json_stringn(at.node->text, at.node->len)
                                                     : value_read(r->a->scope, at, NULL, &w);
    return operand ? call_of("equal", json_pack("[o, o]", json_deep_copy(subject), operand), kind) : fault(r);
}

static json_t *constraint_call(struct reading *r, struct at at, const json_t *subject, const struct vkind *kind)
{
    struct what w = {.owner = r->a->words, .part = "condition"};
    struct clause clause;
    if (!at_is(at, Y_MAP) || call_is(r->c, at, NULL))
        return bare_call(r, at, subject, kind);
    if (!clause_read(r->c, at, kind->prim, kind->prim == PRIM_NONE, &clause))
        return fault(r);
    if (clause.op == CLAUSE_SCHEMA) {
        tosca_error(r->c, at, "CONSTRAINT", "%s: a condition cannot ask for a schema", r->a->words);
        return fault(r);
    }
    json_t *operand = clause.later ? value_read(r->a->scope, clause.at, NULL, &w) : json_incref(clause.operand);
    return operand ? clause_call(&clause, subject, operand, kind) : fault(r);
}

static json_t *attribute_call(const struct asserted *a, const char *name)
{
    const char *requirement;
    size_t index;
    json_t *args = json_pack("[s]", a->component);
    if (a->rel && rel_position(a->rel, &requirement, &index))
        json_array_append_new(args, json_pack("{s:s, s:I}", "requirement", requirement, "index", (json_int_t)index));
    json_array_append_new(args, json_string(name));
    return call_of("get_attribute", args, NULL);
}

/* The value that an assertion speaks of, and its kind: a property as it is known by now, else the attribute. */
static json_t *subject_of(struct reading *r, struct at key, struct vkind *kind)
{
    const struct asserted *a = r->a;
    const char *name = at_text(key);
    const struct map *attributes = a->rel ? a->rel->attributes : a->node ? a->node->attributes : NULL;
    const struct map *properties = a->rel ? a->rel->properties : a->node ? a->node->properties : NULL;
    struct tvalue *attribute = attributes ? map_get(attributes, name) : NULL;
    struct tvalue *property = properties ? map_get(properties, name) : NULL, *v = attribute ? attribute : property;
    struct schema *schema = v && v->def ? schema_of(r->c, v->def) : NULL;
    *kind = (struct vkind){.prim = schema ? schema->prim : PRIM_ANY, .units = schema ? schema->units : NULL};
    if (attributes && !v && !known_attribute(name))
        tosca_warn(r->c, key, "UNKNOWN_REF", "%s: %s has no attribute or property '%s'%s: it is never known", a->words,
                   a->rel ? "the relationship" : a->node->words, name, tosca_like(r->c, name, attributes));
    bool late = !v || (!a->rel && known_attribute(name)); /* sedge itself sets it */
    json_t *known = late ? NULL : value_get(r->c, property && value_get(r->c, property) ? property : v);
    return known ? json_incref(known) : attribute_call(a, name);
}

static json_t *assert_one(struct reading *r, struct at key, struct at constraints)
{
    struct vkind kind;
    AUTO_JSON json_t *subject = subject_of(r, key, &kind);
    if (!at_is(constraints, Y_SEQ))
        return constraint_call(r, constraints, subject, &kind);
    json_t *all = json_array();
    for (size_t i = 0; i < at_len(constraints, Y_SEQ) && tctx_spend(r->c, 5); i++) {
        json_t *one = constraint_call(r, at_of(constraints.file, constraints.node->items[i]), subject, &kind);
        if (one)
            json_array_append_new(all, one);
    }
    return joined("and", all);
}

/* ---- clauses ---- */

static json_t *clause_map(struct reading *r, struct at at);

/* A list of clauses, or one clause. */
static json_t *clauses(struct reading *r, struct at at, const char *function)
{
    json_t *all = json_array();
    if (++r->depth > CLAUSE_DEPTH_MAX) {
        tosca_error(r->c, at, "LIMIT", "%s: the condition is nested more than %d deep", r->a->words, CLAUSE_DEPTH_MAX);
        r->faulty = true;
    } else if (at_is(at, Y_SEQ)) {
        for (size_t i = 0; i < at.node->n && tctx_spend(r->c, 2); i++) {
            json_t *one = clause_map(r, at_of(at.file, at.node->items[i]));
            if (one)
                json_array_append_new(all, one);
        }
    } else {
        json_t *one = clause_map(r, at);
        if (one)
            json_array_append_new(all, one);
    }
    r->depth--;
    return joined(function, all);
}

static json_t *clause_pair(struct reading *r, struct at key, struct at value)
{
    const char *name = at_text(key);
    if (name && (str_eq(name, "and") || str_eq(name, "or")))
        return clauses(r, value, name);
    if (name && str_eq(name, "assert"))
        return clauses(r, value, "and");
    if (name && str_eq(name, "not"))
        return call_of("not", json_pack("[o]", clauses(r, value, "and")), NULL);
    if (name)
        return assert_one(r, key, value);
    return fault(r);
}

static json_t *clause_map(struct reading *r, struct at at)
{
    json_t *all = json_array();
    if (!at_is(at, Y_MAP))
        tosca_error(r->c, at, "SHAPE",
                    "%s: a condition is made of maps: 'and', 'or', 'not', 'assert', or the name of an attribute with "
                    "constraints",
                    r->a->words);
    r->faulty = r->faulty || !at_is(at, Y_MAP);
    for (size_t i = 0; i < at_len(at, Y_MAP) && tctx_spend(r->c, 2); i++) {
        const struct ypair *p = &at.node->pairs[i];
        json_t *one = clause_pair(r, at_of(at.file, p->key), at_of(at.file, p->value));
        if (one)
            json_array_append_new(all, one);
    }
    return joined("and", all);
}

bool assertion_is_key(const char *name)
{
    return str_eq(name, "and") || str_eq(name, "or") || str_eq(name, "not") || str_eq(name, "assert");
}

json_t *assertion_read(const struct asserted *a, struct at at)
{
    struct reading r = {.a = a, .c = a->t->c};
    if (at_null(at))
        return NULL;
    json_t *v = clauses(&r, at, "and");
    if (!r.faulty)
        return v;
    json_decref(v);
    return NULL;
}

/* ---- TOSCA 2.0 ---- */

static json_t *expression(const struct asserted *a, struct at at)
{
    struct what w = {.owner = a->words, .part = "condition"};
    struct schema *schema = NULL;
    json_t *v = value_read_as(a->scope, at, NULL, &w, &schema);
    const struct function *f = v ? function_of_json(v) : NULL;
    if (!v || json_is_boolean(v) || (call_is_json(v) && (!f || function_may_give(f, PRIM_BOOLEAN))))
        return v;
    tosca_error(a->t->c, at, "FUNCTION_ARGS", "%s: a condition must be true or false, as '$equal: [a, b]' is",
                a->words);
    json_decref(v);
    return NULL;
}

json_t *condition_read(const struct asserted *a, struct at at)
{
    if (at_null(at) || !call_is_2(at.file))
        return assertion_read(a, at);
    if (!at_is(at, Y_SEQ))
        return expression(a, at);
    json_t *all = json_array();
    for (size_t i = 0; i < at.node->n && tctx_spend(a->t->c, 2); i++) {
        json_t *one = expression(a, at_of(at.file, at.node->items[i]));
        if (one)
            json_array_append_new(all, one);
    }
    return joined("and", all);
}
