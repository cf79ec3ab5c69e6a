// SPDX-License-Identifier: Apache-2.0
/* Reads constraint clauses and asks them of values. */
#include "tosca/constraint.h"

#include <stdio.h>
#include <string.h>

#include "tosca/call.h"
#include "tosca/pattern.h"
#include "tosca/value_order.h"

enum operand { OPERAND_ANY, OPERAND_ONE, OPERAND_RANGE, OPERAND_LIST, OPERAND_COUNT, OPERAND_PATTERN };
enum on { ON_ALL, ON_ORDERED, ON_SIZED, ON_TEXT };

static const struct {
    const char *name, *words;
    enum operand operand;
    enum on on;
} clause_ops[CLAUSE_OPS] = {
    [CLAUSE_EQUAL] = {"equal", "equal to", OPERAND_ONE, ON_ALL},
    [CLAUSE_GREATER_THAN] = {"greater_than", "greater than", OPERAND_ONE, ON_ORDERED},
    [CLAUSE_GREATER_OR_EQUAL] = {"greater_or_equal", "at least", OPERAND_ONE, ON_ORDERED},
    [CLAUSE_LESS_THAN] = {"less_than", "less than", OPERAND_ONE, ON_ORDERED},
    [CLAUSE_LESS_OR_EQUAL] = {"less_or_equal", "at most", OPERAND_ONE, ON_ORDERED},
    [CLAUSE_IN_RANGE] = {"in_range", "in the range", OPERAND_RANGE, ON_ORDERED},
    [CLAUSE_VALID_VALUES] = {"valid_values", "one of", OPERAND_LIST, ON_ALL},
    [CLAUSE_LENGTH] = {"length", "of length", OPERAND_COUNT, ON_SIZED},
    [CLAUSE_MIN_LENGTH] = {"min_length", "of a length of at least", OPERAND_COUNT, ON_SIZED},
    [CLAUSE_MAX_LENGTH] = {"max_length", "of a length of at most", OPERAND_COUNT, ON_SIZED},
    [CLAUSE_PATTERN] = {"pattern", "of the pattern", OPERAND_PATTERN, ON_TEXT},
    [CLAUSE_SCHEMA] = {"schema", "of the schema", OPERAND_ANY, ON_ALL},
};

static int clause_find(const char *name)
{
    for (int i = 0; i < CLAUSE_OPS; i++) {
        if (str_eq(name, clause_ops[i].name))
            return i;
    }
    return -1;
}

bool clause_is_op(const char *name)
{
    return clause_find(name) >= 0;
}

const char *clause_name(enum clause_op op)
{
    return clause_ops[op].name;
}

static bool prim_is_ordered(enum prim p)
{
    return p == PRIM_ANY || p == PRIM_STRING || p == PRIM_INTEGER || p == PRIM_FLOAT || p == PRIM_TIMESTAMP ||
           p == PRIM_VERSION || p == PRIM_RANGE || p >= PRIM_UNIT;
}

static bool prim_is_sized(enum prim p)
{
    return p == PRIM_ANY || p == PRIM_STRING || p == PRIM_LIST || p == PRIM_MAP || p == PRIM_RANGE;
}

static bool clause_suits(enum on on, enum prim p, bool structure)
{
    if (structure)
        return on == ON_ALL || on == ON_SIZED;
    return on == ON_ALL || (on == ON_ORDERED && prim_is_ordered(p)) || (on == ON_SIZED && prim_is_sized(p)) ||
           (on == ON_TEXT && (p == PRIM_ANY || p == PRIM_STRING));
}

/* Text for the kinds that are read from text; as YAML reads it otherwise. */
static json_t *operand_scalar(struct at at, enum prim prim)
{
    bool text = prim == PRIM_STRING || prim == PRIM_VERSION || prim == PRIM_TIMESTAMP || prim >= PRIM_UNIT;
    return text ? json_stringn(at.node->text, at.node->len) : ynode_to_json(at.node, NULL);
}

static bool operand_fits(enum prim prim, const json_t *v)
{
    int order;
    if (prim == PRIM_BOOLEAN)
        return json_is_boolean(v);
    if (prim == PRIM_ANY || prim == PRIM_NONE || prim == PRIM_LIST || prim == PRIM_MAP || prim == PRIM_NULL ||
        prim == PRIM_RANGE)
        return true;
    return value_compare(prim, v, v, &order);
}

