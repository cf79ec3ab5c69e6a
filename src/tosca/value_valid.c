// SPDX-License-Identifier: Apache-2.0
/* Asks validation clauses, now or when the value is done. */
#include "tosca/value_valid.h"

#include "tosca/condition.h"

/* A clause that waits for its value. */
struct asked {
    struct asked *next;
    struct scope scope;
    struct at at, clause;
    const char *words;
};

static bool clause_holds_for(struct scope s, struct at at, struct at clause, const struct what *w)
{
    struct tctx *c = s.topo->c;
    char text[160];
    if (condition_is_told(c, clause) || condition_holds(s, clause, w) != HOLDS_NO)
        return true;
    AUTO_FREE char *value = json_dumps(s.value, JSON_COMPACT | JSON_ENCODE_ANY);
    condition_text(clause, text, sizeof(text));
    tosca_error(c, at, "CONSTRAINT", "%s: %.100s does not satisfy the validation clause %s", what_text(c, w),
                value ? value : "the value", text);
    tosca_related(c, clause, "the validation clause stands here");
    return false;
}

static void ask_later(struct scope s, struct at at, struct at clause, const struct what *w)
{
    struct tctx *c = s.topo->c;
    struct asked *asked = tctx_alloc(c, sizeof(*asked));
    tctx_keep(c, json_incref((json_t *)(uintptr_t)s.value));
    *asked =
        (struct asked){.next = c->working->asked, .scope = s, .at = at, .clause = clause, .words = what_text(c, w)};
    c->working->asked = asked;
}

bool validations_hold(struct scope s, struct at at, const json_t *v, struct schema *schema, const struct what *w)
{
    struct tctx *c = s.topo->c;
    bool hold = true;
    s.clause = true;
    s.value = v;
    s.value_schema = schema;
    for (size_t i = 0; hold && !c->bare && i < schema->n_validations && tctx_spend(c, 5); i++) {
        const struct validation *one = &schema->validations[i];
        if (one->looks && c->working)
            ask_later(s, at, one->at, w);
        else if (!one->looks || s.self || s.rel)
            hold = clause_holds_for(s, at, one->at, w);
    }
    return hold;
}

bool validations_settle(struct tvalue *v)
{
    bool hold = true;
    for (struct asked *a = v->asked; a; a = a->next) {
        struct what w = {.owner = a->words};
        hold = clause_holds_for(a->scope, a->at, a->clause, &w) && hold;
    }
    v->asked = NULL;
    return hold;
}
