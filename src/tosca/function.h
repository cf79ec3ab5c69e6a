// SPDX-License-Identifier: Apache-2.0
/* The functions of both generations of TOSCA in one table: names, arguments, results, and the work of those that need
 * nothing but their arguments. */
#pragma once

#include "tosca/value_order.h"

enum {
    FUNCTION_1 = 1,        /* of TOSCA 1.0 to 1.3: "name: [...]" */
    FUNCTION_2 = 2,        /* of TOSCA 2.0: "$name: [...]" */
    FUNCTION_DECLARED = 4, /* of no standard: carried out where a "functions" section of TOSCA 2.0 declares it */
};

/* What it gives. */
enum function_gives {
    GIVES_ANY,
    GIVES_TEXT,
    GIVES_TEXT_OR_LIST,
    GIVES_BOOLEAN,
    GIVES_INTEGER,
    GIVES_NUMBER, /* an integer, a float or a scalar */
    GIVES_LIST,
    GIVES_KINDS
};

/* Which arguments are of one kind, so that "10 kg" beside a mass is a mass. */
enum function_kin {
    KIN_NONE,
    KIN_FIRST,   /* only the first one's kind matters */
    KIN_ALL,     /* all are alike */
    KIN_MEMBER,  /* the first, and the entries of the second */
    KIN_ENTRY,   /* the entries of the first, and the second */
    KIN_ENTRIES, /* the entries of all */
};

struct pattern;
struct fwork;
typedef json_t *(*function_work)(struct fwork *w);

struct function {
    const char *name;
    unsigned generations; /* FUNCTION_ bits */
    size_t min, max;      /* number of arguments */
    bool list;            /* in TOSCA 1.x: its arguments must be a list */
    enum function_gives gives;
    enum function_kin kin;
    function_work work;    /* NULL: it looks at the topology, or at run time */
    const char *arguments; /* for people: "[list, delimiter?]" */
    const char *does;
    const char *arguments_2; /* in TOSCA 2.0, where they differ */
    const char *where;       /* where it may stand; NULL: wherever a value does */
    bool passes_secrets;     /* it joins texts without looking into them: values of Secrets may be among them */
};

/* One call whose arguments are all known. */
struct fwork {
    const struct function *f;
    const json_t *args; /* array of f->min to f->max */
    struct vkind kind;  /* of the arguments that have to be alike */
    /* Gives a pattern made ready, borrowed; NULL with the reason. */
    const struct pattern *(*pattern)(void *data, const char *text, char *why, size_t why_size);
    void *data;
    int64_t cost;  /* steps that the work took beyond the usual */
    bool lax;      /* TOSCA 1.x: concat and join take lists and maps for their text, as old templates have it */
    bool limit;    /* NULL because the result is too large */
    char why[200]; /* when it gives NULL */
};

#define FUNCTION_TEXT_MAX    (256U << 10)
#define FUNCTION_ENTRIES_MAX 10000
#define FUNCTION_COST_MAX    1000000 /* comparisons of one call */

/* The function of that name in one of these generations, or NULL. */
const struct function *function_find(const char *name, unsigned generations);
const struct function *function_at(size_t i); /* NULL behind the last */
/* Does the work: new, or NULL with w->why. */
json_t *function_do(struct fwork *w);
const char *function_gives_words(enum function_gives gives);
/* May what it gives be a value of that kind? (TOSCA 1.x: text may be read as a number.) */
bool function_may_give(const struct function *f, enum prim prim);

/* A call left for run time: {"$name": [arguments]}, whatever the generation. The last argument may tell the kind:
 * {"$kind": ...}. */
const struct function *function_of_json(const json_t *v);
json_t *function_later(const struct function *f, const json_t *args, const struct vkind *kind);
/* Takes the kind that stands last off the arguments; `units` is filled when it needs some, and lives as long as args.
 */
void function_kind(const json_t *args, json_t **ret_args, struct vkind *ret, struct units *units);
/* The whole table as Markdown; the caller frees. */
char *function_table_text(void);
