// SPDX-License-Identifier: Apache-2.0
/* The tree of a text over its tokens, with what is written and how: libyaml's grammar of tokens, read by descent. The
 * text was parsed before, so depth is within the limits and what does not fit here is a fault of ours. */
#include <string.h>

#include "editor/fmt_private.h"

struct reader {
    struct ftokens *tokens;
    struct arena *arena;
    size_t at;
    const struct ftoken *odd;
    const char *odd_why;
    bool broken;
};

enum where { IN_SEQ, IN_MAP, IN_FLOW };

static struct fnode *read_node(struct reader *r, enum where where);

static struct ftoken *peek(const struct reader *r)
{
    return &r->tokens->items[r->at];
}

static struct ftoken *next(struct reader *r)
{
    struct ftoken *t = peek(r);
    if (r->at + 1 < r->tokens->n)
        r->at++;
    return t;
}

static struct ftoken *next_if(struct reader *r, yaml_token_type_t type)
{
    return peek(r)->type == type ? next(r) : NULL;
}

static void expect(struct reader *r, yaml_token_type_t type)
{
    if (!next_if(r, type))
        r->broken = true;
}

static bool ends_value(yaml_token_type_t type)
{
    return type == YAML_KEY_TOKEN || type == YAML_VALUE_TOKEN || type == YAML_BLOCK_END_TOKEN ||
           type == YAML_BLOCK_ENTRY_TOKEN || type == YAML_FLOW_ENTRY_TOKEN || type == YAML_FLOW_SEQUENCE_END_TOKEN ||
           type == YAML_FLOW_MAPPING_END_TOKEN || type == YAML_STREAM_END_TOKEN || type == YAML_DOCUMENT_START_TOKEN ||
           type == YAML_DOCUMENT_END_TOKEN;
}

/* Comments before what comes next that stand further right than it, from `col` on, belong to what ends here. */
static struct fspan take_tail(const struct reader *r, size_t col)
{
    struct ftoken *behind = peek(r), *last = &r->tokens->items[r->tokens->n - 1];
    while (behind < last && behind->start == behind->end && !ftoken_block_scalar(behind))
        behind++;
    struct fspan tail = {behind->before.at, 0};
    while (tail.n < behind->before.n) {
        size_t at = r->tokens->notes[tail.at + tail.n].col;
        if (at < col || at <= behind->col)
            break;
        tail.n++;
    }
    behind->before.at += tail.n;
    behind->before.n -= tail.n;
    return tail;
}

static struct fentry *add_entry(struct fnode *n)
{
    n->entries = mem_push(n->entries, n->n, sizeof(*n->entries)); /* moved to the arena by keep_entries */
    n->entries[n->n] = (struct fentry){0};
    return &n->entries[n->n++];
}

static void keep_entries(const struct reader *r, struct fnode *n)
{
    AUTO_FREE struct fentry *grown = n->entries;
    n->entries = arena_alloc(r->arena, n->n * sizeof(*grown) + 1);
    if (n->n)
        memcpy(n->entries, grown, n->n * sizeof(*grown));
}

static struct fnode *new_node(const struct reader *r)
{
    return arena_alloc(r->arena, sizeof(struct fnode));
}

static void found_odd(struct reader *r, const struct ftoken *t, const char *why)
{
    if (r->odd)
        return;
    r->odd = t;
    r->odd_why = why;
}

/* A value of a block collection at `col`: comments below an empty one that are indented as it would be are its own. */
static struct fnode *read_value(struct reader *r, enum where where, size_t col)
{
    yaml_token_type_t type = peek(r)->type;
    bool none = ends_value(type) && !(where == IN_MAP && type == YAML_BLOCK_ENTRY_TOKEN);
    struct fnode *n = none ? new_node(r) : read_node(r, where);
    if (n->kind == F_NONE && where != IN_FLOW)
        n->tail = take_tail(r, col + 1);
    return n;
}

/* A list in a mapping may stand at the column of its key: then libyaml gives no tokens for its beginning and end. */
static void read_block_seq(struct reader *r, struct fnode *n)
{
    bool whole = next_if(r, YAML_BLOCK_SEQUENCE_START_TOKEN) != NULL;
    size_t col = peek(r)->col;
    n->kind = F_BLOCK_SEQ;
    while (peek(r)->type == YAML_BLOCK_ENTRY_TOKEN) {
        struct ftoken *mark = next(r);
        struct fnode *value = read_value(r, IN_SEQ, col);
        *add_entry(n) = (struct fentry){.mark = mark, .value = value};
    }
    n->tail = take_tail(r, col);
    if (whole)
        expect(r, YAML_BLOCK_END_TOKEN);
}

/* A pair. Its key token is written, as '?', or made up by libyaml. */
static struct fentry read_pair(struct reader *r, enum where where, size_t col)
{
    struct ftoken *key = next(r);
    struct fentry e = {.mark = key->end > key->start ? key : NULL};
    e.key = read_value(r, where, col);
    e.colon = next_if(r, YAML_VALUE_TOKEN);
    if (e.colon)
        e.value = read_value(r, where, col);
    r->broken = r->broken || (!e.mark && !e.colon);
    return e;
}

static void read_block_map(struct reader *r, struct fnode *n)
{
    size_t col = next(r)->col;
    n->kind = F_BLOCK_MAP;
    while (peek(r)->type == YAML_KEY_TOKEN) {
        struct fentry e = read_pair(r, IN_MAP, col);
        *add_entry(n) = e;
    }
    n->tail = take_tail(r, col);
    expect(r, YAML_BLOCK_END_TOKEN);
}

