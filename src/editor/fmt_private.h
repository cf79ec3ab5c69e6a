// SPDX-License-Identifier: Apache-2.0
/* What the parts of the formatter share: the tokens of a text with the comments between them, the tree over them, and
 * the text that is written. Private to fmt*.c. */
#pragma once

#include <yaml.h>

#include "base/base.h"
#include "base/yaml.h"

#define FMT_STEP  2   /* columns of one level */
#define FMT_WIDTH 100 /* columns that flow collections and joined lines keep to */

/* ---- tokens (fmt_scan.c) ---- */

/* A comment. */
struct fnote {
    const char *text; /* from '#', in the scanned text */
    size_t len;       /* without blanks at its end */
    size_t col;       /* characters before it in its line */
    bool blank;       /* an empty line stands before it */
};
/* Comments that follow each other: an index into ftokens.notes, and how many. */
struct fspan {
    uint32_t at, n;
};

/* Numbers are small: a text is at most ylimits_default.max_bytes long, and may have a million of these. */
struct ftoken {
    yaml_token_type_t type;
    yaml_scalar_style_t style; /* scalars */
    uint32_t start, end;       /* bytes in the text; equal for tokens that libyaml makes up. A block scalar ends before
                                * the line feed of its last line that counts */
    uint32_t line, end_line;   /* from 0 */
    uint32_t col;              /* characters before it */
    uint32_t indent;           /* block scalar: columns that its lines are indented by */
    struct fspan behind;       /* on its last line; and those right below them, in their column */
    struct fspan before;       /* on lines of their own */
    bool blank;                /* an empty line stands right before it */
};

struct ftokens {
    const char *text;
    size_t len;
    struct ftoken *items; /* the last one is the stream's end */
    size_t n;
    struct fnote *notes;
    size_t n_notes;
};
/* Tokens of a text that yaml_read takes; its line feeds are its only line ends. It has to outlive them.
 * false: what was found does not fit together, a fault of ours. ftokens_done in any case. */
bool fmt_scan(const char *text, size_t len, struct ftokens *ret);
void ftokens_done(struct ftokens *t);

/* Where the lines of a text end: index of the next line feed from `at`, or the end. */
size_t ftokens_eol(const struct ftokens *t, size_t at);
static inline bool ftoken_one_line(const struct ftoken *t)
{
    return t->line == t->end_line;
}
static inline bool ftoken_block_scalar(const struct ftoken *t)
{
    return t->type == YAML_SCALAR_TOKEN &&
           (t->style == YAML_LITERAL_SCALAR_STYLE || t->style == YAML_FOLDED_SCALAR_STYLE);
}

/* ---- tree (fmt_tree.c) ---- */

enum fkind { F_NONE, F_SCALAR /* or alias */, F_BLOCK_SEQ, F_BLOCK_MAP, F_FLOW_SEQ, F_FLOW_MAP };

struct fnode;
struct fentry {
    struct ftoken *mark;  /* '-' or '?'; NULL: none */
    struct fnode *key;    /* of a pair, F_NONE when nothing is written; NULL: an item */
    struct ftoken *colon; /* NULL: none */
    struct fnode *value;  /* of a pair, or the item. NULL: none */
    struct ftoken *comma; /* flow: behind it; NULL: none */
};
struct fnode {
    enum fkind kind;
    struct ftoken *props; /* anchor and tag, one behind the other */
    size_t n_props;
    struct ftoken *token; /* the scalar, alias or opening bracket */
    struct ftoken *close; /* the closing bracket */
    struct fentry *entries;
    size_t n;
    struct fspan tail; /* block collections, and empty values: comments at the end that are indented like it */
};
struct ftree {
    struct arena *arena;
    struct ftokens *tokens;
    struct ftoken *directives, *start, *stop; /* the first directive, "---", "..."; NULL: none */
    size_t n_directives;
    struct fnode *root;
    struct ftoken *end;       /* of the stream */
    const struct ftoken *odd; /* what could be read as another thing when it is moved, or what libyaml takes
                               * and YAML does not: it is refused. NULL: none */
    const char *odd_why;
};
/* false as with fmt_scan. Comments that belong to a block's end move from the token behind it to the block. */
bool fmt_tree(struct ftokens *t, struct ftree *ret);
void ftree_done(struct ftree *t);
/* What begins a node or an entry; NULL when nothing of it is written. */
struct ftoken *fnode_first(const struct fnode *n);
struct ftoken *fentry_first(const struct fentry *e);
static inline bool fnode_is_block(const struct fnode *n)
{
    return n->kind == F_BLOCK_SEQ || n->kind == F_BLOCK_MAP;
}
static inline bool fnode_is_flow(const struct fnode *n)
{
    return n->kind == F_FLOW_SEQ || n->kind == F_FLOW_MAP;
}

