// SPDX-License-Identifier: Apache-2.0
/* What one run of the TOSCA processor carries about: files, findings, memory and the budget of work. */
#pragma once

#include "tosca/tosca.h"

/* How it works. tosca_load (tosca.c) reads the entry and, depth first, what it imports (tosca_file.c); checks every
 * file's shape against the keyname tables (grammar.c, grammar_table.c); looks types up by name and kind (type_name.c);
 * collects a type's members along its ancestry (member.c) and checks what the types say (type_check.c, type_refine.c,
 * schema.c, constraint.c); makes the templates of the topology (topo.c, topo_copy.c, input.c), ties their requirements
 * (tie.c, tie_relationship.c, node_filter.c), lays out their operations (operation.c, implementation.c) and artifacts,
 * evaluates their values when they are asked for (value_get.c, value_read.c, value_scalar.c; calls by call.c and
 * call_*.c, what functions do by function*.c; conditions and validation clauses of 2.0 by condition.c, value_valid.c),
 * looks at groups, policies, substitution and workflows, and writes the struct topology out (emit.c, emit_component.c,
 * protocol_read.c). What types mean to sedge is in one table (known.c). All things in between live in the context's
 * arena and die with it. A shape that the grammar refused is skipped silently by the later passes: each fault is told
 * once. A file of TOSCA 2.0 is walked by a table of its own (grammar_table_2.c) as soon as it is read, and its keys get
 * the names that they have in 1.3: later passes know one set of names, and ask the file's version where the meaning
 * differs. */

enum tosca_version { TOSCA_NONE, TOSCA_1_0, TOSCA_1_1, TOSCA_1_2, TOSCA_1_3, TOSCA_2_0 };

enum type_kind {
    TYPE_ARTIFACT,
    TYPE_DATA,
    TYPE_CAPABILITY,
    TYPE_INTERFACE,
    TYPE_RELATIONSHIP,
    TYPE_NODE,
    TYPE_GROUP,
    TYPE_POLICY,
    TYPE_KINDS
};

struct tfile;
struct tremote;
struct topo;
struct candidate;

/* A place in a file: the node to speak of, and the file whose names it sees. */
struct at {
    struct tfile *file;
    const struct ynode *node;
};

struct timport {
    struct tfile *file; /* NULL when it could not be read */
    const char *prefix; /* namespace prefix, or NULL */
};

struct tfile {
    const char *path;             /* in its source, normalised */
    const char *shown;            /* as findings call it: the URL of a fetched one, else the path */
    const struct tremote *remote; /* what goes with requests for what it names (tosca_remote.h); NULL: nothing */
    bool builtin;                 /* from the profiles, not from the user: no warnings about it */
    struct ydoc doc;
    size_t bytes; /* of its text */
    enum tosca_version version;
    struct map *own[TYPE_KINDS]; /* types declared here: name -> struct ttype */
    struct map *functions;       /* declared here (function_user.h); NULL until asked for */
    struct timport *imports;
    size_t n_imports;
    bool walked;            /* by grammar_check */
    bool loading;           /* on the way down: meeting it again is a cycle */
    unsigned stamp;         /* of the last name look-up that came here, */
    const char *stamp_name; /* and the name that it looked for */
};

/* More steps of work than this, and this much for each byte of the user's files, mean a template made to exhaust us: an
 * honest one takes about four steps a byte. */
#define TOSCA_WORK_MAX      4000000
#define TOSCA_WORK_PER_BYTE 16
#define TOSCA_FILES_MAX     256
#define TOSCA_BYTES_MAX     (16U << 20)
#define TOSCA_DEPTH_MAX     64

struct tctx {
    const struct tosca_options *options;
    struct diags *diags;
    struct arena *arena;
    struct map **maps; /* every map made by tctx_map, emptied at the end */
    size_t n_maps;
    json_t **jsons; /* every value kept by tctx_keep */
    size_t n_jsons;
    int64_t work; /* steps done */
    bool exhausted;
    size_t bytes;         /* of user files read */
    struct map *files;    /* "u:<path>" and "p:<path>" -> struct tfile */
    struct tfile **order; /* user's files: entry first, then by discovery */
    size_t n_order;
    struct ydoc index;           /* the profiles' index */
    struct candidate *stand_ins; /* templates that may stand in for nodes (stand_in.c); NULL until asked for */
    size_t n_stand_ins;
    struct tfile *profile;  /* the types that every file sees; NULL when there are no profiles */
    struct map *primitives; /* name -> struct ttype */
    unsigned stamp;         /* of name look-ups */
    unsigned depth;         /* of calls that evaluate each other */
    unsigned quiet;         /* findings are not told: a question that may be answered "no" is asked */
    unsigned bare;          /* values are read by their kind alone, constraints left out */
    struct map *clauses;    /* validation clauses that are faulty themselves, which is told; NULL: none */
    struct tvalue *working; /* the value that is worked out now; `up` leads to those that wait for it */
    struct map patterns;    /* text -> struct pattern */
    struct map *hidden;     /* texts that must not stand in findings (hidden.h); NULL: none */
    struct map *to_secrets; /* names of inputs that are given to sensitive properties; NULL: none */
    struct map *named;      /* paths in the bundle that the template names, and that exist */
};

void tctx_init(struct tctx *c, const struct tosca_options *options, struct diags *d);
void tctx_done(struct tctx *c);

/* Memory that lives as long as the context; zeroed, never NULL. */
void *tctx_alloc(struct tctx *c, size_t size);
char *tctx_strndup(struct tctx *c, const char *s, size_t n);
__attribute__((format(printf, 2, 3))) const char *tctx_printf(struct tctx *c, const char *fmt, ...);
struct map *tctx_map(struct tctx *c);
/* Keeps a JSON value until the end; gives it back, borrowed. */
json_t *tctx_keep(struct tctx *c, json_t *v);
/* Counts n steps; false, and one error, once the budget is gone: leave your loop. */
bool tctx_spend(struct tctx *c, int64_t n);

/* Findings. `code` must be static. A NULL node means the file's first line. */
__attribute__((format(printf, 4, 5))) void tosca_error(struct tctx *c, struct at at, const char *code, const char *fmt,
                                                       ...);
__attribute__((format(printf, 4, 5))) void tosca_warn(struct tctx *c, struct at at, const char *code, const char *fmt,
                                                      ...);

/* Gives the finding just told the definition that it clashes with: "property 'port' is defined here". Nothing happens
 * where that finding was not taken (it was there already), has one, or where the place is none or the finding's own. */
__attribute__((format(printf, 3, 4))) void tosca_related(struct tctx *c, struct at at, const char *fmt, ...);

#define TOSCA_LIKE_MAX 2000 /* names that a suggestion looks through */
/* ", did you mean 'x'?" from the keys of a map, or "". In the context's memory. */
const char *tosca_like(struct tctx *c, const char *word, const struct map *names);

/* The names of a map as it is written: for a suggestion. Never NULL. */
struct map *tosca_names(struct tctx *c, struct at section);

/* Places. */
static inline struct at at_of(struct tfile *file, const struct ynode *node)
{
    return (struct at){.file = file, .node = node};
}
static inline struct at at_key(struct at at, const char *key)
{
    return at_of(at.file, at.node && at.node->kind == Y_MAP ? ynode_get(at.node, key) : NULL);
}
/* The scalar text, or NULL where it is anything else (or null). */
const char *at_text(struct at at);
bool at_is(struct at at, enum ykind kind);
bool at_null(struct at at); /* absent, or null as YAML reads it */
/* Number of items or pairs, 0 for anything else. */
size_t at_len(struct at at, enum ykind kind);
