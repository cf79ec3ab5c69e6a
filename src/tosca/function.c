// SPDX-License-Identifier: Apache-2.0
/* The table of functions, how calls left for run time look, and the table as a page. */
#include "tosca/function.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "model/secret_token.h"
#include "tosca/function_work.h"
#include "tosca/units.h"

#define BOTH (FUNCTION_1 | FUNCTION_2)
#define MANY 1000
#define SELVES                                                                                                         \
    "in the template; SELF in nodes and relationships, SOURCE and TARGET of relationships, HOST (1.x) of nodes"

static const struct function functions[] = {
    {"get_input", BOTH, 1, 100, false, GIVES_ANY, KIN_NONE, NULL, "input, [name or index ...]",
     "the value of an input, or what is inside of it (TOSCA 1.0: the input alone)", .where = "in the template"},
    {"get_property", BOTH, 2, 100, true, GIVES_ANY, KIN_NONE, NULL,
     "node or keyword, [requirement or capability], property, [name or index ...]", "the value of a property",
     .arguments_2 = "TOSCA path, property, [name or index ...]", .where = SELVES},
    {"get_attribute", BOTH, 2, 100, true, GIVES_ANY, KIN_NONE, NULL,
     "node or keyword, [requirement or capability], attribute, [name or index ...]",
     "the value of an attribute; at run time, unless it only reflects a property",
     .arguments_2 = "TOSCA path, attribute, [name or index ...]", .where = SELVES},
    {"get_operation_output", FUNCTION_1, 4, 4, true, GIVES_ANY, KIN_NONE, NULL,
     "node or keyword, interface, operation, output", "what an operation gave; at run time", .where = SELVES},
    {"get_nodes_of_type", FUNCTION_1, 1, 1, false, GIVES_LIST, KIN_NONE, NULL, "node type",
     "the names of the node templates of that type", .where = "in the template"},
    {"get_artifact", BOTH, 2, 100, true, GIVES_TEXT, KIN_NONE, NULL, "node or keyword, artifact, [location, remove]",
     "where an artifact's file lies in the bundle, or its image reference", .arguments_2 = "TOSCA path, artifact",
     .where = SELVES},
    {"value", FUNCTION_2, 0, 100, false, GIVES_ANY, KIN_NONE, NULL, "[name or index ...]",
     "the value that is looked at, or what is inside of it", .where = "validation clauses"},
    {"node_index", FUNCTION_2, 0, 0, false, GIVES_INTEGER, KIN_NONE, NULL, "",
     "which one of its template's nodes this node is, from 0", .where = "nodes and their relationships"},
    {"relationship_index", FUNCTION_2, 0, 0, false, GIVES_INTEGER, KIN_NONE, NULL, "",
     "which one of its requirement's relationships this one is, from 0", .where = "relationships"},
    {"available_allocation", FUNCTION_2, 2, 100, true, GIVES_NUMBER, KIN_NONE, NULL,
     "TOSCA path to a capability, property",
     "what of a capability's property the requirements that end there have not allocated",
     .where = "node filters, mostly"},
    {"get_secret", BOTH, 2, 2, true, GIVES_TEXT, KIN_NONE, fwork_get_secret, "secret, key",
     "a value of a Secret, known on the node alone (sedge's own; `concat` and `join` take it)"},
    {"and", FUNCTION_2, 2, MANY, false, GIVES_BOOLEAN, KIN_NONE, fwork_and, "boolean, boolean, ...", "are all true?"},
    {"or", FUNCTION_2, 2, MANY, false, GIVES_BOOLEAN, KIN_NONE, fwork_or, "boolean, boolean, ...", "is one true?"},
    {"not", FUNCTION_2, 1, 1, false, GIVES_BOOLEAN, KIN_NONE, fwork_not, "boolean", "is it false?"},
    {"xor", FUNCTION_2, 2, 2, false, GIVES_BOOLEAN, KIN_NONE, fwork_xor, "boolean, boolean", "is just one true?"},
    {"equal", FUNCTION_2, 2, 2, false, GIVES_BOOLEAN, KIN_ALL, fwork_equal, "any, any", "are they the same?"},
    {"greater_than", FUNCTION_2, 2, 2, false, GIVES_BOOLEAN, KIN_ALL, fwork_order, "a, b", "is a above b?"},
    {"greater_or_equal", FUNCTION_2, 2, 2, false, GIVES_BOOLEAN, KIN_ALL, fwork_order, "a, b", "is a b or above?"},
    {"less_than", FUNCTION_2, 2, 2, false, GIVES_BOOLEAN, KIN_ALL, fwork_order, "a, b", "is a below b?"},
    {"less_or_equal", FUNCTION_2, 2, 2, false, GIVES_BOOLEAN, KIN_ALL, fwork_order, "a, b", "is a b or below?"},
    {"valid_values", FUNCTION_2, 2, 2, false, GIVES_BOOLEAN, KIN_MEMBER, fwork_valid_values, "any, list",
     "is it one of the list?"},
    {"matches", FUNCTION_2, 2, 2, false, GIVES_BOOLEAN, KIN_NONE, fwork_matches, "text, regular expression",
     "does the expression match a part of the text? (^ and $ stand for its ends)"},
    {"has_suffix", FUNCTION_2, 2, 2, false, GIVES_BOOLEAN, KIN_ENTRIES, fwork_has_part, "text or list, same",
     "does it end with the second?"},
    {"has_prefix", FUNCTION_2, 2, 2, false, GIVES_BOOLEAN, KIN_ENTRIES, fwork_has_part, "text or list, same",
     "does it begin with the second?"},
    {"contains", FUNCTION_2, 2, 2, false, GIVES_BOOLEAN, KIN_ENTRIES, fwork_has_part, "text or list, same",
     "does the second stand in it, in one piece?"},
    {"has_entry", FUNCTION_2, 2, 2, false, GIVES_BOOLEAN, KIN_ENTRY, fwork_has_entry, "list or map, any",
     "is the second a value in it?"},
    {"has_key", FUNCTION_2, 2, 2, false, GIVES_BOOLEAN, KIN_NONE, fwork_has_key, "map, key", "has the map that key?"},
    {"has_all_entries", FUNCTION_2, 2, 2, false, GIVES_BOOLEAN, KIN_ENTRIES, fwork_has_entry, "list or map, list",
     "are all of the second values in it?"},
    {"has_all_keys", FUNCTION_2, 2, 2, false, GIVES_BOOLEAN, KIN_NONE, fwork_has_key, "map, list",
     "are all of the second keys of the map?"},
    {"has_any_entry", FUNCTION_2, 2, 2, false, GIVES_BOOLEAN, KIN_ENTRIES, fwork_has_entry, "list or map, list",
     "is one of the second a value in it?"},
    {"has_any_key", FUNCTION_2, 2, 2, false, GIVES_BOOLEAN, KIN_NONE, fwork_has_key, "map, list",
     "is one of the second a key of the map?"},
    {"length", FUNCTION_2, 1, 1, false, GIVES_INTEGER, KIN_FIRST, fwork_length, "text, bytes, list or map",
     "number of letters, bytes or entries"},
    {"concat", BOTH, 0, MANY, true, GIVES_TEXT_OR_LIST, KIN_NONE, fwork_concat, "text, ... (2.0 also: list, ...)",
     "all in one", .passes_secrets = true},
    {"join", BOTH, 1, 2, true, GIVES_TEXT, KIN_NONE, fwork_join, "list of texts, [delimiter]",
     "the texts in one, with the delimiter between them", .passes_secrets = true},
    {"token", BOTH, 3, 3, true, GIVES_TEXT, KIN_NONE, fwork_token, "text, separators, index",
     "the part of that index (from 0) between any of the separators"},
    {"union", FUNCTION_2, 1, MANY, false, GIVES_LIST, KIN_ENTRIES, fwork_union, "list, ...",
     "what is in any list, once each, in the order met"},
    {"intersection", FUNCTION_2, 1, MANY, false, GIVES_LIST, KIN_ENTRIES, fwork_intersection, "list, ...",
     "what is in every list, once each, in the first one's order"},
    {"sum", FUNCTION_2, 1, MANY, false, GIVES_NUMBER, KIN_ALL, fwork_sum, "integer, float or scalar, ...", "the sum"},
    {"difference", FUNCTION_2, 2, 2, false, GIVES_NUMBER, KIN_ALL, fwork_difference, "integer, float or scalar, same",
     "the first less the second"},
    {"product", FUNCTION_2, 1, MANY, false, GIVES_NUMBER, KIN_FIRST, fwork_product,
     "integer, float or (first) scalar, integer or float, ...", "the product"},
    {"quotient", FUNCTION_2, 2, 2, false, GIVES_NUMBER, KIN_FIRST, fwork_quotient,
     "integer, float or scalar, integer or float", "a float, or a scalar; 17 digits at most"},
    {"remainder", FUNCTION_2, 2, 2, false, GIVES_NUMBER, KIN_FIRST, fwork_remainder, "integer or scalar, integer",
     "what a division leaves"},
    {"round", FUNCTION_2, 1, 1, false, GIVES_INTEGER, KIN_NONE, fwork_round, "float",
     "the nearest integer; half way is rounded down"},
    {"floor", FUNCTION_2, 1, 1, false, GIVES_INTEGER, KIN_NONE, fwork_round, "float", "the integer at or below"},
    {"ceil", FUNCTION_2, 1, 1, false, GIVES_INTEGER, KIN_NONE, fwork_round, "float", "the integer at or above"},
    {"in_range", FUNCTION_DECLARED, 2, 2, false, GIVES_BOOLEAN, KIN_MEMBER, fwork_in_range, "a, [low, high]",
     "is a from low to high? (UNBOUNDED: no bound)"},
    {"in_range_strict", FUNCTION_DECLARED, 2, 2, false, GIVES_BOOLEAN, KIN_MEMBER, fwork_in_range, "a, [low, high]",
     "is a between low and high, and neither of them?"},
    {"min_length", FUNCTION_DECLARED, 2, 2, false, GIVES_BOOLEAN, KIN_NONE, fwork_bounded_length,
     "text, list or map, integer", "is it that long at least?"},
    {"max_length", FUNCTION_DECLARED, 2, 2, false, GIVES_BOOLEAN, KIN_NONE, fwork_bounded_length,
     "text, list or map, integer", "is it that long at most?"},
};

