// SPDX-License-Identifier: Apache-2.0
/* Reads YAML text into a tree, from libyaml's events.
 *
 * One frame stands for each sequence or mapping that is still open; nothing calls itself, so a deep text costs memory
 * by its frames only. Finished nodes lie in the document's arena. An alias gives the very node again, yet it is counted
 * as if its whole content stood there (`weight`, `bytes`, `height`): whoever walks the tree then walks no more than the
 * limits say, and a few lines of aliases of aliases cannot blow up. */
#include "base/yaml.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "base/map.h"
#include "base/text.h"

#define KEYS_FEW    16 /* so many keys are compared one by one */
#define REPEAT_MOST 4  /* text that is repeated by aliases and tags: at most this often the size limit */

const struct ylimits ylimits_default = {.max_bytes = 8U * 1024 * 1024, .max_nodes = 1000000, .max_depth = 64};

/* A node and what only its reader knows; the node comes first, so that one can be had from the other. */
struct ybuilt {
    struct ynode node;
    size_t weight; /* nodes under and with it */
    size_t bytes;  /* text under and with it */
    size_t height; /* levels of collections under and with it */
    bool open;     /* its end was not read yet: an alias to it would be a circle */
};

struct yframe {
    struct ybuilt *built;
    struct ynode *key;    /* mapping: a key that waits for its value */
    struct ynode **items; /* sequence, while it grows */
    struct ypair *pairs;  /* mapping, while it grows */
    size_t n;
    struct map keys; /* mapping of more than KEYS_FEW pairs: texts of scalar keys, with their line */
    bool merges;     /* mapping: has a "<<" */
};

struct yreader {
    yaml_parser_t parser;
    const char *text;
    size_t len;
    const struct ylimits *limits;
    struct ydoc *doc;
    struct yfault *fault;
    struct yframe *frames;
    size_t frames_n;
    struct map anchors; /* name -> struct ybuilt */
    size_t nodes, bytes;
    bool had_document;
};

__attribute__((format(printf, 4, 5))) static void yfault_set(struct yfault *f, size_t line, size_t col, const char *fmt,
                                                             ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(f->text, sizeof(f->text), fmt, ap);
    va_end(ap);
    f->line = (int)line;
    f->col = (int)col;
}

#define YFAULT_AT(r, mark, ...) yfault_set((r)->fault, (mark).line + 1, (mark).column + 1, __VA_ARGS__)

/* libyaml's marks do not cover what its byte reader refuses: counts lines and characters up to the offset. */
static void yreader_fault_at_offset(struct yreader *r, size_t offset, const char *why)
{
    size_t line = 1, col = 1;
    for (size_t i = 0; i < offset && i < r->len; i++) {
        if (r->text[i] == '\n') {
            line++;
            col = 1;
        } else if (((unsigned char)r->text[i] & 0xc0) != 0x80) {
            col++;
        }
    }
    yfault_set(r->fault, line, col, "%s", why);
}

static int yreader_parser_fault(struct yreader *r)
{
    const yaml_parser_t *p = &r->parser;
    if (p->error == YAML_MEMORY_ERROR)
        mem_fail(SIZE_MAX);
    if (p->error == YAML_READER_ERROR)
        yreader_fault_at_offset(r, p->problem_offset, p->problem);
    else if (p->context != NULL)
        YFAULT_AT(r, p->problem_mark, "%s (%s)", p->problem, p->context);
    else
        YFAULT_AT(r, p->problem_mark, "%s", p->problem);
    return -EINVAL;
}

/* Takes so much from the budgets. */
static int yreader_count(struct yreader *r, size_t nodes, size_t bytes, yaml_mark_t at)
{
    size_t most = r->limits->max_bytes > SIZE_MAX / REPEAT_MOST ? SIZE_MAX : r->limits->max_bytes * REPEAT_MOST;
    if (nodes > r->limits->max_nodes - r->nodes) {
        YFAULT_AT(r, at, "more than %zu nodes, aliases counted in full; split the text", r->limits->max_nodes);
        return -E2BIG;
    }
    if (bytes > most - r->bytes) {
        YFAULT_AT(r, at, "aliases and tags make more than %zu bytes of this text", most);
        return -E2BIG;
    }
    r->nodes += nodes;
    r->bytes += bytes;
    return 0;
}