static bool range_bound(const struct clause *cl, const json_t *v)
{
    return !json_is_object(v) && !json_is_array(v) &&
           (str_eq(json_string_value(v), "UNBOUNDED") || operand_fits(cl->prim, v));
}

static const char *operand_range_fault(const struct clause *cl)
{
    const json_t *low = json_array_get(cl->operand, 0), *high = json_array_get(cl->operand, 1);
    int order = 0;
    if (json_array_size(cl->operand) != 2)
        return "must be a list of two: the lower and the upper bound";
    if (!range_bound(cl, low) || !range_bound(cl, high))
        return "has a bound that does not fit the type";
    enum prim prim = cl->prim == PRIM_ANY && json_is_number(low) ? PRIM_FLOAT : cl->prim;
    if (value_compare(prim, low, high, &order) && order > 0)
        return "has a lower bound above the upper one";
    return NULL;
}

const struct pattern *pattern_kept(struct tctx *c, const char *text, bool whole, char *why, size_t why_size)
{
    const char *key = whole ? text : tctx_printf(c, "\1%s", text);
    struct pattern *p = map_get(&c->patterns, key);
    snprintf(why, why_size, "is too much work");
    if (p || !tctx_spend(c, 200))
        return p;
    p = whole ? pattern_new(text, why, why_size) : pattern_new_part(text, why, why_size);
    if (p)
        map_set(&c->patterns, key, p);
    return p;
}

/* What is wrong with the operand, or NULL. */
static const char *operand_fault(struct tctx *c, struct clause *cl, char *why, size_t size)
{
    switch (clause_ops[cl->op].operand) {
    case OPERAND_ONE:
        return operand_fits(cl->prim, cl->operand) ? NULL : "does not fit the type";
    case OPERAND_RANGE:
        return operand_range_fault(cl);
    case OPERAND_LIST:
        for (size_t i = 0; i < json_array_size(cl->operand); i++) {
            if (!operand_fits(cl->prim, json_array_get(cl->operand, i)))
                return "has a value that does not fit the type";
        }
        return json_is_array(cl->operand) ? NULL : "must be a list";
    case OPERAND_COUNT:
        return json_is_integer(cl->operand) && json_integer_value(cl->operand) >= 0
                   ? NULL
                   : "must be a whole number from 0 up";
    case OPERAND_PATTERN:
        if (!json_is_string(cl->operand))
            return "must be a regular expression";
        cl->pattern = pattern_kept(c, json_string_value(cl->operand), true, why, size);
        return cl->pattern ? NULL : why;
    case OPERAND_ANY:
        break;
    }
    return NULL;
}

static json_t *operand_read(struct tctx *c, struct clause *cl)
{
    if (at_is(cl->at, Y_MAP)) {
        cl->later = true; /* a call, or a map that only run time could compare */
        return tctx_keep(c, json_null());
    }
    if (at_is(cl->at, Y_SCALAR))
        return tctx_keep(c, operand_scalar(cl->at, clause_ops[cl->op].operand == OPERAND_COUNT     ? PRIM_INTEGER
                                                   : clause_ops[cl->op].operand == OPERAND_PATTERN ? PRIM_STRING
                                                                                                   : cl->prim));
    json_t *list = tctx_keep(c, json_array());
    for (size_t i = 0; i < at_len(cl->at, Y_SEQ) && tctx_spend(c, 1); i++) {
        struct at item = at_of(cl->at.file, cl->at.node->items[i]);
        cl->later = cl->later || call_is(c, item, NULL);
        json_array_append_new(list,
                              at_is(item, Y_SCALAR) ? operand_scalar(item, cl->prim) : ynode_to_json(item.node, NULL));
    }
    return list;
}