static void read_flow(struct reader *r, struct fnode *n, enum fkind kind, yaml_token_type_t close)
{
    n->kind = kind;
    n->token = next(r);
    while (peek(r)->type != close && !r->broken) {
        size_t at = r->at;
        struct fentry e = {0};
        if (peek(r)->type == YAML_KEY_TOKEN)
            e = read_pair(r, IN_FLOW, 0);
        else
            e.value = read_node(r, IN_FLOW);
        if (kind == F_FLOW_SEQ && e.key && !fnode_first(e.key))
            found_odd(r, e.mark, "'?' without a key in a list; write '? null'");
        bool nothing = r->at == at;
        e.comma = next_if(r, YAML_FLOW_ENTRY_TOKEN);
        *add_entry(n) = e;
        r->broken = r->broken || nothing || (!e.comma && peek(r)->type != close);
    }
    n->close = next(r);
}

static bool is_bare_dash(const struct reader *r, const struct ftoken *t)
{
    return t->type == YAML_SCALAR_TOKEN && t->end - t->start == 1 && r->tokens->text[t->start] == '-';
}

static void read_content(struct reader *r, struct fnode *n, enum where where)
{
    yaml_token_type_t type = peek(r)->type;
    if (type == YAML_ALIAS_TOKEN || type == YAML_SCALAR_TOKEN) {
        n->kind = F_SCALAR;
        n->token = next(r);
        if (where == IN_FLOW && is_bare_dash(r, n->token))
            found_odd(r, n->token, "'-' alone is no YAML in brackets; put it in quotes");
    } else if (type == YAML_BLOCK_SEQUENCE_START_TOKEN || (type == YAML_BLOCK_ENTRY_TOKEN && where == IN_MAP)) {
        read_block_seq(r, n);
    } else if (type == YAML_BLOCK_MAPPING_START_TOKEN) {
        read_block_map(r, n);
    } else if (type == YAML_FLOW_SEQUENCE_START_TOKEN) {
        read_flow(r, n, F_FLOW_SEQ, YAML_FLOW_SEQUENCE_END_TOKEN);
    } else if (type == YAML_FLOW_MAPPING_START_TOKEN) {
        read_flow(r, n, F_FLOW_MAP, YAML_FLOW_MAPPING_END_TOKEN);
    }
}

static struct fnode *read_node(struct reader *r, enum where where)
{
    struct fnode *n = new_node(r);
    n->props = peek(r);
    for (; peek(r)->type == YAML_ANCHOR_TOKEN || peek(r)->type == YAML_TAG_TOKEN; n->n_props++)
        next(r);
    read_content(r, n, where);
    keep_entries(r, n);
    return n;
}

/* What begins lines at the first column must not be taken for "---" or "..." there: so are words that stood further
 * right, when a blank or the line's end follows. A key has its colon behind it. */
static void check_marker(struct reader *r, const struct fnode *n, bool key)
{
    if (n->n_props || n->kind != F_SCALAR || n->token->style != YAML_PLAIN_SCALAR_STYLE)
        return;
    size_t len = n->token->end - n->token->start;
    const char *text = r->tokens->text + n->token->start;
    bool dots = len >= 3 && (memcmp(text, "---", 3) == 0 || memcmp(text, "...", 3) == 0);
    if (dots && (len == 3 ? !key : strchr(" \t\n", text[3]) != NULL))
        found_odd(r, n->token, "a line that begins like this is taken for a document's marker; put it in quotes");
}

static void check_markers(struct reader *r, const struct fnode *root)
{
    check_marker(r, root, false);
    for (size_t i = 0; root->kind == F_BLOCK_MAP && i < root->n; i++)
        if (!root->entries[i].mark)
            check_marker(r, root->entries[i].key, true);
}

bool fmt_tree(struct ftokens *t, struct ftree *ret)
{
    *ret = (struct ftree){.arena = arena_new(0), .tokens = t};
    struct reader r = {.tokens = t, .arena = ret->arena};
    expect(&r, YAML_STREAM_START_TOKEN);
    ret->directives = peek(&r);
    for (; peek(&r)->type == YAML_VERSION_DIRECTIVE_TOKEN || peek(&r)->type == YAML_TAG_DIRECTIVE_TOKEN;)
        ret->n_directives += next(&r) != NULL;
    ret->start = next_if(&r, YAML_DOCUMENT_START_TOKEN);
    ret->root = read_node(&r, IN_SEQ);
    ret->stop = next_if(&r, YAML_DOCUMENT_END_TOKEN);
    ret->end = peek(&r);
    if (!r.broken)
        check_markers(&r, ret->root);
    ret->odd = r.odd;
    ret->odd_why = r.odd_why;
    return !r.broken && ret->end->type == YAML_STREAM_END_TOKEN;
}

void ftree_done(struct ftree *t)
{
    arena_free(t->arena);
    *t = (struct ftree){0};
}

struct ftoken *fentry_first(const struct fentry *e)
{
    struct ftoken *first = e->mark ? e->mark : e->key ? fnode_first(e->key) : NULL;
    return first ? first : e->colon ? e->colon : e->value ? fnode_first(e->value) : NULL;
}

struct ftoken *fnode_first(const struct fnode *n)
{
    return n->n_props ? n->props : n->token ? n->token : n->n ? fentry_first(&n->entries[0]) : NULL;
}