static int yreader_depth(struct yreader *r, size_t height, yaml_mark_t at)
{
    if (height <= r->limits->max_depth - r->frames_n)
        return 0;
    YFAULT_AT(r, at, "nested deeper than %zu levels", r->limits->max_depth);
    return -E2BIG;
}

/* A new node, counted and, where it has an anchor, known by that name. */
static int yreader_node(struct yreader *r, enum ykind kind, const yaml_event_t *ev, const char *anchor, const char *tag,
                        size_t len, struct ybuilt **ret)
{
    size_t bytes = len + (tag == NULL ? 0 : strlen(tag));
    int err = yreader_count(r, 1, bytes, ev->start_mark);
    if (err < 0)
        return err;
    struct ybuilt *b = arena_alloc(r->doc->arena, sizeof(*b));
    b->node.kind = kind;
    b->node.line = (int)ev->start_mark.line + 1;
    b->node.col = (int)ev->start_mark.column + 1;
    b->node.tag = tag == NULL ? NULL : arena_strndup(r->doc->arena, tag, strlen(tag));
    b->weight = 1;
    b->bytes = bytes;
    if (anchor != NULL)
        map_set(&r->anchors, anchor, b);
    *ret = b;
    return 0;
}

static bool ynode_is_merge(const struct ynode *n)
{
    return n->kind == Y_SCALAR && n->plain && str_eq(n->text, "<<");
}

static void yframe_note(struct yframe *f, const struct ynode *key)
{
    if (key->kind == Y_SCALAR)
        map_set(&f->keys, key->text, (void *)(uintptr_t)(unsigned)key->line);
}

/* Takes the keys read so far into the map. */
static void yframe_note_all(struct yframe *f)
{
    bool noted = f->keys.n > 0;
    for (size_t i = 0; !noted && i < f->n; i++)
        yframe_note(f, f->pairs[i].key);
}

/* The line on which the mapping has that key already, or 0. */
static size_t yframe_line(struct yframe *f, const char *text)
{
    if (f->n > KEYS_FEW) {
        yframe_note_all(f);
        return (size_t)(uintptr_t)map_get(&f->keys, text);
    }
    for (size_t i = 0; i < f->n; i++)
        if (f->pairs[i].key->kind == Y_SCALAR && strcmp(f->pairs[i].key->text, text) == 0)
            return (size_t)f->pairs[i].key->line;
    return 0;
}

/* Takes a key into the open mapping. Keys of the same text are one key, quoted or not: as JSON they could not both
 * stand. Keys that are collections are kept but not compared. */
static int yframe_key(struct yreader *r, struct yframe *f, struct ynode *key, yaml_mark_t at)
{
    f->key = key;
    if (key->kind != Y_SCALAR)
        return 0;
    size_t first = yframe_line(f, key->text);
    if (first != 0) {
        YFAULT_AT(r, at, "key '%.80s' on line %zu stands on line %zu already", key->text, at.line + 1, first);
        return -EINVAL;
    }
    if (f->keys.n > 0)
        yframe_note(f, key);
    f->merges = f->merges || ynode_is_merge(key);
    return 0;
}

/* Puts a finished node where it belongs: the root, an item, a key or a value. */
static int yreader_attach(struct yreader *r, struct ybuilt *b, yaml_mark_t at)
{
    if (r->frames_n == 0) {
        r->doc->root = &b->node;
        return 0;
    }
    struct yframe *f = &r->frames[r->frames_n - 1];
    f->built->weight += b->weight;
    f->built->bytes += b->bytes;
    if (f->built->height < b->height + 1)
        f->built->height = b->height + 1;
    if (f->built->node.kind == Y_SEQ) {
        f->items = mem_push(f->items, f->n, sizeof(*f->items));
        f->items[f->n++] = &b->node;
        return 0;
    }
    if (f->key == NULL)
        return yframe_key(r, f, &b->node, at);
    f->pairs = mem_push(f->pairs, f->n, sizeof(*f->pairs));
    f->pairs[f->n++] = (struct ypair){take_ptr(f->key), &b->node};
    return 0;
}

