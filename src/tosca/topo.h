// SPDX-License-Identifier: Apache-2.0
/* The topology template while it is worked on: node templates, what they are given, and whom their requirements point
 * at. */
#pragma once

#include "tosca/known.h"
#include "tosca/schema.h"

struct topo;
struct tnode;
struct trel;

/* From where a value is seen: what SELF, SOURCE and TARGET mean there. */
struct scope {
    struct topo *topo;
    struct tnode *self; /* NULL in outputs and inputs */
    struct trel *rel;   /* in a relationship: SELF is the relationship */
    /* In a work flow: its own inputs (name -> struct tvalue), known when it runs; before the topology's. */
    const struct map *flow_inputs;
    /* In a validation clause of TOSCA 2.0: what $value means. Without `value` the clause itself is checked. */
    bool clause;
    const json_t *value;
    struct schema *value_schema;
};

/* A property, attribute or input: what the type says of it and what it is given. Read by value_get, once. */
struct tvalue {
    const char *name;
    struct tdef *def; /* NULL: nothing is declared, anything goes */
    struct at at;     /* as given; without node: not given */
    struct tvalue *from; /* given by the node that the topology stands in for; NULL: not */
    struct scope scope;
    const char *owner, *part; /* for messages: "node template 'api'", "property" */
    enum { VALUE_NEW, VALUE_BUSY, VALUE_DONE } state;
    json_t *json; /* when done; borrowed from the context; NULL when it has no value or is faulty */
    bool faulty;
    struct tvalue *up;   /* while busy: the value that needs this one */
    struct asked *asked; /* validation clauses that look at other values: asked when it is done */
    bool unused;         /* of a capability that the template does not speak of: a missing value is only warned of */
};

struct tcap {
    const char *name;
    struct tdef *def;
    struct ttype *type;
    struct at at;                        /* the assignment */
    struct map *properties, *attributes; /* name -> struct tvalue */
    int64_t incoming;                    /* links that end here */
};

struct trel {
    struct ttype *type;
    const char *words;    /* for messages */
    struct at at;         /* relationship template or inline relationship; may be without node */
    struct at interfaces; /* those that the requirement's declaration adds */
    struct map *properties, *attributes;
    struct tnode *source, *target;
    struct tcap *capability;
};

struct tlink {
    const char *name;
    struct tdef *def;
    struct at at;         /* the assignment, or the node template when there is none */
    struct tnode *target; /* NULL: open */
    struct tcap *capability;
    struct trel rel;
    bool spreads;      /* of an outer node: no mapping takes it in, and all inner nodes wait for its target */
    bool taken;        /* of an outer node: a mapping takes it in */
    struct topo *home; /* where it is written, when that is outside of the node's own topology; else NULL */
};

/* A requirement that is fulfilled from outside: by those of the node that the topology stands in for. */
struct outward {
    const char *requirement, *outer;
    uint64_t first, n; /* of the outer node's assignments of it; n: UINT64_MAX for all that follow */
};

struct tnode {
    const char *name;  /* of the component: inside of a topology that stands in for node a, "a-b" for b */
    const char *local; /* as the template calls it */
    const char *words; /* "node template 'api'" */
    struct topo *home;
    struct topo *inner; /* the topology that stands in for it (substitution_inner), NULL: none */
    enum { INNER_UNKNOWN, INNER_BUSY, INNER_KNOWN } inner_state;
    size_t walk;   /* along hosts: which one was here first */
    bool directed; /* it has directives */
    struct outward *outward;
    size_t n_outward;
    const char *selected_by; /* the outer node's requirement whose target is taken for it; NULL: it is no such node */
    uint64_t selected_nth;   /* which assignment of it */
    const struct ynode *key;
    struct at at; /* the template, copies carried out */
    struct ttype *type;
    enum component_kind kind;
    size_t index;        /* of its first component in the whole application, */
    size_t n_components; /* and how many it is: those inside of what stands in for it, else one */
    struct map *properties, *attributes; /* name -> struct tvalue */
    struct map *capabilities;            /* name -> struct tcap */
    struct tlink *links;
    size_t n_links;
    struct tvalue *count; /* of TOSCA 2.0; NULL: not told (count.h) */
    struct at protocol; /* the policy that gives its protocol, or without node */
};

struct topo {
    struct tctx *c;
    struct tfile *file;
    struct at at;                     /* topology_template */
    struct tnode *outer;              /* the node that it stands in for; NULL: it is the application's own */
    unsigned depth;                   /* how many topologies it is inside of */
    struct map *nodes;                /* name -> struct tnode */
    struct map *by_type;              /* nodes of a type or with a capability of a type (tie_candidate.c) */
    struct map *inputs;               /* name -> struct tvalue */
    struct map *groups;               /* name -> struct ynode */
    struct map *relationships;        /* name -> struct ynode */
    struct map *outputs;              /* name -> struct tvalue */
    struct map *alone;         /* relationship templates that tie nothing and a function names: -> struct trel */
    struct map *related;              /* relationship templates that a requirement uses, by name */
    struct topology_policy *policies; /* as they are written out; made by group.c, handed on by emit.c */
    size_t n_policies;
    struct topology_group *herds;
    size_t n_herds;
};

/* Reads the file's topology template: node templates with their values bound to what the types declare. `outer`: the
 * node that it stands in for, or NULL. Never NULL. */
struct topo *topo_make(struct tctx *c, struct tfile *f, struct tnode *outer);
/* Binds a map of assignments to declarations: name -> struct tvalue. Undeclared names are told when `declared` is
 * given. */
struct map *topo_values(struct tctx *c, struct scope scope, const struct map *declared, struct at given,
                        const char *owner, const char *part);
/* Binds relationship properties and attributes; `words` as for messages. */
void topo_relationship(struct topo *t, struct trel *rel);
/* The node template of that name; told (UNKNOWN_REF) when there is none. */
struct tnode *topo_node_at(struct topo *t, struct at at, const char *words);
/* Is the requirement fulfilled from outside of the topology? */
bool tnode_outward(const struct tnode *n, const char *requirement);
/* The link under a requirement's name that is tied, or NULL. */
struct tlink *tnode_link(const struct tnode *n, const char *requirement);
/* A place for the topology; the caller owns its file. */
struct place topo_place(struct at at);