/* ---- writing (fmt_write.c) ---- */

/* A comment behind a line's text: blanks go before it once the lines beside it are known. */
struct fmark {
    size_t at;            /* in the text written */
    size_t line;          /* of it */
    size_t indent, width; /* of the line: blanks before it, and characters with them */
    bool below;           /* the line has this comment only, which goes on from the one above */
};
struct fwriter {
    const struct ftokens *tokens;
    struct buf out;
    size_t line, col, indent; /* the line being written: characters in it, and blanks that it began with */
    struct fspan *pending;    /* comments to go behind this line */
    size_t n_pending;
    struct fmark *marks;
    size_t n_marks;
};
void fwriter_text(struct fwriter *w, const char *text, size_t len); /* without line feeds */
void fwriter_token(struct fwriter *w, const struct ftoken *t);      /* its text, one line; comments behind it pend */
void fwriter_pend(struct fwriter *w, struct fspan notes);
/* Ends the line with the comments that pend and begins one; `blank`: an empty one between them. */
void fwriter_line(struct fwriter *w, size_t indent, bool blank);
void fwriter_notes(struct fwriter *w, struct fspan notes, size_t indent); /* each on a line of its own */
/* Ends the text, aligns comments. The caller frees. */
char *fwriter_take(struct fwriter *w, size_t *ret_len);
void fwriter_done(struct fwriter *w);
size_t fmt_width(const char *text, size_t len); /* characters */

/* ---- printing ---- */

/* fmt_scalar.c: writes a scalar or an alias at the writer's place; its further lines are indented by `indent`. */
void fmt_scalar(struct fwriter *w, const struct ftoken *t, size_t indent);

/* How the value of something stands to it. */
enum fplace {
    F_UNDER,   /* behind a key in a block: what does not fit goes below it */
    F_COMPACT, /* behind "- ", "? ", ": " in a block: begins there */
    F_INSIDE,  /* in a flow collection */
};
/* fmt_print.c: a value behind the text written last (`behind` is its token; NULL: at the place where the writer stands,
 * which is the value's own). `indent`: columns where it goes on below. */
void fmt_child(struct fwriter *w, const struct ftoken *behind, const struct fnode *n, size_t indent, enum fplace place);
/* fmt_print.c: the whole. */
void fmt_print(struct fwriter *w, const struct ftree *t);

/* fmt_flow.c: a flow collection at the writer's place. Can it be written there in one line? */
bool fmt_flow_fits(const struct fwriter *w, const struct fnode *n, size_t col, bool inside);
void fmt_flow(struct fwriter *w, const struct fnode *n, size_t indent, bool inside);
void fmt_key(struct fwriter *w, const struct fnode *key); /* one that stands before its colon on one line */
bool fmt_key_open(const struct fnode *key);               /* would a colon right behind it be read as part of it? */

/* ---- checking (fmt_check.c) ---- */

/* Do both texts have the same comments, anchors, tags, directives and styles of scalars, in this order? */
bool fmt_same_pieces(const struct ftokens *a, const struct ftokens *b);
/* Are the trees the same, with tags and with what is plain? *ret_apart: the node of `a` where they part; may be NULL.
 */
bool fmt_same_tree(const struct ydoc *a, const struct ydoc *b, const struct ynode **ret_apart);
