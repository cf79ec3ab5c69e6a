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
