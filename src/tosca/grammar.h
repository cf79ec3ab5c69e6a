// SPDX-License-Identifier: Apache-2.0
/* The shape of TOSCA files: which keys each definition knows, and what kind of YAML stands under them. */
#pragma once

#include "tosca/context.h"

enum shape {
    SHAPE_ANY,
    SHAPE_SCALAR, /* any scalar */
    SHAPE_TEXT,   /* a scalar that reads as text */
    SHAPE_BOOLEAN,
    SHAPE_VERSION,
    SHAPE_STATUS, /* of a property */
    SHAPE_OCCURRENCES,
    SHAPE_SCALARS, /* list of scalars */
    SHAPE_TEXTS,
    SHAPE_NAMES, /* a scalar or a list of scalars */
    SHAPE_LIST,  /* list of anything */
    SHAPE_DICT,  /* map to anything */
    SHAPE_DICT_OR_LIST,
    SHAPE_VALUE_MAPPINGS, /* of 2.0: keys may be TOSCA paths, written as lists */
    SHAPE_LIST_OR_DICT,
    SHAPE_DICTS, /* map to maps of anything */
    SHAPE_METADATA,
    SHAPE_SERVICE,
    SHAPE_REPOSITORIES,
    SHAPE_REPOSITORY,
    SHAPE_IMPORTS,
    SHAPE_IMPORT,
    SHAPE_FUNCTIONS,
    SHAPE_FUNCTION,
    SHAPE_ALLOCATION,
    SHAPE_NAMING, /* text, where it is no structure */
    SHAPE_OPERATION_TYPES,
    SHAPE_OPERATION_TYPE,
    SHAPE_BLOCKS,
    SHAPE_BLOCK,
    SHAPE_DEFINITIONS,
    SHAPE_DEFINITION,
    SHAPE_CREDENTIAL,
    SHAPE_ARTIFACT_TYPES,
    SHAPE_ARTIFACT_TYPE,
    SHAPE_DATA_TYPES,
    SHAPE_DATA_TYPE,
    SHAPE_CAPABILITY_TYPES,
    SHAPE_CAPABILITY_TYPE,
    SHAPE_INTERFACE_TYPES,
    SHAPE_INTERFACE_TYPE,
    SHAPE_RELATIONSHIP_TYPES,
    SHAPE_RELATIONSHIP_TYPE,
    SHAPE_NODE_TYPES,
    SHAPE_NODE_TYPE,
    SHAPE_GROUP_TYPES,
    SHAPE_GROUP_TYPE,
    SHAPE_POLICY_TYPES,
    SHAPE_POLICY_TYPE,
    SHAPE_PROPERTY_DEFS,
    SHAPE_PROPERTY_DEF,
    SHAPE_ATTRIBUTE_DEFS,
    SHAPE_ATTRIBUTE_DEF,
    SHAPE_SCHEMA,
    SHAPE_CONSTRAINTS,
    SHAPE_CLAUSE,
    SHAPE_PARAMETERS,
    SHAPE_PARAMETER,
    SHAPE_INPUT_DEFS,
    SHAPE_INPUT_DEF, /* a parameter definition, or a value */
    SHAPE_CAPABILITY_DEFS,
    SHAPE_CAPABILITY_DEF,
    SHAPE_REQUIREMENT_DEFS,
    SHAPE_REQUIREMENT_DEF,
    SHAPE_RELATIONSHIP_DEF,
    SHAPE_INTERFACE_DEFS,
    SHAPE_INTERFACE_DEF,
    SHAPE_OPERATION_DEFS,
    SHAPE_NOTIFICATIONS,
    SHAPE_NOTIFICATION,
    SHAPE_OPERATION_DEF,
    SHAPE_INTERFACES,
    SHAPE_INTERFACE,
    SHAPE_OPERATIONS,
    SHAPE_OPERATION,
    SHAPE_IMPLEMENTATION,
    SHAPE_DEPENDENCIES,
    SHAPE_ARTIFACTS,
    SHAPE_ARTIFACT,
    SHAPE_TOPOLOGY,
    SHAPE_NODE_TEMPLATES,
    SHAPE_NODE_TEMPLATE,
    SHAPE_RELATIONSHIP_TEMPLATES,
    SHAPE_RELATIONSHIP_TEMPLATE,
    SHAPE_CAPABILITIES,
    SHAPE_CAPABILITY,
    SHAPE_REQUIREMENTS,
    SHAPE_REQUIREMENT,
    SHAPE_RELATIONSHIP,
    SHAPE_NODE_FILTER,
    SHAPE_FILTER_PROPERTIES,
    SHAPE_FILTER_CAPABILITIES,
    SHAPE_FILTER_CAPABILITY,
    SHAPE_GROUPS,
    SHAPE_GROUP,
    SHAPE_POLICIES,
    SHAPE_POLICY,
    SHAPE_WORKFLOWS,
    SHAPE_WORKFLOW,
    SHAPE_STEPS,
    SHAPE_STEP,
    SHAPE_SUBSTITUTION,
    SHAPE_COUNT,
};

enum form {
    FORM_SCALAR = 1,
    FORM_LIST = 2,
    FORM_MAP = 4,
    FORM_PAIRS = 8, /* list of one-key maps */
};

struct gkey {
    const char *name;
    enum shape shape;
    bool must;
    const char *core; /* its name in the core form, where that is another one; NULL: the same */
};

struct gshape {
    const char *words;       /* "node template": what one of these is called */
    unsigned forms;          /* 0: anything goes */
    enum shape text;         /* how a scalar must read: SHAPE_SCALAR, SHAPE_TEXT, ... */
    const struct gkey *keys; /* of a map; closed by a NULL name */
    bool paths;              /* keys may be lists, too: these are nobody's names */
    bool open;               /* keys beside those of the table are names, and stand for `each` */
    enum shape each;         /* list items, values of pairs, values of names */
};
extern const struct gshape grammar_shapes[SHAPE_COUNT];   /* of 1.0 to 1.3 */
extern const struct gshape grammar_shapes_2[SHAPE_COUNT]; /* of 2.0 */

/* Has the map a key that nearly is that one? It is told as an unknown key, so that the other is not told as missing. */
bool grammar_misspelt(const struct ynode *map, const char *key);
/* Does the table of that shape know the key? */
bool grammar_is_key(enum shape shape, const char *key);
/* Checks a whole file by its generation's table, once, and brings it into the core form: keys that 2.0 calls otherwise
 * get the name that they have in 1.3, at the same place. Tells every fault of shape. */
void grammar_check(struct tctx *c, struct tfile *f);
/* Checks one node of a file by the table, for what has more than one form and is read before the whole file is walked. */
void grammar_check_part(struct tctx *c, struct at at, enum shape shape);
/* What the file itself calls a key of the core form: "count_range" for "occurrences" in TOSCA 2.0. */
const char *grammar_word(const struct tfile *f, const char *key);
