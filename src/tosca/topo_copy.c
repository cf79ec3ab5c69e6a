// SPDX-License-Identifier: Apache-2.0
/* Merges copied templates: what the copy says itself wins, maps are merged key by key. */
#include "tosca/topo_copy.h"

#define COPIES_MAX 32

static const struct ynode *merge(struct tctx *c, const struct ynode *base, const struct ynode *over)
{
    bool maps = base && over && base->kind == Y_MAP && over->kind == Y_MAP;
    if (!maps || !tctx_spend(c, (int64_t)(base->n + over->n)))
        return over && !ynode_is_null(over) ? over : base;
    struct ynode *n = tctx_alloc(c, sizeof(*n));
    *n = *over;
    n->pairs = tctx_alloc(c, (base->n + over->n) * sizeof(*n->pairs));
    n->n = 0;
    for (size_t i = 0; i < base->n; i++) {
        const struct ypair *p = &base->pairs[i];
        const struct ynode *mine = p->key->kind == Y_SCALAR ? ynode_get(over, p->key->text) : NULL;
        n->pairs[n->n++] =
            (struct ypair){p->key, (struct ynode *)(uintptr_t)(mine ? merge(c, p->value, mine) : p->value)};
    }
    for (size_t i = 0; i < over->n; i++) {
        const struct ypair *p = &over->pairs[i];
        if (p->key->kind != Y_SCALAR || !ynode_get(base, p->key->text))
            n->pairs[n->n++] = *p;
    }
    return n;
}

/* What is copied is complete by itself (TOSCA 1.3: 3.8.3.2; TOSCA 2.0: 7.2, 7.4); templates of 1.x in use copy copies
 * all the same. A circle is told as such. */
static void tell_copied_copy(struct tctx *c, struct at copy, struct at again, const char *words)
{
    if (!at_text(again) || str_eq(at_text(again), at_text(copy)))
        return;
    (copy.file->version == TOSCA_2_0 ? tosca_error : tosca_warn)(
        c, copy, "OTHER", "%s copies '%s', which is a copy of '%s' itself; copy '%s'", words, at_text(copy),
        at_text(again), at_text(again));
    tosca_related(c, again, "'%s' copies '%s' here", at_text(copy), at_text(again));
}

struct at topo_copy(struct tctx *c, struct at section, struct at at, const char *words)
{
    struct at line[COPIES_MAX];
    size_t n = 0;
    for (;;) {
        line[n++] = at;
        struct at copy = at_key(at, "copy");
        if (!at_text(copy))
            break;
        at = at_key(section, at_text(copy));
        if (!at_is(at, Y_MAP)) {
            tosca_error(c, copy, "UNKNOWN_REF", "%s copies '%s', which is not there%s", words, at_text(copy),
                        tosca_like(c, at_text(copy), tosca_names(c, section)));
            break;
        }
        if (n == COPIES_MAX || at.node == line[0].node) {
            tosca_error(c, copy, "CYCLE", "%s copies itself", words);
            break;
        }
        tell_copied_copy(c, copy, at_key(at, "copy"), words);
    }
    const struct ynode *merged = line[--n].node;
    while (n > 0)
        merged = merge(c, merged, line[--n].node);
    return at_of(section.file, merged);
}