static int yreader_scalar(struct yreader *r, const yaml_event_t *ev)
{
    const char *text = (const char *)ev->data.scalar.value;
    size_t len = ev->data.scalar.length;
    if (memchr(text, '\0', len) != NULL) {
        YFAULT_AT(r, ev->start_mark, "a NUL character in a text; encode it, for instance as base64");
        return -EINVAL;
    }
    struct ybuilt *b;
    int err =
        yreader_node(r, Y_SCALAR, ev, (const char *)ev->data.scalar.anchor, (const char *)ev->data.scalar.tag, len, &b);
    if (err < 0)
        return err;
    b->node.text = arena_strndup(r->doc->arena, text, len);
    b->node.len = len;
    b->node.plain = ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && b->node.tag == NULL;
    return yreader_attach(r, b, ev->start_mark);
}

static int yreader_alias(struct yreader *r, const yaml_event_t *ev)
{
    const char *name = (const char *)ev->data.alias.anchor;
    struct ybuilt *b = map_get(&r->anchors, name);
    if (b == NULL) {
        YFAULT_AT(r, ev->start_mark, "alias '*%.80s' names no anchor before it", name);
        return -EINVAL;
    }
    if (b->open) {
        YFAULT_AT(r, ev->start_mark, "alias '*%.80s' stands inside of what it names (line %d)", name, b->node.line);
        return -EINVAL;
    }
    int err = yreader_count(r, b->weight, b->bytes, ev->start_mark);
    if (err == 0)
        err = yreader_depth(r, b->height, ev->start_mark);
    return err < 0 ? err : yreader_attach(r, b, ev->start_mark);
}

static int yreader_open(struct yreader *r, enum ykind kind, const yaml_event_t *ev, const yaml_char_t *anchor,
                        const yaml_char_t *tag)
{
    struct ybuilt *b;
    int err = yreader_depth(r, 1, ev->start_mark);
    if (err == 0)
        err = yreader_node(r, kind, ev, (const char *)anchor, (const char *)tag, 0, &b);
    if (err < 0)
        return err;
    b->open = true;
    b->height = 1;
    r->frames = mem_push(r->frames, r->frames_n, sizeof(*r->frames));
    r->frames[r->frames_n++] = (struct yframe){.built = b};
    return 0;
}

static int yreader_seq_start(struct yreader *r, const yaml_event_t *ev)
{
    return yreader_open(r, Y_SEQ, ev, ev->data.sequence_start.anchor, ev->data.sequence_start.tag);
}

static int yreader_map_start(struct yreader *r, const yaml_event_t *ev)
{
    return yreader_open(r, Y_MAP, ev, ev->data.mapping_start.anchor, ev->data.mapping_start.tag);
}

static void yframe_done(struct yframe *f)
{
    free(f->items);
    free(f->pairs);
    map_done(&f->keys);
}

/* The pairs of one merged mapping whose keys are not there yet go behind `out`. */
static struct ypair *yframe_merge_one(struct yframe *f, const struct ynode *from, struct ypair *out, size_t *n)
{
    for (size_t i = 0; i < from->n; i++) {
        const struct ynode *key = from->pairs[i].key;
        if (key->kind == Y_SCALAR && map_has(&f->keys, key->text))
            continue;
        yframe_note(f, key);
        out = mem_push(out, *n, sizeof(*out));
        out[(*n)++] = from->pairs[i];
    }
    return out;
}

/* Puts the content of "<<" in its place: own keys win wherever they stand, then the earlier of several mappings. */
static int yframe_merge(struct yreader *r, struct yframe *f)
{
    struct ypair *out = NULL;
    size_t n = 0;
    yframe_note_all(f);
    for (size_t i = 0; i < f->n; i++) {
        struct ynode *value = f->pairs[i].value;
        if (!ynode_is_merge(f->pairs[i].key)) {
            out = mem_push(out, n, sizeof(*out));
            out[n++] = f->pairs[i];
            continue;
        }
        struct ynode **sources = value->kind == Y_SEQ ? value->items : &value;
        size_t sources_n = value->kind == Y_SEQ ? value->n : 1;
        for (size_t s = 0; s < sources_n; s++) {
            if (sources[s]->kind != Y_MAP) {
                free(out);
                yfault_set(r->fault, (size_t)f->pairs[i].key->line, (size_t)f->pairs[i].key->col,
                           "the value of '<<' must be a mapping or a list of mappings");
                return -EINVAL;
            }
            out = yframe_merge_one(f, sources[s], out, &n);
        }
    }
    free(f->pairs);
    f->pairs = out;
    f->n = n;
    return 0;
}