static const char *const gives_words[GIVES_KINDS] = {
    [GIVES_ANY] = "any",         [GIVES_TEXT] = "text",       [GIVES_TEXT_OR_LIST] = "text (2.0 also: list)",
    [GIVES_BOOLEAN] = "boolean", [GIVES_INTEGER] = "integer", [GIVES_NUMBER] = "integer, float or scalar",
    [GIVES_LIST] = "list",
};

/* Names of the kinds that go along to run time. */
static const struct {
    enum prim prim;
    const char *name;
} kind_names[] = {
    {PRIM_INTEGER, "integer"},
    {PRIM_FLOAT, "float"},
    {PRIM_VERSION, "version"},
    {PRIM_TIMESTAMP, "timestamp"},
    {PRIM_BYTES, "bytes"},
    {PRIM_UNIT + UNIT_SIZE, "scalar-unit.size"},
    {PRIM_UNIT + UNIT_TIME, "scalar-unit.time"},
    {PRIM_UNIT + UNIT_FREQUENCY, "scalar-unit.frequency"},
    {PRIM_UNIT + UNIT_BITRATE, "scalar-unit.bitrate"},
};

const struct function *function_find(const char *name, unsigned generations)
{
    for (size_t i = 0; name && i < ARRAY_LEN(functions); i++) {
        if ((functions[i].generations & generations) && str_eq(functions[i].name, name))
            return &functions[i];
    }
    return NULL;
}