bool clause_read(struct tctx *c, struct at at, enum prim prim, bool structure, struct clause *ret)
{
    if (!at_is(at, Y_MAP))
        return false;
    const struct ypair *p = at.node->n ? &at.node->pairs[0] : NULL;
    if (at.node->n != 1 || p->key->kind != Y_SCALAR) {
        tosca_error(c, at, "CONSTRAINT", "a constraint is a map of one operator, as in 'greater_than: 1'");
        return false;
    }
    int op = clause_find(p->key->text);
    if (op < 0) {
        struct map *names = tctx_map(c);
        for (int i = 0; i < CLAUSE_OPS; i++)
            map_set(names, clause_ops[i].name, names);
        tosca_error(c, at_of(at.file, p->key), "UNKNOWN_KEY", "unknown constraint operator '%s'%s", p->key->text,
                    tosca_like(c, p->key->text, names));
        return false;
    }
    *ret =
        (struct clause){.op = (enum clause_op)op, .prim = structure ? PRIM_NONE : prim, .at = at_of(at.file, p->value)};
    if (!clause_suits(clause_ops[op].on, prim, structure)) {
        tosca_error(c, at_of(at.file, p->key), "CONSTRAINT", "the constraint '%s' cannot be asked of this type",
                    p->key->text);
        return false;
    }
    ret->operand = operand_read(c, ret);
    char why[200] = "is too much work";
    const char *fault = ret->later ? NULL : ret->operand ? operand_fault(c, ret, why, sizeof(why)) : "cannot be read";
    if (fault)
        tosca_error(c, ret->at, "CONSTRAINT", "the operand of the constraint '%s' %s", p->key->text, fault);
    return !fault;
}

bool clause_resolve(struct scope s, struct clause *cl)
{
    struct tctx *c = s.topo->c;
    struct what w = {.owner = tctx_printf(c, "constraint '%s'", clause_ops[cl->op].name)};
    if (!cl->later)
        return true;
    json_t *v = value_read(s, cl->at, NULL, &w);
    cl->operand = tctx_keep(c, v);
    cl->later = !v || value_is_later(v);
    char why[200];
    const char *fault = cl->later ? NULL : operand_fault(c, cl, why, sizeof(why));
    if (fault)
        tosca_error(c, cl->at, "CONSTRAINT", "the operand of the constraint '%s' %s", clause_ops[cl->op].name, fault);
    return v && !fault;
}

static bool holds_range(const struct clause *cl, const json_t *v)
{
    const json_t *low = json_array_get(cl->operand, 0), *high = json_array_get(cl->operand, 1);
    int order;
    if (!str_eq(json_string_value(low), "UNBOUNDED") && value_compare(cl->prim, v, low, &order) && order < 0)
        return false;
    return str_eq(json_string_value(high), "UNBOUNDED") || !value_compare(cl->prim, v, high, &order) || order <= 0;
}

static bool holds_length(enum clause_op op, const json_t *v, json_int_t want)
{
    int64_t n = value_length(v);
    if (n < 0)
        return true;
    return op == CLAUSE_LENGTH ? n == want : op == CLAUSE_MIN_LENGTH ? n >= want : n <= want;
}

static bool holds_order(const struct clause *cl, const json_t *v)
{
    int order;
    if (!value_compare(cl->prim, v, cl->operand, &order))
        return true;
    switch ((int)cl->op) {
    case CLAUSE_GREATER_THAN:
        return order > 0;
    case CLAUSE_GREATER_OR_EQUAL:
        return order >= 0;
    case CLAUSE_LESS_THAN:
        return order < 0;
    default:
        return order <= 0;
    }
}

static bool holds_one_of(const struct clause *cl, const json_t *v)
{
    for (size_t i = 0; i < json_array_size(cl->operand); i++) {
        if (value_same(&(struct vkind){.prim = cl->prim}, v, json_array_get(cl->operand, i)))
            return true;
    }
    return false;
}

static bool clause_asks(struct tctx *c, const struct clause *cl, const json_t *v)
{
    switch (clause_ops[cl->op].operand) {
    case OPERAND_ONE:
        return cl->op == CLAUSE_EQUAL ? value_same(&(struct vkind){.prim = cl->prim}, v, cl->operand)
                                      : holds_order(cl, v);
    case OPERAND_RANGE:
        return holds_range(cl, v);
    case OPERAND_LIST:
        return holds_one_of(cl, v);
    case OPERAND_COUNT:
        return holds_length(cl->op, v, json_integer_value(cl->operand));
    case OPERAND_PATTERN:
        return !json_is_string(v) || !cl->pattern || !tctx_spend(c, pattern_cost(cl->pattern, json_string_value(v))) ||
               pattern_matches(cl->pattern, json_string_value(v));
    case OPERAND_ANY:
        break;
    }
    return true;
}

bool clause_holds(struct tctx *c, const struct clause *cl, const json_t *v, char *why, size_t why_size)
{
    if (cl->later || clause_asks(c, cl, v))
        return true;
    AUTO_FREE char *operand = json_dumps(cl->operand, JSON_COMPACT | JSON_ENCODE_ANY);
    snprintf(why, why_size, "must be %s %.150s", clause_ops[cl->op].words, operand ? operand : "?");
    return false;
}
