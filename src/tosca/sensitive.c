// SPDX-License-Identifier: Apache-2.0
/* Tells sensitive declarations from others. */
#include "tosca/sensitive.h"

#define ENTRIES_MAX 4 /* lists of maps of lists ... that are looked into */

static bool says_so(const struct tdef *d)
{
    const char *word = at_text(at_key(tdef_key(d, "metadata"), "sensitive"));
    return word && (str_eq(word, "true") || str_eq(word, "True") || str_eq(word, "TRUE"));
}

static bool is_credential(struct tctx *c, struct ttype *t)
{
    return t && (type_is_named(c, t, "tosca.datatypes.Credential") || type_is_named(c, t, "Credential"));
}

bool def_is_sensitive(struct tctx *c, struct tdef *d)
{
    if (!d)
        return false;
    if (says_so(d))
        return true;
    struct schema *s = schema_of(c, d);
    for (int i = 0; s && i < ENTRIES_MAX; i++, s = schema_entry(c, s))
        if (is_credential(c, s->type) || (i > 0 && s->def && says_so(s->def)))
            return true;
    return false;
}

/* The name in "{ get_input: name }", or NULL. */
static const char *input_named(struct at at)
{
    static const char *const calls[] = {"get_input", "$get_input"};
    for (size_t i = 0; at_len(at, Y_MAP) == 1 && i < ARRAY_LEN(calls); i++) {
        struct at named = at_key(at, calls[i]);
        if (at_is(named, Y_SEQ) && named.node->n > 0)
            named = at_of(named.file, named.node->items[0]);
        if (at_text(named))
            return at_text(named);
    }
    return NULL;
}

static void note(struct tctx *c, struct at at, bool all, int depth)
{
    const char *name = input_named(at);
    if (depth > ENTRIES_MAX || !tctx_spend(c, 1))
        return;
    if (name && all) {
        if (!c->to_secrets)
            c->to_secrets = tctx_map(c);
        map_set(c->to_secrets, name, c->to_secrets);
    }
    for (size_t i = 0; !name && i < at_len(at, Y_SEQ); i++)
        note(c, at_of(at.file, at.node->items[i]), all, depth + 1);
    for (size_t i = 0; !name && i < at_len(at, Y_MAP); i++) {
        const struct ypair *p = &at.node->pairs[i];
        bool secret = p->key->kind == Y_SCALAR && (str_eq(p->key->text, "token") || str_eq(p->key->text, "keys"));
        note(c, at_of(at.file, p->value), all || secret, depth + 1);
    }
}

void sensitive_note_inputs(struct tctx *c, struct tdef *d, struct at at)
{
    bool call =
        at_len(at, Y_MAP) == 1 && !input_named(at) && at_is(at, Y_MAP) && at.node->pairs[0].value->kind == Y_SEQ;
    if (!call) /* what is made of several inputs, like the text of a URL, makes none of them sensitive */
        note(c, at, says_so(d), 0);
}