const struct function *function_at(size_t i)
{
    return i < ARRAY_LEN(functions) ? &functions[i] : NULL;
}

const char *function_gives_words(enum function_gives gives)
{
    return gives_words[gives];
}

bool function_may_give(const struct function *f, enum prim prim)
{
    bool text = prim != PRIM_LIST && prim != PRIM_MAP && prim != PRIM_NONE && prim != PRIM_NULL;
    if (prim == PRIM_ANY || f->gives == GIVES_ANY)
        return true;
    switch ((int)f->gives) {
    case GIVES_TEXT:
        return text && prim != PRIM_BOOLEAN;
    case GIVES_TEXT_OR_LIST:
        return (text && prim != PRIM_BOOLEAN) || prim == PRIM_LIST;
    case GIVES_BOOLEAN:
        return prim == PRIM_BOOLEAN;
    case GIVES_INTEGER:
        return prim == PRIM_INTEGER || prim == PRIM_FLOAT;
    case GIVES_NUMBER:
        return prim == PRIM_INTEGER || prim == PRIM_FLOAT || prim == PRIM_SCALAR || prim >= PRIM_UNIT;
    default:
        return prim == PRIM_LIST || prim == PRIM_RANGE;
    }
}

json_t *fwork_fail(struct fwork *w, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(w->why, sizeof(w->why), fmt, ap);
    va_end(ap);
    return NULL;
}