static int yreader_close(struct yreader *r, const yaml_event_t *ev)
{
    struct yframe *f = &r->frames[r->frames_n - 1];
    struct ynode *node = &f->built->node;
    int err = f->merges ? yframe_merge(r, f) : 0;
    if (err < 0)
        return err;
    size_t size = node->kind == Y_SEQ ? sizeof(*f->items) : sizeof(*f->pairs);
    void *kept = arena_alloc(r->doc->arena, f->n * size);
    if (f->n > 0)
        memcpy(kept, node->kind == Y_SEQ ? (const void *)f->items : (const void *)f->pairs, f->n * size);
    node->items = node->kind == Y_SEQ ? kept : NULL;
    node->pairs = node->kind == Y_MAP ? kept : NULL;
    node->n = f->n;
    struct ybuilt *b = f->built;
    b->open = false;
    yframe_done(f);
    r->frames_n--;
    yaml_mark_t at = {.line = (size_t)node->line - 1, .column = (size_t)node->col - 1};
    return yreader_attach(r, b, at);
}

static int yreader_document(struct yreader *r, const yaml_event_t *ev)
{
    if (r->had_document) {
        YFAULT_AT(r, ev->start_mark, "a second document begins here; give each one a text of its own");
        return -EINVAL;
    }
    r->had_document = true;
    return 0;
}

/* Reads events to the end of the text or the first fault. */
static int yreader_run(struct yreader *r)
{
    static int (*const handlers[])(struct yreader *, const yaml_event_t *) = {
        [YAML_DOCUMENT_START_EVENT] = yreader_document, [YAML_ALIAS_EVENT] = yreader_alias,
        [YAML_SCALAR_EVENT] = yreader_scalar,           [YAML_SEQUENCE_START_EVENT] = yreader_seq_start,
        [YAML_SEQUENCE_END_EVENT] = yreader_close,      [YAML_MAPPING_START_EVENT] = yreader_map_start,
        [YAML_MAPPING_END_EVENT] = yreader_close,
    };
    int err = 0;
    for (bool end = false; !end && err == 0;) {
        yaml_event_t ev;
        if (!yaml_parser_parse(&r->parser, &ev))
            return yreader_parser_fault(r);
        if ((size_t)ev.type < ARRAY_LEN(handlers) && handlers[ev.type] != NULL)
            err = handlers[ev.type](r, &ev);
        end = ev.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&ev);
    }
    return err;
}

static void yreader_done(struct yreader *r)
{
    for (size_t i = 0; i < r->frames_n; i++)
        yframe_done(&r->frames[i]);
    free(r->frames);
    map_done(&r->anchors);
    yaml_parser_delete(&r->parser);
}

int yaml_read(const char *text, size_t len, const struct ylimits *limits, struct ydoc *ret, struct yfault *f)
{
    struct yfault unread;
    struct yreader r = {.text = text, .len = len, .doc = ret, .fault = f == NULL ? &unread : f};
    r.limits = limits == NULL ? &ylimits_default : limits;
    *ret = (struct ydoc){0};
    *r.fault = (struct yfault){0};
    if (len > r.limits->max_bytes) {
        yfault_set(r.fault, 1, 1, "%zu bytes; at most %zu are taken", len, r.limits->max_bytes);
        return -E2BIG;
    }
    if (!yaml_parser_initialize(&r.parser))
        mem_fail(sizeof(r.parser));
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, len);
    ret->arena = arena_new(0);
    int err = yreader_run(&r);
    yreader_done(&r);
    if (err < 0)
        ydoc_done(ret);
    return err;
}

void ydoc_done(struct ydoc *d)
{
    arena_free(d->arena);
    *d = (struct ydoc){0};
}
