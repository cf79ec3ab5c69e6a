// SPDX-License-Identifier: Apache-2.0
/* Binds given inputs to declared ones. */
#include "tosca/input.h"

#include "model/secret_token.h"
#include "tosca/hidden.h"
#include "tosca/sensitive.h"
#include "tosca/value_valid.h"

/* A text given for a number or a boolean is read as one: inputs come from a command line, too. */
static json_t *input_read_text(const json_t *given, enum prim prim)
{
    if (!json_is_string(given) || (prim != PRIM_INTEGER && prim != PRIM_FLOAT && prim != PRIM_BOOLEAN))
        return json_incref((json_t *)(uintptr_t)given);
    const char *text = json_string_value(given);
    struct ynode n = {.kind = Y_SCALAR, .text = text, .len = json_string_length(given), .plain = true};
    json_t *v = ynode_to_json(&n, NULL);
    return v ? v : json_incref((json_t *)(uintptr_t)given);
}

/* A sensitive value does not stand in findings. */
static void input_hide(struct topo *t, const struct tvalue *v, const json_t *given)
{
    if (def_is_sensitive(t->c, v->def))
        hidden_add(t->c, given);
}

static void input_given(struct topo *t, struct tvalue *v, const json_t *plain)
{
    AUTO_JSON json_t *given = secret_token_from_calls(plain);
    struct what w = {.owner = v->owner, .part = v->part, .name = v->name};
    struct schema *schema = schema_of(t->c, v->def);
    if (value_is_later(given)) {
        tosca_error(t->c, at_of(t->file, v->def->key), "VALUE_TYPE",
                    "the value given for input '%s' holds a call; inputs are plain values", v->name);
        v->state = VALUE_DONE;
        v->faulty = true;
        return;
    }
    input_hide(t, v, given);
    AUTO_JSON json_t *read = input_read_text(given, schema->prim);
    v->at = at_of(t->file, v->def->key);
    t->c->working = v; /* clauses that look at other inputs wait for input_check */
    v->json = tctx_keep(t->c, value_fit(v->scope, v->at, read, schema, &w));
    t->c->working = NULL;
    v->state = VALUE_DONE;
    v->faulty = v->json == NULL;
}

static void input_make(struct topo *t, const struct ypair *p)
{
    struct tdef *d = tdef_make(t->c, p->key->text, p->key, at_of(t->file, p->value));
    struct tvalue *v = tctx_alloc(t->c, sizeof(*v));
    *v = (struct tvalue){.name = d->name, .def = d, .owner = NULL, .part = "input", .scope = {.topo = t}};
    map_set(t->inputs, d->name, v);
    const json_t *given = t->c->options->inputs ? json_object_get(t->c->options->inputs, d->name) : NULL;
    if (given && !json_is_null(given))
        input_given(t, v, given);
}

static void input_check(struct topo *t, struct tvalue *v)
{
    bool optional = !tdef_required(v->def);
    if (v->json && v->asked && !validations_settle(v))
        v->faulty = true;
    if (value_get(t->c, v) || v->faulty || optional || t->c->options->inputs_missing_ok)
        return;
    v->faulty = true;
    tosca_error(t->c, at_of(t->file, v->def->key), "MISSING_KEY",
                "input '%s' has no value and no default; give it a value", v->name);
}

void inputs_make(struct topo *t)
{
    struct at section = at_key(t->at, "inputs");
    for (size_t i = 0; i < at_len(section, Y_MAP) && tctx_spend(t->c, 2); i++) {
        if (section.node->pairs[i].key->kind == Y_SCALAR)
            input_make(t, &section.node->pairs[i]);
    }
    for (size_t i = 0; i < t->inputs->n && tctx_spend(t->c, 2); i++)
        input_check(t, t->inputs->items[i].value);
    const char *name;
    json_t *v;
    json_object_foreach(t->c->options->inputs, name, v)
    {
        if (!map_has(t->inputs, name))
            tosca_error(t->c, at_null(section) ? t->at : section, "UNDECLARED_NAME",
                        "a value is given for '%s', which is no input%s", name, tosca_like(t->c, name, t->inputs));
    }
}