json_t *fwork_limit(struct fwork *w, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(w->why, sizeof(w->why), fmt, ap);
    va_end(ap);
    w->limit = true;
    return NULL;
}

const json_t *fwork_arg(const struct fwork *w, size_t i)
{
    return json_array_get(w->args, i);
}

json_t *function_do(struct fwork *w)
{
    size_t n = json_array_size(w->args);
    w->why[0] = '\0';
    if (n < w->f->min || n > w->f->max)
        return fwork_fail(w, "it does not take %zu arguments", n);
    if (!w->f->passes_secrets && secret_token_in_json(w->args))
        return fwork_fail(w, "an argument is made of a secret, whose value is known on the node alone; only concat and "
                             "join take it");
    return w->f->work ? w->f->work(w) : fwork_fail(w, "it cannot be carried out here");
}

/* ---- left for run time ---- */

const struct function *function_of_json(const json_t *v)
{
    if (!json_is_object(v) || json_object_size(v) != 1)
        return NULL;
    void *first = json_object_iter((json_t *)(uintptr_t)v);
    const char *name = json_object_iter_key(first);
    if (name[0] != '$' || !json_is_array(json_object_iter_value(first)))
        return NULL;
    return function_find(name + 1, FUNCTION_1 | FUNCTION_2 | FUNCTION_DECLARED);
}

static json_t *kind_to_json(const struct vkind *kind)
{
    if (kind->prim == PRIM_SCALAR && kind->units)
        return json_pack("{s:o}", "$kind", units_to_json(kind->units));
    for (size_t i = 0; i < ARRAY_LEN(kind_names); i++) {
        if (kind_names[i].prim == kind->prim)
            return json_pack("{s:s}", "$kind", kind_names[i].name);
    }
    return NULL;
}

json_t *function_later(const struct function *f, const json_t *args, const struct vkind *kind)
{
    char name[64];
    json_t *all = json_copy((json_t *)(uintptr_t)args), *told = f->kin && kind ? kind_to_json(kind) : NULL;
    if (told)
        json_array_append_new(all, told);
    snprintf(name, sizeof(name), "$%s", f->name);
    return json_pack("{s:o}", name, all);
}

