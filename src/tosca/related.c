// SPDX-License-Identifier: Apache-2.0
/* Words for definitions that findings clash with. */
#include "tosca/related.h"

static struct at def_place(const struct tdef *d)
{
    return at_of(d->at.file, d->key ? d->key : d->at.node);
}

void related_type(struct tctx *c, const struct ttype *t)
{
    if (t)
        tosca_related(c, at_of(t->at.file, t->key), "%s '%s' is defined here", type_kind_words(t->kind), t->name);
}

void related_def(struct tctx *c, const struct tdef *d)
{
    if (d && d->owner)
        tosca_related(c, def_place(d), "'%s' of %s '%s' is defined here", d->name, type_kind_words(d->owner->kind),
                      d->owner->name);
    else if (d)
        tosca_related(c, def_place(d), "'%s' is defined here", d->name);
}

void related_schema(struct tctx *c, const struct schema *s)
{
    if (!s || !s->def)
        return;
    struct at type = tdef_key(s->def, "type");
    if (s->def->name && (s->def->owner || s->def->key))
        related_def(c, s->def);
    else
        tosca_related(c, type.node ? type : s->def->at, "the type is given here");
}

void related_names(struct tctx *c, struct at list)
{
    tosca_related(c, list, "these are allowed");
}