void function_kind(const json_t *args, json_t **ret_args, struct vkind *ret, struct units *units)
{
    *ret_args = json_copy((json_t *)(uintptr_t)args);
    *ret = (struct vkind){.prim = PRIM_ANY};
    size_t n = json_array_size(args);
    const json_t *kind = n ? json_object_get(json_array_get(args, n - 1), "$kind") : NULL;
    if (!kind)
        return;
    json_array_remove(*ret_args, n - 1);
    for (size_t i = 0; i < ARRAY_LEN(kind_names); i++) {
        if (str_eq(json_string_value(kind), kind_names[i].name))
            ret->prim = kind_names[i].prim;
    }
    if (json_is_object(kind) && units_of_json(kind, units))
        *ret = (struct vkind){.prim = PRIM_SCALAR, .units = units};
}

/* ---- the page ---- */

static void page_rows(struct buf *to, const char *title, unsigned generation)
{
    buf_addf(to, "\n## %s\n\n| function | arguments | gives | what | where |\n| --- | --- | --- | --- | --- |\n",
             title);
    for (size_t i = 0; i < ARRAY_LEN(functions); i++) {
        const struct function *f = &functions[i];
        bool second = generation != FUNCTION_1;
        if (f->generations & generation)
            buf_addf(to, "| `%s%s` | %s | %s | %s | %s |\n", second ? "$" : "", f->name,
                     second && f->arguments_2 ? f->arguments_2 : f->arguments, gives_words[f->gives], f->does,
                     f->where ? f->where : "wherever a value stands");
    }
}

char *function_table_text(void)
{
    struct buf to = {0};
    buf_adds(&to,
             "# TOSCA's functions in sedge\n\n"
             "Written by `make docs` from the table that the processor works with (src/tosca/function.c).\n\n"
             "A call whose arguments are all known when the template is read is worked out then. One that needs "
             "what only run time knows (an attribute, the output of an operation) is kept in the topology as "
             "`{\"$name\": [arguments]}`, for both generations, and worked out when the operation that takes the "
             "value, or the output, is due; functions that compare or count take the kind of their arguments "
             "along as a last one, `{\"$kind\": ...}`. Optional arguments stand in brackets.\n\n"
             "In TOSCA 2.0 a call is a map with one key, `$name: [arguments]` (a lone argument needs no list), or "
             "the text `$name`; `$$` at the head of a text stands for a `$`. A TOSCA path begins with SELF or the "
             "name of a node template (an index may follow) or of a relationship template, and goes on from a node "
             "by `RELATIONSHIP, requirement, [index]` or `CAPABILITY, capability, [RELATIONSHIP, index]`, from a "
             "relationship by SOURCE, TARGET or CAPABILITY; the index ALL gives a list.\n");
    page_rows(&to, "TOSCA 1.0 to 1.3", FUNCTION_1);
    page_rows(&to, "TOSCA 2.0", FUNCTION_2);
    page_rows(&to, "TOSCA 2.0, where a template declares them", FUNCTION_DECLARED);
    buf_adds(&to,
             "\nThe standard has none of these; sedge carries them out when the `functions` section of the template "
             "or of a profile that it imports declares a function of that name.\n\n"
             "Other functions that a `functions` section declares are checked (arguments and result against "
             "their signatures), but sedge never calls their implementations: such a call is told of with the "
             "warning `NOT_RUN`, and a value that needs it is never known.\n");
    buf_adds(
        &to,
        "\n## Where sedge does less, or decides\n\n"
        "- `$node_index` is 0, and no other index behind a node's name leads anywhere; where a `count` makes several "
        "nodes of a template, all get the same values, and `$node_index` is refused.\n"
        "- A path through a requirement that nothing fulfils has no value, which is told as a warning.\n"
        "- `get_artifact` with a location gives the file's place in the bundle; nothing is copied or removed.\n"
        "- `$matches` takes POSIX extended expressions with the common Perl classes (`\\d`, `\\w`, `\\s`).\n"
        "- Arithmetic is exact in decimals of up to 36 digits; more is refused.\n"
        "- A validation clause that needs what a value leaves out, or what only run time knows, holds.\n"
        "- A node filter that asks a node for what it lacks does not pass it.\n");
    return buf_take(&to);
}
